/*
 * Folders and files for tests. What can not be made ends the test at once: there is nothing to test
 * then.
 */
#include "tests/support/temp.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_MAX = 64 * 1024 * 1024 };

static void need(bool done, const char *what)
{
    if (!done) {
        fprintf(stderr, "test folder: %s\n", what);
        abort();
    }
}

char *temp_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *path =
        eg_file_join(base != NULL && base[0] != '\0' ? base : "/tmp", "emgate test XXXXXX");

    need(path != NULL && mkdtemp(path) != NULL, "can not be made");
    return path;
}

void temp_remove(char **folder)
{
    struct eg_error err = {0};

    need(eg_file_remove_tree(*folder, &err) == EG_OK, err.text);
    free(*folder);
    *folder = NULL;
}

void temp_write(const char *folder, const char *name, struct eg_bytes content)
{
    struct eg_error err = {0};
    char *path = eg_file_join(folder, name);

    need(path != NULL, "out of memory");
    char *slash = strrchr(path, '/');
    *slash = '\0';
    need(eg_file_mkdirs(path, &err) == EG_OK, err.text);
    *slash = '/';
    need(eg_file_write(path, content, 0644, &err) == EG_OK, err.text);
    free(path);
}

struct eg_buf temp_read(const char *folder, const char *name)
{
    struct eg_error err = {0};
    struct eg_buf content;
    char *path = eg_file_join(folder, name);

    need(path != NULL, "out of memory");
    eg_buf_init(&content, READ_MAX);
    need(eg_file_read(&content, path, &err) == EG_OK, err.text);
    free(path);
    return content;
}
