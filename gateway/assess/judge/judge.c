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
 *
 * The way of one report, eg_judge_run: choose the parameters of the plant; run the steps; accepted,
 * if no finding is an error; notifications of an accepted one.
 *
 * The package is shared with other threads and only looked at. What must be written lies in the
 * judge, made when it is first needed.
 */
#include "assess/judge/engine_model.h"

#include "assess/judge/document.h"
#include "assess/judge/period.h"
#include "assess/package/package_xml.h"
#include "assess/package/report_header.h"
#include "assess/transform/transform.h"
#include "assess/xpath/functions.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* Of one step; NULL: not asked for yet. */
struct tools {
    struct eg_schematron_state *checks;
    struct eg_transform *transform;
};

struct eg_judge {
    const struct eg_rules *rules;
    /* NULL: not asked for yet */
    struct eg_reader *reader;
    /* one for each step */
    struct tools *tools;
    /* one for each variable, filled for each run */
    struct eg_schematron_param *params;
    /* of the package's own values; a transform may write into it */
    xmlDoc *parameters;
    /* one for each step; NULL: none asked for */
    struct eg_buf *svrl;
    /* results of assessments show every column */
    bool explain;
    /* CPU of each step is added; NULL: not measured */
    int64_t *step_ns;
    bool by_xpath;
};

enum eg_status eg_judge_new(struct eg_judge **out, const struct eg_rules *rules,
                            struct eg_error *err)
{
    struct eg_judge *judge = calloc(1, sizeof *judge);
    enum eg_status status = EG_OK;

    if (judge != NULL) {
        judge->rules = rules;
        judge->tools = calloc(rules->step_count + 1, sizeof *judge->tools);
        judge->params = calloc(rules->variable_count + 1, sizeof *judge->params);
    }
    if (judge == NULL || judge->tools == NULL || judge->params == NULL) {
        eg_judge_free(&judge);
        return eg_rules_no_memory(err);
    }
    for (size_t i = 0; i < rules->variable_count; i++) {
        judge->params[i] = rules->params[i];
    }
    if (rules->package->setting_count == 0) { /* else no plant, no values */
        status = eg_parameters_document(&judge->parameters, &rules->values, rules->package, err);
    }
    if (status != EG_OK) {
        eg_judge_free(&judge);
        return status;
    }
    *out = judge;
    return EG_OK;
}

void eg_judge_free(struct eg_judge **judge)
{
    struct eg_judge *j = *judge;

    if (j == NULL) {
        return;
    }
    for (size_t i = 0; j->tools != NULL && i < j->rules->step_count; i++) {
        eg_schematron_state_free(&j->tools[i].checks);
        eg_transform_free(&j->tools[i].transform);
    }
    eg_reader_free(&j->reader);
    xmlFreeDoc(j->parameters);
    free(j->tools);
    free(j->params);
    free(j);
    *judge = NULL;
}

const struct eg_rules *eg_judge_rules(const struct eg_judge *judge)
{
    return judge->rules;
}

void eg_judge_svrl(struct eg_judge *judge, struct eg_buf *bufs)
{
    judge->svrl = bufs;
}

void eg_judge_explain(struct eg_judge *judge, bool explain)
{
    judge->explain = explain;
}

void eg_judge_clock(struct eg_judge *judge, int64_t *step_ns)
{
    judge->step_ns = step_ns;
}

void eg_judge_by_xpath(struct eg_judge *judge, bool by_xpath)
{
    judge->by_xpath = by_xpath;
}

static enum eg_status need_reader(struct eg_judge *judge, struct eg_error *err)
{
    return judge->reader != NULL ? EG_OK
                                 : eg_reader_new(&judge->reader, judge->rules->package, err);
}

enum eg_status eg_judge_read(struct eg_report_header *out, bool *readable,
                             struct eg_findings *findings, struct eg_judge *judge,
                             struct eg_document *document, struct eg_error *err)
{
    unsigned long refused = eg_memory_refused();
    enum eg_status status = need_reader(judge, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_reader_read(out, readable, findings, judge->reader, document->doc, err);

done:
    return eg_rules_in_memory(status, refused, err);
}

/* ---- running ------------------------------------------------------------------------------ */

/* One report that is being judged. */
struct run {
    struct eg_judge *judge;
    const struct eg_rules *rules;
    const struct eg_judge_job *job;
    struct eg_outcome *outcome;
    /* result of each step, NULL: none */
    xmlDoc **docs;
    /* by step: an assessment that ran to its end */
    bool *assessed;
    /* of this plant, if a permit sets any */
    struct eg_parameter_values own;
    /* their document */
    xmlDoc *own_parameters;
    /* those that hold: this plant's own, or the package's */
    const struct eg_parameter_values *values;
    xmlDoc *parameters;
    /* a fatal finding, or a report that does not fit its schema */
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

/* The values of this plant and period: settings and permits of the directory over the package's. */
static enum eg_status choose_own(struct run *run, struct eg_error *err)
{
    const struct eg_rules *rules = run->rules;
    const struct eg_report_header *header = run->job->header;

    EG_TRY(eg_parameters_choose_so_far(&run->own, rules->parameter_rules, run->job->plant,
                                       header->from, header->until, err));
    EG_TRY(eg_parameters_document(&run->own_parameters, &run->own, rules->package, err));
    EG_TRY(eg_parameters_text(&run->outcome->parameters, &run->own, err));
    run->values = &run->own;
    run->parameters = run->own_parameters;
    return EG_OK;
}

/* What the variables of the checks hold in this run. */
static void fill_variables(struct run *run)
{
    const struct eg_rules *rules = run->rules;
    struct eg_schematron_param *params = run->judge->params;

    params[0].node = xmlDocGetRootElement(run->parameters);
    for (size_t i = 1; i < rules->variable_count; i++) {
        const struct eg_rules_variable *variable = &rules->variables[i];
        const char *value =
            eg_parameters_value(run->values, variable->parameter, variable->component);
        params[i].value = value != NULL ? value : "";
    }
}

static enum eg_status choose_parameters(struct run *run, struct eg_error *err)
{
    if (has_own(run->rules->package, run->job->plant)) {
        EG_TRY(choose_own(run, err));
    } else {
        run->values = &run->rules->values;
        run->parameters = run->judge->parameters;
        eg_buf_bytes(&run->outcome->parameters, eg_bytes_view(&run->rules->parameters_text));
    }
    fill_variables(run);
    return eg_buf_ok(&run->outcome->parameters, "parameters", err);
}

/*
 * All that the directory lacks for this report, where a judgement can not begin or stopped for want
 * of a setting. What stopped it for another reason keeps its own error. Steps on results that were
 * not made can not be asked.
 */
static enum eg_status tell_lacking(struct run *run, enum eg_status stopped, struct eg_error *err)
{
    const struct eg_assessment_job job = {.doc = run->job->document->doc,
                                          .header = run->job->header,
                                          .plant = run->job->plant,
                                          .values = &run->own};

    if (run->values != &run->own) {
        return stopped;
    }
    for (size_t i = 0; i < run->rules->step_count; i++) {
        const struct eg_rules_step *step = &run->rules->steps[i];
        if (step->plan->kind == EG_STEP_ASSESSMENT && step->plan->on == NULL) {
            EG_TRY(eg_assessment_lacking(&run->own.lacking, step->assessment, &job, err));
        }
    }
    EG_TRY(eg_settings_refuse(&run->own.lacking, &run->own, err));
    return stopped;
}

/* The document that a step works on; NULL: the result was not made. */
static xmlDoc *subject(const struct run *run, const struct eg_step *plan)
{
    if (plan->on == NULL) {
        return run->job->document->doc;
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
    const struct eg_rules_step *step = &run->rules->steps[index];
    struct eg_schema_job job = {.doc = doc, .step = (unsigned)index + 1};
    bool valid = false;

    if (step->plan->on == NULL) {
        job.ns = run->rules->ns;
        job.ns_count = run->rules->package->namespace_count;
        EG_TRY(eg_schema_validate(&valid, step->schema, &job, &run->outcome->findings, err));
        run->stopped = run->stopped || !valid;
        return EG_OK;
    }
    struct eg_findings own;
    eg_findings_init(&own);
    enum eg_status status = eg_schema_validate(&valid, step->schema, &job, &own, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!valid) {
        const struct eg_finding *first = own.count > 0 ? &own.list[0] : NULL;
        status = eg_error_set(err, EG_E_FORMAT, step->plan->file,
                              "the package's own result %s does not fit it: %s", step->plan->on,
                              first != NULL && first->value_count > 0 ? first->values[0].text : "");
    }

done:
    eg_findings_done(&own);
    return status;
}

static enum eg_status run_checks(struct run *run, size_t index, xmlDoc *doc, struct eg_error *err)
{
    const struct eg_rules_step *step = &run->rules->steps[index];
    struct tools *tools = &run->judge->tools[index];
    bool fatal = false;
    const struct eg_schematron_job job = {
        .doc = doc,
        .step = (unsigned)index + 1,
        .params = run->judge->params,
        .param_count = run->rules->variable_count,
        .svrl = run->judge->svrl != NULL ? &run->judge->svrl[index] : NULL,
        .document = step->plan->on != NULL ? step->plan->on : "report",
        .by_xpath = run->judge->by_xpath,
    };

    if (tools->checks == NULL) {
        EG_TRY(eg_schematron_state_new(&tools->checks, step->checks, err));
    }
    EG_TRY(eg_schematron_run(&fatal, tools->checks, &job, &run->outcome->findings, err));
    run->stopped = run->stopped || fatal;
    return EG_OK;
}

/* What the step makes, still empty; NULL: memory ran out. */
static struct eg_result *add_result(struct eg_outcome *outcome, const struct eg_rules_step *step)
{
    struct eg_result *result = &outcome->results[outcome->result_count++];

    eg_buf_init(&result->content, EG_NOTIFICATION_MAX);
    result->name = strdup(step->plan->result);
    return result->name != NULL ? result : NULL;
}

static enum eg_status run_transform(struct run *run, size_t index, xmlDoc *doc,
                                    struct eg_error *err)
{
    const struct eg_rules_step *step = &run->rules->steps[index];
    struct tools *tools = &run->judge->tools[index];
    struct eg_outcome *outcome = run->outcome;
    const struct eg_transform_job job = {.doc = doc,
                                         .values = run->values,
                                         .parameters = run->parameters,
                                         .result_max = EG_NOTIFICATION_MAX};

    if (!eg_findings_valid(&outcome->findings)) {
        return EG_OK;
    }
    struct eg_result *result = add_result(outcome, step);
    if (result == NULL) {
        return eg_rules_no_memory(err);
    }
    if (tools->transform == NULL) {
        EG_TRY(eg_transform_compile(&tools->transform, &run->rules->loader, step->plan->file,
                                    run->rules->package, err));
    }
    return eg_transform_run(&run->docs[index], &result->content, tools->transform, &job, err);
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
    const struct eg_rules_step *step = &run->rules->steps[index];
    struct eg_outcome *outcome = run->outcome;
    const struct eg_assessment_job job = {.doc = doc,
                                          .step = (unsigned)index + 1,
                                          .header = run->job->header,
                                          .plant = run->job->plant,
                                          .values = run->values,
                                          .known = run->job->known,
                                          .explain = run->judge->explain,
                                          .semantics = run->job->semantics};
    bool made = false;

    if (!eg_findings_valid(&outcome->findings)) {
        return EG_OK;
    }
    struct eg_result *result = add_result(outcome, step);
    if (result == NULL) {
        return eg_rules_no_memory(err);
    }
    const struct eg_assessment_output out = {.result = &result->content,
                                             .findings = &outcome->findings,
                                             .recalled = &outcome->recalled,
                                             .remembered = &outcome->remembered,
                                             .judged = &outcome->judged};
    EG_TRY(eg_assessment_run(&out, &made, step->assessment, &job, err));
    run->assessed[index] = made;
    if (made && is_looked_into(run->rules, step->plan->result)) {
        return eg_xml_parse_file(&run->docs[index], eg_bytes_view(&result->content),
                                 step->plan->result, EG_NOTIFICATION_MAX, err);
    }
    return EG_OK;
}

static enum eg_status run_step(struct run *run, size_t index, struct eg_error *err)
{
    const struct eg_rules_step *step = &run->rules->steps[index];
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
            return eg_rules_no_memory(err);
        }
    }
    return EG_OK;
}

static enum eg_status make_room(struct run *run, struct eg_error *err)
{
    const struct eg_package *package = run->rules->package;
    struct eg_outcome *outcome = run->outcome;

    run->docs = calloc(package->step_count + 1, sizeof *run->docs);
    outcome->results = calloc(package->step_count + 1, sizeof *outcome->results);
    outcome->notifications =
        calloc(package->notification_count + 1, sizeof *outcome->notifications);
    run->assessed = calloc(package->step_count + 1, sizeof *run->assessed);
    if (run->docs == NULL || run->assessed == NULL || outcome->results == NULL ||
        outcome->notifications == NULL) {
        return eg_rules_no_memory(err);
    }
    outcome->package = package->ref;
    outcome->has_package = true;
    return EG_OK;
}

static enum eg_status run_steps(struct run *run, struct eg_error *err)
{
    int64_t *step_ns = run->judge->step_ns;

    if (run->own.lacking.count > 0) {
        return tell_lacking(run, EG_E_DENIED, err);
    }
    for (size_t i = 0; !run->stopped && i < run->rules->step_count; i++) {
        int64_t started_ns = step_ns != NULL ? eg_clock_thread_ns() : 0;
        enum eg_status status = run_step(run, i, err);
        if (step_ns != NULL) {
            step_ns[i] += eg_clock_thread_ns() - started_ns;
        }
        if (status != EG_OK) {
            return status == EG_E_DENIED ? tell_lacking(run, status, err) : status;
        }
    }
    return EG_OK;
}

/* What the step would have judged is owed all the same, and all of it undecided. */
static enum eg_status add_owed(struct run *run, size_t index, struct eg_error *err)
{
    const struct eg_assessment_job job = {
        .header = run->job->header, .plant = run->job->plant, .values = run->values};
    struct eg_judged owed;

    eg_judged_init(&owed);
    enum eg_status status =
        eg_assessment_owed(&owed, run->rules->steps[index].assessment, &job, err);
    for (size_t i = 0; status == EG_OK && i < owed.count; i++) {
        struct eg_judged_limit limit = owed.list[i];
        limit.counts = (struct eg_counts){.owed = owed.list[i].counts.owed,
                                          .undecided = owed.list[i].counts.owed};
        limit.not_applicable = 0;
        status = eg_judged_add(&run->outcome->judged, &limit, err);
    }
    eg_judged_done(&owed);
    return status;
}

/* A decision of before neither counted nor asked of periods, and is repeated as it was made. */
static bool is_of_the_present(const struct eg_judge_job *job)
{
    return job->semantics == 0 || job->semantics >= EG_ASSESS_OWED_SINCE;
}

/* Assessments that a rejected report did not come to. A setting that is missing is no fault of a
 * report that is rejected for another reason: then nothing is counted. */
static enum eg_status count_unassessed(struct run *run, struct eg_error *err)
{
    struct eg_error own = {0};

    if (!is_of_the_present(run->job)) {
        return EG_OK;
    }
    for (size_t i = 0; i < run->rules->step_count; i++) {
        if (run->rules->steps[i].assessment == NULL || run->assessed[i]) {
            continue;
        }
        enum eg_status status = add_owed(run, i, &own);
        if (status != EG_OK && status != EG_E_DENIED) {
            *err = own;
            return status;
        }
    }
    return EG_OK;
}

/* Is the period one that the plant can report? The zone is read where the directory has one. */
static enum eg_status check_period(struct run *run, struct eg_error *err)
{
    const struct eg_plant *plant = run->job->plant;
    char zone[7] = "";

    if (!is_of_the_present(run->job)) {
        return EG_OK;
    }
    if (plant != NULL && plant->zone[0] != '\0') {
        EG_TRY(need_reader(run->judge, err));
        EG_TRY(eg_reader_zone(zone, run->judge->reader, run->job->document->doc, err));
    }
    return eg_period_check(&run->outcome->findings, run->rules->package, run->job, zone, err);
}

static enum eg_status judge_report(struct run *run, struct eg_error *err)
{
    EG_TRY(make_room(run, err));
    EG_TRY(check_period(run, err));
    EG_TRY(choose_parameters(run, err));
    EG_TRY(run_steps(run, err));
    EG_TRY(count_unassessed(run, err));
    run->outcome->accepted = eg_findings_valid(&run->outcome->findings);
    if (run->outcome->accepted) {
        return make_notifications(run, err);
    }
    return EG_OK;
}

static void free_run(struct run *run)
{
    for (size_t i = 0; run->docs != NULL && i < run->rules->step_count; i++) {
        xmlFreeDoc(run->docs[i]);
    }
    free(run->docs);
    free(run->assessed);
    xmlFreeDoc(run->own_parameters);
    eg_parameters_done(&run->own);
}

enum eg_status eg_judge_run(struct eg_outcome *outcome, struct eg_judge *judge,
                            const struct eg_judge_job *job, struct eg_error *err)
{
    struct eg_outcome made;
    struct run run = {.judge = judge, .rules = judge->rules, .job = job, .outcome = &made};
    unsigned long refused = eg_memory_refused();

    eg_outcome_init(&made);
    enum eg_status status = eg_rules_in_memory(judge_report(&run, err), refused, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_outcome_done(outcome);
    *outcome = made;
    eg_outcome_init(&made);

done:
    free_run(&run);
    eg_outcome_done(&made);
    return status;
}
