/*
 * Finding what is declared by its name and what was chosen by its place. The files that choose
 * settings and values, and that compute formulas, call this one; it calls none of them.
 */
#include "assess/package/parameters_inside.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* ---- entries of a directory --------------------------------------------------------------- */

/* "" in a directory means every one: NULL here. */
const char *eg_parameter_some(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

bool eg_parameter_touches(const struct eg_parameter_choice *choice, const char *from,
                          const char *until)
{
    return (until[0] == '\0' || strcmp(choice->from, until) <= 0) &&
           (from[0] == '\0' || strcmp(choice->until, from) >= 0);
}

bool eg_parameter_covers(const struct eg_parameter_choice *choice, const char *from,
                         const char *until)
{
    return (from[0] == '\0' || strcmp(from, choice->from) <= 0) &&
           (until[0] == '\0' || strcmp(until, choice->until) >= 0);
}

/* ---- by name ------------------------------------------------------------------------------ */

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

/* ---- settings ----------------------------------------------------------------------------- */

enum eg_status eg_setting_missing(const struct eg_parameter_values *values,
                                  const struct eg_setting *setting, const char *component,
                                  struct eg_error *err)
{
    char where[EG_ERROR_WHERE_MAX] = "";
    char words[EG_ERROR_TEXT_MAX] = "";
    size_t len = 0;

    (void)snprintf(where, sizeof where, "setting of %.40s, %.40s",
                   values->plant != NULL ? values->plant->id : "no plant", setting->name);
    for (size_t i = 0; i < setting->word_count && len < sizeof words / 2; i++) {
        len += (size_t)snprintf(words + len, sizeof words - len, "%s%s", i > 0 ? ", " : "",
                                setting->words[i]);
    }
    return eg_error_set(err, EG_E_DENIED, where,
                        "is not stated%s%s for the whole period; the registrar must enter one of "
                        "%.120s (%.120s)",
                        component != NULL ? " for component " : "",
                        component != NULL ? component : "", words, setting->source);
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

/* ---- values ------------------------------------------------------------------------------- */

const struct eg_parameter_value *eg_parameter_lookup(const struct eg_parameter_values *values,
                                                     const struct eg_parameter *parameter,
                                                     const char *component, const char *source)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct eg_parameter_value *value = &values->list[i];
        if (value->parameter == parameter &&
            (value->component == NULL || eg_parameter_same(value->component, component)) &&
            (value->source == NULL || eg_parameter_same(value->source, source))) {
            return value;
        }
    }
    return NULL;
}

enum eg_status eg_parameters_find(const struct eg_parameter_value **out,
                                  const struct eg_parameter_values *values,
                                  const struct eg_parameter *parameter, const char *component,
                                  const char *source, struct eg_error *err)
{
    const struct eg_parameter_value *value =
        eg_parameter_lookup(values, parameter, component, source);

    if (value != NULL && value->needs != NULL) {
        return eg_setting_missing(values, value->needs, component, err);
    }
    *out = value != NULL && value->value != NULL ? value : NULL;
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
