/*
 * A schema's life: compile and free. The work is done by schematron_load.c (one tree), _read.c
 * (tree to model), _let.c, _check.c, _text.c, _context.c, _xpath.c (evaluation) and _run.c.
 */
#include "assess/schematron_model.h"

#include <stdlib.h>
#include <string.h>

enum eg_status eg_schematron_compile(struct eg_schematron **out, const struct eg_loader *loader,
                                     const char *name, const struct eg_schematron_options *options,
                                     struct eg_error *err)
{
    xmlDoc *doc = NULL;
    struct eg_schematron *schema = calloc(1, sizeof(*schema));
    if (schema == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "no memory for a schema");
    }
    schema->loader = loader;
    schema->name = eg_sch_dup(schema, name, strlen(name));
    enum eg_status status = EG_OK;
    if (schema->name == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, name, "no memory for a schema");
        goto done;
    }
    status = eg_sch_load(&doc, schema, name, err);
    if (status == EG_OK) {
        status = eg_sch_read(schema, xmlDocGetRootElement(doc), options, err);
    }
    if (status == EG_OK) {
        status = eg_sch_context_new(schema, err);
    }
    if (status == EG_OK) {
        *out = schema;
        schema = NULL;
    }
done:
    xmlFreeDoc(doc);
    eg_schematron_free(&schema);
    return status;
}

void eg_schematron_free(struct eg_schematron **slot)
{
    if (slot == NULL || *slot == NULL) {
        return;
    }
    struct eg_schematron *schema = *slot;
    eg_sch_variables_cut(schema, 0);
    eg_sch_keys_done(schema);
    free(schema->variables);
    xmlXPathFreeContext(schema->context);
    for (size_t i = 0; i < schema->expression_count; i++) {
        xmlXPathFreeCompExpr(schema->expressions[i]);
    }
    for (size_t i = 0; i < schema->document_count; i++) {
        xmlFreeDoc(schema->documents[i].doc);
    }
    eg_flat_words_done(&schema->words);
    for (size_t i = 0; i < schema->content_count; i++) {
        xmlFreeDoc(schema->contents[i]);
    }
    eg_sch_free_blocks(schema);
    free(schema);
    *slot = NULL;
}

const struct eg_xml_ns *eg_schematron_ns(const struct eg_schematron *schema, size_t *count)
{
    *count = schema->ns_count;
    return schema->ns;
}
