/*
 * A package's own tests (tests/tests.xml, urn:emgate:package-tests:1): reports, and what the
 * package must say of them. The reports are package_report.h's.
 */
#ifndef EG_WORKBENCH_PACKAGE_TESTS_H
#define EG_WORKBENCH_PACKAGE_TESTS_H

#include "assess/judge/engine.h"
#include "workbench/package_report.h"

struct eg_package_tests {
    size_t total, failed;
    /* the package has tests */
    bool present;
};

/* One case, borrowed. */
struct eg_package_case {
    size_t index, total;
    const char *name;
    /* false: `text` says in one line what differed */
    bool passed;
    const char *text;
    /* that was judged; none when it could not be made */
    struct eg_bytes report;
    /* findings and results; empty where nothing was judged */
    const struct eg_outcome *outcome;
};

/* Told of each case in turn. Returns false to stop. */
typedef bool (*eg_package_tests_fn)(void *payload, const struct eg_package_case *done);

/*
 * Run them all by a compiled package.
 *   told   may be NULL
 * EG_OK: run, look at out->failed. EG_E_FORMAT: the tests themselves are in error (file:line).
 * EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_package_tests_run(struct eg_package_tests *out, const struct eg_rules *rules,
                                    eg_package_tests_fn told, void *payload, struct eg_error *err);

#endif
