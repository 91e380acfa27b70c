/*
 * Most checks compare an attribute with a word, a number or another attribute. The XPath machine
 * takes about a microsecond for each; these are read once into a small tree and answered from the
 * document as it lies. Whatever is not of this small language is left to XPath, at load or while
 * running, and both give the same answers:
 *
 *   or, and, = != < <= > >=, ( )
 *   literals, numbers, $variables that are no node sets
 *   paths   @a  .  ..  a/b/@c  ../a  /a/b  preceding-sibling::a  following-sibling::a; [condition]
 *           and [number] behind names of elements
 *   true false not boolean count number string string-length contains starts-with concat
 *   substring substring-before substring-after translate
 */
#ifndef EG_ASSESS_QUICK_H
#define EG_ASSESS_QUICK_H

#include "assess/schematron/flat.h"
#include "assess/schematron/schematron_model.h"

/*
 * Read an expression that eg_xpath_compile has taken.
 *   result  lives as long as the schema; NULL: left to XPath
 */
const struct eg_quick *eg_quick_read(struct eg_schematron *schema, const char *expression,
                                     const struct eg_xpath_scope *scope);

/*
 * Its truth at a place of the document in hand: 1, 0, or -1: ask XPath, nothing has been spent.
 * Octets and operations are counted as XPath counts them.
 *   flat   of the document, made with the words of the state's schema
 *   place  EG_FLAT_NONE: always -1
 */
int eg_quick_test(const struct eg_quick *quick, struct eg_schematron_state *state,
                  struct eg_flat *flat, uint32_t place);

#endif
