/*
 * The settings file: every refusal names line and remedy, and nothing is silently taken for
 * something else.
 */
#include "core/settings.h"

#include "base/limits.h"

#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST                                                                                      \
    "[gateway]\norigin = log.example.org\nparticipant = gateway\ncertificate = g.pem\n"            \
    "key = /etc/g.key\ncard = card\n[log]\nkey = log.key\nstatement = log.statement\n"             \
    "[trust]\nanchors = ca.pem\nregistrar = sha256:00\ndirectory = directory.xml\n"                \
    "[rules]\nfolder = rules\n[archive]\npath = archive.db\n[door]\ncurve = door.curve\n"          \
    "[hall]\ncurve = hall.curve\n"

static enum eg_status read_text(struct eg_settings *out, const char *text, struct eg_error *err)
{
    char *folder = temp_folder();
    char path[512];
    temp_write(folder, "emgated.ini", eg_bytes_of(text));
    snprintf(path, sizeof path, "%s/emgated.ini", folder);
    enum eg_status status = eg_settings_read(out, path, err);
    temp_remove(&folder);
    return status;
}

/* The least settings with these lines behind them are refused in these words. */
static void refused(const char *lines, const char *words)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_settings *untouched = calloc(1, sizeof *untouched);
    struct eg_error err = {0};
    char text[2048];
    snprintf(text, sizeof text, "%s%s", LEAST, lines);
    cr_expect_eq(read_text(settings, text, &err), EG_E_USAGE, "%s", lines);
    cr_expect(strstr(err.text, words) != NULL, "%s: %s", lines, err.text);
    cr_expect_eq(memcmp(settings, untouched, sizeof *settings), 0);
    free(settings);
    free(untouched);
}

Test(settings, reads_the_least_and_fills_in_the_rest)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_error err = {0};
    cr_assert_eq(read_text(settings, LEAST, &err), EG_OK, "%s", err.text);
    cr_expect_str_eq(settings->origin, "log.example.org");
    cr_expect_str_eq(settings->key, "/etc/g.key");
    cr_expect(strstr(settings->certificate, "/g.pem") != NULL, "beside the file of settings");
    cr_expect_str_eq(settings->crls, "");
    cr_expect_str_eq(settings->journal_level, "info");
    cr_expect_eq(settings->workers, 2);
    free(settings);
}

Test(settings, refuses_an_unknown_key_and_names_the_nearest)
{
    refused("[limits]\nraet = 5\n", "nearest is limits.rate");
    refused("[nowhere]\nrate = 5\n", "unknown setting nowhere.rate");
}

Test(settings, refuses_a_key_that_stands_twice)
{
    refused("[limits]\nrate = 5\nrate = 5\n", "twice");
    refused("[limits]\nrate = 5\n[limits]\nrate = 6\n", "twice");
}

Test(settings, refuses_numbers_out_of_bounds_or_form)
{
    const char *const values[] = {"0", "1000001", "-1", "5x", "0x5", "", "1 000", "1.0"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char lines[64];
        snprintf(lines, sizeof lines, "[limits]\nrate = %s\n", values[i]);
        refused(lines, "limits.rate must be a whole number from 1 to 1000000");
    }
}

Test(settings, refuses_a_level_that_is_none)
{
    refused("[gateway]\njournal = verbose\n", "must be error, warn, info or debug");
    refused("[gateway]\njournal = INFO\n", "must be error, warn, info or debug");
}

Test(settings, refuses_a_missing_key_and_says_what_it_is_for)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_error err = {0};
    cr_expect_eq(read_text(settings, "[gateway]\norigin = a\n", &err), EG_E_USAGE);
    cr_expect(strstr(err.text, "gateway.participant is missing: The gateway") != NULL, "%s",
              err.text);
    free(settings);
}

Test(settings, refuses_a_line_without_key_and_a_file_that_is_not_there)
{
    refused("nonsense\n", "is not 'key = value'");
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_error err = {0};
    cr_expect_eq(eg_settings_read(settings, "/nonexistent/emgated.ini", &err), EG_E_NOTFOUND);
    free(settings);
}

Test(settings, refuses_what_is_no_word_of_an_entry)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_error err = {0};
    char text[2048];
    snprintf(text, sizeof text, "%s", LEAST);
    memcpy(strstr(text, "log.example.org"), "log example.org", 15);
    cr_expect_eq(read_text(settings, text, &err), EG_E_USAGE);
    cr_expect_str_eq(err.where, "gateway.origin");
    free(settings);
}

Test(settings, refuses_what_is_no_file_of_text)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    struct eg_error err = {0};
    cr_expect_eq(eg_settings_read(settings, "/dev/zero", &err), EG_E_IO);
    cr_expect_eq(eg_settings_read(settings, "/", &err), EG_E_IO);
    char *folder = temp_folder();
    char path[512];
    snprintf(path, sizeof path, "%s/emgated.ini", folder);
    temp_write(folder, "emgated.ini", (struct eg_bytes){(const uint8_t *)"[log]\0\n", 7});
    cr_expect_eq(eg_settings_read(settings, path, &err), EG_E_USAGE);
    temp_remove(&folder);
    free(settings);
}

Test(settings, prints_nothing_that_ends_in_a_blank)
{
    struct eg_buf text;
    eg_buf_init(&text, EG_MIB);
    eg_settings_print(&text);
    cr_assert(!text.failed);
    cr_expect(strstr((const char *)text.data, " \n") == NULL);
    cr_expect(strstr((const char *)text.data, "\ncrls =\n") != NULL);
    eg_buf_done(&text);
}
