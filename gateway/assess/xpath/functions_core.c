/*
 * XPath's own functions: strict where libxml2 is not, and each paid for, in operations for what it
 * reads and in octets for what it makes. libxml2 counts neither the text below a node nor the
 * length of a text.
 */
#include "assess/xpath/functions_inside.h"

#include "assess/number/numbers.h"
#include "assess/xpath/xpath_functions.h"

#include <libxml/tree.h>
#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double xpath_number(const xmlChar *text)
{
    return eg_number_xpath(eg_bytes_of((const char *)text));
}

/* ---- strict and metered forms of XPath's own ---------------------------------------------- */

static void push_context_node(xmlXPathParserContext *ctxt)
{
    valuePush(ctxt, xmlXPathNewNodeSet(ctxt->context->node));
}

static void on_number(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, "", "number")) {
        return;
    }
    if (count == 0) {
        push_context_node(ctxt);
    }
    if (!eg_xpath_pay_text(ctxt, ctxt->value, false)) {
        return;
    }
    xmlXPathObject *value = valuePop(ctxt);
    double x = (double)NAN;
    if (value != NULL && (value->type == XPATH_NUMBER || value->type == XPATH_BOOLEAN)) {
        x = xmlXPathCastToNumber(value);
    } else if (value != NULL) {
        xmlChar *text = xmlXPathCastToString(value);
        x = xpath_number(text);
        xmlFree(text);
    }
    xmlXPathFreeObject(value);
    eg_function_push_number(ctxt, x);
}

static void on_sum(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, "", "sum")) {
        return;
    }
    size_t n = 0;
    double *numbers = eg_function_pop_numbers(ctxt, xpath_number, &n);
    if (numbers != NULL) {
        eg_function_push_number(ctxt, eg_number_sum(numbers, n));
    }
    free(numbers);
}

static void on_string(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, "", "string")) {
        return;
    }
    if (count == 0) {
        push_context_node(ctxt);
    }
    const char *text = eg_function_as_text(ctxt, 1, 0);
    if (text != NULL) {
        (void)eg_function_spend(ctxt, strlen(text));
    }
}

/* All text arguments as texts, their octets paid for, then XPath's own function. */
static void metered(xmlXPathParserContext *ctxt, int count, int texts, const char *name,
                    xmlXPathFunction function)
{
    if (!eg_function_arity(ctxt, count, "", name)) {
        return;
    }
    size_t octets = 0;
    for (int i = 0; i < count && i < texts; i++) {
        const char *text = eg_function_as_text(ctxt, count, i);
        if (text == NULL) {
            return;
        }
        octets += strlen(text);
    }
    if (eg_function_spend(ctxt, octets)) {
        function(ctxt, count);
    }
}

/* libxml2's own appends one argument after another, which is quadratic in their number. */
static void concat_all(xmlXPathParserContext *ctxt, int count)
{
    struct eg_buf all = {0};
    eg_buf_init(&all, SIZE_MAX / 2);
    for (int i = 0; i < count; i++) {
        eg_buf_text(&all, eg_function_as_text(ctxt, count, i));
    }
    for (int i = 0; i < count; i++) {
        xmlXPathFreeObject(valuePop(ctxt));
    }
    if (all.failed) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    } else {
        valuePush(ctxt, xmlXPathNewCString(all.data != NULL ? (const char *)all.data : ""));
    }
    eg_buf_done(&all);
}

static void on_concat(xmlXPathParserContext *ctxt, int count)
{
    metered(ctxt, count, count, "concat", concat_all);
}

static void on_substring(xmlXPathParserContext *ctxt, int count)
{
    metered(ctxt, count, 1, "substring", xmlXPathSubstringFunction);
}

/* Both texts, and the second in the first; libxml2's own search is quadratic. false: an error. */
static bool search(xmlXPathParserContext *ctxt, int count, const char *name, const char **text,
                   const char **found, const char **wanted)
{
    if (!eg_function_arity(ctxt, count, "", name)) {
        return false;
    }
    *text = eg_function_as_text(ctxt, count, 0);
    *wanted = *text != NULL ? eg_function_as_text(ctxt, count, 1) : NULL;
    if (*wanted == NULL) {
        return false;
    }
    *found = strstr(*text, *wanted);
    return true;
}

static void give_piece(xmlXPathParserContext *ctxt, const char *piece, size_t len)
{
    if (!eg_function_spend(ctxt, len)) {
        return;
    }
    xmlChar *copy = xmlStrndup((const xmlChar *)piece, (int)len);
    if (copy == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
        return;
    }
    eg_function_give(ctxt, xmlXPathWrapString(copy));
}

static void on_substring_before(xmlXPathParserContext *ctxt, int count)
{
    const char *text = NULL;
    const char *found = NULL;
    const char *wanted = NULL;
    if (search(ctxt, count, "substring-before", &text, &found, &wanted)) {
        give_piece(ctxt, text, found != NULL ? (size_t)(found - text) : 0);
    }
}

static void on_substring_after(xmlXPathParserContext *ctxt, int count)
{
    const char *text = NULL;
    const char *found = NULL;
    const char *wanted = NULL;
    if (search(ctxt, count, "substring-after", &text, &found, &wanted)) {
        found = found != NULL ? found + strlen(wanted) : "";
        give_piece(ctxt, found, strlen(found));
    }
}

static void on_contains(xmlXPathParserContext *ctxt, int count)
{
    const char *text = NULL;
    const char *found = NULL;
    const char *wanted = NULL;
    if (search(ctxt, count, "contains", &text, &found, &wanted)) {
        eg_function_give(ctxt, xmlXPathNewBoolean(found != NULL));
    }
}

static void on_translate(xmlXPathParserContext *ctxt, int count)
{
    if (!eg_function_arity(ctxt, count, "", "translate")) {
        return;
    }
    const char *map = eg_function_as_text(ctxt, count, 1);
    const char *text = map != NULL ? eg_function_as_text(ctxt, count, 0) : NULL;
    if (text == NULL) {
        return;
    }
    size_t looks = strlen(map) / 4 + 1; /* the map is looked through for each character */
    if (strlen(map) > 1000 || !eg_xpath_pay(ctxt, strlen(text) / 16 * looks)) {
        xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
        return;
    }
    metered(ctxt, count, 3, "translate", xmlXPathTranslateFunction);
}

static void on_normalize_space(xmlXPathParserContext *ctxt, int count)
{
    if (count == 0) {
        push_context_node(ctxt);
        count = 1;
    }
    metered(ctxt, count, 1, "normalize-space", xmlXPathNormalizeFunction);
}

/* ---- XPath's own, paid for ---------------------------------------------------------------- */

/* Reading the arguments is paid for, of nodes the first or all of them. */
static void paid(xmlXPathParserContext *ctxt, int count, const char *name, bool all,
                 xmlXPathFunction function)
{
    if (!eg_function_arity(ctxt, count, "", name)) {
        return;
    }
    if (count == 0) {
        push_context_node(ctxt);
        count = 1;
    }
    for (int i = 0; i < count; i++) {
        if (!eg_xpath_pay_text(ctxt, ctxt->valueTab[ctxt->valueNr - count + i], all)) {
            return;
        }
    }
    function(ctxt, count);
}

static void on_starts_with(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "starts-with", false, xmlXPathStartsWithFunction);
}

static void on_string_length(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "string-length", false, xmlXPathStringLengthFunction);
}

static void on_floor(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "floor", false, xmlXPathFloorFunction);
}

static void on_ceiling(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "ceiling", false, xmlXPathCeilingFunction);
}

static void on_round(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "round", false, xmlXPathRoundFunction);
}

static void on_id(xmlXPathParserContext *ctxt, int count)
{
    paid(ctxt, count, "id", true, xmlXPathIdFunction);
}

/* libxml2 looks through the attributes of each element around. */
static void on_lang(xmlXPathParserContext *ctxt, int count)
{
    size_t looks = 0;
    for (const xmlNode *node = ctxt->context->node;
         node != NULL && node->type != XML_NAMESPACE_DECL; node = node->parent) {
        const xmlAttr *attr = node->type == XML_ELEMENT_NODE ? node->properties : NULL;
        for (looks++; attr != NULL; attr = attr->next) {
            looks++;
        }
    }
    if (eg_xpath_pay(ctxt, looks / 4)) {
        paid(ctxt, count, "lang", false, xmlXPathLangFunction);
    }
}

/* The node whose name is asked for; a name can be long, and the address of a namespace longer. */
static bool take_named(xmlXPathParserContext *ctxt, int count, const char *name,
                       const xmlNode **node)
{
    if (!eg_function_arity(ctxt, count, "", name)) {
        return false;
    }
    if (count == 0) {
        push_context_node(ctxt);
    }
    const xmlXPathObject *value = ctxt->value;
    const xmlNodeSet *set = value->type == XPATH_NODESET ? value->nodesetval : NULL;
    const xmlNode *first = set != NULL && set->nodeNr > 0 ? set->nodeTab[0] : NULL;
    size_t octets = 0;
    if (first != NULL && (first->type == XML_ELEMENT_NODE || first->type == XML_ATTRIBUTE_NODE)) {
        octets = strlen((const char *)first->name);
        octets += first->ns != NULL && first->ns->href != NULL
                      ? strlen((const char *)first->ns->href)
                      : 0;
        *node = first;
    }
    return eg_xpath_pay(ctxt, octets / 32);
}

static void on_local_name(xmlXPathParserContext *ctxt, int count)
{
    const xmlNode *node = NULL;
    if (take_named(ctxt, count, "local-name", &node)) {
        xmlXPathLocalNameFunction(ctxt, 1);
    }
}

static void on_namespace_uri(xmlXPathParserContext *ctxt, int count)
{
    const xmlNode *node = NULL;
    if (take_named(ctxt, count, "namespace-uri", &node)) {
        xmlXPathNamespaceURIFunction(ctxt, 1);
    }
}

/* libxml2's own is not exported. Without a prefix it is the local name. */
static void on_name(xmlXPathParserContext *ctxt, int count)
{
    const xmlNode *node = NULL;
    if (!take_named(ctxt, count, "name", &node)) {
        return;
    }
    if (node == NULL || node->ns == NULL || node->ns->prefix == NULL || node->name[0] == ' ') {
        xmlXPathLocalNameFunction(ctxt, 1);
        return;
    }
    xmlChar *name = xmlBuildQName(node->name, node->ns->prefix, NULL, 0);
    if (name == NULL) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
        return;
    }
    xmlXPathFreeObject(valuePop(ctxt));
    valuePush(ctxt, xmlXPathWrapString(name));
}

const struct eg_function_own eg_functions_core[] = {
    {"", "number", on_number},
    {"", "string", on_string},
    {"", "sum", on_sum},
    {"", "concat", on_concat},
    {"", "contains", on_contains},
    {"", "starts-with", on_starts_with},
    {"", "substring", on_substring},
    {"", "substring-before", on_substring_before},
    {"", "substring-after", on_substring_after},
    {"", "string-length", on_string_length},
    {"", "translate", on_translate},
    {"", "normalize-space", on_normalize_space},
    {"", "name", on_name},
    {"", "local-name", on_local_name},
    {"", "namespace-uri", on_namespace_uri},
    {"", "lang", on_lang},
    {"", "id", on_id},
    {"", "floor", on_floor},
    {"", "ceiling", on_ceiling},
    {"", "round", on_round},
};
const size_t eg_functions_core_count = sizeof eg_functions_core / sizeof eg_functions_core[0];
