/*
 * Node-sets joined by a table of their addresses, axes walked from all nodes at once, and the text
 * of nodes paid for before libxml2 reads it.
 */
#include "assess/xpath/xpath_functions.h"

#include "assess/xml/xml.h"
#include "assess/xpath/xpath_compare.h"
#include "assess/xpath/xpath_counted.h"
#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_OPERATIONS 4      /* for a node: about what looking it up takes, in steps of libxml2 */
#define COMPILE_OPERATIONS 100 /* for a short text */
#define EVAL_OPERATIONS 8      /* for beginning an evaluation */
#define OCTETS_PER_OPERATION 32
#define COMPARES_PER_OPERATION 16
#define NAMESPACE_OPERATIONS                                                                       \
    64 /* for a copy of a namespace node: so that memory is bounded, too                           \
        */

/* ---- paying ------------------------------------------------------------------------------- */

bool eg_xpath_pay(xmlXPathParserContext *ctxt, size_t operations)
{
    xmlXPathContext *context = ctxt->context;
    if (context->opLimit == 0) {
        return true;
    }
    if (operations > context->opLimit || context->opCount > context->opLimit - operations) {
        context->opCount = context->opLimit;
        xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
        return false;
    }
    context->opCount += operations;
    return true;
}

static size_t octets_cost(const xmlChar *text)
{
    return text != NULL ? 4 + strlen((const char *)text) / OCTETS_PER_OPERATION : 1;
}

size_t eg_xpath_text_cost(const xmlNode *node, size_t max)
{
    if (node->type == XML_NAMESPACE_DECL) {
        return octets_cost(((const xmlNs *)node)->href);
    }
    if (node->type != XML_ELEMENT_NODE && node->type != XML_ATTRIBUTE_NODE &&
        node->type != XML_DOCUMENT_NODE && node->type != XML_DOCUMENT_FRAG_NODE &&
        node->type != XML_HTML_DOCUMENT_NODE) {
        return octets_cost(node->content);
    }
    size_t cost = 1;
    const xmlNode *cur = node->children;
    while (cur != NULL && cost <= max) {
        bool element = cur->type == XML_ELEMENT_NODE;
        cost += element ? 1 : octets_cost(cur->content);
        const xmlNode *next = element ? cur->children : NULL;
        while (next == NULL && cur != node) {
            next = cur->next;
            cur = cur->parent;
        }
        cur = next;
    }
    return cost;
}

static const xmlNodeSet *nodes_of(const xmlXPathObject *object)
{
    return object->type == XPATH_NODESET || object->type == XPATH_XSLT_TREE ? object->nodesetval
                                                                            : NULL;
}

bool eg_xpath_pay_text(xmlXPathParserContext *ctxt, const xmlXPathObject *object, bool all)
{
    if (object->type == XPATH_STRING) {
        return eg_xpath_pay(ctxt, octets_cost(object->stringval));
    }
    const xmlNodeSet *set = nodes_of(object);
    int count = set == NULL ? 0 : all || set->nodeNr < 1 ? set->nodeNr : 1;
    for (int i = 0; i < count; i++) {
        if (!eg_xpath_pay(ctxt, eg_xpath_text_cost(set->nodeTab[i], ctxt->context->opLimit))) {
            return false;
        }
    }
    return true;
}

/* ---- rows --------------------------------------------------------------------------------- */

static size_t row_of_attributes(const xmlNode *node)
{
    size_t row = 0;
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next) {
        row++;
    }
    return row;
}

/* The longest row of siblings that are no elements, or of attributes. */
static size_t longest_row(const xmlDoc *doc)
{
    size_t longest = 0;
    size_t row = 0;
    const xmlNode *node = doc->children;
    while (node != NULL && node != (const xmlNode *)doc) {
        bool element = node->type == XML_ELEMENT_NODE;
        size_t attributes = element ? row_of_attributes(node) : 0;
        row = element ? 0 : row + 1;
        longest = row > longest ? row : longest;
        longest = attributes > longest ? attributes : longest;
        const xmlNode *next = element ? node->children : NULL;
        while (next == NULL && node != (const xmlNode *)doc) {
            row = node->type == XML_ELEMENT_NODE ? 0 : row;
            next = node->next;
            node = node->parent;
        }
        node = next;
    }
    return longest;
}

unsigned long eg_xpath_limit(const xmlDoc *doc, unsigned long operations)
{
    size_t row = doc != NULL ? longest_row(doc) : 0;
    return row > EG_XPATH_ROW_FREE ? 1 + operations / (row / EG_XPATH_ROW_FREE) : operations;
}

/* ---- sets --------------------------------------------------------------------------------- */

static const xmlNode **slot_of(const struct eg_xpath_nodes *nodes, const xmlNode *node)
{
    size_t at = (size_t)(((uintptr_t)node >> 4) * 0x9e3779b97f4a7c15u >> 20) & (nodes->size - 1);
    while (nodes->slots[at] != NULL && nodes->slots[at] != node) {
        at = (at + 1) & (nodes->size - 1);
    }
    return &nodes->slots[at];
}

static bool make_room(struct eg_xpath_nodes *nodes)
{
    if (nodes->size > 2 * nodes->count) {
        return true;
    }
    struct eg_xpath_nodes bigger = {.size = nodes->size == 0 ? 16 : 2 * nodes->size};
    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    for (size_t i = 0; bigger.slots != NULL && i < nodes->size; i++) {
        if (nodes->slots[i] != NULL) {
            *slot_of(&bigger, nodes->slots[i]) = nodes->slots[i];
        }
    }
    if (bigger.slots != NULL) {
        free(nodes->slots);
        nodes->slots = bigger.slots;
        nodes->size = bigger.size;
    }
    return bigger.slots != NULL;
}

/* A copy of a namespace node hangs on its element by `next`. */
static bool has_namespace(const xmlNodeSet *set, const xmlNode *node)
{
    const xmlNs *wanted = (const xmlNs *)node;
    for (int i = 0; set != NULL && i < set->nodeNr; i++) {
        const xmlNs *ns = (const xmlNs *)set->nodeTab[i];
        if (set->nodeTab[i]->type == XML_NAMESPACE_DECL && ns->next == wanted->next &&
            xmlStrEqual(ns->prefix, wanted->prefix)) {
            return true;
        }
    }
    return false;
}

bool eg_xpath_nodes_has(const struct eg_xpath_nodes *nodes, const xmlNode *node)
{
    if (node->type == XML_NAMESPACE_DECL) {
        return has_namespace(nodes->set, node);
    }
    return nodes->size > 0 && *slot_of(nodes, node) != NULL;
}

static bool no_memory(xmlXPathParserContext *ctxt)
{
    xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    return false;
}

bool eg_xpath_nodes_add(xmlXPathParserContext *ctxt, struct eg_xpath_nodes *nodes, xmlNode *node,
                        bool *seen)
{
    bool space = node->type == XML_NAMESPACE_DECL;
    size_t compared = space && nodes->set != NULL ? (size_t)nodes->set->nodeNr : 0;
    if (!eg_xpath_pay(ctxt, JOIN_OPERATIONS + compared)) {
        return false;
    }
    if (nodes->set == NULL) {
        nodes->set = xmlXPathNodeSetCreate(NULL);
    }
    if (nodes->set == NULL || (!space && !make_room(nodes))) {
        return no_memory(ctxt);
    }
    bool there = eg_xpath_nodes_has(nodes, node);
    if (seen != NULL) {
        *seen = there;
    }
    if (there) {
        return true;
    }
    if (!space) {
        *slot_of(nodes, node) = node;
        nodes->count++;
    }
    return xmlXPathNodeSetAddUnique(nodes->set, node) == 0 || no_memory(ctxt);
}

void eg_xpath_nodes_done(struct eg_xpath_nodes *nodes)
{
    xmlXPathFreeNodeSet(nodes->set);
    free(nodes->slots);
    *nodes = (struct eg_xpath_nodes){0};
}

/* What was found takes the place of the arguments. */
static void finish(xmlXPathParserContext *ctxt, int nargs, struct eg_xpath_nodes *nodes, bool good)
{
    if (good && nodes->set == NULL) {
        nodes->set = xmlXPathNodeSetCreate(NULL);
    }
    if (good && (nodes->set != NULL || no_memory(ctxt))) {
        for (int i = 0; i < nargs; i++) {
            xmlXPathFreeObject(valuePop(ctxt));
        }
        valuePush(ctxt, xmlXPathWrapNodeSet(nodes->set));
        nodes->set = NULL;
    }
    eg_xpath_nodes_done(nodes);
}

/* Argument `index` as nodes; false: it is something else, an error is set. */
static bool take_nodes(xmlXPathParserContext *ctxt, int nargs, int index, const xmlNodeSet **set)
{
    const xmlXPathObject *object = ctxt->valueTab[ctxt->valueNr - nargs + index];
    if (object->type != XPATH_NODESET && object->type != XPATH_XSLT_TREE) {
        xmlXPathErr(ctxt, XPATH_INVALID_TYPE);
        return false;
    }
    *set = object->nodesetval;
    return true;
}

static int length(const xmlNodeSet *set)
{
    return set != NULL ? set->nodeNr : 0;
}

/* ---- unions ------------------------------------------------------------------------------- */

static void on_union(xmlXPathParserContext *ctxt, int nargs)
{
    struct eg_xpath_nodes nodes = {0};
    bool good = true;
    for (int i = 0; good && i < nargs; i++) {
        const xmlNodeSet *set = NULL;
        good = take_nodes(ctxt, nargs, i, &set);
        for (int k = 0; good && k < length(set); k++) {
            good = eg_xpath_nodes_add(ctxt, &nodes, set->nodeTab[k], NULL);
        }
    }
    finish(ctxt, nargs, &nodes, good);
}

/* ---- axes --------------------------------------------------------------------------------- */

typedef xmlNode *(*next_fn)(xmlXPathParserContext *ctxt, xmlNode *cur);

static const struct axis {
    const char *name;
    next_fn next;
    /* behind a node that was found already, all were */
    bool closed;
} axes[] = {
    {"parent", xmlXPathNextParent, true},
    {"ancestor", xmlXPathNextAncestor, true},
    {"ancestor-or-self", xmlXPathNextAncestorOrSelf, true},
    {"descendant", xmlXPathNextDescendant, false},
    {"descendant-or-self", xmlXPathNextDescendantOrSelf, false},
    {"following", xmlXPathNextFollowing, true},
    {"following-sibling", xmlXPathNextFollowingSibling, true},
    {"preceding", xmlXPathNextPreceding, false},
    {"preceding-sibling", xmlXPathNextPrecedingSibling, true},
};

static const struct axis *axis_named(const char *name)
{
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        if (strcmp(axes[i].name, name) == 0) {
            return &axes[i];
        }
    }
    return NULL;
}

static bool walk(xmlXPathParserContext *ctxt, struct eg_xpath_nodes *nodes, const struct axis *axis)
{
    xmlNode *cur = NULL;
    bool seen = false;
    bool paid = false;
    while ((paid = eg_xpath_pay(ctxt, 1)) && (cur = axis->next(ctxt, cur)) != NULL) {
        if (!eg_xpath_nodes_add(ctxt, nodes, cur, &seen)) {
            return false;
        }
        if (seen && axis->closed) {
            break;
        }
    }
    return paid;
}

/*
 * Is all that is below the node found already? Contexts come in document order: a node that was
 * found below another has all of its own there, too.
 */
static bool walked(const struct axis *axis, const struct eg_xpath_nodes *nodes, const xmlNode *node)
{
    bool down = axis->next == xmlXPathNextDescendant || axis->next == xmlXPathNextDescendantOrSelf;
    return down && node->type != XML_NAMESPACE_DECL && eg_xpath_nodes_has(nodes, node);
}

/* What libxml2's walk to preceding nodes takes for below it: a namespace node has no ancestors. */
static xmlNode *owner_of(xmlNode *node)
{
    const xmlNs *ns = (const xmlNs *)node;
    return node->type == XML_NAMESPACE_DECL && ns->next != NULL &&
                   ns->next->type != XML_NAMESPACE_DECL
               ? (xmlNode *)ns->next
               : node;
}

/* All nodes along an axis from all nodes of the argument; the name of the function says which. */
static void on_axis(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1);
    const struct axis *axis =
        axis_named((const char *)ctxt->context->function + strlen(EG_XPATH_INTERNAL));
    struct eg_xpath_nodes nodes = {0};
    const xmlNodeSet *set = NULL;
    xmlNode *context = ctxt->context->node;
    bool good = axis != NULL && take_nodes(ctxt, nargs, 0, &set);
    for (int i = 0; good && i < length(set); i++) {
        ctxt->context->node =
            axis->next == xmlXPathNextPreceding ? owner_of(set->nodeTab[i]) : set->nodeTab[i];
        good = walked(axis, &nodes, set->nodeTab[i]) || walk(ctxt, &nodes, axis);
    }
    ctxt->context->node = context;
    finish(ctxt, nargs, &nodes, good);
}

/* ---- steps that ask for a position -------------------------------------------------------- */

static bool eval_each(xmlXPathParserContext *ctxt, struct eg_xpath_nodes *nodes,
                      const xmlNodeSet *set, xmlXPathCompExpr *step)
{
    xmlXPathContext *context = ctxt->context;
    bool good = true;
    for (int i = 0; good && i < length(set); i++) {
        context->node = set->nodeTab[i];
        context->contextSize = 1;
        context->proximityPosition = 1;
        if (!eg_xpath_pay(ctxt, EVAL_OPERATIONS)) {
            return false;
        }
        xmlXPathObject *found = xmlXPathCompiledEval(step, context);
        if (found == NULL || found->type != XPATH_NODESET) {
            int code = context->lastError.code - XML_XPATH_EXPRESSION_OK;
            xmlXPathErr(ctxt, code > 0 && code <= XPATH_RECURSION_LIMIT_EXCEEDED
                                  ? code
                                  : XPATH_INVALID_OPERAND);
            good = false;
        }
        for (int k = 0; good && k < length(found->nodesetval); k++) {
            good = eg_xpath_nodes_add(ctxt, nodes, found->nodesetval->nodeTab[k], NULL);
        }
        xmlXPathFreeObject(found);
    }
    return good;
}

/* emgate-each(nodes, step): the union of the step from each node. */
static void on_each(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(2);
    xmlXPathContext *context = ctxt->context;
    xmlXPathContext saved = *context;
    struct eg_xpath_nodes nodes = {0};
    const xmlNodeSet *set = NULL;
    bool good = take_nodes(ctxt, nargs, 0, &set);
    const xmlXPathObject *text = ctxt->value;
    if (good && text->type == XPATH_STRING && length(set) > 0 &&
        eg_xpath_pay(ctxt, COMPILE_OPERATIONS + strlen((const char *)text->stringval))) {
        xmlXPathCompExpr *step = xmlXPathCompile(text->stringval);
        good = step != NULL ? eval_each(ctxt, &nodes, set, step) : no_memory(ctxt);
        xmlXPathFreeCompExpr(step);
    }
    context->node = saved.node;
    context->doc = saved.doc;
    context->contextSize = saved.contextSize;
    context->proximityPosition = saved.proximityPosition;
    context->depth = saved.depth;
    finish(ctxt, nargs, &nodes, good && ctxt->error == XPATH_EXPRESSION_OK);
}

/* ---- steps that are only paid for --------------------------------------------------------- */

/* What merging costs at most: each node along the axis compared with all found before. */
static bool pay_merging(xmlXPathParserContext *ctxt, const xmlNodeSet *set, const struct axis *axis)
{
    size_t before = 0;
    for (int i = 0; i < length(set); i++) {
        size_t found = 0;
        ctxt->context->node = set->nodeTab[i];
        for (xmlNode *cur = axis->next(ctxt, NULL); cur != NULL; cur = axis->next(ctxt, cur)) {
            found++;
            if (!eg_xpath_pay(ctxt, 1 + before / COMPARES_PER_OPERATION)) {
                return false;
            }
        }
        before += found;
    }
    return true;
}

/* emgate-walk(nodes, axis): the nodes. */
static void on_walk(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(2);
    const xmlNodeSet *set = NULL;
    xmlNode *context = ctxt->context->node;
    const struct axis *axis =
        ctxt->value->type == XPATH_STRING ? axis_named((const char *)ctxt->value->stringval) : NULL;
    if (axis == NULL) {
        xmlXPathErr(ctxt, XPATH_INVALID_OPERAND);
    } else if (take_nodes(ctxt, nargs, 0, &set)) {
        (void)pay_merging(ctxt, set, axis);
    }
    ctxt->context->node = context;
    xmlXPathFreeObject(valuePop(ctxt));
}

/* emgate-namespaces(nodes): the nodes. Each namespace in scope of each is copied, and compared. */
static void on_namespaces(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1);
    const xmlNodeSet *set = NULL;
    bool good = take_nodes(ctxt, nargs, 0, &set);
    for (int i = 0; good && i < length(set); i++) {
        size_t found = 1;
        size_t octets = 0;
        for (const xmlNode *node = set->nodeTab[i]; node != NULL && node->type == XML_ELEMENT_NODE;
             node = node->parent) {
            for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next) {
                found++;
                octets += ns->href != NULL ? strlen((const char *)ns->href) : 0;
            }
        }
        size_t each = NAMESPACE_OPERATIONS + found / COMPARES_PER_OPERATION;
        good = eg_xpath_pay(ctxt, found * each + octets / OCTETS_PER_OPERATION);
    }
}

/* emgate-number(value): the number that libxml2 makes of it. */
static void on_number(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1);
    if (eg_xpath_pay_text(ctxt, ctxt->value, false)) {
        xmlXPathObject *value = valuePop(ctxt);
        double number = xmlXPathCastToNumber(value);
        xmlXPathFreeObject(value);
        valuePush(ctxt, xmlXPathNewFloat(number));
    }
}

/* ---- registration ------------------------------------------------------------------------- */

enum eg_status eg_xpath_functions_register(xmlXPathContext *context, struct eg_error *err)
{
    static const struct {
        const char *name;
        xmlXPathFunction function;
    } functions[] = {
        {EG_XPATH_INTERNAL "union", on_union},
        {EG_XPATH_INTERNAL "each", on_each},
        {EG_XPATH_INTERNAL "walk", on_walk},
        {EG_XPATH_INTERNAL "namespaces", on_namespaces},
        {EG_XPATH_INTERNAL "number", on_number},
        {EG_XPATH_INTERNAL "parent", on_axis},
        {EG_XPATH_INTERNAL "ancestor", on_axis},
        {EG_XPATH_INTERNAL "ancestor-or-self", on_axis},
        {EG_XPATH_INTERNAL "descendant", on_axis},
        {EG_XPATH_INTERNAL "descendant-or-self", on_axis},
        {EG_XPATH_INTERNAL "following", on_axis},
        {EG_XPATH_INTERNAL "following-sibling", on_axis},
        {EG_XPATH_INTERNAL "preceding", on_axis},
        {EG_XPATH_INTERNAL "preceding-sibling", on_axis},
        {EG_XPATH_INTERNAL "eq", eg_xpath_on_eq},
        {EG_XPATH_INTERNAL "ne", eg_xpath_on_ne},
        {EG_XPATH_INTERNAL "lt", eg_xpath_on_lt},
        {EG_XPATH_INTERNAL "le", eg_xpath_on_le},
        {EG_XPATH_INTERNAL "gt", eg_xpath_on_gt},
        {EG_XPATH_INTERNAL "ge", eg_xpath_on_ge},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const xmlChar *name = BAD_CAST functions[i].name;
        (void)xmlXPathRegisterFunc(context, name, NULL); /* registering never replaces */
        if (xmlXPathRegisterFunc(context, name, functions[i].function) != 0) {
            return eg_error_set(err, EG_E_NOMEM, "functions", "no memory to register functions");
        }
    }
    return EG_OK;
}
