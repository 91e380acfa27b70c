/*
 * Running prepared statements, and saying what SQLite answered: for all files store_*.c.
 */
#include "archive/store_sqlite.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static enum eg_status status_of(int answer)
{
    switch (answer & 0xff) {
    case SQLITE_NOMEM:
        return EG_E_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EG_E_BUSY;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return EG_E_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
        return EG_E_FORMAT;
    case SQLITE_CONSTRAINT:
        return EG_E_EXISTS;
    case SQLITE_TOOBIG:
        return EG_E_LIMIT;
    default:
        return EG_E_INTERNAL;
    }
}

enum eg_status eg_store_failed(const struct eg_store *store, int answer, const char *doing,
                               struct eg_error *err)
{
    enum eg_status status = status_of(answer);
    int cause = store->db ? sqlite3_system_errno(store->db) : 0;

    if ((answer & 0xff) == SQLITE_FULL) {
        cause = ENOSPC; /* SQLite keeps the errno of a full disk to itself */
    }
    if (status == EG_E_IO && cause) {
        (void)eg_error_errno(err, store->path, cause, "%s the archive failed (%s)", doing,
                             sqlite3_errstr(answer));
    } else {
        (void)eg_error_set(err, status, store->path, "%s the archive failed: %s", doing,
                           store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(answer));
    }
    if (err) {
        err->status = status;
        err->retry = status == EG_E_IO || status == EG_E_BUSY;
    }
    return status;
}

enum eg_status eg_store_corrupt(const struct eg_store *store, struct eg_error *err,
                                const char *format, ...)
{
    char text[EG_ERROR_TEXT_MAX] = "";
    va_list values;

    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    return eg_error_set(err, EG_E_FORMAT, store->path, "%s", text);
}

sqlite3_stmt *eg_store_statement(struct eg_store *store, enum eg_store_sql which)
{
    sqlite3_stmt *statement = store->statements[which];

    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

enum eg_status eg_store_run(struct eg_store *store, sqlite3_stmt *statement, const char *doing,
                            struct eg_error *err)
{
    int answer = sqlite3_step(statement);
    enum eg_status status = EG_OK;

    if (answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, doing, err);
    }
    (void)sqlite3_reset(statement);
    return status;
}
