/*
 * Texts of asserts, reports and diagnostics: literal text and holes. A finding records what filled
 * the holes; the sentence is made again from those values alone, in the language asked for, so that
 * it says the same years later.
 */
#include "assess/schematron/schematron_model.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_DEFAULT_LANG "en" /* a schema without xml:lang */

bool eg_sch_is_hole(const struct eg_sch_piece *piece)
{
    return piece->kind == EG_SCH_VALUE || piece->kind == EG_SCH_NAME || piece->kind == EG_SCH_COPY;
}

/* ---- reading ------------------------------------------------------------------------------ */

struct reading {
    struct eg_schematron *schema;
    struct eg_sch_text *out;
    const xmlNode *instance;
    const struct eg_xpath_scope *scope;
    struct eg_error *err;
};

static enum eg_status no_memory(struct reading *reading)
{
    return eg_error_set(reading->err, EG_E_NOMEM, reading->schema->name, "no memory for a text");
}

static enum eg_status add_piece(struct reading *reading, struct eg_sch_piece piece)
{
    struct eg_sch_text *text = reading->out;
    struct eg_sch_piece *slot =
        eg_sch_grow(reading->schema, &text->pieces, &text->count, sizeof *slot);
    if (slot == NULL) {
        return no_memory(reading);
    }
    *slot = piece;
    text->holes += eg_sch_is_hole(&piece);
    return EG_OK;
}

/* An attribute, parameters of the pattern put in, as memory of the schema; *out NULL: absent. */
static enum eg_status take(const char **out, struct reading *reading, const xmlNode *node,
                           const char *attribute)
{
    char *value = eg_xml_attribute(node, attribute);
    *out = NULL;
    if (value == NULL) {
        return EG_OK;
    }
    char *filled =
        reading->instance != NULL ? eg_sch_substitute(value, reading->instance) : strdup(value);
    *out = filled != NULL ? eg_sch_dup(reading->schema, filled, strlen(filled)) : NULL;
    free(filled);
    free(value);
    return *out != NULL ? EG_OK : no_memory(reading);
}

static enum eg_status add_hole(struct reading *reading, const xmlNode *node,
                               enum eg_sch_piece_kind kind, const char *attribute)
{
    struct eg_sch_piece piece = {.kind = kind};
    char where[EG_ERROR_WHERE_MAX] = "";
    enum eg_status status = take(&piece.source, reading, node, attribute);
    eg_sch_where(where, node, reading->schema->name);
    if (status == EG_OK && piece.source != NULL) {
        status = eg_sch_claused(eg_sch_compile(&piece.select, reading->schema, piece.source,
                                               reading->scope, where, reading->err),
                                eg_sch_clause(node), reading->err);
    } else if (status == EG_OK && kind == EG_SCH_COPY) {
        return eg_sch_refuse(reading->err, node, reading->schema->name,
                             "xsl:copy-of lacks its attribute 'select' (Annex C)");
    }
    return status == EG_OK ? add_piece(reading, piece) : status;
}

static enum eg_status add_text(struct reading *reading, const char *content)
{
    struct eg_sch_piece piece = {.kind = EG_SCH_TEXT,
                                 .text = eg_sch_dup(reading->schema, content, strlen(content))};
    return piece.text != NULL ? add_piece(reading, piece) : no_memory(reading);
}

static enum eg_status read_pieces(struct reading *reading, const xmlNode *node);

/* emph, span, dir: their markup around what they hold. */
static enum eg_status add_marked(struct reading *reading, const xmlNode *node)
{
    const char *name = (const char *)node->name;
    struct eg_sch_piece piece = {.kind = EG_SCH_OPEN,
                                 .text = eg_sch_dup(reading->schema, name, strlen(name))};
    enum eg_status status = piece.text != NULL ? EG_OK : no_memory(reading);
    if (status == EG_OK) {
        status = take(&piece.mark, reading, node, strcmp(name, "dir") == 0 ? "value" : "class");
    }
    if (status == EG_OK) {
        status = add_piece(reading, piece);
    }
    if (status == EG_OK) {
        status = read_pieces(reading, node);
    }
    piece.kind = EG_SCH_CLOSE;
    return status == EG_OK ? add_piece(reading, piece) : status;
}

static enum eg_status read_pieces(struct reading *reading, const xmlNode *node)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        if (child->type == XML_TEXT_NODE && child->content != NULL) {
            status = add_text(reading, (const char *)child->content);
        } else if (eg_xml_is(child, EG_SCH_NS, "value-of")) {
            status = add_hole(reading, child, EG_SCH_VALUE, "select");
        } else if (eg_xml_is(child, EG_SCH_NS, "name")) {
            status = add_hole(reading, child, EG_SCH_NAME, "path");
        } else if (eg_xml_is(child, EG_SCH_XSLT_NS, "copy-of")) {
            status = add_hole(reading, child, EG_SCH_COPY, "select");
        } else if (eg_xml_is(child, EG_SCH_NS, "emph") || eg_xml_is(child, EG_SCH_NS, "span") ||
                   eg_xml_is(child, EG_SCH_NS, "dir")) {
            status = add_marked(reading, child);
        }
    }
    return status;
}

enum eg_status eg_sch_read_text(struct eg_schematron *schema, struct eg_sch_text *out,
                                const xmlNode *node, const xmlNode *instance,
                                const struct eg_xpath_scope *scope, struct eg_error *err)
{
    struct reading reading = {schema, out, instance, scope, err};
    xmlChar *lang = xmlNodeGetLang(node);
    out->lang_given = lang != NULL && lang[0] != '\0';
    const char *said = out->lang_given ? (const char *)lang : TEXT_DEFAULT_LANG;
    out->lang = eg_sch_dup(schema, said, strlen(said));
    out->preserve = xmlNodeGetSpacePreserve(node) == 1;
    xmlFree(lang);
    return out->lang != NULL ? read_pieces(&reading, node) : no_memory(&reading);
}

/* ---- extraction in --------------------------------------------------------------------------- */

/* Append with every run of blanks as one, none at the beginning. */
static void add_folded(struct eg_buf *out, size_t start, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool blank = *p == ' ' || *p == '\t' || *p == '\r' || *p == '\n';
        if (!blank) {
            eg_buf_char(out, *p);
        } else if (out->len > start && out->data[out->len - 1] != ' ') {
            eg_buf_char(out, ' ');
        }
    }
}

static void fill(struct eg_buf *out, const struct eg_sch_text *text, char *const *values,
                 bool marks)
{
    size_t start = out->len;
    size_t hole = 0;
    for (size_t i = 0; i < text->count; i++) {
        const struct eg_sch_piece *piece = &text->pieces[i];
        const char *content = piece->kind == EG_SCH_TEXT ? piece->text : "";
        if (eg_sch_is_hole(piece)) {
            content = values[hole] != NULL ? values[hole] : "";
            hole++;
        } else if (marks && piece->kind != EG_SCH_TEXT) {
            eg_buf_char(out, piece->kind == EG_SCH_OPEN ? EG_SCH_MARK_OPEN : EG_SCH_MARK_CLOSE);
        }
        if (text->preserve) {
            eg_buf_text(out, content);
        } else {
            add_folded(out, start, content);
        }
    }
    if (!text->preserve && !out->failed && out->len > start && out->data[out->len - 1] == ' ') {
        out->data[--out->len] = '\0';
    }
}

static void fill_text(struct eg_buf *out, const struct eg_sch_text *text, char *const *values)
{
    fill(out, text, values, false);
}

void eg_sch_fill_marked(struct eg_buf *out, const struct eg_sch_text *text, char *const *values)
{
    fill(out, text, values, true);
}

void eg_sch_fold(struct eg_buf *out, const char *text)
{
    add_folded(out, out->len, text);
}

static const struct eg_sch_check *find_check(const struct eg_schematron *schema, const char *id)
{
    for (size_t p = 0; p < schema->pattern_count; p++) {
        const struct eg_sch_pattern *pattern = &schema->patterns[p];
        for (size_t r = 0; r < pattern->rule_count; r++) {
            const struct eg_sch_rule *rule = &pattern->rules[r];
            for (size_t c = 0; c < rule->check_count; c++) {
                if (strcmp(rule->checks[c].id, id) == 0) {
                    return &rule->checks[c];
                }
            }
        }
    }
    return NULL;
}

static bool speaks(const struct eg_sch_text *text, const char *lang)
{
    size_t len = strlen(lang);
    return strncasecmp(text->lang, lang, len) == 0 &&
           (text->lang[len] == '\0' || text->lang[len] == '-');
}

enum eg_status eg_schematron_text(struct eg_buf *out, const struct eg_schematron *schema,
                                  const struct eg_finding *finding, const char *lang,
                                  struct eg_error *err)
{
    const struct eg_sch_check *check = find_check(schema, finding->rule);
    if (check == NULL) {
        return eg_error_set(err, EG_E_NOTFOUND, schema->name, "there is no check '%.100s'",
                            finding->rule);
    }
    size_t holes = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        holes += check->diagnostics[i].holes;
    }
    char **values = calloc(holes + 1, sizeof *values);
    if (values == NULL) {
        return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for a text");
    }
    for (size_t i = 0; i < holes && i < finding->value_count; i++) {
        values[i] = finding->values[i].text;
    }
    bool said = speaks(&check->content, lang);
    if (said) {
        fill_text(out, &check->content, values);
    }
    size_t offset = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        if (speaks(&check->diagnostics[i], lang)) {
            eg_buf_text(out, said ? " " : "");
            fill_text(out, &check->diagnostics[i], values + offset);
            said = true;
        }
        offset += check->diagnostics[i].holes;
    }
    if (!said) {
        fill_text(out, &check->content, values);
    }
    free(values);
    return eg_buf_ok(out, schema->name, err);
}
