/*
 * The inside of the store, for the files store*.c alone: the open database, its prepared
 * statements and the few moves that all of them share.
 */
#ifndef EG_ARCHIVE_STORE_SQLITE_H
#define EG_ARCHIVE_STORE_SQLITE_H

#include "archive/store.h"

#include <sqlite3.h>
#include <zstd.h>

/* All of a row but the octets. */
#define EG_HELD_ROW                                                                                \
    "SELECT participant, report, state, count, first_at, last_at, received_at, sender, id, "       \
    "version, plant, package, code, place, said, kept, len FROM held"

/* X(name, SQL): every statement that the store runs while it works, prepared once and kept. Those
 * of held reports come last: archives of before have no such table. */
#define EG_STORE_STATEMENTS(X)                                                                     \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(SNAPSHOT, "BEGIN")                                                                           \
    X(ENTRY_PUT, "INSERT INTO entries (idx, kind, participant, id, version, named, digest, "       \
                 "recorded_at, report, entry, receipt) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,"    \
                 "?11)")                                                                           \
    X(CONTENT_PUT,                                                                                 \
      "INSERT INTO contents (place, salt, packed, len, octets) VALUES (?1,?2,?3,?4,?5)")           \
    X(NODE_PUT, "INSERT INTO nodes (place, hash) VALUES (?1,?2)")                                  \
    X(STREAM_PUT, "INSERT INTO streams (recipient, idx, number) VALUES (?1,?2,?3)")                \
    X(HEAD_PUT, "UPDATE head SET size = ?1, checkpoint = ?2 WHERE size = ?3")                      \
    X(CURSOR_PUT, "INSERT INTO cursors (participant, stream, idx, number) VALUES (?1,?2,?3,?4) "   \
                  "ON CONFLICT DO UPDATE SET idx = excluded.idx, number = excluded.number "        \
                  "WHERE (excluded.idx, excluded.number) > (idx, number) "                         \
                  "OR idx >= (SELECT size FROM head)") /* which is no cursor */                    \
    X(REVOCATION_PUT, "INSERT INTO revocations (digest, packed, len, octets) VALUES (?1,?2,?3,?4)" \
                      " ON CONFLICT DO NOTHING")                                                   \
    X(HEAD, "SELECT size, checkpoint, (SELECT max(idx) FROM entries) FROM head")                   \
    X(LAST_TIME, "SELECT recorded_at FROM entries WHERE idx = ?1")                                 \
    X(NODE, "SELECT hash FROM nodes WHERE place = ?1")                                             \
    X(READ, "SELECT idx, entry, receipt, report FROM entries WHERE idx = ?1")                      \
    X(FIND, "SELECT idx, entry, receipt, report FROM entries WHERE idx = (SELECT min(idx) FROM "   \
            "entries WHERE participant = ?1 AND id = ?2 AND version = ?3)")                        \
    X(FIND_SAME, "SELECT idx, entry, receipt, report FROM entries WHERE participant = ?1 AND "     \
                 "id = ?2 AND version = ?3 AND report = ?4 ORDER BY idx LIMIT 1")                  \
    X(FIND_CONTENT, "SELECT idx, entry, receipt, report FROM entries WHERE report = ?1 AND "       \
                    "participant = ?2 ORDER BY idx LIMIT 1")                                       \
    X(LATEST, "SELECT idx, entry, receipt, report FROM entries INDEXED BY by_name WHERE kind = "   \
              "?1 AND kind > 0 "                                                                   \
              "ORDER BY idx DESC LIMIT 1")                                                         \
    X(LATEST_NAMED, "SELECT idx, entry, receipt, report FROM entries WHERE kind = ?1 AND "         \
                    "kind > 0 AND named = ?2 ORDER BY idx DESC LIMIT 1")                           \
    X(NAMED_BEFORE, "SELECT idx, entry, receipt, report FROM entries WHERE kind = ?1 AND "         \
                    "kind > 0 AND named = ?2 AND idx < ?3 ORDER BY idx DESC LIMIT 1")              \
    X(BY_DIGEST, "SELECT idx, entry, receipt, report FROM entries WHERE kind = ?1 AND kind > 0 "   \
                 "AND digest = ?2 ORDER BY idx LIMIT 1")                                           \
    X(CONTENT, "SELECT packed, len, octets, salt FROM contents WHERE place = ?1")                  \
    X(NEXT, "SELECT idx, number FROM streams WHERE recipient = ?1 AND (idx, number) > (?2, ?3) "   \
            "ORDER BY idx, number LIMIT 1")                                                        \
    X(CURSOR, "SELECT idx, number FROM cursors WHERE participant = ?1 AND stream = ?2")            \
    X(REVOCATION, "SELECT packed, len, octets FROM revocations WHERE digest = ?1")                 \
    X(SIZE, "SELECT size FROM head")                                                               \
    X(FACTS_PUT, "INSERT INTO facts (plant, package, day, source, idx, packed, len, octets) "      \
                 "VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")                                               \
    X(FACTS, "SELECT day, source, packed, len, octets FROM facts WHERE plant = ?1 AND package = "  \
             "?2 AND day >= ?3 AND day < ?4 AND idx < ?5 AND (idx >= ?6 OR day >= ?7) "            \
             "ORDER BY day, source, idx DESC")                                                     \
    X(FACTS_LATER, "SELECT DISTINCT day FROM facts WHERE plant = ?1 AND package = ?2 AND day > "   \
                   "?3 AND day <= ?4 AND idx < ?5 ORDER BY day")                                   \
    X(FACTS_OF, "SELECT plant, package, day, source, packed, len, octets FROM facts INDEXED BY "   \
                "by_entry WHERE idx = ?1 ORDER BY day, source")                                    \
    X(HELD, EG_HELD_ROW " WHERE participant = ?1 AND report = ?2")                                 \
    X(HELD_ALL, EG_HELD_ROW " ORDER BY first_at, participant, report")                             \
    X(HELD_NEXT, EG_HELD_ROW " INDEXED BY by_retry WHERE state > 1 AND state = ?1 "                \
                             "ORDER BY last_at LIMIT 1")                                           \
    X(HELD_OCTETS, "SELECT packed, len, octets, signature FROM held WHERE participant = ?1 AND "   \
                   "report = ?2 AND kept = 1")                                                     \
    X(HELD_PUT, "INSERT INTO held (participant, report, state, count, first_at, last_at, "         \
                "received_at, sender, id, version, plant, package, code, place, said, kept, "      \
                "packed, len, signature, octets) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,"  \
                "?13,?14,?15,?16,?17,?18,?19,?20)")                                                \
    X(HELD_AGAIN, "UPDATE held SET state = 1, count = count + 1, last_at = ?3, id = ?4, "          \
                  "version = ?5, plant = ?6, package = ?7, code = ?8, place = ?9, said = ?10 "     \
                  "WHERE participant = ?1 AND report = ?2")                                        \
    X(HELD_STATE, "UPDATE held SET state = ?3 WHERE participant = ?1 AND report = ?2")             \
    X(HELD_BACK, "UPDATE held SET state = 1, last_at = ?1, code = ?2, place = ?3, said = ?4 "      \
                 "WHERE state > 1 AND state = 3")                                                  \
    X(HELD_END, "DELETE FROM held WHERE participant = ?1 AND report = ?2")                         \
    X(HELD_ROOM, "SELECT count(*), total(kept * (length(octets) + length(signature))) FROM held "  \
                 "WHERE ?1 = '' OR participant = ?1")                                              \
    X(HELD_OLDEST, "DELETE FROM held WHERE (participant, report) = (SELECT participant, report "   \
                   "FROM held WHERE state = 0 AND (?1 = '' OR participant = ?1) "                  \
                   "ORDER BY last_at LIMIT 1)")                                                    \
    X(HELD_COUNT, "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state > 0) "   \
                  "FROM held")

enum eg_store_sql {
#define EG_STORE_SQL_ENUM(name, sql) EG_SQL_##name,
    EG_STORE_STATEMENTS(EG_STORE_SQL_ENUM)
#undef EG_STORE_SQL_ENUM
        EG_SQL_COUNT
};

struct eg_store {
    sqlite3 *db;
    char *path;
    /* writer: holds the lock file; else -1 */
    int lock_fd;
    /* opened for writing */
    bool writing;
    /* opened to change what is held, beside a writer */
    bool amending;
    /* a write failed: what is on disk is known only after a reopen */
    bool broken;
    /* writer: index of the next record */
    uint64_t next;
    /* of the schema */
    int version;
    /* store_use.c */
    /* writer: of the files as they were opened */
    struct eg_file_id id, wal_id, lock_id;
    /* as it was found */
    bool was_in_use, incomplete;
    /* writer: this handle marked it */
    bool in_use;
    /* entries from this index on are as if not there */
    const _Atomic uint64_t *shown_below;
    char origin[EG_ORIGIN_MAX + 1];
    sqlite3_stmt *statements[EG_SQL_COUNT];
    ZSTD_CCtx *packer;
    ZSTD_DCtx *unpacker;
    /* writer: where a content is compressed, kept between contents */
    struct eg_buf packed;
};

/* Octets as they lie in a row. */
struct eg_packed {
    /* zstd; else plain */
    bool packed;
    /* of the content itself */
    uint64_t len;
    struct eg_bytes octets;
};

/* Where a content lies: entry and kind as one number, so that the table grows at its end only. */
#define EG_CONTENT_SLOTS 32
#define EG_CONTENT_SLOT_NOTIFICATION 8 /* slots before it: one for each other kind */

/* What statements about one version of a package are found by: "id@version". */
#define EG_STATE_NAME_MAX (EG_ID_MAX + 40)
const char *eg_store_state_name(char out[EG_STATE_NAME_MAX], const struct eg_package_ref *package);

/* Octets from which compressing is worth a try; shorter ones lie plain. */
#define EG_PACK_FROM 1024
/* A larger room for compressing is given back after the batch. */
#define EG_PACK_KEEP (4 * EG_MIB)

/* ---- store_schema.c ---- */
#define EG_ARCHIVE_APPLICATION 0x656d6761 /* "emga" */
#define EG_ARCHIVE_VERSION 3
#define EG_ARCHIVE_READ_FROM 2    /* readers take older archives from this version on */
#define EG_ARCHIVE_IN_USE_SINCE 3 /* version with `state` */
#define EG_ARCHIVE_HELD_SINCE 3   /* version with `held` */
/* Nothing was ever created in the file (new, or a crash came before the first commit). */
EG_MUST_USE
enum eg_status eg_store_schema_is_empty(bool *out, struct eg_store *store, struct eg_error *err);
/* The one number that a query gives. */
EG_MUST_USE
enum eg_status eg_store_number(int64_t *out, struct eg_store *store, const char *sql,
                               struct eg_error *err);
EG_MUST_USE
enum eg_status eg_store_schema_create(struct eg_store *store, const char *origin,
                                      struct eg_error *err);
EG_MUST_USE
enum eg_status eg_store_schema_check(struct eg_store *store, struct eg_error *err);
/* Bring an archive of an earlier version up to date; writer only. All or nothing. */
EG_MUST_USE
enum eg_status eg_store_schema_upgrade(struct eg_store *store, struct eg_error *err);

/* ---- store_use.c ---- */
/* Was the archive left in use, and is it incomplete? */
EG_MUST_USE
enum eg_status eg_store_use_look(struct eg_store *store, struct eg_error *err);
/* Mark the archive as in use, in the file itself; writer only. */
EG_MUST_USE
enum eg_status eg_store_use_begin(struct eg_store *store, struct eg_error *err);
/* EG_E_STATE: archive, write-ahead log or lock are not the files any more that were opened. */
EG_MUST_USE
enum eg_status eg_store_in_place(const struct eg_store *store, struct eg_error *err);

/* ---- store_read.c ---- */
/* May this entry be given out by this handle? */
bool eg_store_shows(const struct eg_store *store, uint64_t index);

/* ---- store.c ---- */
/* Say what SQLite answered; returns the status for it. */
enum eg_status eg_store_failed(const struct eg_store *store, int answer, const char *doing,
                               struct eg_error *err);
enum eg_status eg_store_corrupt(const struct eg_store *store, struct eg_error *err,
                                const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The prepared statement, reset and without values. Never NULL: opening prepares them all. */
sqlite3_stmt *eg_store_statement(struct eg_store *store, enum eg_store_sql which);
/* Run a statement that gives no row. */
EG_MUST_USE
enum eg_status eg_store_run(struct eg_store *store, sqlite3_stmt *statement, const char *doing,
                            struct eg_error *err);

/* ---- store_facts.c ---- */
/* Write the rows of a record's remembered facts, inside the batch. */
EG_MUST_USE
enum eg_status eg_store_facts_put(struct eg_store *store, const struct eg_record *record,
                                  struct eg_error *err);

/* ---- store_held.c ---- */
/* What is recorded is held no longer: inside the batch. */
EG_MUST_USE
enum eg_status eg_store_held_recorded(struct eg_store *store, const struct eg_record *record,
                                      struct eg_error *err);

/* ---- store_pack.c ---- */
/* `out` borrows from `octets` or from store->packed, until the next call. */
EG_MUST_USE
enum eg_status eg_store_pack(struct eg_packed *out, struct eg_store *store, struct eg_bytes octets,
                             struct eg_error *err);
/* Give the room of eg_store_pack back, or make it for the first time. */
void eg_store_pack_reset(struct eg_store *store);
/* Append to `out`, which is as before on failure. EG_E_LIMIT: larger than its ceiling. */
EG_MUST_USE
enum eg_status eg_store_unpack(struct eg_buf *out, ZSTD_DCtx *unpacker,
                               const struct eg_packed *packed, const char *where,
                               struct eg_error *err);
/* The place of a content; false: no such kind or number, or index out of range. */
bool eg_content_place(int64_t *out, uint64_t index, enum eg_content_kind kind, unsigned number);
/* The place of a tree node: its in-order number; false: out of range. */
bool eg_node_place(int64_t *out, unsigned level, uint64_t index);

#endif
