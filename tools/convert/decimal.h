/*
 * Decimal numbers as text: from a cell to what urn:emgate:report:1 takes, without touching a digit.
 */
#ifndef EG_CONVERT_DECIMAL_H
#define EG_CONVERT_DECIMAL_H

#include "base/bytes.h"

#define EG_DECIMAL_TEXT_MAX 32

/*
 * Read [-] digits [sign digits] with `sign` as decimal sign, move the point by `shift` places to
 * the right (negative: to the left), and write it as the schema's `number`: no superfluous zeros
 * before the point, at most 12 decimals up to 999, 6 beyond, below 10^9. Decimals are kept as
 * written.
 *
 * Returns NULL when it is done, else what is wrong, in words; out is untouched then.
 */
const char *eg_decimal_convert(char out[EG_DECIMAL_TEXT_MAX], struct eg_bytes cell, char sign,
                               int shift);

#endif
