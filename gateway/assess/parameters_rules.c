/*
 * Why this file exists: conditions and formulas of parameters are read when a package is loaded, so
 * that a report meets none that is doubtful.
 */
#include "assess/parameters_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum eg_status fault(struct eg_error *err, const struct eg_parameter *parameter,
                            const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof(where), "package.xml parameter %.60s", parameter->name);
    return eg_error_set(err, EG_E_FORMAT, where, "%s", text);
}

static enum eg_status check_rows(const struct eg_parameter *parameter, struct eg_error *err)
{
    if (parameter->is != NULL) {
        return fault(err, parameter, "formulas are not read by this version");
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        const char *mine = parameter->rows[i].component;
        if (parameter->rows[i].when != NULL) {
            return fault(err, parameter, "conditions of rows are not read by this version");
        }
        for (size_t k = 0; k < i; k++) {
            const char *other = parameter->rows[k].component;
            if (eg_parameter_same(mine, other)) {
                return fault(err, parameter, "EA-PARAM: two rows for one component");
            }
            if (other == NULL) {
                return fault(err, parameter,
                             "EA-PARAM: no row can match below one that fits always");
            }
        }
    }
    return EG_OK;
}

enum eg_status eg_parameter_rules_compile(struct eg_parameter_rules **out,
                                          const struct eg_package *package, struct eg_error *err)
{
    struct eg_parameter_rules *rules = calloc(1, sizeof(*rules));
    enum eg_status status =
        rules != NULL ? EG_OK : eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");

    for (size_t i = 0; status == EG_OK && i < package->parameter_count; i++) {
        status = check_rows(&package->parameters[i], err);
    }
    if (status == EG_OK) {
        rules->package = package;
        *out = rules;
        rules = NULL;
    }
    eg_parameter_rules_free(&rules);
    return status;
}

void eg_parameter_rules_free(struct eg_parameter_rules **rules)
{
    free(*rules);
    *rules = NULL;
}

enum eg_answer_value eg_parameter_row_holds(const struct eg_setting **needs,
                                            const struct eg_parameter_rules *rules,
                                            size_t parameter, size_t row,
                                            const struct eg_parameter_place *place)
{
    (void)needs, (void)rules, (void)parameter, (void)row, (void)place;
    return EG_ANSWER_YES;
}
