/*
 * The desk: answers what asks the archive instead of writing it: STATUS, RULES, and the streams of
 * followers. One thread with a read-only handle; cursors are written by the recorder.
 */
#ifndef EG_FLOW_DESK_H
#define EG_FLOW_DESK_H

#include "flow/pipeline/desk_item.h"

struct eg_desk;
/* log_key: of the receipts, which are proved before they leave; copied. */
EG_MUST_USE
enum eg_status eg_desk_start(struct eg_desk **out, struct eg_shared *shared,
                             const uint8_t log_key[EG_ED25519_KEY_LEN], struct eg_error *err);
/* Close the desk queue first. */
void eg_desk_stop(struct eg_desk **desk);

#endif
