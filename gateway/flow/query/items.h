/*
 * Items of streams out of the archive, each compared with what the log recorded before it leaves:
 * the entry names it for this recipient, its receipt proves this very entry, and salt and
 * notification have the digest that the entry names. What does not fit is damage, named by its
 * cursor; what can not be read at the moment is an error, and may be tried again.
 */
#ifndef EG_FLOW_ITEMS_H
#define EG_FLOW_ITEMS_H

#include "archive/store.h"
#include "deliver/streams.h"

#define EG_ITEMS_SAID_MAX 256

struct eg_items {
    /* kept */
    struct eg_store *store;
    /* kept; what is not shown of the log yet does not leave */
    const _Atomic uint64_t *log_size;
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t log_key[EG_ED25519_KEY_LEN];
    /* The journal tells of each damaged item once, and of a failure when it begins and ends. */
    /* a ring of those told last */
    struct eg_wire_cursor said[EG_ITEMS_SAID_MAX];
    size_t said_count;
    /* in a row */
    uint64_t failures;
};

void eg_items_init(struct eg_items *items, struct eg_store *store, const _Atomic uint64_t *log_size,
                   const char *origin, const uint8_t log_key[EG_ED25519_KEY_LEN]);

/*
 * The next item for a recipient strictly after a cursor, for eg_stream_source.
 *
 * EG_E_NOTFOUND  none yet
 * EG_E_FORMAT    the list of items is damaged; errors of the archive
 * Thread         owner thread of the store
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
