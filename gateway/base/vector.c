/*
 * Growing by doubling: n items cost at most 2n moves, and no owner has to get the overflow, the
 * maximum and the failed realloc right on its own.
 */
#include "base/vector.h"

#include "base/error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ITEMS = 16 };

/* Twice as many, at least what is wanted, at most what is allowed. */
static size_t next_capacity(size_t capacity, size_t wanted, size_t max)
{
    size_t next = capacity == 0 ? FIRST_ITEMS : capacity;
    if (capacity > 0) {
        next = capacity <= max / 2 ? 2 * capacity : max;
    }
    next = next > max ? max : next;
    return next < wanted ? wanted : next;
}

enum eg_status eg_vector_reserve(void *list, size_t *capacity, size_t wanted, size_t item_size,
                                 size_t max)
{
    if (wanted > max) {
        return EG_E_LIMIT;
    }
    if (wanted <= *capacity) {
        return EG_OK;
    }
    const size_t most = item_size > 0 ? PTRDIFF_MAX / item_size : 0;
    if (wanted > most) {
        return EG_E_NOMEM;
    }
    const size_t next = next_capacity(*capacity, wanted, max < most ? max : most);
    void *items = NULL;
    memcpy(&items, list, sizeof items); /* any object pointer: no type may alias another */
    void *grown = realloc(items, next * item_size);
    if (grown == NULL) {
        return EG_E_NOMEM;
    }
    memcpy(list, &grown, sizeof grown);
    *capacity = next;
    return EG_OK;
}

enum eg_status eg_vector_refused(enum eg_status status, const char *where, struct eg_error *err)
{
    return eg_error_set(err, status, where, "%s",
                        status == EG_E_LIMIT ? "more items than allowed" : "memory ran out");
}
