/*
 * The paths of a reading. The grammar is small on purpose: a reader of a package sees where a
 * value comes from, and walking a path takes one comparison for each element.
 *
 *   elements   = step { "/" step }
 *   attribute  = { "../" } { step "/" } "@" name
 *   step       = name { "[@" name "='" value "']" }      quotes may be double ones
 *   name       = [ prefix ":" ] NCName                   no prefix: no namespace
 */
#include "assess/columns/columns_model.h"

#include "base/error.h"

#include <string.h>

struct cursor {
    const char *at;
    struct eg_columns *columns;
    struct eg_error *err;
};

static enum eg_status wrong(const struct cursor *c, const char *what)
{
    return eg_error_set(c->err, EG_E_FORMAT, "path", "%s, at \"%.60s\"", what, c->at);
}

static bool is_name_octet(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') ||
           u >= 0x80 || u == '_' || u == '-' || u == '.';
}

/* A new string in the reading's arena; NULL: memory ran out. */
static const char *keep(struct cursor *c, const char *text, size_t len)
{
    char *copy = eg_arena_array(&c->columns->arena, len + 1, 1);
    if (copy == NULL) {
        (void)eg_error_set(c->err, EG_E_NOMEM, "path", "memory ran out");
        return NULL;
    }
    memcpy(copy, text, len);
    return copy;
}

static const char *uri_of(const struct eg_columns *columns, const char *prefix, size_t len)
{
    for (size_t i = 0; i < columns->namespace_count; i++) {
        const struct eg_xml_ns *ns = &columns->namespaces[i];
        if (strlen(ns->prefix) == len && memcmp(ns->prefix, prefix, len) == 0) {
            return ns->uri;
        }
    }
    return NULL;
}

static size_t name_len(const char *at)
{
    size_t len = 0;
    if (strchr("0123456789-.", *at) != NULL) {
        return 0;
    }
    while (is_name_octet(at[len])) {
        len++;
    }
    return len;
}

static enum eg_status read_name(struct eg_col_name *out, struct cursor *c)
{
    size_t len = name_len(c->at);
    const char *ns = "";
    if (len == 0) {
        return wrong(c, "a name is expected");
    }
    if (c->at[len] == ':') {
        ns = uri_of(c->columns, c->at, len);
        if (ns == NULL) {
            return wrong(c, "this prefix is not declared by a namespace element");
        }
        c->at += len + 1;
        len = name_len(c->at);
        if (len == 0) {
            return wrong(c, "a name is expected behind the prefix");
        }
    }
    const char *local = keep(c, c->at, len);
    if (local == NULL) {
        return EG_E_NOMEM;
    }
    c->at += len;
    *out = (struct eg_col_name){local, ns};
    return EG_OK;
}

static enum eg_status read_test(struct eg_col_step *step, struct cursor *c)
{
    if (step->test_count == EG_COLUMN_TESTS_MAX) {
        return wrong(c, "too many tests of one step");
    }
    if (c->at[1] != '@') {
        return wrong(c, "only tests of the form [@name='value'] are possible");
    }
    struct eg_col_test *test = &step->tests[step->test_count];
    c->at += 2;
    enum eg_status status = read_name(&test->attribute, c);
    if (status != EG_OK) {
        return status;
    }
    char quote = c->at[0] == '=' ? c->at[1] : '\0';
    const char *end = quote == '\'' || quote == '"' ? strchr(c->at + 2, quote) : NULL;
    if (end == NULL || end[1] != ']') {
        return wrong(c, "only tests of the form [@name='value'] are possible");
    }
    test->value = keep(c, c->at + 2, (size_t)(end - c->at - 2));
    if (test->value == NULL) {
        return EG_E_NOMEM;
    }
    step->test_count++;
    c->at = end + 2;
    return EG_OK;
}

static enum eg_status read_step(struct eg_col_path *path, struct cursor *c)
{
    if (path->count == EG_COLUMN_STEPS_MAX) {
        return wrong(c, "too many steps");
    }
    struct eg_col_step *step = &path->steps[path->count];
    enum eg_status status = read_name(&step->name, c);
    if (status != EG_OK) {
        goto done;
    }
    while (*c->at == '[') {
        status = read_test(step, c);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    path->count++;
    return status;
}

/* Steps up to the end of the text, or to the @ of an attribute. */
static enum eg_status read_steps(struct eg_col_path *path, struct cursor *c, bool attribute)
{
    for (;;) {
        if (attribute && *c->at == '@') {
            return EG_OK;
        }
        enum eg_status status = read_step(path, c);
        if (status != EG_OK || (!attribute && *c->at == '\0')) {
            return status;
        }
        if (*c->at != '/') {
            return wrong(c, attribute ? "\"/\" and an attribute are expected"
                                      : "\"/\" or the end of the path is expected");
        }
        c->at++;
    }
}

enum eg_status eg_col_path_read(struct eg_col_path *out, struct eg_columns *columns,
                                const char *text, bool attribute, struct eg_error *err)
{
    struct cursor c = {text, columns, err};
    struct eg_col_path path = {.given = true, .has_attribute = attribute};

    while (attribute && strncmp(c.at, "../", 3) == 0) {
        path.up++;
        c.at += 3;
    }
    enum eg_status status = read_steps(&path, &c, attribute);
    if (status != EG_OK) {
        return status;
    }
    if (attribute) {
        c.at++;
        EG_TRY(read_name(&path.attribute, &c));
        if (*c.at != '\0') {
            status = wrong(&c, "the path goes on behind its attribute");
        }
    }
    if (status != EG_OK) {
        return status;
    }
    *out = path;
    return EG_OK;
}

/* ---- walking ------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return a[0] == b[0] && strcmp(a, b) == 0;
}

static bool named(const struct eg_col_name *name, const xmlChar *local, const xmlNs *ns)
{
    return same(name->local, (const char *)local) &&
           strcmp(name->ns, ns != NULL ? (const char *)ns->href : "") == 0;
}

static bool named_again(const struct eg_col_name *name, const xmlChar *local, const xmlNs *ns,
                        struct eg_col_seen *seen)
{
    if (local == seen->local && ns == seen->ns) {
        return true;
    }
    if (!named(name, local, ns)) {
        return false;
    }
    *seen = (struct eg_col_seen){local, ns};
    return true;
}

bool eg_col_name_is(const struct eg_col_name *name, const xmlNode *node)
{
    return node->type == XML_ELEMENT_NODE && named(name, node->name, node->ns);
}

static const xmlAttr *attribute_of(const xmlNode *node, const struct eg_col_name *name,
                                   struct eg_col_seen *seen)
{
    for (const xmlAttr *attr = node->properties; attr != NULL; attr = attr->next) {
        if (named_again(name, attr->name, attr->ns, seen)) {
            return attr;
        }
    }
    return NULL;
}

const char *eg_col_text(const xmlAttr *attribute)
{
    const xmlNode *text = attribute->children;
    if (text == NULL || text->next != NULL || text->content == NULL) {
        return "";
    }
    return (const char *)text->content;
}

static bool fits(const struct eg_col_step *step, const xmlNode *node, struct eg_col_seen *seen)
{
    if (node->type != XML_ELEMENT_NODE || !named_again(&step->name, node->name, node->ns, seen)) {
        return false;
    }
    for (size_t i = 0; i < step->test_count; i++) {
        struct eg_col_seen none = {NULL, NULL};
        const xmlAttr *attr = attribute_of(node, &step->tests[i].attribute, &none);
        if (attr == NULL || !same(step->tests[i].value, eg_col_text(attr))) {
            return false;
        }
    }
    return true;
}

static const xmlNode *fitting(const struct eg_col_step *step, const xmlNode *node,
                              struct eg_col_seen *seen)
{
    while (node != NULL && !fits(step, node, seen)) {
        node = node->next;
    }
    return node;
}

void eg_col_walk_start(struct eg_col_walk *walk, const struct eg_col_path *path)
{
    walk->path = path;
    walk->started = false;
    for (size_t i = 0; i < path->count; i++) {
        walk->seen[i] = (struct eg_col_seen){NULL, NULL};
    }
}

const xmlNode *eg_col_walk_next(struct eg_col_walk *walk, const xmlNode *base)
{
    const struct eg_col_path *path = walk->path;
    size_t last = path->count - 1;
    size_t level = walk->started ? last : 0;
    const xmlNode *from = walk->started ? walk->at[last]->next : base->children;

    walk->started = true;
    for (;;) {
        const xmlNode *node = fitting(&path->steps[level], from, &walk->seen[level]);
        if (node == NULL && level == 0) {
            walk->at[last] = NULL;
            return NULL;
        }
        if (node == NULL) {
            from = walk->at[--level]->next;
            continue;
        }
        walk->at[level] = node;
        if (level == last) {
            return node;
        }
        from = node->children;
        level++;
    }
}

const xmlAttr *eg_col_attribute_again(const struct eg_col_path *path, const xmlNode *base,
                                      struct eg_col_seen *seen)
{
    for (unsigned i = 0; i < path->up && base != NULL; i++) {
        base = base->parent;
    }
    if (base == NULL || base->type != XML_ELEMENT_NODE) {
        return NULL;
    }
    if (path->count == 0) {
        return attribute_of(base, &path->attribute, seen);
    }
    struct eg_col_walk walk;
    eg_col_walk_start(&walk, path);
    for (const xmlNode *node = eg_col_walk_next(&walk, base); node != NULL;
         node = eg_col_walk_next(&walk, base)) {
        const xmlAttr *attr = attribute_of(node, &path->attribute, seen);
        if (attr != NULL) {
            return attr;
        }
    }
    return NULL;
}

const xmlAttr *eg_col_attribute(const struct eg_col_path *path, const xmlNode *base)
{
    struct eg_col_seen none = {NULL, NULL};
    return eg_col_attribute_again(path, base, &none);
}
