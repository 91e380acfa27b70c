/*
 * Why this file exists: a limit that a plant is held to must say where it came from, and a permit
 * must never turn a rule into another one. Every place (component, emission source) for which a
 * value exists is worked out here, once, before the rules run.
 *
 * The value of a place is that of the first which exists:
 *   permit entry for component and source, for the component, for the source, for neither;
 *   the package's value; its first row whose component fits.
 */
#include "assess/parameters_inside.h"

#include "assess/numbers.h"
#include "base/text.h"

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

/* ---- what stands in the directory --------------------------------------------------------- */

/* What stands in a directory as "" is "every": NULL here. */
static const char *some(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

bool eg_parameter_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const struct eg_parameter *eg_parameter_named(const struct eg_package *package, const char *name)
{
    for (size_t i = 0; i < package->parameter_count; i++) {
        if (strcmp(package->parameters[i].name, name) == 0) {
            return &package->parameters[i];
        }
    }
    return NULL;
}

const struct eg_setting *eg_setting_named(const struct eg_package *package, const char *name)
{
    for (size_t i = 0; i < package->setting_count; i++) {
        if (strcmp(package->settings[i].name, name) == 0) {
            return &package->settings[i];
        }
    }
    return NULL;
}

/* One choosing. */
struct choice {
    struct eg_parameter_values *out;
    const struct eg_parameter_rules *rules;
    const struct eg_package *package;
    const struct eg_plant *plant; /* NULL: nothing of the directory */
    const char *from, *until;
    bool permits;                           /* let permits set values */
    const struct eg_parameter_values *base; /* chosen without permits; NULL: nobody asks */
};

/* Days of an entry of the directory against the period of the report. */
static bool touches(const struct choice *choice, const char *from, const char *until)
{
    return (until[0] == '\0' || strcmp(choice->from, until) <= 0) &&
           (from[0] == '\0' || strcmp(choice->until, from) >= 0);
}

static bool covers(const struct choice *choice, const char *from, const char *until)
{
    return (from[0] == '\0' || strcmp(from, choice->from) <= 0) &&
           (until[0] == '\0' || strcmp(until, choice->until) >= 0);
}

static bool is_ours(const struct choice *choice, const struct eg_plant_parameter *entry)
{
    return strcmp(entry->package, choice->package->ref.id) == 0 &&
           touches(choice, entry->from, entry->until);
}

static bool is_our_setting(const struct choice *choice, const struct eg_plant_setting *entry)
{
    return strcmp(entry->package, choice->package->ref.id) == 0 &&
           touches(choice, entry->from, entry->until);
}

/* ---- settings ----------------------------------------------------------------------------- */

static enum eg_status deny_setting(struct eg_error *err, const struct choice *choice,
                                   const struct eg_plant_setting *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof(where), "setting of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (word %s); the directory must be mended", text,
                        entry->word);
}

enum eg_status eg_setting_missing(const struct eg_parameter_values *values,
                                  const struct eg_setting *setting, const char *component,
                                  struct eg_error *err)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char words[EG_ERROR_TEXT_MAX] = "";
    size_t len = 0;

    (void)snprintf(where, sizeof(where), "setting of %.40s, %.40s",
                   values->plant != NULL ? values->plant->id : "no plant", setting->name);
    for (size_t i = 0; i < setting->word_count && len < sizeof(words) / 2; i++) {
        len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s", i > 0 ? ", " : "",
                                setting->words[i]);
    }
    return eg_error_set(err, EG_E_DENIED, where,
                        "is not stated%s%s for the whole period; the registrar must enter one of "
                        "%.120s (%.120s)",
                        component != NULL ? " for component " : "",
                        component != NULL ? component : "", words, setting->source);
}

static bool has_word(const struct eg_setting *setting, const char *word)
{
    for (size_t i = 0; i < setting->word_count; i++) {
        if (strcmp(setting->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status check_setting(const struct choice *choice,
                                    const struct eg_plant_setting *entry, struct eg_error *err)
{
    const struct eg_setting *setting = eg_setting_named(choice->package, entry->name);

    if (setting == NULL) {
        return deny_setting(err, choice, entry, "the package asks for no such setting");
    }
    if (!has_word(setting, entry->word)) {
        return deny_setting(err, choice, entry, "EA-WORD: the package does not declare this word");
    }
    if (!setting->per_component && some(entry->component) != NULL) {
        return deny_setting(err, choice, entry, "this setting is the plant's, not a component's");
    }
    if (!covers(choice, entry->from, entry->until)) {
        return deny_setting(err, choice, entry,
                            "the entry covers a part of the report's period only");
    }
    return EG_OK;
}

static enum eg_status add_setting(const struct choice *choice, const struct eg_setting *setting,
                                  const struct eg_plant_setting *entry, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const char *component = some(entry->component);

    for (size_t i = 0; i < out->setting_count; i++) {
        if (out->settings[i].setting == setting &&
            eg_parameter_same(out->settings[i].component, component)) {
            return deny_setting(err, choice, entry, "two entries state the same setting");
        }
    }
    if (out->setting_count == out->setting_capacity) {
        size_t capacity = out->setting_capacity == 0 ? 16 : 2 * out->setting_capacity;
        struct eg_setting_value *list = realloc(out->settings, capacity * sizeof(*list));
        if (list == NULL) {
            return eg_error_set(err, EG_E_NOMEM, "settings", "memory ran out");
        }
        out->settings = list;
        out->setting_capacity = capacity;
    }
    out->settings[out->setting_count++] = (struct eg_setting_value){
        setting, component, entry->word, entry->citation != NULL ? entry->citation : ""};
    return EG_OK;
}

/* The entries of one setting: those of components first. */
static enum eg_status choose_setting(const struct choice *choice, const struct eg_setting *setting,
                                     struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;
    size_t first = choice->out->setting_count;
    enum eg_status status = EG_OK;

    for (int every = 0; every <= 1; every++) {
        for (size_t i = 0; status == EG_OK && plant != NULL && i < plant->setting_count; i++) {
            const struct eg_plant_setting *entry = &plant->settings[i];
            if (is_our_setting(choice, entry) && strcmp(entry->name, setting->name) == 0 &&
                (some(entry->component) == NULL) == (every == 1)) {
                status = add_setting(choice, setting, entry, err);
            }
        }
    }
    if (status == EG_OK && !setting->per_component && choice->out->setting_count == first) {
        status = eg_setting_missing(choice->out, setting, NULL, err);
    }
    return status;
}

static enum eg_status choose_settings(const struct choice *choice, struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;
    enum eg_status status = EG_OK;

    for (size_t i = 0; status == EG_OK && plant != NULL && i < plant->setting_count; i++) {
        if (is_our_setting(choice, &plant->settings[i])) {
            status = check_setting(choice, &plant->settings[i], err);
        }
    }
    for (size_t i = 0; status == EG_OK && i < choice->package->setting_count; i++) {
        status = choose_setting(choice, &choice->package->settings[i], err);
    }
    return status;
}

enum eg_status eg_settings_find(const struct eg_setting_value **out,
                                const struct eg_parameter_values *values,
                                const struct eg_setting *setting, const char *component,
                                struct eg_error *err)
{
    for (size_t i = 0; i < values->setting_count; i++) {
        const struct eg_setting_value *value = &values->settings[i];
        if (value->setting == setting &&
            (value->component == NULL || eg_parameter_same(value->component, component))) {
            *out = value;
            return EG_OK;
        }
    }
    return eg_setting_missing(values, setting, component, err);
}

/* ---- permit entries ----------------------------------------------------------------------- */

static enum eg_status deny(struct eg_error *err, const struct choice *choice,
                           const struct eg_plant_parameter *entry, const char *text)
{
    char where[EG_ERROR_WHERE_MAX] = "";

    (void)snprintf(where, sizeof(where), "permit of %.40s, %.40s", choice->plant->id, entry->name);
    return eg_error_set(err, EG_E_DENIED, where, "%s (value %s %s); the directory must be mended",
                        text, entry->value, entry->unit);
}

static enum eg_status check_entry(const struct choice *choice,
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
        (some(entry->component) != NULL || some(entry->source) != NULL)) {
        return deny(err, choice, entry, "this parameter has one value for all components");
    }
    if (!covers(choice, entry->from, entry->until)) {
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
           eg_parameter_same(some(a->component), some(b->component)) &&
           eg_parameter_same(some(a->source), some(b->source));
}

/* *stricter: one sets a parameter that may only become stricter. */
static enum eg_status check_entries(bool *stricter, const struct choice *choice,
                                    struct eg_error *err)
{
    const struct eg_plant *plant = choice->plant;
    enum eg_status status = EG_OK;

    for (size_t i = 0; status == EG_OK && plant != NULL && i < plant->parameter_count; i++) {
        const struct eg_plant_parameter *entry = &plant->parameters[i];
        if (!is_ours(choice, entry)) {
            continue;
        }
        status = check_entry(choice, entry, err);
        for (size_t k = 0; status == EG_OK && k < i; k++) {
            if (is_ours(choice, &plant->parameters[k]) &&
                same_place(&plant->parameters[k], entry)) {
                status = deny(err, choice, entry, "two entries set the same value");
            }
        }
        *stricter = *stricter || (status == EG_OK &&
                                  eg_parameter_named(choice->package, entry->name)->stricter_only);
    }
    return status;
}

/* ---- places ------------------------------------------------------------------------------- */

static const struct eg_plant_parameter *permit_for(const struct choice *choice,
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
                eg_parameter_same(some(entry->component), places[p][0]) &&
                eg_parameter_same(some(entry->source), places[p][1])) {
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
static enum eg_status check_stricter(bool *none, const struct choice *choice,
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
        *none = some(entry->component) == NULL;
        return *none
                   ? EG_OK
                   : deny(err, choice, entry, "the package has no value here to be stricter than");
    }
    return value->number > base->number
               ? deny(err, choice, entry, "the value is laxer than the package's")
               : EG_OK;
}

static enum eg_status take_permit(struct eg_parameter_value *value, const struct choice *choice,
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
static void take_row(struct eg_parameter_value *value, const struct choice *choice)
{
    const struct eg_parameter *parameter = value->parameter;
    const struct eg_parameter_place place = {choice->out, value->component, value->source};
    size_t index = (size_t)(parameter - choice->package->parameters);

    for (size_t i = 0; i < parameter->row_count; i++) {
        const struct eg_parameter_row *row = &parameter->rows[i];
        if (row->component != NULL && !eg_parameter_same(row->component, value->component)) {
            continue;
        }
        switch (eg_parameter_row_holds(&value->needs, choice->rules, index, i, &place)) {
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

static enum eg_status add_place(const struct choice *choice, const struct eg_parameter *parameter,
                                const char *component, const char *source, struct eg_error *err)
{
    struct eg_parameter_values *out = choice->out;
    const struct eg_plant_parameter *permit = permit_for(choice, parameter, component, source);
    struct eg_parameter_value value = {
        .parameter = parameter, .component = component, .source = source};
    enum eg_status status = EG_OK;

    if (has_place(out, parameter, component, source)) {
        return EG_OK;
    }
    if (permit != NULL) {
        status = take_permit(&value, choice, permit, err);
    } else if (parameter->value != NULL) {
        value.value = parameter->value;
        value.citation = parameter->source;
        read_number(&value);
    } else {
        take_row(&value, choice);
    }
    if (status == EG_OK && out->count == out->capacity) {
        size_t capacity = out->capacity == 0 ? 32 : 2 * out->capacity;
        struct eg_parameter_value *list = realloc(out->list, capacity * sizeof(*list));
        if (list == NULL) {
            return eg_error_set(err, EG_E_NOMEM, "parameters", "memory ran out");
        }
        out->list = list;
        out->capacity = capacity;
    }
    if (status == EG_OK) {
        out->list[out->count++] = value;
    }
    return status;
}

/* The places of one permit entry: its component, or every component that the package has. */
static enum eg_status add_permitted(const struct choice *choice,
                                    const struct eg_parameter *parameter,
                                    const struct eg_plant_parameter *entry, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    const char *source = some(entry->source);

    if (some(entry->component) != NULL) {
        return add_place(choice, parameter, entry->component, source, err);
    }
    for (size_t i = 0; status == EG_OK && i < parameter->row_count; i++) {
        status = add_place(choice, parameter, parameter->rows[i].component, source, err);
    }
    return status == EG_OK ? add_place(choice, parameter, NULL, source, err) : status;
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

static enum eg_status choose_one(const struct choice *choice, const struct eg_parameter *parameter,
                                 struct eg_error *err)
{
    size_t first = choice->out->count;
    size_t entries = choice->permits && choice->plant != NULL ? choice->plant->parameter_count : 0;
    enum eg_status status = EG_OK;

    if (parameter->value != NULL) {
        return add_place(choice, parameter, NULL, NULL, err);
    }
    for (size_t i = 0; status == EG_OK && i < parameter->row_count; i++) {
        status = add_place(choice, parameter, parameter->rows[i].component, NULL, err);
    }
    for (size_t i = 0; status == EG_OK && i < entries; i++) {
        const struct eg_plant_parameter *entry = &choice->plant->parameters[i];
        if (is_ours(choice, entry) && strcmp(entry->name, parameter->name) == 0) {
            status = add_permitted(choice, parameter, entry, err);
        }
    }
    sort_places(choice->out, first);
    return status;
}

static enum eg_status choose_all(const struct choice *choice, struct eg_error *err)
{
    enum eg_status status = choose_settings(choice, err);

    for (size_t i = 0; status == EG_OK && i < choice->package->parameter_count; i++) {
        status = choose_one(choice, &choice->package->parameters[i], err);
    }
    return status;
}

enum eg_status eg_parameters_choose(struct eg_parameter_values *out,
                                    const struct eg_parameter_rules *rules,
                                    const struct eg_plant *plant, const char *from,
                                    const char *until, struct eg_error *err)
{
    struct eg_parameter_values values = {.plant = plant}, base = {.plant = plant};
    struct choice choice = {.out = &values,
                            .rules = rules,
                            .package = rules->package,
                            .plant = plant,
                            .from = from,
                            .until = until,
                            .permits = true};
    struct choice without = choice;
    bool stricter = false;
    enum eg_status status = check_entries(&stricter, &choice, err);

    without.out = &base;
    without.permits = false;
    if (status == EG_OK && stricter) {
        choice.base = &base;
        status = choose_all(&without, err);
    }
    if (status == EG_OK) {
        status = choose_all(&choice, err);
    }
    eg_parameters_done(&base);
    if (status == EG_OK) {
        *out = values;
        return EG_OK;
    }
    eg_parameters_done(&values);
    return status;
}

void eg_parameters_done(struct eg_parameter_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        free(values->list[i].owned);
    }
    free(values->list);
    free(values->settings);
    *values = (struct eg_parameter_values){.list = NULL};
}

/* ---- looking up --------------------------------------------------------------------------- */

enum eg_status eg_parameters_find(const struct eg_parameter_value **out,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->parameter != parameter ||
            (value->component != NULL && !eg_parameter_same(value->component, component)) ||
            (value->source != NULL && !eg_parameter_same(value->source, source))) {
            continue;
        }
        if (value->needs != NULL) {
            return eg_setting_missing(values, value->needs, component, err);
        }
        *out = value->value != NULL ? value : NULL;
        return EG_OK;
    }
    *out = NULL;
    return EG_OK;
}

const char *eg_parameters_value(const struct eg_parameter_values *values, const char *name,
                                const char *component)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->source == NULL && strcmp(value->parameter->name, name) == 0 &&
            eg_parameter_same(value->component, component)) {
            return value->value;
        }
    }
    return NULL;
}
