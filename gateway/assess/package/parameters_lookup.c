/*
 * Finding a parameter by its name and a value by its place: below the files that choose and compute
 * values.
 */
#include "assess/package/parameters_inside.h"

#include <string.h>

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
