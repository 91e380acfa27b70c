/*
 * A hash over plant and package picks the slot.
 */
#include "flow/record/fact_versions.h"

#include <string.h>

static uint32_t hashed(uint32_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * 16777619U; /* FNV-1a */
    }
    return hash * 16777619U; /* the end of the text */
}

static size_t slot_of(const char *plant, const char *package)
{
    return hashed(hashed(2166136261U, plant), package) % EG_FACT_VERSIONS;
}

void eg_fact_versions_put(struct eg_fact_versions *fact_versions, const struct eg_draft *draft)
{
    if (draft->remembered != NULL) {
        uint64_t *next = &fact_versions->next[slot_of(draft->plant, draft->entry.package.id)];
        *next = draft->index + 1 > *next ? draft->index + 1 : *next;
    }
}

void eg_fact_versions_settle(struct eg_fact_versions *fact_versions, struct eg_ledger *ledger)
{
    if (fact_versions->unsure && eg_ledger_store(ledger) != NULL) {
        fact_versions->floor = eg_ledger_size(ledger);
        fact_versions->unsure = false;
    }
}

bool eg_fact_versions_overtaken(const struct eg_fact_versions *fact_versions,
                                const struct eg_job *job)
{
    const size_t slot = slot_of(job->header.plant, job->outcome.package.id);
    return job->needs_facts && (job->facts_below < fact_versions->floor ||
                                job->facts_below < fact_versions->next[slot]);
}

bool eg_fact_versions_in_batch(const struct eg_draft *drafts, size_t count,
                               const struct eg_job *job)
{
    for (size_t i = 0; job->needs_facts && i < count; i++) {
        if (drafts[i].remembered != NULL && strcmp(drafts[i].plant, job->header.plant) == 0 &&
            strcmp(drafts[i].entry.package.id, job->outcome.package.id) == 0) {
            return true;
        }
    }
    return false;
}
