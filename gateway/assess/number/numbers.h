/*
 * The arithmetic of measured values: IEEE 754 binary64, every operation rounded on its own, no
 * libm, the same octets on every machine. A quiet NaN is "no number" and goes through everything.
 * Their texts: base/number.h. Immutable; any thread.
 */
#ifndef EG_ASSESS_NUMBERS_H
#define EG_ASSESS_NUMBERS_H

#include "base/number.h"

#include <stddef.h>

#define EG_NUMBER_PLACES_MAX 9 /* places that rounding takes */

/* Half away from zero at `place` decimals, with the tie tolerance (see numbers.c). */
double eg_number_round(double x, int place);

/* Exact sum rounded once; order does not matter. 0 for none, NaN if any is NaN or not finite. */
double eg_number_sum(const double *values, size_t count);
double eg_number_mean(const double *values, size_t count); /* NaN for none */

double eg_number_standard_wet(double c, double t_kelvin, double p_kpa);
double eg_number_standard_dry(double c, double t_kelvin, double p_kpa, double moisture);
double eg_number_reference_oxygen(double c, double o, double b);
/* Converted only while o > b when `cleaned`; else c as it is. */
double eg_number_reference_oxygen_restricted(double c, double o, double b, bool cleaned);
double eg_number_validate(double x, double ci); /* max(0, x - ci) */
double eg_number_percent_of(double p, double x);
double eg_number_max(double a, double b);
double eg_number_min(double a, double b);

/* Rounded at `place`, with exactly so many decimals; never "-0". */
void eg_number_text_place(char out[EG_NUMBER_TEXT_MAX], double x, int place);

#endif
