/*
 * They share queues, snapshot, plant queues and facts cache, and no memory without a lock.
 */
#include "flow/stages/worker_threads.h"

#include "base/error.h"
#include "flow/stages/stage_runner.h"
#include "flow/stages/worker.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    struct eg_worker worker;
    pthread_t thread;
    bool started;
};

struct eg_workers {
    struct member *members;
    size_t count;
};

static void *run(void *payload)
{
    struct eg_worker *worker = payload;
    struct eg_queue *jobs = worker->gateway->jobs;
    while (!eg_queue_closed(jobs) || eg_queue_items(jobs) > 0) {
        struct eg_job *job = eg_queue_take(jobs, -1);
        if (job != NULL) {
            job->rounds++;
            eg_stage_runner_run(worker, &job);
        }
    }
    return NULL;
}

static enum eg_status start_member(struct member *member, struct eg_gateway_state *gateway,
                                   struct eg_error *err)
{
    EG_TRY(eg_worker_open(&member->worker, gateway, err));
    EG_TRY(eg_worker_renew(&member->worker, err));
    member->started = pthread_create(&member->thread, NULL, run, &member->worker) == 0;
    return member->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "worker", "no thread");
}

enum eg_status eg_workers_start(struct eg_workers **out, struct eg_gateway_state *gateway,
                                struct eg_error *err)
{
    struct eg_workers *workers = calloc(1, sizeof *workers);
    size_t count = (size_t)gateway->settings->workers;
    if (workers == NULL || (workers->members = calloc(count, sizeof *workers->members)) == NULL) {
        free(workers);
        return eg_error_set(err, EG_E_NOMEM, "workers", "memory ran out");
    }
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < count; i++) {
        workers->count++;
        status = start_member(&workers->members[i], gateway, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    if (status != EG_OK) {
        eg_queue_close(gateway->jobs);
        eg_workers_stop(&workers);
        return status;
    }
    *out = workers;
    return EG_OK;
}

void eg_workers_stop(struct eg_workers **workers)
{
    if (*workers == NULL) {
        return;
    }
    for (size_t i = 0; i < (*workers)->count; i++) {
        struct member *member = &(*workers)->members[i];
        if (member->started) {
            pthread_join(member->thread, NULL);
        }
        eg_worker_done(&member->worker);
    }
    free((*workers)->members);
    free(*workers);
    *workers = NULL;
}
