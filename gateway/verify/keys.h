/*
 * Reading private keys. Only gateway/verify.
 */
#ifndef EG_VERIFY_KEYS_H
#define EG_VERIFY_KEYS_H

#include "base/bytes.h"

#include <openssl/evp.h>

/* A private key in PEM, not encrypted. EG_E_FORMAT, EG_E_NOMEM. Never asks a terminal. */
EG_MUST_USE
enum eg_status eg_key_read(EVP_PKEY **out, OSSL_LIB_CTX *libctx, struct eg_bytes pem,
                           struct eg_error *err);

#endif
