/*
 * Open addressing with linear probing in a table of twice the maximum, rebuilt when old admissions
 * are swept out: memory is fixed at start, so no number of greetings can make it grow.
 */
#include "intake/admission.h"

#include <stdlib.h>
#include <string.h>

#define SHARE 8 /* one participant has at most the eighth part of all places */

struct eg_admission {
    struct eg_admitted *slots;
    size_t slot_count, used, max;
    double rate;
    uint64_t last_number;
};

enum eg_status eg_admission_new(struct eg_admission **out, size_t max, uint64_t rate,
                                struct eg_error *err)
{
    struct eg_admission *table = calloc(1, sizeof *table);
    size_t slot_count = 2 * max;
    struct eg_admitted *slots = calloc(slot_count, sizeof *slots);
    if (table == NULL || slots == NULL) {
        free(table);
        free(slots);
        return eg_error_set(err, EG_E_NOMEM, "admissions", "memory ran out");
    }
    *table = (struct eg_admission){slots, slot_count, 0, max, (double)rate, 0};
    *out = table;
    return EG_OK;
}

void eg_admission_free(struct eg_admission **table)
{
    if (*table != NULL) {
        free((*table)->slots);
        free(*table);
        *table = NULL;
    }
}

/* FNV-1a; a peer who grinds keys only lengthens the probes of its own certificate's greetings. */
static size_t slot_of(const struct eg_admission *table, const char *key)
{
    uint64_t hash = 1469598103934665603U;
    for (size_t i = 0; i < EG_CURVE_KEY_TEXT && key[i] != '\0'; i++) {
        hash = (hash ^ (uint8_t)key[i]) * 1099511628211U;
    }
    return (size_t)(hash % table->slot_count);
}

static struct eg_admitted *probe(struct eg_admission *table, const char *key)
{
    size_t at = slot_of(table, key);
    while (table->slots[at].key[0] != '\0' && strcmp(table->slots[at].key, key) != 0) {
        at = (at + 1) % table->slot_count;
    }
    return &table->slots[at];
}

/* Keep only what holds: builds a fresh table, since probing does not bear holes. */
static enum eg_status sweep(struct eg_admission *table, int64_t now_ms, struct eg_error *err)
{
    struct eg_admission fresh = *table;
    fresh.used = 0;
    fresh.slots = calloc(table->slot_count, sizeof *fresh.slots);
    if (fresh.slots == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "admissions", "memory ran out");
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        const struct eg_admitted *old = &table->slots[i];
        if (old->key[0] != '\0' && eg_admission_holds(old, now_ms)) {
            *probe(&fresh, old->key) = *old;
            fresh.used++;
        }
    }
    free(table->slots);
    *table = fresh;
    return EG_OK;
}

/* Take one out and close the hole: what stood behind it moves up, unless that is before its place.
 */
static void take_out(struct eg_admission *table, size_t hole)
{
    for (size_t at = (hole + 1) % table->slot_count; table->slots[at].key[0] != '\0';
         at = (at + 1) % table->slot_count) {
        size_t home = slot_of(table, table->slots[at].key);
        bool between = hole < at ? hole < home && home <= at : hole < home || home <= at;
        if (!between) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    memset(&table->slots[hole], 0, sizeof table->slots[hole]);
    table->used--;
}

/* Who has its share already gives up its oldest place for the new one. */
static void make_room(struct eg_admission *table, const char *participant)
{
    size_t share = table->max / SHARE > 0 ? table->max / SHARE : 1;
    size_t held = 0;
    size_t oldest = 0;
    if (table->used < share) {
        return;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        const struct eg_admitted *slot = &table->slots[i];
        if (slot->key[0] != '\0' && strcmp(slot->participant, participant) == 0) {
            oldest = held == 0 || slot->number < table->slots[oldest].number ? i : oldest;
            held++;
        }
    }
    if (held >= share) {
        take_out(table, oldest);
    }
}

enum eg_status eg_admission_put(struct eg_admission *table, const char *key,
                                const char *participant, const struct eg_digest *certificate,
                                int64_t until_ms, int64_t now_ms, struct eg_error *err)
{
    if (strlen(key) != EG_CURVE_KEY_TEXT || strlen(participant) > EG_ID_MAX) {
        return eg_error_set(err, EG_E_USAGE, "admissions", "key or participant is out of form");
    }
    bool known = probe(table, key)->key[0] != '\0';
    if (!known) {
        make_room(table, participant);
    }
    if (!known && table->used >= table->max) {
        enum eg_status status = sweep(table, now_ms, err);
        if (status != EG_OK) {
            return status;
        }
        if (table->used >= table->max) {
            return eg_error_set(err, EG_E_BUSY, "admissions",
                                "all %zu admissions are taken (limits.admissions)", table->max);
        }
    }
    struct eg_admitted *slot = probe(table, key);
    table->used += slot->key[0] == '\0';
    memset(slot, 0, sizeof *slot);
    memcpy(slot->key, key, EG_CURVE_KEY_TEXT);
    memcpy(slot->participant, participant, strlen(participant));
    slot->certificate = *certificate;
    slot->until_ms = until_ms;
    slot->tokens = table->rate;
    slot->number = ++table->last_number;
    return EG_OK;
}

struct eg_admitted *eg_admission_find(struct eg_admission *table, const char *key)
{
    struct eg_admitted *slot = probe(table, key);
    return slot->key[0] == '\0' ? NULL : slot;
}

bool eg_admission_holds(const struct eg_admitted *admitted, int64_t now_ms)
{
    return !admitted->ended && now_ms < admitted->until_ms;
}

bool eg_admission_charge(struct eg_admission *table, struct eg_admitted *admitted, int64_t boot_ms)
{
    double gained = (double)(boot_ms - admitted->refilled_at_ms) * table->rate / 1000.0;
    double tokens = admitted->tokens + gained;
    admitted->tokens = tokens > table->rate ? table->rate : tokens;
    admitted->refilled_at_ms = boot_ms;
    if (admitted->tokens < 1) {
        return false;
    }
    admitted->tokens -= 1;
    return true;
}

size_t eg_admission_review(struct eg_admission *table, eg_admission_keep_fn keep, void *payload)
{
    size_t ended = 0;
    for (size_t i = 0; i < table->slot_count; i++) {
        struct eg_admitted *slot = &table->slots[i];
        if (slot->key[0] != '\0' && !slot->ended && !keep(payload, slot)) {
            slot->ended = true;
            ended++;
        }
    }
    return ended;
}

#ifdef EG_TEST_HOOKS
size_t eg_admission_count(const struct eg_admission *table)
{
    return table->used;
}
#endif
