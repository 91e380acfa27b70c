/*
 * Checkpoint: a tree head as a C2SP signed note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note):
 *
 *   <origin>\n<size>\n<base64 root>\n\n— <origin> <base64 of key id (4) and Ed25519 signature
 * (64)>\n
 *
 * key id = first 4 octets of SHA-256(<origin> "\n" 0x01 <public key>). Further signature lines
 * (witnesses) may follow and are ignored when they are not ours.
 */
#ifndef EG_PROOF_CHECKPOINT_H
#define EG_PROOF_CHECKPOINT_H

#include "base/crypto.h"
#include "base/limits.h"

struct eg_checkpoint {
    char origin[EG_ORIGIN_MAX + 1];
    uint64_t size;
    struct eg_digest root;
};

EG_MUST_USE
enum eg_status eg_checkpoint_sign(struct eg_buf *out, const struct eg_checkpoint *checkpoint,
                                  const uint8_t seed[EG_ED25519_KEY_LEN],
                                  const uint8_t public_key[EG_ED25519_KEY_LEN],
                                  struct eg_error *err);
/* EG_E_FORMAT: not a checkpoint; EG_E_CRYPTO: no signature of this key, or a wrong one. */
EG_MUST_USE
enum eg_status eg_checkpoint_verify(struct eg_checkpoint *out, struct eg_bytes note,
                                    const char *origin,
                                    const uint8_t public_key[EG_ED25519_KEY_LEN],
                                    struct eg_error *err);

/* C2SP verifier key text: "<origin>+<8 hex of key id>+<base64 of 0x01 and key>". */
EG_MUST_USE
enum eg_status eg_vkey_write(struct eg_buf *out, const char *origin,
                             const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err);
EG_MUST_USE
enum eg_status eg_vkey_read(char origin[EG_ORIGIN_MAX + 1], uint8_t public_key[EG_ED25519_KEY_LEN],
                            struct eg_bytes text, struct eg_error *err);

#endif
