/*
 * The assessment language (rules/ASSESSMENT.md): how measured series are judged. Compiled once to a
 * flat list of operations over columns; a run parses no expression and looks up no name.
 *
 *   readings/<name>.xml    urn:emgate:reading:1      how elements of a report become columns
 *   assessment/<name>.xml  urn:emgate:assessment:1   the rules
 *   result                 urn:emgate:assessment-result:2; :1 for log semantics before 4
 */
#ifndef EG_ASSESS_ASSESSMENT_H
#define EG_ASSESS_ASSESSMENT_H

#include "assess/package/parameters.h"
#include "assess/xml/xml.h"
#include "core/facts.h"
#include "core/judged.h"

#include <emgate/version.h>

/* Log semantics from which places of an unknown selection are owed and undecided; an engine before
 * dropped them, made 0 of a sum over nothing, and passed over classes that it could not decide. */
#define EG_ASSESS_OWED_SINCE EG_SEMANTICS_COUNTED

struct eg_assessment; /* immutable after compile; runs keep their state outside */

/*
 * Compile `file` of the package with the reading it names. Whatever is doubtful is refused here:
 * EG_E_FORMAT "file:line: EA-CODE: what is wrong; what to do".
 *   package, loader   kept
 *   result            name that the package's step gives the result
 */
EG_MUST_USE
enum eg_status eg_assessment_compile(struct eg_assessment **out, const struct eg_loader *loader,
                                     const struct eg_package *package, const char *file,
                                     const char *result, struct eg_error *err);
void eg_assessment_free(struct eg_assessment **assessment);

/*
 * First day of which a report that ends on `until` needs facts (its longest window), and whether it
 * recalls anything at all (false: `from` stays untouched).
 */
bool eg_assessment_needs(const struct eg_assessment *assessment, const char *until, char from[11]);

struct eg_assessment_job {
    /* the report */
    xmlDoc *doc;
    /* written into findings */
    unsigned step;
    /* period, plant */
    const struct eg_report_header *header;
    /* settings; NULL: none are set */
    const struct eg_plant *plant;
    /* of this plant and period */
    const struct eg_parameter_values *values;
    /* facts in force; NULL: none */
    const struct eg_facts *known;
    /* the result shows every column */
    bool explain;
    /* log semantics of the engine whose judgement this is; 0: the present */
    uint32_t semantics;
};

/* Where a run writes to; on failure what was appended says nothing. */
struct eg_assessment_output {
    /* appended to; UTF-8, same octets on any machine */
    struct eg_buf *result;
    /* added to */
    struct eg_findings *findings;
    /* may be NULL; the facts of `known` that were looked at, and its `later` */
    struct eg_facts *recalled;
    /* may be NULL; what this report leaves behind */
    struct eg_facts *remembered;
    /* may be NULL; what was owed and judged, by limit; of semantics before 4 nothing is added */
    struct eg_judged *judged;
};

/*
 * Judge. A report that can not be read onto the grid gives error findings and no result.
 *   made   false: it could not, nothing was written or remembered
 * EG_E_DENIED: a setting of the plant is missing or none of its words (the registrar's to mend).
 * EG_E_FORMAT: a fact was left in another unit. EG_E_LIMIT: the result is too large. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_assessment_run(const struct eg_assessment_output *out, bool *made,
                                 const struct eg_assessment *assessment,
                                 const struct eg_assessment_job *job, struct eg_error *err);

/*
 * What a report of this plant and day owes, without one: each limit of each source and component,
 * added to `out` with counts.owed alone (undecided as much). Sources are those that the plant has;
 * of one without any "*" stands for each that it reports. Of a list of samplings, which has no
 * places before it is reported, nothing is owed.
 *
 *   job   header, plant, values; doc is not looked at
 * Errors as eg_assessment_run.
 */
EG_MUST_USE
enum eg_status eg_assessment_owed(struct eg_judged *out, const struct eg_assessment *assessment,
                                  const struct eg_assessment_job *job, struct eg_error *err);

/* The text of a finding in "de" or "en" from its recorded values, its citation in brackets
 * behind it. EG_E_NOTFOUND: not of this. */
EG_MUST_USE
enum eg_status eg_assessment_text(struct eg_buf *out, const struct eg_assessment *assessment,
                                  const struct eg_finding *finding, const char *lang,
                                  struct eg_error *err);

/*
 * Add to `to` every setting that judging this report would ask for and the directory lacks. Nothing
 * is judged; a report that can not be read onto the grid adds nothing.
 *   job   doc, header, values
 * EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_assessment_lacking(struct eg_settings_lacking *to,
                                     const struct eg_assessment *assessment,
                                     const struct eg_assessment_job *job, struct eg_error *err);

/* The grammar, element by element in the order of the reference; NULL: no more. */
struct eg_assessment_element {
    const char *element;
    /* blanks between; NULL: text only */
    const char *children;
    /* blanks between; "!" behind those that must be there */
    const char *attributes;
};
const struct eg_assessment_element *eg_assessment_element_at(size_t index);

#endif
