/*
 * What the libraries cost by themselves: a bare pass of libxml2 over a report (a stage that reads
 * XML with it can come near this figure, never below), its tree, and a stylesheet in libxslt.
 */
#include "bench/floor_engine.h"

#include "base/clock.h"

#include <libxml/parser.h>
#include <libxslt/transform.h>
#include <libxslt/xsltInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum eg_status eg_floor_parse(int64_t *ns_out, struct eg_bytes xml, size_t rounds,
                              struct eg_error *err)
{
    xmlSAXHandler nothing;
    int64_t started_ns = 0;

    if (rounds == 0 || xml.len > INT_MAX) {
        return eg_error_set(err, EG_E_USAGE, "rounds", "at least 1 round, at most 2 GiB");
    }
    memset(&nothing, 0, sizeof nothing);
    nothing.initialized = XML_SAX2_MAGIC;
    started_ns = eg_clock_thread_ns();
    for (size_t i = 0; i < rounds; i++) {
        if (xmlSAXUserParseMemory(&nothing, NULL, (const char *)xml.data, (int)xml.len) != 0) {
            return eg_error_set(err, EG_E_FORMAT, NULL, "the document is not well-formed");
        }
    }
    *ns_out = (eg_clock_thread_ns() - started_ns) / (int64_t)rounds;
    return EG_OK;
}

static enum eg_status read_tree(xmlDoc **out, struct eg_bytes xml, struct eg_error *err)
{
    xmlDoc *doc = xml.len <= INT_MAX ? xmlReadMemory((const char *)xml.data, (int)xml.len, NULL,
                                                     NULL, XML_PARSE_NONET)
                                     : NULL;
    if (doc == NULL) {
        return eg_error_set(err, EG_E_FORMAT, NULL, "the document is not well-formed");
    }
    *out = doc;
    return EG_OK;
}

enum eg_status eg_floor_dom(int64_t *ns_out, struct eg_bytes xml, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    int64_t started_ns = eg_clock_thread_ns();
    enum eg_status status = read_tree(&doc, xml, err);
    int64_t ended_ns = eg_clock_thread_ns();

    xmlFreeDoc(doc);
    if (status != EG_OK) {
        return status;
    }
    *ns_out += ended_ns - started_ns;
    return EG_OK;
}

/* ---- stylesheets -------------------------------------------------------------------------- */

struct eg_floor_sheet {
    xsltStylesheet *compiled;
};

enum eg_status eg_floor_sheet_new(struct eg_floor_sheet **out, struct eg_bytes sheet,
                                  struct eg_error *err)
{
    xmlDoc *doc = NULL;
    struct eg_floor_sheet *made = NULL;
    enum eg_status status = read_tree(&doc, sheet, err);
    if (status != EG_OK) {
        goto done;
    }
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, NULL, "memory ran out");
        goto done;
    }
    made->compiled = xsltParseStylesheetDoc(doc);
    if (made->compiled == NULL) {
        status = eg_error_set(err, EG_E_FORMAT, NULL, "libxslt does not compile the stylesheet");
        goto done;
    }
    doc = NULL; /* the sheet owns it now */
    *out = made;
    made = NULL;

done:
    xmlFreeDoc(doc);
    eg_floor_sheet_free(&made);
    return status;
}

enum eg_status eg_floor_sheet_run(int64_t *ns_out, size_t *found, struct eg_floor_sheet *sheet,
                                  struct eg_bytes xml, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    xmlDoc *result = NULL;
    enum eg_status status = read_tree(&doc, xml, err);
    int64_t started_ns = eg_clock_thread_ns();
    if (status != EG_OK) {
        goto done;
    }

    result = xsltApplyStylesheet(sheet->compiled, doc, NULL);
    int64_t ended_ns = eg_clock_thread_ns();
    const xmlNode *root = result != NULL ? xmlDocGetRootElement(result) : NULL;
    if (root == NULL) {
        status = eg_error_set(err, EG_E_FORMAT, NULL, "the stylesheet made no result");
        goto done;
    }
    *ns_out += ended_ns - started_ns;
    *found += (size_t)xmlChildElementCount((xmlNode *)(uintptr_t)root);

done:
    xmlFreeDoc(result);
    xmlFreeDoc(doc);
    return status;
}

void eg_floor_sheet_free(struct eg_floor_sheet **sheet)
{
    if (sheet != NULL && *sheet != NULL) {
        xsltFreeStylesheet((*sheet)->compiled);
        free(*sheet);
        *sheet = NULL;
    }
}
