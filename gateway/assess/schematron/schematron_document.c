/*
 * Other files of the package that a schema reads: code lists, mostly, named in so many words. Those
 * are read with the schema, and nothing writes into them afterwards: their elements are numbered
 * before a second thread sees them. Files whose names are computed are read when they are asked for
 * and belong to the state that asked.
 */
#include "assess/schematron/schematron_model.h"
#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENTS_MAX 100 /* of a schema, and again of a state */
#define BLANKS " \t\r\n"

static const struct eg_sch_document *find(const struct eg_sch_document *documents, size_t count,
                                          const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(documents[i].name, name) == 0) {
            return &documents[i];
        }
    }
    return NULL;
}

void eg_sch_documents_done(struct eg_sch_document *documents, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        xmlFreeDoc(documents[i].doc);
    }
}

/* ---- with the schema ---------------------------------------------------------------------- */

static enum eg_status keep(struct eg_schematron *schema, const char *name, xmlDoc *doc,
                           struct eg_error *err)
{
    char *kept = eg_sch_dup(schema, name, strlen(name));
    struct eg_sch_document *slot = kept != NULL ? eg_sch_grow(schema, &schema->documents,
                                                              &schema->document_count, sizeof *slot)
                                                : NULL;
    if (slot == NULL) {
        xmlFreeDoc(doc);
        return eg_error_set(err, EG_E_NOMEM, name, "no memory for a document");
    }
    (void)xmlXPathOrderDocElems(doc);
    *slot = (struct eg_sch_document){kept, doc};
    return EG_OK;
}

/* A file that is not there, or is not well-formed, is an error when a report asks for it. */
static enum eg_status read_named(struct eg_schematron *schema, const char *base, const char *href,
                                 struct eg_error *err)
{
    char name[256] = "";
    xmlDoc *doc = NULL;
    if (!eg_xml_resolve(name, sizeof name, base, href) || schema->document_count == DOCUMENTS_MAX ||
        find(schema->documents, schema->document_count, name) != NULL ||
        eg_xml_load(&doc, schema->loader, name, NULL) != EG_OK) {
        return EG_OK;
    }
    return keep(schema, name, doc, err);
}

/* What merely looks like a call, inside a literal, costs a document that nobody asks for. */
enum eg_status eg_sch_read_documents(struct eg_schematron *schema, const char *base,
                                     const char *expression, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (const char *p = expression; status == EG_OK && (p = strstr(p, "document")) != NULL;) {
        p += strlen("document");
        p += strspn(p, BLANKS);
        if (*p != '(') {
            continue;
        }
        p += 1 + strspn(p + 1, BLANKS);
        const char *end = *p == '\'' || *p == '"' ? strchr(p + 1, *p) : NULL;
        if (end == NULL || end[1 + strspn(end + 1, BLANKS)] != ')') {
            continue;
        }
        char *href = strndup(p + 1, (size_t)(end - p - 1));
        status = href != NULL ? read_named(schema, base, href, err)
                              : eg_error_set(err, EG_E_NOMEM, base, "no memory for a document");
        free(href);
        p = end;
    }
    return status;
}

/* ---- while running ------------------------------------------------------------------------ */

static const struct eg_sch_document *read_document(struct eg_schematron_state *state,
                                                   const char *name)
{
    xmlDoc *doc = NULL;
    struct eg_sch_document *bigger = NULL;
    char *kept = NULL;
    if (state->document_count == DOCUMENTS_MAX) {
        (void)eg_error_set(&state->failure, EG_E_LIMIT, state->schema->name,
                           "more than %d documents", DOCUMENTS_MAX);
        return NULL;
    }
    if (eg_xml_load(&doc, state->schema->loader, name, &state->failure) != EG_OK) {
        return NULL;
    }
    if (state->documents == NULL) {
        state->documents = calloc(DOCUMENTS_MAX, sizeof *state->documents);
    }
    bigger = state->documents;
    kept = bigger != NULL ? strdup(name) : NULL;
    if (kept == NULL) {
        xmlFreeDoc(doc);
        return NULL;
    }
    (void)xmlXPathOrderDocElems(doc);
    unsigned long limit = eg_xpath_limit(doc, EG_XPATH_OPERATIONS_MAX);
    state->context->opLimit = limit < state->context->opLimit ? limit : state->context->opLimit;
    bigger += state->document_count++;
    *bigger = (struct eg_sch_document){kept, doc};
    return bigger;
}

const struct eg_sch_document *eg_sch_document(struct eg_schematron_state *state, const char *href)
{
    const struct eg_schematron *schema = state->schema;
    char name[256] = "";
    const char *base = state->base != NULL ? state->base : schema->name;
    if (!eg_xml_resolve(name, sizeof name, base, href)) {
        (void)eg_error_set(&state->failure, EG_E_DENIED, base,
                           "document('%.100s') names no file of the package", href);
        return NULL;
    }
    const struct eg_sch_document *found = find(schema->documents, schema->document_count, name);
    if (found == NULL) {
        found = find(state->documents, state->document_count, name);
    }
    return found != NULL ? found : read_document(state, name);
}
