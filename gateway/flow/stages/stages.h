/*
 * The stages of a report, in the order in which a worker takes a job through them. Each is in the
 * file of its name (stage_verify.c). This list is the only place where the order exists.
 *
 *   check_clock          while the clock is in doubt nothing is judged: a receipt that was given
 *                        before, or CLOCK
 *   verify               who signed: signature, path, revocation, directory
 *   deduplicate          sent before by its signer: the same receipt again; held: HELD
 *   read                 what it is: plant, period and identity, under the published limits
 *   authorise            may its signer report for this plant, and may its sender hand it in
 *   deduplicate_relayed  sent before, and handed in by another than its signer: the same receipt
 *   choose               the package of its plant and period
 *   await_plant          after earlier reports of the plant, if its package judges by their facts
 *   assess               the decision, its texts, and who is notified
 *
 * Then the recorder records it (flow/recorder). A report that is refused or answered on the way
 * passes no later stage.
 */
#ifndef EG_FLOW_STAGES_H
#define EG_FLOW_STAGES_H

#include "flow/stages/stage.h"

struct eg_stage {
    /* in the journal */
    const char *name;
    enum eg_stage_result (*pass)(struct eg_stage_run *run);
};

#define EG_STAGE_COUNT 9
extern const struct eg_stage eg_stages[EG_STAGE_COUNT];

enum eg_stage_result eg_stage_check_clock(struct eg_stage_run *run);
enum eg_stage_result eg_stage_verify(struct eg_stage_run *run);
enum eg_stage_result eg_stage_deduplicate(struct eg_stage_run *run);
enum eg_stage_result eg_stage_read(struct eg_stage_run *run);
enum eg_stage_result eg_stage_authorise(struct eg_stage_run *run);
enum eg_stage_result eg_stage_deduplicate_relayed(struct eg_stage_run *run);
enum eg_stage_result eg_stage_choose(struct eg_stage_run *run);
enum eg_stage_result eg_stage_await_plant(struct eg_stage_run *run);
enum eg_stage_result eg_stage_assess(struct eg_stage_run *run);

#endif
