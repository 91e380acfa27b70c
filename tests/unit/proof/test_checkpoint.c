/*
 * Checkpoints and verifier keys in the forms of C2SP.
 */
#include "proof/checkpoint.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN "demo.emgate.example/log"

static uint8_t seed[EG_ED25519_KEY_LEN] = {1, 2, 3};
static uint8_t public_key[EG_ED25519_KEY_LEN];
static struct eg_buf note;
static struct eg_error err;

static void set_up(void)
{
    struct eg_checkpoint checkpoint = {.origin = ORIGIN, .size = 42};

    memset(checkpoint.root.octets, 0xAB, EG_DIGEST_LEN);
    eg_buf_init(&note, 10000);
    cr_assert_eq(eg_ed25519_public(public_key, seed, &err), EG_OK);
    cr_assert_eq(eg_checkpoint_sign(&note, &checkpoint, seed, public_key, &err), EG_OK);
}

static void tear_down(void)
{
    eg_buf_done(&note);
}

TestSuite(checkpoint, .init = set_up, .fini = tear_down);

static enum eg_status verify(struct eg_bytes text)
{
    struct eg_checkpoint out = {.size = 7};
    enum eg_status status = eg_checkpoint_verify(&out, text, ORIGIN, public_key, &err);

    cr_assert_eq(out.size, status == EG_OK ? 42 : 7, "untouched on failure");
    return status;
}

static enum eg_status verify_text(const char *text)
{
    return verify(eg_bytes_of(text));
}

Test(checkpoint, has_the_lines_of_c2sp)
{
    const char *wanted = ORIGIN "\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n"
                                "\xE2\x80\x94 " ORIGIN " ";

    cr_assert_eq(strncmp((char *)note.data, wanted, strlen(wanted)), 0, "%s", (char *)note.data);
    cr_assert_eq(note.len, strlen(wanted) + 92 + 1);
    cr_assert_eq(note.data[note.len - 1], '\n');
}

Test(checkpoint, verifies_and_gives_what_was_signed)
{
    struct eg_checkpoint out = {0};

    cr_assert_eq(eg_checkpoint_verify(&out, eg_bytes_view(&note), ORIGIN, public_key, &err), EG_OK);
    cr_assert_str_eq(out.origin, ORIGIN);
    cr_assert_eq(out.size, 42);
    cr_assert_eq(out.root.octets[31], 0xAB);
}

Test(checkpoint, refuses_every_flipped_bit)
{
    for (size_t i = 0; i < note.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            note.data[i] ^= (uint8_t)(1U << bit);
            cr_assert_neq(verify(eg_bytes_view(&note)), EG_OK, "octet %zu bit %u", i, bit);
            note.data[i] ^= (uint8_t)(1U << bit);
        }
    }
    cr_assert_eq(verify(eg_bytes_view(&note)), EG_OK);
}

Test(checkpoint, refuses_every_shortened_note)
{
    for (size_t len = 0; len < note.len; len++) {
        cr_assert_neq(verify((struct eg_bytes){note.data, len}), EG_OK, "length %zu", len);
    }
    eg_buf_char(&note, '\n');
    cr_assert_neq(verify(eg_bytes_view(&note)), EG_OK, "an empty line more");
}

Test(checkpoint, takes_signatures_of_witnesses_beside_ours)
{
    struct eg_buf more;

    eg_buf_init(&more, 10000);
    eg_buf_bytes(&more, eg_bytes_view(&note));
    eg_buf_text(&more, "\xE2\x80\x94 witness.example AAAAAAAAAAA=\n");
    cr_assert_eq(verify(eg_bytes_view(&more)), EG_OK);
    eg_buf_text(&more, "\xE2\x80\x94 " ORIGIN " AAAAAAAAAAA=\n");
    cr_assert_eq(verify(eg_bytes_view(&more)), EG_OK, "our name, another key");
    eg_buf_text(&more, "\xE2\x80\x94 witness.example not base64\n");
    cr_assert_eq(verify(eg_bytes_view(&more)), EG_E_FORMAT);
    eg_buf_done(&more);
}

Test(checkpoint, refuses_our_signature_twice)
{
    const char *line = strstr((char *)note.data, "\xE2\x80\x94");
    struct eg_buf twice;

    eg_buf_init(&twice, 10000);
    eg_buf_bytes(&twice, eg_bytes_view(&note));
    eg_buf_text(&twice, line);
    cr_assert_eq(verify(eg_bytes_view(&twice)), EG_E_FORMAT);
    eg_buf_done(&twice);
}

Test(checkpoint, refuses_more_signatures_than_anyone_needs)
{
    struct eg_buf many;

    eg_buf_init(&many, 60000);
    eg_buf_bytes(&many, eg_bytes_view(&note));
    for (int i = 0; i < 64; i++) {
        eg_buf_text(&many, "\xE2\x80\x94 witness.example AAAAAAAAAAA=\n");
    }
    cr_assert_eq(verify(eg_bytes_view(&many)), EG_E_FORMAT);
    eg_buf_done(&many);
}

Test(checkpoint, refuses_another_key_and_another_origin)
{
    struct eg_checkpoint out = {0};
    uint8_t other[EG_ED25519_KEY_LEN];

    memcpy(other, public_key, sizeof(other));
    other[5] ^= 1;
    cr_assert_eq(eg_checkpoint_verify(&out, eg_bytes_view(&note), ORIGIN, other, &err),
                 EG_E_CRYPTO);
    cr_assert_eq(eg_checkpoint_verify(&out, eg_bytes_view(&note), "other", public_key, &err),
                 EG_E_CRYPTO);
}

Test(checkpoint, refuses_forms_that_are_none)
{
    const char *const wrong[] = {
        "",
        "\n",
        ORIGIN "\n42\n",
        ORIGIN "\n042\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n\xE2\x80\x94 a AAAAAAAA\n",
        ORIGIN "\n-1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n\xE2\x80\x94 a AAAAAAAA\n",
        ORIGIN "\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6t=\n\n\xE2\x80\x94 a AAAAAAAA\n",
        ORIGIN "\n42\nq6s=\n\n\xE2\x80\x94 a AAAAAAAA\n",
        ORIGIN "\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\nextension\n\n",
        ORIGIN "\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n",
        ORIGIN "\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n- a AAAAAAAA\n",
        "with blank\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n",
        "with+plus\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(verify_text(wrong[i]), EG_E_FORMAT, "case %zu", i);
    }
}

Test(checkpoint, signs_for_no_origin_that_is_none)
{
    const char *const wrong[] = {"", "a b", "a+b", "a\nb", "a\xFF"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct eg_checkpoint checkpoint = {.size = 1};
        size_t before = note.len;
        snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", wrong[i]);
        cr_assert_eq(eg_checkpoint_sign(&note, &checkpoint, seed, public_key, &err), EG_E_USAGE);
        cr_assert_eq(eg_vkey_write(&note, wrong[i], public_key, &err), EG_E_USAGE);
        cr_assert_eq(note.len, before);
    }
}

Test(checkpoint, takes_the_longest_origin_and_the_largest_size)
{
    struct eg_checkpoint checkpoint = {.size = UINT64_MAX};
    struct eg_checkpoint out = {0};

    memset(checkpoint.origin, 'a', EG_ORIGIN_MAX);
    eg_buf_reset(&note);
    cr_assert_eq(eg_checkpoint_sign(&note, &checkpoint, seed, public_key, &err), EG_OK);
    cr_assert_eq(
        eg_checkpoint_verify(&out, eg_bytes_view(&note), checkpoint.origin, public_key, &err),
        EG_OK);
    cr_assert_eq(out.size, UINT64_MAX);
}

/* ---- verifier keys ------------------------------------------------------------------------- */

/* The example of c2sp.org/signed-note, made with golang.org/x/mod/sumdb/note. */
Test(vkey, reads_a_key_made_by_others)
{
    const char *text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    char origin[EG_ORIGIN_MAX + 1] = "";
    uint8_t key[EG_ED25519_KEY_LEN];
    struct eg_buf again;

    cr_assert_eq(eg_vkey_read(origin, key, eg_bytes_of(text), &err), EG_OK, "%s", err.text);
    cr_assert_str_eq(origin, "PeterNeumann");
    eg_buf_init(&again, 200);
    cr_assert_eq(eg_vkey_write(&again, origin, key, &err), EG_OK);
    cr_assert_str_eq((char *)again.data, text);
    eg_buf_done(&again);
}

Test(vkey, refuses_every_other_octet)
{
    char text[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    char origin[EG_ORIGIN_MAX + 1] = "kept";
    uint8_t key[EG_ED25519_KEY_LEN] = {9};

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        text[i] ^= 1;
        cr_assert_neq(eg_vkey_read(origin, key, eg_bytes_of(text), &err), EG_OK, "octet %zu", i);
        text[i] ^= 1;
        cr_assert_neq(eg_vkey_read(origin, key, (struct eg_bytes){(uint8_t *)text, i}, &err), EG_OK,
                      "cut at %zu", i);
    }
    cr_assert_str_eq(origin, "kept");
    cr_assert_eq(key[0], 9);
}

Test(vkey, refuses_what_follows_and_other_algorithms)
{
    const char *const wrong[] = {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "++",
        "",
    };
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t key[EG_ED25519_KEY_LEN];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_eq(eg_vkey_read(origin, key, eg_bytes_of(wrong[i]), &err), EG_E_FORMAT,
                     "case %zu", i);
    }
}
