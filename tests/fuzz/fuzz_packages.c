/*
 * The list of packages in an answer to RULES: what is read writes back the same octets.
 */
#include "wire/packages.h"

#include "base/limits.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct eg_bytes text = {data, size};
    struct eg_packages_reader reader;
    struct eg_package_line line;
    struct eg_buf again;
    int next = 0;

    if (!eg_packages_start(&reader, text)) {
        return 0;
    }
    eg_buf_init(&again, 2 * EG_MIB);
    eg_packages_begin(&again);
    while ((next = eg_packages_next(&reader, &line)) == 1) {
        eg_packages_put(&again, &line);
    }
    if (next == 0 && !again.failed && !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    return 0;
}
