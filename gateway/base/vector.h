/*
 * The one way a list grows. A list stays what it is in its owner: a typed pointer, a count and a
 * capacity; only the step "there is room for so many" is shared.
 *
 *     enum eg_status status = EG_VECTOR_RESERVE(list->items, list->capacity, list->count + 1,
 *                                               EG_ITEMS_MAX);
 *     if (status != EG_OK) {
 *         return eg_vector_refused(status, "items", err);
 *     }
 *     list->items[list->count++] = item;
 *
 * Thread: its owner's. The owner releases the list with free().
 */
#ifndef EG_BASE_VECTOR_H
#define EG_BASE_VECTOR_H

#include <emgate/status.h>
#include <stddef.h>

/*
 * Room for `wanted` items at least. Grows by doubling, never beyond `max` items; never shrinks. New
 * places hold whatever was there.
 *
 *   list      address of the typed pointer (NULL pointer: an empty list)
 *   capacity  items that it has room for
 *   max       the stated maximum: more is EG_E_LIMIT
 *
 * EG_E_NOMEM: no memory, or more octets than an object can have. On failure nothing is changed.
 */
EG_MUST_USE
enum eg_status eg_vector_reserve(void *list, size_t *capacity, size_t wanted, size_t item_size,
                                 size_t max);

/* The same with addresses and size taken from the lvalues themselves, so that they always match. */
#define EG_VECTOR_RESERVE(list, capacity, wanted, max)                                             \
    eg_vector_reserve(&(list), &(capacity), (wanted), sizeof *(list), (max))

/* Why there was no room, as an error with `where` as place; returns the status. */
enum eg_status eg_vector_refused(enum eg_status status, const char *where, struct eg_error *err);

#endif
