/*
 * Named points at which a test may make something fail.
 *
 * Why: "whatever was receipted survives" is only known after every write, sync and rename has been
 * made to fail once. The setting is read anew at each pass, so that a test within one process can
 * change it; a changed setting starts counting from 1.
 */
#include "base/fault.h"

#ifdef EG_TEST_HOOKS

#include "base/text.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTING_MAX = 128, ERRNO_MAX = 133 };

struct setting {
    char point[SETTING_MAX];
    uint64_t pass;
    int cause;
    bool ends;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char setting_read[SETTING_MAX]; /* guarded by lock, as passes is */
static uint64_t passes;

static int errno_named(const char *text)
{
    uint64_t number = 0;

    if (eg_text_u64(eg_bytes_of(text), ERRNO_MAX, &number) && number > 0) {
        return (int)number;
    }
    for (int cause = 1; cause <= ERRNO_MAX; cause++) {
        const char *name = strerrorname_np(cause);
        if (name != NULL && strcmp(name, text) == 0) {
            return cause;
        }
    }
    return 0;
}

static bool parse(const char *text, struct setting *out)
{
    *out = (struct setting){.cause = EIO};
    const char *colon = strchr(text, ':');
    if (colon == NULL || strlen(text) >= SETTING_MAX) {
        return false;
    }
    memcpy(out->point, text, (size_t)(colon - text));
    const char *number = colon + 1;
    const char *end = strchrnul(number, ':');
    struct eg_bytes digits = {(const uint8_t *)number, (size_t)(end - number)};
    if (!eg_text_u64(digits, UINT32_MAX, &out->pass) || out->pass == 0) {
        return false;
    }
    if (*end == '\0') {
        return true;
    }
    if (strcmp(end + 1, "kill") == 0) {
        out->ends = true;
        return true;
    }
    out->cause = errno_named(end + 1);
    return out->cause != 0;
}

static bool is_the_pass(const char *text, const char *point, struct setting *setting)
{
    if (!parse(text, setting)) {
        fprintf(stderr, "emgate: EMGATE_TEST_FAULT=%s is not name:n[:errno|:kill]\n", text);
        abort();
    }
    if (strcmp(text, setting_read) != 0) {
        snprintf(setting_read, sizeof setting_read, "%s", text);
        passes = 0;
    }
    if (strcmp(setting->point, point) != 0) {
        return false;
    }
    passes++;
    return passes == setting->pass;
}

int eg_fault(const char *point)
{
    const char *text = getenv("EMGATE_TEST_FAULT");
    struct setting setting = {0};
    bool fails = false;

    pthread_mutex_lock(&lock);
    if (text == NULL || text[0] == '\0') {
        setting_read[0] = '\0';
    } else {
        fails = is_the_pass(text, point, &setting);
    }
    pthread_mutex_unlock(&lock);
    if (!fails) {
        return 0;
    }
    if (setting.ends) {
        kill(getpid(), SIGKILL);
        pause();
    }
    return setting.cause;
}

#endif
