/*
 * EXSLT's sets, as libexslt has them but by a table of addresses: its own compares each node of one
 * set with each of the other.
 */
#include "assess/xpath/function_table.h"
#include "assess/xpath/functions_inside.h"
#include "assess/xpath/xpath_functions.h"

#include <libxml/xpathInternals.h>

/* Two sets, the second as a table; false: an error is set. */
static bool take_sets(xmlXPathParserContext *ctxt, int count, const char *name,
                      const xmlNodeSet **set, struct eg_xpath_nodes *table)
{
    if (!eg_function_arity(ctxt, count, EG_EXSLT_SETS, name)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        xmlXPathObjectType type = ctxt->valueTab[ctxt->valueNr - 2 + i]->type;
        if (type != XPATH_NODESET && type != XPATH_XSLT_TREE) {
            xmlXPathErr(ctxt, XPATH_INVALID_TYPE);
            return false;
        }
    }
    const xmlNodeSet *second = ctxt->value->nodesetval;
    *set = ctxt->valueTab[ctxt->valueNr - 2]->nodesetval;
    for (int i = 0; second != NULL && i < second->nodeNr; i++) {
        if (!eg_xpath_nodes_add(ctxt, table, second->nodeTab[i], NULL)) {
            return false;
        }
    }
    return true;
}

/* What namespace nodes are compared with, and a look into the table. */
static bool pay_look(xmlXPathParserContext *ctxt, const struct eg_xpath_nodes *table,
                     const xmlNode *node)
{
    bool all = node->type == XML_NAMESPACE_DECL && table->set != NULL;
    return eg_xpath_pay(ctxt, 2 + (all ? (size_t)table->set->nodeNr : 0));
}

/* The nodes of the first set that are in the second, or that are not. */
static void choose(xmlXPathParserContext *ctxt, int count, const char *name, bool there)
{
    const xmlNodeSet *set = NULL;
    struct eg_xpath_nodes table = {0};
    bool good = take_sets(ctxt, count, name, &set, &table);
    xmlNodeSet *out = good ? xmlXPathNodeSetCreate(NULL) : NULL;
    for (int i = 0; out != NULL && good && set != NULL && i < set->nodeNr; i++) {
        xmlNode *node = set->nodeTab[i];
        good = pay_look(ctxt, &table, node);
        if (good && eg_xpath_nodes_has(&table, node) == there &&
            xmlXPathNodeSetAddUnique(out, node) != 0) {
            xmlXPathFreeNodeSet(out);
            out = NULL;
        }
    }
    if (good && out != NULL) {
        eg_function_give(ctxt, xmlXPathWrapNodeSet(out));
    } else {
        xmlXPathFreeNodeSet(out);
        if (good) {
            xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
        }
    }
    eg_xpath_nodes_done(&table);
}

static void on_difference(xmlXPathParserContext *ctxt, int count)
{
    choose(ctxt, count, "difference", false);
}

static void on_intersection(xmlXPathParserContext *ctxt, int count)
{
    choose(ctxt, count, "intersection", true);
}

static void on_has_same_node(xmlXPathParserContext *ctxt, int count)
{
    const xmlNodeSet *set = NULL;
    struct eg_xpath_nodes table = {0};
    bool good = take_sets(ctxt, count, "has-same-node", &set, &table);
    bool found = false;
    for (int i = 0; good && !found && set != NULL && i < set->nodeNr; i++) {
        good = pay_look(ctxt, &table, set->nodeTab[i]);
        found = good && eg_xpath_nodes_has(&table, set->nodeTab[i]);
    }
    if (good) {
        eg_function_give(ctxt, xmlXPathNewBoolean(found));
    }
    eg_xpath_nodes_done(&table);
}

const struct eg_function_own eg_functions_sets[] = {
    {EG_EXSLT_SETS, "difference", on_difference},
    {EG_EXSLT_SETS, "intersection", on_intersection},
    {EG_EXSLT_SETS, "has-same-node", on_has_same_node},
};
const size_t eg_functions_sets_count = sizeof eg_functions_sets / sizeof eg_functions_sets[0];
