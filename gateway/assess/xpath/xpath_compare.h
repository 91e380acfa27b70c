/*
 * Comparisons of XPath 1.0 (3.4) as internal functions: what libxml2 does, in time that is counted.
 * xpath_functions.c registers them.
 */
#ifndef EG_ASSESS_XPATH_COMPARE_H
#define EG_ASSESS_XPATH_COMPARE_H

#include <libxml/xpath.h>

void eg_xpath_on_eq(xmlXPathParserContext *ctxt, int nargs);
void eg_xpath_on_ne(xmlXPathParserContext *ctxt, int nargs);
void eg_xpath_on_lt(xmlXPathParserContext *ctxt, int nargs);
void eg_xpath_on_le(xmlXPathParserContext *ctxt, int nargs);
void eg_xpath_on_gt(xmlXPathParserContext *ctxt, int nargs);
void eg_xpath_on_ge(xmlXPathParserContext *ctxt, int nargs);

#endif
