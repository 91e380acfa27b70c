/*
 * Files that are made once, and the form of the salts among them.
 */
#include "emgate/verbs/keep.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MODE 0644
#define NAME_DIGITS 16

static struct eg_bytes bytes(struct eg_octets octets)
{
    return (struct eg_bytes){octets.data, octets.len};
}

enum eg_status eg_keep_file(const char *path, struct eg_octets octets, struct eg_error *err)
{
    struct eg_buf there = {0};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = eg_file_create(path, bytes(octets), KEPT_MODE, err);

    if (status != EG_E_EXISTS) {
        return status;
    }
    eg_buf_init(&there, octets.len);
    status = eg_file_read(&there, path, &own);
    bool same = status == EG_OK && eg_bytes_equal(eg_bytes_view(&there), bytes(octets));
    eg_buf_done(&there);
    if (same) {
        return EG_OK;
    }
    if (status != EG_OK && status != EG_E_LIMIT) { /* what is there can not even be read */
        return eg_error_set(err, status, path, "%s", own.text);
    }
    return eg_error_set(err, EG_E_EXISTS, path,
                        "is there with other octets, and is not overwritten; move it away first if "
                        "it is damaged");
}

char *eg_keep_name(const char *stem, struct eg_octets octets, const char *ending)
{
    struct eg_digest digest = eg_hash(bytes(octets));
    struct eg_buf hex = {0};
    char *name = NULL;

    eg_buf_init(&hex, 2 * EG_DIGEST_LEN);
    eg_text_hex(&hex, (struct eg_bytes){digest.octets, EG_DIGEST_LEN});
    if (hex.failed ||
        asprintf(&name, "%s.%.*s%s", stem, NAME_DIGITS, (const char *)hex.data, ending) < 0) {
        name = NULL;
    }
    eg_buf_done(&hex);
    return name;
}

void eg_keep_salts_write(struct eg_buf *out, const struct eg_keep_salts *salts)
{
    eg_lines_begin(out, "salts");
    eg_buf_text(out, "findings ");
    eg_text_hex(out, (struct eg_bytes){salts->findings.octets, EG_SALT_LEN});
    eg_buf_text(out, "\nreport ");
    eg_text_hex(out, (struct eg_bytes){salts->report.octets, EG_SALT_LEN});
    eg_buf_text(out, "\n");
}

bool eg_keep_salts_read(struct eg_keep_salts *out, struct eg_bytes text)
{
    struct eg_lines lines = {0};
    struct eg_bytes findings = EG_BYTES_NONE, report = EG_BYTES_NONE;

    return eg_lines_start(&lines, text, "salts") &&
           eg_lines_expect(&lines, "findings", &findings) &&
           eg_lines_expect(&lines, "report", &report) && eg_lines_next(&lines) == 0 &&
           eg_text_unhex(findings, out->findings.octets, EG_SALT_LEN) &&
           eg_text_unhex(report, out->report.octets, EG_SALT_LEN);
}
