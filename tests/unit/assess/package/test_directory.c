#include "assess/judge/engine.h"
#include "assess/package/directory.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX2 "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX3 "2123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char good[] =
    "<directory xmlns=\"urn:emgate:directory:1\" version=\"3\" "
    "not-after=\"2027-01-01T00:00:00.000Z\">"
    "<participant id=\"op\" name=\"Stadtwerke\" roles=\"operator\">"
    "<certificate digest=\"sha256:" HEX "\"/></participant>"
    "<participant id=\"auth\" name=\"Amt\" roles=\"authority auditor\">"
    "<certificate issuer-key=\"sha256:" HEX "\" subject=\"CN=auth\"/></participant>"
    "<participant id=\"pub\" name=\"Leitstelle\" roles=\"rule-publisher\">"
    "<certificate digest=\"sha256:" HEX2 "\"/><publishes prefix=\"eu.ied.\"/><land>DE-HE</land>"
    "</participant>"
    "<participant id=\"dev\" name=\"Rechner\" roles=\"device\"/>"
    "<participant id=\"gw\" name=\"Gateway\" roles=\"gateway registrar\"/>"
    "<plant id=\"gt-1\" name=\"Turbine\" operator=\"op\" authority=\"auth\" "
    "land=\"DE-HE\" regimes=\"one two\">"
    "<delegate participant=\"dev\" from=\"2026-01-01\" until=\"2026-12-31\"/>"
    "<parameter package=\"eu.ied.x\" name=\"limit\" component=\"nox\" value=\"40\" unit=\"mg/m3\" "
    "citation=\"Permit 2.1\" from=\"2024-06-01\" until=\"2024-12-31\"/>"
    "<parameter package=\"eu.ied.x\" name=\"limit\" component=\"nox\" value=\"45\" unit=\"mg/m3\" "
    "citation=\"Permit 2.2\" from=\"2025-01-01\"/>"
    "<setting package=\"eu.ied.x\" name=\"size\" word=\"small\" citation=\"Permit 1\" "
    "until=\"2024-12-31\"/>"
    "<setting package=\"eu.ied.x\" name=\"size\" component=\"nox\" word=\"large\" "
    "citation=\"Permit 1\"/>"
    "</plant>"
    "<log-key origin=\"log.example\" gateway=\"gw\" key=\"" HEX3 "\" from=\"2026-01-01\"/>"
    "</directory>";

/* `good` with the first `from` replaced by `to`. free() */
static char *with(const char *from, const char *to)
{
    const char *at = strstr(good, from);
    char *out = calloc(1, sizeof(good) + strlen(to) + 1);

    cr_assert_not_null(at, "the test's own text lacks %s", from);
    cr_assert_not_null(out);
    memcpy(out, good, (size_t)(at - good));
    memcpy(out + (at - good), to, strlen(to));
    memcpy(out + (at - good) + strlen(to), at + strlen(from), strlen(at + strlen(from)));
    return out;
}

static enum eg_status parse(struct eg_directory **out, const char *xml, struct eg_error *err)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    enum eg_status status = eg_directory_parse(out, eg_bytes_of(xml), eg_bytes_of("cms"), err);
    eg_engine_done();
    return status;
}

static void refused(const char *from, const char *to, const char *part)
{
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    char *xml = with(from, to);

    cr_expect_eq(parse(&directory, xml, &err), EG_E_FORMAT, "%s -> %s", from, to);
    cr_expect_null(directory);
    cr_expect_not_null(strstr(err.text, part), "%s: %s", err.where, err.text);
    free(xml);
    eg_directory_free(&directory);
}

Test(directory, is_taken_whole)
{
    struct eg_directory *d = NULL;
    struct eg_error err = {0};

    cr_assert_eq(parse(&d, good, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_eq(d->version, 3);
    cr_expect_eq(d->not_after_ms, 1798761600000);
    cr_expect_eq(d->participant_count, 5);
    cr_expect_eq(d->participants[1].roles, (unsigned)(EG_ROLE_AUTHORITY | EG_ROLE_AUDITOR));
    cr_expect(d->participants[0].certificates[0].pinned);
    cr_expect_not(d->participants[1].certificates[0].pinned);
    cr_expect_str_eq(d->participants[1].certificates[0].subject, "CN=auth");
    cr_expect_str_eq(d->participants[2].package_prefixes[0], "eu.ied.");
    cr_expect_str_eq(d->participants[2].lands[0], "DE-HE");
    cr_expect_eq(d->plants[0].parameter_count, 2);
    cr_assert_eq(d->plants[0].regime_count, 2);
    cr_expect_str_eq(d->plants[0].regimes[1], "two");
    cr_assert_eq(d->plants[0].setting_count, 2);
    cr_expect_str_eq(d->plants[0].settings[0].component, "");
    cr_expect_str_eq(d->plants[0].settings[0].until, "2024-12-31");
    cr_expect_str_eq(d->plants[0].settings[1].component, "nox");
    cr_expect_str_eq(d->plants[0].settings[1].word, "large");
    cr_expect_str_eq(d->plants[0].parameters[1].value, "45");
    cr_expect_str_eq(d->plants[0].parameters[0].source, "");
    cr_expect_str_eq(d->plants[0].delegates[0].until, "2026-12-31");
    cr_expect_eq(d->log_keys[0].key[0], 0x21);
    cr_expect(eg_bytes_is(eg_bytes_view(&d->octets), good));
    cr_expect(eg_bytes_is(eg_bytes_view(&d->signature), "cms"));
    eg_directory_free(&d);
}

Test(directory, may_be_empty)
{
    struct eg_directory *d = NULL;

    cr_assert_eq(parse(&d,
                       "<directory xmlns=\"urn:emgate:directory:1\" version=\"1\" "
                       "not-after=\"2027-01-01T00:00:00.000Z\"/>",
                       NULL),
                 EG_OK);
    eg_directory_free(&d);
}

Test(directory, refuses_what_is_no_directory)
{
    struct eg_directory *d = NULL;
    static const char *const texts[] = {
        "", "x", "<directory/>", "<directory xmlns=\"urn:emgate:directory:2\"/>",
        "<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><d>&a;</d>"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_eq(parse(&d, texts[i], NULL), EG_E_FORMAT, "%s", texts[i]);
    }
    cr_expect_null(d);
}
Test(directory, refuses_every_cut)
{
    struct eg_directory *d = NULL;

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    for (size_t len = 0; len < sizeof(good) - 1; len += 17) {
        cr_expect_neq(eg_directory_parse(&d, (struct eg_bytes){(const uint8_t *)good, len},
                                         EG_BYTES_NONE, NULL),
                      EG_OK);
    }
    eg_engine_done();
}
Test(directory, refuses_a_participant_twice)
{
    refused("id=\"dev\"", "id=\"op\"", "twice");
}
Test(directory, refuses_a_participant_called_public)
{
    refused("id=\"dev\"", "id=\"public\"", "called public");
}
Test(directory, refuses_a_certificate_twice)
{
    refused(HEX2, HEX, "twice");
}
Test(directory, refuses_a_plant_twice)
{
    refused(
        "</plant>",
        "</plant><plant id=\"gt-1\" name=\"b\" operator=\"op\" authority=\"auth\" land=\"DE\"/>",
        "twice");
}
Test(directory, refuses_an_unknown_role)
{
    refused("\"device\"", "\"king\"", "roles");
}
Test(directory, refuses_a_role_twice)
{
    refused("\"device\"", "\"device device\"", "twice");
}
Test(directory, refuses_a_digest_with_an_issuer)
{
    refused("subject=\"CN=auth\"", "digest=\"sha256:" HEX3 "\" subject=\"CN=auth\"", "either");
}
Test(directory, refuses_an_issuer_without_subject)
{
    refused("subject=\"CN=auth\"", "", "either");
}
Test(directory, refuses_a_digest_in_upper_case)
{
    refused("sha256:0123", "sha256:ABCD", "digest");
}
Test(directory, refuses_a_publisher_of_nothing)
{
    refused("<publishes prefix=\"eu.ied.\"/>", "", "publishes");
}
Test(directory, refuses_publishing_without_the_role)
{
    refused("\"rule-publisher\"", "\"auditor\"", "publishes");
}
Test(directory, refuses_an_operator_who_is_nobody)
{
    refused("operator=\"op\"", "operator=\"nobody\"", "no participant");
}
Test(directory, refuses_an_operator_without_the_role)
{
    refused("operator=\"op\"", "operator=\"auth\"", "role");
}
Test(directory, refuses_an_authority_without_the_role)
{
    refused("authority=\"auth\"", "authority=\"op\"", "role");
}
Test(directory, refuses_a_delegate_without_the_role)
{
    refused("participant=\"dev\"", "participant=\"auth\"", "role");
}
Test(directory, refuses_a_log_key_of_no_gateway)
{
    refused("gateway=\"gw\"", "gateway=\"op\"", "role");
}
Test(directory, refuses_version_zero)
{
    refused("version=\"3\"", "version=\"0\"", "version");
}
Test(directory, refuses_a_version_beyond_numbers)
{
    refused("version=\"3\"", "version=\"99999999999999999999\"", "version");
}
Test(directory, refuses_a_day_that_is_none)
{
    refused("2026-12-31", "2026-02-30", "real day");
}
Test(directory, refuses_days_in_the_wrong_order)
{
    refused("2026-12-31", "2025-12-31", "before");
}
Test(directory, refuses_a_time_that_is_none)
{
    refused("2027-01-01T00:00:00.000Z", "2027-13-01T00:00:00.000Z", "real time");
}
Test(directory, refuses_a_parameter_twice_on_a_day)
{
    refused("2024-12-31", "2025-01-01", "twice");
}
Test(directory, refuses_unknown_elements)
{
    refused("<delegate", "<x/><delegate", "not expected");
}
Test(directory, refuses_unknown_attributes)
{
    refused("name=\"Amt\"", "name=\"Amt\" x=\"y\"", "not allowed");
}
Test(directory, refuses_trailing_octets)
{
    refused("</directory>", "</directory><x/>", "");
}
Test(directory, refuses_a_signature_beyond_the_ceiling)
{
    struct eg_directory *d = NULL;
    static uint8_t cms[EG_CMS_MAX + 1];

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    cr_expect_eq(
        eg_directory_parse(&d, eg_bytes_of(good), (struct eg_bytes){cms, sizeof(cms)}, NULL),
        EG_E_LIMIT);
    eg_engine_done();
}

Test(directory, refuses_a_setting_stated_twice_for_the_same_days)
{
    refused("until=\"2024-12-31\"/><setting package=\"eu.ied.x\" name=\"size\" component=\"nox\"",
            "until=\"2024-12-31\"/><setting package=\"eu.ied.x\" name=\"size\" from=\"2024-12-31\"",
            "set twice");
}
Test(directory, refuses_a_setting_without_citation)
{
    refused("word=\"small\" citation=\"Permit 1\"", "word=\"small\"", "citation");
}
Test(directory, refuses_a_setting_without_word)
{
    refused("name=\"size\" word=\"small\"", "name=\"size\"", "word");
}
Test(directory, refuses_days_of_a_setting_that_are_not_real)
{
    refused("until=\"2024-12-31\"/><setting", "until=\"2024-02-30\"/><setting", "real day");
}
Test(directory, refuses_a_regime_that_is_listed_twice)
{
    refused("regimes=\"one two\"", "regimes=\"one one\"", "twice");
}
Test(directory, refuses_a_list_of_no_regimes)
{
    refused("regimes=\"one two\"", "regimes=\" \"", "regimes");
}
