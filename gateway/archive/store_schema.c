/*
 * The archive as tables. This file owns the format; version EG_ARCHIVE_VERSION. An archive of an
 * earlier version is brought up to date when it is opened for writing, in one transaction; a reader
 * takes those of version 2, too, and refuses others.
 *
 *   version 1   all but facts
 *   version 2   facts, by_entry
 *   version 3   state; held, by_retry
 *
 * Valid when
 *   1 application_id and user_version are ours, and the schema is this one, word for word: no
 *     further table, view, trigger or index
 *   2 `head` has exactly one row; its size is the number of entries, its checkpoint is empty only
 *     when size is 0
 *   3 entries are numbered 0, 1, 2 ... without a gap
 *   4 participant, id and version are in submissions (kind 0) and only there; `named` at
 *     packages (id; at statements about one "id@version"); `digest` at packages (of SIGNED),
 *     directories (of the XML), keys and statements about packages (of the statement)
 *   5 contents.place = entry * 32 + slot; slots: 0 report, 1 signature, 2 parameters, 3 facts,
 *     4 findings, 8 + n notification n
 *   6 contents and revocations: packed 0, octets plain and len their number; or packed 1, octets
 *     one zstd frame that holds len octets
 *   7 nodes.place is the in-order number of (level, index): index * 2^(level+1) + 2^level - 1;
 *     every complete subtree is there
 *   8 streams: one row for each notification; number counts from 1 within the entry
 *   9 facts: what accepted decisions remember, a row for each source and day (core/facts.h), named
 *     by plant, package id, day, source and entry; octets packed as in 6. Rows are never changed:
 *     in force before entry N is the row of the newest entry below N for each day and source
 *  10 state: one row; in_use is 1 from when a writer opens the archive until it closes it cleanly
 *     (store_use.c), else 0
 *  11 held: reports that met a ceiling, a row for each participant and report (store_held.h); no
 *     part of the log, and gone once the report is recorded
 *
 * Tables that only grow have integer keys that only grow: SQLite then fills page after page.
 */
#include "archive/store_sqlite.h"

#include <stdio.h>
#include <string.h>

static const struct eg_schema_part {
    const char *name, *sql;
    /* version */
    int since;
} schema[] = {
    /* In the order of their names, as the check reads them. */
    {"by_digest", "CREATE INDEX by_digest ON entries (kind, digest) WHERE kind > 0", 1},
    {"by_entry", "CREATE INDEX by_entry ON facts (idx)", 2},
    {"by_identity",
     "CREATE INDEX by_identity ON entries (participant, id, version, report) "
     "WHERE participant IS NOT NULL",
     1},
    {"by_name", "CREATE INDEX by_name ON entries (kind, named) WHERE kind > 0", 1},
    {"by_report",
     "CREATE INDEX by_report ON entries (report, participant) WHERE participant IS NOT NULL", 1},
    {"by_retry", "CREATE INDEX by_retry ON held (state, last_at) WHERE state > 1", 3},
    {"contents",
     "CREATE TABLE contents (place INTEGER PRIMARY KEY, salt BLOB NOT NULL, "
     "packed INTEGER NOT NULL, len INTEGER NOT NULL, octets BLOB NOT NULL) STRICT",
     1},
    {"cursors",
     "CREATE TABLE cursors (participant TEXT NOT NULL, stream TEXT NOT NULL, "
     "idx INTEGER NOT NULL, number INTEGER NOT NULL, "
     "PRIMARY KEY (participant, stream)) STRICT, WITHOUT ROWID",
     1},
    {"entries",
     "CREATE TABLE entries (idx INTEGER PRIMARY KEY, kind INTEGER NOT NULL, "
     "participant TEXT, id TEXT, version INTEGER, named TEXT, digest BLOB, "
     "recorded_at INTEGER NOT NULL, report BLOB NOT NULL, entry BLOB NOT NULL, "
     "receipt BLOB NOT NULL) STRICT",
     1},
    {"facts",
     "CREATE TABLE facts (plant TEXT NOT NULL, package TEXT NOT NULL, day TEXT NOT NULL, "
     "source TEXT NOT NULL, idx INTEGER NOT NULL, packed INTEGER NOT NULL, len INTEGER NOT NULL, "
     "octets BLOB NOT NULL, PRIMARY KEY (plant, package, day, source, idx DESC)) "
     "STRICT, WITHOUT ROWID",
     2},
    {"head",
     "CREATE TABLE head (origin TEXT NOT NULL, size INTEGER NOT NULL, "
     "checkpoint BLOB NOT NULL) STRICT",
     1},
    {"held",
     "CREATE TABLE held (participant TEXT NOT NULL, report BLOB NOT NULL, state INTEGER NOT NULL, "
     "count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, "
     "received_at INTEGER NOT NULL, sender TEXT NOT NULL, id TEXT NOT NULL, "
     "version INTEGER NOT NULL, plant TEXT NOT NULL, package TEXT NOT NULL, code TEXT NOT NULL, "
     "place TEXT NOT NULL, said TEXT NOT NULL, kept INTEGER NOT NULL, packed INTEGER NOT NULL, "
     "len INTEGER NOT NULL, signature BLOB NOT NULL, octets BLOB NOT NULL, "
     "PRIMARY KEY (participant, report)) STRICT, WITHOUT ROWID",
     3},
    {"nodes", "CREATE TABLE nodes (place INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT", 1},
    {"revocations",
     "CREATE TABLE revocations (digest BLOB NOT NULL PRIMARY KEY, "
     "packed INTEGER NOT NULL, len INTEGER NOT NULL, octets BLOB NOT NULL) "
     "STRICT, WITHOUT ROWID",
     1},
    {"state", "CREATE TABLE state (in_use INTEGER NOT NULL) STRICT", 3},
    {"streams",
     "CREATE TABLE streams (recipient TEXT NOT NULL, idx INTEGER NOT NULL, "
     "number INTEGER NOT NULL, PRIMARY KEY (recipient, idx, number)) "
     "STRICT, WITHOUT ROWID",
     1},
};
#define EG_SCHEMA_PARTS (sizeof schema / sizeof schema[0])

static enum eg_status execute(struct eg_store *store, const char *sql, struct eg_error *err)
{
    int answer = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

    return answer == SQLITE_OK ? EG_OK : eg_store_failed(store, answer, "creating", err);
}

/* What came after version `after`. Tables first: an index needs its table. */
static enum eg_status create_kind(struct eg_store *store, bool tables, int after,
                                  struct eg_error *err)
{
    for (size_t i = 0; i < EG_SCHEMA_PARTS; i++) {
        bool is_table = strncmp(schema[i].sql, "CREATE TABLE", 12) == 0;
        enum eg_status status = EG_OK;

        if (is_table == tables && schema[i].since > after) {
            status = execute(store, schema[i].sql, err);
        }
        if (status) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status create_parts(struct eg_store *store, int after, struct eg_error *err)
{
    enum eg_status status = create_kind(store, true, after, err);

    if (!status) {
        status = create_kind(store, false, after, err);
    }
    if (!status && after < EG_ARCHIVE_IN_USE_SINCE) {
        status = execute(store, "INSERT INTO state (in_use) VALUES (0)", err);
    }
    return status;
}

static enum eg_status put_origin(struct eg_store *store, const char *origin, struct eg_error *err)
{
    sqlite3_stmt *insert = NULL;
    int answer = sqlite3_prepare_v2(
        store->db, "INSERT INTO head (origin, size, checkpoint) VALUES (?1, 0, x'')", -1, &insert,
        NULL);

    if (answer == SQLITE_OK) {
        answer = sqlite3_bind_text(insert, 1, origin, -1, SQLITE_STATIC);
    }
    if (answer == SQLITE_OK) {
        answer = sqlite3_step(insert);
    }
    if (answer != SQLITE_DONE) {
        (void)eg_store_failed(store, answer, "creating", err);
    }
    sqlite3_finalize(insert);
    return answer == SQLITE_DONE ? EG_OK : err->status;
}

enum eg_status eg_store_schema_create(struct eg_store *store, const char *origin,
                                      struct eg_error *err)
{
    struct eg_error own = {0};
    char pragmas[160] = "";
    enum eg_status status = EG_OK;

    (void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   EG_ARCHIVE_APPLICATION, EG_ARCHIVE_VERSION);
    status = execute(store, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL", err);
    if (!status) {
        status = execute(store, "BEGIN IMMEDIATE", err);
    }
    if (!status) {
        status = execute(store, pragmas, err);
    }
    if (!status) {
        status = create_parts(store, 0, err);
    }
    if (!status) {
        status = put_origin(store, origin, err ? err : &own);
    }
    if (!status) {
        status = execute(store, "COMMIT", err);
    }
    return status;
}

/* ---- checking ---------------------------------------------------------------------------------*/

/* The one number that a query gives. */
enum eg_status eg_store_number(int64_t *out, struct eg_store *store, const char *sql,
                               struct eg_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum eg_status status = EG_OK;
    int answer = sqlite3_prepare_v2(store->db, sql, -1, &ask, NULL);

    if (answer == SQLITE_OK) {
        answer = sqlite3_step(ask);
    }
    if (answer == SQLITE_ROW) {
        *out = sqlite3_column_int64(ask, 0);
    } else {
        status = eg_store_failed(store, answer, "opening", err);
    }
    (void)sqlite3_finalize(ask);
    return status;
}

enum eg_status eg_store_schema_is_empty(bool *out, struct eg_store *store, struct eg_error *err)
{
    int64_t parts = 0, application = 0;
    enum eg_status status =
        eg_store_number(&parts, store, "SELECT count(*) FROM sqlite_schema", err);

    if (!status) {
        status = eg_store_number(&application, store, "PRAGMA application_id", err);
    }
    if (!status) {
        *out = parts == 0 && application == 0;
    }
    return status;
}

static const char hint[] = "; the gateway brings an older one up to date when it starts";

/* A writer has brought the archive up to date before. */
static enum eg_status check_version(struct eg_store *store, struct eg_error *err)
{
    int64_t application = 0, version = 0;
    int64_t from = store->writing || store->amending ? EG_ARCHIVE_VERSION : EG_ARCHIVE_READ_FROM;
    enum eg_status status = eg_store_number(&application, store, "PRAGMA application_id", err);

    if (!status) {
        status = eg_store_number(&version, store, "PRAGMA user_version", err);
    }
    if (!status && application != EG_ARCHIVE_APPLICATION) {
        status = eg_store_corrupt(store, err, "not an archive: PRAGMA application_id is %lld",
                                  (long long)application);
    } else if (!status && (version < from || version > EG_ARCHIVE_VERSION)) {
        status = eg_store_corrupt(store, err,
                                  "not an archive of this version: PRAGMA user_version is %lld, "
                                  "not %d%s",
                                  (long long)version, EG_ARCHIVE_VERSION,
                                  version > 0 && version < from ? hint : "");
    }
    if (!status) {
        store->version = (int)version;
    }
    return status;
}

/* The first part from `i` on that an archive of this version has. */
static size_t part_from(size_t i, int version)
{
    while (i < EG_SCHEMA_PARTS && schema[i].since > version) {
        i++;
    }
    return i;
}

static bool part_fits(sqlite3_stmt *row, size_t i)
{
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *sql = (const char *)sqlite3_column_text(row, 1);

    return i < EG_SCHEMA_PARTS && name && sql && strcmp(name, schema[i].name) == 0 &&
           strcmp(sql, schema[i].sql) == 0;
}

/* Word for word: what is not ours could run code of its own when a row is written or read. */
static enum eg_status check_parts(struct eg_store *store, int version, struct eg_error *err)
{
    sqlite3_stmt *rows = NULL;
    enum eg_status status = EG_OK;
    size_t count = part_from(0, version);
    int answer = sqlite3_prepare_v2(
        store->db, "SELECT name, sql FROM sqlite_schema ORDER BY name COLLATE BINARY", -1, &rows,
        NULL);

    while (answer == SQLITE_OK || answer == SQLITE_ROW) {
        answer = sqlite3_step(rows);
        if (answer == SQLITE_ROW && !part_fits(rows, count)) {
            const char *name = (const char *)sqlite3_column_text(rows, 0);

            status = eg_store_corrupt(store, err, "the schema is not ours, see \"%s\"",
                                      name ? name : "");
            goto done;
        }
        if (answer == SQLITE_ROW) {
            count = part_from(count + 1, version);
        }
    }
    if (answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading the schema", err);
    } else if (count != EG_SCHEMA_PARTS) {
        status = eg_store_corrupt(store, err, "the schema is not ours, %zu parts of %zu", count,
                                  EG_SCHEMA_PARTS);
    }
done:
    sqlite3_finalize(rows);
    return status;
}

static enum eg_status put_version(struct eg_store *store, struct eg_error *err)
{
    char pragma[64] = "";

    (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", EG_ARCHIVE_VERSION);
    return execute(store, pragma, err);
}

/* Inside a transaction. */
static enum eg_status upgrade(struct eg_store *store, int version, struct eg_error *err)
{
    enum eg_status status = check_parts(store, version, err);

    if (!status) {
        status = create_parts(store, version, err);
    }
    return status ? status : put_version(store, err);
}

enum eg_status eg_store_schema_upgrade(struct eg_store *store, struct eg_error *err)
{
    int64_t application = 0, version = 0;
    enum eg_status status = eg_store_number(&application, store, "PRAGMA application_id", err);

    if (!status) {
        status = eg_store_number(&version, store, "PRAGMA user_version", err);
    }
    if (status || application != EG_ARCHIVE_APPLICATION || version < 1 ||
        version >= EG_ARCHIVE_VERSION) {
        return status; /* the check that follows says what is wrong */
    }
    status = execute(store, "BEGIN IMMEDIATE", err);
    if (status) {
        return status;
    }
    status = upgrade(store, (int)version, err);
    if (!status) {
        status = execute(store, "COMMIT", err);
    }
    if (status) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}

static enum eg_status read_origin(struct eg_store *store, struct eg_error *err)
{
    sqlite3_stmt *rows = NULL;
    enum eg_status status = EG_OK;
    int answer = sqlite3_prepare_v2(store->db, "SELECT origin, size FROM head", -1, &rows, NULL);
    const char *origin = NULL;
    int len = 0;

    if (answer == SQLITE_OK) {
        answer = sqlite3_step(rows);
    }
    if (answer != SQLITE_ROW) {
        status = answer == SQLITE_DONE ? eg_store_corrupt(store, err, "the head is missing")
                                       : eg_store_failed(store, answer, "reading the head", err);
        goto done;
    }
    origin = (const char *)sqlite3_column_text(rows, 0);
    len = sqlite3_column_bytes(rows, 0);
    if (!origin || len < 1 || len > EG_ORIGIN_MAX || strlen(origin) != (size_t)len) {
        status = eg_store_corrupt(store, err, "the origin is not a text of 1 to %d octets",
                                  EG_ORIGIN_MAX);
        goto done;
    }
    memcpy(store->origin, origin, (size_t)len + 1);
    answer = sqlite3_step(rows);
    if (answer != SQLITE_DONE) {
        status = answer == SQLITE_ROW ? eg_store_corrupt(store, err, "the head is there twice")
                                      : eg_store_failed(store, answer, "reading the head", err);
    }
done:
    sqlite3_finalize(rows);
    return status;
}

enum eg_status eg_store_schema_check(struct eg_store *store, struct eg_error *err)
{
    enum eg_status status = check_version(store, err);

    if (!status) {
        status = check_parts(store, store->version, err);
    }
    if (!status) {
        status = read_origin(store, err);
    }
    return status;
}
