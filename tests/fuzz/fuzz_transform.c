/*
 * A stylesheet as a careless or hostile publisher writes it: checked, rewritten, compiled, and run
 * on a small document under small ceilings. A text that is no XML is tried as the pattern of a
 * template, of a key and of xsl:number.
 */
#include "assess/judge/engine.h"
#include "assess/transform/transform.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD                                                                                       \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform' "              \
    "xmlns:n='urn:n'><xsl:template match='/'><o><xsl:apply-templates select='//@*|//node()'/>"     \
    "<xsl:value-of select=\"count(key('k', 1))\"/></o></xsl:template>"

static struct eg_bytes find_one(void *payload, const char *name)
{
    return strcmp(name, "a.xsl") == 0 ? *(struct eg_bytes *)payload : EG_BYTES_NONE;
}

static void run(struct eg_transform *transform)
{
    static const struct eg_transform_limits limits = {
        .operations = 20000, .octets = 100000, .memory = 4 * EG_MIB, .depth = 50};
    struct eg_error err = {0};
    struct eg_buf out = {0};
    xmlDoc *doc = NULL;

    eg_buf_init(&out, EG_MIB);
    if (eg_xml_parse_file(
            &doc,
            eg_bytes_of("<a k='1' xmlns:n='urn:n'><b x='2'>t</b><!--c--><b k='1'/><?p "
                        "q?><n:b><a>u<a/></a></n:b></a>"),
            "d.xml", 1000, &err) == EG_OK) {
        const struct eg_transform_job job = {.doc = doc, .limits = &limits, .result_max = EG_MIB};
        (void)!eg_transform_run(NULL, &out, transform, &job, &err);
    }
    xmlFreeDoc(doc);
    eg_buf_done(&out);
}

static void try_sheet(struct eg_bytes sheet)
{
    struct eg_loader loader = {&sheet, find_one};
    struct eg_transform *transform = NULL;
    struct eg_error err = {0};

    if (eg_transform_compile(&transform, &loader, "a.xsl", NULL, &err) == EG_OK) {
        run(transform);
    }
    eg_transform_free(&transform);
}

static void put_attribute(struct eg_buf *out, struct eg_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        eg_buf_format(out, "&#%u;", text.data[i] >= 0x20 ? text.data[i] : 0x20U);
    }
}

static void try_pattern(struct eg_bytes pattern)
{
    struct eg_buf sheet;

    eg_buf_init(&sheet, EG_MIB);
    eg_buf_text(&sheet, HEAD "<xsl:key name='k' use='@k' match=\"");
    put_attribute(&sheet, pattern);
    eg_buf_text(&sheet, "\"/><xsl:template match=\"");
    put_attribute(&sheet, pattern);
    eg_buf_text(&sheet, "\"><xsl:number level='any' from=\"");
    put_attribute(&sheet, pattern);
    eg_buf_text(&sheet, "\"/></xsl:template></xsl:stylesheet>");
    try_sheet(eg_bytes_view(&sheet));
    eg_buf_done(&sheet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct eg_bytes octets = {data, size};

    if (size == 0 || size > 16 * EG_KIB || (!ready && eg_engine_init(NULL) != EG_OK)) {
        return 0;
    }
    ready = true;
    if (data[0] == '<') {
        try_sheet(octets);
    } else {
        try_pattern(octets);
    }
    return 0;
}
