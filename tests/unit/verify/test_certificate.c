/*
 * Judging one certificate with the options of RFC 5280.
 */
#include "tests/support/cms_maker.h"

#include "base/limits.h"
#include "verify/certificate.h"

#include <criterion/criterion.h>

#define POLICY "1.3.6.1.4.1.99999.1"

static struct maker_identity root, issuer, member, plain_issuer, plain;

static void set_up(void)
{
    maker_identity_init(&root, NULL, &(struct maker_terms){.name = "Root", .authority = true});
    maker_identity_init(
        &issuer, &root,
        &(struct maker_terms){.name = "Issuer", .authority = true, .policies = "2.5.29.32.0"});
    maker_identity_init(&member, &issuer,
                        &(struct maker_terms){.name = "Member", .policies = POLICY});
    maker_identity_init(&plain_issuer, &root,
                        &(struct maker_terms){.name = "Plain issuer", .authority = true});
    maker_identity_init(&plain, &plain_issuer,
                        &(struct maker_terms){.name = "Plain", .key = "RSA-2048"});
}

static void tear_down(void)
{
    maker_identity_done(&plain);
    maker_identity_done(&plain_issuer);
    maker_identity_done(&member);
    maker_identity_done(&issuer);
    maker_identity_done(&root);
}

TestSuite(certificate, .init = set_up, .fini = tear_down);

static enum eg_code judged(const struct maker_identity *who, struct eg_path_options options)
{
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&root.chain_pem)};
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    options.at_ms = MAKER_NOW;
    cr_assert_eq(eg_certificate_check(&signer, &verdict, &trust,
                                      eg_bytes_view(&who->issuer->chain_pem),
                                      eg_bytes_view(&who->chain_pem), &options, &err),
                 EG_OK, "%s", err.text);
    return verdict.code;
}

Test(certificate, asks_for_policies_when_told_to)
{
    static const char *const fits[] = {POLICY}, *const other[] = {"1.2.3.4"};
    cr_expect_eq(judged(&member, (struct eg_path_options){0}), EG_CODE_OK);
    cr_expect_eq(judged(&member, (struct eg_path_options){.policies = fits,
                                                          .policy_count = 1,
                                                          .explicit_policy = true}),
                 EG_CODE_OK);
    cr_expect_eq(judged(&member, (struct eg_path_options){.policies = other,
                                                          .policy_count = 1,
                                                          .explicit_policy = true}),
                 EG_CODE_CERT_PATH);
    cr_expect_eq(
        judged(&member, (struct eg_path_options){.explicit_policy = true, .inhibit_any = true}),
        EG_CODE_CERT_PATH);
    cr_expect_eq(judged(&member, (struct eg_path_options){.inhibit_mapping = true}), EG_CODE_OK);
}

Test(certificate, leaves_the_algorithm_policy_out_when_told_to)
{
    cr_expect_eq(judged(&plain, (struct eg_path_options){0}), EG_CODE_CMS_ALGORITHM);
    cr_expect_eq(judged(&plain, (struct eg_path_options){.any_algorithm = true}), EG_CODE_OK);
    cr_expect_eq(
        judged(&plain, (struct eg_path_options){.any_algorithm = true, .explicit_policy = true}),
        EG_CODE_CERT_PATH);
}

Test(certificate, takes_an_issuer_for_an_anchor_and_asks_no_list_above_it)
{
    struct eg_buf crl;
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    eg_buf_init(&crl, EG_MIB);
    maker_crl(&crl, &issuer, NULL, MAKER_NOW - MAKER_DAY, MAKER_NOW + MAKER_DAY);
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&issuer.chain_pem),
                             .crls_pem = eg_bytes_view(&crl)};
    struct eg_path_options options = {.at_ms = MAKER_NOW, .roles = EG_ROLE_OPERATOR};
    cr_assert_eq(eg_certificate_check(&signer, &verdict, &trust, EG_BYTES_NONE,
                                      eg_bytes_view(&member.chain_pem), &options, &err),
                 EG_OK, "%s", err.text);
    cr_expect_eq(verdict.code, EG_CODE_OK, "%s", verdict.text);
    eg_buf_done(&crl);
}

Test(certificate, tells_inputs_that_are_none)
{
    static const char *const bad_policy[] = {"not an oid"};
    struct eg_bytes anchor = eg_bytes_view(&root.chain_pem), own = eg_bytes_view(&member.chain_pem);
    const struct {
        struct eg_trust trust;
        struct eg_bytes untrusted, certificate;
        struct eg_path_options options;
        enum eg_status status;
    } rows[] = {
        {{.anchors_pem = EG_BYTES_NONE}, EG_BYTES_NONE, own, {0}, EG_E_FORMAT},
        {{.anchors_pem = anchor, .crls_pem = anchor}, EG_BYTES_NONE, own, {0}, EG_E_FORMAT},
        {{.anchors_pem = anchor}, EG_BYTES_NONE, EG_BYTES_NONE, {0}, EG_E_FORMAT},
        {{.anchors_pem = anchor}, EG_BYTES_NONE, eg_bytes_of("0\x03xyz"), {0}, EG_E_FORMAT},
        {{.anchors_pem = {anchor.data, anchor.len - 30}}, EG_BYTES_NONE, own, {0}, EG_E_FORMAT},
        {{.anchors_pem = anchor},
         EG_BYTES_NONE,
         own,
         {.policies = bad_policy, .policy_count = 1},
         EG_E_USAGE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct eg_signer signer = {0};
        struct eg_verdict verdict = {0};
        struct eg_error err = {0};
        cr_expect_eq(eg_certificate_check(&signer, &verdict, &rows[i].trust, rows[i].untrusted,
                                          rows[i].certificate, &rows[i].options, &err),
                     rows[i].status, "row %zu: %s", i, err.text);
    }
}

Test(certificate, takes_pem_and_der_alike)
{
    struct eg_buf pem;
    struct eg_error err = {0};
    struct eg_signer from_der, from_pem;
    unsigned char *der = NULL;
    int len = i2d_X509(member.certificate, &der);
    struct eg_bytes octets = {der, (size_t)len};
    eg_buf_init(&pem, EG_MIB);
    cr_assert_eq(eg_pem_append(&pem, octets, "CERTIFICATE", &err), EG_OK);
    cr_assert_eq(eg_pem_append(&pem, eg_bytes_view(&root.chain_pem), "CERTIFICATE", &err), EG_OK);
    cr_expect_eq(eg_pem_append(&pem, eg_bytes_of("neither"), "CERTIFICATE", &err), EG_E_FORMAT);
    cr_expect_eq(eg_pem_append(&pem, EG_BYTES_NONE, "CERTIFICATE", &err), EG_E_FORMAT);
    cr_assert_eq(eg_certificate_describe(&from_der, octets, &err), EG_OK);
    cr_assert_eq(eg_certificate_describe(&from_pem, eg_bytes_view(&pem), &err), EG_OK);
    cr_expect(eg_digest_equal(&from_der.certificate, &from_pem.certificate));
    cr_expect_str_eq(from_der.subject, "CN=Member,O=Test");
    OPENSSL_free(der);
    eg_buf_done(&pem);
}
