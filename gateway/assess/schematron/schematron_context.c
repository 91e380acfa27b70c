/*
 * Rule contexts. Most are plain: names of elements or attributes, maybe with the names of their
 * parents, maybe with conditions of the quick language in brackets. Those are matched in one walk
 * over the document; all others are XPath expressions that select every node they match, evaluated
 * once a document.
 */
#include "assess/schematron/quick_model.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static bool ns_is(const xmlNode *node, const char *ns)
{
    const char *uri = node->ns != NULL ? (const char *)node->ns->href : "";
    return strcmp(uri, ns) == 0;
}

bool eg_sch_name_matches(const struct eg_sch_name *name, const xmlNode *node)
{
    if (node->type != (name->attribute ? XML_ATTRIBUTE_NODE : XML_ELEMENT_NODE)) {
        return false;
    }
    return (name->local == NULL || strcmp(name->local, (const char *)node->name) == 0) &&
           (name->ns == NULL || ns_is(node, name->ns));
}

/* ---- reading plain contexts --------------------------------------------------------------- */

static bool is_plain_octet(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') ||
           u >= 0x80 || (u != '\0' && strchr("_-.:*", u) != NULL);
}

static const char *uri_of(const struct eg_xpath_scope *scope, const char *prefix, size_t len)
{
    for (size_t i = 0; i < scope->ns_count; i++) {
        if (strlen(scope->ns[i].prefix) == len && memcmp(scope->ns[i].prefix, prefix, len) == 0) {
            return scope->ns[i].uri;
        }
    }
    return NULL;
}

/* One name test; false: not plain (or no memory, then XPath will say so). */
static bool read_name(struct eg_schematron *schema, struct eg_sch_name *out, const char *text,
                      size_t len, const struct eg_xpath_scope *scope)
{
    const char *colon = memchr(text, ':', len);
    const char *local = colon != NULL ? colon + 1 : text;
    size_t local_len = len - (size_t)(local - text);
    if (local_len == 0 || text[0] == '.' || memchr(local, ':', local_len) != NULL ||
        (memchr(local, '*', local_len) != NULL && local_len != 1)) {
        return false;
    }
    bool any = local_len == 1 && *local == '*';
    if (colon != NULL) {
        out->ns = uri_of(scope, text, (size_t)(colon - text));
        if (out->ns == NULL) {
            return false;
        }
    } else {
        out->ns = any ? NULL : "";
    }
    if (any) {
        return true;
    }
    out->local = eg_sch_dup(schema, local, local_len);
    out->word =
        out->local != NULL ? eg_flat_word(&schema->words, out->attribute, out->ns, out->local) : 0;
    return out->word != 0;
}

/* Octets up to the bracket that closes the one before `text`; 0: none does. */
static size_t inside_brackets(const char *text)
{
    size_t open = 1;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\'' || text[i] == '"') {
            const char *end = strchr(text + i + 1, text[i]);
            if (end == NULL) {
                return 0;
            }
            i = (size_t)(end - text);
        } else if (text[i] == '[') {
            open++;
        } else if (text[i] == ']' && --open == 0) {
            return i;
        }
    }
    return 0;
}

/* [condition]: only what can be nothing but a truth. p stands on the bracket; NULL: not plain. */
static const char *read_condition(struct eg_schematron *schema, struct eg_sch_branch *out,
                                  const char *p, const struct eg_xpath_scope *scope)
{
    size_t len = inside_brackets(p + 1);
    char *text = len > 0 ? eg_sch_dup(schema, p + 1, len) : NULL;
    struct eg_sch_condition made = {.step = out->count - 1};
    struct eg_error ignored = {0};
    made.quick = text != NULL ? eg_quick_read(schema, text, scope) : NULL;
    if (made.quick == NULL ||
        (made.quick->type != EG_QUICK_IS_BOOLEAN && made.quick->type != EG_QUICK_IS_SET) ||
        eg_sch_compile(&made.test, schema, text, scope, "", &ignored) != EG_OK) {
        return NULL;
    }
    struct eg_sch_condition *slot =
        eg_sch_grow(schema, &out->conditions, &out->condition_count, sizeof *slot);
    if (slot == NULL) {
        return NULL;
    }
    *slot = made;
    return p + len + 2;
}

static const char *read_branch(struct eg_schematron *schema, struct eg_sch_branch *out,
                               const char *p, const struct eg_xpath_scope *scope)
{
    p += strspn(p, " \t\r\n");
    if (strncmp(p, "//", 2) == 0) {
        p += 2;
    } else if (*p == '/') {
        out->rooted = true;
        p++;
    }
    for (;;) {
        struct eg_sch_name step = {.attribute = *p == '@'};
        p += step.attribute ? 1 : 0;
        size_t len = 0;
        while (is_plain_octet(p[len])) {
            len++;
        }
        if (out->count == EG_SCH_STEPS_MAX || !read_name(schema, &step, p, len, scope)) {
            return NULL;
        }
        out->steps[out->count++] = step;
        p += len;
        while (p != NULL && *p == '[') {
            p = read_condition(schema, out, p, scope);
        }
        if (p == NULL) {
            return NULL;
        }
        if (*p != '/' || step.attribute) {
            break;
        }
        p++;
    }
    p += strspn(p, " \t\r\n");
    return *p == '\0' || *p == '|' ? p : NULL;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool find_name(struct eg_schematron *schema, size_t *out, const struct eg_sch_name *name)
{
    for (size_t i = 0; i < schema->name_count; i++) {
        const struct eg_sch_name *known = &schema->names[i];
        if (known->attribute == name->attribute && same(known->ns, name->ns) &&
            same(known->local, name->local)) {
            *out = i;
            return true;
        }
    }
    struct eg_sch_name *slot =
        eg_sch_grow(schema, &schema->names, &schema->name_count, sizeof *slot);
    if (slot == NULL) {
        return false;
    }
    *slot = *name;
    *out = schema->name_count - 1;
    return true;
}

static bool read_plain(struct eg_schematron *schema, struct eg_sch_rule *rule,
                       const struct eg_xpath_scope *scope)
{
    const char *p = rule->context_source;
    for (;;) {
        struct eg_sch_branch branch = {0};
        p = read_branch(schema, &branch, p, scope);
        if (p == NULL || !find_name(schema, &branch.name, &branch.steps[branch.count - 1])) {
            return false;
        }
        struct eg_sch_branch *slot =
            eg_sch_grow(schema, &rule->branches, &rule->branch_count, sizeof *slot);
        if (slot == NULL) {
            return false;
        }
        *slot = branch;
        if (*p == '\0') {
            return true;
        }
        p++;
    }
}

enum eg_status eg_sch_read_context(struct eg_schematron *schema, struct eg_sch_rule *rule,
                                   const struct eg_xpath_scope *scope, const char *where,
                                   struct eg_error *err)
{
    char *selecting = NULL;
    enum eg_status status = eg_xpath_pattern(&selecting, rule->context_source, scope, where, err);
    if (status == EG_OK) {
        status = eg_sch_compile(&rule->context, schema, selecting, scope, where, err);
    }
    free(selecting);
    if (status == EG_OK && !read_plain(schema, rule, scope)) {
        rule->branch_count = 0;
    }
    return status;
}
