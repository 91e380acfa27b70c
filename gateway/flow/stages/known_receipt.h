/*
 * Known receipt: the same octets of the same participant get the same receipt, whatever has changed
 * since.
 *
 * Thread: the worker's; blocks for reading.
 */
#ifndef EG_FLOW_KNOWN_RECEIPT_H
#define EG_FLOW_KNOWN_RECEIPT_H

#include "flow/stages/stage.h"

/* ANSWERED when the archive holds a decision about the job's participant and report_digest, NEXT
 * when it holds none; REFUSED when the archive can not be read. */
enum eg_stage_result eg_known_receipt_answer(struct eg_stage_run *run);

#endif
