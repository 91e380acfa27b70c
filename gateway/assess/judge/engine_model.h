/*
 * A compiled package, between engine.c, which makes it, and judge.c, which judges by it.
 */
#ifndef EG_ASSESS_ENGINE_MODEL_H
#define EG_ASSESS_ENGINE_MODEL_H

#include "assess/assessment/assessment.h"
#include "assess/judge/engine.h"
#include "assess/package/parameters.h"
#include "assess/schema/schema.h"
#include "assess/schematron/schematron.h"
#include "assess/xml/memory.h"

/*
 * One step of the package. Transforms are compiled by each judge for itself: libxslt writes into a
 * stylesheet while it runs it (the functions that its expressions have found, counters of its
 * dictionary, keys).
 */
struct eg_rules_step {
    const struct eg_step *plan;
    struct eg_schema *schema;
    struct eg_schematron *checks;
    struct eg_assessment *assessment;
};

/* A parameter as checks see it: $name, or $name.component for a row. */
struct eg_rules_variable {
    char *name;
    const char *parameter, *component;
};

/* Nothing here changes after eg_rules_compile. */
struct eg_rules {
    const struct eg_package *package;
    struct eg_loader loader;
    struct eg_xml_ns *ns;
    struct eg_rules_step *steps;
    size_t step_count;
    /* the first is the node-set of all parameters */
    struct eg_rules_variable *variables;
    /* one for each variable, their names */
    struct eg_schematron_param *params;
    size_t variable_count;
    struct eg_parameter_rules *parameter_rules;
    /* Parameters without any entry of a directory, if the package needs none: made once. */
    struct eg_parameter_values values;
    struct eg_buf parameters_text;
};

static inline enum eg_status eg_rules_no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, "rules", "memory ran out");
}

/* What the libraries made of a package or report counts only if they got all memory they asked for.
 *   refused   how many allocations had failed before */
static inline enum eg_status eg_rules_in_memory(enum eg_status status, unsigned long refused,
                                                struct eg_error *err)
{
    return eg_memory_refused() == refused ? status : eg_rules_no_memory(err);
}

#endif
