/*
 * Check, `emgated --check`: everything that a start loads is loaded, and what a start would do
 * beyond that is named as not checked. No port is bound, no file is written, the archive is not
 * opened: a gateway may be running at the same time.
 */
#ifndef EG_FLOW_CHECK_H
#define EG_FLOW_CHECK_H

#include "flow/snapshot/snapshot.h"

/*
 *   told   lines for people: what was checked, gaps ("warning ..."), what was not checked
 * EG_OK: a start would get as far as the archive. Else the error with which it would end.
 */
EG_MUST_USE
enum eg_status eg_check_settings(struct eg_buf *told, const struct eg_settings *settings,
                                 struct eg_error *err);

/* What a gateway with this snapshot can not do although it runs, as lines of the journal:
 * revocation that is not checked, no package to judge by. At every start and reload. */
void eg_check_journal_gaps(const struct eg_snapshot *snapshot);

#endif
