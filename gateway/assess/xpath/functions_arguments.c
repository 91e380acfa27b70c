/*
 * What the functions share: a meter in front of whatever makes texts, because libxml2 limits
 * operations but not octets (26 nested concat() are 208 operations and 2 GB); taking arguments and
 * giving results.
 */
#include "assess/xpath/functions_inside.h"

#include "assess/number/numbers.h"
#include "assess/xpath/function_table.h"
#include "assess/xpath/xpath_functions.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- arguments ---------------------------------------------------------------------------- */

bool eg_function_spend(xmlXPathParserContext *ctxt, size_t octets)
{
    if (eg_functions_spend(octets)) {
        return true;
    }
    xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
    return false;
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
    double *numbers = calloc(n + 1, sizeof *numbers);
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
