/*
 * The inside of the checker, for the files check*.c alone. Its SELECTs are its own: of the store it
 * uses the open handle (one read transaction for all) and the inflating of octets, no look-up.
 */
#ifndef EG_ARCHIVE_CHECK_INSIDE_H
#define EG_ARCHIVE_CHECK_INSIDE_H

#include "archive/check.h"
#include "archive/store_sqlite.h"

/* X(name, SQL) */
#define EG_CHECK_STATEMENTS(X)                                                                     \
    X(ENTRIES, "SELECT idx, kind, participant, id, version, named, digest, recorded_at, report, "  \
               "entry, receipt FROM entries NOT INDEXED ORDER BY idx")                             \
    X(COUNT, "SELECT count(*) FROM entries NOT INDEXED")                                           \
    X(HEAD, "SELECT origin, size, checkpoint FROM head")                                           \
    X(CONTENTS, "SELECT place, salt, packed, len, octets FROM contents WHERE place >= ?1 AND "     \
                "place < ?1 + 32 ORDER BY place")                                                  \
    X(NODE, "SELECT hash FROM nodes WHERE place = ?1")                                             \
    X(NODES, "SELECT count(*) FROM nodes")                                                         \
    X(STRAY_CONTENTS, "SELECT count(*) FROM contents WHERE place < 0 OR place >= ?1")              \
    X(STREAM, "SELECT count(*) FROM streams WHERE recipient = ?1 AND idx = ?2 AND number = ?3")    \
    X(STREAMS_OF, "SELECT count(*) FROM streams WHERE idx = ?1")                                   \
    X(STREAMS, "SELECT count(*) FROM streams")                                                     \
    X(WILD_CURSORS, "SELECT count(*) FROM cursors WHERE idx < 0 OR number < 0 OR number > 16 OR "  \
                    "(idx > 0 AND idx >= ?1)")                                                     \
    X(FIRST, "SELECT min(idx) FROM entries WHERE participant = ?1 AND id = ?2 AND version = ?3")   \
    X(SAME, "SELECT count(*) FROM entries WHERE participant = ?1 AND id = ?2 AND version = ?3 "    \
            "AND report = ?4 AND idx < ?5")                                                        \
    X(EARLIER, "SELECT count(*) FROM entries WHERE kind = ?1 AND kind > 0 AND digest = ?2 AND "    \
               "idx < ?3")                                                                         \
    X(REVOCATION, "SELECT packed, len, octets FROM revocations WHERE digest = ?1")                 \
    X(FACTS, "SELECT plant, package, day, source, packed, len, octets FROM facts INDEXED BY "      \
             "by_entry WHERE idx = ?1 ORDER BY day, source")                                       \
    X(STRAY_FACTS, "SELECT count(*) FROM facts WHERE idx < 0 OR idx >= ?1")                        \
    X(INTEGRITY, "PRAGMA integrity_check(20)")

enum eg_check_sql {
#define EG_CHECK_SQL_ENUM(name, sql) EG_CHECK_##name,
    EG_CHECK_STATEMENTS(EG_CHECK_SQL_ENUM)
#undef EG_CHECK_SQL_ENUM
        EG_CHECK_SQL_COUNT
};

/* One row of the entries, borrowed until the next step. */
struct eg_check_row {
    uint64_t index;
    struct eg_bytes text, receipt;
    struct eg_digest report_digest;
    bool has_report_digest;
};

struct eg_checker {
    struct eg_store *store;
    const char *origin;
    const uint8_t *key;
    const struct eg_check_hooks *hooks;
    struct eg_check_counts counts;
    uint64_t findings;
    sqlite3_stmt *statements[EG_CHECK_SQL_COUNT];
    uint64_t total;

    /* The entry being checked. */
    struct eg_check_row row;
    uint64_t row_findings;
    struct eg_entry entry;
    /* condition 1 holds, entry is filled */
    bool readable;
    /* its receipt holds its very text */
    bool proved;
    /* bit per slot of contents that are there */
    unsigned present;
    /* and have the digest that the entry says */
    unsigned fitting;
    struct eg_buf contents[EG_CONTENT_SLOTS];

    /* that lie there for it */
    struct eg_facts facts;
    /* "": none */
    char facts_plant[EG_ID_MAX + 1];
    struct eg_buf facts_text;

    /* The log so far */
    struct eg_merkle_edge edge;
    /* of the leaf being appended */
    uint64_t leaf_index;
    /* of a look-up inside eg_merkle_append */
    enum eg_status node_status;
    struct eg_error *err;
    int64_t last_recorded_ms;
    unsigned last_form;
    uint32_t last_semantics;
    /* that the streams should hold */
    uint64_t notifications;
    uint64_t nodes_missing;

    /* The checkpoint that the receipts of one batch share, and the tree it promises */
    struct eg_buf note;
    struct eg_checkpoint note_head;
    bool note_good;
    uint64_t promised_size, promised_by;
    struct eg_digest promised_root;

    /* found good last */
    struct eg_digest revocation;
    bool has_revocation;
};

/* Tell a finding. entry UINT64_MAX: the log as a whole. */
void eg_check_found(struct eg_checker *checker, uint64_t entry, unsigned condition,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- check_rows.c: own reading ---- */
EG_MUST_USE
enum eg_status eg_check_prepare(struct eg_checker *checker, struct eg_error *err);
void eg_check_finalize(struct eg_checker *checker);
sqlite3_stmt *eg_check_statement(struct eg_checker *checker, enum eg_check_sql which);
/* SQLITE_ROW, SQLITE_DONE: EG_OK and *row; all else an error. */
EG_MUST_USE
enum eg_status eg_check_step(bool *row, struct eg_checker *checker, sqlite3_stmt *statement,
                             struct eg_error *err);
/* The number that a bound query gives; -1 for NULL or no row. Resets the statement. */
EG_MUST_USE
enum eg_status eg_check_number(int64_t *out, struct eg_checker *checker, sqlite3_stmt *statement,
                               struct eg_error *err);
bool eg_check_blob(struct eg_bytes *out, sqlite3_stmt *row, int at);
bool eg_check_text_is(sqlite3_stmt *row, int at, const char *expected); /* NULL: must be NULL */
bool eg_check_number_is(sqlite3_stmt *row, int at, int64_t expected);
void eg_check_bind_digest(sqlite3_stmt *statement, int at, const struct eg_digest *digest);

/* ---- check_tree.c: conditions 2, 3, 7 ---- */
void eg_check_receipt(struct eg_checker *checker);
EG_MUST_USE
enum eg_status eg_check_leaf(struct eg_checker *checker, struct eg_error *err);
/* The text of an entry is gone: go on with the kept leaf. */
EG_MUST_USE
enum eg_status eg_check_lost_leaf(struct eg_checker *checker, uint64_t index, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_check_head(struct eg_checker *checker, struct eg_error *err);

/* ---- check_contents.c: conditions 4, 5, 6, 9 (digests) ---- */
EG_MUST_USE
enum eg_status eg_check_contents(struct eg_checker *checker, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_check_named(struct eg_checker *checker, struct eg_error *err);

/* Columns from `at` on are packed, len, octets. *good false with the reason when they can not be
 * read. */
EG_MUST_USE
enum eg_status eg_check_octets(struct eg_buf *out, bool *good, struct eg_checker *checker,
                               sqlite3_stmt *row, int at, struct eg_error *why);

/* ---- check_facts.c: condition 14, what can be told without a rerun ---- */
EG_MUST_USE
enum eg_status eg_check_facts(struct eg_checker *checker, struct eg_error *err);

/* ---- check_lookups.c: conditions 11, 12 ---- */
EG_MUST_USE
enum eg_status eg_check_history(struct eg_checker *checker, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_check_lookups(struct eg_checker *checker, sqlite3_stmt *row,
                                struct eg_error *err);
EG_MUST_USE
enum eg_status eg_check_lost_streams(struct eg_checker *checker, uint64_t index,
                                     struct eg_error *err);
EG_MUST_USE
enum eg_status eg_check_leftovers(struct eg_checker *checker, struct eg_error *err);

#endif
