/*
 * Cursors in text.
 */
#include "wire/message.h"

#include <criterion/criterion.h>

static void refuses(const char *text)
{
    struct eg_wire_cursor cursor = {7, 7};
    cr_assert(!eg_cursor_untext(eg_bytes_of(text), &cursor), "%s", text);
    cr_assert(cursor.index == 7 && cursor.number == 7, "output touched by %s", text);
}

Test(cursor, reads_and_writes_smallest_and_largest)
{
    static const char *const texts[] = {"0.0", "0.1", "17.1", "18446744073709551615.4294967295"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct eg_wire_cursor cursor = {0, 0};
        char again[EG_CURSOR_TEXT_MAX] = "";
        cr_assert(eg_cursor_untext(eg_bytes_of(texts[i]), &cursor));
        eg_cursor_text(&cursor, again);
        cr_assert_str_eq(again, texts[i]);
    }
}

Test(cursor, refuses_what_is_not_two_numbers)
{
    static const char *const flawed[] = {"",     ".",    "1",    "1.",    ".1",    "1.2.3", "1,2",
                                         "01.1", "1.01", "-1.1", "1.-1",  "+1.1",  " 1.1",  "1.1 ",
                                         "1 .1", "a.1",  "1.a",  "0x1.1", "1.1\n", "1e3.1"};
    for (size_t i = 0; i < sizeof flawed / sizeof *flawed; i++) {
        refuses(flawed[i]);
    }
}

Test(cursor, refuses_numbers_one_over)
{
    refuses("18446744073709551616.0");
    refuses("0.4294967296");
}

Test(cursor, orders_by_index_then_number)
{
    struct eg_wire_cursor a = {1, 9};
    struct eg_wire_cursor b = {2, 1};
    struct eg_wire_cursor c = {2, 2};
    cr_assert_eq(eg_cursor_compare(&a, &b), -1);
    cr_assert_eq(eg_cursor_compare(&c, &b), 1);
    cr_assert_eq(eg_cursor_compare(&b, &b), 0);
}
