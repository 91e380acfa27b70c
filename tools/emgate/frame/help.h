/*
 * Help texts, made from the table of verbs.
 */
#ifndef EG_TOOL_HELP_H
#define EG_TOOL_HELP_H

#include "base/bytes.h"
#include "emgate/frame/verb.h"

/* Print the list of verbs: all of them, or those whose first word is `group`. */
void eg_tool_help_list(FILE *out, const char *group);

/* Print the page of one verb. */
void eg_tool_help_verb(FILE *out, const struct eg_tool_verb *verb);

/*
 * Append the command lines of an example. A long one is broken at blanks outside of quotes, with a
 * backslash, so that it can still be pasted into a shell.
 */
void eg_tool_help_example(struct eg_buf *out, const char *example, const char *indent);

#endif
