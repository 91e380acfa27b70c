/*
 * Units of measured quantities: an exact scale, always a power of ten, and the exponents of the
 * dimensions. What can not be written so is no unit of the assessment language.
 *
 *   1  %  vol-%  ng ug mg g kg t  m3  h  K degC  kPa hPa  kW MW  MJ GJ TJ
 *
 * and products and quotients of them, read from left to right: "kg/h", "mg/m3". % and vol-% are
 * dimensions of their own, so that a share is never taken for a concentration of oxygen. degC has a
 * zero point of its own: it is added and multiplied with nothing, kelvin() makes K of it.
 */
#ifndef EG_ASSESS_UNIT_H
#define EG_ASSESS_UNIT_H

#include "base/bytes.h"

enum eg_dimension {
    EG_DIM_PERCENT,
    EG_DIM_VOLUME_PERCENT,
    EG_DIM_MASS,
    EG_DIM_VOLUME,
    EG_DIM_HOUR,
    EG_DIM_KELVIN,
    EG_DIM_CELSIUS,
    EG_DIM_PRESSURE,
    EG_DIM_POWER,
    EG_DIM_ENERGY,
    EG_DIMENSIONS
};

#define EG_UNIT_TEXT_MAX 32 /* the longest unit that is read */

struct eg_unit {
    /* of the number 0: fits every unit */
    bool any;
    /* power of ten over mg, m3, h, K, degC, hPa, kW, MJ */
    int8_t scale;
    int8_t dims[EG_DIMENSIONS];
};

extern const struct eg_unit eg_unit_one, eg_unit_any;

/* false: no unit of the table. */
bool eg_unit_read(struct eg_bytes text, struct eg_unit *out);

/* The units of the table in order; false: no more. Names and dimension ("mass") are static. */
bool eg_unit_at(size_t index, const char **name, const char **dimension);

bool eg_unit_same(const struct eg_unit *a, const struct eg_unit *b); /* `any` fits all */
/* The same dimensions: one can be converted into the other. */
bool eg_unit_alike(const struct eg_unit *a, const struct eg_unit *b);
/* An offset scale, which takes part in no sum, product or quotient. */
bool eg_unit_is_offset(const struct eg_unit *unit);

/* false: an exponent grows beyond reason, or a unit is degC; *out untouched. */
bool eg_unit_multiply(struct eg_unit *out, const struct eg_unit *a, const struct eg_unit *b);
bool eg_unit_divide(struct eg_unit *out, const struct eg_unit *a, const struct eg_unit *b);

/*
 * Numbers in `from` become numbers in `to` when multiplied with 10^power (negative: divided by
 * 10^-power, which is exact where a multiplication is not). false: the units are not alike.
 */
bool eg_unit_convert(int *power, const struct eg_unit *from, const struct eg_unit *to);

/* x * 10^power, rounded once. */
double eg_unit_scaled(double x, int power);

#endif
