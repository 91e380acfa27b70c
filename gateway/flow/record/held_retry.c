/*
 * Noting the end of a retry.
 */
#include "flow/record/held_retry.h"

#include "core/code.h"
#include "flow/job/job.h"
#include "flow/job/outgoing.h"
#include "flow/journal/log.h"

void eg_held_retry_ended(struct eg_held_retry *retry, const struct eg_job *job,
                         struct eg_outgoing **outgoing)
{
    const struct eg_code_row *row = eg_code_row(job->verdict.code);
    if (job->verdict.code != EG_CODE_OK) {
        eg_log(EG_LOG_ERROR, "held-retry",
               "job=%llu participant=%s ended without a decision: code=%s where=\"%s\" text=\"%s\"",
               (unsigned long long)job->number, job->participant, row->text, job->verdict.where,
               job->verdict.text);
    }
    eg_outgoing_free(outgoing);
    retry->last = job->verdict;
    retry->ran = true;
    retry->unsettled = true;
    retry->busy = false; /* last: from here on the recorder reads the rest */
}
