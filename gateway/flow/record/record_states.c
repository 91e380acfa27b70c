/*
 * The numbers of statements only rise, as the versions of directories do: a gateway never judges by
 * an older statement than the newest one in the log.
 */
#include "flow/record/record_states.h"

#include "verify/cms.h"

#include <stdlib.h>

/* *pending: the statement is newer than what the log holds. */
static enum eg_status compare(bool *pending, const struct eg_stored *stored,
                              const struct eg_entry *last, const struct eg_statement *statement,
                              const struct eg_package_ref *package, struct eg_error *err)
{
    struct eg_digest digest = eg_hash(eg_bytes_view(&statement->text));
    uint32_t number = statement->there ? statement->state.number : 0;

    *pending = number > last->state_number;
    if (number < last->state_number ||
        (number == last->state_number && !eg_digest_equal(&digest, &stored->report_digest))) {
        return eg_error_set(err, EG_E_DENIED, package->id,
                            "entry %llu of the log holds statement %u about version %s (%s), the "
                            "folder of packages %s; put the publisher's newest statement in place",
                            (unsigned long long)stored->index, last->state_number, package->version,
                            eg_package_state_word(last->withdrawn),
                            number == 0                    ? "none"
                            : number == last->state_number ? "another one with this number"
                                                           : "an earlier one");
    }
    return EG_OK;
}

static enum eg_status ask(bool *pending, struct eg_store *store, const struct eg_package *package,
                          const struct eg_statement *statement, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_entry *last = calloc(1, sizeof *last);
    if (last == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out");
    }
    enum eg_status status = eg_store_latest_state(&stored, store, &package->ref, err);
    if (status == EG_E_NOTFOUND) {
        *pending = statement->there;
        status = EG_OK;
        goto done;
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_entry_read(last, eg_bytes_view(&stored.entry_text), err);
    if (status != EG_OK) {
        goto done;
    }
    status = compare(pending, &stored, last, statement, &package->ref, err);

done:
    eg_stored_done(&stored);
    free(last);
    return status;
}

enum eg_status eg_states_pending(size_t **numbers_out, size_t *count_out, struct eg_store *store,
                                 const struct eg_snapshot *snapshot, struct eg_error *err)
{
    size_t *numbers = calloc(snapshot->package_count + 1, sizeof *numbers);
    size_t count = 0;
    enum eg_status status =
        numbers == NULL ? eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out") : EG_OK;
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < snapshot->package_count; i++) {
        bool pending = false;
        status = ask(&pending, store, snapshot->packages[i], &snapshot->statements[i], err);
        if (status != EG_OK) {
            goto done;
        }
        if (pending) {
            numbers[count++] = i;
        }
    }

done:
    if (status != EG_OK) {
        free(numbers);
        return status;
    }
    *numbers_out = numbers;
    *count_out = count;
    return EG_OK;
}

/* After a commit that failed: only its result may have been lost, and the statements are there. */
static bool are_recorded(struct eg_ledger *ledger, const struct eg_snapshot *snapshot)
{
    struct eg_store *store = eg_ledger_store(ledger);
    struct eg_error ignored = {0};
    size_t *numbers = NULL;
    size_t count = 1;
    bool asked =
        store != NULL && eg_states_pending(&numbers, &count, store, snapshot, &ignored) == EG_OK;

    free(numbers);
    return asked && count == 0;
}

enum eg_status eg_states_commit(struct eg_ledger *ledger, const struct eg_snapshot *snapshot,
                                const size_t *numbers, size_t count, int64_t at_ms,
                                struct eg_error *err)
{
    struct eg_draft *drafts = calloc(count, sizeof *drafts);
    size_t made = 0;
    enum eg_status status =
        drafts == NULL ? eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out") : EG_OK;
    if (status != EG_OK) {
        goto done;
    }

    while (made < count) {
        size_t n = made++; /* counted first: a draft that fails halfway is released too */
        eg_draft_init(&drafts[n]);
        status = eg_draft_state(&drafts[n], snapshot, numbers[n], at_ms, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    status = eg_ledger_commit(ledger, drafts, count, err);
    if (status != EG_OK && are_recorded(ledger, snapshot)) {
        status = EG_OK; /* the snapshot must follow what the log holds */
    }

done:
    while (made > 0) {
        eg_draft_done(&drafts[--made]);
    }
    free(drafts);
    return status;
}

enum eg_status eg_revocation_record(struct eg_ledger *ledger, const struct eg_snapshot *snapshot,
                                    struct eg_error *err)
{
    if (!eg_trust_revokes(&snapshot->trust)) {
        return EG_OK;
    }
    struct eg_verifier *verifier = NULL;
    enum eg_status status = eg_verifier_new(&verifier, &snapshot->trust, err);
    if (status != EG_OK) {
        goto done;
    }
    struct eg_digest digest = eg_verifier_revocation(verifier);
    struct eg_store *store = eg_ledger_store(ledger);
    status = store == NULL
                 ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                 : eg_store_revocation_put(store, &digest, eg_bytes_view(&snapshot->crls), err);

done:
    eg_verifier_free(&verifier);
    return status;
}
