/*
 * The same contents as the tables of assessment_explain.c, for programs: columns in the order in
 * which the assessment makes them, numbers as texts with the digits of the result, counts as
 * numbers.
 */
#include "assess/render/assessment_explain.h"

#include "assess/xml/xml.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define NS "urn:emgate:assessment-result:2"

/* A comma, unless a list or an object has just begun. */
static void add_comma(struct eg_buf *out)
{
    char last = out->len > 0 ? (char)out->data[out->len - 1] : '{';
    eg_buf_text(out, last == '{' || last == '[' ? "" : ",");
}

/* ,"name":"text" where the element has the attribute; counts without quotes. */
static void add_attributes(struct eg_buf *out, const xmlNode *node, const char *const *names,
                           bool counts)
{
    for (; *names != NULL; names++) {
        char *text = eg_xml_attribute(node, *names);
        if (text != NULL) {
            bool number = counts && text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
            add_comma(out);
            eg_text_json(out, eg_bytes_of(*names));
            eg_buf_char(out, ':');
            if (number) {
                eg_buf_text(out, text);
            } else {
                eg_text_json(out, eg_bytes_of(text));
            }
        }
        free(text);
    }
}

static void add_columns(struct eg_buf *out, const xmlNode *block)
{
    static const char *const of_column[] = {"name", "unit", NULL};
    static const char *const of_place[] = {"end", "value", "status", NULL};

    eg_buf_text(out, ",\"values\":[");
    for (const xmlNode *column = eg_xml_child(block, NS, "values"); column != NULL;
         column = eg_xml_next(column, NS, "values")) {
        add_comma(out);
        eg_buf_char(out, '{');
        add_attributes(out, column, of_column, false);
        eg_buf_text(out, ",\"places\":[");
        for (const xmlNode *v = eg_xml_child(column, NS, "v"); v != NULL;
             v = eg_xml_next(v, NS, "v")) {
            add_comma(out);
            eg_buf_char(out, '{');
            add_attributes(out, v, of_place, false);
            eg_buf_char(out, '}');
        }
        eg_buf_text(out, "]}");
    }
    eg_buf_char(out, ']');
}

/* Parameters, figures or judged of a block, as `key`. */
static void add_list(struct eg_buf *out, const xmlNode *block, const char *key, const char *element)
{
    static const char *const texts[] = {"id",     "name",     "value",  "unit", "status",
                                        "reason", "override", "source", NULL};
    static const char *const counts[] = {"n",         "unanswered", "found",
                                         "not-found", "undecided",  NULL};

    eg_buf_format(out, ",\"%s\":[", key);
    for (const xmlNode *node = eg_xml_child(block, NS, element); node != NULL;
         node = eg_xml_next(node, NS, element)) {
        add_comma(out);
        eg_buf_char(out, '{');
        add_attributes(out, node, texts, false);
        add_attributes(out, node, counts, true);
        eg_buf_char(out, '}');
    }
    eg_buf_char(out, ']');
}

static void add_block(struct eg_buf *out, const xmlNode *block)
{
    static const char *const names[] = {"id", "component", NULL};

    add_comma(out);
    eg_buf_char(out, '{');
    add_attributes(out, block, names, false);
    add_columns(out, block);
    add_list(out, block, "parameters", "parameter");
    add_list(out, block, "figures", "figure");
    add_list(out, block, "judged", "judged");
}

enum eg_status eg_assessment_explain_json(struct eg_buf *out, struct eg_bytes result,
                                          const char *name, struct eg_error *err)
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
    eg_buf_text(out, "{\"result\":");
    eg_text_json(out, eg_bytes_of(name));
    eg_buf_text(out, ",\"sources\":[");
    for (const xmlNode *source = eg_xml_child(root, NS, "source"); source != NULL && !out->failed;
         source = eg_xml_next(source, NS, "source")) {
        add_block(out, source);
        eg_buf_text(out, ",\"series\":[");
        for (const xmlNode *series = eg_xml_child(source, NS, "series");
             series != NULL && !out->failed; series = eg_xml_next(series, NS, "series")) {
            add_block(out, series);
            eg_buf_char(out, '}');
        }
        eg_buf_text(out, "]}");
    }
    eg_buf_text(out, "]}");
    status = eg_buf_ok(out, name, err);

done:
    xmlFreeDoc(doc);
    return status;
}
