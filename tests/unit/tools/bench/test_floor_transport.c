/*
 * The floor of the bench in client: it measures something, and refuses what makes no sense.
 */
#include "bench/floor_transport.h"

#include <criterion/criterion.h>

static struct eg_error err;

Test(floor, transport_takes_time)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_transport(&ns, 1000, 100, 200, &err), EG_OK, "%s", err.text);
    cr_assert_gt(ns, 0);
}

Test(floor, transport_takes_empty_messages)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_transport(&ns, 0, 0, 10, &err), EG_OK, "%s", err.text);
    cr_assert_gt(ns, 0);
}

Test(floor, transport_refuses_no_rounds)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_transport(&ns, 10, 10, 0, &err), EG_E_USAGE);
    cr_assert_eq(ns, -1);
}
