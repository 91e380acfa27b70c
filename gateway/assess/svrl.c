/*
 * Schematron Validation Report Language (ISO/IEC 19757-3, Annex D), for people and tools that know
 * it. The gateway itself keeps findings.
 */
#include "assess/schematron_model.h"
#include "base/text.h"

static void attribute(struct eg_buf *out, const char *name, const char *value)
{
    if (value != NULL) {
        eg_buf_format(out, " %s=\"", name);
        eg_text_xml(out, eg_bytes_of(value));
        eg_buf_char(out, '"');
    }
}

static void text(struct eg_buf *out, const char *element, const struct eg_sch_text *content,
                 char *const *values)
{
    struct eg_buf filled = {0};
    eg_buf_init(&filled, out->ceiling);
    eg_sch_fill(&filled, content, values);
    eg_buf_format(out, "    <svrl:%s", element);
    attribute(out, "diagnostic", content->id);
    attribute(out, "xml:lang", content->lang);
    eg_buf_char(out, '>');
    eg_text_xml(out, eg_bytes_view(&filled));
    eg_buf_format(out, "</svrl:%s>\n", element);
    eg_buf_done(&filled);
}

void eg_svrl_begin(struct eg_buf *out, const struct eg_schematron *schema)
{
    if (out == NULL) {
        return;
    }
    eg_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svrl:schematron-output "
                     "xmlns:svrl=\"http://purl.oclc.org/dsdl/svrl\"");
    attribute(out, "title", schema->title);
    attribute(out, "phase", schema->phase);
    attribute(out, "schemaVersion", schema->version);
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < schema->ns_count; i++) {
        eg_buf_text(out, "  <svrl:ns-prefix-in-attribute-values");
        attribute(out, "prefix", schema->ns[i].prefix);
        attribute(out, "uri", schema->ns[i].uri);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_pattern(struct eg_buf *out, const struct eg_sch_pattern *pattern)
{
    if (out != NULL) {
        eg_buf_text(out, "  <svrl:active-pattern");
        attribute(out, "id", pattern->id);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_rule(struct eg_buf *out, const struct eg_sch_rule *rule)
{
    if (out != NULL) {
        eg_buf_text(out, "  <svrl:fired-rule");
        attribute(out, "id", rule->id);
        attribute(out, "context", rule->context_source);
        attribute(out, "role", rule->role);
        attribute(out, "flag", rule->flag);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_check(struct eg_buf *out, const struct eg_sch_check *check, const char *location,
                   char *const *values)
{
    if (out == NULL) {
        return;
    }
    const char *element = check->is_report ? "successful-report" : "failed-assert";
    eg_buf_format(out, "  <svrl:%s", element);
    attribute(out, "id", check->id);
    attribute(out, "location", location);
    attribute(out, "test", check->test_source);
    attribute(out, "role", check->role);
    attribute(out, "flag", check->flag);
    eg_buf_text(out, ">\n");
    size_t offset = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        text(out, "diagnostic-reference", &check->diagnostics[i], values + offset);
        offset += check->diagnostics[i].holes;
    }
    text(out, "text", &check->content, values);
    eg_buf_format(out, "  </svrl:%s>\n", element);
}

void eg_svrl_end(struct eg_buf *out)
{
    if (out != NULL) {
        eg_buf_text(out, "</svrl:schematron-output>\n");
    }
}
