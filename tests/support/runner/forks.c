/*
 * Runs the tests of one program, each in a fork. The tests are written with criterion's macros;
 * what those call at run time is here instead of in criterion's library, which starts the whole
 * program anew for each test and loads a dozen libraries for its own use: with a sanitizer that
 * cost a quarter of a second of processor time for each test, a thousand times.
 *
 * A fork of a process that has run nothing but main() finds what a new process would find. Each
 * test ends with exit(), so that a sanitizer looks for leaks as it does at every program's end.
 *
 *   test_NAME [--jobs N] [--filter SUITE/TEST]   --jobs is taken for criterion's sake: one at a
 * time
 *
 * A test fails if an assertion did, crashes if its process ended in any other way than told by
 * .signal, and is ended after .timeout seconds (120 without). Of criterion's options .exit_code,
 * .disabled, parameters and theories are not known here: a test with one of them fails.
 */
#include <criterion/criterion.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATUS_FAILED 99 /* a child whose assertions failed; unlike any sanitizer's exit status */
#define TIMEOUT_S 120.0
#define POLL_NS 1000000

/* Where criterion's macros leave pointers; the linker names the ends. A program may have no suite.
 */
extern struct criterion_test *__start_cr_tst[];
extern struct criterion_test *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

/* Read by the macros; all false. */
struct criterion_options criterion_options;

/* Of the one test that this process runs. */
static struct criterion_test_extra_data *test_data;
static struct criterion_test_extra_data *suite_data;
static jmp_buf leave_test;
static volatile sig_atomic_t assertions_failed;

/* ---- what the macros call ----------------------------------------------------------------------
 */

int cr_asprintf(char **text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vasprintf(text, format, args);
    va_end(args);
    return len;
}

void cr_asprintf_free(char *text)
{
    free(text);
}

/* The expression as it was written; of two texts also what they were. */
char *cr_translate_assert_msg(int index, ...)
{
    char *out = NULL;
    va_list args;
    va_start(args, index);
    const char *expression = va_arg(args, const char *);
    if (index == CRITERION_ASSERT_MSG_EXPR_AS_STRINGS_FALSE) {
        const char *actual = va_arg(args, const char *);
        const char *expected = va_arg(args, const char *);
        (void)cr_asprintf(&out, "%s: \"%s\", \"%s\"", expression,
                          actual == NULL ? "(null)" : actual,
                          expected == NULL ? "(null)" : expected);
    } else {
        out = strdup(expression);
    }
    va_end(args);
    return out;
}

void cri_asserts_passed_incr(void)
{
}

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    (void)fprintf(stderr, "[----] %s:%u: Assertion failed: %s\n", stats->file, stats->line,
                  stats->message);
}

void criterion_continue_test(void)
{
    assertions_failed = 1;
}

void criterion_abort_test(void)
{
    assertions_failed = 1;
    longjmp(leave_test, 1);
}

/* The rest of the test is left out once an assertion of its `init` failed; `fini` always runs. */
void criterion_internal_test_setup(void)
{
    if (setjmp(leave_test) == 0) {
        if (suite_data != NULL && suite_data->init != NULL) {
            suite_data->init();
        }
        if (test_data->init != NULL) {
            test_data->init();
        }
    }
}

void criterion_internal_test_main(void (*test)(void))
{
    if (!assertions_failed && setjmp(leave_test) == 0) {
        test();
    }
}

void criterion_internal_test_teardown(void)
{
    if (setjmp(leave_test) == 0) {
        if (test_data->fini != NULL) {
            test_data->fini();
        }
        if (suite_data != NULL && suite_data->fini != NULL) {
            suite_data->fini();
        }
    }
}

/* ---- one test ----------------------------------------------------------------------------------
 */

static struct criterion_test_extra_data *find_suite(const char *name)
{
    for (struct criterion_suite **at = __start_cr_sts; at < __stop_cr_sts; at++) {
        if (*at != NULL && strcmp((*at)->name, name) == 0) {
            return (*at)->data;
        }
    }
    return NULL;
}

/* Its own limit, else the suite's. */
static double timeout_of(void)
{
    if (test_data->timeout > 0.0) {
        return test_data->timeout;
    }
    return suite_data != NULL && suite_data->timeout > 0.0 ? suite_data->timeout : TIMEOUT_S;
}

/* Whether the test asks for nothing that is not done here. */
static bool is_known(const struct criterion_test_extra_data *data)
{
    return data == NULL ||
           (data->kind_ == CR_TEST_NORMAL && data->exit_code == 0 && !data->disabled);
}

static double now_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The child's status. It is ended after its time. */
static int wait_for(pid_t child, bool *late)
{
    const struct timespec poll = {.tv_nsec = POLL_NS};
    double end = now_s() + timeout_of();
    int status = 0;
    for (*late = false; waitpid(child, &status, WNOHANG) == 0; (void)nanosleep(&poll, NULL)) {
        if (now_s() > end) {
            *late = true;
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
            break;
        }
    }
    return status;
}

static void run_here(const struct criterion_test *test)
{
    test->test();
    exit(assertions_failed ? STATUS_FAILED : EXIT_SUCCESS);
}

enum outcome { PASSED, FAILED, CRASHED };

static enum outcome run(const struct criterion_test *test)
{
    bool late = false;
    test_data = test->data;
    suite_data = find_suite(test->category);
    if (!is_known(test_data) || !is_known(suite_data)) {
        (void)fprintf(stderr, "[FAIL] %s::%s: asks for what this runner does not know\n",
                      test->category, test->name);
        return FAILED;
    }
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        run_here(test);
    }
    int status = child < 0 ? -1 : wait_for(child, &late);
    int wanted =
        test_data->signal != 0 || suite_data == NULL ? test_data->signal : suite_data->signal;
    if (!late && (wanted == 0 ? WIFEXITED(status) && WEXITSTATUS(status) == 0
                              : WIFSIGNALED(status) && WTERMSIG(status) == wanted)) {
        return PASSED;
    }
    bool failed = !late && WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FAILED;
    (void)fprintf(stderr, "[%s] %s::%s: %s (status %#x)\n", failed ? "FAIL" : "CRASH",
                  test->category, test->name, late ? "not finished in its time" : "",
                  (unsigned)status);
    return failed ? FAILED : CRASHED;
}

/* ---- all of them -------------------------------------------------------------------------------
 */

static bool is_wanted(const struct criterion_test *test, const char *filter)
{
    char name[512];
    (void)snprintf(name, sizeof name, "%s/%s", test->category, test->name);
    return filter == NULL || fnmatch(filter, name, 0) == 0;
}

int main(int argc, char **argv)
{
    const char *filter = NULL;
    size_t count[3] = {0};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || (strcmp(argv[i], "--jobs") != 0 && strcmp(argv[i], "--filter") != 0)) {
            (void)fprintf(stderr, "usage: %s [--jobs N] [--filter SUITE/TEST]\n", argv[0]);
            return EXIT_FAILURE;
        }
        filter = strcmp(argv[i], "--filter") == 0 ? argv[i + 1] : filter;
    }
    for (struct criterion_test **at = __start_cr_tst; at < __stop_cr_tst; at++) {
        if (*at != NULL && is_wanted(*at, filter)) {
            count[run(*at)]++;
        }
    }
    size_t tested = count[PASSED] + count[FAILED] + count[CRASHED];
    (void)printf("[====] Synthesis: Tested: %zu | Passing: %zu | Failing: %zu | Crashing: %zu\n",
                 tested, count[PASSED], count[FAILED], count[CRASHED]);
    return tested > 0 && count[PASSED] == tested ? EXIT_SUCCESS : EXIT_FAILURE;
}
