/*
 * Keys. libxslt puts each node under its value after looking through all that stand there already,
 * which takes a hundred thousand nodes under one value five thousand million comparisons; and it
 * counts none of them. Here the tables are made in one go, and put where libxslt keeps its own, so
 * that they live and end with the document.
 */
#include "assess/transform/sheet_run.h"

#include "assess/xpath/node_set.h"

#include <libxml/xpathInternals.h>
#include <libxslt/documents.h>
#include <libxslt/extensions.h>
#include <libxslt/xsltutils.h>
#include <string.h>

enum state {
    NOT_MADE = 0,
    MADE = 1,
    IN_MAKING = 2
}; /* in nbKeysComputed, libxslt having no keys */

static bool same(const xmlChar *a, const char *b)
{
    return a == NULL || b == NULL ? (a == NULL) == (b == NULL) : strcmp((const char *)a, b) == 0;
}

static xsltKeyTable *find_table(const xsltDocument *info, const xmlChar *name, const xmlChar *uri)
{
    xsltKeyTable *table = info->keys;

    while (table != NULL &&
           !(same(table->name, (const char *)name) && same(table->nameURI, (const char *)uri))) {
        table = table->next;
    }
    return table;
}

static xsltKeyTable *need_table(xsltDocument *info, const struct eg_sheet_key *key)
{
    xsltKeyTable *table = find_table(info, BAD_CAST key->name, BAD_CAST key->uri);

    if (table != NULL) {
        return table;
    }
    table = xmlMalloc(sizeof *table);
    if (table == NULL) {
        return NULL;
    }
    *table = (xsltKeyTable){.next = info->keys,
                            .name = xmlStrdup(BAD_CAST key->name),
                            .nameURI = key->uri != NULL ? xmlStrdup(BAD_CAST key->uri) : NULL,
                            .keys = xmlHashCreate(0)};
    info->keys = table;
    return table->name != NULL && table->keys != NULL ? table : NULL;
}

/* A node comes with all its values before the next one does: it is there twice if it is the last.
 */
static bool put_node(xsltKeyTable *table, const xmlChar *value, xmlNode *node)
{
    xmlNodeSet *set = xmlHashLookup(table->keys, value);

    if (set == NULL) {
        set = xmlXPathNodeSetCreate(node);
        if (set != NULL && xmlHashAddEntry(table->keys, value, set) != 0) {
            xmlXPathFreeNodeSet(set);
            set = NULL;
        }
        return set != NULL;
    }
    if (set->nodeNr > 0 && set->nodeTab[set->nodeNr - 1] == node) {
        return true;
    }
    return xmlXPathNodeSetAddUnique(set, node) == 0;
}

static bool put_values(xsltKeyTable *table, xmlNode *node, const xmlXPathObject *use,
                       xsltTransformContext *context)
{
    bool good = true;

    if (use->type != XPATH_NODESET) {
        xmlChar *value = xmlXPathCastToString((xmlXPathObject *)use);
        good = value != NULL && put_node(table, value, node);
        xmlFree(value);
        return good;
    }
    for (int i = 0; good && use->nodesetval != NULL && i < use->nodesetval->nodeNr; i++) {
        xmlNode *from = use->nodesetval->nodeTab[i];
        good = eg_sheet_pay(context, 1 + eg_sheet_weigh(from, false, eg_sheet_left(context)));
        xmlChar *value = good ? xmlXPathCastNodeToString(from) : NULL;
        good = good && value != NULL && put_node(table, value, node);
        xmlFree(value);
    }
    return good;
}

/* Nodes of a second definition of one name may stand there from the first: kept once. */
static bool is_defined_before(const struct eg_sheet_plan *plan, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(plan->keys[i].name, plan->keys[index].name) == 0 &&
            same(BAD_CAST plan->keys[i].uri, plan->keys[index].uri)) {
            return true;
        }
    }
    return false;
}

/* Away with the double ones of a set, the first of each stays. */
static void once_each(void *payload, void *data, const xmlChar *name)
{
    xmlNodeSet *set = payload;
    xsltTransformContext *context = data;
    struct eg_node_set seen = {0};
    int left = 0;

    (void)name;
    bool good = eg_sheet_pay(context, (size_t)set->nodeNr);
    for (int i = 0; good && i < set->nodeNr; i++) {
        xmlNode *node = set->nodeTab[i];
        if (eg_node_set_find(&seen, (uintptr_t)node) < 0) {
            good = eg_node_set_put(&seen, (uintptr_t)node, true);
            set->nodeTab[left++] = node;
        }
    }
    if (good) {
        set->nodeNr = left;
    } else {
        context->state = XSLT_STATE_STOPPED;
    }
    eg_node_set_done(&seen);
}

static bool make_key(const struct eg_sheet_plan *plan, size_t index, xsltDocument *info,
                     xsltTransformContext *context)
{
    const struct eg_sheet_key *key = &plan->keys[index];
    xsltKeyTable *table = need_table(info, key);
    xmlXPathObject *matched =
        eg_sheet_evaluate(&key->scope, key->match, context, (xmlNode *)info->doc, 1, 1);
    const xmlNodeSet *set = matched != NULL ? matched->nodesetval : NULL;
    bool good = matched != NULL && table != NULL;

    for (int i = 0; good && set != NULL && i < set->nodeNr; i++) {
        xmlNode *node = set->nodeTab[i];
        if (node->type == XML_NAMESPACE_DECL) {
            continue;
        }
        xmlXPathObject *use = eg_sheet_evaluate(&key->scope, key->use, context, node, 1, 1);
        good = use != NULL && eg_sheet_pay(context, 1) && put_values(table, node, use, context);
        xmlXPathFreeObject(use);
    }
    xmlXPathFreeObject(matched);
    if (good && is_defined_before(plan, index)) {
        xmlHashScan(table->keys, once_each, context);
        good = context->state != XSLT_STATE_STOPPED;
    }
    return good;
}

static xsltDocument *info_of(xsltTransformContext *context, xmlDoc *doc)
{
    if (context->document != NULL && context->document->doc == doc) {
        return context->document;
    }
    if (doc->name == NULL || doc->name[0] != ' ') {
        return xsltFindDocument(context, doc);
    }
    if (doc->_private == NULL) { /* a result tree: libxslt frees what hangs there with it */
        doc->_private = xsltNewDocument(context, doc);
    }
    return doc->_private;
}

static xsltDocument *made(xsltTransformContext *context, xmlDoc *doc)
{
    const struct eg_sheet_run *run = context->_private;
    xsltDocument *info = info_of(context, doc);

    if (info == NULL || info->nbKeysComputed == MADE) {
        return info;
    }
    if (info->nbKeysComputed == IN_MAKING) {
        xsltTransformError(context, NULL, context->inst, "a key is defined by a key\n");
        context->state = XSLT_STATE_STOPPED;
        return NULL;
    }
    info->nbKeysComputed = IN_MAKING;
    for (size_t i = 0; i < run->plan->key_count; i++) {
        if (!make_key(run->plan, i, info, context)) {
            context->state = XSLT_STATE_STOPPED;
            info->nbKeysComputed = NOT_MADE;
            return NULL;
        }
    }
    info->nbKeysComputed = MADE;
    return info;
}

static const xmlNodeSet *look_up(xsltTransformContext *context, xmlDoc *doc, const xmlChar *name,
                                 const xmlChar *uri, const xmlChar *value)
{
    const xsltDocument *info = made(context, doc);
    const xsltKeyTable *table = info != NULL ? find_table(info, name, uri) : NULL;

    return table != NULL ? xmlHashLookup(table->keys, value) : NULL;
}

const xmlNodeSet *eg_sheet_key(xsltTransformContext *context, xmlDoc *doc, const xmlChar *name,
                               const xmlChar *value)
{
    return look_up(context, doc, name, NULL, value);
}

/* ---- the function ------------------------------------------------------------------------- */

struct asking {
    xsltTransformContext *context;
    xmlDoc *doc;
    xmlChar *name;
    const xmlChar *uri;
    struct eg_node_set seen;
    xmlNodeSet *found;
};

static bool ask(struct asking *asking, const xmlChar *value)
{
    const xmlNodeSet *set = look_up(asking->context, asking->doc, asking->name, asking->uri, value);
    bool good = asking->context->state != XSLT_STATE_STOPPED &&
                eg_sheet_pay(asking->context, 1 + (set != NULL ? (size_t)set->nodeNr : 0));

    for (int i = 0; good && set != NULL && i < set->nodeNr; i++) {
        if (eg_node_set_find(&asking->seen, (uintptr_t)set->nodeTab[i]) < 0) {
            good = eg_node_set_put(&asking->seen, (uintptr_t)set->nodeTab[i], true) &&
                   xmlXPathNodeSetAddUnique(asking->found, set->nodeTab[i]) == 0;
        }
    }
    return good;
}

/* Take the name apart; false: its prefix is not bound, or no document is there. */
static bool prepare(struct asking *asking, xmlXPathParserContext *ctxt, const xmlChar *qname)
{
    xmlChar *prefix = NULL;
    xmlNode *node = ctxt->context->node;

    asking->name = xmlSplitQName2(qname, &prefix);
    if (asking->name == NULL) {
        asking->name = xmlStrdup(qname);
    } else if (prefix != NULL) {
        asking->uri = xmlXPathNsLookup(ctxt->context, prefix);
    }
    bool bound = prefix == NULL || asking->uri != NULL;
    xmlFree(prefix);
    if (node != NULL && node->type == XML_NAMESPACE_DECL) { /* libxml2 keeps its element there */
        node = (xmlNode *)((xmlNs *)node)->next;
    }
    asking->doc = node != NULL ? node->doc : NULL;
    asking->found = xmlXPathNodeSetCreate(NULL);
    return bound && asking->doc != NULL && asking->name != NULL && asking->found != NULL;
}

static bool ask_all(struct asking *asking, const xmlXPathObject *values)
{
    if (values->type == XPATH_STRING) {
        return ask(asking, values->stringval);
    }
    if (values->type != XPATH_NODESET && values->type != XPATH_XSLT_TREE) {
        xmlChar *value = xmlXPathCastToString((xmlXPathObject *)values);
        bool good = value != NULL && ask(asking, value);
        xmlFree(value);
        return good;
    }
    const xmlNodeSet *set = values->nodesetval;
    bool good = true;
    for (int i = 0; good && set != NULL && i < set->nodeNr; i++) {
        good = eg_sheet_pay(asking->context,
                            eg_sheet_weigh(set->nodeTab[i], false, eg_sheet_left(asking->context)));
        xmlChar *value = good ? xmlXPathCastNodeToString(set->nodeTab[i]) : NULL;
        good = good && value != NULL && ask(asking, value);
        xmlFree(value);
    }
    return good;
}

void eg_sheet_on_key(xmlXPathParserContextPtr ctxt, int count)
{
    struct asking asking = {.context = xsltXPathGetTransformContext(ctxt)};

    if (count != 2 || asking.context == NULL) {
        xmlXPathErr(ctxt, XPATH_INVALID_ARITY);
        return;
    }
    xmlXPathObject *values = valuePop(ctxt);
    xmlChar *qname = xmlXPathPopString(ctxt);
    bool good = values != NULL && qname != NULL && prepare(&asking, ctxt, qname) &&
                ask_all(&asking, values);
    if (good) {
        valuePush(ctxt, xmlXPathWrapNodeSet(asking.found));
    } else {
        xmlXPathFreeNodeSet(asking.found);
        xmlXPathErr(ctxt, eg_sheet_left(asking.context) == 0 ? XPATH_OP_LIMIT_EXCEEDED
                                                             : XPATH_EXPR_ERROR);
    }
    eg_node_set_done(&asking.seen);
    xmlXPathFreeObject(values);
    xmlFree(asking.name);
    xmlFree(qname);
}
