/*
 * From the tree to the model: every expression compiled, every name looked up, severities and ids
 * settled. Variables are schematron_let.c, asserts and reports schematron_check.c.
 */
#include "assess/schematron/schematron_reader.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENDS_DEPTH_MAX 16 /* rules that extend each other in a circle end here */

/* ---- attributes --------------------------------------------------------------------------- */

enum eg_status eg_sch_no_memory(struct eg_sch_reader *reader)
{
    return eg_error_set(reader->err, EG_E_NOMEM, reader->name, "no memory for the schema");
}

enum eg_status eg_sch_take(const char **out, struct eg_sch_reader *reader, const xmlNode *node,
                           const char *attribute)
{
    char *value = eg_xml_attribute(node, attribute);
    *out = NULL;
    if (value == NULL) {
        return EG_OK;
    }
    *out = eg_sch_dup(reader->schema, value, strlen(value));
    free(value);
    return *out != NULL ? EG_OK : eg_sch_no_memory(reader);
}

enum eg_status eg_sch_take_all(const struct eg_sch_wanted *wanted, struct eg_sch_reader *reader,
                               const xmlNode *node)
{
    enum eg_status status = EG_OK;
    for (; wanted->attribute != NULL && status == EG_OK; wanted++) {
        status = eg_sch_take(wanted->out, reader, node, wanted->attribute);
    }
    return status;
}

enum eg_status eg_sch_take_file(const char **out, struct eg_sch_reader *reader, const xmlNode *node)
{
    const char *file = eg_sch_file(node, reader->name);
    *out = file == reader->name ? reader->schema->name
                                : eg_sch_dup(reader->schema, file, strlen(file));
    return *out != NULL ? EG_OK : eg_sch_no_memory(reader);
}

enum eg_status eg_sch_take_rich(struct eg_sch_rich *out, struct eg_sch_reader *reader,
                                const xmlNode *node)
{
    return eg_sch_take_all(
        (struct eg_sch_wanted[]){
            {&out->icon, "icon"}, {&out->see, "see"}, {&out->fpi, "fpi"}, {NULL, NULL}},
        reader, node);
}

static bool is_true(const xmlNode *node, const char *attribute)
{
    char *value = eg_xml_attribute(node, attribute);
    bool yes = value != NULL && strcmp(value, "true") == 0;
    free(value);
    return yes;
}

const xmlNode *eg_sch_child_named(const xmlNode *parent, const char *element, const char *attribute,
                                  const char *value)
{
    for (const xmlNode *n = eg_xml_child(parent, EG_SCH_NS, element); n != NULL;
         n = eg_xml_next(n, EG_SCH_NS, element)) {
        char *own = eg_xml_attribute(n, attribute);
        bool found = own != NULL && strcmp(own, value) == 0;
        free(own);
        if (found) {
            return n;
        }
    }
    return NULL;
}

/* ---- expressions -------------------------------------------------------------------------- */

enum eg_status eg_sch_read_expression(const struct eg_sch_expression **out,
                                      struct eg_sch_reader *reader, const xmlNode *node,
                                      const char *expression)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    eg_sch_where(where, node, reader->name);
    enum eg_status status = eg_sch_claused(
        eg_sch_compile(out, reader->schema, expression, &reader->scope, where, reader->err),
        eg_sch_clause(node), reader->err);
    return status == EG_OK && !reader->idle
               ? eg_sch_read_documents(reader->schema, eg_sch_file(node, reader->name), expression,
                                       reader->err)
               : status;
}

enum eg_status eg_sch_compile(const struct eg_sch_expression **out, struct eg_schematron *schema,
                              const char *expression, const struct eg_xpath_scope *scope,
                              const char *where, struct eg_error *err)
{
    char *text = NULL;
    struct eg_xpath_scope counted = *scope;
    counted.counted = true;
    enum eg_status status = eg_xpath_try(&text, expression, &counted, where, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_sch_expression *made = eg_sch_alloc(schema, sizeof *made);
    char *kept = eg_sch_dup(schema, text, strlen(text));
    free(text);
    if (made == NULL || kept == NULL) {
        return eg_error_set(err, EG_E_NOMEM, where, "no memory for an expression");
    }
    *made = (struct eg_sch_expression){kept, schema->expression_count++};
    *out = made;
    return EG_OK;
}

/* ---- rules -------------------------------------------------------------------------------- */

/* An abstract rule is for the rules of its own pattern (5.4.12). */
static const xmlNode *abstract_rule(const xmlNode *pattern, const char *id)
{
    for (const xmlNode *rule = eg_xml_child(pattern, EG_SCH_NS, "rule"); rule != NULL;
         rule = eg_xml_next(rule, EG_SCH_NS, "rule")) {
        char *own = eg_xml_attribute(rule, "id");
        bool found = is_true(rule, "abstract") && own != NULL && strcmp(own, id) == 0;
        free(own);
        if (found) {
            return rule;
        }
    }
    return NULL;
}

static enum eg_status read_rule_content(struct eg_sch_reader *reader, struct eg_sch_rule *rule,
                                        const xmlNode *node, unsigned depth)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        if (eg_xml_is(child, EG_SCH_NS, "let")) {
            status = eg_sch_read_let(reader, &rule->lets, child);
        } else if (eg_xml_is(child, EG_SCH_NS, "assert") || eg_xml_is(child, EG_SCH_NS, "report")) {
            status = eg_sch_read_check(reader, rule, child);
        } else if (eg_xml_is(child, EG_SCH_NS, "extends")) {
            char *id = eg_xml_attribute(child, "rule");
            const xmlNode *from = id != NULL ? abstract_rule(reader->pattern_node, id) : NULL;
            if (from == NULL || depth == EXTENDS_DEPTH_MAX) {
                status = eg_sch_refuse(reader->err, child, reader->name,
                                       from == NULL
                                           ? "there is no abstract rule '%.100s' in this pattern"
                                           : "rule '%.100s' is extended in a circle",
                                       id != NULL ? id : "");
            } else {
                status = read_rule_content(reader, rule, from, depth + 1);
            }
            free(id);
        }
    }
    return status;
}

static enum eg_status read_context(struct eg_sch_reader *reader, struct eg_sch_rule *rule,
                                   const xmlNode *node)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    if (rule->context_source == NULL) {
        return eg_sch_refuse(reader->err, node, reader->name, "a rule lacks its context");
    }
    eg_sch_where(where, node, reader->name);
    return eg_sch_claused(
        eg_sch_read_context(reader->schema, rule, &reader->scope, where, reader->err),
        eg_sch_clause(node), reader->err);
}

static enum eg_status read_rule(struct eg_sch_reader *reader, struct eg_sch_pattern *pattern,
                                const xmlNode *node)
{
    if (is_true(node, "abstract")) {
        if (xmlHasNsProp(node, BAD_CAST "context", NULL) != NULL ||
            xmlHasNsProp(node, BAD_CAST "id", NULL) == NULL) {
            return eg_sch_refuse(reader->err, node, reader->name,
                                 "an abstract rule has an id and no context");
        }
        return EG_OK;
    }
    if (++reader->schema->rule_total > EG_SCHEMATRON_RULES_MAX) {
        return eg_error_set(reader->err, EG_E_LIMIT, reader->name, "more than %d rules",
                            EG_SCHEMATRON_RULES_MAX);
    }
    struct eg_sch_rule *rule =
        eg_sch_grow(reader->schema, &pattern->rules, &pattern->rule_count, sizeof *rule);
    if (rule == NULL) {
        return eg_sch_no_memory(reader);
    }
    *rule = (struct eg_sch_rule){0};
    enum eg_status status =
        eg_sch_take_all((struct eg_sch_wanted[]){{&rule->id, "id"},
                                                 {&rule->role, "role"},
                                                 {&rule->flag, "flag"},
                                                 {&rule->subject_source, "subject"},
                                                 {&rule->context_source, "context"},
                                                 {NULL, NULL}},
                        reader, node);
    if (status == EG_OK) {
        status = eg_sch_take_file(&rule->base, reader, node);
    }
    if (status == EG_OK) {
        status = read_context(reader, rule, node);
    }
    reader->rule = rule;
    if (status == EG_OK) {
        status = read_rule_content(reader, rule, node, 0);
    }
    reader->rule = NULL;
    return status;
}

/* ---- patterns and phases ------------------------------------------------------------------ */

bool eg_sch_is_active(const xmlNode *phase, const char *pattern_id)
{
    return phase == NULL || (pattern_id != NULL &&
                             eg_sch_child_named(phase, "active", "pattern", pattern_id) != NULL);
}

/* Text of a title as memory of the schema; *out NULL: there is none. */
static enum eg_status read_title(const char **out, struct eg_sch_reader *reader,
                                 const xmlNode *parent)
{
    const xmlNode *title = eg_xml_child(parent, EG_SCH_NS, "title");
    char *text = title != NULL ? eg_xml_text(title) : NULL;
    *out = text != NULL ? eg_sch_dup(reader->schema, text, strlen(text)) : NULL;
    free(text);
    return title == NULL || *out != NULL ? EG_OK : eg_sch_no_memory(reader);
}

/* The documents are found before the pattern's variables are there: those are made in each. */
static enum eg_status read_pattern_head(struct eg_sch_reader *reader,
                                        struct eg_sch_pattern *pattern, const xmlNode *node)
{
    enum eg_status status = eg_sch_take(&pattern->documents_source, reader, node, "documents");
    if (status == EG_OK) {
        status = eg_sch_take_file(&pattern->base, reader, node);
    }
    if (status == EG_OK) {
        status = read_title(&pattern->title, reader, node);
    }
    return status == EG_OK && pattern->documents_source != NULL
               ? eg_sch_read_expression(&pattern->documents, reader, node,
                                        pattern->documents_source)
               : status;
}

static enum eg_status read_pattern(struct eg_sch_reader *reader, const xmlNode *node,
                                   const xmlNode *phase)
{
    struct eg_schematron *schema = reader->schema;
    if (is_true(node, "abstract")) {
        return EG_OK;
    }
    struct eg_sch_pattern *pattern =
        eg_sch_grow(schema, &schema->patterns, &schema->pattern_count, sizeof *pattern);
    if (pattern == NULL) {
        return eg_sch_no_memory(reader);
    }
    *pattern = (struct eg_sch_pattern){0};
    reader->pattern_node = node;
    reader->idle = false;
    enum eg_status status = eg_sch_take(&pattern->id, reader, node, "id");
    pattern->active = eg_sch_is_active(phase, pattern->id);
    reader->idle = !pattern->active;
    if (status == EG_OK) {
        status = read_pattern_head(reader, pattern, node);
    }
    reader->pattern = pattern;
    if (status == EG_OK) {
        status = eg_sch_read_lets(reader, &pattern->lets, node);
    }
    for (const xmlNode *rule = eg_xml_child(node, EG_SCH_NS, "rule");
         rule != NULL && status == EG_OK; rule = eg_xml_next(rule, EG_SCH_NS, "rule")) {
        status = read_rule(reader, pattern, rule);
    }
    reader->pattern = NULL;
    reader->pattern_node = NULL;
    reader->idle = false;
    pattern->plain = true;
    for (size_t i = 0; i < pattern->rule_count; i++) {
        pattern->plain = pattern->plain && pattern->rules[i].branch_count > 0;
    }
    return status;
}

/* The phase to run; *out NULL: all patterns. */
static enum eg_status choose_phase(const xmlNode **out, struct eg_sch_reader *reader)
{
    const char *phase = reader->options->phase;
    const char *by_default = NULL;
    enum eg_status status = eg_sch_take(&by_default, reader, reader->root, "defaultPhase");
    if (status != EG_OK) {
        return status;
    }
    if (phase == NULL || strcmp(phase, "#DEFAULT") == 0) {
        phase = by_default;
    }
    *out = NULL;
    if (by_default != NULL && eg_sch_child_named(reader->root, "phase", "id", by_default) == NULL) {
        return eg_sch_refuse(reader->err, reader->root, reader->name,
                             "there is no phase '%.100s' to be the default", by_default);
    }
    if (phase == NULL || strcmp(phase, "#ALL") == 0) {
        reader->schema->phase = "#ALL";
        return EG_OK;
    }
    *out = eg_sch_child_named(reader->root, "phase", "id", phase);
    if (*out == NULL) {
        return eg_sch_refuse(reader->err, reader->root, reader->name, "there is no phase '%.100s'",
                             phase);
    }
    reader->schema->phase = eg_sch_dup(reader->schema, phase, strlen(phase));
    return reader->schema->phase != NULL ? EG_OK : eg_sch_no_memory(reader);
}

/* Every phase's patterns must be there, whichever phase runs. */
static enum eg_status check_phases(struct eg_sch_reader *reader)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *phase = eg_xml_child(reader->root, EG_SCH_NS, "phase");
         phase != NULL && status == EG_OK; phase = eg_xml_next(phase, EG_SCH_NS, "phase")) {
        for (const xmlNode *a = eg_xml_child(phase, EG_SCH_NS, "active");
             a != NULL && status == EG_OK; a = eg_xml_next(a, EG_SCH_NS, "active")) {
            char *name = eg_xml_attribute(a, "pattern");
            const xmlNode *pattern =
                name ? eg_sch_child_named(reader->root, "pattern", "id", name) : NULL;
            if (pattern == NULL || is_true(pattern, "abstract")) {
                status = eg_sch_refuse(reader->err, a, reader->name,
                                       "there is no pattern '%.100s' to be active",
                                       name != NULL ? name : "");
            }
            free(name);
        }
    }
    return status;
}

/* The lets of every phase are read, so that what is wrong in one is refused whichever phase runs;
 * those of the chosen phase come last and stay. */
static enum eg_status read_phase_lets(struct eg_sch_reader *reader, const xmlNode *chosen)
{
    struct eg_sch_lets *lets = &reader->schema->phase_lets;
    enum eg_status status = EG_OK;
    for (const xmlNode *phase = eg_xml_child(reader->root, EG_SCH_NS, "phase");
         phase != NULL && status == EG_OK; phase = eg_xml_next(phase, EG_SCH_NS, "phase")) {
        if (phase != chosen) {
            status = eg_sch_read_lets(reader, lets, phase);
            lets->count = 0;
        }
    }
    if (status == EG_OK && chosen != NULL) {
        status = eg_sch_read_lets(reader, lets, chosen);
    }
    return status;
}

/* ---- the schema --------------------------------------------------------------------------- */

static enum eg_status check_binding(struct eg_sch_reader *reader)
{
    const char *binding = NULL;
    enum eg_status status = eg_sch_take(&binding, reader, reader->root, "queryBinding");
    if (status == EG_OK && binding != NULL && strcasecmp(binding, "xslt") != 0) {
        status = eg_sch_refuse(reader->err, reader->root, reader->name,
                               "queryBinding '%.60s': only 'xslt' is understood", binding);
    }
    return status;
}

static enum eg_status read_ns(struct eg_sch_reader *reader)
{
    struct eg_schematron *schema = reader->schema;
    enum eg_status status = EG_OK;
    for (const xmlNode *node = eg_xml_child(reader->root, EG_SCH_NS, "ns");
         node != NULL && status == EG_OK; node = eg_xml_next(node, EG_SCH_NS, "ns")) {
        struct eg_xml_ns ns = {0};
        status = eg_sch_take(&ns.prefix, reader, node, "prefix");
        if (status == EG_OK) {
            status = eg_sch_take(&ns.uri, reader, node, "uri");
        }
        for (size_t i = 0; i < schema->ns_count && status == EG_OK; i++) {
            if (strcmp(schema->ns[i].prefix, ns.prefix) == 0) {
                status = eg_sch_refuse(reader->err, node, reader->name,
                                       "prefix '%.60s' is bound twice", ns.prefix);
            }
        }
        if (status == EG_OK &&
            (xmlValidateNCName(BAD_CAST ns.prefix, 0) != 0 || ns.uri[0] == '\0')) {
            status = eg_sch_refuse(reader->err, node, reader->name, "prefix or uri is no name");
        }
        struct eg_xml_ns *slot = NULL;
        if (status == EG_OK) {
            slot = eg_sch_grow(schema, &schema->ns, &schema->ns_count, sizeof *slot);
            status = slot != NULL ? EG_OK : eg_sch_no_memory(reader);
        }
        if (status == EG_OK) {
            *slot = ns;
        }
    }
    reader->scope.ns = schema->ns;
    reader->scope.ns_count = schema->ns_count;
    return status;
}

static enum eg_status read_params(struct eg_sch_reader *reader)
{
    struct eg_schematron *schema = reader->schema;
    for (size_t i = 0; i < reader->options->param_count; i++) {
        const struct eg_schematron_param *param = &reader->options->params[i];
        const char *value = param->value != NULL ? param->value : "";
        struct eg_schematron_param *slot =
            eg_sch_grow(schema, &schema->params, &schema->param_count, sizeof *slot);
        if (slot == NULL) {
            return eg_sch_no_memory(reader);
        }
        slot->name = eg_sch_dup(schema, param->name, strlen(param->name));
        slot->value = eg_sch_dup(schema, value, strlen(value));
        if (slot->name == NULL || slot->value == NULL) {
            return eg_sch_no_memory(reader);
        }
    }
    return EG_OK;
}

/* xsl:key (XSLT 1.0, 12.2): no variables in match and use. */
static enum eg_status read_key_expressions(struct eg_sch_reader *reader, struct eg_sch_key *key,
                                           const xmlNode *node, const char *match, const char *use)
{
    char *pattern = NULL;
    char where[EG_ERROR_WHERE_MAX] = "";
    struct eg_xpath_scope scope = reader->scope;
    scope.variable = NULL;
    eg_sch_where(where, node, reader->name);
    enum eg_status status = eg_xpath_pattern(&pattern, match, &scope, where, reader->err);
    if (status == EG_OK) {
        status = eg_sch_compile(&key->match, reader->schema, pattern, &scope, where, reader->err);
    }
    if (status == EG_OK) {
        status = eg_sch_compile(&key->use, reader->schema, use, &scope, where, reader->err);
    }
    free(pattern);
    return status;
}

static enum eg_status read_key(struct eg_sch_reader *reader, const xmlNode *node)
{
    struct eg_schematron *schema = reader->schema;
    struct eg_sch_key key = {0};
    const char *match = NULL;
    const char *use = NULL;
    enum eg_status status = eg_sch_take_all(
        (struct eg_sch_wanted[]){
            {&key.name, "name"}, {&match, "match"}, {&use, "use"}, {NULL, NULL}},
        reader, node);
    if (status == EG_OK) {
        status = eg_sch_take_file(&key.base, reader, node);
    }
    if (status != EG_OK) {
        return status;
    }
    if (key.name == NULL || match == NULL || use == NULL) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "xsl:key needs name, match and use (Annex C)");
    }
    status = read_key_expressions(reader, &key, node, match, use);
    struct eg_sch_key *slot = NULL;
    if (status == EG_OK) {
        slot = eg_sch_grow(schema, &schema->keys, &schema->key_count, sizeof *slot);
        status = slot != NULL ? EG_OK : eg_sch_no_memory(reader);
    }
    if (status == EG_OK) {
        *slot = key;
    }
    return status;
}

static enum eg_status read_head(struct eg_sch_reader *reader, const xmlNode **phase)
{
    enum eg_status status = check_binding(reader);
    if (status == EG_OK) {
        status = read_title(&reader->schema->title, reader, reader->root);
    }
    if (status == EG_OK) {
        status = eg_sch_take(&reader->schema->version, reader, reader->root, "schemaVersion");
    }
    if (status == EG_OK) {
        status = read_ns(reader);
    }
    if (status == EG_OK) {
        status = read_params(reader);
    }
    for (const xmlNode *key = eg_xml_child(reader->root, EG_SCH_XSLT_NS, "key");
         key != NULL && status == EG_OK; key = eg_xml_next(key, EG_SCH_XSLT_NS, "key")) {
        status = read_key(reader, key);
    }
    if (status == EG_OK) {
        status = eg_sch_read_lets(reader, &reader->schema->lets, reader->root);
    }
    if (status == EG_OK) {
        status = check_phases(reader);
    }
    if (status == EG_OK) {
        status = choose_phase(phase, reader);
    }
    if (status == EG_OK) {
        status = read_phase_lets(reader, *phase);
    }
    return status;
}

enum eg_status eg_sch_read(struct eg_schematron *schema, const xmlNode *root,
                           const struct eg_schematron_options *options, struct eg_error *err)
{
    struct eg_sch_reader reader = {.schema = schema,
                                   .root = root,
                                   .options = options,
                                   .name = schema->name,
                                   .err = err,
                                   .scope = {.variable = eg_sch_is_variable, .xslt = true}};
    reader.scope.payload = &reader;
    const xmlNode *phase = NULL;
    enum eg_status status = read_head(&reader, &phase);
    for (const xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL && status == EG_OK;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        status = read_pattern(&reader, p, phase);
    }
    return status;
}
