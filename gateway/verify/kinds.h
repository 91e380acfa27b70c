/*
 * The signed kinds as they are in DER. Text and dotted form: verify/cms.h. Any thread.
 */
#ifndef EG_VERIFY_KINDS_H
#define EG_VERIFY_KINDS_H

#include "verify/cms.h"

/* Content octets of the kind's object identifier. Static. */
struct eg_bytes eg_signed_kind_der(enum eg_signed_kind kind);

/* The kind whose object identifier has these content octets. false: none. */
bool eg_signed_kind_of(struct eg_bytes oid_der, enum eg_signed_kind *out);

#endif
