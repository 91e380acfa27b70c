/*
 * The inside of a verifier. Only gateway/verify.
 */
#ifndef EG_VERIFY_VERIFIER_H
#define EG_VERIFY_VERIFIER_H

#include "verify/known.h"

/* One fetched digest; OpenSSL 3 pays more for fetching than for hashing a short text. */
struct eg_fetched_digest {
    const struct eg_algorithm *algorithm;
    EVP_MD *md;
};

#define EG_FETCHED_DIGESTS 3

struct eg_verifier {
    OSSL_LIB_CTX *libctx;
    struct eg_path path;
    struct eg_digest revocation;
    struct eg_fetched_digest digests[EG_FETCHED_DIGESTS];
    EVP_MD_CTX *hash;
    struct eg_known_table known;
};

/*
 * Hash parts with one of the policy's digests. `out` has EVP_MAX_MD_SIZE octets.
 * EG_E_CRYPTO if the library can not.
 */
EG_MUST_USE
enum eg_status eg_verifier_hash(uint8_t *out, size_t *out_len, struct eg_verifier *verifier,
                                const struct eg_algorithm *algorithm, const struct eg_bytes *parts,
                                size_t count, struct eg_error *err);

/* The fetched digest of a row of the policy. Never NULL for a digest row. Borrowed. */
const EVP_MD *eg_verifier_md(const struct eg_verifier *verifier,
                             const struct eg_algorithm *algorithm);

#endif
