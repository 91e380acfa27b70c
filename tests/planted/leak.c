/*
 * A leak on purpose: criterion calls this test passed, so the runner must find the sanitizer's or
 * valgrind's report by itself. If it does not, "no leaks" means nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void *volatile forgotten;

Test(planted, leaks_one_block)
{
    forgotten = malloc(4321);
    cr_assert_not_null(forgotten);
    memset(forgotten, 1, 4321);
    forgotten = NULL;
}
