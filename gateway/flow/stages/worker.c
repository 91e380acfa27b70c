/*
 * Judges are made when a report first needs one, and freed with the snapshot.
 */
#include "flow/stages/worker.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum eg_status eg_worker_open(struct eg_worker *worker, struct eg_gateway_state *gateway,
                              struct eg_error *err)
{
    memset(worker, 0, sizeof *worker);
    worker->gateway = gateway;
    EG_TRY(eg_store_open(&worker->store, gateway->settings->archive, EG_STORE_READ,
                         gateway->settings->origin, err));
    eg_store_show_below(worker->store, &gateway->log_size);
    return EG_OK;
}

static void leave_snapshot(struct eg_worker *worker)
{
    if (worker->snapshot == NULL) {
        return;
    }
    for (size_t i = 0; worker->judges != NULL && i < worker->snapshot->package_count; i++) {
        eg_judge_free(&worker->judges[i]);
    }
    free(worker->judges);
    worker->judges = NULL;
    eg_verifier_free(&worker->verifier);
    eg_snapshot_drop(worker->gateway->snapshot, &worker->snapshot);
}

void eg_worker_done(struct eg_worker *worker)
{
    eg_document_free(&worker->document);
    leave_snapshot(worker);
    eg_store_close(&worker->store);
}

enum eg_status eg_worker_renew(struct eg_worker *worker, struct eg_error *err)
{
    if (worker->snapshot != NULL && worker->verifier != NULL &&
        worker->snapshot->generation == eg_snapshot_generation(worker->gateway->snapshot)) {
        return EG_OK;
    }
    leave_snapshot(worker);
    worker->snapshot = eg_snapshot_take(worker->gateway->snapshot);
    worker->judges = calloc(worker->snapshot->package_count + 1, sizeof *worker->judges);
    if (worker->judges == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "worker", "memory ran out");
    }
    return eg_verifier_new(&worker->verifier, &worker->snapshot->trust, err);
}

enum eg_status eg_worker_judge(struct eg_judge **out, struct eg_worker *worker,
                               const struct eg_package *package, struct eg_error *err)
{
    size_t n = 0;
    while (n < worker->snapshot->package_count && worker->snapshot->packages[n] != package) {
        n++;
    }
    if (n == worker->snapshot->package_count) {
        return eg_error_set(err, EG_E_NOTFOUND, package->ref.id, "is not in the snapshot");
    }
    if (worker->judges[n] == NULL) {
        enum eg_status status = eg_judge_new(&worker->judges[n], worker->snapshot->rules[n], err);
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
    for (size_t i = 0; i < worker->snapshot->package_count; i++) {
        if (eg_digest_equal(&worker->snapshot->packages[i]->ref.digest, &ref->digest)) {
            return worker->snapshot->rules[i];
        }
    }
    return NULL;
}
