/*
 * Which roles a certificate's extensions allow.
 */
#include "tests/support/cms_maker.h"

#include "verify/certificate.h"
#include "verify/purpose.h"

#include <criterion/criterion.h>

#define CLIENTS (EG_ROLE_DEVICE | EG_ROLE_OPERATOR | EG_ROLE_MEASURING_BODY | EG_ROLE_AUTHORITY)

static struct maker_identity root;

static void set_up(void)
{
    maker_identity_init(&root, NULL, &(struct maker_terms){.name = "Root", .authority = true});
}

static void tear_down(void)
{
    maker_identity_done(&root);
}

TestSuite(purpose, .init = set_up, .fini = tear_down);

/* By itself, and as it comes with the description that signatures and files give. */
static unsigned roles_of(const char *usage, const char *extended, const char *basic)
{
    struct maker_identity who;
    struct eg_signer signer = {0};
    struct eg_error err = {0};
    maker_identity_init(
        &who, &root, &(struct maker_terms){.usage = usage, .extended = extended, .basic = basic});
    unsigned roles = eg_purpose_roles(who.certificate);
    cr_assert_eq(eg_certificate_describe(&signer, eg_bytes_view(&who.chain_pem), &err), EG_OK);
    cr_expect_eq(signer.roles, roles, "%s", extended == NULL ? "" : extended);
    for (unsigned role = 1; role <= EG_ROLE_GATEWAY; role <<= 1) {
        struct eg_verdict verdict = {0};
        cr_expect_eq(eg_purpose_fits(&verdict, who.certificate, role, "x"), (roles & role) != 0);
        cr_expect_eq(verdict.code == EG_CODE_CERT_PURPOSE, (roles & role) == 0);
    }
    maker_identity_done(&who);
    return roles;
}

Test(purpose, gives_every_role_without_extended_key_usage)
{
    cr_expect_eq(roles_of(NULL, NULL, NULL), EG_ROLES_ALL);
    cr_expect_eq(roles_of("nonRepudiation", NULL, NULL), EG_ROLES_ALL);
}

Test(purpose, gives_the_roles_of_all_uses_together)
{
    static const struct {
        const char *extended;
        unsigned roles;
    } rows[] = {
        {"anyExtendedKeyUsage", EG_ROLES_ALL},
        {"1.3.6.1.5.5.7.3.36", EG_ROLES_ALL},
        {"emailProtection", EG_ROLES_ALL},
        {"clientAuth", CLIENTS},
        {"serverAuth", EG_ROLE_GATEWAY},
        {"clientAuth,serverAuth", CLIENTS | EG_ROLE_GATEWAY},
        {"codeSigning,clientAuth", CLIENTS},
        {"codeSigning", 0},
        {"timeStamping", 0},
        {"OCSPSigning,1.2.3.4", 0},
        {"critical,timeStamping", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(roles_of(NULL, rows[i].extended, NULL), rows[i].roles, "%s", rows[i].extended);
    }
}

Test(purpose, gives_none_to_who_may_not_sign_texts)
{
    cr_expect_eq(roles_of("keyEncipherment", NULL, NULL), 0);
    cr_expect_eq(roles_of("keyAgreement", "anyExtendedKeyUsage", NULL), 0);
    cr_expect_eq(roles_of("digitalSignature,keyCertSign", NULL, "critical,CA:TRUE"), 0);
}
