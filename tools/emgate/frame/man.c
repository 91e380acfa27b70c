/*
 * Man pages from the tables that the programs run by: emgate.1, emgate-<verb>.1 and emgated.8. The
 * build calls it; what a page says about options and settings can not differ from what they do.
 */
#include "base/file.h"
#include "core/settings.h"
#include "emgate/frame/help.h"
#include "emgate/frame/verbs.h"

#include <emgate/version.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX (256 * 1024)
#define PAGE_MODE 0644
#define NAME_MAX_LEN 96

/* Text as roff takes it: backslash and hyphen are escaped, no line begins as a request. */
static void roff(struct eg_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool first = i == 0 || text[i - 1] == '\n';
        if (first && (text[i] == '.' || text[i] == '\'')) {
            eg_buf_text(out, "\\&");
        }
        if (text[i] == '\\') {
            eg_buf_text(out, "\\e");
        } else if (text[i] == '-') {
            eg_buf_text(out, "\\-");
        } else {
            eg_buf_char(out, text[i]);
        }
    }
}

static void roff_text(struct eg_buf *out, const char *text)
{
    roff(out, text, strlen(text));
}

static void heading(struct eg_buf *out, const char *name, int section)
{
    eg_buf_format(out, ".TH \"");
    for (const char *c = name; *c != '\0'; c++) {
        eg_buf_char(out, *c == ' ' ? '-' : (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
    }
    eg_buf_format(out, "\" \"%d\" \"\" \"emgate %s\" \"emgate\"\n", section, EG_VERSION);
}

static void paragraphs(struct eg_buf *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t len = end != NULL ? (size_t)(end - text) : strlen(text);
        eg_buf_text(out, ".PP\n");
        roff(out, text, len);
        eg_buf_char(out, '\n');
        text += len;
        while (*text == '\n') {
            text++;
        }
    }
}

static void commands(struct eg_buf *out, const char *example)
{
    struct eg_buf text = {0};

    eg_buf_init(&text, PAGE_MAX);
    eg_tool_help_example(&text, example, "");
    eg_buf_text(out, ".PP\n.nf\n.RS 4\n");
    roff(out, (const char *)text.data, text.len);
    eg_buf_text(out, ".RE\n.fi\n");
    out->failed = out->failed || text.failed;
    eg_buf_done(&text);
}

static void option(struct eg_buf *out, const struct eg_tool_option *o)
{
    eg_buf_text(out, ".TP\n.B ");
    roff_text(out, o->name);
    if (o->value != NULL) {
        eg_buf_text(out, " \\fI");
        roff_text(out, o->value);
        eg_buf_text(out, "\\fR");
    }
    eg_buf_char(out, '\n');
    roff_text(out, o->help);
    eg_buf_format(out, "%s%s\n", o->required ? " Required." : "",
                  o->repeats ? " May be repeated." : "");
}

static void exit_status(struct eg_buf *out)
{
    eg_buf_text(out, ".SH EXIT STATUS\n"
                     ".TP\n.B 0\nDone, or a positive verdict.\n"
                     ".TP\n.B 1\nA negative verdict.\n"
                     ".TP\n.B 2\nIt could not be done; stderr says why, with a code and what to do "
                     "about it.\n");
}

static void verb_page(struct eg_buf *out, const struct eg_tool_verb *verb)
{
    static const struct eg_tool_option common[] = {
        {.name = "--json", .help = "One JSON document a line instead of text for people."},
        {.name = "--help", .help = "Print this page's text."},
    };

    eg_buf_text(out, ".SH NAME\nemgate ");
    roff_text(out, verb->name);
    eg_buf_text(out, " \\- ");
    roff_text(out, verb->summary);
    eg_buf_text(out, "\n.SH SYNOPSIS\n.B emgate ");
    roff_text(out, verb->name);
    eg_buf_text(out, "\n[\\fIOPTION\\fR...] ");
    roff_text(out, verb->operands);
    eg_buf_text(out, "\n.SH DESCRIPTION\n");
    paragraphs(out, verb->description);
    eg_buf_text(out, ".SH OPTIONS\n");
    for (const struct eg_tool_option *o = verb->options; o != NULL && o->name != NULL; o++) {
        option(out, o);
    }
    option(out, &common[0]);
    option(out, &common[1]);
    exit_status(out);
    eg_buf_text(out, ".SH EXAMPLE\n");
    commands(out, verb->example);
    eg_buf_text(out, ".SH SEE ALSO\n.BR emgate (1),\n.BR emgated (8)\n");
}

static void tool_page(struct eg_buf *out)
{
    heading(out, "emgate", 1);
    eg_buf_text(out, ".SH NAME\nemgate \\- signed emission reports, from the plant to the "
                     "authority\n.SH SYNOPSIS\n.B emgate\n\\fIVERB\\fR [\\fIOPTION\\fR...] "
                     "[\\fIOPERAND\\fR...]\n.SH DESCRIPTION\nOne tool for everyone who talks to "
                     "a gateway: the plant that signs and submits reports, the authority that "
                     "follows them, the publisher who writes rule packages, the auditor who "
                     "proves what the gateway decided.\n.SH VERBS\n");
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        if (!eg_tool_verbs[i]->hidden) {
            eg_buf_text(out, ".TP\n.B ");
            roff_text(out, eg_tool_verbs[i]->name);
            eg_buf_char(out, '\n');
            roff_text(out, eg_tool_verbs[i]->summary);
            eg_buf_char(out, '\n');
        }
    }
    exit_status(out);
    eg_buf_text(out, ".SH SEE ALSO\n.BR emgated (8)\n");
}

static void setting(struct eg_buf *out, const struct eg_setting_info *row)
{
    eg_buf_text(out, ".TP\n.B ");
    roff_text(out, row->key);
    eg_buf_format(out, " (%s", row->type);
    if (row->required) {
        eg_buf_text(out, ", required)\n");
    } else {
        eg_buf_text(out, ", default ");
        roff_text(out, row->fallback[0] != '\0' ? row->fallback : "empty");
        eg_buf_text(out, ")\n");
    }
    roff_text(out, row->sentence);
    if (row->max > 0) {
        eg_buf_format(out, " From %llu to %llu.", (unsigned long long)row->min,
                      (unsigned long long)row->max);
    }
    eg_buf_char(out, '\n');
}

static void journal_section(struct eg_buf *out)
{
    eg_buf_text(out,
                ".SH JOURNAL\nOne event is one line on standard error: time, level, event, fields. "
                "Whoever reads it slowly, or not at all, holds up nothing. What is not shown is "
                "said by number.\n"
                ".TP\n.B journal\\-lost lines=N\nN lines lost at this place: the buffer was full, "
                "or standard error refused them.\n"
                ".TP\n.B repeated=N\nThe same event, N times more.\n"
                ".TP\n.B left\\-out=N\nN lines of this event above 100 a second.\n"
                ".TP\n.B journal\\-strangers\nStrangers' octets of this hour are used up; at its "
                "end, how many lines were left out.\n"
                ".TP\n.B journal\\-closed\nAt the end, where any line was not shown: logged = "
                "written + lost + folded + left\\-out.\n"
                ".TP\n.B door\\-hangs, door\\-died\nThe door's process gave no sign of life, or "
                "ended; another one takes its place.\n");
}

static void gateway_page(struct eg_buf *out)
{
    struct eg_setting_info row = {0};
    const char *section = "";

    heading(out, "emgated", 8);
    eg_buf_text(
        out,
        ".SH NAME\nemgated \\- gateway for signed emission reports\n.SH SYNOPSIS\n"
        ".B emgated\n\\-\\-config \\fIFILE\\fR [\\-\\-new\\-log]\n.br\n.B emgated\n\\-\\-check "
        "\\fIFILE\\fR\n"
        ".br\n.B emgated\n\\-\\-print\\-config | \\-\\-version | \\-\\-help\n"
        ".SH DESCRIPTION\nTakes signed reports from plants, checks who signed them, applies "
        "the signed rule package that the law in force asks for, records everything in "
        "a log that nobody can alter unnoticed, and answers with a receipt that proves "
        "it. Authorities follow the results as a stream.\n.SH SIGNALS\n.TP\n.B SIGTERM, "
        "SIGINT\nFinish what is in hand, then stop.\n.TP\n.B SIGHUP\nRead directory, rule "
        "packages and revocation lists again, whole or not at all.\n"
        ".SH THE LOG\nBeside the archive lies its head note, the newest tree head that was let "
        "out. A gateway does not start on an archive that is shorter, or without one of the "
        "two: entries for which receipts were given would be given a second time. Put the "
        "longer copy back, or begin a new log: new origin, new log key, another archive, and "
        "once\n.B \\-\\-new\\-log\\fR.\nIt writes a head note of no entry and is refused where "
        "there is an archive or a head note already.\n.SH SETTINGS\nOne "
        "file of sections and keys. A relative path is taken from the folder of the "
        "file. A key that is not in this list is refused.\n");
    for (size_t i = 0; eg_settings_row(i, &row); i++) {
        if (strcmp(section, row.section) != 0) {
            eg_buf_format(out, ".SS [%s]\n", row.section);
            section = row.section;
        }
        setting(out, &row);
    }
    journal_section(out);
    eg_buf_text(out, ".SH SEE ALSO\n.BR emgate (1)\n");
}

static enum eg_status write_page(const char *dir, const char *name, int section,
                                 const struct eg_buf *page, struct eg_error *err)
{
    char file[NAME_MAX_LEN];
    char *path = NULL;
    enum eg_status status = eg_buf_ok(page, name, err);

    snprintf(file, sizeof file, "%s.%d", name, section);
    path = eg_file_join(dir, file);
    if (status != EG_OK) {
        goto done;
    }
    if (path == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, file, "no memory for a path");
        goto done;
    }
    status = eg_file_write(path, eg_bytes_view(page), PAGE_MODE, err);

done:
    free(path);
    return status;
}

static enum eg_status write_verb_page(const char *dir, const struct eg_tool_verb *verb,
                                      struct eg_buf *page, struct eg_error *err)
{
    char name[NAME_MAX_LEN];

    snprintf(name, sizeof name, "emgate-%s", verb->name);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == ' ' ? '-' : *c;
    }
    eg_buf_reset(page);
    heading(page, name, 1);
    verb_page(page, verb);
    return write_page(dir, name, 1, page, err);
}

static int run_man(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *dir = eg_tool_operand(args, 0);
    struct eg_buf page = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&page, PAGE_MAX);
    status = eg_file_mkdirs(dir, err);
    if (status != EG_OK) {
        goto done;
    }
    tool_page(&page);
    status = write_page(dir, "emgate", 1, &page, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_reset(&page);
    gateway_page(&page);
    status = write_page(dir, "emgated", 8, &page, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; eg_tool_verbs[i] != NULL; i++) {
        if (!eg_tool_verbs[i]->hidden) {
            status = write_verb_page(dir, eg_tool_verbs[i], &page, err);
        }
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_buf_done(&page);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_man = {
    .name = "man",
    .summary = "write the man pages",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Writes emgate.1, a page for each verb and emgated.8 into a directory. The "
                   "build uses it.",
    .example = "emgate man build/man",
    .options = NULL,
    .run = run_man,
    .hidden = true,
};
