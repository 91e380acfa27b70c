/*
 * The parameters of a package for one plant and period: the package's own values, by component,
 * emission source and what the plant's settings say; those computed from others; and those that a
 * permit in the directory sets, within the package's bounds.
 *
 * Settings and permits are of a component of a source, of a source, of a component or of the plant,
 * and the most specific counts (core/directory.h). What they say holds for the whole period: the
 * word or value of each day must be the same, whichever entry says it; the citation is that of the
 * last day. Settings that are missing, or that change within the period, are gathered
 * (struct eg_settings_lacking), so that the registrar learns all of them at once.
 */
#ifndef EG_ASSESS_PARAMETERS_H
#define EG_ASSESS_PARAMETERS_H

#include "core/directory.h"
#include "core/package.h"

#include <libxml/tree.h>

#define EG_PARAMETERS_NS "urn:emgate:parameters:1"
#define EG_PARAMETERS_NAME "parameters" /* the variable that holds all of them */

enum eg_parameter_judgement {
    EG_PARAMETER_FITS,
    EG_PARAMETER_OUT_OF_BOUNDS,
    EG_PARAMETER_NO_VALUE, /* not a number, or a word that can not be one */
};

bool eg_parameter_is_word(const struct eg_parameter *parameter);
enum eg_parameter_judgement eg_parameter_judge(const struct eg_parameter *parameter,
                                               const char *value);

enum eg_parameter_origin {
    EG_ORIGIN_PACKAGE,  /* value or row of the package */
    EG_ORIGIN_COMPUTED, /* `is` over the values used */
    EG_ORIGIN_PERMIT,   /* entry of the directory */
};

/* The value of one place; texts borrowed from package or plant, or held by the list. */
struct eg_parameter_value {
    const struct eg_parameter *parameter;
    /* NULL: every one without a value of its own */
    const char *component;
    /* emission source; NULL: every */
    const char *source;
    /*
     * The number with its decimals, or the word. NULL: there is none here, because no row of the
     * package fits, or (needs) because a setting is missing without which it can not be told.
     */
    const char *value;
    /* of a word: 0 */
    double number;
    /* decimals that results are rounded to for it; of a word: 0 */
    int place;
    const char *citation;
    enum eg_parameter_origin origin;
    const struct eg_setting *needs;
    /* COMPUTED; freed with the list */
    struct eg_parameter_made *made;
};

/* A setting of the plant, or of one of its sources or components. */
struct eg_setting_value {
    const struct eg_setting *setting;
    /* NULL: every one without one of its own */
    const char *component;
    /* emission source; NULL: likewise */
    const char *source;
    const char *word, *citation;
};

/* What the directory lacks for a judgement. */
struct eg_settings_lacking {
    struct eg_setting_lack {
        const struct eg_setting *setting;
        /* copied; NULL: of the plant, or of whichever is asked for */
        char *component, *source;
        /* how it changes within the period; NULL: it is not stated */
        char *changes;
    } * list;
    size_t count, capacity;
    /* there were more than EG_SETTINGS_LACKING_MAX */
    bool beyond;
};

struct eg_parameter_values {
    /* in the package's order, the more specific first */
    struct eg_parameter_value *list;
    size_t count, capacity;
    /* likewise, source before component */
    struct eg_setting_value *settings;
    size_t setting_count, setting_capacity;
    /* settings of the plant that have no word, and all that change within the period */
    struct eg_settings_lacking lacking;
    /* that they were chosen by */
    const struct eg_parameter_rules *rules;
    const struct eg_package *package;
    /* NULL: none was given */
    const struct eg_plant *plant;
};

/*
 * The conditions and formulas of a package's parameters, read once; immutable, any thread. What is
 * doubtful is refused: EG_E_FORMAT "package.xml parameter x: EA-CODE: what is wrong". `package` is
 * kept. EG_E_LIMIT, EG_E_NOMEM.
 */
struct eg_parameter_rules;
EG_MUST_USE
enum eg_status eg_parameter_rules_compile(struct eg_parameter_rules **out,
                                          const struct eg_package *package, struct eg_error *err);
void eg_parameter_rules_free(struct eg_parameter_rules **rules);

/*
 * Components for which the package itself may give the parameter a value; NULL among them: every
 * one without a value of its own. Borrowed from the rules.
 */
size_t eg_parameter_components(const char *const **out, const struct eg_parameter_rules *rules,
                               const struct eg_parameter *parameter);

/*
 * Choose the values.
 *   rules        kept
 *   plant        entries for this package are taken from it; NULL: none; kept
 *   from, until  the report's period
 * EG_E_DENIED: an entry may not be used as it is, says which; or settings of the plant are missing
 * or change within the period, says all (the directory must be mended). EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_parameter_rules *rules,
                                    const struct eg_plant *plant, const char *from,
                                    const char *until, struct eg_error *err);
/*
 * The same where settings are missing or change: out->lacking has them and nothing may be judged by
 * these values, but they can be asked what else a report lacks, for eg_settings_refuse to tell.
 */
EG_MUST_USE
enum eg_status eg_parameters_choose_so_far(struct eg_parameter_values *out,
                                           const struct eg_parameter_rules *rules,
                                           const struct eg_plant *plant, const char *from,
                                           const char *until, struct eg_error *err);
void eg_parameters_done(struct eg_parameter_values *values);

/*
 * The value that holds for a component of an emission source (NULL: none in particular).
 *   out        borrowed; NULL: this parameter has no value for it (`having` asks so)
 *   parameter  of the package that the values are of
 * EG_E_DENIED: a setting of the component is missing; says what the registrar must enter.
 */
EG_MUST_USE
enum eg_status eg_parameters_find(const struct eg_parameter_value **out,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err);
/* The setting that holds for a component of a source (NULL: none in particular); the same errors.
 */
EG_MUST_USE
enum eg_status eg_settings_find(const struct eg_setting_value **out,
                                const struct eg_parameter_values *values,
                                const struct eg_setting *setting, const char *component,
                                const char *source, struct eg_error *err);

/*
 * Add to what is lacking: the setting, if it has no word for a component of a source; all settings
 * that the parameter would need to have a value there. What is lacking already is added once.
 * EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_settings_lack(struct eg_settings_lacking *to,
                                const struct eg_parameter_values *values,
                                const struct eg_setting *setting, const char *component,
                                const char *source, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_parameters_lack(struct eg_settings_lacking *to,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err);

/*
 * EG_E_DENIED with all that is lacking, in one line: each setting with the words that may be
 * entered, for which components of which sources; what there is no room for is counted. EG_OK:
 * nothing is lacking.
 */
EG_MUST_USE
enum eg_status eg_settings_refuse(const struct eg_settings_lacking *lacking,
                                  const struct eg_parameter_values *values, struct eg_error *err);
void eg_settings_lacking_done(struct eg_settings_lacking *lacking);

/* By name, NULL: the package declares none such. Borrowed. */
const struct eg_parameter *eg_parameter_named(const struct eg_package *package, const char *name);
const struct eg_setting *eg_setting_named(const struct eg_package *package, const char *name);

/* The value of a parameter for a component (NULL: the scalar or the default row), whatever the
 * emission source; NULL: none. */
const char *eg_parameters_value(const struct eg_parameter_values *values, const char *name,
                                const char *component);

/* Canonical text, line form "emgate parameters 1": settings, then values, each with its citation.
 * EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_parameters_text(struct eg_buf *out, const struct eg_parameter_values *values,
                                  struct eg_error *err);

/* The document urn:emgate:parameters:1; xmlFreeDoc. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_parameters_document(xmlDoc **out, const struct eg_parameter_values *values,
                                      const struct eg_package *package, struct eg_error *err);

#endif
