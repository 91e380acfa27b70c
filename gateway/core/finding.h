/*
 * Findings: what the rules say of a report, recorded without language.
 *
 * A finding holds rule id, severity, place and the values filled in. Text in German or English is
 * made when it is shown, from the archived package (assess) or from the table of built-in input
 * rules below.
 *
 * Canonical text (hashed into the entry, kept in the archive), in the line form of base/text.h:
 *
 *   emgate findings 2
 *   package <id> <version> sha256:<hex>      absent when no package was chosen
 *   valid yes|no                             what the rules say
 *   omitted <n>                              findings beyond the ceilings
 *   counts <owed> <judged> <exceeded> <undecided>      over all limits (core/judged.h)
 *   judged <rule id> <source> <component, or -> <owed> <judged> <exceeded> <undecided>
 *          <not applicable>                  for each limit
 *   judged-omitted <n>                       limits beyond the ceilings, in counts
 *   finding <severity> <rule id>             then, for this finding:
 *   step <n>                                 number of the package's step, from 1; 0 = input limits
 *   location <XPath>                         absent if none
 *   line <n>                                 0 unknown
 *   value <name> <text>                      in the order of the rule
 *
 * Form 1, of decisions before log semantics 4, has no counts, judged and judged-omitted.
 *
 * The text holds at most EG_FINDINGS_COUNT_MAX findings and EG_FINDINGS_MAX octets; limits take at
 * most a quarter of these. The findings and limits that do not fit are left out from the end and
 * counted, so that no report can make its own decision too large to be recorded.
 */
#ifndef EG_CORE_FINDING_H
#define EG_CORE_FINDING_H

#include "base/bytes.h"
#include "base/crypto.h"
#include "core/judged.h"
#include "core/package.h"

enum eg_severity { EG_SEVERITY_INFO, EG_SEVERITY_WARNING, EG_SEVERITY_ERROR, EG_SEVERITY_FATAL };

struct eg_value {
    char *name;
    char *text;
};

struct eg_finding {
    enum eg_severity severity;
    /* id, unique in the package's step */
    char *rule;
    unsigned step;
    /* NULL: none */
    char *location;
    unsigned line;
    struct eg_value *values;
    size_t value_count, value_capacity;
};

struct eg_findings {
    struct eg_finding *list;
    size_t count, capacity;
    /* not kept beyond EG_FINDINGS_COUNT_MAX */
    size_t omitted;
    /* counts all, omitted ones too */
    size_t by_severity[4];
};

/* Built-in rules: findings about the input itself, without a package. */
#define EG_RULE_OCTETS "limit-octets" /* the other published limits: base/limits.h */
#define EG_RULE_SIZE "input-size"     /* before log semantics 3, for octets */
#define EG_RULE_DOCTYPE "input-doctype"
#define EG_RULE_NESTING "input-nesting" /* before 3, for depth, attributes, namespaces */
#define EG_RULE_WELL_FORMED "input-not-well-formed"
#define EG_RULE_IDENTITY "identity-unreadable"
#define EG_RULE_IDENTITY_TAKEN "identity-taken"
#define EG_RULE_SCHEMA "schema"

/* Built-in rules of periods: no day that this plant can have reported by then. */
#define EG_RULE_PERIOD_OPEN "period-open"
#define EG_RULE_PLANT_PERIOD "plant-period"
#define EG_RULE_PLANT_ZONE "plant-zone"

/* Built-in rules of readings: what keeps a report's values off the grid of an assessment. */
#define EG_RULE_READING_ROOT "reading-root"
#define EG_RULE_GRID_PERIOD "grid-period"
#define EG_RULE_GRID_STEP "grid-step"
#define EG_RULE_GRID_PLACE "grid-place"
#define EG_RULE_GRID_TWICE "grid-twice"
#define EG_RULE_GRID_SIZE "grid-size"
#define EG_RULE_SOURCE_NAME "source-name"
#define EG_RULE_SOURCE_TWICE "source-twice"
#define EG_RULE_SERIES_NAME "series-name"
#define EG_RULE_SERIES_TWICE "series-twice"
#define EG_RULE_STATUS_UNKNOWN "status-unknown"
#define EG_RULE_NUMBER_FORM "number-form"
#define EG_RULE_NUMBER_MISSING "number-missing"
#define EG_RULE_UNIT_UNKNOWN "unit-unknown"
#define EG_RULE_WORD_UNKNOWN "word-unknown"

/* Built-in rules of assessments: what is owed and was not reported, or could not be judged. */
#define EG_RULE_SOURCE_OWED "source-owed"
#define EG_RULE_SERIES_OWED "series-owed"
#define EG_RULE_COLUMN_OWED "column-owed"
#define EG_RULE_VALUE_IMPLAUSIBLE "value-implausible"
#define EG_RULE_UNDECIDED_NOT_REPORTED "undecided-not-reported"
#define EG_RULE_UNDECIDED_STATUS "undecided-status"
#define EG_RULE_UNDECIDED_FIGURE "undecided-figure"
#define EG_RULE_UNDECIDED_HISTORY "undecided-history"
#define EG_RULE_UNDECIDED_FORMULA "undecided-formula"

const char *eg_severity_text(enum eg_severity severity);
bool eg_severity_named(const char *text, enum eg_severity *out);

void eg_findings_init(struct eg_findings *findings);
void eg_findings_done(struct eg_findings *findings);

/* What a finding says before it has values. */
struct eg_finding_head {
    enum eg_severity severity;
    const char *rule;
    /* 0: of no step */
    unsigned step;
    /* NULL: none */
    const char *location;
    /* 0: not known */
    unsigned line;
};

/*
 * Add a finding; texts are copied. Beyond the ceiling it is only counted and *out is NULL.
 * Tab and CR become blanks, other control characters but LF and what is not UTF-8 become U+FFFD.
 *
 *   out   may be NULL; borrowed from `findings` until the next add; give it values with
 *         eg_finding_value
 */
EG_MUST_USE
enum eg_status eg_findings_add(struct eg_findings *findings, const struct eg_finding_head *head,
                               struct eg_finding **out, struct eg_error *err);

/* Append a value; does nothing when finding is NULL (an omitted one). Value text is cut at
 * EG_FINDING_VALUE_MAX octets on a UTF-8 boundary; a blank in a name becomes '-'. */
EG_MUST_USE
enum eg_status eg_finding_value(struct eg_finding *finding, const char *name, const char *text,
                                struct eg_error *err);

/* No fatal and no error finding. */
bool eg_findings_valid(const struct eg_findings *findings);

/*
 * Write the canonical text.
 *   package   NULL: none was chosen
 *   judged    what was owed and judged: form 2; NULL: form 1, for who repeats a decision of before
 * EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_findings_write(struct eg_buf *out, const struct eg_findings *findings,
                                 const struct eg_package_ref *package,
                                 const struct eg_judged *judged, struct eg_error *err);

/* What the canonical text says. */
struct eg_findings_text {
    struct eg_findings findings;
    struct eg_package_ref package;
    bool has_package;
    /* form 2; of form 1 nothing is counted, and `judged` is empty */
    bool counted;
    struct eg_judged judged;
};

/*
 * Read it. Strict: what is read writes back the same octets. The text does not tell the severities
 * of omitted findings; by_severity counts them as errors if no other finding explains "valid no",
 * else as infos. EG_E_FORMAT with the line; EG_E_LIMIT, EG_E_NOMEM. *out is untouched on failure.
 */
EG_MUST_USE
enum eg_status eg_findings_read(struct eg_findings_text *out, struct eg_bytes text,
                                struct eg_error *err);
void eg_findings_text_done(struct eg_findings_text *text);

/* Text of a built-in rule in "de" or "en", values filled in for {name}; false: the rule is not
 * built in. */
bool eg_finding_builtin_text(const struct eg_finding *finding, const char *lang,
                             struct eg_buf *out);
/* The built-in rules in order, with {name} where values are filled in; false: no more. */
bool eg_finding_builtin_at(size_t index, const char **rule, const char **en, const char **de);

#endif
