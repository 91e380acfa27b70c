/*
 * Reports that met a ceiling: remembered the first time, held the second, judged again when a
 * person says so (archive/store_held.h).
 *
 *   workers    ask whether a report is held before they judge it; a breach makes the job one for
 *              the recorder instead of an answer
 *   recorder   writes the row before the answer leaves; looks for retries about twice a second and
 *              puts one at a time among the jobs, without a sender
 *   any        the end of a retried job is noted (flow/record/held_retry.h); its answer is for
 *              nobody
 */
#ifndef EG_FLOW_HELD_H
#define EG_FLOW_HELD_H

#include "archive/store.h"
#include "core/verdict.h"

struct eg_job;
struct eg_gateway_state;

/*
 * A failure while a report is judged: what it says to the sender. LIMIT and NOMEM are CEILING, of
 * the package or of the process; DENIED is SETTING; anything else INTERNAL.
 */
enum eg_code eg_held_code(enum eg_status status);
/* It depends on the report, so that sending the report again would not help: a breach. */
bool eg_held_is_breach(enum eg_status status);

/* Refuse with HELD when the job's report is held and the job is no retry. EG_E_*: the archive. */
EG_MUST_USE
enum eg_status eg_held_ask(struct eg_verdict *verdict, struct eg_store *store,
                           const struct eg_job *job, struct eg_error *err);

/*
 * A job that met a ceiling, its verdict says which: remember it, then answer. Taken.
 *   store   the writer's; NULL: out of order
 * Thread: recorder.
 */
void eg_held_record(struct eg_gateway_state *gateway, struct eg_store *store, struct eg_job **job);
/* The same for a decision that can not be written down. */
void eg_held_record_error(struct eg_gateway_state *gateway, struct eg_store *store,
                          struct eg_job **job, const struct eg_error *why);

/* Begin the next retry if there is one and none in hand. Thread: recorder. */
void eg_held_turn(struct eg_gateway_state *gateway, struct eg_store *store);

#endif
