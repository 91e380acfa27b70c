/*
 * What is owed is asked of the same lists of operations that judge, over a grid in which nothing is
 * reported: so it can not differ from what a report is held to.
 */
#include "assess/judge/engine_model.h"

#include "base/error.h"

#include <stdio.h>

static enum eg_status owed_of(struct eg_judged *out, const struct eg_rules *rules,
                              const struct eg_assessment_job *job, struct eg_error *err)
{
    for (size_t i = 0; i < rules->step_count; i++) {
        if (rules->steps[i].assessment != NULL) {
            EG_TRY(eg_assessment_owed(out, rules->steps[i].assessment, job, err));
        }
    }
    return EG_OK;
}

enum eg_status eg_rules_owed(struct eg_judged *out, const struct eg_rules *rules,
                             const struct eg_plant *plant, const char *day, struct eg_error *err)
{
    struct eg_report_header header = {.version = 1};
    struct eg_parameter_values values = {0};

    (void)snprintf(header.from, sizeof header.from, "%s", day);
    (void)snprintf(header.until, sizeof header.until, "%s", day);
    if (!eg_package_covers(rules->package, day, day)) {
        return eg_error_set(err, EG_E_USAGE, rules->package->ref.id,
                            "the package does not judge %s", day);
    }
    enum eg_status status =
        eg_parameters_choose(&values, rules->parameter_rules, plant, day, day, err);
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_assessment_job job = {.header = &header, .plant = plant, .values = &values};
    status = owed_of(out, rules, &job, err);

done:
    eg_parameters_done(&values);
    return status;
}
