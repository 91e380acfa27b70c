/*
 * One CURVE connection to a gateway: a DEALER socket with its monitor. The monitor matters because
 * a socket whose handshake was refused never tries again and drops what it is given: it must be
 * closed and opened anew.
 */
#ifndef EG_CLIENT_LINK_H
#define EG_CLIENT_LINK_H

#include "base/error.h"
#include "base/limits.h"

struct eg_link {
    void *socket, *monitor;
    /* the handshake succeeded and the connection is open */
    bool open;
    /* it was open, broke, and is open again: what was sent may be lost */
    bool reopened;
    /* the handshake was refused: close it */
    bool refused;
    bool was_open;
};

/*
 *   context     of zmq; kept
 *   endpoint    borrowed
 *   server_key, public_key, secret_key   Z85; borrowed
 *
 * Does not wait for the connection. EG_E_IO with the transport's own words.
 */
EG_MUST_USE
enum eg_status eg_link_open(struct eg_link *out, void *context, const char *endpoint,
                            const char *server_key, const char *public_key, const char *secret_key,
                            struct eg_error *err);
void eg_link_close(struct eg_link *link); /* a zeroed one is fine */

/*
 * Wait until a message may be there, the connection changes, or the time is over; then look at
 * what the monitor tells. Returns whether a message may be there.
 */
bool eg_link_wait(struct eg_link *link, int timeout_ms);

#endif
