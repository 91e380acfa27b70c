/*
 * May its signer report for this plant and period, and may the connection's participant hand the
 * report in.
 */
#include "core/authorise.h"
#include "flow/stages/stages.h"

#include <string.h>

/* A report may be handed in by its signer, by the plant's operator, or by one of its delegates. */
static bool may_hand_in(const struct eg_job *job, const struct eg_plant *plant)
{
    if (strcmp(job->sender, job->participant) == 0) {
        return true;
    }
    bool may = plant != NULL && strcmp(job->sender, plant->operator_id) == 0;
    for (size_t i = 0; plant != NULL && i < plant->delegate_count && !may; i++) {
        may = strcmp(job->sender, plant->delegates[i].participant) == 0;
    }
    return may;
}

enum eg_stage_result eg_stage_authorise(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_worker *worker = run->worker;
    const struct eg_directory *directory = worker->snapshot->directory;
    eg_authorise_report(&job->verdict, directory, worker->signer, &job->header,
                        worker->gateway->settings->origin, job->received_at_ms);
    if (!eg_verdict_passed(&job->verdict)) {
        return EG_STAGE_REFUSED;
    }
    if (!may_hand_in(job, eg_directory_plant(directory, job->header.plant))) {
        return eg_stage_refuse(run, EG_CODE_PLANT_NOT_ALLOWED, job->sender,
                               "the connection's participant may not hand in for this plant");
    }
    eg_job_enter(job, EG_JOB_AUTHORISED);
    return EG_STAGE_NEXT;
}
