/*
 * Start and end of an outcome.
 */
#include "core/outcome.h"

#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MAX (256 * EG_KIB)

void eg_outcome_init(struct eg_outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    eg_findings_init(&outcome->findings);
    eg_judged_init(&outcome->judged);
    eg_buf_init(&outcome->parameters, PARAMETERS_MAX);
    eg_facts_init(&outcome->recalled);
    eg_facts_init(&outcome->remembered);
}

void eg_outcome_done(struct eg_outcome *outcome)
{
    eg_findings_done(&outcome->findings);
    eg_judged_done(&outcome->judged);
    eg_buf_done(&outcome->parameters);
    eg_facts_done(&outcome->recalled);
    eg_facts_done(&outcome->remembered);
    for (size_t i = 0; i < outcome->result_count; i++) {
        free(outcome->results[i].name);
        eg_buf_done(&outcome->results[i].content);
    }
    for (size_t i = 0; i < outcome->notification_count; i++) {
        free(outcome->notifications[i].name);
        free(outcome->notifications[i].recipient);
        eg_buf_done(&outcome->notifications[i].content);
    }
    free(outcome->results);
    free(outcome->notifications);
    memset(outcome, 0, sizeof *outcome);
}
