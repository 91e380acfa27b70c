/*
 * Ledger: the one writing handle on the archive, with the tree of the log and its head note. Turns
 * drafts into a committed batch with receipts.
 *
 * 1. A batch is one transaction, synced; then the head note, synced. Only what the note covers may
 *    leave the gateway (eg_ledger_covered).
 * 2. While the archive is ahead of the note, nothing more is recorded.
 * 3. After a failure the archive is closed, opened and read again. It must hold all that the note
 *    has and all that this process has seen, in the same order; else it stays closed.
 *
 * Thread: owner thread (the recorder; main before the recorder starts).
 */
#ifndef EG_FLOW_LEDGER_H
#define EG_FLOW_LEDGER_H

#include "flow/record/continuity.h"
#include "flow/record/record.h"

struct eg_ledger;

/*
 * Open the log to continue it: the archive must hold all that its head note has
 * (flow/record/continuity.h). One that holds more is taken, and the note is written anew before
 * this returns. What was unusual is in the journal.
 *
 *   place   copied
 *
 * EG_E_DENIED, EG_E_FORMAT, EG_E_CRYPTO: head note or archive are not there, shorter, damaged or of
 * another log or key; EG_E_STATE: archive of another origin; EG_E_BUSY: another gateway writes it;
 * EG_E_IO.
 */
EG_MUST_USE
enum eg_status eg_ledger_open(struct eg_ledger **out, const struct eg_log_place *place,
                              struct eg_error *err);
/* A clean stop: the archive is one file then. What prevents that is in the journal. */
void eg_ledger_close(struct eg_ledger **ledger);

/* The store, opened again if it was closed; NULL while the archive is out of order, with the reason
 * in the journal. */
struct eg_store *eg_ledger_store(struct eg_ledger *ledger);
/* Entries recorded. */
uint64_t eg_ledger_size(const struct eg_ledger *ledger);
/* As covered by the synced head note: entries from here on must not leave the gateway. */
uint64_t eg_ledger_covered(const struct eg_ledger *ledger);
/* Write the head note again where that failed; EG_OK: all that is recorded is covered. */
EG_MUST_USE
enum eg_status eg_ledger_cover(struct eg_ledger *ledger, struct eg_error *err);
/* recorded-at of the newest entry. */
int64_t eg_ledger_last_ms(const struct eg_ledger *ledger);
const uint8_t *eg_ledger_key(const struct eg_ledger *ledger);

/*
 * Commit drafts in order: each gets its index and its receipt. All or nothing; durable and covered
 * by the head note on EG_OK. After a failure the archive has been closed, opened and read again, or
 * stays closed (then every call tries anew), or the batch is recorded and not covered.
 */
EG_MUST_USE
enum eg_status eg_ledger_commit(struct eg_ledger *ledger, struct eg_draft *drafts, size_t count,
                                struct eg_error *err);

/*
 * Is this directory the newest in the log, or may it follow that one? A directory's version only
 * rises: an older one, put back, would bring back participants who were removed.
 *
 *   newest_out   true: it is the newest; false: the log has none yet, or only lower versions
 *
 * EG_E_DENIED  an older version, or the same with other content
 * EG_E_STATE   the archive is out of order; further what the store says
 */
EG_MUST_USE
enum eg_status eg_ledger_directory(bool *newest_out, struct eg_ledger *ledger,
                                   const struct eg_directory *directory, struct eg_error *err);

#endif
