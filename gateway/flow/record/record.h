/*
 * Record: the draft of one entry, of a decision, directory, package, statement or key: the entry's
 * text, its salted contents, and after the commit its index and receipt (flow/record/ledger.h).
 *
 * Thread: any; the recorder's in a gateway.
 */
#ifndef EG_FLOW_RECORD_H
#define EG_FLOW_RECORD_H

#include "archive/store.h"
#include "flow/job/job.h"
#include "flow/snapshot/snapshot.h"

#define EG_RECORD_CONTENTS_MAX (5 + EG_NOTIFICATIONS_MAX)

struct eg_draft {
    struct eg_entry entry;
    /* views into job, snapshot or `findings` */
    struct eg_content contents[EG_RECORD_CONTENTS_MAX];
    size_t content_count;
    struct eg_buf facts, findings, packed, entry_text, receipt;
    /* the facts that later reports are judged by; view into the job; NULL: none */
    const struct eg_facts *remembered;
    /* whose facts; with remembered */
    const char *plant;
    struct eg_digest report_digest;
    uint64_t index;
};

/* The statement of the log key, as its signer signed it. */
struct eg_signed_statement {
    struct eg_bytes text, cms;
    /* certificate */
    struct eg_digest signer;
};

void eg_draft_init(struct eg_draft *draft);
void eg_draft_done(struct eg_draft *draft);

/* Each fills a draft that was initialised; it views what it is given, which must outlive it.
 * EG_E_CRYPTO, EG_E_NOMEM, EG_E_LIMIT. */
EG_MUST_USE
enum eg_status eg_draft_decision(struct eg_draft *draft, const struct eg_job *job,
                                 int64_t recorded_at_ms, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_draft_directory(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                                  int64_t recorded_at_ms, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_draft_package(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                                size_t package, int64_t recorded_at_ms, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_draft_state(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                              size_t package, int64_t recorded_at_ms, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_draft_key(struct eg_draft *draft, const struct eg_signed_statement *statement,
                            const uint8_t log_key[EG_ED25519_KEY_LEN], int64_t recorded_at_ms,
                            struct eg_error *err);

/* The log goes on under another form of entries and another semantics number. */
EG_MUST_USE
enum eg_status eg_draft_break(struct eg_draft *draft, int64_t recorded_at_ms, struct eg_error *err);

/* The salt drawn for a content; NULL when the draft has none of that kind. */
const struct eg_salt *eg_draft_salt(const struct eg_draft *draft, enum eg_content_kind kind);

#endif
