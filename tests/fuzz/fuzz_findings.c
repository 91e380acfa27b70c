/*
 * Canonical findings: what is read writes back the same octets.
 */
#include "base/limits.h"
#include "core/finding.h"
#include "core/package.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    struct eg_findings_text read;
    struct eg_buf again;

    if (eg_findings_read(&read, text, NULL) != EG_OK) {
        return 0;
    }
    eg_buf_init(&again, EG_FINDINGS_MAX);
    if (eg_findings_write(&again, &read.findings, read.has_package ? &read.package : NULL,
                          read.counted ? &read.judged : NULL, NULL) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    eg_findings_text_done(&read);
    return 0;
}
