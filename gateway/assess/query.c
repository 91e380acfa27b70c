/*
 * Parsed under the same limits as everything else, since a result may have come over the wire.
 */
#include "assess/query.h"

#include "assess/xml.h"
#include "base/limits.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

static enum eg_status evaluate(struct eg_buf *out, xmlDoc *doc, const char *expression,
                               const char *prefix, const char *uri, struct eg_error *err)
{
    enum eg_status status = eg_error_set(err, EG_E_FORMAT, "query", "%s", expression);
    xmlXPathObject *object = NULL;
    xmlXPathContext *context = xmlXPathNewContext(doc);
    if (context != NULL &&
        xmlXPathRegisterNs(context, (const xmlChar *)prefix, (const xmlChar *)uri) == 0) {
        object = xmlXPathEvalExpression((const xmlChar *)expression, context);
    }
    xmlChar *text = object == NULL ? NULL : xmlXPathCastToString(object);
    if (text != NULL) {
        eg_buf_text(out, (const char *)text);
        status = eg_buf_ok(out, "query", err);
    }
    xmlFree(text);
    xmlXPathFreeObject(object);
    xmlXPathFreeContext(context);
    return status;
}

enum eg_status eg_query(struct eg_buf *out, struct eg_bytes xml, const char *expression,
                        const char *prefix, const char *uri, struct eg_error *err)
{
    struct eg_xml_scope scope;
    xmlDoc *doc = NULL;
    eg_xml_scope_begin(&scope, NULL);
    enum eg_status status = eg_xml_parse_file(&doc, xml, "result", EG_NOTIFICATION_MAX, err);
    if (status == EG_OK) {
        status = evaluate(out, doc, expression, prefix, uri, err);
    }
    xmlFreeDoc(doc);
    eg_xml_scope_end(&scope);
    return status;
}
