/*
 * Why this file exists: one place that knows in which order a package's parts judge a report, and
 * what each answer means. Whatever can be doubted has been refused by compile; at run time there
 * are verdicts about the report, and errors that are ours.
 *
 *   schema on the report     violations are findings; nothing after it runs
 *   schema on a result       a violation is the package's fault, never the report's
 *   checks                   findings; a fatal one stops the run
 *   transform                not run once the report has errors: it is rejected already; steps on a
 *                            result that was not made are passed over
 */
#include "assess/engine.h"

#include "assess/assessment.h"
#include "assess/document.h"
#include "assess/functions.h"
#include "assess/memory.h"
#include "assess/package_xml.h"
#include "assess/parameters.h"
#include "assess/reading.h"
#include "assess/schema.h"
#include "assess/schematron.h"
#include "assess/transform.h"
#include "base/clock.h"
#include "base/limits.h"

#include <emgate/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct step {
    const struct eg_step *plan;
    struct eg_schema *schema;
    struct eg_schematron *checks;
    struct eg_transform *transform;
    struct eg_assessment *assessment;
};

/* A parameter as checks see it: $name, or $name.component for a row. */
struct variable {
    char *name;
    const char *parameter, *component;
};

struct eg_rules {
    const struct eg_package *package;
    struct eg_loader loader;
    struct eg_reader *reader;
    struct eg_xml_ns *ns;
    struct step *steps;
    size_t step_count;
    struct variable *variables;
    struct eg_schematron_param *params; /* one for each variable, filled for each run */
    size_t variable_count;
    struct eg_parameter_rules *parameter_rules;
    /* Parameters without any entry of a directory, if the package needs none: made once. */
    struct eg_parameter_values values;
    xmlDoc *parameters;
    struct eg_buf parameters_text;
    struct eg_buf *svrl; /* one for each step; NULL: none asked for */
    bool explain;        /* results of assessments show every column */
    int64_t *step_ns;    /* CPU of each step is added; NULL: not measured */
    bool by_xpath;
};

enum eg_status eg_engine_init(struct eg_error *err)
{
    enum eg_status status = eg_memory_init(err);

    if (status == EG_OK) {
        status = eg_xml_init(err);
    }
    return status == EG_OK ? eg_transform_init(err) : status;
}

void eg_engine_done(void)
{
    eg_transform_done();
    eg_xml_done();
}

/* ---- compiling ---------------------------------------------------------------------------- */

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, "rules", "memory ran out");
}

/* What the libraries made of a package or report counts only if they got all memory they asked for.
 *   refused   how many allocations had failed before */
static enum eg_status in_memory(enum eg_status status, unsigned long refused, struct eg_error *err)
{
    return eg_memory_refused() == refused ? status : no_memory(err);
}

static struct eg_bytes find_file(void *payload, const char *name)
{
    return eg_package_file(payload, name);
}

/* Component as a part of a variable's name. */
static bool is_name_part(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *text) ==
            NULL) {
            return false;
        }
    }
    return true;
}

static enum eg_status add_variable(struct eg_rules *rules, const char *parameter,
                                   const char *component, struct eg_error *err)
{
    char name[2 * EG_ID_MAX + 2] = "";

    if (component != NULL && !is_name_part(component)) {
        return EG_OK; /* transforms see it in $parameters */
    }
    (void)snprintf(name, sizeof(name), "%s%s%s", parameter, component != NULL ? "." : "",
                   component != NULL ? component : "");
    struct variable *variable = &rules->variables[rules->variable_count];
    variable->name = strdup(name);
    if (variable->name == NULL) {
        return no_memory(err);
    }
    variable->parameter = parameter;
    variable->component = component;
    rules->params[rules->variable_count++] = (struct eg_schematron_param){variable->name, "", NULL};
    return EG_OK;
}

static enum eg_status make_variables(struct eg_rules *rules, struct eg_error *err)
{
    const struct eg_package *package = rules->package;
    const char *const *components = NULL;
    size_t count = 2;

    for (size_t i = 0; i < package->parameter_count; i++) {
        count +=
            eg_parameter_components(&components, rules->parameter_rules, &package->parameters[i]);
    }
    rules->variables = calloc(count, sizeof(*rules->variables));
    rules->params = calloc(count, sizeof(*rules->params));
    if (rules->variables == NULL || rules->params == NULL) {
        return no_memory(err);
    }
    enum eg_status status =
        add_variable(rules, EG_PARAMETERS_NAME, NULL, err); /* first: the node-set */
    for (size_t i = 0; status == EG_OK && i < package->parameter_count; i++) {
        const struct eg_parameter *parameter = &package->parameters[i];
        count = eg_parameter_components(&components, rules->parameter_rules, parameter);
        for (size_t c = 0; status == EG_OK && c < count; c++) {
            status = add_variable(rules, parameter->name, components[c], err);
        }
    }
    return status;
}

static enum eg_status make_parameters(struct eg_rules *rules, struct eg_error *err)
{
    eg_buf_init(&rules->parameters_text, EG_FINDINGS_MAX);
    if (rules->package->setting_count > 0) {
        return EG_OK; /* no plant, no values */
    }
    enum eg_status status =
        eg_parameters_choose(&rules->values, rules->parameter_rules, NULL, "", "", err);
    if (status == EG_OK) {
        status = eg_parameters_document(&rules->parameters, &rules->values, rules->package, err);
    }
    if (status == EG_OK && rules->values.count > 0) {
        status = eg_parameters_text(&rules->parameters_text, &rules->values, err);
    }
    return status;
}

static enum eg_status compile_step(struct step *out, struct eg_rules *rules,
                                   const struct eg_step *plan, struct eg_error *err)
{
    const struct eg_schematron_options options = {.phase = plan->phase,
                                                  .strict = true,
                                                  .params = rules->params,
                                                  .param_count = rules->variable_count};

    out->plan = plan;
    switch (plan->kind) {
    case EG_STEP_SCHEMA:
        return eg_schema_compile(&out->schema, &rules->loader, plan->file, err);
    case EG_STEP_CHECKS:
        return eg_schematron_compile(&out->checks, &rules->loader, plan->file, &options, err);
    case EG_STEP_TRANSFORM:
        return eg_transform_compile(&out->transform, &rules->loader, plan->file, rules->package,
                                    err);
    case EG_STEP_ASSESSMENT:
        return eg_assessment_compile(&out->assessment, &rules->loader, rules->package, plan->file,
                                     plan->result, err);
    default:
        return eg_error_set(err, EG_E_INTERNAL, plan->file, "no such kind of step");
    }
}

static enum eg_status compile(struct eg_rules *rules, struct eg_error *err)
{
    const struct eg_package *package = rules->package;

    rules->steps = calloc(package->step_count + 1, sizeof(*rules->steps));
    rules->ns = calloc(package->namespace_count + 1, sizeof(*rules->ns));
    if (rules->steps == NULL || rules->ns == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < package->namespace_count; i++) {
        rules->ns[i] =
            (struct eg_xml_ns){package->namespaces[i].prefix, package->namespaces[i].uri};
    }
    enum eg_status status = eg_reader_new(&rules->reader, package, err);
    if (status == EG_OK) {
        status = eg_parameter_rules_compile(&rules->parameter_rules, package, err);
    }
    if (status == EG_OK) {
        status = make_variables(rules, err);
    }
    if (status == EG_OK) {
        status = make_parameters(rules, err);
    }
    while (status == EG_OK && rules->step_count < package->step_count) {
        size_t i = rules->step_count++;
        status = compile_step(&rules->steps[i], rules, &package->steps[i], err);
    }
    return status;
}

enum eg_status eg_rules_compile(struct eg_rules **out, const struct eg_package *package,
                                struct eg_error *err)
{
    struct eg_rules *rules = calloc(1, sizeof(*rules));

    if (rules == NULL) {
        return no_memory(err);
    }
    rules->package = package;
    rules->loader = (struct eg_loader){(void *)package, find_file};
    unsigned long refused = eg_memory_refused();
    enum eg_status status = in_memory(compile(rules, err), refused, err);
    if (status == EG_OK) {
        *out = rules;
        rules = NULL;
    }
    eg_rules_free(&rules);
    return status;
}

void eg_rules_free(struct eg_rules **rules)
{
    struct eg_rules *r = *rules;

    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->step_count; i++) {
        eg_schema_free(&r->steps[i].schema);
        eg_schematron_free(&r->steps[i].checks);
        eg_transform_free(&r->steps[i].transform);
        eg_assessment_free(&r->steps[i].assessment);
    }
    for (size_t i = 0; i < r->variable_count; i++) {
        free(r->variables[i].name);
    }
    eg_reader_free(&r->reader);
    eg_parameters_done(&r->values);
    eg_parameter_rules_free(&r->parameter_rules);
    xmlFreeDoc(r->parameters);
    eg_buf_done(&r->parameters_text);
    free(r->variables);
    free(r->params);
    free(r->steps);
    free(r->ns);
    free(r);
    *rules = NULL;
}

const struct eg_package *eg_rules_package(const struct eg_rules *rules)
{
    return rules->package;
}

void eg_rules_svrl(struct eg_rules *rules, struct eg_buf *bufs)
{
    rules->svrl = bufs;
}

void eg_rules_explain(struct eg_rules *rules, bool explain)
{
    rules->explain = explain;
}

void eg_rules_clock(struct eg_rules *rules, int64_t *step_ns)
{
    rules->step_ns = step_ns;
}

void eg_rules_by_xpath(struct eg_rules *rules, bool by_xpath)
{
    rules->by_xpath = by_xpath;
}

enum eg_status eg_rules_sheet(struct eg_buf *out, struct eg_rules *rules, size_t step,
                              struct eg_error *err)
{
    if (step >= rules->step_count || rules->steps[step].checks == NULL) {
        return eg_error_set(err, EG_E_USAGE, rules->package->ref.id, "step %zu has no checks",
                            step + 1);
    }
    for (size_t i = 1; i < rules->variable_count; i++) {
        const struct variable *variable = &rules->variables[i];
        rules->params[i].value =
            eg_parameters_value(&rules->values, variable->parameter, variable->component);
    }
    return eg_schematron_sheet(out, rules->steps[step].checks, rules->params + 1,
                               rules->variable_count - 1, err);
}

enum eg_status eg_rules_read(struct eg_reading *out, bool *readable, struct eg_findings *findings,
                             struct eg_rules *rules, struct eg_document *document,
                             struct eg_error *err)
{
    unsigned long refused = eg_memory_refused();

    return in_memory(eg_reader_read(out, readable, findings, rules->reader, document->doc, err),
                     refused, err);
}

/* ---- running ------------------------------------------------------------------------------ */

/* What is on its way while one report is judged. */
struct run {
    struct eg_rules *rules;
    struct eg_outcome *outcome;
    xmlDoc *report;
    xmlDoc **docs;                  /* result of each step, NULL: none */
    struct eg_parameter_values own; /* of this plant, if a permit sets any */
    xmlDoc *own_parameters;         /* their document */
    const struct eg_parameter_values *values;
    xmlDoc *parameters;
    const struct eg_plant *plant;
    const struct eg_reading *reading;
    const struct eg_facts *known;
    bool stopped;
};

/* The values are this plant's own: the package asks for settings, or the directory has entries. */
static bool has_own(const struct eg_package *package, const struct eg_plant *plant)
{
    if (package->setting_count > 0) {
        return true;
    }
    for (size_t i = 0; plant != NULL && i < plant->parameter_count; i++) {
        if (strcmp(plant->parameters[i].package, package->ref.id) == 0) {
            return true;
        }
    }
    for (size_t i = 0; plant != NULL && i < plant->setting_count; i++) {
        if (strcmp(plant->settings[i].package, package->ref.id) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status choose_parameters(struct run *run, const struct eg_plant *plant,
                                        const struct eg_reading *reading, struct eg_error *err)
{
    struct eg_rules *rules = run->rules;
    enum eg_status status = EG_OK;

    run->values = &rules->values;
    run->parameters = rules->parameters;
    if (!has_own(rules->package, plant)) {
        eg_buf_bytes(&run->outcome->parameters, eg_bytes_view(&rules->parameters_text));
    } else {
        status = eg_parameters_choose(&run->own, rules->parameter_rules, plant, reading->from,
                                      reading->until, err);
        if (status == EG_OK) {
            status = eg_parameters_document(&run->own_parameters, &run->own, rules->package, err);
        }
        if (status == EG_OK) {
            status = eg_parameters_text(&run->outcome->parameters, &run->own, err);
        }
        run->values = &run->own;
        run->parameters = run->own_parameters;
    }
    rules->params[0].node = xmlDocGetRootElement(run->parameters);
    for (size_t i = 1; status == EG_OK && i < rules->variable_count; i++) {
        const struct variable *variable = &rules->variables[i];
        const char *value =
            eg_parameters_value(run->values, variable->parameter, variable->component);
        rules->params[i].value = value != NULL ? value : "";
    }
    return status == EG_OK ? eg_buf_ok(&run->outcome->parameters, "parameters", err) : status;
}

/* The document that a step works on; NULL: the result was not made. */
static xmlDoc *subject(const struct run *run, const struct eg_step *plan)
{
    if (plan->on == NULL) {
        return run->report;
    }
    for (size_t i = 0; i < run->rules->step_count; i++) {
        const char *made = run->rules->steps[i].plan->result;
        if (made != NULL && strcmp(made, plan->on) == 0) {
            return run->docs[i];
        }
    }
    return NULL;
}

static enum eg_status run_schema(struct run *run, size_t index, xmlDoc *doc, struct eg_error *err)
{
    const struct step *step = &run->rules->steps[index];
    struct eg_findings *findings = &run->outcome->findings;
    bool valid = false;

    if (step->plan->on == NULL) {
        enum eg_status status =
            eg_schema_validate(&valid, step->schema, doc, findings, (unsigned)index + 1,
                               run->rules->ns, run->rules->package->namespace_count, err);
        run->stopped = run->stopped || !valid;
        return status;
    }
    struct eg_findings own;
    eg_findings_init(&own);
    enum eg_status status =
        eg_schema_validate(&valid, step->schema, doc, &own, (unsigned)index + 1, NULL, 0, err);
    if (status == EG_OK && !valid) {
        const struct eg_finding *first = own.count > 0 ? &own.list[0] : NULL;
        status = eg_error_set(err, EG_E_FORMAT, step->plan->file,
                              "the package's own result %s does not fit it: %s", step->plan->on,
                              first != NULL && first->value_count > 0 ? first->values[0].text : "");
    }
    eg_findings_done(&own);
    return status;
}

static enum eg_status run_checks(struct run *run, size_t index, xmlDoc *doc, struct eg_error *err)
{
    const struct step *step = &run->rules->steps[index];
    bool fatal = false;
    const struct eg_schematron_job job = {
        .doc = doc,
        .step = (unsigned)index + 1,
        .params = run->rules->params,
        .param_count = run->rules->variable_count,
        .svrl = run->rules->svrl != NULL ? &run->rules->svrl[index] : NULL,
        .by_xpath = run->rules->by_xpath,
    };
    enum eg_status status =
        eg_schematron_run(&fatal, step->checks, &job, &run->outcome->findings, err);

    run->stopped = run->stopped || fatal;
    return status;
}

static enum eg_status run_transform(struct run *run, size_t index, xmlDoc *doc,
                                    struct eg_error *err)
{
    const struct step *step = &run->rules->steps[index];
    struct eg_outcome *outcome = run->outcome;
    const struct eg_transform_job job = {.doc = doc,
                                         .values = run->values,
                                         .parameters = run->parameters,
                                         .result_max = EG_NOTIFICATION_MAX};

    if (!eg_findings_valid(&outcome->findings)) {
        return EG_OK;
    }
    struct eg_result *result = &outcome->results[outcome->result_count++];
    eg_buf_init(&result->content, EG_NOTIFICATION_MAX);
    result->name = strdup(step->plan->result);
    if (result->name == NULL) {
        return no_memory(err);
    }
    return eg_transform_run(&run->docs[index], &result->content, step->transform, &job, err);
}

/* Something later looks into the result of this step. */
static bool is_looked_into(const struct eg_rules *rules, const char *result)
{
    for (size_t i = 0; i < rules->step_count; i++) {
        const char *on = rules->steps[i].plan->on;
        if (on != NULL && strcmp(on, result) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status run_assessment(struct run *run, size_t index, xmlDoc *doc,
                                     struct eg_error *err)
{
    const struct step *step = &run->rules->steps[index];
    struct eg_outcome *outcome = run->outcome;
    const struct eg_assessment_job job = {.doc = doc,
                                          .step = (unsigned)index + 1,
                                          .reading = run->reading,
                                          .plant = run->plant,
                                          .values = run->values,
                                          .known = run->known,
                                          .explain = run->rules->explain};
    bool made = false;

    if (!eg_findings_valid(&outcome->findings)) {
        return EG_OK;
    }
    struct eg_result *result = &outcome->results[outcome->result_count++];
    eg_buf_init(&result->content, EG_NOTIFICATION_MAX);
    result->name = strdup(step->plan->result);
    if (result->name == NULL) {
        return no_memory(err);
    }
    enum eg_status status =
        eg_assessment_run(&result->content, &made, step->assessment, &job, &outcome->findings,
                          &outcome->recalled, &outcome->remembered, err);
    if (status == EG_OK && made && is_looked_into(run->rules, step->plan->result)) {
        status = eg_xml_parse_file(&run->docs[index], eg_bytes_view(&result->content),
                                   step->plan->result, EG_NOTIFICATION_MAX, err);
    }
    return status;
}

static enum eg_status run_step(struct run *run, size_t index, struct eg_error *err)
{
    const struct step *step = &run->rules->steps[index];
    xmlDoc *doc = subject(run, step->plan);

    if (doc == NULL) {
        return EG_OK;
    }
    switch (step->plan->kind) {
    case EG_STEP_SCHEMA:
        return run_schema(run, index, doc, err);
    case EG_STEP_CHECKS:
        return run_checks(run, index, doc, err);
    case EG_STEP_TRANSFORM:
        return run_transform(run, index, doc, err);
    case EG_STEP_ASSESSMENT:
        return run_assessment(run, index, doc, err);
    default:
        return eg_error_set(err, EG_E_INTERNAL, step->plan->file, "no such kind of step");
    }
}

static const struct eg_result *find_result(const struct eg_outcome *outcome, const char *name)
{
    for (size_t i = 0; i < outcome->result_count; i++) {
        if (strcmp(outcome->results[i].name, name) == 0) {
            return &outcome->results[i];
        }
    }
    return NULL;
}

static enum eg_status make_notifications(struct run *run, struct eg_error *err)
{
    const struct eg_package *package = run->rules->package;
    struct eg_outcome *outcome = run->outcome;

    for (size_t i = 0; i < package->notification_count; i++) {
        const struct eg_notification_rule *rule = &package->notifications[i];
        const struct eg_result *result = find_result(outcome, rule->result);
        if (result == NULL) {
            return eg_error_set(err, EG_E_FORMAT, rule->name,
                                "the result %s of an accepted report was not made", rule->result);
        }
        struct eg_notification *made = &outcome->notifications[outcome->notification_count++];
        eg_buf_init(&made->content, EG_NOTIFICATION_MAX);
        eg_buf_bytes(&made->content, eg_bytes_view(&result->content));
        made->name = strdup(rule->name);
        if (made->name == NULL || eg_buf_ok(&made->content, rule->name, err) != EG_OK) {
            return no_memory(err);
        }
    }
    return EG_OK;
}

static enum eg_status run_all(struct run *run, const struct eg_plant *plant,
                              const struct eg_reading *reading, struct eg_error *err)
{
    const struct eg_package *package = run->rules->package;
    struct eg_outcome *outcome = run->outcome;

    run->docs = calloc(package->step_count + 1, sizeof(xmlDoc *));
    outcome->results = calloc(package->step_count + 1, sizeof(*outcome->results));
    outcome->notifications =
        calloc(package->notification_count + 1, sizeof(*outcome->notifications));
    if (run->docs == NULL || outcome->results == NULL || outcome->notifications == NULL) {
        return no_memory(err);
    }
    outcome->package = package->ref;
    outcome->has_package = true;
    enum eg_status status = choose_parameters(run, plant, reading, err);
    for (size_t i = 0; status == EG_OK && !run->stopped && i < run->rules->step_count; i++) {
        int64_t *step_ns = run->rules->step_ns;
        int64_t started_ns = step_ns != NULL ? eg_clock_thread_ns() : 0;
        status = run_step(run, i, err);
        if (step_ns != NULL) {
            step_ns[i] += eg_clock_thread_ns() - started_ns;
        }
    }
    outcome->accepted = eg_findings_valid(&outcome->findings);
    if (status == EG_OK && outcome->accepted) {
        status = make_notifications(run, err);
    }
    return status;
}

enum eg_status eg_rules_run(struct eg_outcome *outcome, struct eg_rules *rules,
                            struct eg_document *document, const struct eg_reading *reading,
                            const struct eg_plant *plant, const struct eg_facts *known,
                            struct eg_error *err)
{
    struct eg_outcome made;
    struct run run = {.rules = rules,
                      .outcome = &made,
                      .report = document->doc,
                      .plant = plant,
                      .reading = reading,
                      .known = known};

    eg_outcome_init(&made);
    unsigned long refused = eg_memory_refused();
    enum eg_status status = in_memory(run_all(&run, plant, reading, err), refused, err);
    for (size_t i = 0; run.docs != NULL && i < rules->step_count; i++) {
        xmlFreeDoc(run.docs[i]);
    }
    free(run.docs);
    xmlFreeDoc(run.own_parameters);
    eg_parameters_done(&run.own);
    if (status == EG_OK) {
        eg_outcome_done(outcome);
        *outcome = made;
    } else {
        eg_outcome_done(&made);
    }
    return status;
}

bool eg_rules_needs(const struct eg_rules *rules, const char *until, char from[11])
{
    bool any = false;

    for (size_t i = 0; i < rules->step_count; i++) {
        char first[11] = "";
        if (rules->steps[i].assessment != NULL &&
            eg_assessment_needs(rules->steps[i].assessment, until, first)) {
            if (!any || strcmp(first, from) < 0) {
                memcpy(from, first, sizeof first);
            }
            any = true;
        }
    }
    return any;
}

enum eg_status eg_rules_text(struct eg_buf *out, struct eg_rules *rules,
                             const struct eg_finding *finding, const char *lang,
                             struct eg_error *err)
{
    size_t index = finding->step;
    if (index > 0 && index <= rules->step_count && rules->steps[index - 1].checks != NULL) {
        return eg_schematron_text(out, rules->steps[index - 1].checks, finding, lang, err);
    }
    if (index > 0 && index <= rules->step_count && rules->steps[index - 1].assessment != NULL) {
        return eg_assessment_text(out, rules->steps[index - 1].assessment, finding, lang, err);
    }
    if (eg_finding_builtin_text(finding, lang, out)) {
        return eg_buf_ok(out, finding->rule, err);
    }
    return eg_error_set(err, EG_E_NOTFOUND, finding->rule, "is no rule of this package");
}
