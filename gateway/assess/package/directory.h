/*
 * Reading the participant directory's XML: rules/vocabulary/directory.xsd (urn:emgate:directory:2)
 * and the generation before, directory-1.xsd. Both give the same structs (core/directory.h).
 */
#ifndef EG_ASSESS_DIRECTORY_H
#define EG_ASSESS_DIRECTORY_H

#include "core/directory.h"

/*
 * Parse and validate. `xml` and `signature` are copied into the directory. Does not check the
 * signature. EG_E_FORMAT with line and what to do; EG_E_LIMIT; EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_directory_parse(struct eg_directory **out, struct eg_bytes xml,
                                  struct eg_bytes signature, struct eg_error *err);

#endif
