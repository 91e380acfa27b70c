/*
 * What the tool says beside its results: errors on stderr, and the two signals.
 */
#ifndef EG_TOOL_TERMINAL_H
#define EG_TOOL_TERMINAL_H

#include "emgate/frame/verb.h"

/* Let SIGINT and SIGTERM set the flag of eg_tool_interrupted. Once, from main. */
void eg_tool_signals(void);

/*
 * Print an error on stderr: what, where, code and remedy; one JSON document if `json`.
 *
 *   verb  name of the verb that could not; NULL: the tool itself
 */
void eg_tool_complain(const char *verb, const struct eg_error *err, bool json);

#endif
