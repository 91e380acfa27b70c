/*
 * What expressions may call: strict forms of XPath's own, EXSLT, and the measurement functions of
 * functions_measure.c, _series.c and _grid.c; and a meter in front of whatever makes texts, because
 * libxml2 limits operations but not octets (26 nested concat() are 208 operations and 2 GB).
 */
#include "assess/functions_inside.h"

#include "assess/function_table.h"
#include "assess/numbers.h"
#include "assess/xpath_functions.h"

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

/* ---- the meter ---------------------------------------------------------------------------- */

static _Thread_local size_t octets_left;
static _Thread_local bool metering, exceeded;

void eg_functions_begin(size_t octets_max)
{
    octets_left = octets_max;
    metering = true;
    exceeded = false;
}

void eg_functions_allow(size_t octets)
{
    octets_left = octets < SIZE_MAX - octets_left ? octets_left + octets : SIZE_MAX;
}

bool eg_functions_end(void)
{
    metering = false;
    return exceeded;
}

bool eg_functions_exceeded(void)
{
    return exceeded;
}

bool eg_functions_spend(size_t octets)
{
    if (!metering) {
        return true;
    }
    if (octets > octets_left) {
        octets_left = 0;
        exceeded = true;
        return false;
    }
    octets_left -= octets;
    return true;
}

static bool spend(xmlXPathParserContext *ctxt, size_t octets)
{
    if (eg_functions_spend(octets)) {
        return true;
    }
    xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
    return false;
}

static size_t times(size_t a, size_t b)
{
    return b != 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

/* ---- arguments ---------------------------------------------------------------------------- */

bool eg_function_spend(xmlXPathParserContext *ctxt, size_t octets)
{
    return spend(ctxt, octets);
}

bool eg_function_arity(xmlXPathParserContext *ctxt, int count, const char *ns, const char *name)
{
    const struct eg_function_row *row = eg_function_row(ns, name);
    if (row == NULL || count < row->min || (row->max >= 0 && count > row->max) ||
        ctxt->valueNr < ctxt->valueFrame + count) {
        xmlXPathErr(ctxt, XPATH_INVALID_ARITY);
        return false;
    }
    return true;
}

const char *eg_function_as_text(xmlXPathParserContext *ctxt, int count, int index)
{
    xmlXPathObject **slot = &ctxt->valueTab[ctxt->valueNr - count + index];
    if (!eg_xpath_pay_text(ctxt, *slot, false)) {
        return NULL;
    }
    if ((*slot)->type == XPATH_NUMBER) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        eg_number_text(text, (*slot)->floatval);
        xmlXPathFreeObject(*slot);
        *slot = xmlXPathNewCString(text);
    } else if ((*slot)->type != XPATH_STRING) {
        *slot = xmlXPathConvertString(*slot);
    }
    if (index == count - 1) {
        ctxt->value = *slot;
    }
    if (*slot == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    }
    return *slot != NULL ? (const char *)(*slot)->stringval : NULL;
}

double eg_function_strict(const xmlChar *text)
{
    double x = (double)NAN;
    (void)eg_number_read(eg_bytes_of((const char *)text), &x);
    return x;
}

char *eg_function_pop_text(xmlXPathParserContext *ctxt)
{
    const char *text = eg_function_as_text(ctxt, 1, 0);
    char *copy = text != NULL ? strdup(text) : NULL;
    xmlXPathFreeObject(valuePop(ctxt));
    if (copy == NULL && text != NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    }
    return copy;
}

double eg_function_pop_number(xmlXPathParserContext *ctxt)
{
    double x = (double)NAN;
    if (ctxt->value != NULL && !eg_xpath_pay_text(ctxt, ctxt->value, false)) {
        return x;
    }
    xmlXPathObject *value = valuePop(ctxt);
    if (value != NULL && value->type == XPATH_NUMBER) {
        x = value->floatval;
    } else if (value != NULL) {
        xmlChar *text = xmlXPathCastToString(value);
        x = value->type == XPATH_BOOLEAN ? (value->boolval ? 1 : 0) : eg_function_strict(text);
        xmlFree(text);
    }
    xmlXPathFreeObject(value);
    return x;
}

bool eg_function_pop_boolean(xmlXPathParserContext *ctxt)
{
    xmlXPathObject *value = valuePop(ctxt);
    bool yes = value != NULL && xmlXPathCastToBoolean(value) != 0;
    xmlXPathFreeObject(value);
    return yes;
}

void eg_function_push_number(xmlXPathParserContext *ctxt, double x)
{
    valuePush(ctxt, xmlXPathNewFloat(x));
}

void eg_function_give(xmlXPathParserContext *ctxt, xmlXPathObject *value)
{
    xmlXPathFreeObject(valuePop(ctxt));
    xmlXPathFreeObject(valuePop(ctxt));
    valuePush(ctxt, value);
}

double *eg_function_pop_numbers(xmlXPathParserContext *ctxt, eg_function_reader_fn reader,
                                size_t *count)
{
    if (ctxt->value == NULL ||
        (ctxt->value->type != XPATH_NODESET && ctxt->value->type != XPATH_XSLT_TREE)) {
        xmlXPathErr(ctxt, XPATH_INVALID_TYPE);
        return NULL;
    }
    if (!eg_xpath_pay_text(ctxt, ctxt->value, true)) {
        return NULL;
    }
    xmlXPathObject *value = valuePop(ctxt);
    xmlNodeSet *set = value->nodesetval;
    size_t n = set != NULL ? (size_t)set->nodeNr : 0;
    double *numbers = calloc(n + 1, sizeof(*numbers));
    for (size_t i = 0; numbers != NULL && i < n; i++) {
        xmlChar *text = xmlXPathCastNodeToString(set->nodeTab[i]);
        numbers[i] = reader(text);
        xmlFree(text);
    }
    xmlXPathFreeObject(value);
    if (numbers == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    }
    *count = n;
    return numbers;
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
    if (strcmp(ns, EG_EXSLT_STRINGS) == 0 && !spend(ctxt, strings_cost(ctxt, count, name))) {
        return;
    }
    /* It holds each text until it ends. */
    if (strcmp(ns, EG_EXSLT_SETS) == 0 && strcmp(name, "distinct") == 0 &&
        !spend(ctxt, octets_of(ctxt, count, 0))) {
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
    good = good && put_list(context, own, sizeof(own) / sizeof(own[0])) &&
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
