/*
 * Signing: CAdES-BES baseline, detached, DER, one signer; and loading a key with its certificate
 * chain.
 */
#ifndef EG_VERIFY_SIGN_H
#define EG_VERIFY_SIGN_H

#include "core/signer.h"

struct eg_signing_key;

/*
 *   key_pem    private key, PEM, not encrypted
 *   chain_pem  certificate of the key first, then intermediates; all are put into signatures
 * EG_E_FORMAT, EG_E_CRYPTO (key does not fit the certificate), EG_E_NOMEM. An own OSSL_LIB_CTX
 * inside.
 */
EG_MUST_USE
enum eg_status eg_signing_key_load(struct eg_signing_key **out, struct eg_bytes key_pem,
                                   struct eg_bytes chain_pem, struct eg_error *err);
/* The same from two files. EG_E_NOTFOUND, EG_E_IO, EG_E_LIMIT further. */
EG_MUST_USE
enum eg_status eg_signing_key_read(struct eg_signing_key **out, const char *key_path,
                                   const char *chain_path, struct eg_error *err);
void eg_signing_key_free(struct eg_signing_key **key);
/* The certificate of the key. Borrowed. */
const struct eg_signer *eg_signing_key_signer(const struct eg_signing_key *key);

/* Sign `content`; signing-time is signed_at_ms cut to seconds. Appends DER to `out`. Owner thread.
 */
EG_MUST_USE
enum eg_status eg_cms_sign(struct eg_buf *out, struct eg_signing_key *key, enum eg_signed_kind kind,
                           struct eg_bytes content, int64_t signed_at_ms, struct eg_error *err);

#endif
