/*
 * The one package that judges the report: by root element, period and plant
 * (flow/snapshot/snapshot.h).
 */
#include "flow/stages/stages.h"

enum eg_stage_result eg_stage_choose(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    const struct eg_snapshot *snapshot = run->worker->snapshot;
    const char *ns = NULL;
    const char *name = NULL;
    eg_document_root(run->worker->document, &ns, &name);
    run->package = eg_snapshot_package(snapshot, ns, name, &job->header,
                                       eg_directory_plant(snapshot->directory, job->header.plant),
                                       &job->verdict);
    return run->package == NULL ? EG_STAGE_REFUSED : EG_STAGE_NEXT;
}
