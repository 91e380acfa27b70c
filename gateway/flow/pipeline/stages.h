/*
 * The one table of stages. The order of a submission exists here only:
 *
 *   verify (who) -> known (sent before?) -> read (what: identity, plant, period) -> authorise (may
 *   they) -> choose (which package) -> turn (after earlier reports of the plant, if its package
 *   keeps facts) -> assess -> record
 */
#ifndef EG_FLOW_STAGES_H
#define EG_FLOW_STAGES_H

#include "flow/pipeline/worker.h"

enum eg_step_answer {
    EG_NEXT,     /* go on with the next stage */
    EG_DECIDED,  /* skip the rest of judging: record what stands */
    EG_REFUSED,  /* the verdict is the answer */
    EG_ANSWERED, /* `outgoing message` is the answer */
    EG_PARKED,   /* it comes back when it is its turn, and may be gone already */
};

/*
 * Take the job through the stages up to `record`; then it is the recorder's. Taken. Every job ends
 * in exactly one answer, maybe after having waited for its turn and been judged from the start.
 */
void eg_stages_run(struct eg_worker *worker, struct eg_job **job);

#endif
