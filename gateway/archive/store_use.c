/*
 * An archive in use: what a writer marks in the file while it has it open, and how it leaves it.
 *
 * While a gateway writes, the file alone is not the archive: the newest entries lie in the
 * write-ahead log beside it. So a writer first sets state.in_use and brings that into the file
 * itself; from then on the log beside it is never empty, until the clean stop: everything is folded
 * into the file, then the mark is cleared, then the log goes. A file with the mark and without the
 * log is therefore a copy that lacks something, or can not be told from one: incomplete.
 *
 * The order at a stop matters: a copy taken at any moment of it has the mark, or has everything.
 */
#include "archive/store_sqlite.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define WAL_HEADER_LEN 32 /* without a frame behind it a write-ahead log holds nothing */

static char *beside(const struct eg_store *store, const char *tail)
{
    char *path = NULL;

    return asprintf(&path, "%s%s", store->path, tail) < 0 ? NULL : path;
}

static bool wal_holds_something(const struct eg_store *store)
{
    struct stat info = {0};
    char *path = beside(store, "-wal");
    bool holds = path != NULL && stat(path, &info) == 0 && info.st_size > WAL_HEADER_LEN;

    free(path);
    return holds;
}

enum eg_status eg_store_use_look(struct eg_store *store, struct eg_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum eg_status status = EG_OK;
    int answer = SQLITE_OK;

    if (store->version < EG_ARCHIVE_IN_USE_SINCE) {
        return EG_OK;
    }
    answer = sqlite3_prepare_v2(store->db, "SELECT in_use FROM state", -1, &ask, NULL);
    if (answer == SQLITE_OK) {
        answer = sqlite3_step(ask);
    }
    if (answer != SQLITE_ROW) {
        status = answer == SQLITE_DONE ? eg_store_corrupt(store, err, "the state is missing")
                                       : eg_store_failed(store, answer, "reading the state", err);
    } else {
        store->was_in_use = sqlite3_column_int64(ask, 0) != 0;
        store->incomplete = store->was_in_use && !wal_holds_something(store);
        if (sqlite3_step(ask) != SQLITE_DONE) {
            status = eg_store_corrupt(store, err, "the state is there twice");
        }
    }
    (void)sqlite3_finalize(ask);
    if (store->amending && store->was_in_use) {
        /* Whoever closes last folds the log into the file and removes it: not a person's tool,
         * after a crash, as the mark would then be in a file that has no log beside it. */
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    return status;
}

static enum eg_status put_mark(struct eg_store *store, bool in_use, struct eg_error *err)
{
    int answer = sqlite3_exec(
        store->db, in_use ? "UPDATE state SET in_use = 1" : "UPDATE state SET in_use = 0", NULL,
        NULL, NULL);

    return answer == SQLITE_OK ? EG_OK : eg_store_failed(store, answer, "marking", err);
}

static enum eg_status learn_files(struct eg_store *store, struct eg_error *err)
{
    struct eg_file_id id = {0};
    char *path = beside(store, "-wal");
    enum eg_status status = path == NULL
                                ? eg_error_set(err, EG_E_NOMEM, store->path, "memory ran out")
                                : eg_file_id_path(&store->wal_id, path, err);

    free(path);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_file_id_path(&id, store->path, err));
    if (!eg_file_id_equal(&id, &store->id)) {
        return eg_error_set(err, EG_E_STATE, store->path, "was replaced while it was opened");
    }
    return EG_OK;
}

enum eg_status eg_store_use_begin(struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    if (!store->was_in_use || store->incomplete) {
        status = put_mark(store, true, err);
        /* A reader of the state before holds this up: until it ends, the file is that state, and
         * a copy of it is one of an archive that nobody wrote to. */
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(learn_files(store, err));
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    store->in_use = true;
    return EG_OK;
}

static enum eg_status fold(struct eg_store *store, int how, struct eg_error *err)
{
    int answer = sqlite3_wal_checkpoint_v2(store->db, NULL, how, NULL, NULL);

    if (answer == SQLITE_BUSY) {
        return eg_error_set(err, EG_E_BUSY, store->path,
                            "another program reads the archive: the newest entries stay in %s-wal "
                            "until the next clean stop; keep both files together",
                            store->path);
    }
    return answer == SQLITE_OK ? EG_OK : eg_store_failed(store, answer, "folding", err);
}

enum eg_status eg_store_finish(struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    if (!store->in_use || store->broken) {
        return EG_OK;
    }
    status = eg_file_id_check(&store->id, store->path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = fold(store, SQLITE_CHECKPOINT_FULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = put_mark(store, false, err);
    if (status != EG_OK) {
        goto done;
    }
    status = fold(store, SQLITE_CHECKPOINT_TRUNCATE, err);
    if (status != EG_OK) {
        goto done;
    }
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);

done:
    store->in_use = false;
    return status;
}

enum eg_status eg_store_in_place(const struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = eg_file_id_check(&store->id, store->path, err);
    if (status != EG_OK) {
        return status;
    }

    for (unsigned i = 0; i < 2; i++) {
        char *path = beside(store, i == 0 ? "-wal" : "-lock");

        status = path == NULL
                     ? eg_error_set(err, EG_E_NOMEM, store->path, "memory ran out")
                     : eg_file_id_check(i == 0 ? &store->wal_id : &store->lock_id, path, err);
        free(path);
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

bool eg_store_incomplete(const struct eg_store *store)
{
    return store->incomplete;
}

bool eg_store_was_in_use(const struct eg_store *store)
{
    return store->was_in_use;
}

struct eg_file_id eg_store_file_id(const struct eg_store *store)
{
    return store->id;
}
