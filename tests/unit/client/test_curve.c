/*
 * CURVE key pairs.
 */
#include "client/curve.h"

#include <criterion/criterion.h>
#include <string.h>

Test(curve, makes_pairs_that_differ_and_belong_together)
{
    char public_a[41] = "", secret_a[41] = "", public_b[41] = "", secret_b[41] = "", again[41] = "";
    cr_assert_eq(eg_curve_new(public_a, secret_a, NULL), EG_OK);
    cr_assert_eq(eg_curve_new(public_b, secret_b, NULL), EG_OK);
    cr_assert_str_neq(public_a, public_b);
    cr_assert_eq(strlen(public_a), 40);
    cr_assert_eq(strlen(secret_a), 40);
    cr_assert_eq(eg_curve_public(again, secret_a, NULL), EG_OK);
    cr_assert_str_eq(again, public_a);
}

Test(curve, refuses_what_is_no_secret_key_and_leaves_the_output_alone)
{
    static const char *const flawed[] = {
        "",
        "short",
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c",   /* 39 */
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%csx", /* 41 */
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c\\", /* not of the alphabet */
        "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR c\n"};
    for (size_t i = 0; i < sizeof flawed / sizeof *flawed; i++) {
        char public_key[41] = "untouched";
        struct eg_error err = {.status = EG_OK};
        cr_assert_eq(eg_curve_public(public_key, flawed[i], &err), EG_E_FORMAT, "%s", flawed[i]);
        cr_assert_str_eq(public_key, "untouched");
        cr_assert_neq(err.text[0], '\0');
    }
}
