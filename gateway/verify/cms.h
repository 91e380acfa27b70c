/*
 * Checking a signature: the ladder of RFC 5652 / RFC 5126 (CAdES-BES) questions, then the path
 * (RFC 5280) at the time given. See DESIGN "Signatures" for the profile.
 */
#ifndef EG_VERIFY_CMS_H
#define EG_VERIFY_CMS_H

#include "verify/trust.h"

/*
 *   signer     filled when the verdict is a pass; untouched otherwise
 *   verdict    initialised to pass by this function; the first code that is against it
 *   kind       which eContentType it must have
 *   at_ms      received-at: the time at which path and algorithm policy are judged
 *
 * EG_OK: judged, look at the verdict. EG_E_NOMEM, EG_E_INTERNAL, and EG_E_STATE for revocation data
 * too old (answer REVOCATION): our error, no verdict. Thread: owner of the verifier.
 */
EG_MUST_USE
enum eg_status eg_cms_check(struct eg_signer *signer, struct eg_verdict *verdict,
                            struct eg_verifier *verifier, struct eg_bytes cms,
                            struct eg_bytes content, enum eg_signed_kind kind, int64_t at_ms,
                            struct eg_error *err);

/*
 * The signing time in a signature, as claimed: nothing is checked but the structure.
 * false: there is none to be read.
 */
bool eg_cms_claimed_time(int64_t *out, struct eg_bytes cms, enum eg_signed_kind kind);

/* OID in dotted form of a signed kind. */
const char *eg_signed_kind_oid(enum eg_signed_kind kind);
const char *eg_signed_kind_text(enum eg_signed_kind kind); /* "report", "hello", ... */

#endif
