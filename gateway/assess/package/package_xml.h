/*
 * package.xml into struct eg_package: taking it over (package_xml.c) and asking what the schema can
 * not say (package_check.c).
 */
#ifndef EG_ASSESS_PACKAGE_XML_H
#define EG_ASSESS_PACKAGE_XML_H

#include "core/package.h"

#define EG_PACKAGE_FILE "package.xml"
#define EG_RESULT_REPORT "report" /* what tests call the report itself; no result is named so */

/* Fill everything but tree, digest and is_signed. EG_E_FORMAT "package.xml:line", EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_package_xml_read(struct eg_package *package, struct eg_bytes xml,
                                   struct eg_error *err);

/*
 * Ids unique, bounds hold, files there, results made before they are used, identity complete.
 * EG_E_FORMAT, EG_E_DENIED (a step's file is not in the package).
 */
EG_MUST_USE
enum eg_status eg_package_check(const struct eg_package *package, struct eg_error *err);

#endif
