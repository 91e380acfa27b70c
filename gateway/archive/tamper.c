/*
 * Reads a report out, flips a bit, writes it back compressed: a forger who knows the file.
 */
#include "archive/tamper.h"
#include "archive/store_sqlite.h"

static enum eg_status put_back(struct eg_store *store, uint64_t index, struct eg_bytes octets,
                               struct eg_error *err)
{
    struct eg_packed packed;
    sqlite3_stmt *statement = NULL;
    int64_t place = 0;
    enum eg_status status = eg_store_pack(&packed, store, octets, err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_content_place(&place, index, EG_CONTENT_REPORT, 0)) {
        return eg_error_set(err, EG_E_NOTFOUND, store->path, "no such entry");
    }
    const char *sql = "UPDATE contents SET packed = ?2, len = ?3, octets = ?4 WHERE place = ?1";
    int answer = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (answer == SQLITE_OK) {
        (void)sqlite3_bind_int64(statement, 1, place);
        (void)sqlite3_bind_int64(statement, 2, packed.packed);
        (void)sqlite3_bind_int64(statement, 3, (int64_t)packed.len);
        (void)sqlite3_bind_blob64(statement, 4, packed.octets.data, packed.octets.len,
                                  SQLITE_STATIC);
        answer = sqlite3_step(statement);
    }
    status = answer == SQLITE_DONE ? EG_OK : eg_store_failed(store, answer, "changing", err);
    (void)sqlite3_finalize(statement);
    return status;
}

enum eg_status eg_tamper_report(const char *path, uint64_t index, size_t offset,
                                struct eg_error *err)
{
    struct eg_store *reader = NULL;
    struct eg_store *writer = NULL;
    struct eg_salt salt;
    struct eg_buf report;
    eg_buf_init(&report, EG_REPORT_MAX + EG_MIB);
    enum eg_status status = eg_store_open(&reader, path, EG_STORE_READ, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_content(&report, &salt, reader, index, EG_CONTENT_REPORT, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    if (offset >= report.len) {
        status = eg_error_set(err, EG_E_NOTFOUND, path, "the report has %zu octets", report.len);
    }
    if (status != EG_OK) {
        goto done;
    }
    report.data[offset] ^= 1;
    status = eg_store_open(&writer, path, EG_STORE_WRITE, eg_store_origin(reader), err);
    if (status != EG_OK) {
        goto done;
    }
    status = put_back(writer, index, eg_bytes_view(&report), err);

done:
    eg_store_close(&writer);
    eg_store_close(&reader);
    eg_buf_done(&report);
    return status;
}
