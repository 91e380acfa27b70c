/*
 * Finding what is declared by its name and what was chosen by its place. The files that choose
 * settings and values, and that compute formulas, call this one; it calls none of them.
 */
#include "assess/package/parameters_inside.h"

#include <string.h>

/* ---- entries of a directory --------------------------------------------------------------- */

/* "" in a directory means every one: NULL here. */
const char *eg_parameter_some(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

unsigned eg_parameter_rank(const char *component, const char *source, bool component_first)
{
    unsigned component_misses = component == NULL, source_misses = source == NULL;

    return component_first ? 2 * component_misses + source_misses
                           : 2 * source_misses + component_misses;
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

const struct eg_setting_value *eg_setting_lookup(const struct eg_parameter_values *values,
                                                 const struct eg_setting *setting,
                                                 const char *component, const char *source)
{
    for (size_t i = 0; i < values->setting_count; i++) {
        const struct eg_setting_value *value = &values->settings[i];
        if (value->setting == setting &&
            (value->component == NULL || eg_parameter_same(value->component, component)) &&
            (value->source == NULL || eg_parameter_same(value->source, source))) {
            return value;
        }
    }
    return NULL;
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
