/*
 * Matching nodes against patterns. A pattern is read from its end: the steps between two '//' are
 * parent and child, and stand at one ancestor or another. The nearest ancestor where they fit is as
 * good as any above it, because it leaves the most room for what stands before.
 */
#include "assess/transform/sheet_pattern.h"

#include "assess/transform/sheet_run.h"
#include "assess/xpath/node_set.h"

#include <libxml/xpathInternals.h>
#include <libxslt/keys.h>
#include <stdlib.h>
#include <string.h>

/* Nodes whose fate is known; with the lowest bit set a parent whose children are. */
struct eg_pattern_places {
    struct eg_node_set table;
    const xmlDoc *doc;
    unsigned long epoch;
};

enum eg_status eg_pattern_memory_init(struct eg_pattern_memory *memory, size_t numbered,
                                      struct eg_error *err)
{
    *memory = (struct eg_pattern_memory){.count = numbered};
    if (numbered > 0) {
        memory->places = calloc(numbered, sizeof *memory->places);
        if (memory->places == NULL) {
            return eg_error_set(err, EG_E_NOMEM, "stylesheet", "memory ran out");
        }
    }
    return EG_OK;
}

static void places_clear(struct eg_pattern_places *places)
{
    eg_node_set_done(&places->table);
    *places = (struct eg_pattern_places){0};
}

void eg_pattern_memory_done(struct eg_pattern_memory *memory)
{
    for (size_t i = 0; memory->places != NULL && i < memory->count; i++) {
        places_clear(&memory->places[i]);
    }
    free(memory->places);
    *memory = (struct eg_pattern_memory){0};
}

/* ---- one step ----------------------------------------------------------------------------- */

static bool has_name(const struct eg_pattern_step *step, const xmlNode *node)
{
    if (step->name != NULL && strcmp(step->name, (const char *)node->name) != 0) {
        return false;
    }
    return step->uri == NULL || strcmp(step->uri, node->ns != NULL && node->ns->href != NULL
                                                      ? (const char *)node->ns->href
                                                      : "") == 0;
}

static bool is_in_key(const struct eg_pattern *pattern, const struct eg_pattern_step *step,
                      const xmlNode *node, xsltTransformContext *context)
{
    xmlXPathContext *xpath = context->xpathCtxt;
    xmlNs **ns = xpath->namespaces;
    int ns_count = xpath->nsNr;

    xpath->namespaces = pattern->scope.ns;
    xpath->nsNr = pattern->scope.ns_count;
    const xmlNodeSet *set =
        eg_sheet_key(context, node->doc, BAD_CAST step->name, BAD_CAST step->value);
    xpath->namespaces = ns;
    xpath->nsNr = ns_count;
    if (set == NULL || !eg_sheet_pay(context, (size_t)set->nodeNr / 8)) {
        return false;
    }
    for (int i = 0; i < set->nodeNr; i++) {
        if (set->nodeTab[i] == node) {
            return true;
        }
    }
    return false;
}

static bool is_kind(const struct eg_pattern *pattern, const struct eg_pattern_step *step,
                    xmlNode *node, xsltTransformContext *context)
{
    switch (step->kind) {
    case EG_PATTERN_ELEMENT:
        return node->type == XML_ELEMENT_NODE && has_name(step, node);
    case EG_PATTERN_ATTRIBUTE:
        return node->type == XML_ATTRIBUTE_NODE && has_name(step, node);
    case EG_PATTERN_TEXT:
        return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
    case EG_PATTERN_COMMENT:
        return node->type == XML_COMMENT_NODE;
    case EG_PATTERN_INSTRUCTION:
        return node->type == XML_PI_NODE && has_name(step, node);
    case EG_PATTERN_NODE:
        return node->type == XML_ELEMENT_NODE || node->type == XML_TEXT_NODE ||
               node->type == XML_CDATA_SECTION_NODE || node->type == XML_PI_NODE ||
               node->type == XML_COMMENT_NODE;
    case EG_PATTERN_ROOT:
        return node->type == XML_DOCUMENT_NODE;
    case EG_PATTERN_KEY:
        return is_in_key(pattern, step, node, context);
    case EG_PATTERN_ID: {
        const xmlAttr *id = xmlGetID(node->doc, BAD_CAST step->name);
        return id != NULL && id->parent == node;
    }
    default:
        return false;
    }
}

/* Is the predicate true of the node at its place? A number is the place asked for. */
static bool holds(const struct eg_pattern *pattern, xmlXPathCompExpr *predicate, xmlNode *node,
                  int position, int size, bool *number, xsltTransformContext *context)
{
    xmlXPathObject *object =
        eg_sheet_evaluate(&pattern->scope, predicate, context, node, position, size);
    bool true_here = false;

    if (object != NULL && object->type == XPATH_NUMBER) {
        *number = true;
        true_here = object->floatval == position;
    } else if (object != NULL) {
        true_here = xmlXPathCastToBoolean(object) != 0;
    }
    xmlXPathFreeObject(object);
    return true_here;
}

static xmlNode *first_sibling(const struct eg_pattern_step *step, const xmlNode *node)
{
    if (node->parent == NULL) {
        return NULL;
    }
    return step->kind == EG_PATTERN_ATTRIBUTE ? (xmlNode *)node->parent->properties
                                              : node->parent->children;
}

/* Sort out which children of a parent pass: predicate after predicate, each among what is left. */
static bool sort_out(const struct eg_pattern *pattern, struct eg_pattern_step *step, xmlNode *node,
                     struct eg_pattern_places *places, xsltTransformContext *context)
{
    size_t count = 0;
    size_t seen = 0;

    for (xmlNode *n = first_sibling(step, node); n != NULL; n = n->next, seen++) {
        count += is_kind(pattern, step, n, context);
    }
    xmlNode **list =
        eg_sheet_pay(context, seen + count) ? xmlMalloc((count + 1) * sizeof *list) : NULL;
    if (list == NULL) {
        return false;
    }
    count = 0;
    bool good = true;
    for (xmlNode *n = first_sibling(step, node); n != NULL; n = n->next) {
        if (is_kind(pattern, step, n, context)) {
            list[count++] = n;
            good = good && eg_node_set_put(&places->table, (uintptr_t)n, false);
        }
    }
    for (size_t p = 0; p < step->predicate_count; p++) {
        size_t left = 0;
        bool number = false;
        for (size_t i = 0; good && i < count && context->state != XSLT_STATE_STOPPED; i++) {
            if (holds(pattern, step->predicates[p], list[i], (int)i + 1, (int)count, &number,
                      context)) {
                list[left++] = list[i];
            }
        }
        count = left;
    }
    for (size_t i = 0; good && i < count; i++) {
        good = eg_node_set_put(&places->table, (uintptr_t)list[i], true);
    }
    xmlFree(list);
    return good && eg_node_set_put(&places->table, (uintptr_t)node->parent | 1U, true);
}

static bool passes_at_place(const struct eg_pattern *pattern, struct eg_pattern_step *step,
                            xmlNode *node, struct eg_pattern_memory *memory,
                            xsltTransformContext *context)
{
    struct eg_pattern_places *places = &memory->places[step->number];
    bool passing = step->variable || (node->doc->name != NULL && node->doc->name[0] == ' ');

    if (node->parent == NULL) {
        return false;
    }
    /* A result tree's nodes may be those of another by the next time. */
    if (places->doc != node->doc || (passing && places->epoch != memory->epoch)) {
        places_clear(places);
        places->doc = node->doc;
        places->epoch = memory->epoch;
    }
    if (eg_node_set_find(&places->table, (uintptr_t)node->parent | 1U) < 0 &&
        !sort_out(pattern, step, node, places, context)) {
        context->state = XSLT_STATE_STOPPED;
        return false;
    }
    return eg_node_set_find(&places->table, (uintptr_t)node) == 1;
}

static bool fits(const struct eg_pattern *pattern, struct eg_pattern_step *step, xmlNode *node,
                 struct eg_pattern_memory *memory, xsltTransformContext *context)
{
    if (!is_kind(pattern, step, node, context)) {
        return false;
    }
    for (size_t i = 0; !step->place && i < step->predicate_count; i++) {
        bool number = false;
        bool true_here = holds(pattern, step->predicates[i], node, 1, 1, &number, context);
        if (context->state == XSLT_STATE_STOPPED) {
            return false;
        }
        if (number) { /* what a predicate gives does not depend on the node */
            step->place = true;
        } else if (!true_here) {
            return false;
        }
    }
    return !step->place || passes_at_place(pattern, step, node, memory, context);
}

/* ---- whole patterns ----------------------------------------------------------------------- */

/* Steps first..last stand at `node` and its parents; the highest of these, or NULL. */
static xmlNode *stands_at(const struct eg_pattern *pattern, const struct eg_pattern_branch *branch,
                          size_t first, size_t last, xmlNode *node,
                          struct eg_pattern_memory *memory, xsltTransformContext *context)
{
    for (size_t i = last;; i--) {
        if (node == NULL || !eg_sheet_pay(context, 1) ||
            !fits(pattern, &branch->steps[i], node, memory, context)) {
            return NULL;
        }
        if (i == first) {
            return node;
        }
        node = node->parent;
    }
}

bool eg_pattern_matches(const struct eg_pattern *pattern, const struct eg_pattern_branch *branch,
                        xmlNode *node, struct eg_pattern_memory *memory,
                        xsltTransformContext *context)
{
    size_t end = branch->count;
    bool anywhere = false;

    if (node->type == XML_NAMESPACE_DECL) {
        return false;
    }
    while (end > 0) {
        size_t first = end - 1;
        xmlNode *top = NULL;
        while (first > 0 && !branch->steps[first].far) {
            first--;
        }
        for (; node != NULL && top == NULL; node = anywhere ? node->parent : NULL) {
            top = stands_at(pattern, branch, first, end - 1, node, memory, context);
        }
        if (top == NULL || context->state == XSLT_STATE_STOPPED) {
            return false;
        }
        node = top->parent;
        end = first;
        anywhere = true;
    }
    return true;
}
