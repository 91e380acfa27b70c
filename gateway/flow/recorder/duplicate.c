/*
 * The batch is looked at first: a draft in it will be on record before this job is.
 */
#include "flow/recorder/duplicate.h"

#include "flow/record/answer.h"

#include <stdio.h>

/* The first draft with the job's identity, or the one with its very content; NULL: none. */
static const struct eg_draft *find_draft(bool *same_content, const struct eg_draft *drafts,
                                         size_t count, const struct eg_job *job)
{
    const struct eg_draft *first = NULL;
    *same_content = false;
    for (size_t i = 0; i < count; i++) {
        if (!eg_identity_equal(&drafts[i].entry.identity, &job->identity)) {
            continue;
        }
        if (eg_digest_equal(&drafts[i].report_digest, &job->report_digest)) {
            *same_content = true;
            return &drafts[i];
        }
        first = first == NULL ? &drafts[i] : first;
    }
    return first;
}

/* The index of the earlier entry with the job's identity and other content: on record, or after the
 * entries on record in this batch. NOTFOUND: neither. */
static enum eg_status find_identity(uint64_t *first, struct eg_store *store,
                                    const struct eg_job *job, struct eg_error *err)
{
    struct eg_stored stored = {0};
    enum eg_status status = eg_store_find(&stored, store, &job->identity, NULL, err);
    if (status == EG_OK) {
        *first = stored.index;
    }
    eg_stored_done(&stored);
    return status;
}

enum eg_status eg_duplicate_find(struct eg_duplicate *out, const struct eg_draft *drafts,
                                 size_t count, struct eg_ledger *ledger, const struct eg_job *job,
                                 struct eg_error *err)
{
    bool same_content = false;
    const struct eg_draft *draft = find_draft(&same_content, drafts, count, job);
    struct eg_store *store = eg_ledger_store(ledger);
    *out = (struct eg_duplicate){.kind = EG_DUPLICATE_NONE};
    if (same_content) {
        out->kind = EG_DUPLICATE_IN_BATCH;
        return EG_OK;
    }
    if (store == NULL) {
        return eg_error_set(err, EG_E_STATE, "archive", "is out of order");
    }
    enum eg_status status =
        eg_store_find(&out->stored, store, &job->identity, &job->report_digest, err);
    if (status == EG_OK) {
        out->kind = EG_DUPLICATE_RECORDED;
        return EG_OK;
    }
    eg_stored_done(&out->stored);
    if (status != EG_E_NOTFOUND) {
        return status;
    }
    status = find_identity(&out->first, store, job, err);
    if (status == EG_OK) {
        out->kind = EG_DUPLICATE_IDENTITY_TAKEN;
    } else if (status == EG_E_NOTFOUND && draft != NULL) {
        out->kind = EG_DUPLICATE_IDENTITY_TAKEN;
        out->first = eg_ledger_size(ledger) + (uint64_t)(draft - drafts);
    }
    return status == EG_E_NOTFOUND ? EG_OK : status;
}

enum eg_status eg_duplicate_reject(struct eg_job *job, uint64_t first, struct eg_error *err)
{
    struct eg_finding *finding = NULL;
    char entry[24];
    eg_outcome_done(&job->outcome);
    eg_outcome_init(&job->outcome);
    job->needs_facts = false;
    eg_buf_reset(&job->text_de);
    eg_buf_reset(&job->text_en);
    snprintf(entry, sizeof entry, "%llu", (unsigned long long)first);
    const struct eg_finding_head head = {.severity = EG_SEVERITY_ERROR,
                                         .rule = EG_RULE_IDENTITY_TAKEN};
    EG_TRY(eg_findings_add(&job->outcome.findings, &head, &finding, err));
    EG_TRY(eg_finding_value(finding, "entry", entry, err));
    return eg_answer_texts_both(&job->text_de, &job->text_en, NULL, &job->outcome.findings,
                                &job->outcome.judged, err);
}
