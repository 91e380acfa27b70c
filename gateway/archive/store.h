/*
 * The archive: entries, contents, receipts, tree nodes, cursors. One writer (the recorder), any
 * number of readers. All SQL of the project is behind this header, so that another database can
 * stand here.
 *
 * Contents are kept with their salt (DESIGN "Log and receipts"); large ones compressed (zstd).
 */
#ifndef EG_ARCHIVE_STORE_H
#define EG_ARCHIVE_STORE_H

#include "archive/file_id.h"
#include "core/facts.h"
#include "proof/receipt.h"

#include <stdatomic.h>

struct eg_store;

/* WRITE creates what is not there; CONTINUE writes too, but only to what is there. */
enum eg_store_mode { EG_STORE_WRITE, EG_STORE_READ, EG_STORE_CONTINUE, EG_STORE_AMEND };

/*
 * Open or (WRITE) create. WRITE and CONTINUE bring an archive of an earlier version of this program
 * up to date, in place and at once, and mark it as in use until the handle is closed; READ takes
 * one of version 2, too, and refuses older ones (EG_E_FORMAT), as AMEND does all that are older.
 * `origin` is fixed when the archive is created and compared afterwards (EG_E_STATE). origin NULL
 * with READ and AMEND: take what is there. AMEND reads, and changes what a person may change of
 * reports held (store_held.h), beside a gateway that writes: nothing of the log.
 * EG_E_NOTFOUND: READ, CONTINUE, AMEND: there is none.
 */
EG_MUST_USE
enum eg_status eg_store_open(struct eg_store **out, const char *path, enum eg_store_mode mode,
                             const char *origin, struct eg_error *err);
/* A writer first does what eg_store_finish does, whether it works or not. */
void eg_store_close(struct eg_store **store);

/*
 * Leave the archive as one file that holds everything, the mark cleared; then only eg_store_close.
 * Nothing to do for a reader and after a failed write: what was marked stays marked.
 * EG_E_BUSY: another program reads, and the -wal stays; EG_E_STATE: the file is not the one opened;
 * EG_E_IO. Blocks, up to ten seconds while others read.
 */
EG_MUST_USE
enum eg_status eg_store_finish(struct eg_store *store, struct eg_error *err);

/* As it was found when opened: nobody had closed it (a crash, or a copy of a running archive); and:
 * the write-ahead log that belongs to it is not there, so that nobody can tell what is missing. */
bool eg_store_was_in_use(const struct eg_store *store);
bool eg_store_incomplete(const struct eg_store *store);
struct eg_file_id eg_store_file_id(const struct eg_store *store); /* of a writer */

/*
 * From now on this handle gives nothing of entries from index *size on, as if they were not there
 * yet: committed is not yet promised. Kept.
 */
void eg_store_show_below(struct eg_store *store, const _Atomic uint64_t *size);

/*
 * The head of an archive that has no mark of use yet, as programs before that wrote them.
 * EG_E_NOTFOUND: there is no archive; EG_E_STATE: it is none of before; EG_E_FORMAT, EG_E_IO.
 *   checkpoint   initialised by the caller; empty after EG_OK: no entry yet
 */
EG_MUST_USE
enum eg_status eg_store_head_before(struct eg_buf *checkpoint, const char *path, const char *origin,
                                    struct eg_error *err);

const char *eg_store_origin(const struct eg_store *store);
/* True once a write failed: nothing more is written through this handle, open the archive again. */
bool eg_store_broken(const struct eg_store *store);

/* What kind of content a salted digest in an entry is of. */
enum eg_content_kind {
    EG_CONTENT_REPORT, /* also: packed package tree, directory XML, key statement text */
    EG_CONTENT_SIGNATURE,
    EG_CONTENT_PARAMETERS,
    EG_CONTENT_FACTS,
    EG_CONTENT_FINDINGS,
    EG_CONTENT_NOTIFICATION, /* number tells which */
    EG_CONTENT_REVOCATION,   /* not salted in the entry; kept once per digest */
};

struct eg_content {
    enum eg_content_kind kind;
    /* of the notification, from 0; else 0 */
    unsigned number;
    struct eg_salt salt;
    struct eg_bytes octets;
};

/* One record to append. Everything is borrowed during the call. */
struct eg_record {
    /* must be the next one */
    uint64_t index;
    /* for the columns that are looked up */
    const struct eg_entry *entry;
    struct eg_bytes entry_text;
    struct eg_bytes receipt;
    /* plain SHA-256 of the report content: "same content?" */
    struct eg_digest report_digest;
    const struct eg_content *contents;
    size_t content_count;
    /* Facts that an accepted submission leaves behind, under its plant and its package's id. */
    /* NULL: none */
    const struct eg_facts *remembered;
    /* with remembered */
    const char *plant;
};
struct eg_node {
    unsigned level;
    uint64_t index;
    struct eg_digest hash;
};
struct eg_batch {
    const struct eg_record *records;
    size_t record_count;
    /* complete subtrees closed by the batch */
    const struct eg_node *nodes;
    size_t node_count;
    struct eg_bytes checkpoint;
};

/*
 * Append a batch: all or nothing, durable (fsync) when this returns EG_OK.
 * EG_E_IO: not appended, or unknown whether: close, reopen and read again. Owner thread.
 */
EG_MUST_USE
enum eg_status eg_store_append(struct eg_store *store, const struct eg_batch *batch,
                               struct eg_error *err);

/* The newest tree edge and checkpoint. `checkpoint` (may be NULL) is appended to. Size 0: empty
 * archive. */
EG_MUST_USE
enum eg_status eg_store_head(struct eg_merkle_edge *edge, struct eg_buf *checkpoint,
                             int64_t *last_recorded_at_ms, struct eg_store *store,
                             struct eg_error *err);

/* What a lookup gives; buffers are owned by the struct. */
struct eg_stored {
    uint64_t index;
    struct eg_buf entry_text;
    struct eg_buf receipt;
    struct eg_digest report_digest;
};
void eg_stored_done(struct eg_stored *stored);

/*
 * The entry of an identity; EG_E_NOTFOUND when there is none. Where an identity was taken and later
 * rejected copies were recorded, `report_digest` picks the entry with that very content
 * (EG_E_NOTFOUND when there is none); NULL: the first.
 */
EG_MUST_USE
enum eg_status eg_store_find(struct eg_stored *out, struct eg_store *store,
                             const struct eg_identity *identity,
                             const struct eg_digest *report_digest, struct eg_error *err);
/* The first entry of a participant for these very octets, whatever its identity. */
EG_MUST_USE
enum eg_status eg_store_find_content(struct eg_stored *out, struct eg_store *store,
                                     const char *participant, const struct eg_digest *report_digest,
                                     struct eg_error *err);
EG_MUST_USE
enum eg_status eg_store_read(struct eg_stored *out, struct eg_store *store, uint64_t index,
                             struct eg_error *err);
/* A content with its salt. `octets` is initialised by the caller with a ceiling. */
EG_MUST_USE
enum eg_status eg_store_content(struct eg_buf *octets, struct eg_salt *salt, struct eg_store *store,
                                uint64_t index, enum eg_content_kind kind, unsigned number,
                                struct eg_error *err);
/* The newest entry of kind package/directory/key with this package id (or NULL); EG_E_NOTFOUND. */
EG_MUST_USE
enum eg_status eg_store_latest(struct eg_stored *out, struct eg_store *store,
                               enum eg_entry_kind kind, const char *package_id,
                               struct eg_error *err);
/* The newest entry of this kind and name before `before`; EG_E_NOTFOUND. */
EG_MUST_USE
enum eg_status eg_store_named_before(struct eg_stored *out, struct eg_store *store,
                                     enum eg_entry_kind kind, const char *package_id,
                                     uint64_t before, struct eg_error *err);
/* The newest statement about this version of a package; EG_E_NOTFOUND. */
EG_MUST_USE
enum eg_status eg_store_latest_state(struct eg_stored *out, struct eg_store *store,
                                     const struct eg_package_ref *package, struct eg_error *err);
/* The entry that recorded the package / directory / key statement with this (unsalted) digest. */
EG_MUST_USE
enum eg_status eg_store_by_digest(struct eg_stored *out, struct eg_store *store,
                                  enum eg_entry_kind kind, const struct eg_digest *digest,
                                  struct eg_error *err);

/* Tree nodes: an eg_merkle_read_fn whose payload is the store. */
enum eg_status eg_store_node(void *store, unsigned level, uint64_t index, struct eg_digest *hash,
                             struct eg_error *err);

/* Streams: the next notification for a recipient strictly after a cursor. EG_E_NOTFOUND: none yet.
 */
struct eg_cursor {
    /* log index */
    uint64_t index;
    /* notification number within the entry, from 1; {0,0} = before the first */
    uint32_t number;
};
EG_MUST_USE
enum eg_status eg_store_next(struct eg_cursor *cursor_out, struct eg_store *store,
                             const char *recipient, const struct eg_cursor *after,
                             struct eg_error *err);
EG_MUST_USE
enum eg_status eg_store_cursor_get(struct eg_cursor *out, struct eg_store *store,
                                   const char *participant, const char *stream,
                                   struct eg_error *err);
/* A cursor behind the one that is kept changes nothing: acknowledgements of two connections may
 * overtake each other. */
EG_MUST_USE
enum eg_status eg_store_cursor_put(struct eg_store *store, const char *participant,
                                   const char *stream, const struct eg_cursor *cursor,
                                   struct eg_error *err);

/*
 * Facts. Each accepted decision leaves a row for each source and day; rows are never changed. In
 * force before an entry are, for each day and source, those of the newest entry before it: a later
 * report of the same day replaces all facts of its sources, and leaves other sources as they were.
 */
struct eg_facts_query {
    const char *plant;
    /* id, whatever the version */
    const char *package;
    /* first day */
    const char *from;
    /* day of the report: facts of the days before it ... */
    const char *until;
    /* ... and later days after it, up to this one */
    const char *through;
    /* of entries before this index */
    uint64_t below;
    /*
     * What a set that is renewed holds already: facts of days before `known_until` that were in
     * force before the entry `known_below`. NULL and 0: nothing.
     */
    const char *known_until;
    uint64_t known_below;
};
/*
 * The facts in force, and in `later` the days with facts in force. Time and memory grow with the
 * days asked for, not with the archive. EG_E_LIMIT: more than EG_FACTS_MAX.
 */
EG_MUST_USE
enum eg_status eg_store_facts(struct eg_facts *out, struct eg_store *store,
                              const struct eg_facts_query *query, struct eg_error *err);
/*
 * The same into a set of the same plant and package that was in force before `known_below`, for the
 * days from `from` or earlier up to before `known_until`, neither later than `until`, nor the index
 * than `below`: reads but what came since. On failure the set is empty.
 */
EG_MUST_USE
enum eg_status eg_store_facts_renew(struct eg_facts *facts, struct eg_store *store,
                                    const struct eg_facts_query *query, struct eg_error *err);
/* What this very entry left behind; EG_E_NOTFOUND: nothing. */
EG_MUST_USE
enum eg_status eg_store_facts_of(struct eg_facts *out, struct eg_store *store, uint64_t index,
                                 struct eg_error *err);
/* Number of entries: facts of this moment are asked for below it. */
EG_MUST_USE
enum eg_status eg_store_size(uint64_t *out, struct eg_store *store, struct eg_error *err);

EG_MUST_USE
enum eg_status eg_store_revocation(struct eg_buf *octets, struct eg_store *store,
                                   const struct eg_digest *digest, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_store_revocation_put(struct eg_store *store, const struct eg_digest *digest,
                                       struct eg_bytes octets, struct eg_error *err);

#endif
