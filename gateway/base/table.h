/*
 * The one hash table: from octets to a number, which mostly is the place in a list of the owner.
 * Open addressing; the hash is keyed with random octets of each table, so that nobody who chooses
 * the keys can make them collide.
 *
 * Thread: its owner's.
 */
#ifndef EG_BASE_TABLE_H
#define EG_BASE_TABLE_H

#include "base/bytes.h"

struct eg_table_seed {
    uint64_t words[2];
};

struct eg_table_slot {
    /* borrowed; data is NULL in a free slot only */
    struct eg_bytes key;
    uint64_t hash;
    size_t value;
};

struct eg_table {
    struct eg_table_slot *slots;
    /* a power of two, at least twice the count; 0 before the first key */
    size_t slot_count;
    size_t count;
    /* more keys are refused */
    size_t max;
    struct eg_table_seed seed;
};

/* An empty table for at most `max` keys. EG_E_CRYPTO: no random octets for the seed. */
EG_MUST_USE
enum eg_status eg_table_init(struct eg_table *table, size_t max, struct eg_error *err);
void eg_table_done(struct eg_table *table); /* also one that is all zero */

/*
 * Put a key, or give a known key another value. Borrows the octets of the key until it is removed
 * or put again: they must stay where they are.
 *
 * EG_E_LIMIT: `max` keys are there already; EG_E_NOMEM. Then nothing is changed.
 */
EG_MUST_USE
enum eg_status eg_table_put(struct eg_table *table, struct eg_bytes key, size_t value);

/* The value of a key; false: not there, `out` untouched. */
bool eg_table_find(size_t *out, const struct eg_table *table, struct eg_bytes key);

/* Take a key out; false: it was not there. */
bool eg_table_remove(struct eg_table *table, struct eg_bytes key);

/* The hash itself: SipHash-2-4. */
uint64_t eg_table_hash(const struct eg_table_seed *seed, struct eg_bytes key);

#endif
