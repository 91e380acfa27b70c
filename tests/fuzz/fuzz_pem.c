/*
 * verify/pem.h: what is whole stays whole with a comment before it, and is not whole any more when
 * another block is begun behind it.
 */
#include "base/limits.h"
#include "verify/pem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool whole(struct eg_bytes text)
{
    static const char *const labels[] = {"X509 CRL", "CERTIFICATE", NULL};
    struct eg_error err = {0};
    enum eg_status status = eg_pem_whole(text, labels, "fuzz", &err);
    if (status != EG_OK && status != EG_E_FORMAT) {
        abort();
    }
    return status == EG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_bytes text = {data, size};
    struct eg_buf before, behind;
    bool is = whole(text);
    eg_buf_init(&before, size + EG_KIB);
    eg_buf_init(&behind, size + EG_KIB);
    eg_buf_text(&before, "a comment\n");
    eg_buf_bytes(&before, text);
    eg_buf_bytes(&behind, text);
    eg_buf_text(&behind, "\n-----BEGIN X509 CRL-----\n");
    if (whole(eg_bytes_view(&before)) != is || whole(eg_bytes_view(&behind))) {
        abort();
    }
    eg_buf_done(&before);
    eg_buf_done(&behind);
    return 0;
}
