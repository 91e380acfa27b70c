/*
 * Files. Everything that must survive a crash is written here and nowhere else:
 * write to a temporary name, flush, sync, checked close, rename, sync the directory.
 */
#ifndef EG_BASE_FILE_H
#define EG_BASE_FILE_H

#include "base/bytes.h"

/*
 * Append a whole regular file to `out` (initialised by the caller, whose ceiling is the limit).
 * EG_E_NOTFOUND, EG_E_IO, EG_E_LIMIT (larger than the ceiling), EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_file_read(struct eg_buf *out, const char *path, struct eg_error *err);

/*
 * The same for a file that must say something (keys, certificates, lists, signed texts): a file of
 * 0 octets is what a full disk or a broken copy leaves, never "none". EG_E_FORMAT.
 */
EG_MUST_USE
enum eg_status eg_file_read_some(struct eg_buf *out, const char *path, struct eg_error *err);

/* The same from an open descriptor, which stays open; `path` is for messages. */
EG_MUST_USE
enum eg_status eg_file_read_fd(struct eg_buf *out, int fd, const char *path, struct eg_error *err);

/*
 * Replace or create a file, durable when this returns. On failure the old file is untouched, but
 * for one case: when the last step, the sync of the directory, fails, the new one is there and
 * may be gone after a power loss.
 *   mode   permission bits, e.g. 0644, 0600 for keys; the umask takes from them as usual
 */
EG_MUST_USE
enum eg_status eg_file_write(const char *path, struct eg_bytes content, unsigned mode,
                             struct eg_error *err);

/*
 * The same for a file that must be new: never over another one, whoever made that meanwhile.
 * EG_E_EXISTS: something of this name is there, and untouched.
 */
EG_MUST_USE
enum eg_status eg_file_create(const char *path, struct eg_bytes content, unsigned mode,
                              struct eg_error *err);

/*
 * Wait for the lock that a file represents, among processes; the file is made if need be and stays
 * empty. Closing the descriptor gives the lock back, as the end of the process does.
 */
EG_MUST_USE
enum eg_status eg_file_lock(int *fd_out, const char *path, struct eg_error *err);

/* Create a directory and its parents (0755); fine if it is there. */
EG_MUST_USE
enum eg_status eg_file_mkdirs(const char *path, struct eg_error *err);

/* Remove a directory with all that is below it; fine if it is not there. Follows no links. */
EG_MUST_USE
enum eg_status eg_file_remove_tree(const char *path, struct eg_error *err);

/* Sync a directory, so that names in it are durable. */
EG_MUST_USE
enum eg_status eg_file_sync_dir(const char *path, struct eg_error *err);

/* "dir/name" as a new string (free()); NULL when memory ran out. */
char *eg_file_join(const char *dir, const char *name);

/* A tree in memory: all regular files below a directory, names with '/', sorted by octets. */
struct eg_tree_file {
    char *name;
    struct eg_buf content;
};
struct eg_tree {
    struct eg_tree_file *files;
    size_t count;
};

/*
 * Read a directory once. Links, devices and names that are not clean UTF-8 are EG_E_DENIED;
 * more than `max_files` files or `max_octets` in all is EG_E_LIMIT.
 */
EG_MUST_USE
enum eg_status eg_tree_read(struct eg_tree *out, const char *path, size_t max_files,
                            size_t max_octets, struct eg_error *err);
void eg_tree_done(struct eg_tree *tree);
/* NULL: none. */
const struct eg_tree_file *eg_tree_find(const struct eg_tree *tree, const char *name);

#endif
