/*
 * One fact of a set by its key, as a test asks for it.
 */
#ifndef EG_TESTS_SUPPORT_FACTS_FIND_H
#define EG_TESTS_SUPPORT_FACTS_FIND_H

#include "core/facts.h"

/* NULL: not there. Borrowed. */
const struct eg_fact *eg_facts_find(const struct eg_facts *facts, const char *result,
                                    const char *source, const char *component, const char *name,
                                    const char *day);

#endif
