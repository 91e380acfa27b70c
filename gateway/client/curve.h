/*
 * CURVE key pairs in Z85 text, as the transport takes them.
 */
#ifndef EG_CLIENT_CURVE_H
#define EG_CLIENT_CURVE_H

#include "base/error.h"
#include "base/limits.h"

/*
 * Draw a new key pair.
 *
 *   public_z85  40 characters and a 0 octet; may be shown to anyone
 *   secret_z85  the same; the caller wipes it when it is done with it
 *
 * EG_E_CRYPTO  the transport library was built without CURVE, or has no random octets
 * Thread       any
 */
EG_MUST_USE
enum eg_status eg_curve_new(char public_z85[EG_CURVE_KEY_TEXT + 1],
                            char secret_z85[EG_CURVE_KEY_TEXT + 1], struct eg_error *err);

#endif
