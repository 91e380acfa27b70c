/*
 * Key pairs of the transport. They live in the client room because everyone who connects needs one;
 * the gateway's own two pairs are made with the same functions when a trial is set up.
 */
#include "client/curve.h"

#include <stdint.h>
#include <string.h>
#include <zmq.h>

enum eg_status eg_curve_new(char public_z85[EG_CURVE_KEY_TEXT + 1],
                            char secret_z85[EG_CURVE_KEY_TEXT + 1], struct eg_error *err)
{
    char public_key[EG_CURVE_KEY_TEXT + 1] = "";
    char secret_key[EG_CURVE_KEY_TEXT + 1] = "";
    if (zmq_curve_keypair(public_key, secret_key) != 0) {
        return eg_error_set(err, EG_E_CRYPTO, "CURVE", "no key pair could be made: %s",
                            zmq_strerror(zmq_errno()));
    }
    memcpy(public_z85, public_key, sizeof public_key);
    memcpy(secret_z85, secret_key, sizeof secret_key);
    explicit_bzero(secret_key, sizeof secret_key);
    return EG_OK;
}
