/*
 * Writing an XPath expression anew so that all that libxml2 does for it is counted.
 *
 * libxml2 2.9 counts a step of an axis and an operation of an expression, but not what merging,
 * comparing and converting node-sets costs: `//@a/..` compares each parent found with all before,
 * `//a = //b` each value with each, `. < 5` reads all the text below. Where an expression does such
 * a thing, a call of an internal function takes its place, which does the same in linear time or
 * counts it (context->opCount against context->opLimit). What is written:
 *
 *   a | b                         emgate-union(a , b)
 *   a = b, and != < <= > >=       emgate-eq(a , b), -ne -lt -le -gt -ge; one side may be nodes
 *   a + 1, - * div mod            emgate-number(a) + 1; the operand may be nodes
 *   P/.., P/parent::t[..]         emgate-parent(P), emgate-parent(P)/self::t[..]
 *   P//Q                          emgate-descendant-or-self(P)/Q
 *   P/axis::t[..]                 emgate-axis(P)/self::t[..] if no predicate asks for a position,
 *                                 or else emgate-each(P , "axis::t[..]"): the step from each node
 *   P/namespace::t                emgate-namespaces(P)/namespace::t
 *
 * A step whose context is one node at most stays as it is. Values are the same in every case, in
 * the same order wherever an order can be seen.
 */
#ifndef EG_ASSESS_XPATH_COUNTED_H
#define EG_ASSESS_XPATH_COUNTED_H

#include "base/bytes.h"

#define EG_XPATH_INTERNAL "emgate-" /* what the names of internal functions begin with */

/*
 * Append the counted form of an expression, the same text where nothing is to be counted.
 *   text        ended by eg_buf_init with room for EG_XPATH_COUNTED_MAX octets
 *   expression  eg_xpath_check has taken it and xmlXPathCompile compiles it
 * EG_E_LIMIT   the counted form is longer than that, or nested deeper than
 *              EG_XPATH_COUNTED_DEPTH_MAX, as libxml2 recurses on it
 * EG_E_NOMEM
 * EG_E_FORMAT  no XPath 1.0 expression
 * Any thread.
 */
EG_MUST_USE
enum eg_status eg_xpath_counted(struct eg_buf *text, const char *expression, const char *where,
                                struct eg_error *err);

#endif
