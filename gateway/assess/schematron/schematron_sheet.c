/*
 * A schema written back as the stylesheet that a common XSLT implementation of Schematron would
 * make of it: patterns are modes, rules are templates whose priority is their order, each node is
 * visited once in each mode. It is for measuring and for comparing, so what it can not express it
 * refuses.
 */
#include "assess/schematron/schematron_model.h"

#include "assess/number/numbers.h"
#include "base/limits.h"

#include <string.h>

static void put_escaped(struct eg_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            eg_buf_text(out, "&lt;");
            break;
        case '>':
            eg_buf_text(out, "&gt;");
            break;
        case '&':
            eg_buf_text(out, "&amp;");
            break;
        case '"':
            eg_buf_text(out, "&quot;");
            break;
        default:
            eg_buf_add(out, text, 1);
        }
    }
}

static void put_text(struct eg_buf *out, const struct eg_sch_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct eg_sch_piece *piece = &text->pieces[i];
        if (piece->text != NULL) {
            eg_buf_text(out, "<xsl:text>");
            put_escaped(out, piece->text);
            eg_buf_text(out, "</xsl:text>");
        } else {
            eg_buf_text(out, "<xsl:value-of select=\"");
            put_escaped(out, piece->select != NULL ? piece->source : "name()");
            eg_buf_text(out, "\"/>");
        }
    }
}

static void put_rule(struct eg_buf *out, const struct eg_sch_rule *rule, size_t mode,
                     size_t priority, const char *onwards)
{
    eg_buf_text(out, "<xsl:template match=\"");
    put_escaped(out, rule->context_source);
    eg_buf_format(out, "\" mode=\"m%zu\" priority=\"%zu\">\n", mode, priority);
    for (size_t i = 0; i < rule->check_count; i++) {
        const struct eg_sch_check *check = &rule->checks[i];
        eg_buf_text(out, check->is_report ? "<xsl:if test=\"" : "<xsl:if test=\"not(");
        put_escaped(out, check->test_source);
        eg_buf_text(out, check->is_report ? "\"><f rule=\"" : ")\"><f rule=\"");
        put_escaped(out, check->id);
        eg_buf_text(out, "\">");
        put_text(out, &check->content);
        eg_buf_text(out, "</f></xsl:if>\n");
    }
    eg_buf_format(out, "<xsl:apply-templates select=\"%s\" mode=\"m%zu\"/></xsl:template>\n",
                  onwards, mode);
}

static void put_pattern(struct eg_buf *out, const struct eg_sch_pattern *pattern, size_t mode)
{
    const char *onwards = "*";
    for (size_t r = 0; r < pattern->rule_count; r++) {
        const struct eg_sch_rule *rule = &pattern->rules[r];
        bool plain = rule->branch_count > 0;
        for (size_t b = 0; b < rule->branch_count; b++) {
            const struct eg_sch_branch *branch = &rule->branches[b];
            plain = plain && !branch->steps[branch->count - 1].attribute;
        }
        onwards = plain ? onwards : "@*|node()";
    }
    for (size_t r = 0; r < pattern->rule_count; r++) {
        put_rule(out, &pattern->rules[r], mode, pattern->rule_count - r, onwards);
    }
    eg_buf_format(out,
                  "<xsl:template match=\"*|/\" mode=\"m%zu\" priority=\"-1\">"
                  "<xsl:apply-templates select=\"%s\" mode=\"m%zu\"/></xsl:template>\n"
                  "<xsl:template match=\"@*|text()|comment()|processing-instruction()\" "
                  "mode=\"m%zu\" priority=\"-1\"/>\n",
                  mode, onwards, mode, mode);
}

static void put_value(struct eg_buf *out, const struct eg_schematron_param *param)
{
    double number = 0;
    eg_buf_text(out, "<xsl:variable name=\"");
    put_escaped(out, param->name);
    eg_buf_text(out, "\" select=\"");
    if (!eg_number_read(eg_bytes_of(param->value), &number)) {
        const char *quote = strchr(param->value, '\'') != NULL ? "&quot;" : "'";
        eg_buf_text(out, quote);
        put_escaped(out, param->value);
        eg_buf_text(out, quote);
    } else {
        put_escaped(out, param->value);
    }
    eg_buf_text(out, "\"/>\n");
}

static bool is_writable(const struct eg_schematron *schema)
{
    bool good = schema->lets.count == 0 && schema->key_count == 0;
    for (size_t p = 0; p < schema->pattern_count; p++) {
        good = good && schema->patterns[p].lets.count == 0;
        for (size_t r = 0; r < schema->patterns[p].rule_count; r++) {
            good = good && schema->patterns[p].rules[r].lets.count == 0;
        }
    }
    return good;
}

enum eg_status eg_schematron_sheet(struct eg_buf *out, const struct eg_schematron *schema,
                                   const struct eg_schematron_param *params, size_t param_count,
                                   struct eg_error *err)
{
    if (!is_writable(schema)) {
        return eg_error_set(err, EG_E_USAGE, schema->name,
                            "has variables or keys; only simpler schemas become stylesheets");
    }
    eg_buf_format(out, "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"%s\"", EG_SCH_XSLT_NS);
    for (size_t i = 0; i < schema->ns_count; i++) {
        eg_buf_format(out, " xmlns:%s=\"", schema->ns[i].prefix);
        put_escaped(out, schema->ns[i].uri);
        eg_buf_text(out, "\"");
    }
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < param_count; i++) {
        if (params[i].node == NULL && params[i].value != NULL) {
            put_value(out, &params[i]);
        }
    }
    eg_buf_text(out, "<xsl:template match=\"/\"><found>\n");
    for (size_t p = 0; p < schema->pattern_count; p++) {
        if (schema->patterns[p].active) {
            eg_buf_format(out, "<xsl:apply-templates select=\"/\" mode=\"m%zu\"/>\n", p);
        }
    }
    eg_buf_text(out, "</found></xsl:template>\n");
    for (size_t p = 0; p < schema->pattern_count; p++) {
        if (schema->patterns[p].active) {
            put_pattern(out, &schema->patterns[p], p);
        }
    }
    eg_buf_text(out, "</xsl:stylesheet>\n");
    return eg_buf_ok(out, schema->name, err);
}
