/*
 * Reports as strangers send them: parse under the limits, and write the place of every node.
 */
#include "assess/xml/xml.h"
#include "base/limits.h"

#include <emgate/version.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void place_all(const xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        struct eg_buf place = {0};
        eg_buf_init(&place, 64 * EG_KIB);
        eg_xml_location(&place, node, NULL, 0);
        eg_buf_done(&place);
        if (node->type == XML_ELEMENT_NODE) {
            place_all(node->children);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_findings findings = {0};
    struct eg_error err = {0};
    xmlDoc *doc = NULL;
    if (eg_xml_init(&err) != EG_OK) {
        return 0;
    }
    eg_findings_init(&findings);
    enum eg_status status = eg_xml_parse_report(&doc, &findings, (struct eg_bytes){data, size},
                                                64 * EG_KIB, EG_SEMANTICS, &err);
    /* Either a document or exactly one reason. */
    if (status == EG_OK && (doc != NULL) == (findings.count == 1)) {
        abort();
    }
    if (doc != NULL && size < 2000) {
        place_all(doc->children);
    }
    xmlFreeDoc(doc);
    eg_findings_done(&findings);
    return 0; /* the library stays initialised: its globals are no leak */
}
