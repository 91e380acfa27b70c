/*
 * Who gets the notifications of a report: the plant says it, for its kind and last day.
 */
#include "flow/job/recipients.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct eg_plant_authority authorities[] = {
    {.participant = "auth", .kind = "", .until = "2026-06-30"},
    {.participant = "land", .kind = "yearly"},
};
static const struct eg_plant plant = {
    .id = "hw", .operator_id = "op", .authorities = authorities, .authority_count = 2};
static struct eg_notification_rule rules[] = {
    {.name = "daily", .to = EG_TO_COMPETENT_AUTHORITY},
    {.name = "own", .to = EG_TO_OPERATOR},
    {.name = "all", .to = EG_TO_PUBLIC},
};
static const struct eg_package package = {
    .ref = {.id = "org.p"}, .notifications = rules, .notification_count = 3};
static struct eg_outcome outcome;
static struct eg_error err;

static void tear_down(void)
{
    eg_outcome_done(&outcome);
}

TestSuite(recipients, .fini = tear_down);

static enum eg_status resolve(bool accepted, const char *kind, const char *until)
{
    struct eg_report_header header = {.version = 1};

    memcpy(header.kind, kind, strlen(kind) + 1);
    memcpy(header.until, until, strlen(until) + 1);
    eg_outcome_init(&outcome);
    outcome.accepted = accepted;
    outcome.notifications = calloc(3, sizeof *outcome.notifications);
    cr_assert_not_null(outcome.notifications);
    for (size_t i = 0; i < 3; i++) {
        struct eg_notification *made = &outcome.notifications[outcome.notification_count++];
        eg_buf_init(&made->content, 16);
        made->name = strdup(rules[i].name);
        cr_assert_not_null(made->name);
    }
    return eg_recipients_of_outcome(&outcome, &package, &plant, &header, &err);
}

Test(recipients, are_the_authority_of_the_day_the_operator_and_all)
{
    cr_assert_eq(resolve(true, "continuous", "2026-06-30"), EG_OK, "%s", err.text);
    cr_expect_str_eq(outcome.notifications[0].recipient, "auth");
    cr_expect_str_eq(outcome.notifications[1].recipient, "op");
    cr_expect_str_eq(outcome.notifications[2].recipient, "public");
}
Test(recipients, are_the_authority_of_the_kind)
{
    cr_assert_eq(resolve(true, "yearly", "2026-06-30"), EG_OK, "%s", err.text);
    cr_expect_str_eq(outcome.notifications[0].recipient, "land");
}
Test(recipients, are_asked_of_the_registrar_on_a_day_without_an_authority)
{
    cr_expect_eq(resolve(true, "continuous", "2026-07-01"), EG_E_DENIED);
    cr_expect_not_null(
        strstr(err.text, "no competent authority for continuous reports on 2026-07-01"), "%s",
        err.text);
}
Test(recipients, are_none_of_a_rejected_report)
{
    cr_assert_eq(resolve(false, "continuous", "2026-07-01"), EG_OK);
    cr_expect_eq(outcome.notification_count, 0);
}
Test(recipients, of_a_name_that_the_package_does_not_have_are_our_mistake)
{
    const struct eg_package none = {.ref = {.id = "org.q"}};
    struct eg_report_header header = {.kind = "continuous", .until = "2026-06-30"};

    cr_assert_eq(resolve(true, "continuous", "2026-06-30"), EG_OK);
    cr_expect_eq(eg_recipients_of_outcome(&outcome, &none, &plant, &header, &err), EG_E_INTERNAL);
}
