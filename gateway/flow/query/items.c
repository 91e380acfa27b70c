/*
 * Reading and proving items; an item is damaged, or reading failed, by the status.
 */
#include "flow/query/items.h"

#include "flow/journal/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void eg_items_init(struct eg_items *items, struct eg_store *store, const _Atomic uint64_t *log_size,
                   const char *origin, const uint8_t log_key[EG_ED25519_KEY_LEN])
{
    *items = (struct eg_items){.store = store, .log_size = log_size};
    (void)snprintf(items->origin, sizeof items->origin, "%s", origin);
    memcpy(items->log_key, log_key, EG_ED25519_KEY_LEN);
}

/* ---- journal ---- */

static bool journalled_before(const struct eg_items *items, const struct eg_wire_cursor *cursor)
{
    size_t count = items->journalled_count < EG_ITEMS_JOURNALLED_MAX ? items->journalled_count
                                                                     : EG_ITEMS_JOURNALLED_MAX;
    for (size_t i = 0; i < count; i++) {
        if (eg_cursor_compare(&items->journalled[i], cursor) == 0) {
            return true;
        }
    }
    return false;
}

static void journal_damaged(struct eg_items *items, const char *recipient,
                            const struct eg_stream_item *item)
{
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    if (journalled_before(items, &item->cursor)) {
        return;
    }
    items->journalled[items->journalled_count++ % EG_ITEMS_JOURNALLED_MAX] = item->cursor;
    eg_cursor_text(&item->cursor, cursor);
    eg_log(EG_LOG_ERROR, "item-damaged",
           "stream=%s cursor=%s text=\"%s\" remedy=\"stop the gateway, run emgate audit verify and "
           "put a sound copy of the archive back\"",
           recipient, cursor, item->why);
}

/* Of failures in a row: the first, and that they are over. */
static void journal_result(struct eg_items *items, enum eg_status status,
                           const struct eg_error *err)
{
    if (status == EG_OK || status == EG_E_NOTFOUND) {
        if (items->failures > 0) {
            eg_log(EG_LOG_INFO, "streams-read-again", "failures=%" PRIu64, items->failures);
        }
        items->failures = 0;
    } else if (items->failures++ == 0) {
        eg_log_failure("streams", err);
    }
}

/* ---- one item ---- */

/* These mean that the archive does not hold what was written; all others may pass. */
static bool is_damage(enum eg_status status)
{
    return status == EG_E_FORMAT || status == EG_E_NOTFOUND || status == EG_E_CRYPTO ||
           status == EG_E_LIMIT;
}

static enum eg_status take_entry(struct eg_receipt *receipt, struct eg_stream_item *out,
                                 struct eg_items *items, const struct eg_cursor *at,
                                 struct eg_error *err)
{
    struct eg_stored stored = {0};
    enum eg_status status = eg_store_read(&stored, items->store, at->index, err);
    if (status != EG_OK) {
        return status;
    }
    status = eg_receipt_verify(receipt, eg_bytes_view(&stored.receipt), items->origin,
                               items->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    if (receipt->index != at->index ||
        !eg_bytes_equal(eg_bytes_view(&receipt->entry_text), eg_bytes_view(&stored.entry_text))) {
        eg_receipt_done(receipt);
        status = eg_error_set(err, EG_E_CRYPTO, "receipt", "the receipt is about another entry");
    }
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_bytes(&out->receipt, eg_bytes_view(&stored.receipt));
    status = eg_buf_ok(&out->receipt, "receipt", err);
    if (status != EG_OK) {
        eg_receipt_done(receipt);
    }

done:
    eg_stored_done(&stored);
    return status;
}

static enum eg_status take_content(struct eg_stream_item *out, struct eg_items *items,
                                   const struct eg_entry *entry, const char *recipient,
                                   const struct eg_cursor *at, struct eg_error *err)
{
    if (at->number == 0 || at->number > entry->notification_count ||
        strcmp(entry->notifications[at->number - 1].recipient, recipient) != 0) {
        return eg_error_set(err, EG_E_FORMAT, "stream",
                            "the entry has no notification %" PRIu32 " for this stream",
                            at->number);
    }
    const struct eg_entry_notification *named = &entry->notifications[at->number - 1];
    enum eg_status status =
        eg_store_content(&out->notification, &out->salt, items->store, at->index,
                         EG_CONTENT_NOTIFICATION, at->number - 1, err);
    if (status != EG_OK) {
        return status;
    }
    struct eg_digest digest = eg_hash_salted(&out->salt, eg_bytes_view(&out->notification));
    if (!eg_digest_equal(&digest, &named->digest)) {
        return eg_error_set(err, EG_E_CRYPTO, "stream",
                            "salt and notification do not have the digest that the entry names");
    }
    memcpy(out->name, named->name, sizeof out->name);
    return EG_OK;
}

static enum eg_status take_item(struct eg_stream_item *out, struct eg_items *items,
                                const char *recipient, const struct eg_cursor *at,
                                struct eg_error *err)
{
    struct eg_receipt *receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "stream", "memory ran out");
    }
    enum eg_status status = take_entry(receipt, out, items, at, err);
    if (status != EG_OK) {
        goto done;
    }
    status = take_content(out, items, &receipt->entry, recipient, at, err);
    eg_receipt_done(receipt);

done:
    free(receipt);
    return status;
}

enum eg_status eg_items_next(struct eg_stream_item *out, struct eg_items *items,
                             const char *recipient, const struct eg_wire_cursor *after,
                             struct eg_error *err)
{
    const struct eg_cursor from = {after->index, after->number};
    struct eg_cursor at = {0, 0};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = eg_store_next(&at, items->store, recipient, &from, &own);
    bool found = status == EG_OK && at.index < *items->log_size;
    if (status == EG_OK && !found) {
        status = EG_E_NOTFOUND;
    } else if (found) {
        out->cursor = (struct eg_wire_cursor){at.index, at.number};
        status = take_item(out, items, recipient, &at, &own);
    }
    if (found && is_damage(status)) {
        out->damaged = true;
        (void)snprintf(out->why, sizeof out->why, "%.*s", EG_STREAM_WHY_MAX - 1, own.text);
        journal_damaged(items, recipient, out);
        status = EG_OK;
    }
    journal_result(items, status, &own);
    if (status != EG_OK && err != NULL) {
        *err = own;
    }
    return status;
}

enum eg_status eg_items_acked(struct eg_wire_cursor *out, struct eg_items *items,
                              const char *participant, const char *stream, struct eg_error *err)
{
    struct eg_cursor cursor = {0, 0};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = eg_store_cursor_get(&cursor, items->store, participant, stream, &own);
    if (status != EG_OK) {
        goto done;
    }
    if (cursor.index >= *items->log_size && (cursor.index != 0 || cursor.number != 0)) {
        status = eg_error_set(&own, EG_E_FORMAT, "cursor",
                              "the cursor kept for stream %s is %" PRIu64 ".%" PRIu32
                              ", beyond the end of the log",
                              stream, cursor.index, cursor.number);
    }

done:
    journal_result(items, status, &own);
    if (status == EG_OK) {
        *out = (struct eg_wire_cursor){cursor.index, cursor.number};
    } else if (err != NULL) {
        *err = own;
    }
    return status;
}
