/*
 * XSD 1.0 schemas of packages, compiled from the package's memory, and validation into findings.
 */
#ifndef EG_ASSESS_SCHEMA_H
#define EG_ASSESS_SCHEMA_H

#include "assess/xml/xml.h"

/*
 * Immutable after compile, also inside libxml2: what its validator writes (counters of content
 * models, keys, values) lies in a context that each validation makes for itself. Any thread.
 */
struct eg_schema;

/*
 * Compile `name` with everything it includes and imports, from `loader` alone (borrowed).
 * Every warning of the compiler, every denied load, default= and fixed= values are refused.
 * EG_E_FORMAT "file:line: text", EG_E_DENIED, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_schema_compile(struct eg_schema **out, const struct eg_loader *loader,
                                 const char *name, struct eg_error *err);
void eg_schema_free(struct eg_schema **schema);

struct eg_schema_job {
    xmlDoc *doc;
    /* of the package, written into findings; 0: none */
    unsigned step;
    /* prefixes for locations; may be NULL */
    const struct eg_xml_ns *ns;
    size_t ns_count;
};

/*
 * Validate; each violation is an error finding EG_RULE_SCHEMA with values message (one line) and
 * code (libxml2's number). The document is not changed.
 *   valid   true: no violation
 * EG_E_NOMEM, EG_E_LIMIT (too many findings), EG_E_INTERNAL: the validator failed.
 */
EG_MUST_USE
enum eg_status eg_schema_validate(bool *valid, const struct eg_schema *schema,
                                  const struct eg_schema_job *job, struct eg_findings *findings,
                                  struct eg_error *err);

#endif
