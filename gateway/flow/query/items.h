/*
 * Items: the items of streams, read from the archive and proved before they leave:
 *
 * 1. the entry names the notification for this recipient;
 * 2. the receipt proves this entry under the log key;
 * 3. salt and notification have the digest that the entry names.
 *
 * An item that breaks a condition is damaged, and is named by its cursor. What can not be read at
 * the moment is an error, and may be tried again. The journal names each damaged item once, and a
 * failure when it begins and when it ends.
 *
 * Thread: owner thread of the store.
 */
#ifndef EG_FLOW_ITEMS_H
#define EG_FLOW_ITEMS_H

#include "archive/store.h"
#include "deliver/streams.h"

#define EG_ITEMS_JOURNALLED_MAX 256

struct eg_items {
    /* borrowed */
    struct eg_store *store;
    /* borrowed; entries from here on must not leave */
    const _Atomic uint64_t *log_size;
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t log_key[EG_ED25519_KEY_LEN];
    /* damaged items that were journalled last, a ring */
    struct eg_wire_cursor journalled[EG_ITEMS_JOURNALLED_MAX];
    size_t journalled_count;
    /* failures in a row */
    uint64_t failures;
};

void eg_items_init(struct eg_items *items, struct eg_store *store, const _Atomic uint64_t *log_size,
                   const char *origin, const uint8_t log_key[EG_ED25519_KEY_LEN]);

/*
 * The next item for a recipient strictly after a cursor, for eg_stream_source.
 *
 * EG_E_NOTFOUND  none yet
 * EG_E_FORMAT    the list of items is damaged; errors of the archive
 */
EG_MUST_USE
enum eg_status eg_items_next(struct eg_stream_item *out, struct eg_items *items,
                             const char *recipient, const struct eg_wire_cursor *after,
                             struct eg_error *err);

/*
 * The cursor that a participant acknowledged. EG_E_NOTFOUND: none. EG_E_FORMAT: damaged, or beyond
 * the end of the log.
 */
EG_MUST_USE
enum eg_status eg_items_acked(struct eg_wire_cursor *out, struct eg_items *items,
                              const char *participant, const char *stream, struct eg_error *err);

#endif
