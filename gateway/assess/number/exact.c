/*
 * Why this file exists: a limit that is twice another must be that number and no neighbour of it.
 * Fractions are kept short by their greatest common divisor, so that the 36 digits suffice for what
 * formulas of a provision do: products of two or three written numbers, a division by 100.
 */
#include "assess/number/exact.h"

#include "assess/number/numbers.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 36
#define LONG_DIGITS 40 /* more than any binary64 needs to be told from its neighbours here */

static const struct eg_exact nothing = {0, 1};

static eg_whole power_of_ten(int exponent)
{
    eg_whole power = 1;

    for (int i = 0; i < exponent; i++) {
        power *= 10;
    }
    return power;
}

static eg_whole magnitude(eg_whole x)
{
    return x < 0 ? -x : x;
}

static eg_whole divisor(eg_whole a, eg_whole b)
{
    while (b != 0) {
        eg_whole rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Shortened; false: too large. */
static bool settle(struct eg_exact *out, eg_whole over, eg_whole under)
{
    const eg_whole end = power_of_ten(DIGITS_MAX);
    eg_whole common = divisor(magnitude(over), under);

    over /= common;
    under /= common;
    if (magnitude(over) > end || under > end) {
        return false;
    }
    *out = (struct eg_exact){over, under};
    return true;
}

bool eg_exact_read(struct eg_exact *out, struct eg_bytes text)
{
    double number = 0;
    eg_whole over = 0;
    int places = 0;
    bool point = false, negative = false;

    if (!eg_number_read(text, &number) || text.len > DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        negative = negative || c == '-';
        point = point || c == '.';
        if (c >= '0' && c <= '9') {
            over = over * 10 + (c - '0');
            places += point ? 1 : 0;
        }
    }
    return settle(out, negative ? -over : over, power_of_ten(places));
}

/* a.over / a.under + sign * b.over / b.under */
static bool sum(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b, int sign)
{
    eg_whole common = divisor(a->under, b->under);
    eg_whole left = 0, right = 0, over = 0, under = 0;

    if (__builtin_mul_overflow(a->over, b->under / common, &left) ||
        __builtin_mul_overflow(b->over * sign, a->under / common, &right) ||
        __builtin_add_overflow(left, right, &over) ||
        __builtin_mul_overflow(a->under, b->under / common, &under)) {
        return false;
    }
    return settle(out, over, under);
}

bool eg_exact_add(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b)
{
    return sum(out, a, b, 1);
}

bool eg_exact_subtract(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b)
{
    return sum(out, a, b, -1);
}

bool eg_exact_multiply(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b)
{
    struct eg_exact cross_a = nothing, cross_b = nothing; /* shortened crosswise first */
    eg_whole over = 0, under = 0;

    if (!settle(&cross_a, a->over, b->under) || !settle(&cross_b, b->over, a->under) ||
        __builtin_mul_overflow(cross_a.over, cross_b.over, &over) ||
        __builtin_mul_overflow(cross_a.under, cross_b.under, &under)) {
        return false;
    }
    return settle(out, over, under);
}

bool eg_exact_divide(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b)
{
    if (b->over == 0) {
        return false;
    }
    const struct eg_exact inverse = {b->over < 0 ? -b->under : b->under, magnitude(b->over)};
    return eg_exact_multiply(out, a, &inverse);
}

int eg_exact_compare(const struct eg_exact *a, const struct eg_exact *b)
{
    eg_whole whole_a = a->over / a->under, whole_b = b->over / b->under;
    eg_whole left = a->over % a->under, right = b->over % b->under;
    eg_whole scale_a = a->under, scale_b = b->under;

    /* Continued fractions: no product that could be too large. */
    for (int turn = 1;; turn = -turn) {
        if (left < 0) {
            left += scale_a;
            whole_a--;
        }
        if (right < 0) {
            right += scale_b;
            whole_b--;
        }
        if (whole_a != whole_b) {
            return whole_a < whole_b ? -turn : turn;
        }
        if (left == 0 || right == 0) {
            return left == right ? 0 : (left == 0 ? -turn : turn);
        }
        eg_whole next_a = scale_a, next_b = scale_b;
        scale_a = left;
        scale_b = right;
        whole_a = next_a / scale_a;
        left = next_a % scale_a;
        whole_b = next_b / scale_b;
        right = next_b % scale_b;
    }
}

/* ---- writing ------------------------------------------------------------------------------ */

/*
 * Digits before the point, and up to `decimals` after it. true: that is all of it. The denominator
 * is below 10^36, so ten times a remainder fits.
 */
static bool write_digits(char *out, const struct eg_exact *x, int decimals, int *written)
{
    char reversed[DIGITS_MAX + 2] = "";
    eg_whole whole = magnitude(x->over) / x->under;
    eg_whole rest = magnitude(x->over) % x->under;
    int count = 0;

    do {
        reversed[count++] = (char)('0' + (int)(whole % 10));
        whole /= 10;
    } while (whole != 0);
    if (x->over < 0) {
        *out++ = '-';
    }
    while (count > 0) {
        *out++ = reversed[--count];
    }
    for (*written = 0; rest != 0 && *written < decimals; *written += 1) {
        if (*written == 0) {
            *out++ = '.';
        }
        rest *= 10;
        *out++ = (char)('0' + (int)(rest / x->under));
        rest %= x->under;
    }
    *out = '\0';
    return rest == 0;
}

void eg_exact_text(char out[EG_EXACT_TEXT_MAX], double *number, const struct eg_exact *x, int place)
{
    char digits[DIGITS_MAX + LONG_DIGITS + 8] = "";
    char shortest[EG_NUMBER_TEXT_MAX] = "";
    int written = 0;

    if (write_digits(digits, x, EG_EXACT_PLACES, &written)) {
        *number = eg_number_xpath(eg_bytes_of(digits));
        size_t len = strlen(digits);
        for (; written < place && len + 2 < EG_EXACT_TEXT_MAX; written++) {
            if (written == 0) {
                digits[len++] = '.';
            }
            digits[len++] = '0';
        }
        digits[len] = '\0';
        (void)snprintf(out, EG_EXACT_TEXT_MAX, "%.79s", digits);
        return;
    }
    /* The digits go on: one more that is not 0 keeps it apart from the tie that it might look like.
     */
    if (!write_digits(digits, x, LONG_DIGITS, &written)) {
        digits[strlen(digits)] = '1'; /* the field is filled with zeros behind it */
    }
    *number = eg_number_xpath(eg_bytes_of(digits));
    eg_number_text(shortest, *number);
    (void)snprintf(out, EG_EXACT_TEXT_MAX, "%.79s", shortest);
}
