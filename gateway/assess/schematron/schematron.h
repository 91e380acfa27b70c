/*
 * ISO Schematron (ISO/IEC 19757-3:2016), query binding xslt, compiled by ourselves.
 *
 * Whatever is doubtful is refused when a schema is compiled: other query bindings, unknown elements
 * and attributes of the Schematron namespace, unbound variables and prefixes, unknown functions,
 * XPath that does not parse. What a report made of it is a finding without language; texts are made
 * later from the recorded values.
 */
#ifndef EG_ASSESS_SCHEMATRON_H
#define EG_ASSESS_SCHEMATRON_H

#include "assess/xml/xml.h"

/*
 * A package parameter: $name. A value that is a number (numbers.h) becomes one, else a string; with
 * `node` it is a node-set of that node (a run's own: what compile is given there does not matter).
 */
struct eg_schematron_param {
    const char *name, *value;
    xmlNode *node;
};

struct eg_schematron_options {
    /* NULL: the schema's defaultPhase, or #ALL */
    const char *phase;
    /* As packages want it: every assert and report has an id (else ids are made), and a role is one
     * of our four words (else another role leaves the severity as it would be without). */
    bool strict;
    /* names known to the schema, with default values */
    const struct eg_schematron_param *params;
    size_t param_count;
};

struct eg_schematron;       /* immutable after compile: any thread */
struct eg_schematron_state; /* what changes while one thread checks; owner thread */

/*
 * Compile `name` from `loader`, which is kept (document() and include look there).
 * EG_E_FORMAT "file:line: text (clause)", EG_E_DENIED, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_schematron_compile(struct eg_schematron **out, const struct eg_loader *loader,
                                     const char *name, const struct eg_schematron_options *options,
                                     struct eg_error *err);
void eg_schematron_free(struct eg_schematron **schema);

/*
 * What a thread needs to check with a schema, which is kept and may be shared. It keeps the
 * expressions that it has compiled and the documents that it has read from one report to the next.
 */
EG_MUST_USE
enum eg_status eg_schematron_state_new(struct eg_schematron_state **out,
                                       const struct eg_schematron *schema, struct eg_error *err);
void eg_schematron_state_free(struct eg_schematron_state **state);

struct eg_schematron_job {
    xmlDoc *doc;
    /* written into findings */
    unsigned step;
    /* values that replace the defaults; may be NULL */
    const struct eg_schematron_param *params;
    size_t param_count;
    /* also write SVRL (ISO/IEC 19757-3 Annex D); NULL: no */
    struct eg_buf *svrl;
    /* what SVRL calls the document in hand; NULL: nothing */
    const char *document;
    /* ask libxml2's XPath for every context and test: the second opinion */
    bool by_xpath;
};

/*
 * Run the checks of the phase, in order, into findings.
 *   fatal   a fatal finding stopped the run
 * EG_E_LIMIT: a ceiling was reached (operations, octets produced): says nothing of the report.
 * EG_E_FORMAT: an expression failed in a way that load could not see (wrong type of argument).
 * EG_E_USAGE: a parameter that compile did not know.
 */
EG_MUST_USE
enum eg_status eg_schematron_run(bool *fatal, struct eg_schematron_state *state,
                                 const struct eg_schematron_job *job, struct eg_findings *findings,
                                 struct eg_error *err);

/*
 * The checks of the phase as an XSLT 1.0 stylesheet of the usual make (a mode a pattern, a template
 * a rule): what they would cost in libxslt. For measuring and as a third opinion; holes of texts
 * are filled, diagnostics are not written. Its result is <found> with one <f rule="id"/> each.
 *   params   values of variables; nodes are left out
 * EG_E_USAGE: the schema has variables or keys of its own, which this does not write.
 */
EG_MUST_USE
enum eg_status eg_schematron_sheet(struct eg_buf *out, const struct eg_schematron *schema,
                                   const struct eg_schematron_param *params, size_t param_count,
                                   struct eg_error *err);

/*
 * Text of a finding in "de" or "en" (the other one if the schema lacks it), from the recorded
 * values alone. EG_E_NOTFOUND: the rule is not of this schema.
 */
EG_MUST_USE
enum eg_status eg_schematron_text(struct eg_buf *out, const struct eg_schematron *schema,
                                  const struct eg_finding *finding, const char *lang,
                                  struct eg_error *err);

#endif
