/*
 * A sum too large for its type on purpose: the runner must report it.
 */
#include <criterion/criterion.h>
#include <limits.h>

Test(planted, adds_beyond_the_largest_number)
{
    volatile int most = INT_MAX;
    volatile int sum = most + 1;
    (void)sum;
}
