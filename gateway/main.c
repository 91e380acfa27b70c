/*
 * emgated: arguments, settings, run. Everything else is in the rooms.
 */
#include "base/limits.h"
#include "core/settings.h"
#include "flow/daemon/check.h"
#include "flow/daemon/daemon.h"
#include "flow/daemon/handshake_process.h"
#include "flow/journal/log.h"

#include <emgate/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, COULD_NOT = 2 };
#define TOLD_MAX ((size_t)64 << 10)

static const char help[] =
    "emgated: gateway for emission reports between machines\n"
    "\n"
    "  emgated --config FILE     run until SIGTERM; SIGHUP reloads directory and packages\n"
    "  emgated --config FILE --new-log\n"
    "                            begin a log, under an origin and a log key that never had one, "
    "and\n"
    "                            run; refused where there is an archive or a head note already\n"
    "  emgated --check FILE      load all that a start would load, and say what is left; opens no\n"
    "                            port and no archive, so it can be asked beside a running gateway\n"
    "  emgated --print-config    every setting with default, bounds and one sentence\n"
    "  emgated --version\n"
    "\n"
    "Example: emgated --config /etc/emgate/emgated.ini\n"
    "Exit status: 0 stopped cleanly, 2 could not start or run\n";

static int fail(const struct eg_error *err)
{
    char text[EG_ERROR_WHERE_MAX + EG_ERROR_TEXT_MAX + 16];
    (void)snprintf(text, sizeof text, "emgated: %s: %s\n", err->where, err->text);
    eg_log_say(text, EG_JOURNAL_PATIENCE_MS);
    return COULD_NOT;
}

static enum eg_log_level level_of(const char *name)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum eg_log_level)i;
        }
    }
    return EG_LOG_INFO;
}

static int check(const char *path, const struct eg_settings *settings)
{
    struct eg_error err = {0};
    struct eg_buf told;
    eg_buf_init(&told, TOLD_MAX);
    enum eg_status status = eg_check_settings(&told, settings, &err);
    fwrite(told.data, 1, told.len, stdout);
    eg_buf_done(&told);
    if (status != EG_OK) {
        return fail(&err);
    }
    printf("%s: in order\n", path);
    return DONE;
}

static int run(const char *path, bool check_only, bool new_log)
{
    static struct eg_settings settings;
    struct eg_error err = {0};
    if (eg_settings_read(&settings, path, &err) != EG_OK) {
        return fail(&err);
    }
    eg_log_level_set(level_of(settings.journal_level));
    if (check_only) {
        return check(path, &settings);
    }
    if (new_log && eg_daemon_new_log(&settings, &err) != EG_OK) {
        return fail(&err);
    }
    return eg_daemon_run(&settings, &err) == EG_OK ? DONE : fail(&err);
}

static int print_config(void)
{
    struct eg_buf text;
    eg_buf_init(&text, (size_t)1 << 20);
    eg_settings_print(&text);
    fwrite(text.data, 1, text.len, stdout);
    eg_buf_done(&text);
    return DONE;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(word, "--door") == 0) {
        return eg_handshake_process_main((int)strtol(argv[2], NULL, 10));
    }
    if (argc == 3 && (strcmp(word, "--config") == 0 || strcmp(word, "--check") == 0)) {
        return run(argv[2], strcmp(word, "--check") == 0, false);
    }
    if (argc == 4 && strcmp(word, "--config") == 0 && strcmp(argv[3], "--new-log") == 0) {
        return run(argv[2], false, true);
    }
    if (argc == 2 && strcmp(word, "--print-config") == 0) {
        return print_config();
    }
    if (argc == 2 && strcmp(word, "--version") == 0) {
        puts("emgated " EG_VERSION);
        return DONE;
    }
    bool asked = argc == 2 && strcmp(word, "--help") == 0;
    fputs(help, asked ? stdout : stderr);
    return asked ? DONE : COULD_NOT;
}
