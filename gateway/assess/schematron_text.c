/*
 * Texts of asserts, reports and diagnostics: literal text and holes. A finding records what filled
 * the holes; the sentence is made again from those values alone, in the language asked for, so that
 * it says the same years later.
 */
#include "assess/schematron_model.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_DEFAULT_LANG "en" /* a schema without xml:lang */

static enum eg_status add_piece(struct eg_schematron *schema, struct eg_sch_text *text,
                                struct eg_sch_piece piece, struct eg_error *err)
{
    struct eg_sch_piece *slot = eg_sch_grow(schema, &text->pieces, &text->count, sizeof(*slot));
    if (slot == NULL) {
        return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for a text");
    }
    *slot = piece;
    text->holes += piece.text == NULL;
    return EG_OK;
}

static enum eg_status add_hole(struct eg_schematron *schema, struct eg_sch_text *text,
                               const xmlNode *node, const struct eg_xpath_scope *scope,
                               struct eg_error *err)
{
    struct eg_sch_piece piece = {.is_name = eg_xml_is(node, EG_SCH_NS, "name")};
    char where[EG_ERROR_WHERE_MAX] = "";
    char *expression = eg_xml_attribute(node, piece.is_name ? "path" : "select");
    enum eg_status status = EG_OK;
    eg_sch_where(where, node, schema->name);
    if (expression != NULL) {
        piece.source = eg_sch_dup(schema, expression, strlen(expression));
        status = eg_sch_compile(&piece.select, schema, expression, scope, where, err);
    }
    free(expression);
    return status == EG_OK ? add_piece(schema, text, piece, err) : status;
}

static enum eg_status read_pieces(struct eg_schematron *schema, struct eg_sch_text *out,
                                  const xmlNode *node, const struct eg_xpath_scope *scope,
                                  struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (const xmlNode *child = node->children; child != NULL && status == EG_OK;
         child = child->next) {
        if (child->type == XML_TEXT_NODE && child->content != NULL) {
            const char *text = (const char *)child->content;
            struct eg_sch_piece piece = {.text = eg_sch_dup(schema, text, strlen(text))};
            status = piece.text != NULL ? add_piece(schema, out, piece, err)
                                        : eg_error_set(err, EG_E_NOMEM, schema->name, "no memory");
        } else if (eg_xml_is(child, EG_SCH_NS, "value-of") || eg_xml_is(child, EG_SCH_NS, "name")) {
            status = add_hole(schema, out, child, scope, err);
        } else if (eg_xml_is(child, EG_SCH_NS, "emph") || eg_xml_is(child, EG_SCH_NS, "span") ||
                   eg_xml_is(child, EG_SCH_NS, "dir")) {
            status = read_pieces(schema, out, child, scope, err);
        }
    }
    return status;
}

enum eg_status eg_sch_read_text(struct eg_schematron *schema, struct eg_sch_text *out,
                                const xmlNode *node, const struct eg_xpath_scope *scope,
                                struct eg_error *err)
{
    xmlChar *lang = xmlNodeGetLang(node);
    (void)snprintf(out->lang, sizeof(out->lang), "%s",
                   lang != NULL && lang[0] != '\0' ? (const char *)lang : TEXT_DEFAULT_LANG);
    xmlFree(lang);
    return read_pieces(schema, out, node, scope, err);
}

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

void eg_sch_fill(struct eg_buf *out, const struct eg_sch_text *text, char *const *values)
{
    size_t start = out->len;
    size_t hole = 0;
    for (size_t i = 0; i < text->count; i++) {
        const char *piece = text->pieces[i].text;
        if (piece == NULL) {
            piece = values[hole] != NULL ? values[hole] : "";
            hole++;
        }
        add_folded(out, start, piece);
    }
    if (!out->failed && out->len > start && out->data[out->len - 1] == ' ') {
        out->data[--out->len] = '\0';
    }
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
    char **values = calloc(holes + 1, sizeof(*values));
    if (values == NULL) {
        return eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for a text");
    }
    for (size_t i = 0; i < holes && i < finding->value_count; i++) {
        values[i] = finding->values[i].text;
    }
    bool said = speaks(&check->content, lang);
    if (said) {
        eg_sch_fill(out, &check->content, values);
    }
    size_t offset = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        if (speaks(&check->diagnostics[i], lang)) {
            eg_buf_text(out, said ? " " : "");
            eg_sch_fill(out, &check->diagnostics[i], values + offset);
            said = true;
        }
        offset += check->diagnostics[i].holes;
    }
    if (!said) {
        eg_sch_fill(out, &check->content, values);
    }
    free(values);
    return eg_buf_ok(out, schema->name, err);
}
