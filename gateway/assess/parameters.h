/*
 * The parameters of a package for one plant and period: the package's own values, and those that a
 * permit in the directory sets, within the package's bounds.
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

/* One value; everything borrowed from package or plant. */
struct eg_parameter_value {
    const struct eg_parameter *parameter;
    const char *component; /* NULL: every one without a value of its own */
    const char *source;    /* emission source; NULL: every */
    const char *value;
    const char *citation;
    bool permit;
};
struct eg_parameter_values {
    struct eg_parameter_value *list; /* in the package's order, the more specific first */
    size_t count, capacity;
};

/*
 * Choose the values.
 *   plant        permit entries for this package are taken from it; NULL: none; kept
 *   from, until  the report's period; an entry counts when it covers the whole of it
 * EG_E_DENIED: an entry may not be used as it is (the directory must be mended); says which.
 * EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_package *package, const struct eg_plant *plant,
                                    const char *from, const char *until, struct eg_error *err);
void eg_parameters_done(struct eg_parameter_values *values);

/* The value of a parameter for a component (NULL: the scalar or the default row), whatever the
 * emission source; NULL: none. */
const char *eg_parameters_value(const struct eg_parameter_values *values, const char *name,
                                const char *component);

/* Canonical text, line form "emgate parameters 1". EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_parameters_text(struct eg_buf *out, const struct eg_parameter_values *values,
                                  struct eg_error *err);

/* The document urn:emgate:parameters:1; xmlFreeDoc. EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_parameters_document(xmlDoc **out, const struct eg_parameter_values *values,
                                      const struct eg_package *package, struct eg_error *err);

#endif
