/*
 * Recipients: who an outcome's notifications go to. Used when a report is judged and when an audit
 * judges it again, so that both give the same.
 */
#ifndef EG_FLOW_RECIPIENTS_H
#define EG_FLOW_RECIPIENTS_H

#include "core/directory.h"
#include "core/outcome.h"

/*
 * A rejected report is notified to nobody: its notifications are dropped. Those of an accepted one
 * get the participant ids of their recipients.
 *   plant   of the report; borrowed
 *   header  kind and period, which decide who the competent authority is
 * EG_E_DENIED: the plant has no competent authority on the last day of the period (the directory
 * must be mended). EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_recipients_of_outcome(struct eg_outcome *outcome,
                                        const struct eg_package *package,
                                        const struct eg_plant *plant,
                                        const struct eg_report_header *header,
                                        struct eg_error *err);

#endif
