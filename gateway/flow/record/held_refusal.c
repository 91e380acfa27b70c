/*
 * One row of the archive tells all that is said.
 */
#include "flow/record/held_refusal.h"

#include "base/text.h"

bool eg_held_refusal_set(struct eg_verdict *verdict, const struct eg_held *held)
{
    char first[EG_TIME_TEXT_MAX] = "";
    eg_text_time(first, held->first_ms);
    return eg_verdict_refuse(verdict, EG_CODE_HELD, "", held->place,
                             "%u times since %s, the last time %s: %s", (unsigned)held->count,
                             first, held->code, held->said);
}

enum eg_status eg_held_refusal_ask(struct eg_verdict *verdict, struct eg_store *store,
                                   const struct eg_job *job, struct eg_error *err)
{
    struct eg_held held = {0};
    if (job->retry) {
        return EG_OK;
    }
    enum eg_status status =
        eg_store_held_find(&held, store, job->participant, &job->report_digest, err);
    if (status == EG_OK && held.state != EG_HELD_BREACHED) {
        eg_held_refusal_set(verdict, &held);
    }
    return status == EG_E_NOTFOUND ? EG_OK : status;
}
