/*
 * The table `held`. Every change is a transaction of its own that begins by taking the write lock,
 * so that writer and tool never decide on a row that the other is about to change. A change that
 * fails is rolled back; the log's own state does not depend on it, so the handle stays good.
 */
#include "archive/store_held.h"

#include "archive/store_sqlite.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

const char *eg_held_state_text(enum eg_held_state state)
{
    static const char *const texts[] = {"breached", "held", "retry", "judging"};
    return texts[state];
}

/* ---- values ------------------------------------------------------------------------------- */

static void bind_blob(int *answer, sqlite3_stmt *statement, int at, struct eg_bytes octets)
{
    if (*answer == SQLITE_OK) {
        *answer = sqlite3_bind_blob64(statement, at, octets.data ? octets.data : (const void *)"",
                                      octets.len, SQLITE_STATIC);
    }
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

static void bind_key(int *answer, sqlite3_stmt *statement, const char *participant,
                     const struct eg_digest *report)
{
    bind_text(answer, statement, 1, participant);
    bind_blob(answer, statement, 2, (struct eg_bytes){report->octets, EG_DIGEST_LEN});
}

static enum eg_status put(struct eg_store *store, sqlite3_stmt *statement, int answer,
                          struct eg_error *err)
{
    return answer == SQLITE_OK ? eg_store_run(store, statement, "changing held reports of", err)
                               : eg_store_failed(store, answer, "changing held reports of", err);
}

/* A text of a row; cut, as the file may have been written by others. */
static void take_text(char *out, size_t out_len, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    (void)snprintf(out, out_len, "%s", text != NULL ? text : "");
}

/* Columns of EG_HELD_ROW. */
static enum eg_status take_row(struct eg_held *out, const struct eg_store *store, sqlite3_stmt *row,
                               struct eg_error *err)
{
    int64_t state = sqlite3_column_int64(row, 2);
    memset(out, 0, sizeof *out);
    if (sqlite3_column_bytes(row, 1) != EG_DIGEST_LEN || state < EG_HELD_BREACHED ||
        state > EG_HELD_JUDGING) {
        return eg_store_corrupt(store, err, "a row of held reports is none of ours");
    }
    take_text(out->participant, sizeof out->participant, row, 0);
    memcpy(out->report.octets, sqlite3_column_blob(row, 1), EG_DIGEST_LEN);
    out->state = (enum eg_held_state)state;
    out->count = (uint32_t)sqlite3_column_int64(row, 3);
    out->first_ms = sqlite3_column_int64(row, 4);
    out->last_ms = sqlite3_column_int64(row, 5);
    out->received_ms = sqlite3_column_int64(row, 6);
    take_text(out->sender, sizeof out->sender, row, 7);
    take_text(out->id, sizeof out->id, row, 8);
    out->version = (uint32_t)sqlite3_column_int64(row, 9);
    take_text(out->plant, sizeof out->plant, row, 10);
    take_text(out->package, sizeof out->package, row, 11);
    take_text(out->code, sizeof out->code, row, 12);
    take_text(out->place, sizeof out->place, row, 13);
    take_text(out->said, sizeof out->said, row, 14);
    out->kept = sqlite3_column_int64(row, 15) != 0;
    out->octets = (uint64_t)sqlite3_column_int64(row, 16);
    return EG_OK;
}

/* The one row of a statement whose values are bound; EG_E_NOTFOUND without text: none. */
static enum eg_status find(struct eg_held *out, struct eg_store *store, sqlite3_stmt *statement,
                           int answer, struct eg_error *err)
{
    enum eg_status status = EG_E_NOTFOUND;
    answer = answer == SQLITE_OK ? sqlite3_step(statement) : answer;
    if (answer == SQLITE_ROW) {
        status = take_row(out, store, statement, err);
    } else if (answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading held reports of", err);
    }
    (void)sqlite3_reset(statement);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------ */

/* An archive of before, open for reading: nothing was ever held in it. */
static bool none_yet(const struct eg_store *store)
{
    return store->version < EG_ARCHIVE_HELD_SINCE;
}

enum eg_status eg_store_held_find(struct eg_held *out, struct eg_store *store,
                                  const char *participant, const struct eg_digest *report,
                                  struct eg_error *err)
{
    int answer = SQLITE_OK;
    if (none_yet(store)) {
        return EG_E_NOTFOUND;
    }
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD);
    bind_key(&answer, statement, participant, report);
    return find(out, store, statement, answer, err);
}

enum eg_status eg_store_held_each(struct eg_store *store,
                                  bool (*each)(void *payload, const struct eg_held *held),
                                  void *payload, struct eg_error *err)
{
    if (none_yet(store)) {
        return EG_OK;
    }
    sqlite3_stmt *rows = eg_store_statement(store, EG_SQL_HELD_ALL);
    enum eg_status status = EG_OK;
    bool more = true;
    int answer = SQLITE_DONE;
    while (more && (answer = sqlite3_step(rows)) == SQLITE_ROW) {
        struct eg_held held;
        status = take_row(&held, store, rows, err);
        more = status == EG_OK && each(payload, &held);
        if (status != EG_OK) {
            goto done;
        }
    }
    if (answer != SQLITE_ROW && answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading held reports of", err);
    }

done:
    (void)sqlite3_reset(rows);
    return status;
}

enum eg_status eg_store_held_count(uint64_t *breached, uint64_t *held, struct eg_store *store,
                                   struct eg_error *err)
{
    if (none_yet(store)) {
        *breached = *held = 0;
        return EG_OK;
    }
    sqlite3_stmt *row = eg_store_statement(store, EG_SQL_HELD_COUNT);
    enum eg_status status = EG_OK;
    int answer = sqlite3_step(row);
    if (answer == SQLITE_ROW) {
        *breached = (uint64_t)sqlite3_column_int64(row, 0);
        *held = (uint64_t)sqlite3_column_int64(row, 1);
    } else {
        status = eg_store_failed(store, answer, "counting held reports of", err);
    }
    (void)sqlite3_reset(row);
    return status;
}

enum eg_status eg_store_held_octets(struct eg_buf *signature, struct eg_buf *report,
                                    struct eg_store *store, const struct eg_held *held,
                                    struct eg_error *err)
{
    if (none_yet(store)) {
        return EG_E_NOTFOUND;
    }
    sqlite3_stmt *row = eg_store_statement(store, EG_SQL_HELD_OCTETS);
    enum eg_status status = EG_E_NOTFOUND;
    int answer = SQLITE_OK;
    bind_key(&answer, row, held->participant, &held->report);
    answer = answer == SQLITE_OK ? sqlite3_step(row) : answer;
    if (answer == SQLITE_ROW) {
        const struct eg_packed packed = {
            sqlite3_column_int64(row, 0) != 0,
            (uint64_t)sqlite3_column_int64(row, 1),
            {sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2)}};
        status = eg_store_unpack(report, store->unpacker, &packed, store->path, err);
        eg_buf_add(signature, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
        status = status == EG_OK ? eg_buf_ok(signature, store->path, err) : status;
    } else if (answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading held reports of", err);
    }
    (void)sqlite3_reset(row);
    return status;
}

/* The writer's lock (store.c) is looked up, not tried: a try could be in a gateway's way. */
bool eg_store_has_writer(const char *path)
{
    char *lock = NULL;
    char *line = NULL;
    size_t room = 0;
    struct stat info = {0};
    bool found = false;
    FILE *locks = fopen("/proc/locks", "re");
    bool there = asprintf(&lock, "%s-lock", path) >= 0 && stat(lock, &info) == 0;
    while (there && locks != NULL && !found && getline(&line, &room, locks) >= 0) {
        unsigned major = 0, minor = 0;
        unsigned long long inode = 0;
        found =
            sscanf(line, "%*u: FLOCK ADVISORY WRITE %*d %x:%x:%llu", &major, &minor, &inode) == 3 &&
            inode == info.st_ino && makedev(major, minor) == info.st_dev;
    }
    if (locks != NULL) {
        (void)fclose(locks);
    }
    free(lock);
    free(line);
    return found;
}

/* ---- transactions ------------------------------------------------------------------------- */

static enum eg_status begin(struct eg_store *store, struct eg_error *err)
{
    if (!store->writing && !store->amending) {
        return eg_error_set(err, EG_E_STATE, store->path, "the archive is open for reading only");
    }
    enum eg_status status = store->writing ? eg_store_in_place(store, err) : EG_OK;
    if (status != EG_OK) {
        return status;
    }
    return eg_store_run(store, eg_store_statement(store, EG_SQL_BEGIN), "locking", err);
}

/* Commit what has gone well, else roll back; the first failure is the one told. */
static enum eg_status finish(struct eg_store *store, enum eg_status status, struct eg_error *err)
{
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_run(store, eg_store_statement(store, EG_SQL_COMMIT), "committing to", err);

done:
    if (status != EG_OK && !sqlite3_get_autocommit(store->db)) {
        enum eg_status rolled =
            eg_store_run(store, eg_store_statement(store, EG_SQL_ROLLBACK), "rolling back", NULL);
        (void)rolled; /* what failed first is told */
    }
    return status;
}

/* ---- a breach ----------------------------------------------------------------------------- */

struct room {
    int64_t rows;
    double octets;
};

/* Of one participant, or of all (""). */
static enum eg_status ask_room(struct room *out, struct eg_store *store, const char *participant,
                               struct eg_error *err)
{
    sqlite3_stmt *row = eg_store_statement(store, EG_SQL_HELD_ROOM);
    enum eg_status status = EG_OK;
    int answer = SQLITE_OK;
    bind_text(&answer, row, 1, participant);
    answer = answer == SQLITE_OK ? sqlite3_step(row) : answer;
    if (answer == SQLITE_ROW) {
        *out = (struct room){sqlite3_column_int64(row, 0), sqlite3_column_double(row, 1)};
    } else {
        status = eg_store_failed(store, answer, "counting held reports of", err);
    }
    (void)sqlite3_reset(row);
    return status;
}

/* Room for one more row, if need be that of the oldest which is only breached. */
static enum eg_status make_room(struct room *out, struct eg_store *store, const char *participant,
                                int64_t most, struct eg_error *err)
{
    enum eg_status status = ask_room(out, store, participant, err);
    if (status != EG_OK || out->rows < most) {
        return status;
    }
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_OLDEST);
    int answer = SQLITE_OK;
    bind_text(&answer, statement, 1, participant);
    EG_TRY(put(store, statement, answer, err));
    if (sqlite3_changes(store->db) == 0) {
        return eg_error_set(err, EG_E_LIMIT, "held",
                            "the list of held reports is full (%lld%s); retry or release some",
                            (long long)most, participant[0] != '\0' ? " of one participant" : "");
    }
    return ask_room(out, store, participant, err);
}

static enum eg_status insert(struct eg_store *store, const struct eg_held *held,
                             struct eg_bytes signature, struct eg_bytes report,
                             struct eg_error *err)
{
    struct room all = {0}, own = {0};
    struct eg_packed packed = {0};
    EG_TRY(make_room(&own, store, held->participant, EG_HELD_OF_PARTICIPANT_MAX, err));
    EG_TRY(make_room(&all, store, "", EG_HELD_MAX, err));
    EG_TRY(eg_store_pack(&packed, store, report, err));
    double more = (double)(packed.octets.len + signature.len);
    bool kept = all.octets + more <= (double)EG_HELD_OCTETS_MAX &&
                own.octets + more <= (double)EG_HELD_OCTETS_OF_PARTICIPANT_MAX;
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_PUT);
    int answer = SQLITE_OK;
    bind_key(&answer, statement, held->participant, &held->report);
    bind_number(&answer, statement, 3, EG_HELD_BREACHED);
    bind_number(&answer, statement, 4, 1);
    bind_number(&answer, statement, 5, held->last_ms);
    bind_number(&answer, statement, 6, held->last_ms);
    bind_number(&answer, statement, 7, held->received_ms);
    bind_text(&answer, statement, 8, held->sender);
    bind_text(&answer, statement, 9, held->id);
    bind_number(&answer, statement, 10, held->version);
    bind_text(&answer, statement, 11, held->plant);
    bind_text(&answer, statement, 12, held->package);
    bind_text(&answer, statement, 13, held->code);
    bind_text(&answer, statement, 14, held->place);
    bind_text(&answer, statement, 15, held->said);
    bind_number(&answer, statement, 16, kept);
    bind_number(&answer, statement, 17, packed.packed);
    bind_number(&answer, statement, 18, (int64_t)packed.len);
    bind_blob(&answer, statement, 19, kept ? signature : (struct eg_bytes){NULL, 0});
    bind_blob(&answer, statement, 20, kept ? packed.octets : (struct eg_bytes){NULL, 0});
    return put(store, statement, answer, err);
}

static enum eg_status count_again(struct eg_store *store, const struct eg_held *held,
                                  struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_AGAIN);
    int answer = SQLITE_OK;
    bind_key(&answer, statement, held->participant, &held->report);
    bind_number(&answer, statement, 3, held->last_ms);
    bind_text(&answer, statement, 4, held->id);
    bind_number(&answer, statement, 5, held->version);
    bind_text(&answer, statement, 6, held->plant);
    bind_text(&answer, statement, 7, held->package);
    bind_text(&answer, statement, 8, held->code);
    bind_text(&answer, statement, 9, held->place);
    bind_text(&answer, statement, 10, held->said);
    return put(store, statement, answer, err);
}

enum eg_status eg_store_held_breach(struct eg_held *out, struct eg_store *store,
                                    const struct eg_held *breach, struct eg_bytes signature,
                                    struct eg_bytes report, struct eg_error *err)
{
    struct eg_held now = {0};
    enum eg_status status = begin(store, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_store_held_find(&now, store, breach->participant, &breach->report, err);
    if (status == EG_OK) {
        status = count_again(store, breach, err);
    } else if (status == EG_E_NOTFOUND) {
        status = insert(store, breach, signature, report, err);
    }
    if (status == EG_OK) {
        status = eg_store_held_find(&now, store, breach->participant, &breach->report, err);
    }
    status = finish(store, status, err);
    if (store->packed.capacity > EG_PACK_KEEP) {
        eg_store_pack_reset(store);
    }
    if (status != EG_OK) {
        return status;
    }
    *out = now;
    return EG_OK;
}

/* ---- judging again ------------------------------------------------------------------------ */

enum eg_status eg_store_held_next(struct eg_held *out, struct eg_buf *signature,
                                  struct eg_buf *report, struct eg_store *store,
                                  struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_NEXT);
    int answer = SQLITE_OK;
    bind_number(&answer, statement, 1, EG_HELD_RETRY);
    enum eg_status status = find(out, store, statement, answer, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_store_held_octets(signature, report, store, out, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_digest digest = eg_hash(eg_bytes_view(report));
    status = eg_digest_equal(&digest, &out->report)
                 ? EG_OK
                 : eg_store_corrupt(store, err, "a held report is not the one it was");

done:
    return status == EG_E_NOTFOUND
               ? eg_store_corrupt(store, err, "a held report to be judged has no octets")
               : status;
}

static enum eg_status put_state(struct eg_store *store, const char *participant,
                                const struct eg_digest *report, enum eg_held_state state,
                                struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_STATE);
    int answer = SQLITE_OK;
    bind_key(&answer, statement, participant, report);
    bind_number(&answer, statement, 3, state);
    return put(store, statement, answer, err);
}

enum eg_status eg_store_held_begin(struct eg_store *store, const struct eg_held *held,
                                   struct eg_error *err)
{
    struct eg_held now = {0};
    enum eg_status status = begin(store, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_store_held_find(&now, store, held->participant, &held->report, err);
    if (status != EG_OK) {
        goto done;
    }
    if (now.state != EG_HELD_RETRY) {
        status = eg_error_set(err, EG_E_STATE, "held", "nobody asks for it any more");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = put_state(store, held->participant, &held->report, EG_HELD_JUDGING, err);

done:
    return finish(store, status, err);
}

enum eg_status eg_store_held_stop(struct eg_store *store, int64_t at_ms, const char *code,
                                  const char *place, const char *said, struct eg_error *err)
{
    enum eg_status status = begin(store, err);
    if (status != EG_OK) {
        return status;
    }
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_BACK);
    int answer = SQLITE_OK;
    bind_number(&answer, statement, 1, at_ms);
    bind_text(&answer, statement, 2, code);
    bind_text(&answer, statement, 3, place);
    bind_text(&answer, statement, 4, said);
    return finish(store, put(store, statement, answer, err), err);
}

static enum eg_status end_row(struct eg_store *store, const char *participant,
                              const struct eg_digest *report, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_store_statement(store, EG_SQL_HELD_END);
    int answer = SQLITE_OK;
    bind_key(&answer, statement, participant, report);
    return put(store, statement, answer, err);
}

enum eg_status eg_store_held_recorded(struct eg_store *store, const struct eg_record *record,
                                      struct eg_error *err)
{
    return record->entry->kind == EG_ENTRY_SUBMISSION
               ? end_row(store, record->entry->identity.participant, &record->report_digest, err)
               : EG_OK;
}

/* ---- a person's tool ---------------------------------------------------------------------- */

static enum eg_status find_or_say(struct eg_held *out, struct eg_store *store,
                                  const char *participant, const struct eg_digest *report,
                                  struct eg_error *err)
{
    enum eg_status status = eg_store_held_find(out, store, participant, report, err);
    return status == EG_E_NOTFOUND
               ? eg_error_set(err, EG_E_NOTFOUND, "held", "no such report is held (any more)")
               : status;
}

enum eg_status eg_store_held_retry(struct eg_store *store, const char *participant,
                                   const struct eg_digest *report, struct eg_error *err)
{
    struct eg_held now = {0};
    enum eg_status status = begin(store, err);
    if (status != EG_OK) {
        return status;
    }
    status = find_or_say(&now, store, participant, report, err);
    if (status == EG_OK && !now.kept) {
        status = eg_error_set(err, EG_E_STATE, "held",
                              "there was no room to keep this report; release it, and have its "
                              "sender send it again");
    } else if (status == EG_OK && now.state > EG_HELD_HELD) {
        status = eg_error_set(err, EG_E_STATE, "held", "it is to be judged again already");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = put_state(store, participant, report, EG_HELD_RETRY, err);

done:
    return finish(store, status, err);
}

enum eg_status eg_store_held_release(struct eg_store *store, const char *participant,
                                     const struct eg_digest *report, struct eg_error *err)
{
    struct eg_held now = {0};
    enum eg_status status = begin(store, err);
    if (status != EG_OK) {
        return status;
    }
    status = find_or_say(&now, store, participant, report, err);
    if (status != EG_OK) {
        goto done;
    }
    status = end_row(store, participant, report, err);

done:
    return finish(store, status, err);
}
