/*
 * The way on from each result:
 *   NEXT of the last stage, DECIDED   to the recorder
 *   REFUSED                           the verdict is answered; if the report met a ceiling the
 *                                     recorder remembers that first
 *   ANSWERED                          the receipt is sent again
 *   PARKED                            nothing: the job is not ours any more
 */
#include "flow/stages/stage_runner.h"

#include "base/clock.h"
#include "flow/journal/log.h"
#include "flow/pipeline/handover.h"
#include "flow/stages/stages.h"

static enum eg_stage_result pass_stages(struct eg_stage_run *run)
{
    enum eg_stage_result result = EG_STAGE_NEXT;
    int64_t before_ns = eg_clock_thread_ns();
    for (size_t i = 0; i < EG_STAGE_COUNT && result == EG_STAGE_NEXT; i++) {
        result = eg_stages[i].pass(run);
        if (result == EG_STAGE_PARKED) {
            break; /* another thread may have the job */
        }
        int64_t after_ns = eg_clock_thread_ns();
        eg_log(EG_LOG_DEBUG, "stage", "job=%llu stage=%s cpu_ns=%lld",
               (unsigned long long)run->job->number, eg_stages[i].name,
               (long long)(after_ns - before_ns));
        before_ns = after_ns;
    }
    return result;
}

/* A sender who did not prove who they are is a stranger, whoever's connection it came by. */
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

static void hand_on(struct eg_gateway_state *gateway, struct eg_job **job,
                    enum eg_stage_result result, struct eg_outgoing **answer)
{
    switch (result) {
    case EG_STAGE_DECIDED:
        eg_handover_skip_plant(gateway, *job); /* no package will judge it */
        eg_handover_to_recorder(gateway, job);
        break;
    case EG_STAGE_NEXT:
        eg_handover_to_recorder(gateway, job);
        break;
    case EG_STAGE_REFUSED:
        if ((*job)->breached) {
            eg_handover_to_recorder(gateway, job);
        } else {
            journal_refusal(*job);
            eg_handover_refuse(gateway, job);
        }
        break;
    case EG_STAGE_ANSWERED:
        eg_handover_answer(gateway, job, answer);
        break;
    case EG_STAGE_PARKED:
        *job = NULL;
        break;
    }
}

void eg_stage_runner_run(struct eg_worker *worker, struct eg_job **job)
{
    struct eg_stage_run run = {.worker = worker, .job = *job};
    struct eg_error err = {0};
    enum eg_status status = eg_worker_renew(worker, &err);
    enum eg_stage_result result =
        status == EG_OK ? pass_stages(&run) : eg_stage_fail(&run, EG_FAILURE_OWN, status, &err);
    eg_document_free(&worker->document);
    worker->signer = NULL;
    hand_on(worker->gateway, job, result, &run.answer);
}
