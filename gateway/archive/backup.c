/*
 * SQLite's own copying, from one read transaction, into a temporary file; then the mark of use is
 * cleared there, everything is synced, and the file gets its name unless one has it already.
 *
 * Fault point: backup.step.
 */
#include "archive/backup.h"

#include "archive/store_sqlite.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKUP_MODE 0640
#define PAGES_A_STEP 256 /* 4 MiB between two looks at progress */

struct copying {
    const struct eg_backup *backup;
    struct eg_store *from;
    char *temporary;
    sqlite3 *to;
    struct eg_merkle_edge edge;
};

static enum eg_status failed(const struct copying *copying, const char *doing, struct eg_error *err)
{
    return eg_error_set(err, EG_E_IO, copying->backup->to, "%s the copy failed: %s", doing,
                        copying->to != NULL ? sqlite3_errmsg(copying->to) : "memory ran out");
}

static enum eg_status open_source(struct copying *copying, struct eg_error *err)
{
    enum eg_status status =
        eg_store_open(&copying->from, copying->backup->from, EG_STORE_READ, NULL, err);
    if (status != EG_OK) {
        return status;
    }
    if (eg_store_incomplete(copying->from)) {
        return eg_error_set(err, EG_E_STATE, copying->backup->from,
                            "is incomplete itself: its -wal is not beside it");
    }
    /* one state, however long the copying takes */
    sqlite3_stmt *snapshot = eg_store_statement(copying->from, EG_SQL_SNAPSHOT);
    EG_TRY(eg_store_run(copying->from, snapshot, "reading", err));
    int64_t size = 0;
    status = eg_store_number(&size, copying->from, "SELECT size FROM head", err);
    copying->edge.size = (uint64_t)size;
    return status;
}

/* SQLite would make it readable for everyone. */
static enum eg_status open_target(struct copying *copying, struct eg_error *err)
{
    const char *to = copying->backup->to;
    struct eg_file_id there = {0};
    struct eg_error unused = {0};
    int fd = -1;

    if (eg_file_id_path(&there, to, &unused) != EG_E_NOTFOUND) {
        return eg_error_set(err, EG_E_EXISTS, to, "is there already; a backup takes a new name");
    }
    if (asprintf(&copying->temporary, "%s.emgate-%ld.tmp", to, (long)getpid()) < 0) {
        copying->temporary = NULL;
        return eg_error_set(err, EG_E_NOMEM, to, "memory ran out");
    }
    fd = open(copying->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, BACKUP_MODE);
    if (fd < 0) {
        enum eg_status status = eg_error_errno(err, to, errno, "can not be made");
        free(copying->temporary); /* not ours to remove */
        copying->temporary = NULL;
        return status;
    }
    (void)close(fd);
    int answer = sqlite3_open_v2(copying->temporary, &copying->to,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return answer == SQLITE_OK ? EG_OK : failed(copying, "opening", err);
}

static enum eg_status copy_steps(struct copying *copying, sqlite3_backup *pages,
                                 struct eg_error *err)
{
    const struct eg_backup *backup = copying->backup;
    int answer = SQLITE_OK;

    while (answer == SQLITE_OK) {
        int cause = eg_fault("backup.step");
        if (cause != 0) {
            return eg_error_errno(err, backup->to, cause, "writing the copy failed");
        }
        answer = sqlite3_backup_step(pages, PAGES_A_STEP);
        uint64_t total = (uint64_t)sqlite3_backup_pagecount(pages);
        uint64_t left = (uint64_t)sqlite3_backup_remaining(pages);
        if ((answer == SQLITE_OK || answer == SQLITE_DONE) && backup->progress != NULL &&
            !backup->progress(backup->payload, total - left, total)) {
            return eg_error_set(err, EG_E_STATE, backup->to, "stopped");
        }
    }
    return answer == SQLITE_DONE
               ? EG_OK
               : eg_error_set(err, EG_E_IO, backup->to, "writing the copy failed: %s",
                              sqlite3_errstr(answer));
}

static enum eg_status copy_pages(struct copying *copying, struct eg_error *err)
{
    sqlite3_backup *pages = sqlite3_backup_init(copying->to, "main", copying->from->db, "main");

    if (pages == NULL) {
        return failed(copying, "beginning", err);
    }
    enum eg_status status = copy_steps(copying, pages, err);
    if (sqlite3_backup_finish(pages) != SQLITE_OK && status == EG_OK) {
        status = failed(copying, "finishing", err);
    }
    return status;
}

/* Whole, closed, one file. An archive of before has no mark. */
static enum eg_status close_target(struct copying *copying, struct eg_error *err)
{
    const char *sql = copying->from->version >= EG_ARCHIVE_IN_USE_SINCE
                          ? "PRAGMA synchronous = FULL; UPDATE state SET in_use = 0"
                          : "PRAGMA synchronous = FULL";

    if (sqlite3_exec(copying->to, sql, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_wal_checkpoint_v2(copying->to, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
            SQLITE_OK) {
        return failed(copying, "closing", err);
    }
    if (sqlite3_close(copying->to) != SQLITE_OK) {
        return failed(copying, "closing", err);
    }
    copying->to = NULL;
    return EG_OK;
}

/* As a stranger would open it: the form, and the same head. */
static enum eg_status look_at_copy(const struct copying *copying, struct eg_error *err)
{
    struct eg_store *copy = NULL;
    struct eg_merkle_edge edge = {0};
    enum eg_status status = eg_store_open(&copy, copying->temporary, EG_STORE_READ,
                                          eg_store_origin(copying->from), err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_store_head(&edge, NULL, NULL, copy, err);
    if (status != EG_OK) {
        goto done;
    }
    if (edge.size != copying->edge.size || eg_store_was_in_use(copy)) {
        status = eg_error_set(err, EG_E_INTERNAL, copying->backup->to,
                              "the copy is not what was copied");
    }

done:
    eg_store_close(&copy);
    return status;
}

static enum eg_status sync_and_name(struct eg_backup_made *made, const struct copying *copying,
                                    struct eg_error *err)
{
    const char *to = copying->backup->to;
    struct stat info = {0};
    int fd = open(copying->temporary, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0 && fstat(fd, &info) == 0;
    int cause = errno;

    if (fd >= 0) {
        (void)close(fd);
    }
    if (!synced) {
        return eg_error_errno(err, to, cause, "the copy can not be synced");
    }
    if (link(copying->temporary, to) != 0) { /* unlike a rename it never takes another's place */
        return eg_error_errno(err, to, errno, "the copy can not get its name");
    }
    char *folder = strdup(to);
    enum eg_status status = folder == NULL ? eg_error_set(err, EG_E_NOMEM, to, "memory ran out")
                                           : eg_file_sync_dir(dirname(folder), err);
    free(folder);
    made->octets = (uint64_t)info.st_size;
    return status;
}

static void remove_temporary(struct copying *copying)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; copying->temporary != NULL && i < sizeof tails / sizeof tails[0]; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s%s", copying->temporary, tails[i]) >= 0) {
            (void)unlink(path);
            free(path);
        }
    }
    free(copying->temporary);
}

enum eg_status eg_archive_backup(struct eg_backup_made *out, const struct eg_backup *backup,
                                 struct eg_error *err)
{
    struct copying copying = {.backup = backup};
    struct eg_backup_made made = {.entries = 0};
    enum eg_status status = open_source(&copying, err);
    if (status != EG_OK) {
        goto done;
    }

    status = open_target(&copying, err);
    if (status != EG_OK) {
        goto done;
    }
    status = copy_pages(&copying, err);
    if (status != EG_OK) {
        goto done;
    }
    status = close_target(&copying, err);
    if (status != EG_OK) {
        goto done;
    }
    status = look_at_copy(&copying, err);
    if (status != EG_OK) {
        goto done;
    }
    status = sync_and_name(&made, &copying, err);
    if (status != EG_OK) {
        goto done;
    }
    made.entries = copying.edge.size;
    (void)snprintf(made.origin, sizeof made.origin, "%s", eg_store_origin(copying.from));
    *out = made;

done:
    (void)sqlite3_close(copying.to);
    remove_temporary(&copying);
    eg_store_close(&copying.from);
    return status;
}
