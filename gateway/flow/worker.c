/*
 * Worker threads. They share the queues, and the world with its compiled packages, which none of
 * them writes.
 */
#include "flow/worker.h"

#include "base/log.h"
#include "flow/stages.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct member {
    struct eg_worker worker;
    pthread_t thread;
    bool started;
};

struct eg_workers {
    struct member *members;
    size_t count;
};

/* ---- one worker -------------------------------------------------------------------------------
 */

enum eg_status eg_worker_open(struct eg_worker *worker, struct eg_shared *shared,
                              struct eg_error *err)
{
    memset(worker, 0, sizeof *worker);
    worker->shared = shared;
    enum eg_status status = eg_store_open(&worker->store, shared->settings->archive, EG_STORE_READ,
                                          shared->settings->origin, err);
    if (status == EG_OK) {
        eg_store_show_below(worker->store, &shared->log_size);
    }
    return status;
}

static void leave_world(struct eg_worker *worker)
{
    if (worker->world == NULL) {
        return;
    }
    for (size_t i = 0; worker->judges != NULL && i < worker->world->package_count; i++) {
        eg_judge_free(&worker->judges[i]);
    }
    free(worker->judges);
    worker->judges = NULL;
    eg_verifier_free(&worker->verifier);
    eg_world_drop(worker->shared->world, &worker->world);
}

void eg_worker_done(struct eg_worker *worker)
{
    eg_document_free(&worker->document);
    leave_world(worker);
    eg_store_close(&worker->store);
}

enum eg_status eg_worker_renew(struct eg_worker *worker, struct eg_error *err)
{
    if (worker->world != NULL && worker->verifier != NULL &&
        worker->world->generation == eg_world_generation(worker->shared->world)) {
        return EG_OK;
    }
    leave_world(worker);
    worker->world = eg_world_take(worker->shared->world);
    worker->judges = calloc(worker->world->package_count + 1, sizeof *worker->judges);
    if (worker->judges == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "worker", "memory ran out");
    }
    return eg_verifier_new(&worker->verifier, &worker->world->trust, err);
}

enum eg_status eg_worker_judge(struct eg_judge **out, struct eg_worker *worker,
                               const struct eg_package *package, struct eg_error *err)
{
    size_t n = 0;
    while (n < worker->world->package_count && worker->world->packages[n] != package) {
        n++;
    }
    if (n == worker->world->package_count) {
        return eg_error_set(err, EG_E_NOTFOUND, package->ref.id, "is not of this world");
    }
    if (worker->judges[n] == NULL) {
        enum eg_status status = eg_judge_new(&worker->judges[n], worker->world->rules[n], err);
        if (status != EG_OK) {
            return status;
        }
    }
    *out = worker->judges[n];
    return EG_OK;
}

const struct eg_rules *eg_worker_rules_by_ref(void *payload, const struct eg_package_ref *ref)
{
    const struct eg_worker *worker = payload;
    for (size_t i = 0; i < worker->world->package_count; i++) {
        if (eg_digest_equal(&worker->world->packages[i]->ref.digest, &ref->digest)) {
            return worker->world->rules[i];
        }
    }
    return NULL;
}

/* ---- threads ----------------------------------------------------------------------------------
 */

static void *run(void *payload)
{
    struct eg_worker *worker = payload;
    struct eg_queue *jobs = worker->shared->jobs;
    while (!eg_queue_closed(jobs) || eg_queue_items(jobs) > 0) {
        struct eg_job *job = eg_queue_take(jobs, -1);
        if (job != NULL) {
            job->rounds++;
            eg_stages_run(worker, &job);
        }
    }
    return NULL;
}

static enum eg_status start_member(struct member *member, struct eg_shared *shared,
                                   struct eg_error *err)
{
    enum eg_status status = eg_worker_open(&member->worker, shared, err);
    if (status == EG_OK) {
        status = eg_worker_renew(&member->worker, err);
    }
    if (status == EG_OK) {
        member->started = pthread_create(&member->thread, NULL, run, &member->worker) == 0;
        status = member->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "worker", "no thread");
    }
    return status;
}

enum eg_status eg_workers_start(struct eg_workers **out, struct eg_shared *shared,
                                struct eg_error *err)
{
    struct eg_workers *workers = calloc(1, sizeof *workers);
    size_t count = (size_t)shared->settings->workers;
    if (workers == NULL || (workers->members = calloc(count, sizeof *workers->members)) == NULL) {
        free(workers);
        return eg_error_set(err, EG_E_NOMEM, "workers", "memory ran out");
    }
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < count && status == EG_OK; i++) {
        workers->count++;
        status = start_member(&workers->members[i], shared, err);
    }
    if (status != EG_OK) {
        eg_queue_close(shared->jobs);
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
