/*
 * The end of one job can let the next one of its plant go on, so the functions that end jobs return
 * lists of those, and let_go hands them out. Lists run through place.before (plant_queue.h).
 */
#include "flow/pipeline/handover.h"

#include "flow/pipeline/task.h"

void eg_handover_send(struct eg_gateway_state *gateway, struct eg_outgoing **outgoing)
{
    if (*outgoing != NULL &&
        !eg_queue_put(gateway->outgoing, *outgoing, eg_outgoing_octets(*outgoing))) {
        eg_outgoing_free(outgoing);
    }
    *outgoing = NULL;
}

/* ---- the end of a job ---- */

/* Answer and count out. Returns the jobs that need not wait for this one any more. */
static struct eg_job *end_job(struct eg_gateway_state *gateway, struct eg_job **job,
                              struct eg_outgoing **answer)
{
    struct eg_job *next = eg_plant_queues_leave(gateway->plant_queues, *job);
    if ((*job)->verdict.code != EG_CODE_OK) {
        gateway->refused++;
    }
    gateway->octets_admitted -= eg_job_octets(*job);
    eg_job_enter(*job, EG_JOB_ANSWERED);
    if ((*job)->retry) {
        eg_held_retry_ended(&gateway->retry, *job, answer);
    }
    eg_job_free(job);
    eg_handover_send(gateway, answer);
    gateway->jobs_admitted--; /* last: a clean stop waits for it */
    return next;
}

/* The one place where a queue takes no more: the job ends with STOPPING. */
static struct eg_job *stop_job(struct eg_gateway_state *gateway, struct eg_job **job)
{
    (*job)->verdict = (struct eg_verdict){.code = EG_CODE_OK}; /* a breach is not remembered */
    eg_verdict_refuse(&(*job)->verdict, EG_CODE_STOPPING, "", "gateway", "%s", "");
    struct eg_outgoing *answer = eg_job_refusal(*job);
    return end_job(gateway, job, &answer);
}

static struct eg_job *queue_or_stop(struct eg_gateway_state *gateway, struct eg_job *job)
{
    if (eg_queue_put(gateway->jobs, job, eg_job_octets(job))) {
        return NULL;
    }
    return stop_job(gateway, &job);
}

static struct eg_job *joined(struct eg_job *list, struct eg_job *more)
{
    struct eg_job *last = list;
    while (last != NULL && last->place.before != NULL) {
        last = last->place.before;
    }
    if (last != NULL) {
        last->place.before = more;
    }
    return last != NULL ? list : more;
}

/* Hand out jobs whose turn has come; one that ends instead lets others go. */
static void let_go(struct eg_gateway_state *gateway, struct eg_job *list)
{
    while (list != NULL) {
        struct eg_job *job = list;
        list = job->place.before;
        job->place.before = NULL;
        list = joined(queue_or_stop(gateway, job), list);
    }
}

/* ---- the way, in order ---- */

bool eg_handover_admit(struct eg_gateway_state *gateway, struct eg_job *job)
{
    size_t octets = eg_job_octets(job);
    if (gateway->jobs_admitted >= gateway->settings->queue_items ||
        gateway->octets_admitted + octets > gateway->settings->queue_octets) {
        return false;
    }
    gateway->jobs_admitted++;
    gateway->octets_admitted += octets;
    eg_plant_queues_arrive(gateway->plant_queues, job);
    return true;
}

void eg_handover_to_workers(struct eg_gateway_state *gateway, struct eg_job **job)
{
    struct eg_job *taken = *job;
    *job = NULL;
    let_go(gateway, queue_or_stop(gateway, taken));
}

void eg_handover_skip_plant(struct eg_gateway_state *gateway, struct eg_job *job)
{
    let_go(gateway, eg_plant_queues_pass(gateway->plant_queues, job));
}

bool eg_handover_await_plant(struct eg_gateway_state *gateway, struct eg_job *job,
                             const char *plant)
{
    bool mine = false;
    let_go(gateway, eg_plant_queues_enter(&mine, gateway->plant_queues, job, plant));
    return mine;
}

void eg_handover_to_recorder(struct eg_gateway_state *gateway, struct eg_job **job)
{
    struct eg_task *task = eg_task_new(EG_TASK_JOB);
    if (task != NULL) {
        task->job = *job;
        if (eg_queue_put(gateway->records, task, eg_job_octets(*job))) {
            *job = NULL;
            return;
        }
        task->job = NULL;
        eg_task_free(&task);
    }
    let_go(gateway, stop_job(gateway, job));
}

void eg_handover_answer(struct eg_gateway_state *gateway, struct eg_job **job,
                        struct eg_outgoing **answer)
{
    let_go(gateway, end_job(gateway, job, answer));
}

void eg_handover_refuse(struct eg_gateway_state *gateway, struct eg_job **job)
{
    struct eg_outgoing *answer = eg_job_refusal(*job);
    eg_handover_answer(gateway, job, &answer);
}
