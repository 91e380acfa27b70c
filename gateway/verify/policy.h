/*
 * The algorithm policy: one const table with dates. What is not in it is refused.
 *
 * Everything here is pure; any thread.
 */
#ifndef EG_VERIFY_POLICY_H
#define EG_VERIFY_POLICY_H

#include "base/bytes.h"

struct evp_pkey_st;

enum eg_algorithm_use { EG_USE_DIGEST, EG_USE_EC, EG_USE_RSA };

struct eg_algorithm {
    enum eg_algorithm_use use;
    /* for people and for OpenSSL: "SHA2-256", "P-256", "RSA" */
    const char *name;
    /* DER content octets of the digest's identifier; NULL otherwise */
    const char *oid;
    size_t oid_len;
    /* digest length, curve size, or least modulus */
    unsigned bits;
    /* first day on which it counts, "YYYY-MM-DD", UTC */
    const char *from;
    /* last day; "" = open */
    const char *until;
};

/* The n-th row from 0; NULL behind the last one. Static. */
const struct eg_algorithm *eg_policy_row(size_t n);

/* The digest with this object identifier (DER content octets), in force or not; NULL: none. */
const struct eg_algorithm *eg_policy_digest(struct eg_bytes oid);

/* The row that covers this public key, in force or not; NULL: none (`what` then names the key). */
const struct eg_algorithm *eg_policy_key(const struct evp_pkey_st *key, char *what,
                                         size_t what_size);

/* Does the row count at this time? */
bool eg_policy_in_force(const struct eg_algorithm *algorithm, int64_t at_ms);

/* Narrow [*from_ms, *until_ms] to the time in which the row counts. */
void eg_policy_narrow(const struct eg_algorithm *algorithm, int64_t *from_ms, int64_t *until_ms);

#endif
