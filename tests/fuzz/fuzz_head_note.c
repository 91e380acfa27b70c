/*
 * Head notes. The stored inputs were signed with the seed of zeros; what is read from any input is
 * written again and must be read as the same head, and nothing else is ever taken.
 */
#include "proof/head_note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) {
        abort();
    }
}

static void write_again(const struct eg_head_note *note, const uint8_t *seed, const uint8_t *key)
{
    uint8_t file[EG_HEAD_NOTE_LEN];
    struct eg_head_note again = {.damaged = true};
    struct eg_buf checkpoint;

    eg_buf_init(&checkpoint, EG_SIGNED_TEXT_MAX);
    need(eg_checkpoint_sign(&checkpoint, &note->newest, seed, key, NULL) == EG_OK);
    need(eg_head_note_slot(file, EG_BYTES_NONE, NULL) == EG_OK);
    need(eg_head_note_slot(file + EG_HEAD_NOTE_SLOT, eg_bytes_view(&checkpoint), NULL) == EG_OK);
    eg_buf_done(&checkpoint);
    need(eg_head_note_read(&again, (struct eg_bytes){file, sizeof(file)}, "log.example", key,
                           NULL) == EG_OK);
    need(again.slot == 1 && !again.damaged && again.newest.size == note->newest.size);
    need(eg_digest_equal(&again.newest.root, &note->newest.root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[EG_ED25519_KEY_LEN];
    struct eg_head_note note = {.slot = 9};
    struct eg_error err = {0};
    uint8_t key[EG_ED25519_KEY_LEN];

    need(eg_ed25519_public(key, seed, NULL) == EG_OK);
    enum eg_status status =
        eg_head_note_read(&note, (struct eg_bytes){data, size}, "log.example", key, &err);
    if (status != EG_OK) {
        need(status == EG_E_FORMAT || status == EG_E_CRYPTO);
        need(note.slot == 9 && err.text[0] != '\0');
        return 0;
    }
    need(size == EG_HEAD_NOTE_LEN && note.slot < 2);
    write_again(&note, seed, key);
    return 0;
}
