/*
 * What a plant owes and its report leaves out. A source or series that is owed and not reported is
 * put into the grid with every place missing, so that each of its limits is owed, and undecided; a
 * component that is reported in parts is added up. What is missing is told by name.
 */
#include "assess/assessment/assessment_model.h"

#include <string.h>

static bool is_in_force(const struct eg_plant_source *source, const char *day)
{
    return (source->from[0] == '\0' || strcmp(source->from, day) <= 0) &&
           (source->until[0] == '\0' || strcmp(day, source->until) <= 0);
}

static bool has_source(const struct eg_grid *grid, const char *id)
{
    for (size_t i = 0; i < grid->source_count; i++) {
        if (strcmp(grid->sources[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

enum eg_status eg_assess_add_absent(struct eg_assess_run *run)
{
    const struct eg_assessment *a = run->a;
    const struct eg_plant *plant = run->job->plant;

    for (size_t i = 0; i < run->grid.source_count; i++) {
        for (size_t k = 0; k < a->combine_count; k++) {
            EG_TRY(eg_grid_add_sum(&run->grid, &run->grid.sources[i], a->extraction,
                                   &a->combines[k].sum, run->err));
        }
    }
    for (size_t i = 0; plant != NULL && i < plant->source_count; i++) {
        const struct eg_plant_source *source = &plant->sources[i];
        if (is_in_force(source, run->day) && !has_source(&run->grid, source->id)) {
            EG_TRY(eg_grid_add_source(&run->grid, a->extraction, source->id, run->err));
        }
    }
    return EG_OK;
}

static bool has_series(const struct eg_grid_source *source, const char *component)
{
    for (size_t i = 0; i < source->series_count; i++) {
        if (strcmp(source->series[i].component, component) == 0) {
            return true;
        }
    }
    return false;
}

/* A condition over settings and parameters: nothing but numbers and answers. */
static void run_condition(struct eg_assess_run *run, const struct eg_assess_block *block)
{
    for (size_t i = 0; i < block->op_count; i++) {
        const struct eg_assess_op *op = &block->ops[i];
        run->cells[op->out].made = true;
        (op->code < EG_OP_AND ? eg_assess_run_number : eg_assess_run_answer)(run, op);
    }
}

/* Does it hold for the current source or series? */
static enum eg_status holds(bool *out, struct eg_assess_run *run,
                            const struct eg_assess_require *require)
{
    *out = true;
    if (require->block == EG_ASSESS_NONE) {
        return EG_OK;
    }
    EG_TRY(eg_assess_run_asked(run, require->block));
    run_condition(run, &run->a->blocks[require->block]);
    *out = eg_assess_answer(&run->cells[require->condition], 0) == EG_ANSWER_YES;
    return EG_OK;
}

/* A setting is missing, and the run is one that only asks. */
static bool is_unknown(const struct eg_assess_run *run, enum eg_status status)
{
    return run->asks && status == EG_E_DENIED;
}

/* Is the component owed of this source: the condition holds, and there is a limit for it? */
static enum eg_status is_owed(bool *owed, struct eg_assess_run *run,
                              const struct eg_assess_require *require, const char *component)
{
    const struct eg_grid_series asked = {.component = component};
    const struct eg_parameter_value *value = NULL;
    int having = run->a->blocks[require->series].having;

    *owed = true;
    if (having != EG_ASSESS_NONE) {
        enum eg_status status = eg_assess_value_for(&value, run, (size_t)having, component);
        if (status != EG_OK && !is_unknown(run, status)) {
            return status;
        }
        *owed = status != EG_OK || value != NULL;
    }
    if (!*owed) {
        return EG_OK;
    }
    run->series = &asked;
    enum eg_status status = holds(owed, run, require);
    run->series = NULL;
    return status;
}

enum eg_status eg_assess_add_required(struct eg_assess_run *run, struct eg_grid_source *source)
{
    const struct eg_assessment *a = run->a;

    for (size_t i = 0; i < a->require_count; i++) {
        const struct eg_assess_require *require = &a->requires[i];
        for (size_t k = 0; !require->of_columns && k < require->count; k++) {
            bool owed = false;
            if (has_series(source, require->names[k])) {
                continue;
            }
            enum eg_status status = is_owed(&owed, run, require, require->names[k]);
            if (status != EG_OK && !is_unknown(run, status)) {
                return status;
            }
            if (owed) {
                EG_TRY(eg_grid_add_series(&run->grid, source, a->extraction, require->names[k],
                                          run->err));
            }
        }
    }
    return EG_OK;
}

/* Is something of the column there? */
static bool is_reported(const struct eg_assess_run *run, int quantity)
{
    const struct eg_assess_cell *cell = &run->cells[quantity];
    for (size_t i = 0; i < cell->places; i++) {
        if (cell->word != NULL ? cell->word[i] != 0 : cell->status[i] != EG_VALUE_MISSING) {
            return true;
        }
    }
    return false;
}

static enum eg_status tell_owed_columns(struct eg_assess_run *run,
                                        const struct eg_assess_require *require)
{
    bool owed = false;
    EG_TRY(holds(&owed, run, require));
    for (size_t i = 0; owed && i < require->count; i++) {
        int quantity = eg_assess_named(run->a, require->names[i]);
        if (!is_reported(run, quantity)) {
            EG_TRY(eg_assess_tell(
                run, EG_RULE_COLUMN_OWED,
                (const char *const[]){"column", eg_assess_column_of(run, quantity), NULL}));
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_tell_owed(struct eg_assess_run *run, int block)
{
    const struct eg_assessment *a = run->a;

    if (run->series != NULL && run->series->absent && !run->source->absent) {
        return eg_assess_tell(run, EG_RULE_SERIES_OWED,
                              (const char *const[]){"source", run->source->id, "component",
                                                    run->series->component, NULL});
    }
    if (run->source->absent) {
        return run->series != NULL
                   ? EG_OK
                   : eg_assess_tell(run, EG_RULE_SOURCE_OWED,
                                    (const char *const[]){"source", run->source->id, NULL});
    }
    for (size_t i = 0; i < a->require_count; i++) {
        const struct eg_assess_require *require = &a->requires[i];
        if (require->of_columns && require->series == block) {
            EG_TRY(tell_owed_columns(run, require));
        }
    }
    return EG_OK;
}
