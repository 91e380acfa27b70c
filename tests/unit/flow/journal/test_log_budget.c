/*
 * What strangers may cause in the journal, driven by times that the tests choose.
 */
#include "flow/journal/log_inside.h"

#include <criterion/criterion.h>

#define HOUR_MS 3600000LL
#define T0 (480000 * HOUR_MS)
#define LINE 200
#define LINES (EG_JOURNAL_STRANGERS_HOUR_MAX / LINE)

static enum eg_log_word word(struct eg_log_budget *budget, uint64_t *left_out, int64_t at_ms)
{
    return eg_log_budget_due(left_out, budget, at_ms, false);
}

static size_t spend(struct eg_log_budget *budget, size_t lines, int64_t at_ms)
{
    size_t written = 0;
    for (size_t i = 0; i < lines; i++) {
        written += eg_log_budget_spend(budget, LINE, at_ms);
    }
    return written;
}

Test(log_budget, is_spent_to_the_last_octet_and_no_further)
{
    struct eg_log_budget budget = {.hour = 0};
    cr_assert(eg_log_budget_spend(&budget, EG_JOURNAL_STRANGERS_HOUR_MAX, T0));
    cr_assert_not(eg_log_budget_spend(&budget, 1, T0));
    struct eg_log_budget other = {.hour = 0};
    cr_assert_not(eg_log_budget_spend(&other, EG_JOURNAL_STRANGERS_HOUR_MAX + 1, T0));
    cr_assert_not(eg_log_budget_spend(&other, 1, T0), "nothing follows what was left out");
}

Test(log_budget, says_once_that_it_is_used_up_and_each_hour_how_many_were_left_out)
{
    struct eg_log_budget budget = {.hour = 0};
    uint64_t left_out = 77;
    cr_assert_eq(spend(&budget, LINES, T0), LINES);
    cr_assert_eq(word(&budget, &left_out, T0), EG_LOG_NOTHING);
    cr_assert_eq(spend(&budget, 5, T0 + 1), 0);
    cr_assert_eq(word(&budget, &left_out, T0 + 1), EG_LOG_USED_UP);
    cr_assert_eq(word(&budget, &left_out, T0 + 2), EG_LOG_NOTHING);
    cr_assert_eq(spend(&budget, 3, T0 + HOUR_MS - 1), 0);
    cr_assert_eq(word(&budget, &left_out, T0 + HOUR_MS - 1), EG_LOG_NOTHING);
    cr_assert_eq(left_out, 77, "untouched");
    cr_assert_eq(word(&budget, &left_out, T0 + HOUR_MS), EG_LOG_LEFT_OUT);
    cr_assert_eq(left_out, 8);
    cr_assert_eq(word(&budget, &left_out, T0 + HOUR_MS), EG_LOG_NOTHING);
    cr_assert_eq(spend(&budget, 1, T0 + HOUR_MS), 1, "a new hour");
    cr_assert_eq(word(&budget, &left_out, T0 + HOUR_MS), EG_LOG_NOTHING);
}

Test(log_budget, tells_what_was_left_out_at_the_end)
{
    struct eg_log_budget budget = {.hour = 0};
    uint64_t left_out = 0;
    cr_assert_eq(spend(&budget, LINES + 4, T0), LINES);
    cr_assert_eq(eg_log_budget_due(&left_out, &budget, T0, true), EG_LOG_LEFT_OUT);
    cr_assert_eq(left_out, 4);
    cr_assert_eq(spend(&budget, 2, T0), 0, "the hour is not over");
}

Test(log_budget, begins_anew_when_the_clock_is_set_back)
{
    struct eg_log_budget budget = {.hour = 0};
    uint64_t left_out = 0;
    cr_assert_eq(spend(&budget, LINES + 1, T0), LINES);
    cr_assert_eq(word(&budget, &left_out, T0 - HOUR_MS), EG_LOG_LEFT_OUT);
    cr_assert_eq(spend(&budget, 1, T0 - HOUR_MS), 1);
}

/* A flood of a whole day, a thousand lines of every length a second. */
Test(log_budget, of_a_day_is_below_ten_megabytes)
{
    struct eg_log_budget budget = {.hour = 0};
    uint64_t told = 0;
    uint64_t lost = 0;
    size_t octets = 0;
    size_t words = 0;
    for (int64_t at_ms = T0; at_ms < T0 + 24 * HOUR_MS; at_ms += 100) {
        uint64_t left_out = 0;
        size_t len = (size_t)(at_ms / 100 % EG_LOG_LINE_MAX) + 1;
        enum eg_log_word said = EG_LOG_NOTHING;
        while ((said = word(&budget, &left_out, at_ms)) != EG_LOG_NOTHING) {
            told += said == EG_LOG_LEFT_OUT ? left_out : 0;
            words++;
        }
        if (eg_log_budget_spend(&budget, len, at_ms)) {
            octets += len;
        } else {
            lost++;
        }
    }
    uint64_t rest = 0;
    cr_assert_eq(eg_log_budget_due(&rest, &budget, T0 + 24 * HOUR_MS, false), EG_LOG_LEFT_OUT);
    cr_assert_eq(told + rest, lost, "each line that was left out is told of");
    cr_assert_gt(octets, 6000000);
    cr_assert_lt(octets + (words + 1) * EG_LOG_LINE_MAX, 10000000);
}
