/*
 * Checking one certificate against anchors and revocation lists (RFC 5280), with the options that
 * the verb `cert check` offers. Signatures use the very same check with fixed options.
 */
#ifndef EG_VERIFY_CERTIFICATE_H
#define EG_VERIFY_CERTIFICATE_H

#include "core/directory.h"
#include "verify/trust.h"

struct eg_path_options {
    /* judged as of this time */
    int64_t at_ms;
    /* bits of enum eg_role of which the certificate must be fit for one; 0: any purpose */
    unsigned roles;
    /* user's initial policies, dotted; none: any policy. Borrowed */
    const char *const *policies;
    size_t policy_count;
    bool explicit_policy, inhibit_mapping, inhibit_any;
    /* leave the algorithm policy out */
    bool any_algorithm;
};

/*
 * Check a certificate.
 *
 *   verdict        initialised here; pass, or CERT_PATH, CERT_EXPIRED, CERT_REVOKED, CERT_PURPOSE,
 *                  CMS_ALGORITHM, REVOCATION (lists missing or too old)
 *   trust          anchors and lists; borrowed
 *   untrusted_pem  certificates that may help to build the path; may be empty
 *   certificate    the first certificate of a PEM text, or one in DER
 *
 * EG_OK: judged. EG_E_FORMAT: some input is no certificate or list; EG_E_USAGE: a policy is no
 * object identifier; EG_E_NOMEM, EG_E_INTERNAL. Any thread; own OSSL_LIB_CTX inside.
 */
EG_MUST_USE
enum eg_status eg_certificate_check(struct eg_signer *signer, struct eg_verdict *verdict,
                                    const struct eg_trust *trust, struct eg_bytes untrusted_pem,
                                    struct eg_bytes certificate,
                                    const struct eg_path_options *options, struct eg_error *err);

/*
 * Describe the first certificate of a PEM text, or one in DER, without judging it: digest, subject,
 * validity; issuer_key from the second certificate of the text, or its own key if there is none.
 */
EG_MUST_USE
enum eg_status eg_certificate_describe(struct eg_signer *out, struct eg_bytes certificate,
                                       struct eg_error *err);

/*
 * Append a file's content as PEM, whether it is PEM (copied as it is) or DER (wrapped).
 *   label  "CERTIFICATE" or "X509 CRL"
 * EG_E_FORMAT if it is neither.
 */
EG_MUST_USE
enum eg_status eg_pem_append(struct eg_buf *out, struct eg_bytes content, const char *label,
                             struct eg_error *err);

#endif
