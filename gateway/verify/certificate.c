/*
 * One certificate, judged or described, for callers that hold files: the verb `cert check`, the
 * trial folder, the directory's writer.
 */
#include "verify/certificate.h"

#include "base/error.h"
#include "verify/path.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* The certificates of a PEM text, or the one of a DER file. */
static enum eg_status read_any(STACK_OF(X509) * *out, OSSL_LIB_CTX *libctx, struct eg_bytes octets,
                               struct eg_error *err)
{
    if (octets.len == 0 || octets.data[0] != 0x30) {
        enum eg_status status = eg_x509_read(out, libctx, octets, "certificate", err);
        if (status == EG_OK && sk_X509_num(*out) == 0) {
            sk_X509_pop_free(*out, X509_free);
            *out = NULL;
            status = eg_error_set(err, EG_E_FORMAT, "certificate", "there is none in it");
        }
        return status;
    }
    X509 *certificate = eg_x509_decode(libctx, octets);
    STACK_OF(X509) *list = certificate == NULL ? NULL : sk_X509_new_null();
    if (list == NULL || sk_X509_push(list, certificate) == 0) {
        X509_free(certificate);
        sk_X509_free(list);
        return eg_error_set(err, EG_E_FORMAT, "certificate", "the octets are no certificate");
    }
    *out = list;
    return EG_OK;
}

/* Everything one check needs; all owned but the path's libctx. */
struct desk {
    OSSL_LIB_CTX *libctx;
    struct eg_path path;
    STACK_OF(X509) * untrusted;
    STACK_OF(X509) * certificates;
};

static enum eg_status desk_open(struct desk *desk, const struct eg_trust *trust,
                                struct eg_bytes untrusted_pem, struct eg_bytes certificate,
                                struct eg_error *err)
{
    desk->libctx = OSSL_LIB_CTX_new();
    if (desk->libctx == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    EG_TRY(eg_path_init(&desk->path, desk->libctx, trust, err));
    EG_TRY(eg_x509_read(&desk->untrusted, desk->libctx, untrusted_pem, "untrusted", err));
    return read_any(&desk->certificates, desk->libctx, certificate, err);
}

static void desk_done(struct desk *desk)
{
    sk_X509_pop_free(desk->certificates, X509_free);
    sk_X509_pop_free(desk->untrusted, X509_free);
    eg_path_done(&desk->path);
    OSSL_LIB_CTX_free(desk->libctx);
}

enum eg_status eg_certificate_check(struct eg_signer *signer, struct eg_verdict *verdict,
                                    const struct eg_trust *trust, struct eg_bytes untrusted_pem,
                                    struct eg_bytes certificate,
                                    const struct eg_path_options *options, struct eg_error *err)
{
    struct desk desk = {0};
    struct eg_verdict judged = {0};
    struct eg_path_result result = {0};
    struct eg_signer found = {0};
    enum eg_status status = desk_open(&desk, trust, untrusted_pem, certificate, err);
    if (status != EG_OK) {
        goto done;
    }
    X509 *first = sk_X509_value(desk.certificates, 0);
    status = eg_x509_describe(&found, first, err);
    if (status == EG_OK) {
        status = eg_path_check(&result, &judged, &desk.path, first, desk.untrusted, options, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    found.issuer_key = result.issuer_key;
    if (eg_trust_revokes(trust)) {
        found.revocation = eg_hash(trust->crls_pem);
    }
    *signer = found;
    *verdict = judged;
done:
    desk_done(&desk);
    return status;
}

enum eg_status eg_certificate_describe(struct eg_signer *out, struct eg_bytes certificate,
                                       struct eg_error *err)
{
    struct eg_signer found = {0};
    STACK_OF(X509) *list = NULL;
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    if (libctx == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
    }
    enum eg_status status = read_any(&list, libctx, certificate, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_x509_describe(&found, sk_X509_value(list, 0), err);
    if (status != EG_OK) {
        goto done;
    }
    X509 *issuer = sk_X509_value(list, sk_X509_num(list) > 1 ? 1 : 0);
    status = eg_x509_key_digest(&found.issuer_key, issuer, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = found;

done:
    sk_X509_pop_free(list, X509_free);
    OSSL_LIB_CTX_free(libctx);
    return status;
}

enum eg_status eg_pem_append(struct eg_buf *out, struct eg_bytes content, const char *label,
                             struct eg_error *err)
{
    static const char begin[] = "-----BEGIN ";
    if (content.len > 0 && content.data[0] == 0x30) {
        char *text = NULL;
        BIO *bio = BIO_new(BIO_s_mem());
        bool wrote =
            bio != NULL && PEM_write_bio(bio, label, "", content.data, (long)content.len) > 0;
        long len = wrote ? BIO_get_mem_data(bio, &text) : 0;
        eg_buf_add(out, text, (size_t)len);
        BIO_free(bio);
        return wrote ? eg_buf_ok(out, label, err)
                     : eg_error_set(err, EG_E_NOMEM, label, "memory ran out");
    }
    if (content.len == 0 || memmem(content.data, content.len, begin, sizeof begin - 1) == NULL) {
        return eg_error_set(err, EG_E_FORMAT, label, "the octets are neither DER nor PEM");
    }
    eg_buf_bytes(out, content);
    eg_buf_char(out, '\n');
    return eg_buf_ok(out, label, err);
}
