/*
 * What judging one report gave: findings, results, notifications. Filled by assess.
 */
#ifndef EG_CORE_OUTCOME_H
#define EG_CORE_OUTCOME_H

#include "core/facts.h"
#include "core/finding.h"
#include "core/judged.h"
#include "core/package.h"

struct eg_result {
    /* as the package's step names it */
    char *name;
    struct eg_buf content;
};

struct eg_notification {
    char *name;
    /* participant id, or "public"; filled by flow from the directory */
    char *recipient;
    struct eg_buf content;
};

struct eg_outcome {
    struct eg_findings findings;
    /* what was owed and what was judged of it; empty: no package judged */
    struct eg_judged judged;
    struct eg_package_ref package;
    bool has_package;
    /* canonical text of the parameter values used, with where they came from; may be empty */
    struct eg_buf parameters;
    /* facts that the judgement leaned on */
    struct eg_facts recalled;
    /* what it leaves behind when it is accepted and recorded */
    struct eg_facts remembered;
    struct eg_result *results;
    size_t result_count;
    struct eg_notification *notifications;
    size_t notification_count;
    /* no error or fatal finding */
    bool accepted;
};

void eg_outcome_init(struct eg_outcome *outcome);
void eg_outcome_done(struct eg_outcome *outcome);

#endif
