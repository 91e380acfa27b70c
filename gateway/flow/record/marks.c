/*
 * A hash over both names picks the slot.
 */
#include "flow/record/marks.h"

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
    return hashed(hashed(2166136261U, plant), package) % EG_MARKS;
}

void eg_marks_put(struct eg_marks *marks, const struct eg_draft *draft)
{
    if (draft->remembered != NULL) {
        uint64_t *next = &marks->next[slot_of(draft->plant, draft->entry.package.id)];
        *next = draft->index + 1 > *next ? draft->index + 1 : *next;
    }
}

void eg_marks_settle(struct eg_marks *marks, struct eg_ledger *ledger)
{
    if (marks->unsure && eg_ledger_store(ledger) != NULL) {
        marks->floor = eg_ledger_size(ledger);
        marks->unsure = false;
    }
}

bool eg_marks_overtaken(const struct eg_marks *marks, const struct eg_job *job)
{
    const size_t slot = slot_of(job->reading.plant, job->outcome.package.id);
    return job->recalls &&
           (job->facts_below < marks->floor || job->facts_below < marks->next[slot]);
}

bool eg_marks_in_batch(const struct eg_draft *drafts, size_t count, const struct eg_job *job)
{
    for (size_t i = 0; job->recalls && i < count; i++) {
        if (drafts[i].remembered != NULL && strcmp(drafts[i].plant, job->reading.plant) == 0 &&
            strcmp(drafts[i].entry.package.id, job->outcome.package.id) == 0) {
            return true;
        }
    }
    return false;
}
