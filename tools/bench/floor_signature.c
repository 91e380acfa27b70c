/*
 * One bare ECDSA check, again and again: no certificate, no CMS, nothing fetched twice. A stage
 * that verifies can come near this figure, never below.
 */
#include "bench/floor_signature.h"

#include "base/clock.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#define SIGNATURE_MAX 128
#define DIGEST_LEN 32

struct floor {
    OSSL_LIB_CTX *library;
    EVP_PKEY *key;
    EVP_PKEY_CTX *signing;
    EVP_PKEY_CTX *checking;
    uint8_t digest[DIGEST_LEN];
    uint8_t signature[SIGNATURE_MAX];
    size_t signature_len;
};

static bool prepare(struct floor *floor)
{
    floor->library = OSSL_LIB_CTX_new();
    if (floor->library == NULL) {
        return false;
    }
    floor->key = EVP_PKEY_Q_keygen(floor->library, NULL, "EC", "P-256");
    if (floor->key == NULL) {
        return false;
    }
    floor->signing = EVP_PKEY_CTX_new_from_pkey(floor->library, floor->key, NULL);
    floor->checking = EVP_PKEY_CTX_new_from_pkey(floor->library, floor->key, NULL);
    floor->signature_len = sizeof floor->signature;
    return floor->signing != NULL && floor->checking != NULL &&
           EVP_PKEY_sign_init(floor->signing) == 1 &&
           EVP_PKEY_sign(floor->signing, floor->signature, &floor->signature_len, floor->digest,
                         sizeof floor->digest) == 1 &&
           EVP_PKEY_verify_init(floor->checking) == 1;
}

static void done(struct floor *floor)
{
    EVP_PKEY_CTX_free(floor->signing);
    EVP_PKEY_CTX_free(floor->checking);
    EVP_PKEY_free(floor->key);
    OSSL_LIB_CTX_free(floor->library);
}

enum eg_status eg_floor_signature(int64_t *ns_out, size_t rounds, struct eg_error *err)
{
    struct floor floor = {.digest = {1, 2, 3}};
    enum eg_status status = EG_OK;
    int64_t started_ns = 0;

    if (rounds == 0) {
        return eg_error_set(err, EG_E_USAGE, "rounds", "must be at least 1");
    }
    if (!prepare(&floor)) {
        status = eg_error_set(err, EG_E_CRYPTO, NULL, "no P-256 key could be made and used");
        goto done;
    }
    started_ns = eg_clock_thread_ns();
    for (size_t i = 0; i < rounds; i++) {
        if (EVP_PKEY_verify(floor.checking, floor.signature, floor.signature_len, floor.digest,
                            sizeof floor.digest) != 1) {
            status = eg_error_set(err, EG_E_CRYPTO, NULL, "a signature just made does not verify");
            goto done;
        }
    }
    *ns_out = (eg_clock_thread_ns() - started_ns) / (int64_t)rounds;

done:
    done(&floor);
    return status;
}
