/*
 * How a content becomes the octets of a row and back, and the numbers that rows are found by.
 *
 * Reports are XML and shrink to a tenth; level 1 of zstd does that at about a tenth of a
 * millisecond, which the fewer pages to write nearly pay back. What does not shrink lies plain.
 */
#include "archive/store_sqlite.h"

#include <string.h>

#define EG_PACK_LEVEL 1
#define EG_PLACE_MAX ((uint64_t)1 << 62)

enum eg_status eg_store_pack(struct eg_packed *out, struct eg_store *store, struct eg_bytes octets,
                             struct eg_error *err)
{
    size_t bound = 0, len = 0;
    uint8_t *room = NULL;

    *out = (struct eg_packed){false, octets.len, octets};
    if (octets.len <= EG_PACK_FROM) {
        return EG_OK;
    }
    if (!store->packer) {
        store->packer = ZSTD_createCCtx();
    }
    if (!store->packer) {
        return eg_error_set(err, EG_E_NOMEM, store->path, "no memory to compress a content");
    }
    bound = ZSTD_compressBound(octets.len);
    eg_buf_reset(&store->packed);
    room = eg_buf_reserve(&store->packed, bound);
    if (!room) {
        return eg_error_set(err, EG_E_NOMEM, store->path, "no memory to compress %zu octets",
                            octets.len);
    }
    len = ZSTD_compressCCtx(store->packer, room, bound, octets.data, octets.len, EG_PACK_LEVEL);
    if (ZSTD_isError(len)) {
        return eg_error_set(err, EG_E_INTERNAL, store->path, "zstd: %s", ZSTD_getErrorName(len));
    }
    if (len < octets.len) {
        *out = (struct eg_packed){true, octets.len, {room, len}};
    }
    return EG_OK;
}

void eg_store_pack_reset(struct eg_store *store)
{
    eg_buf_done(&store->packed);
    eg_buf_init(&store->packed, ZSTD_compressBound(2 * EG_PACKAGE_OCTETS_MAX));
}

/* The frame must say its length and hold exactly that: a made-up row shall not fill the memory. */
static enum eg_status inflate(uint8_t *room, ZSTD_DCtx *unpacker, const struct eg_packed *packed,
                              const char *where, struct eg_error *err)
{
    struct eg_bytes octets = packed->octets;
    size_t len = 0;

    if (ZSTD_getFrameContentSize(octets.data, octets.len) != packed->len ||
        ZSTD_findFrameCompressedSize(octets.data, octets.len) != octets.len) {
        return eg_error_set(err, EG_E_FORMAT, where,
                            "a compressed content is not one frame of the length recorded");
    }
    len = ZSTD_decompressDCtx(unpacker, room, packed->len, octets.data, octets.len);
    if (ZSTD_isError(len) || len != packed->len) {
        return eg_error_set(err, EG_E_FORMAT, where, "a compressed content is damaged: %s",
                            ZSTD_isError(len) ? ZSTD_getErrorName(len) : "other length");
    }
    return EG_OK;
}

enum eg_status eg_store_unpack(struct eg_buf *out, ZSTD_DCtx *unpacker,
                               const struct eg_packed *packed, const char *where,
                               struct eg_error *err)
{
    uint8_t *room = NULL;
    enum eg_status status = EG_OK;

    if (packed->len > out->ceiling || out->len > out->ceiling - packed->len) {
        return eg_error_set(err, EG_E_LIMIT, where, "a content of %llu octets, %zu are the ceiling",
                            (unsigned long long)packed->len, out->ceiling);
    }
    if (!packed->packed && packed->octets.len != packed->len) {
        return eg_error_set(err, EG_E_FORMAT, where, "a content is not of the length recorded");
    }
    if (packed->len == 0 && !packed->packed) {
        return EG_OK;
    }
    room = eg_buf_reserve(out, (size_t)packed->len);
    if (!room) {
        return eg_error_set(err, EG_E_NOMEM, where, "no memory for a content of %llu octets",
                            (unsigned long long)packed->len);
    }
    if (packed->packed) {
        status = inflate(room, unpacker, packed, where, err);
    } else {
        memcpy(room, packed->octets.data, (size_t)packed->len);
    }
    if (status) {
        return status;
    }
    out->len += (size_t)packed->len;
    out->data[out->len] = 0;
    return EG_OK;
}

bool eg_content_place(int64_t *out, uint64_t index, enum eg_content_kind kind, unsigned number)
{
    uint64_t slot = (uint64_t)kind;

    if (kind == EG_CONTENT_NOTIFICATION) {
        if (number >= EG_NOTIFICATIONS_MAX) {
            return false;
        }
        slot = EG_CONTENT_SLOT_NOTIFICATION + (uint64_t)number;
    } else if (kind > EG_CONTENT_FINDINGS || number != 0) {
        return false;
    }
    if (index >= EG_PLACE_MAX / EG_CONTENT_SLOTS) {
        return false;
    }
    *out = (int64_t)(index * EG_CONTENT_SLOTS + slot);
    return true;
}

bool eg_node_place(int64_t *out, unsigned level, uint64_t index)
{
    if (level > 60 || index >= EG_PLACE_MAX >> (level + 1)) {
        return false;
    }
    *out = (int64_t)((index << (level + 1)) + (((uint64_t)1 << level) - 1));
    return true;
}
