/*
 * Look-ups in a directory, and who may sign for which plant.
 */
#include "core/authorise.h"
#include "core/directory.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* 2026-11-23T23:30:00Z */
#define RECEIVED_AT_MS INT64_C(1795476600000)

static struct eg_certificate_rule rules[3];
static struct eg_participant participants[4];
static struct eg_delegate delegates[3];
static struct eg_plant plants[2];
static struct eg_directory directory;
static struct eg_error err;

static void set_up(void)
{
    rules[0] = (struct eg_certificate_rule){.pinned = true};
    memset(rules[0].certificate.octets, 1, EG_DIGEST_LEN);
    rules[1] = (struct eg_certificate_rule){.subject = "CN=device 7"};
    memset(rules[1].issuer_key.octets, 2, EG_DIGEST_LEN);
    rules[2] = (struct eg_certificate_rule){.subject = "CN=device 8"};
    memset(rules[2].issuer_key.octets, 2, EG_DIGEST_LEN);
    participants[0] = (struct eg_participant){.id = "operator",
                                              .roles = EG_ROLE_OPERATOR,
                                              .certificates = &rules[0],
                                              .certificate_count = 1};
    participants[1] = (struct eg_participant){
        .id = "device", .roles = EG_ROLE_DEVICE, .certificates = &rules[1], .certificate_count = 2};
    participants[2] = (struct eg_participant){.id = "body", .roles = EG_ROLE_MEASURING_BODY};
    participants[3] = (struct eg_participant){.id = "authority", .roles = EG_ROLE_AUTHORITY};
    delegates[0] = (struct eg_delegate){"device", "", "", false};
    delegates[1] = (struct eg_delegate){"body", "2020-01-01", "2020-12-31", false};
    delegates[2] = (struct eg_delegate){"body", "2026-11-23", "2026-11-23", false};
    plants[0] = (struct eg_plant){
        .id = "plant-b", .operator_id = "operator", .delegates = delegates, .delegate_count = 3};
    plants[1] = (struct eg_plant){.id = "plant-a", .operator_id = "authority"};
    directory = (struct eg_directory){
        .participants = participants, .participant_count = 4, .plants = plants, .plant_count = 2};
}

TestSuite(directory, .init = set_up);
TestSuite(authorise, .init = set_up);

static struct eg_signer signer_of(uint8_t certificate, uint8_t issuer_key, const char *subject)
{
    struct eg_signer signer = {.subject = ""};

    memset(signer.certificate.octets, certificate, EG_DIGEST_LEN);
    memset(signer.issuer_key.octets, issuer_key, EG_DIGEST_LEN);
    memcpy(signer.subject, subject, strlen(subject) + 1);
    return signer;
}

static void look_up(void)
{
    struct eg_signer pinned = signer_of(1, 9, "CN=any");
    struct eg_signer both = signer_of(1, 2, "CN=device 7");
    struct eg_signer named = signer_of(9, 2, "CN=device 8");
    struct eg_signer other_subject = signer_of(9, 2, "CN=device 9");
    struct eg_signer other_issuer = signer_of(9, 3, "CN=device 7");

    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(eg_directory_participant(&directory, participants[i].id), &participants[i]);
    }
    cr_assert_null(eg_directory_participant(&directory, "operato"));
    cr_assert_null(eg_directory_participant(&directory, ""));
    cr_assert_eq(eg_directory_plant(&directory, "plant-a"), &plants[1]);
    cr_assert_eq(eg_directory_plant(&directory, "plant-b"), &plants[0]);
    cr_assert_null(eg_directory_plant(&directory, "plant-c"));
    cr_assert_eq(eg_directory_by_certificate(&directory, &pinned), &participants[0]);
    cr_assert_eq(eg_directory_by_certificate(&directory, &both), &participants[0], "a pin first");
    cr_assert_eq(eg_directory_by_certificate(&directory, &named), &participants[1]);
    cr_assert_null(eg_directory_by_certificate(&directory, &other_subject));
    cr_assert_null(eg_directory_by_certificate(&directory, &other_issuer));
}

/* The index belongs to a directory that is freed whole; this one is made of static parts. */
static void drop_index(void)
{
    struct eg_directory *shell = calloc(1, sizeof(*shell));

    shell->index = directory.index;
    eg_directory_free(&shell);
    directory.index = NULL;
}

Test(directory, finds_without_an_index)
{
    look_up();
}

Test(directory, finds_the_same_with_an_index)
{
    cr_assert_eq(eg_directory_index(&directory, &err), EG_OK);
    look_up();
    cr_assert_eq(eg_directory_index(&directory, &err), EG_OK, "made anew");
    look_up();
    drop_index();
}

Test(directory, an_empty_one_is_indexed_and_finds_nothing)
{
    struct eg_signer signer = signer_of(1, 2, "CN=x");

    directory = (struct eg_directory){0};
    cr_assert_eq(eg_directory_index(&directory, &err), EG_OK);
    cr_assert_null(eg_directory_participant(&directory, "operator"));
    cr_assert_null(eg_directory_plant(&directory, "plant-a"));
    cr_assert_null(eg_directory_by_certificate(&directory, &signer));
    drop_index();
}

Test(directory, refuses_what_stands_there_twice)
{
    participants[3].id = "device";
    cr_assert_eq(eg_directory_index(&directory, &err), EG_E_FORMAT);
    participants[3].id = "authority";
    plants[1].id = "plant-b";
    cr_assert_eq(eg_directory_index(&directory, &err), EG_E_FORMAT);
    plants[1].id = "plant-a";
    rules[2].subject = "CN=device 7";
    cr_assert_eq(eg_directory_index(&directory, &err), EG_E_FORMAT);
    cr_assert_null(directory.index);
}

Test(directory, roles_have_their_words)
{
    for (unsigned role = EG_ROLE_OPERATOR; role <= EG_ROLE_GATEWAY; role <<= 1) {
        cr_assert_eq(eg_role_named(eg_role_text((enum eg_role)role)), role);
    }
    cr_assert_eq(eg_role_named("Operator"), 0);
    cr_assert_eq(eg_role_named(""), 0);
    cr_assert_str_eq(eg_role_text((enum eg_role)0), "unknown");
}

/* ---- rights -------------------------------------------------------------------------------- */

static enum eg_code judge(size_t participant, const char *plant, const char *addressee,
                          int64_t received_at_ms)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_report_header reading = {.id = "r"};

    memcpy(reading.plant, plant, strlen(plant) + 1);
    memcpy(reading.addressee, addressee, strlen(addressee) + 1);
    eg_authorise_report(&verdict, &directory, &participants[participant], &reading, "log.example",
                        received_at_ms);
    return verdict.code;
}

Test(authorise, lets_operator_and_delegates_report)
{
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(judge(i, "plant-b", "log.example", RECEIVED_AT_MS), EG_CODE_OK);
    }
    cr_assert_eq(judge(0, "plant-b", "", RECEIVED_AT_MS), EG_CODE_OK, "addressee=none");
}

Test(authorise, refuses_another_addressee_before_all_else)
{
    cr_assert_eq(judge(0, "plant-b", "log.example.org", RECEIVED_AT_MS), EG_CODE_ADDRESSEE);
    cr_assert_eq(judge(0, "plant-b", "LOG.example", RECEIVED_AT_MS), EG_CODE_ADDRESSEE);
    cr_assert_eq(judge(3, "none", "other", RECEIVED_AT_MS), EG_CODE_ADDRESSEE);
}

Test(authorise, refuses_a_plant_that_is_not_the_signers)
{
    cr_assert_eq(judge(0, "plant-a", "", RECEIVED_AT_MS), EG_CODE_PLANT_NOT_ALLOWED);
    cr_assert_eq(judge(1, "plant-a", "", RECEIVED_AT_MS), EG_CODE_PLANT_NOT_ALLOWED);
    cr_assert_eq(judge(0, "plant-c", "", RECEIVED_AT_MS), EG_CODE_PLANT_NOT_ALLOWED);
    cr_assert_eq(judge(0, "", "", RECEIVED_AT_MS), EG_CODE_PLANT_NOT_ALLOWED);
}

Test(authorise, a_delegation_holds_on_its_utc_days_only)
{
    const int64_t half_hour_ms = 30 * 60 * 1000;

    cr_assert_eq(judge(2, "plant-b", "", RECEIVED_AT_MS + half_hour_ms - 1), EG_CODE_OK);
    cr_assert_eq(judge(2, "plant-b", "", RECEIVED_AT_MS + half_hour_ms), EG_CODE_PLANT_NOT_ALLOWED);
    cr_assert_eq(judge(2, "plant-b", "", RECEIVED_AT_MS - 86400000), EG_CODE_PLANT_NOT_ALLOWED);
}

Test(authorise, refuses_roles_that_do_not_report)
{
    cr_assert_eq(judge(3, "plant-b", "", RECEIVED_AT_MS), EG_CODE_ROLE);
    cr_assert_eq(judge(3, "plant-a", "", RECEIVED_AT_MS), EG_CODE_ROLE,
                 "named as operator without the role");
    participants[0].roles = EG_ROLE_DEVICE;
    cr_assert_eq(judge(0, "plant-b", "", RECEIVED_AT_MS), EG_CODE_ROLE,
                 "an operator is not its own device");
    participants[1].roles = EG_ROLE_OPERATOR;
    cr_assert_eq(judge(1, "plant-b", "", RECEIVED_AT_MS), EG_CODE_ROLE,
                 "a delegate is device or measuring body");
}

static enum eg_code publish(const char *package_id, const char *land)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};

    eg_authorise_package(&verdict, &participants[0], package_id, land);
    return verdict.code;
}

Test(authorise, a_publisher_publishes_below_its_prefixes)
{
    char *prefixes[] = {"eu.ied.", "de.ta-luft"};

    participants[0].roles = EG_ROLE_RULE_PUBLISHER;
    cr_assert_eq(publish("eu.ied.x", NULL), EG_CODE_ROLE, "no prefix, no package");
    participants[0].package_prefixes = prefixes;
    participants[0].package_prefix_count = 2;
    cr_assert_eq(publish("eu.ied.x", NULL), EG_CODE_OK);
    cr_assert_eq(publish("de.ta-luft", NULL), EG_CODE_OK);
    cr_assert_eq(publish("de.ta-luft.1", NULL), EG_CODE_OK);
    cr_assert_eq(publish("de.ta-lufthansa", NULL), EG_CODE_ROLE);
    cr_assert_eq(publish("eu.iedx", NULL), EG_CODE_ROLE);
    cr_assert_eq(publish("eu", NULL), EG_CODE_ROLE);
    cr_assert_eq(publish("", NULL), EG_CODE_ROLE);
    prefixes[0] = "";
    cr_assert_eq(publish("eu.ied.x", NULL), EG_CODE_ROLE, "an empty prefix covers nothing");
}

Test(authorise, a_publisher_publishes_for_its_laender)
{
    char *prefixes[] = {"eu."};
    char *lands[] = {"BY", "HE"};

    participants[0].package_prefixes = prefixes;
    participants[0].package_prefix_count = 1;
    cr_assert_eq(publish("eu.x", "BY"), EG_CODE_ROLE, "without the role");
    participants[0].roles = EG_ROLE_RULE_PUBLISHER;
    cr_assert_eq(publish("eu.x", "BY"), EG_CODE_OK, "none listed: all");
    participants[0].lands = lands;
    participants[0].land_count = 2;
    cr_assert_eq(publish("eu.x", "HE"), EG_CODE_OK);
    cr_assert_eq(publish("eu.x", "NW"), EG_CODE_ROLE);
    cr_assert_eq(publish("eu.x", NULL), EG_CODE_ROLE, "not for all");
}

/* ---- what holds on days ------------------------------------------------------------------- */

Test(directory, days_meet_when_one_is_in_both)
{
    cr_expect(eg_days_meet("2026-01-01", "2026-01-31", "2026-01-31", "2026-02-28"));
    cr_expect(eg_days_meet("2026-01-31", "2026-02-28", "2026-01-01", "2026-01-31"));
    cr_expect(eg_days_meet("", "", "2026-01-01", "2026-01-01"));
    cr_expect(eg_days_meet("", "2026-01-01", "2026-01-01", ""));
    cr_expect_not(eg_days_meet("2026-01-01", "2026-01-30", "2026-01-31", ""));
    cr_expect_not(eg_days_meet("2026-01-31", "", "", "2026-01-30"));
}

Test(directory, names_the_authority_of_kind_and_day)
{
    struct eg_plant_authority authorities[] = {
        {.participant = "land", .kind = "yearly", .from = "2026-01-01"},
        {.participant = "old", .kind = "", .until = "2025-12-31"},
        {.participant = "new", .kind = "", .from = "2026-01-01", .until = "2026-06-30"},
    };
    const struct eg_plant plant = {.authorities = authorities, .authority_count = 3};

    cr_expect_str_eq(eg_plant_authority(&plant, "yearly", "2026-12-31"), "land");
    cr_expect_str_eq(eg_plant_authority(&plant, "yearly", "2025-12-31"), "old");
    cr_expect_str_eq(eg_plant_authority(&plant, "continuous", "2026-01-01"), "new");
    cr_expect_null(eg_plant_authority(&plant, "continuous", "2026-07-01"));
    cr_expect_null(eg_plant_authority(&(struct eg_plant){.id = "none"}, "", "2026-07-01"));
}
