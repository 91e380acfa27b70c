/*
 * 1. A set can be renewed for a query that begins and ends no earlier, and is of no earlier log
 *    index: days before the window are dropped, and newer rows replace what they correct.
 * 2. For any other query (a correction of an earlier day) the facts are read from the archive, and
 *    the set stays for the next report of the plant. When a second report can not use it either,
 * the set that this one read takes its place.
 */
#include "flow/job/facts_cache.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct cached {
    struct eg_facts_cached set;
    size_t octets;
    /* when it was given back; the least goes first */
    uint64_t turn;
    /* one query could not use it */
    bool missed;
};

struct eg_facts_cache {
    pthread_mutex_t mutex;
    struct cached *list[EG_FACTS_CACHE_MAX];
    size_t count, octets;
    uint64_t turns;
};

enum eg_status eg_facts_cache_new(struct eg_facts_cache **out, struct eg_error *err)
{
    struct eg_facts_cache *facts_cache = calloc(1, sizeof *facts_cache);

    if (facts_cache == NULL || pthread_mutex_init(&facts_cache->mutex, NULL) != 0) {
        free(facts_cache);
        return eg_error_set(err, EG_E_NOMEM, "facts-cache", "memory ran out");
    }
    *out = facts_cache;
    return EG_OK;
}

/* Take it out of the list; it is the caller's. */
static struct cached *pull(struct eg_facts_cache *facts_cache, size_t at)
{
    struct cached *cached = facts_cache->list[at];

    facts_cache->octets -= cached->octets;
    facts_cache->list[at] = facts_cache->list[--facts_cache->count];
    return cached;
}

static void drop(struct eg_facts_cache *facts_cache, size_t at)
{
    struct cached *cached = pull(facts_cache, at);

    eg_facts_done(&cached->set.facts);
    free(cached);
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

/* The set that can be renewed for this query; empty if there is none. */
static void pull_fitting(struct eg_facts_cached *out, struct eg_facts_cache *facts_cache,
                         const struct eg_facts_query *query)
{
    struct cached *cached = NULL;

    (void)pthread_mutex_lock(&facts_cache->mutex);
    for (size_t i = 0; cached == NULL && i < facts_cache->count; i++) {
        const struct eg_facts_cached *set = &facts_cache->list[i]->set;
        if (is_for(set, query->plant, query->package) && can_be_renewed(set, query)) {
            cached = pull(facts_cache, i);
        }
    }
    (void)pthread_mutex_unlock(&facts_cache->mutex);
    *out = cached != NULL ? cached->set : (struct eg_facts_cached){0};
    free(cached);
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

/* false: a text is longer than any id or day; such a set is not cached. */
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

/* Whether another set of the same plant and package stays instead; if not, it is dropped. */
static bool another_stays(struct eg_facts_cache *facts_cache, const struct eg_facts_cached *set)
{
    for (size_t i = 0; i < facts_cache->count; i++) {
        struct cached *other = facts_cache->list[i];
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
    size_t octets = eg_facts_octets(&set->facts) + sizeof(struct cached);

    if (octets > EG_FACTS_CACHE_OCTETS_MAX || another_stays(facts_cache, set)) {
        return;
    }
    struct cached *cached = malloc(sizeof *cached);
    if (cached == NULL) {
        return;
    }
    while (facts_cache->count == EG_FACTS_CACHE_MAX ||
           facts_cache->octets + octets > EG_FACTS_CACHE_OCTETS_MAX) {
        drop(facts_cache, oldest(facts_cache));
    }
    *cached = (struct cached){.set = *set, .octets = octets, .turn = ++facts_cache->turns};
    facts_cache->list[facts_cache->count++] = cached;
    facts_cache->octets += octets;
    set->facts = (struct eg_facts){0};
}

void eg_facts_cache_give(struct eg_facts_cache *facts_cache, struct eg_facts_cached *set)
{
    if (set->plant[0] != '\0') {
        (void)pthread_mutex_lock(&facts_cache->mutex);
        keep(facts_cache, set);
        (void)pthread_mutex_unlock(&facts_cache->mutex);
    }
    eg_facts_done(&set->facts);
    set->plant[0] = '\0';
}
