/*
 * The table of kinds agrees with itself, with OpenSSL, and with what certs/README.md tells people.
 */
#include "base/file.h"
#include "base/limits.h"
#include "verify/kinds.h"

#include <criterion/criterion.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <string.h>

Test(kinds, have_octets_that_are_their_dotted_form)
{
    for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
        ASN1_OBJECT *oid = OBJ_txt2obj(eg_signed_kind_oid(kind), 1);
        cr_assert_not_null(oid, "%s", eg_signed_kind_oid(kind));
        struct eg_bytes octets = {OBJ_get0_data(oid), OBJ_length(oid)};
        cr_expect(eg_bytes_equal(octets, eg_signed_kind_der(kind)), "%s",
                  eg_signed_kind_text(kind));
        ASN1_OBJECT_free(oid);
    }
}

Test(kinds, are_told_apart)
{
    enum eg_signed_kind found;
    for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
        cr_assert(eg_signed_kind_of(eg_signed_kind_der(kind), &found));
        cr_expect_eq(found, kind);
        for (enum eg_signed_kind other = 0; other < kind; other++) {
            cr_expect_str_neq(eg_signed_kind_text(kind), eg_signed_kind_text(other));
        }
    }
    struct eg_bytes cut = eg_signed_kind_der(EG_SIGNED_REPORT);
    cut.len--;
    cr_expect_not(eg_signed_kind_of(cut, &found));
    cr_expect_not(eg_signed_kind_of(EG_BYTES_NONE, &found));
}

Test(kinds, stand_in_the_readme)
{
    struct eg_buf readme;
    struct eg_error err = {0};
    eg_buf_init(&readme, EG_MIB);
    cr_assert_eq(eg_file_read(&readme, "certs/README.md", &err), EG_OK, "%s", err.text);
    for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
        char row[200];
        snprintf(row, sizeof(row), "| %s | `%s` |", eg_signed_kind_text(kind),
                 eg_signed_kind_oid(kind));
        cr_expect_not_null(strstr((const char *)readme.data, row), "%s", row);
    }
    eg_buf_done(&readme);
}
