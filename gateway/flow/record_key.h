/*
 * The key statement of the log key: what the gateway's certificate says about the key that signs
 * the log is itself an entry, the first one.
 */
#ifndef EG_FLOW_RECORD_KEY_H
#define EG_FLOW_RECORD_KEY_H

#include "flow/ledger.h"
#include "flow/world.h"

struct eg_key_statement {
    const char *path; /* for messages; kept */
    struct eg_buf text, cms;
};

/*
 * Read the statement and its signature beside it; see whether the log has it.
 *
 *   statement_out   end with eg_key_statement_done, also on failure
 *   pending_out     it is not in the log yet
 *
 * EG_E_STATE: the archive is out of order; what reading a file and the store say.
 */
EG_MUST_USE
enum eg_status eg_key_statement_read(struct eg_key_statement *statement_out, bool *pending_out,
                                     const char *path, struct eg_ledger *ledger,
                                     struct eg_error *err);
void eg_key_statement_done(struct eg_key_statement *statement);

/* Its entry. `draft` is initialised. EG_E_DENIED: its signature is not one that may state it. */
EG_MUST_USE
enum eg_status eg_key_statement_draft(struct eg_draft *draft,
                                      const struct eg_key_statement *statement,
                                      const struct eg_world *world, const uint8_t *log_key,
                                      int64_t at_ms, struct eg_error *err);

#endif
