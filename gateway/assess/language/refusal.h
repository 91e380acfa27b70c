/*
 * Codes of what is refused, or told by `rules check`, of a package: one table for the engine's
 * messages, the reference page and tests. Immutable; any thread.
 */
#ifndef EG_ASSESS_REFUSAL_H
#define EG_ASSESS_REFUSAL_H

#include "core/finding.h"

struct eg_refusal {
    const char *code; /* "EA-NAME" */
    bool at_load;     /* refused when the package is loaded; else told by rules check */
    enum eg_severity severity;
    const char *meaning, *remedy; /* half a sentence each */
};

/* The row of a code, NULL: there is no such code. */
const struct eg_refusal *eg_refusal_named(const char *code);
/* All rows in order, NULL: no more. */
const struct eg_refusal *eg_refusal_at(size_t index);

#endif
