/*
 * Numbers and their texts.
 */
#include "base/number.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reads(const char *text, double *x)
{
    return eg_number_read(eg_bytes_of(text), x);
}

Test(number, reads_what_is_a_number)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {{"0", 0},
                {"-0", 0},
                {"12.4", 12.4},
                {"-3.25", -3.25},
                {" 7 \n", 7},
                {"123456789012345", 123456789012345.0},
                {"0.1", 0.1},
                {"0.03", 0.03},
                {"00012", 12},
                {"1.10", 1.1},
                {"0.00000000000000000000000000123456789012345", 1.23456789012345e-27}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double x = 99;
        cr_expect(reads(rows[i].text, &x), "%s", rows[i].text);
        cr_expect(x == rows[i].value && !signbit(x * 0 + (x == 0 ? x : 1)), "%s gave %.17g",
                  rows[i].text, x);
    }
}

Test(number, refuses_what_is_none)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "-",
                                        ".",
                                        "1.",
                                        ".5",
                                        "1e5",
                                        "1E5",
                                        "NaN",
                                        "INF",
                                        "Infinity",
                                        "+1",
                                        "1,5",
                                        "0x1",
                                        "1 2",
                                        "--1",
                                        "1-",
                                        "1.2.3",
                                        "1234567890123456",
                                        "0.1234567890123456",
                                        "1.00000000000000000",
                                        "\xd9\xa1",
                                        "1\xc2\xa0",
                                        "12abc"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double x = 0;
        cr_expect_not(reads(texts[i], &x), "'%s' was read as %.17g", texts[i], x);
        cr_expect(isnan(x), "'%s'", texts[i]);
    }
}

Test(number, follows_the_number_production_of_xpath)
{
    cr_expect(eg_number_xpath(eg_bytes_of(".5")) == 0.5);
    cr_expect(eg_number_xpath(eg_bytes_of("5.")) == 5);
    cr_expect(eg_number_xpath(eg_bytes_of(" -12.25\t")) == -12.25);
    cr_expect(eg_number_xpath(eg_bytes_of("1234567890123456789")) == 1234567890123456789.0);
    cr_expect(eg_number_xpath(eg_bytes_of("0.30000000000000004")) == 0.30000000000000004);
    cr_expect(isnan(eg_number_xpath(eg_bytes_of("1e5"))));
    cr_expect(isnan(eg_number_xpath(eg_bytes_of("+1"))));
    cr_expect(isnan(eg_number_xpath(eg_bytes_of("- 1"))));
    cr_expect(isnan(eg_number_xpath(eg_bytes_of("."))));
    cr_expect(isnan(eg_number_xpath(eg_bytes_of(""))));
}

Test(number, is_written_with_the_fewest_digits_that_read_back)
{
    static const struct {
        double x;
        const char *text;
    } rows[] = {{0, "0"},
                {-0.0, "0"},
                {12.4, "12.4"},
                {0.1 + 0.2, "0.30000000000000004"},
                {1.0 / 3, "0.3333333333333333"},
                {100000, "100000"},
                {1e21, "1000000000000000000000"},
                {1e-7, "0.0000001"},
                {-5.5, "-5.5"},
                {96.4285714285714, "96.4285714285714"},
                {123456789012345680.0, "123456789012345680"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        eg_number_text(text, rows[i].x);
        cr_expect_str_eq(text, rows[i].text);
        cr_expect(strtod(text, NULL) == rows[i].x);
    }
    char text[EG_NUMBER_TEXT_MAX] = "";
    eg_number_text(text, (double)NAN);
    cr_expect_str_eq(text, "NaN");
    eg_number_text(text, 1.7976931348623157e308);
    cr_expect(strtod(text, NULL) == 1.7976931348623157e308);
    eg_number_text(text, 5e-324);
    cr_expect(strtod(text, NULL) == 5e-324);
}

Test(number, reads_back_as_written_for_many_readings)
{
    srand(11);
    for (int i = 0; i < 20000; i++) {
        char written[32] = "";
        char text[EG_NUMBER_TEXT_MAX] = "";
        int places = rand() % 5;
        (void)snprintf(written, sizeof(written), "%d.%0*d", rand() % 100000, places + 1,
                       rand() % 10 + (places > 0 ? 1 : 0));
        double x = 0;
        cr_assert(reads(written, &x), "%s", written);
        cr_assert(x == strtod(written, NULL), "%s", written);
        eg_number_text(text, x);
        cr_assert(strtod(text, NULL) == x);
    }
}

/* The first of 15, 16, 17 digits that reads back, without the zeros at its end. */
static void write_by_library(char out[64], double x)
{
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(out, 64, "%.*g", digits, x);
        if (strtod(out, NULL) == x) {
            return;
        }
    }
}

Test(number, is_written_the_same_whether_quickly_or_not)
{
    srand(7);
    for (int i = 0; i < 50000; i++) {
        static const double powers[] = {1, 10, 100, 1000, 10000, 100000};
        char text[EG_NUMBER_TEXT_MAX] = "";
        char expected[64] = "";
        double x = (double)(rand() % 100000 - 50000) / powers[rand() % 6];
        x = i % 3 == 0 ? x * 1.1 : i % 7 == 0 ? x * 3 / 7 : x;
        if (x == 0 || fabs(x) < 0.001) {
            continue; /* %g has exponents there, and minus zero */
        }
        eg_number_text(text, x);
        write_by_library(expected, x);
        cr_assert_str_eq(text, expected);
    }
}

/* Any octets of a number: many have neighbours that only the seventeenth digit tells apart. */
Test(number, has_the_digits_that_the_library_finds_at_every_size)
{
    uint64_t state = 2463534242u;
    for (int i = 0; i < 200000; i++) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        char expected[64] = "";
        state = state * 6364136223846793005u + 1442695040888963407u;
        double x = ldexp((double)(state >> 11), (int)(state % 67) - 66);
        x = i % 11 == 0 ? ldexp(1, i % 60 - 9) : x; /* powers of two */
        x = i % 2 == 0 ? x : -x;
        if (fabs(x) < 1e-4 || fabs(x) >= 1e15) {
            continue; /* %g has exponents there */
        }
        eg_number_text(text, x);
        write_by_library(expected, x);
        cr_assert_str_eq(text, expected);
    }
}

Test(number, decimals_keep_their_places)
{
    char text[EG_NUMBER_TEXT_MAX] = "";
    eg_number_decimal(text, false, 0, 0);
    cr_expect_str_eq(text, "0");
    eg_number_decimal(text, false, 0, 2);
    cr_expect_str_eq(text, "0.00");
    eg_number_decimal(text, true, 1230, 2);
    cr_expect_str_eq(text, "-12.30");
    eg_number_decimal(text, false, UINT64_MAX, 0);
    cr_expect_str_eq(text, "18446744073709551615");
    eg_number_decimal(text, true, UINT64_MAX, EG_NUMBER_DECIMAL_PLACES_MAX);
    cr_expect_str_eq(text, "-0.000018446744073709551615");
}

Test(number, shifted_numbers_are_rounded_once_from_their_decimals)
{
    static const struct {
        const char *text;
        int shift;
        double value;
    } rows[] = {
        {"0.0623", 3, 62.3},
        {"0.285", 3, 285},
        {"1.1", 2, 110},
        {"-0.07", 1, -0.7},
        {"123456789.123456", -6, 123.456789123456},
        {"5", -3, 0.005},
        {"0", 9, 0},
        {"-0", 3, 0},
        {"0.000", -60, 0},
        {"1", 23, 1e23},
        {"9.5", -40, 9.5e-40},
        {"1", 60, 1e60},
        {"0.0000000000000000000000001", 25, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double x = 7;
        cr_assert(eg_number_read_shifted(eg_bytes_of(rows[i].text), rows[i].shift, &x), "%s",
                  rows[i].text);
        cr_assert_eq(x, rows[i].value, "%s: %.17g", rows[i].text, x);
        cr_assert_eq(signbit(x) != 0, rows[i].value < 0);
    }
}

Test(number, shifted_numbers_have_no_blanks_and_one_form)
{
    static const char *const texts[] = {"",
                                        " 1",
                                        "1 ",
                                        "1e3",
                                        ".5",
                                        "5.",
                                        "+1",
                                        "--1",
                                        "1.2.3",
                                        "1,5",
                                        "NaN",
                                        "-",
                                        ".",
                                        "0x1",
                                        "1234567890123456",
                                        "1.000000000000000"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double x = 7;
        cr_assert_not(eg_number_read_shifted(eg_bytes_of(texts[i]), 3, &x), "%s", texts[i]);
        cr_assert(isnan(x));
    }
    char deep[400] = "0.";
    memset(deep + 2, '0', 390);
    deep[392] = '1';
    double x = 7;
    cr_assert_not(eg_number_read_shifted(eg_bytes_of(deep), 0, &x));
}
