/*
 * The clock, and the one that tests fix.
 */
#include "base/clock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

Test(clock, is_the_wall_clock_of_the_system)
{
    unsetenv("EMGATE_TEST_CLOCK");
    int64_t before_ms = (int64_t)time(NULL) * 1000;
    int64_t now_ms = eg_clock_wall_ms();
    cr_assert_geq(now_ms, before_ms);
    cr_assert_leq(now_ms, before_ms + 60000);
}

Test(clock, can_be_fixed_by_a_test)
{
    setenv("EMGATE_TEST_CLOCK", "2026-11-23T22:30:00.123Z", 1);
    cr_assert_eq(eg_clock_wall_ms(), 1795473000123);
    cr_assert_eq(eg_clock_wall_ms(), 1795473000123);
}

Test(clock, a_fixed_time_that_is_none_ends_the_test, .signal = SIGABRT)
{
    setenv("EMGATE_TEST_CLOCK", "yesterday", 1);
    (void)eg_clock_wall_ms();
}

static void move_by(const char *path, const char *text)
{
    FILE *file = fopen(path, "w"); /* a test's own file */
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

Test(clock, can_be_moved_while_it_runs)
{
    char setting[] = "@/tmp/emgate clock XXXXXX";
    int fd = mkstemp(setting + 1);
    cr_assert_geq(fd, 0);
    close(fd);
    setenv("EMGATE_TEST_CLOCK", setting, 1);
    move_by(setting + 1, "86400000\n");
    cr_expect_not(eg_clock_is_fixed());
    cr_expect_geq(eg_clock_wall_ms(), (int64_t)time(NULL) * 1000 + 86400000 - 60000);
    move_by(setting + 1, "-86400000");
    cr_expect_leq(eg_clock_wall_ms(), (int64_t)time(NULL) * 1000 - 86400000 + 60000);
    unlink(setting + 1);
}

Test(clock, that_is_to_be_moved_by_no_file_ends_the_test, .signal = SIGABRT)
{
    setenv("EMGATE_TEST_CLOCK", "@/tmp/emgate/there/is/none", 1);
    (void)eg_clock_wall_ms();
}

Test(clock, never_runs_backwards_since_boot)
{
    int64_t before_ms = eg_clock_boot_ms();
    int64_t thread_ns = eg_clock_thread_ns();
    int64_t process_ns = eg_clock_process_ns();
    cr_assert_geq(eg_clock_boot_ms(), before_ms);
    cr_assert_geq(eg_clock_thread_ns(), thread_ns);
    cr_assert_geq(eg_clock_process_ns(), process_ns);
}
