/*
 * Errors: one line, clean, cut at a character.
 */
#include "base/error.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

Test(error, keeps_status_place_and_text)
{
    struct eg_error err = {0};

    cr_assert_eq(eg_error_set(&err, EG_E_FORMAT, "line 3", "number %d is too large", 7),
                 EG_E_FORMAT);
    cr_assert_eq(err.status, EG_E_FORMAT);
    cr_assert_str_eq(err.where, "line 3");
    cr_assert_str_eq(err.text, "number 7 is too large");
    cr_assert_not(err.retry);
}

Test(error, may_be_asked_for_nothing_but_the_status)
{
    cr_assert_eq(eg_error_set(NULL, EG_E_BUSY, NULL, "text"), EG_E_BUSY);
    cr_assert_eq(eg_error_errno(NULL, NULL, ENOENT, "text"), EG_E_NOTFOUND);
}

Test(error, retry_follows_the_status)
{
    const enum eg_status later[] = {EG_E_NOMEM, EG_E_IO, EG_E_BUSY, EG_E_CLOCK, EG_E_TIMEOUT};
    const enum eg_status never[] = {EG_E_FORMAT, EG_E_DENIED, EG_E_USAGE, EG_E_CRYPTO, EG_E_LIMIT};
    struct eg_error err = {0};

    for (size_t i = 0; i < 5; i++) {
        (void)eg_error_set(&err, later[i], "", "x");
        cr_assert(err.retry, "status %d", later[i]);
        (void)eg_error_set(&err, never[i], "", "x");
        cr_assert_not(err.retry, "status %d", never[i]);
    }
}

Test(error, turns_control_characters_into_question_marks)
{
    struct eg_error err = {0};

    (void)eg_error_set(&err, EG_E_FORMAT, "a\x1b[2Jb", "one\ntwo\x7f\xC2\x9B three");
    cr_assert_str_eq(err.where, "a?[2Jb");
    cr_assert_str_eq(err.text, "one?two?? three");
}

Test(error, turns_what_is_no_utf8_into_question_marks)
{
    struct eg_error err = {0};

    (void)eg_error_set(&err, EG_E_FORMAT, "", "a\xFF\xC3(b\xC3\xA4");
    cr_assert_str_eq(err.text, "a?"
                               "?(b\xC3\xA4");
}

Test(error, cuts_before_a_whole_character)
{
    struct eg_error err = {0};
    char where[200];

    memset(where, 'a', sizeof(where));
    memcpy(where + EG_ERROR_WHERE_MAX - 2, "\xC3\xA4", 3);
    (void)eg_error_set(&err, EG_E_FORMAT, where, "x");
    cr_assert_eq(strlen(err.where), EG_ERROR_WHERE_MAX - 2);
}

Test(error, is_cut_when_the_text_is_too_long)
{
    struct eg_error err = {0};
    char text[2000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)eg_error_set(&err, EG_E_FORMAT, text, "%s", text);
    cr_assert_eq(strlen(err.text), EG_ERROR_TEXT_MAX - 1);
    cr_assert_eq(strlen(err.where), EG_ERROR_WHERE_MAX - 1);
}

Test(error, arguments_may_point_into_it)
{
    struct eg_error err = {0};

    (void)eg_error_set(&err, EG_E_FORMAT, "below", "root");
    (void)eg_error_set(&err, EG_E_IO, err.where, "above: %s", err.text);
    cr_assert_str_eq(err.text, "above: root");
    cr_assert_str_eq(err.where, "below");
}

Test(error, errno_gives_cause_sentence_and_status)
{
    struct eg_error err = {0};

    cr_assert_eq(eg_error_errno(&err, "f", EACCES, "no"), EG_E_IO);
    cr_assert_eq(err.cause, EACCES);
    cr_assert_str_eq(err.text, "no: Permission denied");
    cr_assert_eq(eg_error_errno(&err, "f", ENOENT, "no"), EG_E_NOTFOUND);
    cr_assert_eq(eg_error_errno(&err, "f", ENOTDIR, "no"), EG_E_NOTFOUND);
    cr_assert_eq(eg_error_errno(&err, "f", EEXIST, "no"), EG_E_EXISTS);
    cr_assert_eq(eg_error_errno(&err, "f", ENOMEM, "no"), EG_E_NOMEM);
    cr_assert_eq(eg_error_errno(&err, "f", 99999, "no"), EG_E_IO);
    cr_assert_str_eq(err.text, "no: unknown cause");
}

Test(error, every_status_has_its_own_sentence)
{
    for (int a = EG_OK; a >= EG_E_INTERNAL; a--) {
        for (int b = a - 1; b >= EG_E_INTERNAL; b--) {
            cr_assert_str_neq(eg_status_text((enum eg_status)a), eg_status_text((enum eg_status)b));
        }
        cr_assert_str_neq(eg_status_text((enum eg_status)a), "unknown status");
    }
    cr_assert_str_eq(eg_status_text((enum eg_status) - 99), "unknown status");
}

Test(error, keeps_the_end_of_a_path_that_is_too_long)
{
    struct eg_error err = {0};
    char where[300];

    (void)snprintf(where, sizeof(where), "/%0200d/state/1.0.0", 0);
    (void)eg_error_set(&err, EG_E_NOTFOUND, where, "x");
    cr_assert_str_eq(err.where, ".../state/1.0.0");
    (void)snprintf(where, sizeof(where), "/%070d/%070d.xml", 0, 0);
    (void)eg_error_set(&err, EG_E_NOTFOUND, where, "x");
    cr_assert_eq(strncmp(err.where, ".../000", 7), 0, "%s", err.where);
    cr_assert_str_eq(err.where + strlen(err.where) - 5, "0.xml");
    (void)snprintf(where, sizeof(where), "a/%0200d", 0);
    (void)eg_error_set(&err, EG_E_NOTFOUND, where, "x");
    cr_assert_eq(strncmp(err.where, "a/000", 5), 0, "no slash near the end: %s", err.where);
}
