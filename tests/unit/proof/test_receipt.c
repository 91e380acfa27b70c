/*
 * Receipts: checked with the log key alone; whatever is changed in one, it proves nothing.
 */
#include "proof/receipt.h"

#include "tests/support/entries.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ORIGIN "demo.emgate.example"

static uint8_t seed[EG_ED25519_KEY_LEN] = {4, 5, 6};
static uint8_t public_key[EG_ED25519_KEY_LEN];
static struct eg_buf entry_text, receipt_text, note;
static struct eg_digest path[EG_MERKLE_LEVELS];
static struct eg_error err;

/* Leaf 1 of a tree of three: path is leaf 0, then leaf 2. */
static void set_up(void)
{
    struct eg_entry entry = test_submission();
    struct eg_merkle_edge edge = {0};
    struct eg_checkpoint checkpoint = {.origin = ORIGIN, .size = 3};

    eg_buf_init(&entry_text, EG_ENTRY_MAX);
    eg_buf_init(&receipt_text, EG_RECEIPT_MAX);
    eg_buf_init(&note, EG_RECEIPT_MAX);
    cr_assert_eq(eg_ed25519_public(public_key, seed, &err), EG_OK);
    cr_assert_eq(eg_entry_write(&entry_text, &entry, &err), EG_OK);
    path[0] = eg_merkle_leaf(eg_bytes_of("first"));
    path[1] = eg_merkle_leaf(eg_bytes_of("third"));
    struct eg_digest leaf = eg_merkle_leaf(eg_bytes_view(&entry_text));
    eg_merkle_append(&edge, &path[0], NULL, NULL);
    eg_merkle_append(&edge, &leaf, NULL, NULL);
    eg_merkle_append(&edge, &path[1], NULL, NULL);
    checkpoint.root = eg_merkle_root(&edge);
    cr_assert_eq(eg_checkpoint_sign(&note, &checkpoint, seed, public_key, &err), EG_OK);
    cr_assert_eq(eg_receipt_write(&receipt_text, eg_bytes_view(&entry_text), 1, path, 2,
                                  eg_bytes_view(&note), &err),
                 EG_OK);
}

static void tear_down(void)
{
    eg_buf_done(&entry_text);
    eg_buf_done(&receipt_text);
    eg_buf_done(&note);
}

TestSuite(receipt, .init = set_up, .fini = tear_down);

static enum eg_status verify(struct eg_bytes text)
{
    struct eg_receipt out = {.index = 77};
    enum eg_status status = eg_receipt_verify(&out, text, ORIGIN, public_key, &err);

    if (status == EG_OK) {
        eg_receipt_done(&out);
    } else {
        cr_assert_eq(out.index, 77, "untouched on failure");
        cr_assert(status == EG_E_FORMAT || status == EG_E_CRYPTO);
    }
    return status;
}

Test(receipt, has_the_shape_of_a_tlog_proof)
{
    const char *wanted = "c2sp.org/tlog-proof@v1\nextra ZW1nYXRlIGVudHJ5IDEK";
    const char *tail = strstr((char *)receipt_text.data, "\nindex 1\n");

    cr_assert_eq(strncmp((char *)receipt_text.data, wanted, strlen(wanted)), 0);
    cr_assert_not_null(tail);
    cr_assert_str_eq(tail + strlen("\nindex 1\n") + 2 * 45 + 1, (char *)note.data);
    cr_assert_leq(receipt_text.len, 4096, "%zu octets", receipt_text.len);
}

Test(receipt, verifies_and_gives_the_entry)
{
    struct eg_receipt out = {0};

    cr_assert_eq(eg_receipt_verify(&out, eg_bytes_view(&receipt_text), ORIGIN, public_key, &err),
                 EG_OK, "%s", err.text);
    cr_assert_eq(out.index, 1);
    cr_assert_eq(out.checkpoint.size, 3);
    cr_assert_eq(out.path_count, 2);
    cr_assert_str_eq(out.entry.identity.id, "report/2011-04-06");
    cr_assert(eg_bytes_equal(eg_bytes_view(&out.entry_text), eg_bytes_view(&entry_text)));
    cr_assert(eg_bytes_equal(out.checkpoint_note, eg_bytes_view(&note)));
    eg_receipt_done(&out);
}

Test(receipt, refuses_every_flipped_octet)
{
    for (size_t i = 0; i < receipt_text.len; i++) {
        receipt_text.data[i] ^= 1;
        cr_assert_neq(verify(eg_bytes_view(&receipt_text)), EG_OK, "octet %zu", i);
        receipt_text.data[i] ^= 0x81;
        cr_assert_neq(verify(eg_bytes_view(&receipt_text)), EG_OK, "octet %zu", i);
        receipt_text.data[i] ^= 0x80;
    }
    cr_assert_eq(verify(eg_bytes_view(&receipt_text)), EG_OK);
}

Test(receipt, refuses_every_cut_and_what_follows)
{
    for (size_t len = 0; len < receipt_text.len; len++) {
        cr_assert_neq(verify((struct eg_bytes){receipt_text.data, len}), EG_OK, "length %zu", len);
    }
    eg_buf_char(&receipt_text, '\n');
    cr_assert_eq(verify(eg_bytes_view(&receipt_text)), EG_E_FORMAT);
}

static void assert_written_is_refused(uint64_t index, const struct eg_digest *hashes, size_t count)
{
    eg_buf_reset(&receipt_text);
    cr_assert_eq(eg_receipt_write(&receipt_text, eg_bytes_view(&entry_text), index, hashes, count,
                                  eg_bytes_view(&note), &err),
                 EG_OK);
    cr_assert_eq(verify(eg_bytes_view(&receipt_text)), EG_E_CRYPTO);
}

Test(receipt, refuses_another_place_and_another_path)
{
    const struct eg_digest swapped[3] = {path[1], path[0], path[0]};

    assert_written_is_refused(0, path, 2);
    assert_written_is_refused(2, path, 2);
    assert_written_is_refused(3, path, 2);
    assert_written_is_refused(UINT64_MAX, path, 2);
    assert_written_is_refused(1, path, 1);
    assert_written_is_refused(1, path, 0);
    assert_written_is_refused(1, swapped, 2);
    assert_written_is_refused(1, swapped, 3);
}

Test(receipt, refuses_another_log)
{
    struct eg_receipt out = {0};
    uint8_t other[EG_ED25519_KEY_LEN];

    memcpy(other, public_key, sizeof(other));
    other[0] ^= 1;
    cr_assert_eq(eg_receipt_verify(&out, eg_bytes_view(&receipt_text), ORIGIN, other, &err),
                 EG_E_CRYPTO);
    cr_assert_eq(
        eg_receipt_verify(&out, eg_bytes_view(&receipt_text), "other.example", public_key, &err),
        EG_E_CRYPTO);
}

Test(receipt, refuses_an_entry_that_is_none_even_in_the_right_place)
{
    eg_buf_reset(&receipt_text);
    cr_assert_eq(eg_receipt_write(&receipt_text, eg_bytes_of("first"), 0, path, 2,
                                  eg_bytes_view(&note), &err),
                 EG_OK);
    cr_assert_eq(verify(eg_bytes_view(&receipt_text)), EG_E_FORMAT);
}

Test(receipt, reads_the_longest_path_and_no_longer)
{
    struct eg_receipt out = {0};
    struct eg_digest long_path[EG_MERKLE_LEVELS] = {{{0}}};
    struct eg_buf longer;

    eg_buf_reset(&receipt_text);
    cr_assert_eq(eg_receipt_write(&receipt_text, eg_bytes_view(&entry_text), 1, long_path,
                                  EG_MERKLE_LEVELS, eg_bytes_view(&note), &err),
                 EG_OK);
    cr_assert_eq(eg_receipt_read(&out, eg_bytes_view(&receipt_text), &err), EG_OK);
    cr_assert_eq(out.path_count, EG_MERKLE_LEVELS);
    eg_receipt_done(&out);
    char *at = strstr((char *)receipt_text.data, "\nindex 1\n") + strlen("\nindex 1\n");
    eg_buf_init(&longer, EG_RECEIPT_MAX);
    eg_buf_add(&longer, receipt_text.data, (size_t)(at - (char *)receipt_text.data));
    eg_buf_text(&longer, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    eg_buf_text(&longer, at);
    cr_assert_eq(eg_receipt_read(&out, eg_bytes_view(&longer), &err), EG_E_FORMAT);
    eg_buf_done(&longer);
}

Test(receipt, refuses_a_text_that_is_longer_than_any)
{
    char *large = calloc(1, EG_RECEIPT_MAX + 1);

    cr_assert_eq(verify((struct eg_bytes){(uint8_t *)large, EG_RECEIPT_MAX + 1}), EG_E_FORMAT);
    free(large);
}

Test(receipt, tells_when_its_buffer_is_too_small)
{
    struct eg_buf small;

    eg_buf_init(&small, receipt_text.len - 1);
    cr_assert_eq(eg_receipt_write(&small, eg_bytes_view(&entry_text), 1, path, 2,
                                  eg_bytes_view(&note), &err),
                 EG_E_LIMIT);
    eg_buf_done(&small);
    eg_buf_init(&small, receipt_text.len);
    cr_assert_eq(eg_receipt_write(&small, eg_bytes_view(&entry_text), 1, path, 2,
                                  eg_bytes_view(&note), &err),
                 EG_OK);
    cr_assert(eg_bytes_equal(eg_bytes_view(&small), eg_bytes_view(&receipt_text)));
    eg_buf_done(&small);
}
