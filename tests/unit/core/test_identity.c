/*
 * Identities, dates, codes, verdicts: small words with one meaning.
 */
#include "core/code.h"
#include "core/identity.h"
#include "core/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define DIGEST "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

Test(identity, goes_there_and_back)
{
    struct eg_identity identity = {"operator", "report/1", EG_VERSION_NUMBER_MAX};
    struct eg_identity back = {"", "", 0};
    char text[EG_IDENTITY_TEXT_MAX];

    eg_identity_text(&identity, text);
    cr_assert_str_eq(text, "operator report/1 999999");
    cr_assert(eg_identity_untext(eg_bytes_of(text), &back));
    cr_assert(eg_identity_equal(&identity, &back));
}

Test(identity, of_the_longest_words_fits)
{
    struct eg_identity identity = {.version = EG_VERSION_NUMBER_MAX};
    struct eg_identity back = {"", "", 0};
    char text[EG_IDENTITY_TEXT_MAX];

    memset(identity.participant, 'p', EG_ID_MAX);
    memset(identity.id, 'i', EG_ID_MAX);
    eg_identity_text(&identity, text);
    cr_assert(eg_identity_untext(eg_bytes_of(text), &back));
    cr_assert(eg_identity_equal(&identity, &back));
}

Test(identity, differs_in_each_part)
{
    struct eg_identity a = {"p", "i", 1};
    struct eg_identity others[3] = {{"q", "i", 1}, {"p", "j", 1}, {"p", "i", 2}};

    for (size_t i = 0; i < 3; i++) {
        cr_assert_not(eg_identity_equal(&a, &others[i]));
    }
}

Test(identity, refuses_every_other_form)
{
    const char *const wrong[] = {"",       "p",
                                 "p i",    "p i ",
                                 "p i 01", "p i -1",
                                 "p i 1 ", " p i 1",
                                 "p  i 1", "p i 1000000",
                                 "p i x",  "-p i 1",
                                 "p i\n1", "p \xC3\xA4 1",
                                 "p i 0",  "p sha256:00 0",
                                 "p i 1\n"};
    struct eg_identity out = {"kept", "kept", 7};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_identity_untext(eg_bytes_of(wrong[i]), &out), "%s", wrong[i]);
    }
    cr_assert_eq(out.version, 7);
}

Test(identity, of_an_unreadable_report_is_its_digest_and_version_zero)
{
    struct eg_identity identity = {"", "", 7};
    struct eg_identity back = {"", "", 7};
    char text[EG_IDENTITY_TEXT_MAX];

    eg_identity_unreadable(&identity, "operator", EG_BYTES_NONE);
    eg_identity_text(&identity, text);
    cr_assert_str_eq(text, "operator " DIGEST " 0");
    cr_assert(eg_identity_untext(eg_bytes_of(text), &back));
    cr_assert(eg_identity_equal(&identity, &back));
}

Test(date, is_a_real_day_of_the_years_reports_speak_of)
{
    const char *const good[] = {"1900-01-01", "2199-12-31", "2024-02-29", "2000-02-29"};
    const char *const wrong[] = {"",           "1899-12-31", "2200-01-01",  "2023-02-29",
                                 "1900-02-29", "2024-04-31", "2024-13-01",  "2024-00-01",
                                 "2024-01-00", "2024-1-1",   "2024-01-011", "2024/01/01",
                                 "20240101",   "2024-01-1x", " 024-01-01"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(eg_date_valid(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_date_valid(wrong[i]), "%s", wrong[i]);
    }
}

Test(code, every_one_is_named_once_and_says_something)
{
    for (int i = 0; i < EG_CODE_COUNT; i++) {
        const struct eg_code_row *row = eg_code_row((enum eg_code)i);
        cr_assert_eq((int)eg_code_named(row->text), i);
        cr_assert_neq(row->en[0], '\0');
        cr_assert_neq(row->de[0], '\0');
        cr_assert(row->retry_after_ms == 0 || row->answer == EG_ANSWER_ERROR ||
                      row->answer == EG_ANSWER_UNAUTHENTICATED,
                  "%s is final: nothing is sent again", row->text);
        cr_assert(row->todo_en[0] != '\0' || i == EG_CODE_OK, "%s", row->text);
    }
    cr_assert_eq(eg_code_named("no-such-code"), EG_CODE_COUNT);
    cr_assert_eq(eg_code_named(""), EG_CODE_COUNT);
}

Test(verdict, the_first_refusal_counts)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};

    cr_assert(eg_verdict_passed(&verdict));
    cr_assert_not(eg_verdict_refuse(&verdict, EG_CODE_ROLE, "rule", NULL, "n=%d", 1));
    cr_assert_not(eg_verdict_refuse(&verdict, EG_CODE_BUSY, "other", "there", "n=%d", 2));
    cr_assert_eq(verdict.code, EG_CODE_ROLE);
    cr_assert_str_eq(verdict.rule, "rule");
    cr_assert_str_eq(verdict.where, "");
    cr_assert_str_eq(verdict.text, "n=1");
    cr_assert_not(eg_verdict_passed(&verdict));
}

Test(verdict, octets_of_a_stranger_become_one_clean_line)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    char large[1000];

    memset(large, 'x', sizeof(large));
    memcpy(large + EG_VERDICT_TEXT_MAX - 2, "\xC3\xA4", 2);
    large[sizeof(large) - 1] = '\0';
    (void)eg_verdict_refuse(&verdict, EG_CODE_ROLE, NULL, "CN=a\nb\x1b\xFF", "%s", large);
    cr_assert_str_eq(verdict.where, "CN=a?b??");
    cr_assert_eq(strlen(verdict.text), EG_VERDICT_TEXT_MAX - 2, "cut before a whole character");
}
