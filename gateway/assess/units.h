/*
 * Units of the assessment language: a power of ten times a product of dimensions. What differs only
 * in the power of ten is converted exactly, on the decimals as they are written; nothing else is
 * ever converted. Immutable values; any thread.
 *
 *   unit  = atom { "*" atom } [ "/" atom { "*" atom } ]
 *   atom  = 1 % vol-% ng ug mg g kg t m3 h K degC Pa hPa kPa W kW MW
 */
#ifndef EG_ASSESS_UNITS_H
#define EG_ASSESS_UNITS_H

#include "base/bytes.h"

#define EG_UNIT_DIMENSIONS 9

struct eg_unit {
    int8_t power[EG_UNIT_DIMENSIONS]; /* of each dimension, in the order of the table in units.c */
    int8_t scale;                     /* power of ten: mg 0, g 3, kg 6 */
};

/* false: no such unit, or a power beyond 9. */
bool eg_unit_read(struct eg_unit *out, struct eg_bytes text);

bool eg_unit_equal(struct eg_unit a, struct eg_unit b); /* dimensions and scale */
/* Same dimensions; *shift: a number in `from` times 10^shift is the number in `to`. */
bool eg_unit_shift(int *shift, struct eg_unit from, struct eg_unit to);
/* a * b, or a / b where `sign` is -1. false: a power beyond 9. */
bool eg_unit_times(struct eg_unit *out, struct eg_unit a, struct eg_unit b, int sign);

/* The atoms, in the order of the table, for reference pages; NULL: no more. */
const char *eg_unit_atom(size_t index);

#endif
