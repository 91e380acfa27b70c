/*
 * Hash, random, Ed25519 against published vectors.
 */
#include "base/crypto.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

Test(hash, gives_the_vectors_of_fips_180)
{
    const char *const pairs[][2] = {
        {"", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}};
    char text[EG_DIGEST_TEXT_LEN + 1];

    for (size_t i = 0; i < 3; i++) {
        struct eg_digest digest = eg_hash(eg_bytes_of(pairs[i][0]));
        eg_digest_text(&digest, text);
        cr_assert_str_eq(text, pairs[i][1]);
    }
}

Test(hash, of_parts_is_that_of_the_whole)
{
    const struct eg_bytes parts[3] = {
        {(const uint8_t *)"ab", 2}, EG_BYTES_NONE, {(const uint8_t *)"c", 1}};
    struct eg_digest whole = eg_hash(eg_bytes_of("abc"));
    struct eg_digest made = eg_hash_parts(parts, 3);
    struct eg_digest none = eg_hash_parts(NULL, 0);
    struct eg_digest empty = eg_hash(EG_BYTES_NONE);

    cr_assert(eg_digest_equal(&whole, &made));
    cr_assert(eg_digest_equal(&none, &empty));
    cr_assert_not(eg_digest_equal(&whole, &empty));
}

Test(hash, salt_stands_before_the_content)
{
    struct eg_salt salt;
    uint8_t joined[EG_SALT_LEN + 3];

    memset(salt.octets, 0x5a, sizeof(salt.octets));
    memcpy(joined, salt.octets, EG_SALT_LEN);
    memcpy(joined + EG_SALT_LEN, "abc", 3);
    struct eg_digest salted = eg_hash_salted(&salt, eg_bytes_of("abc"));
    struct eg_digest whole = eg_hash((struct eg_bytes){joined, sizeof(joined)});
    cr_assert(eg_digest_equal(&salted, &whole));
}

Test(digest, reads_only_its_one_text_form)
{
    char text[EG_DIGEST_TEXT_LEN + 2];
    struct eg_digest digest = eg_hash(eg_bytes_of("abc"));
    struct eg_digest back = {{0}};

    eg_digest_text(&digest, text);
    cr_assert(eg_digest_untext(eg_bytes_of(text), &back));
    cr_assert(eg_digest_equal(&digest, &back));
    for (size_t i = 0; i < EG_DIGEST_TEXT_LEN; i++) {
        char kept = text[i];
        text[i] = 'G';
        cr_assert_not(eg_digest_untext(eg_bytes_of(text), &back), "octet %zu", i);
        text[i] = kept;
    }
    text[7] = 'B'; /* a capital of the very digit */
    cr_assert_not(eg_digest_untext(eg_bytes_of(text), &back));
    text[7] = 'b';
    cr_assert_not(eg_digest_untext((struct eg_bytes){(uint8_t *)text, 70}, &back));
    text[EG_DIGEST_TEXT_LEN] = '\n';
    cr_assert_not(eg_digest_untext((struct eg_bytes){(uint8_t *)text, 72}, &back));
    cr_assert_not(eg_digest_untext(EG_BYTES_NONE, &back));
}

Test(random, does_not_repeat)
{
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};
    struct eg_error err = {0};

    cr_assert_eq(eg_random(a, sizeof(a), &err), EG_OK);
    cr_assert_eq(eg_random(b, sizeof(b), &err), EG_OK);
    cr_assert_neq(memcmp(a, b, sizeof(a)), 0);
    cr_assert_eq(eg_random(a, 0, &err), EG_OK);
}

/* RFC 8032, 7.1, tests 1 and 3. */
static const char *const vectors[][4] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "\xaf\x82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"}};

Test(ed25519, gives_the_vectors_of_rfc_8032)
{
    struct eg_error err = {0};

    for (size_t i = 0; i < 2; i++) {
        uint8_t seed[32], wanted_key[32], key[32], wanted[64], made[64];
        struct eg_bytes message = eg_bytes_of(vectors[i][2]);
        cr_assert(eg_text_unhex(eg_bytes_of(vectors[i][0]), seed, 32));
        cr_assert(eg_text_unhex(eg_bytes_of(vectors[i][1]), wanted_key, 32));
        cr_assert(eg_text_unhex(eg_bytes_of(vectors[i][3]), wanted, 64));
        cr_assert_eq(eg_ed25519_public(key, seed, &err), EG_OK);
        cr_assert_eq(memcmp(key, wanted_key, 32), 0);
        cr_assert_eq(eg_ed25519_sign(made, seed, message, &err), EG_OK);
        cr_assert_eq(memcmp(made, wanted, 64), 0);
        cr_assert(eg_ed25519_verify(key, made, message));
    }
}

Test(ed25519, refuses_every_flipped_octet)
{
    uint8_t seed[32], key[32], signature[64];
    struct eg_bytes message = eg_bytes_of("a checkpoint");
    struct eg_error err = {0};

    cr_assert_eq(eg_ed25519_new(seed, key, &err), EG_OK);
    cr_assert_eq(eg_ed25519_sign(signature, seed, message, &err), EG_OK);
    cr_assert(eg_ed25519_verify(key, signature, message));
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        cr_assert_not(eg_ed25519_verify(key, signature, message), "octet %zu", i);
        signature[i] ^= 1;
    }
    cr_assert_not(eg_ed25519_verify(key, signature, eg_bytes_of("a checkpoinT")));
    cr_assert_not(eg_ed25519_verify(key, signature, EG_BYTES_NONE));
    key[0] ^= 1;
    cr_assert_not(eg_ed25519_verify(key, signature, message));
}
