/*
 * Certification paths (RFC 5280): anchors, revocation lists, purposes, algorithms. The one path
 * check for signatures, links and the verb `cert check`.
 *
 * Inside gateway/verify only: it speaks OpenSSL. Others use verify/certificate.h.
 */
#ifndef EG_VERIFY_PATH_H
#define EG_VERIFY_PATH_H

#include "verify/certificate.h"

#include <openssl/x509.h>

struct eg_path {
    /* kept */
    OSSL_LIB_CTX *libctx;
    X509_STORE *store;
    bool has_crls;
    /* in this span every list is fresh */
    int64_t crl_from_ms, crl_until_ms;
    /* when the last of them is too old */
    int64_t crl_end_ms;
    int64_t crl_max_age_ms;
};

/* Load anchors and lists. EG_E_FORMAT (no anchor, or a block that is no certificate or list). */
EG_MUST_USE
enum eg_status eg_path_init(struct eg_path *path, OSSL_LIB_CTX *libctx,
                            const struct eg_trust *trust, struct eg_error *err);
void eg_path_done(struct eg_path *path);

/* What a path that holds tells. */
struct eg_path_result {
    /* it holds for every time in this span */
    int64_t from_ms, until_ms;
    struct eg_digest issuer_key;
};

/*
 *   untrusted  certificates that may help; borrowed; NULL for none
 * EG_OK with the verdict (REVOCATION: lists missing or too old); EG_E_NOMEM, EG_E_INTERNAL.
 */
EG_MUST_USE
enum eg_status eg_path_check(struct eg_path_result *result, struct eg_verdict *verdict,
                             const struct eg_path *path, X509 *certificate,
                             STACK_OF(X509) * untrusted, const struct eg_path_options *options,
                             struct eg_error *err);

/* Decode one certificate in DER, nothing behind it. NULL: it is not one. */
X509 *eg_x509_decode(OSSL_LIB_CTX *libctx, struct eg_bytes der);

/* All certificates of a PEM text. EG_E_FORMAT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_x509_read(STACK_OF(X509) * *out, OSSL_LIB_CTX *libctx, struct eg_bytes pem,
                            const char *what, struct eg_error *err);

/* The subject for texts, RFC 2253 form, cut if need be; "" if there is no certificate. */
void eg_x509_name(char *out, size_t out_size, X509 *certificate);

/* Digest, subject, validity, possible roles of a certificate; the rest of `out` is left alone. */
EG_MUST_USE
enum eg_status eg_x509_describe(struct eg_signer *out, X509 *certificate, struct eg_error *err);

/* SHA-256 of a certificate's SubjectPublicKeyInfo. */
EG_MUST_USE
enum eg_status eg_x509_key_digest(struct eg_digest *out, X509 *certificate, struct eg_error *err);

/* Did the last PEM read fail only because there was nothing more? Empties the error queue then. */
bool eg_x509_at_end(void);

bool eg_x509_time(const ASN1_TIME *time, int64_t *at_ms);

/* EG_E_CRYPTO and the like with OpenSSL's own reason behind the text; empties its error queue. */
enum eg_status eg_x509_error(struct eg_error *err, enum eg_status status, const char *what);

#endif
