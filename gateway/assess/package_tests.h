/*
 * A package's own tests (tests/tests.xml, urn:emgate:package-tests:1): reports, and what the
 * package must say of them.
 */
#ifndef EG_ASSESS_PACKAGE_TESTS_H
#define EG_ASSESS_PACKAGE_TESTS_H

#include "assess/engine.h"

#define EG_PACKAGE_TESTS_FILE "tests/tests.xml"

struct eg_package_tests {
    size_t total, failed;
    bool present; /* the package has tests */
};

/*
 * Told of each case in turn.
 *   passed   false: `text` says in one line what differed
 *   outcome  findings and results of the case, borrowed; empty where nothing was judged
 * Returns false to stop.
 */
typedef bool (*eg_package_tests_fn)(void *payload, size_t index, size_t total, const char *name,
                                    bool passed, const char *text,
                                    const struct eg_outcome *outcome);

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
