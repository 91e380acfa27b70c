/*
 * Looks at every fact: shares no code with the set's own search.
 */
#include "tests/support/facts_find.h"

#include <string.h>

const struct eg_fact *eg_facts_find(const struct eg_facts *facts, const char *result,
                                    const char *source, const char *component, const char *name,
                                    const char *day)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct eg_fact *fact = &facts->list[i];
        if (strcmp(fact->result, result) == 0 && strcmp(fact->source, source) == 0 &&
            strcmp(fact->component, component) == 0 && strcmp(fact->name, name) == 0 &&
            strcmp(fact->day, day) == 0) {
            return fact;
        }
    }
    return NULL;
}
