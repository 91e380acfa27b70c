/*
 * Declarations that only the files audit*.c share.
 */
#ifndef EG_FLOW_AUDIT_INSIDE_H
#define EG_FLOW_AUDIT_INSIDE_H

#include "core/package_state.h"
#include "flow/audit/audit.h"
#include "flow/audit/audit_cache.h"

struct eg_audit {
    const struct eg_audit_settings *settings;
    struct eg_audit_cache *cache;

    /* What was recorded up to the entry that is being checked: */
    /* newest directory */
    struct eg_digest directory;
    bool has_directory;
    /* in the order of recording */
    struct eg_digest *packages;
    size_t package_count, package_capacity;
    /* newest statement about each package that has one */
    struct eg_package_state *states;
    size_t state_count, state_capacity;

    /* The report that is being checked, read once for signature and rerun: */
    uint64_t index;
    bool ready;
    /* NULL: it breaks an input limit */
    struct eg_document *document;
    /* findings of parsing and reading */
    struct eg_findings early;
    /* that read it; NULL: none does */
    struct eg_judge *judge;
    struct eg_report_header header;
    bool readable;
    /* recorded as rejected because the identity is taken */
    bool taken;
};

/* Parse the report and read its identity as the gateway did; once for each entry. */
EG_MUST_USE
enum eg_status eg_audit_open(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                             struct eg_error *err);
void eg_audit_shut(struct eg_audit *audit);

/* Conditions of an entry that records a statement about a package (audit_states.c). */
EG_MUST_USE
enum eg_status eg_audit_state(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                              unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                              struct eg_error *err);
/* The periods that a package judged when the entry was recorded. */
struct eg_span eg_audit_span(const struct eg_audit *audit, const struct eg_package *package);

/* ---- audit_facts.c ---- */
/* The facts in force at the entry. *wrong, untouched when good, says what of condition 13 does not
 * hold. `out` is initialised here. */
EG_MUST_USE
enum eg_status eg_audit_in_force(struct eg_facts *out, const char **wrong, struct eg_audit *audit,
                                 const struct eg_check_inputs *inputs, struct eg_error *err);
/* Whether the facts, written, are these octets. */
EG_MUST_USE
enum eg_status eg_audit_facts_are(bool *same, const struct eg_facts *facts, struct eg_bytes text,
                                  struct eg_error *err);
/* Condition 14: the facts of the outcome are those that the archive holds of the entry. */
EG_MUST_USE
enum eg_status eg_audit_remembered(bool *same, const struct eg_audit *audit,
                                   const struct eg_outcome *outcome,
                                   const struct eg_check_inputs *inputs, struct eg_error *err);

/* A function of eg_check_hooks; payload is the audit. */
enum eg_status eg_audit_rerun(void *payload, const struct eg_check_inputs *inputs,
                              unsigned *condition, bool *differs_by_engine,
                              char text[EG_ERROR_TEXT_MAX], struct eg_error *err);

#endif
