/*
 * Text inside JSON and XML; the nearest word.
 */
#include "base/text.h"

#include <criterion/criterion.h>

static void check(void (*put)(struct eg_buf *, struct eg_bytes), const char *text,
                  const char *wanted)
{
    struct eg_buf out;

    eg_buf_init(&out, 200);
    put(&out, eg_bytes_of(text));
    cr_assert(eg_bytes_is(eg_bytes_view(&out), wanted), "%s", (char *)out.data);
    eg_buf_done(&out);
}

Test(json, stays_inside_the_string)
{
    check(eg_text_json, "", "\"\"");
    check(eg_text_json, "a\"b\\c", "\"a\\\"b\\\\c\"");
    check(eg_text_json, "\n\t\r\x01\x7f\xC2\x85", "\"\\n\\t\\u000d\\u0001\\u007f\\u0085\"");
    check(eg_text_json, "\xC3\xA4\xF0\x9F\x8C\xAB", "\"\xC3\xA4\xF0\x9F\x8C\xAB\"");
    check(eg_text_json, "\xFF\xC3", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

Test(json, keeps_a_zero_octet_inside)
{
    struct eg_buf out;

    eg_buf_init(&out, 200);
    eg_text_json(&out, (struct eg_bytes){(const uint8_t *)"a\0b", 3});
    cr_assert(eg_bytes_is(eg_bytes_view(&out), "\"a\\u0000b\""));
    eg_buf_done(&out);
}

Test(xml, stays_inside_content_and_attribute)
{
    check(eg_text_xml, "<a b=\"c\" d='e'>&", "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
    check(eg_text_xml, "]]>", "]]&gt;");
    check(eg_text_xml, "\t\n\r", "&#9;&#10;&#13;");
    check(eg_text_xml, "\x01\x1f\xEF\xBF\xBE", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    check(eg_text_xml, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

Test(nearest, finds_a_misspelt_word)
{
    const char *const words[] = {"archive", "directory", "origin", "workers"};

    cr_assert_str_eq(eg_text_nearest("archiv", words, 4), "archive");
    cr_assert_str_eq(eg_text_nearest("dierctory", words, 4), "directory");
    cr_assert_str_eq(eg_text_nearest("origin", words, 4), "origin");
    cr_assert_str_eq(eg_text_nearest("wokrer", words, 4), "workers");
}

Test(nearest, names_nothing_that_is_not_near)
{
    const char *const words[] = {"archive", "go"};
    char long_word[200];

    cr_assert_null(eg_text_nearest("", words, 2));
    cr_assert_null(eg_text_nearest("xy", words, 2), "no letter in common");
    cr_assert_null(eg_text_nearest("arcxxxx", words, 2));
    cr_assert_null(eg_text_nearest("archive", words, 0));
    for (size_t i = 0; i < sizeof(long_word); i++) {
        long_word[i] = 'a';
    }
    long_word[sizeof(long_word) - 1] = '\0';
    cr_assert_null(eg_text_nearest(long_word, words, 2));
}
