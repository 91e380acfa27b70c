/*
 * The context in which a schema's expressions run: one for the state's life, with its prefixes,
 * variables looked up in a stack (schema, phase, pattern, rule), the functions that XSLT adds to
 * XPath (XSLT 1.0, section 12), and the ceilings.
 */
#include "assess/number/numbers.h"
#include "assess/schematron/schematron_model.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <libxslt/numbersInternals.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct eg_schematron_state *state_of(xmlXPathParserContext *ctxt)
{
    return ctxt->context->userData;
}

/* ---- variables ---------------------------------------------------------------------------- */

bool eg_sch_variable_push(struct eg_schematron_state *state, const char *name,
                          xmlXPathObject *value)
{
    if (state->variable_count == state->variable_max) {
        size_t max = state->variable_max == 0 ? 32 : state->variable_max * 2;
        void *bigger = realloc(state->variables, max * sizeof *state->variables);
        if (bigger == NULL) {
            xmlXPathFreeObject(value);
            return false;
        }
        state->variables = bigger;
        state->variable_max = max;
    }
    state->variables[state->variable_count++] = (struct eg_sch_variable){name, value};
    return true;
}

void eg_sch_variables_cut(struct eg_schematron_state *state, size_t count)
{
    while (state->variable_count > count) {
        xmlXPathFreeObject(state->variables[--state->variable_count].value);
    }
}

/* A copy each time, as libxml2 frees what it is given: octets and nodes copied are paid for. */
static xmlXPathObject *look_up(void *payload, const xmlChar *name, const xmlChar *uri)
{
    struct eg_schematron_state *state = payload;
    for (size_t i = state->variable_count; uri == NULL && i-- > 0;) {
        const struct eg_sch_variable *variable = &state->variables[i];
        if (strcmp(variable->name, (const char *)name) != 0) {
            continue;
        }
        const xmlXPathObject *value = variable->value;
        if (value->type == XPATH_STRING &&
            !eg_functions_spend(strlen((const char *)value->stringval))) {
            return NULL;
        }
        if (value->type == XPATH_NODESET && value->nodesetval != NULL) {
            state->context->opCount += (unsigned long)value->nodesetval->nodeNr;
        }
        return xmlXPathObjectCopy(variable->value);
    }
    return NULL;
}

/* ---- functions of XSLT -------------------------------------------------------------------- */

static void on_current(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(0);
    valuePush(ctxt, xmlXPathNewNodeSet(state_of(ctxt)->current));
}

static bool add_document(xmlXPathParserContext *ctxt, xmlNodeSet *set, const xmlChar *href)
{
    const struct eg_sch_document *document =
        href != NULL ? eg_sch_document(state_of(ctxt), (const char *)href) : NULL;
    return document != NULL && xmlXPathNodeSetAdd(set, (xmlNode *)document->doc) == 0;
}

static void on_document(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1); /* a second argument would give another base; names are the package's */
    xmlXPathObject *argument = valuePop(ctxt);
    xmlNodeSet *set = xmlXPathNodeSetCreate(NULL);
    bool good = set != NULL;
    if (argument->type == XPATH_NODESET) {
        for (int i = 0; good && argument->nodesetval && i < argument->nodesetval->nodeNr; i++) {
            xmlChar *href = xmlXPathCastNodeToString(argument->nodesetval->nodeTab[i]);
            good = add_document(ctxt, set, href);
            xmlFree(href);
        }
    } else {
        xmlChar *href = xmlXPathCastToString(argument);
        good = good && add_document(ctxt, set, href);
        xmlFree(href);
    }
    xmlXPathFreeObject(argument);
    if (!good) {
        xmlXPathFreeNodeSet(set);
        xmlXPathErr(ctxt, XPATH_INVALID_OPERAND);
        return;
    }
    valuePush(ctxt, xmlXPathWrapNodeSet(set));
}

static void on_format_number(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(2);
    struct _xsltDecimalFormat format = {.digit = BAD_CAST "#",
                                        .patternSeparator = BAD_CAST ";",
                                        .minusSign = BAD_CAST "-",
                                        .infinity = BAD_CAST "Infinity",
                                        .noNumber = BAD_CAST "NaN",
                                        .decimalPoint = BAD_CAST ".",
                                        .grouping = BAD_CAST ",",
                                        .percent = BAD_CAST "%",
                                        .permille = BAD_CAST "\xe2\x80\xb0",
                                        .zeroDigit = BAD_CAST "0"};
    CAST_TO_STRING;
    xmlXPathObject *picture = valuePop(ctxt);
    CAST_TO_NUMBER;
    xmlXPathObject *number = valuePop(ctxt);
    xmlChar *text = NULL;
    if (strlen((const char *)picture->stringval) > 200 ||
        xsltFormatNumberConversion(&format, picture->stringval, number->floatval, &text) !=
            XPATH_EXPRESSION_OK ||
        text == NULL) {
        xmlXPathErr(ctxt, XPATH_INVALID_OPERAND);
    } else {
        valuePush(ctxt, xmlXPathNewString(text));
    }
    xmlFree(text);
    xmlXPathFreeObject(picture);
    xmlXPathFreeObject(number);
}

static void on_element_available(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1);
    xmlXPathFreeObject(valuePop(ctxt));
    valuePush(ctxt, xmlXPathNewBoolean(0)); /* there are no instructions in a schema */
}

static void on_function_available(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(1);
    CAST_TO_STRING;
    xmlXPathObject *argument = valuePop(ctxt);
    const char *name = (const char *)argument->stringval;
    const char *colon = strchr(name, ':');
    const xmlChar *uri = BAD_CAST "";
    if (colon != NULL) {
        xmlChar *prefix = xmlStrndup(BAD_CAST name, (int)(colon - name));
        uri = xmlXPathNsLookup(ctxt->context, prefix);
        xmlFree(prefix);
        name = colon + 1;
    }
    int min = 0;
    int max = 0;
    bool known = uri != NULL && eg_functions_known((const char *)uri, name, true, &min, &max);
    xmlXPathFreeObject(argument);
    valuePush(ctxt, xmlXPathNewBoolean(known));
}

/* ---- keys --------------------------------------------------------------------------------- */

static void free_set(void *payload, const xmlChar *name)
{
    (void)name;
    xmlXPathFreeNodeSet(payload);
}

static void free_table(void *payload, const xmlChar *name)
{
    (void)name;
    xmlHashFree(payload, free_set);
}

void eg_sch_keys_done(struct eg_schematron_state *state)
{
    xmlHashFree(state->key_tables, free_table);
    state->key_tables = NULL;
}

/* One node comes for all its values in a row: it stands last if it has this one already. */
static bool add_to_key(xmlHashTable *table, const xmlChar *value, xmlNode *node)
{
    xmlNodeSet *set = value != NULL ? xmlHashLookup(table, value) : NULL;
    if (set == NULL && value != NULL) {
        set = xmlXPathNodeSetCreate(NULL);
        if (set == NULL || xmlHashAddEntry(table, value, set) != 0) {
            xmlXPathFreeNodeSet(set);
            return false;
        }
    }
    if (set != NULL && set->nodeNr > 0 && set->nodeTab[set->nodeNr - 1] == node) {
        return true;
    }
    return set != NULL && xmlXPathNodeSetAddUnique(set, node) == 0;
}

static bool index_node(xmlXPathParserContext *ctxt, xmlHashTable *table,
                       const struct eg_sch_key *key, xmlNode *node)
{
    struct eg_schematron_state *state = state_of(ctxt);
    state->base = key->base;
    xmlXPathObject *use = eg_sch_eval(state, key->use, node);
    if (use == NULL) {
        return false;
    }
    bool good = eg_xpath_pay_text(ctxt, use, true);
    if (use->type == XPATH_NODESET) {
        for (int i = 0; good && use->nodesetval != NULL && i < use->nodesetval->nodeNr; i++) {
            xmlChar *value = xmlXPathCastNodeToString(use->nodesetval->nodeTab[i]);
            good = add_to_key(table, value, node);
            xmlFree(value);
        }
    } else {
        xmlChar *value = xmlXPathCastToString(use);
        good = good && add_to_key(table, value, node);
        xmlFree(value);
    }
    xmlXPathFreeObject(use);
    return good;
}

/* All keys of one name over the document, made at the first call. */
static xmlHashTable *key_table(xmlXPathParserContext *ctxt, const xmlChar *name)
{
    struct eg_schematron_state *state = state_of(ctxt);
    if (state->key_tables == NULL) {
        state->key_tables = xmlHashCreate(8);
    }
    xmlHashTable *table = state->key_tables ? xmlHashLookup(state->key_tables, name) : NULL;
    if (table != NULL || state->key_tables == NULL) {
        return table;
    }
    table = xmlHashCreate(64);
    if (table == NULL || xmlHashAddEntry(state->key_tables, name, table) != 0) {
        xmlHashFree(table, NULL);
        return NULL;
    }
    for (size_t k = 0; k < state->schema->key_count; k++) {
        if (strcmp(state->schema->keys[k].name, (const char *)name) != 0) {
            continue;
        }
        state->base = state->schema->keys[k].base;
        xmlXPathObject *matched =
            eg_sch_eval(state, state->schema->keys[k].match, (xmlNode *)state->context->doc);
        bool good = matched != NULL && matched->type == XPATH_NODESET;
        for (int i = 0; good && matched->nodesetval && i < matched->nodesetval->nodeNr; i++) {
            good =
                index_node(ctxt, table, &state->schema->keys[k], matched->nodesetval->nodeTab[i]);
        }
        xmlXPathFreeObject(matched);
        if (!good) {
            return NULL;
        }
    }
    return table;
}

static bool has_key(const struct eg_schematron *schema, const xmlChar *name)
{
    for (size_t k = 0; k < schema->key_count; k++) {
        if (strcmp(schema->keys[k].name, (const char *)name) == 0) {
            return true;
        }
    }
    return false;
}

struct selection {
    /* the key, and what was looked up already */
    xmlHashTable *table, *values;
    struct eg_xpath_nodes nodes;
};

static bool select_key(xmlXPathParserContext *ctxt, struct selection *selection,
                       const xmlChar *value)
{
    xmlNodeSet *found = value != NULL ? xmlHashLookup(selection->table, value) : NULL;
    if (found == NULL || xmlHashLookup(selection->values, value) != NULL) {
        return value != NULL;
    }
    bool good = xmlHashAddEntry(selection->values, value, found) == 0;
    for (int i = 0; good && i < found->nodeNr; i++) {
        good = eg_xpath_nodes_add(ctxt, &selection->nodes, found->nodeTab[i], NULL);
    }
    return good;
}

static xmlNodeSet *look_in_key(xmlXPathParserContext *ctxt, xmlHashTable *table,
                               const xmlXPathObject *wanted)
{
    struct selection selection = {.table = table, .values = xmlHashCreate(8)};
    bool good = selection.values != NULL && eg_xpath_pay_text(ctxt, wanted, true);
    if (wanted->type == XPATH_NODESET) {
        for (int i = 0; good && wanted->nodesetval != NULL && i < wanted->nodesetval->nodeNr; i++) {
            xmlChar *value = xmlXPathCastNodeToString(wanted->nodesetval->nodeTab[i]);
            good = select_key(ctxt, &selection, value);
            xmlFree(value);
        }
    } else {
        xmlChar *value = xmlXPathCastToString((xmlXPathObject *)(uintptr_t)wanted);
        good = good && select_key(ctxt, &selection, value);
        xmlFree(value);
    }
    xmlNodeSet *out = selection.nodes.set;
    if (good && out == NULL) {
        out = xmlXPathNodeSetCreate(NULL);
    }
    if (good && out != NULL) {
        selection.nodes.set = NULL;
    }
    eg_xpath_nodes_done(&selection.nodes);
    xmlHashFree(selection.values, NULL);
    return good ? out : NULL;
}

static void on_key(xmlXPathParserContext *ctxt, int nargs)
{
    CHECK_ARITY(2);
    struct eg_schematron_state *state = state_of(ctxt);
    xmlXPathContext saved = *ctxt->context;
    const char *base = state->base;
    xmlXPathObject *wanted = valuePop(ctxt);
    CAST_TO_STRING;
    xmlXPathObject *name = valuePop(ctxt);
    xmlHashTable *table = NULL;
    if (has_key(state->schema, name->stringval)) {
        table = key_table(ctxt, name->stringval);
    } else {
        (void)eg_error_set(&state->failure, EG_E_FORMAT, state->schema->name,
                           "there is no xsl:key '%.60s'", (const char *)name->stringval);
    }
    state->base = base;
    ctxt->context->node = saved.node;
    ctxt->context->contextSize = saved.contextSize;
    ctxt->context->proximityPosition = saved.proximityPosition;
    xmlNodeSet *found = table != NULL ? look_in_key(ctxt, table, wanted) : NULL;
    xmlXPathFreeObject(name);
    xmlXPathFreeObject(wanted);
    if (found == NULL) {
        if (ctxt->error == XPATH_EXPRESSION_OK) {
            xmlXPathErr(ctxt, XPATH_INVALID_OPERAND);
        }
        return;
    }
    valuePush(ctxt, xmlXPathWrapNodeSet(found));
}

/* ---- the context -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    xmlXPathFunction function;
} functions[] = {
    {"current", on_current},
    {"document", on_document},
    {"format-number", on_format_number},
    {"key", on_key},
    {"element-available", on_element_available},
    {"function-available", on_function_available},
};

enum eg_status eg_sch_context_new(struct eg_schematron_state *state, struct eg_error *err)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    if (context == NULL) {
        return eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for an XPath context");
    }
    state->context = context;
    context->userData = state;
    context->opLimit = EG_XPATH_OPERATIONS_MAX;
    (void)xmlXPathContextSetCache(context, 1, -1, 0);
    xmlXPathRegisterVariableLookup(context, look_up, state);
    enum eg_status status = eg_functions_register_xpath(context, err);
    bool good = true;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        good = good && xmlXPathRegisterFunc(context, BAD_CAST functions[i].name,
                                            functions[i].function) == 0;
    }
    for (size_t i = 0; i < state->schema->ns_count; i++) {
        good = good && xmlXPathRegisterNs(context, BAD_CAST state->schema->ns[i].prefix,
                                          BAD_CAST state->schema->ns[i].uri) == 0;
    }
    if (status == EG_OK && !good) {
        status =
            eg_error_set(err, EG_E_NOMEM, state->schema->name, "no memory for an XPath context");
    }
    return status;
}

/* It compiled when the schema was read: only memory can be lacking. */
static xmlXPathCompExpr *compile(struct eg_schematron_state *state,
                                 const struct eg_sch_expression *expression)
{
    struct eg_xml_scope quiet;
    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathCompExpr *compiled = xmlXPathCompile(BAD_CAST expression->text);
    eg_xml_scope_end(&quiet);
    if (compiled == NULL) {
        (void)eg_error_set(&state->failure, EG_E_NOMEM, state->schema->name,
                           "no memory for an expression");
    }
    state->expressions[expression->number] = compiled;
    return compiled;
}

/* Ready to be evaluated at the node; NULL: failed. */
static xmlXPathCompExpr *take(struct eg_schematron_state *state,
                              const struct eg_sch_expression *expression, xmlNode *node)
{
    xmlXPathContext *context = state->context;
    xmlXPathCompExpr *compiled = state->expressions[expression->number];
    context->node = node;
    context->contextSize = 1;
    context->proximityPosition = 1;
    return compiled != NULL ? compiled : compile(state, expression);
}

xmlXPathObject *eg_sch_eval(struct eg_schematron_state *state,
                            const struct eg_sch_expression *expression, xmlNode *node)
{
    xmlXPathCompExpr *compiled = take(state, expression, node);
    return compiled != NULL ? xmlXPathCompiledEval(compiled, state->context) : NULL;
}

int eg_sch_eval_truth(struct eg_schematron_state *state, const struct eg_sch_expression *expression,
                      xmlNode *node)
{
    xmlXPathCompExpr *compiled = take(state, expression, node);
    return compiled != NULL ? xmlXPathCompiledEvalToBoolean(compiled, state->context) : -1;
}

enum eg_status eg_sch_failure(struct eg_schematron_state *state, const char *where,
                              struct eg_error *err)
{
    if (state->failure.status != EG_OK) {
        if (err != NULL) {
            *err = state->failure;
        }
        return state->failure.status;
    }
    const xmlXPathContext *context = state->context;
    int code = context->lastError.code;
    if (eg_functions_exceeded()) {
        return eg_error_set(err, EG_E_LIMIT, where,
                            "a check makes more than %zu octets of text, and %d for each node",
                            (size_t)EG_XPATH_OCTETS_MAX, EG_XPATH_OCTETS_PER_NODE);
    }
    if (context->opLimit == EG_SCH_STOPPED) {
        return eg_error_set(err, EG_E_LIMIT, where, "checks hold more than %zu octets of memory",
                            (size_t)EG_XPATH_MEMORY_MAX);
    }
    if (code == XML_XPATH_EXPRESSION_OK + XPATH_MEMORY_ERROR) {
        return eg_error_set(err, EG_E_NOMEM, where, "no memory for an expression");
    }
    if (context->opCount >= context->opLimit || code == XML_ERR_NO_MEMORY ||
        code == XML_XPATH_EXPRESSION_OK + XPATH_OP_LIMIT_EXCEEDED ||
        code == XML_XPATH_EXPRESSION_OK + XPATH_RECURSION_LIMIT_EXCEEDED) {
        return eg_error_set(err, EG_E_LIMIT, where, "a check needs more than %lu operations",
                            context->opLimit);
    }
    return eg_error_set(err, EG_E_FORMAT, where, "an expression failed: %s",
                        context->lastError.message != NULL ? context->lastError.message
                                                           : "wrong type of an argument");
}
