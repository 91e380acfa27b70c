/*
 * Ledger: the open archive with the growing tree. Turns drafts into a committed batch with
 * receipts. Owner thread (the recorder's; main's before the recorder starts).
 */
#ifndef EG_FLOW_LEDGER_H
#define EG_FLOW_LEDGER_H

#include "flow/record.h"

struct eg_ledger;

/* key: Ed25519 seed; copied. Refuses an archive of another origin or whose head another key signed.
 */
EG_MUST_USE
enum eg_status eg_ledger_open(struct eg_ledger **out, const char *path, const char *origin,
                              const uint8_t seed[EG_ED25519_KEY_LEN], struct eg_error *err);
void eg_ledger_close(struct eg_ledger **ledger);

struct eg_store *
eg_ledger_store(struct eg_ledger *ledger); /* NULL while the archive is out of order */
uint64_t eg_ledger_size(const struct eg_ledger *ledger);
int64_t eg_ledger_last_ms(const struct eg_ledger *ledger); /* recorded-at of the newest entry */
const uint8_t *eg_ledger_key(const struct eg_ledger *ledger);

/*
 * Commit drafts in order: each gets its index and its receipt. All or nothing; durable on EG_OK.
 * After a failure the archive has been closed, opened and read again, or stays closed (then every
 * call tries anew).
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
