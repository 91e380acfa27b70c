/*
 * The ladder: each rung asks one question about a signature, in document order, and the first one
 * that it does not pass gives the verdict. What can be asked of the octets alone is in
 * signed_data.c; here are the checks that need the signer's certificate:
 *
 *   (1) structure and profile       signed_data.c (1)-(5)
 *   (2) the content-type attribute is the eContentType
 *   (3) algorithms count by the policy at received-at
 *   (4) the signer's certificate is in the signature, and its key counts
 *   (5) signing-certificate-v2 is the digest of this certificate
 *   (6) message-digest is the digest of the content
 *   (7) the signature fits the signed attributes
 *   (8) signing-time is at most five minutes after received-at, not before the certificate
 *   (9) a path leads to an anchor at received-at
 *
 * What may be altered without breaking a signature: an ECDSA signature (r, s) may become (r, n-s),
 * and certificates that the path does not need may be others. So CMS octets never identify a
 * report; the report's own octets do.
 */
#include "verify/cms.h"

#include "base/limits.h"
#include "base/text.h"
#include "verify/kinds.h"
#include "verify/signature.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* One check under way. Rungs return false when the ladder ends: refused, or status is not EG_OK. */
struct check {
    struct eg_verifier *verifier;
    struct eg_verdict *verdict;
    struct eg_bytes content;
    enum eg_signed_kind kind;
    int64_t at_ms;
    struct eg_signed_data data;
    struct eg_signature_scheme scheme;
    struct eg_certificate_view view;
    /* signer's certificate; borrowed from the table, or `fresh` */
    struct eg_known *known;
    /* owned: not known yet */
    struct eg_known *fresh;
    int64_t signing_time_ms;
    enum eg_status status;
    struct eg_error *err;
};

static const struct eg_der *attribute(const struct check *check, enum eg_attribute which)
{
    return &check->data.attributes[which];
}

/* ---- (2), (3) -------------------------------------------------------------------------------- */

static bool content_type_attribute(struct check *check)
{
    if (eg_bytes_equal(attribute(check, EG_ATTRIBUTE_CONTENT_TYPE)->body,
                       eg_signed_kind_der(check->kind))) {
        return true;
    }
    return eg_verdict_refuse(check->verdict, EG_CODE_CMS_CONTENT_TYPE, "RFC 5652 11.1",
                             "signedAttrs", "the content-type attribute is not the eContentType");
}

static bool algorithms(struct check *check)
{
    return eg_signature_read(&check->scheme, &check->data, check->at_ms, check->verdict);
}

/* ---- (4) the signer's certificate ------------------------------------------------------------ */

static bool decode_signer(struct check *check, const struct eg_digest *id)
{
    struct eg_known *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        check->status = eg_error_set(check->err, EG_E_NOMEM, NULL, "memory ran out");
        return false;
    }
    check->fresh = fresh;
    fresh->id = *id;
    fresh->certificate = eg_x509_decode(check->verifier->libctx, check->view.whole);
    struct eg_error ignored = {0};
    if (fresh->certificate == NULL ||
        eg_x509_describe(&fresh->signer, fresh->certificate, &ignored) != EG_OK) {
        return eg_verdict_refuse(check->verdict, EG_CODE_CERT_UNKNOWN, "RFC 5280 4.1",
                                 "certificates", "the signer's certificate can not be read");
    }
    /* A key that the library can not read is refused by the policy. */
    fresh->key = X509_get0_pubkey(fresh->certificate);
    ERR_clear_error();
    fresh->signer.revocation = check->verifier->revocation;
    check->known = fresh;
    return true;
}

static bool signer_certificate(struct check *check)
{
    if (!eg_signed_data_signer(&check->view, &check->data)) {
        return eg_verdict_refuse(check->verdict, EG_CODE_CERT_UNKNOWN, "RFC 5652 5.1",
                                 "certificates", "no certificate fits the signer identifier");
    }
    const struct eg_bytes parts[] = {check->data.signer_id.whole, check->data.certificates};
    struct eg_digest id;
    uint8_t octets[EVP_MAX_MD_SIZE];
    size_t len = 0;
    check->status =
        eg_verifier_hash(octets, &len, check->verifier, eg_policy_row(0), parts, 2, check->err);
    if (check->status != EG_OK) {
        return false;
    }
    memcpy(id.octets, octets, sizeof id.octets);
    check->known = eg_known_find(&check->verifier->known, &id);
    return check->known != NULL || decode_signer(check, &id);
}

static bool signer_key(struct check *check)
{
    return eg_signature_key_counts(&check->scheme, check->known->key, check->at_ms, check->verdict);
}

/* ---- (5) signing-certificate-v2 -------------------------------------------------------------- */

static bool ess_refuse(struct check *check, const char *text)
{
    return eg_verdict_refuse(check->verdict, EG_CODE_CMS_SIGNATURE, "RFC 5035 4",
                             "signing-certificate-v2", "%s", text);
}

/* IssuerSerial ::= SEQUENCE { GeneralNames with one directoryName, serial } */
static bool ess_issuer_fits(const struct check *check, struct eg_bytes issuer_serial)
{
    struct eg_der names, name, issuer, serial;
    return eg_der_take(&issuer_serial, EG_DER_SEQUENCE, &names) &&
           eg_der_take(&issuer_serial, EG_DER_INTEGER, &serial) && issuer_serial.len == 0 &&
           eg_der_take(&names.body, EG_DER_NESTED | 4, &name) && names.body.len == 0 &&
           eg_der_take(&name.body, EG_DER_SEQUENCE, &issuer) && name.body.len == 0 &&
           eg_bytes_equal(issuer.whole, check->view.issuer.whole) &&
           eg_bytes_equal(serial.whole, check->view.serial.whole);
}

/* The digest algorithm; the default, SHA-256, must be left out in DER but old signers write it. */
static const struct eg_algorithm *ess_digest(const struct check *check, struct eg_bytes *rest)
{
    struct eg_der algorithm, oid, parameters;
    if (!eg_der_take(rest, EG_DER_SEQUENCE, &algorithm)) {
        return eg_policy_row(0);
    }
    if (!eg_signed_data_algorithm(algorithm.whole, &oid, &parameters) ||
        (parameters.tag != 0 && parameters.tag != EG_DER_NULL)) {
        return NULL;
    }
    const struct eg_algorithm *digest = eg_policy_digest(oid.body);
    return digest != NULL && eg_policy_in_force(digest, check->at_ms) ? digest : NULL;
}

/* Is the digest of the certificate there? Known for SHA-256, computed for the others. */
static bool ess_hash_fits(struct check *check, const struct eg_algorithm *digest,
                          struct eg_bytes expected)
{
    uint8_t octets[EVP_MAX_MD_SIZE];
    struct eg_bytes own = {check->known->signer.certificate.octets, EG_DIGEST_LEN};
    if (digest != eg_policy_row(0)) {
        own = (struct eg_bytes){octets, 0};
        check->status = eg_verifier_hash(octets, &own.len, check->verifier, digest,
                                         &check->view.whole, 1, check->err);
        if (check->status != EG_OK) {
            return false;
        }
    }
    return eg_bytes_equal(own, expected) ||
           ess_refuse(check, "the digest is not that of the signer's certificate");
}

static bool signing_certificate(struct check *check)
{
    struct eg_bytes list = attribute(check, EG_ATTRIBUTE_SIGNING_CERTIFICATE_V2)->body;
    struct eg_der certificates, first, hash, issuer_serial;
    if (!eg_der_take(&list, EG_DER_SEQUENCE, &certificates) ||
        !eg_der_take(&certificates.body, EG_DER_SEQUENCE, &first)) {
        return ess_refuse(check, "it names no certificate");
    }
    struct eg_bytes rest = first.body;
    const struct eg_algorithm *digest = ess_digest(check, &rest);
    if (digest == NULL) {
        return eg_verdict_refuse(check->verdict, EG_CODE_CMS_ALGORITHM, "RFC 5035 4",
                                 "signing-certificate-v2", "its digest algorithm does not count");
    }
    if (!eg_der_take(&rest, EG_DER_OCTET_STRING, &hash)) {
        return ess_refuse(check, "it has no digest");
    }
    if (eg_der_take(&rest, EG_DER_SEQUENCE, &issuer_serial) &&
        !ess_issuer_fits(check, issuer_serial.body)) {
        return ess_refuse(check, "issuer and serial number are not those of the signer");
    }
    if (rest.len > 0) {
        return ess_refuse(check, "it is not of the form ESSCertIDv2");
    }
    return ess_hash_fits(check, digest, hash.body);
}

/* ---- (6), (7) -------------------------------------------------------------------------------- */

static bool message_digest(struct check *check)
{
    uint8_t octets[EVP_MAX_MD_SIZE];
    struct eg_bytes own = {octets, 0};
    check->status = eg_verifier_hash(octets, &own.len, check->verifier, check->scheme.digest,
                                     &check->content, 1, check->err);
    if (check->status != EG_OK) {
        return false;
    }
    if (eg_bytes_equal(own, attribute(check, EG_ATTRIBUTE_MESSAGE_DIGEST)->body)) {
        return true;
    }
    return eg_verdict_refuse(check->verdict, EG_CODE_CMS_SIGNATURE, "RFC 5652 11.2", "signedAttrs",
                             "message-digest is not the digest of the %zu octets of the %s",
                             check->content.len, eg_signed_kind_text(check->kind));
}

/* RFC 5652 5.4: what is signed is the attributes with the tag of SET OF in place of [0]. */
static bool signature(struct check *check)
{
    static const uint8_t set_tag = EG_DER_SET;
    struct eg_bytes whole = check->data.signed_attributes.whole;
    const struct eg_bytes parts[] = {{&set_tag, 1}, {whole.data + 1, whole.len - 1}};
    uint8_t octets[EVP_MAX_MD_SIZE];
    struct eg_bytes digest = {octets, 0};
    bool fits = false;
    check->status = eg_verifier_hash(octets, &digest.len, check->verifier, check->scheme.digest,
                                     parts, 2, check->err);
    if (check->status == EG_OK) {
        check->status = eg_signature_fits(&fits, check->verifier, check->known, &check->scheme,
                                          check->data.signature, digest, check->err);
    }
    if (check->status != EG_OK) {
        return false;
    }
    return fits || eg_verdict_refuse(check->verdict, EG_CODE_CMS_SIGNATURE, "RFC 5652 5.6",
                                     check->known->signer.subject,
                                     "the signature does not fit the signed attributes");
}

/* ---- (8) ------------------------------------------------------------------------------------- */

static bool signing_time(struct check *check)
{
    char time[EG_TIME_TEXT_MAX], at[EG_TIME_TEXT_MAX], begin[EG_TIME_TEXT_MAX];
    int64_t signed_ms;
    if (!eg_der_time(attribute(check, EG_ATTRIBUTE_SIGNING_TIME), &signed_ms)) {
        return eg_verdict_refuse(check->verdict, EG_CODE_CMS_TIME_FORM, "RFC 5652 11.3",
                                 "signing-time", "it is not a UTC time with seconds");
    }
    eg_text_time(time, signed_ms);
    eg_text_time(at, check->at_ms);
    eg_text_time(begin, check->known->signer.not_before_ms);
    if (signed_ms > check->at_ms + EG_SIGNING_TIME_AHEAD_MS) {
        return eg_verdict_refuse(
            check->verdict, EG_CODE_CMS_SIGNING_TIME, "RFC 5652 11.3", "signing-time",
            "the signature says %s, the receiver's clock %s when it came: more than "
            "five minutes later",
            time, at);
    }
    if (signed_ms < check->known->signer.not_before_ms) {
        return eg_verdict_refuse(
            check->verdict, EG_CODE_CMS_SIGNING_TIME, "RFC 5652 11.3", "signing-time",
            "the signature says %s, its certificate begins %s; the receiver's clock "
            "said %s when it came",
            time, begin, at);
    }
    check->signing_time_ms = signed_ms;
    return true;
}

/* ---- (9) ------------------------------------------------------------------------------------- */

static STACK_OF(X509) * decode_bag(struct check *check)
{
    STACK_OF(X509) *list = sk_X509_new_null();
    struct eg_bytes bag = check->data.certificates;
    struct eg_der der;
    size_t number = 0;
    while (list != NULL && eg_der_next(&bag, &der)) {
        X509 *certificate = eg_x509_decode(check->verifier->libctx, der.whole);
        number++;
        if (certificate == NULL) {
            eg_verdict_refuse(check->verdict, EG_CODE_CMS_NOT_CMS, "RFC 5280 4.1", "certificates",
                              "certificate %zu can not be read", number);
        }
        if (certificate == NULL || sk_X509_push(list, certificate) == 0) {
            X509_free(certificate);
            sk_X509_pop_free(list, X509_free);
            return NULL;
        }
    }
    return list;
}

static void check_path(struct check *check)
{
    const struct eg_path_options options = {.at_ms = check->at_ms, .roles = EG_ROLES_ALL};
    struct eg_path_result result = {0};
    STACK_OF(X509) *bag = decode_bag(check);
    if (bag == NULL) {
        if (eg_verdict_passed(check->verdict)) {
            check->status = eg_error_set(check->err, EG_E_NOMEM, NULL, "memory ran out");
        }
        return;
    }
    check->status = eg_path_check(&result, check->verdict, &check->verifier->path,
                                  check->known->certificate, bag, &options, check->err);
    sk_X509_pop_free(bag, X509_free);
    if (check->status == EG_OK && eg_verdict_passed(check->verdict)) {
        check->known->from_ms = result.from_ms;
        check->known->until_ms = result.until_ms;
        check->known->signer.issuer_key = result.issuer_key;
    }
}

static bool path(struct check *check)
{
    if (check->fresh == NULL && check->at_ms >= check->known->from_ms &&
        check->at_ms <= check->known->until_ms) {
        return true;
    }
    check_path(check);
    if (check->status != EG_OK) {
        return false;
    }
    if (check->verdict->code == EG_CODE_REVOCATION) {
        check->status =
            eg_error_set(check->err, EG_E_STATE, check->verdict->where, "%s", check->verdict->text);
        return false;
    }
    return eg_verdict_passed(check->verdict);
}

/* ---- the ladder ------------------------------------------------------------------------------ */

static bool (*const rungs[])(struct check *) = {
    content_type_attribute, algorithms, signer_certificate, signer_key, signing_certificate,
    message_digest,         signature,  signing_time,       path,
};

enum eg_status eg_cms_check(struct eg_signer *signer, struct eg_verdict *verdict,
                            struct eg_verifier *verifier, struct eg_bytes cms,
                            struct eg_bytes content, enum eg_signed_kind kind, int64_t at_ms,
                            struct eg_error *err)
{
    struct eg_verdict judged = {0};
    struct check check = {.verifier = verifier,
                          .verdict = &judged,
                          .content = content,
                          .kind = kind,
                          .at_ms = at_ms,
                          .status = EG_OK,
                          .err = err};
    bool held = eg_signed_data_read(&check.data, cms, kind, &judged);
    for (size_t i = 0; held && i < sizeof rungs / sizeof rungs[0]; i++) {
        held = rungs[i](&check);
    }
    if (held) {
        *signer = check.known->signer;
        signer->signing_time_ms = check.signing_time_ms;
        if (check.fresh != NULL) {
            eg_known_keep(&verifier->known, &check.fresh);
        }
    }
    eg_known_free(&check.fresh);
    if (check.status == EG_OK) {
        *verdict = judged;
    }
    return check.status;
}

bool eg_cms_claimed_time(int64_t *out, struct eg_bytes cms, enum eg_signed_kind kind)
{
    struct eg_signed_data data;
    struct eg_verdict ignored = {.code = EG_CODE_OK};
    return eg_signed_data_read(&data, cms, kind, &ignored) &&
           eg_der_time(&data.attributes[EG_ATTRIBUTE_SIGNING_TIME], out);
}
