/*
 * The store on SQLite: opening, locking, and what its other files share.
 *
 *   store_schema.c   the tables, and what makes them valid
 *   store_pack.c     how a content becomes the octets of a row
 *   store_write.c    appending
 *   store_read.c     looking up
 *   store_facts.c    what decisions remember, both ways
 *   store_use.c      the mark of use, and leaving one file behind
 *   store_held.c     reports that wait for a person
 *
 * One file in WAL mode with synchronous=FULL: a commit is one fsync of the log, readers see the
 * state before or after it and never make the writer wait. (A reader that stays in one transaction
 * only keeps the WAL file from being folded back; it grows until that reader ends.)
 *
 * A second writer is kept out by a lock on FILE-lock and not by SQLite's own, because SQLite's is
 * held during a transaction only and the recorder's knowledge (next index, tree edge) lives longer.
 *
 * The seam: nothing above sees SQLite; struct eg_store is closed and archive/store.h is the whole
 * table of functions. Another database takes its place by other store_*.c files with the same
 * functions; where one program shall know both, each set becomes one const struct of those function
 * pointers, struct eg_store gets a pointer to it as its first member, and eg_store_open picks by
 * the form of `path` (a file, or a "postgresql:" address).
 */
#include "archive/store_sqlite.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define EG_ARCHIVE_MODE 0640      /* reports are not for everyone on the machine */
#define EG_ARCHIVE_WAIT_MS 10000  /* readers wait this long for a recovery after a crash */
#define EG_ARCHIVE_CACHE_KIB 8192 /* page cache of a handle */
#define EG_ARCHIVE_WAL_PAGES 2048 /* 32 MiB of log before it is folded into the file */

static const char *const statement_texts[EG_SQL_COUNT] = {
#define EG_STORE_SQL_TEXT(name, sql) sql,
    EG_STORE_STATEMENTS(EG_STORE_SQL_TEXT)
#undef EG_STORE_SQL_TEXT
};

/* ---- errors
 * ------------------------------------------------------------------------------------*/

/* ---- statements
 * --------------------------------------------------------------------------------*/

static enum eg_status prepare_all(struct eg_store *store, struct eg_error *err)
{
    size_t count = store->version < EG_ARCHIVE_HELD_SINCE ? EG_SQL_HELD : EG_SQL_COUNT;

    for (size_t i = 0; i < count; i++) {
        int answer = sqlite3_prepare_v3(store->db, statement_texts[i], -1,
                                        SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL);

        if (answer != SQLITE_OK) {
            return eg_store_failed(store, answer, "opening", err);
        }
    }
    return EG_OK;
}

/* ---- opening
 * -----------------------------------------------------------------------------------*/

static enum eg_status take_lock(struct eg_store *store, struct eg_error *err)
{
    char *path = NULL;
    enum eg_status status = EG_OK;

    if (asprintf(&path, "%s-lock", store->path) < 0) {
        return eg_error_set(err, EG_E_NOMEM, store->path, "no memory to open the archive");
    }
    /* An empty file that is only ever locked: nothing in it could be lost. */
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, EG_ARCHIVE_MODE);
    if (store->lock_fd < 0) {
        status = eg_error_errno(err, path, errno, "the lock of the archive can not be opened");
    } else if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK
                     ? eg_error_set(err, EG_E_BUSY, store->path,
                                    "another program writes this archive; stop it first")
                     : eg_error_errno(err, path, errno, "the archive can not be locked");
    } else {
        status = eg_file_id_fd(&store->lock_id, store->lock_fd, path, err);
    }
    free(path);
    return status;
}

/* SQLite would create it readable for everyone. A file that is there is not opened here: closing it
 * again would let go of the locks that other handles of this process hold on it. */
static enum eg_status create_file(struct eg_store *store, struct eg_error *err)
{
    int fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, EG_ARCHIVE_MODE);

    if (fd < 0) {
        return errno == EEXIST
                   ? EG_OK
                   : eg_error_errno(err, store->path, errno, "the archive can not be opened");
    }
    (void)close(fd);
    return EG_OK;
}

static enum eg_status sync_parent(const char *path, struct eg_error *err)
{
    char *copy = strdup(path);
    enum eg_status status = EG_OK;

    if (!copy) {
        return eg_error_set(err, EG_E_NOMEM, path, "no memory to open the archive");
    }
    status = eg_file_sync_dir(dirname(copy), err);
    free(copy);
    return status;
}

/* "file:" address of the path with the octets that have a meaning there escaped. */
static char *address_of(const char *path, const char *tail)
{
    struct eg_buf out = {0};

    eg_buf_init(&out, 16 * EG_KIB);
    eg_buf_text(&out, path[0] == '/' ? "file://" : "file:");
    for (const char *at = path; *at; at++) {
        if (*at == '?' || *at == '#' || *at == '%') {
            eg_buf_format(&out, "%%%02x", (unsigned)*at);
        } else {
            eg_buf_char(&out, *at);
        }
    }
    eg_buf_text(&out, tail);
    if (out.failed) {
        eg_buf_done(&out);
    }
    return (char *)out.data;
}

static enum eg_status open_database(struct eg_store *store, bool frozen, struct eg_error *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI |
                (store->writing || store->amending ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    char *address = address_of(store->path, frozen ? "?immutable=1" : "");
    int answer = SQLITE_NOMEM, defensive = 0;
    char setup[256] = "";

    if (address) {
        answer = sqlite3_open_v2(address, &store->db, flags, NULL);
    }
    free(address);
    if (answer != SQLITE_OK) {
        return eg_store_failed(store, answer, "opening", err);
    }
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, EG_ARCHIVE_WAIT_MS);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &defensive);
    (void)snprintf(setup, sizeof setup,
                   "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                   "PRAGMA cache_size = -%d; PRAGMA synchronous = FULL;"
                   "PRAGMA wal_autocheckpoint = %d; PRAGMA temp_store = MEMORY",
                   EG_ARCHIVE_CACHE_KIB, EG_ARCHIVE_WAL_PAGES);
    answer = sqlite3_exec(store->db, setup, NULL, NULL, NULL);
    if (answer == SQLITE_OK) /* opens the file, which the pragmas above may put off */ {
        answer = sqlite3_exec(store->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    return answer == SQLITE_OK ? EG_OK : eg_store_failed(store, answer, "opening", err);
}

static void close_database(struct eg_store *store)
{
    for (size_t i = 0; i < EG_SQL_COUNT; i++) {
        (void)sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    (void)sqlite3_close(store->db);
    store->db = NULL;
}

/* A folder that can not be written (a medium for an auditor): fine when no write-ahead log waits.
 */
static bool may_freeze(const struct eg_store *store)
{
    struct stat info = {0};
    char *wal = NULL;
    bool waits = true;

    if (asprintf(&wal, "%s-wal", store->path) < 0) {
        return false;
    }
    waits = stat(wal, &info) == 0 && info.st_size > 0;
    free(wal);
    return !waits;
}

static bool folder_is_read_only(const struct eg_store *store)
{
    char *copy = strdup(store->path);
    bool read_only = copy && access(dirname(copy), W_OK) != 0;

    free(copy);
    return read_only;
}

static enum eg_status open_reading(struct eg_store *store, struct eg_error *err)
{
    struct eg_error first = {0};
    enum eg_status status = EG_OK;

    if (access(store->path, F_OK) != 0 && errno == ENOENT) {
        return eg_error_set(err, EG_E_NOTFOUND, store->path, "there is no archive");
    }
    status = open_database(store, false, &first);
    if (status == EG_E_IO && !store->amending && may_freeze(store)) {
        close_database(store);
        status = open_database(store, true, &first);
    } else if (status == EG_E_IO && folder_is_read_only(store)) {
        status = eg_error_set(&first, EG_E_IO, store->path,
                              "the newest entries lie in the -wal beside it, which can not be read "
                              "on a medium that can not be written; copy both files to a folder "
                              "that can");
    }
    if (status && err) {
        *err = first;
    }
    return status;
}

static enum eg_status open_writing(struct eg_store *store, const char *origin, bool create,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;
    bool is_new = false;

    if (!eg_text_token(eg_bytes_of(origin), EG_ORIGIN_MAX)) {
        return eg_error_set(err, EG_E_USAGE, store->path,
                            "an archive is written under a log origin of 1 to %d characters",
                            EG_ORIGIN_MAX);
    }
    status = take_lock(store, err);
    if (!status && create) {
        status = create_file(store, err);
    }
    if (!status) {
        status = eg_file_id_path(&store->id, store->path, err);
    }
    if (!status) {
        status = open_database(store, false, err);
    }
    if (!status) {
        status = eg_store_schema_is_empty(&is_new, store, err);
    }
    if (!status && is_new) {
        status = eg_store_schema_create(store, origin, err);
    }
    if (!status && is_new) {
        status = sync_parent(store->path, err);
    }
    if (!status && !is_new) {
        status = eg_store_schema_upgrade(store, err);
    }
    return status;
}

static enum eg_status learn_next(struct eg_store *store, struct eg_error *err)
{
    struct eg_merkle_edge edge = {0};
    int64_t last_ms = 0;
    enum eg_status status = eg_store_head(&edge, NULL, &last_ms, store, err);

    if (!status) {
        store->next = edge.size;
    }
    return status;
}

enum eg_status eg_store_open(struct eg_store **out, const char *path, enum eg_store_mode mode,
                             const char *origin, struct eg_error *err)
{
    struct eg_store *store = calloc(1, sizeof *store);
    enum eg_status status = EG_OK;

    if (!store) {
        return eg_error_set(err, EG_E_NOMEM, path, "no memory to open the archive");
    }
    store->lock_fd = -1;
    store->writing = mode == EG_STORE_WRITE || mode == EG_STORE_CONTINUE;
    store->amending = mode == EG_STORE_AMEND;
    eg_store_pack_reset(store);
    store->path = strdup(path);
    store->unpacker = ZSTD_createDCtx();
    if (!store->path || !store->unpacker) {
        status = eg_error_set(err, EG_E_NOMEM, path, "no memory to open the archive");
        goto done;
    }
    status = store->writing ? open_writing(store, origin, mode == EG_STORE_WRITE, err)
                            : open_reading(store, err);
    if (!status) {
        status = eg_store_schema_check(store, err);
    }
    if (!status) {
        status = prepare_all(store, err);
    }
    if (!status && origin && strcmp(origin, store->origin) != 0) {
        status = eg_error_set(err, EG_E_STATE, path, "this is the archive of the log %s, not %s",
                              store->origin, origin);
    }
    if (!status) {
        status = eg_store_use_look(store, err);
    }
    if (!status && store->writing) {
        status = learn_next(store, err);
    }
    if (!status && store->writing) {
        status = eg_store_use_begin(store, err);
    }
    if (status) {
        goto done;
    }
    *out = store;
    store = NULL;
done:
    eg_store_close(&store);
    return status;
}

void eg_store_close(struct eg_store **store)
{
    struct eg_store *it = *store;

    struct eg_error unused = {0};

    if (!it) {
        return;
    }
    if (eg_store_finish(it, &unused) != EG_OK) {
        it->in_use = false; /* it stays marked, and what lies beside it stays there */
    }
    close_database(it);
    if (it->lock_fd >= 0) {
        (void)close(it->lock_fd); /* the lock ends with it; the file stays for the next writer */
    }
    ZSTD_freeCCtx(it->packer);
    ZSTD_freeDCtx(it->unpacker);
    eg_buf_done(&it->packed);
    free(it->path);
    free(it);
    *store = NULL;
}

const char *eg_store_origin(const struct eg_store *store)
{
    return store->origin;
}

bool eg_store_broken(const struct eg_store *store)
{
    return store->broken;
}
