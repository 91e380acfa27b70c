/*
 * Appending: a batch is one transaction, and one fsync. Whatever fails on the way, the batch is
 * rolled back as far as SQLite can tell and the handle refuses to write until it is reopened: only
 * the disk knows whether a commit that failed has happened.
 *
 * Fault points: archive.begin, archive.write (each record), archive.commit, archive.committed.
 */
#include "archive/store_sqlite.h"

#include "base/fault.h"

#include <string.h>

static enum eg_status fault(const struct eg_store *store, const char *point, struct eg_error *err)
{
    int cause = eg_fault(point);

    if (!cause) {
        return EG_OK;
    }
    (void)eg_error_errno(err, store->path, cause, "writing the archive failed");
    if (err) {
        err->status = EG_E_IO;
        err->retry = true;
    }
    return EG_E_IO;
}

/* ---- values
 * ------------------------------------------------------------------------------------*/

/* Binding fails only when memory runs out; the first failure is kept in *answer. */
static void bind_blob(int *answer, sqlite3_stmt *statement, int at, struct eg_bytes octets)
{
    if (*answer == SQLITE_OK) {
        *answer = sqlite3_bind_blob64(statement, at, octets.data ? octets.data : (const void *)"",
                                      octets.len, SQLITE_STATIC);
    }
}

static void bind_digest(int *answer, sqlite3_stmt *statement, int at,
                        const struct eg_digest *digest)
{
    bind_blob(answer, statement, at, (struct eg_bytes){digest->octets, EG_DIGEST_LEN});
}

static void bind_number(int *answer, sqlite3_stmt *statement, int at, int64_t number)
{
    if (*answer == SQLITE_OK) {
        *answer = sqlite3_bind_int64(statement, at, number);
    }
}

static void bind_text(int *answer, sqlite3_stmt *statement, int at, const char *text)
{
    if (*answer == SQLITE_OK) {
        *answer = sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    }
}

static enum eg_status put(struct eg_store *store, sqlite3_stmt *statement, int answer,
                          struct eg_error *err)
{
    if (answer != SQLITE_OK) {
        return eg_store_failed(store, answer, "writing", err);
    }
    return eg_store_run(store, statement, "writing", err);
}

/* ---- rows
 * --------------------------------------------------------------------------------------*/

/* `name` is the room for a name that must live as long as the statement runs. */
static void bind_lookups(int *answer, sqlite3_stmt *statement, const struct eg_record *record,
                         char name[EG_STATE_NAME_MAX])
{
    const struct eg_entry *entry = record->entry;

    bind_number(answer, statement, 2, (int64_t)entry->kind);
    if (entry->kind == EG_ENTRY_SUBMISSION) {
        bind_text(answer, statement, 3, entry->identity.participant);
        bind_text(answer, statement, 4, entry->identity.id);
        bind_number(answer, statement, 5, (int64_t)entry->identity.version);
    } else if (entry->kind == EG_ENTRY_PACKAGE && entry->has_state) {
        bind_text(answer, statement, 6, eg_store_state_name(name, &entry->package));
        bind_digest(answer, statement, 7, &record->report_digest);
    } else if (entry->kind == EG_ENTRY_PACKAGE) {
        bind_text(answer, statement, 6, entry->package.id);
        bind_digest(answer, statement, 7, &entry->package.digest);
    } else if (entry->kind == EG_ENTRY_DIRECTORY) {
        bind_digest(answer, statement, 7, &entry->directory);
    } else if (entry->kind == EG_ENTRY_KEY) {
        bind_digest(answer, statement, 7, &record->report_digest);
    }
    bind_number(answer, statement, 8, entry->recorded_at_ms);
}

static enum eg_status put_entry(struct eg_store *store, const struct eg_record *record,
                                struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_ENTRY_PUT);
    char name[EG_STATE_NAME_MAX];
    int answer = SQLITE_OK;

    bind_number(&answer, statement, 1, (int64_t)record->index);
    bind_lookups(&answer, statement, record, name);
    bind_digest(&answer, statement, 9, &record->report_digest);
    bind_blob(&answer, statement, 10, record->entry_text);
    bind_blob(&answer, statement, 11, record->receipt);
    return put(store, statement, answer, err);
}

static enum eg_status put_content(struct eg_store *store, uint64_t index,
                                  const struct eg_content *content, struct eg_error *err)
{
    struct eg_packed packed = {0};
    sqlite3_stmt *statement = NULL;
    enum eg_status status = EG_OK;
    int64_t place = 0;
    int answer = SQLITE_OK;

    if (content->kind == EG_CONTENT_REVOCATION) {
        struct eg_digest digest = eg_hash(content->octets);

        return eg_store_revocation_put(store, &digest, content->octets, err);
    }
    if (!eg_content_place(&place, index, content->kind, content->number)) {
        return eg_error_set(err, EG_E_USAGE, store->path,
                            "entry %llu has no place for content %u, number %u",
                            (unsigned long long)index, (unsigned)content->kind, content->number);
    }
    status = eg_store_pack(&packed, store, content->octets, err);
    if (status) {
        return status;
    }
    statement = eg_store_statement(store, EG_SQL_CONTENT_PUT);
    bind_number(&answer, statement, 1, place);
    bind_blob(&answer, statement, 2, (struct eg_bytes){content->salt.octets, EG_SALT_LEN});
    bind_number(&answer, statement, 3, packed.packed);
    bind_number(&answer, statement, 4, (int64_t)packed.len);
    bind_blob(&answer, statement, 5, packed.octets);
    return put(store, statement, answer, err);
}

static enum eg_status put_streams(struct eg_store *store, const struct eg_record *record,
                                  struct eg_error *err)
{
    for (size_t i = 0; i < record->entry->notification_count; i++) {
        sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_STREAM_PUT);
        enum eg_status status = EG_OK;
        int answer = SQLITE_OK;

        bind_text(&answer, statement, 1, record->entry->notifications[i].recipient);
        bind_number(&answer, statement, 2, (int64_t)record->index);
        bind_number(&answer, statement, 3, (int64_t)i + 1);
        status = put(store, statement, answer, err);
        if (status) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status put_record(struct eg_store *store, const struct eg_record *record,
                                 struct eg_error *err)
{
    enum eg_status status = fault(store, "archive.write", err);

    if (!status) {
        status = put_entry(store, record, err);
    }
    for (size_t i = 0; !status && i < record->content_count; i++) {
        status = put_content(store, record->index, &record->contents[i], err);
    }
    if (!status) {
        status = put_streams(store, record, err);
    }
    if (!status && record->remembered) {
        status = eg_store_facts_put(store, record, err);
    }
    if (!status) {
        status = eg_store_held_recorded(store, record, err);
    }
    return status;
}

static enum eg_status put_node(struct eg_store *store, const struct eg_node *node,
                               struct eg_error *err)
{
    sqlite3_stmt *statement = NULL;
    int64_t place = 0;
    int answer = SQLITE_OK;

    if (!eg_node_place(&place, node->level, node->index)) {
        return eg_error_set(err, EG_E_USAGE, store->path, "no place for tree node %u/%llu",
                            node->level, (unsigned long long)node->index);
    }
    statement = eg_store_statement(store, EG_SQL_NODE_PUT);
    bind_number(&answer, statement, 1, place);
    bind_digest(&answer, statement, 2, &node->hash);
    return put(store, statement, answer, err);
}

static enum eg_status put_head(struct eg_store *store, const struct eg_batch *batch,
                               struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HEAD_PUT);
    int answer = SQLITE_OK;

    bind_number(&answer, statement, 1, (int64_t)(store->next + batch->record_count));
    bind_blob(&answer, statement, 2, batch->checkpoint);
    bind_number(&answer, statement, 3, (int64_t)store->next);
    enum eg_status status = put(store, statement, answer, err);
    if (!status && sqlite3_changes(store->db) != 1) {
        status = eg_error_set(err, EG_E_STATE, store->path,
                              "the head on disk is not the one that this gateway left there");
    }
    return status;
}

/* ---- transactions
 * ------------------------------------------------------------------------------*/

static enum eg_status run(struct eg_store *store, enum eg_store_sql which, const char *doing,
                          struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, which);

    return eg_store_run(store, statement, doing, err);
}

static void give_up(struct eg_store *store)
{
    struct eg_error unused = {0};

    store->broken = true;
    if (!sqlite3_get_autocommit(store->db)) /* some failures roll back by themselves */ {
        (void)!run(store, EG_SQL_ROLLBACK, "rolling back", &unused);
    }
}

static enum eg_status may_write(const struct eg_store *store, struct eg_error *err)
{
    if (!store->writing) {
        return eg_error_set(err, EG_E_STATE, store->path, "the archive is open for reading only");
    }
    if (store->broken) {
        return eg_error_set(err, EG_E_STATE, store->path,
                            "a write failed before; the archive must be opened again");
    }
    return eg_store_in_place(store, err);
}

/* Only what was accepted under a package leaves facts. */
static bool facts_fit(const struct eg_record *record)
{
    const struct eg_entry *entry = record->entry;

    return !record->remembered ||
           (record->plant && record->plant[0] && entry->kind == EG_ENTRY_SUBMISSION &&
            entry->accepted && entry->has_package && record->remembered->later_count == 0);
}

/* Our own mistakes are found before anything is written, so that the handle stays good. */
static enum eg_status batch_fits(const struct eg_store *store, const struct eg_batch *batch,
                                 struct eg_error *err)
{
    if (batch->record_count == 0 || batch->checkpoint.len == 0 ||
        batch->checkpoint.len > EG_RECEIPT_MAX) {
        return eg_error_set(err, EG_E_USAGE, store->path,
                            "a batch has at least one record, and a checkpoint");
    }
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct eg_record *record = &batch->records[i];

        if (record->index != store->next + i) {
            return eg_error_set(
                err, EG_E_STATE, store->path, "entry %llu was to be appended, but %llu is the next",
                (unsigned long long)record->index, (unsigned long long)(store->next + i));
        }
        if (record->entry_text.len == 0 || record->entry_text.len > EG_ENTRY_MAX ||
            record->receipt.len == 0 || record->receipt.len > EG_RECEIPT_MAX) {
            return eg_error_set(err, EG_E_LIMIT, store->path,
                                "entry %llu or its receipt is empty or too long",
                                (unsigned long long)record->index);
        }
        if (!facts_fit(record)) {
            return eg_error_set(err, EG_E_USAGE, store->path,
                                "entry %llu is none that leaves facts behind",
                                (unsigned long long)record->index);
        }
    }
    return EG_OK;
}

static enum eg_status write_batch(struct eg_store *store, const struct eg_batch *batch,
                                  struct eg_error *err)
{
    enum eg_status status = fault(store, "archive.begin", err);

    if (!status) {
        status = run(store, EG_SQL_BEGIN, "locking", err);
    }
    for (size_t i = 0; !status && i < batch->record_count; i++) {
        status = put_record(store, &batch->records[i], err);
    }
    for (size_t i = 0; !status && i < batch->node_count; i++) {
        status = put_node(store, &batch->nodes[i], err);
    }
    if (!status) {
        status = put_head(store, batch, err);
    }
    if (!status) {
        status = fault(store, "archive.commit", err);
    }
    if (!status) {
        status = run(store, EG_SQL_COMMIT, "committing to", err);
    }
    if (!status) {
        status = fault(store, "archive.committed", err);
    }
    return status;
}

enum eg_status eg_store_append(struct eg_store *store, const struct eg_batch *batch,
                               struct eg_error *err)
{
    enum eg_status status = may_write(store, err);

    if (!status) {
        status = batch_fits(store, batch, err);
    }
    if (status) {
        return status;
    }
    status = write_batch(store, batch, err);
    if (status) {
        give_up(store);
    } else {
        store->next += batch->record_count;
    }
    if (store->packed.capacity > EG_PACK_KEEP) {
        eg_store_pack_reset(store);
    }
    return status;
}

/* A single row outside a batch, as its own transaction; inside one, the batch gives up. */
static enum eg_status put_single(struct eg_store *store, sqlite3_stmt *statement, int answer,
                                 struct eg_error *err)
{
    bool alone = sqlite3_get_autocommit(store->db) != 0;
    enum eg_status status = put(store, statement, answer, err);

    if (status && alone) {
        give_up(store);
    }
    return status;
}

enum eg_status eg_store_cursor_put(struct eg_store *store, const char *participant,
                                   const char *stream, const struct eg_cursor *cursor,
                                   struct eg_error *err)
{
    enum eg_status status = may_write(store, err);
    sqlite3_stmt *statement = NULL;
    int answer = SQLITE_OK;

    if (!status) {
        status = fault(store, "archive.cursor", err);
    }
    if (status) {
        return status;
    }
    statement = eg_store_statement(store, EG_SQL_CURSOR_PUT);
    bind_text(&answer, statement, 1, participant);
    bind_text(&answer, statement, 2, stream);
    bind_number(&answer, statement, 3, (int64_t)cursor->index);
    bind_number(&answer, statement, 4, (int64_t)cursor->number);
    return put_single(store, statement, answer, err);
}

enum eg_status eg_store_revocation_put(struct eg_store *store, const struct eg_digest *digest,
                                       struct eg_bytes octets, struct eg_error *err)
{
    struct eg_packed packed = {0};
    struct eg_digest actual = eg_hash(octets);
    enum eg_status status = may_write(store, err);
    sqlite3_stmt *statement = NULL;
    int answer = SQLITE_OK;

    if (!status && !eg_digest_equal(&actual, digest)) {
        status = eg_error_set(err, EG_E_USAGE, store->path,
                              "revocation data does not have the digest it is to be kept under");
    }
    if (!status) {
        status = eg_store_pack(&packed, store, octets, err);
    }
    if (status) {
        return status;
    }
    statement = eg_store_statement(store, EG_SQL_REVOCATION_PUT);
    bind_digest(&answer, statement, 1, digest);
    bind_number(&answer, statement, 2, packed.packed);
    bind_number(&answer, statement, 3, (int64_t)packed.len);
    bind_blob(&answer, statement, 4, packed.octets);
    return put_single(store, statement, answer, err);
}
