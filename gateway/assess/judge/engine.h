/*
 * The engine: compiles packages, reads a document's identity, judges it.
 *
 * Three moments: eg_rules_compile once per package; eg_judge_new once per thread that judges by it;
 * then per report eg_document_parse, eg_judge_read, eg_judge_run. Nothing here looks at network,
 * host, locale, time or chance.
 */
#ifndef EG_ASSESS_ENGINE_H
#define EG_ASSESS_ENGINE_H

#include "core/directory.h"
#include "core/outcome.h"

/* Once per process before any thread uses the engine: parser initialisation, denied loaders, EXSLT
 * subset. */
EG_MUST_USE
enum eg_status eg_engine_init(struct eg_error *err);
void eg_engine_done(void); /* for leak-clean tests and exits */

struct eg_rules;    /* a compiled package; immutable after compile: any thread, any number */
struct eg_judge;    /* what one thread judges with by a compiled package; owner thread */
struct eg_document; /* a parsed report; owner thread */

/*
 * Compile all steps. `package` is kept. Anything doubtful is an error here, never at run time:
 * EG_E_FORMAT with "file:line: text", EG_E_DENIED (a load from outside the package), EG_E_LIMIT.
 * Blocking (milliseconds; a large package more). Free it after the judges that were made from it.
 */
EG_MUST_USE
enum eg_status eg_rules_compile(struct eg_rules **out, const struct eg_package *package,
                                struct eg_error *err);
void eg_rules_free(struct eg_rules **rules);
const struct eg_package *eg_rules_package(const struct eg_rules *rules);

/*
 * A thread's own part of a compiled package, small: expressions that XPath must answer and
 * transforms are compiled for it when a report first asks for them, as the libraries write into
 * both while they run; documents whose names a check computes are read into it.
 *   rules   kept
 * EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_judge_new(struct eg_judge **out, const struct eg_rules *rules,
                            struct eg_error *err);
void eg_judge_free(struct eg_judge **judge);
const struct eg_rules *eg_judge_rules(const struct eg_judge *judge);

/*
 * Parse a report under the published input limits (EG_INPUT_LIMITS). When it breaks one, has a
 * DOCTYPE or is not well-formed, *out stays NULL and a finding is added: a verdict, EG_OK all the
 * same.
 *   max_len   the gateway's limit on a report's octets
 */
EG_MUST_USE
enum eg_status eg_document_parse(struct eg_document **out, struct eg_findings *findings,
                                 struct eg_bytes xml, size_t max_len, struct eg_error *err);
/* The same as an engine of these log semantics did it, for who repeats a decision. */
EG_MUST_USE
enum eg_status eg_document_parse_recorded(struct eg_document **out, struct eg_findings *findings,
                                          struct eg_bytes xml, size_t max_len, uint32_t semantics,
                                          struct eg_error *err);
void eg_document_free(struct eg_document **document);
/* Root element; borrowed. Namespace "" if none. */
void eg_document_root(const struct eg_document *document, const char **ns, const char **name);

/*
 * Read identity, plant and period with the identity XPaths of the package. When something can not
 * be read a finding EG_RULE_IDENTITY is added and *readable is false.
 */
EG_MUST_USE
enum eg_status eg_judge_read(struct eg_report_header *out, bool *readable,
                             struct eg_findings *findings, struct eg_judge *judge,
                             struct eg_document *document, struct eg_error *err);

/* What is judged; borrowed. */
struct eg_judge_job {
    struct eg_document *document;
    /* as eg_judge_read read it */
    const struct eg_report_header *header;
    /* parameters and settings are taken from it; NULL: none */
    const struct eg_plant *plant;
    /* facts in force of earlier reports of this plant under this package; NULL: none */
    const struct eg_facts *known;
    /* when the gateway took the report; 0: not known, and whether its period is over is not asked
     */
    int64_t received_at_ms;
    /* of the engine that judges; 0: the present. Who repeats a decision gives those of its entry */
    uint32_t semantics;
};

/*
 * Judge: choose the parameters, run the steps in order, decide whether the report is accepted, make
 * the notifications of an accepted one (recipients left NULL). A fatal finding stops the run, and
 * so does an error in a schema step. `outcome` is untouched on failure.
 * EG_E_LIMIT: a ceiling of the package was reached (answer CEILING). EG_E_DENIED: a permit value
 * out of the package's bounds, or a setting that is missing (answer SETTING). Neither is the
 * sender's fault.
 */
EG_MUST_USE
enum eg_status eg_judge_run(struct eg_outcome *outcome, struct eg_judge *judge,
                            const struct eg_judge_job *job, struct eg_error *err);

/*
 * First day of which a report that ends on `until` needs facts. false: the package recalls nothing,
 * `from` stays untouched.
 */
bool eg_rules_needs(const struct eg_rules *rules, const char *until, char from[11]);

/*
 * What a report of this plant owes on `day`, without one: limits of all assessments, added to `out`
 * (see eg_assessment_owed). A package without assessments owes no judgement of a limit.
 *   plant   settings, permits, sources; NULL: nothing is known of it
 * EG_E_USAGE: the package does not judge that day. EG_E_DENIED: a setting is missing, or a permit
 * is out of bounds. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_rules_owed(struct eg_judged *out, const struct eg_rules *rules,
                             const struct eg_plant *plant, const char *day, struct eg_error *err);

/*
 * Also write SVRL from now on: one buffer for each step of the package, in order (those of steps
 * that are no checks stay empty); kept. NULL: no longer. Documents are named "report" or as the
 * package names its result.
 */
void eg_judge_svrl(struct eg_judge *judge, struct eg_buf *bufs);

/*
 * For measuring and comparing. `clock`: CPU of each step of the package is added to step_ns in
 * nanoseconds; kept, NULL: no longer. `by_xpath`: checks ask libxml2 for everything. `sheet`: the
 * checks of a step (from 0) as a stylesheet, see schematron.h; EG_E_USAGE: it has none, or none
 * that can be written so.
 */
void eg_judge_clock(struct eg_judge *judge, int64_t *step_ns);
void eg_judge_by_xpath(struct eg_judge *judge, bool by_xpath);
EG_MUST_USE
enum eg_status eg_rules_sheet(struct eg_buf *out, const struct eg_rules *rules, size_t step,
                              struct eg_error *err);

/* Results of assessments show every column from now on, or no longer: each value's way from
 * measured to judged. A gateway never asks for it. */
void eg_judge_explain(struct eg_judge *judge, bool explain);

/* The text of a finding in "de" or "en" from the package that made it, values filled in; built-in
 * rules too. */
EG_MUST_USE
enum eg_status eg_rules_text(struct eg_buf *out, const struct eg_rules *rules,
                             const struct eg_finding *finding, const char *lang,
                             struct eg_error *err);

#endif
