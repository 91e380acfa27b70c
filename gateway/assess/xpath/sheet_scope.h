/*
 * An expression of a stylesheet that we evaluate ourselves: with the prefixes that were bound where
 * it stands.
 */
#ifndef EG_ASSESS_SHEET_SCOPE_H
#define EG_ASSESS_SHEET_SCOPE_H

#include "base/bytes.h"

#include <libxml/xpath.h>
#include <libxslt/xsltInternals.h>

struct eg_sheet_scope {
    /* copies: the element may be gone */
    xmlNs **ns;
    int ns_count;
    /* root of the file: what document() resolves names against */
    xmlNode *inst;
};

EG_MUST_USE
enum eg_status eg_sheet_scope_take(struct eg_sheet_scope *out, xmlNode *node, struct eg_error *err);
void eg_sheet_scope_done(struct eg_sheet_scope *scope);

/* Evaluate at `node`, the place `position` of `size`. NULL: it failed, and the run is stopped. */
xmlXPathObject *eg_sheet_evaluate(const struct eg_sheet_scope *scope, xmlXPathCompExpr *expression,
                                  xsltTransformContext *context, xmlNode *node, int position,
                                  int size);

/* Count operations; false: the ceiling is reached, and the run is stopped. */
bool eg_sheet_pay(xsltTransformContext *context, size_t operations);
size_t eg_sheet_left(const xsltTransformContext *context);

/*
 * What it takes to go through a tree: nodes, and octets of texts by the 32. Stops counting beyond
 * `max`. Attributes are looked at in copying only.
 */
size_t eg_sheet_weigh(const xmlNode *root, bool attributes, size_t max);

#endif
