/*
 * One change of a report that a package's tests state (vocabulary/package-tests.xsd: set, unset,
 * remove, replace, add, copy).
 *
 * Refused, with file and line: a path or place that finds nothing, a place that is not declared,
 * numbers beyond what is found, fewer or more values than elements, and a change after which the
 * report is as it was. A report can not grow beyond EG_REPORT_MAX octets nor EG_XML_DEPTH_MAX
 * elements in each other: both are known before anything is copied.
 */
#ifndef EG_WORKBENCH_PACKAGE_CHANGE_H
#define EG_WORKBENCH_PACKAGE_CHANGE_H

#include "workbench/package_select.h"

struct eg_package_change {
    const struct eg_package_paths *paths;
    /* root of the tests: places are declared there */
    const xmlNode *tests;
    xmlDoc *report;
    /* at most so many has the report by now */
    size_t octets;
};

/* Is the element a change? */
bool eg_package_change_is(const xmlNode *node);

/* Make the change that the element `node` states. EG_E_FORMAT, EG_E_LIMIT, EG_E_NOMEM; the report
 * may be half changed then. */
EG_MUST_USE
enum eg_status eg_package_change_make(struct eg_package_change *work, const xmlNode *node,
                                      struct eg_error *err);

#endif
