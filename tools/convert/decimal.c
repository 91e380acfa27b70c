/*
 * Numbers stay text: reading them into binary and printing them again could change what a plant
 * measured, and a report is signed octet by octet.
 */
#include "convert/decimal.h"

#include <string.h>

#define DIGITS_MAX 64
#define WHOLE_MAX 9
#define SMALL_WHOLE 3
#define DECIMALS_SMALL 12
#define DECIMALS_LARGE 6

struct decimal {
    bool negative;
    char digits[DIGITS_MAX];
    int count;
    /* digits before the point; may be negative or beyond count after a shift */
    int whole;
};

static const char *read(struct decimal *d, struct eg_bytes cell, char sign)
{
    size_t at = 0;
    bool point = false;

    if (cell.len > 0 && cell.data[0] == '-') {
        d->negative = true;
        at = 1;
    }
    for (; at < cell.len; at++) {
        char c = (char)cell.data[at];
        if (c == sign && !point && d->count > 0) {
            point = true;
            d->whole = d->count;
            continue;
        }
        if ((c == '.' || c == ',') && c != sign) {
            return "has the other decimal sign than the mapping says";
        }
        if (c < '0' || c > '9') {
            return "is no decimal number";
        }
        if (d->count == DIGITS_MAX) {
            return "has too many digits";
        }
        d->digits[d->count++] = c;
    }
    if (d->count == 0 || (point && d->whole == d->count)) {
        return "is no decimal number";
    }
    if (!point) {
        d->whole = d->count;
    }
    return NULL;
}

/* The digit at a place that may lie outside of what was written. */
static char digit_at(const struct decimal *d, int at)
{
    return at < 0 || at >= d->count ? '0' : d->digits[at];
}

const char *eg_decimal_convert(char out[EG_DECIMAL_TEXT_MAX], struct eg_bytes cell, char sign,
                               int shift)
{
    struct decimal d = {.negative = false};
    const char *wrong = read(&d, cell, sign);

    if (wrong != NULL) {
        return wrong;
    }
    d.whole += shift;
    int first = 0;
    while (first < d.whole - 1 && digit_at(&d, first) == '0') {
        first++;
    }
    if (d.whole < 1) {
        first = d.whole - 1; /* 0.00x: one zero before the point */
    }
    int whole = d.whole - first;
    int decimals = d.count > d.whole ? d.count - d.whole : 0;
    if (whole > WHOLE_MAX) {
        return "is beyond 999,999,999";
    }
    if (decimals > (whole <= SMALL_WHOLE ? DECIMALS_SMALL : DECIMALS_LARGE)) {
        return "has more decimals than a report carries (12 up to 999, 6 beyond)";
    }
    char *to = out;
    if (d.negative) {
        *to++ = '-';
    }
    for (int i = first; i < d.whole; i++) {
        *to++ = digit_at(&d, i);
    }
    if (decimals > 0) {
        *to++ = '.';
    }
    for (int i = d.whole; i < d.count; i++) {
        *to++ = digit_at(&d, i);
    }
    *to = '\0';
    return NULL;
}
