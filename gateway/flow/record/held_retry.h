/*
 * The retry in hand: one held report at a time is among the jobs, judged again because a person
 * said so. What ends it and what begins the next meet here.
 */
#ifndef EG_FLOW_HELD_RETRY_H
#define EG_FLOW_HELD_RETRY_H

#include "core/verdict.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct eg_job;
struct eg_outgoing;

/* Of the retry in hand, in eg_gateway_state. All zero at the start. */
struct eg_held_retry {
    /* a retried job is among the jobs */
    _Atomic bool busy;
    /* one has ended, `last` is how; else: before the start */
    bool ran;
    /* rows may say "judging" though none is. Set before busy is cleared */
    bool unsettled;
    /* EG_CODE_OK: by a receipt */
    struct eg_verdict last;
    /* the recorder's: when it looked last */
    int64_t looked_ms;
};

/* A retried job has its end: its answer is dropped. Any thread. */
void eg_held_ended(struct eg_held_retry *retry, const struct eg_job *job,
                   struct eg_outgoing **outgoing);

#endif
