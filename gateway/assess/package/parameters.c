/*
 * Why this file exists: a limit that a plant is held to must say where it came from, and a permit
 * must never turn a rule into another one. Every place (component, emission source) for which a
 * value exists is worked out here, once, before the rules run, in this order: check the permit
 * entries; choose the settings (parameters_settings.c); choose the values, which look at both.
 *
 * The value of a place is that of the first which exists:
 *   permit entry for component and source, for the component, for the source, for neither;
 *   the package's value; its formula over values chosen before; its first row that fits.
 */
#include "assess/package/parameters_inside.h"

#include "assess/number/numbers.h"
#include "base/error.h"
#include "base/text.h"
#include "base/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool eg_parameter_is_word(const struct eg_parameter *parameter)
{
    return strcmp(parameter->unit, "word") == 0;
}

enum eg_parameter_judgement eg_parameter_judge(const struct eg_parameter *parameter,
                                               const char *value)
{
    double number = 0, min = 0, max = 0;

    if (eg_parameter_is_word(parameter)) {
        bool clean =
            value[0] != '\0' && eg_text_clean(eg_bytes_of(value)) && strpbrk(value, "'\" ") == NULL;
        return clean ? EG_PARAMETER_FITS : EG_PARAMETER_NO_VALUE;
    }
    if (!eg_number_read(eg_bytes_of(value), &number)) {
        return EG_PARAMETER_NO_VALUE;
    }
    if (parameter->min != NULL && parameter->max != NULL &&
        (!eg_number_read(eg_bytes_of(parameter->min), &min) ||
         !eg_number_read(eg_bytes_of(parameter->max), &max) || number < min || number > max)) {
        return EG_PARAMETER_OUT_OF_BOUNDS;
    }
    return EG_PARAMETER_FITS;
}

/* ---- permit entries of the directory ------------------------------------------------------ */

static bool is_ours(const struct eg_parameter_choice *choice,
                    const struct eg_plant_parameter *entry)
{
    return strcmp(entry->package, choice->package->ref.id) == 0 &&
           eg_parameter_touches(choice, entry->from, entry->until);
}

static enum eg_status deny(struct eg_error *err, const struct eg_parameter_choice *choice,
                           const struct eg_plant_parameter *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof where, "permit of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (value %s %s); the directory must be mended",
                        text, entry->value, entry->unit);
}

static enum eg_status check_entry(const struct eg_parameter_choice *choice,
                                  const struct eg_plant_parameter *entry, struct eg_error *err)
{
    const struct eg_parameter *parameter = eg_parameter_named(choice->package, entry->name);

    if (parameter == NULL) {
        return deny(err, choice, entry, "EA-PARAM: the package has no such parameter");
    }
    if (!parameter->may_override) {
        return deny(err, choice, entry, "a permit may not set this parameter");
    }
    if (strcmp(parameter->unit, entry->unit) != 0) {
        return deny(err, choice, entry, "the unit is not that of the package");
    }
    if (parameter->value != NULL &&
        (eg_parameter_some(entry->component) != NULL || eg_parameter_some(entry->source) != NULL)) {
        return deny(err, choice, entry, "this parameter has one value for all components");
    }
    if (!eg_parameter_covers(choice, entry->from, entry->until)) {
        return deny(err, choice, entry, "the entry covers a part of the report's period only");
    }
    switch (eg_parameter_judge(parameter, entry->value)) {
    case EG_PARAMETER_FITS:
        return EG_OK;
    case EG_PARAMETER_OUT_OF_BOUNDS:
        return deny(err, choice, entry, "the value is out of the package's bounds");
    case EG_PARAMETER_NO_VALUE:
    default:
        return deny(err, choice, entry, "the value is not of the parameter's kind");
    }
}

static bool same_place(const struct eg_plant_parameter *a, const struct eg_plant_parameter *b)
{
    return strcmp(a->name, b->name) == 0 &&
           eg_parameter_same(eg_parameter_some(a->component), eg_parameter_some(b->component)) &&
           eg_parameter_same(eg_parameter_some(a->source), eg_parameter_some(b->source));
}

/* *stricter: one sets a parameter that may only become stricter. */
static enum eg_status check_entries(bool *stricter, const struct eg_parameter_choice *choice,
                                    struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;

    for (size_t i = 0; plant != NULL && i < plant->parameter_count; i++) {
        const struct eg_plant_parameter *entry = &plant->parameters[i];
        if (!is_ours(choice, entry)) {
            continue;
        }
        EG_TRY(check_entry(choice, entry, err));
        for (size_t k = 0; k < i; k++) {
            if (is_ours(choice, &plant->parameters[k]) &&
                same_place(&plant->parameters[k], entry)) {
                return deny(err, choice, entry, "two entries set the same value");
            }
        }
        *stricter = *stricter || eg_parameter_named(choice->package, entry->name)->stricter_only;
    }
    return EG_OK;
}

/* ---- places ------------------------------------------------------------------------------- */

static const struct eg_plant_parameter *permit_for(const struct eg_parameter_choice *choice,
                                                   const struct eg_parameter *parameter,
                                                   const char *component, const char *source)
{
    const char *const places[4][2] = {
        {component, source}, {component, NULL}, {NULL, source}, {NULL, NULL}};
    size_t count = choice->permits && choice->plant != NULL ? choice->plant->parameter_count : 0;

    for (size_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < count; i++) {
            const struct eg_plant_parameter *entry = &choice->plant->parameters[i];
            if (is_ours(choice, entry) && strcmp(entry->name, parameter->name) == 0 &&
                eg_parameter_same(eg_parameter_some(entry->component), places[p][0]) &&
                eg_parameter_same(eg_parameter_some(entry->source), places[p][1])) {
                return entry;
            }
        }
    }
    return NULL;
}

static bool has_place(const struct eg_parameter_values *values,
                      const struct eg_parameter *parameter, const char *component,
                      const char *source)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->parameter == parameter && eg_parameter_same(value->component, component) &&
            eg_parameter_same(value->source, source)) {
            return true;
        }
    }
    return false;
}

/* The number of a value and its decimals; a word has none. */
static void read_number(struct eg_parameter_value *value)
{
    const char *point = strchr(value->value, '.');

    if (!eg_parameter_is_word(value->parameter)) {
        (void)eg_number_read(eg_bytes_of(value->value), &value->number);
        value->place = point != NULL ? (int)strlen(point + 1) : 0;
    }
}

/* A permit that may only make it stricter, against what holds without permits. */
static enum eg_status check_stricter(bool *none, const struct eg_parameter_choice *choice,
                                     const struct eg_plant_parameter *entry,
                                     const struct eg_parameter_value *value, struct eg_error *err)
{
    const struct eg_parameter_value *base = NULL;
    enum eg_status status = eg_parameters_find(&base, choice->base, value->parameter,
                                               value->component, value->source, err);

    if (status != EG_OK) {
        return status;
    }
    if (base == NULL) {
        *none = eg_parameter_some(entry->component) == NULL;
        return *none
                   ? EG_OK
                   : deny(err, choice, entry, "the package has no value here to be stricter than");
    }
    return value->number > base->number
               ? deny(err, choice, entry, "the value is laxer than the package's")
               : EG_OK;
}

static enum eg_status take_permit(struct eg_parameter_value *value,
                                  const struct eg_parameter_choice *choice,
                                  const struct eg_plant_parameter *entry, struct eg_error *err)
{
    bool none = false;
    enum eg_status status = EG_OK;

    value->value = entry->value;
    value->citation = entry->citation != NULL ? entry->citation : "";
    value->origin = EG_ORIGIN_PERMIT;
    read_number(value);
    if (value->parameter->stricter_only) {
        status = check_stricter(&none, choice, entry, value, err);
    }
    if (none) {
        value->value = NULL;
    }
    return status;
}

/* The first row that fits; value stays NULL when none does, or when that can not be told. */
static void take_row(struct eg_parameter_value *value, const struct eg_parameter_choice *choice)
{
    const struct eg_parameter *parameter = value->parameter;
    const struct eg_parameter_place place = {choice->out, value->component, value->source};
    size_t index = (size_t)(parameter - choice->package->parameters);

    for (size_t i = 0; i < parameter->row_count; i++) {
        const struct eg_parameter_row *row = &parameter->rows[i];
        if (row->component != NULL && !eg_parameter_same(row->component, value->component)) {
            continue;
        }
        switch (eg_parameter_condition(&value->needs, choice->package,
                                       choice->rules->list[index].when[i], &place)) {
        case EG_ANSWER_YES:
            value->value = row->value;
            value->citation = row->source;
            read_number(value);
            return;
        case EG_ANSWER_UNKNOWN:
            return;
        case EG_ANSWER_NO:
        default:
            break;
        }
    }
}

static enum eg_status take_formula(struct eg_parameter_value *value,
                                   const struct eg_parameter_choice *choice, struct eg_error *err)
{
    const struct eg_parameter_place place = {choice->out, value->component, value->source};
    const struct eg_expression *is =
        choice->rules->list[value->parameter - choice->package->parameters].is;
    struct eg_parameter_result result = {.exact = {0, 1}};

    EG_TRY(eg_parameter_compute(&result, choice->package, is, &place, err));
    value->needs = result.needs;
    if (!result.made) {
        return EG_OK;
    }
    value->made = malloc(sizeof *value->made);
    if (value->made == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
    }
    value->made->exact = result.exact;
    eg_exact_text(value->made->text, &value->number, &result.exact, result.decimals);
    value->place = result.decimals;
    value->value = value->made->text;
    value->citation = value->parameter->source;
    value->origin = EG_ORIGIN_COMPUTED;
    return EG_OK;
}

static enum eg_status add_place(const struct eg_parameter_choice *choice,
                                const struct eg_parameter *parameter, const char *component,
                                const char *source, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const struct eg_plant_parameter *permit = permit_for(choice, parameter, component, source);
    struct eg_parameter_value value = {
        .parameter = parameter, .component = component, .source = source};
    enum eg_status status = EG_OK;

    if (has_place(out, parameter, component, source)) {
        return EG_OK;
    }
    enum eg_status room = EG_VECTOR_RESERVE(out->list, out->capacity, out->count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "parameters", err);
    }
    if (permit != NULL) {
        status = take_permit(&value, choice, permit, err);
    } else if (parameter->value != NULL) {
        value.value = parameter->value;
        value.citation = parameter->source;
        read_number(&value);
    } else if (parameter->is != NULL) {
        status = take_formula(&value, choice, err);
    } else {
        take_row(&value, choice);
    }
    if (status != EG_OK) {
        return status;
    }
    out->list[out->count++] = value;
    return EG_OK;
}

struct naming {
    const char *name;
    bool found;
};

static bool look_for(const struct eg_expression *node, void *payload)
{
    struct naming *naming = payload;

    naming->found =
        naming->found || (node->kind == EG_EXPR_PARAMETER && strcmp(node->text, naming->name) == 0);
    return !naming->found;
}

/* Does the formula of `parameter` name `operand`? */
static bool names(const struct eg_parameter_choice *choice, const struct eg_parameter *parameter,
                  const struct eg_parameter *operand)
{
    struct naming naming = {operand->name, false};

    (void)eg_expression_walk(choice->rules->list[parameter - choice->package->parameters].is,
                             look_for, &naming);
    return naming.found;
}

/* The places of one permit entry: its component, or every component that has a place. */
static enum eg_status add_permitted(const struct eg_parameter_choice *choice,
                                    const struct eg_parameter *parameter, size_t first,
                                    const struct eg_plant_parameter *entry, struct eg_error *err)
{
    const char *source = eg_parameter_some(entry->source);
    size_t end = choice->out->count;

    if (eg_parameter_some(entry->component) != NULL) {
        return add_place(choice, parameter, entry->component, source, err);
    }
    for (size_t i = first; i < end; i++) {
        EG_TRY(add_place(choice, parameter, choice->out->list[i].component, source, err));
    }
    return add_place(choice, parameter, NULL, source, err);
}

/* Components of their own in the settings make places of their own where a condition asks. */
static enum eg_status add_settled(const struct eg_parameter_choice *choice,
                                  const struct eg_parameter *parameter, struct eg_error *err)
{
    const struct eg_parameter_rule *rule =
        &choice->rules->list[parameter - choice->package->parameters];

    for (size_t i = 0; rule->per_component && i < choice->out->setting_count; i++) {
        if (choice->out->settings[i].component != NULL) {
            EG_TRY(add_place(choice, parameter, choice->out->settings[i].component, NULL, err));
        }
    }
    return EG_OK;
}

/*
 * A formula has a value of its own wherever two of its operands have one: for the component of one
 * at the source of another too. The operands' places are all above `first`, and stay where they
 * are.
 */
static enum eg_status add_met(const struct eg_parameter_choice *choice,
                              const struct eg_parameter *parameter,
                              const struct eg_parameter_value *a, size_t first,
                              struct eg_error *err)
{
    const char *component = a->component, *source = a->source;

    EG_TRY(add_place(choice, parameter, component, source, err));
    for (size_t i = 0; (component == NULL || source == NULL) && i < first; i++) {
        const struct eg_parameter_value *b = &choice->out->list[i];
        const char *at_component = b->component, *at_source = b->source;
        if (!names(choice, parameter, b->parameter) ||
            (component != NULL && at_component != NULL && strcmp(component, at_component) != 0) ||
            (source != NULL && at_source != NULL && strcmp(source, at_source) != 0)) {
            continue;
        }
        EG_TRY(add_place(choice, parameter, component != NULL ? component : at_component,
                         source != NULL ? source : at_source, err));
    }
    return EG_OK;
}

static enum eg_status add_computed(const struct eg_parameter_choice *choice,
                                   const struct eg_parameter *parameter, struct eg_error *err)
{
    size_t first = choice->out->count;

    for (size_t i = 0; i < first; i++) {
        const struct eg_parameter_value a = choice->out->list[i]; /* the list may move */
        if (names(choice, parameter, a.parameter)) {
            EG_TRY(add_met(choice, parameter, &a, first, err));
        }
    }
    return add_place(choice, parameter, NULL, NULL, err);
}

static unsigned rank(const struct eg_parameter_value *value)
{
    return (value->component == NULL ? 2U : 0U) + (value->source == NULL ? 1U : 0U);
}

/* Stable: insertion by rank from `first` on. */
static void sort_places(struct eg_parameter_values *values, size_t first)
{
    for (size_t i = first + 1; i < values->count; i++) {
        struct eg_parameter_value value = values->list[i];
        size_t at = i;
        while (at > first && rank(&values->list[at - 1]) > rank(&value)) {
            values->list[at] = values->list[at - 1];
            at--;
        }
        values->list[at] = value;
    }
}

static enum eg_status choose_one(const struct eg_parameter_choice *choice,
                                 const struct eg_parameter *parameter, struct eg_error *err)
{
    size_t first = choice->out->count;
    size_t entries = choice->permits && choice->plant != NULL ? choice->plant->parameter_count : 0;

    if (parameter->value != NULL) {
        return add_place(choice, parameter, NULL, NULL, err);
    }
    if (parameter->is != NULL) {
        EG_TRY(add_computed(choice, parameter, err));
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        EG_TRY(add_place(choice, parameter, parameter->rows[i].component, NULL, err));
    }
    EG_TRY(add_settled(choice, parameter, err));
    for (size_t i = 0; i < entries; i++) {
        const struct eg_plant_parameter *entry = &choice->plant->parameters[i];
        if (is_ours(choice, entry) && strcmp(entry->name, parameter->name) == 0) {
            EG_TRY(add_permitted(choice, parameter, first, entry, err));
        }
    }
    sort_places(choice->out, first);
    return EG_OK;
}

/* The settings of the plant have been chosen: rows and formulas look at them. */
static enum eg_status choose_values(const struct eg_parameter_choice *choice, struct eg_error *err)
{
    for (size_t i = 0; i < choice->package->parameter_count; i++) {
        EG_TRY(choose_one(choice, &choice->package->parameters[i], err));
    }
    return EG_OK;
}

/* What would hold if the directory had settings only, and no permit. */
static enum eg_status choose_without_permits(struct eg_parameter_values *out,
                                             const struct eg_parameter_choice *choice,
                                             struct eg_error *err)
{
    struct eg_parameter_choice without = *choice;

    without.out = out;
    without.permits = false;
    EG_TRY(eg_settings_choose(&without, err));
    return choose_values(&without, err);
}

enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_parameter_rules *rules,
                                    const struct eg_plant *plant, const char *from,
                                    const char *until, struct eg_error *err)
{
    struct eg_parameter_values values = {.plant = plant}, base = {.plant = plant};
    struct eg_parameter_choice choice = {.out = &values,
                                         .rules = rules,
                                         .package = rules->package,
                                         .plant = plant,
                                         .from = from,
                                         .until = until,
                                         .permits = true};
    bool stricter = false;
    enum eg_status status = check_entries(&stricter, &choice, err);

    if (status != EG_OK) {
        goto done;
    }
    status = eg_settings_choose(&choice, err);
    if (status != EG_OK) {
        goto done;
    }
    if (stricter) {
        status = choose_without_permits(&base, &choice, err);
        if (status != EG_OK) {
            goto done;
        }
        choice.base = &base;
    }
    status = choose_values(&choice, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = values;
    values = (struct eg_parameter_values){.list = NULL};

done:
    eg_parameters_done(&base);
    eg_parameters_done(&values);
    return status;
}

void eg_parameters_done(struct eg_parameter_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->list[i].made);
    }
    free(values->list);
    free(values->settings);
    *values = (struct eg_parameter_values){.list = NULL};
}
