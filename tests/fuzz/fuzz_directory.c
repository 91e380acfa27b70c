/* Any octets as a directory: refused or taken, never more. */
#include "assess/judge/engine.h"
#include "assess/package/directory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};

    if (eg_engine_init(NULL) != EG_OK) {
        abort();
    }
    enum eg_status status =
        eg_directory_parse(&directory, (struct eg_bytes){data, size}, EG_BYTES_NONE, &err);
    if ((status == EG_OK) != (directory != NULL)) {
        abort();
    }
    eg_directory_free(&directory);
    eg_engine_done();
    return 0;
}
