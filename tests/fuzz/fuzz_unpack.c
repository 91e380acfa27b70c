/*
 * Contents as they lie in a row of the archive: whatever a made-up row claims, unpacking gives
 * exactly the length recorded or nothing, and never more than the ceiling. Input: one octet
 * "packed" (its lowest bit), four octets of length (big endian), the octets of the row.
 */
#include "archive/store_sqlite.h"

#include <stdlib.h>

#define CEILING 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ZSTD_DCtx *unpacker;
    struct eg_packed packed = {0};
    struct eg_buf out = {0};
    struct eg_error err = {0};

    if (unpacker == NULL) {
        unpacker = ZSTD_createDCtx();
    }
    if (size < 5 || unpacker == NULL) {
        return 0;
    }
    packed.packed = data[0] & 1;
    packed.len =
        (uint64_t)data[1] << 24 | (uint64_t)data[2] << 16 | (uint64_t)data[3] << 8 | data[4];
    packed.octets = (struct eg_bytes){data + 5, size - 5};
    eg_buf_init(&out, CEILING);
    if (eg_store_unpack(&out, unpacker, &packed, "fuzz", &err) == EG_OK) {
        if (out.len != packed.len) {
            abort();
        }
    } else if (out.len != 0 || err.status == EG_OK) {
        abort();
    }
    eg_buf_done(&out);
    return 0;
}
