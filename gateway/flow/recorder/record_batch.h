/*
 * Record batch: the decisions that are committed together, each job with its draft. No answer
 * leaves before its batch is on disk and covered by the head note.
 *
 * A job is not recorded but
 * 1. judged again, when the snapshot changed since it was judged, or when facts it rests on have
 *    been replaced by a newer entry;
 * 2. answered with the receipt on record, when its report is on record already;
 * 3. answered with a code that is not final, when the clock is in doubt or the archive fails.
 *
 * A job whose identity is taken by an earlier report of other content is recorded as rejected.
 *
 * Thread: recorder.
 */
#ifndef EG_FLOW_RECORD_BATCH_H
#define EG_FLOW_RECORD_BATCH_H

#include "flow/pipeline/gateway_state.h"
#include "flow/record/fact_versions.h"
#include "flow/record/ledger.h"

struct eg_record_batch {
    struct eg_gateway_state *gateway;
    struct eg_ledger *ledger;
    /* jobs[i] is recorded by drafts[i] */
    struct eg_draft *drafts;
    struct eg_job **jobs;
    size_t count, capacity;
    struct eg_fact_versions fact_versions;
};

/* Gateway and ledger are borrowed. EG_E_NOMEM; done releases what there is. */
EG_MUST_USE
enum eg_status eg_record_batch_init(struct eg_record_batch *batch, struct eg_gateway_state *gateway,
                                    struct eg_ledger *ledger, size_t capacity,
                                    struct eg_error *err);
/* The batch must be empty. */
void eg_record_batch_done(struct eg_record_batch *batch);

/* Take a judged job: into the batch, or on to where it goes instead. Commits before, when the job
 * rests on what is in the batch. At most `capacity` jobs between two commits. */
void eg_record_batch_take(struct eg_record_batch *batch, struct eg_job **job);

/* Commit what is in the batch, show it to the other threads, and answer. */
void eg_record_batch_commit(struct eg_record_batch *batch);

#endif
