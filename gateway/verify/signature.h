/*
 * Signature algorithms: is the identifier one of the profile, and does the signature fit? Only
 * gateway/verify.
 */
#ifndef EG_VERIFY_SIGNATURE_H
#define EG_VERIFY_SIGNATURE_H

#include "core/verdict.h"
#include "verify/signed_data.h"
#include "verify/verifier.h"

/* A signature algorithm identifier that was understood. */
struct eg_signature_scheme {
    bool ec;
    bool pss;
    /* that of the signerInfo */
    const struct eg_algorithm *digest;
};

/*
 * Digest and signature algorithm of a signerInfo against policy and profile at this time. The key
 * is looked at by eg_signature_key_counts. Pure. false: the verdict holds CMS_ALGORITHM.
 */
bool eg_signature_read(struct eg_signature_scheme *out, const struct eg_signed_data *data,
                       int64_t at_ms, struct eg_verdict *verdict);

/* Is the key one that the policy lets count now, and of the kind that the scheme needs? */
bool eg_signature_key_counts(const struct eg_signature_scheme *scheme, const EVP_PKEY *key,
                             int64_t at_ms, struct eg_verdict *verdict);

/*
 * Does the signature fit the digest? EG_OK with *fits; EG_E_CRYPTO, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_signature_fits(bool *fits, struct eg_verifier *verifier, struct eg_known *signer,
                                 const struct eg_signature_scheme *scheme,
                                 struct eg_bytes signature, struct eg_bytes digest,
                                 struct eg_error *err);

#endif
