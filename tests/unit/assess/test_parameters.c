#include "assess/parameters.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

#define S(text) ((char *)(text))

static struct eg_parameter_row rows[] = {
    {.component = S("nox"), .value = S("50"), .source = S("Annex 1")},
    {.component = S("co"), .value = S("100"), .source = S("Annex 2")}};
static struct eg_parameter parameters[] = {
    {.name = S("limit"),
     .unit = S("mg/m3"),
     .min = S("1"),
     .max = S("100"),
     .may_override = true,
     .rows = rows,
     .row_count = 2},
    {.name = S("lost"), .unit = S("1"), .value = S("3"), .source = S("Annex 3")},
    {.name = S("kind"),
     .unit = S("word"),
     .value = S("plain"),
     .source = S("Annex 4"),
     .may_override = true},
    {.name = S("ceiling"),
     .unit = S("mg/m3"),
     .may_override = true,
     .stricter_only = true,
     .rows = rows,
     .row_count = 2},
};
static const struct eg_package package = {
    .ref = {.id = "org.p", .version = "1.0.0"}, .parameters = parameters, .parameter_count = 4};

static struct eg_plant_parameter entry(const char *name, const char *component, const char *source,
                                       const char *value, const char *unit)
{
    return (struct eg_plant_parameter){.package = S("org.p"),
                                       .name = S(name),
                                       .component = S(component),
                                       .source = S(source),
                                       .value = S(value),
                                       .unit = S(unit),
                                       .citation = S("Permit 2")};
}

static enum eg_status choose(struct eg_parameter_values *out, struct eg_plant_parameter *entries,
                             size_t count, struct eg_error *err)
{
    static struct eg_plant plant;
    struct eg_parameter_rules *rules = NULL;

    plant = (struct eg_plant){.id = S("gt"), .parameters = entries, .parameter_count = count};
    cr_assert_eq(eg_parameter_rules_compile(&rules, &package, NULL), EG_OK);
    enum eg_status status =
        eg_parameters_choose(out, rules, &plant, "2026-03-01", "2026-03-31", err);
    eg_parameter_rules_free(&rules);
    return status;
}

static void denied(struct eg_plant_parameter one, const char *part)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_error err = {0};

    cr_expect_eq(choose(&values, &one, 1, &err), EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, part), "%s", err.text);
    cr_expect_not_null(strstr(err.where, one.name), "%s", err.where);
    eg_parameters_done(&values);
}

static const char *value_at(const struct eg_parameter_values *values, size_t index,
                            const char *component, const char *source)
{
    const struct eg_parameter_value *value = &values->list[index];

    cr_expect(component == NULL
                  ? value->component == NULL
                  : value->component != NULL && strcmp(value->component, component) == 0,
              "place %zu", index);
    cr_expect(source == NULL ? value->source == NULL
                             : value->source != NULL && strcmp(value->source, source) == 0,
              "place %zu", index);
    return value->value;
}

Test(parameters, are_the_packages_own_without_a_permit)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_buf text;

    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(choose(&values, NULL, 0, NULL), EG_OK);
    cr_expect_eq(values.count, 6);
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "co"), "100");
    cr_expect_str_eq(eg_parameters_value(&values, "lost", NULL), "3");
    cr_expect_null(eg_parameters_value(&values, "limit", NULL));
    cr_assert_eq(eg_parameters_text(&text, &values, NULL), EG_OK);
    cr_expect_eq(strncmp((const char *)text.data,
                         "emgate parameters 1\nparameter limit\ncomponent nox\nvalue 50 mg/m3\n"
                         "origin package\ncitation Annex 1\nparameter limit\n",
                         100),
                 0);
    eg_buf_done(&text);
    eg_parameters_done(&values);
}
Test(parameters, take_a_permit_for_one_component)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_plant_parameter one = entry("limit", "nox", "", "40", "mg/m3");

    cr_assert_eq(choose(&values, &one, 1, NULL), EG_OK);
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "nox"), "40");
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "co"), "100");
    cr_expect_eq(values.list[0].origin, EG_ORIGIN_PERMIT);
    cr_expect_eq(values.list[0].number, 40);
    cr_expect_str_eq(values.list[0].citation, "Permit 2");
    eg_parameters_done(&values);
}
Test(parameters, put_the_more_specific_first)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_plant_parameter two[] = {entry("limit", "", "s1", "30", "mg/m3"),
                                       entry("limit", "nox", "s1", "20", "mg/m3")};

    cr_assert_eq(choose(&values, two, 2, NULL), EG_OK);
    cr_expect_str_eq(value_at(&values, 0, "nox", "s1"), "20");
    cr_expect_str_eq(value_at(&values, 1, "co", "s1"), "30");
    cr_expect_str_eq(value_at(&values, 2, "nox", NULL), "50");
    cr_expect_str_eq(value_at(&values, 3, "co", NULL), "100");
    cr_expect_str_eq(value_at(&values, 4, NULL, "s1"), "30");
    eg_parameters_done(&values);
}
Test(parameters, pass_over_other_packages_and_other_days)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_plant_parameter two[] = {entry("limit", "nox", "", "40", "mg/m3"),
                                       entry("limit", "nox", "", "30", "mg/m3")};

    two[0].package = S("org.q");
    memcpy(two[1].until, "2026-02-28", 11);
    cr_assert_eq(choose(&values, two, 2, NULL), EG_OK);
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "nox"), "50");
    eg_parameters_done(&values);
}
Test(parameters, refuse_a_name_that_is_unknown)
{
    denied(entry("gone", "", "", "1", "1"), "no such");
}
Test(parameters, refuse_what_permits_may_not_set)
{
    denied(entry("lost", "", "", "4", "1"), "may not");
}
Test(parameters, refuse_another_unit)
{
    denied(entry("limit", "nox", "", "40", "g/m3"), "unit");
}
Test(parameters, refuse_values_above_the_bounds)
{
    denied(entry("limit", "nox", "", "100.1", "mg/m3"), "bounds");
}
Test(parameters, refuse_values_below_the_bounds)
{
    denied(entry("limit", "nox", "", "0.999", "mg/m3"), "bounds");
}
Test(parameters, refuse_what_is_no_number)
{
    denied(entry("limit", "nox", "", "4e1", "mg/m3"), "kind");
    denied(entry("limit", "nox", "", "NaN", "mg/m3"), "kind");
}
Test(parameters, refuse_words_with_quotes)
{
    denied(entry("kind", "", "", "a'b", "word"), "kind");
}
Test(parameters, refuse_a_component_of_a_scalar)
{
    denied(entry("kind", "nox", "", "x", "word"), "all components");
}
Test(parameters, refuse_a_permit_that_begins_in_the_period)
{
    struct eg_plant_parameter one = entry("limit", "nox", "", "40", "mg/m3");
    memcpy(one.from, "2026-03-02", 11);
    denied(one, "part");
}
Test(parameters, refuse_a_permit_that_ends_in_the_period)
{
    struct eg_plant_parameter one = entry("limit", "nox", "", "40", "mg/m3");
    memcpy(one.until, "2026-03-30", 11);
    denied(one, "part");
}
Test(parameters, refuse_two_permits_for_one_place)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_plant_parameter two[] = {entry("limit", "nox", "", "40", "mg/m3"),
                                       entry("limit", "nox", "", "40", "mg/m3")};
    cr_expect_eq(choose(&values, two, 2, NULL), EG_E_DENIED);
}

Test(parameters, refuse_a_laxer_permit_where_only_stricter_ones_may_be)
{
    denied(entry("ceiling", "nox", "", "50.1", "mg/m3"), "laxer");
    denied(entry("ceiling", "", "", "60", "mg/m3"), "laxer");
}
Test(parameters, refuse_a_permit_where_there_is_nothing_to_be_stricter_than)
{
    denied(entry("ceiling", "hg", "", "0.03", "mg/m3"), "no value here");
}
Test(parameters, take_a_permit_that_is_stricter_or_the_same)
{
    const struct eg_parameter_value *value = NULL;
    struct eg_parameter_values values = {.list = NULL};
    struct eg_plant_parameter two[] = {entry("ceiling", "nox", "", "49.5", "mg/m3"),
                                       entry("ceiling", "", "s1", "50", "mg/m3")};

    cr_assert_eq(choose(&values, two, 2, NULL), EG_OK);
    cr_assert_eq(eg_parameters_find(&value, &values, &parameters[3], "nox", "s1", NULL), EG_OK);
    cr_assert_not_null(value);
    cr_expect_str_eq(value->value, "49.5", "a permit for the component goes first");
    cr_expect_eq(value->number, 49.5);
    cr_expect_eq(value->place, 1);
    cr_assert_eq(eg_parameters_find(&value, &values, &parameters[3], "co", "s1", NULL), EG_OK);
    cr_expect_str_eq(value->value, "50");
    cr_assert_eq(eg_parameters_find(&value, &values, &parameters[3], "co", "s2", NULL), EG_OK);
    cr_expect_str_eq(value->value, "100");
    cr_expect_str_eq(value->citation, "Annex 2");
    cr_assert_eq(eg_parameters_find(&value, &values, &parameters[3], "hg", "s1", NULL), EG_OK);
    cr_expect_null(value, "a permit for all components gives none where the package has none");
    eg_parameters_done(&values);
}

/* ---- settings ----------------------------------------------------------------------------- */

static char *size_words[] = {S("small"), S("large")};
static char *cleaned_words[] = {S("yes"), S("no")};
static struct eg_setting settings[] = {
    {.name = S("size"), .words = size_words, .word_count = 2, .source = S("Article 1")},
    {.name = S("cleaned"),
     .words = cleaned_words,
     .word_count = 2,
     .per_component = true,
     .source = S("Article 2")},
};
static const struct eg_package settled = {.ref = {.id = "org.p", .version = "1.0.0"},
                                          .settings = settings,
                                          .setting_count = 2,
                                          .parameters = parameters,
                                          .parameter_count = 1};

static struct eg_plant_setting fact(const char *name, const char *component, const char *word)
{
    return (struct eg_plant_setting){.package = S("org.p"),
                                     .name = S(name),
                                     .component = S(component),
                                     .word = S(word),
                                     .citation = S("Permit 1")};
}

static enum eg_status settle(struct eg_parameter_values *out, struct eg_plant_setting *facts,
                             size_t count, struct eg_error *err)
{
    static struct eg_plant plant;
    struct eg_parameter_rules *rules = NULL;

    plant = (struct eg_plant){.id = S("gt"), .settings = facts, .setting_count = count};
    cr_assert_eq(eg_parameter_rules_compile(&rules, &settled, NULL), EG_OK);
    enum eg_status status =
        eg_parameters_choose(out, rules, &plant, "2026-03-01", "2026-03-31", err);
    eg_parameter_rules_free(&rules);
    return status;
}

static void unsettled(struct eg_plant_setting *facts, size_t count, const char *part)
{
    struct eg_parameter_values values = {.list = NULL};
    struct eg_error err = {0};

    cr_expect_eq(settle(&values, facts, count, &err), EG_E_DENIED, "%s", part);
    cr_expect_not_null(strstr(err.text, part), "%s", err.text);
    cr_expect_not_null(strstr(err.where, "setting of gt"), "%s", err.where);
}

Test(settings, refuse_a_plant_that_states_none)
{
    struct eg_plant_setting other = fact("size", "", "small");

    unsettled(NULL, 0, "the registrar must enter one of small, large (Article 1)");
    other.package = S("org.q");
    unsettled(&other, 1, "not stated");
}
Test(settings, refuse_a_name_that_is_unknown)
{
    struct eg_plant_setting two[] = {fact("size", "", "small"), fact("gone", "", "small")};
    unsettled(two, 2, "no such setting");
}
Test(settings, refuse_a_word_that_is_not_declared)
{
    struct eg_plant_setting one = fact("size", "", "medium");
    unsettled(&one, 1, "EA-WORD");
}
Test(settings, refuse_a_component_where_the_plant_is_meant)
{
    struct eg_plant_setting two[] = {fact("size", "", "small"), fact("size", "nox", "small")};
    unsettled(two, 2, "not a component's");
}
Test(settings, refuse_an_entry_that_covers_a_part_of_the_period)
{
    struct eg_plant_setting one = fact("size", "", "small");
    memcpy(one.from, "2026-03-02", 11);
    unsettled(&one, 1, "part");
    memset(one.from, 0, 11);
    memcpy(one.until, "2026-03-30", 11);
    unsettled(&one, 1, "part");
    memcpy(one.until, "2026-02-28", 11);
    unsettled(&one, 1, "not stated");
}
Test(settings, refuse_two_entries_for_one)
{
    struct eg_plant_setting two[] = {fact("size", "", "small"), fact("size", "", "large")};
    unsettled(two, 2, "two entries");
}
Test(settings, are_found_for_the_component_first)
{
    struct eg_plant_setting three[] = {fact("cleaned", "", "no"), fact("cleaned", "nox", "yes"),
                                       fact("size", "", "large")};
    const struct eg_setting_value *value = NULL;
    struct eg_parameter_values values = {.list = NULL};
    struct eg_buf text;

    cr_assert_eq(settle(&values, three, 3, NULL), EG_OK);
    cr_assert_eq(eg_settings_find(&value, &values, &settings[1], "nox", NULL), EG_OK);
    cr_expect_str_eq(value->word, "yes");
    cr_assert_eq(eg_settings_find(&value, &values, &settings[1], "co", NULL), EG_OK);
    cr_expect_str_eq(value->word, "no");
    cr_assert_eq(eg_settings_find(&value, &values, &settings[0], "co", NULL), EG_OK);
    cr_expect_str_eq(value->word, "large");
    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(eg_parameters_text(&text, &values, NULL), EG_OK);
    const char begin[] = "emgate parameters 1\nsetting size\nword large\ncitation Permit 1\n"
                         "setting cleaned\ncomponent nox\nword yes\ncitation Permit 1\n"
                         "setting cleaned\nword no\ncitation Permit 1\nparameter limit\n";
    cr_expect_eq(strncmp((const char *)text.data, begin, strlen(begin)), 0, "%s", text.data);
    eg_buf_done(&text);
    eg_parameters_done(&values);
}
Test(settings, of_a_component_are_asked_for_only_when_it_is_judged)
{
    struct eg_plant_setting two[] = {fact("size", "", "small"), fact("cleaned", "nox", "yes")};
    const struct eg_setting_value *value = NULL;
    struct eg_parameter_values values = {.list = NULL};
    struct eg_error err = {0};

    cr_assert_eq(settle(&values, two, 2, NULL), EG_OK);
    cr_expect_eq(eg_settings_find(&value, &values, &settings[1], "co", &err), EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, "for component co"), "%s", err.text);
    eg_parameters_done(&values);
}
Test(settings, stand_in_the_document_of_the_parameters)
{
    struct eg_plant_setting one = fact("size", "", "small");
    struct eg_parameter_values values = {.list = NULL};
    xmlDoc *doc = NULL;

    cr_assert_eq(settle(&values, &one, 1, NULL), EG_OK);
    cr_assert_eq(eg_parameters_document(&doc, &values, &settled, NULL), EG_OK);
    xmlNode *node = xmlFirstElementChild(xmlDocGetRootElement(doc));
    cr_expect_str_eq((const char *)node->name, "setting");
    xmlChar *word = xmlGetNoNsProp(node, (const xmlChar *)"word");
    cr_expect_str_eq((const char *)word, "small");
    xmlFree(word);
    xmlFreeDoc(doc);
    eg_parameters_done(&values);
}
