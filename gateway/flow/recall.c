/*
 * The engine says how far a package looks back; how far ahead a correction can be felt follows from
 * the longest window there may be.
 */
#include "flow/recall.h"

#include "flow/calendar.h"

#define WINDOW_DAYS_MAX 366 /* rules/ASSESSMENT.md: no window is longer */

void eg_recall_through(char out[EG_DAY_TEXT_MAX], const char *until)
{
    int32_t day = EG_DAY_LAST;

    if (eg_day_read(eg_bytes_of(until), &day)) {
        day = day > EG_DAY_LAST - WINDOW_DAYS_MAX ? EG_DAY_LAST : day + WINDOW_DAYS_MAX;
    }
    eg_day_text(out, day);
}

enum eg_status eg_recall(struct eg_facts *out, bool *needs, struct eg_store *store,
                         const struct eg_rules *rules, const struct eg_reading *reading,
                         uint64_t below, struct eg_error *err)
{
    char from[EG_DAY_TEXT_MAX] = "";
    char through[EG_DAY_TEXT_MAX] = "";

    eg_facts_init(out);
    *needs = eg_rules_needs(rules, reading->until, from);
    if (!*needs) {
        return EG_OK;
    }
    eg_recall_through(through, reading->until);
    struct eg_facts_query query = {.plant = reading->plant,
                                   .package = eg_rules_package(rules)->ref.id,
                                   .from = from,
                                   .until = reading->until,
                                   .through = through,
                                   .below = below};
    return eg_store_facts(out, store, &query, err);
}
