/* Numbers keep their digits, or are refused. */
#include "convert/decimal.h"

#include <criterion/criterion.h>

static void expect(const char *cell, char sign, int shift, const char *number)
{
    char out[EG_DECIMAL_TEXT_MAX] = "";

    cr_expect_null(eg_decimal_convert(out, eg_bytes_of(cell), sign, shift), "%s", cell);
    cr_expect_str_eq(out, number);
}

static void refuse(const char *cell, char sign, int shift)
{
    char out[EG_DECIMAL_TEXT_MAX] = "kept";

    cr_expect_not_null(eg_decimal_convert(out, eg_bytes_of(cell), sign, shift), "%s", cell);
    cr_expect_str_eq(out, "kept");
}

Test(decimal, keeps_what_was_written)
{
    expect("0.32663", '.', 0, "0.32663");
    expect("107.960", '.', 0, "107.960");
    expect("0", '.', 0, "0");
    expect("-3,5", ',', 0, "-3.5");
    expect("0012.5", '.', 0, "12.5");
    expect("00", '.', 0, "0");
    expect("999999999.123456", '.', 0, "999999999.123456");
    expect("999.123456789012", '.', 0, "999.123456789012");
}

Test(decimal, moves_the_point)
{
    expect("1.5", '.', 3, "1500");
    expect("0.0015", '.', 3, "1.5");
    expect("1500", '.', -3, "1.500");
    expect("1.5", '.', -3, "0.0015");
    expect("5", '.', -1, "0.5");
    expect("-0.07", '.', 1, "-0.7");
    expect("0", '.', 3, "0");
}

Test(decimal, refuses_what_is_no_decimal_number)
{
    static const char *const NONE[] = {"",      "-",   "+1",  "1e5",  "NaN",  "INF", ".5", "5.",
                                       "1.2.3", "--1", "1 0", "0x10", "1.-5", "1_0", "-.1"};

    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++) {
        refuse(NONE[i], '.', 0);
    }
}

Test(decimal, refuses_the_other_decimal_sign)
{
    refuse("1,5", '.', 0);
    refuse("1.5", ',', 0);
    refuse("1.234,5", ',', 0);
}

Test(decimal, refuses_what_a_report_can_not_carry)
{
    refuse("1000000000", '.', 0);
    refuse("1000000", '.', 3);
    refuse("0.1234567890123", '.', 0);
    refuse("1000.1234567", '.', 0);
    refuse("0.123456789012", '.', -1);
    refuse("111111111111111111111111111111111111111111111111111111111111111111", '.', 0);
}
