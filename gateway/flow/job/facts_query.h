/*
 * Facts query: the facts that a report is judged by, as they were in force at a log index. The same
 * for the gateway (now) and the audit (then).
 *
 * Thread: any, with a store of its own; blocks for reading.
 */
#ifndef EG_FLOW_FACTS_QUERY_H
#define EG_FLOW_FACTS_QUERY_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "flow/job/facts_cache.h"

/* Whose facts are asked for. All borrowed. */
struct eg_facts_request {
    /* the package that judges */
    const struct eg_rules *rules;
    /* the report: its plant and its period */
    const struct eg_report_header *header;
    /* facts of entries before this index */
    uint64_t below;
};

/*
 * Facts of the report's plant under the package, of the days that its windows reach before the
 * report's period; and later days with facts, as far as a window of those can reach back to it.
 *   needs   false: the package asks for no earlier facts, `out` is empty
 * EG_E_LIMIT: more than EG_FACTS_MAX. EG_E_FORMAT: the archive is damaged. EG_E_IO, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_facts_query_now(struct eg_facts *out, bool *needs, struct eg_store *store,
                                  const struct eg_facts_request *request, struct eg_error *err);
/* The same facts, taken from the cache as far as it holds them: give `out` back to it. After an
 * error `out` is empty. */
EG_MUST_USE
enum eg_status eg_facts_query_cached(struct eg_facts_cached *out, bool *needs,
                                     struct eg_facts_cache *facts_cache, struct eg_store *store,
                                     const struct eg_facts_request *request, struct eg_error *err);

/* The last day whose windows a report that ends on `until` can touch. */
void eg_facts_query_through(char out[11], const char *until);

#endif
