/*
 * Formulas of parameters alone in exact fractions, rounded to a double once: 1.1 times 50 is 55,
 * not 55.00000000000001. Numbers have 15 digits, so three of them multiplied fit 128 bits.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"

#include <math.h>
#include <string.h>

#define MANTISSA_BITS 53
#define QUOTIENT_BITS 64

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

/* num / den, den above 0, without a common divisor. */
struct ratio {
    wide num, den;
};

static const struct ratio nothing = {0, 0}; /* den 0: no number */

static uwide magnitude(wide x)
{
    return x < 0 ? (uwide)0 - (uwide)x : (uwide)x;
}

static struct ratio reduced(wide num, wide den)
{
    uwide a = magnitude(num), b = magnitude(den);
    if (den == 0) {
        return nothing;
    }
    while (b != 0) {
        uwide rest = a % b;
        a = b;
        b = rest;
    }
    wide common = (wide)a;
    num /= common;
    den /= common;
    return den < 0 ? (struct ratio){-num, -den} : (struct ratio){num, den};
}

static struct ratio times(struct ratio a, struct ratio b)
{
    wide num = 0, den = 0;
    struct ratio cross = reduced(a.num, b.den), other = reduced(b.num, a.den);
    if (cross.den == 0 || other.den == 0 || __builtin_mul_overflow(cross.num, other.num, &num) ||
        __builtin_mul_overflow(cross.den, other.den, &den)) {
        return nothing;
    }
    return reduced(num, den);
}

static struct ratio plus(struct ratio a, struct ratio b, int sign)
{
    wide left = 0, right = 0, num = 0, den = 0;
    if (a.den == 0 || b.den == 0 || __builtin_mul_overflow(a.num, b.den, &left) ||
        __builtin_mul_overflow(b.num, a.den, &right) ||
        __builtin_mul_overflow(a.den, b.den, &den) ||
        (sign > 0 ? __builtin_add_overflow(left, right, &num)
                  : __builtin_sub_overflow(left, right, &num))) {
        return nothing;
    }
    return reduced(num, den);
}

/* The digits as written; the reader of the package held them to 15. */
static struct ratio of_text(const char *text)
{
    wide num = 0, den = 1;
    bool point = false, negative = text[0] == '-';
    for (text += negative; *text != '\0'; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9' || den > (wide)1000000000000000000) {
            return nothing;
        }
        if (__builtin_mul_overflow(num, (wide)10, &num)) {
            return nothing;
        }
        num += *text - '0';
        den *= point ? 10 : 1;
    }
    return reduced(negative ? -num : num, den);
}

/* Rounded once to nearest even: 64 bits of the quotient and whether anything is left. */
static double to_double(struct ratio r)
{
    uwide n = magnitude(r.num), d = magnitude(r.den);
    int exponent = 0;

    if (r.den == 0 || d >> 126 != 0) {
        return (double)NAN;
    }
    if (n == 0) {
        return 0;
    }
    uwide quotient = n / d, rest = n % d;
    bool sticky = false;
    while (quotient >> QUOTIENT_BITS != 0) {
        sticky = sticky || (quotient & 1) != 0;
        quotient >>= 1;
        exponent++;
    }
    while (quotient >> (QUOTIENT_BITS - 1) == 0) {
        rest <<= 1;
        quotient = quotient << 1 | (rest >= d);
        rest -= rest >= d ? d : 0;
        exponent--;
    }
    const int spare = QUOTIENT_BITS - MANTISSA_BITS;
    uint64_t bits = (uint64_t)quotient, half = (uint64_t)1 << (spare - 1);
    uint64_t low = bits & (2 * half - 1), mantissa = bits >> spare;
    sticky = sticky || rest != 0;
    if (low > half || (low == half && (sticky || (mantissa & 1) != 0))) {
        mantissa++;
    }
    double x = ldexp((double)mantissa, exponent + spare); /* exact: no libm of the host decides */
    return r.num < 0 ? -x : x;
}

static const struct eg_parameter_value *value_named(const struct eg_assess_run *run,
                                                    const char *name)
{
    for (size_t i = 0; i < run->a->parameter_count; i++) {
        if (strcmp(run->a->parameters[i].parameter->name, name) == 0) {
            return run->values[i];
        }
    }
    return NULL;
}

static struct ratio evaluate(const struct eg_assess_run *run, const struct eg_expression *e,
                             int *place)
{
    if (e->kind == EG_EXPR_NUMBER) {
        return of_text(e->text);
    }
    if (e->kind == EG_EXPR_PARAMETER && strcmp(e->text, "step") == 0) {
        return run->a->grid == EG_GRID_HOUR ? (struct ratio){1, 1} : (struct ratio){1, 2};
    }
    if (e->kind == EG_EXPR_PARAMETER) {
        const struct eg_parameter_value *value = value_named(run, e->text);
        if (value == NULL || value->value == NULL) {
            return nothing;
        }
        const char *point = strchr(value->value, '.');
        int decimals = point != NULL ? (int)strlen(point + 1) : 0;
        *place = decimals > *place ? decimals : *place;
        return of_text(value->value);
    }
    struct ratio a = evaluate(run, e->args[0], place), b = evaluate(run, e->args[1], place);
    switch (e->kind) {
    case EG_EXPR_ADD:
        return plus(a, b, 1);
    case EG_EXPR_SUBTRACT:
        return plus(a, b, -1);
    case EG_EXPR_MULTIPLY:
        return times(a, b);
    case EG_EXPR_DIVIDE:
        return b.num == 0 ? nothing : times(a, reduced(b.den, b.num));
    default: /* percent-of */
        return times(times(a, b), (struct ratio){1, 100});
    }
}

double eg_assess_exact(const struct eg_assess_run *run, const struct eg_expression *e, int *place)
{
    return to_double(evaluate(run, e, place));
}

double eg_assess_exact_step(const char *from, const char *to, int step, int steps)
{
    struct ratio low = of_text(from), high = of_text(to);
    struct ratio part = times(plus(high, low, -1), reduced(step, steps));
    return to_double(plus(low, part, 1));
}
