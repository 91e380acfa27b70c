/*
 * Running a schema over a document: patterns in order, their nodes in document order, checks in
 * order. What is found becomes a finding (and SVRL, if wanted) with the values that fill the holes
 * of its texts. Nothing is compiled here, and the document is not changed.
 */
#include "assess/functions.h"
#include "assess/numbers.h"
#include "assess/quick.h"
#include "assess/schematron_model.h"
#include "base/limits.h"

#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCATION_MAX (64 * EG_KIB)

struct run {
    struct eg_schematron *schema;
    const struct eg_schematron_job *job;
    struct eg_findings *findings;
    struct eg_error *err;
    struct eg_flat *flat; /* of the document that the pattern in hand looks at */
    bool fatal;
};

static enum eg_status failed(struct run *run, const char *what)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    (void)snprintf(where, sizeof(where), "%.60s: %.30s", run->schema->name, what);
    return eg_sch_failure(run->schema, where, run->err);
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
        while (k < run->schema->param_count &&
               strcmp(run->schema->params[k].name, run->job->params[i].name) != 0) {
            k++;
        }
        if (k == run->schema->param_count) {
            return eg_error_set(run->err, EG_E_USAGE, run->schema->name,
                                "there is no parameter '%.60s'", run->job->params[i].name);
        }
    }
    return EG_OK;
}

static enum eg_status push_params(struct run *run)
{
    enum eg_status status = check_params(run);
    for (size_t i = 0; i < run->schema->param_count && status == EG_OK; i++) {
        const struct eg_schematron_param *param = &run->schema->params[i];
        const char *value = param->value;
        xmlNode *node = NULL;
        for (size_t k = 0; k < run->job->param_count; k++) {
            if (strcmp(run->job->params[k].name, param->name) == 0) {
                value = run->job->params[k].value;
                node = run->job->params[k].node;
            }
        }
        xmlXPathObject *object = node != NULL ? xmlXPathNewNodeSet(node) : parameter(value);
        if (object == NULL || !eg_sch_variable_push(run->schema, param->name, object)) {
            status = eg_error_set(run->err, EG_E_NOMEM, param->name, "no memory for a parameter");
        }
    }
    return status;
}

static enum eg_status push_lets(struct run *run, const struct eg_sch_lets *lets, xmlNode *node)
{
    for (size_t i = 0; i < lets->count; i++) {
        xmlXPathObject *value = eg_sch_eval(run->schema, lets->list[i].value, node);
        if (value == NULL) {
            return failed(run, lets->list[i].name);
        }
        if (!eg_sch_variable_push(run->schema, lets->list[i].name, value)) {
            return eg_error_set(run->err, EG_E_NOMEM, lets->list[i].name, "no memory");
        }
    }
    return EG_OK;
}

/* ---- values of holes ---------------------------------------------------------------------- */

static char *object_text(xmlXPathObject *value)
{
    if (value->type == XPATH_NUMBER) {
        char text[EG_NUMBER_TEXT_MAX] = "";
        eg_number_text(text, value->floatval);
        return strdup(text);
    }
    xmlChar *text = xmlXPathCastToString(value);
    char *copy = text != NULL ? strdup((const char *)text) : NULL;
    xmlFree(text);
    return copy;
}

static char *node_name(const xmlNode *node)
{
    if (node == NULL || (node->type != XML_ELEMENT_NODE && node->type != XML_ATTRIBUTE_NODE)) {
        return strdup("");
    }
    if (node->ns == NULL || node->ns->prefix == NULL) {
        return strdup((const char *)node->name);
    }
    char *name = NULL;
    return asprintf(&name, "%s:%s", (const char *)node->ns->prefix, (const char *)node->name) >= 0
               ? name
               : NULL;
}

static enum eg_status fill_hole(char **out, struct run *run, const struct eg_sch_piece *piece,
                                xmlNode *node)
{
    char *text = NULL;
    if (piece->select == NULL) {
        text = node_name(node);
    } else {
        xmlXPathObject *value = eg_sch_eval(run->schema, piece->select, node);
        if (value == NULL) {
            return failed(run, piece->source);
        }
        if (piece->is_name && value->type == XPATH_NODESET) {
            xmlNodeSet *set = value->nodesetval;
            xmlXPathNodeSetSort(set);
            text = node_name(set != NULL && set->nodeNr > 0 ? set->nodeTab[0] : NULL);
        } else {
            text = object_text(value);
        }
        xmlXPathFreeObject(value);
    }
    if (text == NULL) {
        return eg_error_set(run->err, EG_E_NOMEM, run->schema->name, "no memory for a value");
    }
    *out = text;
    return EG_OK;
}

static enum eg_status fill_holes(char **values, size_t *at, struct run *run,
                                 const struct eg_sch_text *text, xmlNode *node)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < text->count && status == EG_OK; i++) {
        if (text->pieces[i].text == NULL) {
            status = fill_hole(&values[(*at)++], run, &text->pieces[i], node);
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
    xmlXPathObject *value = eg_sch_eval(run->schema, check->subject, node);
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

static enum eg_status add_finding(struct run *run, const struct eg_sch_check *check, xmlNode *node,
                                  const char *location, char *const *values, size_t count)
{
    struct eg_finding *finding = NULL;
    /* An attribute has no line of its own. */
    const xmlNode *lined = node->type == XML_ATTRIBUTE_NODE ? node->parent : node;
    enum eg_status status =
        eg_findings_add(run->findings, check->severity, check->id, run->job->step, location,
                        eg_xml_line(lined), &finding, run->err);
    for (size_t i = 0; i < count && status == EG_OK; i++) {
        char name[24] = "";
        (void)snprintf(name, sizeof(name), "v%zu", i + 1);
        status = eg_finding_value(finding, name, values[i], run->err);
    }
    return status;
}

static enum eg_status found(struct run *run, const struct eg_sch_check *check, xmlNode *node)
{
    run->fatal = run->fatal || check->severity == EG_SEVERITY_FATAL;
    if (run->findings->count >= EG_FINDINGS_COUNT_MAX && run->job->svrl == NULL) {
        return eg_findings_add(run->findings, check->severity, check->id, run->job->step, NULL, 0,
                               NULL, run->err);
    }
    size_t holes = hole_count(check);
    size_t at = 0;
    struct eg_buf location = {0};
    eg_buf_init(&location, LOCATION_MAX);
    xmlNode *subject = NULL;
    char **values = calloc(holes + 1, sizeof(*values));
    enum eg_status status =
        values != NULL ? subject_of(&subject, run, check, node)
                       : eg_error_set(run->err, EG_E_NOMEM, check->id, "no memory for values");
    if (status == EG_OK) {
        status = fill_holes(values, &at, run, &check->content, node);
    }
    for (size_t i = 0; i < check->diagnostic_count && status == EG_OK; i++) {
        status = fill_holes(values, &at, run, &check->diagnostics[i], node);
    }
    if (status == EG_OK) {
        eg_xml_location(&location, subject, run->schema->ns, run->schema->ns_count);
        status = eg_buf_ok(&location, check->id, run->err);
    }
    if (status == EG_OK) {
        const char *place = (const char *)location.data;
        eg_svrl_check(run->job->svrl, check, place, values);
        status = add_finding(run, check, subject, place, values, holes);
    }
    for (size_t i = 0; i < holes && values != NULL; i++) {
        free(values[i]);
    }
    free(values);
    eg_buf_done(&location);
    return status;
}

/* ---- rules and patterns ------------------------------------------------------------------- */

static int test(struct run *run, const struct eg_sch_check *check, xmlNode *node, uint32_t place)
{
    struct eg_schematron *schema = run->schema;
    int answer = check->quick != NULL ? eg_quick_test(check->quick, schema, run->flat, place) : -1;
    if (answer >= 0) {
        return answer;
    }
    schema->context->node = node;
    schema->context->contextSize = 1;
    schema->context->proximityPosition = 1;
    return xmlXPathCompiledEvalToBoolean(check->test, schema->context);
}

static enum eg_status fire(struct run *run, const struct eg_sch_hit *hit)
{
    const struct eg_sch_rule *rule = hit->rule;
    xmlNode *node = hit->node;
    struct eg_schematron *schema = run->schema;
    size_t outer = schema->variable_count;
    schema->current = node;
    eg_svrl_rule(run->job->svrl, rule);
    enum eg_status status = push_lets(run, &rule->lets, node);
    for (size_t i = 0; i < rule->check_count && status == EG_OK && !run->fatal; i++) {
        const struct eg_sch_check *check = &rule->checks[i];
        int answer = test(run, check, node, hit->place);
        if (answer < 0) {
            status = failed(run, check->id);
        } else if ((answer != 0) == check->is_report) {
            status = found(run, check, node);
        }
    }
    eg_sch_variables_cut(schema, outer);
    return status;
}

static enum eg_status run_pattern(struct run *run, struct eg_sch_index *index,
                                  const struct eg_sch_pattern *pattern)
{
    struct eg_schematron *schema = run->schema;
    struct eg_sch_hit *hits = NULL;
    size_t count = 0;
    size_t outer = schema->variable_count;
    run->flat = eg_sch_index_flat(index);
    eg_svrl_pattern(run->job->svrl, pattern);
    schema->current = (xmlNode *)run->job->doc;
    enum eg_status status = push_lets(run, &pattern->lets, schema->current);
    if (status == EG_OK) {
        status = eg_sch_index_hits(&hits, &count, index, schema, pattern, run->err);
    }
    for (size_t i = 0; i < count && status == EG_OK && !run->fatal; i++) {
        status = fire(run, &hits[i]);
    }
    free(hits);
    eg_sch_variables_cut(schema, outer);
    return status;
}

static enum eg_status run_all(struct run *run)
{
    struct eg_schematron *schema = run->schema;
    struct eg_sch_index *index = NULL;
    enum eg_status status = push_params(run);
    schema->current = (xmlNode *)run->job->doc;
    if (status == EG_OK) {
        status = eg_sch_index_new(&index, schema, run->job->doc, run->err);
    }
    if (status == EG_OK) {
        status = push_lets(run, &schema->lets, schema->current);
    }
    for (size_t i = 0; i < schema->pattern_count && status == EG_OK && !run->fatal; i++) {
        if (schema->patterns[i].active) {
            status = run_pattern(run, index, &schema->patterns[i]);
        }
    }
    eg_sch_index_free(&index);
    return status;
}

enum eg_status eg_schematron_run(bool *fatal, struct eg_schematron *schema,
                                 const struct eg_schematron_job *job, struct eg_findings *findings,
                                 struct eg_error *err)
{
    struct run run = {.schema = schema, .job = job, .findings = findings, .err = err};
    struct eg_xml_scope scope;
    eg_xml_scope_begin(&scope, schema->loader);
    eg_functions_begin(EG_XPATH_OCTETS_MAX);
    schema->failure = (struct eg_error){0};
    schema->context->doc = job->doc;
    schema->context->opCount = 0;
    xmlResetError(&schema->context->lastError);
    eg_svrl_begin(job->svrl, schema);
    enum eg_status status = run_all(&run);
    eg_svrl_end(job->svrl);
    eg_sch_variables_cut(schema, 0);
    eg_sch_keys_done(schema);
    schema->context->doc = NULL;
    schema->context->node = NULL;
    schema->current = NULL;
    (void)eg_functions_end();
    eg_xml_scope_end(&scope);
    if (status == EG_OK && job->svrl != NULL) {
        status = eg_buf_ok(job->svrl, "svrl", err);
    }
    if (status == EG_OK) {
        *fatal = run.fatal;
    }
    return status;
}
