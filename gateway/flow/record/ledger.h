/*
 * Ledger: the open archive with the growing tree. Turns drafts into a committed batch with
 * receipts. Owner thread (the recorder's; main's before the recorder starts).
 */
#ifndef EG_FLOW_LEDGER_H
#define EG_FLOW_LEDGER_H

#include "flow/record/continuity.h"
#include "flow/record/record.h"

struct eg_ledger;

/*
 * Open the log to continue it: the archive must hold all that its head note has
 * (flow/record/continuity.h). One that holds more is taken, and the note is written anew before
 * this returns. What was out of the ordinary is in the journal.
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
/* A clean stop: the archive is one file then. What hinders that is in the journal. */
void eg_ledger_close(struct eg_ledger **ledger);

struct eg_store *
eg_ledger_store(struct eg_ledger *ledger); /* NULL while the archive is out of order */
uint64_t eg_ledger_size(const struct eg_ledger *ledger); /* as recorded */
/* As covered by the synced head note: entries from here on must not leave the gateway. */
uint64_t eg_ledger_covered(const struct eg_ledger *ledger);
/* Write the head note again where that failed; EG_OK: all that is recorded is covered. */
EG_MUST_USE
enum eg_status eg_ledger_cover(struct eg_ledger *ledger, struct eg_error *err);
int64_t eg_ledger_last_ms(const struct eg_ledger *ledger); /* recorded-at of the newest entry */
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
 * Is this directory the newest in the log, or may it follow that one? A directory's version rises:
 * an older one, put back, would bring back who was taken out.
 *
 *   newest_out   true: it is the newest; false: none is there yet, or its version is higher
 *
 * EG_E_DENIED  an older version, or the same with other content
 * EG_E_STATE   the archive is out of order; further what the store says
 */
EG_MUST_USE
enum eg_status eg_ledger_directory(bool *newest_out, struct eg_ledger *ledger,
                                   const struct eg_directory *directory, struct eg_error *err);

#endif
