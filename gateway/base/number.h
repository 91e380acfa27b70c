/*
 * Numbers (IEEE 754 binary64) and their texts, the same on every host and in every locale. A quiet
 * NaN is "no number". Immutable; any thread.
 */
#ifndef EG_BASE_NUMBER_H
#define EG_BASE_NUMBER_H

#include "base/bytes.h"

#define EG_NUMBER_TEXT_MAX 400 /* 310 digits before the point, sign, point, places */

/*
 * Read a number: [-] digits [. digits], at most 15 significant digits, correctly rounded. Blanks at
 * both ends are passed over. false (out is NaN): anything else, as 1e5, NaN, INF, +1, 1,5, .5, 1.
 */
bool eg_number_read(struct eg_bytes text, double *out);
/* The same without blanks, times 10^shift (-60..60), rounded once from the decimals as written. */
bool eg_number_read_shifted(struct eg_bytes text, int shift, double *out);
/* XPath 1.0's own Number production (any digits, .5 and 5. too), for number(): NaN if not one. */
double eg_number_xpath(struct eg_bytes text);

/* First of 15, 16, 17 significant digits that reads back the same, without exponent; "NaN". */
void eg_number_text(char out[EG_NUMBER_TEXT_MAX], double x);
/* units / 10^places with all its places, 0..EG_NUMBER_DECIMAL_PLACES_MAX: 1230, 2 is "12.30". */
#define EG_NUMBER_DECIMAL_PLACES_MAX 24
void eg_number_decimal(char out[EG_NUMBER_TEXT_MAX], bool negative, uint64_t units, int places);

#endif
