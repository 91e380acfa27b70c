/*
 * Exact numbers: fractions of whole numbers of 128 bits. Parameters are decimals and stay what they
 * were written as through formulas: 1.1 * 50 is 55, not 55.00000000000001.
 *
 * Every operation answers false, and leaves its output as it was, when the result is beyond 10^36
 * or its denominator beyond 10^36, and when a divisor is 0. Immutable values; any thread.
 */
#ifndef EG_ASSESS_EXACT_H
#define EG_ASSESS_EXACT_H

#include "base/bytes.h"

#include <stdbool.h>

#define EG_EXACT_TEXT_MAX 80 /* 37 digits on each side of the point, sign, point */

/* A name for the type, which the standard has none for. */
__extension__ typedef __int128 eg_whole;

struct eg_exact {
    /* numerator */
    eg_whole over;
    /* denominator, above 0; without a common divisor */
    eg_whole under;
};

/* [-] digits [. digits], as eg_number_read takes them. */
bool eg_exact_read(struct eg_exact *out, struct eg_bytes text);

bool eg_exact_add(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b);
bool eg_exact_subtract(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b);
bool eg_exact_multiply(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b);
bool eg_exact_divide(struct eg_exact *out, const struct eg_exact *a, const struct eg_exact *b);
int eg_exact_compare(const struct eg_exact *a, const struct eg_exact *b); /* < 0, 0, > 0 */

/*
 * The decimal digits, with zeros up to `place` decimals, where they end within EG_EXACT_PLACES
 * decimals; else the shortest text of the nearest binary64. *number is the nearest binary64.
 */
#define EG_EXACT_PLACES 30
void eg_exact_text(char out[EG_EXACT_TEXT_MAX], double *number, const struct eg_exact *x,
                   int place);

#endif
