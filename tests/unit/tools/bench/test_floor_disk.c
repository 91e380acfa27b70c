/*
 * The floor of the bench in archive: it measures something, and refuses what makes no sense.
 */
#include "bench/floor_disk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static struct eg_error err;
static char path[64];

static void name_file(void)
{
    snprintf(path, sizeof(path), "/tmp/emgate-floor-%ld", (long)getpid());
}
TestSuite(floor, .init = name_file);

Test(floor, write_takes_time_and_leaves_nothing)
{
    struct eg_floor_time time = {-1, -1};
    cr_assert_eq(eg_floor_write(&time, path, eg_bytes_of("octets"), 10, 4, &err), EG_OK);
    cr_assert_gt(time.cpu_ns, 0);
    cr_assert_gt(time.wall_ns, 0);
    cr_assert_neq(access(path, F_OK), 0);
}

Test(floor, write_refuses_a_file_that_is_there)
{
    struct eg_floor_time time = {-1, -1};
    cr_assert_eq(eg_floor_write(&time, "/etc/passwd", eg_bytes_of("octets"), 10, 4, &err),
                 EG_E_EXISTS);
    cr_assert_eq(access("/etc/passwd", F_OK), 0);
    cr_assert_eq(time.cpu_ns, -1);
}

Test(floor, write_refuses_no_rounds_and_no_batch)
{
    struct eg_floor_time time = {-1, -1};
    cr_assert_eq(eg_floor_write(&time, path, eg_bytes_of("x"), 0, 4, &err), EG_E_USAGE);
    cr_assert_eq(eg_floor_write(&time, path, eg_bytes_of("x"), 4, 0, &err), EG_E_USAGE);
}
