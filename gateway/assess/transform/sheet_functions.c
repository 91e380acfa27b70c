/*
 * Functions that a rewritten sheet calls where libxslt would make a text or a copy that nobody
 * counts, and the instructions that are looked at before libxslt carries them out.
 */
#include "assess/transform/sheet_run.h"

#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <libxml/uri.h>
#include <libxml/xpathInternals.h>
#include <libxslt/extensions.h>
#include <libxslt/functions.h>
#include <libxslt/imports.h>
#include <libxslt/transform.h>
#include <libxslt/xsltutils.h>
#include <string.h>

#define OCTETS_PER_OPERATION 32
#define COPY_WEIGHT 8 /* operations for a node that is copied ... */
#define TEXT_WEIGHT 4 /* ... or read for a text */

static bool pay(xmlXPathParserContext *ctxt, size_t operations)
{
    xsltTransformContext *context = xsltXPathGetTransformContext(ctxt);

    if (context != NULL && !eg_sheet_pay(context, operations)) {
        xmlXPathErr(ctxt, XPATH_OP_LIMIT_EXCEEDED);
        return false;
    }
    return context != NULL;
}

static size_t left(xmlXPathParserContext *ctxt)
{
    const xsltTransformContext *context = xsltXPathGetTransformContext(ctxt);

    return context != NULL ? eg_sheet_left(context) : 0;
}

static size_t text_weight(const xmlXPathObject *value, size_t max)
{
    if (value == NULL) {
        return 0;
    }
    if (value->type == XPATH_STRING) {
        return strlen((const char *)value->stringval) / OCTETS_PER_OPERATION;
    }
    if ((value->type == XPATH_NODESET || value->type == XPATH_XSLT_TREE) &&
        value->nodesetval != NULL && value->nodesetval->nodeNr > 0) {
        /* The first node is the text; that it is first is looked up among all. */
        return (size_t)value->nodesetval->nodeNr +
               TEXT_WEIGHT * eg_sheet_weigh(value->nodesetval->nodeTab[0], false, max);
    }
    return 0;
}

static void on_weighed(xmlXPathParserContextPtr ctxt, int count)
{
    if (count != 1) {
        xmlXPathErr(ctxt, XPATH_INVALID_ARITY);
        return;
    }
    (void)pay(ctxt, 1 + text_weight(ctxt->value, left(ctxt)));
}

/* libxslt appends one piece after another, looking for the end each time. */
static void on_joined(xmlXPathParserContextPtr ctxt, int count)
{
    xmlBuffer *all = xmlBufferCreate();
    bool good = all != NULL;

    if (good) {
        xmlBufferSetAllocationScheme(all, XML_BUFFER_ALLOC_DOUBLEIT);
    }
    for (int i = 0; good && i < count; i++) {
        xmlXPathObject *value = ctxt->valueTab[ctxt->valueNr - count + i];
        good = pay(ctxt, 1 + text_weight(value, left(ctxt)));
        xmlChar *text = good ? xmlXPathCastToString(value) : NULL;
        good = good && text != NULL && xmlBufferCat(all, text) == 0;
        xmlFree(text);
    }
    for (int i = 0; i < count; i++) {
        xmlXPathFreeObject(valuePop(ctxt));
    }
    if (good) {
        valuePush(ctxt, xmlXPathWrapString(xmlStrdup(xmlBufferContent(all))));
    } else if (ctxt->error == XPATH_EXPRESSION_OK) {
        xmlXPathErr(ctxt, XPATH_MEMORY_ERROR);
    }
    xmlBufferFree(all);
}

static size_t namespaces_of(const xmlNode *node)
{
    size_t count = 0;

    for (const xmlNode *n = node; n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent) {
        for (const xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next) {
            count++;
        }
    }
    return count;
}

static size_t attributes_of(const xmlNode *node)
{
    size_t count = 0;

    for (const xmlAttr *a = node != NULL && node->type == XML_ELEMENT_NODE ? node->properties
                                                                           : NULL;
         a != NULL; a = a->next) {
        count++;
    }
    return count;
}

/* What a copy of the nodes takes; `nodes` without the attributes that one element gets. */
static size_t copy_weight(const xsltTransformContext *context, const xmlNodeSet *set, size_t max)
{
    size_t sum = 0;
    size_t attributes = 0;

    for (int i = 0; set != NULL && i < set->nodeNr && sum <= max; i++) {
        const xmlNode *node = set->nodeTab[i];
        sum += eg_sheet_weigh(node, true, max);
        if (node->type == XML_ATTRIBUTE_NODE) {
            attributes++;
        } else if (node->type == XML_ELEMENT_NODE) { /* each is compared with each */
            size_t count = namespaces_of(node);
            sum += count * count;
        }
    }
    return sum + attributes * (attributes + attributes_of(context->insert));
}

static void on_copied(xmlXPathParserContextPtr ctxt, int count)
{
    xsltTransformContext *context = xsltXPathGetTransformContext(ctxt);
    const xmlXPathObject *value = ctxt->value;

    if (count != 1 || context == NULL || value == NULL) {
        xmlXPathErr(ctxt, XPATH_INVALID_ARITY);
        return;
    }
    if (value->type != XPATH_NODESET && value->type != XPATH_XSLT_TREE) {
        (void)pay(ctxt, 1 + text_weight(value, left(ctxt)));
        return;
    }
    struct eg_sheet_run *run = context->_private;
    size_t max = left(ctxt) < run->nodes_max ? left(ctxt) : run->nodes_max;
    size_t weight = copy_weight(context, value->nodesetval, max);
    if (weight > run->nodes_max) {
        run->too_large = true;
        weight = SIZE_MAX;
    }
    (void)pay(ctxt, weight < SIZE_MAX / COPY_WEIGHT ? 1 + COPY_WEIGHT * weight : SIZE_MAX);
}

/* A fragment would be an expression that nobody has looked at; a file that fails is read each time.
 */
static void on_document(xmlXPathParserContextPtr ctxt, int count)
{
    xsltTransformContext *context = xsltXPathGetTransformContext(ctxt);
    const xmlXPathObject *names =
        count >= 1 && count <= 2 ? ctxt->valueTab[ctxt->valueNr - count] : NULL;
    size_t docs = 1;

    for (const xsltDocument *d = context != NULL ? context->docList : NULL; d != NULL;
         d = d->next) {
        docs++;
    }
    if (names == NULL || context == NULL) {
        xmlXPathErr(ctxt, XPATH_INVALID_ARITY);
        return;
    }
    bool set = names->type == XPATH_NODESET && names->nodesetval != NULL;
    size_t times = set ? (size_t)names->nodesetval->nodeNr : 1;
    bool fragment =
        names->type == XPATH_STRING && strchr((const char *)names->stringval, '#') != NULL;
    for (int i = 0; set && !fragment && i < names->nodesetval->nodeNr; i++) {
        xmlChar *name =
            pay(ctxt, 1 + eg_sheet_weigh(names->nodesetval->nodeTab[i], false, left(ctxt)))
                ? xmlXPathCastNodeToString(names->nodesetval->nodeTab[i])
                : NULL;
        fragment = name == NULL || strchr((const char *)name, '#') != NULL;
        xmlFree(name);
    }
    if (fragment) {
        xsltTransformError(context, NULL, context->inst, "document() of a part of a file\n");
        xmlXPathErr(ctxt, XPATH_EXPR_ERROR);
        return;
    }
    if (pay(ctxt, times * (docs + 10))) {
        xsltDocumentFunction(ctxt, count);
    }
}

/* ---- instructions ------------------------------------------------------------------------- */

size_t eg_sheet_octets(const xmlNode *instruction)
{
    size_t octets = 0;

    for (const xmlAttr *a = instruction->properties; a != NULL; a = a->next) {
        octets += a->children != NULL && a->children->content != NULL
                      ? strlen((const char *)a->children->content)
                      : 0;
    }
    return octets;
}

/* An attribute is compared with all that its element has, its namespace with all that are there;
 * made prefixes are tried one after another. */
static bool attribute_good(xsltTransformContext *context, const xmlNode *instruction)
{
    struct eg_sheet_run *run = context->_private;
    size_t attributes = attributes_of(context->insert);
    size_t namespaces = namespaces_of(context->insert);

    if (attributes > EG_XML_ATTRIBUTES_MAX || namespaces > EG_XML_ATTRIBUTES_MAX) {
        run->too_deep = true;
        context->state = XSLT_STATE_STOPPED;
        return false;
    }
    return eg_sheet_pay(context, 1 + attributes / 4 + eg_sheet_octets(instruction) / 4 +
                                     namespaces * namespaces / 4);
}

static void on_attribute(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                         xsltElemPreCompPtr comp)
{
    if (attribute_good(context, instruction)) {
        xsltAttribute(context, node, instruction, comp);
    }
}

static void on_element(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                       xsltElemPreCompPtr comp)
{
    if (attribute_good(context, instruction)) {
        xsltElement(context, node, instruction, comp);
    }
}

static void on_instruction(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                           xsltElemPreCompPtr comp)
{
    if (eg_sheet_pay(context, 1 + eg_sheet_octets(instruction))) {
        xsltProcessingInstruction(context, node, instruction, comp);
    }
}

static void on_copy(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                    xsltElemPreCompPtr comp)
{
    size_t namespaces = namespaces_of(node);

    if (attribute_good(context, instruction) &&
        eg_sheet_pay(context, namespaces * namespaces / 4 + eg_sheet_weigh(node, false, 1))) {
        xsltCopy(context, node, instruction, comp);
    }
}

static void put_instructions(xsltStylesheet *sheet)
{
    static const struct {
        xsltStyleType type;
        xsltTransformFunction function;
    } own[] = {
        {XSLT_FUNC_APPLYTEMPLATES, eg_sheet_on_apply},
        {XSLT_FUNC_APPLYIMPORTS, eg_sheet_on_imports},
        {XSLT_FUNC_CALLTEMPLATE, eg_sheet_on_call},
        {XSLT_FUNC_NUMBER, eg_sheet_on_number},
        {XSLT_FUNC_ATTRIBUTE, on_attribute},
        {XSLT_FUNC_ELEMENT, on_element},
        {XSLT_FUNC_PI, on_instruction},
        {XSLT_FUNC_COPY, on_copy},
    };

    for (xsltElemPreComp *comp = sheet->preComps; comp != NULL; comp = comp->next) {
        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
            if (comp->type == own[i].type) {
                comp->func = own[i].function;
            }
        }
    }
}

/* ---- the plan ----------------------------------------------------------------------------- */

static int compare_ways(const void *a, const void *b)
{
    const struct eg_sheet_way *x = a;
    const struct eg_sheet_way *y = b;

    if (x->precedence != y->precedence) {
        return x->precedence < y->precedence ? -1 : 1;
    }
    if (x->priority != y->priority) {
        return x->priority > y->priority ? -1 : 1;
    }
    return y->template->position - x->template->position;
}

static enum eg_status add_ways(struct eg_sheet_plan *plan, xsltTemplate *template,
                               unsigned precedence, struct eg_error *err)
{
    size_t index = (size_t)(uintptr_t) template->elem->_private;

    if (template->match == NULL || index == 0) {
        return EG_OK;
    }
    const struct eg_sheet_rule *rule = &plan->rules[index - 1];
    struct eg_sheet_way *ways =
        realloc(plan->ways, (plan->way_count + rule->pattern.count) * sizeof *ways);
    if (ways == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "stylesheet", "memory ran out");
    }
    plan->ways = ways;
    for (size_t i = 0; i < rule->pattern.count; i++) {
        const struct eg_pattern_branch *branch = &rule->pattern.branches[i];
        const struct eg_pattern_step *last = &branch->steps[branch->count - 1];
        plan->wide += last->name == NULL;
        ways[plan->way_count++] = (struct eg_sheet_way){
            .rule = rule,
            .branch = branch,
            .template = template,
            .priority =
                template->priority != XSLT_PAT_NO_PRIORITY ? template->priority : branch->priority,
            .precedence = precedence};
    }
    return EG_OK;
}

enum eg_status eg_sheet_plan_finish(struct eg_sheet_plan *plan, xsltStylesheet *sheet,
                                    struct eg_error *err)
{
    enum eg_status status = EG_OK;
    unsigned precedence = 0;

    for (xsltStylesheet *s = sheet; s != NULL && status == EG_OK; s = xsltNextImport(s)) {
        put_instructions(s);
        for (xsltTemplate *t = s->templates; t != NULL && status == EG_OK; t = t->next) {
            status = add_ways(plan, t, precedence, err);
        }
        precedence++;
    }
    if (status == EG_OK && plan->way_count > 0) {
        qsort(plan->ways, plan->way_count, sizeof *plan->ways, compare_ways);
    }
    return status;
}

/* ---- a run -------------------------------------------------------------------------------- */

enum eg_status eg_sheet_run_begin(struct eg_sheet_run *run, struct eg_sheet_plan *plan,
                                  xsltTransformContext *context, struct eg_error *err)
{
    run->plan = plan;
    xsltSetCtxtSortFunc(context, eg_sheet_sort);
    return eg_pattern_memory_init(&run->memory, plan->numbered, err);
}

void eg_sheet_run_end(struct eg_sheet_run *run)
{
    eg_pattern_memory_done(&run->memory);
}

enum eg_status eg_sheet_register(xsltTransformContext *context, struct eg_error *err)
{
    static const struct {
        const char *name;
        xmlXPathFunction function;
    } own[] = {{EG_SHEET_WEIGHED, on_weighed},
               {EG_SHEET_JOINED, on_joined},
               {EG_SHEET_COPIED, on_copied},
               {"document", on_document},
               {"key", eg_sheet_on_key}};
    xmlXPathContext *xpath = context->xpathCtxt;
    enum eg_status status = eg_xpath_functions_register(xpath, err);

    for (size_t i = 0; status == EG_OK && i < sizeof own / sizeof own[0]; i++) {
        (void)xmlXPathRegisterFunc(xpath, BAD_CAST own[i].name, NULL);
        if (xmlXPathRegisterFunc(xpath, BAD_CAST own[i].name, own[i].function) != 0) {
            status = eg_error_set(err, EG_E_NOMEM, "transform", "memory ran out");
        }
    }
    return status;
}
