/*
 * Schemas as a careless publisher writes them: compile, and run what compiles on a small document.
 */
#include "assess/schematron/schematron.h"
#include "base/limits.h"
#include "tests/support/checks.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct eg_bytes find_one(void *payload, const char *name)
{
    return strcmp(name, "a.sch") == 0 ? *(struct eg_bytes *)payload : EG_BYTES_NONE;
}

static void run(const struct eg_schematron *schema)
{
    struct eg_findings findings = {0};
    struct eg_error err = {0};
    struct eg_buf svrl = {0};
    xmlDoc *doc = NULL;
    bool fatal = false;
    eg_findings_init(&findings);
    eg_buf_init(&svrl, EG_MIB);
    if (eg_xml_parse_file(&doc, eg_bytes_of("<a n='1'><b x='2'/><b>3</b><c/></a>"), "d.xml", 1000,
                          &err) == EG_OK) {
        struct eg_schematron_job job = {.doc = doc, .svrl = &svrl};
        (void)!eg_checks_once(&fatal, schema, &job, &findings, &err);
        for (size_t i = 0; i < findings.count && i < 3; i++) {
            eg_buf_reset(&svrl);
            (void)!eg_schematron_text(&svrl, schema, &findings.list[i], "de", &err);
        }
    }
    xmlFreeDoc(doc);
    eg_buf_done(&svrl);
    eg_findings_done(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes octets = {data, size};
    struct eg_loader loader = {&octets, find_one};
    struct eg_schematron_options options = {0};
    struct eg_schematron *schema = NULL;
    struct eg_error err = {0};
    if (size == 0 || size > 16 * EG_KIB || eg_xml_init(&err) != EG_OK) {
        return 0;
    }
    if (eg_schematron_compile(&schema, &loader, "a.sch", &options, &err) == EG_OK) {
        run(schema);
    }
    eg_schematron_free(&schema);
    return 0;
}
