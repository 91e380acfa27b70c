/*
 * How a command line finds its row in the table of verbs.
 */
#ifndef EG_TOOL_VERBS_H
#define EG_TOOL_VERBS_H

#include "emgate/frame/verb.h"

/* All verbs in the order of help; ends with NULL. None, until main gives the table (table.h). */
extern const struct eg_tool_verb *const *eg_tool_verbs;

/*
 * Find the verb that the first one or two words name.
 *
 *   used_out  how many words were the name; untouched on failure
 *   words     count >= 1 words of the command line; borrowed
 *
 * NULL with EG_E_USAGE in err, which names the nearest verb, when there is none. Any thread.
 */
const struct eg_tool_verb *eg_tool_verbs_find(size_t *used_out, char *const *words, size_t count,
                                              struct eg_error *err);

/* true if `word` is the first word of verbs of two words ("rules"). */
bool eg_tool_verbs_group(const char *word);

/* true if the verb's name is `word`, or begins with it as its first of two words. */
bool eg_tool_verbs_in_group(const struct eg_tool_verb *verb, const char *word);

#endif
