/*
 * A report that was sent before gets its receipt again, before anything of it is parsed. Where
 * sender and signer differ, the sender must first be authorised to see it; so that case is a stage
 * of its own after authorise, and before choose, for the package that judged it may be withdrawn.
 */
#include "flow/record/held_refusal.h"
#include "flow/stages/known_receipt.h"
#include "flow/stages/stages.h"

#include <string.h>

static bool is_relayed(const struct eg_job *job)
{
    return strcmp(job->sender, job->participant) != 0;
}

enum eg_stage_result eg_stage_deduplicate(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_error err = {0};
    if (!is_relayed(job)) {
        enum eg_stage_result result = eg_known_receipt_answer(run);
        if (result != EG_STAGE_NEXT) {
            return result;
        }
    }
    enum eg_status status = eg_held_refusal_ask(&job->verdict, run->worker->store, job, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_ARCHIVE, status, &err);
    }
    return eg_verdict_passed(&job->verdict) ? EG_STAGE_NEXT : EG_STAGE_REFUSED;
}

enum eg_stage_result eg_stage_deduplicate_relayed(struct eg_stage_run *run)
{
    return is_relayed(run->job) ? eg_known_receipt_answer(run) : EG_STAGE_NEXT;
}
