/*
 * One job at a time is decided against what is on record and what is in the batch; a commit answers
 * them all.
 */
#include "flow/recorder/record_batch.h"

#include "flow/journal/log.h"
#include "flow/pipeline/failure.h"
#include "flow/pipeline/handover.h"
#include "flow/pipeline/query_item.h"
#include "flow/record/answer.h"
#include "flow/recorder/duplicate.h"
#include "flow/recorder/held_reports.h"
#include "flow/recorder/log_size.h"

#include <stdlib.h>

enum eg_status eg_record_batch_init(struct eg_record_batch *batch, struct eg_gateway_state *gateway,
                                    struct eg_ledger *ledger, size_t capacity, struct eg_error *err)
{
    *batch = (struct eg_record_batch){.gateway = gateway, .ledger = ledger, .capacity = capacity};
    batch->drafts = calloc(capacity, sizeof *batch->drafts);
    batch->jobs = calloc(capacity, sizeof *batch->jobs);
    if (batch->drafts == NULL || batch->jobs == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "recorder", "memory ran out");
    }
    return EG_OK;
}

void eg_record_batch_done(struct eg_record_batch *batch)
{
    free(batch->drafts);
    free(batch->jobs);
    *batch = (struct eg_record_batch){.count = 0};
}

static void refuse(struct eg_record_batch *batch, struct eg_job **job, enum eg_code code,
                   const char *text)
{
    eg_verdict_refuse(&(*job)->verdict, code, "", "recorder", "%s", text);
    eg_handover_refuse(batch->gateway, job);
}

static void fail(struct eg_record_batch *batch, struct eg_job **job, enum eg_failure_task task,
                 const struct eg_error *err)
{
    refuse(batch, job, eg_failure_of(task, err->status).code, err->text);
}

/* ---- one job ---- */

/* Judged under a snapshot that is no longer in force, or by facts that are not. */
static bool is_outdated(struct eg_record_batch *batch, const struct eg_job *job)
{
    eg_fact_versions_settle(&batch->fact_versions, batch->ledger);
    return job->generation != eg_snapshot_generation(batch->gateway->snapshot) ||
           eg_fact_versions_overtaken(&batch->fact_versions, job);
}

/* The receipt on record. Its entry may be one that the head note did not cover when the worker
 * asked the archive. */
static enum eg_status read_receipt(struct eg_outgoing **answer, struct eg_record_batch *batch,
                                   const struct eg_job *job, const struct eg_stored *stored,
                                   struct eg_error *err)
{
    if (stored->index >= eg_ledger_covered(batch->ledger)) {
        EG_TRY(eg_log_size_cover(batch->gateway, batch->ledger, err));
    }
    return eg_answer_stored(answer, job, eg_ledger_store(batch->ledger), stored, NULL, err);
}

static void answer_recorded_before(struct eg_record_batch *batch, struct eg_job **job,
                                   const struct eg_stored *stored)
{
    struct eg_outgoing *answer = NULL;
    struct eg_error err = {0};
    if (read_receipt(&answer, batch, *job, stored, &err) != EG_OK) {
        eg_log_failure("answer", &err);
        fail(batch, job, EG_FAILURE_ARCHIVE, &err);
        return;
    }
    batch->gateway->known++;
    eg_handover_answer(batch->gateway, job, &answer);
}

static void add_draft(struct eg_record_batch *batch, struct eg_job **job, int64_t recorded_at_ms)
{
    struct eg_draft *draft = &batch->drafts[batch->count];
    struct eg_error err = {0};
    eg_draft_init(draft);
    if (eg_draft_decision(draft, *job, recorded_at_ms, &err) != EG_OK) {
        eg_log_failure("draft", &err);
        eg_draft_done(draft);
        eg_held_reports_failure(batch->gateway, eg_ledger_store(batch->ledger), job, &err);
        return;
    }
    batch->jobs[batch->count++] = *job;
    *job = NULL;
}

static void reject_taken(struct eg_record_batch *batch, struct eg_job **job, uint64_t first,
                         int64_t recorded_at_ms)
{
    struct eg_error err = {0};
    if (eg_duplicate_reject(*job, first, &err) != EG_OK) {
        eg_log_failure("identity-taken", &err);
        fail(batch, job, EG_FAILURE_OWN, &err);
        return;
    }
    add_draft(batch, job, recorded_at_ms);
}

/* false: a report with the same content is in this batch; the job is to be retried after the
 * commit, and stays the caller's. */
static bool settle(struct eg_record_batch *batch, struct eg_job **job, int64_t recorded_at_ms)
{
    struct eg_duplicate duplicate;
    struct eg_error err = {0};
    enum eg_status status =
        eg_duplicate_find(&duplicate, batch->drafts, batch->count, batch->ledger, *job, &err);
    if (status != EG_OK) {
        if (status != EG_E_STATE) { /* then the ledger has said why */
            eg_log_failure("archive", &err);
        }
        refuse(batch, job, eg_failure_of(EG_FAILURE_ARCHIVE, status).code, "");
        return true;
    }
    switch (duplicate.kind) {
    case EG_DUPLICATE_IN_BATCH:
        return false;
    case EG_DUPLICATE_RECORDED:
        answer_recorded_before(batch, job, &duplicate.stored);
        eg_stored_done(&duplicate.stored);
        break;
    case EG_DUPLICATE_IDENTITY_TAKEN:
        reject_taken(batch, job, duplicate.first, recorded_at_ms);
        break;
    case EG_DUPLICATE_NONE:
        add_draft(batch, job, recorded_at_ms);
        break;
    }
    return true;
}

/* false: the job rests on what is in the batch, and must be taken after the commit. */
static bool take(struct eg_record_batch *batch, struct eg_job **job)
{
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    int64_t recorded_at_ms = 0;
    if (is_outdated(batch, *job)) {
        eg_job_again(*job);
        eg_handover_to_workers(batch->gateway, job);
        return true;
    }
    if (eg_fact_versions_in_batch(batch->drafts, batch->count, *job)) {
        return false;
    }
    if (!eg_clock_watch_record(&batch->gateway->clock, &recorded_at_ms, &doubt)) {
        refuse(batch, job, EG_CODE_CLOCK, doubt.text);
        return true;
    }
    return settle(batch, job, recorded_at_ms);
}

void eg_record_batch_take(struct eg_record_batch *batch, struct eg_job **job)
{
    if (take(batch, job)) {
        return;
    }
    eg_record_batch_commit(batch);
    if (!take(batch, job)) { /* the batch is empty: there is nothing to rest on */
        refuse(batch, job, EG_CODE_INTERNAL, "");
    }
}

/* ---- the commit ---- */

static void answer_recorded(struct eg_record_batch *batch, size_t n)
{
    struct eg_job **job = &batch->jobs[n];
    const struct eg_draft *draft = &batch->drafts[n];
    struct eg_answer_parts parts = {.receipt = eg_bytes_view(&draft->receipt),
                                    .findings = eg_bytes_view(&draft->findings),
                                    .text_de = eg_bytes_view(&(*job)->text_de),
                                    .text_en = eg_bytes_view(&(*job)->text_en),
                                    .findings_salt = eg_draft_salt(draft, EG_CONTENT_FINDINGS),
                                    .report_salt = eg_draft_salt(draft, EG_CONTENT_REPORT)};
    char identity[EG_IDENTITY_TEXT_MAX];
    bool accepted = draft->entry.accepted;
    eg_job_enter(*job, EG_JOB_RECORDED);
    struct eg_outgoing *answer = eg_answer_receipt(*job, &parts);
    eg_identity_text(&(*job)->identity, identity);
    eg_log(EG_LOG_INFO, accepted ? "accepted" : "rejected",
           "job=%llu entry=%llu findings=%zu identity=\"%s\"", (unsigned long long)(*job)->number,
           (unsigned long long)draft->index, (*job)->outcome.findings.count, identity);
    *(accepted ? &batch->gateway->accepted : &batch->gateway->rejected) += 1;
    eg_handover_answer(batch->gateway, job, &answer);
}

void eg_record_batch_commit(struct eg_record_batch *batch)
{
    struct eg_error err = {0};
    if (batch->count == 0) {
        return;
    }
    enum eg_status status = eg_ledger_commit(batch->ledger, batch->drafts, batch->count, &err);
    if (status != EG_OK) {
        eg_log_failure("commit", &err);
        batch->fact_versions.unsure = true;
    }
    /* Before the answers: whoever has a receipt and asks for the log's size finds it inside. */
    bool grew = eg_log_size_publish(batch->gateway, batch->ledger);
    for (size_t i = 0; i < batch->count; i++) {
        if (status == EG_OK) {
            eg_fact_versions_put(&batch->fact_versions, &batch->drafts[i]);
            answer_recorded(batch, i);
        } else {
            fail(batch, &batch->jobs[i], EG_FAILURE_ARCHIVE, &err);
        }
        eg_draft_done(&batch->drafts[i]);
    }
    batch->count = 0;
    if (grew) {
        eg_query_item_log_grew(batch->gateway->queries);
    }
}
