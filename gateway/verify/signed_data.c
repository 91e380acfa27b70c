/*
 * Reading CMS SignedData with one signer, the way DESIGN's signature profile wants it.
 *
 *   ContentInfo  ::= SEQUENCE { id-signedData, [0] SignedData }
 *   SignedData   ::= SEQUENCE { version 3, digestAlgorithms SET, encapContentInfo,
 *                               certificates [0], crls [1], signerInfos SET }
 *   SignerInfo   ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0],
 *                               signatureAlgorithm, signature, unsignedAttrs [1] }
 *
 * A signature passes this file if and only if
 *   (1) it is one ContentInfo with SignedData, DER all the way down, with nothing behind it,
 *   (2) eContentType is that of the kind asked for, and there is no eContent,
 *   (3) there are no revocation lists and no certificates other than X.509,
 *   (4) there is exactly one signerInfo, its version fits its signer identifier,
 *   (5) its signed attributes are the four of CAdES-BES, each once with one value, S/MIME
 *       capabilities at most once, no others, in DER order; there are no unsigned attributes.
 */
#include "verify/signed_data.h"

#include "base/limits.h"
#include "verify/kinds.h"

#include <openssl/objects.h>
#include <stdio.h>

#define OID_SIGNED_DATA "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

static bool is_oid(const struct eg_der *oid, const char *octets, size_t len)
{
    return eg_bytes_equal(oid->body, (struct eg_bytes){(const uint8_t *)octets, len});
}

static bool not_cms(struct eg_verdict *verdict, const char *rule, const char *text)
{
    return eg_verdict_refuse(verdict, EG_CODE_CMS_NOT_CMS, rule, "CMS", "%s", text);
}

void eg_oid_text(char *out, size_t out_size, struct eg_bytes whole)
{
    const uint8_t *at = whole.data;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &at, (long)whole.len);
    if (object == NULL || OBJ_obj2txt(out, (int)out_size, object, 1) <= 0) {
        snprintf(out, out_size, "unreadable identifier");
    }
    ASN1_OBJECT_free(object);
}

/* ---- outer shell --------------------------------------------------------------------------- */

static bool open_shell(struct eg_bytes cms, struct eg_der *shell, struct eg_verdict *verdict)
{
    struct eg_bytes rest = cms;
    if (cms.len > EG_CMS_MAX) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_NOT_CMS, "RFC 5652 3", "CMS",
                                 "%zu octets are more than the %zu that a signature may have",
                                 cms.len, EG_CMS_MAX);
    }
    if (cms.len >= 2 && cms.data[0] == EG_DER_SEQUENCE && cms.data[1] == 0x80) {
        return not_cms(verdict, "X.690 10.1", "an indefinite length is BER, not DER");
    }
    if (!eg_der_take(&rest, EG_DER_SEQUENCE, shell)) {
        return not_cms(verdict, "RFC 5652 3", "the octets are not one DER SEQUENCE");
    }
    if (rest.len > 0) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_TRAILING, "RFC 5652 3", "CMS",
                                 "%zu octets follow the %zu of the signature", rest.len,
                                 shell->whole.len);
    }
    return true;
}

/* ContentInfo: identifier and [0]. `rest` becomes the fields of SignedData. */
static bool open_content_info(const struct eg_der *shell, struct eg_bytes *rest,
                              struct eg_verdict *verdict)
{
    struct eg_bytes fields = shell->body;
    struct eg_der type, wrapper, signed_data;
    if (!eg_der_take(&fields, EG_DER_OID, &type) ||
        !is_oid(&type, OID_SIGNED_DATA, sizeof(OID_SIGNED_DATA) - 1)) {
        return not_cms(verdict, "RFC 5652 5.1", "the content type is not SignedData");
    }
    if (!eg_der_take(&fields, EG_DER_NESTED, &wrapper) || fields.len > 0) {
        return not_cms(verdict, "RFC 5652 3", "ContentInfo does not hold exactly one content");
    }
    fields = wrapper.body;
    if (!eg_der_take(&fields, EG_DER_SEQUENCE, &signed_data) || fields.len > 0) {
        return not_cms(verdict, "RFC 5652 5.1", "SignedData is not one DER SEQUENCE");
    }
    *rest = signed_data.body;
    return true;
}

static bool check_strict(const struct eg_der *shell, struct eg_verdict *verdict)
{
    if (!eg_der_strict(shell->whole)) {
        return not_cms(verdict, "X.690 10", "the octets are not DER all the way down");
    }
    return true;
}

static bool small_number(const struct eg_der *value, uint8_t number)
{
    return value->body.len == 1 && value->body.data[0] == number;
}

/* ---- content type -------------------------------------------------------------------------- */

static bool check_content_type(const struct eg_der *type, enum eg_signed_kind kind,
                               struct eg_verdict *verdict)
{
    enum eg_signed_kind other;
    char text[160];
    if (eg_bytes_equal(type->body, eg_signed_kind_der(kind))) {
        return true;
    }
    if (eg_signed_kind_of(type->body, &other)) {
        snprintf(text, sizeof text, "that of kind %s", eg_signed_kind_text(other));
    } else {
        eg_oid_text(text, sizeof text, type->whole);
    }
    return eg_verdict_refuse(verdict, EG_CODE_CMS_CONTENT_TYPE, "RFC 5652 5.2", "encapContentInfo",
                             "eContentType is %s, not that of kind %s (%s)", text,
                             eg_signed_kind_text(kind), eg_signed_kind_oid(kind));
}

/* version, digestAlgorithms, encapContentInfo */
static bool read_head(struct eg_signed_data *out, struct eg_bytes *rest, enum eg_signed_kind kind,
                      struct eg_verdict *verdict)
{
    struct eg_der version, digests, encap, type;
    if (!eg_der_take(rest, EG_DER_INTEGER, &version) || !eg_der_take(rest, EG_DER_SET, &digests) ||
        !eg_der_take(rest, EG_DER_SEQUENCE, &encap)) {
        return not_cms(verdict, "RFC 5652 5.1",
                       "SignedData lacks version, digestAlgorithms or encapContentInfo");
    }
    struct eg_bytes fields = encap.body;
    if (!eg_der_take(&fields, EG_DER_OID, &type)) {
        return not_cms(verdict, "RFC 5652 5.2", "encapContentInfo lacks eContentType");
    }
    if (!check_content_type(&type, kind, verdict)) {
        return false;
    }
    if (fields.len > 0) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_CONTENT, "RFC 5652 5.2", "encapContentInfo",
                                 "%zu octets of content stand in the signature", fields.len);
    }
    if (!small_number(&version, 3)) {
        return not_cms(verdict, "RFC 5652 5.1", "SignedData's version is not 3");
    }
    out->digest_algorithms = digests.body;
    return true;
}

/* ---- certificates and signers -------------------------------------------------------------- */

static bool check_certificates(struct eg_bytes bag, struct eg_verdict *verdict)
{
    struct eg_der certificate;
    size_t count = 0;
    if (!eg_der_sorted(bag)) {
        return not_cms(verdict, "X.690 11.6", "the certificates are not in the order of DER");
    }
    while (bag.len > 0) {
        if (!eg_der_take(&bag, EG_DER_SEQUENCE, &certificate)) {
            return not_cms(verdict, "RFC 5652 10.2.2",
                           "among the certificates is one that is not X.509");
        }
        if (++count > EG_CMS_CERTIFICATES_MAX) {
            return not_cms(verdict, "RFC 5652 5.1", "there are too many certificates");
        }
    }
    return true;
}

/* certificates, crls; then signerInfos with its one element, which is handed out. */
static bool read_tail(struct eg_signed_data *out, struct eg_bytes *rest, struct eg_der *signer,
                      struct eg_verdict *verdict)
{
    struct eg_der bag, infos;
    if (eg_der_take(rest, EG_DER_NESTED, &bag)) {
        if (!check_certificates(bag.body, verdict)) {
            return false;
        }
        out->certificates = bag.body;
    }
    if (eg_der_is(*rest, EG_DER_NESTED | 1)) {
        return not_cms(verdict, "RFC 5652 5.1", "revocation lists do not belong in a signature");
    }
    if (!eg_der_take(rest, EG_DER_SET, &infos) || rest->len > 0) {
        return not_cms(verdict, "RFC 5652 5.1", "SignedData does not end with signerInfos");
    }
    struct eg_bytes left = infos.body;
    size_t count = 0;
    struct eg_der info = {0};
    while (left.len > 0) {
        if (!eg_der_take(&left, EG_DER_SEQUENCE, &info)) {
            return not_cms(verdict, "RFC 5652 5.3", "a signerInfo is not a SEQUENCE");
        }
        count++;
    }
    if (count != 1) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_SIGNERS, "RFC 5652 5.1", "signerInfos",
                                 "there are %zu signers", count);
    }
    *signer = info;
    return true;
}

static bool read_signer_id(struct eg_signed_data *out, struct eg_bytes *rest,
                           struct eg_verdict *verdict)
{
    struct eg_der version;
    if (!eg_der_take(rest, EG_DER_INTEGER, &version) || !eg_der_next(rest, &out->signer_id)) {
        return not_cms(verdict, "RFC 5652 5.3", "signerInfo lacks version or signer identifier");
    }
    bool by_issuer = out->signer_id.tag == EG_DER_SEQUENCE && small_number(&version, 1);
    bool by_key = out->signer_id.tag == EG_DER_CONTEXT && small_number(&version, 3);
    if (!by_issuer && !by_key) {
        return not_cms(verdict, "RFC 5652 5.3",
                       "signerInfo's version does not fit its signer identifier");
    }
    return true;
}

static bool read_signer(struct eg_signed_data *out, const struct eg_der *signer,
                        struct eg_verdict *verdict)
{
    struct eg_bytes rest = signer->body;
    struct eg_der digest, algorithm, signature;
    if (!read_signer_id(out, &rest, verdict)) {
        return false;
    }
    if (!eg_der_take(&rest, EG_DER_SEQUENCE, &digest)) {
        return not_cms(verdict, "RFC 5652 5.3", "signerInfo lacks digestAlgorithm");
    }
    if (!eg_der_take(&rest, EG_DER_NESTED, &out->signed_attributes)) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_MISSING, "RFC 5126 5.7",
                                 "signerInfo", "there are no signed attributes");
    }
    if (!eg_der_take(&rest, EG_DER_SEQUENCE, &algorithm) ||
        !eg_der_take(&rest, EG_DER_OCTET_STRING, &signature)) {
        return not_cms(verdict, "RFC 5652 5.3", "signerInfo lacks algorithm or signature");
    }
    if (eg_der_is(rest, EG_DER_NESTED | 1)) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_UNKNOWN, "RFC 5652 11",
                                 "signerInfo", "unsigned attributes are not allowed");
    }
    if (rest.len > 0) {
        return not_cms(verdict, "RFC 5652 5.3", "signerInfo has octets behind the signature");
    }
    out->digest_algorithm = digest.whole;
    out->signature_algorithm = algorithm.whole;
    out->signature = signature.body;
    return true;
}

/* ---- signed attributes --------------------------------------------------------------------- */

#define OID9 "\x2a\x86\x48\x86\xf7\x0d\x01\x09" /* pkcs-9 */

static const struct attribute_row {
    const char *name, *oid;
    size_t oid_len;
    const char *rule;
    /* of its value; 0: looked at later */
    uint8_t tag;
    bool required;
} attribute_rows[EG_ATTRIBUTE_COUNT] = {
    [EG_ATTRIBUTE_CONTENT_TYPE] = {"content-type", OID9 "\x03", 9, "RFC 5652 11.1", EG_DER_OID,
                                   true},
    [EG_ATTRIBUTE_MESSAGE_DIGEST] = {"message-digest", OID9 "\x04", 9, "RFC 5652 11.2",
                                     EG_DER_OCTET_STRING, true},
    [EG_ATTRIBUTE_SIGNING_TIME] = {"signing-time", OID9 "\x05", 9, "RFC 5652 11.3", 0, true},
    [EG_ATTRIBUTE_SIGNING_CERTIFICATE_V2] = {"signing-certificate-v2", OID9 "\x10\x02\x2f", 11,
                                             "RFC 5035 3", EG_DER_SEQUENCE, true},
    [EG_ATTRIBUTE_CAPABILITIES] = {"S/MIME capabilities", OID9 "\x0f", 9, "RFC 8551 2.5.2",
                                   EG_DER_SEQUENCE, false},
};

static int attribute_of(const struct eg_der *oid)
{
    for (int i = 0; i < EG_ATTRIBUTE_COUNT; i++) {
        if (is_oid(oid, attribute_rows[i].oid, attribute_rows[i].oid_len)) {
            return i;
        }
    }
    return -1;
}

static bool unknown_attribute(const struct eg_der *oid, struct eg_verdict *verdict)
{
    char text[160];
    eg_oid_text(text, sizeof text, oid->whole);
    return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_UNKNOWN, "RFC 5652 5.3", "signedAttrs",
                             "attribute %s is not one of the profile", text);
}

/* Attribute ::= SEQUENCE { type, values SET OF exactly one } */
static bool read_attribute(struct eg_signed_data *out, const struct eg_der *attribute,
                           struct eg_verdict *verdict)
{
    struct eg_bytes rest = attribute->body;
    struct eg_der oid, values, value = {0};
    if (!eg_der_take(&rest, EG_DER_OID, &oid) || !eg_der_take(&rest, EG_DER_SET, &values) ||
        rest.len > 0) {
        return not_cms(verdict, "RFC 5652 5.3", "a signed attribute is not of the form Attribute");
    }
    int which = attribute_of(&oid);
    if (which < 0) {
        return unknown_attribute(&oid, verdict);
    }
    const struct attribute_row *row = &attribute_rows[which];
    struct eg_bytes left = values.body;
    if (!eg_der_next(&left, &value)) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_MISSING, row->rule, "signedAttrs",
                                 "%s has no value", row->name);
    }
    if (out->attributes[which].tag != 0 || left.len > 0) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_DOUBLED, row->rule, "signedAttrs",
                                 "%s %s", row->name,
                                 left.len > 0 ? "has more than one value" : "stands there twice");
    }
    if (row->tag != 0 && value.tag != row->tag) {
        return eg_verdict_refuse(verdict, EG_CODE_CMS_NOT_CMS, row->rule, "signedAttrs",
                                 "the value of %s is of another type", row->name);
    }
    out->attributes[which] = value;
    return true;
}

static bool read_attributes(struct eg_signed_data *out, struct eg_verdict *verdict)
{
    struct eg_bytes rest = out->signed_attributes.body;
    struct eg_der attribute;
    while (rest.len > 0) {
        if (!eg_der_take(&rest, EG_DER_SEQUENCE, &attribute)) {
            return not_cms(verdict, "RFC 5652 5.3", "a signed attribute is not a SEQUENCE");
        }
        if (!read_attribute(out, &attribute, verdict)) {
            return false;
        }
    }
    for (int i = 0; i < EG_ATTRIBUTE_COUNT; i++) {
        if (attribute_rows[i].required && out->attributes[i].tag == 0) {
            return eg_verdict_refuse(verdict, EG_CODE_CMS_ATTRIBUTE_MISSING, attribute_rows[i].rule,
                                     "signedAttrs", "%s is missing", attribute_rows[i].name);
        }
    }
    if (!eg_der_sorted(out->signed_attributes.body)) {
        return not_cms(verdict, "RFC 5652 5.3", "the signed attributes are not in DER order");
    }
    return true;
}

bool eg_signed_data_read(struct eg_signed_data *out, struct eg_bytes cms, enum eg_signed_kind kind,
                         struct eg_verdict *verdict)
{
    struct eg_signed_data data = {0};
    struct eg_der shell, signer;
    struct eg_bytes rest;
    if (!open_shell(cms, &shell, verdict) || !open_content_info(&shell, &rest, verdict) ||
        !check_strict(&shell, verdict) || !read_head(&data, &rest, kind, verdict) ||
        !read_tail(&data, &rest, &signer, verdict) || !read_signer(&data, &signer, verdict) ||
        !read_attributes(&data, verdict)) {
        return false;
    }
    *out = data;
    return true;
}

bool eg_signed_data_algorithm(struct eg_bytes algorithm, struct eg_der *oid,
                              struct eg_der *parameters)
{
    struct eg_der sequence;
    *parameters = (struct eg_der){0};
    if (!eg_der_take(&algorithm, EG_DER_SEQUENCE, &sequence) || algorithm.len > 0) {
        return false;
    }
    struct eg_bytes rest = sequence.body;
    if (!eg_der_take(&rest, EG_DER_OID, oid)) {
        return false;
    }
    return rest.len == 0 || (eg_der_next(&rest, parameters) && rest.len == 0);
}

/* ---- the signer's certificate -------------------------------------------------------------- */

/* Extension ::= SEQUENCE { extnID, critical OPTIONAL, extnValue OCTET STRING } */
static struct eg_bytes find_key_id(struct eg_bytes extensions)
{
    struct eg_der extension, oid, skipped, value, key_id;
    while (eg_der_take(&extensions, EG_DER_SEQUENCE, &extension)) {
        struct eg_bytes rest = extension.body;
        if (!eg_der_take(&rest, EG_DER_OID, &oid) || !is_oid(&oid, "\x55\x1d\x0e", 3)) {
            continue;
        }
        (void)eg_der_take(&rest, EG_DER_BOOLEAN, &skipped);
        if (eg_der_take(&rest, EG_DER_OCTET_STRING, &value) &&
            eg_der_take(&value.body, EG_DER_OCTET_STRING, &key_id)) {
            return key_id.body;
        }
    }
    return EG_BYTES_NONE;
}

/* TBSCertificate: version, serial, algorithm, issuer, validity, subject, key, ..., extensions. */
static bool view_certificate(struct eg_certificate_view *out, const struct eg_der *certificate)
{
    struct eg_bytes rest = certificate->body;
    struct eg_der tbs, field, extensions;
    if (!eg_der_take(&rest, EG_DER_SEQUENCE, &tbs)) {
        return false;
    }
    rest = tbs.body;
    (void)eg_der_take(&rest, EG_DER_NESTED, &field);
    if (!eg_der_take(&rest, EG_DER_INTEGER, &out->serial) ||
        !eg_der_take(&rest, EG_DER_SEQUENCE, &field) ||
        !eg_der_take(&rest, EG_DER_SEQUENCE, &out->issuer)) {
        return false;
    }
    out->whole = certificate->whole;
    out->key_id = EG_BYTES_NONE;
    while (eg_der_next(&rest, &field)) {
        struct eg_bytes inner = field.body;
        if (field.tag == (EG_DER_NESTED | 3) && eg_der_take(&inner, EG_DER_SEQUENCE, &extensions)) {
            out->key_id = find_key_id(extensions.body);
        }
    }
    return true;
}

static bool is_named(const struct eg_certificate_view *view, const struct eg_der *signer_id)
{
    if (signer_id->tag == EG_DER_CONTEXT) {
        return view->key_id.len > 0 && eg_bytes_equal(view->key_id, signer_id->body);
    }
    struct eg_bytes rest = signer_id->body;
    struct eg_der issuer, serial;
    return eg_der_take(&rest, EG_DER_SEQUENCE, &issuer) &&
           eg_der_take(&rest, EG_DER_INTEGER, &serial) && rest.len == 0 &&
           eg_bytes_equal(issuer.whole, view->issuer.whole) &&
           eg_bytes_equal(serial.whole, view->serial.whole);
}

bool eg_signed_data_signer(struct eg_certificate_view *out, const struct eg_signed_data *data)
{
    struct eg_bytes bag = data->certificates;
    struct eg_certificate_view view;
    struct eg_der certificate;
    while (eg_der_next(&bag, &certificate)) {
        if (view_certificate(&view, &certificate) && is_named(&view, &data->signer_id)) {
            *out = view;
            return true;
        }
    }
    return false;
}
