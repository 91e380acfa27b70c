/*
 * XSD schemas. libxml2's compiler is satisfied with less than we are: an import that it could not
 * load is a warning and the schema that is left lets nonsense through, so every message refuses the
 * schema; default or fixed values would put into the document what the sender did not sign; and a
 * pattern whose matching a value can stretch would let one report take hours (schema_pattern.h).
 */
#include "assess/schema/schema.h"

#include "assess/schema/schema_charge.h"
#include "assess/schema/schema_pattern.h"
#include "base/error.h"
#include "base/limits.h"

#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XSD_NS "http://www.w3.org/2001/XMLSchema"
#define MESSAGE_MAX 600

struct eg_schema {
    /* components point into it */
    xmlDoc *doc;
    xmlSchemaPtr compiled;
};

void eg_schema_free(struct eg_schema **schema)
{
    if (schema == NULL || *schema == NULL) {
        return;
    }
    xmlSchemaFree((*schema)->compiled);
    xmlFreeDoc((*schema)->doc);
    free(*schema);
    *schema = NULL;
}

static enum eg_status refuse_values(const xmlNode *node, const char *name, struct eg_error *err)
{
    for (const char *const *word = (const char *const[]){"default", "fixed", NULL}; *word != NULL;
         word++) {
        if (xmlHasNsProp(node, (const xmlChar *)*word, NULL) == NULL) {
            continue;
        }
        char where[EG_ERROR_WHERE_MAX] = "";
        (void)snprintf(where, sizeof where, "%.70s:%u", name, eg_xml_line(node));
        return eg_error_set(err, EG_E_FORMAT, where,
                            "%s= on xs:%s: schemas that put values into a document are refused",
                            *word, (const char *)node->name);
    }
    return EG_OK;
}

/* Next element in document order below `root`; NULL at the end. */
static const xmlNode *walk(const xmlNode *node, const xmlNode *root)
{
    if (node->children != NULL && node->type == XML_ELEMENT_NODE) {
        return node->children;
    }
    while (node != root && node->next == NULL) {
        node = node->parent;
    }
    return node == root ? NULL : node->next;
}

/* What include, import and redefine name must be there: libxml2 passes over some that are not. */
static enum eg_status check_location(const struct eg_loader *loader, const xmlNode *node,
                                     const char *name, struct eg_error *err)
{
    char file[256] = "";
    char *location = eg_xml_attribute(node, "schemaLocation");
    enum eg_status status = EG_OK;
    if (location != NULL && (!eg_xml_resolve(file, sizeof file, name, location) ||
                             loader->find(loader->payload, file).data == NULL)) {
        char where[EG_ERROR_WHERE_MAX] = "";
        (void)snprintf(where, sizeof where, "%.70s:%u", name, eg_xml_line(node));
        status = eg_error_set(err, EG_E_DENIED, where,
                              "schemaLocation '%.100s' is not a file of the package", location);
    }
    free(location);
    return status;
}

static enum eg_status check_pattern(const xmlNode *node, const char *where, struct eg_error *err)
{
    char *value = eg_xml_attribute(node, "value");
    enum eg_status status = value != NULL ? eg_schema_pattern_check(value, where, err) : EG_OK;
    free(value);
    return status;
}

/* What goes along while the documents of one schema are looked at. */
struct inspection {
    const struct eg_loader *loader;
    struct eg_schema_charges charges;
};

static enum eg_status inspect_node(struct inspection *inspection, const xmlNode *node,
                                   const char *name, struct eg_error *err)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    (void)snprintf(where, sizeof where, "%.70s:%u", name, eg_xml_line(node));
    enum eg_status status = eg_schema_charge(&inspection->charges, node, where, err);
    if (status != EG_OK) {
        return status;
    }
    if (eg_xml_is(node, XSD_NS, "element") || eg_xml_is(node, XSD_NS, "attribute")) {
        return refuse_values(node, name, err);
    }
    if (eg_xml_is(node, XSD_NS, "include") || eg_xml_is(node, XSD_NS, "import") ||
        eg_xml_is(node, XSD_NS, "redefine")) {
        return check_location(inspection->loader, node, name, err);
    }
    return eg_xml_is(node, XSD_NS, "pattern") ? check_pattern(node, where, err) : EG_OK;
}

static enum eg_status inspect(void *payload, const char *name, xmlDoc *doc, struct eg_error *err)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    if (!eg_xml_is(root, XSD_NS, "schema")) {
        return eg_error_set(err, EG_E_FORMAT, name, "the root element is not xs:schema");
    }
    for (const xmlNode *node = root; node != NULL; node = walk(node, root)) {
        EG_TRY(inspect_node(payload, node, name, err));
    }
    return EG_OK;
}

static enum eg_status compile(xmlSchemaPtr *out, struct inspection *inspection, xmlDoc *doc,
                              const char *name, struct eg_error *err)
{
    struct eg_xml_scope scope;
    eg_xml_scope_begin(&scope, inspection->loader);
    scope.inspect = inspect;
    scope.inspect_payload = inspection;
    xmlSchemaPtr compiled = NULL;
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewDocParserCtxt(doc);
    if (parser != NULL) {
        compiled = xmlSchemaParse(parser);
        xmlSchemaFreeParserCtxt(parser);
    }
    eg_xml_scope_end(&scope);
    enum eg_status status = eg_xml_scope_error(&scope, name, err);
    if (status != EG_OK) {
        goto done;
    }
    if (compiled == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, name, "the schema could not be compiled");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_schema_charge_end(&inspection->charges, err);

done:
    if (status != EG_OK) {
        xmlSchemaFree(compiled);
        return status;
    }
    *out = compiled;
    return EG_OK;
}

enum eg_status eg_schema_compile(struct eg_schema **out, const struct eg_loader *loader,
                                 const char *name, struct eg_error *err)
{
    xmlDoc *doc = NULL;
    struct eg_schema *schema = NULL;
    struct inspection inspection = {.loader = loader};
    enum eg_status status = eg_xml_load(&doc, loader, name, err);
    if (status != EG_OK) {
        goto done;
    }
    status = inspect(&inspection, name, doc, err);
    if (status != EG_OK) {
        goto done;
    }
    status = EG_E_NOMEM;
    schema = calloc(1, sizeof *schema);
    if (schema == NULL) {
        goto done;
    }
    status = compile(&schema->compiled, &inspection, doc, name, err);
    schema->doc = doc;
    doc = NULL;
    if (status != EG_OK) {
        goto done;
    }
    *out = schema;
    schema = NULL;

done:
    eg_schema_charges_done(&inspection.charges);
    eg_schema_free(&schema);
    xmlFreeDoc(doc);
    return status;
}

struct sink {
    const struct eg_schema_job *job;
    struct eg_findings *findings;
    bool failed;
    enum eg_status status;
    struct eg_error *err;
};

static void one_line(char out[MESSAGE_MAX], const char *text)
{
    size_t n = strnlen(text, MESSAGE_MAX - 1);
    while (n > 0 && text[n] != '\0' && ((unsigned char)text[n] & 0xc0) == 0x80) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

static enum eg_status add(struct sink *sink, const xmlError *error)
{
    struct eg_finding *finding = NULL;
    struct eg_buf location = {0};
    const xmlNode *node = error->node;
    if (sink->findings->count < EG_FINDINGS_COUNT_MAX && node != NULL) {
        eg_buf_init(&location, 64 * EG_KIB);
        eg_xml_location(&location, node, sink->job->ns, sink->job->ns_count);
    }
    unsigned line = error->line > 0 ? (unsigned)error->line : eg_xml_line(node);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = EG_RULE_SCHEMA,
                                         .step = sink->job->step,
                                         .location = (const char *)location.data,
                                         .line = line};
    enum eg_status status = eg_findings_add(sink->findings, &head, &finding, sink->err);
    eg_buf_done(&location);
    char message[MESSAGE_MAX] = "";
    one_line(message, error->message != NULL ? error->message : "");
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_finding_value(finding, "message", message, sink->err));
    (void)snprintf(message, sizeof message, "%d", error->code);
    return eg_finding_value(finding, "code", message, sink->err);
}

static void on_error(void *payload, xmlErrorPtr error)
{
    struct sink *sink = payload;
    sink->failed = true;
    if (sink->status == EG_OK && error != NULL) {
        sink->status = add(sink, error);
    }
}

enum eg_status eg_schema_validate(bool *valid, const struct eg_schema *schema,
                                  const struct eg_schema_job *job, struct eg_findings *findings,
                                  struct eg_error *err)
{
    struct sink sink = {.job = job, .findings = findings, .err = err};
    struct eg_xml_scope scope;
    eg_xml_scope_begin(&scope, NULL);
    xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema->compiled);
    int answer = -1;
    if (context != NULL) {
        xmlSchemaSetValidStructuredErrors(context, on_error, &sink);
        answer = xmlSchemaValidateDoc(context, job->doc);
        xmlSchemaFreeValidCtxt(context);
    }
    eg_xml_scope_end(&scope);
    if (context == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "schema", "no memory for a validation context");
    }
    if (sink.status != EG_OK) {
        return sink.status;
    }
    if (answer < 0 || (answer > 0 && !sink.failed)) {
        return eg_error_set(err, EG_E_INTERNAL, "schema",
                            "the validator answered %d without a word", answer);
    }
    *valid = answer == 0 && !sink.failed;
    return EG_OK;
}
