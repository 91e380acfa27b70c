/*
 * Lives of a schema and of its states. The work is done by schematron_load.c (one tree), _read.c
 * (tree to model), _let.c, _check.c, _text.c, _context.c, _document.c, _xpath.c (evaluation) and
 * _run.c.
 */
#include "assess/schematron/schematron_model.h"

#include <stdlib.h>
#include <string.h>

enum eg_status eg_schematron_compile(struct eg_schematron **out, const struct eg_loader *loader,
                                     const char *name, const struct eg_schematron_options *options,
                                     struct eg_error *err)
{
    xmlDoc *doc = NULL;
    struct eg_schematron *schema = calloc(1, sizeof *schema);
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
    eg_sch_documents_done(schema->documents, schema->document_count);
    eg_flat_words_done(&schema->words);
    for (size_t i = 0; i < schema->content_count; i++) {
        xmlFreeDoc(schema->contents[i]);
    }
    eg_sch_free_blocks(schema);
    free(schema);
    *slot = NULL;
}

enum eg_status eg_schematron_state_new(struct eg_schematron_state **out,
                                       const struct eg_schematron *schema, struct eg_error *err)
{
    struct eg_schematron_state *state = calloc(1, sizeof *state);
    enum eg_status status = EG_OK;
    if (state != NULL) {
        state->schema = schema;
        state->expressions = calloc(schema->expression_count + 1, sizeof(xmlXPathCompExpr *));
    }
    if (state == NULL || state->expressions == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, schema->name, "no memory for a state");
    }
    if (status == EG_OK) {
        status = eg_sch_context_new(state, err);
    }
    if (status != EG_OK) {
        eg_schematron_state_free(&state);
        return status;
    }
    *out = state;
    return EG_OK;
}

void eg_schematron_state_free(struct eg_schematron_state **slot)
{
    if (slot == NULL || *slot == NULL) {
        return;
    }
    struct eg_schematron_state *state = *slot;
    eg_sch_variables_cut(state, 0);
    eg_sch_keys_done(state);
    free(state->variables);
    xmlXPathFreeContext(state->context);
    for (size_t i = 0; state->expressions != NULL && i < state->schema->expression_count; i++) {
        xmlXPathFreeCompExpr(state->expressions[i]);
    }
    free(state->expressions);
    eg_sch_documents_done(state->documents, state->document_count);
    for (size_t i = 0; i < state->document_count; i++) {
        free((char *)(uintptr_t)state->documents[i].name);
    }
    free(state->documents);
    free(state);
    *slot = NULL;
}
