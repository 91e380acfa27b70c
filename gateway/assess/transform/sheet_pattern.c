/*
 * Reading patterns. libxslt's rules for what a pattern may be are kept, and its priorities.
 */
#include "assess/transform/sheet_pattern.h"

#include "assess/transform/sheet_run.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 64

struct reader {
    const char *at, *text, *where;
    xmlNode *node;
    size_t *numbered;
    struct eg_error *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
    unsigned char u = (unsigned char)c;

    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' ||
           u == '-' || u == '.' || u >= 0x80;
}

static void skip_blanks(struct reader *reader)
{
    while (is_blank(*reader->at)) {
        reader->at++;
    }
}

static bool take(struct reader *reader, const char *sign)
{
    skip_blanks(reader);
    size_t len = strlen(sign);

    if (strncmp(reader->at, sign, len) != 0) {
        return false;
    }
    reader->at += len;
    return true;
}

static enum eg_status wrong(struct reader *reader)
{
    return eg_error_set(reader->err, EG_E_FORMAT, reader->where, "no XSLT pattern: '%.200s'",
                        reader->text);
}

static enum eg_status no_memory(struct reader *reader)
{
    return eg_error_set(reader->err, EG_E_NOMEM, reader->where, "memory ran out");
}

/* NULL: no name there. */
static char *take_name(struct reader *reader)
{
    skip_blanks(reader);
    const char *start = reader->at;

    while (is_name(*reader->at)) {
        reader->at++;
    }
    return reader->at > start ? strndup(start, (size_t)(reader->at - start)) : NULL;
}

static char *take_literal(struct reader *reader)
{
    skip_blanks(reader);
    char quote = *reader->at;
    const char *end = quote == '"' || quote == '\'' ? strchr(reader->at + 1, quote) : NULL;

    if (end == NULL) {
        return NULL;
    }
    char *literal = strndup(reader->at + 1, (size_t)(end - reader->at - 1));
    reader->at = end + 1;
    return literal;
}

/* ---- steps -------------------------------------------------------------------------------- */

static void step_done(struct eg_pattern_step *step)
{
    for (size_t i = 0; i < step->predicate_count; i++) {
        xmlXPathFreeCompExpr(step->predicates[i]);
    }
    free(step->predicates);
    free(step->name);
    free(step->uri);
    free(step->value);
}

/* name, prefix:name or prefix:*; `name` is what stood in front of a ':' or all of it. */
static enum eg_status name_test(struct reader *reader, struct eg_pattern_step *step, char *name)
{
    step->name = name;
    if (*reader->at != ':' || reader->at[1] == ':') {
        step->uri = strdup("");
        return step->uri != NULL ? EG_OK : no_memory(reader);
    }
    reader->at++;
    const xmlNs *ns = xmlSearchNs(reader->node->doc, reader->node, BAD_CAST name);
    if (ns == NULL && strcmp(name, "xml") != 0) {
        return wrong(reader);
    }
    step->uri = strdup(ns != NULL ? (const char *)ns->href : (const char *)XML_XML_NAMESPACE);
    free(step->name);
    step->name = NULL;
    if (*reader->at == '*') {
        reader->at++;
    } else {
        step->name = take_name(reader);
        if (step->name == NULL) {
            return wrong(reader);
        }
    }
    return step->uri != NULL ? EG_OK : no_memory(reader);
}

static enum eg_status type_test(struct reader *reader, struct eg_pattern_step *step,
                                const char *name)
{
    static const struct {
        const char *name;
        enum eg_pattern_kind kind;
    } types[] = {{"text", EG_PATTERN_TEXT},
                 {"comment", EG_PATTERN_COMMENT},
                 {"processing-instruction", EG_PATTERN_INSTRUCTION},
                 {"node", EG_PATTERN_NODE}};
    bool attribute = step->kind == EG_PATTERN_ATTRIBUTE;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].name, name) == 0) {
            step->kind = types[i].kind;
            if (step->kind == EG_PATTERN_INSTRUCTION) {
                step->name = take_literal(reader);
            }
            if (attribute && step->kind == EG_PATTERN_NODE) {
                step->kind = EG_PATTERN_ATTRIBUTE;
            } else if (attribute) {
                return wrong(reader);
            }
            return take(reader, ")") ? EG_OK : wrong(reader);
        }
    }
    return wrong(reader);
}

static enum eg_status node_test(struct reader *reader, struct eg_pattern_step *step)
{
    if (take(reader, "@")) {
        step->kind = EG_PATTERN_ATTRIBUTE;
    }
    if (take(reader, "*")) {
        return EG_OK;
    }
    char *name = take_name(reader);
    skip_blanks(reader);
    if (name != NULL && strncmp(reader->at, "::", 2) == 0 && step->kind == EG_PATTERN_ELEMENT &&
        (strcmp(name, "child") == 0 || strcmp(name, "attribute") == 0)) {
        step->kind = name[0] == 'a' ? EG_PATTERN_ATTRIBUTE : EG_PATTERN_ELEMENT;
        free(name);
        reader->at += 2;
        if (take(reader, "*")) {
            return EG_OK;
        }
        name = take_name(reader);
    }
    if (name == NULL) {
        return wrong(reader);
    }
    if (take(reader, "(")) {
        enum eg_status status = type_test(reader, step, name);
        free(name);
        return status;
    }
    return name_test(reader, step, name);
}

/* The octet behind the ']' that ends a predicate; NULL: none. */
static const char *predicate_end(const char *at)
{
    unsigned depth = 0;

    for (; *at != '\0'; at++) {
        if (*at == '"' || *at == '\'') {
            at = strchr(at + 1, *at);
            if (at == NULL) {
                return NULL;
            }
        } else if (*at == '[') {
            depth++;
        } else if (*at == ']' && depth-- == 0) {
            return at;
        }
    }
    return NULL;
}

/* Whether the place of a node is asked for; too often costs time only. */
static bool asks_for_place(const char *expression)
{
    return strstr(expression, "position") != NULL || strstr(expression, "last") != NULL;
}

static enum eg_status take_predicate(struct reader *reader, struct eg_pattern_step *step)
{
    const char *end = predicate_end(reader->at);

    if (end == NULL) {
        return wrong(reader);
    }
    char *text = strndup(reader->at, (size_t)(end - reader->at));
    xmlXPathCompExpr **list =
        realloc(step->predicates, (step->predicate_count + 1) * sizeof(xmlXPathCompExpr *));
    if (list != NULL) {
        step->predicates = list;
    }
    if (text == NULL || list == NULL) {
        free(text);
        return no_memory(reader);
    }
    step->place = step->place || asks_for_place(text);
    step->variable = step->variable || strchr(text, '$') != NULL;
    enum eg_status status =
        eg_sheet_compile(&list[step->predicate_count], text, reader->where, reader->err);
    step->predicate_count += status == EG_OK;
    reader->at = end + 1;
    free(text);
    return status;
}

static enum eg_status take_step(struct reader *reader, struct eg_pattern_branch *branch, bool far)
{
    if (branch->count == STEPS_MAX) {
        return wrong(reader);
    }
    struct eg_pattern_step *step = &branch->steps[branch->count++];
    *step = (struct eg_pattern_step){.kind = EG_PATTERN_ELEMENT, .far = far};
    skip_blanks(reader);
    const char *start = reader->at;
    enum eg_status status = node_test(reader, step);

    if (status == EG_OK) {
        free(branch->test);
        branch->test = strndup(start, (size_t)(reader->at - start));
        status = branch->test != NULL ? EG_OK : no_memory(reader);
    }
    while (status == EG_OK && take(reader, "[")) {
        status = take_predicate(reader, step);
    }
    if (step->predicate_count > 0) {
        step->number = (*reader->numbered)++;
    }
    return status;
}

/* ---- branches ----------------------------------------------------------------------------- */

#define ANYTHING "*|@*|text()|comment()|processing-instruction()"

/* key('name', 'value') or id('value') at the start; false: neither. */
static bool take_function(struct reader *reader, struct eg_pattern_branch *branch)
{
    struct reader ahead = *reader;
    char *name = take_name(&ahead);
    bool key = name != NULL && strcmp(name, "key") == 0;
    bool id = name != NULL && strcmp(name, "id") == 0;

    free(name);
    if ((!key && !id) || !take(&ahead, "(")) {
        return false;
    }
    struct eg_pattern_step *step = &branch->steps[branch->count++];
    *step = (struct eg_pattern_step){.kind = key ? EG_PATTERN_KEY : EG_PATTERN_ID};
    step->name = take_literal(&ahead);
    step->value = key && take(&ahead, ",") ? take_literal(&ahead) : NULL;
    branch->test = strdup(ANYTHING);
    bool good = step->name != NULL && (!key || step->value != NULL) && branch->test != NULL &&
                take(&ahead, ")");
    reader->at = good ? ahead.at : ""; /* then no step follows either, and the pattern is none */
    return good;
}

static float default_priority(const struct eg_pattern_branch *branch)
{
    const struct eg_pattern_step *step = &branch->steps[0];

    if (branch->count > 1 || step->predicate_count > 0 || step->kind == EG_PATTERN_ROOT ||
        step->kind == EG_PATTERN_KEY || step->kind == EG_PATTERN_ID) {
        return 0.5F;
    }
    if (step->name != NULL) {
        return 0;
    }
    return step->uri != NULL ? -0.25F : -0.5F;
}

static enum eg_status take_branch(struct reader *reader, struct eg_pattern_branch *branch)
{
    enum eg_status status = EG_OK;
    bool far = false;
    bool leading = take(reader, "//");
    bool more = true;

    branch->steps = calloc(STEPS_MAX + 1, sizeof *branch->steps);
    if (branch->steps == NULL) {
        return no_memory(reader);
    }
    if (!leading && take(reader, "/")) {
        branch->steps[branch->count++] = (struct eg_pattern_step){.kind = EG_PATTERN_ROOT};
        branch->test = strdup("/");
        skip_blanks(reader);
        more = *reader->at != '\0' && *reader->at != '|';
    } else if (!leading && take_function(reader, branch)) {
        far = take(reader, "//");
        more = far || take(reader, "/");
    }
    while (status == EG_OK && more) {
        status = take_step(reader, branch, far);
        far = status == EG_OK && take(reader, "//");
        more = far || (status == EG_OK && take(reader, "/"));
    }
    skip_blanks(reader);
    if (status == EG_OK && *reader->at != '\0' && *reader->at != '|') {
        status = wrong(reader);
    }
    if (status == EG_OK && branch->test == NULL) {
        status = no_memory(reader);
    }
    if (status == EG_OK) {
        branch->priority = leading ? 0.5F : default_priority(branch);
        struct eg_pattern_step *fewer =
            realloc(branch->steps, branch->count * sizeof *branch->steps);
        branch->steps = fewer != NULL ? fewer : branch->steps;
    }
    return status;
}

enum eg_status eg_pattern_read(struct eg_pattern *out, const char *text, xmlNode *node,
                               const char *where, size_t *numbered, struct eg_error *err)
{
    struct eg_pattern pattern = {0};
    struct reader reader = {text, text, where, node, numbered, err};
    enum eg_status status = eg_sheet_scope_take(&pattern.scope, node, err);

    for (bool more = true; status == EG_OK && more;) {
        struct eg_pattern_branch *list =
            realloc(pattern.branches, (pattern.count + 1) * sizeof *list);
        if (list == NULL) {
            status = no_memory(&reader);
            break;
        }
        pattern.branches = list;
        list[pattern.count] = (struct eg_pattern_branch){0};
        status = take_branch(&reader, &list[pattern.count++]);
        more = take(&reader, "|");
    }
    if (status == EG_OK) {
        *out = pattern;
    } else {
        eg_pattern_done(&pattern);
    }
    return status;
}

void eg_pattern_done(struct eg_pattern *pattern)
{
    for (size_t i = 0; i < pattern->count; i++) {
        struct eg_pattern_branch *branch = &pattern->branches[i];
        for (size_t k = 0; k < branch->count; k++) {
            step_done(&branch->steps[k]);
        }
        free(branch->steps);
        free(branch->test);
    }
    free(pattern->branches);
    eg_sheet_scope_done(&pattern->scope);
    *pattern = (struct eg_pattern){0};
}
