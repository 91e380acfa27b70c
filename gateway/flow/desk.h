/*
 * The desk: answers what asks the archive instead of writing it: STATUS, RULES, and the streams of
 * followers. One thread with a read-only handle; cursors are written by the recorder.
 */
#ifndef EG_FLOW_DESK_H
#define EG_FLOW_DESK_H

#include "flow/desk_item.h"

struct eg_desk;
EG_MUST_USE
enum eg_status eg_desk_start(struct eg_desk **out, struct eg_shared *shared, struct eg_error *err);
/* Close the desk queue first. */
void eg_desk_stop(struct eg_desk **desk);

#endif
