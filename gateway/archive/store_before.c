/*
 * Archives of before: schema versions without the mark of use, made by programs that wrote no head
 * note. Looked at without changing them, so that their head can be written down before they are
 * brought up to date.
 */
#include "archive/store_sqlite.h"

#include <stdlib.h>
#include <string.h>

#define BEFORE_WAIT_MS 10000

static enum eg_status check_version(struct eg_store *store, struct eg_error *err)
{
    int64_t application = 0, version = 0;
    enum eg_status status = eg_store_number(&application, store, "PRAGMA application_id", err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_store_number(&version, store, "PRAGMA user_version", err);

done:
    if (status != EG_OK) {
        return status;
    }
    if (application != EG_ARCHIVE_APPLICATION || version < 1) {
        return eg_store_corrupt(store, err, "is not an archive");
    }
    return version < EG_ARCHIVE_IN_USE_SINCE
               ? EG_OK
               : eg_error_set(err, EG_E_STATE, store->path, "is not an archive of before");
}

static enum eg_status read_head(struct eg_buf *checkpoint, struct eg_store *store,
                                const char *origin, struct eg_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum eg_status status = EG_OK;
    int answer =
        sqlite3_prepare_v2(store->db, "SELECT origin, checkpoint FROM head", -1, &ask, NULL);

    if (answer == SQLITE_OK) {
        answer = sqlite3_step(ask);
    }
    const char *found = answer == SQLITE_ROW ? (const char *)sqlite3_column_text(ask, 0) : NULL;
    if (answer != SQLITE_ROW && answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading the head", err);
    } else if (found == NULL || sqlite3_column_type(ask, 1) != SQLITE_BLOB) {
        status = eg_store_corrupt(store, err, "the head is missing or malformed");
    } else if (strcmp(found, origin) != 0) {
        status = eg_error_set(err, EG_E_STATE, store->path,
                              "this is the archive of the log %.100s, not %s", found, origin);
    } else {
        struct eg_bytes note = {sqlite3_column_blob(ask, 1), (size_t)sqlite3_column_bytes(ask, 1)};

        eg_buf_bytes(checkpoint, note);
        status = eg_buf_ok(checkpoint, store->path, err);
    }
    (void)sqlite3_finalize(ask);
    return status;
}

enum eg_status eg_store_head_before(struct eg_buf *checkpoint, const char *path, const char *origin,
                                    struct eg_error *err)
{
    struct eg_file_id id = {0};
    struct eg_store store = {.path = NULL};
    enum eg_status status = eg_file_id_path(&id, path, err);

    if (status != EG_OK) {
        return status;
    }
    store.path = strdup(path);
    if (store.path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    }
    int answer = sqlite3_open_v2(path, &store.db, SQLITE_OPEN_READONLY, NULL);
    if (answer != SQLITE_OK) {
        status = eg_store_failed(&store, answer, "opening", err);
    } else {
        (void)sqlite3_busy_timeout(store.db, BEFORE_WAIT_MS);
        status = check_version(&store, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = read_head(checkpoint, &store, origin, err);

done:
    (void)sqlite3_close(store.db);
    free(store.path);
    return status;
}
