/*
 * What one worker judges with: handles of its own, and the world with its compiled packages, which
 * workers share and none of them writes.
 */
#include "flow/pipeline/worker.h"

#include <stdlib.h>
#include <string.h>

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
