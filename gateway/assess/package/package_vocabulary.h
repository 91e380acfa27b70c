/*
 * Files of the shared vocabularies (rules/vocabulary) that a package takes by name and digest:
 * element `vocabulary` of package.xml.
 *
 * A signed package holds them, so that a gateway needs nothing else. A package that is not signed
 * need not: what is not there is put in from those inside the program. Either way the octets are
 * those of the digest, or the package is refused: never another version.
 */
#ifndef EG_ASSESS_PACKAGE_VOCABULARY_H
#define EG_ASSESS_PACKAGE_VOCABULARY_H

#include "core/package.h"

/*
 * Put in what is not there, unless the package is signed, and hold all against their digests.
 * EG_E_FORMAT: a file is named twice, has another digest, is not there in a signed package, or is
 * not inside this program, in that version. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_package_vocabulary_take(struct eg_package *package, struct eg_error *err);

#endif
