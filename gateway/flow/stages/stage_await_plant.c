/*
 * Yesterday's facts must be in force before today's report is judged: where the package judges by
 * earlier facts of the plant, reports of one plant are judged one after another
 * (flow/job/plant_queue.h).
 */
#include "flow/pipeline/handover.h"
#include "flow/stages/stages.h"

enum eg_stage_result eg_stage_await_plant(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_gateway_state *gateway = run->worker->gateway;
    struct eg_error err = {0};
    char from[11] = "";
    enum eg_status status = eg_worker_judge(&run->judge, run->worker, run->package, &err);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_OWN, status, &err);
    }
    run->needs_facts = eg_rules_needs(eg_judge_rules(run->judge), job->header.until, from);
    if (!run->needs_facts) {
        eg_handover_skip_plant(gateway, job);
        return EG_STAGE_NEXT;
    }
    return eg_handover_await_plant(gateway, job, job->header.plant) ? EG_STAGE_NEXT
                                                                    : EG_STAGE_PARKED;
}
