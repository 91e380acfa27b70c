/*
 * The DER reader against octets chosen one by one.
 */
#include "verify/der.h"

#include <criterion/criterion.h>

#define OCTETS(text) ((struct eg_bytes){(const uint8_t *)(text), sizeof(text) - 1})

static void refused(struct eg_bytes octets)
{
    struct eg_bytes rest = octets;
    struct eg_der value;
    cr_expect_not(eg_der_next(&rest, &value));
    cr_expect_eq(rest.len, octets.len);
    cr_expect_not(octets.len > 0 && eg_der_strict(octets));
}

Test(der, reads_one_value_after_the_other)
{
    struct eg_bytes rest = OCTETS("\x02\x01\x05\x04\x00");
    struct eg_der value;
    cr_assert(eg_der_take(&rest, EG_DER_INTEGER, &value));
    cr_expect_eq(value.body.len, 1);
    cr_expect_eq(value.whole.len, 3);
    cr_expect_not(eg_der_take(&rest, EG_DER_INTEGER, &value));
    cr_assert(eg_der_take(&rest, EG_DER_OCTET_STRING, &value));
    cr_expect_eq(value.body.len, 0);
    cr_expect_not(eg_der_next(&rest, &value));
}

Test(der, refuses_lengths_that_are_not_der)
{
    refused(OCTETS(""));
    refused(OCTETS("\x04"));
    refused(OCTETS("\x04\x01"));
    refused(OCTETS("\x04\x80"));                     /* indefinite */
    refused(OCTETS("\x04\x81\x01\x00"));             /* short form would do */
    refused(OCTETS("\x04\x81"));                     /* cut */
    refused(OCTETS("\x04\x82\x00\x01\x00"));         /* padded */
    refused(OCTETS("\x04\x84\xff\xff\xff\xff\x00")); /* beyond the end */
    refused(OCTETS("\x04\x85\x01\x00\x00\x00\x00")); /* five octets of length */
    refused(OCTETS("\x04\xff"));
    refused(OCTETS("\x1f\x81\x01\x00")); /* tag of two octets */
    refused(OCTETS("\x00\x00"));         /* end of contents */
}

Test(der, knows_the_one_form_of_each_primitive)
{
    static const struct {
        const char *octets;
        size_t len;
        bool strict;
    } rows[] = {
        {"\x01\x01\xff", 3, true},
        {"\x01\x01\x01", 3, false},
        {"\x01\x00", 2, false},
        {"\x01\x02\x00\x00", 4, false},
        {"\x02\x01\x00", 3, true},
        {"\x02\x00", 2, false},
        {"\x02\x02\x00\x80", 4, true},
        {"\x02\x02\x00\x7f", 4, false},
        {"\x02\x02\xff\x7f", 4, true},
        {"\x02\x02\xff\x80", 4, false},
        {"\x03\x01\x00", 3, true},
        {"\x03\x01\x01", 3, false},
        {"\x03\x00", 2, false},
        {"\x03\x02\x04\xf0", 4, true},
        {"\x03\x02\x04\xf1", 4, false},
        {"\x03\x02\x08\x00", 4, false},
        {"\x05\x00", 2, true},
        {"\x05\x01\x00", 3, false},
        {"\x06\x01\x2a", 3, true},
        {"\x06\x00", 2, false},
        {"\x06\x01\x81", 3, false},
        {"\x06\x02\x80\x01", 4, false},
        {"\x06\x03\x2a\x80\x01", 5, false},
        {"\x0a\x01\x00", 3, true},
        {"\x0a\x02\x00\x01", 4, false},
        {"\x10\x00", 2, false},
        {"\x11\x00", 2, false},
        {"\x24\x02\x04\x00", 4, false},
        {"\x22\x00", 2, false}, /* in pieces */
        {"\x30\x00", 2, true},
        {"\x31\x00", 2, true},
        {"\x30\x01\x05", 3, false},
        {"\xa0\x02\x05\x00", 4, true},
        {"\xa0\x02\x05\x01", 4, false},
        {"\x80\x01\x00", 3, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eg_bytes octets = {(const uint8_t *)rows[i].octets, rows[i].len};
        cr_expect_eq(eg_der_strict(octets), rows[i].strict, "row %zu", i);
    }
}

Test(der, bounds_the_depth)
{
    for (size_t depth = 1; depth < 60; depth++) {
        uint8_t octets[120];
        for (size_t i = 0; i < depth; i++) {
            octets[2 * i] = EG_DER_SEQUENCE;
            octets[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        cr_expect_eq(eg_der_strict((struct eg_bytes){octets, 2 * depth}), depth <= 32, "%zu",
                     depth);
    }
}

Test(der, knows_the_order_of_a_set)
{
    cr_expect(eg_der_sorted(EG_BYTES_NONE));
    cr_expect(eg_der_sorted(OCTETS("\x02\x01\x05")));
    cr_expect(eg_der_sorted(OCTETS("\x02\x01\x05\x02\x01\x06\x04\x00")));
    cr_expect_not(eg_der_sorted(OCTETS("\x02\x01\x06\x02\x01\x05")));
    cr_expect_not(eg_der_sorted(OCTETS("\x02\x01\x05\x02\x01\x05")));
    cr_expect_not(eg_der_sorted(OCTETS("\x02\x01\x05\x02\x01")));
    cr_expect_not(eg_der_sorted(OCTETS("\x02")));
}

static bool reads_time(uint8_t tag, const char *text, int64_t *at_ms)
{
    struct eg_der value = {.tag = tag, .body = eg_bytes_of(text)};
    return eg_der_time(&value, at_ms);
}

Test(der, reads_times_of_both_forms)
{
    int64_t at_ms = 0;
    cr_assert(reads_time(EG_DER_UTC_TIME, "260101000000Z", &at_ms));
    cr_expect_eq(at_ms, 1767225600000LL);
    cr_assert(reads_time(EG_DER_UTC_TIME, "240229235959Z", &at_ms));
    cr_expect_eq(at_ms, 1709251199000LL);
    cr_assert(reads_time(EG_DER_UTC_TIME, "500101000000Z", &at_ms));
    cr_expect_eq(at_ms, -631152000000LL);
    cr_assert(reads_time(EG_DER_UTC_TIME, "491231235959Z", &at_ms));
    cr_expect_eq(at_ms, 2524607999000LL);
    cr_assert(reads_time(EG_DER_GENERALIZED_TIME, "20500101000000Z", &at_ms));
    cr_expect_eq(at_ms, 2524608000000LL);
}

Test(der, refuses_times_that_are_none)
{
    static const char *const utc[] = {"",
                                      "Z",
                                      "2601010000Z",
                                      "260101000000",
                                      "260101000000+0000",
                                      "26010100000 Z",
                                      "260001000000Z",
                                      "261301000000Z",
                                      "260100000000Z",
                                      "260132000000Z",
                                      "250229000000Z",
                                      "260101240000Z",
                                      "260101006000Z",
                                      "260101000060Z",
                                      "260101000000ZZ",
                                      "20260101000000Z"};
    static const char *const generalized[] = {"20260101000000Z",   "19500101000000Z",
                                              "20491231235959Z",   "2050010100000Z",
                                              "20500101000000.5Z", "21000229000000Z"};
    int64_t at_ms = 42;
    for (size_t i = 0; i < sizeof(utc) / sizeof(utc[0]); i++) {
        cr_expect_not(reads_time(EG_DER_UTC_TIME, utc[i], &at_ms), "%s", utc[i]);
    }
    for (size_t i = 0; i < sizeof(generalized) / sizeof(generalized[0]); i++) {
        cr_expect_not(reads_time(EG_DER_GENERALIZED_TIME, generalized[i], &at_ms), "%s",
                      generalized[i]);
    }
    cr_expect_not(reads_time(EG_DER_INTEGER, "260101000000Z", &at_ms));
    cr_expect_eq(at_ms, 42);
}
