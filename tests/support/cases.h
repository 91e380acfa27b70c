/* Cases of a package's tests without a package around them. */
#ifndef TESTS_SUPPORT_CASES_H
#define TESTS_SUPPORT_CASES_H

#include "base/bytes.h"

/*
 * Read `tests` as tests/tests.xml, with the report as tests/report.xml beside it, and make the
 * report of the case so named; NULL: only read the tests. EG_E_NOTFOUND: no case is called that.
 */
enum eg_status cases_make(struct eg_buf *out, const char *tests, const char *report,
                          const char *name, struct eg_error *err);

#endif
