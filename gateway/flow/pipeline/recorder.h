/*
 * The recorder: the one writer of the archive. It decides duplicates, draws salts, builds the tree,
 * signs one checkpoint a batch, and lets no answer leave before the batch is on disk.
 *
 * A job goes back to a worker when the snapshot changed since it was judged, or when facts that it
 * leaned on were overtaken by a newer entry, also one of the batch in hand.
 *
 * Nothing leaves before the head note covers it: shared->log_size is what it covers.
 *
 * After a failed commit it closes the archive, opens it and reads again what is there; what was in
 * the batch is answered ARCHIVE (not final).
 */
#ifndef EG_FLOW_RECORDER_H
#define EG_FLOW_RECORDER_H

#include "flow/pipeline/gateway_state.h"
#include "flow/pipeline/task.h"

struct eg_recorder;

/*
 * Open the archive, compare its newest checkpoint with the log key, record key, directory and
 * packages as far as they are new, start the thread. Returns when all that is on disk.
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

/*
 * Put a new snapshot in force: its directory and packages are recorded, then it replaces the old
 * one. Blocks until done. Taken on success. Thread: main.
 */
EG_MUST_USE
enum eg_status eg_recorder_replace_snapshot(struct eg_gateway_state *gateway,
                                            struct eg_snapshot **snapshot, struct eg_error *err);

#endif
