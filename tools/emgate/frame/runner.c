/*
 * The command of `emgate follow --exec`. Notification and receipt are handed over in memory files,
 * so that neither a command that does not read nor one that ends early can block or kill us.
 */
#include "emgate/frame/runner.h"

#include "base/error.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECEIPT_FD 3
#define OWN_VARIABLES 4
#define VARIABLE_MAX 320

extern char **environ;

/* A memory file, at its beginning; -1 with errno. */
static int memory_file(const char *name, struct eg_octets octets)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    const char *at = octets.data;
    size_t left = octets.len;
    while (fd >= 0 && left > 0) {
        ssize_t written = write(fd, at, left);
        if (written < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        at += written > 0 ? written : 0;
        left -= written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The environment with our four variables in front; free() the array. */
static char **environment_with(char own[OWN_VARIABLES][VARIABLE_MAX], const char *stream,
                               const struct eg_client_item *item)
{
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **all = calloc(count + OWN_VARIABLES + 1, sizeof *all);
    if (all == NULL) {
        return NULL;
    }
    snprintf(own[0], VARIABLE_MAX, "EMGATE_CURSOR=%s", item->cursor);
    snprintf(own[1], VARIABLE_MAX, "EMGATE_STREAM=%s", stream);
    snprintf(own[2], VARIABLE_MAX, "EMGATE_NAME=%s", item->name);
    snprintf(own[3], VARIABLE_MAX, "EMGATE_ENTRY=%" PRIu64, item->index);
    for (size_t i = 0; i < OWN_VARIABLES; i++) {
        all[i] = own[i];
    }
    memcpy(all + OWN_VARIABLES, environ, count * sizeof *all);
    return all;
}

/* Start it; 0 or an errno. The memory files lie above descriptor 3 and close themselves. */
static int start(pid_t *out, const char *command, char **environment, int notification, int receipt)
{
    char shell[] = "sh";
    char option[] = "-c";
    char *text = strdup(command);
    char *words[] = {shell, option, text, NULL};
    posix_spawn_file_actions_t actions;
    if (text == NULL) {
        return ENOMEM;
    }
    int cause = posix_spawn_file_actions_init(&actions);
    if (cause == 0) {
        cause = posix_spawn_file_actions_adddup2(&actions, notification, STDIN_FILENO);
        cause =
            cause != 0 ? cause : posix_spawn_file_actions_adddup2(&actions, receipt, RECEIPT_FD);
        cause =
            cause != 0 ? cause : posix_spawn(out, "/bin/sh", &actions, NULL, words, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free(text);
    return cause;
}

static enum eg_status await(pid_t child, const struct eg_client_item *item, struct eg_error *err)
{
    int how = 0;
    while (waitpid(child, &how, 0) < 0) {
        if (errno != EINTR) {
            return eg_error_errno(err, "--exec", errno, "its end can not be awaited");
        }
    }
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        return EG_OK;
    }
    return eg_error_set(err, EG_E_STATE, "--exec",
                        "item %s: the command ended with %s %d; the item stays unacknowledged",
                        item->cursor, WIFEXITED(how) ? "status" : "signal",
                        WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how));
}

enum eg_status eg_runner_run(const char *command, const char *stream,
                             const struct eg_client_item *item, struct eg_error *err)
{
    char own[OWN_VARIABLES][VARIABLE_MAX] = {""};
    pid_t child = -1;
    int notification = memory_file("notification", item->notification);
    int receipt = notification < 0 ? -1 : memory_file("receipt", item->receipt);
    char **environment = receipt < 0 ? NULL : environment_with(own, stream, item);
    int cause =
        environment == NULL ? errno : start(&child, command, environment, notification, receipt);
    if (notification >= 0) {
        close(notification);
    }
    if (receipt >= 0) {
        close(receipt);
    }
    free(environment);
    if (cause != 0) {
        return eg_error_errno(err, "--exec", cause, "the command can not be started");
    }
    return await(child, item, err);
}
