/*
 * Key statement: the gateway's own signed statement which key its log is signed with, and from when
 * until when. The same code reads it at the start, for `emgated --check` and for the audit.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_KEY_STATEMENT_H
#define EG_FLOW_KEY_STATEMENT_H

#include "core/settings.h"
#include "verify/trust.h"

struct eg_key_statement {
    /* for messages; borrowed */
    const char *path;
    struct eg_buf text, cms;
};

/*
 * Read the statement and its signature, the same path with .p7s.
 *
 *   statement   end with eg_key_statement_done, also on failure
 *
 * EG_E_NOTFOUND, EG_E_IO, EG_E_LIMIT; EG_E_FORMAT: empty.
 */
EG_MUST_USE
enum eg_status eg_key_statement_read(struct eg_key_statement *statement, const char *path,
                                     struct eg_error *err);
void eg_key_statement_done(struct eg_key_statement *statement);

/*
 * Did someone sign it whose certificate leads to an anchor at this time and may be used as a
 * gateway's? EG_OK: judged, look at the verdict; `signer`, the digest of the certificate, is filled
 * when it is a pass. Else as eg_cms_check.
 */
EG_MUST_USE
enum eg_status eg_key_statement_judge(struct eg_digest *signer, struct eg_verdict *verdict,
                                      const struct eg_key_statement *statement,
                                      const struct eg_trust *trust, int64_t at_ms,
                                      struct eg_error *err);

/* Is it about this log and key? From when until when it says so. Outputs untouched if not. Pure. */
bool eg_key_statement_names(int64_t *from_ms, int64_t *until_ms, struct eg_bytes text,
                            const char *origin, const uint8_t key[EG_ED25519_KEY_LEN]);

/* The same, and is it in force at the time? */
bool eg_key_statement_fits(struct eg_bytes text, const char *origin,
                           const uint8_t key[EG_ED25519_KEY_LEN], int64_t at_ms);

#endif
