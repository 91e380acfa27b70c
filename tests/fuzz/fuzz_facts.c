/*
 * Canonical facts: what is read writes back the same octets.
 */
#include "base/limits.h"
#include "core/facts.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    struct eg_facts facts;
    struct eg_buf again;

    if (eg_facts_read(&facts, text, NULL) != EG_OK) {
        return 0;
    }
    eg_buf_init(&again, EG_FACTS_OCTETS_MAX);
    if (eg_facts_write(&again, &facts, NULL) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    eg_facts_done(&facts);
    return 0;
}
