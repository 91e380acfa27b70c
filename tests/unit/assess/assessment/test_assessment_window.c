/*
 * Days of windows over months, leap years and ends of years; facts looked at, left and touched.
 */
#include "tests/support/assessment_case.h"

#include "assess/assessment/assessment_model.h"
#include "tests/support/facts_find.h"

#include <criterion/criterion.h>
#include <string.h>

static long number(const char *text)
{
    struct eg_assess_day day = {0, 0, 0};
    cr_assert(eg_assess_day_read(&day, text), "%s", text);
    return eg_assess_day_number(day);
}

static void expect_window(enum eg_assess_days days, int count, const char *day, const char *first,
                          bool ended)
{
    struct eg_assess_window window = {.days = days, .count = count};
    char text[11] = "";
    long from = 0, last = 0;
    eg_assess_window_bounds(&from, &last, &window, number(day));
    eg_assess_day_text(text, from);
    cr_expect_str_eq(text, first, "%s: begins %s, not %s", day, text, first);
    cr_expect_eq(last, number(day) - (days == EG_DAYS_BEFORE));
    cr_expect_eq(eg_assess_window_ended(&window, number(day)), ended, "%s", day);
}

Test(assessment_window, numbers_days_there_and_back)
{
    char text[11] = "";
    cr_assert_eq(number("1970-01-01"), 0);
    cr_assert_eq(number("2000-03-01") - number("2000-02-28"), 2);
    cr_assert_eq(number("1900-03-01") - number("1900-02-28"), 1);
    cr_assert_eq(number("2199-12-31") - number("1900-01-01"), 109572);
    for (long i = number("1900-01-01"); i <= number("2199-12-31"); i++) {
        eg_assess_day_text(text, i);
        cr_assert_eq(number(text), i);
    }
}

Test(assessment_window, begins_where_the_calendar_says)
{
    expect_window(EG_DAYS_BEFORE, 0, "2022-01-01", "2021-12-31", false);
    expect_window(EG_DAYS_BEFORE, 0, "2024-03-01", "2024-02-29", false);
    expect_window(EG_DAYS_LAST_DAYS, 1, "2022-03-01", "2022-03-01", true);
    expect_window(EG_DAYS_LAST_DAYS, 30, "2024-03-01", "2024-02-01", true);
    expect_window(EG_DAYS_LAST_DAYS, 366, "2024-12-31", "2024-01-01", true);
    expect_window(EG_DAYS_WEEK, 0, "2022-01-01", "2021-12-27", false); /* a Saturday */
    expect_window(EG_DAYS_WEEK, 0, "2022-01-02", "2021-12-27", true);
    expect_window(EG_DAYS_WEEK, 0, "2022-01-03", "2022-01-03", false);
    expect_window(EG_DAYS_MONTH, 0, "2024-02-28", "2024-02-01", false);
    expect_window(EG_DAYS_MONTH, 0, "2024-02-29", "2024-02-01", true);
    expect_window(EG_DAYS_MONTH, 0, "2022-02-28", "2022-02-01", true);
    expect_window(EG_DAYS_YEAR, 0, "2022-12-30", "2022-01-01", false);
    expect_window(EG_DAYS_YEAR, 0, "2022-12-31", "2022-01-01", true);
    expect_window(EG_DAYS_YEAR, 0, "2022-01-01", "2022-01-01", false);
    expect_window(EG_DAYS_LAST_MONTHS, 12, "2022-06-30", "2021-07-01", true);
    expect_window(EG_DAYS_LAST_MONTHS, 1, "2022-03-31", "2022-03-01", true);
    expect_window(EG_DAYS_LAST_MONTHS, 12, "2024-02-29", "2023-03-01", true);
    expect_window(EG_DAYS_LAST_MONTHS, 3, "2022-01-15", "2021-10-16", true);
}

Test(assessment_window, needs_facts_from_the_first_day_of_its_longest_window)
{
    struct assessment_case c;
    char from[11] = "none";
    assessment_case_open(&c, "b");
    cr_assert_eq(assessment_case_compile(&c), EG_OK, "%s", c.err.text);
    cr_assert(eg_assessment_needs(c.assessment, "2022-03-10", from));
    cr_assert_str_eq(from, "2022-01-01");
    cr_assert(eg_assessment_needs(c.assessment, "2022-01-01", from));
    cr_assert_str_eq(from, "2021-12-31");
    cr_assert_not(eg_assessment_needs(c.assessment, "2022-02-30", from));
    assessment_case_done(&c);
    assessment_case_open(&c, "e");
    cr_assert_eq(assessment_case_compile(&c), EG_OK, "%s", c.err.text);
    cr_assert_not(eg_assessment_needs(c.assessment, "2022-03-10", from));
    assessment_case_done(&c);
}

Test(assessment_window, looks_at_facts_of_its_days_only_and_leaves_its_own)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_fact(&c, "NOx", "sum-free", "2021-12-31", "999999.0", "mg/m3");
    assessment_case_fact(&c, "CO", "sum-free", "2022-03-08", "999999.0", "mg/m3");
    assessment_case_fact(&c, "NOx", "sum-free", "2022-03-10", "999999.0", "mg/m3");
    cr_assert_eq(assessment_case_run(&c), EG_OK, "%s", c.err.text);
    cr_assert_eq(c.recalled.count, 6);
    cr_assert_str_eq(assessment_case_value(
                         assessment_case_find(&c, "NOx", "figure", "name", "year-so-far"), "value"),
                     "36");
    cr_assert_eq(c.remembered.count, 3);
    const struct eg_fact *left =
        eg_facts_find(&c.remembered, "daily", "s1", "NOx", "n-free", "2022-03-10");
    cr_assert_not_null(left);
    cr_assert_eq(left->number, 31);
    cr_assert_str_eq(left->unit, "1");
    left = eg_facts_find(&c.remembered, "daily", "s1", "NOx", "day-lost", "2022-03-10");
    cr_assert_not_null(left);
    cr_assert_eq(left->answer, EG_ANSWER_NO);
    assessment_case_done(&c);
}

Test(assessment_window, refuses_facts_of_another_unit)
{
    struct assessment_case c;
    assessment_case_open(&c, "a");
    assessment_case_fact(&c, "NOx", "sum-free", "2022-03-07", "1.0", "g/m3");
    cr_assert_eq(assessment_case_run(&c), EG_E_FORMAT);
    cr_assert_not_null(strstr(c.err.text, "EA-WINDOW"));
    cr_assert_not(c.made);
    assessment_case_done(&c);
}

Test(assessment_window, remembers_a_count_for_each_class)
{
    struct assessment_case c;
    assessment_case_open(&c, "d");
    cr_assert_eq(assessment_case_run(&c), EG_OK, "%s", c.err.text);
    const struct eg_fact *m3 =
        eg_facts_find(&c.remembered, "classes", "s1", "NOx", "class.M3", "2022-03-13");
    cr_assert_not_null(m3);
    cr_assert_eq(m3->number, 30);
    cr_assert_not_null(
        eg_facts_find(&c.remembered, "classes", "s1", "NOx", "class.unclassed", "2022-03-13"));
    assessment_case_done(&c);
}

static void later(struct assessment_case *c, const char *day)
{
    cr_assert_eq(eg_facts_put_later(&c->known, day, &c->err), EG_OK);
}

Test(assessment_window, names_the_later_days_that_a_correction_touches)
{
    struct assessment_case c;
    assessment_case_open(&c, "b");
    later(&c, "2022-03-11");
    later(&c, "2022-05-01");
    later(&c, "2023-01-01");
    cr_assert_eq(assessment_case_run(&c), EG_OK, "%s", c.err.text);
    const xmlNode *year = assessment_case_find(&c, "result", "touched", "window", "year");
    cr_assert_str_eq(assessment_case_value(year, "from"), "2022-03-11");
    cr_assert_str_eq(assessment_case_value(year, "until"), "2022-05-01");
    const xmlNode *next = assessment_case_find(&c, "result", "touched", "window", "yesterday");
    cr_assert_str_eq(assessment_case_value(next, "from"), "2022-03-11");
    cr_assert_str_eq(assessment_case_value(next, "until"), "2022-03-11");
    cr_assert_eq(c.recalled.later_count, 3);
    assessment_case_done(&c);
}

Test(assessment_window, touches_nothing_without_later_facts)
{
    struct assessment_case c;
    assessment_case_open(&c, "b");
    later(&c, "2023-01-01");
    cr_assert_eq(assessment_case_run(&c), EG_OK, "%s", c.err.text);
    cr_assert_null(assessment_case_find(&c, "result", "touched", NULL, NULL));
    assessment_case_done(&c);
}
