/*
 * What a case of a package's tests supposes: what the directory says of the plant (permits,
 * settings) and which facts earlier reports left.
 */
#ifndef EG_WORKBENCH_PACKAGE_GIVEN_H
#define EG_WORKBENCH_PACKAGE_GIVEN_H

#include "assess/xml/xml.h"
#include "core/directory.h"
#include "core/facts.h"

#define EG_PACKAGE_TESTS_NS "urn:emgate:package-tests:1"

struct eg_package_given {
    /* id is left to the caller, borrowed */
    struct eg_plant plant;
    /* of any day */
    struct eg_facts facts;
};

/*
 * Read the permits, settings and facts of the element `node`.
 *   package   id that permits and settings are of; kept
 *   earlier   facts that are there before those of `node`; NULL: none; copied
 *   file      name of the file, for messages
 * EG_E_FORMAT with the line, EG_E_LIMIT, EG_E_NOMEM. On failure too eg_package_given_done is due.
 */
EG_MUST_USE
enum eg_status eg_package_given_read(struct eg_package_given *out, const xmlNode *node,
                                     const char *package, const struct eg_facts *earlier,
                                     const char *file, struct eg_error *err);
void eg_package_given_done(struct eg_package_given *given);

/*
 * The facts as a gateway would show them to a report that ends on `until`: those of earlier days,
 * and of later days that they are there. A fact of the report's own day is what it corrects.
 * EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_package_given_known(struct eg_facts *out, const struct eg_package_given *given,
                                      const char *until, struct eg_error *err);

#endif
