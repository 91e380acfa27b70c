/*
 * The internal functions that the counted form of an expression calls (xpath_counted.h). They take
 * what they do from context->opCount and stop at context->opLimit (0: none); texts that they hold
 * are paid for by eg_functions_spend. No expression of a package can name one.
 *
 * A failure is seen by what xmlXPathCompiledEval leaves in context->lastError: XPATH_MEMORY_ERROR
 * when memory ran out, XPATH_OP_LIMIT_EXCEEDED at a ceiling.
 */
#ifndef EG_ASSESS_XPATH_FUNCTIONS_H
#define EG_ASSESS_XPATH_FUNCTIONS_H

#include "base/bytes.h"

#include <libxml/xpath.h>

/* Make them known to a context, also one of libxslt. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_xpath_functions_register(xmlXPathContext *context, struct eg_error *err);

/*
 * The operations that a run over `doc` may take, of `operations` for an ordinary one: libxml2 sorts
 * attributes, texts, comments and instructions by looking through the row that they stand in, and
 * counts nothing for it. A document with a row n times EG_XPATH_ROW_FREE long has the nth part.
 */
unsigned long eg_xpath_limit(const xmlDoc *doc, unsigned long operations);

/* Take `operations` from what is left; false: the ceiling is reached, and the error is set. */
bool eg_xpath_pay(xmlXPathParserContext *ctxt, size_t operations);
/* What reading the text of a node costs: its nodes and octets, counted up to `max` operations. */
size_t eg_xpath_text_cost(const xmlNode *node, size_t max);
/* Pay for reading the text of an object: of each of its nodes, or of the first only. */
bool eg_xpath_pay_text(xmlXPathParserContext *ctxt, const xmlXPathObject *object, bool all);

/* Nodes in the order of adding, each once. Begins as {0}. */
struct eg_xpath_nodes {
    /* taken by who ends it, NULL then */
    xmlNodeSet *set;
    /* open addressing, at most half full */
    const xmlNode **slots;
    size_t size, count;
};
/* Adds a node, which is paid for; false: an error is set. seen (may be NULL): it was there. */
bool eg_xpath_nodes_add(xmlXPathParserContext *ctxt, struct eg_xpath_nodes *nodes, xmlNode *node,
                        bool *seen);
bool eg_xpath_nodes_has(const struct eg_xpath_nodes *nodes, const xmlNode *node);
void eg_xpath_nodes_done(struct eg_xpath_nodes *nodes);

#endif
