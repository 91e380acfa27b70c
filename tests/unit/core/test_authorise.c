/*
 * What a certificate may be used for, once it is known who signed what.
 */
#include "core/authorise.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_verdict verdict;

static bool may(unsigned allowed, unsigned held, enum eg_signed_kind kind)
{
    struct eg_signer signer = {.subject = "CN=x", .roles = allowed};
    struct eg_participant participant = {.id = "x", .roles = held};
    verdict = (struct eg_verdict){.code = EG_CODE_OK};
    bool done = eg_authorise_certificate(&verdict, &signer, &participant, kind);
    cr_expect_eq(done, eg_verdict_passed(&verdict));
    cr_expect(done || verdict.code == EG_CODE_CERT_PURPOSE);
    return done;
}

static bool may_alone(unsigned allowed, enum eg_signed_kind kind)
{
    struct eg_signer signer = {.subject = "CN=x", .roles = allowed};
    verdict = (struct eg_verdict){.code = EG_CODE_OK};
    return eg_authorise_certificate(&verdict, &signer, NULL, kind);
}

Test(authorise_certificate, takes_a_use_that_fits_the_role)
{
    cr_expect(may(EG_ROLE_OPERATOR, EG_ROLE_OPERATOR, EG_SIGNED_REPORT));
    cr_expect(may(EG_ROLES_ALL, EG_ROLE_AUDITOR, EG_SIGNED_HELLO));
    cr_expect(may(EG_ROLE_GATEWAY, EG_ROLE_OPERATOR | EG_ROLE_GATEWAY, EG_SIGNED_HELLO),
              "one role of several is enough to greet");
    cr_expect(may(EG_ROLE_DEVICE, EG_ROLE_OPERATOR | EG_ROLE_DEVICE, EG_SIGNED_REPORT));
    cr_expect(may_alone(EG_ROLE_GATEWAY, EG_SIGNED_CARD));
    cr_expect(may_alone(EG_ROLE_REGISTRAR | EG_ROLE_DEVICE, EG_SIGNED_DIRECTORY));
}

Test(authorise_certificate, refuses_a_use_that_fits_another_role)
{
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_OPERATOR, EG_SIGNED_REPORT));
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_OPERATOR, EG_SIGNED_HELLO));
    cr_expect_not(may(EG_ROLE_OPERATOR, EG_ROLE_DEVICE, EG_SIGNED_REPORT),
                  "a role that the participant does not have");
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_OPERATOR | EG_ROLE_GATEWAY, EG_SIGNED_REPORT),
                  "no gateway reports");
    cr_expect_not(may(EG_ROLE_DEVICE, EG_ROLE_RULE_PUBLISHER, EG_SIGNED_PACKAGE));
    cr_expect_not(may(EG_ROLE_DEVICE, EG_ROLE_RULE_PUBLISHER | EG_ROLE_DEVICE, EG_SIGNED_PACKAGE));
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_RULE_PUBLISHER, EG_SIGNED_PACKAGE_STATE));
    for (enum eg_signed_kind kind = 0; kind < EG_SIGNED_KIND_COUNT; kind++) {
        cr_expect_not(may(0, EG_ROLES_ALL, kind), "kind %d", (int)kind);
        cr_expect_not(may_alone(0, kind), "kind %d", (int)kind);
    }
    cr_expect_not(may_alone(EG_ROLES_ALL & ~(unsigned)EG_ROLE_GATEWAY, EG_SIGNED_WELCOME));
    cr_expect_not(may_alone(EG_ROLES_ALL & ~(unsigned)EG_ROLE_GATEWAY, EG_SIGNED_KEY_STATEMENT));
    cr_expect_not(may_alone(EG_ROLE_GATEWAY, EG_SIGNED_DIRECTORY));
}

Test(authorise_certificate, leaves_a_missing_role_to_others)
{
    cr_expect(may(EG_ROLE_AUDITOR, EG_ROLE_AUDITOR, EG_SIGNED_REPORT));
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_AUDITOR, EG_SIGNED_REPORT));
}

Test(authorise_certificate, says_what_is_needed_and_what_is_allowed)
{
    cr_expect_not(may(EG_ROLE_GATEWAY, EG_ROLE_OPERATOR | EG_ROLE_DEVICE, EG_SIGNED_REPORT));
    cr_expect_not_null(strstr(verdict.text, "as operator, device; it allows gateway"), "%s",
                       verdict.text);
    cr_expect_str_eq(verdict.where, "CN=x");
    cr_expect_not(may(0, EG_ROLES_ALL, EG_SIGNED_HELLO));
    cr_expect_not_null(strstr(verdict.text, "gateway; it allows no role"), "%s", verdict.text);
}
