/*
 * Which file a path names: a file that was renamed, unlinked or replaced under an open descriptor
 * is another one, whatever its name.
 */
#ifndef EG_ARCHIVE_FILE_ID_H
#define EG_ARCHIVE_FILE_ID_H

#include "base/bytes.h"

#include <sys/types.h>

struct eg_file_id {
    bool known;
    dev_t device;
    ino_t inode;
};

/* EG_E_NOTFOUND, EG_E_IO. */
EG_MUST_USE
enum eg_status eg_file_id_path(struct eg_file_id *out, const char *path, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_file_id_fd(struct eg_file_id *out, int fd, const char *path,
                             struct eg_error *err);
bool eg_file_id_equal(const struct eg_file_id *a, const struct eg_file_id *b);

/* EG_E_STATE: the path names no file or another one than `was`; any if that is not known. */
EG_MUST_USE
enum eg_status eg_file_id_check(const struct eg_file_id *was, const char *path,
                                struct eg_error *err);

#endif
