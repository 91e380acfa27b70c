/*
 * Why this file exists: a package is compiled once, whole, into what all threads look at and none
 * writes. Whatever can be doubted is refused here; judge.c, which runs the steps, meets verdicts
 * about the report, and errors that are ours.
 */
#include "assess/judge/engine_model.h"

#include "assess/package/package_xml.h"
#include "assess/package/report_header.h"
#include "assess/transform/transform.h"
#include "assess/xml/memory.h"
#include "base/error.h"
#include "base/limits.h"

#include <emgate/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum eg_status eg_engine_init(struct eg_error *err)
{
    EG_TRY(eg_memory_init(err));
    EG_TRY(eg_xml_init(err));
    return eg_transform_init(err);
}

void eg_engine_done(void)
{
    eg_transform_done();
    eg_xml_done();
}

/* ---- compiling ---------------------------------------------------------------------------- */

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
    (void)snprintf(name, sizeof name, "%s%s%s", parameter, component != NULL ? "." : "",
                   component != NULL ? component : "");
    struct eg_rules_variable *variable = &rules->variables[rules->variable_count];
    variable->name = strdup(name);
    if (variable->name == NULL) {
        return eg_rules_no_memory(err);
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
    rules->variables = calloc(count, sizeof *rules->variables);
    rules->params = calloc(count, sizeof *rules->params);
    if (rules->variables == NULL || rules->params == NULL) {
        return eg_rules_no_memory(err);
    }
    enum eg_status status =
        add_variable(rules, EG_PARAMETERS_NAME, NULL, err); /* first: the node-set */
    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; i < package->parameter_count; i++) {
        const struct eg_parameter *parameter = &package->parameters[i];
        count = eg_parameter_components(&components, rules->parameter_rules, parameter);
        for (size_t c = 0; c < count; c++) {
            EG_TRY(add_variable(rules, parameter->name, components[c], err));
        }
    }
    return EG_OK;
}

static enum eg_status make_parameters(struct eg_rules *rules, struct eg_error *err)
{
    eg_buf_init(&rules->parameters_text, EG_FINDINGS_MAX);
    if (rules->package->setting_count > 0) {
        return EG_OK; /* no plant, no values */
    }
    EG_TRY(eg_parameters_choose(&rules->values, rules->parameter_rules, NULL, "", "", err));
    if (rules->values.count > 0) {
        return eg_parameters_text(&rules->parameters_text, &rules->values, err);
    }
    return EG_OK;
}

static enum eg_status try_transform(struct eg_rules *rules, const struct eg_step *plan,
                                    struct eg_error *err)
{
    struct eg_transform *transform = NULL;
    enum eg_status status =
        eg_transform_compile(&transform, &rules->loader, plan->file, rules->package, err);

    eg_transform_free(&transform);
    return status;
}

static enum eg_status try_reader(const struct eg_package *package, struct eg_error *err)
{
    struct eg_reader *reader = NULL;
    enum eg_status status = eg_reader_new(&reader, package, err);

    eg_reader_free(&reader);
    return status;
}

static enum eg_status compile_step(struct eg_rules_step *out, struct eg_rules *rules,
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
        return try_transform(rules, plan, err);
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

    rules->steps = calloc(package->step_count + 1, sizeof *rules->steps);
    rules->ns = calloc(package->namespace_count + 1, sizeof *rules->ns);
    if (rules->steps == NULL || rules->ns == NULL) {
        return eg_rules_no_memory(err);
    }
    for (size_t i = 0; i < package->namespace_count; i++) {
        rules->ns[i] =
            (struct eg_xml_ns){package->namespaces[i].prefix, package->namespaces[i].uri};
    }
    EG_TRY(try_reader(package, err));
    EG_TRY(eg_parameter_rules_compile(&rules->parameter_rules, package, err));
    EG_TRY(make_variables(rules, err));
    EG_TRY(make_parameters(rules, err));
    while (rules->step_count < package->step_count) {
        size_t i = rules->step_count++;
        EG_TRY(compile_step(&rules->steps[i], rules, &package->steps[i], err));
    }
    return EG_OK;
}

enum eg_status eg_rules_compile(struct eg_rules **out, const struct eg_package *package,
                                struct eg_error *err)
{
    struct eg_rules *rules = calloc(1, sizeof *rules);

    if (rules == NULL) {
        return eg_rules_no_memory(err);
    }
    rules->package = package;
    rules->loader = (struct eg_loader){(void *)package, find_file};
    unsigned long refused = eg_memory_refused();
    enum eg_status status = eg_rules_in_memory(compile(rules, err), refused, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = rules;
    rules = NULL;

done:
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
        eg_assessment_free(&r->steps[i].assessment);
    }
    for (size_t i = 0; i < r->variable_count; i++) {
        free(r->variables[i].name);
    }
    eg_parameters_done(&r->values);
    eg_parameter_rules_free(&r->parameter_rules);
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

enum eg_status eg_rules_sheet(struct eg_buf *out, const struct eg_rules *rules, size_t step,
                              struct eg_error *err)
{
    if (step >= rules->step_count || rules->steps[step].checks == NULL) {
        return eg_error_set(err, EG_E_USAGE, rules->package->ref.id, "step %zu has no checks",
                            step + 1);
    }
    struct eg_schematron_param *params = calloc(rules->variable_count, sizeof *params);
    if (params == NULL) {
        return eg_rules_no_memory(err);
    }
    for (size_t i = 1; i < rules->variable_count; i++) {
        const struct eg_rules_variable *variable = &rules->variables[i];
        params[i] = rules->params[i];
        params[i].value =
            eg_parameters_value(&rules->values, variable->parameter, variable->component);
    }
    enum eg_status status = eg_schematron_sheet(out, rules->steps[step].checks, params + 1,
                                                rules->variable_count - 1, err);
    free(params);
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

enum eg_status eg_rules_text(struct eg_buf *out, const struct eg_rules *rules,
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
