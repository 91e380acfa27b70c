/*
 * Contents: conditions 4, 5 and 6 (each is what its salted digest in the entry says, none is
 * missing, none is there that the entry does not name), and of 9 what digests alone can tell.
 */
#include "archive/check_inside.h"

#include <string.h>

/* What the entry says of one slot. */
struct slot {
    unsigned condition;
    const char *name;
    /* NULL: the entry names no such content */
    const struct eg_digest *digest;
};

static struct slot slot_of(const struct eg_entry *entry, unsigned at)
{
    switch (at) {
    case EG_CONTENT_REPORT:
        return (struct slot){4, "report", entry->has_report ? &entry->report : NULL};
    case EG_CONTENT_SIGNATURE:
        return (struct slot){5, "signature", entry->has_signature ? &entry->signature : NULL};
    case EG_CONTENT_PARAMETERS:
        return (struct slot){6, "parameters", entry->has_parameters ? &entry->parameters : NULL};
    case EG_CONTENT_FACTS:
        return (struct slot){6, "facts", entry->has_facts ? &entry->facts : NULL};
    case EG_CONTENT_FINDINGS:
        return (struct slot){6, "findings", entry->has_findings ? &entry->findings : NULL};
    default:
        break;
    }
    if (at < EG_CONTENT_SLOT_NOTIFICATION ||
        at - EG_CONTENT_SLOT_NOTIFICATION >= entry->notification_count) {
        return (struct slot){6, "content without a name", NULL};
    }
    return (struct slot){6, "notification",
                         &entry->notifications[at - EG_CONTENT_SLOT_NOTIFICATION].digest};
}

enum eg_status eg_check_octets(struct eg_buf *out, bool *good, struct eg_checker *checker,
                               sqlite3_stmt *row, int at, struct eg_error *why)
{
    struct eg_packed packed = {0};
    enum eg_status status = EG_OK;
    int64_t flag = sqlite3_column_int64(row, at), len = sqlite3_column_int64(row, at + 1);

    *good = false;
    eg_buf_reset(out);
    if (sqlite3_column_type(row, at) != SQLITE_INTEGER || flag < 0 || flag > 1 ||
        sqlite3_column_type(row, at + 1) != SQLITE_INTEGER || len < 0 ||
        !eg_check_blob(&packed.octets, row, at + 2)) {
        (void)eg_error_set(why, EG_E_FORMAT, NULL, "its row is malformed");
        return EG_OK;
    }
    packed.packed = flag == 1;
    packed.len = (uint64_t)len;
    status = eg_store_unpack(out, checker->store->unpacker, &packed, checker->store->path, why);
    *good = status == EG_OK;
    return status == EG_E_NOMEM ? status : EG_OK;
}

static enum eg_status check_row(struct eg_checker *checker, sqlite3_stmt *row, struct eg_error *err)
{
    uint64_t index = checker->row.index;
    unsigned at = (unsigned)(sqlite3_column_int64(row, 0) - (int64_t)(index * EG_CONTENT_SLOTS));
    struct slot slot = slot_of(&checker->entry, at);
    struct eg_bytes salt = EG_BYTES_NONE;
    struct eg_salt used = {0};
    struct eg_digest digest = {0};
    struct eg_error why = {0};
    bool good = false;
    enum eg_status status = EG_OK;

    if (!slot.digest) {
        eg_check_found(checker, index, slot.condition, "%s is there, but the entry names none",
                       slot.name);
        return EG_OK;
    }
    status = eg_check_octets(&checker->contents[at], &good, checker, row, 2, &why);
    if (status) {
        if (err) {
            *err = why;
        }
        return status;
    }
    checker->present |= 1U << at;
    if (!good || !eg_check_blob(&salt, row, 1) || salt.len != EG_SALT_LEN) {
        eg_check_found(checker, index, slot.condition, "%s can not be read: %s", slot.name,
                       good ? "its salt is malformed" : why.text);
        return EG_OK;
    }
    memcpy(used.octets, salt.data, EG_SALT_LEN);
    digest = eg_hash_salted(&used, eg_bytes_view(&checker->contents[at]));
    if (!eg_digest_equal(&digest, slot.digest)) {
        eg_check_found(checker, index, slot.condition, "%s differs from its digest", slot.name);
        return EG_OK;
    }
    checker->fitting |= 1U << at;
    return EG_OK;
}

enum eg_status eg_check_contents(struct eg_checker *checker, struct eg_error *err)
{
    sqlite3_stmt *rows = eg_check_statement(checker, EG_CHECK_CONTENTS);
    enum eg_status status = EG_OK;
    bool row = false;

    checker->present = 0;
    checker->fitting = 0;
    for (size_t i = 0; i < EG_CONTENT_SLOTS; i++) { /* nothing of the entry before may stay */
        eg_buf_reset(&checker->contents[i]);
    }
    (void)sqlite3_bind_int64(rows, 1, (int64_t)(checker->row.index * EG_CONTENT_SLOTS));
    for (;;) {
        status = eg_check_step(&row, checker, rows, err);
        if (!status && row) {
            status = check_row(checker, rows, err);
        }
        if (status || !row) {
            break;
        }
    }
    (void)sqlite3_reset(rows);
    for (unsigned at = 0; !status && at < EG_CONTENT_SLOTS; at++) {
        struct slot slot = slot_of(&checker->entry, at);

        if (slot.digest && !(checker->present & 1U << at)) {
            eg_check_found(checker, checker->row.index, slot.condition, "%s is missing", slot.name);
        }
    }
    return status;
}

/* ---- condition 9
 * -------------------------------------------------------------------------------*/

static enum eg_status check_earlier(struct eg_checker *checker, enum eg_entry_kind kind,
                                    const char *name, const struct eg_digest *digest,
                                    struct eg_error *err)
{
    sqlite3_stmt *statement = eg_check_statement(checker, EG_CHECK_EARLIER);
    int64_t count = 0;
    enum eg_status status = EG_OK;

    (void)sqlite3_bind_int64(statement, 1, (int64_t)kind);
    eg_check_bind_digest(statement, 2, digest);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)checker->row.index);
    status = eg_check_number(&count, checker, statement, err);
    if (!status && count < 1) {
        eg_check_found(checker, checker->row.index, 9,
                       "the %s named was not recorded before this entry", name);
    }
    return status;
}

static enum eg_status check_revocation(struct eg_checker *checker, struct eg_error *err)
{
    sqlite3_stmt *statement = NULL;
    struct eg_buf octets = {0};
    struct eg_error why = {0};
    struct eg_digest digest = {0};
    enum eg_status status = EG_OK;
    bool row = false, good = false;

    if (checker->has_revocation &&
        eg_digest_equal(&checker->revocation, &checker->entry.revocation)) {
        return EG_OK;
    }
    eg_buf_init(&octets, 2 * EG_PACKAGE_OCTETS_MAX);
    statement = eg_check_statement(checker, EG_CHECK_REVOCATION);
    eg_check_bind_digest(statement, 1, &checker->entry.revocation);
    status = eg_check_step(&row, checker, statement, err);
    if (!status && row) {
        status = eg_check_octets(&octets, &good, checker, statement, 0, &why);
    }
    (void)sqlite3_reset(statement);
    if (!status) {
        digest = eg_hash(eg_bytes_view(&octets));
        good = good && eg_digest_equal(&digest, &checker->entry.revocation);
        checker->has_revocation = good;
        checker->revocation = digest;
        if (!good) {
            eg_check_found(checker, checker->row.index, 9, "the revocation data named is %s",
                           row ? "damaged" : "missing");
        }
    }
    eg_buf_done(&octets);
    return status;
}

enum eg_status eg_check_named(struct eg_checker *checker, struct eg_error *err)
{
    const struct eg_entry *entry = &checker->entry;
    struct eg_digest digest = {0};
    enum eg_status status = EG_OK;

    if (entry->kind == EG_ENTRY_DIRECTORY) {
        digest = eg_hash(eg_bytes_view(&checker->contents[EG_CONTENT_REPORT]));
        if (!entry->has_directory || !eg_digest_equal(&digest, &entry->directory)) {
            eg_check_found(checker, checker->row.index, 9,
                           "the directory recorded is not the one that the entry names");
        }
    } else if (entry->has_directory) {
        status = check_earlier(checker, EG_ENTRY_DIRECTORY, "directory", &entry->directory, err);
    }
    if (!status && (entry->kind != EG_ENTRY_PACKAGE || entry->has_state) && entry->has_package) {
        status = check_earlier(checker, EG_ENTRY_PACKAGE, "package", &entry->package.digest, err);
    }
    if (!status && entry->has_revocation) {
        status = check_revocation(checker, err);
    }
    return status;
}
