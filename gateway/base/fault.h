/*
 * Named points at which a test may make something fail. In builds without EG_TEST_HOOKS they cost
 * nothing and can not be switched on.
 *
 * EMGATE_TEST_FAULT="name:n[:errno]" makes the n-th pass (from 1) through point `name` fail with
 * that errno (default EIO); "name:n:kill" ends the process there with SIGKILL.
 */
#ifndef EG_BASE_FAULT_H
#define EG_BASE_FAULT_H

#ifdef EG_TEST_HOOKS
int eg_fault(const char *point); /* 0, or the errno to fail with */
#else
static inline int eg_fault(const char *point)
{
    (void)point;
    return 0;
}
#endif

#endif
