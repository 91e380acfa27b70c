/*
 * Nothing is judged while the clock is in doubt, nor a report that came while it was: signatures,
 * directory and deadlines rest on received-at. The receipt that the sender has been given before
 * needs no clock; it is given for reports that the sender signed itself, for nobody's signature is
 * checked here.
 */
#include "flow/stages/known_receipt.h"
#include "flow/stages/stages.h"

#include <string.h>

enum eg_stage_result eg_stage_check_clock(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    int64_t now_ms = 0;
    if (eg_clock_watch_holds(&run->worker->gateway->clock, &now_ms, &doubt) &&
        !job->clock_doubted) {
        return EG_STAGE_NEXT;
    }
    memcpy(job->participant, job->sender, sizeof job->participant);
    job->report_digest = eg_hash(eg_bytes_view(&job->report));
    enum eg_stage_result result = eg_known_receipt_answer(run);
    if (result != EG_STAGE_NEXT) {
        return result;
    }
    return eg_stage_refuse(run, EG_CODE_CLOCK, "received-at",
                           eg_verdict_passed(&doubt) ? "the clock was in doubt when it came"
                                                     : doubt.text);
}
