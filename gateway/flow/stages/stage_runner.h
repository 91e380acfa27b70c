/*
 * Stage runner: takes one job through the stages and hands it on.
 *
 * Thread: the worker's.
 */
#ifndef EG_FLOW_STAGE_RUNNER_H
#define EG_FLOW_STAGE_RUNNER_H

#include "flow/stages/worker.h"

/*
 * Take the job through the stages of stages.h; then it is the recorder's, or has its answer. Taken.
 * Every job ends in exactly one answer, maybe after it has waited for its turn and been judged from
 * the start.
 */
void eg_stage_runner_run(struct eg_worker *worker, struct eg_job **job);

#endif
