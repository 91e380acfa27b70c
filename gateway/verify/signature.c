/*
 * The signature algorithms of the profile, by their identifiers:
 *
 *   ecdsa-with-SHA2 (RFC 5754 3.3)           no parameters
 *   sha2WithRSAEncryption, rsaEncryption     NULL (RFC 5754 3.2)
 *   RSASSA-PSS (RFC 4056)                    the same SHA-2 twice, salt as long as the digest
 *
 * The digest that the identifier names must be that of the signerInfo: a signature must not be open
 * to being read under a weaker one.
 */
#include "verify/signature.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#define PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define OID_MGF1 PKCS1 "\x08"

/* Signature identifiers; those with a digest name the policy's row by its length in bits. */
static const struct scheme_row {
    const char *oid;
    size_t oid_len;
    /* 0: the identifier names none */
    unsigned digest_bits;
    bool ec, pss;
} scheme_rows[] = {
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02", 8, 256, true, false},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03", 8, 384, true, false},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04", 8, 512, true, false},
    {PKCS1 "\x0b", 9, 256, false, false},
    {PKCS1 "\x0c", 9, 384, false, false},
    {PKCS1 "\x0d", 9, 512, false, false},
    {PKCS1 "\x01", 9, 0, false, false},
    {PKCS1 "\x0a", 9, 0, false, true},
};

static const struct scheme_row *scheme_of(const struct eg_der *oid)
{
    for (size_t i = 0; i < sizeof scheme_rows / sizeof scheme_rows[0]; i++) {
        struct eg_bytes own = {(const uint8_t *)scheme_rows[i].oid, scheme_rows[i].oid_len};
        if (eg_bytes_equal(oid->body, own)) {
            return &scheme_rows[i];
        }
    }
    return NULL;
}

static bool refuse(struct eg_verdict *verdict, const char *rule, const char *what,
                   struct eg_bytes oid)
{
    char text[160];
    eg_oid_text(text, sizeof text, oid);
    return eg_verdict_refuse(verdict, EG_CODE_CMS_ALGORITHM, rule, "signerInfo", "%s: %s", what,
                             text);
}

/* AlgorithmIdentifier of a digest: no parameters, or NULL (RFC 5754 2). */
static const struct eg_algorithm *read_digest(struct eg_bytes algorithm, struct eg_der *oid)
{
    struct eg_der parameters;
    if (!eg_signed_data_algorithm(algorithm, oid, &parameters) ||
        (parameters.tag != 0 && parameters.tag != EG_DER_NULL)) {
        return NULL;
    }
    return eg_policy_digest(oid->body);
}

static bool check_digest(struct eg_signature_scheme *scheme, const struct eg_signed_data *data,
                         int64_t at_ms, struct eg_verdict *verdict)
{
    struct eg_der oid = {0}, listed = {0};
    scheme->digest = read_digest(data->digest_algorithm, &oid);
    if (scheme->digest == NULL || !eg_policy_in_force(scheme->digest, at_ms)) {
        return refuse(verdict, "RFC 5754 2", "the digest algorithm does not count", oid.whole);
    }
    if (read_digest(data->digest_algorithms, &listed) != scheme->digest) {
        return refuse(verdict, "RFC 5652 5.1", "digestAlgorithms does not name just this digest",
                      oid.whole);
    }
    return true;
}

/* [n] EXPLICIT AlgorithmIdentifier of our digest. */
static bool take_pss_digest(struct eg_bytes *rest, uint8_t number,
                            const struct eg_algorithm *digest)
{
    struct eg_der wrapper, oid, parameters, inner;
    if (!eg_der_take(rest, (uint8_t)(EG_DER_NESTED | number), &wrapper)) {
        return false;
    }
    if (number == 0) {
        return read_digest(wrapper.body, &oid) == digest;
    }
    struct eg_bytes mgf = {(const uint8_t *)OID_MGF1, sizeof(OID_MGF1) - 1};
    if (!eg_signed_data_algorithm(wrapper.body, &oid, &parameters) ||
        !eg_bytes_equal(oid.body, mgf)) {
        return false;
    }
    return parameters.tag == EG_DER_SEQUENCE && read_digest(parameters.whole, &inner) == digest;
}

/* RSASSA-PSS-params: hash, mask, salt length; the trailer's default must be left out in DER. */
static bool pss_parameters(const struct eg_der *parameters, const struct eg_algorithm *digest)
{
    struct eg_bytes rest = parameters->body;
    struct eg_der wrapper, salt;
    if (parameters->tag != EG_DER_SEQUENCE || !take_pss_digest(&rest, 0, digest) ||
        !take_pss_digest(&rest, 1, digest) || !eg_der_take(&rest, EG_DER_NESTED | 2, &wrapper) ||
        rest.len > 0) {
        return false;
    }
    return eg_der_take(&wrapper.body, EG_DER_INTEGER, &salt) && wrapper.body.len == 0 &&
           salt.body.len == 1 && salt.body.data[0] == digest->bits / 8;
}

bool eg_signature_read(struct eg_signature_scheme *out, const struct eg_signed_data *data,
                       int64_t at_ms, struct eg_verdict *verdict)
{
    struct eg_signature_scheme scheme = {0};
    struct eg_der oid = {0}, parameters;
    if (!check_digest(&scheme, data, at_ms, verdict)) {
        return false;
    }
    const struct scheme_row *row = NULL;
    if (eg_signed_data_algorithm(data->signature_algorithm, &oid, &parameters)) {
        row = scheme_of(&oid);
    }
    if (row == NULL) {
        return refuse(verdict, "RFC 5652 10.1.2", "the signature algorithm does not count",
                      oid.whole);
    }
    if (row->digest_bits != 0 && row->digest_bits != scheme.digest->bits) {
        return refuse(verdict, "RFC 5652 5.3", "the signature algorithm has another digest",
                      oid.whole);
    }
    bool form = row->pss  ? pss_parameters(&parameters, scheme.digest)
                : row->ec ? parameters.tag == 0
                          : parameters.tag == EG_DER_NULL;
    if (!form) {
        return refuse(verdict, "RFC 5754 3", "the parameters of the signature algorithm are off",
                      oid.whole);
    }
    scheme.ec = row->ec;
    scheme.pss = row->pss;
    *out = scheme;
    return true;
}

bool eg_signature_key_counts(const struct eg_signature_scheme *scheme, const EVP_PKEY *key,
                             int64_t at_ms, struct eg_verdict *verdict)
{
    char what[80] = "a key that can not be read";
    const struct eg_algorithm *row = key == NULL ? NULL : eg_policy_key(key, what, sizeof what);
    if (row == NULL || !eg_policy_in_force(row, at_ms)) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ALGORITHM, "algorithm policy", "signer's key",
                                 "%s does not count", what);
    }
    if ((row->use == EG_USE_EC) != scheme->ec) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ALGORITHM, "RFC 5652 5.3", "signer's key",
                                 "%s does not fit the signature algorithm", what);
    }
    return true;
}

static bool set_rsa(EVP_PKEY_CTX *ctx, const struct eg_signature_scheme *scheme, const EVP_MD *md)
{
    if (!scheme->pss) {
        return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
               EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static EVP_PKEY_CTX *new_context(struct eg_verifier *verifier, const struct eg_known *signer)
{
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_pkey(verifier->libctx, (EVP_PKEY *)(uintptr_t)signer->key, NULL);
    if (ctx != NULL && EVP_PKEY_verify_init(ctx) != 1) {
        EVP_PKEY_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

enum eg_status eg_signature_fits(bool *fits, struct eg_verifier *verifier, struct eg_known *signer,
                                 const struct eg_signature_scheme *scheme,
                                 struct eg_bytes signature, struct eg_bytes digest,
                                 struct eg_error *err)
{
    EVP_PKEY_CTX *ctx = signer->verify;
    if (ctx == NULL) {
        ctx = new_context(verifier, signer);
        if (ctx == NULL) {
            return eg_x509_error(err, EG_E_CRYPTO, "the signature check can not start");
        }
    }
    /* A PSS key may forbid what the identifier asks for: then the signature does not fit. */
    bool ready = scheme->ec || set_rsa(ctx, scheme, eg_verifier_md(verifier, scheme->digest));
    *fits =
        ready && EVP_PKEY_verify(ctx, signature.data, signature.len, digest.data, digest.len) == 1;
    ERR_clear_error();
    if (scheme->ec) {
        signer->verify = ctx;
    } else {
        EVP_PKEY_CTX_free(ctx);
    }
    return EG_OK;
}
