/*
 * Held refusal: what the sender of a held report is told. A report that met a ceiling is remembered
 * the first time and held the second time, until a person has it judged again
 * (archive/store_held.h; the rows are written by flow/recorder/held_reports.c).
 *
 * Thread: any, with a store of its own.
 */
#ifndef EG_FLOW_HELD_REFUSAL_H
#define EG_FLOW_HELD_REFUSAL_H

#include "archive/store.h"
#include "archive/store_held.h"
#include "core/verdict.h"
#include "flow/job/job.h"

/* The verdict HELD: how often, since when, and why the last time. Returns false. */
bool eg_held_refusal_set(struct eg_verdict *verdict, const struct eg_held *held);

/* The verdict HELD when the job's report is held and the job is no retry. EG_E_*: the archive. */
EG_MUST_USE
enum eg_status eg_held_refusal_ask(struct eg_verdict *verdict, struct eg_store *store,
                                   const struct eg_job *job, struct eg_error *err);

#endif
