/*
 * The Merkle tree of RFC 6962, 2.1: leaf hash SHA-256(0x00 || entry), node SHA-256(0x01 || left ||
 * right). Pure octets: no disk.
 */
#ifndef EG_PROOF_MERKLE_H
#define EG_PROOF_MERKLE_H

#include "base/crypto.h"

#define EG_MERKLE_LEVELS 64

struct eg_digest eg_merkle_leaf(struct eg_bytes entry);
struct eg_digest eg_merkle_node(const struct eg_digest *left, const struct eg_digest *right);

/* The right edge of a growing tree: enough to append and to give the root. A zeroed struct is the
 * empty tree. */
struct eg_merkle_edge {
    uint64_t size;
    /* peak[k]: root of the complete subtree of 2^k leaves, if bit k of size is set */
    struct eg_digest peak[EG_MERKLE_LEVELS];
};

/*
 * Append one leaf. For each complete subtree that this closes (level 0 is the leaf itself) calls
 * `node(payload, level, index, hash)`, index counted from 0 within its level: what a store keeps to
 * answer proofs. node may be NULL.
 */
typedef void (*eg_merkle_node_fn)(void *payload, unsigned level, uint64_t index,
                                  const struct eg_digest *hash);
void eg_merkle_append(struct eg_merkle_edge *edge, const struct eg_digest *leaf,
                      eg_merkle_node_fn node, void *payload);
struct eg_digest eg_merkle_root(const struct eg_merkle_edge *edge); /* empty: SHA-256("") */

/* Gives a kept node; EG_E_NOTFOUND if it is not kept. */
typedef enum eg_status (*eg_merkle_read_fn)(void *payload, unsigned level, uint64_t index,
                                            struct eg_digest *hash, struct eg_error *err);

/* Inclusion path of leaf `index` in the tree of `size` leaves, from the leaf upwards. */
EG_MUST_USE
enum eg_status eg_merkle_inclusion(struct eg_digest out[EG_MERKLE_LEVELS], size_t *count_out,
                                   uint64_t index, uint64_t size, eg_merkle_read_fn read,
                                   void *payload, struct eg_error *err);
bool eg_merkle_inclusion_verify(const struct eg_digest *leaf, uint64_t index, uint64_t size,
                                const struct eg_digest *path, size_t count,
                                const struct eg_digest *root);

/* Consistency proof between two sizes (RFC 6962, 2.1.2). */
EG_MUST_USE
enum eg_status eg_merkle_consistency(struct eg_digest out[2 * EG_MERKLE_LEVELS], size_t *count_out,
                                     uint64_t old_size, uint64_t size, eg_merkle_read_fn read,
                                     void *payload, struct eg_error *err);
bool eg_merkle_consistency_verify(uint64_t old_size, const struct eg_digest *old_root,
                                  uint64_t size, const struct eg_digest *root,
                                  const struct eg_digest *path, size_t count);

#endif
