/*
 * One entry a commit, so that what could be recorded stays recorded when a later step fails; only
 * the statements about packages are recorded all or none.
 */
#include "flow/recorder/record_snapshot.h"

#include "base/error.h"
#include "flow/record/key_statement.h"
#include "flow/record/record_states.h"
#include "flow/recorder/log_size.h"

#include <stdlib.h>

/* Where to: the ledger, and whose clock tells recorded-at. */
struct target {
    struct eg_gateway_state *gateway;
    struct eg_ledger *ledger;
};

static enum eg_status find_recorded(bool *found, const struct target *to, enum eg_entry_kind kind,
                                    const struct eg_digest *digest, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_store *store = eg_ledger_store(to->ledger);
    enum eg_status status = store == NULL
                                ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                                : eg_store_by_digest(&stored, store, kind, digest, err);
    *found = status == EG_OK;
    eg_stored_done(&stored);
    return status == EG_E_NOTFOUND ? EG_OK : status;
}

static enum eg_status commit_one(const struct target *to, struct eg_draft *draft,
                                 struct eg_error *err)
{
    enum eg_status status = eg_ledger_commit(to->ledger, draft, 1, err);
    eg_log_size_publish(to->gateway, to->ledger);
    return status;
}

/* recorded-at of what a snapshot brings. EG_E_CLOCK while the clock is in doubt, also by what this
 * snapshot says of the time. */
static enum eg_status entry_time(int64_t *at_ms, const struct target *to,
                                 const struct eg_snapshot *snapshot, struct eg_error *err)
{
    return eg_clock_watch_try(&to->gateway->clock, at_ms, &snapshot->clock, err);
}

static enum eg_status record_directory(const struct target *to, const struct eg_snapshot *snapshot,
                                       struct eg_error *err)
{
    bool newest = false;
    int64_t at_ms = 0;
    EG_TRY(eg_ledger_directory(&newest, to->ledger, snapshot->directory, err));
    if (newest) {
        return EG_OK;
    }
    EG_TRY(entry_time(&at_ms, to, snapshot, err));
    struct eg_draft draft;
    eg_draft_init(&draft);
    enum eg_status status = eg_draft_directory(&draft, snapshot, at_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = commit_one(to, &draft, err);

done:
    eg_draft_done(&draft);
    return status;
}

static enum eg_status record_package(const struct target *to, const struct eg_snapshot *snapshot,
                                     size_t n, struct eg_error *err)
{
    bool found = false;
    int64_t at_ms = 0;
    EG_TRY(find_recorded(&found, to, EG_ENTRY_PACKAGE, &snapshot->packages[n]->ref.digest, err));
    if (found) {
        return EG_OK;
    }
    EG_TRY(entry_time(&at_ms, to, snapshot, err));
    struct eg_draft draft;
    eg_draft_init(&draft);
    enum eg_status status = eg_draft_package(&draft, snapshot, n, at_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = commit_one(to, &draft, err);

done:
    eg_draft_done(&draft);
    return status;
}

static enum eg_status record_states(const struct target *to, const struct eg_snapshot *snapshot,
                                    struct eg_error *err)
{
    struct eg_store *store = eg_ledger_store(to->ledger);
    size_t *numbers = NULL;
    size_t count = 0;
    int64_t at_ms = 0;
    if (store == NULL) {
        return eg_error_set(err, EG_E_STATE, "archive", "is out of order");
    }
    enum eg_status status = eg_states_pending(&numbers, &count, store, snapshot, err);
    if (status != EG_OK || count == 0) {
        goto done;
    }
    status = entry_time(&at_ms, to, snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_states_commit(to->ledger, snapshot, numbers, count, at_ms, err);
    eg_log_size_publish(to->gateway, to->ledger);

done:
    free(numbers);
    return status;
}

enum eg_status eg_record_snapshot(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                  const struct eg_snapshot *snapshot, struct eg_error *err)
{
    const struct target to = {gateway, ledger};
    EG_TRY(record_directory(&to, snapshot, err));
    for (size_t i = 0; i < snapshot->package_count; i++) {
        EG_TRY(record_package(&to, snapshot, i, err));
    }
    EG_TRY(eg_revocation_record(ledger, snapshot, err));
    return record_states(&to, snapshot, err);
}

static enum eg_status draft_key(struct eg_draft *draft, const struct target *to,
                                const struct eg_key_statement *statement,
                                const struct eg_snapshot *snapshot, struct eg_error *err)
{
    struct eg_signed_statement signed_one = {.text = eg_bytes_view(&statement->text),
                                             .cms = eg_bytes_view(&statement->cms)};
    struct eg_verdict verdict = {0};
    int64_t at_ms = 0;
    const uint8_t *key = eg_ledger_key(to->ledger);
    EG_TRY(entry_time(&at_ms, to, snapshot, err));
    EG_TRY(eg_key_statement_judge(&signed_one.signer, &verdict, statement, &snapshot->trust, at_ms,
                                  err));
    if (!eg_verdict_passed(&verdict)) {
        return eg_error_set(err, EG_E_DENIED, statement->path, "key statement: %s: %s %s",
                            eg_code_row(verdict.code)->text, eg_code_row(verdict.code)->en,
                            verdict.text);
    }
    if (!eg_key_statement_fits(signed_one.text, to->gateway->settings->origin, key, at_ms)) {
        return eg_error_set(err, EG_E_DENIED, statement->path,
                            "key statement: it is not one for this log, key and time");
    }
    return eg_draft_key(draft, &signed_one, key, at_ms, err);
}

/* *old: the newest entry is of an earlier form. */
static enum eg_status ends_in_old_form(bool *old, struct eg_ledger *ledger, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_store *store = eg_ledger_store(ledger);
    uint64_t size = eg_ledger_size(ledger);
    struct eg_entry *last = calloc(1, sizeof *last);
    enum eg_status status =
        last == NULL    ? eg_error_set(err, EG_E_NOMEM, "archive", "memory ran out")
        : store == NULL ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
        : size == 0     ? EG_OK
                        : eg_store_read(&stored, store, size - 1, err);

    *old = false;
    if (status != EG_OK || size == 0) {
        goto done;
    }
    status = eg_entry_read(last, eg_bytes_view(&stored.entry_text), err);
    *old = status == EG_OK && last->form < EG_ENTRY_FORM;

done:
    eg_stored_done(&stored);
    free(last);
    return status;
}

enum eg_status eg_record_break(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                               const struct eg_snapshot *snapshot, struct eg_error *err)
{
    const struct target to = {gateway, ledger};
    struct eg_draft draft;
    int64_t at_ms = 0;
    bool old = false;

    EG_TRY(ends_in_old_form(&old, ledger, err));
    if (!old) {
        return EG_OK;
    }
    EG_TRY(entry_time(&at_ms, &to, snapshot, err));
    eg_draft_init(&draft);
    enum eg_status status = eg_draft_break(&draft, at_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = commit_one(&to, &draft, err);

done:
    eg_draft_done(&draft);
    return status;
}

enum eg_status eg_record_key(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                             const struct eg_snapshot *snapshot, struct eg_error *err)
{
    const struct target to = {gateway, ledger};
    struct eg_key_statement statement = {0};
    struct eg_digest digest;
    struct eg_draft draft;
    bool found = false;
    eg_draft_init(&draft);
    enum eg_status status =
        eg_key_statement_read(&statement, gateway->settings->log_statement, err);
    if (status != EG_OK) {
        goto done;
    }
    digest = eg_hash(eg_bytes_view(&statement.text));
    status = find_recorded(&found, &to, EG_ENTRY_KEY, &digest, err);
    if (status != EG_OK || found) {
        goto done;
    }
    status = draft_key(&draft, &to, &statement, snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    status = commit_one(&to, &draft, err);

done:
    eg_draft_done(&draft);
    eg_key_statement_done(&statement);
    return status;
}
