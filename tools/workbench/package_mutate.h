/*
 * Do a package's tests notice when a rule of it is wrong? Each check (assert, report) and each
 * finding of an assessment is silenced and turned round in turn, in memory and unsigned, and the
 * package's own tests must fail.
 */
#ifndef EG_WORKBENCH_PACKAGE_MUTATE_H
#define EG_WORKBENCH_PACKAGE_MUTATE_H

#include "assess/judge/engine.h"

enum eg_mutation {
    EG_MUTATION_SILENT, /* the rule is never found */
    EG_MUTATION_TURNED, /* it is found where it was not, and the other way round */
};
const char *eg_mutation_text(enum eg_mutation mutation); /* "silent", "turned" */

struct eg_mutant {
    /* of the package */
    const char *file;
    unsigned line;
    /* id; "" if it has none */
    const char *rule;
    enum eg_mutation mutation;
    bool noticed;
    /* case that noticed; "" if none, or if the mutant does not compile */
    const char *by;
};

/* Told of each mutant in turn, borrowed. Returns false to stop. */
typedef bool (*eg_mutant_fn)(void *payload, const struct eg_mutant *mutant);

struct eg_mutations {
    size_t tried, missed;
};

/*
 * Try all mutants of a package that compiles and passes its tests.
 *   told   may be NULL
 * EG_OK: look at out->missed. EG_E_FORMAT, EG_E_LIMIT, EG_E_NOMEM. Thread: one that called
 * eg_engine_init.
 */
EG_MUST_USE
enum eg_status eg_package_mutate(struct eg_mutations *out, const struct eg_package *package,
                                 eg_mutant_fn told, void *payload, struct eg_error *err);

#endif
