/*
 * Log key: the public half as people give it, a C2SP verifier key or a file that holds one; and the
 * secret half from its file.
 *
 * Thread: any.
 */
#ifndef EG_FLOW_LOG_KEY_H
#define EG_FLOW_LOG_KEY_H

#include "base/limits.h"
#include "proof/checkpoint.h"

struct eg_log_key_given {
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t key[EG_ED25519_KEY_LEN];
};

/*
 *   given   "<origin>+<id>+<base64>", or the path of a file with just that line; borrowed
 * EG_E_FORMAT: neither; EG_E_NOTFOUND, EG_E_IO, EG_E_LIMIT from reading the file.
 */
EG_MUST_USE
enum eg_status eg_log_key_take(struct eg_log_key_given *out, const char *given,
                               struct eg_error *err);

/* The log key's secret half: a file with its seed as 64 lower case hex digits. EG_E_FORMAT and the
 * statuses of eg_file_read. */
EG_MUST_USE
enum eg_status eg_log_seed_read(uint8_t seed[EG_ED25519_KEY_LEN], const char *path,
                                struct eg_error *err);

#endif
