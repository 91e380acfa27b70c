/*
 * Checkpoints and verifier keys. Nobody forges a signature by chance: a note that verifies is the
 * one of the stored inputs that was signed with the seed of zeros, or one with further signatures.
 */
#include "proof/checkpoint.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[EG_ED25519_KEY_LEN];
    struct eg_bytes text = {data, size};
    struct eg_checkpoint checkpoint = {.size = 0};
    uint8_t key[EG_ED25519_KEY_LEN];
    char origin[EG_ORIGIN_MAX + 1];
    struct eg_buf again;

    eg_buf_init(&again, 1000);
    need(eg_ed25519_public(key, seed, NULL) == EG_OK);
    if (eg_checkpoint_verify(&checkpoint, text, "log.example", key, NULL) == EG_OK) {
        need(eg_checkpoint_sign(&again, &checkpoint, seed, key, NULL) == EG_OK);
        need(size >= again.len);
        /* Up to our signature line, which may stand behind those of witnesses. */
        size_t body_len = again.len - strlen("\xE2\x80\x94 log.example ") - 92 - 1;
        need(memcmp(data, again.data, body_len) == 0);
        eg_buf_reset(&again);
    }
    if (eg_vkey_read(origin, key, text, NULL) == EG_OK) {
        need(eg_vkey_write(&again, origin, key, NULL) == EG_OK);
        need(eg_bytes_equal(eg_bytes_view(&again), text));
    }
    eg_buf_done(&again);
    return 0;
}
