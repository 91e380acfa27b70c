/*
 * Head note: the newest tree head that a gateway ever let out, kept beside the archive and apart
 * from it, so that an archive that is older, shorter or another one is known for what it is.
 *
 * A file of EG_HEAD_NOTE_LEN octets, two slots that are written in turn: while one is written the
 * other stands, and a write that a power loss cuts off leaves the head before it.
 *
 * Valid when
 *   1 the file is exactly EG_HEAD_NOTE_LEN octets long
 *   2 a slot in use is a checkpoint (proof/checkpoint.h) signed by the log key, then blanks, then
 *     LF as its last octet; a slot that was never used is blanks and LF
 *   3 at least one slot is in use and good; the one of the larger size counts
 *   4 two good slots of the same size have the same root
 * A slot that is neither good nor unused is damaged: a torn write leaves one at most.
 */
#ifndef EG_PROOF_HEAD_NOTE_H
#define EG_PROOF_HEAD_NOTE_H

#include "proof/checkpoint.h"

struct eg_head_note {
    struct eg_checkpoint newest;
    /* the slot that it is in; the next head goes into the other one */
    unsigned slot;
    /* the other slot is */
    bool damaged;
};

/*
 * EG_E_FORMAT: not a head note, or damaged beyond telling; EG_E_CRYPTO: no slot is good and one of
 * them is a checkpoint of another log or key. `out` is untouched on failure.
 */
EG_MUST_USE
enum eg_status eg_head_note_read(struct eg_head_note *out, struct eg_bytes file, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN],
                                 struct eg_error *err);

/*
 * The octets of one slot.
 *
 *   checkpoint   signed; empty: a slot that was never used
 *
 * EG_E_LIMIT: it does not fit.
 */
EG_MUST_USE
enum eg_status eg_head_note_slot(uint8_t out[EG_HEAD_NOTE_SLOT], struct eg_bytes checkpoint,
                                 struct eg_error *err);

#endif
