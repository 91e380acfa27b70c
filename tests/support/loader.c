/*
 * A package's memory for tests that need no package.
 */
#include "tests/support/loader.h"

#include <string.h>

static struct eg_bytes find(void *payload, const char *name)
{
    for (const struct test_files *file = payload; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0) {
            return eg_bytes_of(file->content);
        }
    }
    return EG_BYTES_NONE;
}

struct eg_loader test_loader(const struct test_files *files)
{
    return (struct eg_loader){(void *)(uintptr_t)files, find};
}
