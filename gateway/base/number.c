/*
 * Numbers and their texts. A number read has at most 15 significant digits and is correctly
 * rounded, so that it prints back as it was written; a number written is the first of 15, 16, 17
 * significant digits that reads back the same.
 *
 * Most numbers are counts, or rounded at a few decimals: for those the digits are found with exact
 * operations alone. If n is the whole number next to x * 10^p, below 10^15, and n / 10^p is x, then
 * n with its point is a decimal of at most 15 digits that reads as x, and there is but one such.
 */
#include "base/number.h"

#include <assert.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 15
#define WHOLE_END 1e15
#define EXACT_POWER_MAX 22 /* 10^22 is the last power of ten that a double holds exactly */
#define AFTER_MAX 300      /* digits behind the point that a shifted number may have */
#define QUICK_PLACES 4     /* decimals up to which writing tries one multiplication */
#define MANTISSA_BITS 53
#define DECIMAL_MAX (EG_NUMBER_DECIMAL_PLACES_MAX + 24) /* 20 digits of 64 bits, point, sign */

__extension__ typedef unsigned __int128 uwide;

static const double powers[EXACT_POWER_MAX + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The host's locale may write a comma: conversions that need the library get their own. */
static locale_t plain_locale;
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;

static void make_locale(void)
{
    plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static double by_library(const char *text)
{
    pthread_once(&plain_once, make_locale);
    return plain_locale != (locale_t)0 ? strtod_l(text, NULL, plain_locale) : (double)NAN;
}

/* ---- reading ------------------------------------------------------------------------------ */

struct decimal {
    bool negative;
    /* the first DIGITS_MAX significant ones */
    uint64_t digits;
    /* all from the first that is not 0 */
    size_t significant;
    /* digits before and after the point */
    size_t whole, after;
    bool point;
};

static struct eg_bytes trimmed(struct eg_bytes text)
{
    while (text.len > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && memchr(" \t\r\n", text.data[text.len - 1], 4) != NULL) {
        text.len--;
    }
    return text;
}

/* [-] digits [. digits], each part maybe empty: what both forms have in common. */
static bool scan(struct eg_bytes text, struct decimal *out)
{
    struct decimal d = {.negative = text.len > 0 && text.data[0] == '-'};
    size_t start = d.negative ? 1 : 0;
    size_t point = text.len; /* where it is */
    size_t significant = 0;
    uint64_t digits = 0;
    for (size_t i = start; i < text.len; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9) {
            if (text.data[i] != '.' || point < text.len) {
                return false;
            }
            point = i;
            continue;
        }
        significant += significant > 0 || digit != 0 ? 1 : 0;
        if (significant <= DIGITS_MAX) {
            digits = digits * 10 + digit;
        }
    }
    d.point = point < text.len;
    d.whole = point - start;
    d.after = d.point ? text.len - point - 1 : 0;
    d.digits = digits;
    d.significant = significant;
    *out = d;
    return d.whole + d.after > 0;
}

static double value_of(struct eg_bytes text, const struct decimal *d)
{
    if (d->significant == 0) {
        return 0;
    }
    if (d->significant <= DIGITS_MAX && d->after <= EXACT_POWER_MAX) {
        /* Both are exact, so the one division rounds correctly. */
        double x = (double)d->digits / powers[d->after];
        return d->negative ? -x : x;
    }
    char *copy = eg_bytes_dup(text);
    double x = copy != NULL ? by_library(copy) : (double)NAN;
    free(copy);
    return x;
}

bool eg_number_read(struct eg_bytes text, double *out)
{
    struct decimal d = {0};
    text = trimmed(text);
    *out = (double)NAN;
    if (!scan(text, &d) || d.whole == 0 || (d.point && d.after == 0) ||
        d.significant > DIGITS_MAX) {
        return false;
    }
    *out = value_of(text, &d);
    return true;
}

/* digits * 10^exponent, one rounding: by one exact operation where there is one. */
static double scaled(const struct decimal *d, int exponent)
{
    char text[48] = "";
    double x = (double)d->digits;
    if (d->significant == 0) {
        return 0;
    }
    if (exponent >= 0 && exponent <= EXACT_POWER_MAX) {
        x *= powers[exponent];
    } else if (exponent < 0 && exponent >= -EXACT_POWER_MAX) {
        x /= powers[-exponent];
    } else {
        (void)snprintf(text, sizeof text, "%llue%d", (unsigned long long)d->digits, exponent);
        x = by_library(text);
    }
    return d->negative ? -x : x;
}

bool eg_number_read_shifted(struct eg_bytes text, int shift, double *out)
{
    struct decimal d = {0};
    *out = (double)NAN;
    if (!scan(text, &d) || d.whole == 0 || (d.point && d.after == 0) ||
        d.significant > DIGITS_MAX || d.after > AFTER_MAX) {
        return false;
    }
    *out = scaled(&d, shift - (int)d.after);
    return true;
}

double eg_number_xpath(struct eg_bytes text)
{
    struct decimal d = {0};
    text = trimmed(text);
    return scan(text, &d) ? value_of(text, &d) : (double)NAN;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Digits of "d.ddde+xx" whatever the locale's point looks like, and the exponent. */
static size_t digits_of(char digits[32], int *exponent, double x, int significant)
{
    char text[64] = "";
    (void)snprintf(text, sizeof text, "%.*e", significant - 1, x);
    size_t n = 0;
    const char *p = text;
    for (; *p != '\0' && *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9' && n + 1 < 32) {
            digits[n++] = *p;
        }
    }
    digits[n] = '\0';
    *exponent = *p == 'e' ? (int)strtol(p + 1, NULL, 10) : 0;
    while (n > 1 && digits[n - 1] == '0') {
        digits[--n] = '\0';
    }
    return n;
}

static void lay_out(char out[EG_NUMBER_TEXT_MAX], bool negative, const char *digits, size_t count,
                    int exponent)
{
    size_t n = 0;
    if (negative) {
        out[n++] = '-';
    }
    int last = exponent - (int)count + 1 < 0 ? exponent - (int)count + 1 : 0;
    for (int power = exponent < 0 ? 0 : exponent; power >= last && n + 2 < EG_NUMBER_TEXT_MAX;
         power--) {
        if (power == -1) {
            out[n++] = '.';
        }
        int index = exponent - power;
        out[n++] = index >= 0 && index < (int)count ? digits[index] : '0';
    }
    out[n] = '\0';
}

void eg_number_decimal(char out[EG_NUMBER_TEXT_MAX], bool negative, uint64_t units, int places)
{
    char digits[DECIMAL_MAX];
    size_t n = 0;
    assert(places >= 0 && places <= EG_NUMBER_DECIMAL_PLACES_MAX);
    for (int at = 0; units > 0 || at <= places; at++, units /= 10) {
        if (at == places && places > 0) {
            digits[n++] = '.';
        }
        digits[n++] = (char)('0' + units % 10);
    }
    if (negative) {
        digits[n++] = '-';
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = digits[n - 1 - i];
    }
    out[n] = '\0';
}

static bool write_quickly(char out[EG_NUMBER_TEXT_MAX], double x)
{
    int places = 0;
    double size = fabs(x);
    uint64_t whole = 0;
    for (;; places++) {
        double scaled = size * powers[places] + 0.5;
        if (places > QUICK_PLACES || !(scaled < WHOLE_END)) {
            return false;
        }
        whole = (uint64_t)scaled;
        if ((double)whole / powers[places] == size) {
            break;
        }
    }
    eg_number_decimal(out, x < 0, whole, places);
    return true;
}

/* Of x = mantissa / 2^shift, both whole. */
struct binary {
    uint64_t mantissa;
    int shift;
    /* decimal, of the first digit */
    int exponent;
};

/* False: too small, too large, or a power of two, whose neighbours are not equally far. */
static bool take_apart(struct binary *out, double x)
{
    int power = 0;
    if (!(x >= 1e-3 && x < WHOLE_END)) {
        return false;
    }
    double half_to_one = frexp(x, &power);
    *out = (struct binary){.mantissa = (uint64_t)ldexp(half_to_one, MANTISSA_BITS),
                           .shift = MANTISSA_BITS - power,
                           .exponent = x < 1e-2   ? -3
                                       : x < 1e-1 ? -2
                                                  : -1};
    while (out->exponent >= -1 && out->exponent < DIGITS_MAX - 1 &&
           x >= powers[out->exponent + 1]) {
        out->exponent++;
    }
    return half_to_one > 0.5;
}

/*
 * x rounded to so many digits, to even in the middle, and whether they read back as x: that is, lie
 * no further from it than half the way to its neighbours. Exact: 53 bits times 10^19 fit 128.
 */
static bool round_digits(uint64_t *out, bool *reads_back, const struct binary *x, int significant)
{
    uint64_t power = 1;
    for (int i = x->exponent; i < significant - 1; i++) {
        power *= 10;
    }
    uwide all = (uwide)x->mantissa * power;
    uwide half = (uwide)1 << (x->shift - 1);
    uwide rest = all & (2 * half - 1);
    uint64_t digits = (uint64_t)(all >> x->shift);
    bool up = rest > half || (rest == half && (digits & 1) != 0);
    uwide apart = up ? 2 * half - rest : rest;
    *reads_back = 2 * apart < power || (2 * apart == power && (x->mantissa & 1) == 0);
    *out = digits + (up ? 1 : 0);
    return (double)*out >= powers[significant - 1] && (double)*out < powers[significant];
}

/* Numbers of middling size with many digits, as means are. */
static bool write_digits(char out[EG_NUMBER_TEXT_MAX], double x)
{
    struct binary parts;
    uint64_t units = 0;
    bool reads_back = false;
    if (!take_apart(&parts, fabs(x))) {
        return false;
    }
    for (int significant = DIGITS_MAX; significant <= DBL_DECIMAL_DIG; significant++) {
        if (!round_digits(&units, &reads_back, &parts, significant)) {
            return false;
        }
        int places = significant - 1 - parts.exponent;
        if (reads_back || significant == DBL_DECIMAL_DIG) {
            for (; places > 0 && units % 10 == 0; places--) {
                units /= 10;
            }
            eg_number_decimal(out, x < 0, units, places);
            return true;
        }
    }
    return false;
}

void eg_number_text(char out[EG_NUMBER_TEXT_MAX], double x)
{
    if (!isfinite(x)) {
        (void)snprintf(out, EG_NUMBER_TEXT_MAX, "%s",
                       isnan(x) ? "NaN" : (x > 0 ? "Infinity" : "-Infinity"));
        return;
    }
    if (x == 0) {
        (void)snprintf(out, EG_NUMBER_TEXT_MAX, "0");
        return;
    }
    if (write_quickly(out, x) || write_digits(out, x)) {
        return;
    }
    char digits[32] = "";
    int exponent = 0;
    for (int significant = DIGITS_MAX; significant <= DBL_DECIMAL_DIG; significant++) {
        size_t count = digits_of(digits, &exponent, fabs(x), significant);
        char back[64] = "";
        (void)snprintf(back, sizeof back, "%c.%se%d", digits[0], digits + 1, exponent);
        lay_out(out, x < 0, digits, count, exponent);
        if (by_library(back) == fabs(x)) {
            return;
        }
    }
}
