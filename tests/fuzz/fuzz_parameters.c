/*
 * Any octets as a formula (first line) and a row's condition (the rest) of a package: refused, or
 * computed for a plant to a value that reads back, and never laxer than its bound.
 */
#include "assess/package/parameters.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define S(text) ((char *)(text))

static void try_values(const struct eg_parameter_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        double number = 0;
        if (value->value != NULL && value->origin != EG_ORIGIN_COMPUTED &&
            !eg_number_read(eg_bytes_of(value->value), &number)) {
            abort();
        }
        if (value->value != NULL &&
            !(eg_number_xpath(eg_bytes_of(value->value)) == value->number)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t len = end != NULL ? (size_t)(end - data) : size;
    char *formula = eg_bytes_dup((struct eg_bytes){data, len});
    char *when = eg_bytes_dup((struct eg_bytes){data + len, size - len});
    char *words[] = {S("small"), S("large")};
    struct eg_setting setting = {
        .name = S("size"), .words = words, .word_count = 2, .source = S("a")};
    struct eg_parameter_row rows[] = {{.when = when, .value = S("50"), .source = S("a")},
                                      {.component = S("hg"), .value = S("0.03"), .source = S("b")}};
    struct eg_parameter parameters[] = {
        {.name = S("limit"), .unit = S("mg/m3"), .rows = rows, .row_count = 2},
        {.name = S("share"), .unit = S("%"), .value = S("12.5"), .source = S("c")},
        {.name = S("made"), .unit = S("mg/m3"), .is = formula, .source = S("d")}};
    const struct eg_package package = {.ref = {.id = "org.p"},
                                       .settings = &setting,
                                       .setting_count = 1,
                                       .parameters = parameters,
                                       .parameter_count = 3};
    struct eg_plant_setting fact = {
        .package = S("org.p"), .name = S("size"), .component = S(""), .word = S("large")};
    const struct eg_plant plant = {.id = S("p"), .settings = &fact, .setting_count = 1};
    struct eg_parameter_values values = {.list = NULL};
    struct eg_parameter_rules *rules = NULL;

    if (formula != NULL && when != NULL &&
        eg_parameter_rules_compile(&rules, &package, NULL) == EG_OK &&
        eg_parameters_choose(&values, rules, &plant, "2026-01-01", "2026-01-01", NULL) == EG_OK) {
        try_values(&values);
    }
    eg_parameters_done(&values);
    eg_parameter_rules_free(&rules);
    free(formula);
    free(when);
    return 0;
}
