/*
 * The floor of the bench in assess: it measures something, and refuses what makes no sense.
 */
#include "bench/floor_engine.h"

#include <criterion/criterion.h>

static struct eg_error err;

Test(floor, parse_takes_time)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_parse(&ns, eg_bytes_of("<a><b>text</b></a>"), 50, &err), EG_OK);
    cr_assert_gt(ns, 0);
}

Test(floor, parse_refuses_what_is_not_well_formed)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_parse(&ns, eg_bytes_of("<a><b></a>"), 50, &err), EG_E_FORMAT);
    cr_assert_eq(ns, -1);
}

Test(floor, parse_refuses_nothing)
{
    int64_t ns = -1;
    cr_assert_eq(eg_floor_parse(&ns, eg_bytes_of(""), 50, &err), EG_E_FORMAT);
    cr_assert_eq(eg_floor_parse(&ns, eg_bytes_of("<a/>"), 0, &err), EG_E_USAGE);
    cr_assert_eq(ns, -1);
}
