/*
 * `emgate help` and --help: one page a verb and one list, both made from the table, so that help,
 * man pages and what the tool takes can not drift apart.
 */
#include "emgate/frame/help.h"

#include "base/text.h"
#include "emgate/frame/verbs.h"

#include <emgate/version.h>
#include <string.h>

#define TEXT_WIDTH 78
#define COMMAND_WIDTH 74
#define EXAMPLE_MAX (16 * 1024)
#define HELP_JSON_MAX (256 * 1024)

void eg_tool_help_list(FILE *out, const char *group)
{
    if (group == NULL) {
        fprintf(out, "emgate %s: signed emission reports, from the plant to the authority\n\n",
                EG_VERSION);
        fprintf(out, "usage: emgate VERB [OPTION...] [OPERAND...]\n\n");
    }
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        const struct eg_tool_verb *verb = eg_tool_verbs[i];
        if (!verb->hidden && (group == NULL || eg_tool_verbs_in_group(verb, group))) {
            fprintf(out, "  %-18s %s\n", verb->name, verb->summary);
        }
    }
    fprintf(out, "\n\"emgate help VERB\" explains one, with an example.\n");
    if (group == NULL) {
        fprintf(out, "Every verb takes --help and --json. Exit status: 0 done or positive,\n"
                     "1 negative verdict, 2 could not.\n");
    }
}

static void print_usage(FILE *out, const struct eg_tool_verb *verb)
{
    fprintf(out, "emgate %s [OPTION...]%s%s\n", verb->name, verb->operands[0] != '\0' ? " " : "",
            verb->operands);
}

/* Break one paragraph at blanks; a line that is longer without any stays as it is. */
static void print_wrapped(FILE *out, const char *text, size_t len, size_t indent)
{
    size_t column = 0;

    while (len > 0) {
        size_t word = 0;
        while (word < len && text[word] != ' ' && text[word] != '\n') {
            word++;
        }
        if (word > 0) {
            if (column > 0 && column + 1 + word > TEXT_WIDTH - indent) {
                fprintf(out, "\n");
                column = 0;
            }
            fprintf(out, "%*s%.*s", column == 0 ? (int)indent : 1, "", (int)word, text);
            column += word + (column > 0 ? 1 : 0);
        }
        word += word < len ? 1 : 0;
        text += word;
        len -= word;
    }
    fprintf(out, "\n");
}

static void print_paragraphs(FILE *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t len = end != NULL ? (size_t)(end - text) : strlen(text);
        print_wrapped(out, text, len, 0);
        text += len;
        while (*text == '\n') {
            text++;
        }
        if (*text != '\0') {
            fprintf(out, "\n");
        }
    }
}

static void print_option(FILE *out, const struct eg_tool_option *option)
{
    fprintf(out, "  %s%s%s%s%s\n", option->name, option->value != NULL ? " " : "",
            option->value != NULL ? option->value : "", option->required ? "  (required)" : "",
            option->repeats ? "  (may be repeated)" : "");
    print_wrapped(out, option->help, strlen(option->help), 6);
}

/* Octets up to the next blank outside of quotes. */
static size_t word_len(const char *text, size_t len)
{
    char quote = '\0';

    for (size_t i = 0; i < len; i++) {
        if (quote == '\0' && text[i] == ' ') {
            return i;
        }
        if (text[i] == quote) {
            quote = '\0';
        } else if (quote == '\0' && (text[i] == '"' || text[i] == '\'')) {
            quote = text[i];
        }
    }
    return len;
}

static void add_command(struct eg_buf *out, const char *text, size_t len, const char *indent)
{
    size_t column = 0;

    eg_buf_text(out, indent);
    while (len > 0) {
        size_t word = word_len(text, len);
        if (column > 0 && column + 1 + word > COMMAND_WIDTH) {
            eg_buf_format(out, " \\\n%s    ", indent);
            column = 4;
        } else if (column > 0) {
            eg_buf_char(out, ' ');
            column++;
        }
        eg_buf_add(out, text, word);
        column += word;
        word += word < len ? 1 : 0;
        text += word;
        len -= word;
    }
    eg_buf_char(out, '\n');
}

void eg_tool_help_example(struct eg_buf *out, const char *example, const char *indent)
{
    while (*example != '\0') {
        size_t len = strcspn(example, "\n");
        add_command(out, example, len, indent);
        example += len + (example[len] == '\n' ? 1 : 0);
    }
}

static void print_example(FILE *out, const char *example)
{
    struct eg_buf text = {0};

    eg_buf_init(&text, EXAMPLE_MAX);
    eg_tool_help_example(&text, example, "  ");
    if (text.len > 0) {
        fwrite(text.data, 1, text.len, out);
    }
    eg_buf_done(&text);
}

void eg_tool_help_verb(FILE *out, const struct eg_tool_verb *verb)
{
    static const struct eg_tool_option common[] = {
        {.name = "--json", .help = "One JSON document a line instead of text for people."},
        {.name = "--help", .help = "This page."},
    };

    fprintf(out, "emgate %s: %s\n\nusage: ", verb->name, verb->summary);
    print_usage(out, verb);
    fprintf(out, "\n");
    print_paragraphs(out, verb->description);
    fprintf(out, "\nOptions:\n");
    for (const struct eg_tool_option *o = verb->options; o != NULL && o->name != NULL; o++) {
        print_option(out, o);
    }
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        print_option(out, &common[i]);
    }
    fprintf(out, "\nExample:\n");
    print_example(out, verb->example);
}

static void add_text(struct eg_buf *out, const char *name, const char *value)
{
    eg_buf_format(out, "\"%s\":", name);
    eg_text_json(out, eg_bytes_of(value));
}

static void add_verb(struct eg_buf *out, const struct eg_tool_verb *verb)
{
    eg_buf_char(out, '{');
    add_text(out, "verb", verb->name);
    eg_buf_char(out, ',');
    add_text(out, "summary", verb->summary);
    eg_buf_char(out, ',');
    add_text(out, "operands", verb->operands);
    eg_buf_text(out, ",\"options\":[");
    for (const struct eg_tool_option *o = verb->options; o != NULL && o->name != NULL; o++) {
        eg_buf_text(out, o == verb->options ? "{" : ",{");
        add_text(out, "name", o->name);
        if (o->value != NULL) {
            eg_buf_char(out, ',');
            add_text(out, "value", o->value);
        }
        eg_buf_format(out, ",\"repeats\":%s,\"required\":%s,", o->repeats ? "true" : "false",
                      o->required ? "true" : "false");
        add_text(out, "help", o->help);
        eg_buf_char(out, '}');
    }
    eg_buf_text(out, "],");
    add_text(out, "example", verb->example);
    eg_buf_text(out, "}\n");
}

/* The table itself, one verb a line: for completion and for tests. */
static int print_json(const char *only, struct eg_error *err)
{
    struct eg_buf out = {0};
    int status = EG_EXIT_COULD_NOT;

    eg_buf_init(&out, HELP_JSON_MAX);
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        if (!eg_tool_verbs[i]->hidden &&
            (only == NULL || strcmp(eg_tool_verbs[i]->name, only) == 0)) {
            add_verb(&out, eg_tool_verbs[i]);
        }
    }
    if (eg_buf_ok(&out, "help", err) == EG_OK) {
        fwrite(out.data, 1, out.len, stdout);
        status = EG_EXIT_DONE;
    }
    eg_buf_done(&out);
    return status;
}

static int run_help(const struct eg_tool_args *args, struct eg_error *err)
{
    size_t count = eg_tool_operand_count(args);
    char *words[2] = {NULL, NULL};
    const struct eg_tool_verb *verb = NULL;
    size_t used = 0;

    if (count == 0) {
        if (eg_tool_json(args)) {
            return print_json(NULL, err);
        }
        eg_tool_help_list(stdout, NULL);
        return EG_EXIT_DONE;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = (char *)(uintptr_t)eg_tool_operand(args, i);
    }
    if (count == 1 && eg_tool_verbs_group(words[0]) && !eg_tool_json(args)) {
        eg_tool_help_list(stdout, words[0]);
        return EG_EXIT_DONE;
    }
    verb = eg_tool_verbs_find(&used, words, count, err);
    if (verb == NULL) {
        return EG_EXIT_COULD_NOT;
    }
    if (used < count) {
        eg_error_set(err, EG_E_USAGE, words[used], "is one word too many: %s is the verb",
                     verb->name);
        return EG_EXIT_COULD_NOT;
    }
    if (eg_tool_json(args)) {
        return print_json(verb->name, err);
    }
    eg_tool_help_verb(stdout, verb);
    return EG_EXIT_DONE;
}

const struct eg_tool_verb eg_verb_help = {
    .name = "help",
    .summary = "explain a verb, or list all",
    .operands = "[VERB]",
    .operands_min = 0,
    .operands_max = 2,
    .description = "Prints the page of a verb, the list of the verbs that begin with a word, or "
                   "the list of all. With --json it prints the table itself, one verb a line.",
    .example = "emgate help rules check\nemgate help rules",
    .options = NULL,
    .run = run_help,
};
