/*
 * The line form "emgate <kind> 1".
 */
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static int walk(const char *text, size_t len)
{
    struct eg_lines lines;
    int next = 0;

    if (!eg_lines_start(&lines, (struct eg_bytes){(const uint8_t *)text, len}, "test")) {
        return -2;
    }
    while ((next = eg_lines_next(&lines)) == 1) {
    }
    return next;
}

Test(lines, writes_and_reads_back)
{
    struct eg_buf out;
    struct eg_buf value;
    struct eg_lines lines;
    struct eg_bytes got = EG_BYTES_NONE;

    eg_buf_init(&out, 1000);
    eg_buf_init(&value, 100);
    eg_lines_begin(&out, "test");
    eg_lines_put(&out, "plain", eg_bytes_of("two words"));
    eg_lines_put(&out, "escaped", eg_bytes_of("a\\b\nc\n"));
    eg_lines_put(&out, "empty", EG_BYTES_NONE);
    eg_lines_putf(&out, "n-1", "%d\n", 42);
    cr_assert_str_eq((char *)out.data, "emgate test 1\nplain two words\nescaped a\\\\b\\nc\\n\n"
                                       "empty \nn-1 42\\n\n");
    cr_assert(eg_lines_start(&lines, eg_bytes_view(&out), "test"));
    cr_assert(eg_lines_expect(&lines, "plain", &got));
    cr_assert(eg_bytes_is(got, "two words"));
    cr_assert(eg_lines_expect(&lines, "escaped", &got));
    cr_assert(eg_lines_unescape(got, &value));
    cr_assert(eg_bytes_is(eg_bytes_view(&value), "a\\b\nc\n"));
    cr_assert(eg_lines_expect(&lines, "empty", &got));
    cr_assert_eq(got.len, 0);
    cr_assert_eq(eg_lines_next(&lines), 1);
    cr_assert_eq(lines.number, 5);
    cr_assert_eq(eg_lines_next(&lines), 0);
    eg_buf_done(&value);
    eg_buf_done(&out);
}

Test(lines, refuses_another_first_line)
{
    const char *const wrong[] = {"",
                                 "emgate test 1",
                                 "emgate test 2\n",
                                 "emgate other 1\n",
                                 "emgate  test 1\n",
                                 " emgate test 1\n",
                                 "emgate test 1 \n",
                                 "emgate test 1\r\n",
                                 "\xEF\xBB\xBF"
                                 "emgate test 1\n",
                                 "\nemgate test 1\n"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(walk(wrong[i], strlen(wrong[i])), -2, "case %zu", i);
    }
}

Test(lines, refuses_malformed_lines)
{
    const char *const wrong[] = {"key value",   "key\n",          "\n",           " value\n",
                                 "Key value\n", "k_y value\n",    "key\tvalue\n", "key value\r\n",
                                 "key a\tb\n",  "key \\\n",       "key \\x\n",    "key a\\\n",
                                 "key \xFF\n",  "key \xC2\x85\n", "k\xC3\xA4 v\n"};
    char text[64];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int len = snprintf(text, sizeof(text), "emgate test 1\ngood one\n%s", wrong[i]);
        cr_assert_eq(walk(text, (size_t)len), -1, "case %zu", i);
    }
    cr_assert_eq(walk("emgate test 1\nkey a\0b\n", 22), -1, "a zero octet");
}

Test(lines, expects_the_very_key)
{
    struct eg_lines lines;
    struct eg_bytes got = EG_BYTES_NONE;

    cr_assert(eg_lines_start(&lines, eg_bytes_of("emgate test 1\nkey v\n"), "test"));
    cr_assert_not(eg_lines_expect(&lines, "ke", &got));
    cr_assert_eq(got.len, 0);
    cr_assert_not(eg_lines_expect(&lines, "key", &got), "the text has ended");
}

Test(lines, a_value_that_has_no_form_is_refused_when_written)
{
    const char *const wrong[] = {"a\tb", "\x1b", "\xFF", "\r\n"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct eg_buf out;
        struct eg_error err = {0};
        eg_buf_init(&out, 100);
        eg_lines_put(&out, "key", eg_bytes_of(wrong[i]));
        cr_assert_eq(eg_buf_ok(&out, "test", &err), EG_E_FORMAT, "case %zu", i);
        eg_buf_done(&out);
    }
}

Test(lines, a_long_formatted_value_is_written_whole)
{
    struct eg_buf out;
    char text[2001];

    memset(text, 'x', 2000);
    text[2000] = '\0';
    eg_buf_init(&out, 4000);
    eg_lines_putf(&out, "key", "%s", text);
    cr_assert_eq(out.len, 4 + 2000 + 1);
    eg_buf_done(&out);
}

Test(lines, unescape_refuses_a_lone_backslash)
{
    struct eg_buf out;

    eg_buf_init(&out, 100);
    cr_assert_not(eg_lines_unescape(eg_bytes_of("a\\"), &out));
    cr_assert_not(eg_lines_unescape(eg_bytes_of("\\t"), &out));
    cr_assert_eq(out.len, 0);
    eg_buf_done(&out);
}
