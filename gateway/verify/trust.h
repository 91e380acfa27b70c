/*
 * What signatures are judged by: anchors, revocation lists, settings. One eg_verifier per thread;
 * it owns its OSSL_LIB_CTX, parsed anchors and a cache of known certificates and path results.
 */
#ifndef EG_VERIFY_TRUST_H
#define EG_VERIFY_TRUST_H

#include "core/signer.h"
#include "core/verdict.h"

struct eg_trust {
    /* one or more certificates; kept (must outlive the verifier) */
    struct eg_bytes anchors_pem;
    /* revocation lists; kept */
    struct eg_bytes crls_pem;
    /* File or option that it came from, for errors; borrowed. crls_from NULL and no octets:
     * revocation is not checked. Not NULL: lists are configured, and to find none is a fault. */
    const char *anchors_from, *crls_from;
    /* a list older than its nextUpdate plus this is too old; 0 = nextUpdate counts alone */
    int64_t crl_max_age_ms;
};

struct eg_verifier;

static inline bool eg_trust_revokes(const struct eg_trust *trust)
{
    return trust->crls_from != NULL || trust->crls_pem.len > 0;
}

/* EG_E_FORMAT: no anchor, no list where lists are configured, a block that is cut short or another.
 */
EG_MUST_USE
enum eg_status eg_verifier_new(struct eg_verifier **out, const struct eg_trust *trust,
                               struct eg_error *err);
void eg_verifier_free(struct eg_verifier **verifier);

/*
 * When the newest list was issued and when the last one has ended; false, outputs untouched: there
 * is no list.
 */
bool eg_verifier_lists(const struct eg_verifier *verifier, int64_t *issued_ms, int64_t *ended_ms);

/* Digest of the revocation data in force (all 0 when there is none). */
struct eg_digest eg_verifier_revocation(const struct eg_verifier *verifier);

#endif
