/*
 * Applying template rules: which rule fits a node is found here, each try paid for, and libxslt is
 * sent to it through the mode that only this rule has. The rules built into XSLT are applied here
 * too, as libxslt walks with them through a document in no operation at all.
 */
#include "assess/transform/sheet_run.h"

#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <libxslt/imports.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xsltutils.h>
#include <string.h>

#define TRIES_PER_OPERATION 4
#define NODE_WEIGHT 4 /* operations for going to a node that lies anywhere in memory */

/* A result deeper than any file may be is of no use, and libxslt climbs it for each element. */
static bool depth_good(xsltTransformContext *context)
{
    struct eg_sheet_run *run = context->_private;
    unsigned depth = 0;

    for (const xmlNode *n = context->insert; n != NULL && depth <= EG_XML_DEPTH_MAX;
         n = n->parent) {
        depth++;
    }
    if (depth > EG_XML_DEPTH_MAX) {
        run->too_deep = true;
        context->state = XSLT_STATE_STOPPED;
        return false;
    }
    return eg_sheet_pay(context, 1 + depth / 8);
}

/* ---- which rule --------------------------------------------------------------------------- */

static bool same(const char *mine, const xmlChar *asked)
{
    return mine == NULL || asked == NULL ? (mine == NULL) == (asked == NULL)
                                         : strcmp(mine, (const char *)asked) == 0;
}

/* The best rule for the node in the mode, of sheets with a precedence of `from` or below. */
static const struct eg_sheet_way *find_way(xsltTransformContext *context, xmlNode *node,
                                           unsigned from)
{
    struct eg_sheet_run *run = context->_private;
    const struct eg_sheet_plan *plan = run->plan;

    for (size_t i = 0; i < plan->way_count; i++) {
        const struct eg_sheet_way *way = &plan->ways[i];
        if (way->precedence >= from && same(way->rule->mode, run->mode) &&
            same(way->rule->mode_uri, run->mode_uri) &&
            eg_pattern_matches(&way->rule->pattern, way->branch, node, &run->memory, context)) {
            (void)eg_sheet_pay(context, NODE_WEIGHT + (i + plan->wide) / TRIES_PER_OPERATION);
            return way;
        }
        if (context->state == XSLT_STATE_STOPPED) {
            return NULL;
        }
    }
    (void)eg_sheet_pay(context, NODE_WEIGHT + plan->way_count / TRIES_PER_OPERATION);
    return NULL;
}

static void process(xsltTransformContext *context, xmlNode *node, xsltStackElem *params,
                    unsigned from);

static void put_text(xsltTransformContext *context, const xmlNode *text)
{
    if (text != NULL && text->content != NULL &&
        eg_sheet_pay(context, 1 + eg_sheet_weigh(text, false, SIZE_MAX))) {
        (void)xsltCopyTextString(context, context->insert, text->content, 0);
    }
}

/* XSLT 1.0, 5.8; like libxslt with the parameters handed on. */
static void process_built_in(xsltTransformContext *context, xmlNode *node, xsltStackElem *params)
{
    xmlXPathContext *xpath = context->xpathCtxt;
    int size = xpath->contextSize;
    int position = xpath->proximityPosition;
    int count = 0;

    switch (node->type) {
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE:
        put_text(context, node);
        return;
    case XML_ATTRIBUTE_NODE:
        put_text(context, node->children);
        return;
    case XML_ELEMENT_NODE:
    case XML_DOCUMENT_NODE:
        break;
    default:
        return;
    }
    for (const xmlNode *n = node->children; n != NULL; n = n->next) {
        count++;
    }
    int place = 1;
    for (xmlNode *n = node->children; n != NULL && context->state != XSLT_STATE_STOPPED;
         n = n->next, place++) {
        xpath->contextSize = count;
        xpath->proximityPosition = place;
        process(context, n, params, 0);
    }
    xpath->contextSize = size;
    xpath->proximityPosition = position;
}

static void process(xsltTransformContext *context, xmlNode *node, xsltStackElem *params,
                    unsigned from)
{
    const struct eg_sheet_way *way = find_way(context, node, from);
    xmlNode *current = context->node;
    const xmlChar *mode = context->mode;
    const xmlChar *mode_uri = context->modeURI;

    if (context->state == XSLT_STATE_STOPPED) {
        return;
    }
    context->node = node;
    if (way != NULL) {
        context->mode = way->template->mode;
        context->modeURI = NULL;
        xsltProcessOneNode(context, node, params);
        context->mode = mode;
        context->modeURI = mode_uri;
    } else {
        process_built_in(context, node, params);
    }
    context->node = current;
}

/* ---- xsl:apply-templates ------------------------------------------------------------------ */

static xmlNodeSet *children_of(xsltTransformContext *context, const xmlNode *node)
{
    xmlNodeSet *set = xmlXPathNodeSetCreate(NULL);
    size_t count = 0;

    if (node->type != XML_ELEMENT_NODE && node->type != XML_DOCUMENT_NODE) {
        return set;
    }
    for (xmlNode *n = node->children; n != NULL && set != NULL; n = n->next, count++) {
        if (n->type != XML_DTD_NODE && xmlXPathNodeSetAddUnique(set, n) != 0) {
            xmlXPathFreeNodeSet(set);
            return NULL;
        }
    }
    (void)eg_sheet_pay(context, 1 + count / 8);
    return set;
}

/* NULL: stopped. */
static xmlNodeSet *selected(xsltTransformContext *context, xmlNode *node,
                            const xsltStylePreComp *comp)
{
    xmlXPathContext *xpath = context->xpathCtxt;
    const xmlXPathContext before = *xpath;

    if (comp->select == NULL) {
        return children_of(context, node);
    }
    if (comp->comp == NULL) {
        return NULL;
    }
    xpath->node = node;
    xpath->namespaces = comp->nsList;
    xpath->nsNr = comp->nsNr;
    xmlXPathObject *object = xmlXPathCompiledEval(comp->comp, xpath);
    xpath->node = before.node;
    xpath->namespaces = before.namespaces;
    xpath->nsNr = before.nsNr;
    xpath->proximityPosition = before.proximityPosition;
    xpath->contextSize = before.contextSize;
    xmlNodeSet *set = NULL;
    if (object != NULL && object->type == XPATH_NODESET) {
        set = object->nodesetval != NULL ? object->nodesetval : xmlXPathNodeSetCreate(NULL);
        object->nodesetval = NULL;
    } else if (object != NULL) {
        xsltTransformError(context, NULL, context->inst, "select gives no node-set\n");
    }
    xmlXPathFreeObject(object);
    return set;
}

/* xsl:with-param and xsl:sort, in the place of the instruction. */
static xsltStackElem *take_children(xsltTransformContext *context, const xmlNode *instruction)
{
    xsltStackElem *params = NULL;
    xmlNode *sorts[XSLT_MAX_SORT];
    int count = 0;

    for (xmlNode *n = instruction->children; n != NULL && context->state != XSLT_STATE_STOPPED;
         n = n->next) {
        if (!IS_XSLT_ELEM(n)) {
            continue;
        }
        if (IS_XSLT_NAME(n, "with-param")) {
            xsltStackElem *param = xsltParseStylesheetCallerParam(context, n);
            if (param != NULL) {
                param->next = params;
                params = param;
            }
        } else if (IS_XSLT_NAME(n, "sort") && count < XSLT_MAX_SORT - 1) {
            sorts[count++] = n;
        }
    }
    if (count > 0) {
        xsltTemplate *rule = context->currentTemplateRule;
        context->currentTemplateRule = NULL;
        xsltDoSortFunction(context, sorts, count);
        context->currentTemplateRule = rule;
    }
    return params;
}

static void process_list(xsltTransformContext *context, const xmlNodeSet *list,
                         xsltStackElem *params)
{
    xmlXPathContext *xpath = context->xpathCtxt;

    for (int i = 0; i < list->nodeNr && context->state != XSLT_STATE_STOPPED; i++) {
        xmlNode *node = list->nodeTab[i];
        if (node->type != XML_NAMESPACE_DECL && node->doc != NULL) {
            xpath->doc = node->doc;
        }
        xpath->contextSize = list->nodeNr;
        xpath->proximityPosition = i + 1;
        process(context, node, params, 0);
    }
}

void eg_sheet_on_apply(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                       xsltElemPreCompPtr plain)
{
    const xsltStylePreComp *comp = (const xsltStylePreComp *)plain;
    struct eg_sheet_run *run = context->_private;
    xmlXPathContext *xpath = context->xpathCtxt;
    const xmlChar *mode = run->mode;
    const xmlChar *mode_uri = run->mode_uri;
    int size = xpath->contextSize;
    int position = xpath->proximityPosition;
    xmlDoc *doc = xpath->doc;
    xsltDocument *document = context->document;
    xmlNodeSet *outer = context->nodeList;
    xmlNode *current = context->node;

    if (!depth_good(context)) {
        return;
    }
    run->memory.epoch++;
    xmlNodeSet *list = selected(context, node, comp);
    if (list == NULL) {
        context->state = XSLT_STATE_STOPPED;
        return;
    }
    context->nodeList = list;
    xsltStackElem *params = list->nodeNr > 0 ? take_children(context, instruction) : NULL;
    run->mode = comp->mode;
    run->mode_uri = comp->modeURI;
    process_list(context, list, params);
    xsltFreeStackElemList(params);
    xmlXPathFreeNodeSet(list);
    run->mode = mode;
    run->mode_uri = mode_uri;
    xpath->contextSize = size;
    xpath->proximityPosition = position;
    xpath->doc = doc;
    context->document = document;
    context->nodeList = outer;
    context->node = current;
}

void eg_sheet_on_imports(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                         xsltElemPreCompPtr comp)
{
    unsigned precedence = 0;

    (void)comp;
    if (context->currentTemplateRule == NULL) {
        xsltTransformError(context, NULL, instruction, "there is no current template rule\n");
        return;
    }
    for (xsltStylesheet *s = context->style; s != NULL && s != context->currentTemplateRule->style;
         s = xsltNextImport(s)) {
        precedence++;
    }
    if (depth_good(context)) {
        process(context, node, NULL, precedence + 1);
    }
}

void eg_sheet_on_call(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                      xsltElemPreCompPtr comp)
{
    if (depth_good(context)) {
        xsltCallTemplate(context, node, instruction, comp);
    }
}
