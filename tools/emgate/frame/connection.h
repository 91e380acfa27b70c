/*
 * What every verb that talks to a gateway has in common: the options that say which gateway and who
 * one is, and the client made from them.
 */
#ifndef EG_TOOL_CONNECTION_H
#define EG_TOOL_CONNECTION_H

#include "emgate/frame/verb.h"

#include <emgate/client.h>

/* Rows for a verb's table of options. */
#define EG_CONNECTION_OPTIONS                                                                      \
    {"--card", "CARD", "endpoint card of the gateway; its signature is CARD.p7s beside it", false, \
     true},                                                                                        \
        {"--anchors", "FILE", "certificate authorities that are trusted (PEM)", false, true},      \
        {"--crl", "FILE", "revocation lists for the gateway's certificates (PEM)", false, false},  \
        {"--key", "FILE", "own private key (PEM) for the greeting", false, false},                 \
        {"--cert", "FILE", "own certificate, with its chain behind it (PEM)", false, false},       \
    {                                                                                              \
        "--timeout", "SECONDS", "patience for every answer, outages included (30)", false, false   \
    }

/*
 * Make a client from the options.
 *
 *   identity  key and certificate files where --key and --cert are not given; NULL: none
 *   window    submissions in flight, 0: usual
 */
struct eg_identity_files {
    const char *key, *cert;
};
EG_MUST_USE
enum eg_status eg_connection_new(struct eg_client **out, const struct eg_tool_args *args,
                                 const struct eg_identity_files *identity, unsigned window,
                                 struct eg_error *err);

/* After a signal one more answer may be waited for, e.g. that of an ACK. */
void eg_connection_ignore_signals(void);

/* Read a file of at most `max` octets into `out`, which it initialises. */
EG_MUST_USE
enum eg_status eg_connection_read(struct eg_buf *out, const char *path, size_t max,
                                  struct eg_error *err);

/* What an option's number may be, ends included, and what it is when it is not given. */
struct eg_number_range {
    uint64_t min, max, usual;
};

/* A number of the range from an option. EG_E_USAGE. */
EG_MUST_USE
enum eg_status eg_connection_number(uint64_t *out, const struct eg_tool_args *args,
                                    const char *name, struct eg_number_range range,
                                    struct eg_error *err);

/* "<dir>/<file's last name><ending>", or beside the file when dir is NULL. free(); NULL: memory. */
char *eg_connection_beside(const char *dir, const char *file, const char *ending);

#endif
