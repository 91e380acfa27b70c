/*
 * The table of functions that expressions may call. Immutable; any thread.
 */
#ifndef EG_ASSESS_FUNCTION_TABLE_H
#define EG_ASSESS_FUNCTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define EG_EXSLT_COMMON "http://exslt.org/common"
#define EG_EXSLT_MATH "http://exslt.org/math"
#define EG_EXSLT_SETS "http://exslt.org/sets"
#define EG_EXSLT_STRINGS "http://exslt.org/strings"
#define EG_EXSLT_DATES "http://exslt.org/dates-and-times"

struct eg_function_row {
    const char *ns, *name;
    /* arguments; max -1: any number */
    int min, max;
    /* only where stylesheet functions are: stylesheets and checks */
    bool xslt;
    /* only in stylesheets: makes nodes that a transformation must own */
    bool stylesheet;
};

extern const struct eg_function_row eg_function_rows[];
extern const size_t eg_function_row_count;

const struct eg_function_row *eg_function_row(const char *ns, const char *name); /* NULL: none */

#endif
