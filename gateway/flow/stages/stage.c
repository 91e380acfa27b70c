/*
 * How a stage ends a report.
 */
#include "flow/stages/stage.h"

#include "flow/journal/log.h"

enum eg_stage_result eg_stage_refuse(struct eg_stage_run *run, enum eg_code code, const char *where,
                                     const char *text)
{
    eg_verdict_refuse(&run->job->verdict, code, "", where, "%s", text);
    return EG_STAGE_REFUSED;
}

enum eg_stage_result eg_stage_fail(struct eg_stage_run *run, enum eg_failure_task task,
                                   enum eg_status status, const struct eg_error *err)
{
    struct eg_failure failure = eg_failure_of(task, status);
    run->job->breached = failure.breach;
    eg_log(EG_LOG_ERROR, "judge", "job=%llu code=%s where=\"%s\" text=\"%s\"",
           (unsigned long long)run->job->number, eg_code_row(failure.code)->text, err->where,
           err->text);
    return eg_stage_refuse(run, failure.code, err->where, err->text);
}
