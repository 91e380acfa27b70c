/*
 * Hash, random and Ed25519: the only OpenSSL outside gateway/verify.
 */
#ifndef EG_BASE_CRYPTO_H
#define EG_BASE_CRYPTO_H

#include "base/bytes.h"

#define EG_DIGEST_LEN 32
#define EG_SALT_LEN 32
#define EG_ED25519_KEY_LEN 32
#define EG_ED25519_SIG_LEN 64
#define EG_DIGEST_TEXT_LEN 71 /* "sha256:" and 64 hex digits */

struct eg_digest {
    uint8_t octets[EG_DIGEST_LEN];
};
struct eg_salt {
    uint8_t octets[EG_SALT_LEN];
};

/* SHA-256 of the parts one after the other. Can not fail (the process ends if the library can not
 * hash). Any thread. */
struct eg_digest eg_hash(struct eg_bytes octets);
struct eg_digest eg_hash_parts(const struct eg_bytes *parts, size_t count);
/* SHA-256(salt || content) */
struct eg_digest eg_hash_salted(const struct eg_salt *salt, struct eg_bytes content);

bool eg_digest_equal(const struct eg_digest *a, const struct eg_digest *b);
void eg_digest_text(const struct eg_digest *digest, char out[EG_DIGEST_TEXT_LEN + 1]);
/* Strict: "sha256:<hex>". */
bool eg_digest_untext(struct eg_bytes text, struct eg_digest *out);

/* Octets from the system's random source. EG_E_CRYPTO if it fails. */
EG_MUST_USE
enum eg_status eg_random(void *out, size_t len, struct eg_error *err);

/* Ed25519 (RFC 8032) with raw 32-octet keys. */
EG_MUST_USE
enum eg_status eg_ed25519_new(uint8_t seed[EG_ED25519_KEY_LEN],
                              uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err);
EG_MUST_USE
enum eg_status eg_ed25519_public(uint8_t public_key[EG_ED25519_KEY_LEN],
                                 const uint8_t seed[EG_ED25519_KEY_LEN], struct eg_error *err);
EG_MUST_USE
enum eg_status eg_ed25519_sign(uint8_t signature[EG_ED25519_SIG_LEN],
                               const uint8_t seed[EG_ED25519_KEY_LEN], struct eg_bytes message,
                               struct eg_error *err);
bool eg_ed25519_verify(const uint8_t public_key[EG_ED25519_KEY_LEN],
                       const uint8_t signature[EG_ED25519_SIG_LEN], struct eg_bytes message);

#endif
