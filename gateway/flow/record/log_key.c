/*
 * What is given is tried as a key first, then as a path.
 */
#include "flow/record/log_key.h"

#include "base/file.h"
#include "base/text.h"

enum eg_status eg_log_key_take(struct eg_log_key_given *out, const char *given,
                               struct eg_error *err)
{
    struct eg_log_key_given found = {0};
    struct eg_error unused = {0};
    struct eg_buf text = {0};
    struct eg_bytes line = EG_BYTES_NONE;
    enum eg_status status = eg_vkey_read(found.origin, found.key, eg_bytes_of(given), &unused);

    if (status == EG_OK) {
        *out = found;
        return EG_OK;
    }
    eg_buf_init(&text, EG_KIB);
    status = eg_file_read_some(&text, given, err);
    if (status == EG_E_NOTFOUND && err != NULL) {
        status = eg_error_set(err, EG_E_NOTFOUND, given,
                              "is neither a log key (ORIGIN+ID+BASE64) nor a file that holds one");
    }
    if (status != EG_OK) {
        goto done;
    }
    line = eg_bytes_view(&text);
    if (line.len > 0 && line.data[line.len - 1] == '\n') {
        line.len--;
    }
    status = eg_vkey_read(found.origin, found.key, line, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = found;

done:
    eg_buf_done(&text);
    return status;
}

enum eg_status eg_log_seed_read(uint8_t seed[EG_ED25519_KEY_LEN], const char *path,
                                struct eg_error *err)
{
    struct eg_buf text;
    eg_buf_init(&text, 256);
    enum eg_status status = eg_file_read_some(&text, path, err);
    struct eg_bytes hex = eg_bytes_view(&text);
    while (hex.len > 0 && (hex.data[hex.len - 1] == '\n' || hex.data[hex.len - 1] == '\r')) {
        hex.len--;
    }
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_text_unhex(hex, seed, EG_ED25519_KEY_LEN)) {
        status = eg_error_set(err, EG_E_FORMAT, path, "log key must be 64 lower case hex digits");
    }

done:
    eg_buf_wipe(&text);
    return status;
}
