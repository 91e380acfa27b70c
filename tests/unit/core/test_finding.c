/*
 * Findings in memory and as canonical text.
 */
#include "core/finding.h"

#include "base/limits.h"
#include "core/package.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_findings findings;
static struct eg_buf text;
static struct eg_error err;

static void set_up(void)
{
    eg_findings_init(&findings);
    eg_buf_init(&text, EG_FINDINGS_MAX);
}

static void tear_down(void)
{
    eg_findings_done(&findings);
    eg_buf_done(&text);
}

TestSuite(finding, .init = set_up, .fini = tear_down);

static struct eg_finding *add(enum eg_severity severity, const char *rule)
{
    struct eg_finding *finding = NULL;

    const struct eg_finding_head head = {
        .severity = severity, .rule = rule, .step = 2, .location = "/r/v[1]", .line = 7};
    cr_assert_eq(eg_findings_add(&findings, &head, &finding, &err), EG_OK);
    return finding;
}

static void add_value(struct eg_finding *finding, const char *name, const char *value)
{
    cr_assert_eq(eg_finding_value(finding, name, value, &err), EG_OK);
}

static enum eg_status read_text(struct eg_bytes octets, struct eg_findings *out)
{
    struct eg_findings_text read = {.has_package = false};
    enum eg_status status = eg_findings_read(&read, octets, &err);

    if (status == EG_OK) {
        *out = read.findings;
        eg_judged_done(&read.judged);
    }
    return status;
}

static enum eg_status judge(const char *octets)
{
    struct eg_findings out = {.omitted = 77};
    enum eg_status status = read_text(eg_bytes_of(octets), &out);

    if (status == EG_OK) {
        eg_findings_done(&out);
    } else {
        cr_assert_eq(out.omitted, 77, "untouched on failure");
    }
    return status;
}

/* Written, read and written again: the same octets. */
static void assert_round_trip(void)
{
    struct eg_findings back;
    struct eg_buf again;

    eg_buf_reset(&text);
    cr_assert_eq(eg_findings_write(&text, &findings, NULL, NULL, &err), EG_OK, "%s", err.text);
    cr_assert_eq(read_text(eg_bytes_view(&text), &back), EG_OK, "%s", err.text);
    cr_assert_eq(eg_findings_valid(&back), eg_findings_valid(&findings));
    eg_buf_init(&again, EG_FINDINGS_MAX);
    cr_assert_eq(eg_findings_write(&again, &back, NULL, NULL, &err), EG_OK);
    cr_assert(eg_bytes_equal(eg_bytes_view(&again), eg_bytes_view(&text)));
    eg_buf_done(&again);
    eg_findings_done(&back);
}

Test(finding, has_the_text_of_the_header)
{
    struct eg_package_ref package = {.id = "eu.ied.x", .version = "1.0.0"};
    struct eg_findings_text read;
    struct eg_finding *finding = add(EG_SEVERITY_ERROR, "label-at-end");

    add_value(finding, "label", "a\\b\nc");
    add_value(finding, "empty", "");
    const struct eg_finding_head head = {.severity = EG_SEVERITY_INFO, .rule = "r2"};
    cr_assert_eq(eg_findings_add(&findings, &head, NULL, &err), EG_OK);
    cr_assert_eq(eg_findings_write(&text, &findings, &package, NULL, &err), EG_OK);
    cr_assert_str_eq((char *)text.data,
                     "emgate findings 1\n"
                     "package eu.ied.x 1.0.0 sha256:"
                     "0000000000000000000000000000000000000000000000000000000000000000\n"
                     "valid no\nomitted 0\n"
                     "finding error label-at-end\nstep 2\nlocation /r/v[1]\nline 7\n"
                     "value label a\\\\b\\nc\nvalue empty \n"
                     "finding info r2\nstep 0\nline 0\n");
    cr_assert_eq(eg_findings_read(&read, eg_bytes_view(&text), &err), EG_OK);
    cr_assert(read.has_package && !read.counted);
    cr_assert_str_eq(read.package.version, "1.0.0");
    cr_assert_eq(read.findings.count, 2);
    cr_assert_str_eq(read.findings.list[0].values[0].text, "a\\b\nc");
    cr_assert_null(read.findings.list[1].location);
    cr_assert_eq(read.findings.by_severity[EG_SEVERITY_ERROR], 1);
    eg_findings_text_done(&read);
}

Test(finding, none_is_valid_and_comes_back)
{
    cr_assert(eg_findings_valid(&findings));
    assert_round_trip();
    cr_assert_str_eq((char *)text.data, "emgate findings 1\nvalid yes\nomitted 0\n");
}

Test(finding, only_error_and_fatal_make_invalid)
{
    add(EG_SEVERITY_INFO, "a");
    add(EG_SEVERITY_WARNING, "b");
    cr_assert(eg_findings_valid(&findings));
    add(EG_SEVERITY_FATAL, "c");
    cr_assert_not(eg_findings_valid(&findings));
    assert_round_trip();
}

Test(finding, octets_of_a_stranger_become_text_that_can_be_carried)
{
    struct eg_finding *finding = add(EG_SEVERITY_WARNING, "rule with \x01 and blank");

    add_value(finding, "two words",
              "a\tb\rc\x1b"
              "d\xFF\xC2\x85\xC3\xA4");
    add_value(finding, "", "x");
    cr_assert_str_eq(finding->values[0].name, "two-words");
    cr_assert_str_eq(finding->values[0].text, "a b c\xEF\xBF\xBD"
                                              "d\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA4");
    assert_round_trip();
}

Test(finding, a_value_is_cut_before_a_whole_character)
{
    char large[3000];
    struct eg_finding *finding = add(EG_SEVERITY_INFO, "r");

    memset(large, 'x', sizeof(large));
    memcpy(large + EG_FINDING_VALUE_MAX - 1, "\xC3\xA4", 2);
    large[sizeof(large) - 1] = '\0';
    add_value(finding, "v", large);
    cr_assert_eq(strlen(finding->values[0].text), EG_FINDING_VALUE_MAX - 1);
    memset(large, '\\', sizeof(large) - 1);
    add_value(finding, "w", large);
    cr_assert_eq(strlen(finding->values[1].text), EG_FINDING_VALUE_MAX);
    assert_round_trip();
}

Test(finding, beyond_the_ceiling_is_counted_only)
{
    for (size_t i = 0; i < EG_FINDINGS_COUNT_MAX; i++) {
        cr_assert_not_null(add(EG_SEVERITY_INFO, "r"));
    }
    cr_assert_null(add(EG_SEVERITY_ERROR, "r"));
    add_value(NULL, "name", "of an omitted one");
    cr_assert_eq(findings.count, EG_FINDINGS_COUNT_MAX);
    cr_assert_eq(findings.omitted, 1);
    cr_assert_not(eg_findings_valid(&findings), "an omitted error counts");
    assert_round_trip();
}

Test(finding, what_does_not_fit_in_octets_is_left_out_from_the_end)
{
    char large[EG_FINDING_VALUE_MAX + 1];
    struct eg_findings back;

    memset(large, 'x', EG_FINDING_VALUE_MAX);
    large[EG_FINDING_VALUE_MAX] = '\0';
    for (size_t i = 0; i < EG_FINDINGS_COUNT_MAX; i++) {
        struct eg_finding *finding = add(EG_SEVERITY_ERROR, "r");
        add_value(finding, "a", large);
        add_value(finding, "b", large);
    }
    assert_round_trip();
    cr_assert_leq(text.len, EG_FINDINGS_MAX);
    cr_assert_eq(read_text(eg_bytes_view(&text), &back), EG_OK);
    cr_assert_lt(back.count, EG_FINDINGS_COUNT_MAX);
    cr_assert_gt(back.count, 400);
    cr_assert_eq(back.count + back.omitted, EG_FINDINGS_COUNT_MAX);
    eg_findings_done(&back);
}

Test(finding, reading_refuses_every_other_form)
{
    const char *const wrong[] = {
        "",
        "emgate findings 1\n",
        "emgate findings 1\nvalid yes\n",
        "emgate findings 2\nvalid yes\nomitted 0\n",
        "emgate findings 1\nvalid yes\nomitted 0",
        "emgate findings 1\nvalid Yes\nomitted 0\n",
        "emgate findings 1\nvalid no\nomitted 0\n",
        "emgate findings 1\nvalid yes\nomitted 00\n",
        "emgate findings 1\nomitted 0\nvalid yes\n",
        "emgate findings 1\nvalid yes\nvalid yes\nomitted 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nother x\n",
        "emgate findings 1\nvalid yes\nomitted 0\nvalue a b\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nline 0\nstep 1\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding notice r\nstep 1\nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info\nstep 1\nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding error r\nstep 1\nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 01\nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nline -1\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nlocation \nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nlocation /a\nlocation "
        "/b\nline 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nline 0\nvalue a\n",
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nline 0\nvalue  b\n",
        "emgate findings 1\npackage a 1\nvalid yes\nomitted 0\n",
        "emgate findings 1\nvalid yes\nomitted 4294967296\n",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(judge(wrong[i]), EG_E_FORMAT, "case %zu", i);
    }
    cr_assert_eq(judge("emgate findings 1\nvalid no\nomitted 3\n"), EG_OK);
    cr_assert_eq(judge("emgate findings 1\nvalid yes\nomitted 3\n"), EG_OK);
}

Test(finding, reading_refuses_a_value_longer_than_any_that_is_written)
{
    char made[2000];
    char large[EG_FINDING_VALUE_MAX + 2];

    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    snprintf(
        made, sizeof(made),
        "emgate findings 1\nvalid yes\nomitted 0\nfinding info r\nstep 1\nline 0\nvalue a %s\n",
        large);
    cr_assert_eq(judge(made), EG_E_FORMAT);
    memmove(strstr(made, "xx"), strstr(made, "xx") + 1, strlen(strstr(made, "xx")));
    cr_assert_eq(judge(made), EG_OK);
}

Test(finding, severities_have_their_words)
{
    enum eg_severity severity = EG_SEVERITY_INFO;

    for (int i = EG_SEVERITY_INFO; i <= EG_SEVERITY_FATAL; i++) {
        cr_assert(eg_severity_named(eg_severity_text((enum eg_severity)i), &severity));
        cr_assert_eq((int)severity, i);
    }
    cr_assert_not(eg_severity_named("Error", &severity));
    cr_assert_not(eg_severity_named("", &severity));
}

Test(finding, built_in_rules_speak_both_languages)
{
    struct eg_finding *finding = add(EG_SEVERITY_ERROR, EG_RULE_SIZE);

    add_value(finding, "octets", "34");
    add_value(finding, "max", "32");
    cr_assert(eg_finding_builtin_text(finding, "en", &text));
    cr_assert_str_eq((char *)text.data, "The report has 34 octets; at most 32 are taken.");
    eg_buf_reset(&text);
    cr_assert(eg_finding_builtin_text(finding, "de", &text));
    cr_assert_str_eq((char *)text.data, "Der Bericht hat 34 Oktette; h\xC3\xB6"
                                        "chstens 32 werden angenommen.");
}

Test(finding, a_value_that_is_missing_shows_and_other_rules_are_not_built_in)
{
    cr_assert(eg_finding_builtin_text(add(EG_SEVERITY_ERROR, EG_RULE_IDENTITY_TAKEN), "en", &text));
    cr_assert_not_null(strstr((char *)text.data, "entry ?;"));
    cr_assert_not(eg_finding_builtin_text(add(EG_SEVERITY_ERROR, "r"), "en", &text));
}

/* ---- form 2: what was owed and judged ---------------------------------------------------------
 */

#define HEAD2 "emgate findings 2\nvalid yes\nomitted 0\n"
#define COUNTS "counts 97 48 2 49\n"
#define LIMITS                                                                                     \
    "judged GT13-HH stack-1 NOx 48 48 2 0 12\njudged GT13-HH stack-1 CO 48 0 0 48 0\n"             \
    "judged GT13-OUTAGE stack-1 - 1 0 0 1 0\n"

static struct eg_judged counted(void)
{
    static const struct {
        const char *rule, *component;
        struct eg_counts counts;
        uint64_t not_applicable;
    } rows[] = {{"GT13-HH", "NOx", {48, 48, 2, 0}, 12},
                {"GT13-HH", "CO", {48, 0, 0, 48}, 0},
                {"GT13-OUTAGE", "", {1, 0, 0, 1}, 0}};
    struct eg_judged judged;

    eg_judged_init(&judged);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct eg_judged_limit limit = {.rule = (char *)(uintptr_t)rows[i].rule,
                                              .source = (char *)(uintptr_t) "stack-1",
                                              .component = (char *)(uintptr_t)rows[i].component,
                                              .counts = rows[i].counts,
                                              .not_applicable = rows[i].not_applicable};
        cr_assert_eq(eg_judged_add(&judged, &limit, &err), EG_OK);
    }
    return judged;
}

Test(finding, says_what_was_owed_and_judged)
{
    struct eg_judged judged = counted();
    struct eg_findings_text read;

    cr_assert_eq(eg_findings_write(&text, &findings, NULL, &judged, &err), EG_OK);
    cr_assert_str_eq((char *)text.data, HEAD2 COUNTS LIMITS "judged-omitted 0\n");
    cr_assert_eq(eg_findings_read(&read, eg_bytes_view(&text), &err), EG_OK, "%s", err.text);
    cr_assert(read.counted);
    cr_expect_eq(read.judged.count, 3);
    cr_expect_eq(read.judged.counts.undecided, 49);
    cr_expect_eq(read.judged.list[0].not_applicable, 12);
    cr_expect_str_eq(read.judged.list[2].component, "");
    eg_findings_text_done(&read);
    eg_judged_done(&judged);
}

Test(finding, a_report_that_no_package_judged_owes_nothing_and_says_so)
{
    struct eg_judged judged;

    eg_judged_init(&judged);
    cr_assert_eq(eg_findings_write(&text, &findings, NULL, &judged, &err), EG_OK);
    cr_assert_str_eq((char *)text.data, HEAD2 "counts 0 0 0 0\njudged-omitted 0\n");
    cr_assert_eq(judge((char *)text.data), EG_OK);
}

Test(finding, names_of_a_stranger_do_not_part_a_line_of_counts)
{
    static const char *const names[] = {"two words",   "a\nfinding error x", "-",
                                        "back\\slash", "tab\there",          " "};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct eg_judged judged;
        const struct eg_judged_limit limit = {.rule = (char *)(uintptr_t) "r",
                                              .source = (char *)(uintptr_t)names[i],
                                              .component = (char *)(uintptr_t)names[i],
                                              .counts = {1, 1, 0, 0}};
        eg_judged_init(&judged);
        eg_buf_reset(&text);
        cr_assert_eq(eg_judged_add(&judged, &limit, &err), EG_OK);
        cr_assert_eq(eg_findings_write(&text, &findings, NULL, &judged, &err), EG_OK);
        cr_expect_eq(judge((char *)text.data), EG_OK, "%s", names[i]);
        eg_judged_done(&judged);
    }
}

Test(finding, limits_that_do_not_fit_are_counted)
{
    struct eg_judged judged;
    struct eg_findings_text read;
    char source[EG_ID_MAX + 1];

    memset(source, 's', EG_ID_MAX);
    source[EG_ID_MAX] = '\0';
    const struct eg_judged_limit limit = {.rule = (char *)(uintptr_t) "rule",
                                          .source = source,
                                          .component = source,
                                          .counts = {48, 40, 1, 8}};
    eg_judged_init(&judged);
    for (size_t i = 0; i < 5000; i++) {
        cr_assert_eq(eg_judged_add(&judged, &limit, &err), EG_OK);
    }
    cr_assert_eq(eg_findings_write(&text, &findings, NULL, &judged, &err), EG_OK);
    cr_assert_leq(text.len, EG_FINDINGS_MAX / 4 + 1024);
    cr_assert_eq(eg_findings_read(&read, eg_bytes_view(&text), &err), EG_OK, "%s", err.text);
    cr_expect_gt(read.judged.omitted, 0);
    cr_expect_eq(read.judged.count + read.judged.omitted, 5000);
    cr_expect_eq(read.judged.counts.owed, 5000 * 48);
    eg_findings_text_done(&read);
    eg_judged_done(&judged);
}

Test(finding, refuses_counts_that_do_not_add_up_or_have_another_form)
{
    static const char *const wrong[] = {
        HEAD2,
        HEAD2 COUNTS,
        HEAD2 COUNTS LIMITS,
        HEAD2 LIMITS "judged-omitted 0\n",
        HEAD2 COUNTS "judged-omitted 0\n",
        HEAD2 "counts 97 48 2 48\n" LIMITS "judged-omitted 0\n",
        HEAD2 "counts 97 48 1 49\n" LIMITS "judged-omitted 0\n",
        HEAD2 "counts 97 48 2 49 0\n" LIMITS "judged-omitted 0\n",
        HEAD2 "counts 97 48 2\n" LIMITS "judged-omitted 0\n",
        HEAD2 "counts 97 098 2 49\n" LIMITS "judged-omitted 0\n",
        HEAD2 "counts 1 1 0 0\njudged r s - 1 1 0 1 0\njudged-omitted 0\n",
        HEAD2 "counts 1 1 0 0\njudged r s - 1 1 0 0 2\njudged-omitted 0\n",
        HEAD2 "counts 1 1 0 0\njudged r s 1 1 0 0 0\njudged-omitted 0\n",
        HEAD2 "counts 1 1 0 0\njudged r s - 1 1 0 0\njudged-omitted 0\n",
        HEAD2 "counts 1 1 0 0\njudged r  - 1 1 0 0 0\njudged-omitted 0\n",
        HEAD2 "counts 1 1 2 0\njudged-omitted 1\n",
        HEAD2 "counts 0 0 0 0\njudged-omitted 00\n",
        HEAD2 "counts 0 0 0 0\njudged-omitted 4294967296\n",
        HEAD2 "judged-omitted 0\ncounts 0 0 0 0\n",
        "emgate findings 1\nvalid yes\nomitted 0\ncounts 0 0 0 0\njudged-omitted 0\n",
        "emgate findings 3\nvalid yes\nomitted 0\ncounts 0 0 0 0\njudged-omitted 0\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(judge(wrong[i]), EG_E_FORMAT, "case %zu", i);
    }
}
