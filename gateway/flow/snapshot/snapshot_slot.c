/*
 * The snapshot in force, and older ones for as long as somebody has taken them: counted.
 */
#include "flow/snapshot/snapshot.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct holding {
    struct eg_snapshot *snapshot;
    /* takers, plus one while it is in force */
    size_t count;
    struct holding *older;
};

struct eg_snapshot_slot {
    pthread_mutex_t lock;
    struct holding *newest;
};

static struct holding *holding_new(struct eg_snapshot **snapshot, struct holding *older)
{
    struct holding *holding = calloc(1, sizeof *holding);
    if (holding != NULL) {
        *holding = (struct holding){*snapshot, 1, older};
        *snapshot = NULL;
    }
    return holding;
}

enum eg_status eg_snapshot_slot_new(struct eg_snapshot_slot **out, struct eg_snapshot **snapshot,
                                    struct eg_error *err)
{
    struct eg_snapshot_slot *slot = calloc(1, sizeof *slot);
    struct holding *holding = slot == NULL ? NULL : holding_new(snapshot, NULL);
    if (holding == NULL) {
        free(slot);
        return eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out");
    }
    pthread_mutex_init(&slot->lock, NULL);
    slot->newest = holding;
    *out = slot;
    return EG_OK;
}

static void sweep(struct eg_snapshot_slot *slot)
{
    struct holding **link = &slot->newest;
    while (*link != NULL) {
        struct holding *holding = *link;
        if (holding->count > 0) {
            link = &holding->older;
            continue;
        }
        *link = holding->older;
        eg_snapshot_free(&holding->snapshot);
        free(holding);
    }
}

void eg_snapshot_slot_free(struct eg_snapshot_slot **slot)
{
    if (*slot == NULL) {
        return;
    }
    (*slot)->newest->count--;
    sweep(*slot);
    assert((*slot)->newest == NULL); /* every taker has dropped what it took */
    pthread_mutex_destroy(&(*slot)->lock);
    free(*slot);
    *slot = NULL;
}

const struct eg_snapshot *eg_snapshot_take(struct eg_snapshot_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->newest->count++;
    const struct eg_snapshot *snapshot = slot->newest->snapshot;
    pthread_mutex_unlock(&slot->lock);
    return snapshot;
}

void eg_snapshot_drop(struct eg_snapshot_slot *slot, const struct eg_snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    pthread_mutex_lock(&slot->lock);
    for (struct holding *holding = slot->newest; holding != NULL; holding = holding->older) {
        if (holding->snapshot == *snapshot) {
            holding->count--;
            break;
        }
    }
    sweep(slot);
    pthread_mutex_unlock(&slot->lock);
    *snapshot = NULL;
}

void eg_snapshot_replace(struct eg_snapshot_slot *slot, struct eg_snapshot **snapshot)
{
    pthread_mutex_lock(&slot->lock);
    struct holding *holding = holding_new(snapshot, slot->newest);
    if (holding == NULL) {
        abort(); /* not even forty octets are left */
    }
    slot->newest->count--;
    slot->newest = holding;
    sweep(slot);
    pthread_mutex_unlock(&slot->lock);
}

uint64_t eg_snapshot_generation(struct eg_snapshot_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    uint64_t generation = slot->newest->snapshot->generation;
    pthread_mutex_unlock(&slot->lock);
    return generation;
}
