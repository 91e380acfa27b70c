/*
 * Small things about certificates that path, cache, signer and issuer share (declared in
 * verify/path.h).
 */
#include "base/limits.h"
#include "verify/path.h"
#include "verify/purpose.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum eg_status eg_x509_error(struct eg_error *err, enum eg_status status, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    bool memory = ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    ERR_clear_error();
    status = eg_error_set(err, memory ? EG_E_NOMEM : status, NULL, "%s%s%s", what,
                          reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
    if (err != NULL) {
        err->cause = (int)code;
    }
    return status;
}

X509 *eg_x509_decode(OSSL_LIB_CTX *libctx, struct eg_bytes der)
{
    const unsigned char *at = der.data;
    X509 *certificate = X509_new_ex(libctx, NULL);
    if (certificate == NULL || d2i_X509(&certificate, &at, (long)der.len) == NULL ||
        at != der.data + der.len) {
        X509_free(certificate);
        ERR_clear_error();
        return NULL;
    }
    return certificate;
}

bool eg_x509_time(const ASN1_TIME *time, int64_t *at_ms)
{
    struct tm parts = {0};
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) {
        return false;
    }
    *at_ms = (int64_t)timegm(&parts) * 1000;
    return true;
}

enum eg_status eg_x509_key_digest(struct eg_digest *out, X509 *certificate, struct eg_error *err)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (len <= 0) {
        return eg_x509_error(err, EG_E_CRYPTO, "a public key can not be written");
    }
    *out = eg_hash((struct eg_bytes){der, (size_t)len});
    OPENSSL_free(der);
    return EG_OK;
}

bool eg_x509_at_end(void)
{
    unsigned long code = ERR_peek_last_error();
    bool end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    if (end) {
        ERR_clear_error();
    }
    return end;
}

enum eg_status eg_x509_read(STACK_OF(X509) * *out, OSSL_LIB_CTX *libctx, struct eg_bytes pem,
                            const char *what, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    X509 *certificate = NULL;
    STACK_OF(X509) *list = sk_X509_new_null();
    BIO *bio = pem.len > EG_TRUST_PEM_MAX
                   ? NULL
                   : BIO_new_mem_buf(pem.data == NULL ? (const void *)"" : pem.data, (int)pem.len);
    if (list == NULL || bio == NULL) {
        status = pem.len > EG_TRUST_PEM_MAX
                     ? eg_error_set(err, EG_E_LIMIT, what, "more than %zu octets", EG_TRUST_PEM_MAX)
                     : eg_error_set(err, EG_E_NOMEM, what, "memory ran out");
        goto done;
    }
    for (;;) {
        certificate = X509_new_ex(libctx, NULL);
        if (certificate == NULL || PEM_read_bio_X509(bio, &certificate, NULL, NULL) == NULL) {
            break;
        }
        if (sk_X509_push(list, certificate) == 0) {
            status = eg_error_set(err, EG_E_NOMEM, what, "memory ran out");
            goto done;
        }
        certificate = NULL;
    }
    if (!eg_x509_at_end()) {
        status = eg_x509_error(err, EG_E_FORMAT, "a certificate can not be read");
        goto done;
    }
    *out = list;
    list = NULL;
done:
    X509_free(certificate);
    sk_X509_pop_free(list, X509_free);
    BIO_free(bio);
    return status;
}

static enum eg_status subject_rfc2253(char *out, size_t out_size, X509 *certificate,
                                      struct eg_error *err)
{
    /* UTF-8 as it is; control characters escaped by the RFC's own rule. */
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, flags) < 0) {
        BIO_free(bio);
        return eg_x509_error(err, EG_E_NOMEM, "a subject can not be written");
    }
    long len = BIO_get_mem_data(bio, &text);
    if (len < 0 || (size_t)len >= out_size) {
        BIO_free(bio);
        return eg_error_set(err, EG_E_LIMIT, "subject", "%ld octets of name are too many", len);
    }
    memcpy(out, text, (size_t)len);
    out[len] = '\0';
    BIO_free(bio);
    return EG_OK;
}

void eg_x509_name(char *out, size_t out_size, X509 *certificate)
{
    char subject[sizeof(((struct eg_signer *)0)->subject)];
    struct eg_error ignored = {0};
    bool known = certificate != NULL &&
                 subject_rfc2253(subject, sizeof subject, certificate, &ignored) == EG_OK;
    snprintf(out, out_size, "%.*s", (int)out_size - 1, known ? subject : "");
}

enum eg_status eg_x509_describe(struct eg_signer *out, X509 *certificate, struct eg_error *err)
{
    unsigned char *der = NULL;
    int64_t from_ms, until_ms;
    char subject[sizeof out->subject];
    enum eg_status status = subject_rfc2253(subject, sizeof subject, certificate, err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_x509_time(X509_get0_notBefore(certificate), &from_ms) ||
        !eg_x509_time(X509_get0_notAfter(certificate), &until_ms)) {
        return eg_error_set(err, EG_E_FORMAT, subject, "the validity can not be read");
    }
    int len = i2d_X509(certificate, &der);
    if (len <= 0) {
        return eg_x509_error(err, EG_E_CRYPTO, "a certificate can not be written");
    }
    out->certificate = eg_hash((struct eg_bytes){der, (size_t)len});
    OPENSSL_free(der);
    memcpy(out->subject, subject, sizeof subject);
    out->not_before_ms = from_ms;
    out->not_after_ms = until_ms;
    out->roles = eg_purpose_roles(certificate);
    return EG_OK;
}
