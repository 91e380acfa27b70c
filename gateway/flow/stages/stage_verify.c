/*
 * Who signed: the signature over the report's octets, a path to an anchor, no revocation, and a
 * participant of the directory in force, all as of received-at.
 */
#include "core/authorise.h"
#include "flow/stages/stages.h"
#include "verify/cms.h"

#include <stdio.h>

enum eg_stage_result eg_stage_verify(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_worker *worker = run->worker;
    const struct eg_directory *directory = worker->snapshot->directory;
    struct eg_error err = {0};
    job->generation = worker->snapshot->generation;
    job->directory_version = directory->version;
    job->directory = directory->digest;
    if (job->received_at_ms > directory->not_after_ms) {
        return eg_stage_refuse(run, EG_CODE_DIRECTORY, "directory", "");
    }
    enum eg_status status =
        eg_cms_check(&job->signer, &job->verdict, worker->verifier, eg_bytes_view(&job->cms),
                     eg_bytes_view(&job->report), EG_SIGNED_REPORT, job->received_at_ms, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_SIGNATURE, status, &err);
    }
    if (!eg_verdict_passed(&job->verdict)) {
        return EG_STAGE_REFUSED;
    }
    worker->signer = eg_directory_by_certificate(directory, &job->signer);
    if (worker->signer == NULL) {
        return eg_stage_refuse(run, EG_CODE_PARTICIPANT_UNKNOWN, "certificate",
                               job->signer.subject);
    }
    if (!eg_authorise_certificate(&job->verdict, &job->signer, worker->signer, EG_SIGNED_REPORT)) {
        return EG_STAGE_REFUSED;
    }
    snprintf(job->participant, sizeof job->participant, "%s", worker->signer->id);
    job->report_digest = eg_hash(eg_bytes_view(&job->report));
    eg_job_enter(job, EG_JOB_VERIFIED);
    return EG_STAGE_NEXT;
}
