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

/* `text` with the first `from` replaced by `to`. free() */
static char *with(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = calloc(1, strlen(text) + strlen(to) + 1);

    cr_assert_not_null(at, "the test's own text lacks %s", from);
    cr_assert_not_null(out);
    memcpy(out, text, (size_t)(at - text));
    memcpy(out + (at - text), to, strlen(to));
    memcpy(out + (at - text) + strlen(to), at + strlen(from), strlen(at + strlen(from)));
    return out;
}

static enum eg_status parse(struct eg_directory **out, const char *xml, struct eg_error *err)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    enum eg_status status = eg_directory_parse(out, eg_bytes_of(xml), eg_bytes_of("cms"), err);
    eg_engine_done();
    return status;
}

static void refused_in(const char *text, const char *from, const char *to, const char *part)
{
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    char *xml = with(text, from, to);

    cr_expect_eq(parse(&directory, xml, &err), EG_E_FORMAT, "%s -> %s", from, to);
    cr_expect_null(directory);
    cr_expect_not_null(strstr(err.text, part), "%s: %s", err.where, err.text);
    free(xml);
    eg_directory_free(&directory);
}

static void refused(const char *from, const char *to, const char *part)
{
    refused_in(good, from, to, part);
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
    cr_expect_str_eq(d->plants[0].regimes[1].name, "two");
    cr_expect(eg_plant_has_regime(&d->plants[0], "one", "1999-01-01", "1999-01-01"));
    cr_expect_str_eq(eg_plant_authority(&d->plants[0], "yearly", "1999-01-01"), "auth");
    cr_expect(d->plants[0].component_first, "as it was read then");
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
        "",
        "x",
        "<directory/>",
        "<directory xmlns=\"urn:emgate:directory:2\"/>",
        "<directory xmlns=\"urn:emgate:directory:3\" version=\"1\" "
        "not-after=\"2027-01-01T00:00:00.000Z\"/>",
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

/* ---- generation 2 ------------------------------------------------------------------------- */

static const char second[] =
    "<directory xmlns=\"urn:emgate:directory:2\" version=\"3\" "
    "not-after=\"2027-01-01T00:00:00.000Z\">"
    "<participant id=\"op\" name=\"Stadtwerke\" roles=\"operator\"/>"
    "<participant id=\"auth\" name=\"Amt\" roles=\"authority\"/>"
    "<participant id=\"land\" name=\"Landesamt\" roles=\"authority\"/>"
    "<participant id=\"dev\" name=\"Rechner\" roles=\"device\"/>"
    "<plant id=\"hw\" name=\"Heizwerk\" operator=\"op\" land=\"DE-HE\" from=\"2024-06-01\" "
    "until=\"2029-12-31\" zone=\"+01:00\">"
    "<source id=\"K1\" from=\"2024-06-01\"/>"
    "<source id=\"K2\" until=\"2026-12-31\"/>"
    "<authority participant=\"auth\" until=\"2025-12-31\"/>"
    "<authority participant=\"land\" from=\"2026-01-01\"/>"
    "<authority participant=\"auth\" kind=\"yearly\" from=\"2026-01-01\"/>"
    "<regime name=\"bimschv13\"/>"
    "<regime name=\"bimschv17\" source=\"K2\" component=\"NOx\" from=\"2026-01-01\"/>"
    "<delegate participant=\"dev\" supersedes=\"yes\"/>"
    "<device id=\"F-1\" name=\"FT 4000, no. 1\" source=\"K1\" component=\"NOx\"/>"
    "<parameter package=\"p\" name=\"limit\" source=\"K2\" component=\"NOx\" value=\"40\" "
    "unit=\"mg/m3\" citation=\"Permit 2\" from=\"2024-06-01\"/>"
    "<setting package=\"p\" name=\"fuel\" source=\"K1\" word=\"gas\" citation=\"Permit 1\" "
    "until=\"2025-06-30\"/>"
    "<setting package=\"p\" name=\"fuel\" source=\"K1\" word=\"oil\" citation=\"Permit 3\" "
    "from=\"2025-07-01\"/>"
    "<setting package=\"p\" name=\"fuel\" word=\"solid\" citation=\"Permit 1\"/>"
    "<retention years=\"5\" citation=\"Article 1\"/>"
    "<retention kind=\"yearly\" years=\"10\" citation=\"Article 2\"/>"
    "</plant></directory>";

static void refused_2(const char *from, const char *to, const char *part)
{
    refused_in(second, from, to, part);
}

Test(directory_2, is_taken_whole)
{
    struct eg_directory *d = NULL;
    struct eg_error err = {0};

    cr_assert_eq(parse(&d, second, &err), EG_OK, "%s: %s", err.where, err.text);
    const struct eg_plant *p = &d->plants[0];
    cr_expect_str_eq(p->from, "2024-06-01");
    cr_expect_str_eq(p->until, "2029-12-31");
    cr_expect_str_eq(p->zone, "+01:00");
    cr_expect_not(p->component_first);
    cr_assert_eq(p->source_count, 2);
    cr_expect_str_eq(p->sources[0].from, "2024-06-01");
    cr_expect_str_eq(p->sources[1].id, "K2");
    cr_expect_str_eq(p->sources[1].until, "2026-12-31");
    cr_assert_eq(p->regime_count, 2);
    cr_expect_str_eq(p->regimes[0].source, "");
    cr_expect_str_eq(p->regimes[1].source, "K2");
    cr_expect_str_eq(p->regimes[1].component, "NOx");
    cr_expect(p->delegates[0].supersedes);
    cr_expect_str_eq(p->devices[0].name, "FT 4000, no. 1");
    cr_expect_str_eq(p->parameters[0].source, "K2");
    cr_assert_eq(p->setting_count, 3);
    cr_expect_str_eq(p->settings[1].source, "K1");
    cr_expect_str_eq(p->settings[1].word, "oil");
    cr_expect_str_eq(p->settings[2].source, "");
    cr_assert_eq(p->retention_count, 2);
    cr_expect_eq(p->retentions[1].years, 10);
    eg_directory_free(&d);
}
Test(directory_2, tells_the_authority_of_a_day_and_kind)
{
    struct eg_directory *d = NULL;

    cr_assert_eq(parse(&d, second, NULL), EG_OK);
    const struct eg_plant *p = &d->plants[0];
    cr_expect_str_eq(eg_plant_authority(p, "continuous", "2025-12-31"), "auth");
    cr_expect_str_eq(eg_plant_authority(p, "continuous", "2026-01-01"), "land");
    cr_expect_str_eq(eg_plant_authority(p, "yearly", "2025-12-31"), "auth");
    cr_expect_str_eq(eg_plant_authority(p, "yearly", "2026-12-31"), "auth");
    eg_directory_free(&d);
}
Test(directory_2, tells_the_regimes_of_days)
{
    struct eg_directory *d = NULL;

    cr_assert_eq(parse(&d, second, NULL), EG_OK);
    const struct eg_plant *p = &d->plants[0];
    cr_expect(eg_plant_has_regime(p, "bimschv13", "2024-06-01", "2024-06-01"));
    cr_expect(eg_plant_has_regime(p, "bimschv17", "2025-12-31", "2026-01-01"));
    cr_expect_not(eg_plant_has_regime(p, "bimschv17", "2025-12-31", "2025-12-31"));
    cr_expect_not(eg_plant_has_regime(p, "bimschv44", "2025-12-31", "2026-12-31"));
    eg_directory_free(&d);
}
Test(directory_2, refuses_every_cut)
{
    struct eg_directory *d = NULL;

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    for (size_t len = 0; len < sizeof(second) - 1; len += 17) {
        cr_expect_neq(eg_directory_parse(&d, (struct eg_bytes){(const uint8_t *)second, len},
                                         EG_BYTES_NONE, NULL),
                      EG_OK);
    }
    eg_engine_done();
}
Test(directory_2, refuses_what_only_a_directory_1_has)
{
    refused_2("land=\"DE-HE\"", "land=\"DE-HE\" authority=\"auth\"", "not allowed");
    refused_2("land=\"DE-HE\"", "land=\"DE-HE\" regimes=\"one\"", "not allowed");
}
Test(directory_2, is_not_a_directory_1)
{
    refused("<delegate", "<source id=\"K1\"/><delegate", "not expected");
    refused("name=\"Turbine\"", "name=\"Turbine\" zone=\"+01:00\"", "not allowed");
    refused("name=\"size\" word", "name=\"size\" source=\"K1\" word", "not allowed");
}
Test(directory_2, refuses_a_setting_twice_on_a_day)
{
    refused_2("until=\"2025-06-30\"", "until=\"2025-07-01\"", "setting fuel is set twice");
    refused_2("word=\"solid\"", "source=\"K1\" word=\"solid\"", "setting fuel is set twice");
    refused_2("word=\"solid\"", "source=\"K1\" from=\"2026-01-01\" word=\"solid\"",
              "setting fuel is set twice");
}
Test(directory_2, refuses_a_permit_twice_on_a_day)
{
    refused_2("<setting",
              "<parameter package=\"p\" name=\"limit\" source=\"K2\" component=\"NOx\" value=\"4\" "
              "unit=\"mg/m3\" citation=\"c\" until=\"2024-06-01\"/><setting",
              "parameter limit is set twice");
}
Test(directory_2, refuses_sources_that_are_not_the_plants)
{
    static const char part[] = "names the source K3, which the plant does not list";

    refused_2("name=\"fuel\" source=\"K1\"", "name=\"fuel\" source=\"K3\"", part);
    refused_2("name=\"limit\" source=\"K2\"", "name=\"limit\" source=\"K3\"", part);
    refused_2("name=\"bimschv17\" source=\"K2\"", "name=\"bimschv17\" source=\"K3\"", part);
    refused_2("no. 1\" source=\"K1\"", "no. 1\" source=\"K3\"", part);
}
Test(directory_2, takes_any_source_of_a_plant_that_lists_none)
{
    struct eg_directory *d = NULL;
    struct eg_error err = {0};
    char *one = with(second, "<source id=\"K1\" from=\"2024-06-01\"/>", "");
    char *both = with(one, "<source id=\"K2\" until=\"2026-12-31\"/>", "");

    cr_expect_eq(parse(&d, both, &err), EG_OK, "%s: %s", err.where, err.text);
    eg_directory_free(&d);
    free(one);
    free(both);
}
Test(directory_2, refuses_a_source_twice)
{
    refused_2("id=\"K2\"", "id=\"K1\"", "source K1 is set twice");
}
Test(directory_2, refuses_a_regime_twice_on_a_day)
{
    refused_2("<regime name=\"bimschv13\"/>",
              "<regime name=\"bimschv13\"/><regime name=\"bimschv13\" from=\"2026-01-01\"/>",
              "regime bimschv13 is set twice");
}
Test(directory_2, refuses_a_device_twice_on_a_day)
{
    refused_2("<parameter",
              "<device id=\"F-1\" source=\"K1\" component=\"NOx\" until=\"2025-01-01\"/><parameter",
              "device F-1 is set twice");
}
Test(directory_2, refuses_a_retention_twice)
{
    refused_2("<retention kind=\"yearly\"", "<retention", "retention");
}
Test(directory_2, refuses_a_retention_of_no_years)
{
    refused_2("years=\"5\"", "years=\"0\"", "years");
    refused_2("years=\"5\"", "years=\"1000\"", "years");
}
Test(directory_2, refuses_two_authorities_of_a_day)
{
    refused_2("until=\"2025-12-31\"/>", "until=\"2026-01-01\"/>",
              "authority land has days of another");
}
Test(directory_2, refuses_days_without_an_authority)
{
    refused_2("until=\"2025-12-31\"/>", "until=\"2025-12-30\"/>",
              "no authority without kind on 2025-12-31");
    refused_2("<authority participant=\"land\" from=\"2026-01-01\"/>", "",
              "no authority without kind on 2026-01-01");
    refused_2("<authority participant=\"land\" from=\"2026-01-01\"/>",
              "<authority participant=\"land\" from=\"2026-01-01\" until=\"2029-12-30\"/>",
              "no authority without kind on 2029-12-31");
    refused_2("participant=\"auth\" until", "participant=\"auth\" from=\"2024-06-02\" until",
              "no authority without kind on 2024-06-01");
    char *open = with(second, "from=\"2024-06-01\" until=\"2029-12-31\" zone", "zone");
    refused_in(open, "participant=\"auth\" until", "participant=\"auth\" from=\"2024-06-01\" until",
               "no authority without kind from the beginning");
    free(open);
}
Test(directory_2, refuses_authorities_that_are_none)
{
    refused_2("participant=\"land\"", "participant=\"nobody\"", "no participant");
    refused_2("participant=\"land\"", "participant=\"op\"", "role");
    refused_2("<authority participant=\"auth\" until=\"2025-12-31\"/><authority "
              "participant=\"land\" from=\"2026-01-01\"/><authority participant=\"auth\" "
              "kind=\"yearly\" from=\"2026-01-01\"/>",
              "", "authority");
}
Test(directory_2, refuses_days_that_are_none)
{
    refused_2("until=\"2026-12-31\"", "until=\"2026-02-30\"", "real day");
    refused_2("from=\"2024-06-01\" until", "from=\"2024-06-31\" until", "real day");
    refused_2("until=\"2025-06-30\"", "from=\"2025-07-01\" until=\"2025-06-30\"", "is before");
    refused_2("until=\"2029-12-31\"", "until=\"2024-05-31\"", "is before");
}
Test(directory_2, refuses_a_zone_that_is_none)
{
    refused_2("+01:00", "Z", "zone");
    refused_2("+01:00", "+15:00", "zone");
    refused_2("+01:00", "+01:10", "zone");
    refused_2("+01:00", "CET", "zone");
}
Test(directory_2, refuses_a_word_for_supersedes)
{
    refused_2("supersedes=\"yes\"", "supersedes=\"always\"", "supersedes");
}
