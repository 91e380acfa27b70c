/*
 * Who may sign for which plant.
 */
#ifndef EG_CORE_AUTHORISE_H
#define EG_CORE_AUTHORISE_H

#include "core/directory.h"
#include "core/identity.h"
#include "core/verdict.h"

/*
 * May this participant hand in a report for the plant, period and addressee that were read?
 * The operator of the plant, or a delegate (device, measuring body) whose dates cover the day of
 * receipt. Pure; any thread.
 *
 *   verdict   ADDRESSEE, PLANT_NOT_ALLOWED, ROLE or pass
 */
void eg_authorise_report(struct eg_verdict *verdict, const struct eg_directory *directory,
                         const struct eg_participant *participant, const struct eg_reading *reading,
                         const char *origin, int64_t received_at_ms);

/* May this participant publish this package id for this Land (NULL = all)? */
void eg_authorise_package(struct eg_verdict *verdict, const struct eg_participant *publisher,
                          const char *package_id, const char *land);

#endif
