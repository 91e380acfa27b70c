/*
 * Held retry: the one held report that is being judged again because a person asked for it. Whoever
 * ends its job notes the end here; the recorder reads it and begins the next
 * (flow/recorder/held_reports.h).
 *
 * Thread: `busy` is written last by whoever ends the job; while it is false, all else is the
 * recorder's.
 */
#ifndef EG_FLOW_HELD_RETRY_H
#define EG_FLOW_HELD_RETRY_H

#include "core/verdict.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct eg_job;
struct eg_outgoing;

/* All zero at the start. */
struct eg_held_retry {
    /* a retried job is among the jobs */
    _Atomic bool busy;
    /* one has ended in this process, `last` is how */
    bool ran;
    /* rows may be in state "judging" although no job is. Set before busy is cleared */
    bool unsettled;
    /* of the last retry; EG_CODE_OK: a receipt */
    struct eg_verdict last;
    /* when the recorder looked for retries last */
    int64_t looked_ms;
};

/* A retried job ends: its answer is dropped. Any thread. */
void eg_held_retry_ended(struct eg_held_retry *retry, const struct eg_job *job,
                         struct eg_outgoing **outgoing);

#endif
