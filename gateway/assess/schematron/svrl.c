/*
 * Schematron Validation Report Language (ISO/IEC 19757-3, Annex D), for people and tools that know
 * it. The gateway itself keeps findings.
 *
 * Two places where Annex D of 2016 can not be kept to the letter, both mended in its later
 * editions: an active pattern whose rules match nothing has no fired-rule behind it, and the id of
 * a rule that fires twice is there twice. Of the later editions too are @document of a fired rule
 * and xml:lang of what an assertion left; @documents of a pattern that names none is the document
 * in hand.
 */
#include "assess/schematron/schematron_model.h"
#include "base/text.h"

#include <string.h>

static void attribute(struct eg_buf *out, const char *name, const char *value)
{
    if (value != NULL) {
        eg_buf_format(out, " %s=\"", name);
        eg_text_xml(out, eg_bytes_of(value));
        eg_buf_char(out, '"');
    }
}

/* ---- texts -------------------------------------------------------------------------------- */

static const struct eg_sch_piece *next_open(const struct eg_sch_text *text, size_t *at)
{
    while (*at < text->count && text->pieces[*at].kind != EG_SCH_OPEN) {
        (*at)++;
    }
    return *at < text->count ? &text->pieces[(*at)++] : NULL;
}

/* Words that are open, as emph, span and dir do not nest deeper than in the grammar: one level. */
static void content(struct eg_buf *out, const struct eg_sch_text *text, const char *filled)
{
    const struct eg_sch_piece *open = NULL;
    size_t at = 0;
    while (*filled != '\0') {
        const char marks[] = {EG_SCH_MARK_OPEN, EG_SCH_MARK_CLOSE, '\0'};
        size_t len = strcspn(filled, marks);
        eg_text_xml(out, (struct eg_bytes){(const uint8_t *)filled, len});
        filled += len;
        if (*filled == EG_SCH_MARK_OPEN && (open = next_open(text, &at)) != NULL) {
            eg_buf_format(out, "<svrl:%s", open->text);
            attribute(out, strcmp(open->text, "dir") == 0 ? "dir" : "class", open->mark);
            eg_buf_char(out, '>');
        } else if (*filled == EG_SCH_MARK_CLOSE && open != NULL) {
            eg_buf_format(out, "</svrl:%s>", open->text);
            open = NULL;
        }
        filled += *filled != '\0' ? 1 : 0;
    }
}

static void human_text(struct eg_buf *out, const char *indent, const struct eg_sch_text *text,
                       char *const *values)
{
    struct eg_buf filled = {0};
    eg_buf_init(&filled, out->ceiling);
    eg_buf_text(&filled, "");
    eg_sch_fill_marked(&filled, text, values);
    eg_buf_format(out, "%s<svrl:text", indent);
    attribute(out, "xml:space", text->preserve ? "preserve" : NULL);
    attribute(out, "xml:lang", text->lang_given ? text->lang : NULL);
    attribute(out, "see", text->rich.see);
    attribute(out, "icon", text->rich.icon);
    attribute(out, "fpi", text->rich.fpi);
    eg_buf_char(out, '>');
    content(out, text, filled.data != NULL ? (const char *)filled.data : "");
    eg_buf_text(out, "</svrl:text>\n");
    out->failed = out->failed || filled.failed;
    eg_buf_done(&filled);
}

static void property(struct eg_buf *out, const struct eg_sch_text *text, xmlDoc *doc)
{
    eg_buf_text(out, "    <svrl:property-reference");
    attribute(out, "property", text->id);
    attribute(out, "role", text->role);
    attribute(out, "scheme", text->scheme);
    eg_buf_text(out, ">\n      ");
    xmlOutputBuffer *buffer = xmlAllocOutputBuffer(NULL);
    if (buffer != NULL) {
        xmlNodeDumpOutput(buffer, doc, xmlDocGetRootElement(doc), 0, 0, "UTF-8");
        eg_buf_add(out, xmlOutputBufferGetContent(buffer), xmlOutputBufferGetSize(buffer));
        (void)xmlOutputBufferClose(buffer);
    }
    out->failed = out->failed || buffer == NULL;
    eg_buf_text(out, "\n    </svrl:property-reference>\n");
}

/* ---- the report --------------------------------------------------------------------------- */

void eg_svrl_begin(struct eg_buf *out, const struct eg_schematron *schema)
{
    if (out == NULL) {
        return;
    }
    eg_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svrl:schematron-output "
                     "xmlns:svrl=\"" EG_SVRL_NS "\"");
    attribute(out, "title", schema->title);
    /* A phase has the form of a name; "#ALL" is none. */
    attribute(out, "phase", schema->phase[0] != '#' ? schema->phase : NULL);
    attribute(out, "schemaVersion", schema->version);
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < schema->ns_count; i++) {
        eg_buf_text(out, "  <svrl:ns-prefix-in-attribute-values");
        attribute(out, "prefix", schema->ns[i].prefix);
        attribute(out, "uri", schema->ns[i].uri);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_pattern(struct eg_buf *out, const struct eg_sch_pattern *pattern, const char *document)
{
    if (out != NULL) {
        eg_buf_text(out, "  <svrl:active-pattern");
        attribute(out, "id", pattern->id);
        attribute(out, "documents",
                  pattern->documents_source != NULL ? pattern->documents_source : document);
        attribute(out, "name", pattern->title);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_rule(struct eg_buf *out, const struct eg_sch_rule *rule, const char *document)
{
    if (out != NULL) {
        eg_buf_text(out, "  <svrl:fired-rule");
        attribute(out, "id", rule->id);
        attribute(out, "context", rule->context_source);
        attribute(out, "role", rule->role);
        attribute(out, "flag", rule->flag);
        attribute(out, "document", document);
        eg_buf_text(out, "/>\n");
    }
}

void eg_svrl_check(struct eg_buf *out, const struct eg_sch_check *check, const char *location,
                   char *const *values, xmlDoc *const *properties)
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
    attribute(out, "xml:lang", check->content.lang_given ? check->content.lang : NULL);
    eg_buf_text(out, ">\n");
    size_t offset = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        eg_buf_text(out, "    <svrl:diagnostic-reference");
        attribute(out, "diagnostic", check->diagnostics[i].id);
        eg_buf_text(out, ">\n");
        human_text(out, "      ", &check->diagnostics[i], values + offset);
        eg_buf_text(out, "    </svrl:diagnostic-reference>\n");
        offset += check->diagnostics[i].holes;
    }
    for (size_t i = 0; i < check->property_count; i++) {
        property(out, &check->properties[i], properties[i]);
    }
    human_text(out, "    ", &check->content, values);
    eg_buf_format(out, "  </svrl:%s>\n", element);
}

void eg_svrl_end(struct eg_buf *out)
{
    if (out != NULL) {
        eg_buf_text(out, "</svrl:schematron-output>\n");
    }
}
