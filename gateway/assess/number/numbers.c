/*
 * Numbers of measured values. Reading, rounding and writing follow three rules that make binary64
 * behave like the decimals that a provision has in mind:
 *
 * Reading   at most 15 significant digits, correctly rounded (base/number.h)
 * Rounding  at place d (DIN 1333, 4.5.1: half away from zero): y = |x| * 10^d, from 10^9 on no
 *           number; n = floor(y); if y - n >= 0.5 - 10^-12 * max(1, y) then n + 1; n / 10^d with
 *           the sign of x. The tolerance takes back what binary arithmetic lost: 0.285 at two
 *           places is a tie and gives 0.29. It makes no tie of what is none: means and oxygen
 *           conversions of readings that are no ties lie more than 10^-7 from one.
 * Sums      the real sum of the doubles, rounded once (Shewchuk's non-overlapping partials), so
 *           that their order does not matter.
 *
 *   standard-wet(c, T, p)          c * (T / 273.15 K) * (101.3 kPa / p); p 0: no number
 *   standard-dry(c, T, p, f)       standard-wet * 100 / (100 - f), f in vol-%; f >= 100: no number
 *                                  13. BImSchV section 2 (1), 17. BImSchV section 2 (7)
 *   reference-oxygen(c, o, b)      c * (21 - b) / (21 - o), vol-%; o not in [0, 21): no number
 *                                  13. and 17. BImSchV Annex 5, 44. BImSchV Annex 3
 *   reference-oxygen-restricted(c, o, b, cleaned)
 *                                  only while o > b where flue-gas cleaning reduces the substance
 *                                  13. BImSchV section 19 (1), 17. BImSchV section 17 (1)
 *   validate(x, ci)                max(0, x - ci); that below zero is zero: EMV-L section 17 (2)
 *   percent-of(p, x)               p * x / 100
 */
#include "assess/number/numbers.h"

#include <math.h>
#include <stdio.h>

#define ROUND_END 1e9
#define ROUND_TOLERANCE 1e-12
#define PARTIALS_MAX 64 /* 2,098 bits in pieces of 53 are 40 */
#define OXYGEN_OF_AIR 21.0
#define KELVIN_STANDARD 273.15
#define KPA_STANDARD 101.3

static const double powers[EG_NUMBER_PLACES_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                        1e5, 1e6, 1e7, 1e8, 1e9};

/* ---- arithmetic --------------------------------------------------------------------------- */

double eg_number_round(double x, int place)
{
    if (place < 0 || place > EG_NUMBER_PLACES_MAX || !isfinite(x)) {
        return (double)NAN;
    }
    double y = fabs(x) * powers[place];
    if (y >= ROUND_END) {
        return (double)NAN;
    }
    double n = (double)(int64_t)y;
    if (y - n >= 0.5 - ROUND_TOLERANCE * (y > 1 ? y : 1)) {
        n += 1;
    }
    double rounded = n / powers[place];
    return x < 0 && n > 0 ? -rounded : rounded;
}

/* Add x to the partials, which stay non-overlapping and ascending. */
static bool add_partial(double partials[PARTIALS_MAX], size_t *count, double x)
{
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        double y = partials[i];
        if (fabs(x) < fabs(y)) {
            double swap = x;
            x = y;
            y = swap;
        }
        double high = x + y;
        double low = y - (high - x);
        if (low != 0) {
            partials[kept++] = low;
        }
        x = high;
    }
    if (kept == PARTIALS_MAX || !isfinite(x)) {
        return false;
    }
    partials[kept++] = x;
    *count = kept;
    return true;
}

/* The partials' real sum, rounded once to nearest even. */
static double round_partials(const double partials[PARTIALS_MAX], size_t count)
{
    if (count == 0) {
        return 0;
    }
    double high = partials[--count];
    double low = 0;
    while (count > 0) {
        double x = high;
        double y = partials[--count];
        high = x + y;
        low = y - (high - x);
        if (low != 0) {
            break;
        }
    }
    /* A tie that lower partials push away from even. */
    if (count > 0 &&
        ((low < 0 && partials[count - 1] < 0) || (low > 0 && partials[count - 1] > 0))) {
        double y = low * 2;
        double x = high + y;
        if (y == x - high) {
            high = x;
        }
    }
    return high;
}

double eg_number_sum(const double *values, size_t count)
{
    double partials[PARTIALS_MAX] = {0};
    size_t partial_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]) || !add_partial(partials, &partial_count, values[i])) {
            return (double)NAN;
        }
    }
    return round_partials(partials, partial_count);
}

double eg_number_mean(const double *values, size_t count)
{
    return count > 0 ? eg_number_sum(values, count) / (double)count : (double)NAN;
}

static double finite_or_none(double x)
{
    return isfinite(x) ? x : (double)NAN;
}

double eg_number_standard_wet(double c, double t_kelvin, double p_kpa)
{
    return finite_or_none(c * (t_kelvin / KELVIN_STANDARD) * (KPA_STANDARD / p_kpa));
}

double eg_number_standard_dry(double c, double t_kelvin, double p_kpa, double moisture)
{
    if (!(moisture < 100)) {
        return (double)NAN;
    }
    return finite_or_none(eg_number_standard_wet(c, t_kelvin, p_kpa) * 100 / (100 - moisture));
}

double eg_number_reference_oxygen(double c, double o, double b)
{
    if (!(o >= 0 && o < OXYGEN_OF_AIR)) {
        return (double)NAN;
    }
    return finite_or_none(c * (OXYGEN_OF_AIR - b) / (OXYGEN_OF_AIR - o));
}

double eg_number_reference_oxygen_restricted(double c, double o, double b, bool cleaned)
{
    if (isnan(o) || isnan(b)) {
        return (double)NAN;
    }
    return cleaned && o <= b && o >= 0 ? finite_or_none(c) : eg_number_reference_oxygen(c, o, b);
}

double eg_number_validate(double x, double ci)
{
    return eg_number_max(0, x - ci);
}

double eg_number_percent_of(double p, double x)
{
    return finite_or_none(p * x / 100);
}

double eg_number_max(double a, double b)
{
    return isnan(a) || isnan(b) ? (double)NAN : a > b ? a : b;
}

double eg_number_min(double a, double b)
{
    return isnan(a) || isnan(b) ? (double)NAN : a < b ? a : b;
}

/* ---- writing ------------------------------------------------------------------------------ */

void eg_number_text_place(char out[EG_NUMBER_TEXT_MAX], double x, int place)
{
    double rounded = eg_number_round(x, place);
    if (!isfinite(rounded)) {
        (void)snprintf(out, EG_NUMBER_TEXT_MAX, "NaN");
        return;
    }
    /* Below 10^9 in units of the place: a whole number that a double holds. */
    int64_t units = (int64_t)(fabs(rounded) * powers[place] + 0.5);
    eg_number_decimal(out, rounded < 0, (uint64_t)units, place);
}
