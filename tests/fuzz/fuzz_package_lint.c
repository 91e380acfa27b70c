/*
 * Any octets as an expression: whether it walks the document is told without reading beyond it.
 */
#include "workbench/package_lint.h"

#include "base/bytes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = eg_bytes_dup((struct eg_bytes){data, size});

    if (text != NULL) {
        (void)eg_lint_walks(text);
    }
    free(text);
    return 0;
}
