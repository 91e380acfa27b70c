/*
 * Arithmetic of measured values, with worked figures that a reader can check by hand.
 */
#include "assess/number/numbers.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(numbers, round_half_away_from_zero)
{
    static const struct {
        double x;
        int place;
        double rounded;
    } rows[] = {{50.5, 0, 51},
                {-50.5, 0, -51},
                {50.45, 0, 50},
                {50.49, 0, 50},
                {0.285, 2, 0.29},
                {1.005, 2, 1.01},
                {2.675, 2, 2.68},
                {8.5, 0, 9},
                {10.511, 0, 11},
                {16.14, 0, 16},
                {0.05, 1, 0.1},
                {0.49999, 0, 0},
                {-0.4, 0, 0},
                {49.3, 0, 49},
                {47.4 + 3.1, 0, 51},
                {0.0305, 3, 0.031},
                {999999999, 0, 999999999}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double r = eg_number_round(rows[i].x, rows[i].place);
        cr_expect(r == rows[i].rounded, "%.17g at %d: %.17g", rows[i].x, rows[i].place, r);
    }
    cr_expect_not(signbit(eg_number_round(-0.4, 0)));
}

Test(numbers, do_not_round_beyond_what_the_rule_carries)
{
    cr_expect(isnan(eg_number_round(1e9, 0)));
    cr_expect(isnan(eg_number_round(1e8, 1)));
    cr_expect(isnan(eg_number_round((double)NAN, 0)));
    cr_expect(isnan(eg_number_round((double)INFINITY, 0)));
    cr_expect(isnan(eg_number_round(1, -1)));
    cr_expect(isnan(eg_number_round(1, 10)));
}

Test(numbers, make_no_tie_of_what_is_none)
{
    cr_expect(eg_number_round(50.4999999, 0) == 50);
    cr_expect(eg_number_round(0.28499999, 2) == 0.28);
}

Test(numbers, sum_exactly_in_any_order)
{
    double tenth[10] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    cr_expect(eg_number_sum(tenth, 10) == 1.0);
    double lost[] = {1e16, 1.0, -1e16};
    cr_expect(eg_number_sum(lost, 3) == 1.0);
    double other[] = {1.0, -1e16, 1e16};
    cr_expect(eg_number_sum(other, 3) == 1.0);
    double tie[] = {1e16, 1.0, 1e-16};
    cr_expect(eg_number_sum(tie, 3) == 10000000000000002.0); /* above the tie, so away from even */
    cr_expect(eg_number_sum(NULL, 0) == 0);
    double poisoned[] = {1, (double)NAN};
    cr_expect(isnan(eg_number_sum(poisoned, 2)));
    double huge[] = {1e308, 1e308};
    cr_expect(isnan(eg_number_sum(huge, 2)));
}

Test(numbers, sum_as_integers_do_whatever_the_order)
{
    /* Thousandths that a double can not hold: the correctly rounded sum of n equal doubles. */
    double values[1000];
    srand(7);
    long long exact = 0;
    for (size_t i = 0; i < 1000; i++) {
        long long k = rand() % 2000001 - 1000000;
        values[i] = (double)k / 64.0; /* exact */
        exact += k;
    }
    cr_expect(eg_number_sum(values, 1000) == (double)exact / 64.0);
    for (size_t i = 0; i < 500; i++) {
        double swap = values[i];
        values[i] = values[999 - i];
        values[999 - i] = swap;
    }
    cr_expect(eg_number_sum(values, 1000) == (double)exact / 64.0);
}

Test(numbers, mean_of_the_day_in_the_worked_package)
{
    /* 20 x 12.4, 10 x 15.0, 3 x 15.6, 104.0: (248 + 150 + 46.8 + 104) / 34 = 16.14 -> 16 */
    double values[34];
    for (size_t i = 0; i < 34; i++) {
        values[i] = i < 20 ? 12.4 : i < 30 ? 15.0 : i < 33 ? 15.6 : 104.0;
    }
    double mean = eg_number_mean(values, 34);
    cr_expect(fabs(mean - 548.8 / 34) < 1e-13);
    cr_expect(eg_number_round(mean, 0) == 16);
    cr_expect(isnan(eg_number_mean(values, 0)));
}

Test(numbers, convert_to_reference_oxygen_as_in_the_worked_package)
{
    /* 11 vol-% reference: 8.1 at 12 % is 8.1 * 10 / 9 = 9, less 0.5 is 8.5, rounded 9. */
    double ssta = eg_number_reference_oxygen(8.1, 12, 11);
    cr_expect(eg_number_round(eg_number_validate(ssta, 0.5), 0) == 9);
    cr_expect(eg_number_round(eg_number_validate(eg_number_reference_oxygen(9.91, 12, 11), 0.5),
                              0) == 11);
    cr_expect(eg_number_round(eg_number_validate(eg_number_reference_oxygen(55, 12, 11), 0.5), 0) ==
              61);
    cr_expect(isnan(eg_number_reference_oxygen(1, 21, 11)));
    cr_expect(isnan(eg_number_reference_oxygen(1, -0.1, 11)));
    cr_expect(eg_number_reference_oxygen(1, 0, 0) == 1);
    cr_expect(isnan(eg_number_reference_oxygen((double)NAN, 12, 11)));
}

Test(numbers, convert_only_above_the_reference_where_gas_is_cleaned)
{
    cr_expect(eg_number_reference_oxygen_restricted(10, 9, 11, true) == 10);
    cr_expect(eg_number_reference_oxygen_restricted(10, 11, 11, true) == 10);
    cr_expect(eg_number_reference_oxygen_restricted(9, 12, 11, true) == 10);
    cr_expect(eg_number_reference_oxygen_restricted(12, 9, 11, false) == 10);
    cr_expect(isnan(eg_number_reference_oxygen_restricted(10, (double)NAN, 11, true)));
    cr_expect(isnan(eg_number_reference_oxygen_restricted(10, -1, 11, true)));
}

Test(numbers, convert_to_standard_conditions)
{
    cr_expect(eg_number_standard_wet(100, 273.15, 101.3) == 100);
    cr_expect(fabs(eg_number_standard_wet(100, 546.3, 101.3) - 200) < 1e-12);
    cr_expect(fabs(eg_number_standard_wet(100, 273.15, 202.6) - 50) < 1e-12);
    cr_expect(fabs(eg_number_standard_dry(100, 273.15, 101.3, 20) - 125) < 1e-12);
    cr_expect(isnan(eg_number_standard_wet(100, 273.15, 0)));
    cr_expect(isnan(eg_number_standard_dry(100, 273.15, 101.3, 100)));
    cr_expect(isnan(eg_number_standard_dry(100, (double)NAN, 101.3, 10)));
}

Test(numbers, validate_never_below_zero)
{
    cr_expect(eg_number_validate(12.5, 10) == 2.5);
    cr_expect(eg_number_validate(3, 10) == 0);
    cr_expect(isnan(eg_number_validate((double)NAN, 10)));
    cr_expect(isnan(eg_number_validate(3, (double)NAN)));
    cr_expect(eg_number_percent_of(20, 50) == 10);
    cr_expect(isnan(eg_number_max(1, (double)NAN)));
    cr_expect(isnan(eg_number_min((double)NAN, 1)));
}

Test(numbers, are_written_with_the_decimals_of_their_place)
{
    static const struct {
        double x;
        int place;
        const char *text;
    } rows[] = {{50.45, 1, "50.5"}, {50, 2, "50.00"},    {-0.001, 2, "0.00"}, {-1.005, 2, "-1.01"},
                {0.03, 2, "0.03"},  {9.999, 2, "10.00"}, {67.4, 0, "67"},     {1e9, 0, "NaN"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        eg_number_text_place(text, rows[i].x, rows[i].place);
        cr_expect_str_eq(text, rows[i].text);
    }
}
