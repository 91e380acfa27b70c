/*
 * emgate, one tool with verbs: finds the verb in the table, checks its command line, runs it, and
 * turns what came back into an exit status.
 */
#include "emgate/frame/args.h"
#include "emgate/frame/help.h"
#include "emgate/frame/terminal.h"
#include "emgate/frame/verbs.h"
#include "emgate/table.h"

#include <emgate/version.h>
#include <errno.h>
#include <string.h>

/* A result that did not reach its reader is not done. */
static int flush_results(int status, struct eg_error *err)
{
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        eg_error_errno(err, "stdout", errno != 0 ? errno : EIO, "results could not be written");
        return EG_EXIT_COULD_NOT;
    }
    return status;
}

static int run_verb(const struct eg_tool_verb *verb, char *const *words, size_t count)
{
    struct eg_tool_args args = {0};
    struct eg_error err = {0};
    int status = EG_EXIT_COULD_NOT;

    if (eg_tool_args_parse(&args, verb, words, count, &err) == EG_OK) {
        if (args.help) {
            eg_tool_help_verb(stdout, verb);
            status = EG_EXIT_DONE;
        } else {
            status = verb->run(&args, &err);
        }
        if (status != EG_EXIT_COULD_NOT) {
            status = flush_results(status, &err);
        }
    }
    if (status == EG_EXIT_COULD_NOT) {
        fflush(stdout);
        eg_tool_complain(verb->name, &err, args.json);
    }
    eg_tool_args_done(&args);
    return status;
}

static bool asks_for_json(char *const *words, size_t count)
{
    for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        if (strcmp(words[i], "--json") == 0) {
            return true;
        }
    }
    return false;
}

static int print_version(bool json)
{
    printf(json ? "{\"program\":\"emgate\",\"version\":\"%s\",\"semantics\":%d}\n"
                : "emgate %s (log semantics %d)\n",
           EG_VERSION, EG_SEMANTICS);
    return EG_EXIT_DONE;
}

/* The words before any verb. -1: a verb follows. */
static int run_without_verb(char *const *words, size_t count, bool json)
{
    if (count == 0) {
        eg_tool_help_list(stderr, NULL);
        return EG_EXIT_COULD_NOT;
    }
    if (strcmp(words[0], "--version") == 0) {
        return print_version(json);
    }
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        eg_tool_help_list(stdout, NULL);
        return EG_EXIT_DONE;
    }
    if (count == 2 && eg_tool_verbs_group(words[0]) && strcmp(words[1], "--help") == 0) {
        eg_tool_help_list(stdout, words[0]);
        return EG_EXIT_DONE;
    }
    return -1;
}

static int dispatch(char *const *words, size_t count, bool json)
{
    struct eg_error err = {0};
    const struct eg_tool_verb *verb = NULL;
    size_t used = 0;
    int status = run_without_verb(words, count, json);

    if (status >= 0) {
        if (status == EG_EXIT_DONE && flush_results(status, &err) != status) {
            eg_tool_complain(NULL, &err, json);
            status = EG_EXIT_COULD_NOT;
        }
        return status;
    }
    verb = eg_tool_verbs_find(&used, words, count, &err);
    if (verb == NULL) {
        eg_tool_complain(NULL, &err, json);
        return EG_EXIT_COULD_NOT;
    }
    return run_verb(verb, words + used, count - used);
}

int main(int argc, char **argv)
{
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;

    eg_tool_signals();
    eg_tool_verbs = eg_tool_table;
    return dispatch(argv + (argc > 0 ? 1 : 0), count, asks_for_json(argv + 1, count));
}
