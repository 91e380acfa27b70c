/*
 * Views and bounded buffers.
 */
#include "base/bytes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(bytes, a_missing_string_is_an_empty_view)
{
    cr_assert_eq(eg_bytes_of(NULL).len, 0);
    cr_assert_eq(eg_bytes_of("").len, 0);
    cr_assert(eg_bytes_equal(EG_BYTES_NONE, eg_bytes_of("")));
}

Test(bytes, equality_looks_at_every_octet_and_the_length)
{
    cr_assert(eg_bytes_is(eg_bytes_of("abc"), "abc"));
    cr_assert_not(eg_bytes_is(eg_bytes_of("abc"), "abd"));
    cr_assert_not(eg_bytes_is(eg_bytes_of("abc"), "ab"));
    cr_assert_not(eg_bytes_is(eg_bytes_of("abc"), "abcd"));
}

Test(bytes, a_copy_ends_in_zero)
{
    char *copy = eg_bytes_dup((struct eg_bytes){(const uint8_t *)"abcdef", 3});
    cr_assert_str_eq(copy, "abc");
    free(copy);
    copy = eg_bytes_dup(EG_BYTES_NONE);
    cr_assert_str_eq(copy, "");
    free(copy);
}

Test(buf, takes_exactly_its_ceiling)
{
    struct eg_buf buf;
    struct eg_error err = {0};

    eg_buf_init(&buf, 4);
    eg_buf_text(&buf, "abcd");
    cr_assert_eq(eg_buf_ok(&buf, "test", &err), EG_OK);
    cr_assert_eq(buf.len, 4);
    cr_assert_eq(buf.data[4], 0);
    eg_buf_done(&buf);
}

Test(buf, refuses_one_octet_over_its_ceiling)
{
    struct eg_buf buf;
    struct eg_error err = {0};

    eg_buf_init(&buf, 4);
    eg_buf_text(&buf, "abc");
    eg_buf_text(&buf, "de");
    cr_assert_eq(eg_buf_ok(&buf, "test", &err), EG_E_LIMIT);
    cr_assert_str_eq(err.where, "test");
    cr_assert_eq(buf.len, 3, "a refused append leaves nothing behind");
    eg_buf_done(&buf);
}

Test(buf, stays_refused_after_the_first_refusal)
{
    struct eg_buf buf;
    struct eg_error err = {0};

    eg_buf_init(&buf, 4);
    eg_buf_text(&buf, "abcde");
    eg_buf_char(&buf, 'x');
    cr_assert_eq(buf.len, 0);
    cr_assert_null(eg_buf_reserve(&buf, 1));
    cr_assert_eq(eg_buf_ok(&buf, "test", &err), EG_E_LIMIT);
    eg_buf_reset(&buf);
    eg_buf_char(&buf, 'x');
    cr_assert_eq(eg_buf_ok(&buf, "test", &err), EG_OK);
    eg_buf_done(&buf);
}

Test(buf, of_ceiling_zero_holds_nothing)
{
    struct eg_buf buf;

    eg_buf_init(&buf, 0);
    eg_buf_text(&buf, "");
    cr_assert_not(buf.failed);
    eg_buf_char(&buf, 'x');
    cr_assert(buf.failed);
    eg_buf_done(&buf);
}

Test(buf, refuses_a_length_that_would_overflow)
{
    struct eg_buf buf;

    eg_buf_init(&buf, SIZE_MAX);
    eg_buf_char(&buf, 'x');
    cr_assert_null(eg_buf_reserve(&buf, SIZE_MAX));
    cr_assert_null(eg_buf_reserve(&buf, SIZE_MAX - 1));
    cr_assert(buf.failed);
    eg_buf_done(&buf);
}

Test(buf, grows_through_many_small_appends)
{
    struct eg_buf buf;

    eg_buf_init(&buf, 100000);
    for (int i = 0; i < 10000; i++) {
        eg_buf_format(&buf, "%d", i % 10);
    }
    cr_assert_not(buf.failed);
    cr_assert_eq(buf.len, 10000);
    cr_assert_eq(strlen((char *)buf.data), 10000);
    cr_assert_eq(memcmp(buf.data + 9990, "0123456789", 10), 0);
    eg_buf_done(&buf);
}

Test(buf, format_over_the_ceiling_leaves_the_text_before)
{
    struct eg_buf buf;

    eg_buf_init(&buf, 8);
    eg_buf_text(&buf, "abc");
    eg_buf_format(&buf, "%s", "0123456789");
    cr_assert(buf.failed);
    cr_assert_str_eq((char *)buf.data, "abc");
    eg_buf_done(&buf);
}

Test(buf, tells_the_refusal_of_a_text_form)
{
    struct eg_buf buf;
    struct eg_error err = {0};

    eg_buf_init(&buf, 8);
    eg_buf_refuse(&buf, EG_E_FORMAT);
    eg_buf_refuse(&buf, EG_E_NOMEM); /* the first counts */
    cr_assert_eq(eg_buf_ok(&buf, "test", &err), EG_E_FORMAT);
    eg_buf_done(&buf);
}

Test(buf, wiped_is_empty_and_usable)
{
    struct eg_buf buf;

    eg_buf_init(&buf, 8);
    eg_buf_text(&buf, "secret");
    eg_buf_wipe(&buf);
    cr_assert_null(buf.data);
    cr_assert_eq(buf.len, 0);
    eg_buf_text(&buf, "new");
    cr_assert_str_eq((char *)buf.data, "new");
    eg_buf_done(&buf);
}
