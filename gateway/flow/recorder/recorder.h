/*
 * Recorder: the thread that writes the archive, the only one that does. It collects tasks and has
 * each done: jobs by record_batch.h and held_reports.h, cursors by cursor_task.h, snapshots by
 * snapshot_change.h.
 *
 * 1. Tasks are done in the order of their arrival. A batch is what has arrived while the one before
 *    was written, at most `[gateway] batch` tasks.
 * 2. No answer leaves before the head note covers its entry (log_size.h).
 * 3. After a failed commit the archive is closed, opened and read again; what was in the batch is
 *    answered ARCHIVE, which is not final.
 */
#ifndef EG_FLOW_RECORDER_H
#define EG_FLOW_RECORDER_H

#include "flow/pipeline/gateway_state.h"

struct eg_recorder;

/*
 * Open the archive, compare its newest checkpoint with the log key, record key, directory and
 * packages as far as they are new, start the thread. Returns when all that is on disk. With a clock
 * in doubt nothing is recorded: that is done when main loads the snapshot again. Statuses of
 * eg_ledger_open, eg_record_key and eg_record_snapshot; EG_E_NOMEM. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_recorder_start(struct eg_recorder **out, struct eg_gateway_state *gateway,
                                 struct eg_error *err);
/* Close the records queue first; what is in it is recorded, then the thread ends. */
void eg_recorder_join(struct eg_recorder *recorder);
/* The same, then close the archive: last of all who have it open, so that it is one file then. */
void eg_recorder_stop(struct eg_recorder **recorder);

/* The log's public key. Borrowed. */
const uint8_t *eg_recorder_log_key(const struct eg_recorder *recorder);

#endif
