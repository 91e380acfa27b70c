/*
 * What the files of the parameters share, lowest first; each calls only those above it:
 *   parameters_lookup.c    finding by name and place
 *   parameters_dated.c     entries of the directory over the days of the period
 *   parameters_compute.c   conditions and formulas under the settings of a plant
 *   parameters_lacking.c   settings that are missing, and how that is told
 *   parameters_settings.c  the settings of a plant
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

/* The setting that holds for a component of a source; NULL: none. */
const struct eg_setting_value *eg_setting_lookup(const struct eg_parameter_values *values,
                                                 const struct eg_setting *setting,
                                                 const char *component, const char *source);

/* Does a condition of the parameter's rows look at the setting? */
bool eg_parameter_looks_at(const struct eg_parameter_rules *rules,
                           const struct eg_parameter *parameter, const struct eg_setting *setting);

/* An entry of the directory about the package that holds on some day of the period: one of both. */
struct eg_dated {
    const struct eg_plant_setting *setting;
    const struct eg_plant_parameter *permit;
    const char *name;
    /* NULL: every */
    const char *component, *source;
    const char *from, *until;
    /* word or value, as it is written */
    const char *said, *citation;
};

/* One choosing. */
struct eg_parameter_choice {
    struct eg_parameter_values *out;
    const struct eg_parameter_rules *rules;
    const struct eg_package *package;
    /* NULL: nothing of the directory */
    const struct eg_plant *plant;
    const char *from, *until;
    /* settings, then permits, each in the directory's order */
    struct eg_dated *entries;
    size_t entry_count;
    /* let permits set values */
    bool permits;
    /* chosen without permits; NULL: no permit needs to be compared with them */
    const struct eg_parameter_values *base;
};

/* Texts of a directory: "" is "every", NULL here. */
const char *eg_parameter_some(const char *text);

/* How specific a place is: 0 is most. By component first, as permits of a directory 1 are. */
unsigned eg_parameter_rank(const char *component, const char *source, bool component_first);

/* Fill choice->entries from its plant; free(). EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_dated_gather(struct eg_parameter_choice *choice, struct eg_error *err);

/* The setting or permit that an entry is looked for by. */
struct eg_dated_place {
    bool setting;
    const char *name;
    /* NULL: none in particular */
    const char *component, *source;
};

/* What the directory says of a place in the period. */
struct eg_dated_over {
    /* on the last day; NULL: nothing */
    const struct eg_dated *last;
    /* on `day` it says something else; day "": it does not. earlier NULL: nothing */
    const struct eg_dated *earlier;
    char day[11];
};
void eg_dated_over(struct eg_dated_over *out, const struct eg_parameter_choice *choice,
                   const struct eg_dated_place *place);
/* Both, with their days and citations: "gas on 2026-03-01 (Permit 1) and oil on ... (Permit 2)". */
#define EG_DATED_TEXT_MAX 240
void eg_dated_change(char out[EG_DATED_TEXT_MAX], const struct eg_dated_over *over,
                     const struct eg_parameter_choice *choice);
/* Another entry than this one, before it, says the same thing of one day. */
bool eg_dated_twice(const struct eg_parameter_choice *choice, const struct eg_dated *entry);

/* Add one lack; `changes` NULL: it is not stated. All copied. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_settings_lack_add(struct eg_settings_lacking *to,
                                    const struct eg_setting *setting,
                                    const struct eg_dated_place *place, const char *changes,
                                    struct eg_error *err);

/* Settings into choice->out. EG_E_DENIED, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_settings_choose(const struct eg_parameter_choice *choice, struct eg_error *err);

/* NULL equals NULL only. */
bool eg_parameter_same(const char *a, const char *b);

#endif
