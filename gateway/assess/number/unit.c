/*
 * The table of units, and arithmetic on exponents.
 */
#include "assess/number/unit.h"

#include <math.h>
#include <string.h>

#define EXPONENT_MAX 60 /* no provision comes near; keeps int8_t safe */
#define POWER_EXACT 22  /* 10^22 is the last power of ten that a double holds exactly */

struct entry {
    const char *name;
    int8_t scale;
    /* -1: none */
    int dimension;
};

static const struct entry table[] = {
    {"1", 0, -1},
    {"%", 0, EG_DIM_PERCENT},
    {"vol-%", 0, EG_DIM_VOLUME_PERCENT},
    {"ng", -6, EG_DIM_MASS},
    {"ug", -3, EG_DIM_MASS},
    {"mg", 0, EG_DIM_MASS},
    {"g", 3, EG_DIM_MASS},
    {"kg", 6, EG_DIM_MASS},
    {"t", 9, EG_DIM_MASS},
    {"m3", 0, EG_DIM_VOLUME},
    {"h", 0, EG_DIM_HOUR},
    {"K", 0, EG_DIM_KELVIN},
    {"degC", 0, EG_DIM_CELSIUS},
    {"hPa", 0, EG_DIM_PRESSURE},
    {"kPa", 1, EG_DIM_PRESSURE},
    {"kW", 0, EG_DIM_POWER},
    {"MW", 3, EG_DIM_POWER},
    {"MJ", 0, EG_DIM_ENERGY},
    {"GJ", 3, EG_DIM_ENERGY},
    {"TJ", 6, EG_DIM_ENERGY},
};

static const char *const dimensions[EG_DIMENSIONS] = {
    [EG_DIM_PERCENT] = "share",
    [EG_DIM_VOLUME_PERCENT] = "share of volume",
    [EG_DIM_MASS] = "mass",
    [EG_DIM_VOLUME] = "volume",
    [EG_DIM_HOUR] = "time",
    [EG_DIM_KELVIN] = "temperature",
    [EG_DIM_CELSIUS] = "temperature over the freezing point, for kelvin only",
    [EG_DIM_PRESSURE] = "pressure",
    [EG_DIM_POWER] = "power",
    [EG_DIM_ENERGY] = "energy",
};

static const double powers[POWER_EXACT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

const struct eg_unit eg_unit_one = {0};
const struct eg_unit eg_unit_any = {.any = true};

static bool read_one(struct eg_bytes text, struct eg_unit *out)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (eg_bytes_is(text, table[i].name)) {
            *out = (struct eg_unit){.scale = table[i].scale};
            if (table[i].dimension >= 0) {
                out->dims[table[i].dimension] = 1;
            }
            return true;
        }
    }
    return false;
}

bool eg_unit_at(size_t index, const char **name, const char **dimension)
{
    if (index >= sizeof table / sizeof table[0]) {
        return false;
    }
    *name = table[index].name;
    *dimension = table[index].dimension >= 0 ? dimensions[table[index].dimension] : "number";
    return true;
}

bool eg_unit_read(struct eg_bytes text, struct eg_unit *out)
{
    struct eg_unit made = {0};
    bool first = true;
    char sign = '*';

    if (text.len == 0 || text.len > EG_UNIT_TEXT_MAX) {
        return false;
    }
    while (true) {
        size_t len = 0;
        while (len < text.len && text.data[len] != '/' && text.data[len] != '*') {
            len++;
        }
        struct eg_unit part = {0};
        if (!read_one((struct eg_bytes){text.data, len}, &part)) {
            return false;
        }
        bool fits = first || (sign == '*' ? eg_unit_multiply(&made, &made, &part)
                                          : eg_unit_divide(&made, &made, &part));
        if (!fits) {
            return false;
        }
        made = first ? part : made;
        first = false;
        if (len == text.len) {
            break;
        }
        sign = (char)text.data[len];
        text.data += len + 1;
        text.len -= len + 1;
    }
    *out = made;
    return true;
}

bool eg_unit_alike(const struct eg_unit *a, const struct eg_unit *b)
{
    return a->any || b->any || memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

bool eg_unit_same(const struct eg_unit *a, const struct eg_unit *b)
{
    return a->any || b->any || (a->scale == b->scale && eg_unit_alike(a, b));
}

bool eg_unit_is_offset(const struct eg_unit *unit)
{
    return !unit->any && unit->dims[EG_DIM_CELSIUS] != 0;
}

static bool combine(struct eg_unit *out, const struct eg_unit *a, const struct eg_unit *b, int sign)
{
    if (a->any || b->any) {
        *out = eg_unit_any;
        return true;
    }
    if (eg_unit_is_offset(a) || eg_unit_is_offset(b)) {
        return false;
    }
    int scale = a->scale + sign * b->scale;
    bool fits = scale >= -EXPONENT_MAX && scale <= EXPONENT_MAX;
    struct eg_unit made = {.scale = (int8_t)(fits ? scale : 0)};
    for (size_t i = 0; i < EG_DIMENSIONS; i++) {
        int exponent = a->dims[i] + sign * b->dims[i];
        fits = fits && exponent >= -EXPONENT_MAX && exponent <= EXPONENT_MAX;
        made.dims[i] = (int8_t)(fits ? exponent : 0);
    }
    if (fits) {
        *out = made;
    }
    return fits;
}

bool eg_unit_multiply(struct eg_unit *out, const struct eg_unit *a, const struct eg_unit *b)
{
    return combine(out, a, b, 1);
}

bool eg_unit_divide(struct eg_unit *out, const struct eg_unit *a, const struct eg_unit *b)
{
    return combine(out, a, b, -1);
}

bool eg_unit_convert(int *power, const struct eg_unit *from, const struct eg_unit *to)
{
    if (!eg_unit_alike(from, to)) {
        return false;
    }
    *power = from->any || to->any ? 0 : from->scale - to->scale;
    return true;
}

double eg_unit_scaled(double x, int power)
{
    /* Beyond the exact powers no unit of the table leads in one step. */
    if (power > POWER_EXACT || power < -POWER_EXACT) {
        return (double)NAN;
    }
    return power >= 0 ? x * powers[power] : x / powers[-power];
}
