/*
 * The world in force. Old worlds live until the last job that was judged under them has let go.
 */
#include "flow/world/world.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct holding {
    struct eg_world *world;
    size_t count; /* takers, and one for being in force */
    struct holding *older;
};

struct eg_world_slot {
    pthread_mutex_t lock;
    struct holding *newest;
};

static struct holding *holding_new(struct eg_world **world, struct holding *older)
{
    struct holding *holding = calloc(1, sizeof *holding);
    if (holding != NULL) {
        *holding = (struct holding){*world, 1, older};
        *world = NULL;
    }
    return holding;
}

enum eg_status eg_world_slot_new(struct eg_world_slot **out, struct eg_world **world,
                                 struct eg_error *err)
{
    struct eg_world_slot *slot = calloc(1, sizeof *slot);
    struct holding *holding = slot == NULL ? NULL : holding_new(world, NULL);
    if (holding == NULL) {
        free(slot);
        return eg_error_set(err, EG_E_NOMEM, "world", "memory ran out");
    }
    pthread_mutex_init(&slot->lock, NULL);
    slot->newest = holding;
    *out = slot;
    return EG_OK;
}

static void sweep(struct eg_world_slot *slot)
{
    struct holding **link = &slot->newest;
    while (*link != NULL) {
        struct holding *holding = *link;
        if (holding->count > 0) {
            link = &holding->older;
            continue;
        }
        *link = holding->older;
        eg_world_free(&holding->world);
        free(holding);
    }
}

void eg_world_slot_free(struct eg_world_slot **slot)
{
    if (*slot == NULL) {
        return;
    }
    (*slot)->newest->count--;
    sweep(*slot);
    assert((*slot)->newest == NULL); /* every taker has dropped */
    pthread_mutex_destroy(&(*slot)->lock);
    free(*slot);
    *slot = NULL;
}

const struct eg_world *eg_world_take(struct eg_world_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->newest->count++;
    const struct eg_world *world = slot->newest->world;
    pthread_mutex_unlock(&slot->lock);
    return world;
}

void eg_world_drop(struct eg_world_slot *slot, const struct eg_world **world)
{
    if (*world == NULL) {
        return;
    }
    pthread_mutex_lock(&slot->lock);
    for (struct holding *holding = slot->newest; holding != NULL; holding = holding->older) {
        if (holding->world == *world) {
            holding->count--;
            break;
        }
    }
    sweep(slot);
    pthread_mutex_unlock(&slot->lock);
    *world = NULL;
}

void eg_world_replace(struct eg_world_slot *slot, struct eg_world **world)
{
    pthread_mutex_lock(&slot->lock);
    struct holding *holding = holding_new(world, slot->newest);
    if (holding == NULL) {
        abort(); /* forty octets at a reload: there is nothing left to run with */
    }
    slot->newest->count--;
    slot->newest = holding;
    sweep(slot);
    pthread_mutex_unlock(&slot->lock);
}

uint64_t eg_world_generation(struct eg_world_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    uint64_t generation = slot->newest->world->generation;
    pthread_mutex_unlock(&slot->lock);
    return generation;
}
