/*
 * Why this file exists: libxslt counts instructions and libxml2 counts steps of paths, but neither
 * counts what lies between: texts put together from a million nodes, nodes compared, siblings
 * looked through. Whoever does such work here pays for it into libxml2's own counter first.
 */
#include "assess/xpath/sheet_scope.h"

#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS_PER_OPERATION 32 /* of a text that is copied or compared */

enum eg_status eg_sheet_scope_take(struct eg_sheet_scope *out, xmlNode *node, struct eg_error *err)
{
    struct eg_sheet_scope scope = {.inst = xmlDocGetRootElement(node->doc)};
    xmlNs **list = xmlGetNsList(node->doc, node);
    size_t count = 0;

    while (list != NULL && list[count] != NULL) {
        count++;
    }
    scope.ns = calloc(count + 1, sizeof(xmlNs *));
    for (size_t i = 0; scope.ns != NULL && i < count; i++) {
        scope.ns[i] = xmlCopyNamespace(list[i]);
        scope.ns_count += scope.ns[i] != NULL;
    }
    xmlFree(list);
    if (scope.ns == NULL || scope.ns_count != (int)count) {
        eg_sheet_scope_done(&scope);
        return eg_error_set(err, EG_E_NOMEM, "stylesheet", "memory ran out");
    }
    *out = scope;
    return EG_OK;
}

void eg_sheet_scope_done(struct eg_sheet_scope *scope)
{
    for (int i = 0; scope->ns != NULL && i < scope->ns_count; i++) {
        xmlFreeNs(scope->ns[i]);
    }
    free(scope->ns);
    *scope = (struct eg_sheet_scope){NULL, 0, NULL};
}

xmlXPathObject *eg_sheet_evaluate(const struct eg_sheet_scope *scope, xmlXPathCompExpr *expression,
                                  xsltTransformContext *context, xmlNode *node, int position,
                                  int size)
{
    xmlXPathContext *xpath = context->xpathCtxt;
    const xmlXPathContext before = *xpath;
    xmlNode *current = context->node;
    xmlNode *inst = context->inst;

    xpath->node = context->node = node;
    xpath->doc = node->doc;
    xpath->namespaces = scope->ns;
    xpath->nsNr = scope->ns_count;
    xpath->proximityPosition = position;
    xpath->contextSize = size;
    context->inst = scope->inst;
    xmlXPathObject *object = xmlXPathCompiledEval(expression, xpath);
    xpath->node = before.node;
    xpath->doc = before.doc;
    xpath->namespaces = before.namespaces;
    xpath->nsNr = before.nsNr;
    xpath->proximityPosition = before.proximityPosition;
    xpath->contextSize = before.contextSize;
    context->node = current;
    context->inst = inst;
    if (object == NULL) {
        context->state = XSLT_STATE_STOPPED;
    }
    return object;
}

size_t eg_sheet_left(const xsltTransformContext *context)
{
    const xmlXPathContext *xpath = context->xpathCtxt;

    if (xpath->opLimit == 0) {
        return SIZE_MAX;
    }
    return xpath->opCount < xpath->opLimit ? xpath->opLimit - xpath->opCount : 0;
}

bool eg_sheet_pay(xsltTransformContext *context, size_t operations)
{
    if (operations > eg_sheet_left(context)) {
        context->xpathCtxt->opCount = context->xpathCtxt->opLimit;
        context->state = XSLT_STATE_STOPPED;
        return false;
    }
    context->xpathCtxt->opCount += operations;
    return context->state != XSLT_STATE_STOPPED;
}

static size_t weight_of(const xmlNode *node, bool attributes)
{
    size_t weight = 1;

    if (node->type == XML_ELEMENT_NODE) {
        for (const xmlAttr *a = attributes ? node->properties : NULL; a != NULL; a = a->next) {
            const xmlNode *text = a->children;
            weight += 1 + (text != NULL && text->content != NULL
                               ? strlen((const char *)text->content) / OCTETS_PER_OPERATION
                               : 0);
        }
        for (const xmlNs *ns = attributes ? node->nsDef : NULL; ns != NULL; ns = ns->next) {
            weight++;
        }
    } else if (node->type != XML_DOCUMENT_NODE && node->content != NULL) {
        weight += strlen((const char *)node->content) / OCTETS_PER_OPERATION;
    }
    return weight;
}

size_t eg_sheet_weigh(const xmlNode *root, bool attributes, size_t max)
{
    size_t sum = 0;

    if (root->type == XML_NAMESPACE_DECL) {
        return 1;
    }
    if (root->type == XML_ATTRIBUTE_NODE) {
        return 1 + (root->children != NULL ? weight_of(root->children, false) : 0);
    }
    if (root->type != XML_ELEMENT_NODE && root->type != XML_DOCUMENT_NODE &&
        root->type != XML_HTML_DOCUMENT_NODE && root->type != XML_DOCUMENT_FRAG_NODE) {
        return weight_of(root, false);
    }
    for (const xmlNode *node = root; node != NULL && sum <= max;) {
        sum += node->type == XML_HTML_DOCUMENT_NODE ? 1 : weight_of(node, attributes);
        const xmlNode *next =
            node->type == XML_ENTITY_REF_NODE || (node->type != XML_ELEMENT_NODE && node != root)
                ? NULL
                : node->children;
        while (next == NULL && node != root) {
            next = node->next;
            node = node->parent;
        }
        node = next;
    }
    return sum;
}
