/*
 * What the transport costs by itself: one message there, one back, over CURVE on loopback. For
 * `emgate bench`, which sets our stages beside it; nothing else uses it.
 */
#ifndef EG_BENCH_FLOOR_TRANSPORT_H
#define EG_BENCH_FLOOR_TRANSPORT_H

#include "base/bytes.h"

/*
 * Send `rounds` messages of request_len octets and get back one of reply_len for each, 64 in
 * flight.
 *
 *   ns_out  CPU of one round trip in nanoseconds, both ends and their I/O threads together
 *
 * EG_E_IO, EG_E_CRYPTO, EG_E_NOMEM, EG_E_USAGE (rounds 0), EG_E_TIMEOUT. ns_out untouched on
 * failure. Measures the whole process: nothing else may run meanwhile. Blocks.
 */
EG_MUST_USE
enum eg_status eg_floor_transport(int64_t *ns_out, size_t request_len, size_t reply_len,
                                  size_t rounds, struct eg_error *err);

#endif
