/*
 * The checker's own reading of the SQLite file.
 */
#include "archive/check_inside.h"

#include <string.h>

static const char *const statement_texts[EG_CHECK_SQL_COUNT] = {
#define EG_CHECK_SQL_TEXT(name, sql) sql,
    EG_CHECK_STATEMENTS(EG_CHECK_SQL_TEXT)
#undef EG_CHECK_SQL_TEXT
};

enum eg_status eg_check_prepare(struct eg_checker *checker, struct eg_error *err)
{
    for (size_t i = 0; i < EG_CHECK_SQL_COUNT; i++) {
        int answer = sqlite3_prepare_v3(checker->store->db, statement_texts[i], -1,
                                        SQLITE_PREPARE_PERSISTENT, &checker->statements[i], NULL);

        if (answer != SQLITE_OK) {
            return eg_store_failed(checker->store, answer, "reading", err);
        }
    }
    return EG_OK;
}

void eg_check_finalize(struct eg_checker *checker)
{
    for (size_t i = 0; i < EG_CHECK_SQL_COUNT; i++) {
        (void)sqlite3_finalize(checker->statements[i]);
        checker->statements[i] = NULL;
    }
}

sqlite3_stmt *eg_check_statement(struct eg_checker *checker, enum eg_check_sql which)
{
    sqlite3_stmt *statement = checker->statements[which];

    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return statement;
}

enum eg_status eg_check_step(bool *row, struct eg_checker *checker, sqlite3_stmt *statement,
                             struct eg_error *err)
{
    int answer = sqlite3_step(statement);

    if (answer != SQLITE_ROW && answer != SQLITE_DONE) {
        return eg_store_failed(checker->store, answer, "reading", err);
    }
    *row = answer == SQLITE_ROW;
    return EG_OK;
}

enum eg_status eg_check_number(int64_t *out, struct eg_checker *checker, sqlite3_stmt *statement,
                               struct eg_error *err)
{
    bool row = false;
    enum eg_status status = eg_check_step(&row, checker, statement, err);

    if (!status) {
        *out = row && sqlite3_column_type(statement, 0) == SQLITE_INTEGER
                   ? sqlite3_column_int64(statement, 0)
                   : -1;
    }
    (void)sqlite3_reset(statement);
    return status;
}

bool eg_check_blob(struct eg_bytes *out, sqlite3_stmt *row, int at)
{
    if (sqlite3_column_type(row, at) != SQLITE_BLOB) {
        return false;
    }
    out->data = sqlite3_column_blob(row, at);
    out->len = (size_t)sqlite3_column_bytes(row, at);
    return true;
}

bool eg_check_text_is(sqlite3_stmt *row, int at, const char *expected)
{
    const char *text = NULL;

    if (!expected) {
        return sqlite3_column_type(row, at) == SQLITE_NULL;
    }
    if (sqlite3_column_type(row, at) != SQLITE_TEXT) {
        return false;
    }
    text = (const char *)sqlite3_column_text(row, at);
    return text && (size_t)sqlite3_column_bytes(row, at) == strlen(expected) &&
           strcmp(text, expected) == 0;
}

bool eg_check_number_is(sqlite3_stmt *row, int at, int64_t expected)
{
    return sqlite3_column_type(row, at) == SQLITE_INTEGER &&
           sqlite3_column_int64(row, at) == expected;
}

void eg_check_bind_digest(sqlite3_stmt *statement, int at, const struct eg_digest *digest)
{
    (void)sqlite3_bind_blob(statement, at, digest->octets, EG_DIGEST_LEN, SQLITE_STATIC);
}
