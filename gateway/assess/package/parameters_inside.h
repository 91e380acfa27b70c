/*
 * What the files of the parameters share, lowest first; each calls only those above it:
 *   parameters_lookup.c    finding by name and place
 *   parameters_settings.c  the settings of a plant
 *   parameters_compute.c   conditions and formulas under these settings
 *   parameters.c           the values
 * Beside them: parameters_rules.c compiles conditions and formulas, parameters_text.c writes
 * values.
 */
#ifndef EG_ASSESS_PARAMETERS_INSIDE_H
#define EG_ASSESS_PARAMETERS_INSIDE_H

#include "assess/language/expression.h"
#include "assess/number/exact.h"
#include "assess/package/parameters.h"
#include "core/facts.h"

/* Of one parameter. */
struct eg_parameter_rule {
    /* NULL: value or rows */
    const struct eg_expression *is;
    /* of each row; NULL: always */
    const struct eg_expression **when;
    /* a condition looks at a setting per component */
    bool per_component;
    /* that the package itself has a value for; NULL: every */
    const char **components;
    size_t component_count;
};

struct eg_parameter_rules {
    const struct eg_package *package;
    struct eg_arena arena;
    /* one for each parameter of the package, in its order */
    struct eg_parameter_rule *list;
};

/* Where a value is asked for. */
struct eg_parameter_place {
    /* settings, and what was chosen before */
    const struct eg_parameter_values *values;
    /* NULL: none in particular */
    const char *component, *source;
};

/*
 * Does a condition over settings hold at the place (NULL: it does)? Unknown when a setting that
 * decides is missing; *needs is then that setting.
 */
enum eg_answer_value eg_parameter_condition(const struct eg_setting **needs,
                                            const struct eg_package *package,
                                            const struct eg_expression *when,
                                            const struct eg_parameter_place *place);

/* What was made for one value. */
struct eg_parameter_made {
    struct eg_exact exact;
    char text[EG_EXACT_TEXT_MAX];
};

/* What a formula gives at one place. */
struct eg_parameter_result {
    /* false: a parameter that it names has no value here */
    bool made;
    /* not made because this setting is missing; else NULL */
    const struct eg_setting *needs;
    struct eg_exact exact;
    /* of the named parameter that has most */
    int decimals;
};

/* The value of a formula at the place. EG_E_DENIED: a divisor is 0, or the result has more digits
 * than are kept. */
EG_MUST_USE
enum eg_status eg_parameter_compute(struct eg_parameter_result *out,
                                    const struct eg_package *package,
                                    const struct eg_expression *is,
                                    const struct eg_parameter_place *place, struct eg_error *err);

/* The place that holds for a component of a source; NULL: none. */
const struct eg_parameter_value *eg_parameter_lookup(const struct eg_parameter_values *values,
                                                     const struct eg_parameter *parameter,
                                                     const char *component, const char *source);

/* One choosing. */
struct eg_parameter_choice {
    struct eg_parameter_values *out;
    const struct eg_parameter_rules *rules;
    const struct eg_package *package;
    /* NULL: nothing of the directory */
    const struct eg_plant *plant;
    const char *from, *until;
    /* let permits set values */
    bool permits;
    /* chosen without permits; NULL: no permit needs to be compared with them */
    const struct eg_parameter_values *base;
};

/* Texts of a directory: "" is "every", NULL here. */
const char *eg_parameter_some(const char *text);

/* Days of an entry of the directory against the period of the report. */
bool eg_parameter_touches(const struct eg_parameter_choice *choice, const char *from,
                          const char *until);
bool eg_parameter_covers(const struct eg_parameter_choice *choice, const char *from,
                         const char *until);

/* Settings into choice->out. EG_E_DENIED, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_settings_choose(const struct eg_parameter_choice *choice, struct eg_error *err);

/* NULL equals NULL only. */
bool eg_parameter_same(const char *a, const char *b);

/* EG_E_DENIED: the registrar must enter this setting. */
enum eg_status eg_setting_missing(const struct eg_parameter_values *values,
                                  const struct eg_setting *setting, const char *component,
                                  struct eg_error *err);

#endif
