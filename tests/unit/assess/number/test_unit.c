#include "assess/number/unit.h"

#include <criterion/criterion.h>
#include <math.h>

static struct eg_unit unit(const char *text)
{
    struct eg_unit made = {0};
    cr_assert(eg_unit_read(eg_bytes_of(text), &made), "%s", text);
    return made;
}

static int power(const char *from, const char *to)
{
    struct eg_unit a = unit(from), b = unit(to);
    int made = 99;
    cr_assert(eg_unit_convert(&made, &a, &b), "%s to %s", from, to);
    return made;
}

Test(unit, reads_every_unit_of_the_table)
{
    static const char *const table[] = {"1",    "%",   "vol-%", "ng",   "ug",     "mg",   "g",
                                        "kg",   "t",   "m3",    "h",    "K",      "degC", "kPa",
                                        "hPa",  "kW",  "MW",    "MJ",   "GJ",     "TJ",   "mg/m3",
                                        "kg/h", "1/h", "m3/h",  "kg*h", "mg/m3/h"};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        (void)unit(table[i]);
    }
}

Test(unit, refuses_what_is_no_unit)
{
    static const char *const wrong[] = {"",       " ",       "Mg",
                                        "mg/",    "/h",      "mg//m3",
                                        "mg /m3", "mg/m^3",  "mg m3",
                                        "°C",     "percent", "VOL-%",
                                        "vol-",   "2",       "kg/h/",
                                        "*",      "word",    "l",
                                        "t/degC", "degC*h",  "h*h*h*h*h*h*h*h*h*h*h*h*h*h*h*h*h"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct eg_unit made = {.scale = 77};
        cr_assert_not(eg_unit_read(eg_bytes_of(wrong[i]), &made), "%s", wrong[i]);
        cr_assert_eq(made.scale, 77);
    }
}

Test(unit, converts_by_powers_of_ten_only_between_like_units)
{
    cr_assert_eq(power("g/m3", "mg/m3"), 3);
    cr_assert_eq(power("ng/m3", "mg/m3"), -6);
    cr_assert_eq(power("kPa", "hPa"), 1);
    cr_assert_eq(power("mg/h", "kg/h"), -6);
    cr_assert_eq(power("MW", "kW"), 3);
    static const char *const unlike[][2] = {{"%", "vol-%"}, {"%", "1"},      {"mg", "mg/m3"},
                                            {"K", "degC"},  {"MW", "MJ"},    {"h", "1/h"},
                                            {"m3", "t"},    {"kPa", "1/kPa"}};
    for (size_t i = 0; i < sizeof unlike / sizeof unlike[0]; i++) {
        struct eg_unit a = unit(unlike[i][0]), b = unit(unlike[i][1]);
        int made = 99;
        cr_assert_not(eg_unit_convert(&made, &a, &b), "%s", unlike[i][0]);
        cr_assert_not(eg_unit_same(&a, &b));
        cr_assert_eq(made, 99);
    }
}

Test(unit, scales_exactly)
{
    cr_assert_eq(eg_unit_scaled(0.285, -3), 0.000285);
    cr_assert_eq(eg_unit_scaled(1.1, 1), 11);
    cr_assert_eq(eg_unit_scaled(7, 0), 7);
    cr_assert(isnan(eg_unit_scaled(1, 23)));
    cr_assert(isnan(eg_unit_scaled(1, -23)));
}

Test(unit, multiplies_and_divides)
{
    struct eg_unit a = unit("mg/m3"), b = unit("m3/h"), c = unit("kg/h"), made = {0};
    cr_assert(eg_unit_multiply(&made, &a, &b));
    cr_assert(eg_unit_alike(&made, &c));
    cr_assert_not(eg_unit_same(&made, &c));
    cr_assert(eg_unit_divide(&made, &a, &a));
    cr_assert(eg_unit_same(&made, &eg_unit_one));
    cr_assert(eg_unit_multiply(&made, &a, &eg_unit_any));
    cr_assert(made.any);
}

Test(unit, lets_degrees_celsius_stand_alone)
{
    struct eg_unit c = unit("degC"), h = unit("h"), made = {0};
    cr_assert(eg_unit_is_offset(&c));
    cr_assert_not(eg_unit_is_offset(&h));
    cr_assert_not(eg_unit_multiply(&made, &c, &h));
    cr_assert_not(eg_unit_divide(&made, &h, &c));
    cr_assert_not(eg_unit_divide(&made, &c, &c));
}

Test(unit, lets_the_number_nought_fit_all)
{
    struct eg_unit k = unit("K");
    cr_assert(eg_unit_same(&k, &eg_unit_any));
    cr_assert(eg_unit_same(&eg_unit_any, &eg_unit_one));
}

Test(unit, keeps_exponents_in_bounds)
{
    struct eg_unit made = unit("t"), t = unit("t");
    int steps = 0;
    while (eg_unit_multiply(&made, &made, &t)) {
        cr_assert_lt(++steps, 100);
    }
    cr_assert_lt(made.scale, 61);
}
