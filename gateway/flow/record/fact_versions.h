/*
 * Fact versions: the newest entry that recorded facts, by plant and package. By it the recorder
 * sees whether the facts that a report was judged by have been replaced since they were read.
 *
 * The number of slots is fixed. Two plants that share one cause a report to be judged again
 * although it need not be, never the opposite.
 *
 * Thread: owner thread (the recorder).
 */
#ifndef EG_FLOW_FACT_VERSIONS_H
#define EG_FLOW_FACT_VERSIONS_H

#include "flow/record/ledger.h"

/* 32 KiB; more plants than report in one commit. */
#define EG_FACT_VERSIONS 4096

struct eg_fact_versions {
    /* index after the newest entry; 0: none since the start */
    uint64_t next[EG_FACT_VERSIONS];
    /* for all slots: which facts entries before this index replaced is not known */
    uint64_t floor;
    /* a commit failed: only reopening the archive tells what of it is on disk */
    bool unsure;
};

/* A committed draft; one without facts changes nothing. */
void eg_fact_versions_put(struct eg_fact_versions *fact_versions, const struct eg_draft *draft);

/* After a failed commit, once the archive is open again: all facts read before count as replaced.
 */
void eg_fact_versions_settle(struct eg_fact_versions *fact_versions, struct eg_ledger *ledger);

/* The job was judged by facts of its plant and package, and newer ones have been recorded since. */
bool eg_fact_versions_overtaken(const struct eg_fact_versions *fact_versions,
                                const struct eg_job *job);

/* The job was judged by facts, and one of these drafts, not yet committed, has newer ones of its
 * plant and package. */
bool eg_fact_versions_in_batch(const struct eg_draft *drafts, size_t count,
                               const struct eg_job *job);

#endif
