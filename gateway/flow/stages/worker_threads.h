/*
 * Worker threads, `[gateway] workers` of them: each takes jobs from the queue and runs them through
 * the stages (stage_runner.h).
 *
 * Thread: main starts and stops them.
 */
#ifndef EG_FLOW_WORKER_THREADS_H
#define EG_FLOW_WORKER_THREADS_H

#include "flow/pipeline/gateway_state.h"

struct eg_workers;
EG_MUST_USE
enum eg_status eg_workers_start(struct eg_workers **out, struct eg_gateway_state *gateway,
                                struct eg_error *err);
/* Close the jobs queue first; what is in it is judged. */
void eg_workers_stop(struct eg_workers **workers);

#endif
