/*
 * Codes of what is refused, or told by `rules check`, of a package: one table for the engine's
 * messages, the reference page and tests. Immutable; any thread.
 */
#ifndef EG_ASSESS_REFUSAL_H
#define EG_ASSESS_REFUSAL_H

#include "core/finding.h"

struct eg_refusal {
    /* "EA-NAME" */
    const char *code;
    /* refused when the package is loaded; else told by rules check */
    bool at_load;
    enum eg_severity severity;
    /* half a sentence each */
    const char *meaning, *remedy;
};

/* The row of a code, NULL: there is no such code. */
const struct eg_refusal *eg_refusal_named(const char *code);
/* All rows in order, NULL: no more. */
const struct eg_refusal *eg_refusal_at(size_t index);

#endif
