/*
 * Duplicate: what is known of a job's report when it is about to be recorded: nothing, the same
 * report, or another report under the same identity. Looks at the archive and at the drafts of the
 * batch that is not yet committed.
 *
 * A worker asked the archive before it judged; what is found here came meanwhile.
 *
 * Thread: recorder.
 */
#ifndef EG_FLOW_DUPLICATE_H
#define EG_FLOW_DUPLICATE_H

#include "flow/record/ledger.h"
#include "flow/record/record.h"

enum eg_duplicate_kind {
    /* neither report nor identity are known */
    EG_DUPLICATE_NONE,
    /* the archive holds a decision about the same report */
    EG_DUPLICATE_RECORDED,
    /* the same report is in this batch: ask again after its commit */
    EG_DUPLICATE_IN_BATCH,
    /* an earlier report has this identity, and other content */
    EG_DUPLICATE_IDENTITY_TAKEN,
};

struct eg_duplicate {
    enum eg_duplicate_kind kind;
    /* IDENTITY_TAKEN: index of the earlier entry */
    uint64_t first;
    /* RECORDED; eg_stored_done */
    struct eg_stored stored;
};

/*
 * EG_E_STATE: the archive is out of order, the ledger's journal line says why; others of the store.
 * `out` needs no eg_stored_done then.
 */
EG_MUST_USE
enum eg_status eg_duplicate_find(struct eg_duplicate *out, const struct eg_draft *drafts,
                                 size_t count, struct eg_ledger *ledger, const struct eg_job *job,
                                 struct eg_error *err);

/* Make the job's outcome a rejection because its identity is taken. EG_E_NOMEM, EG_E_LIMIT. */
EG_MUST_USE
enum eg_status eg_duplicate_reject(struct eg_job *job, uint64_t first, struct eg_error *err);

#endif
