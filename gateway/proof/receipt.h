/*
 * Receipt: entry, inclusion proof and checkpoint in the shape of C2SP tlog-proof
 * (c2sp.org/tlog-proof@v1); the entry is the proof's extra data:
 *
 *   c2sp.org/tlog-proof@v1
 *   extra <base64 of the entry text>
 *   index <n>
 *   <base64 hash>        one line each, from the leaf upwards
 *
 *   <checkpoint>
 */
#ifndef EG_PROOF_RECEIPT_H
#define EG_PROOF_RECEIPT_H

#include "proof/checkpoint.h"
#include "proof/entry.h"
#include "proof/merkle.h"

EG_MUST_USE
enum eg_status eg_receipt_write(struct eg_buf *out, struct eg_bytes entry, uint64_t index,
                                const struct eg_digest *path, size_t path_count,
                                struct eg_bytes checkpoint, struct eg_error *err);

struct eg_receipt {
    struct eg_buf entry_text;
    struct eg_entry entry;
    uint64_t index;
    struct eg_digest path[EG_MERKLE_LEVELS];
    size_t path_count;
    /* borrowed from the text read */
    struct eg_bytes checkpoint_note;
    /* filled by verify */
    struct eg_checkpoint checkpoint;
};

/* Parse only. EG_E_FORMAT with the line. */
EG_MUST_USE
enum eg_status eg_receipt_read(struct eg_receipt *out, struct eg_bytes text, struct eg_error *err);
/*
 * Parse and prove: entry is in the tree that the checkpoint signs. Offline; needs the log key
 * alone. EG_E_FORMAT, EG_E_CRYPTO (the text says which step failed).
 */
EG_MUST_USE
enum eg_status eg_receipt_verify(struct eg_receipt *out, struct eg_bytes text, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN],
                                 struct eg_error *err);
void eg_receipt_done(struct eg_receipt *receipt);

#endif
