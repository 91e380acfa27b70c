/*
 * Makes signatures and certificates with any flaw that a test wants: DER written by hand, signed by
 * OpenSSL, so that every rung of the ladder can be shown to refuse. Ends the process when something
 * can not be made.
 */
#ifndef EG_TESTS_CMS_MAKER_H
#define EG_TESTS_CMS_MAKER_H

#include "verify/cms.h"
#include "verify/signed_data.h"

#include <openssl/x509.h>

/* A key with its certificate and what issued it. PEM, as files hold them. */
struct maker_identity {
    EVP_PKEY *key;
    X509 *certificate;
    const struct maker_identity *issuer; /* NULL: self-signed */
    struct eg_buf key_pem;
    struct eg_buf chain_pem; /* own certificate and issuers, without the root */
};

/* All may be left 0 / NULL for a fine certificate. */
struct maker_terms {
    const char *name;          /* common name; "somebody" */
    const char *key;           /* "P-256" (default), "P-384", "P-521", "secp256k1", "RSA-2048",
                                  "RSA-3072", "ED25519" */
    const char *digest;        /* "SHA256" */
    int64_t from_ms, until_ms; /* MAKER_NOW - a day, MAKER_NOW + a year */
    const char *basic;         /* "critical,CA:FALSE", of an authority "critical,CA:TRUE" */
    const char *usage;    /* "critical,digitalSignature", of an authority keyCertSign, cRLSign */
    const char *extended; /* none */
    const char *policies; /* none */
    bool authority;
};

#define MAKER_NOW 1767225600000LL /* 2026-01-01T00:00:00Z */
#define MAKER_DAY (24 * 3600 * 1000LL)

void maker_identity_init(struct maker_identity *out, const struct maker_identity *issuer,
                         const struct maker_terms *terms);
void maker_identity_done(struct maker_identity *identity);

/* A revocation list in PEM; `revoked` NULL: an empty one. Appends. */
void maker_crl(struct eg_buf *out, const struct maker_identity *issuer,
               const struct maker_identity *revoked, int64_t from_ms, int64_t until_ms);

/* What is wrong with a signature; all 0: a good one over SHA-256 at MAKER_NOW. */
struct maker_cms {
    enum eg_signed_kind kind;
    const char *econtent_oid;  /* instead of the kind's; dotted */
    const char *attribute_oid; /* content-type attribute, instead of the same */
    const char *digest;        /* "SHA256", "SHA384", "SHA512", "SHA1" */
    bool pss;                  /* RSASSA-PSS instead of PKCS #1 v1.5 */
    bool pkcs1_named;          /* sha256WithRSAEncryption instead of rsaEncryption */
    const char *scheme_oid;    /* signature algorithm, instead of the right one; dotted */
    int64_t signing_time_ms;
    const char *signing_time;                   /* UTCTime text, instead */
    bool generalized_time;                      /* signing-time as GeneralizedTime */
    unsigned omit, twice, two_values, no_value; /* bits 1 << enum eg_attribute */
    bool capabilities;                          /* add S/MIME capabilities */
    bool unknown_attribute, unsigned_attribute, no_attributes, unsorted;
    bool wrong_certificate_digest, wrong_issuer_serial, no_issuer_serial, ess_sha512;
    bool attached, two_signers, no_signers, no_certificates, by_key_id, crls;
    bool garbage_certificate;           /* a SEQUENCE among the certificates that is none */
    bool wrong_signature;               /* one octet of it changed */
    uint8_t version;                    /* of SignedData; 0: 3 */
    const struct maker_identity *extra; /* its certificate goes in too */
};

/* Sign; appends DER. */
void maker_sign(struct eg_buf *out, const struct maker_identity *signer, struct eg_bytes content,
                const struct maker_cms *terms);

#endif
