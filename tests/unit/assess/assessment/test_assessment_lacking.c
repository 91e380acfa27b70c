/*
 * What judging a report would ask the directory for is found without judging it.
 */
#include "assess/judge/engine.h"
#include "tests/support/assessment_case.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct assessment_case c;
static struct eg_parameter_values values;

static void set_up(void)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    assessment_case_open(&c, "a");
}

static void tear_down(void)
{
    eg_parameters_done(&values);
    assessment_case_done(&c);
    eg_engine_done();
}

TestSuite(assessment_lacking, .init = set_up, .fini = tear_down);

/* All that lacks when the plant states the first `count` of the case's settings. */
static enum eg_status lacking(size_t count)
{
    const struct eg_plant plant = {
        .id = c.plant.id, .settings = c.plant.settings, .setting_count = count};

    enum eg_status status = assessment_case_run(&c);
    cr_assert(status == EG_OK || status == EG_E_DENIED, "%s: %s", c.err.where, c.err.text);
    cr_assert_eq(eg_parameters_choose_so_far(&values, c.rules, &plant, c.header.from,
                                             c.header.until, &c.err),
                 EG_OK, "%s", c.err.text);
    const struct eg_assessment_job job = {.doc = c.doc, .header = &c.header, .values = &values};
    cr_assert_eq(eg_assessment_lacking(&values.lacking, c.assessment, &job, &c.err), EG_OK);
    return eg_settings_refuse(&values.lacking, &values, &c.err);
}

Test(assessment_lacking, is_nothing_where_the_report_is_judged)
{
    cr_expect_eq(lacking(c.plant.setting_count), EG_OK, "%s", c.err.text);
}
Test(assessment_lacking, names_the_series_that_would_ask)
{
    cr_expect_eq(lacking(1), EG_E_DENIED);
    cr_expect_not_null(strstr(c.err.text, "1 setting of "), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "cleaned (yes, no) for NOx of s1"), "%s", c.err.text);
}
Test(assessment_lacking, names_settings_of_the_plant_and_of_series_at_once)
{
    cr_expect_eq(lacking(0), EG_E_DENIED);
    cr_expect_not_null(strstr(c.err.text, "2 settings of "), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "process ("), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "cleaned (yes, no) for NOx of s1"), "%s", c.err.text);
}
Test(assessment_lacking, does_not_ask_for_components_without_a_limit)
{
    static const char other[] = "component=\"argon\"";

    assessment_case_report(&c, "component=\"NOx\"", other);
    cr_expect_eq(lacking(0), EG_E_DENIED);
    cr_expect_null(strstr(c.err.text, "argon"), "%s", c.err.text);
}

/* NOx and CO are owed; only NOx is reported, and the case states its settings. */
static void owe(const char *when)
{
    char text[200];

    (void)snprintf(text, sizeof text,
                   "<series having=\"limit-day\"><require series='NOx CO'%s source='x'/>", when);
    assessment_case_package(&c, "<series having=\"limit-day\">", text);
}

Test(assessment_lacking, names_series_that_are_owed_and_not_reported)
{
    owe("");
    cr_expect_eq(lacking(c.plant.setting_count), EG_E_DENIED);
    cr_expect_not_null(strstr(c.err.text, "1 setting of "), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "cleaned (yes, no) for CO of s1"), "%s", c.err.text);
}
Test(assessment_lacking, names_what_is_reported_and_what_is_owed_at_once)
{
    owe("");
    cr_expect_eq(lacking(0), EG_E_DENIED);
    cr_expect_not_null(strstr(c.err.text, "3 settings of "), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "process ("), "%s", c.err.text);
    cr_expect_not_null(strstr(c.err.text, "cleaned (yes, no) for NOx CO of s1"), "%s", c.err.text);
}
Test(assessment_lacking, does_not_ask_for_series_that_are_not_owed)
{
    owe(" when='process is combined-cycle'");
    cr_expect_eq(lacking(c.plant.setting_count), EG_OK, "%s", c.err.text);
}
Test(assessment_lacking, asks_where_it_is_not_known_whether_a_series_is_owed)
{
    owe(" when='process is combined-cycle'");
    cr_expect_eq(lacking(0), EG_E_DENIED);
    cr_expect_not_null(strstr(c.err.text, "for NOx CO of s1"), "%s", c.err.text);
}
