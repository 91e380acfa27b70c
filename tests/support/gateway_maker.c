/*
 * A gateway without sockets; see the header.
 */
#include "tests/support/gateway_maker.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "flow/pipeline/handover.h"
#include "flow/pipeline/task.h"
#include "flow/record/log_key.h"
#include "trial/sample.h"
#include "trial/trial.h"
#include "verify/cms.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 30000

static void must(enum eg_status status, const struct eg_error *err)
{
    cr_assert_eq(status, EG_OK, "%s: %s", err->where, err->text);
}

static void read_part(struct eg_buf *out, const struct eg_gateway_maker *maker, const char *name)
{
    struct eg_error err = {0};
    char *path = eg_file_join(maker->dir, name);

    eg_buf_init(out, EG_MIB);
    must(eg_file_read(out, path, &err), &err);
    free(path);
}

static struct eg_signing_key *load_key(const struct eg_gateway_maker *maker, const char *who)
{
    struct eg_signing_key *signing = NULL;
    struct eg_buf key = {0}, chain = {0};
    struct eg_error err = {0};
    char name[64] = "";

    (void)snprintf(name, sizeof(name), "%s.key", who);
    read_part(&key, maker, name);
    (void)snprintf(name, sizeof(name), "%s.pem", who);
    read_part(&chain, maker, name);
    must(eg_signing_key_load(&signing, eg_bytes_view(&key), eg_bytes_view(&chain), &err), &err);
    eg_buf_done(&key);
    eg_buf_done(&chain);
    return signing;
}

/* ---- the package -------------------------------------------------------------------------------
 */

static void write_below(const char *folder, const char *name, struct eg_bytes content)
{
    struct eg_error err = {0};
    char *path = eg_file_join(folder, name);
    char *slash = strrchr(path, '/');

    *slash = '\0';
    must(eg_file_mkdirs(path, &err), &err);
    *slash = '/';
    must(eg_file_write(path, content, 0644, &err), &err);
    free(path);
}

static void install(const struct eg_gateway_maker *maker, const char *source)
{
    struct eg_package *package = NULL;
    struct eg_signing_key *publisher = load_key(maker, "publisher");
    struct eg_buf text = {0}, cms = {0};
    struct eg_error err = {0};
    char target[600] = "";

    eg_buf_init(&text, EG_MIB);
    eg_buf_init(&cms, EG_CMS_MAX);
    must(eg_package_read(&package, source, true, &err), &err);
    must(eg_package_signed_text(&text, &package->tree, &err), &err);
    must(eg_cms_sign(&cms, publisher, EG_SIGNED_PACKAGE, eg_bytes_view(&text), eg_clock_wall_ms(),
                     &err),
         &err);
    (void)snprintf(target, sizeof(target), "%s/rules/%s/%s", maker->dir, package->ref.id,
                   package->ref.version);
    for (size_t i = 0; i < package->tree.count; i++) {
        write_below(target, package->tree.files[i].name,
                    eg_bytes_view(&package->tree.files[i].content));
    }
    write_below(target, "SIGNED", eg_bytes_view(&text));
    write_below(target, "SIGNED.p7s", eg_bytes_view(&cms));
    eg_package_free(&package);
    eg_signing_key_free(&publisher);
    eg_buf_done(&text);
    eg_buf_done(&cms);
}

/* ---- start and stop ----------------------------------------------------------------------------
 */

static void make_folder(struct eg_gateway_maker *maker)
{
    const char *base = getenv("TMPDIR");
    struct eg_trial_options options = {.origin = EG_MAKER_GATEWAY_ORIGIN,
                                       .door = "tcp://127.0.0.1:*",
                                       .hall = "tcp://127.0.0.1:*"};
    struct eg_error err = {0};

    (void)snprintf(maker->dir, sizeof(maker->dir), "%.100s/emgate gateway XXXXXX",
                   base != NULL && base[0] != '\0' ? base : "/tmp");
    cr_assert_not_null(mkdtemp(maker->dir));
    must(eg_trial_write(maker->dir, &options, &err), &err);
}

void eg_gateway_maker_start(struct eg_gateway_maker *maker, const char *package)
{
    struct eg_snapshot *snapshot = NULL;
    struct eg_log_key_given key = {0};
    struct eg_error err = {0};
    char path[300] = "";

    memset(maker, 0, sizeof(*maker));
    must(eg_engine_init(&err), &err);
    make_folder(maker);
    install(maker, package);
    read_part(&maker->anchors, maker, "ca.pem");
    maker->signing = load_key(maker, "operator");
    (void)snprintf(path, sizeof(path), "%s/log.vkey", maker->dir);
    must(eg_log_key_take(&key, path, &err), &err);
    memcpy(maker->log_key, key.key, sizeof(maker->log_key));
    (void)snprintf(path, sizeof(path), "%s/emgated.ini", maker->dir);
    must(eg_settings_read(&maker->settings, path, &err), &err);
    maker->settings.report_max = 100000;
    (void)snprintf(maker->archive, sizeof(maker->archive), "%.239s", maker->settings.archive);
    must(eg_snapshot_load(&snapshot, &maker->settings, 1, &err), &err);
    must(eg_gateway_state_init(&maker->gateway, &maker->settings, &snapshot, &err), &err);
    must(eg_recorder_start(&maker->recorder, &maker->gateway, &err), &err);
    must(eg_worker_open(&maker->worker, &maker->gateway, &err), &err);
}

void eg_gateway_maker_halt(struct eg_gateway_maker *maker)
{
    eg_queue_close(maker->gateway.records);
    eg_recorder_stop(&maker->recorder);
}

void eg_gateway_maker_stop(struct eg_gateway_maker *maker)
{
    struct eg_error err = {0};

    eg_gateway_maker_halt(maker);
    eg_worker_done(&maker->worker);
    eg_gateway_state_done(&maker->gateway);
    eg_signing_key_free(&maker->signing);
    eg_buf_done(&maker->anchors);
    eg_engine_done();
    must(eg_file_remove_tree(maker->dir, &err), &err);
}

/* ---- submitting --------------------------------------------------------------------------------
 */

static struct eg_job *take_job(struct eg_gateway_maker *maker, struct eg_bytes report)
{
    struct eg_arrival arrival = {.readable = true};
    struct eg_buf cms = {0};
    struct eg_error err = {0};
    int64_t now_ms = eg_clock_wall_ms();
    struct eg_job *job = NULL;

    eg_buf_init(&cms, EG_CMS_MAX);
    must(eg_cms_sign(&cms, maker->signing, EG_SIGNED_REPORT, report, now_ms, &err), &err);
    arrival.message.request_id[0] = 'r';
    arrival.message.request_id_len = 1;
    arrival.message.body[0] = eg_bytes_view(&cms);
    arrival.message.body[1] = report;
    arrival.message.body_count = 2;
    job = eg_job_new(&arrival, "operator", now_ms);
    cr_assert_not_null(job);
    cr_assert(eg_handover_admit(&maker->gateway, job));
    eg_buf_done(&cms);
    return job;
}

struct eg_outgoing *eg_gateway_maker_submit(struct eg_gateway_maker *maker, struct eg_bytes report)
{
    struct eg_job *job = take_job(maker, report);

    eg_stage_runner_run(&maker->worker, &job);
    return eg_queue_take(maker->gateway.outgoing, PATIENCE_MS);
}

struct eg_job *eg_gateway_maker_judge(struct eg_gateway_maker *maker, struct eg_bytes report)
{
    struct eg_job *job = take_job(maker, report);
    struct eg_queue *closed = maker->gateway.records;
    struct eg_task *task = NULL;
    struct eg_error err = {0};

    must(eg_queue_new(&maker->gateway.records, &err), &err); /* stands in the recorder's place */
    eg_stage_runner_run(&maker->worker, &job);
    task = eg_queue_take(maker->gateway.records, 0);
    cr_assert_not_null(task, "the report was not judged to its end");
    job = task->job;
    task->job = NULL;
    cr_assert_null(
        eg_plant_queues_leave(maker->gateway.plant_queues, job)); /* it will not be answered */
    eg_task_free(&task);
    eg_queue_free(&maker->gateway.records);
    maker->gateway.records = closed;
    return job;
}

void eg_gateway_maker_commit(struct eg_gateway_maker *maker, struct eg_draft *draft)
{
    struct eg_ledger *ledger = NULL;
    struct eg_error err = {0};
    struct eg_buf hex = {0};
    uint8_t seed[EG_ED25519_KEY_LEN] = {0};

    read_part(&hex, maker, "log.key");
    cr_assert(eg_text_unhex((struct eg_bytes){hex.data, 2 * sizeof(seed)}, seed, sizeof(seed)));
    eg_buf_done(&hex);
    struct eg_log_place place = {maker->archive, maker->settings.log_head, EG_MAKER_GATEWAY_ORIGIN,
                                 seed};
    must(eg_ledger_open(&ledger, &place, &err), &err);
    must(eg_ledger_commit(ledger, draft, 1, &err), &err);
    eg_ledger_close(&ledger);
}

void eg_gateway_maker_report(struct eg_buf *out, const char *id, uint64_t seed)
{
    struct eg_sample sample = {.kind = EG_SAMPLE_SHORT,
                               .seed = seed,
                               .day = "2026-01-05",
                               .addressee = EG_MAKER_GATEWAY_ORIGIN,
                               .plant = "plant-1",
                               .id = id,
                               .version = 1};
    struct eg_error err = {0};

    eg_buf_init(out, EG_MIB);
    must(eg_sample_report(out, &sample, &err), &err);
}
