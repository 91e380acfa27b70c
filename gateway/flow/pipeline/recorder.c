/*
 * The recorder's thread: collect a batch, decide each job against what is on record and what stands
 * earlier in the batch, commit, answer.
 */
#include "flow/pipeline/recorder.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/job/outgoing.h"
#include "flow/pipeline/held.h"
#include "flow/pipeline/query_item.h"
#include "flow/pipeline/record_world.h"
#include "flow/record/answer.h"
#include "flow/record/fact_versions.h"
#include "flow/record/ledger.h"
#include "flow/record/log_key.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS 1000

struct eg_snapshot_change {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool finished;
    struct eg_snapshot *snapshot;
    enum eg_status status;
    struct eg_error err;
};

struct eg_recorder {
    struct eg_gateway_state *gateway;
    struct eg_ledger *ledger;
    pthread_t thread;
    bool started;
    /* the clock was in doubt at the start: nothing is on record for it */
    bool start_pending;
    /* of the batch in hand */
    struct eg_task **tasks;
    struct eg_draft *drafts;
    /* jobs[i] is recorded by drafts[i] */
    struct eg_job **jobs;
    size_t draft_count, batch_max;
    struct eg_fact_versions fact_versions;
    /* why the head note could not be written when last tried idly */
    struct eg_error uncovered;
};

/* ---- one job ------------------------------------------------------------------------------- */

static void finish_refused(struct eg_recorder *recorder, struct eg_job **job, enum eg_code code,
                           const char *text)
{
    eg_verdict_refuse(&(*job)->verdict, code, "", "recorder", "%s", text);
    struct eg_outgoing *outgoing = eg_job_refusal(*job);
    eg_gateway_state_answer(recorder->gateway, job, &outgoing);
}

static const struct eg_rules *no_rules(void *payload, const struct eg_package_ref *ref)
{
    (void)payload;
    (void)ref;
    return NULL;
}

/* Where the head note could not be written after a commit, try again. */
static enum eg_status cover(struct eg_recorder *recorder, struct eg_error *err)
{
    EG_TRY(eg_ledger_cover(recorder->ledger, err));
    if (eg_record_show(recorder->gateway, recorder->ledger)) {
        eg_query_item_tell(recorder->gateway, EG_QUERY_HEAD, NULL);
    }
    return EG_OK;
}

/* On record already: the worker asked before judging, so this is a copy that overtook, or one of an
 * entry that the head note did not cover when it asked. */
static void finish_stored(struct eg_recorder *recorder, struct eg_job **job,
                          const struct eg_stored *stored)
{
    struct eg_outgoing *outgoing = NULL;
    struct eg_error err = {0};
    enum eg_status status = EG_OK;
    if (stored->index >= eg_ledger_covered(recorder->ledger)) {
        status = cover(recorder, &err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_answer_stored(&outgoing, *job, eg_ledger_store(recorder->ledger), stored, no_rules,
                              NULL, &err);

done:
    if (status != EG_OK) {
        eg_log_failure("answer", &err);
        finish_refused(recorder, job, EG_CODE_ARCHIVE, err.text);
        return;
    }
    recorder->gateway->known++;
    eg_gateway_state_answer(recorder->gateway, job, &outgoing);
}

/* The same identity with other content: rejected with a receipt of its own. */
static enum eg_status reject_taken(struct eg_job *job, uint64_t first, struct eg_error *err)
{
    eg_outcome_done(&job->outcome);
    eg_outcome_init(&job->outcome);
    job->facts_cache = false;
    eg_buf_reset(&job->text_de);
    eg_buf_reset(&job->text_en);
    struct eg_finding *finding = NULL;
    char entry[24];
    snprintf(entry, sizeof entry, "%llu", (unsigned long long)first);
    EG_TRY(eg_findings_add(&job->outcome.findings, EG_SEVERITY_ERROR, EG_RULE_IDENTITY_TAKEN, 0,
                           NULL, 0, &finding, err));
    EG_TRY(eg_finding_value(finding, "entry", entry, err));
    EG_TRY(eg_answer_texts(&job->text_de, "de", NULL, &job->outcome.findings, err));
    return eg_answer_texts(&job->text_en, "en", NULL, &job->outcome.findings, err);
}

/* An earlier draft of this batch with the same identity, or NULL. */
static const struct eg_draft *in_batch(const struct eg_recorder *recorder, const struct eg_job *job,
                                       bool *same_content)
{
    const struct eg_draft *taken = NULL;
    *same_content = false;
    for (size_t i = 0; i < recorder->draft_count; i++) {
        const struct eg_draft *draft = &recorder->drafts[i];
        if (eg_identity_equal(&draft->entry.identity, &job->identity)) {
            *same_content = eg_digest_equal(&draft->report_digest, &job->report_digest);
            if (*same_content) {
                return draft;
            }
            taken = taken == NULL ? draft : taken;
        }
    }
    return taken;
}

enum decision { FRESH, TAKEN, DEFERRED, DONE, FAILED };

/*
 * What is to be done with a job. DEFERRED: its twin stands in this very batch; it is asked for
 * again when that is on disk. DONE: answered from the archive.
 */
static enum decision decide(struct eg_recorder *recorder, struct eg_job **job, uint64_t *first)
{
    bool same = false;
    const struct eg_draft *draft = in_batch(recorder, *job, &same);
    struct eg_stored stored = {0};
    struct eg_error err = {0};
    struct eg_store *store = eg_ledger_store(recorder->ledger);
    if (same || store == NULL) {
        return same ? DEFERRED : FAILED;
    }
    enum decision decision = FAILED;
    const struct eg_identity *identity = &(*job)->identity;
    enum eg_status status = eg_store_find(&stored, store, identity, &(*job)->report_digest, &err);
    if (status == EG_OK) {
        finish_stored(recorder, job, &stored);
        decision = DONE;
    } else if (status == EG_E_NOTFOUND) {
        status = eg_store_find(&stored, store, identity, NULL, &err);
        *first = status == EG_OK ? stored.index : eg_ledger_size(recorder->ledger);
        if (status == EG_E_NOTFOUND && draft != NULL) {
            *first += (uint64_t)(draft - recorder->drafts);
        }
        decision = status == EG_OK || draft != NULL ? TAKEN : FRESH;
    }
    if (status != EG_OK && status != EG_E_NOTFOUND) {
        eg_log_failure("archive", &err);
        decision = FAILED;
    }
    eg_stored_done(&stored);
    return decision;
}

static void add_draft(struct eg_recorder *recorder, struct eg_job **job, int64_t at_ms)
{
    struct eg_draft *draft = &recorder->drafts[recorder->draft_count];
    struct eg_error err = {0};
    eg_draft_init(draft);
    if (eg_draft_decision(draft, *job, at_ms, &err) != EG_OK) {
        eg_log_failure("draft", &err);
        eg_draft_done(draft);
        eg_held_record_error(recorder->gateway, eg_ledger_store(recorder->ledger), job, &err);
        return;
    }
    recorder->jobs[recorder->draft_count++] = *job;
    *job = NULL;
}

/*
 * Judged under a snapshot that is no longer in force, or under facts that are not: back to a
 * worker, received-at kept.
 */
static bool send_back(struct eg_recorder *recorder, struct eg_job **job)
{
    struct eg_gateway_state *gateway = recorder->gateway;
    eg_fact_versions_settle(&recorder->fact_versions, recorder->ledger);
    if ((*job)->generation == eg_snapshot_generation(gateway->snapshot) &&
        !eg_fact_versions_overtaken(&recorder->fact_versions, *job)) {
        return false;
    }
    eg_job_again(*job);
    if (!eg_queue_put(gateway->jobs, *job, eg_job_octets(*job))) {
        finish_refused(recorder, job, EG_CODE_STOPPING, "");
    }
    *job = NULL;
    return true;
}

/* Returns false when the job must wait for the next batch. */
static bool take_job(struct eg_recorder *recorder, struct eg_job **job)
{
    int64_t at_ms = 0;
    uint64_t first = 0;
    if (send_back(recorder, job)) {
        return true;
    }
    if (eg_fact_versions_in_batch(recorder->drafts, recorder->draft_count, *job)) {
        return false;
    }
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    if (!eg_clock_watch_record(&recorder->gateway->clock, &at_ms, &doubt)) {
        finish_refused(recorder, job, EG_CODE_CLOCK, doubt.text);
        return true;
    }
    struct eg_error err = {0};
    switch (decide(recorder, job, &first)) {
    case DEFERRED:
        return false;
    case DONE:
        return true;
    case FAILED:
        finish_refused(recorder, job, EG_CODE_ARCHIVE, "");
        return true;
    case TAKEN:
        if (reject_taken(*job, first, &err) != EG_OK) {
            eg_log_failure("identity-taken", &err);
            finish_refused(recorder, job, EG_CODE_INTERNAL, err.text);
            return true;
        }
        break;
    case FRESH:
        break;
    }
    add_draft(recorder, job, at_ms);
    return true;
}

/* ---- the batch ----------------------------------------------------------------------------- */

static void answer_recorded(struct eg_recorder *recorder, size_t n)
{
    struct eg_job **job = &recorder->jobs[n];
    const struct eg_draft *draft = &recorder->drafts[n];
    eg_job_enter(*job, EG_JOB_RECORDED);
    bool accepted = draft->entry.accepted;
    struct eg_outgoing *outgoing = eg_answer_receipt(
        *job, eg_bytes_view(&draft->receipt), eg_draft_salt(draft, EG_CONTENT_FINDINGS),
        eg_draft_salt(draft, EG_CONTENT_REPORT), eg_bytes_view(&draft->findings),
        eg_bytes_view(&(*job)->text_de), eg_bytes_view(&(*job)->text_en));
    char identity[EG_IDENTITY_TEXT_MAX];
    eg_identity_text(&(*job)->identity, identity);
    eg_log(EG_LOG_INFO, accepted ? "accepted" : "rejected",
           "job=%llu entry=%llu findings=%zu identity=\"%s\"", (unsigned long long)(*job)->number,
           (unsigned long long)draft->index, (*job)->outcome.findings.count, identity);
    *(accepted ? &recorder->gateway->accepted : &recorder->gateway->rejected) += 1;
    eg_gateway_state_answer(recorder->gateway, job, &outgoing);
}

static void commit_drafts(struct eg_recorder *recorder)
{
    if (recorder->draft_count == 0) {
        return;
    }
    struct eg_error err = {0};
    enum eg_status status =
        eg_ledger_commit(recorder->ledger, recorder->drafts, recorder->draft_count, &err);
    if (status != EG_OK) {
        eg_log_failure("commit", &err);
        recorder->fact_versions.unsure = true;
    }
    /* Before the answers: whoever has a receipt and asks for the log's size finds it inside. */
    bool changed = eg_record_show(recorder->gateway, recorder->ledger);
    for (size_t i = 0; i < recorder->draft_count; i++) {
        if (status == EG_OK) {
            eg_fact_versions_put(&recorder->fact_versions, &recorder->drafts[i]);
            answer_recorded(recorder, i);
        } else {
            finish_refused(recorder, &recorder->jobs[i], EG_CODE_ARCHIVE, err.text);
        }
        eg_draft_done(&recorder->drafts[i]);
    }
    recorder->draft_count = 0;
    if (changed) {
        eg_query_item_tell(recorder->gateway, EG_QUERY_HEAD, NULL);
    }
}

static void keep_cursor(struct eg_recorder *recorder, struct eg_task *task)
{
    struct eg_error err = {0};
    struct eg_store *store = eg_ledger_store(recorder->ledger);
    enum eg_status status = EG_E_STATE;
    if (store != NULL) {
        status = eg_store_cursor_put(store, task->ack.participant, task->ack.stream,
                                     &task->ack.cursor, &err);
    }
    if (status == EG_OK) {
        eg_query_item_tell(recorder->gateway, EG_QUERY_KEPT, task);
        return;
    }
    eg_log_failure("cursor", &err);
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    eg_verdict_refuse(&verdict, EG_CODE_ARCHIVE, "", "cursor", "%s", err.text);
    struct eg_outgoing *outgoing = eg_outgoing_refusal(&task->ack.route, task->ack.request_id,
                                                       task->ack.request_id_len, &verdict);
    eg_gateway_state_send(recorder->gateway, &outgoing);
}

/* ---- snapshots --------------------------------------------------------------------------------
 */

static void change_snapshot(struct eg_recorder *recorder, struct eg_snapshot_change *change)
{
    int64_t at_ms = 0;
    enum eg_status status = eg_clock_watch_try(&recorder->gateway->clock, &at_ms,
                                               &change->snapshot->clock, &change->err);
    if (status == EG_OK && recorder->start_pending) {
        status = eg_record_key(recorder->gateway, recorder->ledger, change->snapshot, &change->err);
    }
    if (status == EG_OK) {
        status =
            eg_record_snapshot(recorder->gateway, recorder->ledger, change->snapshot, &change->err);
    }
    if (status == EG_OK) {
        recorder->start_pending = false;
        struct eg_clock_evidence clock = change->snapshot->clock;
        eg_snapshot_replace(recorder->gateway->snapshot, &change->snapshot);
        eg_clock_watch_snapshot(&recorder->gateway->clock, &clock);
    }
    pthread_mutex_lock(&change->lock);
    change->status = status;
    change->finished = true;
    pthread_cond_signal(&change->done);
    pthread_mutex_unlock(&change->lock);
}

enum eg_status eg_recorder_replace_snapshot(struct eg_gateway_state *gateway,
                                            struct eg_snapshot **snapshot, struct eg_error *err)
{
    struct eg_snapshot_change change = {.snapshot = *snapshot};
    struct eg_task *task = eg_task_new(EG_TASK_SNAPSHOT);
    if (task == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "reload", "memory ran out");
    }
    pthread_mutex_init(&change.lock, NULL);
    pthread_cond_init(&change.done, NULL);
    task->change = &change;
    if (!eg_queue_put(gateway->records, task, 0)) {
        eg_task_free(&task);
        change.status = eg_error_set(&change.err, EG_E_STATE, "reload", "the gateway is stopping");
        change.finished = true;
    }
    pthread_mutex_lock(&change.lock);
    while (!change.finished) {
        pthread_cond_wait(&change.done, &change.lock);
    }
    pthread_mutex_unlock(&change.lock);
    pthread_cond_destroy(&change.done);
    pthread_mutex_destroy(&change.lock);
    *snapshot = change.snapshot;
    if (change.status != EG_OK && err != NULL) {
        *err = change.err;
    }
    return change.status;
}

/* ---- thread -------------------------------------------------------------------------------- */

static size_t collect(struct eg_recorder *recorder)
{
    size_t count = 0;
    int timeout_ms = IDLE_MS;
    while (count < recorder->batch_max) {
        void *task = eg_queue_take(recorder->gateway->records, timeout_ms);
        if (task == NULL) {
            break;
        }
        recorder->tasks[count++] = task;
        timeout_ms = 0;
    }
    return count;
}

static void handle(struct eg_recorder *recorder, struct eg_task **task)
{
    switch ((*task)->kind) {
    case EG_TASK_JOB:
        if ((*task)->job->breached) {
            eg_held_record(recorder->gateway, eg_ledger_store(recorder->ledger), &(*task)->job);
        } else if (!take_job(recorder, &(*task)->job)) {
            commit_drafts(recorder); /* its twin, or what it leans on, is on disk now */
            if (!take_job(recorder, &(*task)->job)) {
                finish_refused(recorder, &(*task)->job, EG_CODE_INTERNAL, "");
            }
        }
        break;
    case EG_TASK_CURSOR:
        keep_cursor(recorder, *task);
        break;
    case EG_TASK_SNAPSHOT:
        commit_drafts(recorder);
        change_snapshot(recorder, (*task)->change);
        break;
    }
    eg_task_free(task);
}

/* Said once for each reason: it is tried every second. */
static void cover_when_idle(struct eg_recorder *recorder)
{
    struct eg_error err = {0};
    if (cover(recorder, &err) != EG_OK && strcmp(err.text, recorder->uncovered.text) != 0) {
        eg_log_failure("head-note", &err);
    }
    recorder->uncovered = err;
}

static void *run(void *payload)
{
    struct eg_recorder *recorder = payload;
    struct eg_queue *records = recorder->gateway->records;
    while (!eg_queue_closed(records) || eg_queue_items(records) > 0) {
        size_t count = collect(recorder);
        if (count == 0) {
            cover_when_idle(recorder);
        }
        for (size_t i = 0; i < count; i++) {
            handle(recorder, &recorder->tasks[i]);
        }
        commit_drafts(recorder);
        eg_held_turn(recorder->gateway, eg_ledger_store(recorder->ledger));
    }
    return NULL;
}

/* ---- start and stop ------------------------------------------------------------------------ */

/* With a clock in doubt the gateway starts, answers what it has, and records nothing: what it was
 * started with is judged and recorded when main loads it again under a mended clock. */
static enum eg_status record_start(struct eg_recorder *recorder, struct eg_error *err)
{
    int64_t now_ms = 0;
    eg_record_show(recorder->gateway, recorder->ledger);
    if (eg_clock_watch_look(&recorder->gateway->clock, &now_ms) != EG_CLOCK_TRUSTED) {
        recorder->start_pending = true;
        eg_clock_watch_unjudged(&recorder->gateway->clock);
        return EG_OK;
    }
    const struct eg_snapshot *snapshot = eg_snapshot_take(recorder->gateway->snapshot);
    enum eg_status status = eg_record_key(recorder->gateway, recorder->ledger, snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_record_snapshot(recorder->gateway, recorder->ledger, snapshot, err);

done:
    eg_snapshot_drop(recorder->gateway->snapshot, &snapshot);
    return status;
}

static enum eg_status prepare(struct eg_recorder *recorder, struct eg_error *err)
{
    const struct eg_settings *settings = recorder->gateway->settings;
    uint8_t seed[EG_ED25519_KEY_LEN];
    recorder->batch_max = (size_t)settings->batch;
    recorder->tasks = calloc(recorder->batch_max, sizeof *recorder->tasks);
    recorder->drafts = calloc(recorder->batch_max, sizeof *recorder->drafts);
    recorder->jobs = calloc(recorder->batch_max, sizeof *recorder->jobs);
    if (recorder->tasks == NULL || recorder->drafts == NULL || recorder->jobs == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "recorder", "memory ran out");
    }
    enum eg_status status = eg_log_seed_read(seed, settings->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_log_place place = {settings->archive, settings->log_head, settings->origin, seed};
    status = eg_ledger_open(&recorder->ledger, &place, err);

done:
    explicit_bzero(seed, sizeof seed);
    return status;
}

enum eg_status eg_recorder_start(struct eg_recorder **out, struct eg_gateway_state *gateway,
                                 struct eg_error *err)
{
    struct eg_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "recorder", "memory ran out");
    }
    recorder->gateway = gateway;
    enum eg_status status = prepare(recorder, err);
    if (status != EG_OK) {
        goto done;
    }
    status = record_start(recorder, err);
    if (status != EG_OK) {
        goto done;
    }
    recorder->started = pthread_create(&recorder->thread, NULL, run, recorder) == 0;
    status = recorder->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "recorder", "no thread");

done:
    if (status != EG_OK) {
        eg_recorder_stop(&recorder);
        return status;
    }
    *out = recorder;
    return EG_OK;
}

void eg_recorder_join(struct eg_recorder *recorder)
{
    if (recorder != NULL && recorder->started) {
        pthread_join(recorder->thread, NULL);
        recorder->started = false;
    }
}

void eg_recorder_stop(struct eg_recorder **recorder)
{
    if (*recorder == NULL) {
        return;
    }
    eg_recorder_join(*recorder);
    eg_ledger_close(&(*recorder)->ledger);
    free((*recorder)->tasks);
    free((*recorder)->drafts);
    free((*recorder)->jobs);
    free(*recorder);
    *recorder = NULL;
}

const uint8_t *eg_recorder_log_key(const struct eg_recorder *recorder)
{
    return eg_ledger_key(recorder->ledger);
}
