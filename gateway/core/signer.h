/*
 * What a verified signature says of its signer. Filled by verify, read by everyone above.
 */
#ifndef EG_CORE_SIGNER_H
#define EG_CORE_SIGNER_H

#include "base/crypto.h"

/* What is signed. Each has its own eContentType (table in certs/README and verify/kinds.c). */
enum eg_signed_kind {
    EG_SIGNED_REPORT,
    EG_SIGNED_HELLO,
    EG_SIGNED_WELCOME,
    EG_SIGNED_CARD,
    EG_SIGNED_DIRECTORY,
    EG_SIGNED_PACKAGE,
    EG_SIGNED_ACKNOWLEDGEMENT,
    EG_SIGNED_KEY_STATEMENT,
    EG_SIGNED_PACKAGE_STATE,
    EG_SIGNED_KIND_COUNT
};

struct eg_signer {
    /* SHA-256 of the certificate's DER */
    struct eg_digest certificate;
    /* SHA-256 of the issuer's SubjectPublicKeyInfo DER */
    struct eg_digest issuer_key;
    /* RFC 2253 form, UTF-8 */
    char subject[512];
    int64_t not_before_ms, not_after_ms;
    unsigned
        roles; /* bits of enum eg_role: what the certificate may be used as, by its extensions */
    int64_t signing_time_ms;
    struct eg_digest
        revocation; /* digest of the revocation data that was asked; all 0: none configured */
};

#endif
