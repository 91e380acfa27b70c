/*
 * Receipts: written once per decision, read by anyone who holds the log key.
 */
#include "proof/receipt.h"

#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

enum eg_status eg_receipt_write(struct eg_buf *out, struct eg_bytes entry, uint64_t index,
                                const struct eg_digest *path, size_t path_count,
                                struct eg_bytes checkpoint, struct eg_error *err)
{
    eg_buf_text(out, FIRST_LINE "\nextra ");
    eg_text_base64(out, entry);
    eg_buf_format(out, "\nindex %" PRIu64 "\n", index);
    for (size_t i = 0; i < path_count; i++) {
        eg_text_base64(out, (struct eg_bytes){path[i].octets, EG_DIGEST_LEN});
        eg_buf_char(out, '\n');
    }
    eg_buf_char(out, '\n');
    eg_buf_bytes(out, checkpoint);
    return eg_buf_ok(out, "receipt", err);
}

struct reader {
    struct eg_bytes rest;
    unsigned number;
    struct eg_error *err;
};

static enum eg_status malformed(const struct reader *reader, const char *what)
{
    char where[48];
    snprintf(where, sizeof where, "receipt line %u", reader->number);
    return eg_error_set(reader->err, EG_E_FORMAT, where, "%s", what);
}

static bool take_line(struct reader *reader, struct eg_bytes *line)
{
    const uint8_t *end =
        reader->rest.len == 0 ? NULL : memchr(reader->rest.data, '\n', reader->rest.len);
    reader->number++;
    if (end == NULL) {
        return false;
    }
    *line = (struct eg_bytes){reader->rest.data, (size_t)(end - reader->rest.data)};
    reader->rest.data = end + 1;
    reader->rest.len -= line->len + 1;
    return true;
}

static bool take_keyed(struct reader *reader, const char *key, struct eg_bytes *value)
{
    struct eg_bytes line;
    size_t len = strlen(key);
    if (!take_line(reader, &line) || line.len < len || memcmp(line.data, key, len) != 0) {
        return false;
    }
    *value = (struct eg_bytes){line.data + len, line.len - len};
    return true;
}

static enum eg_status read_head(struct eg_receipt *receipt, struct reader *reader)
{
    struct eg_bytes value;
    if (!take_keyed(reader, FIRST_LINE, &value) || value.len != 0) {
        return malformed(reader, "is not '" FIRST_LINE "'");
    }
    if (!take_keyed(reader, "extra ", &value) || !eg_text_unbase64(value, &receipt->entry_text)) {
        return malformed(reader, "is not 'extra <base64 of an entry>'");
    }
    if (!take_keyed(reader, "index ", &value) || !eg_text_u64(value, UINT64_MAX, &receipt->index)) {
        return malformed(reader, "is not 'index <number>'");
    }
    return EG_OK;
}

static enum eg_status read_path(struct eg_receipt *receipt, struct reader *reader)
{
    struct eg_bytes line;
    struct eg_buf hash;
    eg_buf_init(&hash, 64);
    enum eg_status status = EG_OK;
    for (;;) {
        if (!take_line(reader, &line)) {
            status = malformed(reader, "the empty line before the checkpoint is missing");
            break;
        }
        if (line.len == 0) {
            break;
        }
        eg_buf_reset(&hash);
        if (receipt->path_count == EG_MERKLE_LEVELS || line.len != 44 ||
            !eg_text_unbase64(line, &hash) || hash.len != EG_DIGEST_LEN) {
            status = malformed(reader, "is not the base64 of a hash");
            break;
        }
        memcpy(receipt->path[receipt->path_count++].octets, hash.data, EG_DIGEST_LEN);
    }
    eg_buf_done(&hash);
    return status;
}

static enum eg_status read_into(struct eg_receipt *receipt, struct eg_bytes text,
                                struct eg_error *err)
{
    struct reader reader = {text, 0, err};
    if (text.len > EG_RECEIPT_MAX) {
        return malformed(&reader, "larger than any receipt");
    }
    EG_TRY(read_head(receipt, &reader));
    EG_TRY(read_path(receipt, &reader));
    receipt->checkpoint_note = reader.rest;
    return eg_entry_read(&receipt->entry, eg_bytes_view(&receipt->entry_text), err);
}

enum eg_status eg_receipt_read(struct eg_receipt *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_receipt *receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "receipt", "memory ran out");
    }
    eg_buf_init(&receipt->entry_text, EG_ENTRY_MAX);
    enum eg_status status = read_into(receipt, text, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = *receipt;
    eg_buf_init(&receipt->entry_text, EG_ENTRY_MAX);

done:
    eg_receipt_done(receipt);
    free(receipt);
    return status;
}

static enum eg_status prove(struct eg_receipt *receipt, const char *origin,
                            const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    enum eg_status status = eg_checkpoint_verify(&receipt->checkpoint, receipt->checkpoint_note,
                                                 origin, public_key, err);
    struct eg_digest leaf = eg_merkle_leaf(eg_bytes_view(&receipt->entry_text));
    if (status != EG_OK) {
        return status;
    }
    if (!eg_merkle_inclusion_verify(&leaf, receipt->index, receipt->checkpoint.size, receipt->path,
                                    receipt->path_count, &receipt->checkpoint.root)) {
        return eg_error_set(err, EG_E_CRYPTO, "receipt",
                            "the proof does not lead from the entry to the checkpoint's root");
    }
    return EG_OK;
}

enum eg_status eg_receipt_verify(struct eg_receipt *out, struct eg_bytes text, const char *origin,
                                 const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_receipt *receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "receipt", "memory ran out");
    }
    enum eg_status status = eg_receipt_read(receipt, text, err);
    if (status != EG_OK) {
        goto done;
    }
    status = prove(receipt, origin, public_key, err);

done:
    if (status == EG_OK) {
        *out = *receipt;
    } else {
        eg_receipt_done(receipt);
    }
    free(receipt);
    return status;
}

void eg_receipt_done(struct eg_receipt *receipt)
{
    eg_buf_done(&receipt->entry_text);
}
