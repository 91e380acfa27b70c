#include "assess/judge/period.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* 2026-03-02T00:00:00Z */
#define MIDNIGHT_MS 1772409600000
#define MINUTE_MS 60000

/* What is found of a report of 2026-03-01, and its text. */
static const char *found(char text[400], const struct eg_plant *plant, bool ended,
                         int64_t received_at_ms)
{
    struct eg_report_header header = {.from = "2026-03-01", .until = "2026-03-01"};
    struct eg_package package = {.period_ended = ended};
    const struct eg_judge_job job = {
        .header = &header, .plant = plant, .received_at_ms = received_at_ms};
    struct eg_findings findings;
    struct eg_buf said;

    eg_findings_init(&findings);
    eg_buf_init(&said, 4000);
    cr_assert_eq(eg_period_check(&findings, &package, &job, "", NULL), EG_OK);
    text[0] = '\0';
    for (size_t i = 0; i < findings.count; i++) {
        cr_expect_eq(findings.list[i].severity, EG_SEVERITY_ERROR);
        cr_expect(eg_finding_builtin_text(&findings.list[i], "en", &said));
        (void)snprintf(text, 400, "%s: %.*s", findings.list[i].rule, (int)said.len, said.data);
    }
    eg_buf_done(&said);
    eg_findings_done(&findings);
    return text;
}

static struct eg_plant plant_in(const char *zone)
{
    struct eg_plant plant = {.from = ""};

    (void)snprintf(plant.zone, sizeof plant.zone, "%s", zone);
    return plant;
}

Test(period, is_open_until_five_minutes_before_the_plants_midnight)
{
    const struct eg_plant here = plant_in("+01:00"), west = plant_in("-11:30");
    const int64_t here_ms = MIDNIGHT_MS - 60 * MINUTE_MS, west_ms = MIDNIGHT_MS + 690 * MINUTE_MS;
    char text[400];

    cr_expect_str_eq(found(text, &here, true, here_ms - 5 * MINUTE_MS), "");
    cr_expect_str_eq(found(text, &here, true, here_ms - 5 * MINUTE_MS - 1),
                     "period-open: The report covers 2026-03-01 to 2026-03-01, which ends at "
                     "2026-03-01T23:00:00.000Z; it was received 2026-03-01T22:54:59.999Z. Hand it "
                     "in when the period is over, as the next version.");
    cr_expect_str_eq(found(text, &west, true, west_ms), "");
    cr_expect_not_null(strstr(found(text, &west, true, here_ms), "2026-03-02T11:30:00.000Z"));
}

Test(period, of_a_plant_without_a_zone_is_open_until_the_first_midnight_on_earth)
{
    const struct eg_plant somewhere = plant_in("");
    const int64_t first_ms = MIDNIGHT_MS - (840 + 5) * MINUTE_MS;
    char text[400];

    cr_expect_str_eq(found(text, &somewhere, true, first_ms), "");
    cr_expect_neq(found(text, &somewhere, true, first_ms - 1)[0], '\0');
    cr_expect_neq(found(text, NULL, true, first_ms - 1)[0], '\0');
}

Test(period, is_not_asked_where_a_report_may_plan_ahead_or_the_time_is_not_known)
{
    const struct eg_plant here = plant_in("+01:00");
    char text[400];

    cr_expect_str_eq(found(text, &here, false, 1), "");
    cr_expect_str_eq(found(text, &here, true, 0), "");
}

Test(period, lies_in_the_days_of_the_plant)
{
    static const struct {
        const char *from, *until;
        const char *part;
    } cases[] = {
        {"", "", NULL},
        {"2026-03-01", "", NULL},
        {"", "2026-03-01", NULL},
        {"2026-03-02", "", "the plant reports 2026-03-02 to ..."},
        {"", "2026-02-28", "the plant reports ... to 2026-02-28"},
    };
    char text[400];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct eg_plant plant = plant_in("+01:00");
        (void)snprintf(plant.from, sizeof plant.from, "%s", cases[i].from);
        (void)snprintf(plant.until, sizeof plant.until, "%s", cases[i].until);
        found(text, &plant, false, 0);
        if (cases[i].part == NULL) {
            cr_expect_str_eq(text, "", "%s", text);
        } else {
            cr_expect_eq(strncmp(text, "plant-period: ", 14), 0, "%s", text);
            cr_expect_not_null(strstr(text, cases[i].part), "%s", text);
        }
    }
}

Test(period, is_told_in_the_zone_of_the_plant)
{
    static const struct {
        const char *plant, *report;
        bool differs;
    } cases[] = {{"+01:00", "+01:00", false},
                 {"", "-11:00", false},
                 {"+01:00", "", false},
                 {"+01:00", "-11:00", true},
                 {"-01:00", "+01:00", true}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct eg_report_header header = {.from = "2026-03-01", .until = "2026-03-01"};
        struct eg_plant plant = plant_in(cases[i].plant);
        struct eg_package package = {.period_ended = false};
        const struct eg_judge_job job = {.header = &header, .plant = &plant};
        struct eg_findings findings;

        eg_findings_init(&findings);
        cr_assert_eq(eg_period_check(&findings, &package, &job, cases[i].report, NULL), EG_OK);
        cr_expect_eq(findings.count, cases[i].differs ? 1 : 0, "case %zu", i);
        if (findings.count == 1) {
            cr_expect_str_eq(findings.list[0].rule, EG_RULE_PLANT_ZONE);
        }
        eg_findings_done(&findings);
    }
}
