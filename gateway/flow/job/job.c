/*
 * Making, resetting and freeing jobs.
 */
#include "flow/job/job.h"

#include "flow/job/outgoing.h"
#include "flow/journal/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX EG_FINDINGS_MAX

static void start_judging(struct eg_job *job)
{
    eg_outcome_init(&job->outcome);
    eg_buf_init(&job->text_de, TEXTS_MAX);
    eg_buf_init(&job->text_en, TEXTS_MAX);
}

static void end_judging(struct eg_job *job)
{
    eg_outcome_done(&job->outcome);
    eg_buf_done(&job->text_de);
    eg_buf_done(&job->text_en);
}

static bool copy(struct eg_buf *into, struct eg_bytes from)
{
    eg_buf_init(into, from.len + 1);
    eg_buf_bytes(into, from);
    return !into->failed;
}

struct eg_job *eg_job_new(const struct eg_arrival *arrival, const char *sender,
                          int64_t received_at_ms)
{
    static _Atomic uint64_t numbers;
    struct eg_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return NULL;
    }
    job->magic = EG_JOB_MAGIC;
    job->number = ++numbers;
    job->route = arrival->route;
    memcpy(job->request_id, arrival->message.request_id, arrival->message.request_id_len);
    job->request_id_len = arrival->message.request_id_len;
    memcpy(job->sender, sender, strlen(sender) + 1);
    job->received_at_ms = received_at_ms;
    start_judging(job);
    if (!copy(&job->cms, arrival->message.body[0]) ||
        !copy(&job->report, arrival->message.body[1])) {
        eg_job_free(&job);
    }
    return job;
}

void eg_job_free(struct eg_job **job)
{
    if (*job == NULL) {
        return;
    }
    assert((*job)->magic == EG_JOB_MAGIC);
    end_judging(*job);
    eg_buf_done(&(*job)->cms);
    eg_buf_done(&(*job)->report);
    (*job)->magic = 0;
    free(*job);
    *job = NULL;
}

size_t eg_job_octets(const struct eg_job *job)
{
    return sizeof *job + job->cms.len + job->report.len;
}

void eg_job_again(struct eg_job *job)
{
    end_judging(job);
    start_judging(job);
    memset(&job->verdict, 0, sizeof job->verdict);
    memset(&job->header, 0, sizeof job->header);
    job->readable = false;
    job->needs_facts = false;
    job->breached = false;
    job->judged_by[0] = '\0';
    job->facts_below = 0;
    eg_job_enter(job, EG_JOB_TAKEN);
}

void eg_job_enter(struct eg_job *job, enum eg_job_state state)
{
    static const char *const names[] = {"taken",    "verified", "read",    "authorised",
                                        "assessed", "recorded", "answered"};
    assert(job->magic == EG_JOB_MAGIC);
    eg_log(EG_LOG_DEBUG, "job", "job=%llu state=%s", (unsigned long long)job->number, names[state]);
    job->state = state;
}

struct eg_outgoing *eg_job_refusal(const struct eg_job *job)
{
    return eg_outgoing_refusal(&job->route, job->request_id, job->request_id_len, &job->verdict);
}
