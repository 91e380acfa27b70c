/*
 * The only place that asks for the time.
 *
 * Why: what is judged must be judgeable again, so a test has to be able to say what time it is, and
 * nobody may be able to do that in a gateway at work.
 */
#include "base/clock.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec now = {0};

    if (clock_gettime(clock, &now) != 0) {
        fputs("emgate: the system has no such clock\n", stderr);
        abort();
    }
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#ifdef EG_TEST_HOOKS
/* "@FILE": the file holds a number of milliseconds that this clock is ahead; a test may change it
 * while the program runs. Returns false when the variable is not of this form. */
static bool moved_by_ms(const char *setting, int64_t *by_ms)
{
    long long ahead_ms = 0;
    FILE *file = setting != NULL && setting[0] == '@' ? fopen(setting + 1, "r") : NULL;
    if (setting == NULL || setting[0] != '@') {
        return false;
    }
    if (file == NULL || fscanf(file, "%lld", &ahead_ms) != 1) {
        fputs("emgate: EMGATE_TEST_CLOCK names no file with a number\n", stderr);
        abort();
    }
    fclose(file);
    *by_ms = ahead_ms;
    return true;
}

static int64_t moved_ms(void)
{
    int64_t by_ms = 0;
    return moved_by_ms(getenv("EMGATE_TEST_CLOCK"), &by_ms) ? by_ms : 0;
}

static bool fixed_ms(int64_t *at_ms)
{
    const char *fixed = getenv("EMGATE_TEST_CLOCK");
    if (fixed == NULL || fixed[0] == '\0' || fixed[0] == '@') {
        return false;
    }
    if (!eg_text_untime(eg_bytes_of(fixed), at_ms)) {
        fputs("emgate: EMGATE_TEST_CLOCK is not a time in text form\n", stderr);
        abort();
    }
    return true;
}
#else
static int64_t moved_ms(void)
{
    return 0;
}

static bool fixed_ms(int64_t *at_ms)
{
    (void)at_ms;
    return false;
}
#endif

bool eg_clock_is_fixed(void)
{
    int64_t ignored = 0;
    return fixed_ms(&ignored);
}

int64_t eg_clock_wall_ms(void)
{
    int64_t fixed = 0;
    return fixed_ms(&fixed) ? fixed : read_ns(CLOCK_REALTIME) / 1000000 + moved_ms();
}

int64_t eg_clock_boot_ms(void)
{
    return read_ns(CLOCK_BOOTTIME) / 1000000;
}

int64_t eg_clock_thread_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t eg_clock_process_ns(void)
{
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}
