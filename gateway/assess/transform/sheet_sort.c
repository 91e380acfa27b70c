/*
 * xsl:sort. libxslt's own is a Shell sort whose comparisons nobody counts; this is a merge sort,
 * stable as the standard asks, and each comparison is paid for with the octets it looks at. What
 * comes before what is libxslt's without a language: texts by octets, NaN before every number.
 */
#include "assess/transform/sheet_run.h"

#include <libxml/xpathInternals.h>
#include <libxslt/xsltutils.h>
#include <math.h>
#include <string.h>

#define OCTETS_PER_OPERATION 32
#define COMPARISON_WEIGHT 4 /* two objects that lie anywhere in memory */

struct sorting {
    xsltTransformContext *context;
    xmlNode **sorts;
    /* of each xsl:sort, when it is needed */
    xmlXPathObject **keys[XSLT_MAX_SORT];
    bool made[XSLT_MAX_SORT];
    int count, nodes;
    size_t spent;
};

static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b) ? 0 : isnan(a) ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

static int compare_texts(struct sorting *sorting, const xmlChar *a, const xmlChar *b)
{
    size_t i = 0;

    while (a[i] != 0 && a[i] == b[i]) {
        i++;
    }
    sorting->spent += i / OCTETS_PER_OPERATION;
    return (int)a[i] - (int)b[i];
}

/* The next key is computed when two nodes have the same so far, as libxslt does. */
static int compare(struct sorting *sorting, int a, int b)
{
    int order = 0;

    for (int k = 0; order == 0 && k < sorting->count; k++) {
        const xsltStylePreComp *comp = sorting->sorts[k]->psvi;
        if (!sorting->made[k]) {
            sorting->made[k] = true;
            sorting->keys[k] = xsltComputeSortResult(sorting->context, sorting->sorts[k]);
        }
        xmlXPathObject **keys = sorting->keys[k];
        if (comp == NULL || keys == NULL || keys[a] == NULL || keys[b] == NULL) {
            return 0; /* the expression failed, and with it the run */
        }
        order = comp->number ? compare_numbers(keys[a]->floatval, keys[b]->floatval)
                             : compare_texts(sorting, keys[a]->stringval, keys[b]->stringval);
        order = comp->descending ? -order : order;
    }
    sorting->spent += COMPARISON_WEIGHT;
    return order;
}

/* false: the ceiling is reached. */
static bool merge(struct sorting *sorting, const int *from, int *to, int start, int middle, int end)
{
    int a = start;
    int b = middle;

    for (int i = start; i < end; i++) {
        bool left = b >= end || (a < middle && compare(sorting, from[a], from[b]) <= 0);
        to[i] = left ? from[a++] : from[b++];
    }
    bool paid = eg_sheet_pay(sorting->context, sorting->spent);
    sorting->spent = 0;
    return paid;
}

/* The order of the nodes, in one of two halves of `room`; NULL: the ceiling is reached. */
static const int *order_of(struct sorting *sorting, int *room)
{
    int n = sorting->nodes;
    int *from = room;
    int *to = room + n;

    for (int i = 0; i < n; i++) {
        from[i] = i;
    }
    for (long width = 1; width < n; width *= 2) {
        for (long start = 0; start < n; start += 2 * width) {
            long middle = start + width < n ? start + width : n;
            long end = start + 2 * width < n ? start + 2 * width : n;
            if (!merge(sorting, from, to, (int)start, (int)middle, (int)end)) {
                return NULL;
            }
        }
        int *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void put_in_order(xmlNodeSet *list, const int *order)
{
    xmlNode **nodes = xmlMalloc((size_t)list->nodeNr * sizeof *nodes);

    for (int i = 0; nodes != NULL && i < list->nodeNr; i++) {
        nodes[i] = list->nodeTab[order[i]];
    }
    if (nodes != NULL) {
        memcpy(list->nodeTab, nodes, (size_t)list->nodeNr * sizeof *nodes);
    }
    xmlFree(nodes);
}

void eg_sheet_sort(xsltTransformContextPtr context, xmlNodePtr *sorts, int count)
{
    xmlNodeSet *list = context->nodeList;
    struct sorting sorting = {.context = context, .sorts = sorts, .count = count};

    if (list == NULL || list->nodeNr <= 1 || count <= 0 || count >= XSLT_MAX_SORT) {
        return;
    }
    sorting.nodes = list->nodeNr;
    int *room = xmlMalloc(2 * (size_t)list->nodeNr * sizeof *room);
    const int *order = room != NULL ? order_of(&sorting, room) : NULL;
    if (order != NULL) {
        put_in_order(list, order);
    } else {
        context->state = XSLT_STATE_STOPPED;
    }
    for (int k = 0; k < count; k++) {
        for (int i = 0; sorting.keys[k] != NULL && i < sorting.nodes; i++) {
            xmlXPathFreeObject(sorting.keys[k][i]);
        }
        xmlFree(sorting.keys[k]);
    }
    xmlFree(room);
}
