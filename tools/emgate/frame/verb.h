/*
 * One tool, verbs as files: each file of emgate/verbs and emgate/rules exports one const table row
 * that carries name, help, example, options and the function. Help, man pages and completion come
 * from it.
 */
#ifndef EG_TOOL_VERB_H
#define EG_TOOL_VERB_H

#include "base/bytes.h"

#include <stdio.h>

/* Exit status of every verb. */
enum { EG_EXIT_DONE = 0, EG_EXIT_NEGATIVE = 1, EG_EXIT_COULD_NOT = 2 };

struct eg_tool_option {
    /* "--map"; the list ends with NULL */
    const char *name;
    /* word shown for its value, "FILE"; NULL: a flag */
    const char *value;
    /* one sentence */
    const char *help;
    bool repeats;
    bool required;
};

struct eg_tool_args; /* parsed by the frame: options are checked against the verb's list */

struct eg_tool_verb {
    /* "rules check" */
    const char *name;
    /* one line for the list of verbs */
    const char *summary;
    /* "PKG [REPORT...]", "" for none */
    const char *operands;
    /* max -1: any number */
    int operands_min, operands_max;
    /* paragraphs for --help and the man page */
    const char *description;
    /* command lines, one each line */
    const char *example;
    /* own ones; --help, --json are everyone's. NULL: none */
    const struct eg_tool_option *options;
    /*
     * Do it. Human text or (args json) one JSON document a line goes to stdout. Returns an exit
     * status; with EG_EXIT_COULD_NOT err is filled and the frame prints it with code and remedy on
     * stderr.
     */
    int (*run)(const struct eg_tool_args *args, struct eg_error *err);
    /* not in the list of verbs, no man page: for the build and for tests */
    bool hidden;
};

bool eg_tool_json(const struct eg_tool_args *args);
bool eg_tool_flag(const struct eg_tool_args *args, const char *name);
/* Value of an option, the n-th one of a repeating option (from 0); NULL: not given. */
const char *eg_tool_value(const struct eg_tool_args *args, const char *name, size_t n);
size_t eg_tool_operand_count(const struct eg_tool_args *args);
const char *eg_tool_operand(const struct eg_tool_args *args, size_t n);

/*
 * Set by SIGINT and SIGTERM: long work looks at it between steps and stops cleanly. Blocking calls
 * return with EINTR. A second signal ends the process at once.
 */
bool eg_tool_interrupted(void);
/* A progress line on stderr when it is a terminal, else nothing. done == total ends it. */
void eg_tool_progress(const char *what, size_t done, size_t total);

#endif
