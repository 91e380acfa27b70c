/*
 * Many threads write the journal while it is started, read slowly and stopped, again and again.
 * A plain program, because criterion and ThreadSanitizer do not go together. Exit status 0: every
 * line is written, lost, folded or left out, and each that was written stands there whole.
 */
#include "base/limits.h"
#include "flow/journal/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 4, LINES = 3000, ROUNDS = 3, PATIENCE_MS = 60000 };

static int ends[2];
static atomic_bool go_on = true;
static atomic_ulong lines_read;

static void *write_lines(void *argument)
{
    int writer = *(int *)argument;
    for (int i = 0; i < LINES; i++) {
        if (i % 3 == 0) {
            eg_log_stranger(EG_LOG_WARN, "stranger", "writer=%d n=%d", writer, i);
        } else if (i % 3 == 1) {
            eg_log(EG_LOG_ERROR, "same", "job=%d writer=%d", i, writer);
        } else {
            eg_log(EG_LOG_INFO, "house", "writer=%d n=%d", writer, i);
        }
        (void)eg_log_counted();
    }
    return NULL;
}

/* Slowly at first, so that lines are lost. Counts what is not about lines. */
static void *read_lines(void *unused)
{
    static char line[8192];
    size_t len = 0;
    char octet = 0;
    (void)unused;
    while (read(ends[0], &octet, 1) == 1) {
        if (octet != '\n' && len + 1 < sizeof line) {
            line[len++] = octet;
            continue;
        }
        line[len] = '\0';
        len = 0;
        if (strstr(line, " journal-") == NULL && strstr(line, " repeated=") == NULL &&
            strstr(line, "writer=") != NULL) {
            lines_read++;
        }
    }
    return NULL;
}

static void *change_level(void *unused)
{
    (void)unused;
    while (go_on) {
        eg_log_level_set(EG_LOG_INFO);
        usleep(1000);
    }
    return NULL;
}

static int round_of_writers(void)
{
    pthread_t threads[WRITERS];
    int numbers[WRITERS];
    struct eg_error err = {0};
    if (eg_log_start(&err) != EG_OK) {
        return 1;
    }
    for (int i = 0; i < WRITERS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, write_lines, &numbers[i]) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    return eg_log_stop(PATIENCE_MS) ? 0 : 1;
}

int main(void)
{
    pthread_t reader, level;
    int kept = dup(STDERR_FILENO);
    int failed = pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0;
    close(ends[1]);
    failed += pthread_create(&reader, NULL, read_lines, NULL) != 0;
    failed += pthread_create(&level, NULL, change_level, NULL) != 0;
    for (int i = 0; i < ROUNDS && failed == 0; i++) {
        failed += round_of_writers();
    }
    go_on = false;
    pthread_join(level, NULL);
    dup2(kept, STDERR_FILENO);
    pthread_join(reader, NULL);
    struct eg_log_counts counts = eg_log_counted();
    uint64_t sum = counts.written + counts.lost + counts.folded + counts.left_out;
    if (failed != 0 || counts.logged != (uint64_t)WRITERS * LINES * ROUNDS ||
        sum != counts.logged || counts.written != lines_read) {
        fprintf(stderr, "race_log: logged %llu, sum %llu, written %llu, read %lu, failed %d\n",
                (unsigned long long)counts.logged, (unsigned long long)sum,
                (unsigned long long)counts.written, (unsigned long)lines_read, failed);
        return 1;
    }
    return 0;
}
