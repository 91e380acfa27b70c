/*
 * A read behind the end of a heap block on purpose: the runner must report it.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

static char *volatile block;
static volatile size_t end = 8;
static volatile char behind;

Test(planted, reads_behind_a_block)
{
    block = calloc(8, 1);
    cr_assert_not_null(block);
    behind = block[end];
    free(block);
}
