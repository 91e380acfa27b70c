/*
 * xsl:number. libxslt walks through siblings, or through all of the document before a node, for
 * each instruction, and counts none of it; here the walk is ours, paid for node by node. Numbers
 * are written by libxslt, one at a time.
 */
#include "assess/transform/sheet_run.h"

#include <libxml/parserInternals.h>
#include <libxslt/numbersInternals.h>
#include <libxslt/templates.h>
#include <libxslt/transform.h>
#include <stdio.h>
#include <string.h>

#define NUMBERS_MAX 1024 /* libxslt's own maximum */

struct counting {
    xsltTransformContext *context;
    const struct eg_sheet_number *number;
    struct eg_pattern_memory *memory;
    /* the one to be numbered */
    xmlNode *node;
};

static bool matches(const struct counting *counting, const struct eg_pattern *pattern,
                    xmlNode *node)
{
    for (size_t i = 0; i < pattern->count; i++) {
        if (eg_pattern_matches(pattern, &pattern->branches[i], node, counting->memory,
                               counting->context)) {
            return true;
        }
    }
    return false;
}

static bool equal(const xmlChar *a, const xmlChar *b)
{
    return xmlStrEqual(a, b) != 0;
}

/* Without a pattern: what is of the same kind and name as the node (XSLT 1.0, 7.7). */
static bool counts(const struct counting *counting, xmlNode *node)
{
    const xmlNode *like = counting->node;

    if (!eg_sheet_pay(counting->context, 1)) {
        return false;
    }
    if (counting->number->count.count > 0) {
        return matches(counting, &counting->number->count, node);
    }
    if (node->type != like->type) {
        return false;
    }
    if (node->type == XML_NAMESPACE_DECL) {
        return true;
    }
    if (!equal(node->name, like->name)) {
        return false;
    }
    return node->ns == like->ns ||
           (node->ns != NULL && like->ns != NULL && equal(node->ns->href, like->ns->href));
}

static xmlNode *parent_of(xmlNode *node)
{
    if (node->type == XML_NAMESPACE_DECL) { /* libxml2 keeps its element there */
        return (xmlNode *)((xmlNs *)node)->next;
    }
    return node->parent;
}

static xmlNode *before(const xmlNode *node)
{
    xmlNode *previous = node->prev;

    while (previous != NULL && previous->type == XML_DTD_NODE) {
        previous = previous->prev;
    }
    return previous;
}

static bool has_siblings(const xmlNode *node)
{
    return node->type != XML_ATTRIBUTE_NODE && node->type != XML_NAMESPACE_DECL;
}

static bool going_on(const struct counting *counting)
{
    return counting->context->state != XSLT_STATE_STOPPED;
}

/* The node and its ancestors that count, from inside out, each with its place; at most `max`. */
static size_t count_levels(const struct counting *counting, double *out, size_t max)
{
    size_t count = 0;

    for (xmlNode *n = counting->node;
         n != NULL && n->type != XML_DOCUMENT_NODE && count < max && going_on(counting);
         n = parent_of(n)) {
        if (matches(counting, &counting->number->from, n)) {
            break;
        }
        if (!counts(counting, n)) {
            continue;
        }
        double place = 1;
        for (xmlNode *s = has_siblings(n) ? before(n) : NULL; s != NULL && going_on(counting);
             s = before(s)) {
            place += counts(counting, s) ? 1 : 0;
        }
        out[count++] = place;
    }
    return count;
}

/* How many count, among the node and all that begins before it. */
static double count_any(const struct counting *counting)
{
    double count = 0;
    xmlNode *n = counting->node;

    while (n != NULL && going_on(counting)) {
        count += counts(counting, n) ? 1 : 0;
        if (matches(counting, &counting->number->from, n) || n->type == XML_DOCUMENT_NODE) {
            break;
        }
        xmlNode *previous = has_siblings(n) ? before(n) : NULL;
        if (previous == NULL) {
            n = parent_of(n);
            continue;
        }
        n = previous;
        while (n->type == XML_ELEMENT_NODE && n->last != NULL) {
            n = n->last;
        }
    }
    return count;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* A format taken apart as libxslt does: token i is preceded by its separator. */
struct format {
    const xmlChar *text;
    /* octets before the first token */
    size_t start;
    size_t token, token_end;
    /* octets before the token, behind the one before it */
    size_t separator;
    bool any, first;
};

static bool is_letter_or_digit(const xmlChar *text, int *len)
{
    unsigned c = (unsigned)xmlStringCurrentChar(NULL, text, len);

    return c != 0 && (IS_LETTER(c) || IS_DIGIT(c));
}

static size_t skip(const xmlChar *text, size_t at, bool alphanumeric)
{
    int len = 0;

    while (text[at] != 0 && is_letter_or_digit(text + at, &len) == alphanumeric) {
        at += (size_t)len;
    }
    return at;
}

/* To the next token; past the last one it stays there. */
static void next_token(struct format *format)
{
    size_t from = format->any ? format->token_end : 0;
    size_t token = skip(format->text, from, false);

    if (format->text[token] != 0) {
        format->first = !format->any;
        format->separator = from;
        format->token = token;
        format->token_end = skip(format->text, token, true);
        format->any = true;
    }
}

static void put(xsltTransformContext *context, const xmlChar *text, size_t len)
{
    xmlChar *piece = xmlStrndup(text, (int)len);

    if (len > 0) {
        (void)xsltCopyTextString(context, context->insert, piece, 0);
    }
    xmlFree(piece);
}

static void put_number(xsltTransformContext *context, const xsltNumberData *data, double number,
                       const struct format *format, xmlNode *node)
{
    char value[32] = "";
    xsltNumberData one = *data;
    xmlChar *token = format->any ? xmlStrndup(format->text + format->token,
                                              (int)(format->token_end - format->token))
                                 : xmlStrdup(BAD_CAST "1");

    (void)snprintf(value, sizeof value, "%lu", (unsigned long)number);
    one.value = BAD_CAST value;
    one.format = token;
    xsltNumberFormat(context, &one, node);
    xmlFree(token);
}

static void put_numbers(xsltTransformContext *context, const xsltNumberData *data,
                        const double *numbers, size_t count, const xmlChar *text, xmlNode *node)
{
    struct format format = {.text = text};

    format.start = skip(text, 0, false);
    put(context, text, format.start);
    for (size_t i = 0; i < count; i++) {
        next_token(&format);
        if (i > 0 && format.any && !format.first) {
            put(context, text + format.separator, format.token - format.separator);
        } else if (i > 0) {
            put(context, BAD_CAST ".", 1);
        }
        put_number(context, data, numbers[count - 1 - i], &format, node);
    }
    if (format.any) { /* what stands behind the last token ends it all */
        size_t last = format.token_end;
        for (size_t at = skip(text, last, false); text[at] != 0; at = skip(text, last, false)) {
            last = skip(text, at, true);
        }
        put(context, text + last, strlen((const char *)text + last));
    }
}

static void number_levels(const struct counting *counting, const xsltNumberData *data,
                          const xmlChar *format)
{
    double numbers[NUMBERS_MAX];
    size_t count = 1;

    if (equal(data->level, BAD_CAST "any")) {
        numbers[0] = count_any(counting);
    } else {
        count = count_levels(counting, numbers,
                             equal(data->level, BAD_CAST "multiple") ? NUMBERS_MAX : 1);
    }
    if (count > 0 && going_on(counting)) {
        put_numbers(counting->context, data, numbers, count, format, counting->node);
    } else { /* libxslt makes an empty text */
        (void)xsltCopyTextString(counting->context, counting->context->insert, BAD_CAST "", 0);
    }
}

void eg_sheet_on_number(xsltTransformContextPtr context, xmlNodePtr node, xmlNodePtr instruction,
                        xsltElemPreCompPtr comp)
{
    struct eg_sheet_run *run = context->_private;
    xsltStylePreComp *own = (xsltStylePreComp *)comp;
    size_t index = (size_t)(uintptr_t)instruction->_private;
    static const struct eg_sheet_number none;
    struct counting counting = {context, index > 0 ? &run->plan->numbers[index - 1] : &none,
                                &run->memory, node};

    run->memory.epoch++;
    if (!eg_sheet_pay(context, 1 + eg_sheet_octets(instruction))) {
        return;
    }
    if (own->numdata.value != NULL) {
        xsltNumber(context, node, instruction, comp);
        return;
    }
    own->numdata.doc = instruction->doc;
    own->numdata.node = instruction;
    xmlXPathContext *xpath = context->xpathCtxt;
    xmlNs **namespaces = xpath->namespaces;
    int ns_count = xpath->nsNr;
    xpath->namespaces = own->nsList;
    xpath->nsNr = own->nsNr;
    xmlChar *made =
        own->numdata.format == NULL && own->numdata.has_format != 0
            ? xsltEvalAttrValueTemplate(context, instruction, BAD_CAST "format", XSLT_NAMESPACE)
            : NULL;
    const xmlChar *format = made != NULL ? made : own->numdata.format;
    if (format != NULL && eg_sheet_pay(context, strlen((const char *)format))) {
        number_levels(&counting, &own->numdata, format);
    }
    xmlFree(made);
    xpath->namespaces = namespaces;
    xpath->nsNr = ns_count;
}
