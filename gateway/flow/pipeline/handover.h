/*
 * Handover: how a report's job moves from one thread to the next, in the order of its way.
 *
 *   session thread   admit, to_workers
 *   worker           skip_plant or await_plant, then to_recorder or answer
 *   recorder         answer, or to_workers to have it judged again
 *   any              send
 *
 * Rules:
 * 1. A job has one owner at a time. A function that takes struct eg_job ** takes the job and
 *    leaves NULL; the job may be freed when it returns.
 * 2. From admit to answer a job is counted in jobs_admitted and octets_admitted. This is the bound
 *    of the queues; what is admitted always finds room in them.
 * 3. A queue takes nothing when the gateway is stopping or memory ran out. The job then ends there
 *    with STOPPING: every job gets exactly one answer.
 *
 * Thread: any. Nothing here blocks.
 */
#ifndef EG_FLOW_HANDOVER_H
#define EG_FLOW_HANDOVER_H

#include "flow/job/outgoing.h"
#include "flow/pipeline/gateway_state.h"

/* Count a new job in; false: the gateway is full, and the job stays the caller's. */
bool eg_handover_admit(struct eg_gateway_state *gateway, struct eg_job *job);

/* To be judged. */
void eg_handover_to_workers(struct eg_gateway_state *gateway, struct eg_job **job);

/* The report is read, and does not wait for earlier reports of its plant. */
void eg_handover_skip_plant(struct eg_gateway_state *gateway, struct eg_job *job);

/* The report is read, and is judged after earlier ones of its plant. true: it is its turn, go on
 * with the job. false: the job comes back among the workers' jobs when it is, and is no longer the
 * caller's. */
bool eg_handover_await_plant(struct eg_gateway_state *gateway, struct eg_job *job,
                             const char *plant);

/* To be recorded: the decision, or that the report met a ceiling (job->breached). */
void eg_handover_to_recorder(struct eg_gateway_state *gateway, struct eg_job **job);

/* End a job with its answer (NULL: memory ran out, the sender will ask again): both are taken. */
void eg_handover_answer(struct eg_gateway_state *gateway, struct eg_job **job,
                        struct eg_outgoing **answer);
/* End a job with its verdict. */
void eg_handover_refuse(struct eg_gateway_state *gateway, struct eg_job **job);

/* To the session thread, which sends it; taken. NULL: nothing. */
void eg_handover_send(struct eg_gateway_state *gateway, struct eg_outgoing **outgoing);

#endif
