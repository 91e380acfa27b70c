/*
 * The key statement: the gateway's own signed word about which key its log is signed with. One
 * reading of it for the start, `emgated --check` and the audit.
 */
#ifndef EG_FLOW_KEY_STATEMENT_H
#define EG_FLOW_KEY_STATEMENT_H

#include "core/settings.h"
#include "verify/trust.h"

struct eg_key_statement {
    const char *path; /* for messages; kept */
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
 * A certificate signed it that leads to an anchor at this time and may be used as a gateway's.
 *
 *   signer   digest of that certificate
 *
 * EG_E_DENIED: the signature does not count.
 */
EG_MUST_USE
enum eg_status eg_key_statement_check(struct eg_digest *signer,
                                      const struct eg_key_statement *statement,
                                      const struct eg_trust *trust, int64_t at_ms,
                                      struct eg_error *err);

/* Is it about this log and key, and in force at the time? Pure. */
bool eg_key_statement_fits(struct eg_bytes text, const char *origin,
                           const uint8_t key[EG_ED25519_KEY_LEN], int64_t at_ms);

#endif
