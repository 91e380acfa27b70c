/*
 * What was owed and what was judged of it: for each limit (or other finding) of a package, source
 * and component, how many places the provision owes a judgement of, and what became of them.
 *
 *   owed = judged + undecided     always; what is owed does not come from the report
 *   exceeded, not applicable      parts of judged: the finding was made; the rule's own selection
 *                                 excludes the place (standstill, start-up, below the load)
 *
 * Filled by assess, hashed into the entry as part of the findings; owner thread.
 */
#ifndef EG_CORE_JUDGED_H
#define EG_CORE_JUDGED_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

struct eg_counts {
    uint64_t owed, judged, exceeded, undecided;
};

/* The word for a whole. Nothing owed is nothing judged. */
enum eg_extent { EG_JUDGED_NOT_AT_ALL, EG_JUDGED_IN_PART, EG_JUDGED_COMPLETELY };

struct eg_judged_limit {
    /* id of the finding */
    char *rule;
    char *source;
    /* "": of the source */
    char *component;
    struct eg_counts counts;
    /* part of counts.judged */
    uint64_t not_applicable;
};

struct eg_judged {
    struct eg_judged_limit *list;
    size_t count, capacity;
    /* limits beyond EG_JUDGED_LIMITS_MAX: only their counts are kept */
    size_t omitted;
    /* over all, omitted ones too */
    struct eg_counts counts;
};

void eg_judged_init(struct eg_judged *judged);
void eg_judged_done(struct eg_judged *judged);

/* Append; texts are copied as words that a line can hold (blanks, controls and backslashes of a
 * report's own names become _, as does a name that is - alone), counts go into the sum. Beyond the
 * ceiling the limit is only counted. EG_E_INTERNAL: its counts do not add up (owed = judged +
 * undecided, exceeded + not_applicable <= judged). EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_judged_add(struct eg_judged *judged, const struct eg_judged_limit *limit,
                             struct eg_error *err);

enum eg_extent eg_counts_extent(const struct eg_counts *counts);
/* "completely", "in-part", "not-at-all". */
const char *eg_extent_text(enum eg_extent extent);
/* "judged in part: 108 owed, 98 judged (1 exceeded), 10 undecided", or in German. */
void eg_counts_say(struct eg_buf *out, const struct eg_counts *counts, bool german);

#endif
