/*
 * Why this file exists: a limit that a plant is held to must say where it came from, and a permit
 * must never turn a rule into another one. Every place (component, emission source) for which a
 * value exists is worked out here, once, before the rules run, in this order: check the permit
 * entries; choose the settings (parameters_settings.c); choose the values, which look at both.
 *
 * The value of a place is that of the first which exists:
 *   permit entry for component and source, for the source, for the component, for neither;
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

static enum eg_status deny(struct eg_error *err, const struct eg_parameter_choice *choice,
                           const struct eg_dated *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof where, "permit of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (value %s %s); the directory must be mended",
                        text, entry->permit->value, entry->permit->unit);
}

static enum eg_status check_entry(const struct eg_parameter_choice *choice,
                                  const struct eg_dated *entry, struct eg_error *err)
{
    const struct eg_parameter *parameter = eg_parameter_named(choice->package, entry->name);

    if (parameter == NULL) {
        return deny(err, choice, entry, "EA-PARAM: the package has no such parameter");
    }
    if (!parameter->may_override) {
        return deny(err, choice, entry, "a permit may not set this parameter");
    }
    if (strcmp(parameter->unit, entry->permit->unit) != 0) {
        return deny(err, choice, entry, "the unit is not that of the package");
    }
    if (parameter->value != NULL && entry->component != NULL) {
        return deny(err, choice, entry, "this parameter has one value for all components");
    }
    switch (eg_parameter_judge(parameter, entry->said)) {
    case EG_PARAMETER_FITS:
        break;
    case EG_PARAMETER_OUT_OF_BOUNDS:
        return deny(err, choice, entry, "the value is out of the package's bounds");
    case EG_PARAMETER_NO_VALUE:
    default:
        return deny(err, choice, entry, "the value is not of the parameter's kind");
    }
    return eg_dated_twice(choice, entry)
               ? deny(err, choice, entry, "two entries set the same value")
               : EG_OK;
}

/* *stricter: one sets a parameter that may only become stricter. */
static enum eg_status check_entries(bool *stricter, const struct eg_parameter_choice *choice,
                                    struct eg_error *err)
{
    for (size_t i = 0; i < choice->entry_count; i++) {
        const struct eg_dated *entry = &choice->entries[i];
        if (entry->permit != NULL) {
            EG_TRY(check_entry(choice, entry, err));
            *stricter =
                *stricter || eg_parameter_named(choice->package, entry->name)->stricter_only;
        }
    }
    return EG_OK;
}

/* ---- places ------------------------------------------------------------------------------- */

/* The permit that sets the value of a place for the whole period; NULL: none. */
static enum eg_status permit_for(const struct eg_dated **out,
                                 const struct eg_parameter_choice *choice,
                                 const struct eg_parameter *parameter, const char *component,
                                 const char *source, struct eg_error *err)
{
    const struct eg_dated_place place = {false, parameter->name, component, source};
    struct eg_dated_over over = {.last = NULL};
    char changes[EG_DATED_TEXT_MAX] = "", text[EG_ERROR_TEXT_MAX] = "";

    if (choice->permits) {
        eg_dated_over(&over, choice, &place);
    }
    if (over.day[0] != '\0') {
        eg_dated_change(changes, &over, choice);
        (void)snprintf(text, sizeof text, "it changes within the period: %s", changes);
        return deny(err, choice, over.last != NULL ? over.last : over.earlier, text);
    }
    *out = over.last;
    return EG_OK;
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
static enum eg_status check_stricter(struct eg_parameter_value *value,
                                     const struct eg_parameter_choice *choice,
                                     const struct eg_dated *entry, struct eg_error *err)
{
    const struct eg_parameter_value *base =
        eg_parameter_lookup(choice->base, value->parameter, value->component, value->source);

    value->needs = base != NULL ? base->needs : NULL;
    if (value->needs != NULL) {
        value->value = NULL; /* told when it is asked for: what it lacks */
        return EG_OK;
    }
    if (base == NULL || base->value == NULL) {
        value->value = NULL;
        return entry->component == NULL
                   ? EG_OK
                   : deny(err, choice, entry, "the package has no value here to be stricter than");
    }
    return value->number > base->number
               ? deny(err, choice, entry, "the value is laxer than the package's")
               : EG_OK;
}

static enum eg_status take_permit(struct eg_parameter_value *value,
                                  const struct eg_parameter_choice *choice,
                                  const struct eg_dated *entry, struct eg_error *err)
{
    value->value = entry->said;
    value->citation = entry->citation;
    value->origin = EG_ORIGIN_PERMIT;
    read_number(value);
    return value->parameter->stricter_only ? check_stricter(value, choice, entry, err) : EG_OK;
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
    const struct eg_dated *permit = NULL;
    struct eg_parameter_value value = {
        .parameter = parameter, .component = component, .source = source};
    enum eg_status status = EG_OK;

    if (has_place(out, parameter, component, source)) {
        return EG_OK;
    }
    EG_TRY(permit_for(&permit, choice, parameter, component, source, err));
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

/* At the source too, each component that has a place. */
static enum eg_status add_at_source(const struct eg_parameter_choice *choice,
                                    const struct eg_parameter *parameter, size_t first,
                                    const char *source, struct eg_error *err)
{
    size_t end = choice->out->count;

    for (size_t i = first; i < end; i++) {
        EG_TRY(add_place(choice, parameter, choice->out->list[i].component, source, err));
    }
    return EG_OK;
}

/* The places of one permit entry: its component, or every component that has a place. */
static enum eg_status add_permitted(const struct eg_parameter_choice *choice,
                                    const struct eg_parameter *parameter, size_t first,
                                    const struct eg_dated *entry, struct eg_error *err)
{
    if (entry->component == NULL) {
        EG_TRY(add_at_source(choice, parameter, first, entry->source, err));
    }
    return add_place(choice, parameter, entry->component, entry->source, err);
}

static enum eg_status add_all_permitted(const struct eg_parameter_choice *choice,
                                        const struct eg_parameter *parameter, size_t first,
                                        struct eg_error *err)
{
    for (size_t i = 0; choice->permits && i < choice->entry_count; i++) {
        const struct eg_dated *entry = &choice->entries[i];
        if (entry->permit != NULL && strcmp(entry->name, parameter->name) == 0) {
            EG_TRY(add_permitted(choice, parameter, first, entry, err));
        }
    }
    return EG_OK;
}

/*
 * Where a place of a component and one of a source meet, either could be found first; what holds
 * there is a place of its own. (Where components go first, that of the component is found.)
 */
static enum eg_status add_crossed(const struct eg_parameter_choice *choice,
                                  const struct eg_parameter *parameter, size_t first,
                                  struct eg_error *err)
{
    size_t end = choice->plant != NULL && !choice->plant->component_first ? choice->out->count : 0;

    for (size_t i = first; i < end; i++) {
        const char *component = choice->out->list[i].component;
        for (size_t k = first; component != NULL && k < end; k++) {
            const struct eg_parameter_value *other = &choice->out->list[k]; /* the list may move */
            if (other->component == NULL && other->source != NULL) {
                EG_TRY(add_place(choice, parameter, component, other->source, err));
            }
        }
    }
    return EG_OK;
}

/*
 * Where a condition asks, components and sources of their own in the settings make places of their
 * own: first the components everywhere, so that the sources then find all of them.
 */
static enum eg_status add_settled(const struct eg_parameter_choice *choice,
                                  const struct eg_parameter *parameter, size_t first,
                                  struct eg_error *err)
{
    const struct eg_parameter_values *out = choice->out;
    const struct eg_parameter_rule *rule =
        &choice->rules->list[parameter - choice->package->parameters];

    for (size_t i = 0; rule->per_component && i < out->setting_count; i++) {
        const struct eg_setting_value *value = &out->settings[i];
        if (value->component != NULL && value->source == NULL) {
            EG_TRY(add_place(choice, parameter, value->component, NULL, err));
        }
    }
    for (size_t i = 0; i < out->setting_count; i++) {
        const struct eg_setting_value *value = &out->settings[i];
        if (value->source == NULL ||
            !eg_parameter_looks_at(choice->rules, parameter, value->setting)) {
            continue;
        }
        EG_TRY(value->component != NULL
                   ? add_place(choice, parameter, value->component, value->source, err)
                   : add_at_source(choice, parameter, first, value->source, err));
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

/* Stable: insertion by rank from `first` on. */
static void sort_places(const struct eg_parameter_choice *choice, size_t first)
{
    struct eg_parameter_values *values = choice->out;
    bool component_first = choice->plant != NULL && choice->plant->component_first;

    for (size_t i = first + 1; i < values->count; i++) {
        struct eg_parameter_value value = values->list[i];
        unsigned rank = eg_parameter_rank(value.component, value.source, component_first);
        size_t at = i;
        while (at > first &&
               eg_parameter_rank(values->list[at - 1].component, values->list[at - 1].source,
                                 component_first) > rank) {
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

    if (parameter->value != NULL) {
        EG_TRY(add_place(choice, parameter, NULL, NULL, err));
    }
    if (parameter->is != NULL) {
        EG_TRY(add_computed(choice, parameter, err));
    }
    for (size_t i = 0; i < parameter->row_count; i++) {
        EG_TRY(add_place(choice, parameter, parameter->rows[i].component, NULL, err));
    }
    EG_TRY(add_settled(choice, parameter, first, err));
    EG_TRY(add_all_permitted(choice, parameter, first, err));
    EG_TRY(add_crossed(choice, parameter, first, err));
    sort_places(choice, first);
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

enum eg_status eg_parameters_choose_so_far(struct eg_parameter_values *out,
                                           const struct eg_parameter_rules *rules,
                                           const struct eg_plant *plant, const char *from,
                                           const char *until, struct eg_error *err)
{
    struct eg_parameter_values values = {.plant = plant, .rules = rules, .package = rules->package};
    struct eg_parameter_values base = values;
    struct eg_parameter_choice choice = {.out = &values,
                                         .rules = rules,
                                         .package = rules->package,
                                         .plant = plant,
                                         .from = from,
                                         .until = until,
                                         .permits = true};
    bool stricter = false;
    enum eg_status status = eg_dated_gather(&choice, err);

    if (status != EG_OK) {
        goto done;
    }
    status = check_entries(&stricter, &choice, err);
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
    free(choice.entries);
    eg_parameters_done(&base);
    eg_parameters_done(&values);
    return status;
}

enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_parameter_rules *rules,
                                    const struct eg_plant *plant, const char *from,
                                    const char *until, struct eg_error *err)
{
    struct eg_parameter_values values = {.list = NULL};
    enum eg_status status = eg_parameters_choose_so_far(&values, rules, plant, from, until, err);

    if (status != EG_OK) {
        goto done;
    }
    status = eg_settings_refuse(&values.lacking, &values, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = values;
    values = (struct eg_parameter_values){.list = NULL};

done:
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
    eg_settings_lacking_done(&values->lacking);
    *values = (struct eg_parameter_values){.list = NULL};
}
