/*
 * Changing a stylesheet before libxslt compiles it (sheet_run.h says into what). What the author
 * wrote has passed sheet.c by then, and each expression is compiled once as it was written, so that
 * no error ever shows what stands here.
 */
#include "assess/transform/sheet_run.h"

#include "assess/schema/vocabulary.h"
#include "assess/transform/sheet.h"
#include "assess/xpath/xpath.h"
#include "assess/xpath/xpath_counted.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS EG_SHEET_NS
#define REWRITTEN_MAX (2 * EG_XPATH_COUNTED_MAX)

struct rewriting {
    struct eg_sheet_plan *plan;
    const char *file;
    char where[EG_ERROR_WHERE_MAX];
    struct eg_error *err;
};

static enum eg_status no_memory(const struct rewriting *rewriting)
{
    return eg_error_set(rewriting->err, EG_E_NOMEM, rewriting->where, "memory ran out");
}

static enum eg_status set(const struct rewriting *rewriting, xmlNode *node, const char *name,
                          const char *value)
{
    return xmlSetProp(node, BAD_CAST name, BAD_CAST value) != NULL ? EG_OK : no_memory(rewriting);
}

/* Append the expression as libxml2 is to have it; what the author wrote must compile as it is. */
static enum eg_status put_counted(struct eg_buf *out, const char *text, const char *where,
                                  struct eg_error *err)
{
    struct eg_xml_scope quiet;
    struct eg_buf counted;

    eg_xml_scope_begin(&quiet, NULL);
    xmlXPathCompExpr *plain = xmlXPathCompile(BAD_CAST text);
    eg_xml_scope_end(&quiet);
    if (plain == NULL) {
        return eg_error_set(err, EG_E_FORMAT, where, "no XPath 1.0 expression: '%.200s'%s%s", text,
                            quiet.text[0] != '\0' ? ": " : "", quiet.text);
    }
    xmlXPathFreeCompExpr(plain);
    eg_buf_init(&counted, EG_XPATH_COUNTED_MAX);
    enum eg_status status = eg_xpath_counted(&counted, text, where, err);
    if (status == EG_OK) {
        eg_buf_add(out, counted.data, counted.len);
    }
    eg_buf_done(&counted);
    return status == EG_OK ? eg_buf_ok(out, where, err) : status;
}

enum eg_status eg_sheet_compile(xmlXPathCompExpr **out, const char *text, const char *where,
                                struct eg_error *err)
{
    struct eg_xml_scope quiet;
    struct eg_buf counted;

    eg_buf_init(&counted, EG_XPATH_COUNTED_MAX);
    enum eg_status status = put_counted(&counted, text, where, err);
    if (status == EG_OK) {
        eg_xml_scope_begin(&quiet, NULL);
        *out = xmlXPathCompile(counted.data);
        eg_xml_scope_end(&quiet);
        status = *out != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, where, "memory ran out");
    }
    eg_buf_done(&counted);
    return status;
}

static enum eg_status rewrite_expression(const struct rewriting *rewriting, xmlNode *node,
                                         const char *name, const char *text, const char *function)
{
    struct eg_buf out;

    eg_buf_init(&out, REWRITTEN_MAX);
    eg_buf_text(&out, function != NULL ? function : "");
    eg_buf_text(&out, function != NULL ? "(" : "");
    enum eg_status status = put_counted(&out, text, rewriting->where, rewriting->err);
    eg_buf_text(&out, function != NULL ? ")" : "");
    if (status == EG_OK) {
        status = eg_buf_ok(&out, rewriting->where, rewriting->err);
    }
    if (status == EG_OK) {
        status = set(rewriting, node, name, (const char *)out.data);
    }
    eg_buf_done(&out);
    return status;
}

/* ---- value templates ---------------------------------------------------------------------- */

/* A text as arguments: literals can hold one kind of quote only. */
static void put_literal(struct eg_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        const char *quote = memchr(text, '"', len);
        const char *other = memchr(text, '\'', len);
        bool single = quote != NULL && (other == NULL || quote < other);
        const char *end = single ? other : quote;
        size_t part = end != NULL ? (size_t)(end - text) : len;
        eg_buf_text(out, single ? "'" : "\"");
        eg_buf_add(out, text, part);
        eg_buf_text(out, single ? "'," : "\",");
        text += part;
        len -= part;
    }
}

/* The pieces of a value template as arguments, each with a comma behind it. */
static enum eg_status put_pieces(const struct rewriting *rewriting, struct eg_buf *out,
                                 const char *text)
{
    enum eg_status status = EG_OK;

    while (status == EG_OK && *text != '\0') {
        if ((text[0] == '{' || text[0] == '}') && text[1] == text[0]) {
            put_literal(out, text, 1);
            text += 2;
        } else if (*text != '{') {
            size_t len = strcspn(text, "{}");
            put_literal(out, text, len > 0 ? len : 1);
            text += len > 0 ? len : 1;
        } else {
            const char *end = eg_sheet_template_end(text + 1);
            char *expression = end != NULL ? strndup(text + 1, (size_t)(end - text - 1)) : NULL;
            status = expression != NULL
                         ? put_counted(out, expression, rewriting->where, rewriting->err)
                         : no_memory(rewriting);
            eg_buf_text(out, ",");
            free(expression);
            text = end != NULL ? end + 1 : "";
        }
    }
    return status;
}

static enum eg_status rewrite_template(const struct rewriting *rewriting, xmlAttr *attribute)
{
    const char *text =
        attribute->children != NULL ? (const char *)attribute->children->content : NULL;
    struct eg_buf out;

    if (text == NULL || strchr(text, '{') == NULL) {
        return EG_OK;
    }
    eg_buf_init(&out, REWRITTEN_MAX);
    eg_buf_text(&out, "{" EG_SHEET_JOINED "(");
    enum eg_status status = put_pieces(rewriting, &out, text);
    eg_buf_text(&out, "'')}");
    if (status == EG_OK) {
        status = eg_buf_ok(&out, rewriting->where, rewriting->err);
    }
    if (status == EG_OK) {
        xmlChar *value = xmlStrdup(out.data);
        status = value != NULL && xmlSetNsProp(attribute->parent, attribute->ns, attribute->name,
                                               value) != NULL
                     ? EG_OK
                     : no_memory(rewriting);
        xmlFree(value);
    }
    eg_buf_done(&out);
    return status;
}

/* ---- rules, keys, numbers ----------------------------------------------------------------- */

/* "p:x" with its namespace; a name without prefix has none. */
static enum eg_status take_qname(const struct rewriting *rewriting, xmlNode *node,
                                 const char *qname, char **name, char **uri)
{
    const char *colon = strchr(qname, ':');

    if (colon != NULL) {
        char *prefix = strndup(qname, (size_t)(colon - qname));
        const xmlNs *ns = prefix != NULL ? xmlSearchNs(node->doc, node, BAD_CAST prefix) : NULL;
        free(prefix);
        if (ns == NULL) {
            return eg_error_set(rewriting->err, EG_E_FORMAT, rewriting->where,
                                "the prefix of '%.100s' is not bound", qname);
        }
        *uri = strdup((const char *)ns->href);
    }
    *name = strdup(colon != NULL ? colon + 1 : qname);
    return *name != NULL && (colon == NULL || *uri != NULL) ? EG_OK : no_memory(rewriting);
}

static enum eg_status set_match(const struct rewriting *rewriting, xmlNode *node,
                                const struct eg_pattern *pattern)
{
    struct eg_buf out;

    eg_buf_init(&out, REWRITTEN_MAX);
    for (size_t i = 0; i < pattern->count; i++) {
        eg_buf_text(&out, i > 0 ? "|" : "");
        eg_buf_text(&out, pattern->branches[i].test);
    }
    enum eg_status status = eg_buf_ok(&out, rewriting->where, rewriting->err);
    if (status == EG_OK) {
        status = set(rewriting, node, "match", (const char *)out.data);
    }
    eg_buf_done(&out);
    return status;
}

static enum eg_status rewrite_rule(const struct rewriting *rewriting, xmlNode *node)
{
    struct eg_sheet_plan *plan = rewriting->plan;
    struct eg_sheet_rule rule = {0};
    char *match = eg_xml_attribute(node, "match");
    char *mode = eg_xml_attribute(node, "mode");
    char door[48] = "";
    enum eg_status status = EG_OK;

    if (match == NULL) {
        free(mode);
        return EG_OK;
    }
    status = eg_pattern_read(&rule.pattern, match, node, rewriting->where, &plan->numbered,
                             rewriting->err);
    if (status == EG_OK && mode != NULL) {
        status = take_qname(rewriting, node, mode, &rule.mode, &rule.mode_uri);
    }
    struct eg_sheet_rule *rules = realloc(plan->rules, (plan->rule_count + 1) * sizeof *rules);
    if (rules != NULL) {
        plan->rules = rules;
        rules[plan->rule_count++] = rule;
        node->_private = (void *)(uintptr_t)plan->rule_count;
    } else if (status == EG_OK) {
        status = no_memory(rewriting);
    }
    if (status == EG_OK) {
        (void)snprintf(door, sizeof door, EG_SHEET_DOOR "%zu", plan->rule_count);
        status = set(rewriting, node, "mode", door);
    }
    if (status == EG_OK) {
        status = set_match(rewriting, node, &rule.pattern);
    }
    free(match);
    free(mode);
    return status;
}

static enum eg_status compile_match(const struct rewriting *rewriting, const char *match,
                                    const struct eg_sheet_scope *taken, xmlXPathCompExpr **out)
{
    struct eg_xml_ns *ns = calloc((size_t)taken->ns_count + 1, sizeof *ns);
    struct eg_xpath_scope scope = {.ns = ns, .xslt = true, .stylesheet = true};
    char *selects = NULL;

    for (int i = 0; ns != NULL && i < taken->ns_count; i++) {
        if (taken->ns[i]->prefix != NULL) {
            ns[scope.ns_count++] = (struct eg_xml_ns){(const char *)taken->ns[i]->prefix,
                                                      (const char *)taken->ns[i]->href};
        }
    }
    enum eg_status status =
        ns != NULL ? eg_xpath_pattern(&selects, match, &scope, rewriting->where, rewriting->err)
                   : no_memory(rewriting);
    if (status == EG_OK) {
        status = eg_sheet_compile(out, selects, rewriting->where, rewriting->err);
    }
    free(selects);
    free(ns);
    return status;
}

static enum eg_status take_key(const struct rewriting *rewriting, xmlNode *node)
{
    struct eg_sheet_plan *plan = rewriting->plan;
    char *name = eg_xml_attribute(node, "name");
    char *match = eg_xml_attribute(node, "match");
    char *use = eg_xml_attribute(node, "use");
    struct eg_sheet_key *keys = realloc(plan->keys, (plan->key_count + 1) * sizeof *keys);
    enum eg_status status = keys != NULL ? EG_OK : no_memory(rewriting);

    if (status == EG_OK) {
        plan->keys = keys;
        keys = &keys[plan->key_count++];
        *keys = (struct eg_sheet_key){0};
    }
    if (status == EG_OK && (name == NULL || match == NULL || use == NULL)) {
        status = eg_error_set(rewriting->err, EG_E_FORMAT, rewriting->where,
                              "xsl:key needs name, match and use");
    }
    if (status == EG_OK) {
        status = eg_sheet_scope_take(&keys->scope, node, rewriting->err);
    }
    if (status == EG_OK) {
        status = take_qname(rewriting, node, name, &keys->name, &keys->uri);
    }
    if (status == EG_OK) {
        status = compile_match(rewriting, match, &keys->scope, &keys->match);
    }
    if (status == EG_OK) {
        status = eg_sheet_compile(&keys->use, use, rewriting->where, rewriting->err);
    }
    free(name);
    free(match);
    free(use);
    return status;
}

static enum eg_status take_pattern(const struct rewriting *rewriting, xmlNode *node,
                                   const char *attribute, struct eg_pattern *out)
{
    char *text = eg_xml_attribute(node, attribute);
    enum eg_status status = EG_OK;

    if (text != NULL) {
        status = eg_pattern_read(out, text, node, rewriting->where, &rewriting->plan->numbered,
                                 rewriting->err);
        (void)xmlUnsetProp(node, BAD_CAST attribute);
    }
    free(text);
    return status;
}

static enum eg_status take_number(const struct rewriting *rewriting, xmlNode *node)
{
    struct eg_sheet_plan *plan = rewriting->plan;
    struct eg_sheet_number *numbers =
        realloc(plan->numbers, (plan->number_count + 1) * sizeof *numbers);

    if (numbers == NULL) {
        return no_memory(rewriting);
    }
    plan->numbers = numbers;
    numbers = &numbers[plan->number_count++];
    *numbers = (struct eg_sheet_number){0};
    node->_private = (void *)(uintptr_t)plan->number_count;
    enum eg_status status = take_pattern(rewriting, node, "count", &numbers->count);
    return status == EG_OK ? take_pattern(rewriting, node, "from", &numbers->from) : status;
}

/* ---- elements ----------------------------------------------------------------------------- */

/* What libxslt makes a text or a copy of, in the element so named. */
static const char *function_for(const xmlNode *node)
{
    static const struct {
        const char *element, *function;
    } uses[] = {{"value-of", EG_SHEET_WEIGHED},
                {"sort", EG_SHEET_WEIGHED},
                {"number", EG_SHEET_WEIGHED},
                {"copy-of", EG_SHEET_COPIED}};

    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (eg_xml_is(node, NS, uses[i].element)) {
            return uses[i].function;
        }
    }
    return NULL;
}

static enum eg_status rewrite_attributes(const struct rewriting *rewriting, xmlNode *node)
{
    enum eg_status status = EG_OK;

    for (xmlAttr *a = node->properties, *next = NULL; a != NULL && status == EG_OK; a = next) {
        next = a->next;
        char *name = strdup((const char *)a->name);
        char *text = a->children != NULL && a->children->content != NULL
                         ? strdup((const char *)a->children->content)
                         : strdup("");
        enum eg_sheet_kind kind = eg_sheet_kind_of(node, a);
        if (name == NULL || text == NULL) {
            status = no_memory(rewriting);
        } else if (kind == EG_SHEET_EXPRESSION) {
            status = rewrite_expression(rewriting, node, name, text, function_for(node));
        } else if (kind == EG_SHEET_TEMPLATE) {
            status = rewrite_template(rewriting, a);
        }
        free(name);
        free(text);
    }
    return status;
}

static enum eg_status rewrite_element(struct rewriting *rewriting, xmlNode *node)
{
    enum eg_status status = EG_OK;

    (void)snprintf(rewriting->where, sizeof rewriting->where, "%s:%u", rewriting->file,
                   eg_xml_line(node));
    if (eg_xml_is(node, NS, "key")) {
        return take_key(rewriting, node);
    }
    if (eg_xml_is(node, NS, "template")) {
        status = rewrite_rule(rewriting, node);
    } else if (eg_xml_is(node, NS, "number")) {
        status = take_number(rewriting, node);
    } else if (eg_xml_is(node, NS, "sort") && !xmlHasProp(node, BAD_CAST "select")) {
        status = set(rewriting, node, "select", ".");
    }
    return status == EG_OK ? rewrite_attributes(rewriting, node) : status;
}

static void remove_keys(xmlNode *root)
{
    for (xmlNode *n = root->children, *next = NULL; n != NULL; n = next) {
        next = n->next;
        if (eg_xml_is(n, NS, "key")) {
            xmlUnlinkNode(n);
            xmlFreeNode(n);
        }
    }
}

/* libxslt begins with the rule of no mode for the root; there is this one only. */
static enum eg_status add_start(const struct rewriting *rewriting, xmlNode *root)
{
    xmlNode *template = xmlNewTextChild(root, root->ns, BAD_CAST "template", NULL);
    xmlNode *apply = template != NULL
                         ? xmlNewTextChild(template, root->ns, BAD_CAST "apply-templates", NULL)
                         : NULL;

    if (apply == NULL) {
        return no_memory(rewriting);
    }
    enum eg_status status = set(rewriting, template, "match", "/");
    return status == EG_OK ? set(rewriting, apply, "select", ".") : status;
}

enum eg_status eg_sheet_rewrite(struct eg_sheet_plan *plan, xmlDoc *doc, const char *file,
                                bool main, struct eg_error *err)
{
    struct rewriting rewriting = {.plan = plan, .file = file, .err = err};
    xmlNode *root = xmlDocGetRootElement(doc);
    enum eg_status status = EG_OK;

    for (xmlNode *n = root; n != NULL && status == EG_OK; n = eg_xml_following(n)) {
        status = rewrite_element(&rewriting, n);
    }
    if (status == EG_OK && root != NULL) {
        remove_keys(root);
        status = main ? add_start(&rewriting, root) : EG_OK;
    }
    return status;
}

void eg_sheet_plan_done(struct eg_sheet_plan *plan)
{
    for (size_t i = 0; i < plan->rule_count; i++) {
        eg_pattern_done(&plan->rules[i].pattern);
        free(plan->rules[i].mode);
        free(plan->rules[i].mode_uri);
    }
    for (size_t i = 0; i < plan->key_count; i++) {
        xmlXPathFreeCompExpr(plan->keys[i].match);
        xmlXPathFreeCompExpr(plan->keys[i].use);
        eg_sheet_scope_done(&plan->keys[i].scope);
        free(plan->keys[i].name);
        free(plan->keys[i].uri);
    }
    for (size_t i = 0; i < plan->number_count; i++) {
        eg_pattern_done(&plan->numbers[i].count);
        eg_pattern_done(&plan->numbers[i].from);
    }
    free(plan->rules);
    free(plan->keys);
    free(plan->numbers);
    free(plan->ways);
    *plan = (struct eg_sheet_plan){0};
}
