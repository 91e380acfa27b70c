/*
 * The demo authority: what it issues by each profile is fit for its role, and what it revokes is
 * refused.
 */
#include "base/limits.h"
#include "verify/certificate.h"
#include "verify/issue.h"

#include <criterion/criterion.h>

#define NOW 1767225600000LL
#define DAY (24 * 3600 * 1000LL)

static struct eg_buf ca_key, ca;

static struct eg_issue_terms terms_for(const char *profile)
{
    return (struct eg_issue_terms){.profile = profile,
                                   .common_name = "Stadtwerke Nürnberg, \"Nord\"",
                                   .organisation = "Beispiel",
                                   .country = "DE",
                                   .from_ms = NOW - DAY,
                                   .until_ms = NOW + 30 * DAY};
}

static void set_up(void)
{
    struct eg_error err = {0};
    struct eg_issue_terms terms = terms_for("root");
    terms.common_name = "Root";
    eg_buf_init(&ca_key, EG_MIB);
    eg_buf_init(&ca, EG_MIB);
    cr_assert_eq(eg_issue_key(&ca_key, EG_KEY_P256, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_issue_root(&ca, eg_bytes_view(&ca_key), &terms, &err), EG_OK, "%s", err.text);
}

static void tear_down(void)
{
    eg_buf_wipe(&ca_key);
    eg_buf_done(&ca);
}

TestSuite(issue, .init = set_up, .fini = tear_down);

static void issue(struct eg_buf *out, const char *profile, enum eg_key_kind kind)
{
    struct eg_buf key;
    struct eg_error err = {0};
    struct eg_issue_terms terms = terms_for(profile);
    eg_buf_init(&key, EG_MIB);
    eg_buf_init(out, EG_MIB);
    cr_assert_eq(eg_issue_key(&key, kind, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_issue_certificate(out, eg_bytes_view(&ca), eg_bytes_view(&ca_key),
                                      eg_bytes_view(&key), &terms, &err),
                 EG_OK, "%s", err.text);
    eg_buf_wipe(&key);
}

static enum eg_code judged(struct eg_bytes certificate, struct eg_bytes crl, unsigned roles,
                           int64_t at_ms)
{
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&ca), .crls_pem = crl};
    struct eg_path_options options = {.at_ms = at_ms, .roles = roles};
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    cr_assert_eq(
        eg_certificate_check(&signer, &verdict, &trust, EG_BYTES_NONE, certificate, &options, &err),
        EG_OK, "%s", err.text);
    return verdict.code;
}

Test(issue, makes_certificates_that_fit_their_role)
{
    const struct eg_profile *profile;
    for (size_t n = 0; (profile = eg_profile_row(n)) != NULL; n++) {
        if (profile->role != 0) {
            struct eg_buf pem;
            issue(&pem, profile->name, n % 4 == 0 ? EG_KEY_RSA3072 : EG_KEY_P256);
            cr_expect_eq(judged(eg_bytes_view(&pem), EG_BYTES_NONE, profile->role, NOW), EG_CODE_OK,
                         "%s", profile->name);
            cr_expect_eq(judged(eg_bytes_view(&pem), EG_BYTES_NONE, profile->role, NOW + 31 * DAY),
                         EG_CODE_CERT_EXPIRED);
            cr_expect_eq(judged(eg_bytes_view(&pem), EG_BYTES_NONE, profile->role, NOW - 2 * DAY),
                         EG_CODE_CERT_EXPIRED);
            eg_buf_done(&pem);
        }
    }
}

Test(issue, has_a_profile_for_each_role)
{
    for (unsigned role = EG_ROLE_OPERATOR; role <= EG_ROLE_GATEWAY; role <<= 1) {
        const struct eg_profile *profile = eg_profile_named(eg_role_text((enum eg_role)role));
        cr_assert_not_null(profile);
        cr_expect_eq(profile->role, role);
    }
    cr_expect_null(eg_profile_named("nobody"));
}

Test(issue, does_not_let_an_authority_sign_like_a_member)
{
    cr_expect_eq(judged(eg_bytes_view(&ca), EG_BYTES_NONE, EG_ROLES_ALL, NOW),
                 EG_CODE_CERT_PURPOSE);
    cr_expect_eq(judged(eg_bytes_view(&ca), EG_BYTES_NONE, 0, NOW), EG_CODE_OK);
}

Test(issue, writes_names_as_given)
{
    struct eg_buf pem;
    struct eg_signer signer;
    struct eg_error err = {0};
    issue(&pem, "operator", EG_KEY_P256);
    cr_assert_eq(eg_certificate_describe(&signer, eg_bytes_view(&pem), &err), EG_OK);
    cr_expect_str_eq(signer.subject, "CN=Stadtwerke Nürnberg\\, \\\"Nord\\\",O=Beispiel,C=DE");
    cr_expect_eq(signer.not_after_ms, NOW + 30 * DAY);
    eg_buf_done(&pem);
}

static enum eg_status next_list(struct eg_buf *out, const struct eg_buf *before,
                                const struct eg_buf *revoked, int64_t from_ms)
{
    struct eg_error err = {0};
    eg_buf_init(out, EG_MIB);
    return eg_issue_crl(out, eg_bytes_view(&ca), eg_bytes_view(&ca_key),
                        before == NULL ? EG_BYTES_NONE : eg_bytes_view(before),
                        revoked == NULL ? EG_BYTES_NONE : eg_bytes_view(revoked), from_ms,
                        from_ms + 2 * DAY, &err);
}

Test(issue, revokes_and_keeps_what_was_revoked)
{
    struct eg_buf first, second, one, two, lists[4];
    issue(&first, "operator", EG_KEY_P256);
    issue(&second, "device", EG_KEY_P256);
    cr_assert_eq(next_list(&lists[0], NULL, NULL, NOW - DAY), EG_OK);
    cr_assert_eq(next_list(&lists[1], &lists[0], &first, NOW - DAY), EG_OK);
    cr_assert_eq(next_list(&lists[2], &lists[1], &second, NOW - DAY), EG_OK);
    cr_expect_eq(next_list(&lists[3], &lists[2], &first, NOW - DAY), EG_E_EXISTS);
    static const enum eg_code expected[3][2] = {
        {EG_CODE_OK, EG_CODE_OK},
        {EG_CODE_CERT_REVOKED, EG_CODE_OK},
        {EG_CODE_CERT_REVOKED, EG_CODE_CERT_REVOKED},
    };
    for (size_t i = 0; i < 3; i++) {
        size_t count = 99;
        int64_t from_ms, until_ms;
        struct eg_error err = {0};
        struct eg_bytes crl = eg_bytes_view(&lists[i]);
        cr_expect_eq(judged(eg_bytes_view(&first), crl, EG_ROLES_ALL, NOW), expected[i][0]);
        cr_expect_eq(judged(eg_bytes_view(&second), crl, EG_ROLES_ALL, NOW), expected[i][1]);
        cr_expect_eq(judged(eg_bytes_view(&second), crl, EG_ROLES_ALL, NOW + 2 * DAY),
                     i == 2 ? EG_CODE_CERT_REVOKED : EG_CODE_REVOCATION);
        cr_assert_eq(eg_crl_describe(&count, &from_ms, &until_ms, crl, &err), EG_OK);
        cr_expect_eq(count, i);
        cr_expect_eq(until_ms, NOW + DAY);
    }
    one = first;
    two = second;
    eg_buf_done(&one);
    eg_buf_done(&two);
    for (size_t i = 0; i < 4; i++) {
        eg_buf_done(&lists[i]);
    }
}

Test(issue, refuses_terms_that_make_no_sense)
{
    struct eg_buf out;
    struct eg_error err = {0};
    eg_buf_init(&out, EG_MIB);
    struct eg_issue_terms terms = terms_for("king");
    cr_expect_eq(eg_issue_root(&out, eg_bytes_view(&ca_key), &terms, &err), EG_E_USAGE);
    terms = terms_for("root");
    terms.until_ms = terms.from_ms;
    cr_expect_eq(eg_issue_root(&out, eg_bytes_view(&ca_key), &terms, &err), EG_E_USAGE);
    terms = terms_for("root");
    terms.common_name = "";
    cr_expect_eq(eg_issue_root(&out, eg_bytes_view(&ca_key), &terms, &err), EG_E_USAGE);
    terms = terms_for("operator");
    cr_expect_eq(eg_issue_certificate(&out, EG_BYTES_NONE, eg_bytes_view(&ca_key),
                                      eg_bytes_view(&ca_key), &terms, &err),
                 EG_E_FORMAT);
    cr_expect_eq(eg_issue_certificate(&out, eg_bytes_view(&ca), eg_bytes_of("x"),
                                      eg_bytes_view(&ca_key), &terms, &err),
                 EG_E_FORMAT);
    struct eg_buf other;
    eg_buf_init(&other, EG_MIB);
    cr_assert_eq(eg_issue_key(&other, EG_KEY_P256, &err), EG_OK);
    cr_expect_eq(eg_issue_certificate(&out, eg_bytes_view(&ca), eg_bytes_view(&other),
                                      eg_bytes_view(&ca_key), &terms, &err),
                 EG_E_CRYPTO);
    cr_expect_eq(out.len, 0);
    eg_buf_done(&other);
    eg_buf_done(&out);
}
