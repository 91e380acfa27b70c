/*
 * Why this file exists: what `emgate rules install` promises, the gateway relies on: a package in
 * the folder was signed by one who may, compiled, passed its own tests, and lies there whole.
 *
 * Installing: files are written to <id>/.<version>.tmp, each synced, then the directory is renamed
 * to <version> and its parent synced. A leftover of an earlier crash is removed first.
 */
#include "flow/rules.h"

#include "assess/package.h"
#include "assess/package_tests.h"
#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1 /* they reserve terabytes of addresses */
#else
#define UNDER_SANITIZER 0
#endif

/* ---- who published it --------------------------------------------------------------------- */

enum eg_status eg_rules_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                  const struct eg_package *package,
                                  const struct eg_directory *directory,
                                  struct eg_verifier *verifier, int64_t at_ms, struct eg_error *err)
{
    struct eg_signer own = {.subject = ""};

    *verdict = (struct eg_verdict){.code = EG_CODE_OK};
    if (!package->is_signed) {
        eg_verdict_refuse(verdict, EG_CODE_CMS_NOT_CMS, "", package->ref.id,
                          "the package is not signed");
        return EG_OK;
    }
    enum eg_status status =
        eg_cms_check(&own, verdict, verifier, eg_package_file(package, "SIGNED.p7s"),
                     eg_package_file(package, "SIGNED"), EG_SIGNED_PACKAGE, at_ms, err);
    if (status != EG_OK || !eg_verdict_passed(verdict)) {
        return status;
    }
    const struct eg_participant *publisher = eg_directory_by_certificate(directory, &own);
    if (publisher == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_PARTICIPANT_UNKNOWN, "", own.subject,
                          "the package's signer is no participant of the directory");
        return EG_OK;
    }
    if (strcmp(publisher->id, package->publisher) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package->ref.id,
                          "package.xml names publisher %s, but %s signed it", package->publisher,
                          publisher->id);
        return EG_OK;
    }
    eg_authorise_package(verdict, publisher, package->ref.id, package->land);
    if (eg_verdict_passed(verdict) && signer != NULL) {
        *signer = own;
    }
    return EG_OK;
}

/* ---- the trial ---------------------------------------------------------------------------- */

const struct eg_rules_ceilings eg_rules_ceilings_default = {
    .cpu_s = EG_TRIAL_CPU_S,
    .memory = EG_TRIAL_MEMORY_MAX,
};

/* What the child sends up its pipe, whole, before it ends. */
struct answer {
    enum eg_status status;
    struct eg_error error;
    struct eg_rules_trial trial;
};

static bool note_failure(void *payload, const struct eg_package_case *done)
{
    struct eg_rules_trial *trial = payload;

    if (!done->passed && trial->first[0] == '\0') {
        (void)snprintf(trial->first, sizeof(trial->first), "%s: %s", done->name, done->text);
    }
    return true;
}

static void try_here(struct answer *answer, const struct eg_package *package)
{
    struct eg_rules *rules = NULL;
    struct eg_package_tests tests = {0, 0, false};

    answer->status = eg_rules_compile(&rules, package, &answer->error);
    if (answer->status == EG_OK) {
        answer->status =
            eg_package_tests_run(&tests, rules, note_failure, &answer->trial, &answer->error);
    }
    answer->trial.tests_present = tests.present;
    answer->trial.tests = tests.total;
    answer->trial.failed = tests.failed;
    eg_rules_free(&rules);
}

static void put_limits(const struct eg_rules_ceilings *ceilings)
{
    const struct rlimit cpu = {ceilings->cpu_s, ceilings->cpu_s + 1};
    const struct rlimit memory = {ceilings->memory, ceilings->memory};
    const struct rlimit core = {0, 0};

    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)setrlimit(RLIMIT_CORE, &core);
    if (!UNDER_SANITIZER) {
        (void)setrlimit(RLIMIT_AS, &memory);
    }
}

_Noreturn static void child(int fd, const struct eg_package *package,
                            const struct eg_rules_ceilings *ceilings)
{
    struct answer answer = {.status = EG_OK};
    const char *at = (const char *)&answer;
    size_t left = sizeof(answer);

    put_limits(ceilings);
    try_here(&answer, package);
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n < 0 && errno != EINTR) {
            _exit(1);
        }
        at += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    _exit(0);
}

static size_t read_answer(struct answer *answer, int fd)
{
    char *at = (char *)answer;
    size_t got = 0;

    while (got < sizeof(*answer)) {
        ssize_t n = read(fd, at + got, sizeof(*answer) - got);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        got += n > 0 ? (size_t)n : 0;
    }
    return got;
}

static enum eg_status killed(int how, const struct eg_package *package,
                             const struct eg_rules_ceilings *ceilings, struct eg_error *err)
{
    if (WIFSIGNALED(how) && (WTERMSIG(how) == SIGXCPU || WTERMSIG(how) == SIGKILL)) {
        return eg_error_set(err, EG_E_LIMIT, package->ref.id,
                            "compiling and testing took more than %u s of CPU", ceilings->cpu_s);
    }
    return eg_error_set(err, EG_E_LIMIT, package->ref.id,
                        "compiling and testing ended abnormally (%s %d), probably out of memory",
                        WIFSIGNALED(how) ? "signal" : "status",
                        WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

enum eg_status eg_rules_try(struct eg_rules_trial *out, const struct eg_package *package,
                            const struct eg_rules_ceilings *ceilings, struct eg_error *err)
{
    struct answer answer = {.status = EG_OK};
    int ends[2] = {-1, -1};
    int how = 0;

    if (pipe(ends) != 0) {
        return eg_error_errno(err, package->ref.id, errno, "no pipe for the trial");
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(ends[1], package, ceilings);
    }
    int cause = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return eg_error_errno(err, package->ref.id, cause, "no process for the trial");
    }
    size_t got = read_answer(&answer, ends[0]);
    close(ends[0]);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
    }
    if (got != sizeof(answer)) {
        return killed(how, package, ceilings, err);
    }
    if (answer.status != EG_OK) {
        if (err != NULL) {
            *err = answer.error;
        }
        return answer.status;
    }
    *out = answer.trial;
    return EG_OK;
}

/* ---- installing --------------------------------------------------------------------------- */

/* Directory part of "a/b/c" made below `dir`. */
static enum eg_status make_parent(const char *path, struct eg_error *err)
{
    char *parent = strdup(path);
    enum eg_status status = EG_OK;

    if (parent == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    }
    char *slash = strrchr(parent, '/');
    if (slash != NULL) {
        *slash = '\0';
        status = eg_file_mkdirs(parent, err);
    }
    free(parent);
    return status;
}

static enum eg_status write_files(const char *dir, const struct eg_tree *tree, struct eg_error *err)
{
    enum eg_status status = eg_file_mkdirs(dir, err);

    for (size_t i = 0; status == EG_OK && i < tree->count; i++) {
        char *path = eg_file_join(dir, tree->files[i].name);
        if (path == NULL) {
            return eg_error_set(err, EG_E_NOMEM, dir, "memory ran out");
        }
        status = make_parent(path, err);
        if (status == EG_OK) {
            status = eg_file_write(path, eg_bytes_view(&tree->files[i].content), 0644, err);
        }
        free(path);
    }
    return status;
}

/* EG_OK: nothing is there. EG_E_EXISTS with `same` when it is this very package. */
static enum eg_status look(bool *same, const char *path, const struct eg_package *package,
                           struct eg_error *err)
{
    struct eg_package *there = NULL;

    *same = false;
    if (access(path, F_OK) != 0) {
        return EG_OK;
    }
    enum eg_status status = eg_package_read(&there, path, false, NULL);
    *same = status == EG_OK && eg_digest_equal(&there->ref.digest, &package->ref.digest);
    eg_package_free(&there);
    return eg_error_set(err, EG_E_EXISTS, path,
                        "this version is installed with other content; raise the version");
}

static enum eg_status place(const char *path, const char *temporary, const char *parent,
                            const struct eg_package *package, struct eg_error *err)
{
    enum eg_status status = eg_file_remove_tree(temporary, err);

    if (status == EG_OK) {
        status = write_files(temporary, &package->tree, err);
    }
    if (status == EG_OK && rename(temporary, path) != 0) {
        status = eg_error_errno(err, path, errno, "can not be put in place");
    }
    if (status == EG_OK) {
        return eg_file_sync_dir(parent, err);
    }
    if (eg_file_remove_tree(temporary, NULL) != EG_OK) {
        return status; /* the next install removes what is left */
    }
    return status;
}

enum eg_status eg_rules_install(char **path_out, const char *dir, const struct eg_package *package,
                                struct eg_error *err)
{
    char name[64] = "";
    char *parent = eg_file_join(dir, package->ref.id);
    char *path = parent != NULL ? eg_file_join(parent, package->ref.version) : NULL;
    char *temporary = NULL;
    bool same = false;
    enum eg_status status = EG_OK;

    (void)snprintf(name, sizeof(name), ".%s.tmp", package->ref.version);
    temporary = parent != NULL ? eg_file_join(parent, name) : NULL;
    if (path == NULL || temporary == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, dir, "memory ran out");
        goto done;
    }
    status = look(&same, path, package, err);
    if (status == EG_OK) {
        status = place(path, temporary, parent, package, err);
    } else if (same) {
        status = EG_OK;
    }
    if (status == EG_OK && path_out != NULL) {
        *path_out = path;
        path = NULL;
    }
done:
    free(parent);
    free(path);
    free(temporary);
    return status;
}
