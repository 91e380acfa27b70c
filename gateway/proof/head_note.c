/*
 * The octets of the head note; see the header. The file is archive/head_file.c.
 */
#include "proof/head_note.h"

#include <string.h>

enum state { UNUSED, GOOD, FOREIGN, DAMAGED };

/* The end of the checkpoint: behind the last LF before the blanks. */
static bool cut_blanks(struct eg_bytes *slot)
{
    size_t len = slot->len;

    if (len == 0 || slot->data[len - 1] != '\n') {
        return false;
    }
    len--;
    while (len > 0 && slot->data[len - 1] == ' ') {
        len--;
    }
    slot->len = len;
    return true;
}

static enum state read_slot(struct eg_checkpoint *out, struct eg_bytes slot, const char *origin,
                            const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *why)
{
    enum eg_status status = EG_OK;

    if (!cut_blanks(&slot)) {
        (void)eg_error_set(why, EG_E_FORMAT, "head note", "a slot does not end with a line feed");
        return DAMAGED;
    }
    if (slot.len == 0) {
        return UNUSED;
    }
    status = eg_checkpoint_verify(out, slot, origin, public_key, why);
    return status == EG_OK ? GOOD : status == EG_E_CRYPTO ? FOREIGN : DAMAGED;
}

static struct eg_bytes slot_of(struct eg_bytes file, unsigned n)
{
    return (struct eg_bytes){file.data + (size_t)n * EG_HEAD_NOTE_SLOT, EG_HEAD_NOTE_SLOT};
}

enum eg_status eg_head_note_read(struct eg_head_note *out, struct eg_bytes file, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_checkpoint heads[2] = {0};
    struct eg_error why[2] = {0};
    enum state states[2];
    unsigned newest = 0;

    if (file.len != EG_HEAD_NOTE_LEN) {
        return eg_error_set(err, EG_E_FORMAT, "head note", "has %zu octets, not %zu", file.len,
                            (size_t)EG_HEAD_NOTE_LEN);
    }
    for (unsigned n = 0; n < 2; n++) {
        states[n] = read_slot(&heads[n], slot_of(file, n), origin, public_key, &why[n]);
    }
    if (states[0] != GOOD && states[1] != GOOD) {
        unsigned n = states[0] == FOREIGN || states[1] == UNUSED ? 0 : 1;

        return states[n] == UNUSED
                   ? eg_error_set(err, EG_E_FORMAT, "head note", "is empty")
                   : eg_error_set(err, states[n] == FOREIGN ? EG_E_CRYPTO : EG_E_FORMAT,
                                  "head note", "no slot is good: %s", why[n].text);
    }
    if (states[0] == GOOD && states[1] == GOOD && heads[0].size == heads[1].size &&
        !eg_digest_equal(&heads[0].root, &heads[1].root)) {
        return eg_error_set(err, EG_E_FORMAT, "head note", "has two roots for size %llu",
                            (unsigned long long)heads[0].size);
    }
    newest = states[0] != GOOD || (states[1] == GOOD && heads[1].size > heads[0].size) ? 1 : 0;
    *out = (struct eg_head_note){.newest = heads[newest],
                                 .slot = newest,
                                 .damaged = states[1 - newest] == FOREIGN ||
                                            states[1 - newest] == DAMAGED};
    return EG_OK;
}

enum eg_status eg_head_note_slot(uint8_t out[EG_HEAD_NOTE_SLOT], struct eg_bytes checkpoint,
                                 struct eg_error *err)
{
    if (checkpoint.len >= EG_HEAD_NOTE_SLOT) {
        return eg_error_set(err, EG_E_LIMIT, "head note", "a checkpoint of %zu octets does not fit",
                            checkpoint.len);
    }
    memset(out, ' ', EG_HEAD_NOTE_SLOT);
    if (checkpoint.len > 0) {
        memcpy(out, checkpoint.data, checkpoint.len);
    }
    out[EG_HEAD_NOTE_SLOT - 1] = '\n';
    return EG_OK;
}
