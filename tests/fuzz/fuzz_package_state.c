/*
 * Statements about packages: whatever is read writes back the same octets.
 */
#include "core/package_state.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_package_state state;
    struct eg_buf again;
    struct eg_error err = {0};
    const struct eg_bytes text = {data, size};

    if (eg_package_state_read(&state, text, &err) != EG_OK) {
        if (err.status == EG_OK) {
            abort();
        }
        return 0;
    }
    eg_buf_init(&again, EG_SIGNED_TEXT_MAX);
    if (eg_package_state_write(&again, &state, &err) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    return 0;
}
