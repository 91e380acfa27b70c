/*
 * The demo certificate authority: enough to try everything that a real one would be asked for,
 * nothing that a real one needs to be safe. Profiles are a table; the extensions are written by
 * OpenSSL from the words in it.
 */
#include "verify/issue.h"

#include "base/limits.h"
#include "verify/keys.h"
#include "verify/path.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#define DOCUMENT_SIGNING "1.3.6.1.5.5.7.3.36"
#define CA_USAGE "critical,keyCertSign,cRLSign"
#define SIGNER "critical,CA:FALSE", "critical,digitalSignature"

static const struct eg_profile profiles[] = {
    {"root", 0, "critical,CA:TRUE", CA_USAGE, NULL},
    {"issuer", 0, "critical,CA:TRUE,pathlen:0", CA_USAGE, NULL},
    {"operator", EG_ROLE_OPERATOR, SIGNER, DOCUMENT_SIGNING},
    {"device", EG_ROLE_DEVICE, SIGNER, DOCUMENT_SIGNING ",clientAuth"},
    {"measuring-body", EG_ROLE_MEASURING_BODY, SIGNER, DOCUMENT_SIGNING},
    {"authority", EG_ROLE_AUTHORITY, SIGNER, DOCUMENT_SIGNING},
    {"rule-publisher", EG_ROLE_RULE_PUBLISHER, SIGNER, DOCUMENT_SIGNING},
    {"auditor", EG_ROLE_AUDITOR, SIGNER, DOCUMENT_SIGNING},
    {"registrar", EG_ROLE_REGISTRAR, SIGNER, DOCUMENT_SIGNING},
    {"gateway", EG_ROLE_GATEWAY, SIGNER, DOCUMENT_SIGNING ",serverAuth"},
};

#define PROFILES (sizeof profiles / sizeof profiles[0])

#ifdef EG_TEST_HOOKS
const struct eg_profile *eg_profile_row(size_t n)
{
    return n < PROFILES ? &profiles[n] : NULL;
}
#endif

const struct eg_profile *eg_profile_named(const char *name)
{
    for (size_t i = 0; i < PROFILES; i++) {
        if (strcmp(profiles[i].name, name) == 0) {
            return &profiles[i];
        }
    }
    return NULL;
}

static enum eg_status take_bio(struct eg_buf *out, BIO *bio, const char *what, struct eg_error *err)
{
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    eg_buf_add(out, text, len > 0 ? (size_t)len : 0);
    return eg_buf_ok(out, what, err);
}

enum eg_status eg_issue_key(struct eg_buf *out, enum eg_key_kind kind, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    EVP_PKEY *key = NULL;
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    BIO *bio = BIO_new(BIO_s_secmem());
    if (libctx != NULL && bio != NULL) {
        key = kind == EG_KEY_RSA3072 ? EVP_PKEY_Q_keygen(libctx, NULL, "RSA", (size_t)3072)
                                     : EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");
    }
    if (key == NULL || PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1) {
        status = eg_x509_error(err, EG_E_CRYPTO, "a key can not be made");
    } else {
        status = take_bio(out, bio, "key", err);
    }
    EVP_PKEY_free(key);
    BIO_free(bio);
    OSSL_LIB_CTX_free(libctx);
    return status;
}

/* ---- certificates ---------------------------------------------------------------------------- */

/* What one issuing works with; all owned. */
struct desk {
    OSSL_LIB_CTX *libctx;
    EVP_PKEY *ca_key;
    EVP_PKEY *subject_key;
    X509 *ca;
    X509 *certificate;
};

static void desk_done(struct desk *desk)
{
    X509_free(desk->certificate);
    X509_free(desk->ca);
    EVP_PKEY_free(desk->subject_key);
    EVP_PKEY_free(desk->ca_key);
    OSSL_LIB_CTX_free(desk->libctx);
}

static X509 *first_certificate(OSSL_LIB_CTX *libctx, struct eg_bytes pem, struct eg_error *err)
{
    STACK_OF(X509) *list = NULL;
    if (eg_x509_read(&list, libctx, pem, "certificate", err) != EG_OK) {
        return NULL;
    }
    X509 *first = sk_X509_shift(list);
    sk_X509_pop_free(list, X509_free);
    if (first == NULL) {
        eg_error_set(err, EG_E_FORMAT, "certificate", "there is no certificate in it");
    }
    return first;
}

static bool add_name(X509_NAME *name, const char *field, const char *text)
{
    return text == NULL || X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                                      (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool set_names(X509 *certificate, const X509 *ca, const struct eg_issue_terms *terms)
{
    X509_NAME *name = X509_NAME_new();
    bool set =
        name != NULL && add_name(name, "C", terms->country) &&
        add_name(name, "O", terms->organisation) && add_name(name, "CN", terms->common_name) &&
        X509_set_subject_name(certificate, name) == 1 &&
        X509_set_issuer_name(certificate, ca == NULL ? name : X509_get_subject_name(ca)) == 1;
    X509_NAME_free(name);
    return set;
}

static bool set_time(ASN1_TIME *time, int64_t at_ms)
{
    return ASN1_TIME_set(time, (time_t)(at_ms / 1000)) != NULL;
}

/* 16 random octets, positive (RFC 5280 4.1.2.2). */
static bool set_serial(X509 *certificate)
{
    uint8_t octets[16];
    struct eg_error ignored = {0};
    if (eg_random(octets, sizeof octets, &ignored) != EG_OK) {
        return false;
    }
    octets[0] = (uint8_t)((octets[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(octets, (int)sizeof octets, NULL);
    bool set =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return set;
}

static bool add_extension(X509 *certificate, X509V3_CTX *context, int nid, const char *words)
{
    if (words == NULL) {
        return true;
    }
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, context, nid, words);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_extensions(X509 *certificate, X509 *ca, const struct eg_profile *profile)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, ca == NULL ? certificate : ca, certificate, NULL, NULL, 0);
    return add_extension(certificate, &context, NID_subject_key_identifier, "hash") &&
           add_extension(certificate, &context, NID_authority_key_identifier, "keyid:always") &&
           add_extension(certificate, &context, NID_basic_constraints, profile->basic) &&
           add_extension(certificate, &context, NID_key_usage, profile->usage) &&
           add_extension(certificate, &context, NID_ext_key_usage, profile->extended);
}

static enum eg_status check_terms(const struct eg_profile **profile,
                                  const struct eg_issue_terms *terms, struct eg_error *err)
{
    *profile = eg_profile_named(terms->profile);
    if (*profile == NULL) {
        return eg_error_set(err, EG_E_USAGE, terms->profile, "there is no such profile");
    }
    if (terms->until_ms <= terms->from_ms) {
        return eg_error_set(err, EG_E_USAGE, "validity", "the end is not after the beginning");
    }
    if (terms->common_name == NULL || terms->common_name[0] == '\0') {
        return eg_error_set(err, EG_E_USAGE, "common name", "it is empty");
    }
    return EG_OK;
}

/* Fill and sign; desk->ca NULL: self-signed. */
static enum eg_status make_certificate(struct desk *desk, const struct eg_issue_terms *terms,
                                       const struct eg_profile *profile, struct eg_error *err)
{
    X509 *c = desk->certificate = X509_new_ex(desk->libctx, NULL);
    EVP_PKEY *key = desk->subject_key != NULL ? desk->subject_key : desk->ca_key;
    bool made = c != NULL && X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c) &&
                set_names(c, desk->ca, terms) && set_time(X509_getm_notBefore(c), terms->from_ms) &&
                set_time(X509_getm_notAfter(c), terms->until_ms) && X509_set_pubkey(c, key) == 1 &&
                add_extensions(c, desk->ca, profile) &&
                X509_sign(c, desk->ca_key, EVP_sha256()) > 0;
    return made ? EG_OK : eg_x509_error(err, EG_E_CRYPTO, "a certificate can not be made");
}

static enum eg_status write_certificate(struct eg_buf *out, X509 *certificate, struct eg_error *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    enum eg_status status =
        bio != NULL && PEM_write_bio_X509(bio, certificate) == 1
            ? take_bio(out, bio, "certificate", err)
            : eg_x509_error(err, EG_E_CRYPTO, "a certificate can not be written");
    BIO_free(bio);
    return status;
}

/* The first part of all: a library context, the authority's key and, if given, certificate. */
static enum eg_status desk_open(struct desk *desk, struct eg_bytes ca_pem,
                                struct eg_bytes ca_key_pem, struct eg_error *err)
{
    desk->libctx = OSSL_LIB_CTX_new();
    if (desk->libctx == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    enum eg_status status = eg_key_read(&desk->ca_key, desk->libctx, ca_key_pem, err);
    if (status != EG_OK || ca_pem.len == 0) {
        return status;
    }
    desk->ca = first_certificate(desk->libctx, ca_pem, err);
    if (desk->ca == NULL) {
        return err == NULL ? EG_E_FORMAT : err->status;
    }
    if (X509_check_private_key(desk->ca, desk->ca_key) != 1) {
        return eg_x509_error(err, EG_E_CRYPTO, "the authority's key does not fit its certificate");
    }
    return EG_OK;
}

enum eg_status eg_issue_root(struct eg_buf *out, struct eg_bytes key_pem,
                             const struct eg_issue_terms *terms, struct eg_error *err)
{
    struct desk desk = {0};
    const struct eg_profile *profile;
    enum eg_status status = check_terms(&profile, terms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = desk_open(&desk, EG_BYTES_NONE, key_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_certificate(&desk, terms, profile, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_certificate(out, desk.certificate, err);

done:
    desk_done(&desk);
    return status;
}

enum eg_status eg_issue_certificate(struct eg_buf *out, struct eg_bytes ca_pem,
                                    struct eg_bytes ca_key_pem, struct eg_bytes subject_key_pem,
                                    const struct eg_issue_terms *terms, struct eg_error *err)
{
    struct desk desk = {0};
    const struct eg_profile *profile;
    enum eg_status status = check_terms(&profile, terms, err);
    if (status != EG_OK) {
        goto done;
    }
    if (ca_pem.len == 0) {
        status = eg_error_set(err, EG_E_FORMAT, "authority", "there is no certificate in it");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = desk_open(&desk, ca_pem, ca_key_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_key_read(&desk.subject_key, desk.libctx, subject_key_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_certificate(&desk, terms, profile, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_certificate(out, desk.certificate, err);

done:
    desk_done(&desk);
    return status;
}

/* ---- revocation lists ------------------------------------------------------------------------ */

static X509_CRL *read_crl(OSSL_LIB_CTX *libctx, struct eg_bytes pem, struct eg_error *err)
{
    X509_CRL *crl = X509_CRL_new_ex(libctx, NULL);
    BIO *bio = pem.data == NULL || pem.len > EG_TRUST_PEM_MAX
                   ? NULL
                   : BIO_new_mem_buf(pem.data, (int)pem.len);
    if (crl == NULL || bio == NULL || PEM_read_bio_X509_CRL(bio, &crl, NULL, NULL) == NULL) {
        X509_CRL_free(crl);
        crl = NULL;
        eg_x509_error(err, EG_E_FORMAT, "this is not a revocation list in PEM");
    }
    BIO_free(bio);
    return crl;
}

static bool set_number(X509_CRL *crl, const X509_CRL *previous)
{
    ASN1_INTEGER *last =
        previous == NULL ? NULL : X509_CRL_get_ext_d2i(previous, NID_crl_number, NULL, NULL);
    BIGNUM *number = last == NULL ? BN_new() : ASN1_INTEGER_to_BN(last, NULL);
    ASN1_INTEGER *next = NULL;
    bool set = number != NULL && BN_add_word(number, 1) == 1 &&
               (next = BN_to_ASN1_INTEGER(number, NULL)) != NULL &&
               X509_CRL_add1_ext_i2d(crl, NID_crl_number, next, 0, 0) == 1;
    ASN1_INTEGER_free(next);
    ASN1_INTEGER_free(last);
    BN_free(number);
    return set;
}

static bool copy_entries(X509_CRL *crl, X509_CRL *previous)
{
    STACK_OF(X509_REVOKED) *list = previous == NULL ? NULL : X509_CRL_get_REVOKED(previous);
    for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
        X509_REVOKED *entry = X509_REVOKED_dup(sk_X509_REVOKED_value(list, i));
        if (entry == NULL || X509_CRL_add0_revoked(crl, entry) != 1) {
            X509_REVOKED_free(entry);
            return false;
        }
    }
    return true;
}

static bool add_entry(X509_CRL *crl, const X509 *certificate, int64_t at_ms)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(at_ms / 1000));
    bool added = entry != NULL && time != NULL &&
                 X509_REVOKED_set_serialNumber(
                     entry, (ASN1_INTEGER *)(uintptr_t)X509_get0_serialNumber(certificate)) == 1 &&
                 X509_REVOKED_set_revocationDate(entry, time) == 1 &&
                 X509_CRL_add0_revoked(crl, entry) == 1;
    if (!added) {
        X509_REVOKED_free(entry);
    }
    ASN1_TIME_free(time);
    return added;
}

static enum eg_status revoke_one(X509_CRL *crl, const struct desk *desk, struct eg_bytes pem,
                                 int64_t at_ms, struct eg_error *err)
{
    X509_REVOKED *there = NULL;
    X509 *certificate = first_certificate(desk->libctx, pem, err);
    if (certificate == NULL) {
        return err == NULL ? EG_E_FORMAT : err->status;
    }
    enum eg_status status = EG_OK;
    if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(desk->ca)) != 0) {
        status = eg_error_set(err, EG_E_USAGE, "certificate", "another authority issued it");
    } else if (X509_CRL_get0_by_cert(crl, &there, certificate) == 1) {
        status = eg_error_set(err, EG_E_EXISTS, "certificate", "it is revoked already");
    } else if (!add_entry(crl, certificate, at_ms)) {
        status = eg_x509_error(err, EG_E_CRYPTO, "the certificate can not be put on the list");
    }
    X509_free(certificate);
    return status;
}

static enum eg_status sign_crl(struct eg_buf *out, X509_CRL *crl, const struct desk *desk,
                               const X509_CRL *previous, struct eg_error *err)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, desk->ca, NULL, NULL, crl, 0);
    X509_EXTENSION *key_id =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    BIO *bio = BIO_new(BIO_s_mem());
    bool made = key_id != NULL && bio != NULL && X509_CRL_add_ext(crl, key_id, -1) == 1 &&
                set_number(crl, previous) && X509_CRL_sort(crl) == 1 &&
                X509_CRL_sign(crl, desk->ca_key, EVP_sha256()) > 0 &&
                PEM_write_bio_X509_CRL(bio, crl) == 1;
    enum eg_status status = made ? take_bio(out, bio, "revocation list", err)
                                 : eg_x509_error(err, EG_E_CRYPTO, "a list can not be made");
    X509_EXTENSION_free(key_id);
    BIO_free(bio);
    return status;
}

static bool start_crl(X509_CRL *crl, const X509 *ca, X509_CRL *previous, int64_t from_ms,
                      int64_t until_ms)
{
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)(from_ms / 1000));
    ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)(until_ms / 1000));
    bool made = crl != NULL && from != NULL && until != NULL &&
                X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1 &&
                X509_CRL_set1_lastUpdate(crl, from) == 1 &&
                X509_CRL_set1_nextUpdate(crl, until) == 1 && copy_entries(crl, previous);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return made;
}

enum eg_status eg_issue_crl(struct eg_buf *out, struct eg_bytes ca_pem, struct eg_bytes ca_key_pem,
                            struct eg_bytes previous_pem, struct eg_bytes revoked_pem,
                            int64_t from_ms, int64_t until_ms, struct eg_error *err)
{
    struct desk desk = {0};
    X509_CRL *previous = NULL, *crl = NULL;
    enum eg_status status = desk_open(&desk, ca_pem, ca_key_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    if (until_ms <= from_ms || desk.ca == NULL) {
        status = eg_error_set(err, EG_E_USAGE, "revocation list",
                              "it needs an authority, and an end after its beginning");
        goto done;
    }
    if (previous_pem.len > 0 && (previous = read_crl(desk.libctx, previous_pem, err)) == NULL) {
        status = EG_E_FORMAT;
        goto done;
    }
    crl = X509_CRL_new_ex(desk.libctx, NULL);
    if (!start_crl(crl, desk.ca, previous, from_ms, until_ms)) {
        status = eg_x509_error(err, EG_E_CRYPTO, "a revocation list can not be made");
        goto done;
    }
    if (revoked_pem.len > 0) {
        status = revoke_one(crl, &desk, revoked_pem, from_ms, err);
    }
    if (status == EG_OK) {
        status = sign_crl(out, crl, &desk, previous, err);
    }
done:
    X509_CRL_free(crl);
    X509_CRL_free(previous);
    desk_done(&desk);
    return status;
}

enum eg_status eg_crl_describe(size_t *count, int64_t *from_ms, int64_t *until_ms,
                               struct eg_bytes crl_pem, struct eg_error *err)
{
    int64_t from, until;
    X509_CRL *crl = read_crl(NULL, crl_pem, err);
    if (crl == NULL) {
        return EG_E_FORMAT;
    }
    STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(crl);
    enum eg_status status = EG_OK;
    if (!eg_x509_time(X509_CRL_get0_lastUpdate(crl), &from) ||
        !eg_x509_time(X509_CRL_get0_nextUpdate(crl), &until)) {
        status = eg_error_set(err, EG_E_FORMAT, "revocation list", "its times can not be read");
    } else {
        *count = list == NULL ? 0 : (size_t)sk_X509_REVOKED_num(list);
        *from_ms = from;
        *until_ms = until;
    }
    X509_CRL_free(crl);
    return status;
}
