#include "workbench/package_given.h"

#include "assess/judge/engine.h"
#include "base/limits.h"
#include "tests/support/facts_find.h"

#include <criterion/criterion.h>
#include <string.h>

#define CASE "<case xmlns='" EG_PACKAGE_TESTS_NS "'>"
#define FACT "<fact result='daily' source='s' name='n' day='2025-03-02' "

static xmlDoc *parse(const char *inside)
{
    struct eg_buf text;
    xmlDoc *doc = NULL;

    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, CASE);
    eg_buf_text(&text, inside);
    eg_buf_text(&text, "</case>");
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    cr_assert_eq(eg_xml_parse_file(&doc, eg_bytes_view(&text), "tests.xml", EG_MIB, NULL), EG_OK);
    eg_buf_done(&text);
    return doc;
}

static enum eg_status read_from(struct eg_package_given *out, const char *inside,
                                const struct eg_facts *earlier, struct eg_error *err)
{
    xmlDoc *doc = parse(inside);
    enum eg_status status = eg_package_given_read(out, xmlDocGetRootElement(doc), "org.example.p",
                                                  earlier, "tests.xml", err);
    xmlFreeDoc(doc);
    return status;
}

static void refused(const char *inside, const char *why)
{
    struct eg_package_given given;
    struct eg_error err = {0};

    cr_expect_eq(read_from(&given, inside, NULL, &err), EG_E_FORMAT, "%s", inside);
    cr_expect_not_null(strstr(err.text, why), "%s: %s", inside, err.text);
    eg_package_given_done(&given);
}

Test(package_given, reads_what_the_directory_would_say)
{
    struct eg_package_given given;

    cr_assert_eq(read_from(&given,
                           "<setting name='size' word='small'/>"
                           "<setting name='cleaned' component='NOx' word='yes' from='2025-01-01'/>"
                           "<permit name='limit' component='NOx' value='40' unit='mg/m3'/>",
                           NULL, NULL),
                 EG_OK);
    cr_assert_eq(given.plant.setting_count, 2);
    cr_expect_str_eq(given.plant.settings[0].name, "size");
    cr_expect_str_eq(given.plant.settings[0].component, "");
    cr_expect_str_eq(given.plant.settings[0].package, "org.example.p");
    cr_expect_str_eq(given.plant.settings[1].word, "yes");
    cr_expect_str_eq(given.plant.settings[1].from, "2025-01-01");
    cr_expect_str_eq(given.plant.settings[1].until, "");
    cr_assert_eq(given.plant.parameter_count, 1);
    cr_expect_str_eq(given.plant.parameters[0].value, "40");
    cr_expect_str_eq(given.plant.parameters[0].source, "");
    cr_expect_eq(given.facts.count, 0);
    eg_package_given_done(&given);
}

Test(package_given, reads_settings_of_a_source)
{
    struct eg_package_given given;

    cr_assert_eq(read_from(&given,
                           "<setting name='fuel' word='gas'/>"
                           "<setting name='fuel' source='K2' word='oil'/>",
                           NULL, NULL),
                 EG_OK);
    cr_assert_eq(given.plant.setting_count, 2);
    cr_expect_str_eq(given.plant.settings[0].source, "");
    cr_expect_str_eq(given.plant.settings[1].source, "K2");
    eg_package_given_done(&given);
}

Test(package_given, reads_numbers_answers_and_statuses)
{
    struct eg_package_given given;
    const struct eg_fact *fact = NULL;

    cr_assert_eq(read_from(&given,
                           FACT "unit='h' number='2.5'/>" FACT
                                "component='CO' unit='1' number='3' status='invalid'/>" FACT
                                "component='HF' unit='1'/>" FACT "component='Hg' answer='yes'/>",
                           NULL, NULL),
                 EG_OK);
    fact = eg_facts_find(&given.facts, "daily", "s", "", "n", "2025-03-02");
    cr_assert_not_null(fact);
    cr_expect(fact->has_number && fact->number == 2.5 && fact->status == EG_VALUE_VALID);
    cr_expect_str_eq(fact->unit, "h");
    fact = eg_facts_find(&given.facts, "daily", "s", "CO", "n", "2025-03-02");
    cr_assert_not_null(fact);
    cr_expect(fact->number == 3 && fact->status == EG_VALUE_INVALID);
    fact = eg_facts_find(&given.facts, "daily", "s", "HF", "n", "2025-03-02");
    cr_assert_not_null(fact);
    cr_expect(!fact->has_number && fact->status == EG_VALUE_MISSING);
    fact = eg_facts_find(&given.facts, "daily", "s", "Hg", "n", "2025-03-02");
    cr_assert_not_null(fact);
    cr_expect(fact->kind == EG_FACT_ANSWER && fact->answer == EG_ANSWER_YES);
    eg_package_given_done(&given);
}

Test(package_given, a_fact_of_the_case_goes_before_one_that_was_there)
{
    struct eg_package_given first, second;

    cr_assert_eq(read_from(&first,
                           FACT "unit='h' number='1'/>" FACT "component='A' unit='h' number='2'/>",
                           NULL, NULL),
                 EG_OK);
    cr_assert_eq(read_from(&second, FACT "unit='h' number='7'/>", &first.facts, NULL), EG_OK);
    cr_expect_eq(second.facts.count, 2);
    cr_expect_eq(eg_facts_find(&second.facts, "daily", "s", "", "n", "2025-03-02")->number, 7);
    cr_expect_eq(eg_facts_find(&second.facts, "daily", "s", "A", "n", "2025-03-02")->number, 2);
    eg_package_given_done(&first);
    eg_package_given_done(&second);
}

Test(package_given, a_report_sees_earlier_days_and_is_told_of_later_ones)
{
    struct eg_package_given given;
    struct eg_facts known;
    const char *facts =
        "<fact result='daily' source='s' name='n' day='2025-03-01' unit='h' number='1'/>"
        "<fact result='daily' source='s' name='n' day='2025-03-02' unit='h' number='2'/>"
        "<fact result='daily' source='s' name='n' day='2025-03-03' unit='h' number='3'/>"
        "<fact result='daily' source='s' name='m' day='2025-03-03' unit='h' number='4'/>";

    cr_assert_eq(read_from(&given, facts, NULL, NULL), EG_OK);
    eg_facts_init(&known);
    cr_assert_eq(eg_package_given_known(&known, &given, "2025-03-02", NULL), EG_OK);
    cr_assert_eq(known.count, 1);
    cr_expect_str_eq(known.list[0].day, "2025-03-01");
    cr_assert_eq(known.later_count, 1);
    cr_expect_str_eq(known.later[0], "2025-03-03");
    eg_facts_done(&known);
    eg_package_given_done(&given);
}

Test(package_given, refuses_what_is_no_fact)
{
    refused(FACT "number='2'/>", "unit");
    refused(FACT "unit='h' number='1e5'/>", "number");
    refused(FACT "unit='h' number='NaN'/>", "number");
    refused(FACT "unit='h' number='1' status='fine'/>", "status");
    refused(FACT "unit='h' answer='yes'/>", "answer");
    refused(FACT "number='1' answer='yes'/>", "answer");
    refused(FACT "status='valid' answer='no'/>", "answer");
    refused("<fact result='daily' source='s' name='n' day='2025-02-30' unit='h' number='1'/>", "");
    refused("<fact result='daily' source='s' name='a b' day='2025-02-03' unit='h' number='1'/>",
            "");
    refused("<permit name='limit' value='40' unit='mg/m3' from='2025-13-01'/>", "");
    refused("<setting name='size' word='small' until='tomorrow'/>", "");
}

/* ---- what the tests say for every case ---------------------------------------------------- */

#define COMMON                                                                                     \
    "<setting name='size' word='small'/><setting name='cleaned' component='NOx' word='yes'/>"      \
    "<setting name='stock' word='new'/>"

/* A case with `inside`, in tests that say COMMON for every case. */
static enum eg_status read_among(struct eg_package_given *out, const char *inside,
                                 struct eg_error *err)
{
    struct eg_buf text;
    xmlDoc *doc = NULL;

    eg_buf_init(&text, EG_MIB);
    eg_buf_text(&text, "<tests xmlns='urn:emgate:package-tests:1'>" COMMON "<case>");
    eg_buf_text(&text, inside);
    eg_buf_text(&text, "</case></tests>");
    cr_assert_eq(eg_xml_parse_file(&doc, eg_bytes_view(&text), "tests.xml", EG_MIB, NULL), EG_OK);
    eg_buf_done(&text);
    const xmlNode *node = eg_xml_child(xmlDocGetRootElement(doc), EG_PACKAGE_TESTS_NS, "case");
    enum eg_status status = eg_package_given_read(out, node, "org.example.p", NULL, "t.xml", err);
    xmlFreeDoc(doc);
    return status;
}

/* "size=small cleaned.NOx=yes ...", as they are given. */
static void expect_settings(const char *inside, const char *wanted)
{
    struct eg_package_given given;
    struct eg_error err = {0};
    struct eg_buf text;

    cr_assert_eq(read_among(&given, inside, &err), EG_OK, "%s: %s", inside, err.text);
    eg_buf_init(&text, EG_MIB);
    for (size_t i = 0; i < given.plant.setting_count; i++) {
        const struct eg_plant_setting *setting = &given.plant.settings[i];
        eg_buf_format(&text, "%s%s%s%s=%s", i > 0 ? " " : "", setting->name,
                      setting->component[0] != '\0' ? "." : "", setting->component, setting->word);
    }
    cr_expect(eg_bytes_is(eg_bytes_view(&text), wanted), "%s: %.*s", inside, (int)text.len,
              (const char *)text.data);
    eg_buf_done(&text);
    eg_package_given_done(&given);
}

Test(package_given, a_case_has_the_settings_of_every_case_and_its_own_in_their_place)
{
    expect_settings("", "size=small cleaned.NOx=yes stock=new");
    expect_settings("<setting name='cleaned' component='NOx' word='no'/>",
                    "size=small cleaned.NOx=no stock=new");
    expect_settings("<setting name='cleaned' component='CO' word='no'/>",
                    "size=small cleaned.NOx=yes stock=new cleaned.CO=no");
    expect_settings("<setting name='cleaned' word='no'/>",
                    "size=small cleaned.NOx=yes stock=new cleaned=no");
    expect_settings("<without setting='size'/>", "cleaned.NOx=yes stock=new");
    expect_settings(
        "<without setting='cleaned' component='NOx'/><setting name='size' word='large'/>",
        "size=large stock=new");
    expect_settings("<setting name='size' word='small' until='2020-12-31'/>"
                    "<setting name='size' word='large' from='2021-01-01'/>",
                    "size=small size=large cleaned.NOx=yes stock=new");
}

static void refused_among(const char *inside, const char *why)
{
    struct eg_package_given given;
    struct eg_error err = {0};

    cr_expect_eq(read_among(&given, inside, &err), EG_E_FORMAT, "%s", inside);
    cr_expect_str_eq(err.where, "t.xml:1");
    cr_expect_str_eq(err.text, why, "%s: %s", inside, err.text);
    eg_package_given_done(&given);
}

Test(package_given, what_a_case_says_of_settings_of_every_case_must_change_them)
{
    refused_among("<setting name='size' word='small'/>", "every case has this setting already");
    refused_among("<without setting='cleaned'/>", "not every case has this setting");
    refused_among("<without setting='colour'/>", "not every case has this setting");
    refused_among("<without setting='size' component='NOx'/>", "not every case has this setting");
    refused_among("<without setting='size'/><setting name='size' word='large'/>",
                  "the case has this setting all the same");
    refused("<without setting='size'/>", "not every case has this setting");
}

Test(package_given, a_fact_holds_on_every_day_up_to_until)
{
    struct eg_package_given given;

    cr_assert_eq(read_from(&given,
                           "<fact result='daily' source='s' name='n' day='2024-02-28' "
                           "until='2024-03-01' answer='yes'/>",
                           NULL, NULL),
                 EG_OK);
    cr_assert_eq(given.facts.count, 3);
    cr_expect_str_eq(given.facts.list[0].day, "2024-02-28");
    cr_expect_str_eq(given.facts.list[1].day, "2024-02-29");
    cr_expect_str_eq(given.facts.list[2].day, "2024-03-01");
    eg_package_given_done(&given);
}

Test(package_given, refuses_days_that_are_none_or_too_many)
{
#define DAYS "<fact result='daily' source='s' name='n' answer='yes' "
    refused(DAYS "day='2024-03-01' until='2024-03-01'/>", "until is after day");
    refused(DAYS "day='2024-03-01' until='2024-02-29'/>", "until is after day");
    refused(DAYS "day='2024-01-01' until='2025-02-04'/>", "by less than 400 days");
    refused(DAYS "day='1990-01-01' until='2090-12-31'/>", "by less than 400 days");
    refused(DAYS "day='2024-02-01' until='2024-02-30'/>", "is not a real day");
}
