/*
 * Device and inode; see the header.
 */
#include "archive/file_id.h"

#include <errno.h>
#include <sys/stat.h>

static struct eg_file_id id_of(const struct stat *info)
{
    return (struct eg_file_id){true, info->st_dev, info->st_ino};
}

enum eg_status eg_file_id_path(struct eg_file_id *out, const char *path, struct eg_error *err)
{
    struct stat info = {0};

    if (stat(path, &info) != 0) {
        return eg_error_errno(err, path, errno, "can not be examined");
    }
    *out = id_of(&info);
    return EG_OK;
}

enum eg_status eg_file_id_fd(struct eg_file_id *out, int fd, const char *path, struct eg_error *err)
{
    struct stat info = {0};

    if (fstat(fd, &info) != 0) {
        return eg_error_errno(err, path, errno, "can not be examined");
    }
    *out = id_of(&info);
    return EG_OK;
}

bool eg_file_id_equal(const struct eg_file_id *a, const struct eg_file_id *b)
{
    return a->known && b->known && a->device == b->device && a->inode == b->inode;
}

enum eg_status eg_file_id_check(const struct eg_file_id *was, const char *path,
                                struct eg_error *err)
{
    struct eg_file_id now = {0};
    enum eg_status status = EG_OK;

    if (!was->known) {
        return EG_OK;
    }
    status = eg_file_id_path(&now, path, err);
    if (status == EG_OK && !eg_file_id_equal(was, &now)) {
        status = EG_E_STATE;
    }
    if (status == EG_E_NOTFOUND || status == EG_E_STATE) {
        status = eg_error_set(err, EG_E_STATE, path,
                              "was %s while it was in use; nothing is written until the very file "
                              "is back in its place, or the gateway is started again",
                              status == EG_E_NOTFOUND ? "removed" : "replaced");
    }
    return status;
}
