/*
 * Why this file exists: who is told of one missing setting enters it, sends again, and is told of
 * the next. So all that a judgement lacks is gathered and told in one line, with what may be
 * entered.
 */
#include "assess/package/parameters_inside.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/vector.h"
#include "core/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- gathering ---------------------------------------------------------------------------- */

static bool is_lacking(const struct eg_settings_lacking *lacking, const struct eg_setting *setting,
                       const char *component, const char *source)
{
    for (size_t i = 0; i < lacking->count; i++) {
        const struct eg_setting_lack *lack = &lacking->list[i];
        if (lack->setting == setting && eg_parameter_same(lack->component, component) &&
            eg_parameter_same(lack->source, source)) {
            return true;
        }
    }
    return false;
}

static bool copy(char **out, const char *text)
{
    *out = text != NULL ? strdup(text) : NULL;
    return (*out == NULL) == (text == NULL);
}

enum eg_status eg_settings_lack_add(struct eg_settings_lacking *to,
                                    const struct eg_setting *setting,
                                    const struct eg_dated_place *place, const char *changes,
                                    struct eg_error *err)
{
    /* what the whole plant lacks is not told again for each of its places */
    if (is_lacking(to, setting, NULL, NULL) ||
        is_lacking(to, setting, place->component, place->source)) {
        return EG_OK;
    }
    if (to->count == EG_SETTINGS_LACKING_MAX) {
        to->beyond = true;
        return EG_OK;
    }
    enum eg_status room = EG_VECTOR_RESERVE(to->list, to->capacity, to->count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "settings", err);
    }
    struct eg_setting_lack *lack = &to->list[to->count++];
    *lack = (struct eg_setting_lack){.setting = setting};
    if (!copy(&lack->component, place->component) || !copy(&lack->source, place->source) ||
        !copy(&lack->changes, changes)) {
        return eg_error_set(err, EG_E_NOMEM, "settings", "memory ran out");
    }
    return EG_OK;
}

enum eg_status eg_settings_lack(struct eg_settings_lacking *to,
                                const struct eg_parameter_values *values,
                                const struct eg_setting *setting, const char *component,
                                const char *source, struct eg_error *err)
{
    const struct eg_dated_place place = {.component = setting->per_component ? component : NULL,
                                         .source = source};

    return eg_setting_lookup(values, setting, component, source) != NULL
               ? EG_OK
               : eg_settings_lack_add(to, setting, &place, NULL, err);
}

/* A formula lacks what the parameters lack that it names. */
struct operands {
    struct eg_settings_lacking *to;
    const struct eg_parameter_values *values;
    const char *component, *source;
    struct eg_error *err;
    enum eg_status status;
};

static bool add_operand(const struct eg_expression *node, void *payload)
{
    struct operands *operands = payload;

    if (node->kind == EG_EXPR_PARAMETER) {
        operands->status =
            eg_parameters_lack(operands->to, operands->values,
                               eg_parameter_named(operands->values->package, node->text),
                               operands->component, operands->source, operands->err);
    }
    return operands->status == EG_OK;
}

/* Depth is bounded: a formula names parameters above its own only. */
enum eg_status eg_parameters_lack(struct eg_settings_lacking *to,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err)
{
    const struct eg_package *package = values->package;
    const struct eg_parameter_value *value =
        eg_parameter_lookup(values, parameter, component, source);

    if (value == NULL || value->needs == NULL) {
        return EG_OK;
    }
    for (size_t i = 0; i < package->setting_count; i++) {
        const struct eg_setting *setting = &package->settings[i];
        if (eg_parameter_looks_at(values->rules, parameter, setting)) {
            EG_TRY(eg_settings_lack(to, values, setting, component, source, err));
        }
    }
    struct operands operands = {to, values, component, source, err, EG_OK};
    if (parameter->is != NULL) {
        (void)eg_expression_walk(values->rules->list[parameter - package->parameters].is,
                                 add_operand, &operands);
    }
    return operands.status;
}

/* ---- telling ------------------------------------------------------------------------------ */

/* One line on its way; what does not fit is left out whole and counted. */
struct line {
    const struct eg_settings_lacking *lacking;
    /* by lack */
    bool told[EG_SETTINGS_LACKING_MAX];
    char text[EG_VERDICT_TEXT_MAX];
    size_t len;
    bool fits;
};

enum { ROOM_FOR_COUNT = 32 }; /* "; and more than 12345678 more" */

__attribute__((format(printf, 2, 3))) static void put(struct line *line, const char *format, ...)
{
    size_t room = sizeof line->text - ROOM_FOR_COUNT - line->len;
    va_list args;

    va_start(args, format);
    int len = vsnprintf(line->text + line->len, room, format, args);
    va_end(args);
    line->fits = line->fits && len >= 0 && (size_t)len < room;
    line->len += line->fits ? (size_t)len : 0;
}

/* Does the source lack the setting of `first` for the same components as its source does? */
static bool lacks_alike(const struct eg_settings_lacking *lacking,
                        const struct eg_setting_lack *first, const char *source)
{
    size_t here = 0, there = 0;

    for (size_t i = 0; i < lacking->count; i++) {
        const struct eg_setting_lack *lack = &lacking->list[i];
        if (lack->setting != first->setting || lack->changes != NULL) {
            continue;
        }
        here += eg_parameter_same(lack->source, first->source);
        if (eg_parameter_same(lack->source, source)) {
            there++;
            if (!is_lacking(lacking, lack->setting, lack->component, first->source)) {
                return false;
            }
        }
    }
    return here == there;
}

/* Is lack `i` told together with `first`, which comes before it? */
static bool is_told_with(const struct line *line, const struct eg_setting_lack *first, size_t i)
{
    const struct eg_setting_lack *lack = &line->lacking->list[i];

    return !line->told[i] && lack->setting == first->setting && lack->changes == NULL &&
           lacks_alike(line->lacking, first, lack->source);
}

/* " for NOx CO of K1 K2" */
static void put_places(struct line *line, const struct eg_setting_lack *first)
{
    const char *before = " for ";

    for (size_t i = 0; first->component != NULL && i < line->lacking->count; i++) {
        const struct eg_setting_lack *lack = &line->lacking->list[i];
        if (is_told_with(line, first, i) && eg_parameter_same(lack->source, first->source)) {
            put(line, "%s%s", before, lack->component);
            before = " ";
        }
    }
    before = " of ";
    for (size_t i = 0; first->source != NULL && i < line->lacking->count; i++) {
        const struct eg_setting_lack *lack = &line->lacking->list[i];
        if (is_told_with(line, first, i) && eg_parameter_same(lack->component, first->component)) {
            put(line, "%s%s", before, lack->source);
            before = " ";
        }
    }
}

static void put_words(struct line *line, const struct eg_setting *setting)
{
    put(line, "%s (", setting->name);
    for (size_t i = 0; i < setting->word_count; i++) {
        put(line, "%s%s", i > 0 ? ", " : "", setting->words[i]);
    }
    put(line, ")");
}

/* The places by their names, or if there is no room for them, by their number. */
static void put_missing(struct line *line, const struct eg_setting_lack *lack)
{
    size_t places = 0, begin = line->len;

    put_words(line, lack->setting);
    put_places(line, lack);
    for (size_t i = 0; i < line->lacking->count; i++) {
        places += is_told_with(line, lack, i);
    }
    if (!line->fits && places > 1) {
        line->len = begin;
        line->fits = true;
        put_words(line, lack->setting);
        put(line, " in %zu places", places);
    }
}

static void put_change(struct line *line, const struct eg_setting_lack *lack)
{
    put(line, "%s%s%s%s%s changes within the period: %s", lack->setting->name,
        lack->component != NULL ? " for " : "", lack->component != NULL ? lack->component : "",
        lack->source != NULL ? " of " : "", lack->source != NULL ? lack->source : "",
        lack->changes);
}

/* The lack at `first`, and what is told with it. */
static void put_part(struct line *line, size_t first, const char *before)
{
    const struct eg_setting_lack *lack = &line->lacking->list[first];
    size_t begin = line->len;

    line->fits = true;
    put(line, "%s", before);
    if (lack->changes != NULL) {
        put_change(line, lack);
    } else {
        put_missing(line, lack);
    }
    if (!line->fits) {
        line->len = begin;
        return;
    }
    for (size_t i = first + 1; lack->changes == NULL && i < line->lacking->count; i++) {
        line->told[i] = line->told[i] || is_told_with(line, lack, i);
    }
    line->told[first] = true;
}

static size_t count_untold(const struct line *line, bool changes)
{
    size_t count = 0;

    for (size_t i = 0; i < line->lacking->count; i++) {
        count += !line->told[i] && (line->lacking->list[i].changes != NULL) == changes;
    }
    return count;
}

/* Those that are missing, then those that change. */
static void put_all(struct line *line, const char *plant, const char *package)
{
    size_t missing = count_untold(line, false);
    const char *before = ": ";

    if (missing > 0) {
        put(line, "the registrar must enter %zu setting%s of ", missing, missing == 1 ? "" : "s");
    }
    put(line, "%.40s for %.60s", plant, package);
    for (int changes = 0; changes <= 1; changes++) {
        for (size_t i = 0; i < line->lacking->count; i++) {
            if (!line->told[i] && (line->lacking->list[i].changes != NULL) == (changes == 1)) {
                put_part(line, i, before);
                before = "; ";
            }
        }
    }
    size_t more = count_untold(line, false) + count_untold(line, true);
    if (more > 0) {
        (void)snprintf(line->text + line->len, sizeof line->text - line->len, "; and %s%zu more",
                       line->lacking->beyond ? "more than " : "", more);
    } else if (line->lacking->beyond) {
        (void)snprintf(line->text + line->len, sizeof line->text - line->len, "; and others");
    }
}

enum eg_status eg_settings_refuse(const struct eg_settings_lacking *lacking,
                                  const struct eg_parameter_values *values, struct eg_error *err)
{
    struct line line = {.lacking = lacking, .fits = true};
    char where[EG_ERROR_WHERE_MAX] = "";

    if (lacking->count == 0) {
        return EG_OK;
    }
    const char *plant = values->plant != NULL ? values->plant->id : "no plant";
    const char *package = values->package->ref.id;
    (void)snprintf(where, sizeof where, "settings of %.40s, %.40s", plant, package);
    put_all(&line, plant, package);
    return eg_error_set(err, EG_E_DENIED, where, "%s", line.text);
}

void eg_settings_lacking_done(struct eg_settings_lacking *lacking)
{
    for (size_t i = 0; i < lacking->count; i++) {
        free(lacking->list[i].component);
        free(lacking->list[i].source);
        free(lacking->list[i].changes);
    }
    free(lacking->list);
    *lacking = (struct eg_settings_lacking){.list = NULL};
}

/* ---- finding, with what is lacking when there is none --------------------------------------- */

enum eg_status eg_settings_find(const struct eg_setting_value **out,
                                const struct eg_parameter_values *values,
                                const struct eg_setting *setting, const char *component,
                                const char *source, struct eg_error *err)
{
    struct eg_settings_lacking lacking = {.list = NULL};
    const struct eg_setting_value *value = eg_setting_lookup(values, setting, component, source);

    if (value != NULL) {
        *out = value;
        return EG_OK;
    }
    enum eg_status status = eg_settings_lack(&lacking, values, setting, component, source, err);
    if (status == EG_OK) {
        status = eg_settings_refuse(&lacking, values, err);
    }
    eg_settings_lacking_done(&lacking);
    return status;
}

enum eg_status eg_parameters_find(const struct eg_parameter_value **out,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err)
{
    const struct eg_parameter_value *value =
        eg_parameter_lookup(values, parameter, component, source);
    const struct eg_setting_value *needed = NULL;

    if (value != NULL && value->needs != NULL) {
        return eg_settings_find(&needed, values, value->needs, component, source, err);
    }
    *out = value != NULL && value->value != NULL ? value : NULL;
    return EG_OK;
}
