/*
 * What expressions may call: strict forms of XPath's own, EXSLT, and the measurement functions of
 * functions_measure.c, _series.c and _grid.c. Arguments and the meter are functions_arguments.c.
 */
#include "assess/xpath/functions_inside.h"

#include "assess/number/numbers.h"
#include "assess/xpath/function_table.h"
#include "assess/xpath/xpath_functions.h"

#include <libexslt/exslt.h>
#include <libxml/xpathInternals.h>
#include <libxslt/extensions.h>
#include <libxslt/extra.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_WEIGHT 128 /* octets of a node made for each token, at worst one each character */
#define LOST_MAX 128     /* functions taken out of one context */

static size_t times(size_t a, size_t b)
{
    return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

/* ---- EXSLT -------------------------------------------------------------------------------- */

static void on_object_type(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, EG_EXSLT_COMMON, "object-type")) {
        return;
    }
    xmlXPathObject *value = valuePop(ctxt);
    const char *type = "external";
    switch (value->type) {
    case XPATH_STRING:
        type = "string";
        break;
    case XPATH_NUMBER:
        type = "number";
        break;
    case XPATH_BOOLEAN:
        type = "boolean";
        break;
    case XPATH_NODESET:
        type = "node-set";
        break;
    case XPATH_XSLT_TREE:
        type = "RTF";
        break;
    default:
        break;
    }
    xmlXPathFreeObject(value);
    valuePush(ctxt, xmlXPathNewCString(type));
}

static void on_node_set(xmlXPathParserContext *ctxt, int count)
{
    if (eg_function_arity(ctxt, count, EG_EXSLT_COMMON, "node-set")) {
        xsltFunctionNodeSet(ctxt, count);
    }
}

/* libexslt's functions are not exported: taken once from a context that it filled. */
static xmlXPathFunction originals[256];
static pthread_once_t originals_once = PTHREAD_ONCE_INIT;

static bool fill_exslt(xmlXPathContext *context)
{
    return exsltMathXpathCtxtRegister(context, BAD_CAST "math") == 0 &&
           exsltSetsXpathCtxtRegister(context, BAD_CAST "set") == 0 &&
           exsltStrXpathCtxtRegister(context, BAD_CAST "str") == 0 &&
           exsltDateXpathCtxtRegister(context, BAD_CAST "date") == 0;
}

static void take_originals(void)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    exsltStrRegister(); /* the ones that make nodes are known to stylesheets only */
    if (context != NULL && fill_exslt(context)) {
        for (size_t i = 0; i < eg_function_row_count; i++) {
            const struct eg_function_row *row = &eg_function_rows[i];
            if (row->ns[0] != '\0') {
                originals[i] =
                    row->stylesheet
                        ? xsltExtModuleFunctionLookup(BAD_CAST row->name, BAD_CAST row->ns)
                        : xmlXPathFunctionLookupNS(context, BAD_CAST row->name, BAD_CAST row->ns);
            }
        }
    }
    /* What is known to all stylesheets would go past the meter. */
    for (size_t i = 0; i < eg_function_row_count; i++) {
        (void)xsltUnregisterExtModuleFunction(BAD_CAST eg_function_rows[i].name,
                                              BAD_CAST eg_function_rows[i].ns);
    }
    xmlXPathFreeContext(context);
}

static size_t octets_of(xmlXPathParserContext *ctxt, int count, int index)
{
    xmlXPathObject *value = ctxt->valueTab[ctxt->valueNr - count + index];
    if (value->type == XPATH_STRING) {
        return strlen((const char *)value->stringval);
    }
    size_t octets = 0;
    if (value->type == XPATH_NODESET && value->nodesetval != NULL) {
        for (int i = 0; i < value->nodesetval->nodeNr; i++) {
            xmlChar *text = xmlXPathCastNodeToString(value->nodesetval->nodeTab[i]);
            octets += text != NULL ? strlen((const char *)text) : 0;
            xmlFree(text);
        }
    }
    return octets + EG_NUMBER_TEXT_MAX;
}

/* At most so many octets does a function of the strings module make of its arguments. */
static size_t strings_cost(xmlXPathParserContext *ctxt, int count, const char *name)
{
    if (strcmp(name, "padding") == 0) {
        double n = xmlXPathCastToNumber(ctxt->valueTab[ctxt->valueNr - count]);
        return n > 0 ? (n < 1e12 ? (size_t)n * 4 : SIZE_MAX) : 0;
    }
    size_t first = octets_of(ctxt, count, 0);
    size_t all = first;
    for (int i = 1; i < count; i++) {
        all += octets_of(ctxt, count, i);
    }
    if (strcmp(name, "tokenize") == 0 || strcmp(name, "split") == 0) {
        return times(first, TOKEN_WEIGHT);
    }
    if (strcmp(name, "replace") == 0) {
        return times(first + 1, octets_of(ctxt, count, 2) + 1);
    }
    return times(all, 3); /* encode-uri writes three octets for one */
}

/* Stands in front of every EXSLT function: arguments counted (without one some read the clock). */
static void on_exslt(xmlXPathParserContext *ctxt, int count)
{
    const char *name = (const char *)ctxt->context->function;
    const char *ns = (const char *)ctxt->context->functionURI;
    if (name == NULL || ns == NULL || !eg_function_arity(ctxt, count, ns, name)) {
        return;
    }
    const struct eg_function_row *row = eg_function_row(ns, name);
    for (int i = 0; i < count; i++) {
        if (!eg_xpath_pay_text(ctxt, ctxt->valueTab[ctxt->valueNr - count + i], true)) {
            return;
        }
    }
    if (strcmp(ns, EG_EXSLT_STRINGS) == 0 &&
        !eg_function_spend(ctxt, strings_cost(ctxt, count, name))) {
        return;
    }
    /* It holds each text until it ends. */
    if (strcmp(ns, EG_EXSLT_SETS) == 0 && strcmp(name, "distinct") == 0 &&
        !eg_function_spend(ctxt, octets_of(ctxt, count, 0))) {
        return;
    }
    xmlXPathFunction original = originals[row - eg_function_rows];
    if (original == NULL) {
        xmlXPathErr(ctxt, XPATH_UNKNOWN_FUNC_ERROR);
        return;
    }
    original(ctxt, count);
}

/* ---- registration ------------------------------------------------------------------------- */

static const struct eg_function_own own[] = {
    {EG_EXSLT_COMMON, "node-set", on_node_set},
    {EG_EXSLT_COMMON, "object-type", on_object_type},
};

struct lost {
    const xmlChar *names[LOST_MAX], *uris[LOST_MAX];
    size_t count;
};

static void find_lost(void *payload, void *data, const xmlChar *name, const xmlChar *uri,
                      const xmlChar *unused)
{
    (void)payload, (void)unused;
    struct lost *lost = data;
    if (eg_function_row(uri != NULL ? (const char *)uri : "", (const char *)name) == NULL &&
        lost->count < LOST_MAX) {
        lost->names[lost->count] = name;
        lost->uris[lost->count++] = uri;
    }
}

static void take_away(xmlXPathContext *context)
{
    struct lost lost = {.count = 0};
    xmlHashScanFull(context->funcHash, find_lost, &lost);
    for (size_t i = 0; i < lost.count; i++) {
        (void)xmlXPathRegisterFuncNS(context, lost.names[i], lost.uris[i], NULL);
    }
}

/* Registering never replaces: what is there goes first. */
static bool put(xmlXPathContext *context, const char *ns, const char *name,
                xmlXPathFunction function)
{
    const xmlChar *uri = ns[0] != '\0' ? BAD_CAST ns : NULL;
    (void)xmlXPathRegisterFuncNS(context, BAD_CAST name, uri, NULL);
    return xmlXPathRegisterFuncNS(context, BAD_CAST name, uri, function) == 0;
}

static bool put_list(xmlXPathContext *context, const struct eg_function_own *list, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = good && put(context, list[i].ns, list[i].name, list[i].function);
    }
    return good;
}

static enum eg_status put_all(xmlXPathContext *context, bool stylesheet, struct eg_error *err)
{
    pthread_once(&originals_once, take_originals);
    take_away(context);
    bool good = true;
    for (size_t i = 0; i < eg_function_row_count; i++) {
        if (originals[i] != NULL && (stylesheet || !eg_function_rows[i].stylesheet)) {
            good = good && put(context, eg_function_rows[i].ns, eg_function_rows[i].name, on_exslt);
        }
    }
    good = good && put_list(context, own, sizeof own / sizeof own[0]) &&
           put_list(context, eg_functions_core, eg_functions_core_count) &&
           put_list(context, eg_functions_sets, eg_functions_sets_count) &&
           put_list(context, eg_functions_measure, eg_functions_measure_count) &&
           put_list(context, eg_functions_series, eg_functions_series_count) &&
           put_list(context, eg_functions_grid, eg_functions_grid_count);
    return good ? EG_OK
                : eg_error_set(err, EG_E_NOMEM, "functions", "no memory to register functions");
}

enum eg_status eg_functions_register_xpath(xmlXPathContext *context, struct eg_error *err)
{
    enum eg_status status = put_all(context, false, err);
    return status == EG_OK ? eg_xpath_functions_register(context, err) : status;
}

enum eg_status eg_functions_register_xslt(xsltTransformContext *context, struct eg_error *err)
{
    return put_all(context->xpathCtxt, true, err);
}
