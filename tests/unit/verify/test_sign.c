/*
 * What we sign is what we accept, and keys that do not fit are not loaded.
 */
#include "tests/support/cms_maker.h"

#include "base/limits.h"
#include "verify/sign.h"

#include <criterion/criterion.h>
#include <string.h>

static struct world {
    struct maker_identity root, issuer, member, other;
} world;

static void set_up(void)
{
    struct maker_terms authority = {.name = "Root", .authority = true};
    maker_identity_init(&world.root, NULL, &authority);
    authority.name = "Issuer";
    maker_identity_init(&world.issuer, &world.root, &authority);
    maker_identity_init(&world.member, &world.issuer, &(struct maker_terms){.name = "Member"});
    maker_identity_init(&world.other, &world.issuer, &(struct maker_terms){.key = "RSA-3072"});
}

static void tear_down(void)
{
    maker_identity_done(&world.other);
    maker_identity_done(&world.member);
    maker_identity_done(&world.issuer);
    maker_identity_done(&world.root);
}

TestSuite(sign, .init = set_up, .fini = tear_down);

static struct eg_signing_key *load(const struct maker_identity *identity)
{
    struct eg_signing_key *key = NULL;
    struct eg_error err = {0};
    cr_assert_eq(eg_signing_key_load(&key, eg_bytes_view(&identity->key_pem),
                                     eg_bytes_view(&identity->chain_pem), &err),
                 EG_OK, "%s", err.text);
    return key;
}

static void accepted(struct eg_bytes cms, struct eg_bytes content, enum eg_signed_kind kind,
                     const char *subject)
{
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&world.root.chain_pem)};
    struct eg_verifier *verifier = NULL;
    struct eg_signer signer;
    struct eg_verdict verdict;
    struct eg_error err = {0};
    cr_assert_eq(eg_verifier_new(&verifier, &trust, &err), EG_OK);
    cr_assert_eq(eg_cms_check(&signer, &verdict, verifier, cms, content, kind, MAKER_NOW, &err),
                 EG_OK);
    cr_expect_eq(verdict.code, EG_CODE_OK, "%s", verdict.text);
    if (verdict.code == EG_CODE_OK) {
        cr_expect_str_eq(signer.subject, subject);
        cr_expect_eq(signer.signing_time_ms, MAKER_NOW - 1000);
    }
    eg_verifier_free(&verifier);
}

Test(sign, makes_every_kind_with_each_sort_of_key)
{
    const struct maker_identity *const members[] = {&world.member, &world.other};
    for (size_t i = 0; i < 2; i++) {
        struct eg_signing_key *key = load(members[i]);
        for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
            struct eg_buf cms;
            struct eg_error err = {0};
            struct eg_bytes text = kind == 0 ? EG_BYTES_NONE : eg_bytes_of("some\r\ntext\n");
            eg_buf_init(&cms, EG_CMS_MAX);
            cr_assert_eq(eg_cms_sign(&cms, key, kind, text, MAKER_NOW - 1, &err), EG_OK, "%s",
                         err.text);
            accepted(eg_bytes_view(&cms), text, kind, eg_signing_key_signer(key)->subject);
            eg_buf_done(&cms);
        }
        eg_signing_key_free(&key);
    }
}

Test(sign, tells_the_certificate_of_the_key)
{
    struct eg_signing_key *key = load(&world.member);
    const struct eg_signer *signer = eg_signing_key_signer(key);
    cr_expect_str_eq(signer->subject, "CN=Member,O=Test");
    cr_expect_eq(signer->not_before_ms, MAKER_NOW - MAKER_DAY);
    eg_signing_key_free(&key);
    cr_expect_null(key);
    eg_signing_key_free(&key);
}

Test(sign, refuses_keys_and_chains_that_are_none)
{
    struct eg_bytes key = eg_bytes_view(&world.member.key_pem),
                    chain = eg_bytes_view(&world.member.chain_pem);
    const struct {
        struct eg_bytes key, chain;
        enum eg_status status;
    } rows[] = {
        {EG_BYTES_NONE, chain, EG_E_FORMAT},
        {eg_bytes_of("no key"), chain, EG_E_FORMAT},
        {chain, chain, EG_E_FORMAT},
        {key, EG_BYTES_NONE, EG_E_FORMAT},
        {key, key, EG_E_FORMAT},
        {key, {chain.data, chain.len - 40}, EG_E_FORMAT},
        {key, eg_bytes_view(&world.issuer.chain_pem), EG_E_CRYPTO},
        {eg_bytes_view(&world.other.key_pem), chain, EG_E_CRYPTO},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eg_signing_key *out = NULL;
        struct eg_error err = {0};
        cr_expect_eq(eg_signing_key_load(&out, rows[i].key, rows[i].chain, &err), rows[i].status,
                     "row %zu: %s", i, err.text);
        cr_expect_null(out);
        cr_expect_neq(err.text[0], '\0');
    }
}

/* A key behind a passphrase is refused at once; nothing asks a terminal for it. */
Test(sign, refuses_an_encrypted_key)
{
    static const char pem[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                              "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhMHVnVqKIgcgICCAAw\n"
                              "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKUr7PLdIShLcXvSbYPtZ/EEgZA=\n"
                              "-----END ENCRYPTED PRIVATE KEY-----\n";
    struct eg_signing_key *out = NULL;
    struct eg_error err = {0};
    cr_expect_eq(
        eg_signing_key_load(&out, eg_bytes_of(pem), eg_bytes_view(&world.member.chain_pem), &err),
        EG_E_FORMAT);
}

Test(sign, keeps_to_the_ceiling_of_the_buffer)
{
    struct eg_signing_key *key = load(&world.member);
    struct eg_buf cms;
    struct eg_error err = {0};
    eg_buf_init(&cms, 100);
    cr_expect_eq(eg_cms_sign(&cms, key, EG_SIGNED_CARD, eg_bytes_of("x"), MAKER_NOW, &err),
                 EG_E_LIMIT);
    eg_buf_done(&cms);
    eg_signing_key_free(&key);
}
