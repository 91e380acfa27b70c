/*
 * The decision: the package is run over the report, with the plant's earlier facts if it needs
 * them; then who is notified, and the findings' texts in both languages.
 */
#include "flow/job/facts_query.h"
#include "flow/job/recipients.h"
#include "flow/record/answer.h"
#include "flow/stages/stages.h"

#include <stdio.h>

/* The facts in force now; the job says which log index that is. */
static enum eg_status query_facts(struct eg_facts_cached *facts, struct eg_stage_run *run,
                                  struct eg_error *err)
{
    struct eg_job *job = run->job;
    struct eg_store *store = run->worker->store;
    EG_TRY(eg_store_size(&job->facts_below, store, err));
    const struct eg_facts_request request = {eg_judge_rules(run->judge), &job->header,
                                             job->facts_below};
    return eg_facts_query_cached(facts, &job->needs_facts, run->worker->gateway->facts_cache, store,
                                 &request, err);
}

static enum eg_status decide(struct eg_stage_run *run, const struct eg_facts *facts,
                             struct eg_error *err)
{
    struct eg_job *job = run->job;
    struct eg_worker *worker = run->worker;
    const struct eg_plant *plant =
        eg_directory_plant(worker->snapshot->directory, job->header.plant);
    const struct eg_judge_job judging = {.document = worker->document,
                                         .header = &job->header,
                                         .plant = plant,
                                         .known = facts,
                                         .received_at_ms = job->received_at_ms};
    EG_TRY(eg_judge_run(&job->outcome, run->judge, &judging, err));
    job->outcome.package = run->package->ref;
    job->outcome.has_package = true;
    EG_TRY(eg_recipients_of_outcome(&job->outcome, run->package, plant, &job->header, err));
    return eg_answer_texts_both(&job->text_de, &job->text_en, eg_judge_rules(run->judge),
                                &job->outcome.findings, &job->outcome.judged, err);
}

enum eg_stage_result eg_stage_assess(struct eg_stage_run *run)
{
    struct eg_job *job = run->job;
    struct eg_facts_cached facts = {0};
    struct eg_error err = {0};
    snprintf(job->judged_by, sizeof job->judged_by, "%s %s", run->package->ref.id,
             run->package->ref.version);
    if (run->needs_facts) {
        enum eg_status status = query_facts(&facts, run, &err);
        if (status != EG_OK) {
            return eg_stage_fail(run, EG_FAILURE_FACTS, status, &err);
        }
    }
    enum eg_status status = decide(run, run->needs_facts ? &facts.facts : NULL, &err);
    eg_facts_cache_give(run->worker->gateway->facts_cache, &facts);
    if (status != EG_OK) {
        return eg_stage_fail(run, EG_FAILURE_JUDGING, status, &err);
    }
    eg_job_enter(job, EG_JOB_ASSESSED);
    return EG_STAGE_NEXT;
}
