/*
 * The loop, and starting and stopping it.
 */
#include "flow/recorder/recorder.h"

#include "flow/journal/log.h"
#include "flow/pipeline/task.h"
#include "flow/record/ledger.h"
#include "flow/record/log_key.h"
#include "flow/recorder/cursor_task.h"
#include "flow/recorder/held_reports.h"
#include "flow/recorder/log_size.h"
#include "flow/recorder/record_batch.h"
#include "flow/recorder/record_snapshot.h"
#include "flow/recorder/snapshot_change.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS 1000

struct eg_recorder {
    struct eg_gateway_state *gateway;
    struct eg_ledger *ledger;
    pthread_t thread;
    bool started;
    /* the clock was in doubt at the start: what was loaded then is not on record */
    bool start_pending;
    /* collected, not yet done */
    struct eg_task **tasks;
    size_t batch_max;
    struct eg_record_batch batch;
    /* why the head note could not be written when last tried while idle */
    struct eg_error uncovered;
};

/* ---- thread ---- */

static size_t collect(struct eg_recorder *recorder)
{
    size_t count = 0;
    int timeout_ms = IDLE_MS;
    while (count < recorder->batch_max) {
        void *task = eg_queue_take(recorder->gateway->records, timeout_ms);
        if (task == NULL) {
            break;
        }
        recorder->tasks[count++] = task;
        timeout_ms = 0;
    }
    return count;
}

static void do_task(struct eg_recorder *recorder, struct eg_task **task)
{
    struct eg_gateway_state *gateway = recorder->gateway;
    switch ((*task)->kind) {
    case EG_TASK_JOB:
        if ((*task)->job->breached) {
            eg_held_reports_breach(gateway, eg_ledger_store(recorder->ledger), &(*task)->job);
        } else {
            eg_record_batch_take(&recorder->batch, &(*task)->job);
        }
        break;
    case EG_TASK_CURSOR:
        eg_cursor_task_record(gateway, eg_ledger_store(recorder->ledger), *task);
        break;
    case EG_TASK_SNAPSHOT:
        eg_record_batch_commit(&recorder->batch);
        eg_snapshot_change_apply((*task)->change, gateway, recorder->ledger,
                                 &recorder->start_pending);
        break;
    }
    eg_task_free(task);
}

/* Tried every second; journalled once for each reason. */
static void cover_when_idle(struct eg_recorder *recorder)
{
    struct eg_error err = {0};
    if (eg_log_size_cover(recorder->gateway, recorder->ledger, &err) != EG_OK &&
        strcmp(err.text, recorder->uncovered.text) != 0) {
        eg_log_failure("head-note", &err);
    }
    recorder->uncovered = err;
}

static void *run(void *payload)
{
    struct eg_recorder *recorder = payload;
    struct eg_queue *records = recorder->gateway->records;
    while (!eg_queue_closed(records) || eg_queue_items(records) > 0) {
        size_t count = collect(recorder);
        if (count == 0) {
            cover_when_idle(recorder);
        }
        for (size_t i = 0; i < count; i++) {
            do_task(recorder, &recorder->tasks[i]);
        }
        eg_record_batch_commit(&recorder->batch);
        eg_held_reports_retry(recorder->gateway, eg_ledger_store(recorder->ledger));
    }
    return NULL;
}

/* ---- start and stop ---- */

static enum eg_status open_ledger(struct eg_recorder *recorder, struct eg_error *err)
{
    const struct eg_settings *settings = recorder->gateway->settings;
    uint8_t seed[EG_ED25519_KEY_LEN];
    struct eg_log_place place = {settings->archive, settings->log_head, settings->origin, seed};
    enum eg_status status = eg_log_seed_read(seed, settings->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ledger_open(&recorder->ledger, &place, err);

done:
    explicit_bzero(seed, sizeof seed);
    return status;
}

static enum eg_status record_start(struct eg_recorder *recorder, struct eg_error *err)
{
    struct eg_gateway_state *gateway = recorder->gateway;
    int64_t now_ms = 0;
    eg_log_size_publish(gateway, recorder->ledger);
    if (eg_clock_watch_look(&gateway->clock, &now_ms) != EG_CLOCK_TRUSTED) {
        recorder->start_pending = true;
        eg_clock_watch_unjudged(&gateway->clock);
        return EG_OK;
    }
    const struct eg_snapshot *snapshot = eg_snapshot_take(gateway->snapshot);
    enum eg_status status = eg_record_break(gateway, recorder->ledger, snapshot, err);
    if (status == EG_OK) {
        status = eg_record_key(gateway, recorder->ledger, snapshot, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_record_snapshot(gateway, recorder->ledger, snapshot, err);

done:
    eg_snapshot_drop(gateway->snapshot, &snapshot);
    return status;
}

static enum eg_status prepare(struct eg_recorder *recorder, struct eg_error *err)
{
    recorder->batch_max = (size_t)recorder->gateway->settings->batch;
    recorder->tasks = calloc(recorder->batch_max, sizeof *recorder->tasks);
    if (recorder->tasks == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "recorder", "memory ran out");
    }
    EG_TRY(open_ledger(recorder, err));
    EG_TRY(eg_record_batch_init(&recorder->batch, recorder->gateway, recorder->ledger,
                                recorder->batch_max, err));
    EG_TRY(record_start(recorder, err));
    recorder->started = pthread_create(&recorder->thread, NULL, run, recorder) == 0;
    return recorder->started ? EG_OK : eg_error_set(err, EG_E_NOMEM, "recorder", "no thread");
}

enum eg_status eg_recorder_start(struct eg_recorder **out, struct eg_gateway_state *gateway,
                                 struct eg_error *err)
{
    struct eg_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "recorder", "memory ran out");
    }
    recorder->gateway = gateway;
    enum eg_status status = prepare(recorder, err);
    if (status != EG_OK) {
        eg_recorder_stop(&recorder);
        return status;
    }
    *out = recorder;
    return EG_OK;
}

void eg_recorder_join(struct eg_recorder *recorder)
{
    if (recorder != NULL && recorder->started) {
        pthread_join(recorder->thread, NULL);
        recorder->started = false;
    }
}

void eg_recorder_stop(struct eg_recorder **recorder)
{
    if (*recorder == NULL) {
        return;
    }
    eg_recorder_join(*recorder);
    eg_ledger_close(&(*recorder)->ledger);
    eg_record_batch_done(&(*recorder)->batch);
    free((*recorder)->tasks);
    free(*recorder);
    *recorder = NULL;
}

const uint8_t *eg_recorder_log_key(const struct eg_recorder *recorder)
{
    return eg_ledger_key(recorder->ledger);
}
