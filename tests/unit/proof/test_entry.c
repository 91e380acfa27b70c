/*
 * Entries: one text for one entry, and no other.
 */
#include "proof/entry.h"

#include "tests/support/entries.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_buf text;
static struct eg_error err;

static void set_up(void)
{
    eg_buf_init(&text, EG_ENTRY_MAX);
}

static void tear_down(void)
{
    eg_buf_done(&text);
}

TestSuite(entry, .init = set_up, .fini = tear_down);

static void write_entry(const struct eg_entry *entry)
{
    eg_buf_reset(&text);
    cr_assert_eq(eg_entry_write(&text, entry, &err), EG_OK, "%s", err.text);
}

static enum eg_status read_text(const char *octets, size_t len)
{
    struct eg_entry out = {.semantics = 77};
    enum eg_status status =
        eg_entry_read(&out, (struct eg_bytes){(const uint8_t *)octets, len}, &err);

    if (status != EG_OK) {
        cr_assert_eq(out.semantics, 77, "untouched on failure");
    }
    return status;
}

#define HEX(two) two two two two two two two two two two two two two two two two
#define DIGEST(two) "sha256:" HEX(two) HEX(two)

Test(entry, has_the_text_of_the_header)
{
    struct eg_entry entry = test_submission();

    write_entry(&entry);
    cr_assert_str_eq(
        (char *)text.data,
        "emgate entry 1\n"
        "kind submission\n"
        "identity plant-operator report/2011-04-06 1\n"
        "received-at 2026-11-23T22:30:00.123Z\n"
        "recorded-at 2026-11-23T22:30:00.456Z\n"
        "signer " DIGEST(
            "01") "\n"
                  "report " DIGEST(
                      "02") "\n"
                            "signature " DIGEST(
                                "03") "\n"
                                      "package eu.ied.annex-v.gas-turbine 1.0.0 " DIGEST(
                                          "04") "\n"
                                                "directory 7 " DIGEST(
                                                    "05") "\n"
                                                          "revocation " DIGEST(
                                                              "06") "\n"
                                                                    "parameters " DIGEST(
                                                                        "07") "\n"
                                                                              "facts " DIGEST(
                                                                                  "08") "\n"
                                                                                        "findings"
                                                                                        " " DIGEST(
                                                                                            "09") "\n"
                                                                                                  "notification daily authority " DIGEST(
                                                                                                      "0a") "\n"
                                                                                                            "notification daily public " DIGEST(
                                                                                                                "0b") "\n"
                                                                                                                      "semantics 1\n"
                                                                                                                      "outcome accepted\n");
}

Test(entry, comes_back_as_it_was_written)
{
    struct eg_entry entries[2] = {test_submission(), test_key_entry()};

    for (size_t i = 0; i < 2; i++) {
        struct eg_entry back = {0};
        struct eg_buf again;
        write_entry(&entries[i]);
        cr_assert_eq(eg_entry_read(&back, eg_bytes_view(&text), &err), EG_OK, "%s", err.text);
        eg_buf_init(&again, EG_ENTRY_MAX);
        cr_assert_eq(eg_entry_write(&again, &back, &err), EG_OK);
        cr_assert(eg_bytes_equal(eg_bytes_view(&again), eg_bytes_view(&text)));
        eg_buf_done(&again);
    }
}

Test(entry, the_smallest_of_each_kind_comes_back)
{
    for (int kind = EG_ENTRY_SUBMISSION; kind <= EG_ENTRY_KEY; kind++) {
        struct eg_entry entry = {.kind = (enum eg_entry_kind)kind,
                                 .identity = {"p", "i", 1},
                                 .has_log_key = kind == EG_ENTRY_KEY};
        write_entry(&entry);
        cr_assert_eq(read_text((char *)text.data, text.len), EG_OK);
    }
}

Test(entry, refuses_each_line_left_out_or_doubled_or_swapped_unless_it_may_be)
{
    struct eg_entry entry = test_submission();
    char *lines[32] = {0};
    size_t count = 0;
    char made[8000];

    write_entry(&entry);
    char *copy = eg_bytes_dup(eg_bytes_view(&text));
    char *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0';
         line = strsep(&rest, "\n")) {
        lines[count++] = line;
    }
    cr_assert_eq(count, 18);
    /* These may be absent: report to findings, and notifications. */
    for (size_t change = 0; change < 3; change++) {
        for (size_t i = 0; i + (change == 2 ? 1 : 0) < count; i++) {
            size_t len = 0;
            for (size_t k = 0; k < count; k++) {
                size_t from = change == 2 && k == i ? k + 1 : change == 2 && k == i + 1 ? k - 1 : k;
                int copies = change == 0 && k == i ? 0 : change == 1 && k == i ? 2 : 1;
                for (int c = 0; c < copies; c++) {
                    len += (size_t)snprintf(made + len, sizeof(made) - len, "%s\n", lines[from]);
                }
            }
            bool optional = change == 0 && i >= 6 && i <= 15;
            bool notification = (change == 1 && (i == 14 || i == 15)) || (change == 2 && i == 14);
            cr_assert_eq(read_text(made, len), optional || notification ? EG_OK : EG_E_FORMAT,
                         "change %zu of line %zu", change, i + 1);
        }
    }
    free(copy);
}

Test(entry, refuses_every_cut_and_every_octet_too_many)
{
    struct eg_entry entry = test_submission();

    write_entry(&entry);
    for (size_t len = 0; len < text.len; len++) {
        cr_assert_eq(read_text((char *)text.data, len), EG_E_FORMAT, "length %zu", len);
    }
    const char *const behind[] = {"\n", "x", "outcome accepted\n", "unknown x\n"};
    for (size_t i = 0; i < 4; i++) {
        struct eg_buf more;
        eg_buf_init(&more, EG_ENTRY_MAX);
        eg_buf_bytes(&more, eg_bytes_view(&text));
        eg_buf_text(&more, behind[i]);
        cr_assert_eq(read_text((char *)more.data, more.len), EG_E_FORMAT);
        eg_buf_done(&more);
    }
}

static void assert_replaced(const char *from, const char *to)
{
    char made[8000];
    char *at = strstr((char *)text.data, from);

    cr_assert_not_null(at, "%s", from);
    int len = snprintf(made, sizeof(made), "%.*s%s%s", (int)(at - (char *)text.data),
                       (char *)text.data, to, at + strlen(from));
    cr_assert_eq(read_text(made, (size_t)len), EG_E_FORMAT, "%s -> %s", from, to);
}

Test(entry, refuses_every_second_form_of_a_value)
{
    struct eg_entry entry = test_submission();

    write_entry(&entry);
    const char *const pairs[][2] = {
        {"entry 1", "entry 2"},
        {"kind submission", "kind delivery"},
        {"kind submission", "kind key"},
        {"kind submission", "kind package"},
        {"06 1\n", "06 01\n"},
        {"06 1\n", "06 0\n"},
        {"06 1\n", "06 1000000\n"},
        {"06 1\n", "06  1\n"},
        {"plant-operator", "plant operator"},
        {"30:00.123Z", "30:00.1230Z"},
        {"30:00.123Z", "30:60.123Z"},
        {"sha256:0101", "sha256:01"},
        {"sha256:0a", "sha256:0A"},
        {"directory 7", "directory 07"},
        {"1.0.0 sha", "1.0.0  sha"},
        {"semantics 1", "semantics 4294967296"},
        {"outcome accepted", "outcome Accepted"},
        {"outcome accepted", "outcome accepted "},
        {"daily authority", "daily"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_replaced(pairs[i][0], pairs[i][1]);
    }
}

Test(entry, holds_the_most_notifications_and_no_more)
{
    struct eg_entry entry = test_submission();
    struct eg_buf more;

    entry.notification_count = EG_NOTIFICATIONS_MAX;
    for (size_t i = 0; i < EG_NOTIFICATIONS_MAX; i++) {
        entry.notifications[i] = entry.notifications[0];
    }
    write_entry(&entry);
    cr_assert_eq(read_text((char *)text.data, text.len), EG_OK);
    char *line = strstr((char *)text.data, "notification");
    char *end = strchr(line, '\n') + 1;
    eg_buf_init(&more, EG_ENTRY_MAX);
    eg_buf_add(&more, text.data, (size_t)(end - (char *)text.data));
    eg_buf_text(&more, line);
    cr_assert_eq(read_text((char *)more.data, more.len), EG_E_FORMAT);
    eg_buf_done(&more);
}

Test(entry, writes_nothing_that_could_not_be_read)
{
    struct eg_entry wrong[6];

    for (size_t i = 0; i < 6; i++) {
        wrong[i] = test_submission();
    }
    memcpy(wrong[0].identity.id, "two words", 10);
    wrong[1].identity.version = 0;
    wrong[2].package.id[0] = '\0';
    memcpy(wrong[3].notifications[1].recipient, "a b", 4);
    wrong[4].notification_count = EG_NOTIFICATIONS_MAX + 1;
    wrong[5].has_log_key = true;
    for (size_t i = 0; i < 6; i++) {
        eg_buf_reset(&text);
        eg_buf_text(&text, "before");
        cr_assert_eq(eg_entry_write(&text, &wrong[i], &err), EG_E_FORMAT, "case %zu", i);
        cr_assert_eq(text.len, 6);
    }
}

Test(entry, refuses_a_text_that_is_longer_than_any)
{
    char *large = malloc(EG_ENTRY_MAX + 1);

    memset(large, 'x', EG_ENTRY_MAX + 1);
    cr_assert_eq(read_text(large, EG_ENTRY_MAX + 1), EG_E_FORMAT);
    free(large);
}

/* ---- statements about packages -----------------------------------------------------------------
 */

#define STATED                                                                                     \
    "kind package\nrecorded-at 2026-11-23T22:30:00.456Z\nsigner " DIGEST("11") "\nreport " DIGEST( \
        "22") "\nsignature " DIGEST("33") "\n"
#define OF "package de.x 1.0.0 " DIGEST("44") "\n"

static enum eg_status read_lines_of(const char *lines)
{
    char whole[2000];
    snprintf(whole, sizeof whole, "emgate entry 1\n%s", lines);
    return read_text(whole, strlen(whole));
}

Test(entry, of_a_package_may_be_a_statement_about_it)
{
    struct eg_entry entry;
    const char *lines = "emgate entry 1\n" STATED OF "state withdrawn 12\n";
    cr_assert_eq(eg_entry_read(&entry, eg_bytes_of(lines), &err), EG_OK, "%s", err.text);
    cr_assert(entry.has_state && entry.withdrawn);
    cr_assert_eq(entry.state_number, 12);
    cr_assert_eq(read_lines_of(STATED OF "state active 1\n"), EG_OK);
    cr_assert_eq(read_lines_of(STATED OF), EG_OK);
}

Test(entry, refuses_a_statement_that_is_none)
{
    cr_expect_eq(read_lines_of(STATED OF "state active 0\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state active 01\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state active\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state gone 1\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state active 1 \n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state active 1\nstate active 1\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED "state active 1\n" OF), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED "state active 1\n"), EG_E_FORMAT);
    cr_expect_eq(read_lines_of(STATED OF "state active 4294967296\n"), EG_E_FORMAT);
}

Test(entry, has_a_state_only_of_a_package)
{
    struct eg_entry entry = test_submission();
    entry.has_state = true;
    entry.state_number = 1;
    cr_assert_eq(eg_entry_write(&text, &entry, &err), EG_E_FORMAT);
}
