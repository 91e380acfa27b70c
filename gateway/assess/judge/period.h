/*
 * Whether a report's period is one that the plant can report, as the directory and the package say.
 */
#ifndef EG_ASSESS_PERIOD_H
#define EG_ASSESS_PERIOD_H

#include "assess/judge/engine.h"

/*
 * Add an error for a period that lies outside the days between which the plant reports
 * (EG_RULE_PLANT_PERIOD), for times of another zone than the plant's (EG_RULE_PLANT_ZONE), and for
 * a period that is not over yet where the package judges only what has ended (EG_RULE_PERIOD_OPEN).
 * Of a plant, a time or a zone that is not known nothing is asked. EG_E_NOMEM.
 *   zone   of the report's times; "": not known
 */
EG_MUST_USE
enum eg_status eg_period_check(struct eg_findings *out, const struct eg_package *package,
                               const struct eg_judge_job *job, const char *zone,
                               struct eg_error *err);

#endif
