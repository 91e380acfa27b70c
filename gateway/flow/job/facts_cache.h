/*
 * Facts cache: sets of facts in force, from one report of a plant to its next. The next report
 * reads only what was recorded since, not a year of rows. A set depends on the archive alone, so
 * neither a new directory nor a new version of a package makes it wrong.
 *
 * A worker takes a set out and gives it back when the report is judged; meanwhile no other has it.
 *
 * Bounds: EG_FACTS_CACHE_MAX sets, EG_FACTS_CACHE_OCTETS_MAX octets; the set given back longest ago
 * goes first.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_FACTS_CACHE_H
#define EG_FLOW_FACTS_CACHE_H

#include "archive/store.h"

struct eg_facts_cache;

EG_MUST_USE
enum eg_status eg_facts_cache_new(struct eg_facts_cache **out, struct eg_error *err);
void eg_facts_cache_free(struct eg_facts_cache **facts_cache);

/* A set taken out, and what query it answers. */
struct eg_facts_cached {
    struct eg_facts facts;
    char plant[EG_ID_MAX + 1], package[EG_ID_MAX + 1];
    /* days from the first to before the last */
    char from[11], until[11];
    /* facts of entries before this index */
    uint64_t below;
};

/*
 * The facts that eg_store_facts would give for this query, octet for octet. `known_until` and
 * `known_below` of the query are not looked at. Errors as eg_store_facts; `out` is then empty.
 * Thread: any, with a store of its own. Blocks for reading.
 */
EG_MUST_USE
enum eg_status eg_facts_cache_take(struct eg_facts_cached *out, struct eg_facts_cache *facts_cache,
                                   struct eg_store *store, const struct eg_facts_query *query,
                                   struct eg_error *err);
/* Give back what was taken; it is empty afterwards. An empty one may be given too. */
void eg_facts_cache_give(struct eg_facts_cache *facts_cache, struct eg_facts_cached *set);

#ifdef EG_TEST_HOOKS
/* Octets of the sets in the cache, for tests. */
size_t eg_facts_cache_octets(struct eg_facts_cache *facts_cache);
#endif

#endif
