/*
 * The RECEIPT answer, for a fresh decision and for one that is on record already.
 */
#ifndef EG_FLOW_ANSWER_H
#define EG_FLOW_ANSWER_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "flow/job/job.h"
#include "flow/job/outgoing.h"

/*
 * The findings' texts, one line each: "<severity> <rule> <location>:<line>  <text>".
 *   rules   the package that judged, compiled; NULL: built-in rules are told in words, others by
 *           rule, place and values alone
 */
EG_MUST_USE
enum eg_status eg_answer_texts(struct eg_buf *out, const char *lang, const struct eg_rules *rules,
                               const struct eg_findings *findings, struct eg_error *err);

/* RECEIPT with its five frames; NULL when memory ran out. */
struct eg_outgoing *eg_answer_receipt(const struct eg_job *job, struct eg_bytes receipt,
                                      const struct eg_salt *findings_salt,
                                      const struct eg_salt *report_salt, struct eg_bytes findings,
                                      struct eg_bytes de, struct eg_bytes en);

/* Finds the compiled rules of an archived package, or NULL. */
typedef const struct eg_rules *(*eg_answer_rules_fn)(void *payload,
                                                     const struct eg_package_ref *ref);

/* RECEIPT from the archive: octet for octet the first one. */
EG_MUST_USE
enum eg_status eg_answer_stored(struct eg_outgoing **out, const struct eg_job *job,
                                struct eg_store *store, const struct eg_stored *stored,
                                eg_answer_rules_fn rules, void *payload, struct eg_error *err);

#endif
