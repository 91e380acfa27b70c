/*
 * CURVE key pairs.
 */
#include "client/curve.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zmq.h>

Test(curve, makes_pairs_that_differ_and_belong_together)
{
    char public_a[41] = "", secret_a[41] = "", public_b[41] = "", secret_b[41] = "", again[41] = "";
    cr_assert_eq(eg_curve_new(public_a, secret_a, NULL), EG_OK);
    cr_assert_eq(eg_curve_new(public_b, secret_b, NULL), EG_OK);
    cr_assert_str_neq(public_a, public_b);
    cr_assert_eq(strlen(public_a), 40);
    cr_assert_eq(strlen(secret_a), 40);
    cr_assert_eq(zmq_curve_public(again, secret_a), 0);
    cr_assert_str_eq(again, public_a);
}
