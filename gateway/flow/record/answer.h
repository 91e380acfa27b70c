/*
 * Answer: the message RECEIPT, for a fresh decision and for one that is on record already.
 *
 * Thread: any.
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

/* The same in German and English, behind a line that says how much of what was owed was judged.
 *   judged   NULL: it was not counted then, and nothing is said */
EG_MUST_USE
enum eg_status eg_answer_texts_both(struct eg_buf *de, struct eg_buf *en,
                                    const struct eg_rules *rules,
                                    const struct eg_findings *findings,
                                    const struct eg_judged *judged, struct eg_error *err);

/* What RECEIPT carries. All borrowed. */
struct eg_answer_parts {
    struct eg_bytes receipt, findings, text_de, text_en;
    const struct eg_salt *findings_salt, *report_salt;
};

/* RECEIPT with its five frames; NULL when memory ran out. */
struct eg_outgoing *eg_answer_receipt(const struct eg_job *job,
                                      const struct eg_answer_parts *parts);

/* Finds the compiled rules of an archived package, or NULL. */
struct eg_answer_rules {
    const struct eg_rules *(*find)(void *payload, const struct eg_package_ref *ref);
    void *payload;
};

/*
 * RECEIPT from the archive: octet for octet the first one.
 *   rules   for the texts; NULL: as eg_answer_texts without rules
 * EG_E_NOTFOUND, EG_E_FORMAT and others: the archive; EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_answer_stored(struct eg_outgoing **out, const struct eg_job *job,
                                struct eg_store *store, const struct eg_stored *stored,
                                const struct eg_answer_rules *rules, struct eg_error *err);

#endif
