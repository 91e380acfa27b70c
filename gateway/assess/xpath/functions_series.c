/*
 * Measurement functions of series: sums, means with coverage, counts, percentiles, classes. A value
 * that is no number takes no part, unless the function says otherwise; a limit, a share or a bound
 * that is no number makes the result none. Formulas are in rules/FUNCTIONS.md.
 */
#include "assess/xpath/functions_inside.h"

#include "assess/number/numbers.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdlib.h>

static size_t keep_numeric(double *numbers, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(numbers[i])) {
            numbers[kept++] = numbers[i];
        }
    }
    return kept;
}

/* The numeric values of the node-set that is the first argument; NULL: an error is set. */
static double *pop_series(xmlXPathParserContext *ctxt, size_t *count)
{
    double *numbers = eg_function_pop_numbers(ctxt, eg_function_strict, count);
    *count = numbers != NULL ? keep_numeric(numbers, *count) : 0;
    return numbers;
}

static bool starts(xmlXPathParserContext *ctxt, int count, const char *name)
{
    return eg_function_arity(ctxt, count, EG_FUNCTION_NS, name);
}

/* Strict: one value that is no number makes the sum none. */
static void on_sum(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    double *numbers =
        starts(ctxt, count, "sum") ? eg_function_pop_numbers(ctxt, eg_function_strict, &n) : NULL;
    if (numbers != NULL) {
        eg_function_push_number(ctxt, eg_number_sum(numbers, n));
    }
    free(numbers);
}

static void on_mean(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    double *numbers = starts(ctxt, count, "mean") ? pop_series(ctxt, &n) : NULL;
    if (numbers != NULL) {
        eg_function_push_number(ctxt, eg_number_mean(numbers, n));
    }
    free(numbers);
}

static double percent(size_t part, double whole)
{
    return whole > 0 ? 100 * (double)part / whole : (double)NAN;
}

/* mean-covered(values, expected, percent): none below that share of the expected number. */
static void on_mean_covered(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    if (!starts(ctxt, count, "mean-covered")) {
        return;
    }
    double least = eg_function_pop_number(ctxt), expected = eg_function_pop_number(ctxt);
    double *numbers = pop_series(ctxt, &n);
    if (numbers != NULL) {
        bool covered = percent(n, expected) >= least;
        eg_function_push_number(ctxt, covered ? eg_number_mean(numbers, n) : (double)NAN);
    }
    free(numbers);
}

static void on_coverage(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    if (!starts(ctxt, count, "coverage")) {
        return;
    }
    double expected = eg_function_pop_number(ctxt);
    double *numbers = pop_series(ctxt, &n);
    if (numbers != NULL) {
        eg_function_push_number(ctxt, percent(n, expected));
    }
    free(numbers);
}

static void on_count_numeric(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    double *numbers = starts(ctxt, count, "count-numeric") ? pop_series(ctxt, &n) : NULL;
    if (numbers != NULL) {
        eg_function_push_number(ctxt, (double)n);
    }
    free(numbers);
}

static size_t count_above(const double *numbers, size_t count, double limit)
{
    size_t above = 0;
    for (size_t i = 0; i < count; i++) {
        above += numbers[i] > limit ? 1 : 0;
    }
    return above;
}

static void on_count_above(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    if (!starts(ctxt, count, "count-above")) {
        return;
    }
    double limit = eg_function_pop_number(ctxt);
    double *numbers = pop_series(ctxt, &n);
    if (numbers != NULL) {
        eg_function_push_number(ctxt,
                                isnan(limit) ? limit : (double)count_above(numbers, n, limit));
    }
    free(numbers);
}

static void on_share_at_most(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    if (!starts(ctxt, count, "share-at-most")) {
        return;
    }
    double limit = eg_function_pop_number(ctxt);
    double *numbers = pop_series(ctxt, &n);
    if (numbers != NULL) {
        double share = percent(n - count_above(numbers, n, limit), (double)n);
        eg_function_push_number(ctxt, isnan(limit) ? limit : share);
    }
    free(numbers);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nearest rank: the least value that at least p % of the values do not exceed. */
static double percentile(double *numbers, size_t count, double p)
{
    if (count == 0 || !(p > 0 && p <= 100)) {
        return (double)NAN;
    }
    qsort(numbers, count, sizeof *numbers, compare);
    size_t rank = (size_t)(p * (double)count / 100);
    while (100 * (double)rank < p * (double)count) {
        rank++;
    }
    return numbers[rank > 0 ? (rank <= count ? rank : count) - 1 : 0];
}

static void on_percentile(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    if (!starts(ctxt, count, "percentile")) {
        return;
    }
    double p = eg_function_pop_number(ctxt);
    double *numbers = pop_series(ctxt, &n);
    if (numbers != NULL) {
        eg_function_push_number(ctxt, percentile(numbers, n, p));
    }
    free(numbers);
}

/* class(x, bounds): a bound belongs to the class below it; bounds rise. */
static double class_of(double x, const double *bounds, size_t count)
{
    double number = 1;
    for (size_t i = 0; i < count; i++) {
        if (isnan(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1])) {
            return (double)NAN;
        }
        number += x > bounds[i] ? 1 : 0;
    }
    return isnan(x) ? x : number;
}

static void on_class(xmlXPathParserContext *ctxt, int count)
{
    size_t n = 0;
    double *bounds =
        starts(ctxt, count, "class") ? eg_function_pop_numbers(ctxt, eg_function_strict, &n) : NULL;
    if (bounds != NULL) {
        double x = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, class_of(x, bounds, n));
    }
    free(bounds);
}

const struct eg_function_own eg_functions_series[] = {
    {EG_FUNCTION_NS, "sum", on_sum},
    {EG_FUNCTION_NS, "mean", on_mean},
    {EG_FUNCTION_NS, "mean-covered", on_mean_covered},
    {EG_FUNCTION_NS, "coverage", on_coverage},
    {EG_FUNCTION_NS, "count-numeric", on_count_numeric},
    {EG_FUNCTION_NS, "count-above", on_count_above},
    {EG_FUNCTION_NS, "share-at-most", on_share_at_most},
    {EG_FUNCTION_NS, "percentile", on_percentile},
    {EG_FUNCTION_NS, "class", on_class},
};
const size_t eg_functions_series_count = sizeof eg_functions_series / sizeof eg_functions_series[0];
