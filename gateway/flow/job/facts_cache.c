/*
 * A set can be renewed for a query that wants no earlier day, ends no earlier and is no older: days
 * that fell out of the window are dropped, newer rows replace what they replace. For any other
 * query (a correction of an earlier day) the facts are read whole, and the set is left for the next
 * report of its chain; only when a second report misses it as well does what that one read take its
 * place.
 */
#include "flow/job/facts_cache.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    struct eg_facts_cached set;
    size_t octets;
    /* when it was given; the least goes first */
    uint64_t turn;
    bool missed;
};

struct eg_facts_cache {
    pthread_mutex_t mutex;
    struct kept *list[EG_FACTS_CACHE_MAX];
    size_t count, octets;
    uint64_t turns;
};

enum eg_status eg_facts_cache_new(struct eg_facts_cache **out, struct eg_error *err)
{
    struct eg_facts_cache *facts_cache = calloc(1, sizeof *facts_cache);

    if (facts_cache == NULL || pthread_mutex_init(&facts_cache->mutex, NULL) != 0) {
        free(facts_cache);
        return eg_error_set(err, EG_E_NOMEM, "recalls", "memory ran out");
    }
    *out = facts_cache;
    return EG_OK;
}

/* Out of the list; its set is the caller's. */
static struct kept *pull(struct eg_facts_cache *facts_cache, size_t at)
{
    struct kept *kept = facts_cache->list[at];

    facts_cache->octets -= kept->octets;
    facts_cache->list[at] = facts_cache->list[--facts_cache->count];
    return kept;
}

static void drop(struct eg_facts_cache *facts_cache, size_t at)
{
    struct kept *kept = pull(facts_cache, at);

    eg_facts_done(&kept->set.facts);
    free(kept);
}

void eg_facts_cache_free(struct eg_facts_cache **facts_cache)
{
    if (*facts_cache == NULL) {
        return;
    }
    while ((*facts_cache)->count > 0) {
        drop(*facts_cache, 0);
    }
    (void)pthread_mutex_destroy(&(*facts_cache)->mutex);
    free(*facts_cache);
    *facts_cache = NULL;
}

#ifdef EG_TEST_HOOKS
size_t eg_facts_cache_octets(struct eg_facts_cache *facts_cache)
{
    (void)pthread_mutex_lock(&facts_cache->mutex);
    size_t octets = facts_cache->octets;
    (void)pthread_mutex_unlock(&facts_cache->mutex);
    return octets;
}
#endif

/* ---- taking ---- */

static bool is_for(const struct eg_facts_cached *set, const char *plant, const char *package)
{
    return strcmp(set->plant, plant) == 0 && strcmp(set->package, package) == 0;
}

static bool can_be_renewed(const struct eg_facts_cached *set, const struct eg_facts_query *query)
{
    return strcmp(set->from, query->from) <= 0 && strcmp(set->until, query->until) <= 0 &&
           set->below <= query->below;
}

/* The set that can be renewed for this query; without facts and known days: there is none. */
static void pull_fitting(struct eg_facts_cached *out, struct eg_facts_cache *facts_cache,
                         const struct eg_facts_query *query)
{
    struct kept *kept = NULL;

    (void)pthread_mutex_lock(&facts_cache->mutex);
    for (size_t i = 0; kept == NULL && i < facts_cache->count; i++) {
        const struct eg_facts_cached *set = &facts_cache->list[i]->set;
        if (is_for(set, query->plant, query->package) && can_be_renewed(set, query)) {
            kept = pull(facts_cache, i);
        }
    }
    (void)pthread_mutex_unlock(&facts_cache->mutex);
    *out = kept != NULL ? kept->set : (struct eg_facts_cached){0};
    free(kept);
}

static bool copy_text(char *out, size_t room, const char *text)
{
    size_t len = strlen(text);

    if (len >= room) {
        return false;
    }
    memcpy(out, text, len + 1);
    return true;
}

/* false: a text is longer than any id or day; such a set is not kept. */
static bool name_set(struct eg_facts_cached *set, const struct eg_facts_query *query)
{
    set->below = query->below;
    return copy_text(set->plant, sizeof set->plant, query->plant) &&
           copy_text(set->package, sizeof set->package, query->package) &&
           copy_text(set->from, sizeof set->from, query->from) &&
           copy_text(set->until, sizeof set->until, query->until);
}

enum eg_status eg_facts_cache_take(struct eg_facts_cached *out, struct eg_facts_cache *facts_cache,
                                   struct eg_store *store, const struct eg_facts_query *query,
                                   struct eg_error *err)
{
    struct eg_facts_query newer = *query;

    pull_fitting(out, facts_cache, query);
    newer.known_until = out->until;
    newer.known_below = out->below;
    enum eg_status status = eg_store_facts_renew(&out->facts, store, &newer, err);
    if (status != EG_OK || !name_set(out, query)) {
        out->plant[0] = '\0';
    }
    return status;
}

/* ---- giving ---- */

static size_t oldest(const struct eg_facts_cache *facts_cache)
{
    size_t at = 0;

    for (size_t i = 1; i < facts_cache->count; i++) {
        at = facts_cache->list[i]->turn < facts_cache->list[at]->turn ? i : at;
    }
    return at;
}

/* Is another set of the same plant and package to stay instead? If not, it goes. */
static bool another_stays(struct eg_facts_cache *facts_cache, const struct eg_facts_cached *set)
{
    for (size_t i = 0; i < facts_cache->count; i++) {
        struct kept *other = facts_cache->list[i];
        if (!is_for(&other->set, set->plant, set->package)) {
            continue;
        }
        if (!other->missed && strcmp(other->set.until, set->until) > 0) {
            other->missed = true;
            return true;
        }
        drop(facts_cache, i);
        return false;
    }
    return false;
}

static void keep(struct eg_facts_cache *facts_cache, struct eg_facts_cached *set)
{
    size_t octets = eg_facts_octets(&set->facts) + sizeof(struct kept);

    if (octets > EG_FACTS_CACHE_OCTETS_MAX || another_stays(facts_cache, set)) {
        return;
    }
    struct kept *kept = malloc(sizeof *kept);
    if (kept == NULL) {
        return;
    }
    while (facts_cache->count == EG_FACTS_CACHE_MAX ||
           facts_cache->octets + octets > EG_FACTS_CACHE_OCTETS_MAX) {
        drop(facts_cache, oldest(facts_cache));
    }
    *kept = (struct kept){.set = *set, .octets = octets, .turn = ++facts_cache->turns};
    facts_cache->list[facts_cache->count++] = kept;
    facts_cache->octets += octets;
    set->facts = (struct eg_facts){0};
}

void eg_facts_cache_give(struct eg_facts_cache *facts_cache, struct eg_facts_cached *recalled)
{
    if (recalled->plant[0] != '\0') {
        (void)pthread_mutex_lock(&facts_cache->mutex);
        keep(facts_cache, recalled);
        (void)pthread_mutex_unlock(&facts_cache->mutex);
    }
    eg_facts_done(&recalled->facts);
    recalled->plant[0] = '\0';
}
