/*
 * A verifier: its own OSSL_LIB_CTX (the default one makes two threads slower than one), anchors and
 * lists parsed once, digests fetched once, and the known signers. New trust is a new verifier, so
 * nothing that was found under old anchors or lists outlives them.
 */
#include "verify/verifier.h"

#include <openssl/err.h>
#include <stdlib.h>

static enum eg_status fetch_digests(struct eg_verifier *verifier, struct eg_error *err)
{
    size_t n = 0;
    const struct eg_algorithm *row;
    for (size_t i = 0; (row = eg_policy_row(i)) != NULL && n < EG_FETCHED_DIGESTS; i++) {
        if (row->use != EG_USE_DIGEST) {
            continue;
        }
        verifier->digests[n].algorithm = row;
        verifier->digests[n].md = EVP_MD_fetch(verifier->libctx, row->name, NULL);
        if (verifier->digests[n++].md == NULL) {
            return eg_x509_error(err, EG_E_CRYPTO, "a digest of the policy is not available");
        }
    }
    verifier->hash = EVP_MD_CTX_new();
    return verifier->hash != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
}

enum eg_status eg_verifier_new(struct eg_verifier **out, const struct eg_trust *trust,
                               struct eg_error *err)
{
    struct eg_verifier *verifier = calloc(1, sizeof *verifier);
    if (verifier == NULL || (verifier->libctx = OSSL_LIB_CTX_new()) == NULL) {
        free(verifier);
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    enum eg_status status = fetch_digests(verifier, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_path_init(&verifier->path, verifier->libctx, trust, err);

done:
    if (status != EG_OK) {
        eg_verifier_free(&verifier);
        return status;
    }
    if (eg_trust_revokes(trust)) {
        verifier->revocation = eg_hash(trust->crls_pem);
    }
    *out = verifier;
    return EG_OK;
}

void eg_verifier_free(struct eg_verifier **verifier)
{
    struct eg_verifier *v = *verifier;
    if (v == NULL) {
        return;
    }
    eg_known_table_done(&v->known);
    eg_path_done(&v->path);
    EVP_MD_CTX_free(v->hash);
    for (size_t i = 0; i < EG_FETCHED_DIGESTS; i++) {
        EVP_MD_free(v->digests[i].md);
    }
    OSSL_LIB_CTX_free(v->libctx);
    free(v);
    *verifier = NULL;
}

struct eg_digest eg_verifier_revocation(const struct eg_verifier *verifier)
{
    return verifier->revocation;
}

bool eg_verifier_lists(const struct eg_verifier *verifier, int64_t *issued_ms, int64_t *ended_ms)
{
    if (verifier->path.has_crls) {
        *issued_ms = verifier->path.crl_from_ms;
        *ended_ms = verifier->path.crl_end_ms;
    }
    return verifier->path.has_crls;
}

const EVP_MD *eg_verifier_md(const struct eg_verifier *verifier,
                             const struct eg_algorithm *algorithm)
{
    for (size_t i = 0; i < EG_FETCHED_DIGESTS; i++) {
        if (verifier->digests[i].algorithm == algorithm) {
            return verifier->digests[i].md;
        }
    }
    return NULL;
}

enum eg_status eg_verifier_hash(uint8_t *out, size_t *out_len, struct eg_verifier *verifier,
                                const struct eg_algorithm *algorithm, const struct eg_bytes *parts,
                                size_t count, struct eg_error *err)
{
    unsigned len = 0;
    bool done = EVP_DigestInit_ex2(verifier->hash, eg_verifier_md(verifier, algorithm), NULL) == 1;
    for (size_t i = 0; done && i < count; i++) {
        done = EVP_DigestUpdate(verifier->hash, parts[i].data, parts[i].len) == 1;
    }
    if (!done || EVP_DigestFinal_ex(verifier->hash, out, &len) != 1) {
        return eg_x509_error(err, EG_E_CRYPTO, "a digest can not be computed");
    }
    *out_len = len;
    return EG_OK;
}
