/*
 * Work in hand is counted where it enters and where its answer leaves, so the queues between have
 * no bound of their own: what is in them was admitted already.
 */
#include "flow/pipeline/gateway_state.h"

#include "base/error.h"
#include "flow/job/outgoing.h"
#include "flow/pipeline/query_item.h"
#include "flow/pipeline/task.h"

#include <string.h>

static enum eg_status new_queues(struct eg_gateway_state *gateway, struct eg_error *err)
{
    struct eg_queue **const queues[] = {&gateway->jobs, &gateway->records, &gateway->outgoing,
                                        &gateway->queries};
    for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++) {
        EG_TRY(eg_queue_new(queues[i], err));
    }
    return EG_OK;
}

enum eg_status eg_gateway_state_init(struct eg_gateway_state *gateway,
                                     const struct eg_settings *settings,
                                     struct eg_snapshot **snapshot, struct eg_error *err)
{
    memset(gateway, 0, sizeof *gateway);
    gateway->settings = settings;
    eg_clock_watch_init(&gateway->clock, (int64_t)settings->clock_step_ms, &(*snapshot)->clock);
    gateway->held.unsettled = true; /* what the process before left */
    EG_TRY(eg_snapshot_slot_new(&gateway->snapshot, snapshot, err));
    EG_TRY(eg_plant_queues_new(&gateway->plant_queues, err));
    EG_TRY(eg_facts_cache_new(&gateway->facts_cache, err));
    return new_queues(gateway, err);
}

static void drain(struct eg_gateway_state *gateway)
{
    void *item = NULL;
    while (gateway->jobs != NULL && (item = eg_queue_take(gateway->jobs, 0)) != NULL) {
        struct eg_job *job = item;
        eg_job_free(&job);
    }
    while (gateway->records != NULL && (item = eg_queue_take(gateway->records, 0)) != NULL) {
        struct eg_task *task = item;
        eg_task_free(&task);
    }
    while (gateway->outgoing != NULL && (item = eg_queue_take(gateway->outgoing, 0)) != NULL) {
        struct eg_outgoing *outgoing = item;
        eg_outgoing_free(&outgoing);
    }
    while (gateway->queries != NULL && (item = eg_queue_take(gateway->queries, 0)) != NULL) {
        struct eg_query_item *desk_item = item;
        eg_query_item_free(&desk_item);
    }
}

void eg_gateway_state_done(struct eg_gateway_state *gateway)
{
    eg_plant_queues_free(
        &gateway->plant_queues); /* before the jobs that are first of their plant queues */
    drain(gateway);
    eg_facts_cache_free(&gateway->facts_cache);
    eg_queue_free(&gateway->jobs);
    eg_queue_free(&gateway->records);
    eg_queue_free(&gateway->outgoing);
    eg_queue_free(&gateway->queries);
    eg_snapshot_slot_free(&gateway->snapshot);
    eg_clock_watch_done(&gateway->clock);
}

/* ---- jobs -------------------------------------------------------------------------------------
 */

bool eg_gateway_state_enter(struct eg_gateway_state *gateway, struct eg_job *job)
{
    size_t octets = eg_job_octets(job);
    if (gateway->jobs_in_hand >= gateway->settings->queue_items ||
        gateway->octets_in_hand + octets > gateway->settings->queue_octets) {
        return false;
    }
    gateway->jobs_in_hand++;
    gateway->octets_in_hand += octets;
    eg_plant_queues_arrive(gateway->plant_queues, job);
    return true;
}

/* All but letting go those whose turn has come, which are the answer. */
static struct eg_job *finish(struct eg_gateway_state *gateway, struct eg_job **job,
                             struct eg_outgoing **outgoing)
{
    struct eg_job *next = eg_plant_queues_leave(gateway->plant_queues, *job);
    if ((*job)->verdict.code != EG_CODE_OK) {
        gateway->refused++;
    }
    gateway->octets_in_hand -= eg_job_octets(*job);
    eg_job_enter(*job, EG_JOB_ANSWERED);
    if ((*job)->retry) {
        eg_held_ended(&gateway->held, *job, outgoing);
    }
    eg_job_free(job);
    eg_gateway_state_send(gateway, outgoing);
    gateway->jobs_in_hand--; /* last: a clean stop waits for it */
    return next;
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

/* Hand out jobs whose turn has come; one that can not be (stopping) ends, and lets others go. */
static void let_go(struct eg_gateway_state *gateway, struct eg_job *list)
{
    while (list != NULL) {
        struct eg_job *job = list;
        list = job->place.before;
        job->place.before = NULL;
        if (!eg_queue_put(gateway->jobs, job, eg_job_octets(job))) {
            eg_verdict_refuse(&job->verdict, EG_CODE_STOPPING, "", "lane", "%s", "");
            struct eg_outgoing *outgoing = eg_job_refusal(job);
            list = joined(finish(gateway, &job, &outgoing), list);
        }
    }
}

void eg_gateway_state_pass(struct eg_gateway_state *gateway, struct eg_job *job)
{
    let_go(gateway, eg_plant_queues_pass(gateway->plant_queues, job));
}

bool eg_gateway_state_turn(struct eg_gateway_state *gateway, struct eg_job *job, const char *plant)
{
    bool mine = false;
    let_go(gateway, eg_plant_queues_enter(&mine, gateway->plant_queues, job, plant));
    return mine;
}

void eg_gateway_state_answer(struct eg_gateway_state *gateway, struct eg_job **job,
                             struct eg_outgoing **outgoing)
{
    let_go(gateway, finish(gateway, job, outgoing));
}

void eg_gateway_state_send(struct eg_gateway_state *gateway, struct eg_outgoing **outgoing)
{
    if (*outgoing != NULL &&
        !eg_queue_put(gateway->outgoing, *outgoing, eg_outgoing_octets(*outgoing))) {
        eg_outgoing_free(outgoing);
    }
    *outgoing = NULL;
}
