/*
 * What is allowed in a rule package, but seldom meant: rules without a case, names without a use,
 * checks that walk the whole document for each node, words that one language lacks.
 *
 *   LINT-WALK       warning  a test or a context's condition walks the whole document for each node
 *   LINT-TEST       error    a check that no case finds, or that every case finds
 *   EA-TEST         error    the same of a finding of an assessment
 *   EA-PARAM        error    a parameter that nothing uses
 *   LINT-SETTING    error    a setting that nothing uses
 *   LINT-CODELIST   warning  a code list that nothing names
 *   LINT-SOURCE     error    a source that names nothing
 *   LINT-EXPIRED    warning  the package judges no period any more
 *   LINT-TITLE      warning  a parameter or setting without titles
 *   LINT-LANGUAGE   warning  a check that does not speak German and English
 */
#ifndef EG_WORKBENCH_PACKAGE_LINT_H
#define EG_WORKBENCH_PACKAGE_LINT_H

#include "core/finding.h"
#include "core/package.h"

struct eg_lint {
    const char *code;
    /* EG_SEVERITY_WARNING or _ERROR */
    enum eg_severity severity;
    /* of the package */
    const char *file;
    /* 0 unknown */
    unsigned line;
    /* what is wrong, one line */
    const char *text;
    /* what to do */
    const char *remedy;
};

typedef enum eg_status (*eg_lint_fn)(void *payload, const struct eg_lint *lint);

/*
 * Look at a package that compiles.
 *   at     day "YYYY-MM-DD" that counts as today
 *   told   of each lint in turn, borrowed; a status other than EG_OK ends and is handed on
 * EG_E_FORMAT, EG_E_LIMIT: a file can not be parsed. EG_E_NOMEM. Thread: one that called
 * eg_engine_init.
 */
EG_MUST_USE
enum eg_status eg_package_lint(const struct eg_package *package, const char *at, eg_lint_fn told,
                               void *payload, struct eg_error *err);

/* package_lint_walk.c: an XPath that begins at the root and goes down anywhere ("//x", "/a//x"), or
 * looks before or behind in the whole document (preceding::, following::). */
bool eg_lint_walks(const char *expression);

#endif
