/*
 * What the files of the parameters share: the conditions and formulas that were read, and what they
 * say under the settings of a plant.
 */
#ifndef EG_ASSESS_PARAMETERS_INSIDE_H
#define EG_ASSESS_PARAMETERS_INSIDE_H

#include "assess/parameters.h"
#include "core/facts.h"

struct eg_parameter_rules {
    const struct eg_package *package;
};

/* Where a value is asked for. */
struct eg_parameter_place {
    const struct eg_parameter_values *values; /* settings, and what was chosen before */
    const char *component, *source;           /* NULL: none in particular */
};

/*
 * Does a row's condition hold at the place? Unknown when a setting that decides is missing; *needs
 * is then that setting.
 */
enum eg_answer_value eg_parameter_row_holds(const struct eg_setting **needs,
                                            const struct eg_parameter_rules *rules,
                                            size_t parameter, size_t row,
                                            const struct eg_parameter_place *place);

/* NULL equals NULL only. */
bool eg_parameter_same(const char *a, const char *b);

/* EG_E_DENIED: the registrar must enter this setting. */
enum eg_status eg_setting_missing(const struct eg_parameter_values *values,
                                  const struct eg_setting *setting, const char *component,
                                  struct eg_error *err);

#endif
