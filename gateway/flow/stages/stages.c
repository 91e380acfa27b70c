/*
 * The order of the stages; what each does is told in the header.
 */
#include "flow/stages/stages.h"

const struct eg_stage eg_stages[EG_STAGE_COUNT] = {
    {"check-clock", eg_stage_check_clock}, {"verify", eg_stage_verify},
    {"deduplicate", eg_stage_deduplicate}, {"read", eg_stage_read},
    {"authorise", eg_stage_authorise},     {"deduplicate-relayed", eg_stage_deduplicate_relayed},
    {"choose", eg_stage_choose},           {"await-plant", eg_stage_await_plant},
    {"assess", eg_stage_assess},
};
