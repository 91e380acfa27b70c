/*
 * Takers of the snapshot in force while others replace it: what was taken stays whole, and a thread
 * sanitizer finds nothing.
 */
#include "flow/snapshot/snapshot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define TAKERS 4
#define ROUNDS 4000
#define WORLDS 400

static struct eg_snapshot_slot *slot;
static atomic_int wrong;
static atomic_ullong newest = 1;

static struct eg_snapshot *snapshot_new(uint64_t generation)
{
    struct eg_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        snapshot->generation = generation;
        eg_buf_init(&snapshot->crls, 64);
        eg_buf_format(&snapshot->crls, "%llu", (unsigned long long)generation);
    }
    return snapshot;
}

static void *take(void *unused)
{
    (void)unused;
    uint64_t last = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const struct eg_snapshot *snapshot = eg_snapshot_take(slot);
        const struct eg_snapshot *second = eg_snapshot_take(slot);
        uint64_t said = strtoull((const char *)snapshot->crls.data, NULL, 10);
        if (said != snapshot->generation || said < last || second->generation < said) {
            wrong++;
        }
        last = said;
        eg_snapshot_drop(slot, &snapshot);
        eg_snapshot_drop(slot, &second);
        if (eg_snapshot_generation(slot) < last) {
            wrong++;
        }
    }
    return NULL;
}

static void *replace(void *unused)
{
    (void)unused;
    for (int i = 0; i < WORLDS; i++) {
        struct eg_snapshot *snapshot = snapshot_new(++newest);
        if (snapshot == NULL) {
            wrong++;
            return NULL;
        }
        eg_snapshot_replace(slot, &snapshot);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[TAKERS + 1];
    struct eg_error err = {0};
    struct eg_snapshot *first = snapshot_new(1);
    if (first == NULL || eg_snapshot_slot_new(&slot, &first, &err) != EG_OK) {
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
    if (eg_snapshot_generation(slot) != WORLDS + 1) {
        wrong++;
    }
    eg_snapshot_slot_free(&slot);
    if (wrong != 0) {
        fprintf(stderr, "race_snapshot: %d wrong\n", wrong);
        return 1;
    }
    return 0;
}
