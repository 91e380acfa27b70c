/*
 * Why this file exists: a judgement stops at the first setting that the directory lacks, but the
 * registrar should learn of all. So when it stopped, everything that it would have asked for is
 * asked here: each parameter and setting that the rules read, for each source and series of the
 * report, and for those that it owes. Nothing is judged.
 */
#include "assess/assessment/assessment_model.h"

#include "base/error.h"

/* What is asked, and where to. */
struct asking {
    struct eg_settings_lacking *to;
    const struct eg_assessment *a;
    const struct eg_parameter_values *values;
    const struct eg_grid_source *source;
    /* NULL: at the source */
    const struct eg_grid_series *series;
    struct eg_error *err;
};

static const char *component_of(const struct asking *asking)
{
    return asking->series != NULL ? asking->series->component : NULL;
}

static enum eg_status ask_parameter(const struct asking *asking,
                                    const struct eg_parameter *parameter)
{
    return eg_parameters_lack(asking->to, asking->values, parameter, component_of(asking),
                              asking->source->id, asking->err);
}

/* All that the rules read at the source, or in its series. */
static enum eg_status ask_here(const struct asking *asking)
{
    const struct eg_assessment *a = asking->a;
    bool series = asking->series != NULL;

    for (size_t i = 0; i < a->parameter_count; i++) {
        const struct eg_assess_parameter *read = &a->parameters[i];
        if (series ? read->in_series : read->in_source) {
            EG_TRY(ask_parameter(asking, read->parameter));
        }
    }
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct eg_assess_setting *read = &a->settings[i];
        if (series ? read->in_series : read->in_source) {
            EG_TRY(eg_settings_lack(asking->to, asking->values, read->setting, component_of(asking),
                                    asking->source->id, asking->err));
        }
    }
    return EG_OK;
}

/* Would the block judge the series? It would too where only a missing setting keeps its value. */
static bool may_judge(const struct asking *asking, const struct eg_assess_block *block)
{
    const struct eg_parameter_value *value = NULL;

    if (block->kind != EG_ASSESS_BLOCK_SERIES) {
        return false;
    }
    return block->having == EG_ASSESS_NONE ||
           eg_parameters_find(&value, asking->values,
                              asking->a->parameters[block->having].parameter, component_of(asking),
                              asking->source->id, NULL) != EG_OK ||
           value != NULL;
}

static enum eg_status ask_series(const struct asking *asking)
{
    bool judged = false;

    for (size_t i = 0; i < asking->a->block_count; i++) {
        const struct eg_assess_block *block = &asking->a->blocks[i];
        if (may_judge(asking, block)) {
            judged = true;
            EG_TRY(block->having == EG_ASSESS_NONE
                       ? EG_OK
                       : ask_parameter(asking, asking->a->parameters[block->having].parameter));
        }
    }
    return judged ? ask_here(asking) : EG_OK;
}

static enum eg_status ask_grid(struct asking *asking, struct eg_assess_run *run)
{
    for (size_t i = 0; i < run->grid.source_count; i++) {
        run->source = &run->grid.sources[i];
        EG_TRY(eg_assess_add_required(run, &run->grid.sources[i]));
        asking->source = run->source;
        asking->series = NULL;
        EG_TRY(ask_here(asking));
        for (size_t k = 0; k < asking->source->series_count; k++) {
            asking->series = &asking->source->series[k];
            EG_TRY(ask_series(asking));
        }
    }
    return EG_OK;
}

enum eg_status eg_assessment_lacking(struct eg_settings_lacking *to,
                                     const struct eg_assessment *assessment,
                                     const struct eg_assessment_job *job, struct eg_error *err)
{
    const struct eg_extract_from from = {.doc = job->doc, .header = job->header, .step = job->step};
    struct asking asking = {.to = to, .a = assessment, .values = job->values, .err = err};
    struct eg_findings findings; /* those of reading, which a judgement would tell */
    struct eg_assess_run run = {
        .a = assessment, .job = job, .findings = &findings, .owes = true, .asks = true, .err = err};
    bool readable = false;

    eg_findings_init(&findings);
    eg_assess_begin(&run);
    enum eg_status status =
        eg_grid_extract(&run.grid, &readable, assessment->extraction, &from, &findings, err);
    if (status != EG_OK || !readable) {
        goto done;
    }
    status = eg_assess_add_absent(&run);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_assess_make_room(&run);
    if (status != EG_OK) {
        goto done;
    }
    status = ask_grid(&asking, &run);

done:
    eg_assess_end(&run);
    eg_findings_done(&findings);
    return status;
}
