/*
 * Entries: what is read writes back the same octets.
 */
#include "proof/entry.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    struct eg_entry entry;
    struct eg_buf again;

    if (eg_entry_read(&entry, text, NULL) != EG_OK) {
        return 0;
    }
    eg_buf_init(&again, EG_ENTRY_MAX);
    if (eg_entry_write(&again, &entry, NULL) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    return 0;
}
