/*
 * What two receipts of one log may say together, and what no honest log says.
 */
#include "proof/heads.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_receipt receipt(uint64_t index, uint64_t size, uint8_t root, int64_t at_ms)
{
    struct eg_receipt out = {.index = index};
    out.checkpoint.size = size;
    out.checkpoint.root.octets[0] = root;
    out.entry.recorded_at_ms = at_ms;
    return out;
}

static enum eg_heads_relation compare(struct eg_receipt held, struct eg_receipt seen)
{
    const char *why = "untouched";
    enum eg_heads_relation relation = eg_heads_compare(&why, &held, &seen);
    cr_assert_eq(why != NULL, relation == EG_HEADS_CONTRADICTION);
    return relation;
}

Test(heads, takes_a_larger_tree_recorded_later_as_newer)
{
    cr_assert_eq(compare(receipt(3, 4, 1, 100), receipt(4, 5, 2, 200)), EG_HEADS_NEWER);
    cr_assert_eq(compare(receipt(3, 4, 1, 100), receipt(4, 5, 2, 100)), EG_HEADS_NEWER);
}

Test(heads, takes_an_older_receipt_given_again)
{
    cr_assert_eq(compare(receipt(4, 5, 2, 200), receipt(3, 4, 1, 100)), EG_HEADS_OLDER);
    cr_assert_eq(compare(receipt(4, 5, 2, 200), receipt(3, 4, 1, 200)), EG_HEADS_OLDER);
}

Test(heads, takes_two_receipts_of_one_batch_as_the_same_tree)
{
    cr_assert_eq(compare(receipt(3, 5, 2, 200), receipt(4, 5, 2, 200)), EG_HEADS_SAME);
    cr_assert_eq(compare(receipt(3, 5, 2, 200), receipt(3, 5, 2, 200)), EG_HEADS_SAME);
}

Test(heads, refuses_two_roots_of_one_size)
{
    cr_assert_eq(compare(receipt(3, 5, 2, 200), receipt(4, 5, 3, 200)), EG_HEADS_CONTRADICTION);
    cr_assert_eq(compare(receipt(3, 5, 2, 200), receipt(4, 5, 3, 300)), EG_HEADS_CONTRADICTION);
    cr_assert_eq(compare(receipt(3, 5, 2, 200), receipt(3, 5, 3, 100)), EG_HEADS_CONTRADICTION);
}

Test(heads, refuses_what_was_recorded_later_over_a_smaller_tree)
{
    cr_assert_eq(compare(receipt(4, 5, 2, 200), receipt(3, 4, 1, 201)), EG_HEADS_CONTRADICTION);
    cr_assert_eq(compare(receipt(4, 5, 2, 200), receipt(0, 1, 1, 999)), EG_HEADS_CONTRADICTION);
}

Test(heads, refuses_a_larger_tree_that_was_recorded_earlier)
{
    cr_assert_eq(compare(receipt(3, 4, 1, 201), receipt(4, 5, 2, 200)), EG_HEADS_CONTRADICTION);
}

Test(heads, refuses_two_entries_under_one_index)
{
    struct eg_receipt held = receipt(3, 4, 1, 100), seen = receipt(3, 6, 2, 200);
    eg_buf_init(&held.entry_text, 16);
    eg_buf_init(&seen.entry_text, 16);
    eg_buf_text(&held.entry_text, "one");
    eg_buf_text(&seen.entry_text, "other");
    cr_assert_eq(compare(held, seen), EG_HEADS_CONTRADICTION);
    cr_assert_eq(compare(held, held), EG_HEADS_SAME);
    eg_buf_done(&held.entry_text);
    eg_buf_done(&seen.entry_text);
}
