/*
 * A report that its package can not judge within its limits is nobody's provable fault, so it is
 * never rejected. Judged anew at each sending, it would cost the gateway those limits again and
 * again, and its sender would learn nothing; so it is remembered, and held the second time.
 */
#include "flow/recorder/held_reports.h"

#include "base/clock.h"
#include "flow/journal/log.h"
#include "flow/pipeline/failure.h"
#include "flow/pipeline/handover.h"
#include "flow/record/held_refusal.h"

#include <stdio.h>
#include <string.h>

/* between looks for retries */
#define LOOK_MS 500

static void journal(enum eg_log_level level, const char *event, const struct eg_held *held)
{
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    eg_digest_text(&held->report, report);
    eg_log(level, event,
           "participant=%s report=%s state=%s count=%u code=%s where=\"%s\" text=\"%s\"",
           held->participant, report, eg_held_state_text(held->state), (unsigned)held->count,
           held->code, held->place, held->said);
}

/* ---- a breach ---- */

static void describe(struct eg_held *out, const struct eg_job *job)
{
    const struct eg_verdict *verdict = &job->verdict;
    memset(out, 0, sizeof *out);
    (void)snprintf(out->participant, sizeof out->participant, "%s", job->participant);
    out->report = job->report_digest;
    out->last_ms = eg_clock_wall_ms();
    out->received_ms = job->received_at_ms;
    (void)snprintf(out->sender, sizeof out->sender, "%s", job->sender);
    (void)snprintf(out->id, sizeof out->id, "%s", job->header.id);
    out->version = job->header.version;
    (void)snprintf(out->plant, sizeof out->plant, "%s", job->header.plant);
    (void)snprintf(out->package, sizeof out->package, "%s", job->judged_by);
    (void)snprintf(out->code, sizeof out->code, "%s", eg_code_row(verdict->code)->text);
    (void)snprintf(out->place, sizeof out->place, "%s", verdict->where);
    (void)snprintf(out->said, sizeof out->said, "%s", verdict->text);
}

static void refuse_anew(struct eg_job *job, enum eg_code code, const char *where, const char *text)
{
    job->verdict = (struct eg_verdict){.code = EG_CODE_OK};
    eg_verdict_refuse(&job->verdict, code, "", where, "%s", text);
}

/* The row is written, or it is said that it is not. */
static void remember(struct eg_store *store, struct eg_job *job)
{
    struct eg_held breach, now;
    struct eg_error err = {0};
    describe(&breach, job);
    enum eg_status status =
        store == NULL ? eg_error_set(&err, EG_E_STATE, "archive", "is out of order")
                      : eg_store_held_breach(&now, store, &breach, eg_bytes_view(&job->cms),
                                             eg_bytes_view(&job->report), &err);
    if (status == EG_E_LIMIT) {
        char text[EG_VERDICT_TEXT_MAX] = "";
        journal(EG_LOG_ERROR, "held-full", &breach);
        (void)snprintf(text, sizeof text, "%.250s; not remembered: %.100s", breach.said, err.text);
        refuse_anew(job, job->verdict.code, breach.place, text);
    } else if (status != EG_OK) {
        eg_log_failure("held", &err);
        refuse_anew(job, EG_CODE_ARCHIVE, "held", err.text);
    } else if (now.state == EG_HELD_BREACHED) {
        journal(EG_LOG_ERROR, "breached", &now);
    } else {
        journal(EG_LOG_ERROR, "held", &now);
        job->verdict = (struct eg_verdict){.code = EG_CODE_OK};
        eg_held_refusal_set(&job->verdict, &now);
    }
}

void eg_held_reports_breach(struct eg_gateway_state *gateway, struct eg_store *store,
                            struct eg_job **job)
{
    remember(store, *job);
    eg_handover_refuse(gateway, job);
}

void eg_held_reports_failure(struct eg_gateway_state *gateway, struct eg_store *store,
                             struct eg_job **job, const struct eg_error *why)
{
    struct eg_failure failure = eg_failure_of(EG_FAILURE_JUDGING, why->status);
    refuse_anew(*job, failure.code, why->where, why->text);
    if (failure.breach) {
        remember(store, *job);
    }
    eg_handover_refuse(gateway, job);
}

/* ---- judging again ---- */

/* Rows that the archive lists as being judged although none is: the job ended without a decision,
 * or the gateway ended before it. */
static enum eg_status settle(struct eg_held_retry *retry, struct eg_store *store,
                             struct eg_error *err)
{
    const struct eg_verdict *last = &retry->last;
    if (!retry->ran) {
        return eg_store_held_stop(store, eg_clock_wall_ms(), eg_code_row(EG_CODE_INTERNAL)->text,
                                  "gateway", "the gateway ended while it judged the report again",
                                  err);
    }
    return eg_store_held_stop(store, eg_clock_wall_ms(), eg_code_row(last->code)->text, last->where,
                              last->text, err);
}

/* A job as it came then, whose answer goes to nobody. NULL: not now. */
static struct eg_job *job_of(struct eg_gateway_state *gateway, const struct eg_held *held,
                             const struct eg_buf *signature, const struct eg_buf *report)
{
    struct eg_arrival arrival = {.readable = true};
    arrival.message.body[0] = eg_bytes_view(signature);
    arrival.message.body[1] = eg_bytes_view(report);
    arrival.message.body_count = 2;
    struct eg_job *job = eg_job_new(&arrival, held->sender, held->received_ms);
    if (job == NULL) {
        return NULL;
    }
    job->retry = true;
    if (!eg_handover_admit(gateway, job)) {
        eg_job_free(&job);
    }
    return job;
}

static void start_job(struct eg_gateway_state *gateway, struct eg_store *store,
                      const struct eg_held *held, struct eg_job **job)
{
    struct eg_error err = {0};
    gateway->retry.busy = true;
    if (eg_store_held_begin(store, held, &err) != EG_OK) {
        eg_log_failure("held", &err);
        eg_verdict_refuse(&(*job)->verdict, EG_CODE_ARCHIVE, "", "retry", "%s", err.text);
        eg_handover_refuse(gateway, job);
        return;
    }
    journal(EG_LOG_INFO, "held-retry", held);
    eg_handover_to_workers(gateway, job);
}

static enum eg_status start_next(struct eg_gateway_state *gateway, struct eg_store *store,
                                 struct eg_error *err)
{
    struct eg_held held = {0};
    struct eg_buf signature = {0}, report = {0};
    eg_buf_init(&signature, EG_CMS_MAX);
    eg_buf_init(&report, EG_REPORT_MAX + EG_MIB);
    enum eg_status status = eg_store_held_next(&held, &signature, &report, store, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_job *job = job_of(gateway, &held, &signature, &report);
    if (job != NULL) {
        start_job(gateway, store, &held, &job);
    }

done:
    eg_buf_done(&signature);
    eg_buf_done(&report);
    return status == EG_E_NOTFOUND ? EG_OK : status;
}

void eg_held_reports_retry(struct eg_gateway_state *gateway, struct eg_store *store)
{
    struct eg_held_retry *retry = &gateway->retry;
    struct eg_error err = {0};
    int64_t now_ms = eg_clock_boot_ms();
    if (store == NULL || retry->busy || eg_queue_closed(gateway->jobs) ||
        (retry->looked_ms != 0 && now_ms - retry->looked_ms < LOOK_MS)) {
        return;
    }
    retry->looked_ms = now_ms;
    enum eg_status status = EG_OK;
    if (retry->unsettled) {
        status = settle(retry, store, &err);
        retry->unsettled = status != EG_OK;
    }
    if (status != EG_OK) {
        goto done;
    }
    status = start_next(gateway, store, &err);

done:
    if (status != EG_OK) {
        eg_log_failure("held", &err);
    }
}
