#include "assess/package/parameters.h"
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
    cr_expect_str_eq(value_at(&values, 2, NULL, "s1"), "30");
    cr_expect_str_eq(value_at(&values, 3, "nox", NULL), "50");
    cr_expect_str_eq(value_at(&values, 4, "co", NULL), "100");
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
    denied(one, "the package's value on 2026-03-01 and 40 on 2026-03-31 (Permit 2)");
}
Test(parameters, refuse_a_permit_that_ends_in_the_period)
{
    struct eg_plant_parameter one = entry("limit", "nox", "", "40", "mg/m3");
    memcpy(one.until, "2026-03-30", 11);
    denied(one, "40 on 2026-03-01 (Permit 2) and the package's value on 2026-03-31");
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
    cr_expect_str_eq(value->value, "50", "a permit for the source goes first");
    cr_assert_eq(eg_parameters_find(&value, &values, &parameters[3], "nox", "s2", NULL), EG_OK);
    cr_expect_str_eq(value->value, "49.5");
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
    cr_expect(strncmp(err.where, "setting", 7) == 0 && strstr(err.where, " of gt, ") != NULL, "%s",
              err.where);
}

Test(settings, refuse_a_plant_that_states_none)
{
    struct eg_plant_setting other = fact("size", "", "small");

    unsettled(NULL, 0, "the registrar must enter 1 setting of gt for org.p: size (small, large)");
    other.package = S("org.q");
    unsettled(&other, 1, "the registrar must enter 1 setting of gt for org.p: size (small, large)");
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
    unsettled(two, 2, "not one of components");
}
Test(settings, refuse_an_entry_that_covers_a_part_of_the_period)
{
    struct eg_plant_setting one = fact("size", "", "small");
    memcpy(one.from, "2026-03-02", 11);
    unsettled(&one, 1,
              "size changes within the period: no word on 2026-03-01 and small on 2026-03-31 "
              "(Permit 1)");
    memset(one.from, 0, 11);
    memcpy(one.until, "2026-03-30", 11);
    unsettled(&one, 1, "small on 2026-03-01 (Permit 1) and no word on 2026-03-31");
    memcpy(one.until, "2026-02-28", 11);
    unsettled(&one, 1, "the registrar must enter 1 setting of gt for org.p: size");
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
    cr_assert_eq(eg_settings_find(&value, &values, &settings[1], "nox", NULL, NULL), EG_OK);
    cr_expect_str_eq(value->word, "yes");
    cr_assert_eq(eg_settings_find(&value, &values, &settings[1], "co", NULL, NULL), EG_OK);
    cr_expect_str_eq(value->word, "no");
    cr_assert_eq(eg_settings_find(&value, &values, &settings[0], "co", NULL, NULL), EG_OK);
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
    cr_expect_eq(eg_settings_find(&value, &values, &settings[1], "co", NULL, &err), EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, "cleaned (yes, no) for co"), "%s", err.text);
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

/* ---- conditions and formulas -------------------------------------------------------------- */

static struct eg_parameter_row limit_rows[] = {
    {.component = S("nox"), .when = S("size is small"), .value = S("200"), .source = S("a")},
    {.component = S("nox"), .value = S("150"), .source = S("b")},
    {.component = S("hg"), .value = S("0.03"), .source = S("c")},
    {.component = S("co"), .when = S("cleaned is yes"), .value = S("50"), .source = S("d")}};
static struct eg_parameter_row percent_rows[] = {
    {.component = S("nox"), .value = S("20"), .source = S("a")},
    {.component = S("hg"), .value = S("40"), .source = S("b")},
    {.component = S("dust"), .value = S("30"), .source = S("c")}};
static struct eg_parameter computed[] = {
    {.name = S("limit"),
     .unit = S("mg/m3"),
     .may_override = true,
     .stricter_only = true,
     .rows = limit_rows,
     .row_count = 4},
    {.name = S("double"),
     .unit = S("mg/m3"),
     .is = S("2 * $limit"),
     .may_override = true,
     .stricter_only = true,
     .source = S("Annex 5")},
    {.name = S("ci-percent"), .unit = S("%"), .rows = percent_rows, .row_count = 3},
    {.name = S("ci-max"),
     .unit = S("mg/m3"),
     .is = S("percent-of($ci-percent, $limit)"),
     .source = S("Annex 6")},
};
static const struct eg_package law = {.ref = {.id = "org.p", .version = "1.0.0"},
                                      .settings = settings,
                                      .setting_count = 2,
                                      .parameters = computed,
                                      .parameter_count = 4};
static struct eg_parameter_rules *law_rules;
static struct eg_parameter_values law_values;
static struct eg_plant law_plant;

static enum eg_status choose_law(struct eg_plant_setting *facts, size_t fact_count,
                                 struct eg_plant_parameter *entries, size_t count,
                                 struct eg_error *err)
{
    law_plant = (struct eg_plant){.id = S("gt"),
                                  .settings = facts,
                                  .setting_count = fact_count,
                                  .parameters = entries,
                                  .parameter_count = count};
    cr_assert_eq(eg_parameter_rules_compile(&law_rules, &law, err), EG_OK, "%s",
                 err != NULL ? err->text : "");
    return eg_parameters_choose(&law_values, law_rules, &law_plant, "2026-03-01", "2026-03-31",
                                err);
}

static void done_law(void)
{
    eg_parameters_done(&law_values);
    eg_parameter_rules_free(&law_rules);
}

static const struct eg_parameter_value *law_value(size_t parameter, const char *component,
                                                  const char *source)
{
    const struct eg_parameter_value *value = NULL;

    cr_assert_eq(
        eg_parameters_find(&value, &law_values, &computed[parameter], component, source, NULL),
        EG_OK);
    return value;
}

Test(rows, choose_by_what_the_settings_say)
{
    struct eg_plant_setting two[] = {fact("size", "", "small"), fact("cleaned", "co", "no")};

    cr_assert_eq(choose_law(two, 2, NULL, 0, NULL), EG_OK);
    cr_expect_str_eq(law_value(0, "nox", "s1")->value, "200");
    cr_expect_str_eq(law_value(0, "nox", "s1")->citation, "a");
    cr_expect_null(law_value(0, "co", NULL), "its only row does not fit");
    cr_expect_null(law_value(0, "hcl", NULL), "no row");
    cr_expect_null(law_value(1, "co", NULL));
    done_law();
    two[0].word = S("large");
    two[1].word = S("yes");
    cr_assert_eq(choose_law(two, 2, NULL, 0, NULL), EG_OK);
    cr_expect_str_eq(law_value(0, "nox", NULL)->value, "150");
    cr_expect_str_eq(law_value(0, "co", NULL)->value, "50");
    cr_expect_str_eq(law_value(1, "co", NULL)->value, "100");
    done_law();
}
Test(rows, ask_for_the_setting_that_decides)
{
    struct eg_plant_setting one = fact("size", "", "small");
    const struct eg_parameter_value *value = NULL;
    struct eg_error err = {0};

    cr_assert_eq(choose_law(&one, 1, NULL, 0, NULL), EG_OK, "nobody asks for co yet");
    cr_expect_eq(eg_parameters_find(&value, &law_values, &computed[0], "co", NULL, &err),
                 EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, "cleaned (yes, no) for co"), "%s", err.text);
    cr_expect_not_null(strstr(err.where, "settings of gt, org.p"), "%s", err.where);
    cr_expect_eq(eg_parameters_find(&value, &law_values, &computed[1], "co", NULL, NULL),
                 EG_E_DENIED);
    cr_expect_null(eg_parameters_value(&law_values, "limit", "co"));
    done_law();
}
Test(formulas, are_computed_in_decimals)
{
    struct eg_plant_setting one = fact("size", "", "large");

    cr_assert_eq(choose_law(&one, 1, NULL, 0, NULL), EG_OK);
    const struct eg_parameter_value *value = law_value(1, "hg", "s1");
    cr_expect_str_eq(value->value, "0.06");
    cr_expect_eq(value->number, 0.06);
    cr_expect_eq(value->place, 2);
    cr_expect_eq(value->origin, EG_ORIGIN_COMPUTED);
    cr_expect_str_eq(value->citation, "Annex 5");
    value = law_value(3, "hg", NULL);
    cr_expect_str_eq(value->value, "0.012");
    cr_expect_eq(value->place, 2, "of the parameter that has most, not of what arithmetic adds");
    cr_expect_str_eq(law_value(3, "nox", NULL)->value, "30");
    cr_expect_null(law_value(3, "dust", NULL), "there is no limit");
    done_law();
}
Test(formulas, follow_permits)
{
    struct eg_plant_setting one = fact("size", "", "large");
    struct eg_plant_parameter two[] = {entry("limit", "nox", "s1", "99.5", "mg/m3"),
                                       entry("double", "hg", "", "0.05", "mg/m3")};

    cr_assert_eq(choose_law(&one, 1, two, 2, NULL), EG_OK);
    cr_expect_str_eq(law_value(1, "nox", "s1")->value, "199.0");
    cr_expect_eq(law_value(1, "nox", "s1")->number, 199);
    cr_expect_str_eq(law_value(1, "nox", "s2")->value, "300");
    cr_expect_str_eq(law_value(3, "nox", "s1")->value, "19.9");
    cr_expect_str_eq(law_value(1, "hg", "s1")->value, "0.05");
    cr_expect_eq(law_value(1, "hg", "s1")->origin, EG_ORIGIN_PERMIT);
    done_law();
}
Test(formulas, bound_permits_by_what_the_package_itself_gives)
{
    struct eg_plant_setting one = fact("size", "", "large");
    struct eg_plant_parameter two[] = {entry("double", "nox", "", "301", "mg/m3"),
                                       entry("limit", "nox", "", "151", "mg/m3")};
    struct eg_error err = {0};

    cr_expect_eq(choose_law(&one, 1, two, 1, &err), EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, "laxer"), "%s", err.text);
    done_law();
    cr_expect_eq(choose_law(&one, 1, two + 1, 1, &err), EG_E_DENIED);
    done_law();
    two[0].value = S("300");
    two[1].value = S("100");
    cr_expect_eq(choose_law(&one, 1, two, 2, &err), EG_OK, "%s", err.text);
    done_law();
}
Test(formulas, stand_in_the_text_as_computed)
{
    struct eg_plant_setting one = fact("size", "", "large");
    struct eg_buf text;

    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(choose_law(&one, 1, NULL, 0, NULL), EG_OK);
    cr_assert_eq(eg_parameters_text(&text, &law_values, NULL), EG_OK);
    cr_expect_not_null(strstr((const char *)text.data,
                              "parameter double\ncomponent hg\nvalue 0.06 mg/m3\n"
                              "origin computed\ncitation Annex 5\n"),
                       "%s", text.data);
    cr_expect_null(strstr((const char *)text.data, "component co"), "it has no value");
    eg_buf_done(&text);
    done_law();
}
Test(formulas, tell_the_components_that_have_a_value)
{
    const char *const *components = NULL;

    cr_assert_eq(eg_parameter_rules_compile(&law_rules, &law, NULL), EG_OK);
    cr_expect_eq(eg_parameter_components(&components, law_rules, &computed[0]), 3);
    cr_assert_eq(eg_parameter_components(&components, law_rules, &computed[3]), 2);
    cr_expect_str_eq(components[0], "nox");
    cr_expect_str_eq(components[1], "hg");
    eg_parameter_rules_free(&law_rules);
}

/* ---- what is refused when a package is loaded ---------------------------------------------- */

static void rules_refused(struct eg_parameter *list, size_t count, enum eg_status expected,
                          const char *part)
{
    struct eg_package bad = law;
    struct eg_parameter_rules *rules = NULL;
    struct eg_error err = {0};

    bad.parameters = list;
    bad.parameter_count = count;
    cr_expect_eq(eg_parameter_rules_compile(&rules, &bad, &err), expected, "%s", part);
    cr_expect_not_null(strstr(err.text, part), "%s: %s", part, err.text);
    cr_expect_null(rules);
}

static void formula_refused(const char *formula, const char *part)
{
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .value = S("50"), .source = S("a")},
        {.name = S("share"), .unit = S("%"), .value = S("5"), .source = S("a")},
        {.name = S("kind"), .unit = S("word"), .value = S("plain"), .source = S("a")},
        {.name = S("odd"), .unit = S("barrel"), .value = S("5"), .source = S("a")},
        {.name = S("made"), .unit = S("mg/m3"), .is = S(formula), .source = S("a")},
        {.name = S("later"), .unit = S("mg/m3"), .value = S("5"), .source = S("a")},
    };
    rules_refused(list, 6, EG_E_FORMAT, part);
}

static void condition_refused(const char *when, const char *part)
{
    struct eg_parameter_row one[] = {{.when = S(when), .value = S("5"), .source = S("a")},
                                     {.value = S("6"), .source = S("b")}};
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = one, .row_count = 2}};
    rules_refused(list, 1, EG_E_FORMAT, part);
}

Test(formulas, refuse_units_that_differ)
{
    formula_refused("$limit + $share", "EA-UNIT");
    formula_refused("$limit * $share", "EA-UNIT");
    formula_refused("max($limit, $share)", "EA-UNIT");
    formula_refused("percent-of($limit, $limit)", "EA-UNIT");
    formula_refused("2", "EA-UNIT");
    formula_refused("$limit / $limit", "EA-UNIT");
    formula_refused("$odd", "EA-UNIT");
}
Test(formulas, refuse_names_that_are_not_theirs)
{
    formula_refused("$gone", "EA-PARAM");
    formula_refused("$later", "EA-NAME");
    formula_refused("$made", "EA-NAME");
    formula_refused("limit", "EA-NAME");
    formula_refused("2 * limit", "EA-NAME");
}
Test(formulas, refuse_words_and_functions_that_are_not_exact)
{
    formula_refused("$kind", "EA-KIND");
    formula_refused("reference-oxygen($limit, $share, $share)", "EA-KIND");
    formula_refused("last($limit)", "EA-");
}
Test(formulas, refuse_numbers_of_another_form)
{
    formula_refused("1e2 * $limit", "EA-");
    formula_refused("1234567890123456 * $limit", "EA-NUM");
    formula_refused("2 *", "EA-");
}
Test(formulas, of_words_are_refused)
{
    struct eg_parameter list[] = {
        {.name = S("kind"), .unit = S("word"), .is = S("2"), .source = S("a")}};
    rules_refused(list, 1, EG_E_FORMAT, "EA-KIND");
}
Test(formulas, that_divide_by_zero_stop_the_judgement)
{
    struct eg_parameter list[] = {
        {.name = S("none"), .unit = S("1"), .value = S("0"), .source = S("a")},
        {.name = S("made"), .unit = S("1"), .is = S("1 / $none"), .source = S("a")}};
    const struct eg_package bad = {
        .ref = {.id = "org.p"}, .parameters = list, .parameter_count = 2};
    struct eg_parameter_values values = {.list = NULL};
    struct eg_parameter_rules *rules = NULL;
    struct eg_error err = {0};

    cr_assert_eq(eg_parameter_rules_compile(&rules, &bad, NULL), EG_OK);
    cr_expect_eq(eg_parameters_choose(&values, rules, NULL, "", "", &err), EG_E_DENIED);
    cr_expect_not_null(strstr(err.text, "EA-NUM"), "%s", err.text);
    eg_parameter_rules_free(&rules);
}
Test(rows, refuse_conditions_over_anything_but_settings)
{
    condition_refused("colour is red", "EA-NAME");
    condition_refused("size is medium", "EA-WORD");
    condition_refused("size is one of small, medium", "EA-WORD");
    condition_refused("5 exceeds 4", "EA-KIND");
    condition_refused("size has a number", "EA-KIND");
    condition_refused("$limit is small", "EA-NAME");
    condition_refused("size", "EA-KIND");
    condition_refused("size is small and", "EA-");
    condition_refused("status of size is valid", "EA-KIND");
}
Test(rows, refuse_one_that_can_never_match)
{
    condition_refused("size is small and size is large", "EA-PARAM");
    struct eg_parameter_row shadowed[] = {
        {.when = S("size is small"), .value = S("5"), .source = S("a")},
        {.component = S("nox"), .when = S("size is large"), .value = S("6"), .source = S("b")},
        {.component = S("nox"), .value = S("7"), .source = S("c")}};
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = shadowed, .row_count = 3}};
    rules_refused(list, 1, EG_E_FORMAT, "row 3 can never match");
}
Test(rows, refuse_two_for_the_same)
{
    struct eg_parameter_row twice[] = {
        {.component = S("nox"), .when = S("size is small"), .value = S("5"), .source = S("a")},
        {.component = S("nox"), .when = S("size is small"), .value = S("6"), .source = S("b")}};
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = twice, .row_count = 2}};
    rules_refused(list, 1, EG_E_FORMAT, "rows 1 and 2 are for the same");
}
Test(rows, refuse_more_combinations_than_can_be_tried)
{
    static char *many_words[20];
    static struct eg_setting many[4];
    static char names[4][4] = {"sa", "sb", "sc", "sd"};
    static char texts[20][4];
    struct eg_parameter_row one[] = {{.when = S("sa is a and sb is a and sc is a and sd is a"),
                                      .value = S("5"),
                                      .source = S("a")}};
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = one, .row_count = 1}};
    struct eg_package bad = {
        .settings = many, .setting_count = 4, .parameters = list, .parameter_count = 1};
    struct eg_parameter_rules *rules = NULL;
    struct eg_error err = {0};

    for (int i = 0; i < 20; i++) {
        texts[i][0] = (char)('a' + i);
        many_words[i] = texts[i];
    }
    for (int i = 0; i < 4; i++) {
        many[i] = (struct eg_setting){.name = names[i], .words = many_words, .word_count = 20};
    }
    cr_expect_eq(eg_parameter_rules_compile(&rules, &bad, &err), EG_E_LIMIT);
    cr_expect_not_null(strstr(err.text, "EA-LIMIT"), "%s", err.text);
}
Test(rows, that_are_long_combinations_are_reached)
{
    struct eg_parameter_row some[] = {
        {.when = S("not size is small and (cleaned is yes or cleaned is no)"),
         .value = S("5"),
         .source = S("a")},
        {.when = S("size is one of small, large"), .value = S("6"), .source = S("b")}};
    struct eg_parameter list[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = some, .row_count = 2}};
    struct eg_package good = law;
    struct eg_parameter_rules *rules = NULL;
    struct eg_error err = {0};

    good.parameters = list;
    good.parameter_count = 1;
    cr_expect_eq(eg_parameter_rules_compile(&rules, &good, &err), EG_OK, "%s", err.text);
    eg_parameter_rules_free(&rules);
}
