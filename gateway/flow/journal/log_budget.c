/*
 * What strangers may cause in the journal: so many octets an hour, so that a flood at night leaves
 * something to say in the morning. What exceeds it is counted.
 */
#include "flow/journal/log_inside.h"

#define HOUR_MS (60 * 60 * 1000LL)

/* The hour may also go back: somebody set the clock, and that is not in a stranger's hand. */
static void enter_hour(struct eg_log_budget *budget, int64_t wall_ms)
{
    int64_t hour = wall_ms / HOUR_MS;
    if (hour != budget->hour) {
        budget->hour = hour;
        budget->used = 0;
        budget->full = budget->said = false;
    }
}

bool eg_log_budget_spend(struct eg_log_budget *budget, size_t octets, int64_t wall_ms)
{
    enter_hour(budget, wall_ms);
    /* Once a line was left out none follows in this hour, not even a shorter one. */
    if (budget->full || octets > EG_JOURNAL_STRANGERS_HOUR_MAX - budget->used) {
        budget->full = true;
        budget->left_out++;
        return false;
    }
    budget->used += octets;
    return true;
}

enum eg_log_word eg_log_budget_due(uint64_t *left_out, struct eg_log_budget *budget,
                                   int64_t wall_ms, bool all)
{
    bool over = wall_ms / HOUR_MS != budget->hour;
    if (budget->left_out > 0 && (over || all)) {
        *left_out = budget->left_out;
        budget->left_out = 0;
        return EG_LOG_LEFT_OUT;
    }
    if (budget->full && !budget->said) {
        budget->said = true;
        return EG_LOG_USED_UP;
    }
    return EG_LOG_NOTHING;
}
