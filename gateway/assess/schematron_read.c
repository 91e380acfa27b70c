/*
 * From the tree to the model: every expression compiled, every name looked up, severities and ids
 * settled. Names are visible only after the line that makes them, as in the standard's let (5.4.5).
 */
#include "assess/quick.h"
#include "assess/schematron_model.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENDS_DEPTH_MAX 16 /* rules that extend each other in a circle end here */

struct reader {
    struct eg_schematron *schema;
    const xmlNode *root;
    const struct eg_schematron_options *options;
    const char *name;
    struct eg_error *err;
    struct eg_xpath_scope scope;
    const struct eg_sch_pattern *pattern; /* being read; NULL: none */
    const struct eg_sch_rule *rule;
    const xmlNode *pattern_node;
};

static enum eg_status no_memory(struct reader *reader)
{
    return eg_error_set(reader->err, EG_E_NOMEM, reader->name, "no memory for the schema");
}

/* An attribute as memory of the schema; *out NULL: absent. */
static enum eg_status take(const char **out, struct reader *reader, const xmlNode *node,
                           const char *attribute)
{
    char *value = eg_xml_attribute(node, attribute);
    *out = NULL;
    if (value == NULL) {
        return EG_OK;
    }
    *out = eg_sch_dup(reader->schema, value, strlen(value));
    free(value);
    return *out != NULL ? EG_OK : no_memory(reader);
}

static bool is_true(const xmlNode *node, const char *attribute)
{
    char *value = eg_xml_attribute(node, attribute);
    bool yes = value != NULL && strcmp(value, "true") == 0;
    free(value);
    return yes;
}

static bool has_let(const struct eg_sch_lets *lets, const char *name)
{
    for (size_t i = 0; i < lets->count; i++) {
        if (strcmp(lets->list[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_variable(void *payload, const char *name)
{
    const struct reader *reader = payload;
    for (size_t i = 0; i < reader->schema->param_count; i++) {
        if (strcmp(reader->schema->params[i].name, name) == 0) {
            return true;
        }
    }
    return has_let(&reader->schema->lets, name) ||
           (reader->pattern != NULL && has_let(&reader->pattern->lets, name)) ||
           (reader->rule != NULL && has_let(&reader->rule->lets, name));
}

static enum eg_status compile(xmlXPathCompExpr **out, struct reader *reader, const xmlNode *node,
                              const char *expression)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    eg_sch_where(where, node, reader->name);
    return eg_sch_compile(out, reader->schema, expression, &reader->scope, where, reader->err);
}

enum eg_status eg_sch_compile(xmlXPathCompExpr **out, struct eg_schematron *schema,
                              const char *expression, const struct eg_xpath_scope *scope,
                              const char *where, struct eg_error *err)
{
    xmlXPathCompExpr *compiled = NULL;
    enum eg_status status = eg_xpath_compile(&compiled, expression, scope, where, err);
    if (status != EG_OK) {
        return status;
    }
    xmlXPathCompExpr **slot =
        eg_sch_grow(schema, &schema->expressions, &schema->expression_count, sizeof(*slot));
    if (slot == NULL) {
        xmlXPathFreeCompExpr(compiled);
        return eg_error_set(err, EG_E_NOMEM, where, "no memory for an expression");
    }
    *slot = compiled;
    *out = compiled;
    return EG_OK;
}

static enum eg_status read_let(struct reader *reader, struct eg_sch_lets *lets, const xmlNode *node)
{
    const char *name = NULL;
    const char *value = NULL;
    enum eg_status status = take(&name, reader, node, "name");
    if (status == EG_OK) {
        status = take(&value, reader, node, "value");
    }
    if (status != EG_OK) {
        return status;
    }
    if (xmlValidateNCName(BAD_CAST name, 0) != 0) {
        return eg_sch_refuse(reader->err, node, reader->name, "'%.60s' is no name of a variable",
                             name);
    }
    if (has_let(lets, name)) {
        return eg_sch_refuse(reader->err, node, reader->name, "variable '%s' is made twice", name);
    }
    struct eg_sch_let let = {.name = name};
    status = compile(&let.value, reader, node, value);
    if (status != EG_OK) {
        return status;
    }
    struct eg_sch_let *slot = eg_sch_grow(reader->schema, &lets->list, &lets->count, sizeof(*slot));
    if (slot == NULL) {
        return no_memory(reader);
    }
    *slot = let;
    return EG_OK;
}

static enum eg_status read_lets(struct reader *reader, struct eg_sch_lets *lets,
                                const xmlNode *parent)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *let = eg_xml_child(parent, EG_SCH_NS, "let");
         let != NULL && status == EG_OK; let = eg_xml_next(let, EG_SCH_NS, "let")) {
        status = read_let(reader, lets, let);
    }
    return status;
}

/* ---- checks ------------------------------------------------------------------------------- */

static const xmlNode *find_diagnostic(const xmlNode *root, const char *id, size_t len)
{
    for (const xmlNode *list = eg_xml_child(root, EG_SCH_NS, "diagnostics"); list != NULL;
         list = eg_xml_next(list, EG_SCH_NS, "diagnostics")) {
        for (const xmlNode *d = eg_xml_child(list, EG_SCH_NS, "diagnostic"); d != NULL;
             d = eg_xml_next(d, EG_SCH_NS, "diagnostic")) {
            char *own = eg_xml_attribute(d, "id");
            bool found = own != NULL && strlen(own) == len && memcmp(own, id, len) == 0;
            free(own);
            if (found) {
                return d;
            }
        }
    }
    return NULL;
}

static enum eg_status read_diagnostics(struct reader *reader, struct eg_sch_check *check,
                                       const xmlNode *node)
{
    const char *ids = NULL;
    enum eg_status status = take(&ids, reader, node, "diagnostics");
    while (status == EG_OK && ids != NULL && *(ids += strspn(ids, " \t\r\n")) != '\0') {
        size_t len = strcspn(ids, " \t\r\n");
        const xmlNode *found = find_diagnostic(reader->root, ids, len);
        if (found == NULL) {
            return eg_sch_refuse(reader->err, node, reader->name, "there is no diagnostic '%.*s'",
                                 (int)len, ids);
        }
        struct eg_sch_text *text = eg_sch_grow(reader->schema, &check->diagnostics,
                                               &check->diagnostic_count, sizeof(*text));
        if (text == NULL) {
            return no_memory(reader);
        }
        *text = (struct eg_sch_text){.id = eg_sch_dup(reader->schema, ids, len)};
        status = eg_sch_read_text(reader->schema, text, found, &reader->scope, reader->err);
        ids += len;
    }
    return status;
}

static enum eg_status read_severity(struct reader *reader, struct eg_sch_check *check,
                                    const xmlNode *node)
{
    const char *role = check->role != NULL ? check->role : reader->rule->role;
    check->severity = check->is_report ? EG_SEVERITY_WARNING : EG_SEVERITY_ERROR;
    if (role != NULL && !eg_severity_named(role, &check->severity)) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "role '%.60s' is none of fatal, error, warning, info", role);
    }
    return EG_OK;
}

static enum eg_status read_id(struct reader *reader, struct eg_sch_check *check,
                              const xmlNode *node)
{
    enum eg_status status = take(&check->id, reader, node, "id");
    if (status != EG_OK || check->id != NULL) {
        return status;
    }
    if (reader->options->ids_required) {
        return eg_sch_refuse(reader->err, node, reader->name,
                             "sch:%s without id: findings are known by it",
                             (const char *)node->name);
    }
    char id[64] = "";
    (void)snprintf(id, sizeof(id), "p%zu-r%zu-%c%zu", reader->schema->pattern_count,
                   reader->pattern->rule_count, check->is_report ? 'r' : 'a',
                   reader->rule->check_count + 1);
    check->id = eg_sch_dup(reader->schema, id, strlen(id));
    return check->id != NULL ? EG_OK : no_memory(reader);
}

static enum eg_status read_subject(struct reader *reader, struct eg_sch_check *check,
                                   const xmlNode *node)
{
    const char *subject = NULL;
    enum eg_status status = take(&subject, reader, node, "subject");
    return status == EG_OK && subject != NULL ? compile(&check->subject, reader, node, subject)
                                              : status;
}

static enum eg_status read_check(struct reader *reader, struct eg_sch_rule *rule,
                                 const xmlNode *node)
{
    struct eg_sch_check check = {.is_report = strcmp((const char *)node->name, "report") == 0};
    enum eg_status status = read_id(reader, &check, node);
    if (status == EG_OK) {
        status = take(&check.role, reader, node, "role");
    }
    if (status == EG_OK) {
        status = take(&check.flag, reader, node, "flag");
    }
    if (status == EG_OK) {
        status = take(&check.test_source, reader, node, "test");
    }
    if (status == EG_OK) {
        status = read_severity(reader, &check, node);
    }
    if (status == EG_OK) {
        status = compile(&check.test, reader, node, check.test_source);
    }
    if (status == EG_OK) {
        check.quick = eg_quick_read(reader->schema, check.test_source, &reader->scope);
    }
    if (status == EG_OK) {
        status = read_subject(reader, &check, node);
    }
    if (status == EG_OK) {
        status =
            eg_sch_read_text(reader->schema, &check.content, node, &reader->scope, reader->err);
    }
    if (status == EG_OK) {
        status = read_diagnostics(reader, &check, node);
    }
    struct eg_sch_check *slot = NULL;
    if (status == EG_OK) {
        slot = eg_sch_grow(reader->schema, &rule->checks, &rule->check_count, sizeof(*slot));
        status = slot != NULL ? EG_OK : no_memory(reader);
    }
    if (status == EG_OK) {
        *slot = check;
    }
    return status;
}

/* ---- rules -------------------------------------------------------------------------------- */

static const xmlNode *abstract_rule_in(const xmlNode *pattern, const char *id)
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

/* In the same pattern, else in the first other one that has it. */
static const xmlNode *abstract_rule(const struct reader *reader, const char *id)
{
    const xmlNode *found = abstract_rule_in(reader->pattern_node, id);
    for (const xmlNode *p = eg_xml_child(reader->root, EG_SCH_NS, "pattern");
         p != NULL && found == NULL; p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        found = abstract_rule_in(p, id);
    }
    return found;
}

static enum eg_status read_rule_content(struct reader *reader, struct eg_sch_rule *rule,
                                        const xmlNode *node, unsigned depth)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        if (eg_xml_is(child, EG_SCH_NS, "let")) {
            status = read_let(reader, &rule->lets, child);
        } else if (eg_xml_is(child, EG_SCH_NS, "assert") || eg_xml_is(child, EG_SCH_NS, "report")) {
            status = read_check(reader, rule, child);
        } else if (eg_xml_is(child, EG_SCH_NS, "extends")) {
            char *id = eg_xml_attribute(child, "rule");
            const xmlNode *from = id != NULL ? abstract_rule(reader, id) : NULL;
            if (from == NULL || depth == EXTENDS_DEPTH_MAX) {
                status = eg_sch_refuse(reader->err, child, reader->name,
                                       from == NULL ? "there is no abstract rule '%.100s'"
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

static enum eg_status read_context(struct reader *reader, struct eg_sch_rule *rule,
                                   const xmlNode *node)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    enum eg_status status = take(&rule->context_source, reader, node, "context");
    if (status != EG_OK) {
        return status;
    }
    if (rule->context_source == NULL) {
        return eg_sch_refuse(reader->err, node, reader->name, "a rule lacks its context");
    }
    eg_sch_where(where, node, reader->name);
    return eg_sch_read_context(reader->schema, rule, &reader->scope, where, reader->err);
}

static enum eg_status read_rule(struct reader *reader, struct eg_sch_pattern *pattern,
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
        eg_sch_grow(reader->schema, &pattern->rules, &pattern->rule_count, sizeof(*rule));
    if (rule == NULL) {
        return no_memory(reader);
    }
    *rule = (struct eg_sch_rule){0};
    enum eg_status status = take(&rule->id, reader, node, "id");
    if (status == EG_OK) {
        status = take(&rule->role, reader, node, "role");
    }
    if (status == EG_OK) {
        status = take(&rule->flag, reader, node, "flag");
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

static bool is_active(const xmlNode *phase, const char *pattern_id)
{
    if (phase == NULL) {
        return true;
    }
    for (const xmlNode *a = eg_xml_child(phase, EG_SCH_NS, "active"); a != NULL;
         a = eg_xml_next(a, EG_SCH_NS, "active")) {
        char *name = eg_xml_attribute(a, "pattern");
        bool found = name != NULL && pattern_id != NULL && strcmp(name, pattern_id) == 0;
        free(name);
        if (found) {
            return true;
        }
    }
    return false;
}

static enum eg_status read_pattern(struct reader *reader, const xmlNode *node, const xmlNode *phase)
{
    struct eg_schematron *schema = reader->schema;
    if (is_true(node, "abstract")) {
        return EG_OK;
    }
    struct eg_sch_pattern *pattern =
        eg_sch_grow(schema, &schema->patterns, &schema->pattern_count, sizeof(*pattern));
    if (pattern == NULL) {
        return no_memory(reader);
    }
    *pattern = (struct eg_sch_pattern){0};
    reader->pattern = pattern;
    reader->pattern_node = node;
    enum eg_status status = take(&pattern->id, reader, node, "id");
    if (status == EG_OK) {
        status = read_lets(reader, &pattern->lets, node);
    }
    for (const xmlNode *rule = eg_xml_child(node, EG_SCH_NS, "rule");
         rule != NULL && status == EG_OK; rule = eg_xml_next(rule, EG_SCH_NS, "rule")) {
        status = read_rule(reader, pattern, rule);
    }
    reader->pattern = NULL;
    pattern->active = is_active(phase, pattern->id);
    pattern->plain = true;
    for (size_t i = 0; i < pattern->rule_count; i++) {
        pattern->plain = pattern->plain && pattern->rules[i].branch_count > 0;
    }
    return status;
}

static const xmlNode *find_by_id(const xmlNode *root, const char *element, const char *id)
{
    for (const xmlNode *n = eg_xml_child(root, EG_SCH_NS, element); n != NULL;
         n = eg_xml_next(n, EG_SCH_NS, element)) {
        char *own = eg_xml_attribute(n, "id");
        bool found = own != NULL && strcmp(own, id) == 0;
        free(own);
        if (found) {
            return n;
        }
    }
    return NULL;
}

/* The phase to run; *out NULL: all patterns. */
static enum eg_status choose_phase(const xmlNode **out, struct reader *reader)
{
    const char *phase = reader->options->phase;
    const char *by_default = NULL;
    enum eg_status status = take(&by_default, reader, reader->root, "defaultPhase");
    if (status != EG_OK) {
        return status;
    }
    if (phase == NULL || strcmp(phase, "#DEFAULT") == 0) {
        phase = by_default;
    }
    *out = NULL;
    if (phase == NULL || strcmp(phase, "#ALL") == 0) {
        reader->schema->phase = "#ALL";
        return EG_OK;
    }
    *out = find_by_id(reader->root, "phase", phase);
    if (*out == NULL) {
        return eg_sch_refuse(reader->err, reader->root, reader->name, "there is no phase '%.100s'",
                             phase);
    }
    reader->schema->phase = eg_sch_dup(reader->schema, phase, strlen(phase));
    return reader->schema->phase != NULL ? EG_OK : no_memory(reader);
}

/* Every phase's patterns must be there, whichever phase runs. */
static enum eg_status check_phases(struct reader *reader)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *phase = eg_xml_child(reader->root, EG_SCH_NS, "phase");
         phase != NULL && status == EG_OK; phase = eg_xml_next(phase, EG_SCH_NS, "phase")) {
        for (const xmlNode *a = eg_xml_child(phase, EG_SCH_NS, "active");
             a != NULL && status == EG_OK; a = eg_xml_next(a, EG_SCH_NS, "active")) {
            char *name = eg_xml_attribute(a, "pattern");
            const xmlNode *pattern = name ? find_by_id(reader->root, "pattern", name) : NULL;
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

/* ---- the schema --------------------------------------------------------------------------- */

static enum eg_status check_binding(struct reader *reader)
{
    const char *binding = NULL;
    enum eg_status status = take(&binding, reader, reader->root, "queryBinding");
    if (status == EG_OK && binding != NULL && strcasecmp(binding, "xslt") != 0) {
        status = eg_sch_refuse(reader->err, reader->root, reader->name,
                               "queryBinding '%.60s': only 'xslt' is understood", binding);
    }
    return status;
}

static enum eg_status read_ns(struct reader *reader)
{
    struct eg_schematron *schema = reader->schema;
    enum eg_status status = EG_OK;
    for (const xmlNode *node = eg_xml_child(reader->root, EG_SCH_NS, "ns");
         node != NULL && status == EG_OK; node = eg_xml_next(node, EG_SCH_NS, "ns")) {
        struct eg_xml_ns ns = {0};
        status = take(&ns.prefix, reader, node, "prefix");
        if (status == EG_OK) {
            status = take(&ns.uri, reader, node, "uri");
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
            slot = eg_sch_grow(schema, &schema->ns, &schema->ns_count, sizeof(*slot));
            status = slot != NULL ? EG_OK : no_memory(reader);
        }
        if (status == EG_OK) {
            *slot = ns;
        }
    }
    reader->scope.ns = schema->ns;
    reader->scope.ns_count = schema->ns_count;
    return status;
}

static enum eg_status read_params(struct reader *reader)
{
    struct eg_schematron *schema = reader->schema;
    for (size_t i = 0; i < reader->options->param_count; i++) {
        const struct eg_schematron_param *param = &reader->options->params[i];
        const char *value = param->value != NULL ? param->value : "";
        struct eg_schematron_param *slot =
            eg_sch_grow(schema, &schema->params, &schema->param_count, sizeof(*slot));
        if (slot == NULL) {
            return no_memory(reader);
        }
        slot->name = eg_sch_dup(schema, param->name, strlen(param->name));
        slot->value = eg_sch_dup(schema, value, strlen(value));
        if (slot->name == NULL || slot->value == NULL) {
            return no_memory(reader);
        }
    }
    return EG_OK;
}

static enum eg_status read_key(struct reader *reader, const xmlNode *node)
{
    struct eg_schematron *schema = reader->schema;
    struct eg_sch_key key = {0};
    const char *match = NULL;
    const char *use = NULL;
    char *pattern = NULL;
    char where[EG_ERROR_WHERE_MAX] = "";
    eg_sch_where(where, node, reader->name);
    enum eg_status status = take(&key.name, reader, node, "name");
    if (status == EG_OK) {
        status = take(&match, reader, node, "match");
    }
    if (status == EG_OK) {
        status = take(&use, reader, node, "use");
    }
    if (status != EG_OK) {
        return status;
    }
    if (key.name == NULL || match == NULL || use == NULL) {
        return eg_sch_refuse(reader->err, node, reader->name, "xsl:key needs name, match and use");
    }
    status = eg_xpath_pattern(&pattern, match, &reader->scope, where, reader->err);
    if (status == EG_OK) {
        status = compile(&key.match, reader, node, pattern);
    }
    if (status == EG_OK) {
        status = compile(&key.use, reader, node, use);
    }
    free(pattern);
    struct eg_sch_key *slot = NULL;
    if (status == EG_OK) {
        slot = eg_sch_grow(schema, &schema->keys, &schema->key_count, sizeof(*slot));
        status = slot != NULL ? EG_OK : no_memory(reader);
    }
    if (status == EG_OK) {
        *slot = key;
    }
    return status;
}

static enum eg_status read_title(struct reader *reader)
{
    const xmlNode *title = eg_xml_child(reader->root, EG_SCH_NS, "title");
    char *text = title != NULL ? eg_xml_text(title) : NULL;
    if (text != NULL) {
        reader->schema->title = eg_sch_dup(reader->schema, text, strlen(text));
    }
    free(text);
    return take(&reader->schema->version, reader, reader->root, "schemaVersion");
}

static enum eg_status read_head(struct reader *reader, const xmlNode **phase)
{
    enum eg_status status = check_binding(reader);
    if (status == EG_OK) {
        status = read_title(reader);
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
        status = read_lets(reader, &reader->schema->lets, reader->root);
    }
    if (status == EG_OK) {
        status = check_phases(reader);
    }
    if (status == EG_OK) {
        status = choose_phase(phase, reader);
    }
    if (status == EG_OK && *phase != NULL) {
        status = read_lets(reader, &reader->schema->lets, *phase);
    }
    return status;
}

enum eg_status eg_sch_read(struct eg_schematron *schema, const xmlNode *root,
                           const struct eg_schematron_options *options, struct eg_error *err)
{
    struct reader reader = {.schema = schema,
                            .root = root,
                            .options = options,
                            .name = schema->name,
                            .err = err,
                            .scope = {.variable = is_variable, .xslt = true}};
    reader.scope.payload = &reader;
    const xmlNode *phase = NULL;
    enum eg_status status = read_head(&reader, &phase);
    for (const xmlNode *p = eg_xml_child(root, EG_SCH_NS, "pattern"); p != NULL && status == EG_OK;
         p = eg_xml_next(p, EG_SCH_NS, "pattern")) {
        status = read_pattern(&reader, p, phase);
    }
    return status;
}
