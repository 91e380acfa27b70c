/*
 * The engine says how far back a package looks; how far ahead the correction of a day can have an
 * effect follows from the longest window that is allowed.
 */
#include "flow/job/facts_query.h"

#include "base/calendar.h"

/* rules/ASSESSMENT.md: no window is longer */
#define WINDOW_DAYS_MAX 366

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

/* The archive's query; false: none is needed. Its texts are views of `days` and the request. */
static bool make_query(struct eg_facts_query *out, struct days *days,
                       const struct eg_facts_request *request)
{
    const struct eg_report_header *header = request->header;
    if (!eg_rules_needs(request->rules, header->until, days->from)) {
        return false;
    }
    eg_facts_query_through(days->through, header->until);
    *out = (struct eg_facts_query){.plant = header->plant,
                                   .package = eg_rules_package(request->rules)->ref.id,
                                   .from = days->from,
                                   .until = header->until,
                                   .through = days->through,
                                   .below = request->below};
    return true;
}

enum eg_status eg_facts_query_now(struct eg_facts *out, bool *needs, struct eg_store *store,
                                  const struct eg_facts_request *request, struct eg_error *err)
{
    struct eg_facts_query query;
    struct days days = {"", ""};

    eg_facts_init(out);
    *needs = make_query(&query, &days, request);
    return *needs ? eg_store_facts(out, store, &query, err) : EG_OK;
}

enum eg_status eg_facts_query_cached(struct eg_facts_cached *out, bool *needs,
                                     struct eg_facts_cache *facts_cache, struct eg_store *store,
                                     const struct eg_facts_request *request, struct eg_error *err)
{
    struct eg_facts_query query;
    struct days days = {"", ""};

    *out = (struct eg_facts_cached){0};
    *needs = make_query(&query, &days, request);
    return *needs ? eg_facts_cache_take(out, facts_cache, store, &query, err) : EG_OK;
}
