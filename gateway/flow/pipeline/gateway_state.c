/*
 * Making and freeing what the threads share.
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
    gateway->retry.unsettled = true; /* what the process before left */
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
        struct eg_query_item *query = item;
        eg_query_item_free(&query);
    }
}

void eg_gateway_state_done(struct eg_gateway_state *gateway)
{
    /* Before the jobs: those that wait hang on the first job of their plant. */
    eg_plant_queues_free(&gateway->plant_queues);
    drain(gateway);
    eg_facts_cache_free(&gateway->facts_cache);
    eg_queue_free(&gateway->jobs);
    eg_queue_free(&gateway->records);
    eg_queue_free(&gateway->outgoing);
    eg_queue_free(&gateway->queries);
    eg_snapshot_slot_free(&gateway->snapshot);
    eg_clock_watch_done(&gateway->clock);
}
