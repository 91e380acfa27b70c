/*
 * The floor of the bench in verify: it measures something, and refuses what makes no sense.
 */
#include "bench/floor_signature.h"

#include <criterion/criterion.h>

static struct eg_error err;

Test(floor, signature_check_takes_time)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_signature(&ns, 20, &err), EG_OK, "%s", err.text);
    cr_assert_gt(ns, 0);
}

Test(floor, signature_refuses_no_rounds)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_signature(&ns, 0, &err), EG_E_USAGE);
    cr_assert_eq(ns, -1);
}
