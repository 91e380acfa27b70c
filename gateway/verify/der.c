/*
 * DER, read strictly.
 *
 * The library's own decoder takes BER: indefinite lengths, padded lengths, strings in pieces. Then
 * many octet strings mean one signature, and a stored signature could be altered without breaking.
 * A value is accepted here if and only if
 *   (1) its tag is one octet (tag number below 31),
 *   (2) its length is definite and in the fewest octets,
 *   (3) it ends inside its parent,
 *   (4) its primitive content has the one form that DER leaves.
 */
#include "verify/der.h"

#include <string.h>

/* A certificate nests about twelve levels; more is an attack on the stack. */
#define DEPTH_MAX 32

/* Length octets after the tag. Returns how many there are, 0 if they are not DER. */
static size_t read_length(struct eg_bytes rest, size_t *len_out)
{
    if (rest.len < 2) {
        return 0;
    }
    uint8_t first = rest.data[1];
    if (first < 0x80) {
        *len_out = first;
        return 1;
    }
    size_t count = first & 0x7f;
    if (count == 0 || count > 4 || rest.len < 2 + count || rest.data[2] == 0) {
        return 0;
    }
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len = len << 8 | rest.data[2 + i];
    }
    if (len < 0x80) {
        return 0;
    }
    *len_out = len;
    return 1 + count;
}

bool eg_der_next(struct eg_bytes *rest, struct eg_der *out)
{
    size_t len = 0;
    if (rest->len == 0 || (rest->data[0] & 0x1f) == 0x1f || rest->data[0] == 0) {
        return false;
    }
    size_t head = read_length(*rest, &len);
    if (head == 0 || len > rest->len - 1 - head) {
        return false;
    }
    out->tag = rest->data[0];
    out->body = (struct eg_bytes){rest->data + 1 + head, len};
    out->whole = (struct eg_bytes){rest->data, 1 + head + len};
    rest->data += out->whole.len;
    rest->len -= out->whole.len;
    return true;
}

bool eg_der_is(struct eg_bytes rest, uint8_t tag)
{
    return rest.len > 0 && rest.data[0] == tag;
}

bool eg_der_take(struct eg_bytes *rest, uint8_t tag, struct eg_der *out)
{
    return eg_der_is(*rest, tag) && eg_der_next(rest, out);
}

static bool integer_strict(struct eg_bytes body)
{
    if (body.len == 0) {
        return false;
    }
    if (body.len == 1) {
        return true;
    }
    bool padded = (body.data[0] == 0 && body.data[1] < 0x80) ||
                  (body.data[0] == 0xff && body.data[1] >= 0x80);
    return !padded;
}

/* Each arc ends with an octet below 0x80 and begins with another one than 0x80. */
static bool oid_strict(struct eg_bytes body)
{
    if (body.len == 0 || body.data[body.len - 1] >= 0x80) {
        return false;
    }
    bool arc_begins = true;
    for (size_t i = 0; i < body.len; i++) {
        if (arc_begins && body.data[i] == 0x80) {
            return false;
        }
        arc_begins = body.data[i] < 0x80;
    }
    return true;
}

static bool bit_string_strict(struct eg_bytes body)
{
    if (body.len == 0 || body.data[0] > 7 || (body.len == 1 && body.data[0] != 0)) {
        return false;
    }
    uint8_t unused = (uint8_t)((1u << body.data[0]) - 1);
    return (body.data[body.len - 1] & unused) == 0 || body.len == 1;
}

static bool primitive_strict(const struct eg_der *value)
{
    switch (value->tag) {
    case EG_DER_BOOLEAN:
        return value->body.len == 1 && (value->body.data[0] == 0 || value->body.data[0] == 0xff);
    case EG_DER_INTEGER:
    case 0x0a: /* ENUMERATED */
        return integer_strict(value->body);
    case EG_DER_BIT_STRING:
        return bit_string_strict(value->body);
    case EG_DER_NULL:
        return value->body.len == 0;
    case EG_DER_OID:
        return oid_strict(value->body);
    case 0x10: /* SEQUENCE and SET are constructed */
    case 0x11:
        return false;
    default:
        return true;
    }
}

static bool strict(struct eg_bytes rest, unsigned depth)
{
    struct eg_der value;
    while (rest.len > 0) {
        if (!eg_der_next(&rest, &value)) {
            return false;
        }
        bool universal = value.tag < 0x40;
        if ((value.tag & 0x20) == 0) {
            if (!primitive_strict(&value)) {
                return false;
            }
        } else if ((universal && value.tag != EG_DER_SEQUENCE && value.tag != EG_DER_SET) ||
                   depth == DEPTH_MAX || !strict(value.body, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool eg_der_strict(struct eg_bytes octets)
{
    return strict(octets, 0);
}

/* X.690 11.6: ascending, the shorter one as if padded with zero octets. */
static int set_order(struct eg_bytes a, struct eg_bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = memcmp(a.data, b.data, common);
    if (order != 0) {
        return order;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

bool eg_der_sorted(struct eg_bytes values)
{
    struct eg_der before, value;
    if (!eg_der_next(&values, &before)) {
        return values.len == 0;
    }
    while (values.len > 0) {
        if (!eg_der_next(&values, &value) || set_order(before.whole, value.whole) >= 0) {
            return false;
        }
        before = value;
    }
    return true;
}

static bool digits(const uint8_t *at, size_t count, int *out)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        number = number * 10 + (at[i] - '0');
    }
    *out = number;
    return true;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t days_to(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_day(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool eg_der_time(const struct eg_der *value, int64_t *at_ms)
{
    size_t year_len = value->tag == EG_DER_UTC_TIME ? 2 : 4;
    const uint8_t *at = value->body.data;
    int part[6];
    if ((value->tag != EG_DER_UTC_TIME && value->tag != EG_DER_GENERALIZED_TIME) ||
        value->body.len != year_len + 11 || at[year_len + 10] != 'Z' ||
        !digits(at, year_len, &part[0])) {
        return false;
    }
    for (size_t i = 0; i < 5; i++) {
        if (!digits(at + year_len + 2 * i, 2, &part[i + 1])) {
            return false;
        }
    }
    int year = part[0];
    if (year_len == 2) {
        year += year < 50 ? 2000 : 1900;
    } else if (year >= 1950 && year < 2050) {
        return false;
    }
    if (!is_day(year, part[1], part[2]) || part[3] > 23 || part[4] > 59 || part[5] > 59) {
        return false;
    }
    int64_t seconds = part[3] * 3600 + part[4] * 60 + part[5];
    *at_ms = (days_to(year, part[1], part[2]) * 86400 + seconds) * 1000;
    return true;
}
