/*
 * The signed kinds and their eContentTypes.
 *
 * Each kind of signed text has an object identifier of its own below 2.25 (ITU-T X.667: the number
 * is a random UUID, made once), so that no signature over one kind can be taken for another's.
 * The numbers are part of the protocol: certs/README.md shows the same table to people.
 */
#include "verify/kinds.h"

#include <assert.h>

#define ROW(octets) octets, sizeof octets - 1

/* Text, dotted form, and the content octets of its DER form (a test compares the last two). */
static const struct kind {
    const char *text, *oid;
    const char *der;
    size_t der_len;
} kinds[EG_SIGNED_KIND_COUNT] = {
    [EG_SIGNED_REPORT] =
        {"report", "2.25.45383158873441005992149231461126019686",
         ROW("\x69\xc4\xa4\xbd\x9f\x94\xea\xe2\xb8\x83\xa4\xe3\xf7\xf4\xe2\x9a\xea\xb4\x66")},
    [EG_SIGNED_HELLO] =
        {"hello", "2.25.3399454501565749638589562860032511132",
         ROW("\x69\x85\x8e\xdb\x83\x82\xdf\xba\xb7\xbb\xa2\xad\x8e\xd9\xd8\xfa\xe1\x99\x1c")},
    [EG_SIGNED_WELCOME] =
        {"welcome", "2.25.314177361600597496230600680516341414195",
         ROW("\x69\x83\xd8\xdc\xad\xf7\xbe\xc8\xa2\xbf\xe3\xa4\x9f\xf8\x89\xd6\xf6\xfc\xf2\x33")},
    [EG_SIGNED_CARD] =
        {"card", "2.25.253642196388216487300036663391602433968",
         ROW("\x69\x82\xfd\xd1\xda\xf2\xca\xa2\xa2\x87\xed\xbd\x94\xf7\xa5\x83\xa2\xa5\xbf\x30")},
    [EG_SIGNED_DIRECTORY] =
        {"directory", "2.25.71955159112784848781318806709141936065",
         ROW("\x69\xec\xa2\x87\xcf\xe7\xf9\xff\xc5\x99\xd1\xbe\xb5\xa5\x8b\xc3\xfa\xaf\x41")},
    [EG_SIGNED_PACKAGE] =
        {"package", "2.25.31254218882552847556231476381842156861",
         ROW("\x69\xaf\x83\xab\xfd\xcc\xd0\xc3\xdf\xe7\xb5\xb0\x80\x9e\xf1\x91\xa0\xda\x3d")},
    [EG_SIGNED_ACKNOWLEDGEMENT] =
        {"acknowledgement", "2.25.229942048954231256383091002575517145310",
         ROW("\x69\x82\xd9\xfd\x9d\x93\xc5\xeb\xda\xa6\x9d\xa4\xe5\x87\x8d\xf2\x87\xd1\xb1\x5e")},
    [EG_SIGNED_KEY_STATEMENT] =
        {"key-statement", "2.25.19975657470650637469137555089630933738",
         ROW("\x69\x9e\x87\x95\xfc\xf8\x94\x92\x87\xf7\x92\xb4\xec\x97\xda\xb6\xce\xe5\x6a")},
    [EG_SIGNED_PACKAGE_STATE] =
        {"package-state", "2.25.65815794247956002452099680002837135600",
         ROW("\x69\xe3\x83\xd4\xcc\x8e\xbd\xc2\xa0\xa3\xb4\xcb\xcd\xb9\x81\xb1\x85\x81\x70")},
};

static const struct kind *kind_row(enum eg_signed_kind kind)
{
    assert((unsigned)kind < EG_SIGNED_KIND_COUNT);
    return &kinds[kind];
}

const char *eg_signed_kind_oid(enum eg_signed_kind kind)
{
    return kind_row(kind)->oid;
}

const char *eg_signed_kind_text(enum eg_signed_kind kind)
{
    return kind_row(kind)->text;
}

struct eg_bytes eg_signed_kind_der(enum eg_signed_kind kind)
{
    const struct kind *row = kind_row(kind);
    return (struct eg_bytes){(const uint8_t *)row->der, row->der_len};
}

bool eg_signed_kind_of(struct eg_bytes oid_der, enum eg_signed_kind *out)
{
    for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
        if (eg_bytes_equal(oid_der, eg_signed_kind_der(kind))) {
            *out = kind;
            return true;
        }
    }
    return false;
}
