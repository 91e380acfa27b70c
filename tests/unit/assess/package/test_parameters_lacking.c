/*
 * All that the directory lacks is told at once, in one line that says what it leaves out.
 */
#include "assess/package/parameters.h"
#include "base/limits.h"
#include "core/verdict.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define S(text) ((char *)(text))

static char *fuel_words[] = {S("gas"), S("oil")};
static char *yes_no[] = {S("yes"), S("no")};
static struct eg_setting settings[] = {
    {.name = S("fuel"), .words = fuel_words, .word_count = 2, .source = S("Article 1")},
    {.name = S("stock"), .words = yes_no, .word_count = 2, .source = S("Article 2")},
    {.name = S("cleaned"),
     .words = yes_no,
     .word_count = 2,
     .per_component = true,
     .source = S("Article 3")},
};
static struct eg_parameter_row rows[] = {
    {.component = S("NOx"),
     .when = S("fuel is gas and cleaned is yes"),
     .value = S("50"),
     .source = S("a")},
    {.component = S("NOx"), .when = S("stock is yes"), .value = S("60"), .source = S("b")}};
static struct eg_parameter parameters[] = {
    {.name = S("limit"), .unit = S("mg/m3"), .rows = rows, .row_count = 2},
    {.name = S("double"), .unit = S("mg/m3"), .is = S("2 * $limit"), .source = S("c")}};
static const struct eg_package package = {.ref = {.id = "org.p", .version = "1.0.0"},
                                          .settings = settings,
                                          .setting_count = 3,
                                          .parameters = parameters,
                                          .parameter_count = 2};
static struct eg_plant plant;
static struct eg_parameter_rules *rules;
static struct eg_parameter_values values;
static struct eg_settings_lacking lacking;
static struct eg_error err;

static void tear_down(void)
{
    eg_settings_lacking_done(&lacking);
    eg_settings_lacking_done(&lacking); /* harmless */
    eg_parameters_done(&values);
    eg_parameter_rules_free(&rules);
}

TestSuite(parameters_lacking, .fini = tear_down);

static void begin(struct eg_plant_setting *facts, size_t count)
{
    plant = (struct eg_plant){.id = S("hw"), .settings = facts, .setting_count = count};
    cr_assert_eq(eg_parameter_rules_compile(&rules, &package, &err), EG_OK, "%s", err.text);
    cr_assert_eq(
        eg_parameters_choose_so_far(&values, rules, &plant, "2026-03-01", "2026-03-31", &err),
        EG_OK, "%s", err.text);
}

static void lack(size_t setting, const char *source, const char *component)
{
    cr_assert_eq(eg_settings_lack(&lacking, &values, &settings[setting], component, source, &err),
                 EG_OK);
}

static void told(const char *text)
{
    cr_expect_eq(eg_settings_refuse(&lacking, &values, &err), EG_E_DENIED);
    cr_expect_str_eq(err.text, text);
    cr_expect_str_eq(err.where, "settings of hw, org.p");
}

Test(parameters_lacking, is_no_refusal_when_there_is_nothing)
{
    begin(NULL, 0);
    cr_expect_eq(eg_settings_refuse(&lacking, &values, &err), EG_OK);
}
Test(parameters_lacking, names_all_settings_of_the_plant)
{
    begin(NULL, 0);
    cr_expect_eq(values.lacking.count, 2, "one per component is asked for when it is judged");
    cr_expect_eq(eg_settings_refuse(&values.lacking, &values, &err), EG_E_DENIED);
    cr_expect_str_eq(
        err.text,
        "the registrar must enter 2 settings of hw for org.p: fuel (gas, oil); stock (yes, no)");
    struct eg_parameter_values none = {.list = NULL};
    cr_expect_eq(eg_parameters_choose(&none, rules, &plant, "2026-03-01", "2026-03-31", &err),
                 EG_E_DENIED, "and nothing is chosen by them");
    cr_expect_null(none.settings);
}
Test(parameters_lacking, tells_once_what_the_plant_lacks)
{
    begin(NULL, 0);
    lacking = values.lacking;
    values.lacking = (struct eg_settings_lacking){.list = NULL};
    lack(0, "K1", "NOx");
    lack(0, "K2", NULL);
    lack(2, "K1", "NOx");
    lack(2, "K1", "NOx");
    told("the registrar must enter 3 settings of hw for org.p: fuel (gas, oil); stock (yes, no); "
         "cleaned (yes, no) "
         "for NOx of K1");
}
Test(parameters_lacking, does_not_tell_what_is_stated)
{
    struct eg_plant_setting facts[] = {{.package = S("org.p"),
                                        .name = S("fuel"),
                                        .component = S(""),
                                        .source = S("K1"),
                                        .word = S("gas"),
                                        .citation = S("Permit 1")}};

    begin(facts, 1);
    lack(0, "K1", NULL);
    cr_expect_eq(lacking.count, 0);
    lack(0, "K2", NULL);
    told("the registrar must enter 1 setting of hw for org.p: fuel (gas, oil) of K2");
}
Test(parameters_lacking, puts_sources_together_that_lack_the_same)
{
    begin(NULL, 0);
    for (int i = 0; i < 3; i++) {
        const char *const sources[] = {"K1", "K2", "K3"};
        lack(2, sources[i], "NOx");
        lack(2, sources[i], "CO");
    }
    lack(2, "K4", "NOx");
    told("the registrar must enter 7 settings of hw for org.p: cleaned (yes, no) for NOx CO of K1 "
         "K2 K3; cleaned "
         "(yes, no) for NOx of K4");
}
Test(parameters_lacking, names_all_settings_that_a_parameter_looks_at)
{
    struct eg_plant_setting facts[] = {{.package = S("org.p"),
                                        .name = S("fuel"),
                                        .component = S(""),
                                        .source = S("K1"),
                                        .word = S("gas"),
                                        .citation = S("Permit 1")},
                                       {.package = S("org.p"),
                                        .name = S("stock"),
                                        .component = S(""),
                                        .source = S("K1"),
                                        .word = S("yes"),
                                        .citation = S("Permit 1")}};

    begin(facts, 2);
    cr_assert_eq(eg_parameters_lack(&lacking, &values, &parameters[1], "NOx", "K2", &err), EG_OK);
    told("the registrar must enter 3 settings of hw for org.p: fuel (gas, oil) of K2; stock (yes, "
         "no) of K2; "
         "cleaned "
         "(yes, no) for NOx of K2");
}
Test(parameters_lacking, tells_nothing_of_a_parameter_without_a_row)
{
    begin(NULL, 0);
    cr_assert_eq(eg_parameters_lack(&lacking, &values, &parameters[1], "dust", "K2", &err), EG_OK);
    cr_expect_eq(lacking.count, 0);
}
Test(parameters_lacking, tells_changes_behind_what_is_missing)
{
    struct eg_plant_setting facts[] = {{.package = S("org.p"),
                                        .name = S("fuel"),
                                        .component = S(""),
                                        .source = S(""),
                                        .word = S("gas"),
                                        .citation = S("Permit 1"),
                                        .until = "2026-03-14"}};

    begin(facts, 1);
    cr_expect_eq(eg_settings_refuse(&values.lacking, &values, &err), EG_E_DENIED);
    cr_expect_str_eq(
        err.text,
        "the registrar must enter 1 setting of hw for org.p: stock (yes, no); fuel changes "
        "within the period: gas on 2026-03-01 (Permit 1) and no word on "
        "2026-03-31");
}
Test(parameters_lacking, counts_what_the_line_has_no_room_for)
{
    char source[16] = "", component[16] = "";

    begin(NULL, 0);
    for (int i = 0; i < 60; i++) {
        (void)snprintf(source, sizeof source, "K%d", i);
        (void)snprintf(component, sizeof component, "C%d", i);
        lack(2, source, component);
    }
    cr_expect_eq(eg_settings_refuse(&lacking, &values, &err), EG_E_DENIED);
    cr_expect_lt(strlen(err.text), EG_VERDICT_TEXT_MAX, "an answer holds it whole");
    cr_expect_not_null(strstr(err.text, "must enter 60 settings of hw for org.p: "), "%s",
                       err.text);
    size_t listed = 0;
    unsigned more = 0;
    for (const char *at = err.text; (at = strstr(at, "cleaned")) != NULL; at++) {
        listed++;
    }
    const char *tail = strstr(err.text, "; and ");
    cr_assert_not_null(tail, "%s", err.text);
    cr_assert_eq(sscanf(tail, "; and %u more", &more), 1, "%s", tail);
    cr_expect_eq(listed + more, 60, "%zu and %u", listed, more);
}
Test(parameters_lacking, says_that_there_are_more_than_are_kept)
{
    char source[16] = "";

    begin(NULL, 0);
    for (int i = 0; i < EG_SETTINGS_LACKING_MAX + 5; i++) {
        (void)snprintf(source, sizeof source, "K%d", i);
        lack(2, source, "NOx");
    }
    cr_expect_eq(lacking.count, (size_t)EG_SETTINGS_LACKING_MAX);
    cr_expect_eq(eg_settings_refuse(&lacking, &values, &err), EG_E_DENIED);
    cr_expect_str_eq(
        err.text, "the registrar must enter 200 settings of hw for org.p: cleaned (yes, no) in 200 "
                  "places; and others");
}
