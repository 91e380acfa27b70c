/*
 * Parsed under the same limits as everything else, since a result may have come over the wire.
 */
#include "assess/xpath/query.h"

#include "assess/xml/xml.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath.h"
#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

static enum eg_status evaluate(struct eg_buf *out, xmlDoc *doc, const char *expression,
                               const struct eg_xml_ns *ns, struct eg_error *err)
{
    const struct eg_xpath_scope scope = {.ns = ns, .ns_count = 1, .counted = true};
    xmlXPathCompExpr *compiled = NULL;
    xmlXPathObject *object = NULL;
    xmlXPathContext *context = NULL;
    xmlChar *text = NULL;
    enum eg_status status = eg_xpath_compile(&compiled, expression, &scope, "query", err);
    if (status != EG_OK) {
        return status;
    }
    context = xmlXPathNewContext(doc);
    status = context != NULL ? eg_functions_register_xpath(context, err) : EG_OK;
    if (status != EG_OK) {
        goto done;
    }
    if (context != NULL &&
        xmlXPathRegisterNs(context, (const xmlChar *)ns->prefix, (const xmlChar *)ns->uri) == 0) {
        context->opLimit = eg_xpath_limit(doc, EG_XPATH_OPERATIONS_MAX);
        (void)xmlXPathOrderDocElems(doc);
        object = xmlXPathCompiledEval(compiled, context);
    }
    text = object == NULL ? NULL : xmlXPathCastToString(object);
    if (text == NULL) {
        status = eg_error_set(err, EG_E_FORMAT, "query", "%s gives nothing", expression);
    } else {
        eg_buf_text(out, (const char *)text);
        status = eg_buf_ok(out, "query", err);
    }
done:
    xmlFree(text);
    xmlXPathFreeObject(object);
    xmlXPathFreeContext(context);
    xmlXPathFreeCompExpr(compiled);
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
        const struct eg_xml_ns ns = {prefix, uri};
        status = evaluate(out, doc, expression, &ns, err);
    }
    xmlFreeDoc(doc);
    eg_xml_scope_end(&scope);
    return status;
}
