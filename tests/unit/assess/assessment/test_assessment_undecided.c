/*
 * What is owed and could not be judged: counted, followed back to its reason, and told. Package a
 * judges NOx and CO of a gas turbine; half-hours 1-10 are off, 11 and 12 start-up, 13-46 on at 85
 * %.
 */
#include "tests/support/assessment_case.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void run(struct assessment_case *c)
{
    enum eg_status status = assessment_case_run(c);
    cr_assert_eq(status, EG_OK, "%s: %s", c->err.where, c->err.text);
    cr_assert(c->made);
}

static const struct eg_judged_limit *limit(const struct assessment_case *c, const char *rule,
                                           const char *component)
{
    for (size_t i = 0; i < c->judged.count; i++) {
        const struct eg_judged_limit *one = &c->judged.list[i];
        if (strcmp(one->rule, rule) == 0 && strcmp(one->component, component) == 0) {
            return one;
        }
    }
    cr_assert_fail("no limit %s of %s", rule, component);
    return NULL;
}

/* found, not found, not applicable, undecided */
static void expect(const struct assessment_case *c, const char *rule, const char *component,
                   const uint64_t want[4])
{
    const struct eg_judged_limit *one = limit(c, rule, component);
    cr_expect_eq(one->counts.owed, want[0] + want[1] + want[2] + want[3], "%s", rule);
    cr_expect_eq(one->counts.exceeded, want[0], "%s: found", rule);
    cr_expect_eq(one->counts.judged - one->counts.exceeded - one->not_applicable, want[1],
                 "%s: not found", rule);
    cr_expect_eq(one->not_applicable, want[2], "%s: not applicable", rule);
    cr_expect_eq(one->counts.undecided, want[3], "%s: undecided", rule);
}

#define EXPECT(c, rule, component, ...) expect(c, rule, component, (const uint64_t[4]){__VA_ARGS__})

static void replace_all(struct assessment_case *c, const char *from, const char *to, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        assessment_case_report(c, from, to);
    }
}

Test(assessment_undecided, counts_each_place_once)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    run(&c);
    EXPECT(&c, "GT13-HH", "NOx", 1, 30, 14, 3);
    EXPECT(&c, "GT13-DAY", "NOx", 0, 1, 0, 0);
    const char *text = NULL;
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_UNDECIDED_STATUS, &text), 1);
    cr_expect_not_null(strstr(text, "s1, NOx, GT13-HH: 3 of 48 could not be judged: the status of "
                                    "NOx is maintenance"),
                       "%s", text);
    xmlNode *judged = assessment_case_find(&c, "NOx", "judged", "id", "GT13-HH");
    cr_expect_str_eq(assessment_case_value(judged, "owed"), "48");
    cr_expect_str_eq(assessment_case_value(judged, "not-applicable"), "14");
    xmlNode *why = xmlFirstElementChild(judged);
    cr_expect_str_eq(assessment_case_value(why, "because"), "NOx");
    cr_expect_str_eq(assessment_case_value(why, "status"), "maintenance");
    cr_expect_str_eq(assessment_case_value(why, "count"), "3");
    assessment_case_done(&c);
}

Test(assessment_undecided, a_selection_that_is_not_known_drops_nothing)
{
    struct assessment_case c;
    const char *text = NULL;
    assessment_case_open(&c, "a");
    assessment_case_report(&c, "<companion name=\"load\" unit=\"%\">",
                           "<companion name=\"load\" unit=\"%\"></companion>"
                           "<companion name=\"pressure\" unit=\"%\">");
    run(&c);
    EXPECT(&c, "GT13-HH", "NOx", 0, 0, 10, 38); /* off is a clear no, whatever the load */
    EXPECT(&c, "GT13-DAY", "NOx", 0, 0, 0, 1);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_UNDECIDED_NOT_REPORTED, &text), 2);
    cr_expect_not_null(strstr(text, "38 of 48 could not be judged: load is not reported"), "%s",
                       text);
    xmlNode *mean = assessment_case_find(&c, "NOx", "figure", "name", "day-mean");
    cr_expect_str_eq(assessment_case_value(mean, "status"), "missing");
    cr_expect_str_eq(assessment_case_value(mean, "unanswered"), "38");
    assessment_case_done(&c);
}

Test(assessment_undecided, an_engine_of_before_is_repeated_as_it_was)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    c.semantics = 3;
    assessment_case_report(&c, "<companion name=\"load\" unit=\"%\">",
                           "<companion name=\"load\" unit=\"%\"></companion>"
                           "<companion name=\"pressure\" unit=\"%\">");
    cr_assert_eq(assessment_case_run(&c), EG_OK);
    cr_expect_eq(c.findings.count, 0);
    cr_expect_eq(c.judged.count, 0);
    cr_expect_not_null(strstr((const char *)c.octets.data, "urn:emgate:assessment-result:1"));
    cr_expect_null(strstr((const char *)c.octets.data, "not-applicable"));
    assessment_case_done(&c);
}

Test(assessment_undecided, a_partly_unknown_selection_is_borne_if_the_package_says_so)
{
    static const struct {
        const char *most, *status;
    } rows[] = {{"", "implausible"},
                {" unknown-max='0'", "implausible"},
                {" unknown-max='2'", "implausible"},
                {" unknown-max='3'", "valid"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assessment_case c;
        char mean[200] = "";
        assessment_case_open(&c, "a");
        replace_all(&c, "x=\"85\" s=\"valid\"", "s=\"malfunction\"", 3);
        (void)snprintf(mean, sizeof mean, "<mean%s name=\"day-mean\"", rows[i].most);
        assessment_case_package(&c, "<mean name=\"day-mean\"", mean);
        run(&c);
        xmlNode *figure = assessment_case_find(&c, "NOx", "figure", "name", "day-mean");
        cr_expect_str_eq(assessment_case_value(figure, "status"), rows[i].status, "%s",
                         rows[i].most);
        cr_expect_str_eq(assessment_case_value(figure, "unanswered"), "3");
        EXPECT(&c, "GT13-DAY", "NOx", 0, i == 3 ? 1 : 0, 0, i == 3 ? 0 : 1);
        assessment_case_done(&c);
    }
}

Test(assessment_undecided, a_day_that_is_invalid_says_its_own_reason)
{
    struct assessment_case c;
    const char *text = NULL;
    assessment_case_open(&c, "a");
    replace_all(&c, "x=\"62.0\" s=\"valid\"", "s=\"malfunction\"", 4);
    run(&c);
    EXPECT(&c, "GT13-HH", "NOx", 1, 26, 14, 7);
    EXPECT(&c, "GT13-DAY", "NOx", 0, 0, 0, 1);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_UNDECIDED_STATUS, NULL), 2);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_UNDECIDED_FIGURE, &text), 1);
    cr_expect_not_null(strstr(text, "day-mean is not valid: more than six half-hours"), "%s", text);
    assessment_case_done(&c);
}

Test(assessment_undecided, a_standstill_is_judged_and_does_not_apply)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    replace_all(&c, "w=\"on\"", "w=\"off\"", 34);
    replace_all(&c, "w=\"start-up\"", "w=\"off\"", 2);
    replace_all(&c, "w=\"shut-down\"", "w=\"off\"", 2);
    run(&c);
    EXPECT(&c, "GT13-HH", "NOx", 0, 0, 48, 0);
    EXPECT(&c, "GT13-DAY", "NOx", 0, 0, 1, 0);
    cr_expect_eq(c.judged.counts.undecided, 0);
    assessment_case_done(&c);
}

Test(assessment_undecided, a_count_of_which_some_is_unknown_answers_where_it_can)
{
    static const struct {
        const char *when, *answer;
    } rows[] = {{"some exceeds 30", "yes"},         {"some exceeds 31", "unknown"},
                {"some exceeds 34", "no"},          {"some is at least 31", "yes"},
                {"some is at least 34", "unknown"}, {"some is at least 35", "no"},
                {"some is at most 34", "yes"},      {"some is at most 33", "unknown"},
                {"some is at most 30", "no"},       {"some falls below 35", "yes"},
                {"some equals 32", "unknown"},      {"some equals 35", "no"},
                {"some differs from 35", "yes"},    {"some differs from 33", "unknown"},
                {"31 exceeds some", "no"},          {"33 exceeds some", "unknown"},
                {"35 exceeds some", "yes"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct assessment_case c;
        char lines[400] = "";
        assessment_case_open(&c, "a");
        /* 31 are valid, of 3 the number is not known */
        (void)snprintf(lines, sizeof lines,
                       "<round name='whole' of='vsta' place='0'/><count name='some' over='judged' "
                       "when='whole is at least 0' source='x'/><whether name='said' when='%s' "
                       "source='x'/><mean name=\"day-mean\"",
                       rows[i].when);
        assessment_case_package(&c, "<mean name=\"day-mean\"", lines);
        run(&c);
        cr_expect_str_eq(assessment_case_value(
                             assessment_case_find(&c, "NOx", "figure", "name", "said"), "value"),
                         rows[i].answer, "%s", rows[i].when);
        assessment_case_done(&c);
    }
}

/* ---- what is owed ------------------------------------------------------------------------- */

#define WITH_REQUIRE(when)                                                                         \
    "<series having=\"limit-day\"><require series='NOx CO' " when " source='x'/>"

Test(assessment_undecided, a_series_that_is_owed_and_not_there_owes_all_its_limits)
{
    struct assessment_case c;
    const char *text = NULL;
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<series having=\"limit-day\">", WITH_REQUIRE(""));
    struct eg_plant_setting *cleaned = &c.plant.settings[c.plant.setting_count - 1];
    cr_assert_str_eq(cleaned->name, "cleaned");
    cleaned->component[0] = '\0'; /* of every component */
    run(&c);
    EXPECT(&c, "GT13-HH", "CO", 0, 0, 14, 34);
    EXPECT(&c, "GT13-DAY", "CO", 0, 0, 0, 1);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_SERIES_OWED, &text), 1);
    cr_expect_not_null(strstr(text, "CO is owed by source s1 and not reported"), "%s", text);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_UNDECIDED_STATUS, NULL), 1, "of NOx alone");
    assessment_case_done(&c);
}

Test(assessment_undecided, what_the_plant_does_not_owe_is_not_missed)
{
    static const char *const packages[] = {WITH_REQUIRE("when='process is combined-cycle'"),
                                           "<series having=\"limit-day\"><require series='SO2' "
                                           "source='x'/>",
                                           WITH_REQUIRE("when='$lost-max exceeds 6'")};
    for (size_t i = 0; i < 3; i++) {
        struct assessment_case c;
        assessment_case_open(&c, "a");
        assessment_case_package(&c, "<series having=\"limit-day\">", packages[i]);
        run(&c);
        cr_expect_eq(assessment_case_rule(&c, EG_RULE_SERIES_OWED, NULL), 0, "%zu", i);
        assessment_case_done(&c);
    }
}

Test(assessment_undecided, a_column_that_is_owed_and_not_there_is_named)
{
    struct assessment_case c;
    const char *text = NULL;
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<series having=\"limit-day\">",
                            "<require columns='o2 load' source='x'/><series having=\"limit-day\">");
    assessment_case_report(&c, "<companion name=\"load\" unit=\"%\">",
                           "<companion name=\"load\" unit=\"%\"></companion>"
                           "<companion name=\"pressure\" unit=\"%\">");
    run(&c);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_COLUMN_OWED, &text), 1);
    cr_expect_not_null(strstr(text, "s1: load is owed and not reported"), "%s", text);
    assessment_case_done(&c);
}

Test(assessment_undecided, a_source_that_the_plant_has_and_the_report_has_not)
{
    struct assessment_case c;
    const char *text = NULL;
    struct eg_plant_source sources[] = {{.id = (char *)(uintptr_t) "s1"},
                                        {.id = (char *)(uintptr_t) "s2", .until = "2022-03-10"},
                                        {.id = (char *)(uintptr_t) "s3", .until = "2022-03-09"},
                                        {.id = (char *)(uintptr_t) "s4", .from = "2022-03-11"}};
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<series having=\"limit-day\">", WITH_REQUIRE(""));
    c.plant.settings[c.plant.setting_count - 1].component[0] = '\0';
    c.plant.sources = sources;
    c.plant.source_count = 4;
    run(&c);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_SOURCE_OWED, &text), 1);
    cr_expect_not_null(strstr(text, "Source s2 is owed and not reported"), "%s", text);
    size_t of_s2 = 0;
    for (size_t i = 0; i < c.judged.count; i++) {
        bool there = strcmp(c.judged.list[i].source, "s2") == 0;
        of_s2 += there;
        cr_expect(!there || c.judged.list[i].counts.exceeded == 0);
    }
    cr_expect_gt(of_s2, 0);
    assessment_case_done(&c);
}

Test(assessment_undecided, what_is_owed_is_the_same_with_and_without_a_report)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<series having=\"limit-day\">", WITH_REQUIRE(""));
    c.plant.settings[c.plant.setting_count - 1].component[0] = '\0';
    run(&c);
    uint64_t owed = c.judged.counts.owed;
    eg_judged_done(&c.judged);
    cr_assert_eq(assessment_case_owed(&c), EG_OK, "%s", c.err.text);
    cr_expect_eq(c.judged.counts.owed, owed);
    cr_expect_str_eq(c.judged.list[0].source, "*");
    assessment_case_done(&c);
}

/* ---- plausible ranges, sums of components --------------------------------------------------- */

Test(assessment_undecided, a_number_out_of_the_range_of_the_line_is_none)
{
    struct assessment_case c;
    const char *text = NULL;
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\"/>",
                            "<given name=\"o2\" from=\"oxygen\" unit=\"vol-%\" at-most=\"16.9\"/>");
    run(&c);
    cr_expect_eq(assessment_case_rule(&c, EG_RULE_VALUE_IMPLAUSIBLE, &text), 1);
    cr_expect_not_null(strstr(text, "s1, oxygen: 4 numbers are outside the plausible range (<= "
                                    "16.9 vol-%), the first is 17 at 2022-03-10T05:30:00"),
                       "%s", text);
    assessment_case_done(&c);
}

#define COMBINED                                                                                   \
    "<combine series='NOx' source='x'><part series='NO' times='46.0055' per='30.006'/>"            \
    "<part series='NO2'/></combine><series having=\"limit-day\">"

Test(assessment_undecided, a_component_is_made_of_its_parts_where_it_is_not_reported)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_package(&c, "<series having=\"limit-day\">", COMBINED);
    assessment_case_report(&c, "<series component=\"NOx\"",
                           "<series component=\"NO2\" unit=\"mg/m3\" quantity=\"STA\">"
                           "<calibration confidence=\"3\"/><v t=\"2022-03-10T07:00:00\" x=\"20\" "
                           "s=\"valid\"/></series><series component=\"NO\"");
    run(&c);
    EXPECT(&c, "GT13-HH", "NOx", 0, 1, 14, 33);
    xmlNode *mean = assessment_case_find(&c, "NOx", "figure", "name", "day-mean");
    cr_expect_str_eq(assessment_case_value(mean, "n"), "1");
    cr_expect_null(assessment_case_find(&c, "source", "not-judged", "component", "NO"));
    assessment_case_done(&c);
}

Test(assessment_undecided, parts_alone_or_beside_the_whole_make_nothing)
{
    static const char *const reports[] = {
        "<series component=\"NO\"", "<series component=\"NO\" unit=\"mg/m3\" quantity=\"STA\">"
                                    "</series><series component=\"NO2\" unit=\"mg/m3\" "
                                    "quantity=\"STA\"></series><series component=\"NOx\""};
    for (size_t i = 0; i < 2; i++) {
        struct assessment_case c;
        assessment_case_open(&c, "a");
        assessment_case_package(&c, "<series having=\"limit-day\">", COMBINED);
        assessment_case_report(&c, "<series component=\"NOx\"", reports[i]);
        run(&c);
        if (i == 0) {
            cr_expect_eq(c.judged.count, 0);
        } else {
            EXPECT(&c, "GT13-HH", "NOx", 1, 30, 14, 3);
        }
        assessment_case_done(&c);
    }
}
