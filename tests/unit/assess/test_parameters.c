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
};
static const struct eg_package package = {
    .ref = {.id = "org.p", .version = "1.0.0"}, .parameters = parameters, .parameter_count = 3};

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
    const struct eg_plant plant = {.id = S("gt"), .parameters = entries, .parameter_count = count};
    return eg_parameters_choose(out, &package, &plant, "2026-03-01", "2026-03-31", err);
}

static void denied(struct eg_plant_parameter one, const char *part)
{
    struct eg_parameter_values values = {NULL, 0, 0};
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
    struct eg_parameter_values values = {NULL, 0, 0};
    struct eg_buf text;

    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(choose(&values, NULL, 0, NULL), EG_OK);
    cr_expect_eq(values.count, 4);
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
    struct eg_parameter_values values = {NULL, 0, 0};
    struct eg_plant_parameter one = entry("limit", "nox", "", "40", "mg/m3");

    cr_assert_eq(choose(&values, &one, 1, NULL), EG_OK);
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "nox"), "40");
    cr_expect_str_eq(eg_parameters_value(&values, "limit", "co"), "100");
    cr_expect(values.list[0].permit);
    cr_expect_str_eq(values.list[0].citation, "Permit 2");
    eg_parameters_done(&values);
}
Test(parameters, put_the_more_specific_first)
{
    struct eg_parameter_values values = {NULL, 0, 0};
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
    struct eg_parameter_values values = {NULL, 0, 0};
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
    struct eg_parameter_values values = {NULL, 0, 0};
    struct eg_plant_parameter two[] = {entry("limit", "nox", "", "40", "mg/m3"),
                                       entry("limit", "nox", "", "40", "mg/m3")};
    cr_expect_eq(choose(&values, two, 2, NULL), EG_E_DENIED);
}
