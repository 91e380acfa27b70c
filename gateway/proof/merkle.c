/*
 * RFC 6962, 2.1, over complete subtrees: whatever is asked is put together from nodes that never
 * change.
 */
#include "proof/merkle.h"

#include "base/error.h"

#include <assert.h>

struct eg_digest eg_merkle_leaf(struct eg_bytes entry)
{
    static const uint8_t prefix = 0x00;
    struct eg_bytes parts[] = {{&prefix, 1}, entry};
    return eg_hash_parts(parts, 2);
}

struct eg_digest eg_merkle_node(const struct eg_digest *left, const struct eg_digest *right)
{
    uint8_t octets[1 + 2 * EG_DIGEST_LEN];
    octets[0] = 0x01;
    for (size_t i = 0; i < EG_DIGEST_LEN; i++) {
        octets[1 + i] = left->octets[i];
        octets[1 + EG_DIGEST_LEN + i] = right->octets[i];
    }
    return eg_hash((struct eg_bytes){octets, sizeof octets});
}

void eg_merkle_append(struct eg_merkle_edge *edge, const struct eg_digest *leaf,
                      eg_merkle_node_fn node, void *payload)
{
    struct eg_digest hash = *leaf;
    uint64_t index = edge->size;
    unsigned level = 0;
    for (;; level++) {
        if (node != NULL) {
            node(payload, level, index, &hash);
        }
        if ((index & 1) == 0) {
            break;
        }
        hash = eg_merkle_node(&edge->peak[level], &hash);
        index >>= 1;
    }
    assert(level < EG_MERKLE_LEVELS);
    edge->peak[level] = hash;
    edge->size++;
}

struct eg_digest eg_merkle_root(const struct eg_merkle_edge *edge)
{
    struct eg_digest root = {{0}};
    bool any = false;
    for (unsigned level = 0; level < EG_MERKLE_LEVELS; level++) {
        if ((edge->size >> level & 1) == 1) {
            root = any ? eg_merkle_node(&edge->peak[level], &root) : edge->peak[level];
            any = true;
        }
    }
    return any ? root : eg_hash(EG_BYTES_NONE);
}

/* ---- proofs -----------------------------------------------------------------------------------
 */

struct source {
    eg_merkle_read_fn read;
    void *payload;
    struct eg_error *err;
};

/* Largest power of two below n (n > 1): where RFC 6962 splits. */
static uint64_t split_of(uint64_t n)
{
    uint64_t k = 1;
    while (k < n - k) {
        k <<= 1;
    }
    return k;
}

static unsigned level_of(uint64_t power)
{
    unsigned level = 0;
    while (power > 1) {
        power >>= 1;
        level++;
    }
    return level;
}

/* Hash of the leaves [start, end): complete subtrees are read, the ragged right edge is put
 * together. */
static enum eg_status range_hash(struct eg_digest *out, uint64_t start, uint64_t end,
                                 const struct source *source)
{
    struct eg_digest hashes[EG_MERKLE_LEVELS];
    size_t count = 0;
    while (start < end) {
        uint64_t len = end - start;
        uint64_t power = (len & (len - 1)) == 0 ? len : split_of(len);
        unsigned level = level_of(power);
        enum eg_status status =
            source->read(source->payload, level, start >> level, &hashes[count++], source->err);
        if (status != EG_OK) {
            return status;
        }
        start += power;
    }
    struct eg_digest hash = hashes[count - 1];
    while (--count > 0) {
        hash = eg_merkle_node(&hashes[count - 1], &hash);
    }
    *out = hash;
    return EG_OK;
}

enum eg_status eg_merkle_inclusion(struct eg_digest out[EG_MERKLE_LEVELS], size_t *count_out,
                                   uint64_t index, uint64_t size, eg_merkle_read_fn read,
                                   void *payload, struct eg_error *err)
{
    struct source source = {read, payload, err};
    struct eg_digest path[EG_MERKLE_LEVELS];
    size_t count = 0;
    uint64_t start = 0;
    uint64_t end = size;
    if (index >= size) {
        return eg_error_set(err, EG_E_NOTFOUND, "proof", "no such leaf in a tree of this size");
    }
    while (end - start > 1) {
        uint64_t middle = start + split_of(end - start);
        bool left = index < middle;
        enum eg_status status =
            range_hash(&path[count], left ? middle : start, left ? end : middle, &source);
        if (status != EG_OK) {
            return status;
        }
        count++;
        *(left ? &end : &start) = middle;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = path[count - 1 - i]; /* from the leaf upwards */
    }
    *count_out = count;
    return EG_OK;
}

bool eg_merkle_inclusion_verify(const struct eg_digest *leaf, uint64_t index, uint64_t size,
                                const struct eg_digest *path, size_t count,
                                const struct eg_digest *root)
{
    if (index >= size) {
        return false;
    }
    struct eg_digest hash = *leaf;
    uint64_t node = index;
    uint64_t last = size - 1;
    for (size_t i = 0; i < count; i++) {
        if (last == 0) {
            return false;
        }
        if ((node & 1) == 1 || node == last) {
            hash = eg_merkle_node(&path[i], &hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = eg_merkle_node(&hash, &path[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && eg_digest_equal(&hash, root);
}

/* SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2, unrolled; hashes come out from the top and are turned.
 */
enum eg_status eg_merkle_consistency(struct eg_digest out[2 * EG_MERKLE_LEVELS], size_t *count_out,
                                     uint64_t old_size, uint64_t size, eg_merkle_read_fn read,
                                     void *payload, struct eg_error *err)
{
    struct source source = {read, payload, err};
    struct eg_digest path[2 * EG_MERKLE_LEVELS];
    size_t count = 0;
    uint64_t start = 0;
    uint64_t end = size;
    bool whole = true; /* the subtree under the cursor is the old tree itself */
    enum eg_status status = EG_OK;
    if (old_size == 0 || old_size > size) {
        return eg_error_set(err, EG_E_NOTFOUND, "proof", "no such older tree");
    }
    while (old_size < end) {
        uint64_t middle = start + split_of(end - start);
        if (old_size <= middle) {
            status = range_hash(&path[count++], middle, end, &source);
            end = middle;
        } else {
            status = range_hash(&path[count++], start, middle, &source);
            start = middle;
            whole = false;
        }
        if (status != EG_OK) {
            return status;
        }
    }
    if (!whole) {
        EG_TRY(range_hash(&path[count++], start, end, &source));
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = path[count - 1 - i];
    }
    *count_out = count;
    return EG_OK;
}

/* RFC 9162, 2.1.4.2. */
bool eg_merkle_consistency_verify(uint64_t old_size, const struct eg_digest *old_root,
                                  uint64_t size, const struct eg_digest *root,
                                  const struct eg_digest *path, size_t count)
{
    if (old_size == 0 || old_size > size) {
        return false;
    }
    if (old_size == size) {
        return count == 0 && eg_digest_equal(old_root, root);
    }
    uint64_t node = old_size - 1;
    uint64_t last = size - 1;
    while ((node & 1) == 1) {
        node >>= 1;
        last >>= 1;
    }
    bool power = (old_size & (old_size - 1)) == 0;
    size_t at = power ? 0 : 1;
    if (!power && count == 0) {
        return false;
    }
    struct eg_digest old_hash = power ? *old_root : path[0];
    struct eg_digest hash = old_hash;
    for (; at < count; at++) {
        if (last == 0) {
            return false;
        }
        if ((node & 1) == 1 || node == last) {
            old_hash = eg_merkle_node(&path[at], &old_hash);
            hash = eg_merkle_node(&path[at], &hash);
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = eg_merkle_node(&hash, &path[at]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && eg_digest_equal(&old_hash, old_root) && eg_digest_equal(&hash, root);
}
