/*
 * Stage: one step of judging a report. A stage reads what earlier stages wrote of the job, writes
 * its own part, and says how the way goes on. The stages and their order are in stages.h.
 *
 * A stage ends a report in one of two ways:
 *   1. eg_stage_refuse, or a verdict that a function of verify or core filled: a rule is broken, or
 *      a condition of the gateway forbids judging (clock, directory)
 *   2. eg_stage_fail: the gateway could not do its work (flow/pipeline/failure.h)
 *
 * Thread: the worker's.
 */
#ifndef EG_FLOW_STAGE_H
#define EG_FLOW_STAGE_H

#include "flow/job/outgoing.h"
#include "flow/pipeline/failure.h"
#include "flow/stages/worker.h"

enum eg_stage_result {
    /* go on with the next stage */
    EG_STAGE_NEXT,
    /* the report has its decision: no later stage judges it; it is recorded */
    EG_STAGE_DECIDED,
    /* job->verdict is the answer */
    EG_STAGE_REFUSED,
    /* run->answer is the answer: a receipt that was given before */
    EG_STAGE_ANSWERED,
    /* the job waits behind an earlier report of its plant; it may be gone already */
    EG_STAGE_PARKED,
};

/* One job on its way through the stages. */
struct eg_stage_run {
    struct eg_worker *worker;
    struct eg_job *job;
    /* ANSWERED */
    struct eg_outgoing *answer;
    /* choose: the package of the report's period; borrowed from the snapshot */
    const struct eg_package *package;
    /* await_plant: the worker's judge by that package ... */
    struct eg_judge *judge;
    /* ... and whether that package judges by earlier facts of the plant */
    bool needs_facts;
};

/* REFUSED, with this code. */
enum eg_stage_result eg_stage_refuse(struct eg_stage_run *run, enum eg_code code, const char *where,
                                     const char *text);
/* REFUSED, with the code of this failure; journalled. */
enum eg_stage_result eg_stage_fail(struct eg_stage_run *run, enum eg_failure_task task,
                                   enum eg_status status, const struct eg_error *err);

#endif
