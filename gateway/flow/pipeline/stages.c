/*
 * Each stage writes its own part of the job and reads the earlier ones. Only here is decided what
 * becomes a refusal (verdict) and what an error of ours.
 */
#include "flow/pipeline/stages.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/authorise.h"
#include "flow/job/facts_query.h"
#include "flow/job/recipients.h"
#include "flow/pipeline/held.h"
#include "flow/pipeline/recorder.h"
#include "flow/record/answer.h"
#include "verify/cms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct step {
    struct eg_worker *worker;
    struct eg_job *job;
    struct eg_outgoing *outgoing;
    const struct eg_package *package;
    struct eg_judge *judge; /* by that package */
    bool facts_cache;       /* it leans on facts */
};

static enum eg_step_answer refuse(struct step *step, enum eg_code code, const char *where,
                                  const char *text)
{
    eg_verdict_refuse(&step->job->verdict, code, "", where, "%s", text);
    return EG_REFUSED;
}

/* Our error: told as such, never as the sender's fault. */
static enum eg_step_answer fail(struct step *step, enum eg_code code, const struct eg_error *err)
{
    eg_log(EG_LOG_ERROR, "judge", "job=%llu code=%s where=\"%s\" text=\"%s\"",
           (unsigned long long)step->job->number, eg_code_row(code)->text, err->where, err->text);
    return refuse(step, code, err->where, err->text);
}

/* The report could not be judged. What depends on it is remembered by the recorder, so that it is
 * not judged for ever. */
static enum eg_step_answer fail_judging(struct step *step, enum eg_status status,
                                        const struct eg_error *err)
{
    step->job->breached = eg_held_is_breach(status);
    return fail(step, eg_held_code(status), err);
}

/* ---- verify -----------------------------------------------------------------------------------
 */

static enum eg_step_answer answer_known(struct step *step);

/* Nothing is judged while the clock is in doubt, but the sender's own receipt needs no clock. */
static enum eg_step_answer in_doubt(struct step *step, const struct eg_verdict *doubt)
{
    struct eg_job *job = step->job;
    memcpy(job->participant, job->sender, sizeof job->participant);
    job->report_digest = eg_hash(eg_bytes_view(&job->report));
    enum eg_step_answer answer = answer_known(step);
    if (answer != EG_NEXT) {
        return answer;
    }
    return refuse(step, EG_CODE_CLOCK, "received-at",
                  eg_verdict_passed(doubt) ? "the clock was in doubt when it came" : doubt->text);
}

static enum eg_step_answer verify(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_worker *worker = step->worker;
    struct eg_error err = {0};
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    int64_t now_ms = 0;
    const struct eg_directory *directory = worker->snapshot->directory;
    if (!eg_clock_watch_holds(&worker->gateway->clock, &now_ms, &doubt) || job->clock_doubted) {
        return in_doubt(step, &doubt);
    }
    job->generation = worker->snapshot->generation;
    job->directory_version = directory->version;
    job->directory = directory->digest;
    if (job->received_at_ms > directory->not_after_ms) {
        return refuse(step, EG_CODE_DIRECTORY, "directory", "");
    }
    enum eg_status status =
        eg_cms_check(&job->signer, &job->verdict, worker->verifier, eg_bytes_view(&job->cms),
                     eg_bytes_view(&job->report), EG_SIGNED_REPORT, job->received_at_ms, &err);
    if (status != EG_OK) {
        return fail(step, status == EG_E_STATE ? EG_CODE_REVOCATION : EG_CODE_INTERNAL, &err);
    }
    if (!eg_verdict_passed(&job->verdict)) {
        return EG_REFUSED;
    }
    worker->signer = eg_directory_by_certificate(directory, &job->signer);
    if (worker->signer == NULL) {
        return refuse(step, EG_CODE_PARTICIPANT_UNKNOWN, "certificate", job->signer.subject);
    }
    if (!eg_authorise_certificate(&job->verdict, &job->signer, worker->signer, EG_SIGNED_REPORT)) {
        return EG_REFUSED;
    }
    snprintf(job->participant, sizeof job->participant, "%s", worker->signer->id);
    job->report_digest = eg_hash(eg_bytes_view(&job->report));
    eg_job_enter(job, EG_JOB_VERIFIED);
    return EG_NEXT;
}

/* ---- known: the same octets of the same participant get the same receipt, whatever changed since
 * - */

static enum eg_step_answer answer_known(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_stored stored = {0};
    struct eg_error err = {0};
    enum eg_step_answer answer = EG_NEXT;
    enum eg_status status = eg_store_find_content(&stored, step->worker->store, job->participant,
                                                  &job->report_digest, &err);
    if (status == EG_OK) {
        status = eg_answer_stored(&step->outgoing, job, step->worker->store, &stored,
                                  eg_worker_rules_by_ref, step->worker, &err);
        step->worker->gateway->known += status == EG_OK;
        answer = EG_ANSWERED;
    }
    eg_stored_done(&stored);
    return status == EG_OK || status == EG_E_NOTFOUND ? answer : fail(step, EG_CODE_ARCHIVE, &err);
}

static enum eg_step_answer deduplicate(struct step *step)
{
    struct eg_error err = {0};
    enum eg_step_answer answer = EG_NEXT;
    if (strcmp(step->job->sender, step->job->participant) == 0) {
        answer = answer_known(step); /* another must first show that they may see it */
    }
    if (answer == EG_NEXT &&
        eg_held_ask(&step->job->verdict, step->worker->store, step->job, &err) != EG_OK) {
        return fail(step, EG_CODE_ARCHIVE, &err);
    }
    return eg_verdict_passed(&step->job->verdict) ? answer : EG_REFUSED;
}

/* ---- read -------------------------------------------------------------------------------------
 */

/* Rejected without package and notification: the report broke an input limit or has no identity. */
static enum eg_step_answer unreadable(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_error err = {0};
    eg_identity_unreadable(&job->identity, job->participant, eg_bytes_view(&job->report));
    job->outcome.accepted = false;
    if (eg_answer_texts(&job->text_de, "de", NULL, &job->outcome.findings, &err) != EG_OK ||
        eg_answer_texts(&job->text_en, "en", NULL, &job->outcome.findings, &err) != EG_OK) {
        return fail(step, EG_CODE_INTERNAL, &err);
    }
    return EG_DECIDED;
}

static enum eg_step_answer read_identity(struct step *step, const char *ns, const char *name)
{
    struct eg_job *job = step->job;
    struct eg_worker *worker = step->worker;
    struct eg_judge *judge = NULL;
    struct eg_error err = {0};
    const struct eg_package *any = eg_snapshot_reader(worker->snapshot, ns, name, &job->verdict);
    if (any == NULL) {
        return EG_REFUSED;
    }
    if (eg_worker_judge(&judge, worker, any, &err) != EG_OK) {
        return fail(step, EG_CODE_INTERNAL, &err);
    }
    enum eg_status status = eg_judge_read(&job->header, &job->readable, &job->outcome.findings,
                                          judge, worker->document, &err);
    if (status != EG_OK) {
        return fail_judging(step, status, &err);
    }
    if (!job->readable) {
        return unreadable(step);
    }
    memcpy(job->identity.participant, job->participant, sizeof job->identity.participant);
    memcpy(job->identity.id, job->header.id, sizeof job->identity.id);
    job->identity.version = job->header.version;
    return EG_NEXT;
}

static enum eg_step_answer read(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_worker *worker = step->worker;
    struct eg_error err = {0};
    enum eg_status status =
        eg_document_parse(&worker->document, &job->outcome.findings, eg_bytes_view(&job->report),
                          (size_t)worker->gateway->settings->report_max, &err);
    if (status != EG_OK) {
        return fail_judging(step, status, &err);
    }
    if (worker->document == NULL) {
        return unreadable(step);
    }
    const char *ns = NULL;
    const char *name = NULL;
    eg_document_root(worker->document, &ns, &name);
    enum eg_step_answer answer = read_identity(step, ns, name);
    eg_job_enter(job, EG_JOB_READ);
    return answer;
}

/* ---- authorise --------------------------------------------------------------------------------
 */

/* A report may be handed in by its signer, by the plant's operator, or by one of its delegates. */
static bool may_hand_in(const struct eg_job *job, const struct eg_plant *plant)
{
    if (strcmp(job->sender, job->participant) == 0) {
        return true;
    }
    bool may = plant != NULL && strcmp(job->sender, plant->operator_id) == 0;
    for (size_t i = 0; plant != NULL && i < plant->delegate_count && !may; i++) {
        may = strcmp(job->sender, plant->delegates[i].participant) == 0;
    }
    return may;
}

static enum eg_step_answer authorise(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_worker *worker = step->worker;
    const struct eg_directory *directory = worker->snapshot->directory;
    eg_authorise_report(&job->verdict, directory, worker->signer, &job->header,
                        worker->gateway->settings->origin, job->received_at_ms);
    if (!eg_verdict_passed(&job->verdict)) {
        return EG_REFUSED;
    }
    if (!may_hand_in(job, eg_directory_plant(directory, job->header.plant))) {
        return refuse(step, EG_CODE_PLANT_NOT_ALLOWED, job->sender,
                      "the connection's participant may not hand in for this plant");
    }
    eg_job_enter(job, EG_JOB_AUTHORISED);
    /* Before a package is chosen: the one that judged it may be withdrawn. */
    return strcmp(job->sender, job->participant) != 0 ? answer_known(step) : EG_NEXT;
}

/* ---- choose -----------------------------------------------------------------------------------
 */

static enum eg_step_answer choose(struct step *step)
{
    struct eg_job *job = step->job;
    const struct eg_snapshot *snapshot = step->worker->snapshot;
    const char *ns = NULL;
    const char *name = NULL;
    eg_document_root(step->worker->document, &ns, &name);
    step->package = eg_snapshot_package(snapshot, ns, name, &job->header,
                                        eg_directory_plant(snapshot->directory, job->header.plant),
                                        &job->verdict);
    return step->package == NULL ? EG_REFUSED : EG_NEXT;
}

/* ---- turn: yesterday's facts must be in force before today's report is judged ------------------
 */

static enum eg_step_answer await_plant(struct step *step)
{
    struct eg_job *job = step->job;
    struct eg_gateway_state *gateway = step->worker->gateway;
    struct eg_error err = {0};
    char from[11] = "";
    enum eg_status status = eg_worker_judge(&step->judge, step->worker, step->package, &err);
    if (status != EG_OK) {
        return fail(step, EG_CODE_INTERNAL, &err);
    }
    step->facts_cache = eg_rules_needs(eg_judge_rules(step->judge), job->header.until, from);
    if (!step->facts_cache) {
        eg_gateway_state_pass(gateway, job);
        return EG_NEXT;
    }
    return eg_gateway_state_turn(gateway, job, job->header.plant) ? EG_NEXT : EG_PARKED;
}

/* ---- assess -----------------------------------------------------------------------------------
 */

/* The facts in force now; the job says when that was. */
static enum eg_status recall(struct eg_facts_cached *known, struct step *step, struct eg_error *err)
{
    struct eg_job *job = step->job;
    struct eg_store *store = step->worker->store;
    enum eg_status status = eg_store_size(&job->facts_below, store, err);
    return status != EG_OK
               ? status
               : eg_facts_query_cached(known, &job->facts_cache, step->worker->gateway->facts_cache,
                                       store, eg_judge_rules(step->judge), &job->header,
                                       job->facts_below, err);
}

static enum eg_status judge(struct step *step, const struct eg_facts *known, struct eg_error *err)
{
    struct eg_job *job = step->job;
    struct eg_worker *worker = step->worker;
    const struct eg_plant *plant =
        eg_directory_plant(worker->snapshot->directory, job->header.plant);
    const struct eg_rules *rules = eg_judge_rules(step->judge);
    const struct eg_judge_job judging = {
        .document = worker->document, .header = &job->header, .plant = plant, .known = known};
    enum eg_status status = eg_judge_run(&job->outcome, step->judge, &judging, err);
    if (status == EG_OK) {
        job->outcome.package = step->package->ref;
        job->outcome.has_package = true;
        status = eg_recipients_of_outcome(&job->outcome, step->package, plant, err);
    }
    if (status == EG_OK) {
        status = eg_answer_texts(&job->text_de, "de", rules, &job->outcome.findings, err);
    }
    if (status == EG_OK) {
        status = eg_answer_texts(&job->text_en, "en", rules, &job->outcome.findings, err);
    }
    return status;
}

static enum eg_step_answer assess(struct step *step)
{
    struct eg_facts_cached known = {0};
    struct eg_error err = {0};
    enum eg_status status = step->facts_cache ? recall(&known, step, &err) : EG_OK;
    snprintf(step->job->judged_by, sizeof step->job->judged_by, "%s %s", step->package->ref.id,
             step->package->ref.version);
    if (status != EG_OK) {
        return status == EG_E_LIMIT ? fail_judging(step, status, &err)
                                    : fail(step, EG_CODE_ARCHIVE, &err);
    }
    status = judge(step, step->facts_cache ? &known.facts : NULL, &err);
    eg_facts_cache_give(step->worker->gateway->facts_cache, &known);
    if (status != EG_OK) {
        return fail_judging(step, status, &err);
    }
    eg_job_enter(step->job, EG_JOB_ASSESSED);
    return EG_NEXT;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    enum eg_step_answer (*run)(struct step *step);
} stages[] = {
    {"verify", verify}, {"deduplicate", deduplicate}, {"read", read},     {"authorise", authorise},
    {"choose", choose}, {"await-plant", await_plant}, {"assess", assess},
};
#define STAGE_COUNT (sizeof stages / sizeof stages[0])

static enum eg_step_answer drive(struct step *step)
{
    enum eg_step_answer answer = EG_NEXT;
    int64_t before = eg_clock_thread_ns();
    for (size_t i = 0; i < STAGE_COUNT && answer == EG_NEXT; i++) {
        answer = stages[i].run(step);
        if (answer == EG_PARKED) {
            break; /* another thread may have it */
        }
        int64_t after = eg_clock_thread_ns();
        step->job->stage_ns[i] = after - before;
        before = after;
    }
    return answer;
}

static void hand_to_recorder(struct eg_worker *worker, struct eg_job **job)
{
    struct eg_task *task = eg_task_new(EG_TASK_JOB);
    if (task != NULL) {
        task->job = *job;
        if (eg_queue_put(worker->gateway->records, task, eg_job_octets(*job))) {
            *job = NULL;
            return;
        }
        task->job = NULL;
        eg_task_free(&task);
    }
    (*job)->verdict = (struct eg_verdict){.code = EG_CODE_OK}; /* a breach goes unremembered */
    eg_verdict_refuse(&(*job)->verdict, EG_CODE_STOPPING, "", "recorder", "%s", "");
    struct eg_outgoing *outgoing = eg_job_refusal(*job);
    eg_gateway_state_answer(worker->gateway, job, &outgoing);
}

/* Who did not prove who sent it is a stranger, whoever's connection it came by. */
static void journal_refusal(const struct eg_job *job)
{
    static const char form[] = "job=%llu code=%s sender=%s where=\"%s\" text=\"%s\"";
    const struct eg_verdict *verdict = &job->verdict;
    const struct eg_code_row *row = eg_code_row(verdict->code);
    if (row->answer == EG_ANSWER_UNAUTHENTICATED) {
        eg_log_stranger(EG_LOG_WARN, "unauthenticated", form, (unsigned long long)job->number,
                        row->text, job->sender, verdict->where, verdict->text);
    } else {
        eg_log(EG_LOG_INFO, "error", form, (unsigned long long)job->number, row->text, job->sender,
               verdict->where, verdict->text);
    }
}

void eg_stages_run(struct eg_worker *worker, struct eg_job **job)
{
    struct step step = {.worker = worker, .job = *job};
    struct eg_error err = {0};
    enum eg_step_answer answer =
        eg_worker_renew(worker, &err) == EG_OK ? drive(&step) : fail(&step, EG_CODE_INTERNAL, &err);
    eg_document_free(&worker->document);
    worker->signer = NULL;
    if (answer == EG_PARKED) {
        *job = NULL;
        return;
    }
    if (answer == EG_DECIDED) {
        eg_gateway_state_pass(worker->gateway, *job); /* no package will judge it */
    }
    if (answer == EG_NEXT || answer == EG_DECIDED) {
        hand_to_recorder(worker, job);
        return;
    }
    if (answer == EG_REFUSED && (*job)->breached) {
        hand_to_recorder(worker, job);
        return;
    }
    if (answer == EG_REFUSED) {
        journal_refusal(*job);
        step.outgoing = eg_job_refusal(*job);
    }
    eg_gateway_state_answer(worker->gateway, job, &step.outgoing);
}
