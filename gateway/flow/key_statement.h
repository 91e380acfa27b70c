/*
 * The key statement: the gateway's own signed word about which key its log is signed with. One
 * reading of it for the start, `emgated --check` and the audit.
 */
#ifndef EG_FLOW_KEY_STATEMENT_H
#define EG_FLOW_KEY_STATEMENT_H

#include "core/settings.h"
#include "verify/trust.h"

/*
 * Read statement and signature (`log.statement` and the same with .p7s) and check that a
 * certificate signed it that leads to an anchor and may be used as a gateway's.
 *
 *   text, cms  owned by the caller, done with eg_buf_done also on failure
 *   signer     its certificate
 *
 * EG_E_NOTFOUND, EG_E_IO; EG_E_FORMAT empty; EG_E_DENIED the signature does not count.
 */
EG_MUST_USE
enum eg_status eg_key_statement_read(struct eg_buf *text, struct eg_buf *cms,
                                     const struct eg_settings *settings, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_key_statement_check(struct eg_digest *signer, struct eg_bytes text,
                                      struct eg_bytes cms, const char *path,
                                      const struct eg_trust *trust, struct eg_error *err);

/* Is it about this log and key, and in force at the time? Pure. */
bool eg_key_statement_fits(struct eg_bytes text, const char *origin,
                           const uint8_t key[EG_ED25519_KEY_LEN], int64_t at_ms);

#endif
