/*
 * Errors, progress and interruption: what the tool says beside its results. Results belong to
 * stdout and nothing here writes there.
 */
#include "emgate/frame/terminal.h"

#include "base/clock.h"
#include "base/text.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Between two progress lines; faster than this nobody reads. */
#define PROGRESS_EVERY_MS 100
#define COMPLAINT_MAX (16 * 1024)

static volatile sig_atomic_t interrupted;

static const struct remedy {
    enum eg_status status;
    const char *code;
    const char *remedy;
} remedies[] = {
    {EG_E_NOMEM, "no-memory", "give the process more memory, or hand in less at a time"},
    {EG_E_IO, "io", "look at the named file, disk or address, then try again"},
    {EG_E_LIMIT, "limit", "stay below the published limit; wire/PROTOCOL.md, 9.2, lists them"},
    {EG_E_FORMAT, "format", "mend the named file; it is not in the form that it should have"},
    {EG_E_NOTFOUND, "not-found", "check the name and the folder"},
    {EG_E_EXISTS, "exists", "choose another name, or remove what is there"},
    {EG_E_STATE, "state", "bring it into the state that is asked for, then try again"},
    {EG_E_CRYPTO, "crypto", "check key, certificate and their permissions"},
    {EG_E_BUSY, "busy", "try again in a moment"},
    {EG_E_CLOCK, "clock", "set the clock of this machine"},
    {EG_E_DENIED, "denied", "ask whoever is responsible for the rule named"},
    {EG_E_TIMEOUT, "timeout", "check that the other side runs and can be reached, then try again"},
    {EG_E_USAGE, "usage", "emgate help"},
    {EG_E_INTERNAL, "internal", "report this as a fault of emgate, with the line above"},
};

static const struct remedy *remedy_of(enum eg_status status)
{
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        if (remedies[i].status == status) {
            return &remedies[i];
        }
    }
    return &remedies[sizeof remedies / sizeof remedies[0] - 1];
}

static const char *code_of(enum eg_status status)
{
    return status == EG_OK ? "ok" : remedy_of(status)->code;
}

static void add_member(struct eg_buf *out, const char *name, const char *value)
{
    eg_buf_format(out, ",\"%s\":", name);
    eg_text_json(out, eg_bytes_of(value));
}

static void complain_json(struct eg_buf *out, const char *verb, const struct eg_error *err,
                          const char *remedy)
{
    eg_buf_format(out, "{\"error\":{\"code\":\"%s\"", code_of(err->status));
    if (verb != NULL) {
        add_member(out, "verb", verb);
    }
    if (err->where[0] != '\0') {
        add_member(out, "where", err->where);
    }
    add_member(out, "text", err->text[0] != '\0' ? err->text : eg_status_text(err->status));
    eg_buf_format(out, ",\"retry\":%s", err->retry ? "true" : "false");
    add_member(out, "remedy", remedy);
    eg_buf_text(out, "}}\n");
}

static void complain_text(struct eg_buf *out, const char *verb, const struct eg_error *err,
                          const char *remedy)
{
    eg_buf_format(out, "emgate%s%s: ", verb != NULL ? " " : "", verb != NULL ? verb : "");
    if (err->where[0] != '\0') {
        eg_buf_format(out, "%s: ", err->where);
    }
    eg_buf_format(out, "%s [%s]\n", err->text[0] != '\0' ? err->text : eg_status_text(err->status),
                  code_of(err->status));
    eg_buf_format(out, "  remedy: %s\n", remedy);
}

void eg_tool_complain(const char *verb, const struct eg_error *err, bool json)
{
    struct eg_buf out = {0};
    char remedy[128];

    if (err->status == EG_E_USAGE && verb != NULL) {
        snprintf(remedy, sizeof remedy, "\"emgate help %s\" shows what it takes", verb);
    } else {
        snprintf(remedy, sizeof remedy, "%s", remedy_of(err->status)->remedy);
    }
    eg_buf_init(&out, COMPLAINT_MAX);
    if (json) {
        complain_json(&out, verb, err, remedy);
    } else {
        complain_text(&out, verb, err, remedy);
    }
    fwrite(out.data, 1, out.len, stderr);
    eg_buf_done(&out);
}

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

void eg_tool_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND; /* the second one ends the process */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool eg_tool_interrupted(void)
{
    return interrupted != 0;
}

void eg_tool_progress(const char *what, size_t done, size_t total)
{
    static int64_t shown_ms; /* the tool reports progress from its main thread only */
    int64_t now_ms = 0;

    if (isatty(STDERR_FILENO) != 1) {
        return;
    }
    now_ms = eg_clock_boot_ms();
    if (done < total && now_ms - shown_ms < PROGRESS_EVERY_MS) {
        return;
    }
    shown_ms = now_ms;
    fprintf(stderr, "\r\033[K");
    if (done < total) {
        fprintf(stderr, "%s %zu/%zu", what, done, total);
    }
    fflush(stderr);
}
