/*
 * The values used, as the text that is recorded with a decision and as the document that checks and
 * transforms see. Places without a value are in neither.
 */
#include "assess/package/parameters.h"

#include "base/text.h"

#include <string.h>

static const char *origin_text(enum eg_parameter_origin origin)
{
    static const char *const words[] = {"package", "computed", "permit"};

    return words[origin];
}

static void put_setting(struct eg_buf *out, const struct eg_setting_value *value)
{
    eg_lines_put(out, "setting", eg_bytes_of(value->setting->name));
    if (value->component != NULL) {
        eg_lines_put(out, "component", eg_bytes_of(value->component));
    }
    if (value->source != NULL) {
        eg_lines_put(out, "source", eg_bytes_of(value->source));
    }
    eg_lines_put(out, "word", eg_bytes_of(value->word));
    eg_lines_put(out, "citation", eg_bytes_of(value->citation));
}

static void put_value(struct eg_buf *out, const struct eg_parameter_value *value)
{
    eg_lines_put(out, "parameter", eg_bytes_of(value->parameter->name));
    if (value->component != NULL) {
        eg_lines_put(out, "component", eg_bytes_of(value->component));
    }
    if (value->source != NULL) {
        eg_lines_put(out, "source", eg_bytes_of(value->source));
    }
    eg_lines_putf(out, "value", "%s %s", value->value, value->parameter->unit);
    eg_lines_put(out, "origin", eg_bytes_of(origin_text(value->origin)));
    eg_lines_put(out, "citation", eg_bytes_of(value->citation));
}

enum eg_status eg_parameters_text(struct eg_buf *out, const struct eg_parameter_values *values,
                                  struct eg_error *err)
{
    eg_lines_begin(out, "parameters");
    for (size_t i = 0; i < values->setting_count; i++) {
        put_setting(out, &values->settings[i]);
    }
    for (size_t i = 0; i < values->count; i++) {
        if (values->list[i].value != NULL) {
            put_value(out, &values->list[i]);
        }
    }
    return eg_buf_ok(out, "parameters", err);
}

static bool put(xmlNode *node, const char *name, const char *value)
{
    return value == NULL ||
           xmlNewNsProp(node, NULL, (const xmlChar *)name, (const xmlChar *)value) != NULL;
}

static bool add_setting(xmlNode *root, const struct eg_setting_value *value)
{
    xmlNode *node = xmlNewChild(root, root->ns, (const xmlChar *)"setting", NULL);

    return node != NULL && put(node, "name", value->setting->name) &&
           put(node, "component", value->component) && put(node, "source", value->source) &&
           put(node, "word", value->word) && put(node, "citation", value->citation);
}

static bool add_value(xmlNode *root, const struct eg_parameter_value *value)
{
    xmlNode *node = xmlNewChild(root, root->ns, (const xmlChar *)"parameter", NULL);

    return node != NULL && put(node, "name", value->parameter->name) &&
           put(node, "component", value->component) && put(node, "source", value->source) &&
           put(node, "value", value->value) && put(node, "unit", value->parameter->unit) &&
           put(node, "origin", origin_text(value->origin)) &&
           put(node, "citation", value->citation);
}

enum eg_status eg_parameters_document(xmlDoc **out, const struct eg_parameter_values *values,
                                      const struct eg_package *package, struct eg_error *err)
{
    xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *root =
        doc != NULL ? xmlNewDocNode(doc, NULL, (const xmlChar *)EG_PARAMETERS_NAME, NULL) : NULL;
    bool made = root != NULL;

    if (made) {
        xmlDocSetRootElement(doc, root);
        root->ns = xmlNewNs(root, (const xmlChar *)EG_PARAMETERS_NS, NULL);
        made = root->ns != NULL && put(root, "package", package->ref.id) &&
               put(root, "version", package->ref.version);
    }
    for (size_t i = 0; made && i < values->setting_count; i++) {
        made = add_setting(root, &values->settings[i]);
    }
    for (size_t i = 0; made && i < values->count; i++) {
        made = values->list[i].value == NULL || add_value(root, &values->list[i]);
    }
    if (!made) {
        xmlFreeDoc(doc);
        return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
    }
    *out = doc;
    return EG_OK;
}
