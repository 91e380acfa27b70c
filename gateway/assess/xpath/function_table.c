/*
 * Which functions expressions may call, with how many arguments. What is not in this table is taken
 * out of every context and refused at load: clock, chance, host, and what differs between
 * libraries.
 */
#include "assess/xpath/function_table.h"
#include "assess/xpath/functions.h"

#include <string.h>

#define CORE ""
#define F EG_FUNCTION_NS

const struct eg_function_row eg_function_rows[] = {
    /* XPath 1.0, section 4 */
    {CORE, "last", 0, 0, false, false},
    {CORE, "position", 0, 0, false, false},
    {CORE, "count", 1, 1, false, false},
    {CORE, "id", 1, 1, false, false},
    {CORE, "local-name", 0, 1, false, false},
    {CORE, "namespace-uri", 0, 1, false, false},
    {CORE, "name", 0, 1, false, false},
    {CORE, "string", 0, 1, false, false},
    {CORE, "concat", 2, -1, false, false},
    {CORE, "starts-with", 2, 2, false, false},
    {CORE, "contains", 2, 2, false, false},
    {CORE, "substring-before", 2, 2, false, false},
    {CORE, "substring-after", 2, 2, false, false},
    {CORE, "substring", 2, 3, false, false},
    {CORE, "string-length", 0, 1, false, false},
    {CORE, "normalize-space", 0, 1, false, false},
    {CORE, "translate", 3, 3, false, false},
    {CORE, "boolean", 1, 1, false, false},
    {CORE, "not", 1, 1, false, false},
    {CORE, "true", 0, 0, false, false},
    {CORE, "false", 0, 0, false, false},
    {CORE, "lang", 1, 1, false, false},
    {CORE, "number", 0, 1, false, false},
    {CORE, "sum", 1, 1, false, false},
    {CORE, "floor", 1, 1, false, false},
    {CORE, "ceiling", 1, 1, false, false},
    {CORE, "round", 1, 1, false, false},
    /* XSLT 1.0, section 12 */
    {CORE, "document", 1, 2, true, false},
    {CORE, "key", 2, 2, true, false},
    {CORE, "format-number", 2, 3, true, false},
    {CORE, "current", 0, 0, true, false},
    {CORE, "element-available", 1, 1, true, false},
    {CORE, "function-available", 1, 1, true, false},
    /* measurement functions */
    {F, "standard-wet", 3, 3, false, false},
    {F, "standard-dry", 4, 4, false, false},
    {F, "reference-oxygen", 3, 3, false, false},
    {F, "reference-oxygen-restricted", 4, 4, false, false},
    {F, "validate", 2, 2, false, false},
    {F, "percent-of", 2, 2, false, false},
    {F, "max", 2, 2, false, false},
    {F, "min", 2, 2, false, false},
    {F, "round", 2, 2, false, false},
    {F, "number", 1, 1, false, false},
    {F, "number-text", 1, 2, false, false},
    {F, "sum", 1, 1, false, false},
    {F, "mean", 1, 1, false, false},
    {F, "count-numeric", 1, 1, false, false},
    {F, "mean-covered", 3, 3, false, false},
    {F, "coverage", 2, 2, false, false},
    {F, "count-above", 2, 2, false, false},
    {F, "share-at-most", 2, 2, false, false},
    {F, "percentile", 2, 2, false, false},
    {F, "class", 2, 2, false, false},
    {F, "grid-place", 2, 2, false, false},
    {F, "grid-count", 1, 1, false, false},
    {F, "grid-label", 3, 3, false, false},
    {F, "grid-day", 1, 1, false, false},
    {F, "minutes-between", 2, 2, false, false},
    {F, "days-between", 2, 2, false, false},
    /* EXSLT */
    {EG_EXSLT_COMMON, "node-set", 1, 1, false, false},
    {EG_EXSLT_COMMON, "object-type", 1, 1, false, false},
    {EG_EXSLT_MATH, "min", 1, 1, false, false},
    {EG_EXSLT_MATH, "max", 1, 1, false, false},
    {EG_EXSLT_MATH, "highest", 1, 1, false, false},
    {EG_EXSLT_MATH, "lowest", 1, 1, false, false},
    {EG_EXSLT_MATH, "abs", 1, 1, false, false},
    {EG_EXSLT_MATH, "sqrt", 1, 1, false, false},
    {EG_EXSLT_SETS, "difference", 2, 2, false, false},
    {EG_EXSLT_SETS, "intersection", 2, 2, false, false},
    {EG_EXSLT_SETS, "distinct", 1, 1, false, false},
    {EG_EXSLT_SETS, "has-same-node", 2, 2, false, false},
    {EG_EXSLT_SETS, "leading", 2, 2, false, false},
    {EG_EXSLT_SETS, "trailing", 2, 2, false, false},
    {EG_EXSLT_STRINGS, "tokenize", 1, 2, true, true},
    {EG_EXSLT_STRINGS, "split", 1, 2, true, true},
    {EG_EXSLT_STRINGS, "padding", 1, 2, false, false},
    {EG_EXSLT_STRINGS, "align", 2, 3, false, false},
    {EG_EXSLT_STRINGS, "concat", 1, 1, false, false},
    {EG_EXSLT_STRINGS, "replace", 3, 3, true, true},
    {EG_EXSLT_STRINGS, "encode-uri", 2, 2, false, false},
    {EG_EXSLT_STRINGS, "decode-uri", 1, 1, false, false},
    {EG_EXSLT_DATES, "add", 2, 2, false, false},
    {EG_EXSLT_DATES, "add-duration", 2, 2, false, false},
    {EG_EXSLT_DATES, "date", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-abbreviation", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-in-month", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-in-week", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-in-year", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-name", 1, 1, false, false},
    {EG_EXSLT_DATES, "day-of-week-in-month", 1, 1, false, false},
    {EG_EXSLT_DATES, "difference", 2, 2, false, false},
    {EG_EXSLT_DATES, "duration", 1, 1, false, false},
    {EG_EXSLT_DATES, "hour-in-day", 1, 1, false, false},
    {EG_EXSLT_DATES, "leap-year", 1, 1, false, false},
    {EG_EXSLT_DATES, "minute-in-hour", 1, 1, false, false},
    {EG_EXSLT_DATES, "month-abbreviation", 1, 1, false, false},
    {EG_EXSLT_DATES, "month-in-year", 1, 1, false, false},
    {EG_EXSLT_DATES, "month-name", 1, 1, false, false},
    {EG_EXSLT_DATES, "second-in-minute", 1, 1, false, false},
    {EG_EXSLT_DATES, "seconds", 1, 1, false, false},
    {EG_EXSLT_DATES, "sum", 1, 1, false, false},
    {EG_EXSLT_DATES, "time", 1, 1, false, false},
    {EG_EXSLT_DATES, "week-in-month", 1, 1, false, false},
    {EG_EXSLT_DATES, "week-in-year", 1, 1, false, false},
    {EG_EXSLT_DATES, "year", 1, 1, false, false},
};
const size_t eg_function_row_count = sizeof eg_function_rows / sizeof eg_function_rows[0];

const struct eg_function_row *eg_function_row(const char *ns, const char *name)
{
    for (size_t i = 0; i < eg_function_row_count; i++) {
        if (strcmp(eg_function_rows[i].name, name) == 0 &&
            strcmp(eg_function_rows[i].ns, ns) == 0) {
            return &eg_function_rows[i];
        }
    }
    return NULL;
}

bool eg_functions_known(const char *ns, const char *name, bool xslt, int *min, int *max)
{
    const struct eg_function_row *row = eg_function_row(ns, name);
    if (row == NULL || (row->xslt && !xslt)) {
        return false;
    }
    *min = row->min;
    *max = row->max;
    return true;
}
