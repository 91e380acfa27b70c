#include "assess/number/exact.h"

#include <criterion/criterion.h>
#include <math.h>

static struct eg_exact of(const char *text)
{
    struct eg_exact x = {7, 7};

    cr_assert(eg_exact_read(&x, eg_bytes_of(text)), "%s", text);
    return x;
}

static void reads_as(const char *expected, const struct eg_exact *x, int place)
{
    char text[EG_EXACT_TEXT_MAX] = "";
    double number = 0;

    eg_exact_text(text, &number, x, place);
    cr_expect_str_eq(text, expected);
}

Test(exact, refuses_what_is_no_number)
{
    static const char *const wrong[] = {
        "", "-", "1e5", "1,5", ".5", "5.", "+1", "NaN", "1234567890123456", "1.2.3", "0x1"};
    struct eg_exact x = {7, 1};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_not(eg_exact_read(&x, eg_bytes_of(wrong[i])), "%s", wrong[i]);
    }
    cr_expect(x.over == 7 && x.under == 1, "untouched");
}
Test(exact, refuses_what_grows_too_large)
{
    struct eg_exact x = of("999999999999999"), many = x, out = {7, 1};

    cr_assert(eg_exact_multiply(&many, &many, &x));
    cr_expect_not(eg_exact_multiply(&out, &many, &many));
    cr_expect(out.over == 7);
    struct eg_exact tiny = of("0.000000000000001");
    cr_assert(eg_exact_multiply(&tiny, &tiny, &tiny));
    cr_expect_not(eg_exact_multiply(&out, &tiny, &tiny));
    cr_expect_not(eg_exact_divide(&out, &x, &(struct eg_exact){0, 1}));
}
Test(exact, is_what_decimals_are)
{
    struct eg_exact a = of("1.1"), b = of("50"), x = a;

    cr_assert(eg_exact_multiply(&x, &a, &b));
    reads_as("55", &x, 0);
    reads_as("55.0", &x, 1);
    cr_assert(eg_exact_add(&x, &(struct eg_exact){1, 10}, &(struct eg_exact){2, 10}));
    reads_as("0.3", &x, 0);
    cr_assert(eg_exact_subtract(&x, &b, &(struct eg_exact){501, 10}));
    reads_as("-0.1", &x, 0);
    x = of("-0.030");
    reads_as("-0.03", &x, 0);
    reads_as("-0.0300", &x, 4);
    x = of("0");
    reads_as("0", &x, 0);
    reads_as("0.00", &x, 2);
}
Test(exact, divides_and_rounds_once)
{
    struct eg_exact x = of("1"), three = of("3");
    char text[EG_EXACT_TEXT_MAX] = "";
    double number = 0;

    cr_assert(eg_exact_divide(&x, &x, &three));
    eg_exact_text(text, &number, &x, 0);
    cr_expect_eq(number, 1.0 / 3.0);
    cr_expect_str_eq(text, "0.3333333333333333");
    x = of("2");
    cr_assert(eg_exact_divide(&x, &x, &(struct eg_exact){-7, 1}));
    eg_exact_text(text, &number, &x, 0);
    cr_expect_eq(number, -2.0 / 7.0);
    cr_assert(eg_exact_multiply(&x, &x, &(struct eg_exact){-7, 1}));
    reads_as("2", &x, 0);
}
Test(exact, converts_many_digits_to_the_nearest)
{
    struct eg_exact x = of("123456789.012345"), y = x;
    char text[EG_EXACT_TEXT_MAX] = "";
    double number = 0;

    cr_assert(eg_exact_multiply(&y, &x, &x));
    eg_exact_text(text, &number, &y, 0);
    cr_expect_str_eq(text, "15241578753238669.120562399025");
    cr_expect_eq(number, 15241578753238669.120562399025);
}
Test(exact, is_compared_without_growing)
{
    struct eg_exact a = {1, 3}, b = {333333333, 1000000000};
    const struct eg_exact large = {(eg_whole)1000000000000000000 * 1000000000000000000, 1};
    const struct eg_exact small = {1, (eg_whole)1000000000000000000 * 1000000000000000000};

    cr_expect_gt(eg_exact_compare(&a, &b), 0);
    cr_expect_lt(eg_exact_compare(&b, &a), 0);
    cr_expect_eq(eg_exact_compare(&a, &a), 0);
    cr_expect_gt(eg_exact_compare(&large, &small), 0);
    cr_expect_lt(eg_exact_compare(&small, &large), 0);
    a = (struct eg_exact){-1, 3};
    b = (struct eg_exact){-1, 2};
    cr_expect_gt(eg_exact_compare(&a, &b), 0);
    cr_expect_lt(eg_exact_compare(&b, &(struct eg_exact){0, 1}), 0);
}
/* The quotient of any two is the nearest binary64, as the processor's own division gives it. */
Test(exact, agrees_with_the_processor)
{
    for (int n = 1; n < 400; n++) {
        for (int d = 1; d < 60; d++) {
            struct eg_exact x = {1, 1};
            char text[EG_EXACT_TEXT_MAX] = "";
            double number = 0;
            cr_assert(eg_exact_divide(&x, &(struct eg_exact){n, 1}, &(struct eg_exact){d, 1}));
            eg_exact_text(text, &number, &x, 0);
            cr_assert_eq(number, (double)n / (double)d, "%d / %d is %s", n, d, text);
        }
    }
}
