/*
 * What conditions and formulas of parameters say: conditions by Kleene's three values, because a
 * setting of a component may be missing; formulas in exact fractions, because limits are decimals.
 */
#include "assess/package/parameters_inside.h"

#include <string.h>

/* ---- conditions --------------------------------------------------------------------------- */

static enum eg_answer_value is_word(const struct eg_setting **needs,
                                    const struct eg_package *package,
                                    const struct eg_expression *node,
                                    const struct eg_parameter_place *place)
{
    const struct eg_setting *setting = eg_setting_named(package, node->args[0]->text);
    const struct eg_setting_value *value =
        eg_setting_lookup(place->values, setting, place->component, place->source);

    if (value == NULL) {
        *needs = setting;
        return EG_ANSWER_UNKNOWN;
    }
    for (size_t i = 0; i < node->word_count; i++) {
        if (strcmp(node->words[i], value->word) == 0) {
            return EG_ANSWER_YES;
        }
    }
    return EG_ANSWER_NO;
}

static enum eg_answer_value invert(enum eg_answer_value answer)
{
    return answer == EG_ANSWER_UNKNOWN ? answer
           : answer == EG_ANSWER_YES   ? EG_ANSWER_NO
                                       : EG_ANSWER_YES;
}

/* Depth is bounded by the reader of expressions. */
enum eg_answer_value eg_parameter_condition(const struct eg_setting **needs,
                                            const struct eg_package *package,
                                            const struct eg_expression *when,
                                            const struct eg_parameter_place *place)
{
    if (when == NULL) {
        return EG_ANSWER_YES;
    }
    if (when->kind == EG_EXPR_IS) {
        return is_word(needs, package, when, place);
    }
    enum eg_answer_value a = eg_parameter_condition(needs, package, when->args[0], place);
    if (when->kind == EG_EXPR_NOT) {
        return invert(a);
    }
    enum eg_answer_value b = eg_parameter_condition(needs, package, when->args[1], place);
    enum eg_answer_value decides = when->kind == EG_EXPR_AND ? EG_ANSWER_NO : EG_ANSWER_YES;
    if (a == decides || b == decides) {
        return decides;
    }
    return a == EG_ANSWER_UNKNOWN || b == EG_ANSWER_UNKNOWN ? EG_ANSWER_UNKNOWN : invert(decides);
}

static bool find_setting(const struct eg_expression *node, void *payload)
{
    return node->kind != EG_EXPR_IS || strcmp(node->args[0]->text, payload) != 0;
}

bool eg_parameter_looks_at(const struct eg_parameter_rules *rules,
                           const struct eg_parameter *parameter, const struct eg_setting *setting)
{
    const struct eg_parameter_rule *rule = &rules->list[parameter - rules->package->parameters];

    for (size_t i = 0; rule->when != NULL && i < parameter->row_count; i++) {
        if (rule->when[i] != NULL &&
            !eg_expression_walk(rule->when[i], find_setting, setting->name)) {
            return true;
        }
    }
    return false;
}

/* ---- formulas ----------------------------------------------------------------------------- */

struct computing {
    const struct eg_package *package;
    const struct eg_parameter_place *place;
    /* a parameter has no value for want of this setting */
    const struct eg_setting *needs;
    /* a parameter has no value here */
    bool none;
    bool too_large;
    /* of the named parameter that has most */
    int decimals;
};

static struct eg_exact parameter_value(struct computing *computing, const char *name)
{
    const struct eg_parameter_place *place = computing->place;
    const struct eg_parameter_value *value =
        eg_parameter_lookup(place->values, eg_parameter_named(computing->package, name),
                            place->component, place->source);
    struct eg_exact x = {0, 1};

    if (value == NULL || value->value == NULL) {
        computing->none = computing->none || value == NULL || value->needs == NULL;
        computing->needs = value != NULL && value->needs != NULL ? value->needs : computing->needs;
        return x;
    }
    computing->decimals = value->place > computing->decimals ? value->place : computing->decimals;
    if (value->made != NULL) {
        return value->made->exact;
    }
    computing->too_large = !eg_exact_read(&x, eg_bytes_of(value->value)) || computing->too_large;
    return x;
}

static struct eg_exact compute(struct computing *computing, const struct eg_expression *node);

static struct eg_exact call(struct computing *computing, const struct eg_expression *node)
{
    const struct eg_exact hundredth = {1, 100}, zero = {0, 1};
    struct eg_exact a = compute(computing, node->args[0]), b = zero, x = zero;

    if (node->arg_count > 1) {
        b = compute(computing, node->args[1]);
    }
    switch (node->function) {
    case EG_FN_MAX:
        return eg_exact_compare(&a, &b) >= 0 ? a : b;
    case EG_FN_MIN:
        return eg_exact_compare(&a, &b) <= 0 ? a : b;
    case EG_FN_ABS:
        return a.over < 0 ? (struct eg_exact){-a.over, a.under} : a;
    case EG_FN_PERCENT_OF:
    default: /* the others were refused when the formula was read */
        if (!eg_exact_multiply(&x, &a, &b) || !eg_exact_multiply(&x, &x, &hundredth)) {
            computing->too_large = true;
        }
        return x;
    }
}

static struct eg_exact compute(struct computing *computing, const struct eg_expression *node)
{
    struct eg_exact x = {0, 1};
    bool fits = true;

    switch (node->kind) {
    case EG_EXPR_NUMBER:
        fits = eg_exact_read(&x, eg_bytes_of(node->text));
        break;
    case EG_EXPR_PARAMETER:
        return parameter_value(computing, node->text);
    case EG_EXPR_CALL:
        return call(computing, node);
    default: {
        struct eg_exact a = compute(computing, node->args[0]);
        struct eg_exact b = compute(computing, node->args[1]);
        fits = node->kind == EG_EXPR_ADD        ? eg_exact_add(&x, &a, &b)
               : node->kind == EG_EXPR_SUBTRACT ? eg_exact_subtract(&x, &a, &b)
               : node->kind == EG_EXPR_MULTIPLY ? eg_exact_multiply(&x, &a, &b)
                                                : eg_exact_divide(&x, &a, &b);
    }
    }
    computing->too_large = computing->too_large || !fits;
    return x;
}

enum eg_status eg_parameter_compute(struct eg_parameter_result *out,
                                    const struct eg_package *package,
                                    const struct eg_expression *is,
                                    const struct eg_parameter_place *place, struct eg_error *err)
{
    struct computing computing = {.package = package, .place = place};
    struct eg_exact x = compute(&computing, is);

    struct eg_parameter_result result = {
        .made = !computing.none && computing.needs == NULL,
        .needs = computing.none ? NULL : computing.needs,
        .exact = x,
        .decimals = computing.decimals,
    };
    if (result.made && computing.too_large) {
        return eg_error_set(err, EG_E_DENIED, "parameters",
                            "EA-NUM: a formula divides by 0 or needs more than 36 digits");
    }
    *out = result;
    return EG_OK;
}
