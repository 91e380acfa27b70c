/*
 * Between functions.c (registration, meter, EXSLT), functions_core.c (XPath's own),
 * functions_sets.c (EXSLT's sets) and the files of measurement functions: taking arguments and
 * giving results.
 */
#ifndef EG_ASSESS_FUNCTIONS_INSIDE_H
#define EG_ASSESS_FUNCTIONS_INSIDE_H

#include "assess/xpath/functions.h"

/* false: an error is set; the table says how many arguments a function has. */
bool eg_function_arity(xmlXPathParserContext *ctxt, int count, const char *ns, const char *name);
/* Count octets of a text that is made; false: an error is set. */
bool eg_function_spend(xmlXPathParserContext *ctxt, size_t octets);

/* Make argument `index` (0 is the first) of `count` a text in place; what reading it takes is paid
 * for. NULL: an error is set. */
const char *eg_function_as_text(xmlXPathParserContext *ctxt, int count, int index);
/* The last argument. A text is read strictly (numbers.h): NaN if it is no number. */
double eg_function_pop_number(xmlXPathParserContext *ctxt);
bool eg_function_pop_boolean(xmlXPathParserContext *ctxt);
char *eg_function_pop_text(xmlXPathParserContext *ctxt); /* free(); NULL: an error is set */
/* The numbers of a node set, free(); NULL (and an error) when it is none or memory ran out. */
typedef double (*eg_function_reader_fn)(const xmlChar *text);
double eg_function_strict(const xmlChar *text);
double *eg_function_pop_numbers(xmlXPathParserContext *ctxt, eg_function_reader_fn reader,
                                size_t *count);
void eg_function_push_number(xmlXPathParserContext *ctxt, double x);
/* In the place of two arguments. */
void eg_function_give(xmlXPathParserContext *ctxt, xmlXPathObject *value);

struct eg_function_own {
    const char *ns, *name;
    xmlXPathFunction function;
};
extern const struct eg_function_own eg_functions_core[]; /* functions_core.c */
extern const size_t eg_functions_core_count;
extern const struct eg_function_own eg_functions_sets[]; /* functions_sets.c */
extern const size_t eg_functions_sets_count;
extern const struct eg_function_own eg_functions_measure[]; /* functions_measure.c */
extern const size_t eg_functions_measure_count;
extern const struct eg_function_own eg_functions_series[]; /* functions_series.c */
extern const size_t eg_functions_series_count;
extern const struct eg_function_own eg_functions_grid[]; /* functions_grid.c */
extern const size_t eg_functions_grid_count;

#endif
