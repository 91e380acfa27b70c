/*
 * The archive is asked for the report's digest under the participant who signed it.
 */
#include "flow/stages/known_receipt.h"

#include "flow/record/answer.h"

enum eg_stage_result eg_known_receipt_answer(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_store *store = run->worker->store;
    struct eg_stored stored = {0};
    struct eg_error err = {0};
    const struct eg_answer_rules rules = {eg_worker_rules_by_ref, run->worker};
    enum eg_stage_result result = EG_STAGE_NEXT;
    enum eg_status status =
        eg_store_find_content(&stored, store, job->participant, &job->report_digest, &err);
    if (status == EG_E_NOTFOUND) {
        goto done;
    }
    if (status == EG_OK) {
        status = eg_answer_stored(&run->answer, job, store, &stored, &rules, &err);
    }
    if (status != EG_OK) {
        result = eg_stage_fail(run, EG_FAILURE_ARCHIVE, status, &err);
        goto done;
    }
    run->worker->gateway->known++;
    result = EG_STAGE_ANSWERED;

done:
    eg_stored_done(&stored);
    return result;
}
