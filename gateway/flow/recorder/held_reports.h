/*
 * Held reports: the rows of reports that met a ceiling (archive/store_held.h), and the retries that
 * a person asked for.
 *
 * 1. A job that met a ceiling is not answered before its row is written: breached the first time,
 *    held from the second on. What can not be written is said in its answer and in the journal.
 * 2. A retry is a job without a sender, made from the row; one at a time is among the jobs.
 * 3. The end of a retry is noted by whoever ends the job (flow/record/held_retry.h), and written
 *    into the row before the next one begins.
 *
 * Thread: recorder.
 */
#ifndef EG_FLOW_HELD_REPORTS_H
#define EG_FLOW_HELD_REPORTS_H

#include "archive/store.h"
#include "flow/pipeline/gateway_state.h"

/*
 * A job that met a ceiling, its verdict says which: remember it, then answer. Taken.
 *   store   the writer's; NULL: out of order
 */
void eg_held_reports_breach(struct eg_gateway_state *gateway, struct eg_store *store,
                            struct eg_job **job);
/* A decision that can not be written down, for this reason; remembered if the reason is a breach.
 * Taken. */
void eg_held_reports_failure(struct eg_gateway_state *gateway, struct eg_store *store,
                             struct eg_job **job, const struct eg_error *why);

/* Begin the next retry, if there is one and none is under way. Looks at most twice a second. */
void eg_held_reports_retry(struct eg_gateway_state *gateway, struct eg_store *store);

#endif
