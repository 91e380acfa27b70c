/*
 * Fault points: the named pass fails and no other.
 */
#include "base/fault.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

static void tear_down(void)
{
    unsetenv("EMGATE_TEST_FAULT");
}

TestSuite(fault, .fini = tear_down);

Test(fault, nothing_fails_unless_asked)
{
    cr_assert_eq(eg_fault("a"), 0);
    setenv("EMGATE_TEST_FAULT", "", 1);
    cr_assert_eq(eg_fault("a"), 0);
}

Test(fault, the_named_pass_fails_once)
{
    setenv("EMGATE_TEST_FAULT", "a:2:ENOSPC", 1);
    cr_assert_eq(eg_fault("a"), 0);
    cr_assert_eq(eg_fault("b"), 0, "another point does not count");
    cr_assert_eq(eg_fault("a"), ENOSPC);
    cr_assert_eq(eg_fault("a"), 0);
}

Test(fault, gives_eio_or_the_number_asked_for)
{
    setenv("EMGATE_TEST_FAULT", "a:1", 1);
    cr_assert_eq(eg_fault("a"), EIO);
    setenv("EMGATE_TEST_FAULT", "a:1:13", 1);
    cr_assert_eq(eg_fault("a"), EACCES, "a new setting counts anew");
}

Test(fault, ends_the_process_when_asked_to, .signal = SIGKILL)
{
    setenv("EMGATE_TEST_FAULT", "a:1:kill", 1);
    (void)eg_fault("a");
}

Test(fault, a_setting_that_means_nothing_ends_the_test, .signal = SIGABRT)
{
    setenv("EMGATE_TEST_FAULT", "a:0", 1);
    (void)eg_fault("a");
}

Test(fault, an_unknown_errno_ends_the_test, .signal = SIGABRT)
{
    setenv("EMGATE_TEST_FAULT", "a:1:ENOSUCH", 1);
    (void)eg_fault("a");
}
