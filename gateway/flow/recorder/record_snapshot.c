/*
 * Recording what judges, before it judges: the log's key, directory, packages, revocation lists,
 * statements about packages. What the log has already is not recorded again.
 */
#include "flow/recorder/record_snapshot.h"

#include "base/error.h"
#include "flow/record/key_statement.h"
#include "flow/record/record_states.h"
#include "flow/recorder/log_size.h"

#include <stdlib.h>

struct writing {
    struct eg_gateway_state *gateway;
    struct eg_ledger *ledger;
};

static bool on_record(struct writing *to, enum eg_entry_kind kind, const struct eg_digest *digest,
                      enum eg_status *status, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_store *store = eg_ledger_store(to->ledger);
    *status = store == NULL ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                            : eg_store_by_digest(&stored, store, kind, digest, err);
    bool found = *status == EG_OK;
    if (*status == EG_E_NOTFOUND) {
        *status = EG_OK;
    }
    eg_stored_done(&stored);
    return found;
}

static enum eg_status commit_one(struct writing *to, struct eg_draft *draft, enum eg_status drafted,
                                 struct eg_error *err)
{
    enum eg_status status = drafted;
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ledger_commit(to->ledger, draft, 1, err);

done:
    eg_log_size_publish(to->gateway, to->ledger);
    eg_draft_done(draft);
    return status;
}

/* recorded-at of what a snapshot brings; EG_E_CLOCK while the clock is in doubt, by this snapshot's
 * word.
 */
static enum eg_status entry_time(int64_t *at_ms, struct writing *to,
                                 const struct eg_snapshot *snapshot, struct eg_error *err)
{
    return eg_clock_watch_try(&to->gateway->clock, at_ms, &snapshot->clock, err);
}

static enum eg_status record_directory(struct writing *to, const struct eg_snapshot *snapshot,
                                       struct eg_error *err)
{
    bool newest = false;
    int64_t at_ms = 0;
    enum eg_status status = eg_ledger_directory(&newest, to->ledger, snapshot->directory, err);
    if (status != EG_OK || newest) {
        return status;
    }
    status = entry_time(&at_ms, to, snapshot, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_draft draft;
    eg_draft_init(&draft);
    return commit_one(to, &draft, eg_draft_directory(&draft, snapshot, at_ms, err), err);
}

static enum eg_status record_package(struct writing *to, const struct eg_snapshot *snapshot,
                                     size_t n, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    int64_t at_ms = 0;
    if (on_record(to, EG_ENTRY_PACKAGE, &snapshot->packages[n]->ref.digest, &status, err) ||
        status != EG_OK) {
        return status;
    }
    status = entry_time(&at_ms, to, snapshot, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_draft draft;
    eg_draft_init(&draft);
    return commit_one(to, &draft, eg_draft_package(&draft, snapshot, n, at_ms, err), err);
}

/* Last: no statement is on record that the snapshot in force does not heed. */
static enum eg_status record_states(struct writing *to, const struct eg_snapshot *snapshot,
                                    struct eg_error *err)
{
    struct eg_store *store = eg_ledger_store(to->ledger);
    size_t *numbers = NULL;
    size_t count = 0;
    int64_t at_ms = 0;
    enum eg_status status = store == NULL
                                ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                                : eg_states_pending(&numbers, &count, store, snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    if (count > 0) {
        status = entry_time(&at_ms, to, snapshot, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (count > 0) {
        status = eg_states_commit(to->ledger, snapshot, numbers, count, at_ms, err);
        eg_log_size_publish(to->gateway, to->ledger);
    }

done:
    free(numbers);
    return status;
}

/* What judges reports is itself in the log, before it judges one. */
enum eg_status eg_record_snapshot(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                  const struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct writing writing = {gateway, ledger};
    struct writing *to = &writing;
    EG_TRY(record_directory(to, snapshot, err));
    for (size_t i = 0; i < snapshot->package_count; i++) {
        EG_TRY(record_package(to, snapshot, i, err));
    }
    EG_TRY(eg_revocation_record(to->ledger, snapshot, err));
    return record_states(to, snapshot, err);
}

static enum eg_status draft_key(struct eg_draft *draft, struct writing *to,
                                const struct eg_key_statement *statement,
                                const struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_digest signer;
    struct eg_verdict verdict = {0};
    int64_t at_ms = 0;
    struct eg_bytes text = eg_bytes_view(&statement->text);
    const uint8_t *key = eg_ledger_key(to->ledger);
    EG_TRY(entry_time(&at_ms, to, snapshot, err));
    EG_TRY(eg_key_statement_judge(&signer, &verdict, statement, &snapshot->trust, at_ms, err));
    if (!eg_verdict_passed(&verdict)) {
        return eg_error_set(err, EG_E_DENIED, statement->path, "key statement: %s: %s %s",
                            eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                            verdict.text);
    }
    if (!eg_key_statement_fits(text, to->gateway->settings->origin, key, at_ms)) {
        return eg_error_set(err, EG_E_DENIED, statement->path,
                            "key statement: it is not one for this log, key and time");
    }
    return eg_draft_key(draft, text, eg_bytes_view(&statement->cms), &signer, key, at_ms, err);
}

enum eg_status eg_record_key(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                             const struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct writing to = {gateway, ledger};
    struct eg_key_statement statement = {0};
    enum eg_status status =
        eg_key_statement_read(&statement, gateway->settings->log_statement, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_digest digest = eg_hash(eg_bytes_view(&statement.text));
    if (!on_record(&to, EG_ENTRY_KEY, &digest, &status, err) && status == EG_OK) {
        struct eg_draft draft;
        eg_draft_init(&draft);
        status = commit_one(&to, &draft, draft_key(&draft, &to, &statement, snapshot, err), err);
    }

done:
    eg_key_statement_done(&statement);
    return status;
}
