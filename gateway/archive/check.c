/*
 * The independent checker: walks the entries once, in order, and accepts nothing that it has not
 * computed itself. Everything is read in one transaction, so that it sees one state of the archive
 * while a gateway goes on writing.
 *
 *   check_rows.c       reading
 *   check_tree.c       conditions 2, 3, 7
 *   check_contents.c   conditions 4, 5, 6, 9 (digests)
 *   check_lookups.c    conditions 11, 12
 *   check_facts.c      condition 14, the rows
 *   here               conditions 1, 15, and the calls for 8, 9 (signatures), 10, 13 and 14
 */
#include "archive/check_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- one entry
 * ---------------------------------------------------------------------------------*/

static void fill_inputs(struct eg_check_inputs *inputs, const struct eg_checker *checker)
{
    const struct eg_buf *contents = checker->contents;

    inputs->index = checker->row.index;
    inputs->entry = &checker->entry;
    inputs->report = eg_bytes_view(&contents[EG_CONTENT_REPORT]);
    inputs->signature = eg_bytes_view(&contents[EG_CONTENT_SIGNATURE]);
    inputs->parameters = eg_bytes_view(&contents[EG_CONTENT_PARAMETERS]);
    inputs->findings = eg_bytes_view(&contents[EG_CONTENT_FINDINGS]);
    inputs->facts = eg_bytes_view(&contents[EG_CONTENT_FACTS]);
    inputs->remembered = &checker->facts;
    inputs->plant = checker->facts_plant;
    inputs->notification_count = checker->entry.notification_count;
    for (size_t i = 0; i < inputs->notification_count; i++) {
        inputs->notifications[i] = eg_bytes_view(&contents[EG_CONTENT_SLOT_NOTIFICATION + i]);
    }
    inputs->report_digest = checker->row.report_digest;
    inputs->store = checker->store;
}

/* The machine failed, as against: what was recorded can not be judged, which is a finding. */
static bool is_ours(enum eg_status status)
{
    return status == EG_E_NOMEM || status == EG_E_IO || status == EG_E_INTERNAL ||
           status == EG_E_USAGE;
}

static enum eg_status ask_signature(struct eg_checker *checker,
                                    const struct eg_check_inputs *inputs, struct eg_error *err)
{
    char text[EG_ERROR_TEXT_MAX] = "";
    struct eg_error why = {0};
    unsigned condition = 8; /* nothing said is nothing proved */
    enum eg_status status =
        checker->hooks->signature(checker->hooks->payload, inputs, &condition, text, &why);

    if (is_ours(status)) {
        if (err) {
            *err = why;
        }
        return status;
    }
    if (status) {
        eg_check_found(checker, checker->row.index, 8, "the signature can not be judged: %s",
                       why.text);
    } else if (condition != 0) {
        eg_check_found(checker, checker->row.index, condition, "%s", text);
    }
    return EG_OK;
}

static enum eg_status ask_rerun(struct eg_checker *checker, const struct eg_check_inputs *inputs,
                                bool *engine_differs, struct eg_error *err)
{
    char text[EG_ERROR_TEXT_MAX] = "";
    struct eg_error why = {0};
    unsigned condition = 10; /* nothing said is nothing proved */
    bool differs = false;
    enum eg_status status =
        checker->hooks->rerun(checker->hooks->payload, inputs, &condition, &differs, text, &why);

    if (is_ours(status)) {
        if (err) {
            *err = why;
        }
        return status;
    }
    if (status) {
        eg_check_found(checker, checker->row.index, 10, "the decision can not be made again: %s",
                       why.text);
    } else if (condition != 0 && differs) {
        *engine_differs = true;
    } else if (condition != 0) {
        eg_check_found(checker, checker->row.index, condition, "%s", text);
    }
    return EG_OK;
}

/* Only what is whole by its digests is worth a signature check and a rerun. */
static enum eg_status ask_hooks(struct eg_checker *checker, bool *engine_differs,
                                struct eg_error *err)
{
    struct eg_check_inputs inputs = {0};
    enum eg_status status = EG_OK;

    if (checker->row_findings > 0) {
        return EG_OK;
    }
    fill_inputs(&inputs, checker);
    status = ask_signature(checker, &inputs, err);
    if (!status && checker->entry.kind == EG_ENTRY_SUBMISSION) {
        status = ask_rerun(checker, &inputs, engine_differs, err);
    }
    return status;
}

static enum eg_status check_meaning(struct eg_checker *checker, sqlite3_stmt *row,
                                    struct eg_error *err)
{
    bool engine_differs = false;
    enum eg_status status = eg_check_contents(checker, err);

    if (!status) {
        status = eg_check_named(checker, err);
    }
    if (!status) {
        status = eg_check_lookups(checker, row, err);
    }
    if (!status) {
        status = eg_check_facts(checker, err);
    }
    if (!status) {
        status = eg_check_history(checker, err);
    }
    if (!status) {
        status = ask_hooks(checker, &engine_differs, err);
    }
    if (status || checker->entry.kind != EG_ENTRY_SUBMISSION) {
        return status;
    }
    if (checker->row_findings > 0) {
        checker->counts.failed++;
    } else if (engine_differs) {
        checker->counts.engine_differs++;
        checker->counts.proved_by_digest++;
    } else {
        checker->counts.proved_and_rerun++;
    }
    return EG_OK;
}

/* An entry without a readable text counts as a decision that failed: nobody can say it is none. */
static enum eg_status check_entry(struct eg_checker *checker, sqlite3_stmt *row,
                                  struct eg_error *err)
{
    struct eg_error why = {0};
    enum eg_status status = EG_OK;

    checker->row_findings = 0;
    checker->readable = eg_entry_read(&checker->entry, checker->row.text, &why) == EG_OK;
    if (!checker->readable) {
        eg_check_found(checker, checker->row.index, 1, "the entry can not be read: %s", why.text);
    }
    eg_check_receipt(checker);
    status = eg_check_leaf(checker, err);
    if (status) {
        return status;
    }
    if (checker->readable) {
        return check_meaning(checker, row, err);
    }
    checker->counts.failed++;
    return eg_check_lost_streams(checker, checker->row.index, err);
}

/* ---- all entries
 * -------------------------------------------------------------------------------*/

static enum eg_status skip_gap(struct eg_checker *checker, uint64_t until, struct eg_error *err)
{
    while (checker->edge.size < until) {
        uint64_t index = checker->edge.size;
        enum eg_status status = EG_OK;

        if (until - index > checker->total + 64) /* a made-up number, not so many lost entries */ {
            return eg_error_set(err, EG_E_FORMAT, checker->store->path,
                                "entry %llu follows entry %llu", (unsigned long long)until,
                                (unsigned long long)index - 1);
        }
        eg_check_found(checker, index, 2, "the entry is missing");
        checker->counts.failed++;
        status = eg_check_lost_leaf(checker, index, err);
        if (!status) {
            status = eg_check_lost_streams(checker, index, err);
        }
        if (status) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status take_row(struct eg_checker *checker, sqlite3_stmt *row, struct eg_error *err)
{
    struct eg_bytes digest = EG_BYTES_NONE;
    struct eg_check_row *out = &checker->row;
    int64_t index = sqlite3_column_int64(row, 0);

    *out = (struct eg_check_row){0};
    if (index < 0 || index > INT64_MAX / EG_CONTENT_SLOTS) {
        return eg_error_set(err, EG_E_FORMAT, checker->store->path, "there is an entry %lld",
                            (long long)index);
    }
    out->index = (uint64_t)index;
    out->has_report_digest = eg_check_blob(&digest, row, 8) && digest.len == EG_DIGEST_LEN;
    if (out->has_report_digest) {
        memcpy(out->report_digest.octets, digest.data, EG_DIGEST_LEN);
    }
    (void)eg_check_blob(&out->text, row, 9); /* not there: empty, and not an entry */
    (void)eg_check_blob(&out->receipt, row, 10);
    return EG_OK;
}

static enum eg_status walk(struct eg_checker *checker, struct eg_error *err)
{
    const struct eg_check_hooks *hooks = checker->hooks;
    sqlite3_stmt *rows = eg_check_statement(checker, EG_CHECK_ENTRIES);

    for (;;) {
        bool row = false;
        enum eg_status status = eg_check_step(&row, checker, rows, err);

        if (status || !row) {
            return status;
        }
        status = take_row(checker, rows, err);
        if (!status) {
            status = skip_gap(checker, checker->row.index, err);
        }
        if (!status) {
            status = check_entry(checker, rows, err);
        }
        if (status) {
            return status;
        }
        checker->counts.entries++;
        if (hooks->progress &&
            !hooks->progress(hooks->payload, checker->counts.entries, checker->total)) {
            return eg_error_set(
                err, EG_E_STATE, checker->store->path, "stopped after %llu of %llu entries",
                (unsigned long long)checker->counts.entries, (unsigned long long)checker->total);
        }
    }
}

static enum eg_status begin(struct eg_checker *checker, struct eg_error *err)
{
    int answer = sqlite3_exec(checker->store->db, "BEGIN", NULL, NULL, NULL);
    int64_t total = 0;
    enum eg_status status = EG_OK;

    if (answer != SQLITE_OK) {
        return eg_store_failed(checker->store, answer, "reading", err);
    }
    status = eg_check_prepare(checker, err);
    if (!status) {
        status = eg_check_number(&total, checker, eg_check_statement(checker, EG_CHECK_COUNT), err);
    }
    if (!status) {
        checker->total = (uint64_t)total;
    }
    return status;
}

static enum eg_status run(struct eg_checker *checker, struct eg_error *err)
{
    enum eg_status status = begin(checker, err);

    if (!status) {
        status = walk(checker, err);
    }
    if (!status) {
        status = eg_check_head(checker, err);
    }
    if (!status && eg_store_incomplete(checker->store)) {
        eg_check_found(checker, UINT64_MAX, 15,
                       "the archive is incomplete: it was in use when it was copied, and its -wal "
                       "with the newest entries is not beside it");
    }
    if (!status) {
        status = eg_check_leftovers(checker, err);
    }
    (void)sqlite3_exec(checker->store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

enum eg_status eg_check_archive(struct eg_check_counts *counts, uint64_t *findings_out,
                                const char *path, const char *origin,
                                const uint8_t public_key[EG_ED25519_KEY_LEN],
                                const struct eg_check_hooks *hooks, struct eg_error *err)
{
    struct eg_checker checker = {.origin = origin, .key = public_key, .hooks = hooks};
    enum eg_status status = EG_OK;

    if (!origin || !public_key) {
        return eg_error_set(err, EG_E_USAGE, path,
                            "without the log key nothing can be proved; give it");
    }
    if (!hooks || !hooks->signature || !hooks->rerun || !hooks->finding) {
        return eg_error_set(err, EG_E_USAGE, path, "the checker lacks a function");
    }
    eg_buf_init(&checker.note, EG_RECEIPT_MAX);
    eg_buf_init(&checker.facts_text, EG_FACTS_OCTETS_MAX);
    for (size_t i = 0; i < EG_CONTENT_SLOTS; i++) {
        eg_buf_init(&checker.contents[i], 2 * EG_PACKAGE_OCTETS_MAX);
    }
    status = eg_store_open(&checker.store, path, EG_STORE_READ, NULL, err);
    if (!status) {
        status = run(&checker, err);
    }
    eg_check_finalize(&checker);
    eg_store_close(&checker.store);
    eg_buf_done(&checker.note);
    eg_buf_done(&checker.facts_text);
    eg_facts_done(&checker.facts);
    for (size_t i = 0; i < EG_CONTENT_SLOTS; i++) {
        eg_buf_done(&checker.contents[i]);
    }
    *counts = checker.counts;
    *findings_out = checker.findings;
    return status;
}
