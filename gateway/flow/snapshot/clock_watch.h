/*
 * Clock watch: may the gateway's clock be relied on? Holds the evidence (core/clock_doubt.h), and
 * is asked wherever a judgement rests on the clock: session thread, workers, recorder, reload. The
 * handshake process is sent the evidence and asks core/clock_doubt itself.
 *
 * Each doubt is journalled once when it begins and once when it ends.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_CLOCK_WATCH_H
#define EG_FLOW_CLOCK_WATCH_H

#include "base/error.h"
#include "core/clock_doubt.h"

#include <pthread.h>

struct eg_clock_watch {
    pthread_mutex_t lock;
    struct eg_clock_evidence evidence;
    /* counts changes of the evidence */
    uint64_t changes;
    enum eg_clock_doubt told;
};

/* step_ms: how far the wall clock may move against boot time. `snapshot`: see
 * eg_clock_watch_snapshot. */
void eg_clock_watch_init(struct eg_clock_watch *watch, int64_t step_ms,
                         const struct eg_clock_evidence *snapshot);
void eg_clock_watch_done(struct eg_clock_watch *watch);

/* Evidence: the newest entry's recorded-at; what the snapshot in force says of the time. Copied. */
void eg_clock_watch_entry(struct eg_clock_watch *watch, int64_t recorded_at_ms);
void eg_clock_watch_snapshot(struct eg_clock_watch *watch,
                             const struct eg_clock_evidence *snapshot);
/* The snapshot in force is not on record: it was loaded in doubt, and must be loaded again. */
void eg_clock_watch_unjudged(struct eg_clock_watch *watch);

/* Read the clock, and say whether this reading may be relied on. */
enum eg_clock_doubt eg_clock_watch_look(struct eg_clock_watch *watch, int64_t *now_ms);

/* The same, as a refusal: false, and the verdict CLOCK with both times, when in doubt. */
bool eg_clock_watch_holds(struct eg_clock_watch *watch, int64_t *now_ms,
                          struct eg_verdict *verdict);

/* The same for an entry to be recorded: recorded-at is never before that of the newest entry. */
bool eg_clock_watch_record(struct eg_clock_watch *watch, int64_t *recorded_at_ms,
                           struct eg_verdict *verdict);

/* The same for entries of a snapshot that is not yet in force. EG_E_CLOCK when in doubt; journals
 * nothing. */
EG_MUST_USE
enum eg_status eg_clock_watch_try(struct eg_clock_watch *watch, int64_t *recorded_at_ms,
                                  const struct eg_clock_evidence *snapshot, struct eg_error *err);

/* A copy of the evidence if it changed since `seen` (in: of the last copy, 0 at first; out: now).
 */
bool eg_clock_watch_copy(struct eg_clock_watch *watch, struct eg_clock_evidence *out,
                         uint64_t *seen);

/* The clock's time, or while it is in doubt the latest time known to have come. */
int64_t eg_clock_watch_time(struct eg_clock_watch *watch, bool *doubted);

#endif
