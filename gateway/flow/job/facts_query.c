/*
 * The engine says how far a package looks back; how far ahead a correction can be felt follows from
 * the longest window there may be.
 */
#include "flow/job/facts_query.h"

#include "base/calendar.h"

#define WINDOW_DAYS_MAX 366 /* rules/ASSESSMENT.md: no window is longer */

void eg_facts_query_through(char out[EG_DAY_TEXT_MAX], const char *until)
{
    int32_t day = EG_DAY_LAST;

    if (eg_day_read(eg_bytes_of(until), &day)) {
        day = day > EG_DAY_LAST - WINDOW_DAYS_MAX ? EG_DAY_LAST : day + WINDOW_DAYS_MAX;
    }
    eg_day_text(out, day);
}

struct days {
    char from[EG_DAY_TEXT_MAX], through[EG_DAY_TEXT_MAX];
};

/* What is asked of the archive; false: nothing. */
static bool ask(struct eg_facts_query *out, struct days *days, const struct eg_rules *rules,
                const struct eg_report_header *header, uint64_t below)
{
    if (!eg_rules_needs(rules, header->until, days->from)) {
        return false;
    }
    eg_facts_query_through(days->through, header->until);
    *out = (struct eg_facts_query){.plant = header->plant,
                                   .package = eg_rules_package(rules)->ref.id,
                                   .from = days->from,
                                   .until = header->until,
                                   .through = days->through,
                                   .below = below};
    return true;
}

enum eg_status eg_facts_query_now(struct eg_facts *out, bool *needs, struct eg_store *store,
                                  const struct eg_rules *rules,
                                  const struct eg_report_header *header, uint64_t below,
                                  struct eg_error *err)
{
    struct eg_facts_query query;
    struct days days = {"", ""};

    eg_facts_init(out);
    *needs = ask(&query, &days, rules, header, below);
    return *needs ? eg_store_facts(out, store, &query, err) : EG_OK;
}

enum eg_status eg_facts_query_cached(struct eg_facts_cached *out, bool *needs,
                                     struct eg_facts_cache *facts_cache, struct eg_store *store,
                                     const struct eg_rules *rules,
                                     const struct eg_report_header *header, uint64_t below,
                                     struct eg_error *err)
{
    struct eg_facts_query query;
    struct days days = {"", ""};

    *out = (struct eg_facts_cached){0};
    *needs = ask(&query, &days, rules, header, below);
    return *needs ? eg_facts_cache_take(out, facts_cache, store, &query, err) : EG_OK;
}
