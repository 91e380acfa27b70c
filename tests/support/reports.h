/*
 * The reports that the cases of a package's own tests judge, as files named after the first case
 * that judges each.
 */
#ifndef TESTS_SUPPORT_REPORTS_H
#define TESTS_SUPPORT_REPORTS_H

#include "core/package.h"

/* eg_tree_done; empty when the tests can not be read or a report can not be made. Any thread. */
void reports_of_package(struct eg_tree *out, const struct eg_package *package);

#endif
