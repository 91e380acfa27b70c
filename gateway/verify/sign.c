/*
 * Signing as CAdES-BES: the same octets, but for the random part of the signature, as
 *   openssl cms -sign -cades -binary -nosmimecap -econtent_type OID -outform DER
 * writes, with a signing time of the caller's.
 */
#include "verify/sign.h"

#include "base/file.h"
#include "base/limits.h"
#include "verify/cms.h"
#include "verify/keys.h"
#include "verify/path.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

struct eg_signing_key {
    OSSL_LIB_CTX *libctx;
    EVP_PKEY *key;
    /* signer first */
    STACK_OF(X509) * chain;
    struct eg_signer signer;
};

#define SIGN_FLAGS (CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES)

/* OpenSSL would ask the terminal; a gateway has none. */
static int no_passphrase(char *buffer, int size, int writing, void *payload)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)payload;
    return -1;
}

enum eg_status eg_key_read(EVP_PKEY **out, OSSL_LIB_CTX *libctx, struct eg_bytes pem,
                           struct eg_error *err)
{
    BIO *bio = pem.data == NULL || pem.len > EG_PRIVATE_KEY_MAX
                   ? NULL
                   : BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *key = bio == NULL
                        ? NULL
                        : PEM_read_bio_PrivateKey_ex(bio, NULL, no_passphrase, NULL, libctx, NULL);
    BIO_free(bio);
    if (key == NULL) {
        return eg_x509_error(err, EG_E_FORMAT, "this is not a private key in PEM, not encrypted");
    }
    *out = key;
    return EG_OK;
}

static enum eg_status read_chain(struct eg_signing_key *key, struct eg_bytes chain_pem,
                                 struct eg_error *err)
{
    enum eg_status status = eg_x509_read(&key->chain, key->libctx, chain_pem, "chain", err);
    if (status != EG_OK) {
        return status;
    }
    if (sk_X509_num(key->chain) == 0) {
        return eg_error_set(err, EG_E_FORMAT, "chain", "there is no certificate in it");
    }
    X509 *own = sk_X509_value(key->chain, 0);
    if (X509_check_private_key(own, key->key) != 1) {
        return eg_x509_error(err, EG_E_CRYPTO, "the key does not fit the first certificate");
    }
    status = eg_x509_describe(&key->signer, own, err);
    if (status != EG_OK) {
        return status;
    }
    X509 *issuer = sk_X509_value(key->chain, sk_X509_num(key->chain) > 1 ? 1 : 0);
    return eg_x509_key_digest(&key->signer.issuer_key, issuer, err);
}

enum eg_status eg_signing_key_load(struct eg_signing_key **out, struct eg_bytes key_pem,
                                   struct eg_bytes chain_pem, struct eg_error *err)
{
    struct eg_signing_key *key = calloc(1, sizeof *key);
    if (key == NULL || (key->libctx = OSSL_LIB_CTX_new()) == NULL) {
        free(key);
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    enum eg_status status = eg_key_read(&key->key, key->libctx, key_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_chain(key, chain_pem, err);

done:
    if (status != EG_OK) {
        eg_signing_key_free(&key);
        return status;
    }
    *out = key;
    return EG_OK;
}

enum eg_status eg_signing_key_read(struct eg_signing_key **out, const char *key_path,
                                   const char *chain_path, struct eg_error *err)
{
    struct eg_buf key = {0};
    struct eg_buf chain = {0};
    eg_buf_init(&key, EG_CMS_MAX);
    eg_buf_init(&chain, EG_CMS_MAX);
    enum eg_status status = eg_file_read_some(&key, key_path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read_some(&chain, chain_path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_load(out, eg_bytes_view(&key), eg_bytes_view(&chain), err);

done:
    eg_buf_wipe(&key);
    eg_buf_done(&chain);
    return status;
}

void eg_signing_key_free(struct eg_signing_key **key)
{
    if (*key == NULL) {
        return;
    }
    sk_X509_pop_free((*key)->chain, X509_free);
    EVP_PKEY_free((*key)->key);
    OSSL_LIB_CTX_free((*key)->libctx);
    free(*key);
    *key = NULL;
}

const struct eg_signer *eg_signing_key_signer(const struct eg_signing_key *key)
{
    return &key->signer;
}

static bool set_kind(CMS_ContentInfo *cms, enum eg_signed_kind kind)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(eg_signed_kind_oid(kind), 1);
    bool set = oid != NULL && CMS_set1_eContentType(cms, oid) == 1;
    ASN1_OBJECT_free(oid);
    return set;
}

/* UTCTime until 2049, GeneralizedTime after: ASN1_TIME_set chooses. */
static bool add_signing_time(CMS_SignerInfo *info, int64_t signed_at_ms)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(signed_at_ms / 1000));
    bool added = time != NULL && CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime,
                                                             time->type, time, -1) == 1;
    ASN1_TIME_free(time);
    return added;
}

/* Everything but the signature itself; chain without the signer, whom CMS adds on its own. */
static CMS_ContentInfo *start_cms(struct eg_signing_key *key, enum eg_signed_kind kind,
                                  int64_t signed_at_ms)
{
    X509 *own = sk_X509_value(key->chain, 0);
    CMS_ContentInfo *cms = CMS_sign_ex(NULL, NULL, NULL, NULL, SIGN_FLAGS, key->libctx, NULL);
    bool made = cms != NULL && set_kind(cms, kind);
    for (int i = 1; made && i < sk_X509_num(key->chain); i++) {
        made = CMS_add1_cert(cms, sk_X509_value(key->chain, i)) == 1;
    }
    if (made) {
        CMS_SignerInfo *info = CMS_add1_signer(cms, own, key->key, EVP_sha256(), SIGN_FLAGS);
        made = info != NULL && add_signing_time(info, signed_at_ms);
    }
    if (!made) {
        CMS_ContentInfo_free(cms);
        return NULL;
    }
    return cms;
}

enum eg_status eg_cms_sign(struct eg_buf *out, struct eg_signing_key *key, enum eg_signed_kind kind,
                           struct eg_bytes content, int64_t signed_at_ms, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    unsigned char *der = NULL;
    int len = 0;
    CMS_ContentInfo *cms = start_cms(key, kind, signed_at_ms);
    BIO *bio =
        BIO_new_mem_buf(content.len == 0 ? "" : (const void *)content.data, (int)content.len);
    if (cms == NULL || bio == NULL || CMS_final(cms, bio, NULL, SIGN_FLAGS & ~CMS_PARTIAL) != 1 ||
        (len = i2d_CMS_ContentInfo(cms, &der)) <= 0) {
        status = eg_x509_error(err, EG_E_CRYPTO, "signing failed");
        goto done;
    }
    eg_buf_add(out, der, (size_t)len);
    status = eg_buf_ok(out, "signature", err);
done:
    OPENSSL_free(der);
    BIO_free(bio);
    CMS_ContentInfo_free(cms);
    return status;
}
