/*
 * Running a schema over a document: patterns in order, their nodes in document order, checks in
 * order. What is found becomes a finding (and SVRL, if wanted) with the values that fill the holes
 * of its texts. Nothing is compiled here, and the document is not changed.
 */
#include "assess/number/numbers.h"
#include "assess/schematron/quick.h"
#include "assess/schematron/schematron_model.h"
#include "assess/xml/memory.h"
#include "assess/xpath/functions.h"
#include "assess/xpath/xpath_functions.h"
#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCATION_MAX (64 * EG_KIB)

struct run {
    struct eg_schematron_state *state;
    const struct eg_schematron_job *job;
    struct eg_findings *findings;
    struct eg_error *err;
    /* of the document that the pattern in hand looks at */
    struct eg_flat *flat;
    bool fatal;
    /* file in which a pattern is sought; NULL: the job's document */
    const char *document;
};

static enum eg_status failed(struct run *run, const char *what)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    (void)snprintf(where, sizeof where, "%.60s: %.30s", run->state->schema->name, what);
    return eg_sch_failure(run->state, where, run->err);
}

/* ---- variables ---------------------------------------------------------------------------- */

static xmlXPathObject *parameter(const char *value)
{
    double x = 0;
    return eg_number_read(eg_bytes_of(value), &x) ? xmlXPathNewFloat(x) : xmlXPathNewCString(value);
}

static enum eg_status check_params(const struct run *run)
{
    for (size_t i = 0; i < run->job->param_count; i++) {
        size_t k = 0;
        while (k < run->state->schema->param_count &&
               strcmp(run->state->schema->params[k].name, run->job->params[i].name) != 0) {
            k++;
        }
        if (k == run->state->schema->param_count) {
            return eg_error_set(run->err, EG_E_USAGE, run->state->schema->name,
                                "there is no parameter '%.60s'", run->job->params[i].name);
        }
    }
    return EG_OK;
}

static enum eg_status push_params(struct run *run)
{
    enum eg_status status = check_params(run);
    for (size_t i = 0; i < run->state->schema->param_count && status == EG_OK; i++) {
        const struct eg_schematron_param *param = &run->state->schema->params[i];
        const char *value = param->value;
        xmlNode *node = NULL;
        for (size_t k = 0; k < run->job->param_count; k++) {
            if (strcmp(run->job->params[k].name, param->name) == 0) {
                value = run->job->params[k].value;
                node = run->job->params[k].node;
            }
        }
        xmlXPathObject *object = node != NULL ? xmlXPathNewNodeSet(node) : parameter(value);
        if (object == NULL || !eg_sch_variable_push(run->state, param->name, object)) {
            status = eg_error_set(run->err, EG_E_NOMEM, param->name, "no memory for a parameter");
        }
    }
    return status;
}

static enum eg_status push_let(struct run *run, const struct eg_sch_let *let, xmlNode *node)
{
    run->state->base = let->base;
    xmlXPathObject *value = let->content != NULL ? xmlXPathNewNodeSet((xmlNode *)let->content)
                                                 : eg_sch_eval(run->state, let->value, node);
    if (value == NULL) {
        return failed(run, let->name);
    }
    return eg_sch_variable_push(run->state, let->name, value)
               ? EG_OK
               : eg_error_set(run->err, EG_E_NOMEM, let->name, "no memory for a variable");
}

static enum eg_status push_lets(struct run *run, const struct eg_sch_lets *lets, xmlNode *node)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < lets->count && status == EG_OK; i++) {
        if (!lets->list[i].given) {
            status = push_let(run, &lets->list[i], node);
        }
    }
    return status;
}

/* ---- values of holes ---------------------------------------------------------------------- */

static enum eg_status fill_holes(char **values, size_t *at, struct run *run,
                                 const struct eg_sch_text *text, xmlNode *node)
{
    enum eg_status status = EG_OK;
    run->state->base = text->base;
    for (size_t i = 0; i < text->count && status == EG_OK; i++) {
        if (eg_sch_is_hole(&text->pieces[i])) {
            status = eg_sch_value(&values[(*at)++], run->state, &text->pieces[i], node, run->err);
        }
    }
    return status;
}

static size_t hole_count(const struct eg_sch_check *check)
{
    size_t holes = check->content.holes;
    for (size_t i = 0; i < check->diagnostic_count; i++) {
        holes += check->diagnostics[i].holes;
    }
    return holes;
}

/* ---- findings ----------------------------------------------------------------------------- */

static enum eg_status subject_of(xmlNode **out, struct run *run, const struct eg_sch_check *check,
                                 xmlNode *node)
{
    *out = node;
    if (check->subject == NULL) {
        return EG_OK;
    }
    run->state->base = check->base;
    xmlXPathObject *value = eg_sch_eval(run->state, check->subject, node);
    if (value == NULL) {
        return failed(run, check->id);
    }
    if (value->type == XPATH_NODESET && value->nodesetval != NULL &&
        value->nodesetval->nodeNr > 0) {
        xmlXPathNodeSetSort(value->nodesetval);
        *out = value->nodesetval->nodeTab[0];
    }
    xmlXPathFreeObject(value);
    return EG_OK;
}

/* What one finding needs while it is made. */
struct making {
    struct eg_buf location;
    char **values;
    size_t value_count;
    xmlDoc **properties;
    size_t property_count;
};

static bool making_init(struct making *making, const struct eg_sch_check *check)
{
    *making =
        (struct making){.value_count = hole_count(check), .property_count = check->property_count};
    eg_buf_init(&making->location, LOCATION_MAX);
    making->values = calloc(making->value_count + 1, sizeof *making->values);
    making->properties = calloc(making->property_count + 1, sizeof(xmlDoc *));
    return making->values != NULL && making->properties != NULL;
}

static void making_done(struct making *making)
{
    for (size_t i = 0; making->values != NULL && i < making->value_count; i++) {
        free(making->values[i]);
    }
    for (size_t i = 0; making->properties != NULL && i < making->property_count; i++) {
        xmlFreeDoc(making->properties[i]);
    }
    free(making->values);
    free(making->properties);
    eg_buf_done(&making->location);
}

static enum eg_status make_texts(struct making *making, struct run *run,
                                 const struct eg_sch_check *check, xmlNode *node)
{
    size_t at = 0;
    enum eg_status status = fill_holes(making->values, &at, run, &check->content, node);
    for (size_t i = 0; i < check->diagnostic_count && status == EG_OK; i++) {
        status = fill_holes(making->values, &at, run, &check->diagnostics[i], node);
    }
    for (size_t i = 0; i < check->property_count && status == EG_OK; i++) {
        status = eg_sch_property(&making->properties[i], run->state, &check->properties[i], node,
                                 run->err);
    }
    return status;
}

/* Where the subject is: in another document, from the name of its file on. */
static enum eg_status make_location(struct making *making, struct run *run,
                                    const struct eg_sch_check *check, const xmlNode *subject)
{
    struct eg_buf *location = &making->location;
    if (run->document != NULL) {
        eg_buf_format(location, "document('%s')", run->document);
    }
    if (run->document == NULL || subject->type != XML_DOCUMENT_NODE) {
        eg_xml_location(location, subject, run->state->schema->ns, run->state->schema->ns_count);
    }
    return eg_buf_ok(location, check->id, run->err);
}

/* Properties follow the values of the holes, under their own ids. */
static enum eg_status add_properties(struct eg_finding *finding, struct run *run,
                                     const struct eg_sch_check *check, const struct making *making)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < making->property_count && status == EG_OK; i++) {
        struct eg_buf folded = {0};
        xmlChar *text = xmlNodeGetContent(xmlDocGetRootElement(making->properties[i]));
        eg_buf_init(&folded, EG_XPATH_OCTETS_MAX);
        eg_buf_text(&folded, "");
        eg_sch_fold(&folded, text != NULL ? (const char *)text : "");
        status = eg_buf_ok(&folded, check->id, run->err);
        if (status == EG_OK) {
            status = eg_finding_value(finding, check->properties[i].id, (const char *)folded.data,
                                      run->err);
        }
        eg_buf_done(&folded);
        xmlFree(text);
    }
    return status;
}

static enum eg_status add_finding(struct run *run, const struct eg_sch_check *check,
                                  const xmlNode *node, const struct making *making)
{
    struct eg_finding *finding = NULL;
    /* An attribute has no line of its own, and those of another document would mislead. */
    const xmlNode *lined = node->type == XML_ATTRIBUTE_NODE ? node->parent : node;
    const struct eg_finding_head head = {.severity = check->severity,
                                         .rule = check->id,
                                         .step = run->job->step,
                                         .location = (const char *)making->location.data,
                                         .line = run->document == NULL ? eg_xml_line(lined) : 0};
    enum eg_status status = eg_findings_add(run->findings, &head, &finding, run->err);
    for (size_t i = 0; i < making->value_count && status == EG_OK; i++) {
        char name[24] = "";
        (void)snprintf(name, sizeof name, "v%zu", i + 1);
        status = eg_finding_value(finding, name, making->values[i], run->err);
    }
    return status == EG_OK ? add_properties(finding, run, check, making) : status;
}

static enum eg_status found(struct run *run, const struct eg_sch_check *check, xmlNode *node)
{
    run->fatal = run->fatal || check->severity == EG_SEVERITY_FATAL;
    if (run->findings->count >= EG_FINDINGS_COUNT_MAX && run->job->svrl == NULL) {
        const struct eg_finding_head head = {
            .severity = check->severity, .rule = check->id, .step = run->job->step};
        return eg_findings_add(run->findings, &head, NULL, run->err);
    }
    struct making making;
    xmlNode *subject = NULL;
    enum eg_status status =
        making_init(&making, check)
            ? subject_of(&subject, run, check, node)
            : eg_error_set(run->err, EG_E_NOMEM, check->id, "no memory for values");
    if (status == EG_OK) {
        status = make_texts(&making, run, check, node);
    }
    if (status == EG_OK) {
        status = make_location(&making, run, check, subject);
    }
    if (status == EG_OK) {
        eg_svrl_check(run->job->svrl, check, (const char *)making.location.data, making.values,
                      making.properties);
        status = add_finding(run, check, subject, &making);
    }
    making_done(&making);
    return status;
}

/* ---- rules and patterns ------------------------------------------------------------------- */

static int test(struct run *run, const struct eg_sch_check *check, xmlNode *node, uint32_t place)
{
    struct eg_schematron_state *state = run->state;
    int answer = check->quick != NULL && !run->job->by_xpath
                     ? eg_quick_test(check->quick, state, run->flat, place)
                     : -1;
    if (answer >= 0) {
        return answer;
    }
    return eg_sch_eval_truth(state, check->test, node);
}

static enum eg_status fire(struct run *run, const struct eg_sch_hit *hit)
{
    const struct eg_sch_rule *rule = hit->rule;
    xmlNode *node = hit->node;
    struct eg_schematron_state *state = run->state;
    size_t outer = state->variable_count;
    state->current = node;
    eg_svrl_rule(run->job->svrl, rule, run->document != NULL ? run->document : run->job->document);
    enum eg_status status = push_lets(run, &rule->lets, node);
    for (size_t i = 0; i < rule->check_count && status == EG_OK && !run->fatal; i++) {
        const struct eg_sch_check *check = &rule->checks[i];
        state->base = check->base;
        int answer = test(run, check, node, hit->place);
        if (answer < 0) {
            status = failed(run, check->id);
        } else if ((answer != 0) == check->is_report) {
            status = found(run, check, node);
        }
    }
    eg_sch_variables_cut(state, outer);
    return status;
}

/* A pattern over the document in hand. */
static enum eg_status run_pattern(struct run *run, struct eg_sch_index *index,
                                  const struct eg_sch_pattern *pattern)
{
    struct eg_schematron_state *state = run->state;
    struct eg_sch_hit *hits = NULL;
    size_t count = 0;
    size_t outer = state->variable_count;
    run->flat = eg_sch_index_flat(index);
    state->current = (xmlNode *)state->context->doc;
    enum eg_status status = push_lets(run, &pattern->lets, state->current);
    if (status == EG_OK) {
        status = eg_sch_index_hits(&hits, &count, index, state, pattern, run->err);
    }
    for (size_t i = 0; i < count && status == EG_OK && !run->fatal; i++) {
        status = fire(run, &hits[i]);
    }
    free(hits);
    eg_sch_variables_cut(state, outer);
    return status;
}

/* Keys are those of the document in hand. */
static void take_in_hand(struct eg_schematron_state *state, xmlDoc *doc)
{
    eg_sch_keys_done(state);
    state->context->doc = doc;
}

static enum eg_status run_in_document(struct run *run, const struct eg_sch_pattern *pattern,
                                      const xmlChar *href)
{
    struct eg_schematron_state *state = run->state;
    struct eg_sch_index *index = NULL;
    state->base = pattern->base;
    const struct eg_sch_document *document =
        href != NULL ? eg_sch_document(state, (const char *)href) : NULL;
    if (document == NULL) {
        return failed(run, "documents");
    }
    take_in_hand(state, document->doc);
    run->document = document->name;
    enum eg_status status =
        eg_sch_index_new(&index, state, document->doc, run->job->by_xpath, run->err);
    if (status == EG_OK) {
        status = run_pattern(run, index, pattern);
    }
    eg_sch_index_free(&index);
    run->document = NULL;
    take_in_hand(state, run->job->doc);
    return status;
}

/* 5.4.9: the pattern is sought in each of the documents that its expression names. */
static enum eg_status run_in_documents(struct run *run, const struct eg_sch_pattern *pattern)
{
    struct eg_schematron_state *state = run->state;
    state->current = (xmlNode *)run->job->doc;
    state->base = pattern->base;
    xmlXPathObject *names = eg_sch_eval(state, pattern->documents, state->current);
    if (names == NULL) {
        return failed(run, "documents");
    }
    enum eg_status status = EG_OK;
    if (names->type == XPATH_NODESET) {
        xmlXPathNodeSetSort(names->nodesetval);
        for (int i = 0; names->nodesetval != NULL && i < names->nodesetval->nodeNr &&
                        status == EG_OK && !run->fatal;
             i++) {
            xmlChar *href = xmlXPathCastNodeToString(names->nodesetval->nodeTab[i]);
            status = run_in_document(run, pattern, href);
            xmlFree(href);
        }
    } else {
        xmlChar *href = xmlXPathCastToString(names);
        status = run_in_document(run, pattern, href);
        xmlFree(href);
    }
    xmlXPathFreeObject(names);
    return status;
}

static enum eg_status run_all(struct run *run)
{
    struct eg_schematron_state *state = run->state;
    struct eg_sch_index *index = NULL;
    enum eg_status status = push_params(run);
    state->current = (xmlNode *)run->job->doc;
    if (status == EG_OK) {
        status = eg_sch_index_new(&index, state, run->job->doc, run->job->by_xpath, run->err);
    }
    if (status == EG_OK) {
        const struct eg_flat *flat = eg_sch_index_flat(index);
        eg_functions_allow(((size_t)flat->element_count + flat->attribute_count) *
                           EG_XPATH_OCTETS_PER_NODE);
    }
    if (status == EG_OK) {
        status = push_lets(run, &state->schema->lets, state->current);
    }
    if (status == EG_OK) {
        status = push_lets(run, &state->schema->phase_lets, state->current);
    }
    for (size_t i = 0; i < state->schema->pattern_count && status == EG_OK && !run->fatal; i++) {
        const struct eg_sch_pattern *pattern = &state->schema->patterns[i];
        if (pattern->active) {
            eg_svrl_pattern(run->job->svrl, pattern, run->job->document);
            status = pattern->documents != NULL ? run_in_documents(run, pattern)
                                                : run_pattern(run, index, pattern);
        }
    }
    eg_sch_index_free(&index);
    return status;
}

/* In the middle of an allocation: the next operation is one too many. */
static void stop(void *payload)
{
    xmlXPathContext *context = payload;
    context->opLimit = EG_SCH_STOPPED;
}

/* Every document that an expression can reach counts. */
static unsigned long limit_of(const struct eg_schematron_state *state, const xmlDoc *doc)
{
    const struct eg_schematron *schema = state->schema;
    size_t named = schema->document_count;
    size_t asked = named + state->document_count;
    unsigned long least = eg_xpath_limit(doc, EG_XPATH_OPERATIONS_MAX);
    for (size_t i = 0; i < asked + schema->content_count; i++) {
        const xmlDoc *other = i < named   ? schema->documents[i].doc
                              : i < asked ? state->documents[i - named].doc
                                          : schema->contents[i - asked];
        unsigned long limit = eg_xpath_limit(other, EG_XPATH_OPERATIONS_MAX);
        least = limit < least ? limit : least;
    }
    return least;
}

enum eg_status eg_schematron_run(bool *fatal, struct eg_schematron_state *state,
                                 const struct eg_schematron_job *job, struct eg_findings *findings,
                                 struct eg_error *err)
{
    struct run run = {.state = state, .job = job, .findings = findings, .err = err};
    struct eg_xml_scope scope;
    struct eg_memory_watch watch;
    eg_memory_begin(&watch, EG_XPATH_MEMORY_MAX, stop, state->context);
    eg_xml_scope_begin(&scope, state->schema->loader);
    eg_functions_begin(EG_XPATH_OCTETS_MAX);
    state->failure = (struct eg_error){0};
    state->context->doc = job->doc;
    state->context->opCount = 0;
    state->context->opLimit = limit_of(state, job->doc);
    xmlResetError(&state->context->lastError);
    eg_svrl_begin(job->svrl, state->schema);
    enum eg_status status = run_all(&run);
    eg_svrl_end(job->svrl);
    eg_sch_variables_cut(state, 0);
    eg_sch_keys_done(state);
    state->context->doc = NULL;
    state->context->node = NULL;
    state->current = NULL;
    state->base = NULL;
    (void)eg_functions_end();
    eg_memory_end(&watch);
    eg_xml_scope_end(&scope);
    if (status == EG_OK && job->svrl != NULL) {
        status = eg_buf_ok(job->svrl, "svrl", err);
    }
    if (status == EG_OK) {
        *fatal = run.fatal;
    }
    return status;
}
