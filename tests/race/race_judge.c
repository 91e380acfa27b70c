/*
 * Threads that judge by the same compiled packages at the same time, each with judges of its own:
 * a thread sanitizer finds nothing, and each writes what one thread alone writes.
 */
#include "assess/package/package.h"
#include "base/limits.h"
#include "tests/support/judging.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 4
#define PACKAGES_MAX 16
#define TEXT_MAX (64 * EG_MIB)

static struct eg_rules *compiled[PACKAGES_MAX];
static struct eg_package *packages[PACKAGES_MAX];
static struct eg_buf expected[PACKAGES_MAX];
static size_t count;

/* Each begins with another package. */
static void *work(void *wrong)
{
    size_t first = (size_t) * (int *)wrong;
    *(int *)wrong = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = (first + i) % count;
        struct eg_buf text;
        eg_buf_init(&text, TEXT_MAX);
        judging_write(&text, compiled[n], false);
        *(int *)wrong += !eg_bytes_equal(eg_bytes_view(&text), eg_bytes_view(&expected[n]));
        eg_buf_done(&text);
    }
    return NULL;
}

static bool open_all(void)
{
    struct eg_error err = {0};
    if (eg_engine_init(&err) != EG_OK) {
        return false;
    }
    for (; judging_packages[count] != NULL; count++) {
        const char *path = judging_packages[count];
        if (eg_package_read(&packages[count], path, true, &err) != EG_OK ||
            eg_rules_compile(&compiled[count], packages[count], &err) != EG_OK) {
            fprintf(stderr, "race_judge: %s: %s: %s\n", path, err.where, err.text);
            return false;
        }
        eg_buf_init(&expected[count], TEXT_MAX);
        judging_write(&expected[count], compiled[count], false);
    }
    return true;
}

static void close_all(void)
{
    for (size_t i = 0; i < count; i++) {
        eg_rules_free(&compiled[i]);
        eg_package_free(&packages[i]);
        eg_buf_done(&expected[i]);
    }
    eg_engine_done();
}

int main(void)
{
    pthread_t threads[THREADS];
    int wrong[THREADS] = {0};
    int sum = 0;
    if (!open_all()) {
        return 2;
    }
    for (int i = 0; i < THREADS; i++) {
        wrong[i] = i;
        if (pthread_create(&threads[i], NULL, work, &wrong[i]) != 0) {
            return 2;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += wrong[i];
    }
    close_all();
    if (sum != 0) {
        fprintf(stderr, "race_judge: %d packages judged otherwise than by one thread\n", sum);
    }
    return sum != 0;
}
