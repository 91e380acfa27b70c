/*
 * Fact versions: which entry left facts last, by plant and package, so that the recorder sees
 * whether facts that a report leaned on have been overtaken since they were read. A fixed number of
 * slots: two keys that share one have a report judged again once too often, never too seldom.
 *
 * Thread: owner thread (the recorder's).
 */
#ifndef EG_FLOW_FACT_VERSIONS_H
#define EG_FLOW_FACT_VERSIONS_H

#include "flow/record/ledger.h"

#define EG_FACT_VERSIONS 4096 /* 32 KiB; more plants than report in one commit */

struct eg_fact_versions {
    /* index after the newest entry; 0: none since the start */
    uint64_t next[EG_FACT_VERSIONS];
    /* the same for all keys: what was recorded before it is not known */
    uint64_t floor;
    /* a commit failed: what of it is on disk only a reopen tells */
    bool unsure;
};

/* A committed draft; one that leaves no facts changes nothing. */
void eg_fact_versions_put(struct eg_fact_versions *fact_versions, const struct eg_draft *draft);

/* After a failed commit, once the archive is open again: whatever it may have left is minded. */
void eg_fact_versions_settle(struct eg_fact_versions *fact_versions, struct eg_ledger *ledger);

/* The job leaned on facts of its plant and package, and newer ones have been recorded since. */
bool eg_fact_versions_overtaken(const struct eg_fact_versions *fact_versions,
                                const struct eg_job *job);

/* The job leaned on facts, and one of these drafts, not yet committed, leaves some of its plant and
 * package. */
bool eg_fact_versions_in_batch(const struct eg_draft *drafts, size_t count,
                               const struct eg_job *job);

#endif
