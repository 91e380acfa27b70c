/*
 * The table of verbs, which knows every verb; main gives it to those who look verbs up (verbs.h).
 */
#ifndef EG_TOOL_TABLE_H
#define EG_TOOL_TABLE_H

#include "emgate/frame/verb.h"

/* All verbs in the order of help; ends with NULL. Immutable. */
extern const struct eg_tool_verb *const eg_tool_table[];

#endif
