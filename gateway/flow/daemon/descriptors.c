/*
 * Two system calls do it: containers often forbid the older one, old kernels lack the newer one.
 */
#include "flow/daemon/descriptors.h"

#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <unistd.h>

bool eg_descriptors_own(void)
{
#if defined(__SANITIZE_THREAD__)
    return true; /* the sanitizer takes equal numbers in two tables for one descriptor */
#else
    return close_range(UINT_MAX, UINT_MAX, CLOSE_RANGE_UNSHARE) == 0 || unshare(CLONE_FILES) == 0;
#endif
}
