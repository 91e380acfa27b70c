/*
 * Reading the command line of one verb. Strict, because a misspelt option that is silently ignored
 * does something else than was asked for: whatever the verb's table does not list is refused.
 */
#include "emgate/frame/args.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES_MAX 64
#define OPTION_NAME_MAX 64

static const struct eg_tool_option *option_find(const struct eg_tool_verb *verb, const char *name,
                                                size_t len)
{
    for (const struct eg_tool_option *o = verb->options; o != NULL && o->name != NULL; o++) {
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0) {
            return o;
        }
    }
    return NULL;
}

static enum eg_status unknown_option(const struct eg_tool_verb *verb, const char *word, size_t len,
                                     struct eg_error *err)
{
    const char *names[CANDIDATES_MAX] = {"--help", "--json"};
    size_t count = 2;
    char name[OPTION_NAME_MAX];
    const char *near = NULL;

    for (const struct eg_tool_option *o = verb->options;
         o != NULL && o->name != NULL && count < CANDIDATES_MAX; o++) {
        names[count++] = o->name;
    }
    snprintf(name, sizeof name, "%.*s", len < sizeof name ? (int)len : OPTION_NAME_MAX, word);
    near = len > 2 ? eg_text_nearest(name, names, count) : NULL;
    if (near != NULL) {
        return eg_error_set(err, EG_E_USAGE, name, "is not an option of %s; did you mean %s?",
                            verb->name, near);
    }
    return eg_error_set(err, EG_E_USAGE, name, "is not an option of %s", verb->name);
}

static enum eg_status add_option(struct eg_tool_args *args, const struct eg_tool_option *option,
                                 const char *value, struct eg_error *err)
{
    for (size_t i = 0; i < args->given_count && !option->repeats; i++) {
        if (args->given[i].option == option) {
            return eg_error_set(err, EG_E_USAGE, option->name, "may be given only once");
        }
    }
    args->given[args->given_count].option = option;
    args->given[args->given_count].value = value;
    args->given_count++;
    return EG_OK;
}

/* One word that begins with '-'; *at is moved on when the value is the word behind it. */
static enum eg_status take_option(struct eg_tool_args *args, char *const *words, size_t count,
                                  size_t *at, struct eg_error *err)
{
    const char *word = words[*at];
    const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct eg_tool_option *option = option_find(args->verb, word, len);
    const char *value = equals != NULL ? equals + 1 : NULL;

    if (option == NULL) {
        return unknown_option(args->verb, word, len, err);
    }
    if (option->value == NULL && value != NULL) {
        return eg_error_set(err, EG_E_USAGE, option->name, "takes no value");
    }
    if (option->value != NULL && value == NULL) {
        if (*at + 1 >= count || strncmp(words[*at + 1], "--", 2) == 0) {
            return eg_error_set(err, EG_E_USAGE, option->name, "needs a value: %s %s", option->name,
                                option->value);
        }
        value = words[++*at];
    }
    return add_option(args, option, value, err);
}

static enum eg_status check_required(const struct eg_tool_args *args, struct eg_error *err)
{
    for (const struct eg_tool_option *o = args->verb->options; o != NULL && o->name != NULL; o++) {
        if (o->required && eg_tool_value(args, o->name, 0) == NULL &&
            !eg_tool_flag(args, o->name)) {
            return eg_error_set(err, EG_E_USAGE, o->name, "is required: %s %s", o->name,
                                o->value != NULL ? o->value : "");
        }
    }
    return EG_OK;
}

static enum eg_status check_operands(const struct eg_tool_args *args, struct eg_error *err)
{
    const struct eg_tool_verb *verb = args->verb;

    if (args->operand_count < (size_t)verb->operands_min) {
        return eg_error_set(err, EG_E_USAGE, NULL, "operands are missing: emgate %s %s", verb->name,
                            verb->operands);
    }
    if (verb->operands_max >= 0 && args->operand_count > (size_t)verb->operands_max) {
        return eg_error_set(err, EG_E_USAGE, args->operands[verb->operands_max],
                            verb->operands_max == 0 ? "is one word too many: %s takes none"
                                                    : "is one word too many for %s",
                            verb->name);
    }
    return EG_OK;
}

/* --help and --json count wherever they are, so that they work beside mistakes. */
static void find_common(struct eg_tool_args *out, char *const *words, size_t count)
{
    for (size_t i = 0; i < count && strcmp(words[i], "--") != 0; i++) {
        out->json = out->json || strcmp(words[i], "--json") == 0;
        out->help = out->help || strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0;
    }
}

enum eg_status eg_tool_args_parse(struct eg_tool_args *out, const struct eg_tool_verb *verb,
                                  char *const *words, size_t count, struct eg_error *err)
{
    bool ended = false;

    out->verb = verb;
    find_common(out, words, count);
    if (out->help) {
        return EG_OK;
    }
    out->given = calloc(count + 1, sizeof *out->given);
    out->operands = calloc(count + 1, sizeof *out->operands);
    if (out->given == NULL || out->operands == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for the command line");
    }
    for (size_t i = 0; i < count; i++) {
        if (ended || words[i][0] != '-' || words[i][1] == '\0') {
            out->operands[out->operand_count++] = words[i];
        } else if (strcmp(words[i], "--") == 0) {
            ended = true;
        } else if (strcmp(words[i], "--json") != 0) {
            enum eg_status status = take_option(out, words, count, &i, err);
            if (status != EG_OK) {
                return status;
            }
        }
    }
    enum eg_status status = check_required(out, err);
    return status != EG_OK ? status : check_operands(out, err);
}

void eg_tool_args_done(struct eg_tool_args *args)
{
    free(args->given);
    free(args->operands);
    memset(args, 0, sizeof *args);
}

bool eg_tool_json(const struct eg_tool_args *args)
{
    return args->json;
}

bool eg_tool_flag(const struct eg_tool_args *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *eg_tool_value(const struct eg_tool_args *args, const char *name, size_t n)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0 && n-- == 0) {
            return args->given[i].value;
        }
    }
    return NULL;
}

size_t eg_tool_operand_count(const struct eg_tool_args *args)
{
    return args->operand_count;
}

const char *eg_tool_operand(const struct eg_tool_args *args, size_t n)
{
    return n < args->operand_count ? args->operands[n] : NULL;
}
