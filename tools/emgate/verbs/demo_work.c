/*
 * The demo does what a person would do: it runs the verbs of this very tool. Here is how.
 */
#include "emgate/verbs/demo.h"

#include "base/file.h"
#include "base/limits.h"
#include "flow/daemon/child.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 64
#define PATIENCE_MS 120000

const char *eg_demo_path(struct eg_demo *demo, const char *name)
{
    size_t folder = strlen(demo->dir) + 1;
    size_t n = 0;
    while (n < EG_DEMO_PATHS_MAX && demo->paths[n] != NULL) {
        if (strcmp(demo->paths[n] + folder, name) == 0) {
            return demo->paths[n];
        }
        n++;
    }
    assert(n < EG_DEMO_PATHS_MAX); /* the names are in these files: they are few */
    demo->paths[n] = eg_file_join(demo->dir, name);
    if (demo->paths[n] == NULL) {
        abort(); /* a few hundred octets: nothing could go on without them */
    }
    return demo->paths[n];
}

enum eg_status eg_demo_start(struct eg_demo *demo, pid_t *pid, const char *program,
                             const char *journal, const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {NULL};
    enum eg_status status = eg_child_find(&argv[0], program, &demo->err);
    for (size_t i = 0; words[i] != NULL && i < WORDS_MAX; i++) {
        argv[i + 1] =
            (char *)(uintptr_t)words[i]; /* execv's argv is not const; nobody writes to it */
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_child_start(pid, argv, eg_demo_path(demo, journal), &demo->err);

done:
    free(argv[0]);
    return status;
}

int eg_demo_run(struct eg_demo *demo, const char *journal, const char *const *words)
{
    pid_t pid = -1;
    int exit_status = -1;
    enum eg_status status = eg_demo_start(demo, &pid, "emgate", journal, words);
    if (status == EG_OK) {
        status = eg_child_wait(&pid, &exit_status, PATIENCE_MS, &demo->err);
    }
    if (pid > 0) {
        struct eg_error ignored = {0};
        status = eg_child_stop(&pid, 0, &ignored);
        exit_status = -1;
    }
    if (status != EG_OK) {
        return -1;
    }
    return exit_status;
}

/* The last line that is not a remedy: "emgate submit: ...". */
static void last_line(char *out, size_t size, struct eg_bytes text)
{
    char *copy = eg_bytes_dup(text);
    out[0] = '\0';
    char *rest = copy;
    for (char *line = NULL; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        if (line[0] != '\0' && line[0] != ' ') {
            (void)snprintf(out, size, "%s", line);
        }
    }
    free(copy);
}

enum eg_status eg_demo_blame(struct eg_demo *demo, const char *journal)
{
    char line[EG_ERROR_TEXT_MAX];
    struct eg_error ignored = {0};
    struct eg_buf text;
    if (demo->err.status != EG_OK) {
        return demo->err.status; /* it could not even be run */
    }
    eg_buf_init(&text, 16 * EG_MIB);
    enum eg_status status = eg_file_read(&text, eg_demo_path(demo, journal), &ignored);
    last_line(line, sizeof line, status == EG_OK ? eg_bytes_view(&text) : EG_BYTES_NONE);
    eg_buf_done(&text);
    return eg_error_set(&demo->err, EG_E_STATE, journal, "%.*s", EG_ERROR_TEXT_MAX - 1,
                        line[0] != '\0' ? line : "ended badly and said nothing");
}

/* The first of the places that is there, as a new string; NULL: none. */
static char *first_there(const char *base, const char *const *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *path = eg_file_join(base, places[i]);
        if (path != NULL && access(path, R_OK) == 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

enum eg_status eg_demo_find(struct eg_demo *demo)
{
    /* beside the program: build/<variant>/ of a checkout, or bin/ of an installation */
    static const char *const rules[] = {"../../rules", "../share/emgate/rules"};
    static const char *const data[] = {"../../tests/data/gas-turbine",
                                       "../share/emgate/data/gas-turbine"};
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL) {
        return eg_error_set(&demo->err, EG_E_NOTFOUND, "emgate", "its own folder is not known");
    }
    *slash = '\0';
    demo->rules = first_there(self, rules, 2);
    demo->data = first_there(self, data, 2);
    if (demo->rules == NULL || demo->data == NULL) {
        return eg_error_set(&demo->err, EG_E_NOTFOUND, self,
                            "neither a checkout nor an installation with rules and data is here");
    }
    return EG_OK;
}
