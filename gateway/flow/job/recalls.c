/*
 * A set can be renewed for a query that wants no earlier day, ends no earlier and is no older: days
 * that fell out of the window are dropped, newer rows replace what they replace. For any other
 * query (a correction of an earlier day) the facts are read whole, and the set is left for the next
 * report of its chain; only when a second report misses it as well does what that one read take its
 * place.
 */
#include "flow/job/recalls.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    struct eg_recalled set;
    size_t octets;
    uint64_t turn; /* when it was given; the least goes first */
    bool missed;
};

struct eg_recalls {
    pthread_mutex_t mutex;
    struct kept *list[EG_RECALLS_MAX];
    size_t count, octets;
    uint64_t turns;
};

enum eg_status eg_recalls_new(struct eg_recalls **out, struct eg_error *err)
{
    struct eg_recalls *recalls = calloc(1, sizeof *recalls);

    if (recalls == NULL || pthread_mutex_init(&recalls->mutex, NULL) != 0) {
        free(recalls);
        return eg_error_set(err, EG_E_NOMEM, "recalls", "memory ran out");
    }
    *out = recalls;
    return EG_OK;
}

/* Out of the list; its set is the caller's. */
static struct kept *pull(struct eg_recalls *recalls, size_t at)
{
    struct kept *kept = recalls->list[at];

    recalls->octets -= kept->octets;
    recalls->list[at] = recalls->list[--recalls->count];
    return kept;
}

static void drop(struct eg_recalls *recalls, size_t at)
{
    struct kept *kept = pull(recalls, at);

    eg_facts_done(&kept->set.facts);
    free(kept);
}

void eg_recalls_free(struct eg_recalls **recalls)
{
    if (*recalls == NULL) {
        return;
    }
    while ((*recalls)->count > 0) {
        drop(*recalls, 0);
    }
    (void)pthread_mutex_destroy(&(*recalls)->mutex);
    free(*recalls);
    *recalls = NULL;
}

#ifdef EG_TEST_HOOKS
size_t eg_recalls_octets(struct eg_recalls *recalls)
{
    (void)pthread_mutex_lock(&recalls->mutex);
    size_t octets = recalls->octets;
    (void)pthread_mutex_unlock(&recalls->mutex);
    return octets;
}
#endif

/* ---- taking ---------------------------------------------------------------------------------- */

static bool is_for(const struct eg_recalled *set, const char *plant, const char *package)
{
    return strcmp(set->plant, plant) == 0 && strcmp(set->package, package) == 0;
}

static bool can_be_renewed(const struct eg_recalled *set, const struct eg_facts_query *query)
{
    return strcmp(set->from, query->from) <= 0 && strcmp(set->until, query->until) <= 0 &&
           set->below <= query->below;
}

/* The set that can be renewed for this query; without facts and known days: there is none. */
static void pull_fitting(struct eg_recalled *out, struct eg_recalls *recalls,
                         const struct eg_facts_query *query)
{
    struct kept *kept = NULL;

    (void)pthread_mutex_lock(&recalls->mutex);
    for (size_t i = 0; kept == NULL && i < recalls->count; i++) {
        const struct eg_recalled *set = &recalls->list[i]->set;
        if (is_for(set, query->plant, query->package) && can_be_renewed(set, query)) {
            kept = pull(recalls, i);
        }
    }
    (void)pthread_mutex_unlock(&recalls->mutex);
    *out = kept != NULL ? kept->set : (struct eg_recalled){0};
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
static bool name_set(struct eg_recalled *set, const struct eg_facts_query *query)
{
    set->below = query->below;
    return copy_text(set->plant, sizeof set->plant, query->plant) &&
           copy_text(set->package, sizeof set->package, query->package) &&
           copy_text(set->from, sizeof set->from, query->from) &&
           copy_text(set->until, sizeof set->until, query->until);
}

enum eg_status eg_recalls_take(struct eg_recalled *out, struct eg_recalls *recalls,
                               struct eg_store *store, const struct eg_facts_query *query,
                               struct eg_error *err)
{
    struct eg_facts_query newer = *query;

    pull_fitting(out, recalls, query);
    newer.known_until = out->until;
    newer.known_below = out->below;
    enum eg_status status = eg_store_facts_renew(&out->facts, store, &newer, err);
    if (status != EG_OK || !name_set(out, query)) {
        out->plant[0] = '\0';
    }
    return status;
}

/* ---- giving ---------------------------------------------------------------------------------- */

static size_t oldest(const struct eg_recalls *recalls)
{
    size_t at = 0;

    for (size_t i = 1; i < recalls->count; i++) {
        at = recalls->list[i]->turn < recalls->list[at]->turn ? i : at;
    }
    return at;
}

/* Is another set of the same plant and package to stay instead? If not, it goes. */
static bool another_stays(struct eg_recalls *recalls, const struct eg_recalled *set)
{
    for (size_t i = 0; i < recalls->count; i++) {
        struct kept *other = recalls->list[i];
        if (!is_for(&other->set, set->plant, set->package)) {
            continue;
        }
        if (!other->missed && strcmp(other->set.until, set->until) > 0) {
            other->missed = true;
            return true;
        }
        drop(recalls, i);
        return false;
    }
    return false;
}

static void keep(struct eg_recalls *recalls, struct eg_recalled *set)
{
    size_t octets = eg_facts_octets(&set->facts) + sizeof(struct kept);

    if (octets > EG_RECALLS_OCTETS_MAX || another_stays(recalls, set)) {
        return;
    }
    struct kept *kept = malloc(sizeof *kept);
    if (kept == NULL) {
        return;
    }
    while (recalls->count == EG_RECALLS_MAX || recalls->octets + octets > EG_RECALLS_OCTETS_MAX) {
        drop(recalls, oldest(recalls));
    }
    *kept = (struct kept){.set = *set, .octets = octets, .turn = ++recalls->turns};
    recalls->list[recalls->count++] = kept;
    recalls->octets += octets;
    set->facts = (struct eg_facts){0};
}

void eg_recalls_give(struct eg_recalls *recalls, struct eg_recalled *recalled)
{
    if (recalled->plant[0] != '\0') {
        (void)pthread_mutex_lock(&recalls->mutex);
        keep(recalls, recalled);
        (void)pthread_mutex_unlock(&recalls->mutex);
    }
    eg_facts_done(&recalled->facts);
    recalled->plant[0] = '\0';
}
