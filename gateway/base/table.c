/*
 * Linear probing in a table that is at most half full. A key that is removed leaves no mark: those
 * behind it move up, so that a table which is changed for months probes no longer than a new one.
 */
#include "base/table.h"

#include "base/crypto.h"
#include "base/error.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16 };

/* ---- SipHash-2-4, by Aumasson and Bernstein: a keyed hash for short keys -----------------------
 */

static uint64_t rotated(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4], unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotated(v[1], 13) ^ v[0];
        v[3] = rotated(v[3], 16) ^ v[2];
        v[0] = rotated(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotated(v[1], 17) ^ v[2];
        v[3] = rotated(v[3], 21) ^ v[0];
        v[2] = rotated(v[2], 32);
    }
}

/* Up to eight octets, the lowest first. */
static uint64_t word_of(const uint8_t *octets, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)octets[i] << (8 * i);
    }
    return word;
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, 2);
    v[0] ^= word;
}

uint64_t eg_table_hash(const struct eg_table_seed *seed, struct eg_bytes key)
{
    uint64_t v[4] = {
        seed->words[0] ^ 0x736f6d6570736575U,
        seed->words[1] ^ 0x646f72616e646f6dU,
        seed->words[0] ^ 0x6c7967656e657261U,
        seed->words[1] ^ 0x7465646279746573U,
    };
    size_t at = 0;

    for (; key.len - at >= 8; at += 8) {
        absorb(v, word_of(key.data + at, 8));
    }
    absorb(v, word_of(key.data + at, key.len - at) | (uint64_t)key.len << 56);
    v[2] ^= 0xff;
    mix(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- the table ---------------------------------------------------------------------------------
 */

enum eg_status eg_table_init(struct eg_table *table, size_t max, struct eg_error *err)
{
    struct eg_table made = {.max = max};
    EG_TRY(eg_random(made.seed.words, sizeof made.seed.words, err));
    *table = made;
    return EG_OK;
}

void eg_table_done(struct eg_table *table)
{
    free(table->slots);
    *table = (struct eg_table){.slots = NULL};
}

/* The slot of the key, or the free one where it belongs. */
static struct eg_table_slot *probe(const struct eg_table *table, struct eg_bytes key, uint64_t hash)
{
    const size_t mask = table->slot_count - 1;
    size_t at = (size_t)hash & mask;
    while (table->slots[at].key.data != NULL &&
           (table->slots[at].hash != hash || !eg_bytes_equal(table->slots[at].key, key))) {
        at = (at + 1) & mask;
    }
    return &table->slots[at];
}

static struct eg_table_slot *slot_of(const struct eg_table *table, struct eg_bytes key)
{
    if (table->slot_count == 0) {
        return NULL;
    }
    struct eg_table_slot *slot = probe(table, key, eg_table_hash(&table->seed, key));
    return slot->key.data != NULL ? slot : NULL;
}

/* Room for one key more. */
static enum eg_status grow(struct eg_table *table)
{
    if (table->count < table->slot_count / 2) {
        return EG_OK;
    }
    if (table->slot_count > SIZE_MAX / 2) {
        return EG_E_NOMEM;
    }
    struct eg_table grown = *table;
    grown.slot_count = table->slot_count == 0 ? FIRST_SLOTS : 2 * table->slot_count;
    grown.slots = calloc(grown.slot_count, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return EG_E_NOMEM;
    }
    for (size_t i = 0; i < table->slot_count; i++) {
        const struct eg_table_slot *old = &table->slots[i];
        if (old->key.data != NULL) {
            *probe(&grown, old->key, old->hash) = *old;
        }
    }
    free(table->slots);
    *table = grown;
    return EG_OK;
}

/* An empty key may come without an address; in a slot NULL means free. */
static struct eg_bytes addressed(struct eg_bytes key)
{
    return key.data != NULL ? key : (struct eg_bytes){(const uint8_t *)"", 0};
}

enum eg_status eg_table_put(struct eg_table *table, struct eg_bytes key, size_t value)
{
    struct eg_table_slot *known = slot_of(table, addressed(key));
    if (known != NULL) {
        known->key = addressed(key);
        known->value = value;
        return EG_OK;
    }
    if (table->count >= table->max) {
        return EG_E_LIMIT;
    }
    EG_TRY(grow(table));
    const uint64_t hash = eg_table_hash(&table->seed, addressed(key));
    *probe(table, addressed(key), hash) = (struct eg_table_slot){addressed(key), hash, value};
    table->count++;
    return EG_OK;
}

bool eg_table_find(size_t *out, const struct eg_table *table, struct eg_bytes key)
{
    const struct eg_table_slot *slot = slot_of(table, addressed(key));
    if (slot == NULL) {
        return false;
    }
    *out = slot->value;
    return true;
}

bool eg_table_remove(struct eg_table *table, struct eg_bytes key)
{
    const struct eg_table_slot *slot = slot_of(table, addressed(key));
    if (slot == NULL) {
        return false;
    }
    const size_t mask = table->slot_count - 1;
    size_t hole = (size_t)(slot - table->slots);
    for (size_t at = (hole + 1) & mask; table->slots[at].key.data != NULL; at = (at + 1) & mask) {
        const size_t home = (size_t)table->slots[at].hash & mask;
        /* it may move to the hole unless its home lies between the two */
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = (struct eg_table_slot){.value = 0};
    table->count--;
    return true;
}
