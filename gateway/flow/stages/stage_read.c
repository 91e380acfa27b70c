/*
 * What the report is: parsed under the published limits, and its header (plant, period, identity)
 * read as a package for its root element says.
 */
#include "flow/record/answer.h"
#include "flow/stages/stages.h"

#include <string.h>

/* Rejected without package and notification: the report broke an input limit or has no identity. */
static enum eg_stage_result decide_unreadable(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_error err = {0};
    eg_identity_unreadable(&job->identity, job->participant, eg_bytes_view(&job->report));
    job->outcome.accepted = false;
    enum eg_status status = eg_answer_texts_both(
        &job->text_de, &job->text_en, NULL, &job->outcome.findings, &job->outcome.judged, &err);
    return status == EG_OK ? EG_STAGE_DECIDED : eg_stage_fail(run, EG_FAILURE_OWN, status, &err);
}

static enum eg_stage_result read_header(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_worker *worker = run->worker;
    struct eg_judge *judge = NULL;
    struct eg_error err = {0};
    const char *ns = NULL;
    const char *name = NULL;
    eg_document_root(worker->document, &ns, &name);
    const struct eg_package *any = eg_snapshot_reader(worker->snapshot, ns, name, &job->verdict);
    if (any == NULL) {
        return EG_STAGE_REFUSED;
    }
    enum eg_status status = eg_worker_judge(&judge, worker, any, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_OWN, status, &err);
    }
    status = eg_judge_read(&job->header, &job->readable, &job->outcome.findings, judge,
                           worker->document, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_JUDGING, status, &err);
    }
    if (!job->readable) {
        return decide_unreadable(run);
    }
    memcpy(job->identity.participant, job->participant, sizeof job->identity.participant);
    memcpy(job->identity.id, job->header.id, sizeof job->identity.id);
    job->identity.version = job->header.version;
    return EG_STAGE_NEXT;
}

enum eg_stage_result eg_stage_read(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_worker *worker = run->worker;
    struct eg_error err = {0};
    enum eg_status status =
        eg_document_parse(&worker->document, &job->outcome.findings, eg_bytes_view(&job->report),
                          (size_t)worker->gateway->settings->report_max, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_JUDGING, status, &err);
    }
    if (worker->document == NULL) {
        return decide_unreadable(run);
    }
    enum eg_stage_result result = read_header(run);
    eg_job_enter(job, EG_JOB_READ);
    return result;
}
