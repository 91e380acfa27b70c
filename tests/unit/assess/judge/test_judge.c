/*
 * That a compiled package is only looked at while reports are judged, whatever the libraries do
 * inside: it is compiled into pages that are made read-only before the first report comes. A write
 * into them, even one of the same value, ends the test by a signal. For that this program brings
 * its own malloc, which a sanitizer does not allow and valgrind replaces: there only the answers
 * are compared.
 *
 * volume: all packages by several threads; and a sanitizer lets no memory be sealed
 */
#include "assess/judge/engine.h"

#include "assess/package/package.h"
#include "base/limits.h"
#include "tests/support/judging.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <libxml/xpath.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 3
#define TEXT_MAX (64 * EG_MIB)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEALS 0
#else
#define SEALS 1
#endif

/* ---- memory that can be sealed ------------------------------------------------------------ */

#define POOL_OCTETS ((size_t)512 * EG_MIB)
#define HEAD 16 /* in front of each block: its size */

static char *pool;
static size_t used;
static bool pooling; /* one thread compiles; what it allocates comes from the pool */

#if SEALS
/* The libraries use it too. */
#define SHOWN __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *data, size_t size);
void __libc_free(void *data);

static bool is_pooled(const void *data)
{
    return pool != NULL && (const char *)data >= pool && (const char *)data < pool + POOL_OCTETS;
}

static void *take(size_t size)
{
    size_t whole = HEAD + (size + HEAD - 1) / HEAD * HEAD;
    if (whole > POOL_OCTETS - used) {
        errno = ENOMEM;
        return NULL;
    }
    char *block = pool + used;
    used += whole;
    memcpy(block, &size, sizeof size);
    return block + HEAD; /* zeros: no block is used twice */
}

SHOWN void *malloc(size_t size)
{
    return pooling ? take(size) : __libc_malloc(size);
}

SHOWN void *calloc(size_t count, size_t size)
{
    return pooling ? take(count * size) : __libc_calloc(count, size);
}

SHOWN void *realloc(void *data, size_t size)
{
    if (data != NULL && !is_pooled(data)) {
        return __libc_realloc(data, size);
    }
    void *moved = malloc(size);
    if (moved != NULL && data != NULL) {
        size_t old = 0;
        memcpy(&old, (char *)data - HEAD, sizeof old);
        memcpy(moved, data, old < size ? old : size);
    }
    return moved;
}

SHOWN void free(void *data)
{
    if (!is_pooled(data)) {
        __libc_free(data);
    }
}
#endif

/* What is allocated comes from the pool. */
static bool is_felt(void)
{
#if SEALS
    void *volatile data = malloc(1);
    bool felt = is_pooled(data);
    free(data);
    return felt;
#else
    return false;
#endif
}

/* false: this program's malloc is not the one in use. */
static bool open_pool(void)
{
    pool = mmap(NULL, POOL_OCTETS, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    cr_assert(pool != MAP_FAILED);
    pooling = true;
    return is_felt();
}

static void seal_pool(void)
{
    pooling = false;
    cr_assert(mprotect(pool, POOL_OCTETS, PROT_READ) == 0);
}

static void close_pool(void)
{
    cr_assert(mprotect(pool, POOL_OCTETS, PROT_READ | PROT_WRITE) == 0);
}

/* ---- tests -------------------------------------------------------------------------------- */

/* What the libraries make once, for the process and for a thread, does not belong to a package. */
static void warm_up(struct eg_buf *expected, const char *path, bool by_xpath)
{
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    struct eg_error err = {0};
    cr_assert(eg_engine_init(&err) == EG_OK);
    cr_assert(eg_package_read(&package, path, true, &err) == EG_OK, "%s: %s", err.where, err.text);
    cr_assert(eg_rules_compile(&rules, package, &err) == EG_OK, "%s: %s", err.where, err.text);
    judging_write(expected, rules, by_xpath);
    eg_rules_free(&rules);
    eg_package_free(&package);
}

struct work {
    const struct eg_rules *rules;
    bool by_xpath;
    struct eg_buf text;
};

static void *work(void *payload)
{
    struct work *w = payload;
    eg_buf_init(&w->text, TEXT_MAX);
    judging_write(&w->text, w->rules, w->by_xpath);
    return NULL;
}

static void judge_sealed(const char *path, bool by_xpath)
{
    struct eg_buf expected;
    struct eg_package *package = NULL;
    struct eg_rules *rules = NULL;
    struct eg_error err = {0};
    pthread_t threads[THREADS];
    struct work works[THREADS];
    eg_buf_init(&expected, TEXT_MAX);
    warm_up(&expected, path, by_xpath);
    cr_assert(expected.len > 0);
    cr_assert(eg_package_read(&package, path, true, &err) == EG_OK, "%s: %s", err.where, err.text);
    (void)open_pool();
    enum eg_status status = eg_rules_compile(&rules, package, &err);
    seal_pool();
    cr_assert(status == EG_OK, "%s: %s", err.where, err.text);
    for (int i = 0; i < THREADS; i++) {
        works[i] = (struct work){.rules = rules, .by_xpath = by_xpath};
        cr_assert(pthread_create(&threads[i], NULL, work, &works[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(eg_bytes_equal(eg_bytes_view(&works[i].text), eg_bytes_view(&expected)),
                  "%s, thread %d", path, i);
        eg_buf_done(&works[i].text);
    }
    close_pool();
    eg_rules_free(&rules);
    eg_package_free(&package);
    eg_buf_done(&expected);
    eg_engine_done();
    munmap(pool, POOL_OCTETS);
    pool = NULL;
    used = 0;
}

Test(judge, leaves_a_compiled_package_as_it_is, .timeout = 300)
{
    for (size_t i = 0; judging_packages[i] != NULL; i++) {
        judge_sealed(judging_packages[i], false);
    }
}

Test(judge, leaves_it_as_it_is_when_libxml2_is_asked_for_everything, .timeout = 300)
{
    for (size_t i = 0; judging_packages[i] != NULL; i++) {
        judge_sealed(judging_packages[i], true);
    }
}

#if SEALS
/* In a process of its own, which the seal ends. */
static void evaluate_sealed(void)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathCompExpr *compiled = NULL;
    if (open_pool()) {
        compiled = xmlXPathCompile(BAD_CAST "string-length('abc') = 3");
        seal_pool();
        (void)xmlXPathCompiledEvalToBoolean(compiled, context);
    }
    _exit(0);
}

/* Why states compile expressions for themselves; and that a seal is felt. */
Test(judge, would_be_stopped_where_a_compiled_expression_is_shared)
{
    const char *preloaded = getenv("LD_PRELOAD");
    int how = 0;
    if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL) {
        return; /* valgrind's malloc is in use */
    }
    cr_assert(eg_engine_init(NULL) == EG_OK);
    pid_t pid = fork();
    if (pid == 0) {
        evaluate_sealed();
    }
    cr_assert(pid > 0 && waitpid(pid, &how, 0) == pid);
    cr_expect(WIFSIGNALED(how) && WTERMSIG(how) == SIGSEGV);
    eg_engine_done();
}
#endif
