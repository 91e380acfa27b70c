/*
 * Reading a document's identity, plant and period with a package's identity XPaths, compiled once.
 */
#ifndef EG_ASSESS_REPORT_HEADER_H
#define EG_ASSESS_REPORT_HEADER_H

#include "core/finding.h"
#include "core/package.h"

#include <libxml/tree.h>

struct eg_reader; /* owner thread */

/* Compile. `package` is borrowed. EG_E_FORMAT with the path at fault, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_reader_new(struct eg_reader **out, const struct eg_package *package,
                             struct eg_error *err);
void eg_reader_free(struct eg_reader **reader);

/*
 * Read. What can not be read adds a finding EG_RULE_IDENTITY (values what, value) and *readable is
 * false; *out is filled only when all is readable. EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_reader_read(struct eg_report_header *out, bool *readable,
                              struct eg_findings *findings, struct eg_reader *reader, xmlDoc *doc,
                              struct eg_error *err);

/* The zone of the report's times, "+01:00"; "": the package does not say where it is read, or it is
 * not of that form. EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_reader_zone(char out[7], struct eg_reader *reader, xmlDoc *doc,
                              struct eg_error *err);

#endif
