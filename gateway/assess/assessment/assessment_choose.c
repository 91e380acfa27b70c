/*
 * Values of parameters and settings for the current source or series, and formulas of parameters.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

#define FOREIGN_WORD 255 /* a word that a permit set and no condition asks for */

bool eg_assess_is_permit(const struct eg_parameter_value *value)
{
    return value->origin == EG_ORIGIN_PERMIT;
}

enum eg_status eg_assess_value_for(const struct eg_parameter_value **out, struct eg_assess_run *run,
                                   size_t index, const char *component)
{
    *out = NULL;
    enum eg_status status = EG_OK;
    if (run->job->values != NULL) {
        status = eg_parameters_find(out, run->job->values, run->a->parameters[index].parameter,
                                    component, run->source->id, run->err);
    }
    *out = *out != NULL && (*out)->value != NULL ? *out : NULL;
    return status;
}

bool eg_assess_has_any_value(const struct eg_assess_run *run, size_t index, const char *component)
{
    const struct eg_parameter_values *values = run->job->values;
    for (size_t i = 0; values != NULL && i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->parameter == run->a->parameters[index].parameter &&
            (value->component == NULL || strcmp(value->component, component) == 0)) {
            return true;
        }
    }
    return false;
}

static void set_parameter(struct eg_assess_run *run, size_t index)
{
    const struct eg_parameter_value *value = run->values[index];
    const struct eg_assess_quantity *q = &run->a->quantities[run->a->parameters[index].quantity];
    struct eg_assess_cell *cell = &run->cells[run->a->parameters[index].quantity];

    if (q->kind == EG_ASSESS_WORD) {
        cell->word[0] = value != NULL ? FOREIGN_WORD : 0;
        for (size_t i = 0; value != NULL && i < q->word_count; i++) {
            if (strcmp(q->words[i], value->value) == 0) {
                cell->word[0] = (uint8_t)(i + 1);
            }
        }
        return;
    }
    cell->x[0] = value != NULL ? value->number : (double)NAN;
    cell->place = value != NULL ? value->place : EG_ASSESS_PLACE_NONE;
    cell->status[0] = value != NULL ? EG_VALUE_VALID : EG_VALUE_MISSING;
}

static enum eg_status set_setting(struct eg_assess_run *run, const struct eg_assess_setting *asked)
{
    const struct eg_setting *setting = asked->setting;
    const struct eg_setting_value *value = NULL;
    struct eg_assess_cell *cell = &run->cells[asked->quantity];
    bool series = run->series != NULL;

    if (run->job->values == NULL) {
        return eg_error_set(run->err, EG_E_DENIED, run->a->package->ref.id,
                            "nothing is known of the setting %.64s", setting->name);
    }
    EG_TRY(eg_settings_find(&value, run->job->values, setting,
                            series && setting->per_component ? run->series->component : NULL,
                            run->source->id, run->err));
    for (size_t i = 0; i < setting->word_count; i++) {
        if (strcmp(setting->words[i], value->word) == 0) {
            cell->word[0] = (uint8_t)(i + 1);
        }
    }
    return EG_OK;
}

/* false: a parameter of the formula has no value here. */
static bool is_known(const struct eg_expression *node, void *payload)
{
    const struct eg_assess_run *run = payload;
    for (size_t i = 0; node->kind == EG_EXPR_PARAMETER && i < run->a->parameter_count; i++) {
        if (strcmp(run->a->parameters[i].parameter->name, node->text) == 0) {
            return run->values[i] != NULL;
        }
    }
    return true;
}

static void set_constant(struct eg_assess_run *run, const struct eg_assess_constant *constant)
{
    struct eg_assess_cell *cell = &run->cells[constant->quantity];
    int place = 0;
    bool known = eg_expression_walk(constant->formula, is_known, run);
    cell->x[0] = eg_assess_exact(run, constant->formula, &place);
    cell->status[0] = !isnan(cell->x[0]) ? EG_VALUE_VALID
                      : known            ? EG_VALUE_IMPLAUSIBLE
                                         : EG_VALUE_MISSING;
    cell->place = EG_ASSESS_PLACE_NONE;
}

/* Only parameters that the source or the series reads: another may need a setting that none has. */
static bool is_read(const struct eg_assess_run *run, size_t index)
{
    const struct eg_assess_parameter *parameter = &run->a->parameters[index];
    return run->series != NULL ? parameter->in_series : parameter->in_source;
}

enum eg_status eg_assess_run_parameters(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    const char *component = run->series != NULL ? run->series->component : NULL;

    for (size_t i = 0; i < a->parameter_count; i++) {
        run->values[i] = NULL;
        if (is_read(run, i)) {
            EG_TRY(eg_assess_value_for(&run->values[i], run, i, component));
        }
        set_parameter(run, i);
    }
    for (size_t i = 0; i < a->constant_count; i++) {
        set_constant(run, &a->constants[i]);
    }
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct eg_assess_setting *asked = &a->settings[i];
        if (run->series != NULL ? asked->in_series : asked->in_source) {
            EG_TRY(set_setting(run, asked));
        }
    }
    return EG_OK;
}

static enum eg_status choose_one(struct eg_assess_run *run, size_t index)
{
    const char *component = run->series != NULL ? run->series->component : NULL;

    EG_TRY(eg_assess_value_for(&run->values[index], run, index, component));
    set_parameter(run, index);
    return EG_OK;
}

/* Parameters that a formula names. */
struct naming {
    struct eg_assess_run *run;
    enum eg_status status;
};

static bool choose_named(const struct eg_expression *node, void *payload)
{
    struct naming *naming = payload;
    const struct eg_assessment *a = naming->run->a;

    for (size_t i = 0; node->kind == EG_EXPR_PARAMETER && i < a->parameter_count; i++) {
        if (strcmp(a->parameters[i].parameter->name, node->text) == 0) {
            naming->status = choose_one(naming->run, i);
        }
    }
    return naming->status == EG_OK;
}

/* The parameter, constant or setting that the quantity is, if it is one. */
static enum eg_status set_asked(struct eg_assess_run *run, int quantity)
{
    const struct eg_assessment *a = run->a;
    struct naming naming = {run, EG_OK};

    for (size_t i = 0; i < a->parameter_count; i++) {
        if (a->parameters[i].quantity == quantity) {
            EG_TRY(choose_one(run, i));
        }
    }
    for (size_t i = 0; i < a->constant_count; i++) {
        if (a->constants[i].quantity == quantity) {
            (void)eg_expression_walk(a->constants[i].formula, choose_named, &naming);
            EG_TRY(naming.status);
            set_constant(run, &a->constants[i]);
        }
    }
    for (size_t i = 0; i < a->setting_count; i++) {
        if (a->settings[i].quantity == quantity) {
            EG_TRY(set_setting(run, &a->settings[i]));
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_run_asked(struct eg_assess_run *run, int block)
{
    const struct eg_assess_block *b = &run->a->blocks[block];

    for (size_t i = 0; i < b->op_count; i++) {
        for (size_t k = 0; k < 4 && b->ops[i].in[k] != EG_ASSESS_NONE; k++) {
            EG_TRY(set_asked(run, b->ops[i].in[k]));
        }
    }
    return EG_OK;
}
