/*
 * Failure: which of the gateway's own errors gets which code, in one place.
 *
 * Two things end a report without a decision, and they are never mixed up:
 *   refusal   the report, its sender or its signature breaks a rule: the function that judged it
 *             says so in a verdict, with the rule's code
 *   failure   the gateway could not do its work (status other than EG_OK): the table here gives the
 *             code, by what was being done and by the status
 * A failure is never reported as the sender's fault: each code given here is answered as ERROR,
 * which is not final (core/code.h).
 *
 * Thread: any.
 */
#ifndef EG_FLOW_FAILURE_H
#define EG_FLOW_FAILURE_H

#include "base/error.h"
#include "core/code.h"

#include <stdbool.h>

/* What was being done. */
enum eg_failure_task {
    /* anything that rests on memory and on the gateway's own handles */
    EG_FAILURE_OWN,
    /* checking a signature */
    EG_FAILURE_SIGNATURE,
    /* reading or writing the archive */
    EG_FAILURE_ARCHIVE,
    /* reading earlier facts of the plant from the archive */
    EG_FAILURE_FACTS,
    /* parsing, reading and assessing a report, and writing down what came out */
    EG_FAILURE_JUDGING,
};

struct eg_failure {
    enum eg_code code;
    /* it depends on the report, so that sending the report again would not help: the report is
     * remembered, and held the second time (flow/record/held_refusal.h) */
    bool breach;
};

struct eg_failure eg_failure_of(enum eg_failure_task task, enum eg_status status);

#endif
