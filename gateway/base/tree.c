/*
 * A directory read once into memory (struct eg_tree of base/file.h).
 *
 * Why: a package is judged as octets, not as a place on a disk that somebody may change meanwhile.
 * Directories and files are opened relative to their parent and never through a link, and what is
 * examined is the open file, so that nothing can be exchanged between a look and a read.
 */
#include "base/file.h"
#include "base/text.h"
#include "base/vector.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

struct walk {
    struct eg_tree tree;
    size_t capacity;
    size_t max_files;
    size_t octets_left;
    /* of the root, for messages */
    const char *path;
};

static enum eg_status walk_directory(struct walk *walk, int fd, const char *prefix, unsigned depth,
                                     struct eg_error *err);

static enum eg_status out_of_memory(const struct walk *walk, struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, walk->path, "out of memory for its files");
}

static enum eg_status add_file(struct walk *walk, int fd, const char *name, struct eg_error *err)
{
    struct eg_tree *tree = &walk->tree;

    if (tree->count >= walk->max_files) {
        return eg_error_set(err, EG_E_LIMIT, walk->path, "more than %zu files", walk->max_files);
    }
    if (EG_VECTOR_RESERVE(tree->files, walk->capacity, tree->count + 1, walk->max_files) != EG_OK) {
        return out_of_memory(walk, err);
    }
    struct eg_tree_file *file = &tree->files[tree->count];
    eg_buf_init(&file->content, walk->octets_left);
    file->name = strdup(name);
    if (file->name == NULL) {
        return out_of_memory(walk, err);
    }
    tree->count++;
    enum eg_status status = eg_file_read_fd(&file->content, fd, name, err);
    if (status == EG_E_LIMIT) {
        return eg_error_set(err, EG_E_LIMIT, walk->path, "files of more octets than allowed");
    }
    if (status != EG_OK) {
        return status;
    }
    walk->octets_left -= file->content.len;
    file->content.ceiling = file->content.len;
    return EG_OK;
}

static enum eg_status add_name(struct walk *walk, int dir, const char *name, const char *prefix,
                               unsigned depth, struct eg_error *err)
{
    char *whole = NULL;
    struct stat found;
    int fd = -1;
    enum eg_status status = EG_OK;

    if (!eg_text_clean(eg_bytes_of(name))) {
        return eg_error_set(err, EG_E_DENIED, walk->path, "a file name is not clean UTF-8");
    }
    if (asprintf(&whole, "%s%s", prefix, name) < 0) {
        return out_of_memory(walk, err);
    }
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == ELOOP || errno == ENXIO)) {
        status = eg_error_set(err, EG_E_DENIED, whole, "is a link or a device");
    } else if (fd < 0 || fstat(fd, &found) != 0) {
        status = eg_error_errno(err, whole, errno, "can not be opened");
    } else if (S_ISREG(found.st_mode)) {
        status = add_file(walk, fd, whole, err);
    } else if (S_ISDIR(found.st_mode)) {
        status = walk_directory(walk, fd, whole, depth + 1, err);
        fd = -1; /* taken */
    } else {
        status = eg_error_set(err, EG_E_DENIED, whole, "is neither a file nor a directory");
    }
    if (fd >= 0) {
        close(fd);
    }
    free(whole);
    return status;
}

/* Takes the descriptor. `name` is "" for the root. */
static enum eg_status walk_directory(struct walk *walk, int fd, const char *name, unsigned depth,
                                     struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct dirent *found = NULL;
    char *prefix = NULL;
    DIR *dir = NULL;

    if (depth > DEPTH_MAX) {
        status = eg_error_set(err, EG_E_LIMIT, name, "directories more than %d deep", DEPTH_MAX);
        goto done;
    }
    dir = fdopendir(fd);
    if (dir == NULL || asprintf(&prefix, "%s%s", name, name[0] != '\0' ? "/" : "") < 0) {
        prefix = NULL;
        status = out_of_memory(walk, err);
        goto done;
    }
    for (errno = 0; status == EG_OK && (found = readdir(dir)) != NULL; errno = 0) {
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0) {
            status = add_name(walk, dirfd(dir), found->d_name, prefix, depth, err);
        }
    }
    if (status == EG_OK && errno != 0) {
        status = eg_error_errno(err, walk->path, errno, "directory can not be read");
    }
done:
    free(prefix);
    if (dir != NULL) {
        closedir(dir);
    } else {
        close(fd);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct eg_tree_file *)a)->name, ((const struct eg_tree_file *)b)->name);
}

enum eg_status eg_tree_read(struct eg_tree *out, const char *path, size_t max_files,
                            size_t max_octets, struct eg_error *err)
{
    struct walk walk = {.max_files = max_files, .octets_left = max_octets, .path = path};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return eg_error_errno(err, path, errno, "directory can not be opened");
    }
    enum eg_status status = walk_directory(&walk, fd, "", 0, err);
    if (status != EG_OK) {
        eg_tree_done(&walk.tree);
        return status;
    }
    if (walk.tree.count > 0) {
        qsort(walk.tree.files, walk.tree.count, sizeof walk.tree.files[0], by_name);
    }
    *out = walk.tree;
    return EG_OK;
}

void eg_tree_done(struct eg_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->files[i].name);
        eg_buf_done(&tree->files[i].content);
    }
    free(tree->files);
    *tree = (struct eg_tree){0};
}

const struct eg_tree_file *eg_tree_find(const struct eg_tree *tree, const char *name)
{
    struct eg_tree_file wanted = {.name = (char *)name};

    if (tree->count == 0) {
        return NULL;
    }
    return bsearch(&wanted, tree->files, tree->count, sizeof tree->files[0], by_name);
}
