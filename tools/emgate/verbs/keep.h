/*
 * Keeping what proves something: a file is made once, and nothing ever takes its place.
 */
#ifndef EG_TOOL_KEEP_H
#define EG_TOOL_KEEP_H

#include "base/crypto.h"

#include <emgate/client.h>

/*
 * Make a file, durably. EG_OK also when a file with these very octets is there; EG_E_EXISTS: one
 * with other octets is, and stays as it is.
 */
EG_MUST_USE
enum eg_status eg_keep_file(const char *path, struct eg_octets octets, struct eg_error *err);

/* "<stem>.<first 16 hex digits of SHA-256(octets)><ending>"; free(). NULL: memory ran out. */
char *eg_keep_name(const char *stem, struct eg_octets octets, const char *ending);

/* The file of salts that lies beside a receipt: text "emgate salts 1". */
struct eg_keep_salts {
    struct eg_salt findings, report;
};
void eg_keep_salts_write(struct eg_buf *out, const struct eg_keep_salts *salts);
bool eg_keep_salts_read(struct eg_keep_salts *out, struct eg_bytes text);

#endif
