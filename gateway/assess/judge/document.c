/*
 * A report: parsed once, read by every step of a package.
 */
#include "assess/judge/document.h"

#include <emgate/version.h>
#include <stdlib.h>

enum eg_status eg_document_parse(struct eg_document **out, struct eg_findings *findings,
                                 struct eg_bytes xml, size_t max_len, struct eg_error *err)
{
    return eg_document_parse_recorded(out, findings, xml, max_len, EG_SEMANTICS, err);
}

enum eg_status eg_document_parse_recorded(struct eg_document **out, struct eg_findings *findings,
                                          struct eg_bytes xml, size_t max_len, uint32_t semantics,
                                          struct eg_error *err)
{
    struct eg_document *document = calloc(1, sizeof *document);

    if (document == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "report", "memory ran out");
    }
    *out = NULL;
    enum eg_status status =
        eg_xml_parse_report(&document->doc, findings, xml, max_len, semantics, err);
    if (status != EG_OK) {
        goto done;
    }
    if (document->doc != NULL) {
        *out = document;
        document = NULL;
    }

done:
    eg_document_free(&document);
    return status;
}

void eg_document_free(struct eg_document **document)
{
    if (*document != NULL) {
        xmlFreeDoc((*document)->doc);
        free(*document);
        *document = NULL;
    }
}

void eg_document_root(const struct eg_document *document, const char **ns, const char **name)
{
    const xmlNode *root = xmlDocGetRootElement(document->doc);

    *ns = root->ns != NULL ? (const char *)root->ns->href : "";
    *name = (const char *)root->name;
}
