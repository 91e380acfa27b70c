/*
 * Measurement functions of single values: standard conditions, reference oxygen, validation, legal
 * rounding, numbers as texts. Formulas, units and sources are in rules/FUNCTIONS.md and numbers.h.
 */
#include "assess/xpath/functions_inside.h"

#include "assess/number/numbers.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <string.h>

static void on_standard_wet(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, "standard-wet")) {
        double p = eg_function_pop_number(ctxt), t = eg_function_pop_number(ctxt),
               c = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, eg_number_standard_wet(c, t, p));
    }
}

static void on_standard_dry(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, "standard-dry")) {
        double f = eg_function_pop_number(ctxt), p = eg_function_pop_number(ctxt),
               t = eg_function_pop_number(ctxt);
        double c = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, eg_number_standard_dry(c, t, p, f));
    }
}

static void on_reference_oxygen(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, "reference-oxygen")) {
        double b = eg_function_pop_number(ctxt), o = eg_function_pop_number(ctxt),
               c = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, eg_number_reference_oxygen(c, o, b));
    }
}

static void on_reference_oxygen_restricted(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, "reference-oxygen-restricted")) {
        bool cleaned = eg_function_pop_boolean(ctxt);
        double b = eg_function_pop_number(ctxt), o = eg_function_pop_number(ctxt),
               c = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, eg_number_reference_oxygen_restricted(c, o, b, cleaned));
    }
}

typedef double (*two_fn)(double a, double b);

static void on_two(xmlXPathParserContext *ctxt, int count, const char *name, two_fn function)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, name)) {
        double b = eg_function_pop_number(ctxt), a = eg_function_pop_number(ctxt);
        eg_function_push_number(ctxt, function(a, b));
    }
}

static void on_validate(xmlXPathParserContext *ctxt, int count)
{
    on_two(ctxt, count, "validate", eg_number_validate);
}

static void on_percent_of(xmlXPathParserContext *ctxt, int count)
{
    on_two(ctxt, count, "percent-of", eg_number_percent_of);
}

static void on_max(xmlXPathParserContext *ctxt, int count)
{
    on_two(ctxt, count, "max", eg_number_max);
}

static void on_min(xmlXPathParserContext *ctxt, int count)
{
    on_two(ctxt, count, "min", eg_number_min);
}

/* -1 (which rounding answers with no number) unless it is a whole number of places. */
static int place_of(double place)
{
    return place >= 0 && place <= EG_NUMBER_PLACES_MAX && place == (double)(int)place ? (int)place
                                                                                      : -1;
}

static double round_at(double x, double place)
{
    return eg_number_round(x, place_of(place));
}

static void on_round(xmlXPathParserContext *ctxt, int count)
{
    on_two(ctxt, count, "round", round_at);
}

static void on_number_strict(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_FUNCTION_NS, "number")) {
        eg_function_push_number(ctxt, eg_function_pop_number(ctxt));
    }
}

static void on_number_text(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, EG_FUNCTION_NS, "number-text")) {
        return;
    }
    char text[EG_NUMBER_TEXT_MAX] = "";
    double place = count == 2 ? eg_function_pop_number(ctxt) : 0;
    double x = eg_function_pop_number(ctxt);
    if (count == 2) {
        eg_number_text_place(text, x, place_of(place));
    } else {
        eg_number_text(text, x);
    }
    if (eg_function_spend(ctxt, strlen(text))) {
        valuePush(ctxt, xmlXPathNewCString(text));
    }
}

const struct eg_function_own eg_functions_measure[] = {
    {EG_FUNCTION_NS, "standard-wet", on_standard_wet},
    {EG_FUNCTION_NS, "standard-dry", on_standard_dry},
    {EG_FUNCTION_NS, "reference-oxygen", on_reference_oxygen},
    {EG_FUNCTION_NS, "reference-oxygen-restricted", on_reference_oxygen_restricted},
    {EG_FUNCTION_NS, "validate", on_validate},
    {EG_FUNCTION_NS, "percent-of", on_percent_of},
    {EG_FUNCTION_NS, "max", on_max},
    {EG_FUNCTION_NS, "min", on_min},
    {EG_FUNCTION_NS, "round", on_round},
    {EG_FUNCTION_NS, "number", on_number_strict},
    {EG_FUNCTION_NS, "number-text", on_number_text},
};
const size_t eg_functions_measure_count =
    sizeof eg_functions_measure / sizeof eg_functions_measure[0];
