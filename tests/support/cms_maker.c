/*
 * The maker. A DER writer that knows nothing of what is allowed, and on top of it SignedData with a
 * switch for each flaw. Kept apart from gateway/verify on purpose: what it writes is judged by code
 * that shares nothing with it.
 */
#include "tests/support/cms_maker.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void need(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "cms_maker: %s\n", what);
        abort();
    }
}

/* ---- DER ------------------------------------------------------------------------------------- */

static void put(struct eg_buf *out, uint8_t tag, struct eg_bytes body)
{
    uint8_t head[6] = {tag};
    size_t len = 2;
    if (body.len < 0x80) {
        head[1] = (uint8_t)body.len;
    } else {
        size_t octets = body.len > 0xffff ? 3 : body.len > 0xff ? 2 : 1;
        head[1] = (uint8_t)(0x80 | octets);
        for (size_t i = 0; i < octets; i++) {
            head[2 + i] = (uint8_t)(body.len >> (8 * (octets - 1 - i)));
        }
        len = 2 + octets;
    }
    eg_buf_add(out, head, len);
    eg_buf_bytes(out, body);
}

/* Wrap what stands in `inner` and empty it. */
static void wrap(struct eg_buf *out, uint8_t tag, struct eg_buf *inner)
{
    put(out, tag, eg_bytes_view(inner));
    eg_buf_done(inner);
}

static struct eg_buf fresh(void)
{
    struct eg_buf buf;
    eg_buf_init(&buf, (size_t)1 << 24);
    return buf;
}

static void put_oid(struct eg_buf *out, const char *dotted)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(dotted, 1);
    need(oid != NULL, dotted);
    put(out, EG_DER_OID, (struct eg_bytes){OBJ_get0_data(oid), OBJ_length(oid)});
    ASN1_OBJECT_free(oid);
}

static void put_octets(struct eg_buf *out, const void *data, size_t len)
{
    put(out, EG_DER_OCTET_STRING, (struct eg_bytes){data, len});
}

static void put_small(struct eg_buf *out, uint8_t number)
{
    put(out, EG_DER_INTEGER, (struct eg_bytes){&number, 1});
}

static void put_null(struct eg_buf *out)
{
    put(out, EG_DER_NULL, EG_BYTES_NONE);
}

static void put_i2d(struct eg_buf *out, int len, unsigned char *der)
{
    need(len > 0, "encoding failed");
    eg_buf_add(out, der, (size_t)len);
    OPENSSL_free(der);
}

static void put_certificate(struct eg_buf *out, X509 *certificate)
{
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    put_i2d(out, len, der);
}

/* ---- certificates ---------------------------------------------------------------------------- */

static EVP_PKEY *make_key(const char *kind)
{
    EVP_PKEY *key = NULL;
    if (strncmp(kind, "RSA-", 4) == 0) {
        key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(kind + 4, NULL, 10));
    } else if (strcmp(kind, "ED25519") == 0) {
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    } else {
        key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
    }
    need(key != NULL, kind);
    return key;
}

static void extend(X509 *certificate, X509 *issuer, int nid, const char *words)
{
    X509V3_CTX context;
    if (words == NULL || words[0] == '\0') {
        return;
    }
    CONF *empty = NCONF_new(NULL); /* policies are not written without one */
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_nconf(&context, empty);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(empty, &context, nid, words);
    need(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, words);
    NCONF_free(empty);
    X509_EXTENSION_free(extension);
}

static void set_names(X509 *certificate, const struct maker_identity *issuer, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"Test", -1, -1,
                               0);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(certificate,
                         issuer == NULL ? subject : X509_get_subject_name(issuer->certificate));
}

static const char *or_else(const char *text, const char *other)
{
    return text == NULL ? other : text;
}

static X509 *make_certificate(EVP_PKEY *key, const struct maker_identity *issuer,
                              const struct maker_terms *terms)
{
    static long serial = 1000;
    X509 *c = X509_new();
    int64_t from = terms->from_ms != 0 ? terms->from_ms : MAKER_NOW - MAKER_DAY;
    int64_t until = terms->until_ms != 0 ? terms->until_ms : MAKER_NOW + 365 * MAKER_DAY;
    X509_set_version(c, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    set_names(c, issuer, or_else(terms->name, "somebody"));
    ASN1_TIME_set(X509_getm_notBefore(c), (time_t)(from / 1000));
    ASN1_TIME_set(X509_getm_notAfter(c), (time_t)(until / 1000));
    X509_set_pubkey(c, key);
    X509 *above = issuer == NULL ? c : issuer->certificate;
    extend(c, above, NID_subject_key_identifier, "hash");
    extend(c, above, NID_authority_key_identifier, "keyid:always");
    extend(c, above, NID_basic_constraints,
           or_else(terms->basic, terms->authority ? "critical,CA:TRUE" : "critical,CA:FALSE"));
    extend(c, above, NID_key_usage,
           or_else(terms->usage, terms->authority ? "critical,keyCertSign,cRLSign"
                                                  : "critical,digitalSignature"));
    extend(c, above, NID_ext_key_usage, terms->extended);
    extend(c, above, NID_certificate_policies, terms->policies);
    EVP_PKEY *signing = issuer == NULL ? key : issuer->key;
    const EVP_MD *md = EVP_PKEY_is_a(signing, "ED25519")
                           ? NULL
                           : EVP_get_digestbyname(or_else(terms->digest, "SHA256"));
    need(X509_sign(c, signing, md) > 0, "certificate signature");
    return c;
}

static void write_pem(struct eg_buf *out, BIO *bio)
{
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    eg_buf_add(out, text, (size_t)len);
    BIO_free(bio);
}

void maker_identity_init(struct maker_identity *out, const struct maker_identity *issuer,
                         const struct maker_terms *terms)
{
    *out = (struct maker_identity){.issuer = issuer, .key_pem = fresh(), .chain_pem = fresh()};
    out->key = make_key(or_else(terms->key, "P-256"));
    out->certificate = make_certificate(out->key, issuer, terms);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, out->key, NULL, NULL, 0, NULL, NULL);
    write_pem(&out->key_pem, bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, out->certificate);
    for (const struct maker_identity *up = issuer; up != NULL && up->issuer != NULL;
         up = up->issuer) {
        PEM_write_bio_X509(bio, up->certificate);
    }
    write_pem(&out->chain_pem, bio);
}

void maker_identity_done(struct maker_identity *identity)
{
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
    eg_buf_done(&identity->key_pem);
    eg_buf_done(&identity->chain_pem);
}

void maker_crl(struct eg_buf *out, const struct maker_identity *issuer,
               const struct maker_identity *revoked, int64_t from_ms, int64_t until_ms)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(from_ms / 1000));
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate));
    X509_CRL_set1_lastUpdate(crl, time);
    if (revoked != NULL) {
        X509_REVOKED *entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate));
        X509_REVOKED_set_revocationDate(entry, time);
        X509_CRL_add0_revoked(crl, entry);
    }
    ASN1_TIME_set(time, (time_t)(until_ms / 1000));
    X509_CRL_set1_nextUpdate(crl, time);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer->certificate, NULL, NULL, crl, 0);
    X509_EXTENSION *key_id =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, 7);
    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
    need(key_id != NULL && X509_CRL_add_ext(crl, key_id, -1) == 1, "list extension");
    need(X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0, "list signature");
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(bio, crl);
    write_pem(out, bio);
    ASN1_INTEGER_free(number);
    X509_EXTENSION_free(key_id);
    ASN1_TIME_free(time);
    X509_CRL_free(crl);
}

/* ---- signed attributes ----------------------------------------------------------------------- */

/* Everything a signature is made from. */
struct work {
    const struct maker_cms *terms;
    const struct maker_identity *signer;
    struct eg_bytes content;
    const EVP_MD *md;
    const char *econtent_oid;
};

static const char *digest_oid(const EVP_MD *md)
{
    switch (EVP_MD_get_type(md)) {
    case NID_sha1:
        return "1.3.14.3.2.26";
    case NID_sha384:
        return "2.16.840.1.101.3.4.2.2";
    case NID_sha512:
        return "2.16.840.1.101.3.4.2.3";
    default:
        return "2.16.840.1.101.3.4.2.1";
    }
}

static void put_algorithm(struct eg_buf *out, const char *oid, bool with_null)
{
    struct eg_buf inner = fresh();
    put_oid(&inner, oid);
    if (with_null) {
        put_null(&inner);
    }
    wrap(out, EG_DER_SEQUENCE, &inner);
}

static void put_digest_of(struct eg_buf *out, const EVP_MD *md, struct eg_bytes octets,
                          uint8_t change)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    need(EVP_Digest(octets.data, octets.len, digest, &len, md, NULL) == 1, "digest");
    digest[0] ^= change;
    put_octets(out, digest, len);
}

static void put_signing_time(struct eg_buf *out, const struct maker_cms *terms)
{
    char text[40];
    int64_t at_ms = terms->signing_time_ms != 0 ? terms->signing_time_ms : MAKER_NOW;
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof(text), terms->generalized_time ? "%Y%m%d%H%M%SZ" : "%y%m%d%H%M%SZ",
             &parts);
    put(out, terms->generalized_time ? EG_DER_GENERALIZED_TIME : EG_DER_UTC_TIME,
        eg_bytes_of(or_else(terms->signing_time, text)));
}

/* IssuerSerial of ESSCertIDv2. */
static void put_issuer_serial(struct eg_buf *out, X509 *certificate, bool wrong)
{
    struct eg_buf names = fresh(), name = fresh(), inner = fresh();
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(X509_get_issuer_name(certificate), &der);
    put_i2d(&name, len, der);
    wrap(&names, EG_DER_NESTED | 4, &name);
    wrap(&inner, EG_DER_SEQUENCE, &names);
    der = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &der);
    put_i2d(&inner, len, der);
    if (wrong) {
        inner.data[inner.len - 1] ^= 1;
    }
    wrap(out, EG_DER_SEQUENCE, &inner);
}

static void put_signing_certificate(struct eg_buf *out, const struct work *work)
{
    const struct maker_cms *terms = work->terms;
    struct eg_buf der = fresh(), id = fresh(), ids = fresh(), whole = fresh();
    put_certificate(&der, work->signer->certificate);
    if (terms->ess_sha512) {
        put_algorithm(&id, digest_oid(EVP_sha512()), false);
    }
    put_digest_of(&id, terms->ess_sha512 ? EVP_sha512() : EVP_sha256(), eg_bytes_view(&der),
                  terms->wrong_certificate_digest ? 1 : 0);
    if (!terms->no_issuer_serial) {
        put_issuer_serial(&id, work->signer->certificate, terms->wrong_issuer_serial);
    }
    wrap(&ids, EG_DER_SEQUENCE, &id);
    wrap(&whole, EG_DER_SEQUENCE, &ids);
    wrap(out, EG_DER_SEQUENCE, &whole);
    eg_buf_done(&der);
}

static const char *const attribute_oids[EG_ATTRIBUTE_COUNT] = {
    "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5",
    "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.15"};

static void put_value(struct eg_buf *out, const struct work *work, unsigned which)
{
    switch (which) {
    case EG_ATTRIBUTE_CONTENT_TYPE:
        put_oid(out, or_else(work->terms->attribute_oid, work->econtent_oid));
        break;
    case EG_ATTRIBUTE_MESSAGE_DIGEST:
        put_digest_of(out, work->md, work->content, 0);
        break;
    case EG_ATTRIBUTE_SIGNING_TIME:
        put_signing_time(out, work->terms);
        break;
    case EG_ATTRIBUTE_SIGNING_CERTIFICATE_V2:
        put_signing_certificate(out, work);
        break;
    default:
        put(out, EG_DER_SEQUENCE, EG_BYTES_NONE);
        break;
    }
}

static void put_attribute(struct eg_buf *out, const struct work *work, unsigned which)
{
    struct eg_buf value = fresh(), values = fresh(), inner = fresh();
    put_oid(&inner, attribute_oids[which]);
    if ((work->terms->no_value >> which & 1) == 0) {
        put_value(&value, work, which);
        eg_buf_bytes(&values, eg_bytes_view(&value));
    }
    if ((work->terms->two_values >> which & 1) != 0) {
        eg_buf_bytes(&values, eg_bytes_view(&value));
    }
    wrap(&inner, EG_DER_SET, &values);
    wrap(out, EG_DER_SEQUENCE, &inner);
    eg_buf_done(&value);
}

/* An attribute that nobody asked for: id-aa-contentHint's neighbour, a signature policy. */
static void put_unknown_attribute(struct eg_buf *out)
{
    struct eg_buf values = fresh(), inner = fresh();
    put_oid(&inner, "1.2.840.113549.1.9.16.2.15");
    put_null(&values);
    wrap(&inner, EG_DER_SET, &values);
    wrap(out, EG_DER_SEQUENCE, &inner);
}

static int by_octets(const void *a, const void *b)
{
    const struct eg_buf *left = a, *right = b;
    size_t common = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->data, right->data, common);
    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

/* Join values in the order of DER (or in the reverse one), and free them. */
static void put_set(struct eg_buf *out, struct eg_buf *values, size_t count, bool reversed)
{
    qsort(values, count, sizeof(*values), by_octets);
    for (size_t i = 0; i < count; i++) {
        struct eg_buf *value = &values[reversed ? count - 1 - i : i];
        eg_buf_bytes(out, eg_bytes_view(value));
    }
    for (size_t i = 0; i < count; i++) {
        eg_buf_done(&values[i]);
    }
}

static void put_attributes(struct eg_buf *out, const struct work *work)
{
    struct eg_buf list[2 * EG_ATTRIBUTE_COUNT + 2];
    size_t count = 0;
    for (unsigned which = 0; which < EG_ATTRIBUTE_COUNT; which++) {
        bool wanted = which != EG_ATTRIBUTE_CAPABILITIES || work->terms->capabilities;
        if (wanted && (work->terms->omit >> which & 1) == 0) {
            list[count] = fresh();
            put_attribute(&list[count++], work, which);
        }
        if ((work->terms->twice >> which & 1) != 0) {
            list[count] = fresh();
            put_attribute(&list[count++], work, which);
        }
    }
    if (work->terms->unknown_attribute) {
        list[count] = fresh();
        put_unknown_attribute(&list[count++]);
    }
    put_set(out, list, count, work->terms->unsorted);
}

/* ---- signerInfo and SignedData --------------------------------------------------------------- */

static void put_pss(struct eg_buf *out, const EVP_MD *md)
{
    struct eg_buf params = fresh(), inner = fresh(), mgf = fresh(), whole = fresh();
    put_algorithm(&inner, digest_oid(md), true);
    wrap(&params, EG_DER_NESTED, &inner);
    inner = fresh();
    put_oid(&mgf, "1.2.840.113549.1.1.8");
    put_algorithm(&mgf, digest_oid(md), true);
    wrap(&inner, EG_DER_SEQUENCE, &mgf);
    wrap(&params, EG_DER_NESTED | 1, &inner);
    inner = fresh();
    put_small(&inner, (uint8_t)EVP_MD_get_size(md));
    wrap(&params, EG_DER_NESTED | 2, &inner);
    put_oid(&whole, "1.2.840.113549.1.1.10");
    wrap(&whole, EG_DER_SEQUENCE, &params);
    wrap(out, EG_DER_SEQUENCE, &whole);
}

static void put_scheme(struct eg_buf *out, const struct work *work)
{
    bool rsa = EVP_PKEY_is_a(work->signer->key, "RSA");
    const char *ec_oid = EVP_MD_get_type(work->md) == NID_sha1     ? "1.2.840.10045.4.1"
                         : EVP_MD_get_type(work->md) == NID_sha384 ? "1.2.840.10045.4.3.3"
                         : EVP_MD_get_type(work->md) == NID_sha512 ? "1.2.840.10045.4.3.4"
                                                                   : "1.2.840.10045.4.3.2";
    if (work->terms->scheme_oid != NULL) {
        put_algorithm(out, work->terms->scheme_oid, rsa);
    } else if (EVP_PKEY_is_a(work->signer->key, "ED25519")) {
        put_algorithm(out, "1.3.101.112", false);
    } else if (rsa && work->terms->pss) {
        put_pss(out, work->md);
    } else if (rsa) {
        put_algorithm(
            out, work->terms->pkcs1_named ? "1.2.840.113549.1.1.11" : "1.2.840.113549.1.1.1", true);
    } else {
        put_algorithm(out, ec_oid, false);
    }
}

static void put_signature(struct eg_buf *out, const struct work *work, struct eg_bytes attributes)
{
    struct eg_buf set = fresh();
    uint8_t signature[1024];
    size_t len = sizeof(signature);
    EVP_PKEY_CTX *settings = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ed25519 = EVP_PKEY_is_a(work->signer->key, "ED25519");
    struct eg_bytes octets = work->content;
    if (!work->terms->no_attributes) {
        put(&set, EG_DER_SET, attributes);
        octets = eg_bytes_view(&set);
    }
    need(EVP_DigestSignInit(ctx, &settings, ed25519 ? NULL : work->md, NULL, work->signer->key) ==
             1,
         "signing starts");
    if (work->terms->pss) {
        EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
    }
    need(EVP_DigestSign(ctx, signature, &len, octets.data, octets.len) == 1, "signing");
    if (work->terms->wrong_signature) {
        signature[len - 1] ^= 1;
    }
    put_octets(out, signature, len);
    EVP_MD_CTX_free(ctx);
    eg_buf_done(&set);
}

static void put_signer_id(struct eg_buf *out, const struct work *work)
{
    struct eg_buf inner = fresh();
    X509 *certificate = work->signer->certificate;
    if (work->terms->by_key_id) {
        const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate);
        put(out, EG_DER_CONTEXT,
            (struct eg_bytes){ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id)});
        return;
    }
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(X509_get_issuer_name(certificate), &der);
    put_i2d(&inner, len, der);
    der = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &der);
    put_i2d(&inner, len, der);
    wrap(out, EG_DER_SEQUENCE, &inner);
}

static void put_signer(struct eg_buf *out, const struct work *work)
{
    struct eg_buf info = fresh(), attributes = fresh();
    put_small(&info, work->terms->by_key_id ? 3 : 1);
    put_signer_id(&info, work);
    put_algorithm(&info, digest_oid(work->md), false);
    if (!work->terms->no_attributes) {
        put_attributes(&attributes, work);
        put(&info, EG_DER_NESTED, eg_bytes_view(&attributes));
    }
    put_scheme(&info, work);
    put_signature(&info, work, eg_bytes_view(&attributes));
    if (work->terms->unsigned_attribute) {
        struct eg_buf list = fresh();
        put_unknown_attribute(&list);
        wrap(&info, EG_DER_NESTED | 1, &list);
    }
    wrap(out, EG_DER_SEQUENCE, &info);
    eg_buf_done(&attributes);
}

static void put_certificates(struct eg_buf *out, const struct work *work)
{
    struct eg_buf list[10], inner = fresh();
    size_t count = 0;
    for (const struct maker_identity *at = work->signer;
         at != NULL && (at == work->signer || at->issuer != NULL); at = at->issuer) {
        list[count] = fresh();
        put_certificate(&list[count++], at->certificate);
    }
    if (work->terms->extra != NULL) {
        list[count] = fresh();
        put_certificate(&list[count++], work->terms->extra->certificate);
    }
    if (work->terms->garbage_certificate) {
        list[count] = fresh();
        put(&list[count++], EG_DER_SEQUENCE, EG_BYTES_NONE);
    }
    put_set(&inner, list, count, false);
    wrap(out, EG_DER_NESTED, &inner);
}

static void put_encap(struct eg_buf *out, const struct work *work)
{
    struct eg_buf inner = fresh(), content = fresh();
    put_oid(&inner, work->econtent_oid);
    if (work->terms->attached) {
        put_octets(&content, work->content.data, work->content.len);
        wrap(&inner, EG_DER_NESTED, &content);
    } else {
        eg_buf_done(&content);
    }
    wrap(out, EG_DER_SEQUENCE, &inner);
}

static void put_signed_data(struct eg_buf *out, const struct work *work)
{
    const struct maker_cms *terms = work->terms;
    struct eg_buf digests = fresh(), infos = fresh(), data = fresh();
    put_small(&data, terms->version != 0 ? terms->version : 3);
    put_algorithm(&digests, digest_oid(work->md), false);
    wrap(&data, EG_DER_SET, &digests);
    put_encap(&data, work);
    if (!terms->no_certificates) {
        put_certificates(&data, work);
    }
    if (terms->crls) {
        put(&data, EG_DER_NESTED | 1, EG_BYTES_NONE);
    }
    for (int i = 0; i < (terms->no_signers ? 0 : terms->two_signers ? 2 : 1); i++) {
        put_signer(&infos, work);
    }
    wrap(&data, EG_DER_SET, &infos);
    wrap(out, EG_DER_SEQUENCE, &data);
}

void maker_sign(struct eg_buf *out, const struct maker_identity *signer, struct eg_bytes content,
                const struct maker_cms *terms)
{
    struct work work = {.terms = terms,
                        .signer = signer,
                        .content = content,
                        .md = EVP_get_digestbyname(or_else(terms->digest, "SHA256")),
                        .econtent_oid =
                            or_else(terms->econtent_oid, eg_signed_kind_oid(terms->kind))};
    struct eg_buf data = fresh(), inner = fresh();
    need(work.md != NULL, "digest by name");
    put_oid(&inner, "1.2.840.113549.1.7.2");
    put_signed_data(&data, &work);
    wrap(&inner, EG_DER_NESTED, &data);
    wrap(out, EG_DER_SEQUENCE, &inner);
}
