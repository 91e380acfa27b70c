/*
 * Strict readers: each takes the one form that its writer makes and nothing else.
 */
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_bytes octets(const char *data, size_t len)
{
    return (struct eg_bytes){(const uint8_t *)data, len};
}

/* ---- numbers ------------------------------------------------------------------------------- */

Test(number, reads_the_smallest_and_the_largest)
{
    uint64_t number = 7;

    cr_assert(eg_text_u64(eg_bytes_of("0"), UINT64_MAX, &number));
    cr_assert_eq(number, 0);
    cr_assert(eg_text_u64(eg_bytes_of("18446744073709551615"), UINT64_MAX, &number));
    cr_assert_eq(number, UINT64_MAX);
    cr_assert(eg_text_u64(eg_bytes_of("10"), 10, &number));
}

Test(number, refuses_every_other_form_and_leaves_the_output)
{
    const char *const wrong[] = {"",
                                 "00",
                                 "01",
                                 "-1",
                                 "+1",
                                 " 1",
                                 "1 ",
                                 "1.0",
                                 "1e3",
                                 "0x1",
                                 "١",
                                 "1\n",
                                 "a",
                                 "18446744073709551616",
                                 "99999999999999999999999",
                                 "184467440737095516150"};
    uint64_t number = 7;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_u64(eg_bytes_of(wrong[i]), UINT64_MAX, &number), "%s", wrong[i]);
    }
    cr_assert_not(eg_text_u64(eg_bytes_of("11"), 10, &number), "one over the maximum");
    cr_assert_not(eg_text_u64(octets("1\0", 2), 10, &number));
    cr_assert_eq(number, 7);
}

/* ---- tokens and clean text ------------------------------------------------------------------ */

Test(token, takes_identities_up_to_the_length)
{
    cr_assert(eg_text_token(eg_bytes_of("a"), 1));
    cr_assert(eg_text_token(eg_bytes_of("A9._:/@+-"), 9));
    cr_assert(eg_text_token(eg_bytes_of("sha256:00ff"), 128));
}

Test(token, refuses_what_could_be_mistaken)
{
    const char *const wrong[] = {"",    "-a",  ".a",  "_a",       "/a",
                                 "a b", "a\n", "a\\", "\xC3\xA4", "a,b"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_token(eg_bytes_of(wrong[i]), 128), "%s", wrong[i]);
    }
    cr_assert_not(eg_text_token(eg_bytes_of("abc"), 2), "one over the length");
    cr_assert_not(eg_text_token(octets("a\0b", 3), 128));
}

Test(clean, takes_all_planes_of_unicode)
{
    cr_assert(eg_text_clean(EG_BYTES_NONE));
    cr_assert(eg_text_clean(eg_bytes_of("ab ~")));
    cr_assert(
        eg_text_clean(eg_bytes_of("\xC2\xA0\xC3\xA4\xE2\x80\x94\xF0\x9F\x8C\xAB\xF4\x8F\xBF\xBF")));
}

Test(clean, refuses_controls_and_malformed_utf8)
{
    const char *const wrong[] = {"\n",
                                 "\t",
                                 "\x1b",
                                 "\x7f",
                                 "\xC2\x80",
                                 "\xC2\x9F",
                                 "\x80",
                                 "\xC3",
                                 "\xC3(",
                                 "\xC0\xAF",
                                 "\xC1\xBF",
                                 "\xE0\x80\xAF",
                                 "\xE2\x82",
                                 "\xED\xA0\x80",
                                 "\xF0\x80\x80\x80",
                                 "\xF4\x90\x80\x80",
                                 "\xF5\x80\x80\x80",
                                 "\xFE",
                                 "\xFF"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_clean(eg_bytes_of(wrong[i])), "case %zu", i);
    }
    cr_assert_not(eg_text_clean(octets("a\0", 2)));
}

Test(line, is_made_fit_for_people)
{
    char out[8];

    eg_text_line(out, sizeof(out), "a\nb\xFF");
    cr_assert_str_eq(out, "a?b?");
    eg_text_line(out, sizeof(out), "123456\xC3\xA4");
    cr_assert_str_eq(out, "123456", "cut before a whole character");
    eg_text_line(out, 1, "abc");
    cr_assert_str_eq(out, "");
}

/* ---- hex and base64 -------------------------------------------------------------------------- */

Test(hex, goes_there_and_back)
{
    struct eg_buf out;
    uint8_t back[3];

    eg_buf_init(&out, 6);
    eg_text_hex(&out, octets("\x00\xab\xff", 3));
    cr_assert(eg_bytes_is(eg_bytes_view(&out), "00abff"));
    cr_assert(eg_text_unhex(eg_bytes_view(&out), back, 3));
    cr_assert_eq(memcmp(back, "\x00\xab\xff", 3), 0);
    eg_buf_done(&out);
}

Test(hex, refuses_capitals_other_lengths_and_other_characters)
{
    const char *const wrong[] = {"", "00AB", "00a", "00abf", "00abff", "0g00", "0x00", " 000"};
    uint8_t back[2] = {1, 2};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_unhex(eg_bytes_of(wrong[i]), back, 2), "%s", wrong[i]);
    }
    cr_assert_eq(back[0], 1);
}

Test(base64, gives_the_vectors_of_rfc_4648_and_reads_them_back)
{
    const char *const pairs[][2] = {{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}};
    struct eg_buf out;

    eg_buf_init(&out, 64);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        eg_buf_reset(&out);
        eg_text_base64(&out, eg_bytes_of(pairs[i][0]));
        cr_assert(eg_bytes_is(eg_bytes_view(&out), pairs[i][1]));
        eg_buf_reset(&out);
        cr_assert(eg_text_unbase64(eg_bytes_of(pairs[i][1]), &out));
        cr_assert(eg_bytes_is(eg_bytes_view(&out), pairs[i][0]));
    }
    eg_buf_done(&out);
}

Test(base64, refuses_every_other_form)
{
    const char *const wrong[] = {"Z",    "Zg",     "Zg=",        "Zh==",   "Zm9=",  "=",
                                 "====", "Z===",   "Zg==Zg==",   "Zm9v\n", " Zm9v", "Zm-_",
                                 "Z=g=", "Zm9vZg", "Zm9vZg==\n", "Zm9 "};
    struct eg_buf out;

    eg_buf_init(&out, 64);
    eg_buf_text(&out, "before");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_unbase64(eg_bytes_of(wrong[i]), &out), "%s", wrong[i]);
        cr_assert_str_eq((char *)out.data, "before");
        cr_assert_eq(out.len, 6);
    }
    eg_buf_done(&out);
}

Test(base64, stops_at_the_ceiling)
{
    struct eg_buf out;

    eg_buf_init(&out, 3);
    cr_assert(eg_text_unbase64(eg_bytes_of("Zm9v"), &out));
    cr_assert_not(eg_text_unbase64(eg_bytes_of("Zg=="), &out));
    eg_buf_done(&out);
}

/* ---- times ----------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    int64_t at_ms;
} times[] = {
    {"1970-01-01T00:00:00.000Z", 0},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2000-02-29T12:00:00.001Z", 951825600001},
    {"2026-11-23T22:30:00.123Z", 1795473000123},
    {"2100-03-01T00:00:00.000Z", 4107542400000},
    {"9999-12-31T23:59:59.999Z", 253402300799999},
    {"0000-01-01T00:00:00.000Z", -62167219200000},
    {"1600-02-29T00:00:00.000Z", -11670998400000},
};

Test(time, goes_there_and_back)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char text[EG_TIME_TEXT_MAX];
        int64_t at_ms = 1;
        eg_text_time(text, times[i].at_ms);
        cr_assert_str_eq(text, times[i].text);
        cr_assert(eg_text_untime(eg_bytes_of(text), &at_ms));
        cr_assert_eq(at_ms, times[i].at_ms);
    }
}

Test(time, every_day_of_four_centuries_comes_back)
{
    for (int64_t day = -200000; day < 200000; day++) {
        char text[EG_TIME_TEXT_MAX];
        int64_t at_ms = 0;
        eg_text_time(text, day * 86400000);
        cr_assert(eg_text_untime(eg_bytes_of(text), &at_ms));
        cr_assert_eq(at_ms, day * 86400000);
    }
}

Test(time, beyond_four_digit_years_is_the_nearest_that_has_a_form)
{
    char text[EG_TIME_TEXT_MAX];

    eg_text_time(text, INT64_MAX);
    cr_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
    eg_text_time(text, INT64_MIN);
    cr_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
}

Test(time, refuses_what_is_no_time)
{
    const char *const wrong[] = {
        "",
        "2026-11-23",
        "2026-11-23T22:30:00Z",
        "2026-11-23T22:30:00.12Z",
        "2026-11-23T22:30:00.1234Z",
        "2026-11-23T22:30:00.123",
        "2026-11-23T22:30:00.123z",
        "2026-11-23 22:30:00.123Z",
        "2026-11-23T22:30:00,123Z",
        "2026-11-23T24:00:00.000Z",
        "2026-11-23T22:60:00.000Z",
        "2026-11-23T22:30:60.000Z",
        "2026-02-29T00:00:00.000Z",
        "1900-02-29T00:00:00.000Z",
        "2026-04-31T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z",
        "2026-00-01T00:00:00.000Z",
        "2026-01-00T00:00:00.000Z",
        "+026-01-01T00:00:00.000Z",
        "2026-11-23T22:30:00.123Z ",
    };
    int64_t at_ms = 7;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(eg_text_untime(eg_bytes_of(wrong[i]), &at_ms), "%s", wrong[i]);
    }
    cr_assert_eq(at_ms, 7);
}
