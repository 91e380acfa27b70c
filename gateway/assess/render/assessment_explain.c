/*
 * Columns come in the order in which the assessment makes them, so that a line reads from what was
 * measured to what is judged. Columns of another grid (days of a window) get a table of their own.
 */
#include "assess/render/assessment_explain.h"

#include "assess/xml/xml.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define NS "urn:emgate:assessment-result:2"

static void add_attribute(struct eg_buf *out, const xmlNode *node, const char *name,
                          const char *before, const char *after)
{
    char *text = eg_xml_attribute(node, name);
    if (text != NULL) {
        eg_buf_format(out, "%s%s%s", before, text, after);
    }
    free(text);
}

static bool same_attribute(const xmlNode *a, const xmlNode *b, const char *name)
{
    char *one = eg_xml_attribute(a, name), *other = eg_xml_attribute(b, name);
    bool same = one != NULL && other != NULL && strcmp(one, other) == 0;
    free(one);
    free(other);
    return same;
}

static bool has_attribute(const xmlNode *node, const char *name, const char *value)
{
    char *text = eg_xml_attribute(node, name);
    bool has = text != NULL && strcmp(text, value) == 0;
    free(text);
    return has;
}

/* Do two columns have the same places? Their number and their ends at both sides tell. */
static bool same_places(const xmlNode *a, const xmlNode *b)
{
    const xmlNode *v = eg_xml_child(a, NS, "v"), *w = eg_xml_child(b, NS, "v");
    while (v != NULL && w != NULL && same_attribute(v, w, "end")) {
        v = eg_xml_next(v, NS, "v");
        w = eg_xml_next(w, NS, "v");
    }
    return v == NULL && w == NULL;
}

/* "62.0", "- maintenance", "on". */
static void add_cell(struct eg_buf *out, const xmlNode *v)
{
    char *value = eg_xml_attribute(v, "value");
    eg_buf_text(out, value != NULL ? value : "-");
    free(value);
    if (!has_attribute(v, "status", "valid")) {
        add_attribute(out, v, "status", " ", "");
    }
}

static void add_row(struct eg_buf *out, const xmlNode *first, size_t place)
{
    for (const xmlNode *column = first; column != NULL;
         column = eg_xml_next(column, NS, "values")) {
        const xmlNode *v = same_places(first, column) ? eg_xml_child(column, NS, "v") : NULL;
        for (size_t i = 0; v != NULL && i < place; i++) {
            v = eg_xml_next(v, NS, "v");
        }
        if (v == NULL) {
            continue;
        }
        if (column == first) {
            add_attribute(out, v, "end", "    ", "");
        }
        eg_buf_text(out, " | ");
        add_cell(out, v);
    }
    eg_buf_char(out, '\n');
}

/* The table that begins with `first`: it and the columns behind it that have its places. */
static void add_table(struct eg_buf *out, const xmlNode *first)
{
    size_t places = 0;
    eg_buf_text(out, "    end");
    for (const xmlNode *column = first; column != NULL;
         column = eg_xml_next(column, NS, "values")) {
        if (same_places(first, column)) {
            add_attribute(out, column, "name", " | ", "");
            add_attribute(out, column, "unit", " [", "]");
        }
    }
    eg_buf_char(out, '\n');
    for (const xmlNode *v = eg_xml_child(first, NS, "v"); v != NULL; v = eg_xml_next(v, NS, "v")) {
        add_row(out, first, places++);
    }
}

static void add_tables(struct eg_buf *out, const xmlNode *block)
{
    const xmlNode *start = eg_xml_child(block, NS, "values");
    for (const xmlNode *column = start; column != NULL;
         column = eg_xml_next(column, NS, "values")) {
        const xmlNode *before = start;
        while (before != column && !same_places(before, column)) {
            before = eg_xml_next(before, NS, "values");
        }
        if (before == column) {
            add_table(out, column);
        }
    }
}

static void add_lines(struct eg_buf *out, const xmlNode *block)
{
    for (const xmlNode *node = block->children; node != NULL; node = node->next) {
        if (eg_xml_is(node, NS, "parameter") || eg_xml_is(node, NS, "figure")) {
            eg_buf_format(out, "    %-9s", (const char *)node->name);
            add_attribute(out, node, "name", " ", " = ");
            add_cell(out, node);
            add_attribute(out, node, "unit", " ", "");
            add_attribute(out, node, "n", "  n=", "");
            add_attribute(out, node, "unanswered", "  unanswered=", "");
            add_attribute(out, node, "reason", "  because: ", "");
            add_attribute(out, node, "override", "  by ", "");
            add_attribute(out, node, "source", "  (", ")");
            eg_buf_char(out, '\n');
        } else if (eg_xml_is(node, NS, "judged")) {
            add_attribute(out, node, "id", "    judged    ", ":");
            add_attribute(out, node, "found", " found ", "");
            add_attribute(out, node, "not-found", ", not found ", "");
            add_attribute(out, node, "undecided", ", undecided ", "\n");
        }
    }
}

static void add_block(struct eg_buf *out, const xmlNode *block, const char *name)
{
    add_attribute(out, block, name, "  ", "\n");
    add_tables(out, block);
    add_lines(out, block);
}

enum eg_status eg_assessment_explain(struct eg_buf *out, struct eg_bytes result, const char *name,
                                     struct eg_error *err)
{
    xmlDoc *doc = NULL;
    enum eg_status status = eg_xml_parse_file(&doc, result, name, 256 * EG_MIB, err);
    if (status != EG_OK) {
        goto done;
    }
    const xmlNode *root = xmlDocGetRootElement(doc);
    if (!eg_xml_is(root, NS, "result")) {
        status = eg_error_set(err, EG_E_FORMAT, name, "is no result of an assessment");
        goto done;
    }
    for (const xmlNode *source = eg_xml_child(root, NS, "source"); source != NULL;
         source = eg_xml_next(source, NS, "source")) {
        add_block(out, source, "id");
        for (const xmlNode *series = eg_xml_child(source, NS, "series"); series != NULL;
             series = eg_xml_next(series, NS, "series")) {
            add_block(out, series, "component");
        }
    }
    status = eg_buf_ok(out, name, err);

done:
    xmlFreeDoc(doc);
    return status;
}
