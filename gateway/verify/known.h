/*
 * Known signers: certificates that were decoded and whose path held, so that a repeated signer
 * costs a lookup. Found by the digest of everything that the answer depends on, so that a signature
 * is judged the same whether its signer is known or not.
 *
 * Bounded (EG_KNOWN_SETS x EG_KNOWN_WAYS); the least used goes. Only paths that held come in, so
 * strangers can not drive out members. Owner thread.
 */
#ifndef EG_VERIFY_KNOWN_H
#define EG_VERIFY_KNOWN_H

#include "verify/path.h"
#include "verify/policy.h"

#include "base/limits.h"

#include <openssl/evp.h>

struct eg_known {
    /* of all certificates of the signature and the signer identifier */
    struct eg_digest id;
    X509 *certificate;
    /* borrowed from certificate */
    const EVP_PKEY *key;
    /* ready to verify; only for EC keys, which need no more settings */
    EVP_PKEY_CTX *verify;
    struct eg_signer signer;
    /* path and purpose hold in this span */
    int64_t from_ms, until_ms;
    uint64_t used;
};

struct eg_known_table {
    struct eg_known *slots[EG_KNOWN_SETS][EG_KNOWN_WAYS];
    uint64_t clock;
};

/* NULL: not known. Borrowed until the next eg_known_keep. */
struct eg_known *eg_known_find(struct eg_known_table *table, const struct eg_digest *id);

/* Keep an entry; what had its place is freed. Takes it. */
void eg_known_keep(struct eg_known_table *table, struct eg_known **known);

void eg_known_free(struct eg_known **known);
void eg_known_table_done(struct eg_known_table *table);

#endif
