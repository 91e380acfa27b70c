/*
 * The change lies on main's stack: main leaves only after it is marked finished.
 */
#include "flow/recorder/snapshot_change.h"

#include "flow/pipeline/task.h"
#include "flow/recorder/record_snapshot.h"

#include <pthread.h>

struct eg_snapshot_change {
    pthread_mutex_t lock;
    pthread_cond_t done;
    /* by lock: */
    bool finished;
    enum eg_status status;
    struct eg_error err;
    /* main's, until it waits; then the recorder's, until finished */
    struct eg_snapshot *snapshot;
};

static enum eg_status put_in_force(struct eg_snapshot_change *change,
                                   struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                   bool *start_pending)
{
    struct eg_clock_evidence clock = change->snapshot->clock;
    struct eg_error *err = &change->err;
    int64_t at_ms = 0;
    EG_TRY(eg_clock_watch_try(&gateway->clock, &at_ms, &clock, err));
    if (*start_pending) {
        EG_TRY(eg_record_key(gateway, ledger, change->snapshot, err));
    }
    EG_TRY(eg_record_snapshot(gateway, ledger, change->snapshot, err));
    *start_pending = false;
    eg_snapshot_replace(gateway->snapshot, &change->snapshot);
    eg_clock_watch_snapshot(&gateway->clock, &clock);
    return EG_OK;
}

void eg_snapshot_change_apply(struct eg_snapshot_change *change, struct eg_gateway_state *gateway,
                              struct eg_ledger *ledger, bool *start_pending)
{
    enum eg_status status = put_in_force(change, gateway, ledger, start_pending);
    pthread_mutex_lock(&change->lock);
    change->status = status;
    change->finished = true;
    pthread_cond_signal(&change->done);
    pthread_mutex_unlock(&change->lock);
}

static void wait_until_finished(struct eg_snapshot_change *change)
{
    pthread_mutex_lock(&change->lock);
    while (!change->finished) {
        pthread_cond_wait(&change->done, &change->lock);
    }
    pthread_mutex_unlock(&change->lock);
}

enum eg_status eg_snapshot_change_request(struct eg_gateway_state *gateway,
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
    if (eg_queue_put(gateway->records, task, 0)) {
        wait_until_finished(&change);
    } else {
        eg_task_free(&task);
        change.status = eg_error_set(&change.err, EG_E_STATE, "reload", "the gateway is stopping");
    }
    pthread_cond_destroy(&change.done);
    pthread_mutex_destroy(&change.lock);
    *snapshot = change.snapshot;
    if (change.status != EG_OK && err != NULL) {
        *err = change.err;
    }
    return change.status;
}
