/*
 * The cases of a package's tests and the reports that they judge: a file of the package, or a base
 * with changes.
 */
#ifndef EG_WORKBENCH_PACKAGE_REPORT_H
#define EG_WORKBENCH_PACKAGE_REPORT_H

#include "core/package.h"
#include "workbench/package_select.h"

#define EG_PACKAGE_TESTS_FILE "tests/tests.xml"
#define EG_PACKAGE_TESTS_PREFIXES_MAX 16 /* as the schema bounds them */

struct eg_package_cases {
    const struct eg_package *package;
    /* NULL: the package has no tests */
    xmlDoc *doc;
    const xmlNode *root;
    struct eg_xml_ns ns[EG_PACKAGE_TESTS_PREFIXES_MAX];
    struct eg_package_paths paths;
};

/*
 * Read the tests of a package and check what their schema can not say:
 *   1 a base and a case begin with a report or with a base above, never both
 *   2 names of bases and places are there once, and so are names of cases where there is a base
 *   3 each base is begun with, each place is used
 *   4 no setting of every case is there twice
 *   package   kept
 * EG_E_FORMAT with file and line, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_package_cases_open(struct eg_package_cases *out, const struct eg_package *package,
                                     struct eg_error *err);
void eg_package_cases_close(struct eg_package_cases *cases);

/*
 * The report of the element `node`, a case or base: the octets of its file when nothing is changed,
 * else UTF-8 as it is after the changes of its bases, the lowest first, and its own.
 * EG_E_FORMAT, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_package_report_make(struct eg_buf *out, const struct eg_package_cases *cases,
                                      const xmlNode *node, struct eg_error *err);

#endif
