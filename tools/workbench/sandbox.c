/*
 * Why this file exists: the libraries that compile a package bound neither the time nor the memory
 * that they take, so a child process with ceilings does it first and sends up what came out.
 */
#include "workbench/sandbox.h"

#include "base/limits.h"
#include "workbench/package_tests.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1 /* they reserve terabytes of addresses */
#else
#define UNDER_SANITIZER 0
#endif

const struct eg_sandbox_ceilings eg_sandbox_ceilings_default = {
    .cpu_s = EG_SANDBOX_CPU_S,
    .memory = EG_SANDBOX_MEMORY_MAX,
};

/* What the child sends up its pipe, whole, before it ends. */
struct answer {
    enum eg_status status;
    struct eg_error error;
    struct eg_sandbox_result result;
};

static bool note_failure(void *payload, const struct eg_package_case *done)
{
    struct eg_sandbox_result *result = payload;

    if (!done->passed && result->first[0] == '\0') {
        (void)snprintf(result->first, sizeof result->first, "%s: %s", done->name, done->text);
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
            eg_package_tests_run(&tests, rules, note_failure, &answer->result, &answer->error);
    }
    answer->result.tests_present = tests.present;
    answer->result.tests = tests.total;
    answer->result.failed = tests.failed;
    eg_rules_free(&rules);
}

static void put_limits(const struct eg_sandbox_ceilings *ceilings)
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
                            const struct eg_sandbox_ceilings *ceilings)
{
    struct answer answer = {.status = EG_OK};
    const char *at = (const char *)&answer;
    size_t left = sizeof answer;

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

    while (got < sizeof *answer) {
        ssize_t n = read(fd, at + got, sizeof *answer - got);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            break;
        }
        got += n > 0 ? (size_t)n : 0;
    }
    return got;
}

static enum eg_status killed(int how, const struct eg_package *package,
                             const struct eg_sandbox_ceilings *ceilings, struct eg_error *err)
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

enum eg_status eg_sandbox_run(struct eg_sandbox_result *out, const struct eg_package *package,
                              const struct eg_sandbox_ceilings *ceilings, struct eg_error *err)
{
    struct answer answer = {.status = EG_OK};
    int ends[2] = {-1, -1};
    int how = 0;

    if (pipe(ends) != 0) {
        return eg_error_errno(err, package->ref.id, errno, "no pipe for the sandbox");
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
        return eg_error_errno(err, package->ref.id, cause, "no process for the sandbox");
    }
    size_t got = read_answer(&answer, ends[0]);
    close(ends[0]);
    while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
    }
    if (got != sizeof answer) {
        return killed(how, package, ceilings, err);
    }
    if (answer.status != EG_OK) {
        if (err != NULL) {
            *err = answer.error;
        }
        return answer.status;
    }
    *out = answer.result;
    return EG_OK;
}
