/*
 * Two stacks of one plant: what the directory says of a source, of a component and of days.
 */
#include "assess/package/parameters.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S(text) ((char *)(text))

static char *fuel_words[] = {S("gas"), S("oil")};
static char *cleaned_words[] = {S("yes"), S("no")};
static struct eg_setting settings[] = {
    {.name = S("fuel"), .words = fuel_words, .word_count = 2, .source = S("Article 1")},
    {.name = S("cleaned"),
     .words = cleaned_words,
     .word_count = 2,
     .per_component = true,
     .source = S("Article 2")},
};
static struct eg_parameter_row limit_rows[] = {
    {.component = S("NOx"), .when = S("fuel is gas"), .value = S("50"), .source = S("a")},
    {.component = S("NOx"), .value = S("150"), .source = S("b")},
    {.component = S("dust"), .when = S("fuel is oil"), .value = S("20"), .source = S("c")},
    {.component = S("CO"), .when = S("cleaned is yes"), .value = S("30"), .source = S("d")},
};
/* Its row is for every component, and looks at what a source burns. */
static struct eg_parameter_row every_rows[] = {
    {.when = S("fuel is gas"), .value = S("100"), .source = S("a")},
    {.value = S("300"), .source = S("b")}};
static struct eg_parameter parameters[] = {
    {.name = S("limit"),
     .unit = S("mg/m3"),
     .may_override = true,
     .min = S("1"),
     .max = S("1000"),
     .rows = limit_rows,
     .row_count = 4},
    {.name = S("double"), .unit = S("mg/m3"), .is = S("2 * $limit"), .source = S("e")},
    {.name = S("load-min"),
     .unit = S("%"),
     .value = S("70"),
     .may_override = true,
     .min = S("1"),
     .max = S("100"),
     .source = S("f")},
    {.name = S("ceiling"),
     .unit = S("mg/m3"),
     .may_override = true,
     .min = S("1"),
     .max = S("1000"),
     .rows = every_rows,
     .row_count = 2},
};
static const struct eg_package package = {.ref = {.id = "org.p", .version = "1.0.0"},
                                          .settings = settings,
                                          .setting_count = 2,
                                          .parameters = parameters,
                                          .parameter_count = 4};

/* One choosing; period and plant are set by each test. */
static struct {
    struct eg_plant_setting facts[8];
    struct eg_plant_parameter permits[8];
    struct eg_plant plant;
    const char *from, *until;
    struct eg_parameter_rules *rules;
    struct eg_parameter_values values;
    struct eg_error err;
} the;

static void tear_down(void)
{
    eg_parameters_done(&the.values);
    eg_parameter_rules_free(&the.rules);
}

TestSuite(parameters_dated, .fini = tear_down);

static void begin(const char *from, const char *until)
{
    the.plant = (struct eg_plant){.id = S("hw"), .settings = the.facts, .parameters = the.permits};
    the.from = from;
    the.until = until;
}

static struct eg_plant_setting *state(const char *name, const char *source, const char *component,
                                      const char *word)
{
    struct eg_plant_setting *fact = &the.facts[the.plant.setting_count++];

    *fact = (struct eg_plant_setting){.package = S("org.p"),
                                      .name = S(name),
                                      .component = S(component),
                                      .source = S(source),
                                      .word = S(word),
                                      .citation = S("Permit 1")};
    return fact;
}

static struct eg_plant_parameter *permit(const char *name, const char *source,
                                         const char *component, const char *value)
{
    struct eg_plant_parameter *made = &the.permits[the.plant.parameter_count++];

    *made = (struct eg_plant_parameter){.package = S("org.p"),
                                        .name = S(name),
                                        .component = S(component),
                                        .source = S(source),
                                        .value = S(value),
                                        .unit = strcmp(name, "load-min") == 0 ? S("%") : S("mg/m3"),
                                        .citation = S("Permit 2")};
    return made;
}

static enum eg_status choose(void)
{
    eg_parameters_done(&the.values);
    if (the.rules == NULL) {
        cr_assert_eq(eg_parameter_rules_compile(&the.rules, &package, &the.err), EG_OK, "%s",
                     the.err.text);
    }
    return eg_parameters_choose(&the.values, the.rules, &the.plant, the.from, the.until, &the.err);
}

static void chosen(void)
{
    cr_assert_eq(choose(), EG_OK, "%s: %s", the.err.where, the.err.text);
}

static void denied(const char *part)
{
    cr_expect_eq(choose(), EG_E_DENIED, "%s", part);
    cr_expect_not_null(strstr(the.err.text, part), "%s", the.err.text);
}

/* The word of a setting; "missing". */
static const char *word(size_t setting, const char *source, const char *component)
{
    const struct eg_setting_value *value = NULL;

    return eg_settings_find(&value, &the.values, &settings[setting], component, source, &the.err) ==
                   EG_OK
               ? value->word
               : "missing";
}

/* The value of a parameter; "none", or "missing" for want of a setting. */
static const char *value(size_t parameter, const char *source, const char *component)
{
    const struct eg_parameter_value *found = NULL;
    enum eg_status status = eg_parameters_find(&found, &the.values, &parameters[parameter],
                                               component, source, &the.err);

    return status != EG_OK ? "missing" : found != NULL ? found->value : "none";
}

Test(parameters_dated, take_rows_by_what_burns_in_a_source)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "K1", "", "gas");
    state("fuel", "K2", "", "oil");
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "50");
    cr_expect_str_eq(value(0, "K2", "NOx"), "150");
    cr_expect_str_eq(value(0, "K1", "dust"), "none", "`having` asks so");
    cr_expect_str_eq(value(0, "K2", "dust"), "20");
    cr_expect_str_eq(value(1, "K1", "NOx"), "100", "computed from that of the source");
    cr_expect_str_eq(value(1, "K2", "NOx"), "300");
    cr_expect_str_eq(value(1, "K1", "dust"), "none");
}
Test(parameters_dated, miss_the_setting_of_a_source_only_there)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "K1", "", "gas");
    chosen();
    cr_expect_str_eq(word(0, "K1", NULL), "gas");
    cr_expect_str_eq(word(0, "K2", NULL), "missing");
    cr_expect_not_null(strstr(the.err.text, "1 setting of hw for org.p: fuel (gas, oil) of K2"),
                       "%s", the.err.text);
    cr_expect_str_eq(value(0, "K2", "NOx"), "missing");
    cr_expect_str_eq(value(1, "K2", "NOx"), "missing");
    cr_expect_str_eq(value(0, NULL, "NOx"), "missing");
}
Test(parameters_dated, take_the_plants_word_where_a_source_has_none)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "", "", "oil");
    state("fuel", "K1", "", "gas");
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "50");
    cr_expect_str_eq(value(0, "K2", "NOx"), "150");
    cr_expect_str_eq(value(0, NULL, "NOx"), "150");
}
Test(parameters_dated, take_the_most_specific_word)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "", "", "gas");
    state("cleaned", "", "", "no");
    state("cleaned", "", "NOx", "yes");
    state("cleaned", "", "CO", "yes");
    state("cleaned", "K1", "", "no");
    state("cleaned", "K1", "CO", "yes");
    chosen();
    cr_expect_str_eq(word(1, "K1", "CO"), "yes", "source and component");
    cr_expect_str_eq(word(1, "K1", "NOx"), "no", "source before component");
    cr_expect_str_eq(word(1, "K2", "NOx"), "yes", "component");
    cr_expect_str_eq(word(1, "K2", "dust"), "no", "plant");
    cr_expect_str_eq(value(0, "K1", "CO"), "30");
    the.facts[5].word = S("no");
    chosen();
    cr_expect_str_eq(value(0, "K1", "CO"), "none");
    cr_expect_str_eq(value(0, "K2", "CO"), "30");
}
Test(parameters_dated, follow_a_change_from_one_day_to_the_next)
{
    begin("2026-03-14", "2026-03-14");
    memcpy(state("fuel", "K1", "", "gas")->until, "2026-03-14", 11);
    memcpy(state("fuel", "K1", "", "oil")->from, "2026-03-15", 11);
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "50");
    the.from = the.until = "2026-03-15";
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "150");
}
Test(parameters_dated, refuse_a_change_within_the_period_and_name_both)
{
    begin("2026-03-01", "2026-03-31");
    memcpy(state("fuel", "K1", "", "gas")->until, "2026-03-14", 11);
    memcpy(state("fuel", "K1", "", "oil")->from, "2026-03-15", 11);
    denied("fuel of K1 changes within the period: gas on 2026-03-01 (Permit 1) and oil on "
           "2026-03-31 (Permit 1)");
}
Test(parameters_dated, refuse_a_change_to_the_plants_word)
{
    begin("2026-03-01", "2026-03-31");
    state("fuel", "", "", "oil");
    memcpy(state("fuel", "K1", "", "gas")->until, "2026-03-14", 11);
    denied("fuel of K1 changes within the period: gas on 2026-03-01 (Permit 1) and oil on "
           "2026-03-31");
}
Test(parameters_dated, refuse_a_change_in_the_midst_that_goes_back)
{
    begin("2026-03-01", "2026-03-31");
    state("fuel", "", "", "oil");
    struct eg_plant_setting *fact = state("fuel", "K1", "", "gas");
    memcpy(fact->from, "2026-03-10", 11);
    memcpy(fact->until, "2026-03-12", 11);
    denied("gas on 2026-03-10 (Permit 1) and oil on 2026-03-31");
    the.until = "2026-03-09";
    chosen();
    the.from = "2026-03-13", the.until = "2026-03-31";
    chosen();
}
Test(parameters_dated, refuse_a_gap_within_the_period)
{
    begin("2026-03-01", "2026-03-31");
    memcpy(state("fuel", "", "", "gas")->until, "2026-03-14", 11);
    memcpy(state("fuel", "", "", "gas")->from, "2026-03-16", 11);
    denied("no word on 2026-03-15 and gas on 2026-03-31");
}
Test(parameters_dated, take_a_renewal_with_the_same_word)
{
    const struct eg_setting_value *found = NULL;

    begin("2026-03-01", "2026-03-31");
    memcpy(state("fuel", "K1", "", "gas")->until, "2026-03-14", 11);
    memcpy(state("fuel", "K1", "", "gas")->from, "2026-03-15", 11);
    the.facts[1].citation = S("Permit 9");
    chosen();
    cr_assert_eq(eg_settings_find(&found, &the.values, &settings[0], NULL, "K1", NULL), EG_OK);
    cr_expect_str_eq(found->citation, "Permit 9", "of the last day");
}
Test(parameters_dated, refuse_a_change_where_source_and_component_meet)
{
    begin("2026-03-01", "2026-03-31");
    state("fuel", "", "", "gas");
    state("cleaned", "", "", "no");
    state("cleaned", "", "NOx", "yes");
    memcpy(state("cleaned", "K1", "", "no")->from, "2026-03-15", 11);
    denied(
        "cleaned for NOx of K1 changes within the period: yes on 2026-03-01 (Permit 1) and no on "
        "2026-03-31");
}
Test(parameters_dated, refuse_two_words_of_one_day)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "K1", "", "gas");
    state("fuel", "K1", "", "gas");
    denied("two entries state the same setting");
    memcpy(the.facts[1].from, "2026-03-02", 11);
    chosen();
}
Test(parameters_dated, refuse_words_that_are_none_at_a_source_too)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "K1", "", "peat");
    denied("EA-WORD");
    the.facts[0].word = S("gas");
    the.facts[0].component = S("NOx");
    denied("not one of components");
}
Test(parameters_dated, take_permits_of_a_source)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "", "", "gas");
    permit("limit", "K1", "NOx", "40");
    permit("limit", "", "NOx", "45");
    permit("load-min", "K2", "", "60");
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "40");
    cr_expect_str_eq(value(0, "K2", "NOx"), "45");
    cr_expect_str_eq(value(1, "K1", "NOx"), "80");
    cr_expect_str_eq(value(2, "K2", NULL), "60");
    cr_expect_str_eq(value(2, "K1", NULL), "70");
    permit("load-min", "", "NOx", "60");
    denied("one value for all components");
}
Test(parameters_dated, take_a_permit_of_the_source_before_one_of_the_component)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "", "", "gas");
    permit("limit", "K1", "", "40");
    permit("limit", "", "NOx", "45");
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "40");
    the.plant.component_first = true;
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "45", "as a directory 1 was read");
}
Test(parameters_dated, take_a_permit_of_a_component_before_the_packages_value_for_a_source)
{
    begin("2026-03-01", "2026-03-01");
    state("fuel", "K1", "", "gas");
    state("fuel", "K2", "", "oil");
    permit("ceiling", "", "Hg", "50");
    chosen();
    cr_expect_str_eq(value(3, "K1", "Hg"), "50");
    cr_expect_str_eq(value(3, "K2", "Hg"), "50");
    cr_expect_str_eq(value(3, "K1", "NOx"), "100");
    cr_expect_str_eq(value(3, "K2", "NOx"), "300");
    permit("ceiling", "K2", "", "60");
    chosen();
    cr_expect_str_eq(value(3, "K2", "Hg"), "60", "source before component");
    cr_expect_str_eq(value(3, "K1", "Hg"), "50");
    cr_expect_str_eq(value(3, "K2", "NOx"), "60");
}
Test(parameters_dated, refuse_a_permit_that_changes_within_the_period)
{
    begin("2026-03-01", "2026-03-31");
    state("fuel", "", "", "gas");
    memcpy(permit("limit", "K1", "NOx", "40")->until, "2026-03-14", 11);
    memcpy(permit("limit", "K1", "NOx", "45")->from, "2026-03-15", 11);
    denied("it changes within the period: 40 on 2026-03-01 (Permit 2) and 45 on 2026-03-31 "
           "(Permit 2)");
    the.permits[1].value = S("40");
    chosen();
    cr_expect_str_eq(value(0, "K1", "NOx"), "40");
}
Test(parameters_dated, stand_in_the_text_with_their_source)
{
    static const char begin_text[] =
        "emgate parameters 1\nsetting fuel\nsource K1\nword gas\ncitation Permit 1\n"
        "setting fuel\nword oil\ncitation Permit 1\nparameter limit\ncomponent NOx\nsource K1\n"
        "value 50 mg/m3\norigin package\ncitation a\n";
    struct eg_buf text;

    begin("2026-03-01", "2026-03-01");
    state("fuel", "", "", "oil");
    state("fuel", "K1", "", "gas");
    chosen();
    eg_buf_init(&text, EG_MIB);
    cr_assert_eq(eg_parameters_text(&text, &the.values, NULL), EG_OK);
    cr_expect_eq(strncmp((const char *)text.data, begin_text, strlen(begin_text)), 0, "%s",
                 text.data);
    eg_buf_done(&text);
}

/* ---- against the order of places, asked one by one ------------------------------------------ */

static const char *const all_sources[] = {"K1", "K2", ""};
static const char *const all_components[] = {"NOx", "CO", "dust", ""};
static unsigned seed = 1;

static unsigned draw(unsigned below)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16) % below;
}

/* The entry of the first place in the order that has one: of the settings, or of the permits. */
static const char *stated(bool setting, const char *name, const char *source, const char *component)
{
    const char *const places[4][2] = {{source, component}, {source, ""}, {"", component}, {"", ""}};
    size_t count = setting ? the.plant.setting_count : the.plant.parameter_count;

    for (size_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < count; i++) {
            const struct eg_plant_setting *fact = &the.facts[i];
            const struct eg_plant_parameter *entry = &the.permits[i];
            if (strcmp(setting ? fact->name : entry->name, name) == 0 &&
                strcmp(setting ? fact->source : entry->source, places[p][0]) == 0 &&
                strcmp(setting ? fact->component : entry->component, places[p][1]) == 0) {
                return setting ? fact->word : entry->value;
            }
        }
    }
    return NULL;
}

static const char *expected_limit(const char *source, const char *component)
{
    const char *permitted = stated(false, "limit", source, component);
    const char *fuel = stated(true, "fuel", source, component);
    const char *cleaned = stated(true, "cleaned", source, component);

    if (permitted != NULL) {
        return permitted;
    }
    if (strcmp(component, "CO") == 0) {
        return cleaned == NULL ? "missing" : strcmp(cleaned, "yes") == 0 ? "30" : "none";
    }
    if (fuel == NULL) {
        return "missing";
    }
    if (strcmp(component, "NOx") == 0) {
        return strcmp(fuel, "gas") == 0 ? "50" : "150";
    }
    return strcmp(fuel, "oil") == 0 ? "20" : "none";
}

static const char *expected_ceiling(const char *source, const char *component)
{
    const char *permitted = stated(false, "ceiling", source, component);
    const char *fuel = stated(true, "fuel", source, component);

    return permitted != NULL          ? permitted
           : fuel == NULL             ? "missing"
           : strcmp(fuel, "gas") == 0 ? "100"
                                      : "300";
}

/* Twice the limit, as its text; what the limit lacks, it lacks. */
static const char *expected_double(const char *source, const char *component)
{
    static char twice[16];
    const char *limit = expected_limit(source, component);

    if (strcmp(limit, "missing") == 0 || strcmp(limit, "none") == 0) {
        return limit;
    }
    (void)snprintf(twice, sizeof twice, "%ld", 2 * strtol(limit, NULL, 10));
    return twice;
}

/* Up to four settings and three permits at places that are drawn, none twice. */
static void state_at_random(void)
{
    static const char *const values[] = {"11", "22", "33", "44"};
    unsigned settings_left = 1 + draw(4), permits_left = draw(4);

    while (settings_left-- > 0) {
        bool fuel = draw(2) == 0;
        const char *source = all_sources[draw(3)], *component = fuel ? "" : all_components[draw(4)];
        const char *said = fuel ? fuel_words[draw(2)] : cleaned_words[draw(2)];
        state(fuel ? "fuel" : "cleaned", source, component, said);
        struct eg_plant_setting *last = &the.facts[the.plant.setting_count - 1];
        for (struct eg_plant_setting *fact = the.facts; fact < last; fact++) {
            if (strcmp(fact->name, last->name) == 0 && strcmp(fact->source, source) == 0 &&
                strcmp(fact->component, component) == 0) {
                the.plant.setting_count--;
                break;
            }
        }
    }
    while (permits_left-- > 0) {
        const char *name = draw(2) == 0 ? "limit" : "ceiling";
        const char *source = all_sources[draw(3)], *component = all_components[draw(4)];
        permit(name, source, component, values[draw(4)]);
        struct eg_plant_parameter *last = &the.permits[the.plant.parameter_count - 1];
        for (struct eg_plant_parameter *entry = the.permits; entry < last; entry++) {
            if (strcmp(entry->name, name) == 0 && strcmp(entry->source, source) == 0 &&
                strcmp(entry->component, component) == 0) {
                the.plant.parameter_count--;
                break;
            }
        }
    }
}

Test(parameters_dated, are_those_of_the_most_specific_place_wherever_entries_are)
{
    size_t compared = 0;

    for (int round = 0; round < 3000; round++) {
        begin("2026-03-01", "2026-03-01");
        state_at_random();
        if (choose() != EG_OK) {
            cr_expect_null(stated(true, "fuel", "K1", ""), "only a plant without any fuel");
            continue;
        }
        for (size_t s = 0; s < 2; s++) {
            for (size_t k = 0; k < 3; k++) {
                const char *source = all_sources[s], *component = all_components[k];
                const char *said = stated(true, "cleaned", source, component);
                cr_assert_str_eq(word(1, source, component), said != NULL ? said : "missing",
                                 "round %d, %s %s", round, source, component);
                cr_assert_str_eq(value(0, source, component), expected_limit(source, component),
                                 "round %d, limit of %s %s", round, source, component);
                cr_assert_str_eq(value(1, source, component), expected_double(source, component),
                                 "round %d, double of %s %s", round, source, component);
                cr_assert_str_eq(value(3, source, component), expected_ceiling(source, component),
                                 "round %d, ceiling of %s %s", round, source, component);
                compared++;
            }
        }
    }
    cr_expect_gt(compared, 3000);
}
