/*
 * Files that survive a crash.
 *
 * Why: "it is on disk" is a chain of steps, each of which can fail and each of whose results
 * counts: write under a temporary name, sync the file, close it, rename it over the old one, sync
 * the directory. Whoever reads sees the old file or the new one, never half of one. A temporary
 * file ends by exactly one of rename or unlink; one left by a crash is named ".emgate-*.tmp" and
 * harmless.
 */
#include "base/file.h"

#include "base/error.h"
#include "base/fault.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024, TEMP_NAMES_MAX = 100, REMOVE_DEPTH_MAX = 128 };

/* Read to the end; asks for one octet beyond the ceiling so that "too large" is seen. */
static enum eg_status read_all(struct eg_buf *out, int fd, const char *path, struct eg_error *err)
{
    uint8_t extra = 0;

    for (;;) {
        size_t left = out->ceiling - out->len;
        size_t step = left < READ_STEP ? left : READ_STEP;
        uint8_t *room = step > 0 ? eg_buf_reserve(out, step) : &extra;
        if (room == NULL) {
            return eg_buf_ok(out, path, err);
        }
        ssize_t got = read(fd, room, step > 0 ? step : 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return eg_error_errno(err, path, errno, "reading failed");
        }
        if (got > 0 && step == 0) {
            return eg_error_set(err, EG_E_LIMIT, path, "larger than %zu octets", out->ceiling);
        }
        out->len += step > 0 ? (size_t)got : 0;
        if (got == 0) {
            break;
        }
    }
    if (out->data != NULL) {
        out->data[out->len] = 0;
    }
    return EG_OK;
}

enum eg_status eg_file_read_fd(struct eg_buf *out, int fd, const char *path, struct eg_error *err)
{
    struct stat stat;
    size_t before = out->len;

    if (fstat(fd, &stat) != 0) {
        return eg_error_errno(err, path, errno, "can not be examined");
    }
    if (!S_ISREG(stat.st_mode)) {
        return eg_error_set(err, EG_E_IO, path, "not a regular file");
    }
    if (stat.st_size > 0 && (size_t)stat.st_size <= out->ceiling - out->len) {
        (void)eg_buf_reserve(out, (size_t)stat.st_size); /* one allocation for the usual case */
    }
    enum eg_status status = read_all(out, fd, path, err);
    if (status != EG_OK) {
        out->len = before;
        out->failed = false;
        if (out->data != NULL) {
            out->data[before] = 0;
        }
    }
    return status;
}

enum eg_status eg_file_read(struct eg_buf *out, const char *path, struct eg_error *err)
{
    /* O_NONBLOCK: opening a pipe without a writer must not hang before it can be refused. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        return eg_error_errno(err, path, errno, "can not be opened");
    }
    enum eg_status status = eg_file_read_fd(out, fd, path, err);
    close(fd);
    return status;
}

enum eg_status eg_file_read_some(struct eg_buf *out, const char *path, struct eg_error *err)
{
    size_t before = out->len;
    enum eg_status status = eg_file_read(out, path, err);

    return status == EG_OK && out->len == before
               ? eg_error_set(err, EG_E_FORMAT, path, "the file is empty; put its content back")
               : status;
}

/* The directory that holds `path`, as a new string. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return strdup(".");
    }
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static int open_temporary(char **name_out, const char *dir, unsigned mode)
{
    static atomic_uint counter;
    char *name = NULL;

    for (unsigned i = 0; i < TEMP_NAMES_MAX; i++) {
        unsigned number = atomic_fetch_add(&counter, 1);
        if (asprintf(&name, "%s/.emgate-%ld-%u.tmp", dir, (long)getpid(), number) < 0) {
            errno = ENOMEM;
            return -1;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
        if (fd >= 0) {
            *name_out = name;
            return fd;
        }
        int cause = errno;
        free(name);
        errno = cause;
        if (cause != EEXIST) {
            return -1;
        }
    }
    return -1;
}

static int write_all(int fd, struct eg_bytes content)
{
    while (content.len > 0) {
        int cause = eg_fault("file.write");
        if (cause != 0) {
            return cause;
        }
        ssize_t written = write(fd, content.data, content.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errno;
        }
        content.data += written;
        content.len -= (size_t)written;
    }
    return 0;
}

static int sync_fd(int fd)
{
    int cause = eg_fault("file.sync");

    if (cause != 0) {
        return cause;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

static int rename_over(const char *from, const char *to)
{
    int cause = eg_fault("file.rename");

    if (cause != 0) {
        return cause;
    }
    return rename(from, to) == 0 ? 0 : errno;
}

/* The name is taken by a link, which fails where rename would replace; the temporary one goes. */
static int link_new(const char *from, const char *to)
{
    int cause = eg_fault("file.link");

    if (cause == 0 && link(from, to) != 0) {
        cause = errno;
    }
    if (cause == 0) {
        (void)unlink(from);
    }
    return cause;
}

/* Everything up to the rename; takes the descriptor. */
static enum eg_status fill(int fd, struct eg_bytes content, const char *path, struct eg_error *err)
{
    const char *step = "writing failed";
    int cause = write_all(fd, content);

    if (cause == 0) {
        step = "sync to disk failed";
        cause = sync_fd(fd);
    }
    if (close(fd) != 0 && cause == 0) {
        step = "closing failed";
        cause = errno;
    }
    return cause == 0 ? EG_OK : eg_error_errno(err, path, cause, "%s", step);
}

static enum eg_status put(const char *path, struct eg_bytes content, unsigned mode,
                          int take_name(const char *from, const char *to), struct eg_error *err)
{
    enum eg_status status = EG_OK;
    char *dir = directory_of(path);
    char *name = NULL;
    int cause = 0;
    int fd = -1;

    if (dir == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "out of memory for a file name");
    }
    fd = open_temporary(&name, dir, mode);
    if (fd < 0) {
        status = eg_error_errno(err, path, errno, "no new file can be made in its directory");
        goto done;
    }
    status = fill(fd, content, path, err);
    if (status != EG_OK) {
        goto done;
    }
    cause = take_name(name, path);
    if (cause == EEXIST) {
        status = eg_error_set(err, EG_E_EXISTS, path, "is there already");
        goto done;
    }
    if (cause != 0) {
        status = eg_error_errno(err, path, cause, "the new file can not take its name");
        goto done;
    }
    free(name);
    name = NULL;
    status = eg_file_sync_dir(dir, err);
done:
    if (name != NULL) {
        unlink(name);
    }
    free(name);
    free(dir);
    return status;
}

enum eg_status eg_file_write(const char *path, struct eg_bytes content, unsigned mode,
                             struct eg_error *err)
{
    return put(path, content, mode, rename_over, err);
}

enum eg_status eg_file_create(const char *path, struct eg_bytes content, unsigned mode,
                              struct eg_error *err)
{
    return put(path, content, mode, link_new, err);
}

enum eg_status eg_file_lock(int *fd_out, const char *path, struct eg_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0) {
        return eg_error_errno(err, path, errno, "can not be opened");
    }
    while (flock(fd, LOCK_EX) != 0) {
        int cause = errno;
        if (cause != EINTR) {
            close(fd);
            return eg_error_errno(err, path, cause, "can not be locked");
        }
    }
    *fd_out = fd;
    return EG_OK;
}

enum eg_status eg_file_sync_dir(const char *path, struct eg_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return eg_error_errno(err, path, errno, "directory can not be opened");
    }
    int cause = sync_fd(fd);
    if (close(fd) != 0 && cause == 0) {
        cause = errno;
    }
    return cause == 0 ? EG_OK : eg_error_errno(err, path, cause, "sync of the directory failed");
}

static bool is_directory(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* One directory whose parent is there; its name is made durable too. */
static enum eg_status make_one(const char *path, struct eg_error *err)
{
    if (is_directory(path)) {
        return EG_OK;
    }
    if (mkdir(path, 0755) != 0) {
        int cause = errno;
        if (cause == EEXIST && is_directory(path)) {
            return EG_OK; /* another process was faster */
        }
        return eg_error_errno(err, path, cause, "directory can not be made");
    }
    char *parent = directory_of(path);
    if (parent == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "out of memory for a file name");
    }
    enum eg_status status = eg_file_sync_dir(parent, err);
    free(parent);
    return status;
}

/* A copy without slashes at the end: they would make the kernel follow a link. */
static char *trimmed(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    return strndup(path, len);
}

enum eg_status eg_file_mkdirs(const char *path, struct eg_error *err)
{
    char *copy = trimmed(path);
    enum eg_status status = EG_OK;

    if (copy == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "out of memory for a file name");
    }
    for (char *c = copy + 1; copy[0] != '\0' && *c != '\0'; c++) {
        if (*c == '/' && c[-1] != '/') {
            *c = '\0';
            status = make_one(copy, err);
            *c = '/';
        }
        if (status != EG_OK) {
            goto done;
        }
    }
    status = make_one(copy, err);

done:
    free(copy);
    return status;
}

static enum eg_status empty_directory(int fd, const char *path, unsigned depth,
                                      struct eg_error *err);

static enum eg_status remove_name(int dir, const char *name, const char *path, unsigned depth,
                                  struct eg_error *err)
{
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return EG_OK;
    }
    if (errno != EISDIR && errno != EPERM) {
        return eg_error_errno(err, path, errno, "%s can not be removed", name);
    }
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return eg_error_errno(err, path, errno, "%s can not be removed", name);
    }
    EG_TRY(empty_directory(fd, path, depth + 1, err));
    if (unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return eg_error_errno(err, path, errno, "%s can not be removed", name);
    }
    return EG_OK;
}

/* Takes the descriptor. */
static enum eg_status empty_directory(int fd, const char *path, unsigned depth,
                                      struct eg_error *err)
{
    if (depth > REMOVE_DEPTH_MAX) {
        close(fd);
        return eg_error_set(err, EG_E_LIMIT, path, "directories more than %d deep",
                            REMOVE_DEPTH_MAX);
    }
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        enum eg_status failed = eg_error_errno(err, path, errno, "directory can not be read");
        close(fd);
        return failed;
    }
    enum eg_status status = EG_OK;
    struct dirent *found = NULL;
    for (errno = 0; (found = readdir(dir)) != NULL; errno = 0) {
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0) {
            status = remove_name(dirfd(dir), found->d_name, path, depth, err);
        }
        if (status != EG_OK) {
            goto done;
        }
    }
    if (errno != 0) {
        status = eg_error_errno(err, path, errno, "directory can not be read");
    }

done:
    closedir(dir);
    return status;
}

enum eg_status eg_file_remove_tree(const char *path, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    char *copy = trimmed(path);

    if (copy == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "out of memory for a file name");
    }
    int fd = open(copy, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT) {
            status = eg_error_errno(err, path, errno, "not a directory that can be removed");
        }
        goto done;
    }
    status = empty_directory(fd, path, 0, err);
    if (status == EG_OK && rmdir(copy) != 0 && errno != ENOENT) {
        status = eg_error_errno(err, path, errno, "directory can not be removed");
    }
done:
    free(copy);
    return status;
}

char *eg_file_join(const char *dir, const char *name)
{
    size_t len = strlen(dir);
    char *path = NULL;
    const char *between = len > 0 && dir[len - 1] != '/' ? "/" : "";

    return asprintf(&path, "%s%s%s", dir, between, name) < 0 ? NULL : path;
}
