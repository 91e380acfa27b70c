/*
 * The octets of the head note: which head counts, and what is none.
 */
#include "proof/head_note.h"

#include <criterion/criterion.h>
#include <string.h>

#define ORIGIN "log.test.example"

static const uint8_t seed[EG_ED25519_KEY_LEN] = {1, 2, 3};
static const uint8_t other_seed[EG_ED25519_KEY_LEN] = {3, 2, 1};
static uint8_t key[EG_ED25519_KEY_LEN], other_key[EG_ED25519_KEY_LEN];
static uint8_t file[EG_HEAD_NOTE_LEN];
static struct eg_head_note note;
static struct eg_error err;

static void put_as(unsigned slot, uint64_t size, uint8_t root, const char *origin,
                   const uint8_t *signer, const uint8_t *public_key)
{
    struct eg_checkpoint head = {.size = size, .root = {{root}}};
    struct eg_buf text;

    memcpy(head.origin, origin, strlen(origin) + 1);
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    cr_assert_eq(eg_checkpoint_sign(&text, &head, signer, public_key, &err), EG_OK);
    cr_assert_eq(eg_head_note_slot(file + slot * EG_HEAD_NOTE_SLOT, eg_bytes_view(&text), &err),
                 EG_OK);
    eg_buf_done(&text);
}

static void put(unsigned slot, uint64_t size)
{
    put_as(slot, size, (uint8_t)size, ORIGIN, seed, key);
}

static void leave_unused(unsigned slot)
{
    cr_assert_eq(eg_head_note_slot(file + slot * EG_HEAD_NOTE_SLOT, EG_BYTES_NONE, &err), EG_OK);
}

static enum eg_status read_octets(size_t len)
{
    note = (struct eg_head_note){.slot = 7};
    memset(&err, 0, sizeof(err));
    return eg_head_note_read(&note, (struct eg_bytes){file, len}, ORIGIN, key, &err);
}

static void assert_newest(uint64_t size, unsigned slot, bool damaged)
{
    cr_assert_eq(read_octets(sizeof(file)), EG_OK, "%s", err.text);
    cr_assert_eq(note.newest.size, size);
    cr_assert_eq(note.newest.root.octets[0], (uint8_t)size);
    cr_assert_eq(note.slot, slot);
    cr_assert_eq(note.damaged, damaged);
}

static void assert_refused(enum eg_status expected, const char *why)
{
    cr_assert_eq(read_octets(sizeof(file)), expected, "%s", err.text);
    cr_assert(strstr(err.text, why), "%s", err.text);
    cr_assert_eq(note.slot, 7, "the output was touched");
}

static void setup(void)
{
    cr_assert_eq(eg_ed25519_public(key, seed, &err), EG_OK);
    cr_assert_eq(eg_ed25519_public(other_key, other_seed, &err), EG_OK);
    leave_unused(0);
    leave_unused(1);
}

TestSuite(head_note, .init = setup, .timeout = 60);

Test(head_note, gives_the_only_head)
{
    put(0, 0);
    assert_newest(0, 0, false);
    leave_unused(0);
    put(1, 5);
    assert_newest(5, 1, false);
}

Test(head_note, gives_the_larger_of_two)
{
    put(0, 5);
    put(1, 6);
    assert_newest(6, 1, false);
    put(0, 70);
    assert_newest(70, 0, false);
}

Test(head_note, takes_the_same_head_twice_but_not_two_roots_for_one_size)
{
    put(0, 5);
    put(1, 5);
    assert_newest(5, 0, false);
    put_as(1, 5, 99, ORIGIN, seed, key);
    assert_refused(EG_E_FORMAT, "two roots");
}

Test(head_note, falls_back_to_the_older_head_wherever_the_newer_one_was_cut_off)
{
    uint8_t whole[EG_HEAD_NOTE_SLOT];

    put(1, 6);
    memcpy(whole, file + EG_HEAD_NOTE_SLOT, sizeof(whole));
    size_t text_len = sizeof(whole) - 1;
    while (whole[text_len - 1] == ' ') {
        text_len--;
    }
    put(0, 5);
    for (size_t cut = 0; cut < text_len; cut++) {
        put(1, 4); /* what stood there before */
        memcpy(file + EG_HEAD_NOTE_SLOT, whole, cut);
        if (memcmp(file + EG_HEAD_NOTE_SLOT, whole, sizeof(whole)) == 0) {
            continue; /* what was cut off is what stood there */
        }
        cr_assert_eq(read_octets(sizeof(file)), EG_OK, "cut at %zu: %s", cut, err.text);
        cr_assert_eq(note.newest.size, 5, "cut at %zu", cut);
    }
}

Test(head_note, notices_each_flipped_bit_of_a_slot)
{
    put(0, 5);
    put(1, 6);
    for (size_t at = EG_HEAD_NOTE_SLOT; at < EG_HEAD_NOTE_LEN; at++) {
        file[at] ^= 1;
        cr_assert_eq(read_octets(sizeof(file)), EG_OK);
        cr_assert_eq(note.newest.size, 5, "octet %zu", at);
        cr_assert(note.damaged, "octet %zu", at);
        file[at] ^= 1;
    }
}

Test(head_note, refuses_another_length)
{
    put(0, 5);
    static const size_t lengths[] = {0, 1, EG_HEAD_NOTE_SLOT, EG_HEAD_NOTE_LEN - 1};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        cr_assert_eq(read_octets(lengths[i]), EG_E_FORMAT, "%zu", lengths[i]);
    }
}

Test(head_note, refuses_two_unused_slots_and_two_damaged_ones)
{
    assert_refused(EG_E_FORMAT, "is empty");
    memset(file, 0, sizeof(file));
    assert_refused(EG_E_FORMAT, "no slot is good");
    put(0, 5);
    put(1, 6);
    file[3] ^= 1;
    file[EG_HEAD_NOTE_SLOT + 3] ^= 1;
    assert_refused(EG_E_CRYPTO, "no slot is good");
}

Test(head_note, refuses_the_note_of_another_key_or_log)
{
    put_as(0, 5, 5, ORIGIN, other_seed, other_key);
    assert_refused(EG_E_CRYPTO, "no signature of the log key");
    put_as(0, 5, 5, "other.example", seed, key);
    assert_refused(EG_E_CRYPTO, "its origin is other.example");
    put(1, 4);
    assert_newest(4, 1, true);
}

Test(head_note, refuses_to_write_a_checkpoint_that_does_not_fit)
{
    static const uint8_t large[EG_HEAD_NOTE_SLOT];
    uint8_t slot[EG_HEAD_NOTE_SLOT] = {7};

    cr_assert_eq(eg_head_note_slot(slot, (struct eg_bytes){large, sizeof(large)}, &err),
                 EG_E_LIMIT);
    cr_assert_eq(slot[0], 7);
}
