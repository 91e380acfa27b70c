/*
 * Takers of the world in force while others replace it: what was taken stays whole, and a thread
 * sanitizer finds nothing.
 */
#include "flow/world/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define TAKERS 4
#define ROUNDS 4000
#define WORLDS 400

static struct eg_world_slot *slot;
static atomic_int wrong;
static atomic_ullong newest = 1;

static struct eg_world *world_new(uint64_t generation)
{
    struct eg_world *world = calloc(1, sizeof *world);
    if (world != NULL) {
        world->generation = generation;
        eg_buf_init(&world->crls, 64);
        eg_buf_format(&world->crls, "%llu", (unsigned long long)generation);
    }
    return world;
}

static void *take(void *unused)
{
    (void)unused;
    uint64_t last = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const struct eg_world *world = eg_world_take(slot);
        const struct eg_world *second = eg_world_take(slot);
        uint64_t said = strtoull((const char *)world->crls.data, NULL, 10);
        if (said != world->generation || said < last || second->generation < said) {
            wrong++;
        }
        last = said;
        eg_world_drop(slot, &world);
        eg_world_drop(slot, &second);
        if (eg_world_generation(slot) < last) {
            wrong++;
        }
    }
    return NULL;
}

static void *replace(void *unused)
{
    (void)unused;
    for (int i = 0; i < WORLDS; i++) {
        struct eg_world *world = world_new(++newest);
        if (world == NULL) {
            wrong++;
            return NULL;
        }
        eg_world_replace(slot, &world);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[TAKERS + 1];
    struct eg_error err = {0};
    struct eg_world *first = world_new(1);
    if (first == NULL || eg_world_slot_new(&slot, &first, &err) != EG_OK) {
        return 2;
    }
    for (int i = 0; i <= TAKERS; i++) {
        if (pthread_create(&threads[i], NULL, i < TAKERS ? take : replace, NULL) != 0) {
            return 2;
        }
    }
    for (int i = 0; i <= TAKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    if (eg_world_generation(slot) != WORLDS + 1) {
        wrong++;
    }
    eg_world_slot_free(&slot);
    if (wrong != 0) {
        fprintf(stderr, "race_world: %d wrong\n", wrong);
        return 1;
    }
    return 0;
}
