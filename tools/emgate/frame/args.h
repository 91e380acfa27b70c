/*
 * The command line of a verb, checked against the verb's own table of options.
 */
#ifndef EG_TOOL_ARGS_H
#define EG_TOOL_ARGS_H

#include "emgate/frame/verb.h"

struct eg_tool_given {
    /* borrowed from the verb */
    const struct eg_tool_option *option;
    /* borrowed from argv; NULL for a flag */
    const char *value;
};

struct eg_tool_args {
    const struct eg_tool_verb *verb;
    bool json;
    /* --help was given: nothing else was checked */
    bool help;
    struct eg_tool_given *given;
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

/*
 * Read the words behind the verb: options anywhere, "--name value" or "--name=value"; "--" ends
 * them; a single "-" is an operand.
 *
 *   out    zeroed by the caller; eg_tool_args_done frees it, also after a failure
 *   verb   kept
 *   words  kept
 *
 * EG_E_USAGE  unknown option (the nearest is named), value missing or too many, option twice,
 *             required option missing, too few or too many operands
 * EG_E_NOMEM
 */
EG_MUST_USE
enum eg_status eg_tool_args_parse(struct eg_tool_args *out, const struct eg_tool_verb *verb,
                                  char *const *words, size_t count, struct eg_error *err);
void eg_tool_args_done(struct eg_tool_args *args);

#endif
