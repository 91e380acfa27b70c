/*
 * A strict reader of DER (ITU-T X.690), just enough for CMS: single-octet tags, definite lengths in
 * the shortest form, everything inside its parent. It never copies and never allocates.
 *
 * All views are borrowed from the octets that are read. Any thread.
 */
#ifndef EG_VERIFY_DER_H
#define EG_VERIFY_DER_H

#include "base/bytes.h"

enum {
    EG_DER_BOOLEAN = 0x01,
    EG_DER_INTEGER = 0x02,
    EG_DER_BIT_STRING = 0x03,
    EG_DER_OCTET_STRING = 0x04,
    EG_DER_NULL = 0x05,
    EG_DER_OID = 0x06,
    EG_DER_UTC_TIME = 0x17,
    EG_DER_GENERALIZED_TIME = 0x18,
    EG_DER_SEQUENCE = 0x30,
    EG_DER_SET = 0x31,
    EG_DER_CONTEXT = 0x80, /* | number: primitive */
    EG_DER_NESTED = 0xa0,  /* | number: constructed */
};

/* One value: its tag, its content octets, and both with the length between them. */
struct eg_der {
    uint8_t tag;
    struct eg_bytes body;
    struct eg_bytes whole;
};

/* Take the next value off the front of `rest`. false: end, or not DER; rest and out untouched. */
bool eg_der_next(struct eg_bytes *rest, struct eg_der *out);

/* The same, if it has this tag. */
bool eg_der_take(struct eg_bytes *rest, uint8_t tag, struct eg_der *out);

/* Is a value with this tag at the front? */
bool eg_der_is(struct eg_bytes rest, uint8_t tag);

/*
 * Are these octets a row of whole values that are DER all the way down: lengths shortest, booleans
 * 00 or FF, integers and object identifiers without padding, strings not in pieces, at most 32
 * levels? (The order inside SET OF is left to whoever knows that it is one.)
 */
bool eg_der_strict(struct eg_bytes octets);

/* Are the values in the order that DER asks of a SET OF, none twice? */
bool eg_der_sorted(struct eg_bytes values);

/* UTCTime or GeneralizedTime as RFC 5652 11.3 wants it: Zulu, seconds, UTCTime for 1950..2049. */
bool eg_der_time(const struct eg_der *value, int64_t *at_ms);

#endif
