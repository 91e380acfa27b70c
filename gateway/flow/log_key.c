/*
 * The log key as people give it; see the header.
 */
#include "flow/log_key.h"

#include "base/file.h"

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
    status = eg_file_read(&text, given, err);
    if (status == EG_E_NOTFOUND && err != NULL) {
        status = eg_error_set(err, EG_E_NOTFOUND, given,
                              "is neither a log key (ORIGIN+ID+BASE64) nor a file that holds one");
    }
    if (status == EG_OK) {
        line = eg_bytes_view(&text);
        if (line.len > 0 && line.data[line.len - 1] == '\n') {
            line.len--;
        }
        status = eg_vkey_read(found.origin, found.key, line, err);
    }
    if (status == EG_OK) {
        *out = found;
    }
    eg_buf_done(&text);
    return status;
}
