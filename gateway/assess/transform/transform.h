/*
 * XSLT 1.0 transforms, locked down: files from the package's memory alone, no output but the
 * result, ceilings on depth, operations, octets and memory, the same octets on every machine.
 */
#ifndef EG_ASSESS_TRANSFORM_H
#define EG_ASSESS_TRANSFORM_H

#include "assess/package/parameters.h"
#include "assess/xml/xml.h"

/* Once per process, after eg_xml_init: nothing may be written or fetched by default. */
EG_MUST_USE
enum eg_status eg_transform_init(struct eg_error *err);
void eg_transform_done(void);

struct eg_transform; /* owner thread */

/*
 * Compile `name` with all that it imports. Global xsl:param are parameters of `package` or
 * "parameters"; package NULL: none may be given a value, any may be declared.
 *   loader   kept: document() looks there too
 * EG_E_FORMAT "file:line: text", EG_E_DENIED, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_transform_compile(struct eg_transform **out, const struct eg_loader *loader,
                                    const char *name, const struct eg_package *package,
                                    struct eg_error *err);
void eg_transform_free(struct eg_transform **transform);

struct eg_transform_limits {
    unsigned long operations;
    /* texts made by functions */
    size_t octets;
    /* held by the libraries beyond what was there before */
    size_t memory;
    /* of templates */
    int depth;
};
extern const struct eg_transform_limits eg_transform_limits_default;

struct eg_transform_job {
    xmlDoc *doc;
    /* NULL: none */
    const struct eg_parameter_values *values;
    /* document of them; NULL: none */
    xmlDoc *parameters;
    /* NULL: the default ones */
    const struct eg_transform_limits *limits;
    /* octets of the serialised result */
    size_t result_max;
};

/*
 * Run.
 *   doc_out   the result as a tree, xmlFreeDoc; may be NULL
 *   out       the result in UTF-8 is appended
 * EG_E_LIMIT: a ceiling was reached. EG_E_FORMAT: the sheet failed on this document, or made no
 * well-formed one. Neither says anything of the report. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_transform_run(xmlDoc **doc_out, struct eg_buf *out,
                                struct eg_transform *transform, const struct eg_transform_job *job,
                                struct eg_error *err);

#endif
