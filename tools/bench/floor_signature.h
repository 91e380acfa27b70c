/*
 * What one bare signature check costs: the library's own call with key, digest and context at hand.
 * For `emgate bench`, which sets our stages beside it; nothing else uses it.
 */
#ifndef EG_BENCH_FLOOR_SIGNATURE_H
#define EG_BENCH_FLOOR_SIGNATURE_H

#include "base/bytes.h"

/*
 * Check one ECDSA P-256 signature over a SHA-256 digest `rounds` times.
 *
 *   ns_out  CPU of one check in nanoseconds; untouched on failure
 *
 * EG_E_CRYPTO, EG_E_NOMEM, EG_E_USAGE (rounds 0). Any thread (own OSSL_LIB_CTX inside).
 */
EG_MUST_USE
enum eg_status eg_floor_signature(int64_t *ns_out, size_t rounds, struct eg_error *err);

#endif
