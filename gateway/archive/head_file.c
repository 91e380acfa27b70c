/*
 * Two slots in one file; see the headers.
 *
 * Fault points: head.write (nothing written), head.torn (cut off), head.sync, and
 * head.synced (durable, but not told).
 */
#include "archive/head_file.h"

#include "archive/file_id.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TORN_LEN 64    /* a point inside every checkpoint, where a test may cut a write off */
#define HEAD_MODE 0644 /* a size and a hash: nothing of what was reported */

struct eg_head_file {
    char *path;
    int fd;
    bool writable;
    struct eg_file_id id;
    struct eg_head_note note;
};

enum eg_status eg_head_file_create(const char *path, struct eg_bytes checkpoint,
                                   struct eg_error *err)
{
    uint8_t octets[EG_HEAD_NOTE_LEN];
    struct eg_file_id there = {0};
    struct eg_error unused = {0};
    enum eg_status status = EG_OK;

    if (eg_file_id_path(&there, path, &unused) != EG_E_NOTFOUND) {
        return eg_error_set(err, EG_E_EXISTS, path,
                            "is there already; a head note is not replaced");
    }
    EG_TRY(eg_head_note_slot(octets, checkpoint, err));
    EG_TRY(eg_head_note_slot(octets + EG_HEAD_NOTE_SLOT, EG_BYTES_NONE, err));
    status = eg_file_write(path, (struct eg_bytes){octets, sizeof octets}, HEAD_MODE, err);
    return status;
}

static enum eg_status open_fd(struct eg_head_file *file, struct eg_error *err)
{
    /* O_NONBLOCK: a pipe in place of the file must not hang before it can be refused. */
    const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

    file->fd = open(file->path, O_RDWR | flags);
    file->writable = file->fd >= 0;
    if (file->fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
        file->fd = open(file->path, O_RDONLY | flags);
    }
    return file->fd >= 0 ? EG_OK : eg_error_errno(err, file->path, errno, "can not be opened");
}

/* Errors are told under the file's name, not under that of its format. */
static enum eg_status named(const char *path, enum eg_status status, struct eg_error *err)
{
    return err == NULL ? status : eg_error_set(err, status, path, "head note: %s", err->text);
}

static enum eg_status read_note(struct eg_head_file *file, const char *origin,
                                const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_buf octets;
    enum eg_status status = EG_OK;

    eg_buf_init(&octets, EG_HEAD_NOTE_LEN);
    status = eg_file_read_fd(&octets, file->fd, file->path, err);
    if (status == EG_E_LIMIT) {
        status = eg_error_set(err, EG_E_FORMAT, file->path, "head note: has more than %zu octets",
                              (size_t)EG_HEAD_NOTE_LEN);
    } else if (status == EG_OK) {
        status = eg_head_note_read(&file->note, eg_bytes_view(&octets), origin, public_key, err);
        status = status == EG_OK ? EG_OK : named(file->path, status, err);
    }
    eg_buf_done(&octets);
    return status;
}

enum eg_status eg_head_file_open(struct eg_head_file **out, const char *path, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_head_file *file = calloc(1, sizeof *file);
    enum eg_status status = EG_OK;

    if (file == NULL || (file->path = strdup(path)) == NULL) {
        free(file);
        return eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    }
    status = open_fd(file, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_note(file, origin, public_key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_id_fd(&file->id, file->fd, path, err);

done:
    if (status != EG_OK) {
        eg_head_file_close(&file);
        return status;
    }
    *out = file;
    return EG_OK;
}

void eg_head_file_close(struct eg_head_file **file)
{
    if (*file != NULL) {
        if ((*file)->fd >= 0) {
            (void)close((*file)->fd);
        }
        free((*file)->path);
        free(*file);
        *file = NULL;
    }
}

const struct eg_head_note *eg_head_file_note(const struct eg_head_file *file)
{
    return &file->note;
}

/* It could not be written when it was opened: perhaps it can by now. */
static enum eg_status make_writable(struct eg_head_file *file, struct eg_error *err)
{
    int fd = -1;
    struct eg_file_id id = {0};

    if (file->writable) {
        return EG_OK;
    }
    fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return eg_error_errno(err, file->path, errno, "the head note can not be written");
    }
    if (eg_file_id_fd(&id, fd, file->path, NULL) != EG_OK || !eg_file_id_equal(&id, &file->id)) {
        (void)close(fd);
        return eg_error_set(err, EG_E_STATE, file->path, "was replaced while it was in use");
    }
    (void)close(file->fd);
    file->fd = fd;
    file->writable = true;
    return EG_OK;
}

static int write_slot(int fd, const uint8_t *octets, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t step = pwrite(fd, octets, len, at);
        if (step < 0 && errno == EINTR) {
            continue;
        }
        if (step <= 0) {
            return step < 0 ? errno : EIO;
        }
        octets += step;
        len -= (size_t)step;
        at += step;
    }
    return 0;
}

static int write_and_sync(int fd, const uint8_t octets[EG_HEAD_NOTE_SLOT], unsigned slot)
{
    off_t at = (off_t)slot * EG_HEAD_NOTE_SLOT;
    int cause = eg_fault("head.write");

    if (cause == 0) {
        cause = write_slot(fd, octets, TORN_LEN, at);
    }
    if (cause == 0) {
        cause = eg_fault("head.torn");
    }
    if (cause == 0) {
        cause = write_slot(fd, octets + TORN_LEN, EG_HEAD_NOTE_SLOT - TORN_LEN, at + TORN_LEN);
    }
    if (cause == 0) {
        cause = eg_fault("head.sync");
    }
    if (cause == 0) {
        cause = fdatasync(fd) == 0 ? 0 : errno;
    }
    return cause == 0 ? eg_fault("head.synced") : cause;
}

enum eg_status eg_head_file_put(struct eg_head_file *file, const struct eg_checkpoint *head,
                                struct eg_bytes checkpoint, struct eg_error *err)
{
    uint8_t octets[EG_HEAD_NOTE_SLOT];
    unsigned slot = 1 - file->note.slot;
    int cause = 0;
    enum eg_status status = EG_OK;

    if (head->size < file->note.newest.size) {
        return eg_error_set(err, EG_E_USAGE, file->path,
                            "a head note does not go back to size %llu",
                            (unsigned long long)head->size);
    }
    status = eg_file_id_check(&file->id, file->path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_writable(file, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_head_note_slot(octets, checkpoint, err);

done:
    if (status != EG_OK) {
        return status;
    }
    cause = write_and_sync(file->fd, octets, slot);
    if (cause != 0) {
        return eg_error_errno(err, file->path, cause, "the head note can not be written");
    }
    file->note = (struct eg_head_note){.newest = *head, .slot = slot};
    return EG_OK;
}
