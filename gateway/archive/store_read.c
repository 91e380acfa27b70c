/*
 * Looking up. Every row is measured before it is believed: type and length of each column, numbers
 * within their range; what does not fit is EG_E_FORMAT with the entry in question. Statements are
 * reset before returning, so that no read transaction stays open behind the caller's back.
 */
#include "archive/store_sqlite.h"

#include <stdio.h>
#include <string.h>

/* ---- columns
 * -----------------------------------------------------------------------------------*/

static bool column_blob(struct eg_bytes *out, sqlite3_stmt *row, int at, size_t min, size_t max)
{
    if (sqlite3_column_type(row, at) != SQLITE_BLOB) {
        return false;
    }
    out->data = sqlite3_column_blob(row, at);
    out->len = (size_t)sqlite3_column_bytes(row, at);
    return out->len >= min && out->len <= max && (out->data || out->len == 0);
}

static bool column_digest(struct eg_digest *out, sqlite3_stmt *row, int at)
{
    struct eg_bytes octets = EG_BYTES_NONE;

    if (!column_blob(&octets, row, at, EG_DIGEST_LEN, EG_DIGEST_LEN)) {
        return false;
    }
    memcpy(out->octets, octets.data, EG_DIGEST_LEN);
    return true;
}

static bool column_number(uint64_t *out, sqlite3_stmt *row, int at, uint64_t max)
{
    int64_t number = sqlite3_column_int64(row, at);

    if (sqlite3_column_type(row, at) != SQLITE_INTEGER || number < 0 || (uint64_t)number > max) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

/* Step to the one row that is asked for; EG_E_NOTFOUND (with `what`) when there is none. */
static enum eg_status one_row(struct eg_store *store, sqlite3_stmt *statement, const char *what,
                              struct eg_error *err)
{
    int answer = sqlite3_step(statement);

    if (answer == SQLITE_ROW) {
        return EG_OK;
    }
    if (answer == SQLITE_DONE) {
        return eg_error_set(err, EG_E_NOTFOUND, store->path, "the archive has no %s", what);
    }
    return eg_store_failed(store, answer, "reading", err);
}

static void bind_key(sqlite3_stmt *statement, int at, const struct eg_digest *digest)
{
    (void)sqlite3_bind_blob(statement, at, digest->octets, EG_DIGEST_LEN, SQLITE_STATIC);
}

/* ---- head
 * --------------------------------------------------------------------------------------*/

static enum eg_status read_peaks(struct eg_merkle_edge *edge, struct eg_store *store,
                                 struct eg_error *err)
{
    for (unsigned level = 0; level < EG_MERKLE_LEVELS; level++) {
        enum eg_status status = EG_OK;

        if (!(edge->size >> level & 1)) {
            continue;
        }
        status = eg_store_node(store, level, (edge->size >> level) - 1, &edge->peak[level], err);
        if (status == EG_E_NOTFOUND) {
            return eg_store_corrupt(store, err, "tree node %u/%llu is missing", level,
                                    (unsigned long long)((edge->size >> level) - 1));
        }
        if (status) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status read_last_time(int64_t *out, struct eg_store *store, uint64_t size,
                                     struct eg_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum eg_status status = EG_OK;
    uint64_t at_ms = 0;

    if (size > 0) {
        statement = eg_store_statement(store, EG_SQL_LAST_TIME);
        (void)sqlite3_bind_int64(statement, 1, (int64_t)(size - 1));
        status = one_row(store, statement, "last entry", err);
        if (!status && !column_number(&at_ms, statement, 0, INT64_MAX)) {
            status = eg_store_corrupt(store, err, "the time of the last entry is not one");
        }
        (void)sqlite3_reset(statement);
    }
    if (!status) {
        *out = (int64_t)at_ms;
    }
    return status;
}

static enum eg_status read_head(struct eg_merkle_edge *edge, struct eg_buf *checkpoint,
                                struct eg_store *store, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HEAD);
    struct eg_bytes note = EG_BYTES_NONE;
    enum eg_status status = EG_OK;
    uint64_t size = 0, last = 0;
    bool empty = false;

    status = one_row(store, statement, "head", err);
    if (status) {
        goto done;
    }
    empty = sqlite3_column_type(statement, 2) == SQLITE_NULL;
    if (!column_number(&size, statement, 0, INT64_MAX) ||
        !column_blob(&note, statement, 1, 0, EG_RECEIPT_MAX) ||
        (!empty && !column_number(&last, statement, 2, INT64_MAX - 1))) {
        status = eg_store_corrupt(store, err, "the head is malformed");
        goto done;
    }
    if (size != (empty ? 0 : last + 1) || empty != (note.len == 0)) {
        status = eg_store_corrupt(store, err, "the head says %llu entries, the last one is %lld",
                                  (unsigned long long)size, empty ? -1LL : (long long)last);
        goto done;
    }
    if (checkpoint) {
        eg_buf_bytes(checkpoint, note);
        status = eg_buf_ok(checkpoint, store->path, err);
    }
    edge->size = size;
done:
    (void)sqlite3_reset(statement);
    return status;
}

enum eg_status eg_store_head(struct eg_merkle_edge *edge, struct eg_buf *checkpoint,
                             int64_t *last_recorded_at_ms, struct eg_store *store,
                             struct eg_error *err)
{
    struct eg_merkle_edge found = {0};
    size_t before = checkpoint ? checkpoint->len : 0;
    int64_t last_ms = 0;
    sqlite3_stmt *snapshot = eg_store_statement(store, EG_SQL_SNAPSHOT);
    enum eg_status status = eg_store_run(store, snapshot, "reading", err);

    if (status) {
        return status;
    }
    status = read_head(&found, checkpoint, store, err);
    if (!status) {
        status = read_peaks(&found, store, err);
    }
    if (!status) {
        status = read_last_time(&last_ms, store, found.size, err);
    }
    (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    if (status && checkpoint) {
        checkpoint->len = before;
    }
    if (status) {
        return status;
    }
    *edge = found;
    if (last_recorded_at_ms) {
        *last_recorded_at_ms = last_ms;
    }
    return EG_OK;
}

/* ---- entries
 * -----------------------------------------------------------------------------------*/

void eg_stored_done(struct eg_stored *stored)
{
    eg_buf_done(&stored->entry_text);
    eg_buf_done(&stored->receipt);
}

void eg_store_show_below(struct eg_store *store, const _Atomic uint64_t *size)
{
    store->shown_below = size;
}

bool eg_store_shows(const struct eg_store *store, uint64_t index)
{
    return store->shown_below == NULL || index < *store->shown_below;
}

/* Step to the row, copy it out, reset. */
static enum eg_status take_stored(struct eg_stored *out, struct eg_store *store,
                                  sqlite3_stmt *statement, const char *what, struct eg_error *err)
{
    struct eg_stored found = {0};
    struct eg_bytes entry = EG_BYTES_NONE, receipt = EG_BYTES_NONE;
    enum eg_status status = one_row(store, statement, what, err);

    if (status) {
        goto done;
    }
    if (!column_number(&found.index, statement, 0, INT64_MAX) ||
        !column_blob(&entry, statement, 1, 1, EG_ENTRY_MAX) ||
        !column_blob(&receipt, statement, 2, 1, EG_RECEIPT_MAX) ||
        !column_digest(&found.report_digest, statement, 3)) {
        status = eg_store_corrupt(store, err, "entry %lld is malformed",
                                  (long long)sqlite3_column_int64(statement, 0));
        goto done;
    }
    if (!eg_store_shows(store, found.index)) {
        status = eg_error_set(err, EG_E_NOTFOUND, store->path, "the archive has no %s", what);
        goto done;
    }
    eg_buf_init(&found.entry_text, EG_ENTRY_MAX);
    eg_buf_init(&found.receipt, EG_RECEIPT_MAX);
    eg_buf_bytes(&found.entry_text, entry);
    eg_buf_bytes(&found.receipt, receipt);
    status = eg_buf_ok(&found.entry_text, store->path, err);
    if (!status) {
        status = eg_buf_ok(&found.receipt, store->path, err);
    }
    if (status) {
        eg_stored_done(&found);
    } else {
        *out = found;
    }
done:
    (void)sqlite3_reset(statement);
    return status;
}

enum eg_status eg_store_find(struct eg_stored *out, struct eg_store *store,
                             const struct eg_identity *identity,
                             const struct eg_digest *report_digest, struct eg_error *err)
{
    sqlite3_stmt *statement =
        eg_store_statement(store, report_digest ? EG_SQL_FIND_SAME : EG_SQL_FIND);

    (void)sqlite3_bind_text(statement, 1, identity->participant, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, identity->id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)identity->version);
    if (report_digest) {
        bind_key(statement, 4, report_digest);
    }
    return take_stored(out, store, statement, "entry of this identity", err);
}

enum eg_status eg_store_find_content(struct eg_stored *out, struct eg_store *store,
                                     const char *participant, const struct eg_digest *report_digest,
                                     struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_FIND_CONTENT);

    bind_key(statement, 1, report_digest);
    (void)sqlite3_bind_text(statement, 2, participant, -1, SQLITE_STATIC);
    return take_stored(out, store, statement, "entry of this content", err);
}

enum eg_status eg_store_read(struct eg_stored *out, struct eg_store *store, uint64_t index,
                             struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_READ);

    (void)sqlite3_bind_int64(statement, 1, index > INT64_MAX ? -1 : (int64_t)index);
    return take_stored(out, store, statement, "entry of this index", err);
}

enum eg_status eg_store_latest(struct eg_stored *out, struct eg_store *store,
                               enum eg_entry_kind kind, const char *package_id,
                               struct eg_error *err)
{
    sqlite3_stmt *statement =
        eg_store_statement(store, package_id ? EG_SQL_LATEST_NAMED : EG_SQL_LATEST);

    (void)sqlite3_bind_int64(statement, 1, (int64_t)kind);
    if (package_id) {
        (void)sqlite3_bind_text(statement, 2, package_id, -1, SQLITE_STATIC);
    }
    return take_stored(out, store, statement, "entry of this kind", err);
}

enum eg_status eg_store_named_before(struct eg_stored *out, struct eg_store *store,
                                     enum eg_entry_kind kind, const char *package_id,
                                     uint64_t before, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_NAMED_BEFORE);

    (void)sqlite3_bind_int64(statement, 1, (int64_t)kind);
    (void)sqlite3_bind_text(statement, 2, package_id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 3, before > INT64_MAX ? INT64_MAX : (int64_t)before);
    return take_stored(out, store, statement, "entry of this kind and name", err);
}

const char *eg_store_state_name(char out[EG_STATE_NAME_MAX], const struct eg_package_ref *package)
{
    (void)snprintf(out, EG_STATE_NAME_MAX, "%s@%s", package->id, package->version);
    return out;
}

enum eg_status eg_store_latest_state(struct eg_stored *out, struct eg_store *store,
                                     const struct eg_package_ref *package, struct eg_error *err)
{
    char name[EG_STATE_NAME_MAX];

    return eg_store_latest(out, store, EG_ENTRY_PACKAGE, eg_store_state_name(name, package), err);
}

enum eg_status eg_store_by_digest(struct eg_stored *out, struct eg_store *store,
                                  enum eg_entry_kind kind, const struct eg_digest *digest,
                                  struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_BY_DIGEST);

    (void)sqlite3_bind_int64(statement, 1, (int64_t)kind);
    bind_key(statement, 2, digest);
    return take_stored(out, store, statement, "entry with this digest", err);
}

/* ---- contents
 * ----------------------------------------------------------------------------------*/

/* Columns from `at` on: packed, len, octets. */
static enum eg_status take_octets(struct eg_buf *out, struct eg_store *store, sqlite3_stmt *row,
                                  struct eg_error *err)
{
    struct eg_packed packed = {0};
    uint64_t flag = 0;

    if (!column_number(&flag, row, 0, 1) || !column_number(&packed.len, row, 1, INT64_MAX) ||
        !column_blob(&packed.octets, row, 2, 0, SIZE_MAX)) {
        return eg_store_corrupt(store, err, "a content is malformed");
    }
    packed.packed = flag == 1;
    return eg_store_unpack(out, store->unpacker, &packed, store->path, err);
}

enum eg_status eg_store_content(struct eg_buf *octets, struct eg_salt *salt, struct eg_store *store,
                                uint64_t index, enum eg_content_kind kind, unsigned number,
                                struct eg_error *err)
{
    struct eg_bytes found = EG_BYTES_NONE;
    sqlite3_stmt *statement = NULL;
    enum eg_status status = EG_OK;
    int64_t place = 0;

    if (!eg_store_shows(store, index) || !eg_content_place(&place, index, kind, number)) {
        return eg_error_set(err, EG_E_NOTFOUND, store->path, "the archive has no such content");
    }
    statement = eg_store_statement(store, EG_SQL_CONTENT);
    (void)sqlite3_bind_int64(statement, 1, place);
    status = one_row(store, statement, "content of this kind at the entry", err);
    if (!status && !column_blob(&found, statement, 3, EG_SALT_LEN, EG_SALT_LEN)) {
        status = eg_store_corrupt(store, err, "a salt at entry %llu is malformed",
                                  (unsigned long long)index);
    }
    if (!status) {
        status = take_octets(octets, store, statement, err);
    }
    if (!status && salt) {
        memcpy(salt->octets, found.data, EG_SALT_LEN);
    }
    (void)sqlite3_reset(statement);
    return status;
}

enum eg_status eg_store_revocation(struct eg_buf *octets, struct eg_store *store,
                                   const struct eg_digest *digest, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_REVOCATION);
    enum eg_status status = EG_OK;

    bind_key(statement, 1, digest);
    status = one_row(store, statement, "revocation data with this digest", err);
    if (!status) {
        status = take_octets(octets, store, statement, err);
    }
    (void)sqlite3_reset(statement);
    return status;
}

enum eg_status eg_store_node(void *payload, unsigned level, uint64_t index, struct eg_digest *hash,
                             struct eg_error *err)
{
    struct eg_store *store = payload;
    sqlite3_stmt *statement = NULL;
    struct eg_digest found = {0};
    enum eg_status status = EG_OK;
    int64_t place = 0;

    if (!eg_node_place(&place, level, index)) {
        return eg_error_set(err, EG_E_NOTFOUND, store->path, "the tree has no node %u/%llu", level,
                            (unsigned long long)index);
    }
    statement = eg_store_statement(store, EG_SQL_NODE);
    (void)sqlite3_bind_int64(statement, 1, place);
    status = one_row(store, statement, "such tree node", err);
    if (!status && !column_digest(&found, statement, 0)) {
        status = eg_store_corrupt(store, err, "tree node %u/%llu is malformed", level,
                                  (unsigned long long)index);
    }
    if (!status) {
        *hash = found;
    }
    (void)sqlite3_reset(statement);
    return status;
}

/* ---- streams and cursors
 * -----------------------------------------------------------------------*/

static enum eg_status take_cursor(struct eg_cursor *out, struct eg_store *store,
                                  sqlite3_stmt *statement, const char *what, struct eg_error *err)
{
    uint64_t index = 0, number = 0;
    enum eg_status status = one_row(store, statement, what, err);

    if (!status && (!column_number(&index, statement, 0, INT64_MAX) ||
                    !column_number(&number, statement, 1, UINT32_MAX))) {
        status = eg_store_corrupt(store, err, "a cursor is malformed");
    }
    if (!status) {
        *out = (struct eg_cursor){index, (uint32_t)number};
    }
    (void)sqlite3_reset(statement);
    return status;
}

enum eg_status eg_store_next(struct eg_cursor *cursor_out, struct eg_store *store,
                             const char *recipient, const struct eg_cursor *after,
                             struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_NEXT);

    (void)sqlite3_bind_text(statement, 1, recipient, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 2,
                             after->index > INT64_MAX ? INT64_MAX : (int64_t)after->index);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)after->number);
    struct eg_cursor next = {0, 0};
    enum eg_status status =
        take_cursor(&next, store, statement, "further item of this stream", err);
    if (!status && !eg_store_shows(store, next.index)) {
        status = eg_error_set(err, EG_E_NOTFOUND, store->path, "there is no further item yet");
    }
    if (!status) {
        *cursor_out = next;
    }
    return status;
}

enum eg_status eg_store_cursor_get(struct eg_cursor *out, struct eg_store *store,
                                   const char *participant, const char *stream,
                                   struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_CURSOR);

    (void)sqlite3_bind_text(statement, 1, participant, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, stream, -1, SQLITE_STATIC);
    return take_cursor(out, store, statement, "cursor of this follower", err);
}
