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
                                 .form = 1,
                                 .signer = {{1}},
                                 .has_log_key = kind == EG_ENTRY_KEY};
        if (kind == EG_ENTRY_SUBMISSION) {
            entry.identity = (struct eg_identity){"p", "i", 1};
        }
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
        {"kind submission", "kind period"},
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

/* ---- form 2 -----------------------------------------------------------------------------------
 */

#define TIMES "received-at 2026-11-23T22:30:00.123Z\n"
#define RECORDED "recorded-at 2026-11-23T22:30:00.456Z\n"
#define SIGNED_BY "signer " DIGEST("01") "\nreport " DIGEST("02") "\nsignature " DIGEST("03") "\n"
#define REPORTED "plant gt-1\nreport-kind continuous\nperiod 2026-11-22 2026-11-22\n"
#define JUDGED                                                                                     \
    "package eu.ied.a 1.0.0 " DIGEST("04") "\nparameters " DIGEST("07") "\nfindings " DIGEST(      \
        "09") "\nverdict accepted\ncounts 108 98 2 10\n"
#define JUDGED_LEAST                                                                               \
    "package eu.ied.a 1.0.0 " DIGEST("04") "\nfindings " DIGEST(                                   \
        "09") "\nverdict accepted\ncounts 108 98 2 10\n"
#define JUDGED_TOO                                                                                 \
    "package de.b 2.1.0 " DIGEST("0c") "\nfacts " DIGEST("08") "\nfindings " DIGEST(               \
        "0d") "\nverdict rejected\ncounts 5 5 1 0\n"

/* One of each kind, with all that it may have. */
static const struct {
    const char *kind, *lines;
} whole[] = {
    {"submission",
     "identity op r-1 2\n" REPORTED "source stack-1\nsource stack-2\nsupersedes "
     "41\n" TIMES RECORDED SIGNED_BY JUDGED JUDGED_TOO
     "directory 7 " DIGEST("05") "\nrevocation " DIGEST(
         "06") "\nnotification daily authority 12 " DIGEST("0a") "\nnotification daily op "
                                                                 "- " DIGEST("0b") "\nsemantics "
                                                                                   "4\noutcome "
                                                                                   "rejected\n"},
    {"package", RECORDED SIGNED_BY
     "package eu.ied.a 1.0.0 " DIGEST("04") "\nstate withdrawn 3\nrevocation " DIGEST("06") "\n"},
    {"directory", RECORDED SIGNED_BY "directory 7 " DIGEST("05") "\nrevocation " DIGEST("06") "\n"},
    {"key", RECORDED SIGNED_BY "old-signature " DIGEST("0e") "\nrevocation " DIGEST(
                "06") "\nlog-key " HEX("cd") HEX("cd") "\n"},
    {"period", "subject 41\nplant gt-1\nreport-kind -\nperiod 2026-01-01 2026-12-31\nsource "
               "*\nsupersedes 12\n" RECORDED JUDGED
               "directory 7 " DIGEST("05") "\nnotification year authority 13 " DIGEST(
                   "0a") "\nsemantics 4\noutcome accepted\n"},
    {"delivery", "subject 41\nparticipant authority\n" RECORDED},
    {"acknowledgement", "subject 41\nparticipant authority\n" TIMES RECORDED SIGNED_BY
                        "revocation " DIGEST("06") "\n"},
    {"withdrawal", "identity op r-1 2\nsubject 41\nreason mistake\n" TIMES RECORDED SIGNED_BY
                   "revocation " DIGEST("06") "\n"},
    {"access", "subject 41\nparticipant auditor\nreason order-12\n" RECORDED},
    {"erasure", "subject 41\nparticipant op\nreason retention\n" RECORDED SIGNED_BY},
    {"break",
     "subject 41\nreason restored\n" RECORDED "log-key " HEX("cd") HEX("cd") "\nsemantics 4\n"},
    {"held", "identity op r-1 2\nreason ceiling\n" TIMES RECORDED SIGNED_BY
             "directory 7 " DIGEST("05") "\nrevocation " DIGEST("06") "\n"},
};
enum { WHOLE = sizeof whole / sizeof whole[0] };

/* The least that each kind must have. */
static const struct {
    const char *kind, *lines;
} least[] = {
    {"submission", "identity op r-1 2\n" TIMES RECORDED SIGNED_BY "findings " DIGEST(
                       "09") "\nverdict rejected\ncounts 0 0 0 0\nsemantics 4\noutcome rejected\n"},
    {"package", RECORDED SIGNED_BY "package eu.ied.a 1.0.0 " DIGEST("04") "\n"},
    {"directory", RECORDED SIGNED_BY "directory 7 " DIGEST("05") "\n"},
    {"key", RECORDED SIGNED_BY "log-key " HEX("cd") HEX("cd") "\n"},
    {"period", REPORTED RECORDED JUDGED_LEAST "semantics 4\noutcome accepted\n"},
    {"delivery", "subject 0\nparticipant authority\n" RECORDED},
    {"acknowledgement", "subject 0\nparticipant authority\n" TIMES RECORDED SIGNED_BY},
    {"withdrawal", "identity op r-1 2\nsubject 0\n" TIMES RECORDED SIGNED_BY},
    {"access", "subject 0\nparticipant auditor\n" RECORDED},
    {"erasure", "subject 0\nreason retention\n" RECORDED},
    {"break", "reason form\n" RECORDED "semantics 4\n"},
    {"held", "reason ceiling\n" TIMES RECORDED SIGNED_BY},
};

static size_t put(char *out, size_t size, const char *kind, const char *lines)
{
    return (size_t)snprintf(out, size, "emgate entry 2\nkind %s\n%s", kind, lines);
}

Test(entry, each_kind_comes_back_whole_and_with_the_least)
{
    char made[8000];

    for (size_t i = 0; i < WHOLE; i++) {
        size_t len = put(made, sizeof made, whole[i].kind, whole[i].lines);
        cr_expect_eq(read_text(made, len), EG_OK, "%s: %s", whole[i].kind, err.text);
        len = put(made, sizeof made, least[i].kind, least[i].lines);
        cr_expect_eq(read_text(made, len), EG_OK, "least %s: %s", least[i].kind, err.text);
    }
}

/* Each line of each kind: left out of the least, doubled, or changed with the next one. */
static void change_lines(const char *kind, const char *lines, int change, bool *any_taken)
{
    char *copy = strdup(lines), *list[40] = {0}, *rest = copy, made[8000];
    size_t count = 0;

    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0';
         line = strsep(&rest, "\n")) {
        list[count++] = line;
    }
    *any_taken = false;
    for (size_t i = 0; i + (change == 2 ? 1 : 0) < count; i++) {
        size_t len = put(made, sizeof made, kind, "");
        for (size_t k = 0; k < count; k++) {
            size_t from = change == 2 && k == i ? k + 1 : change == 2 && k == i + 1 ? k - 1 : k;
            int copies = change == 0 && k == i ? 0 : change == 1 && k == i ? 2 : 1;
            for (int c = 0; c < copies; c++) {
                len += (size_t)snprintf(made + len, sizeof made - len, "%s\n", list[from]);
            }
        }
        bool may = (change == 1 && strncmp(list[i], "source stack", 12) == 0) ||
                   (change == 1 && strncmp(list[i], "notification", 12) == 0) ||
                   (change == 2 && strncmp(list[i], "source", 6) == 0 &&
                    strncmp(list[i + 1], "source", 6) == 0) ||
                   (change == 2 && strncmp(list[i], "notification", 12) == 0 &&
                    strncmp(list[i + 1], "notification", 12) == 0);
        bool taken = read_text(made, len) == EG_OK;
        cr_expect_eq(taken, may, "%s: change %d of \"%s\"", kind, change, list[i]);
        *any_taken = *any_taken || taken;
    }
    free(copy);
}

Test(entry, each_kind_refuses_a_line_left_out_doubled_or_swapped)
{
    bool taken = false;

    for (size_t i = 0; i < WHOLE; i++) {
        change_lines(least[i].kind, least[i].lines, 0, &taken);
        cr_expect_not(taken, "%s", least[i].kind);
        change_lines(whole[i].kind, whole[i].lines, 1, &taken);
        change_lines(whole[i].kind, whole[i].lines, 2, &taken);
    }
}

Test(entry, each_kind_refuses_the_lines_of_another)
{
    char made[8000];

    for (size_t i = 0; i < WHOLE; i++) {
        for (size_t k = 0; k < WHOLE; k++) {
            /* what was shown, delivered or erased may be about the same */
            bool same =
                i == k ||
                (strcmp(least[i].kind, "access") == 0 && strcmp(whole[k].kind, "delivery") == 0) ||
                (strcmp(least[i].kind, "erasure") == 0 && strcmp(whole[k].kind, "access") == 0);
            size_t len = put(made, sizeof made, least[i].kind, whole[k].lines);
            bool taken = read_text(made, len) == EG_OK;
            cr_expect(!taken || same, "%s took the lines of %s", least[i].kind, whole[k].kind);
        }
    }
}

Test(entry, refuses_what_has_a_second_form_in_form_2)
{
    static const char *const pairs[][2] = {
        {"entry 2", "entry 1"},
        {"entry 2", "entry 3"},
        {"entry 2", "entry 02"},
        {"plant gt-1", "plant gt 1"},
        {"plant gt-1\n", ""},
        {"report-kind continuous\n", ""},
        {"period 2026-11-22 2026-11-22\n", ""},
        {"period 2026-11-22 2026-11-22", "period 2026-11-23 2026-11-22"},
        {"period 2026-11-22 2026-11-22", "period 2026-02-30 2026-11-22"},
        {"period 2026-11-22 2026-11-22", "period 2026-11-22"},
        {"source stack-1", "source *"},
        {"source stack-1", "source stack 1"},
        {"supersedes 41", "supersedes 041"},
        {"supersedes 41", "supersedes -1"},
        {"verdict accepted", "verdict Accepted"},
        {"verdict accepted", "verdict rejected\nverdict accepted"},
        {"counts 108 98 2 10", "counts 108 98 2 11"},
        {"counts 108 98 2 10", "counts 108 98 99 10"},
        {"counts 108 98 2 10", "counts 98 108 2 10"},
        {"counts 108 98 2 10", "counts 108 98 2"},
        {"counts 108 98 2 10", "counts 108 98 2 10 0"},
        {"counts 108 98 2 10\n", ""},
        {"authority 12 ", "authority 012 "},
        {"authority 12 ", "authority 0 "},
        {"authority 12 ", "authority "},
        {"op - ", "op -- "},
        {"outcome rejected", "outcome accepted"},
    };
    char made[8000];

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        eg_buf_reset(&text);
        size_t len = put(made, sizeof made, whole[0].kind, whole[0].lines);
        eg_buf_add(&text, made, len);
        eg_buf_char(&text, '\0');
        assert_replaced(pairs[i][0], pairs[i][1]);
    }
}

Test(entry, its_counts_are_those_of_all_packages)
{
    struct eg_entry entry = {.form = 0};
    struct eg_counts counts;
    char made[8000];
    size_t len = put(made, sizeof made, whole[0].kind, whole[0].lines);

    cr_assert_eq(eg_entry_read(&entry, (struct eg_bytes){(uint8_t *)made, len}, &err), EG_OK);
    cr_assert_eq(entry.other_count, 1);
    cr_assert(eg_entry_counts(&counts, &entry));
    cr_expect_eq(counts.owed, 113);
    cr_expect_eq(counts.judged, 103);
    cr_expect_eq(counts.exceeded, 3);
    cr_expect_eq(counts.undecided, 10);
    struct eg_entry old = test_submission();
    cr_expect_not(eg_entry_counts(&counts, &old), "of before: not counted");
    entry.kind = EG_ENTRY_KEY;
    cr_expect_not(eg_entry_counts(&counts, &entry), "nothing is judged");
}

Test(entry, writes_no_form_2_that_could_not_be_read)
{
    struct eg_entry good = {.form = 0}, wrong[12];
    char made[8000];
    size_t len = put(made, sizeof made, whole[0].kind, whole[0].lines);

    cr_assert_eq(eg_entry_read(&good, (struct eg_bytes){(uint8_t *)made, len}, &err), EG_OK);
    for (size_t i = 0; i < 12; i++) {
        wrong[i] = good;
    }
    wrong[0].counts.undecided++;
    wrong[1].others[0].counts.judged = 0;
    wrong[2].accepted = true;
    wrong[3].has_findings = false;
    wrong[4].kind = EG_ENTRY_KINDS;
    wrong[5].form = EG_ENTRY_FORM + 1;
    wrong[6].source_count = EG_ENTRY_SOURCES_MAX + 1;
    wrong[7].other_count = EG_JUDGING_PACKAGES_MAX;
    wrong[8].from[0] = '\0';
    memcpy(wrong[9].participant, "op", 3);
    wrong[10].form = 1;
    wrong[11].has_package = false;
    for (size_t i = 0; i < 12; i++) {
        eg_buf_reset(&text);
        cr_expect_eq(eg_entry_write(&text, &wrong[i], &err), EG_E_FORMAT, "case %zu", i);
        cr_expect_eq(text.len, 0, "case %zu", i);
    }
}
