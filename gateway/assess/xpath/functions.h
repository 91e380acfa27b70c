/*
 * Functions for XPath expressions of checks, identity and stylesheets: the measurement functions of
 * namespace urn:emgate:function:1, the part of EXSLT that gives the same on every host, strict
 * forms of XPath's own, and ceilings on operations and on octets produced.
 *
 * Measurement functions; rules/FUNCTIONS.md has each with formula, units, source and figures:
 *   of a value   standard-wet standard-dry reference-oxygen reference-oxygen-restricted validate
 *                percent-of max min round number number-text
 *   of a series  sum mean mean-covered coverage count-numeric count-above share-at-most percentile
 *                class
 *   of the grid  grid-place grid-count grid-label grid-day minutes-between days-between
 * Arguments are converted strictly: a text that is no number of numbers.h is NaN, and NaN goes
 * through.
 *
 * EXSLT: common node-set, object-type; math min max highest lowest abs sqrt; set all; str all
 * (tokenize, split and replace in stylesheets only); date all that take a date and read no clock.
 * Not there: system-property, generate-id, unparsed-entity-uri, current time, random, dynamic
 * evaluation.
 *
 * XPath's number(x) is strict: '1e5' is NaN as XPath 1.0 says, where libxml2 says 100000.
 * Conversions that XPath makes silently ('1e5' + 1) are libxml2's: use number().
 */
#ifndef EG_ASSESS_FUNCTIONS_H
#define EG_ASSESS_FUNCTIONS_H

#include "base/bytes.h"

#include <libxml/xpath.h>
#include <libxslt/xsltInternals.h>

#define EG_FUNCTION_NS "urn:emgate:function:1"

/* Make the functions known to a context, the internal ones of xpath_functions.h too if it is none
 * of libxslt; takes away what is not allowed. */
EG_MUST_USE
enum eg_status eg_functions_register_xpath(xmlXPathContext *context, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_functions_register_xslt(xsltTransformContext *context, struct eg_error *err);

/* Arity of a function allowed in XPath (xslt false) or stylesheets; false: there is none such.
 * max is -1 for any number. ns "" for XPath's and XSLT's own. */
bool eg_functions_known(const char *ns, const char *name, bool xslt, int *min, int *max);

/*
 * Ceilings of one run on this thread: begin before evaluating, end after it. Functions that make
 * texts count what they make; beyond it the evaluation fails and `exceeded` is true at the end.
 * Nothing is counted outside of begin and end. Give context->opLimit its own value.
 */
void eg_functions_begin(size_t octets_max);
void eg_functions_allow(size_t octets); /* more than begin said, as the document is known */
bool eg_functions_end(void);
bool eg_functions_exceeded(void);
/* Count `octets` made elsewhere; false: the ceiling is reached. */
bool eg_functions_spend(size_t octets);

#endif
