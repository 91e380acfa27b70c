/*
 * Facts: what accepted decisions remember, a row for each source and day, so that a correction
 * replaces what its report says and nothing else. The table is kept in the order of plant, package
 * and day: a year of a plant lies on a few neighbouring pages.
 */
#include "archive/store_sqlite.h"

#include "base/limits.h"
#include "base/vector.h"

#include <stdlib.h>
#include <string.h>

/* ---- writing: a decision's facts in parts of one source and day ------------------------------ */

struct part {
    /* of the facts given */
    const char *source, *day;
    struct eg_facts facts;
};

struct parts {
    struct part *list;
    size_t count, capacity;
};

static void parts_done(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        eg_facts_done(&parts->list[i].facts);
    }
    free(parts->list);
}

static struct part *part_of(struct parts *parts, const struct eg_fact *fact)
{
    for (size_t i = parts->count; i > 0; i--) { /* mostly the last one */
        struct part *part = &parts->list[i - 1];
        if (strcmp(part->source, fact->source) == 0 && strcmp(part->day, fact->day) == 0) {
            return part;
        }
    }
    if (EG_VECTOR_RESERVE(parts->list, parts->capacity, parts->count + 1, EG_FACTS_MAX) != EG_OK) {
        return NULL;
    }
    struct part *part = &parts->list[parts->count++];
    *part = (struct part){fact->source, fact->day, {0}};
    return part;
}

static enum eg_status split(struct parts *parts, const struct eg_facts *facts, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (size_t i = 0; !status && i < facts->count; i++) {
        struct part *part = part_of(parts, &facts->list[i]);
        status = part ? eg_facts_put(&part->facts, &facts->list[i], err)
                      : eg_error_set(err, EG_E_NOMEM, "facts", "memory ran out");
    }
    return status;
}

static enum eg_status put_part(struct eg_store *store, const struct eg_record *record,
                               const struct part *part, struct eg_buf *text, struct eg_error *err)
{
    struct eg_packed packed = {0};
    enum eg_status status = eg_facts_write(text, &part->facts, err);

    if (!status) {
        status = eg_store_pack(&packed, store, eg_bytes_view(text), err);
    }
    if (status) {
        return status;
    }
    sqlite3_stmt *row = eg_store_statement(store, EG_SQL_FACTS_PUT);
    const char *const texts[] = {record->plant, record->entry->package.id, part->day, part->source};
    int answer = SQLITE_OK;
    for (int i = 0; i < 4 && answer == SQLITE_OK; i++) {
        answer = sqlite3_bind_text(row, i + 1, texts[i], -1, SQLITE_STATIC);
    }
    const sqlite3_int64 numbers[] = {(sqlite3_int64)record->index, packed.packed,
                                     (sqlite3_int64)packed.len};
    for (int i = 0; i < 3 && answer == SQLITE_OK; i++) {
        answer = sqlite3_bind_int64(row, i + 5, numbers[i]);
    }
    if (answer == SQLITE_OK) {
        answer = sqlite3_bind_blob64(row, 8, packed.octets.data, packed.octets.len, SQLITE_STATIC);
    }
    return answer == SQLITE_OK ? eg_store_run(store, row, "writing", err)
                               : eg_store_failed(store, answer, "writing", err);
}

enum eg_status eg_store_facts_put(struct eg_store *store, const struct eg_record *record,
                                  struct eg_error *err)
{
    struct parts parts = {0};
    struct eg_buf text;
    enum eg_status status = split(&parts, record->remembered, err);

    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
    for (size_t i = 0; !status && i < parts.count; i++) {
        eg_buf_reset(&text);
        status = put_part(store, record, &parts.list[i], &text, err);
    }
    eg_buf_done(&text);
    parts_done(&parts);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Sets of single rows, gathered into one at the end. */
struct sets {
    struct eg_facts *list;
    size_t count, capacity, facts;
    struct eg_buf text;
};

static void sets_done(struct sets *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        eg_facts_done(&sets->list[i]);
    }
    free(sets->list);
    eg_buf_done(&sets->text);
}

static enum eg_status add_set(struct sets *sets, struct eg_facts *set, struct eg_error *err)
{
    if (sets->facts + set->count > EG_FACTS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "facts", "more than %d facts", EG_FACTS_MAX);
    }
    enum eg_status room =
        EG_VECTOR_RESERVE(sets->list, sets->capacity, sets->count + 1, EG_FACTS_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "facts", err);
    }
    sets->facts += set->count;
    sets->list[sets->count++] = *set;
    *set = (struct eg_facts){0};
    return EG_OK;
}

/* A row is what its columns say: facts of one source and day, at least one. */
static bool row_fits(const struct eg_facts *facts, const char *day, const char *source)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->list[i].day, day) != 0 || strcmp(facts->list[i].source, source) != 0) {
            return false;
        }
    }
    return facts->count > 0 && facts->later_count == 0;
}

/* Columns from `at` on: day, source, packed, len, octets. */
static enum eg_status take_row(struct sets *sets, struct eg_store *store, sqlite3_stmt *row, int at,
                               struct eg_error *err)
{
    const char *day = (const char *)sqlite3_column_text(row, at);
    const char *source = (const char *)sqlite3_column_text(row, at + 1);
    struct eg_packed packed = {
        sqlite3_column_int64(row, at + 2) == 1,
        (uint64_t)sqlite3_column_int64(row, at + 3),
        {sqlite3_column_blob(row, at + 4), (size_t)sqlite3_column_bytes(row, at + 4)}};
    struct eg_facts facts = {0};

    eg_buf_reset(&sets->text);
    enum eg_status status =
        eg_store_unpack(&sets->text, store->unpacker, &packed, store->path, err);
    if (!status) {
        status = eg_facts_read(&facts, eg_bytes_view(&sets->text), err);
    }
    if (!status && (!day || !source || !row_fits(&facts, day, source))) {
        status = eg_store_corrupt(store, err, "a row of facts is not what its columns say");
    }
    if (!status) {
        status = add_set(sets, &facts, err);
    }
    eg_facts_done(&facts);
    return status;
}

struct group {
    char day[11];
    char source[EG_ID_MAX + 1];
};

/* The first row of a day and source is the newest; the others were replaced by it. */
static bool begins_group(struct group *group, sqlite3_stmt *row)
{
    const char *day = (const char *)sqlite3_column_text(row, 0);
    const char *source = (const char *)sqlite3_column_text(row, 1);

    if (!day || !source || strlen(day) >= sizeof group->day ||
        strlen(source) >= sizeof group->source) {
        return true; /* taking it says what is wrong */
    }
    if (strcmp(group->day, day) == 0 && strcmp(group->source, source) == 0) {
        return false;
    }
    memcpy(group->day, day, strlen(day) + 1);
    memcpy(group->source, source, strlen(source) + 1);
    return true;
}

static enum eg_status take_rows(struct sets *sets, struct eg_store *store, sqlite3_stmt *rows,
                                struct eg_error *err)
{
    struct group group = {0};
    enum eg_status status = EG_OK;
    int answer = SQLITE_ROW;

    while (!status && (answer = sqlite3_step(rows)) == SQLITE_ROW) {
        if (begins_group(&group, rows)) {
            status = take_row(sets, store, rows, 0, err);
        }
    }
    if (!status && answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading", err);
    }
    (void)sqlite3_reset(rows);
    return status;
}

static sqlite3_int64 index_of(uint64_t index)
{
    return index > INT64_MAX ? INT64_MAX : (sqlite3_int64)index;
}

static void bind_query(sqlite3_stmt *statement, const struct eg_facts_query *query,
                       const char *from, const char *to)
{
    const char *const texts[] = {query->plant, query->package, from, to};

    for (int i = 0; i < 4; i++) {
        (void)sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_STATIC);
    }
    (void)sqlite3_bind_int64(statement, 5, index_of(query->below));
}

static enum eg_status take_later(struct eg_facts *out, struct eg_store *store,
                                 const struct eg_facts_query *query, struct eg_error *err)
{
    sqlite3_stmt *rows = eg_store_statement(store, EG_SQL_FACTS_LATER);
    enum eg_status status = EG_OK;
    int answer = SQLITE_ROW;

    bind_query(rows, query, query->until, query->through);
    while (!status && (answer = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *day = (const char *)sqlite3_column_text(rows, 0);
        status = eg_facts_put_later(out, day ? day : "", err);
    }
    if (!status && answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading", err);
    }
    (void)sqlite3_reset(rows);
    return status;
}

/*
 * Rows never change and newer ones come behind: of the days known, a row not read before replaces
 * what is known of its day and source, and what no such row replaces is in force still.
 */
static enum eg_status read_newer(struct eg_facts *out, struct eg_store *store,
                                 const struct eg_facts_query *query, struct eg_error *err)
{
    struct sets sets = {0};
    sqlite3_stmt *rows = eg_store_statement(store, EG_SQL_FACTS);

    eg_buf_init(&sets.text, EG_FACTS_OCTETS_MAX);
    bind_query(rows, query, query->from, query->until);
    (void)sqlite3_bind_int64(rows, 6, index_of(query->known_below));
    (void)sqlite3_bind_text(rows, 7, query->known_until != NULL ? query->known_until : "", -1,
                            SQLITE_STATIC);
    enum eg_status status = take_rows(&sets, store, rows, err);
    if (!status) {
        status = eg_facts_gather(out, sets.list, sets.count, err);
    }
    sets_done(&sets);
    return status;
}

enum eg_status eg_store_facts_renew(struct eg_facts *facts, struct eg_store *store,
                                    const struct eg_facts_query *query, struct eg_error *err)
{
    struct eg_facts more = {0};
    enum eg_status status = read_newer(&more, store, query, err);

    if (!status) {
        status = eg_facts_renew(facts, query->from, &more, err);
    }
    facts->later_count = 0;
    if (!status) {
        status = take_later(facts, store, query, err);
    }
    eg_facts_done(&more);
    if (status) {
        eg_facts_done(facts);
    }
    return status;
}

enum eg_status eg_store_facts(struct eg_facts *out, struct eg_store *store,
                              const struct eg_facts_query *query, struct eg_error *err)
{
    struct eg_facts facts = {0};
    struct eg_facts_query whole = *query;

    whole.known_until = NULL;
    whole.known_below = 0;
    enum eg_status status = eg_store_facts_renew(&facts, store, &whole, err);
    if (!status) {
        *out = facts;
    }
    return status;
}

enum eg_status eg_store_facts_of(struct eg_facts *out, struct eg_store *store, uint64_t index,
                                 struct eg_error *err)
{
    struct sets sets = {0};
    struct eg_facts facts = {0};
    sqlite3_stmt *rows = eg_store_statement(store, EG_SQL_FACTS_OF);
    enum eg_status status = EG_OK;
    int answer = SQLITE_ROW;

    eg_buf_init(&sets.text, EG_FACTS_OCTETS_MAX);
    (void)sqlite3_bind_int64(rows, 1, index > INT64_MAX ? -1 : (int64_t)index);
    while (!status && (answer = sqlite3_step(rows)) == SQLITE_ROW) {
        status = take_row(&sets, store, rows, 2, err);
    }
    if (!status && answer != SQLITE_DONE) {
        status = eg_store_failed(store, answer, "reading", err);
    }
    (void)sqlite3_reset(rows);
    if (!status && (sets.count == 0 || !eg_store_shows(store, index))) {
        status = eg_error_set(err, EG_E_NOTFOUND, store->path, "entry %llu left no facts behind",
                              (unsigned long long)index);
    }
    if (!status) {
        status = eg_facts_gather(&facts, sets.list, sets.count, err);
    }
    if (!status) {
        *out = facts;
        facts = (struct eg_facts){0};
    }
    eg_facts_done(&facts);
    sets_done(&sets);
    return status;
}

enum eg_status eg_store_size(uint64_t *out, struct eg_store *store, struct eg_error *err)
{
    sqlite3_stmt *row = eg_store_statement(store, EG_SQL_SIZE);
    int answer = sqlite3_step(row);
    sqlite3_int64 size = answer == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;

    (void)sqlite3_reset(row);
    if (answer != SQLITE_ROW || size < 0) {
        return answer == SQLITE_ROW || answer == SQLITE_DONE
                   ? eg_store_corrupt(store, err, "the head is malformed")
                   : eg_store_failed(store, answer, "reading", err);
    }
    uint64_t shown = store->shown_below ? *store->shown_below : UINT64_MAX;
    *out = (uint64_t)size < shown ? (uint64_t)size : shown;
    return EG_OK;
}
