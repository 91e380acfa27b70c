/*
 * Why this file exists: conditions and formulas of parameters are read when a package is loaded, so
 * that a report meets none that is doubtful.
 *
 * Conditions:
 *   1 a row's condition looks at settings of the package only, and at declared words of them
 *   2 every row can match: under some words of the settings it is the first that fits
 *   3 a formula names numbers and parameters declared before it, and functions that are exact;
 *     units agree, and the result has the unit of the parameter
 */
#include "assess/package/parameters_inside.h"

#include "base/error.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX (4 * EG_MIB)

/* One parameter on its way. */
struct parser {
    struct eg_parameter_rules *rules;
    const struct eg_package *package;
    const struct eg_parameter *parameter;
    struct eg_parameter_rule *rule;
    size_t index;
    char where[EG_ERROR_WHERE_MAX];
    struct eg_error *err;
    /* of a walk */
    enum eg_status status;
};

__attribute__((format(printf, 2, 3))) static enum eg_status fault(struct parser *parser,
                                                                  const char *format, ...)
{
    char text[EG_ERROR_TEXT_MAX] = "";
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    parser->status = eg_error_set(parser->err, EG_E_FORMAT, parser->where, "%s", text);
    return parser->status;
}

static enum eg_status full(struct parser *parser)
{
    return eg_arena_refused(&parser->rules->arena, parser->where, parser->err);
}

/* ---- conditions --------------------------------------------------------------------------- */

static bool declares(const struct eg_setting *setting, const char *word)
{
    for (size_t i = 0; i < setting->word_count; i++) {
        if (strcmp(setting->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* The names below an IS are looked at with it. */
static bool check_condition(const struct eg_expression *node, void *payload)
{
    struct parser *parser = payload;
    const struct eg_setting *setting = NULL;

    switch (node->kind) {
    case EG_EXPR_OR:
    case EG_EXPR_AND:
    case EG_EXPR_NOT:
    case EG_EXPR_NAME:
        return true;
    case EG_EXPR_IS:
        break;
    default:
        (void)fault(parser, "EA-KIND: column %u: a row asks only which word a setting is",
                    node->column);
        return false;
    }
    if (node->args[0]->kind == EG_EXPR_NAME) {
        setting = eg_setting_named(parser->package, node->args[0]->text);
    }
    if (setting == NULL) {
        (void)fault(parser, "EA-NAME: column %u: '%.60s' is no setting of the package",
                    node->column, node->args[0]->text);
        return false;
    }
    for (size_t i = 0; i < node->word_count; i++) {
        if (!declares(setting, node->words[i])) {
            (void)fault(parser, "EA-WORD: column %u: setting %.60s has no word '%.60s'",
                        node->column, setting->name, node->words[i]);
            return false;
        }
    }
    parser->rule->per_component = parser->rule->per_component || setting->per_component;
    return true;
}

static enum eg_status read_conditions(struct parser *parser)
{
    const struct eg_parameter *parameter = parser->parameter;

    parser->rule->when =
        eg_arena_array(&parser->rules->arena, parameter->row_count, sizeof *parser->rule->when);
    if (parser->rule->when == NULL) {
        return full(parser);
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        if (parameter->rows[i].when == NULL) {
            continue;
        }
        (void)snprintf(parser->where, sizeof parser->where, "package.xml parameter %.40s row %zu",
                       parameter->name, i + 1);
        enum eg_status status = eg_expression_read(&parser->rule->when[i], &parser->rules->arena,
                                                   parameter->rows[i].when, EG_FORM_CONDITION,
                                                   parser->where, parser->err);
        if (status != EG_OK) {
            return status;
        }
        if (!eg_expression_walk(parser->rule->when[i], check_condition, parser)) {
            return parser->status;
        }
    }
    return EG_OK;
}

/* ---- rows that can match ------------------------------------------------------------------ */

/* Every combination of words of the settings that the rows of one parameter look at. */
struct combinations {
    /* one for each setting */
    struct eg_setting_value *words;
    /* which of its words */
    size_t *at;
    size_t count;
    /* of each row: it is the first that fits under some */
    bool *reached;
};

static bool gather_setting(const struct eg_expression *node, void *payload)
{
    struct combinations *all = ((void **)payload)[0];
    const struct eg_package *package = ((void **)payload)[1];

    if (node->kind != EG_EXPR_IS) {
        return true;
    }
    const struct eg_setting *setting = eg_setting_named(package, node->args[0]->text);
    for (size_t i = 0; i < all->count; i++) {
        if (all->words[i].setting == setting) {
            return true;
        }
    }
    all->words[all->count++] = (struct eg_setting_value){.setting = setting};
    return true;
}

/* Mark the rows that are first to fit for their component under the words as they are. */
static void mark_reached(const struct parser *parser, struct combinations *all)
{
    const struct eg_parameter *parameter = parser->parameter;
    const struct eg_parameter_values values = {.settings = all->words, .setting_count = all->count};
    const struct eg_parameter_place place = {.values = &values};
    bool fits[EG_PARAMETER_ROWS_MAX] = {false};
    const struct eg_setting *needs = NULL;

    for (size_t i = 0; i < parameter->row_count; i++) {
        bool first = true;
        fits[i] = eg_parameter_condition(&needs, parser->package, parser->rule->when[i], &place) ==
                  EG_ANSWER_YES;
        for (size_t k = 0; k < i && first; k++) {
            const char *other = parameter->rows[k].component;
            first = !fits[k] ||
                    (other != NULL && !eg_parameter_same(other, parameter->rows[i].component));
        }
        all->reached[i] = all->reached[i] || (fits[i] && first);
    }
}

/* The next combination; false: that was the last. */
static bool turn(struct combinations *all)
{
    size_t i = 0;

    while (i < all->count && ++all->at[i] == all->words[i].setting->word_count) {
        all->at[i++] = 0;
    }
    for (size_t k = 0; k < all->count; k++) {
        all->words[k].word = all->words[k].setting->words[all->at[k]];
    }
    return i < all->count;
}

static enum eg_status tell_unreached(struct parser *parser, const struct combinations *all)
{
    const struct eg_parameter *parameter = parser->parameter;

    for (size_t i = 0; i < parameter->row_count; i++) {
        const struct eg_parameter_row *row = &parameter->rows[i];
        if (all->reached[i]) {
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            if (eg_parameter_same(parameter->rows[k].component, row->component) &&
                eg_parameter_same(parameter->rows[k].when, row->when)) {
                return fault(parser, "EA-PARAM: rows %zu and %zu are for the same; leave one out",
                             k + 1, i + 1);
            }
        }
        return fault(parser,
                     "EA-PARAM: row %zu can never match; put it above the row that always fits "
                     "before it, or mend its condition",
                     i + 1);
    }
    return EG_OK;
}

static enum eg_status check_reached(struct parser *parser)
{
    const struct eg_parameter *parameter = parser->parameter;
    struct eg_arena *arena = &parser->rules->arena;
    size_t settings = parser->package->setting_count, product = 1;
    struct combinations all = {
        .words = eg_arena_array(arena, settings, sizeof *all.words),
        .at = eg_arena_array(arena, settings, sizeof *all.at),
        .reached = eg_arena_array(arena, parameter->row_count, sizeof *all.reached)};
    void *payload[2] = {&all, (void *)parser->package};

    if (all.words == NULL || all.at == NULL || all.reached == NULL) {
        return full(parser);
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        if (parser->rule->when[i] != NULL) {
            (void)eg_expression_walk(parser->rule->when[i], gather_setting, payload);
        }
    }
    for (size_t i = 0; i < all.count && product <= EG_PARAMETER_COMBINATIONS_MAX; i++) {
        product *= all.words[i].setting->word_count;
        all.words[i].word = all.words[i].setting->words[0];
    }
    if (product > EG_PARAMETER_COMBINATIONS_MAX) {
        return eg_error_set(parser->err, EG_E_LIMIT, parser->where,
                            "EA-LIMIT: its rows look at settings with more than %d combinations",
                            EG_PARAMETER_COMBINATIONS_MAX);
    }
    do {
        mark_reached(parser, &all);
    } while (turn(&all));
    return tell_unreached(parser, &all);
}

/* ---- formulas ----------------------------------------------------------------------------- */

static enum eg_status unit_of(struct eg_unit *out, struct parser *parser,
                              const struct eg_expression *node);

static enum eg_status unit_of_parameter(struct eg_unit *out, struct parser *parser,
                                        const struct eg_expression *node)
{
    const struct eg_parameter *parameter = eg_parameter_named(parser->package, node->text);

    if (parameter == NULL) {
        return fault(parser, "EA-PARAM: column %u: there is no parameter $%.60s", node->column,
                     node->text);
    }
    if ((size_t)(parameter - parser->package->parameters) >= parser->index) {
        return fault(parser, "EA-NAME: column %u: $%.60s must stand further up in package.xml",
                     node->column, node->text);
    }
    if (eg_parameter_is_word(parameter)) {
        return fault(parser, "EA-KIND: column %u: $%.60s is a word", node->column, node->text);
    }
    if (!eg_unit_read(eg_bytes_of(parameter->unit), out)) {
        return fault(parser, "EA-UNIT: column %u: the unit of $%.60s takes part in no formula",
                     node->column, node->text);
    }
    return EG_OK;
}

static enum eg_status unit_of_call(struct eg_unit *out, struct parser *parser,
                                   const struct eg_expression *node)
{
    struct eg_unit a = eg_unit_one, b = eg_unit_one, percent = eg_unit_one;
    enum eg_status status = EG_OK;

    if (node->function != EG_FN_PERCENT_OF && node->function != EG_FN_MAX &&
        node->function != EG_FN_MIN && node->function != EG_FN_ABS) {
        return fault(parser, "EA-KIND: column %u: %s is not for parameters", node->column,
                     eg_expression_function_text(node->function));
    }
    status = unit_of(&a, parser, node->args[0]);
    if (status != EG_OK) {
        goto done;
    }
    if (node->arg_count > 1) {
        status = unit_of(&b, parser, node->args[1]);
    }

done:
    if (status != EG_OK) {
        return status;
    }
    if (node->function == EG_FN_PERCENT_OF) {
        (void)eg_unit_read(eg_bytes_of("%"), &percent);
        *out = b;
        return eg_unit_same(&a, &percent)
                   ? EG_OK
                   : fault(parser, "EA-UNIT: column %u: percent-of takes a share in %% first",
                           node->column);
    }
    *out = a.any && node->arg_count > 1 ? b : a;
    return node->arg_count == 1 || eg_unit_same(&a, &b)
               ? EG_OK
               : fault(parser, "EA-UNIT: column %u: the units differ", node->column);
}

static enum eg_status unit_of_pair(struct eg_unit *out, struct parser *parser,
                                   const struct eg_expression *node)
{
    struct eg_unit a = eg_unit_one, b = eg_unit_one;
    bool sum = node->kind == EG_EXPR_ADD || node->kind == EG_EXPR_SUBTRACT;
    bool fits = false;
    enum eg_status status = unit_of(&a, parser, node->args[0]);
    if (status != EG_OK) {
        goto done;
    }

    status = unit_of(&b, parser, node->args[1]);

done:
    if (status != EG_OK) {
        return status;
    }
    if (sum) {
        fits = eg_unit_same(&a, &b) && !eg_unit_is_offset(&a) && !eg_unit_is_offset(&b);
        *out = a.any ? b : a;
    } else {
        fits = node->kind == EG_EXPR_MULTIPLY ? eg_unit_multiply(out, &a, &b)
                                              : eg_unit_divide(out, &a, &b);
    }
    return fits ? EG_OK
                : fault(parser, "EA-UNIT: column %u: the units do not fit together", node->column);
}

static enum eg_status unit_of(struct eg_unit *out, struct parser *parser,
                              const struct eg_expression *node)
{
    switch (node->kind) {
    case EG_EXPR_NUMBER:
        *out = node->has_unit                                   ? node->unit
               : strspn(node->text, "0.") == strlen(node->text) ? eg_unit_any
                                                                : eg_unit_one;
        return EG_OK;
    case EG_EXPR_PARAMETER:
        return unit_of_parameter(out, parser, node);
    case EG_EXPR_CALL:
        return unit_of_call(out, parser, node);
    case EG_EXPR_ADD:
    case EG_EXPR_SUBTRACT:
    case EG_EXPR_MULTIPLY:
    case EG_EXPR_DIVIDE:
        return unit_of_pair(out, parser, node);
    default:
        return fault(parser, "EA-NAME: column %u: '%.60s' is no parameter; write $ before one",
                     node->column, node->text != NULL ? node->text : "");
    }
}

static enum eg_status read_formula(struct parser *parser)
{
    const struct eg_parameter *parameter = parser->parameter;
    struct eg_unit own = eg_unit_one, made = eg_unit_one;

    if (eg_parameter_is_word(parameter)) {
        return fault(parser, "EA-KIND: a word is not computed");
    }
    if (!eg_unit_read(eg_bytes_of(parameter->unit), &own)) {
        return fault(parser, "EA-UNIT: '%.60s' is no unit of formulas", parameter->unit);
    }
    EG_TRY(eg_expression_read(&parser->rule->is, &parser->rules->arena, parameter->is,
                              EG_FORM_VALUE, parser->where, parser->err));
    EG_TRY(unit_of(&made, parser, parser->rule->is));
    if (!eg_unit_same(&own, &made)) {
        return fault(parser, "EA-UNIT: the formula does not give %.60s", parameter->unit);
    }
    return EG_OK;
}

/* ---- components --------------------------------------------------------------------------- */

static bool lists(const struct eg_parameter_rule *rule, const char *component)
{
    for (size_t i = 0; i < rule->component_count; i++) {
        if (eg_parameter_same(rule->components[i], component)) {
            return true;
        }
    }
    return false;
}

static enum eg_status add_component(struct parser *parser, const char *component)
{
    struct eg_parameter_rule *rule = parser->rule;

    if (lists(rule, component)) {
        return EG_OK;
    }
    if (rule->component_count % EG_PARAMETER_ROWS_MAX == 0) {
        const char **more = eg_arena_array(
            &parser->rules->arena, rule->component_count + EG_PARAMETER_ROWS_MAX, sizeof *more);
        if (more == NULL) {
            return full(parser);
        }
        if (rule->component_count > 0) {
            memcpy(more, rule->components, rule->component_count * sizeof *more);
        }
        rule->components = more;
    }
    rule->components[rule->component_count++] = component;
    return EG_OK;
}

static bool visit_operand(const struct eg_expression *node, void *payload)
{
    struct parser *parser = payload;

    if (node->kind != EG_EXPR_PARAMETER) {
        return true;
    }
    const struct eg_parameter *operand = eg_parameter_named(parser->package, node->text);
    const struct eg_parameter_rule *rule =
        &parser->rules->list[operand - parser->package->parameters];
    for (size_t i = 0; i < rule->component_count; i++) {
        if (rule->components[i] == NULL) {
            continue;
        }
        parser->status = add_component(parser, rule->components[i]);
        if (parser->status != EG_OK) {
            return false;
        }
    }
    return true;
}

/* A component of one operand counts where every operand has a value for it. */
struct sieve {
    const struct eg_parameter_rules *rules;
    const char *component;
    bool all;
};

static bool sift(const struct eg_expression *node, void *payload)
{
    struct sieve *sieve = payload;

    if (node->kind == EG_EXPR_PARAMETER) {
        const struct eg_package *package = sieve->rules->package;
        const struct eg_parameter_rule *rule =
            &sieve->rules->list[eg_parameter_named(package, node->text) - package->parameters];
        sieve->all = sieve->all && (lists(rule, NULL) || lists(rule, sieve->component));
    }
    return true;
}

static enum eg_status gather_components(struct parser *parser)
{
    const struct eg_parameter *parameter = parser->parameter;
    struct eg_parameter_rule *rule = parser->rule;

    for (size_t i = 0; i < parameter->row_count; i++) {
        EG_TRY(add_component(parser, parameter->rows[i].component));
    }
    if (parameter->value != NULL) {
        return add_component(parser, NULL);
    }
    if (rule->is == NULL) {
        return EG_OK;
    }
    parser->status = EG_OK;
    if (!eg_expression_walk(rule->is, visit_operand, parser)) {
        return parser->status;
    }
    EG_TRY(add_component(parser, NULL));
    size_t kept = 0;
    for (size_t i = 0; i < rule->component_count; i++) {
        struct sieve sieve = {parser->rules, rule->components[i], true};
        (void)eg_expression_walk(rule->is, sift, &sieve);
        if (sieve.all) {
            rule->components[kept++] = rule->components[i];
        }
    }
    rule->component_count = kept;
    return EG_OK;
}

size_t eg_parameter_components(const char *const **out, const struct eg_parameter_rules *rules,
                               const struct eg_parameter *parameter)
{
    const struct eg_parameter_rule *rule = &rules->list[parameter - rules->package->parameters];

    *out = rule->components;
    return rule->component_count;
}

/* ---- all of them -------------------------------------------------------------------------- */

static enum eg_status read_parameter(struct parser *parser)
{
    (void)snprintf(parser->where, sizeof parser->where, "package.xml parameter %.60s",
                   parser->parameter->name);
    if (parser->parameter->is != NULL) {
        EG_TRY(read_formula(parser));
    } else if (parser->parameter->row_count > 0) {
        EG_TRY(read_conditions(parser));
        EG_TRY(check_reached(parser));
    }
    return gather_components(parser);
}

enum eg_status eg_parameter_rules_compile(struct eg_parameter_rules **out,
                                          const struct eg_package *package, struct eg_error *err)
{
    struct eg_parameter_rules *rules = calloc(1, sizeof *rules);
    enum eg_status status = EG_OK;

    if (rules == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
    }
    rules->package = package;
    eg_arena_init(&rules->arena, ARENA_MAX);
    rules->list = eg_arena_array(&rules->arena, package->parameter_count, sizeof *rules->list);
    if (rules->list == NULL) {
        status = eg_arena_refused(&rules->arena, "parameters", err);
    }
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < package->parameter_count; i++) {
        struct parser parser = {.rules = rules,
                                .package = package,
                                .parameter = &package->parameters[i],
                                .rule = &rules->list[i],
                                .index = i,
                                .err = err};
        status = read_parameter(&parser);
        if (status != EG_OK) {
            goto done;
        }
    }
    *out = rules;
    rules = NULL;

done:
    eg_parameter_rules_free(&rules);
    return status;
}

void eg_parameter_rules_free(struct eg_parameter_rules **rules)
{
    if (*rules != NULL) {
        eg_arena_done(&(*rules)->arena);
        free(*rules);
        *rules = NULL;
    }
}
