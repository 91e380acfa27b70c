/*
 * The structure of one CMS SignedData (RFC 5652), read strictly into views; no cryptography here.
 */
#ifndef EG_VERIFY_SIGNED_DATA_H
#define EG_VERIFY_SIGNED_DATA_H

#include "core/verdict.h"
#include "verify/cms.h"
#include "verify/der.h"

/* The signed attributes of the profile. */
enum eg_attribute {
    EG_ATTRIBUTE_CONTENT_TYPE,
    EG_ATTRIBUTE_MESSAGE_DIGEST,
    EG_ATTRIBUTE_SIGNING_TIME,
    EG_ATTRIBUTE_SIGNING_CERTIFICATE_V2,
    EG_ATTRIBUTE_CAPABILITIES,
    EG_ATTRIBUTE_COUNT
};

/* Everything is borrowed from the CMS octets. */
struct eg_signed_data {
    /* content of the SET */
    struct eg_bytes digest_algorithms;
    /* content of [0]; empty: none */
    struct eg_bytes certificates;
    /* issuer and serial, or [0] key identifier */
    struct eg_der signer_id;
    /* of the signerInfo: AlgorithmIdentifier */
    struct eg_bytes digest_algorithm;
    /* whole, with tag [0] */
    struct eg_der signed_attributes;
    /* the one value of each; tag 0: absent */
    struct eg_der attributes[EG_ATTRIBUTE_COUNT];
    /* AlgorithmIdentifier */
    struct eg_bytes signature_algorithm;
    struct eg_bytes signature;
};

/*
 * The rungs of the ladder that need no cryptography, in document order, the content type as soon
 * as it is reached. Pure; any thread. false: the verdict holds the refusal.
 */
bool eg_signed_data_read(struct eg_signed_data *out, struct eg_bytes cms, enum eg_signed_kind kind,
                         struct eg_verdict *verdict);

/* AlgorithmIdentifier: identifier and parameters (tag 0: absent). */
bool eg_signed_data_algorithm(struct eg_bytes algorithm, struct eg_der *oid,
                              struct eg_der *parameters);

/* What is read of a certificate without decoding it. */
struct eg_certificate_view {
    struct eg_bytes whole;
    struct eg_der serial, issuer;
    /* subjectKeyIdentifier; empty: none */
    struct eg_bytes key_id;
};

/* The certificate in the bag that the signer's identifier names. false: none. */
bool eg_signed_data_signer(struct eg_certificate_view *out, const struct eg_signed_data *data);

/* Dotted form of an object identifier (whole value), for texts. */
void eg_oid_text(char *out, size_t out_size, struct eg_bytes whole);

#endif
