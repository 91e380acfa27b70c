/*
 * Why this file exists: libxslt is generous. It writes files when asked, runs elements it was
 * taught by others, sorts by the host's locale, and finds an unbound variable only when a report
 * reaches it. A publisher must hear all of that when the package is checked.
 *
 * Conditions:
 *   1 the root is xsl:stylesheet or xsl:transform, version 1.0, without extension-element-prefixes
 *   2 elements and attributes of the XSLT namespace are those of the table below
 *   3 no strip-space (it would change the document that later steps see), no message, no fallback,
 *     no sort by language, no output other than xml in UTF-8, no output escaping switched off
 *   4 at the top level stand XSLT elements only
 *   5 every expression, pattern and value template passes xpath.h; every variable is bound
 *   6 global parameters are those of the package
 */
#include "assess/transform/sheet.h"

#include "assess/schema/vocabulary.h"
#include "assess/xpath/xpath.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS EG_SHEET_NS
#define FILES_MAX 64
#define NS_MAX 64
#define WORDS_MAX 16

#define TEXT EG_SHEET_TEXT
#define EXPRESSION EG_SHEET_EXPRESSION
#define PATTERN EG_SHEET_PATTERN
#define TEMPLATE EG_SHEET_TEMPLATE

struct attribute {
    const char *name;
    enum eg_sheet_kind kind;
    /* TEXT: the words allowed, between blanks; NULL: any */
    const char *values;
};

struct element {
    const char *name;
    /* may stand at the top level */
    bool top;
    struct attribute attributes[WORDS_MAX];
};

#define YES_NO " yes no "

static const struct element elements[] = {
    {"stylesheet", false, {{"version", TEXT, " 1.0 "}, {"exclude-result-prefixes", TEXT, NULL}}},
    {"transform", false, {{"version", TEXT, " 1.0 "}, {"exclude-result-prefixes", TEXT, NULL}}},
    {"import", true, {{"href", TEXT, NULL}}},
    {"include", true, {{"href", TEXT, NULL}}},
    {"output",
     true,
     {{"method", TEXT, " xml "},
      {"version", TEXT, " 1.0 "},
      {"encoding", TEXT, " UTF-8 utf-8 "},
      {"indent", TEXT, YES_NO},
      {"omit-xml-declaration", TEXT, YES_NO},
      {"standalone", TEXT, YES_NO},
      {"media-type", TEXT, NULL},
      {"cdata-section-elements", TEXT, NULL}}},
    {"key", true, {{"name", TEXT, NULL}, {"match", PATTERN, NULL}, {"use", EXPRESSION, NULL}}},
    {"decimal-format",
     true,
     {{"name", TEXT, NULL},
      {"decimal-separator", TEXT, NULL},
      {"grouping-separator", TEXT, NULL},
      {"infinity", TEXT, NULL},
      {"minus-sign", TEXT, NULL},
      {"NaN", TEXT, NULL},
      {"percent", TEXT, NULL},
      {"per-mille", TEXT, NULL},
      {"zero-digit", TEXT, NULL},
      {"digit", TEXT, NULL},
      {"pattern-separator", TEXT, NULL}}},
    {"namespace-alias", true, {{"stylesheet-prefix", TEXT, NULL}, {"result-prefix", TEXT, NULL}}},
    {"attribute-set", true, {{"name", TEXT, NULL}, {"use-attribute-sets", TEXT, NULL}}},
    {"variable", true, {{"name", TEXT, NULL}, {"select", EXPRESSION, NULL}}},
    {"param", true, {{"name", TEXT, NULL}, {"select", EXPRESSION, NULL}}},
    {"template",
     true,
     {{"match", PATTERN, NULL},
      {"name", TEXT, NULL},
      {"priority", TEXT, NULL},
      {"mode", TEXT, NULL}}},
    {"with-param", false, {{"name", TEXT, NULL}, {"select", EXPRESSION, NULL}}},
    {"apply-templates", false, {{"select", EXPRESSION, NULL}, {"mode", TEXT, NULL}}},
    {"apply-imports", false, {{NULL, TEXT, NULL}}},
    {"call-template", false, {{"name", TEXT, NULL}}},
    {"element",
     false,
     {{"name", TEMPLATE, NULL}, {"namespace", TEMPLATE, NULL}, {"use-attribute-sets", TEXT, NULL}}},
    {"attribute", false, {{"name", TEMPLATE, NULL}, {"namespace", TEMPLATE, NULL}}},
    {"text", false, {{NULL, TEXT, NULL}}},
    {"processing-instruction", false, {{"name", TEMPLATE, NULL}}},
    {"comment", false, {{NULL, TEXT, NULL}}},
    {"copy", false, {{"use-attribute-sets", TEXT, NULL}}},
    {"copy-of", false, {{"select", EXPRESSION, NULL}}},
    {"value-of", false, {{"select", EXPRESSION, NULL}}},
    {"number",
     false,
     {{"level", TEXT, " single multiple any "},
      {"count", PATTERN, NULL},
      {"from", PATTERN, NULL},
      {"value", EXPRESSION, NULL},
      {"format", TEMPLATE, NULL},
      {"grouping-separator", TEMPLATE, NULL},
      {"grouping-size", TEMPLATE, NULL}}},
    {"for-each", false, {{"select", EXPRESSION, NULL}}},
    {"if", false, {{"test", EXPRESSION, NULL}}},
    {"choose", false, {{NULL, TEXT, NULL}}},
    {"when", false, {{"test", EXPRESSION, NULL}}},
    {"otherwise", false, {{NULL, TEXT, NULL}}},
    {"sort",
     false,
     {{"select", EXPRESSION, NULL},
      {"data-type", TEXT, " text number "},
      {"order", TEXT, " ascending descending "}}},
};

struct file {
    char *name;
    xmlDoc *doc;
};

struct work {
    const struct eg_loader *loader;
    bool (*known)(void *payload, const char *name);
    void *payload;
    struct file files[FILES_MAX];
    size_t file_count;
    struct eg_sheet *sheet;
    /* whose expression is being looked at */
    const xmlNode *node;
};

static bool is_xsl(const xmlNode *node)
{
    return node->ns != NULL && strcmp((const char *)node->ns->href, NS) == 0;
}

/* Attribute in the XSLT namespace, or in none, as the tree holds it. */
static const char *plain_value(const xmlAttr *attribute)
{
    return attribute->children == NULL ? "" : (const char *)attribute->children->content;
}

/* ---- expressions -------------------------------------------------------------------------- */

static bool declares(const xmlNode *node, const char *name)
{
    if (node->type != XML_ELEMENT_NODE ||
        !(eg_xml_is(node, NS, "variable") || eg_xml_is(node, NS, "param"))) {
        return false;
    }
    char *mine = eg_xml_attribute(node, "name");
    bool same = mine != NULL && strcmp(mine, name) == 0;
    free(mine);
    return same;
}

static bool is_bound(void *payload, const char *name)
{
    const struct work *work = payload;

    for (const xmlNode *at = work->node; at != NULL && at->type == XML_ELEMENT_NODE;
         at = at->parent) {
        for (const xmlNode *n = at->prev; n != NULL; n = n->prev) {
            if (declares(n, name)) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < work->file_count; i++) {
        const xmlNode *root = xmlDocGetRootElement(work->files[i].doc);
        for (const xmlNode *n = root->children; n != NULL; n = n->next) {
            if (declares(n, name)) {
                return true;
            }
        }
    }
    return false;
}

struct place {
    struct work *work;
    const char *file;
    struct eg_xpath_scope scope;
    struct eg_xml_ns ns[NS_MAX];
    char where[EG_ERROR_WHERE_MAX];
};

static enum eg_status place_make(struct place *out, struct work *work, const char *file,
                                 xmlNode *node, struct eg_error *err)
{
    xmlNs **list = xmlGetNsList(node->doc, node);
    size_t count = 0;

    work->node = node;
    out->work = work;
    out->file = file;
    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        if (list[i]->prefix == NULL) {
            continue;
        }
        if (count == NS_MAX) {
            xmlFree(list);
            return eg_vocabulary_fault(err, file, node, "more than %d prefixes", NS_MAX);
        }
        out->ns[count++] =
            (struct eg_xml_ns){(const char *)list[i]->prefix, (const char *)list[i]->href};
    }
    xmlFree(list);
    (void)snprintf(out->where, sizeof out->where, "%s:%u", file, eg_xml_line(node));
    out->scope = (struct eg_xpath_scope){.ns = out->ns,
                                         .ns_count = count,
                                         .variable = is_bound,
                                         .payload = work,
                                         .xslt = true,
                                         .stylesheet = true};
    return EG_OK;
}

/* Only xsl:number may have variables in a pattern (XSLT 1.0, 5.3 and 12.2). */
static enum eg_status check_pattern(const struct place *place, const char *text,
                                    struct eg_error *err)
{
    char *out = NULL;
    struct eg_xpath_scope scope = place->scope;
    if (!eg_xml_is(place->work->node, NS, "number")) {
        scope.variable = NULL;
    }
    enum eg_status status = eg_xpath_pattern(&out, text, &scope, place->where, err);

    free(out);
    return status;
}

static enum eg_status check_expression(const struct place *place, const char *text,
                                       struct eg_error *err)
{
    return eg_xpath_check(text, &place->scope, place->where, err);
}

const char *eg_sheet_template_end(const char *text)
{
    char quote = '\0';

    for (; *text != '\0'; text++) {
        if (quote != '\0') {
            quote = *text == quote ? '\0' : quote;
        } else if (*text == '"' || *text == '\'') {
            quote = *text;
        } else if (*text == '}') {
            return text;
        }
    }
    return NULL;
}

/* Attribute value template: {expression}, {{ and }}. */
static enum eg_status check_template(const struct place *place, const char *text,
                                     struct eg_error *err)
{
    enum eg_status status = EG_OK;

    while (status == EG_OK && *text != '\0') {
        if ((text[0] == '{' || text[0] == '}') && text[1] == text[0]) {
            text += 2;
            continue;
        }
        if (*text == '}') {
            return eg_error_set(err, EG_E_FORMAT, place->where, "a single '}' in a value template");
        }
        if (*text != '{') {
            text++;
            continue;
        }
        const char *end = eg_sheet_template_end(text + 1);
        if (end == NULL) {
            return eg_error_set(err, EG_E_FORMAT, place->where, "'{' without '}'");
        }
        char *expression = strndup(text + 1, (size_t)(end - text - 1));
        status = expression == NULL ? eg_error_set(err, EG_E_NOMEM, place->where, "memory ran out")
                                    : check_expression(place, expression, err);
        free(expression);
        text = end + 1;
    }
    return status;
}

/* ---- elements ----------------------------------------------------------------------------- */

static const struct element *find_element(const char *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (strcmp(elements[i].name, name) == 0) {
            return &elements[i];
        }
    }
    return NULL;
}

static const struct attribute *find_attribute(const struct element *element, const char *name)
{
    for (size_t i = 0; i < WORDS_MAX && element->attributes[i].name != NULL; i++) {
        if (strcmp(element->attributes[i].name, name) == 0) {
            return &element->attributes[i];
        }
    }
    return NULL;
}

enum eg_sheet_kind eg_sheet_kind_of(const xmlNode *node, const xmlAttr *attribute)
{
    bool xsl_attribute =
        attribute->ns != NULL && strcmp((const char *)attribute->ns->href, NS) == 0;

    if (!is_xsl(node)) {
        return xsl_attribute ? TEXT : TEMPLATE;
    }
    const struct element *element = find_element((const char *)node->name);
    const struct attribute *row = element != NULL && attribute->ns == NULL
                                      ? find_attribute(element, (const char *)attribute->name)
                                      : NULL;
    return row != NULL ? row->kind : TEXT;
}

static bool is_word_of(const char *words, const char *word)
{
    char padded[64] = "";

    return snprintf(padded, sizeof padded, " %s ", word) < (int)sizeof padded &&
           strchr(word, ' ') == NULL && strstr(words, padded) != NULL;
}

static enum eg_status check_value(const struct place *place, const struct attribute *attribute,
                                  const char *value, struct eg_error *err)
{
    switch (attribute->kind) {
    case EXPRESSION:
        return check_expression(place, value, err);
    case PATTERN:
        return check_pattern(place, value, err);
    case TEMPLATE:
        return check_template(place, value, err);
    case TEXT:
    default:
        break;
    }
    if (attribute->values != NULL && !is_word_of(attribute->values, value)) {
        return eg_error_set(err, EG_E_FORMAT, place->where, "%s=\"%s\" is not allowed; may be:%s",
                            attribute->name, value, attribute->values);
    }
    return EG_OK;
}

/* xsl:call-template of a template that some file of the sheet has. */
static bool is_callable(const struct work *work, const xmlNode *call)
{
    char *name = eg_xml_attribute(call, "name");
    bool found = false;

    for (size_t i = 0; name != NULL && !found && i < work->file_count; i++) {
        const xmlNode *root = xmlDocGetRootElement(work->files[i].doc);
        for (const xmlNode *n = eg_xml_child(root, NS, "template"); n != NULL && !found;
             n = eg_xml_next(n, NS, "template")) {
            char *mine = eg_xml_attribute(n, "name");
            found = mine != NULL && strcmp(mine, name) == 0;
            free(mine);
        }
    }
    free(name);
    return found;
}

static enum eg_status check_xsl(const struct place *place, const xmlNode *node,
                                struct eg_error *err)
{
    const char *name = (const char *)node->name;
    const struct element *element = find_element(name);
    bool top = node->parent == xmlDocGetRootElement(node->doc);
    enum eg_status status = EG_OK;

    if (element == NULL || (top && !element->top)) {
        return eg_error_set(err, EG_E_FORMAT, place->where, "xsl:%s is not allowed here", name);
    }
    if (strcmp(name, "call-template") == 0 && !is_callable(place->work, node)) {
        return eg_error_set(err, EG_E_FORMAT, place->where, "there is no template of this name");
    }
    for (const xmlAttr *a = node->properties; status == EG_OK && a != NULL; a = a->next) {
        if (a->ns != NULL) {
            continue; /* another vocabulary's note on an XSLT element; xml:space among them */
        }
        const struct attribute *attribute = find_attribute(element, (const char *)a->name);
        if (attribute == NULL) {
            return eg_error_set(err, EG_E_FORMAT, place->where, "xsl:%s: %s is not allowed", name,
                                (const char *)a->name);
        }
        status = check_value(place, attribute, plain_value(a), err);
    }
    return status;
}

static enum eg_status check_literal(const struct place *place, const xmlNode *node,
                                    struct eg_error *err)
{
    enum eg_status status = EG_OK;

    if (node->parent == xmlDocGetRootElement(node->doc)) {
        return eg_error_set(err, EG_E_FORMAT, place->where,
                            "only XSLT elements may stand at the top level");
    }
    for (const xmlAttr *a = node->properties; status == EG_OK && a != NULL; a = a->next) {
        const char *name = (const char *)a->name;
        bool xsl = a->ns != NULL && strcmp((const char *)a->ns->href, NS) == 0;
        if (!xsl) {
            status = check_template(place, plain_value(a), err);
        } else if (strcmp(name, "use-attribute-sets") != 0 &&
                   strcmp(name, "exclude-result-prefixes") != 0) {
            status = eg_error_set(err, EG_E_FORMAT, place->where, "xsl:%s is not allowed", name);
        }
    }
    return status;
}

static enum eg_status check_tree(struct work *work, const char *file, xmlNode *node,
                                 struct eg_error *err)
{
    struct place place;
    enum eg_status status = place_make(&place, work, file, node, err);

    if (status == EG_OK) {
        status = is_xsl(node) ? check_xsl(&place, node, err) : check_literal(&place, node, err);
    }
    return status;
}

/* The next element in document order below `root`; NULL: the end. */
static xmlNode *after(xmlNode *node, const xmlNode *root)
{
    xmlNode *next = xmlFirstElementChild(node);

    while (next == NULL && node != root) {
        next = xmlNextElementSibling(node);
        node = node->parent;
    }
    return next;
}

static enum eg_status check_file(struct work *work, const struct file *file, struct eg_error *err)
{
    xmlNode *root = xmlDocGetRootElement(file->doc);
    enum eg_status status = EG_OK;

    for (xmlNode *n = root; status == EG_OK && n != NULL; n = after(n, root)) {
        status = check_tree(work, file->name, n, err);
    }
    return status;
}

/* ---- files -------------------------------------------------------------------------------- */

static enum eg_status add_file(struct work *work, const char *name, const char *from,
                               const xmlNode *node, struct eg_error *err)
{
    xmlDoc *doc = NULL;

    for (size_t i = 0; i < work->file_count; i++) {
        if (strcmp(work->files[i].name, name) == 0) {
            return EG_OK;
        }
    }
    if (work->file_count == FILES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, name, "more than %d stylesheet files", FILES_MAX);
    }
    enum eg_status status = eg_xml_load(&doc, work->loader, name, err);
    if (status != EG_OK) {
        return status;
    }
    const xmlNode *root = xmlDocGetRootElement(doc);
    if (!eg_xml_is(root, NS, "stylesheet") && !eg_xml_is(root, NS, "transform")) {
        status =
            eg_vocabulary_fault(err, name, root, "the root is not xsl:stylesheet%s%s",
                                node != NULL ? "; asked for by " : "", node != NULL ? from : "");
        xmlFreeDoc(doc);
        return status;
    }
    char *version = eg_xml_attribute(root, "version");
    struct file *file = &work->files[work->file_count++];
    *file = (struct file){strdup(name), doc};
    if (version == NULL || file->name == NULL) {
        status = eg_vocabulary_fault(err, name, root, "version=\"1.0\" is missing");
    }
    free(version);
    return status;
}

static enum eg_status add_imports(struct work *work, size_t index, struct eg_error *err)
{
    const struct file *file = &work->files[index];
    const xmlNode *root = xmlDocGetRootElement(file->doc);
    enum eg_status status = EG_OK;

    for (const xmlNode *n = root->children; status == EG_OK && n != NULL; n = n->next) {
        char target[256] = "";
        if (!eg_xml_is(n, NS, "import") && !eg_xml_is(n, NS, "include")) {
            continue;
        }
        char *href = eg_xml_attribute(n, "href");
        if (href == NULL || !eg_xml_resolve(target, sizeof target, file->name, href)) {
            (void)eg_vocabulary_fault(err, file->name, n, "%s is not a file of the package",
                                      href != NULL ? href : "(nothing)");
            if (err != NULL) {
                err->status = EG_E_DENIED;
            }
            status = EG_E_DENIED;
        } else {
            status = add_file(work, target, file->name, n, err);
        }
        free(href);
    }
    return status;
}

static enum eg_status gather_params(struct work *work, const struct file *file,
                                    struct eg_error *err)
{
    const xmlNode *root = xmlDocGetRootElement(file->doc);

    for (const xmlNode *n = root->children; n != NULL; n = n->next) {
        bool is_param = eg_xml_is(n, NS, "param");
        if (!is_param && !eg_xml_is(n, NS, "variable")) {
            continue;
        }
        char *name = eg_xml_attribute(n, "name");
        bool known = name != NULL && (work->known == NULL || work->known(work->payload, name));
        if (name == NULL || (is_param && !known) || (!is_param && known && work->known != NULL)) {
            enum eg_status status =
                eg_vocabulary_fault(err, file->name, n,
                                    is_param ? "$%s is no parameter of the package"
                                             : "$%s is a parameter of the package",
                                    name != NULL ? name : "");
            free(name);
            return status;
        }
        if (!is_param) {
            free(name);
            continue;
        }
        char **params = realloc(work->sheet->params,
                                (work->sheet->param_count + 1) * sizeof *work->sheet->params);
        if (params == NULL) {
            free(name);
            return eg_error_set(err, EG_E_NOMEM, file->name, "memory ran out");
        }
        work->sheet->params = params;
        params[work->sheet->param_count++] = name;
    }
    return EG_OK;
}

enum eg_status eg_sheet_check(struct eg_sheet *out, const struct eg_loader *loader,
                              const char *name, bool (*known)(void *payload, const char *name),
                              void *payload, struct eg_error *err)
{
    struct eg_sheet sheet = {NULL, 0};
    struct work *work = calloc(1, sizeof *work);
    enum eg_status status = EG_OK;

    if (work == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
    }
    *work = (struct work){.loader = loader, .known = known, .payload = payload, .sheet = &sheet};
    status = add_file(work, name, NULL, NULL, err);
    for (size_t i = 0; status == EG_OK && i < work->file_count; i++) {
        status = add_imports(work, i, err);
    }
    for (size_t i = 0; status == EG_OK && i < work->file_count; i++) {
        status = check_file(work, &work->files[i], err);
    }
    for (size_t i = 0; status == EG_OK && i < work->file_count; i++) {
        status = gather_params(work, &work->files[i], err);
    }
    for (size_t i = 0; i < work->file_count; i++) {
        xmlFreeDoc(work->files[i].doc);
        free(work->files[i].name);
    }
    free(work);
    if (status == EG_OK) {
        *out = sheet;
    } else {
        eg_sheet_done(&sheet);
    }
    return status;
}

void eg_sheet_done(struct eg_sheet *sheet)
{
    for (size_t i = 0; i < sheet->param_count; i++) {
        free(sheet->params[i]);
    }
    free(sheet->params);
    *sheet = (struct eg_sheet){NULL, 0};
}
