/*
 * A small certificate authority for trials and tests: keys, a root, certificates by profile,
 * revocation lists. Pure functions over PEM buffers; files are the caller's business.
 *
 * All functions: any thread (own OSSL_LIB_CTX inside), append to `out` (the caller's ceiling).
 * EG_E_FORMAT (an input is not what it should be), EG_E_USAGE (terms make no sense), EG_E_CRYPTO,
 * EG_E_NOMEM, EG_E_LIMIT.
 */
#ifndef EG_VERIFY_ISSUE_H
#define EG_VERIFY_ISSUE_H

#include "core/directory.h"

enum eg_key_kind { EG_KEY_P256, EG_KEY_RSA3072 };

/* Profiles of certificates: the table is in issue.c and, for people, in certs/README.md. */
struct eg_profile {
    /* "root", "issuer", or the role: "operator", ... */
    const char *name;
    /* bit of enum eg_role; 0: an authority's own certificate */
    unsigned role;
    /* extensions in OpenSSL's words; NULL: left out */
    const char *basic, *usage, *extended;
};

/* The n-th row from 0; NULL behind the last one. Static. */
#ifdef EG_TEST_HOOKS
const struct eg_profile *eg_profile_row(size_t n);
#endif
const struct eg_profile *eg_profile_named(const char *name); /* NULL: none */

struct eg_issue_terms {
    const char *profile;
    /* UTF-8 */
    const char *common_name;
    /* NULL: left out */
    const char *organisation;
    /* two letters; NULL: left out */
    const char *country;
    int64_t from_ms, until_ms;
};

/* A new private key, PKCS #8 in PEM. The buffer is a secret: wipe it. */
EG_MUST_USE
enum eg_status eg_issue_key(struct eg_buf *out, enum eg_key_kind kind, struct eg_error *err);

/* A self-signed root for this key. */
EG_MUST_USE
enum eg_status eg_issue_root(struct eg_buf *out, struct eg_bytes key_pem,
                             const struct eg_issue_terms *terms, struct eg_error *err);

/* A certificate by an authority for the key of `subject_key_pem` (a private key). */
EG_MUST_USE
enum eg_status eg_issue_certificate(struct eg_buf *out, struct eg_bytes ca_pem,
                                    struct eg_bytes ca_key_pem, struct eg_bytes subject_key_pem,
                                    const struct eg_issue_terms *terms, struct eg_error *err);

/*
 * The next revocation list.
 *
 *   previous_pem  list to go on from (entries and number); empty: a first one
 *   revoked_pem   certificate to add, with its date `from_ms`; empty: none
 *   from_ms       thisUpdate      until_ms  nextUpdate
 *
 * EG_E_EXISTS  the certificate is on the list already
 */
EG_MUST_USE
enum eg_status eg_issue_crl(struct eg_buf *out, struct eg_bytes ca_pem, struct eg_bytes ca_key_pem,
                            struct eg_bytes previous_pem, struct eg_bytes revoked_pem,
                            int64_t from_ms, int64_t until_ms, struct eg_error *err);

/* How many certificates a list names, and its span, for showing. */
EG_MUST_USE
enum eg_status eg_crl_describe(size_t *count, int64_t *from_ms, int64_t *until_ms,
                               struct eg_bytes crl_pem, struct eg_error *err);

#endif
