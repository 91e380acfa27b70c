/*
 * Two node-sets are equal if some text is in both: libxml2 compares each node of one with each of
 * the other. Here the texts of one are sorted and those of the other looked up; unequal they are
 * unless all texts are one; and one is less than the other if its least number is less than the
 * greatest there. A node-set and something else is left to libxml2, which is linear then, once the
 * text is paid for.
 */
#include "assess/xpath/xpath_compare.h"

#include "assess/xpath/functions.h"
#include "assess/xpath/xpath_functions.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS_PER_OPERATION 32
#define FEW 4 /* nodes times nodes that libxml2 compares as fast as we do */

static const xmlNodeSet *nodes_of(const xmlXPathObject *object)
{
    return object->nodesetval;
}

static int length(const xmlNodeSet *set)
{
    return set != NULL ? set->nodeNr : 0;
}

/* ---- texts -------------------------------------------------------------------------------- */

/* The text of a node; *made: free it with xmlFree. */
struct text {
    const char *octets;
    xmlChar *made;
};

static bool read_text(xmlXPathParserContext *ctxt, struct text *text, xmlNode *node)
{
    static const char none[] = "";
    const xmlNode *child =
        node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE ? node->children : NULL;
    bool own = node->type == XML_ELEMENT_NODE || node->type == XML_ATTRIBUTE_NODE;
    if (!eg_xpath_pay(ctxt, eg_xpath_text_cost(node, ctxt->context->opLimit))) {
        return false;
    }
    if (own && child == NULL) {
        *text = (struct text){.octets = none};
        return true;
    }
    if (own && child->next == NULL && child->type == XML_TEXT_NODE && child->content != NULL) {
        *text = (struct text){.octets = (const char *)child->content};
        return true;
    }
    xmlChar *made = xmlXPathCastNodeToString(node);
    if (made == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
        return false;
    }
    if (!eg_functions_spend(strlen((const char *)made))) {
        xmlFree(made);
        xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
        return false;
    }
    *text = (struct text){.octets = (const char *)made, .made = made};
    return true;
}

static int by_octets(const void *a, const void *b)
{
    return strcmp(((const struct text *)a)->octets, ((const struct text *)b)->octets);
}

static void free_texts(struct text *texts, int count)
{
    for (int i = 0; texts != NULL && i < count; i++) {
        xmlFree(texts[i].made);
    }
    free(texts);
}

/* The texts of a set, sorted; each comparison that sorts them is paid for. NULL: an error is set.
 */
static struct text *sorted_texts(xmlXPathParserContext *ctxt, const xmlNodeSet *set)
{
    int count = length(set);
    struct text *texts = calloc((size_t)count + 1, sizeof *texts);
    size_t octets = 0;
    size_t rounds = 1;
    for (size_t n = (size_t)count; n > 1; n /= 2) {
        rounds++;
    }
    if (texts == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        if (!read_text(ctxt, &texts[i], set->nodeTab[i])) {
            free_texts(texts, count);
            return NULL;
        }
        octets += strlen(texts[i].octets);
    }
    if (!eg_xpath_pay(ctxt, rounds * ((size_t)count + octets / OCTETS_PER_OPERATION))) {
        free_texts(texts, count);
        return NULL;
    }
    qsort(texts, (size_t)count, sizeof *texts, by_octets);
    return texts;
}

static bool common_text(xmlXPathParserContext *ctxt, const xmlNodeSet *a, const xmlNodeSet *b)
{
    const xmlNodeSet *few = length(a) < length(b) ? a : b;
    const xmlNodeSet *many = few == a ? b : a;
    struct text *texts = sorted_texts(ctxt, few);
    bool found = false;
    size_t rounds = 1;
    for (size_t n = (size_t)length(few); n > 1; n /= 2) {
        rounds++;
    }
    for (int i = 0; texts != NULL && !found && i < length(many); i++) {
        struct text text = {0};
        if (!read_text(ctxt, &text, many->nodeTab[i])) {
            break;
        }
        size_t octets = strlen(text.octets);
        found = eg_xpath_pay(ctxt, rounds * (1 + octets / OCTETS_PER_OPERATION)) &&
                bsearch(&text, texts, (size_t)length(few), sizeof text, by_octets) != NULL;
        xmlFree(text.made);
        if (ctxt->error != XPATH_EXPRESSION_OK) {
            break;
        }
    }
    free_texts(texts, length(few));
    return found;
}

/* Is some text of the set not this one? */
static bool differs(xmlXPathParserContext *ctxt, const xmlNodeSet *set, const char *first)
{
    bool other = false;
    for (int i = 0; !other && i < length(set); i++) {
        struct text text = {0};
        if (!read_text(ctxt, &text, set->nodeTab[i])) {
            return false;
        }
        other = strcmp(text.octets, first) != 0;
        xmlFree(text.made);
    }
    return other;
}

/* Some text of one is not some text of the other, unless all of both are the same. */
static bool other_text(xmlXPathParserContext *ctxt, const xmlNodeSet *a, const xmlNodeSet *b)
{
    struct text first = {0};
    if (length(a) == 0 || length(b) == 0 || !read_text(ctxt, &first, a->nodeTab[0])) {
        return false;
    }
    bool other = differs(ctxt, b, first.octets) ||
                 (ctxt->error == XPATH_EXPRESSION_OK && differs(ctxt, a, first.octets));
    xmlFree(first.made);
    return other;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static void ends_of(const xmlNodeSet *set, double *least, double *greatest)
{
    *least = *greatest = (double)NAN;
    for (int i = 0; i < length(set); i++) {
        double x = xmlXPathCastNodeToNumber(set->nodeTab[i]);
        *least = isnan(*least) || x < *least ? x : *least;
        *greatest = isnan(*greatest) || x > *greatest ? x : *greatest;
    }
}

/* Comparisons with NaN are false, as those with an empty set have to be. */
static bool ordered(const xmlNodeSet *a, const xmlNodeSet *b, int inf, int strict)
{
    double a_least = 0;
    double a_greatest = 0;
    double b_least = 0;
    double b_greatest = 0;
    ends_of(a, &a_least, &a_greatest);
    ends_of(b, &b_least, &b_greatest);
    if (inf) {
        return strict ? a_least < b_greatest : a_least <= b_greatest;
    }
    return strict ? a_greatest > b_least : a_greatest >= b_least;
}

/* ---- the functions ------------------------------------------------------------------------ */

enum relation { EQUAL, UNEQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

static bool is_nodes(const xmlXPathObject *object)
{
    return object->type == XPATH_NODESET || object->type == XPATH_XSLT_TREE;
}

static bool libxml2_says(xmlXPathParserContext *ctxt, enum relation relation)
{
    switch (relation) {
    case EQUAL:
        return xmlXPathEqualValues(ctxt) != 0;
    case UNEQUAL:
        return xmlXPathNotEqualValues(ctxt) != 0;
    default:
        return xmlXPathCompareValues(ctxt, relation == LESS || relation == LESS_EQUAL,
                                     relation == LESS || relation == GREATER) != 0;
    }
}

static bool sets_say(xmlXPathParserContext *ctxt, const xmlNodeSet *a, const xmlNodeSet *b,
                     enum relation relation)
{
    if (relation == EQUAL) {
        return common_text(ctxt, a, b);
    }
    return relation == UNEQUAL ? other_text(ctxt, a, b)
                               : ordered(a, b, relation == LESS || relation == LESS_EQUAL,
                                         relation == LESS || relation == GREATER);
}

static void compare(xmlXPathParserContext *ctxt, int nargs, enum relation relation)
{
    CHECK_ARITY(2);
    const xmlXPathObject *a = ctxt->valueTab[ctxt->valueNr - 2];
    const xmlXPathObject *b = ctxt->valueTab[ctxt->valueNr - 1];
    bool sets = is_nodes(a) && is_nodes(b);
    bool truth = a->type == XPATH_BOOLEAN || b->type == XPATH_BOOLEAN;
    bool many = sets && (size_t)length(nodes_of(a)) * (size_t)length(nodes_of(b)) > FEW;
    bool texts = many && (relation == EQUAL || relation == UNEQUAL); /* paid for as they are read */
    if (!truth && !texts &&
        (!eg_xpath_pay_text(ctxt, a, true) || !eg_xpath_pay_text(ctxt, b, true))) {
        return;
    }
    bool yes = false;
    if (many) {
        yes = sets_say(ctxt, nodes_of(a), nodes_of(b), relation);
        if (ctxt->error != XPATH_EXPRESSION_OK) {
            return;
        }
        xmlXPathFreeObject(valuePop(ctxt));
        xmlXPathFreeObject(valuePop(ctxt));
    } else {
        yes = libxml2_says(ctxt, relation);
    }
    valuePush(ctxt, xmlXPathNewBoolean(yes ? 1 : 0));
}

void eg_xpath_on_eq(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, EQUAL);
}

void eg_xpath_on_ne(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, UNEQUAL);
}

void eg_xpath_on_lt(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, LESS);
}

void eg_xpath_on_le(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, LESS_EQUAL);
}

void eg_xpath_on_gt(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, GREATER);
}

void eg_xpath_on_ge(xmlXPathParserContext *ctxt, int nargs)
{
    compare(ctxt, nargs, GREATER_EQUAL);
}
