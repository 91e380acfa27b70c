/*
 * A child that can not be executed reports the cause through a pipe; the kernel ends every child
 * together with its parent.
 */
#include "flow/daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL_MODE 0600
#define LOOK_EVERY_MS 5
#define EXEC_FAILED 127

static void pause_ms(int ms)
{
    struct timespec wait = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&wait, NULL);
}

enum eg_status eg_child_find(char **path_out, const char *name, struct eg_error *err)
{
    static const char *const places[] = {"", "../sbin/", "../bin/"};
    char self[PATH_MAX];
    char *path = NULL;
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash = NULL;

    self[len > 0 ? len : 0] = '\0';
    slash = strrchr(self, '/');
    if (slash == NULL) {
        return eg_error_set(err, EG_E_NOTFOUND, name, "the folder of this program is not known");
    }
    slash[1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (asprintf(&path, "%s%s%s", self, places[i], name) < 0) {
            return eg_error_set(err, EG_E_NOMEM, name, "no memory for a path");
        }
        if (access(path, X_OK) == 0) {
            *path_out = path;
            return EG_OK;
        }
        free(path);
    }
    return eg_error_set(err, EG_E_NOTFOUND, name, "the program is not beside this one in %s", self);
}

/* In the child: never returns. What fails is told as an errno through the pipe. */
static void become(char *const *argv, int journal_fd, int tell_fd, pid_t parent)
{
    sigset_t none;
    int cause = 0;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN); /* of a terminal: the parent decides */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && (journal_fd < 0 || (dup2(journal_fd, STDOUT_FILENO) >= 0 &&
                                                   dup2(journal_fd, STDERR_FILENO) >= 0))) {
        execv(argv[0], argv);
    }
    cause = errno;
    if (write(tell_fd, &cause, sizeof cause) < 0) {
        _exit(EXEC_FAILED);
    }
    _exit(EXEC_FAILED);
}

/* The pipe closes when the child executes; an errno in it is why it could not. */
static enum eg_status hear(int fd, pid_t pid, const char *path, struct eg_error *err)
{
    int cause = 0;
    ssize_t len = 0;

    do {
        len = read(fd, &cause, sizeof cause);
    } while (len < 0 && errno == EINTR);
    if (len != (ssize_t)sizeof cause) {
        return EG_OK;
    }
    (void)waitpid(pid, NULL, 0);
    eg_error_errno(err, path, cause, "the program can not be executed");
    if (err != NULL) {
        err->status = EG_E_NOTFOUND;
    }
    return EG_E_NOTFOUND;
}

enum eg_status eg_child_start(pid_t *pid_out, char *const *argv, const char *journal,
                              struct eg_error *err)
{
    int tell[2] = {-1, -1};
    int journal_fd = -1;
    pid_t parent = getpid();
    pid_t pid = -1;
    enum eg_status status = EG_OK;

    if (journal != NULL) {
        journal_fd = open(journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, JOURNAL_MODE);
        if (journal_fd < 0) {
            return eg_error_errno(err, journal, errno, "the journal can not be opened");
        }
    }
    if (pipe2(tell, O_CLOEXEC) != 0) {
        status = eg_error_errno(err, argv[0], errno, "no pipe to the child");
        goto done;
    }
    pid = fork();
    if (pid == 0) {
        become(argv, journal_fd, tell[1], parent);
    }
    if (pid < 0) {
        status = eg_error_errno(err, argv[0], errno, "the child can not be started");
        goto done;
    }
    close(tell[1]);
    tell[1] = -1;
    status = hear(tell[0], pid, argv[0], err);
    if (status == EG_OK) {
        *pid_out = pid;
    }
done:
    for (size_t i = 0; i < 2; i++) {
        if (tell[i] >= 0) {
            close(tell[i]);
        }
    }
    if (journal_fd >= 0) {
        close(journal_fd);
    }
    return status;
}

bool eg_child_runs(pid_t *pid)
{
    if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) == 0) {
        return true;
    }
    *pid = -1;
    return false;
}

/* Wait for the end; false when patience ends first. */
static bool wait_end(pid_t pid, int *how, int patience_ms)
{
    for (int waited_ms = 0; waited_ms <= patience_ms; waited_ms += LOOK_EVERY_MS) {
        if (waitpid(pid, how, WNOHANG) != 0) {
            return true;
        }
        pause_ms(LOOK_EVERY_MS);
    }
    return false;
}

enum eg_status eg_child_wait(pid_t *pid, int *exit_out, int patience_ms, struct eg_error *err)
{
    int how = 0;

    if (*pid <= 0 || !wait_end(*pid, &how, patience_ms)) {
        return eg_error_set(err, EG_E_TIMEOUT, NULL, "the program did not end within %d ms",
                            patience_ms);
    }
    *pid = -1;
    if (WIFSIGNALED(how)) {
        return eg_error_set(err, EG_E_STATE, NULL, "the program was ended by signal %d",
                            WTERMSIG(how));
    }
    *exit_out = WEXITSTATUS(how);
    return EG_OK;
}

enum eg_status eg_child_stop(pid_t *pid, int patience_ms, struct eg_error *err)
{
    int how = 0;
    pid_t child = *pid;

    *pid = -1;
    if (child <= 0) {
        return EG_OK;
    }
    kill(child, SIGTERM);
    if (!wait_end(child, &how, patience_ms)) {
        kill(child, SIGKILL);
        (void)waitpid(child, &how, 0);
        return eg_error_set(err, EG_E_STATE, NULL,
                            "the program did not end within %d ms and was "
                            "killed",
                            patience_ms);
    }
    if (WIFSIGNALED(how)) {
        return eg_error_set(err, EG_E_STATE, NULL, "the program was ended by signal %d",
                            WTERMSIG(how));
    }
    if (WEXITSTATUS(how) != 0) {
        return eg_error_set(err, EG_E_STATE, NULL, "the program ended with exit status %d",
                            WEXITSTATUS(how));
    }
    return EG_OK;
}
