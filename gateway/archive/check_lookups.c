/*
 * History and look-ups: conditions 11 and 12. What a gateway finds by its indexes and streams must
 * be what the entries themselves say, or it could be made to answer with another's receipt.
 */
#include "archive/check_inside.h"

#include "core/finding.h"

#include <string.h>

/* ---- condition 11
 * ------------------------------------------------------------------------------*/

/* The findings say "identity taken". Unreadable findings were told of before. */
static bool says_taken(struct eg_bytes text)
{
    struct eg_findings_text read = {.has_package = false};
    bool taken = false;
    struct eg_error unused = {0};

    if (eg_findings_read(&read, text, &unused) != EG_OK) {
        return false;
    }
    for (size_t i = 0; i < read.findings.count; i++) {
        if (strcmp(read.findings.list[i].rule, EG_RULE_IDENTITY_TAKEN) == 0) {
            taken = true;
        }
    }
    eg_findings_text_done(&read);
    return taken;
}

static void bind_identity(sqlite3_stmt *statement, const struct eg_identity *identity)
{
    (void)sqlite3_bind_text(statement, 1, identity->participant, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, identity->id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)identity->version);
}

static enum eg_status check_identity(struct eg_checker *checker, struct eg_error *err)
{
    const struct eg_entry *entry = &checker->entry;
    uint64_t index = checker->row.index;
    sqlite3_stmt *first = eg_check_statement(checker, EG_CHECK_FIRST);
    sqlite3_stmt *same = eg_check_statement(checker, EG_CHECK_SAME);
    int64_t first_index = 0, same_count = 0;
    bool taken = says_taken(eg_bytes_view(&checker->contents[EG_CONTENT_FINDINGS]));
    enum eg_status status = EG_OK;

    bind_identity(first, &entry->identity);
    status = eg_check_number(&first_index, checker, first, err);
    bind_identity(same, &entry->identity);
    eg_check_bind_digest(same, 4, &checker->row.report_digest);
    (void)sqlite3_bind_int64(same, 5, (int64_t)index);
    if (!status) {
        status = eg_check_number(&same_count, checker, same, err);
    }
    if (status) {
        return status;
    }
    if (same_count > 0) {
        eg_check_found(checker, index, 11,
                       "the same report was recorded before under its identity");
    } else if (first_index >= 0 && (uint64_t)first_index < index && (entry->accepted || !taken)) {
        eg_check_found(checker, index, 11,
                       "entry %lld has this identity, but this one is not rejected for it",
                       (long long)first_index);
    } else if (taken && (first_index < 0 || (uint64_t)first_index >= index)) {
        eg_check_found(checker, index, 11,
                       "rejected because its identity is taken, but no earlier entry has it");
    }
    return EG_OK;
}

/* Forms and semantics numbers only rise. */
static void check_generation(struct eg_checker *checker)
{
    const struct eg_entry *entry = &checker->entry;
    uint64_t index = checker->row.index;
    bool numbered = entry->kind == EG_ENTRY_SUBMISSION || entry->kind == EG_ENTRY_PERIOD ||
                    entry->kind == EG_ENTRY_BREAK;

    if (entry->form < checker->last_form) {
        eg_check_found(checker, index, 11, "of an earlier form than the entry that precedes it");
    } else if (entry->form > checker->last_form && checker->last_form > 0 &&
               entry->kind != EG_ENTRY_BREAK) {
        eg_check_found(checker, index, 11, "of a new form, which no break entry begins");
    }
    if (numbered && entry->semantics < checker->last_semantics) {
        eg_check_found(checker, index, 11,
                       "of semantics %u, but an entry before it is of semantics %u",
                       (unsigned)entry->semantics, (unsigned)checker->last_semantics);
    }
    if (checker->proved) { /* what is made up would blame the entries after it */
        checker->last_form = entry->form;
        checker->last_semantics = numbered && entry->semantics > checker->last_semantics
                                      ? entry->semantics
                                      : checker->last_semantics;
    }
}

/* Condition 16. Findings that can not be read were told of before, by the rerun. */
static void check_counts(struct eg_checker *checker)
{
    const struct eg_entry *entry = &checker->entry;
    struct eg_findings_text read = {.has_package = false};
    struct eg_error unused = {0};

    if (!entry->has_findings || entry->other_count > 0 ||
        eg_findings_read(&read, eg_bytes_view(&checker->contents[EG_CONTENT_FINDINGS]), &unused) !=
            EG_OK) {
        return;
    }
    if (read.counted != (entry->form > 1)) {
        eg_check_found(checker, checker->row.index, 16, "its findings are %s, unlike the entry",
                       read.counted ? "counted" : "not counted");
    } else if (read.counted &&
               memcmp(&read.judged.counts, &entry->counts, sizeof entry->counts) != 0) {
        eg_check_found(checker, checker->row.index, 16, "its counts are not those of its findings");
    }
    eg_findings_text_done(&read);
}

enum eg_status eg_check_history(struct eg_checker *checker, struct eg_error *err)
{
    const struct eg_entry *entry = &checker->entry;

    if (entry->recorded_at_ms < checker->last_recorded_ms) {
        eg_check_found(checker, checker->row.index, 11,
                       "recorded before the entry that precedes it");
    } else if (checker->proved) { /* a time made up would blame the entries after it */
        checker->last_recorded_ms = entry->recorded_at_ms;
    }
    check_generation(checker);
    if (entry->kind != EG_ENTRY_SUBMISSION) {
        return EG_OK;
    }
    check_counts(checker);
    if (entry->received_at_ms - entry->recorded_at_ms > EG_SIGNING_TIME_AHEAD_MS) {
        eg_check_found(checker, checker->row.index, 11, "received after it was recorded");
    }
    return check_identity(checker, err);
}

/* ---- condition 12
 * ------------------------------------------------------------------------------*/

static bool columns_fit(const struct eg_checker *checker, sqlite3_stmt *row)
{
    const struct eg_entry *entry = &checker->entry;
    bool submission = entry->kind == EG_ENTRY_SUBMISSION;
    const struct eg_digest *named = NULL;
    struct eg_bytes digest = EG_BYTES_NONE;
    char name[EG_STATE_NAME_MAX];

    if (entry->has_state) {
        named = &checker->row.report_digest;
    } else if (entry->kind == EG_ENTRY_PACKAGE) {
        named = &entry->package.digest;
    } else if (entry->kind == EG_ENTRY_DIRECTORY) {
        named = &entry->directory;
    } else if (entry->kind == EG_ENTRY_KEY) {
        named = &checker->row.report_digest;
    }
    if (!eg_check_number_is(row, 1, (int64_t)entry->kind) ||
        !eg_check_text_is(row, 2, submission ? entry->identity.participant : NULL) ||
        !eg_check_text_is(row, 3, submission ? entry->identity.id : NULL) ||
        !eg_check_text_is(row, 5,
                          entry->has_state ? eg_store_state_name(name, &entry->package)
                          : entry->kind == EG_ENTRY_PACKAGE ? entry->package.id
                                                            : NULL) ||
        !eg_check_number_is(row, 7, entry->recorded_at_ms)) {
        return false;
    }
    if (submission ? !eg_check_number_is(row, 4, (int64_t)entry->identity.version)
                   : sqlite3_column_type(row, 4) != SQLITE_NULL) {
        return false;
    }
    if (!named) {
        return sqlite3_column_type(row, 6) == SQLITE_NULL;
    }
    return eg_check_blob(&digest, row, 6) && digest.len == EG_DIGEST_LEN &&
           memcmp(digest.data, named->octets, EG_DIGEST_LEN) == 0;
}

static enum eg_status check_streams(struct eg_checker *checker, struct eg_error *err)
{
    for (size_t i = 0; i < checker->entry.notification_count; i++) {
        const char *recipient = checker->entry.notifications[i].recipient;
        sqlite3_stmt *statement = eg_check_statement(checker, EG_CHECK_STREAM);
        int64_t count = 0;
        enum eg_status status = EG_OK;

        (void)sqlite3_bind_text(statement, 1, recipient, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 2, (int64_t)checker->row.index);
        (void)sqlite3_bind_int64(statement, 3, (int64_t)i + 1);
        status = eg_check_number(&count, checker, statement, err);
        if (status) {
            return status;
        }
        if (count != 1) {
            eg_check_found(checker, checker->row.index, 12,
                           "notification %zu is not in the stream of %s", i + 1, recipient);
        }
    }
    checker->notifications += checker->entry.notification_count;
    return EG_OK;
}

/* An entry that is gone or unreadable is a finding; its items in the streams are not another. */
enum eg_status eg_check_lost_streams(struct eg_checker *checker, uint64_t index,
                                     struct eg_error *err)
{
    sqlite3_stmt *statement = eg_check_statement(checker, EG_CHECK_STREAMS_OF);
    int64_t count = 0;
    enum eg_status status = EG_OK;

    (void)sqlite3_bind_int64(statement, 1, (int64_t)index);
    status = eg_check_number(&count, checker, statement, err);
    if (!status) {
        checker->notifications += (uint64_t)count;
    }
    return status;
}

enum eg_status eg_check_lookups(struct eg_checker *checker, sqlite3_stmt *row, struct eg_error *err)
{
    struct eg_digest digest = eg_hash(eg_bytes_view(&checker->contents[EG_CONTENT_REPORT]));

    if (!columns_fit(checker, row)) {
        eg_check_found(checker, checker->row.index, 12,
                       "what the archive finds the entry by is not what the entry says");
    }
    if (!checker->row.has_report_digest) {
        eg_check_found(checker, checker->row.index, 12,
                       "the plain digest of the report is not one");
    } else if (checker->fitting & 1U << EG_CONTENT_REPORT &&
               !eg_digest_equal(&digest, &checker->row.report_digest)) {
        eg_check_found(checker, checker->row.index, 12,
                       "the plain digest kept is not that of the report");
    }
    return check_streams(checker, err);
}

/* ---- after the last entry
 * ----------------------------------------------------------------------*/

static enum eg_status check_count(struct eg_checker *checker, enum eg_check_sql which,
                                  uint64_t bound, uint64_t expected, unsigned condition,
                                  const char *what, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_check_statement(checker, which);
    int64_t count = 0;
    enum eg_status status = EG_OK;

    if (sqlite3_bind_parameter_count(statement) > 0) {
        (void)sqlite3_bind_int64(statement, 1, (int64_t)bound);
    }
    status = eg_check_number(&count, checker, statement, err);
    if (!status && (uint64_t)count != expected) {
        eg_check_found(checker, UINT64_MAX, condition, "%s: %lld, not %llu", what, (long long)count,
                       (unsigned long long)expected);
    }
    return status;
}

/* Do SQLite's indexes agree with its tables? */
static enum eg_status check_integrity(struct eg_checker *checker, struct eg_error *err)
{
    sqlite3_stmt *rows = eg_check_statement(checker, EG_CHECK_INTEGRITY);
    enum eg_status status = EG_OK;
    bool row = true;

    while (!status && row) {
        status = eg_check_step(&row, checker, rows, err);
        if (!status && row && !eg_check_text_is(rows, 0, "ok")) {
            eg_check_found(checker, UINT64_MAX, 12, "the database is damaged: %.300s",
                           sqlite3_column_text(rows, 0) ? (const char *)sqlite3_column_text(rows, 0)
                                                        : "");
        }
    }
    (void)sqlite3_reset(rows);
    return status;
}

enum eg_status eg_check_leftovers(struct eg_checker *checker, struct eg_error *err)
{
    uint64_t size = checker->edge.size, nodes = 0;
    enum eg_status status = EG_OK;

    for (unsigned level = 0; level < EG_MERKLE_LEVELS; level++) {
        nodes += size >> level;
    }
    status = check_count(checker, EG_CHECK_NODES, 0, nodes - checker->nodes_missing, 2,
                         "tree nodes kept", err);
    if (!status) {
        status = check_count(checker, EG_CHECK_STRAY_CONTENTS, size * EG_CONTENT_SLOTS, 0, 12,
                             "contents of no entry", err);
    }
    if (!status) {
        status = check_count(checker, EG_CHECK_STRAY_FACTS, size, 0, 14, "facts of no entry", err);
    }
    if (!status) {
        status = check_count(checker, EG_CHECK_STREAMS, 0, checker->notifications, 12,
                             "items in the streams", err);
    }
    if (!status) {
        status =
            check_count(checker, EG_CHECK_WILD_CURSORS, size, 0, 12, "cursors beyond the log", err);
    }
    if (!status) {
        status = check_integrity(checker, err);
    }
    return status;
}
