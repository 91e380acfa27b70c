/*
 * Hash, random and Ed25519.
 *
 * Why here: entries, trees and receipts need only these three, so that all rooms but verify stay
 * free of OpenSSL. The algorithm is fetched once per process from a library context of our own
 * (fetches from the default context take a lock that all threads share, and would read the host's
 * openssl.cnf); each thread keeps its own digest context, because hashing is on the way of every
 * report.
 */
#include "base/crypto.h"

#include "base/text.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static OSSL_LIB_CTX *library;
static EVP_MD *sha256;
static pthread_key_t context_key;
static _Thread_local EVP_MD_CTX *thread_context;

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "emgate: %s\n", what);
    abort();
}

static void free_context(void *context)
{
    EVP_MD_CTX_free(context);
}

static void start(void)
{
    library = OSSL_LIB_CTX_new();
    sha256 = library != NULL ? EVP_MD_fetch(library, "SHA2-256", NULL) : NULL;
    if (sha256 == NULL || pthread_key_create(&context_key, free_context) != 0) {
        give_up("the library offers no SHA-256");
    }
}

static OSSL_LIB_CTX *own_library(void)
{
    pthread_once(&once, start);
    return library;
}

static EVP_MD_CTX *own_context(void)
{
    if (thread_context == NULL) {
        pthread_once(&once, start);
        thread_context = EVP_MD_CTX_new();
        if (thread_context == NULL || pthread_setspecific(context_key, thread_context) != 0) {
            give_up("out of memory for a digest");
        }
    }
    return thread_context;
}

struct eg_digest eg_hash_parts(const struct eg_bytes *parts, size_t count)
{
    struct eg_digest digest = {{0}};
    EVP_MD_CTX *context = own_context();
    int done = EVP_DigestInit_ex2(context, sha256, NULL);

    for (size_t i = 0; i < count && done == 1; i++) {
        if (parts[i].len > 0) {
            done = EVP_DigestUpdate(context, parts[i].data, parts[i].len);
        }
    }
    if (done != 1 || EVP_DigestFinal_ex(context, digest.octets, NULL) != 1) {
        give_up("SHA-256 failed");
    }
    return digest;
}

struct eg_digest eg_hash(struct eg_bytes octets)
{
    return eg_hash_parts(&octets, 1);
}

struct eg_digest eg_hash_salted(const struct eg_salt *salt, struct eg_bytes content)
{
    const struct eg_bytes parts[2] = {{salt->octets, EG_SALT_LEN}, content};

    return eg_hash_parts(parts, 2);
}

bool eg_digest_equal(const struct eg_digest *a, const struct eg_digest *b)
{
    return memcmp(a->octets, b->octets, EG_DIGEST_LEN) == 0;
}

void eg_digest_text(const struct eg_digest *digest, char out[EG_DIGEST_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";

    memcpy(out, "sha256:", 7);
    for (size_t i = 0; i < EG_DIGEST_LEN; i++) {
        out[7 + 2 * i] = digits[digest->octets[i] >> 4];
        out[8 + 2 * i] = digits[digest->octets[i] & 15];
    }
    out[EG_DIGEST_TEXT_LEN] = '\0';
}

bool eg_digest_untext(struct eg_bytes text, struct eg_digest *out)
{
    if (text.len != EG_DIGEST_TEXT_LEN || memcmp(text.data, "sha256:", 7) != 0) {
        return false;
    }
    return eg_text_unhex((struct eg_bytes){text.data + 7, text.len - 7}, out->octets,
                         EG_DIGEST_LEN);
}

enum eg_status eg_random(void *out, size_t len, struct eg_error *err)
{
    uint8_t *to = out;

    while (len > 0) {
        ssize_t got = getrandom(to, len, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return eg_error_set(err, EG_E_CRYPTO, "getrandom", "the system gives no random octets");
        }
        to += got;
        len -= (size_t)got;
    }
    return EG_OK;
}

/* The library's own code goes into `cause`; its queue is left empty for the next caller. */
static enum eg_status refuse(struct eg_error *err, const char *text)
{
    unsigned long code = ERR_peek_last_error();

    ERR_clear_error();
    (void)eg_error_set(err, EG_E_CRYPTO, "Ed25519", "%s", text);
    if (err != NULL) {
        err->cause = ERR_GET_REASON(code);
    }
    return EG_E_CRYPTO;
}

enum eg_status eg_ed25519_new(uint8_t seed[EG_ED25519_KEY_LEN],
                              uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    uint8_t drawn[EG_ED25519_KEY_LEN];
    enum eg_status status = eg_random(drawn, sizeof drawn, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_ed25519_public(public_key, drawn, err);
    if (status != EG_OK) {
        goto done;
    }
    memcpy(seed, drawn, sizeof drawn);

done:
    OPENSSL_cleanse(drawn, sizeof drawn);
    return status;
}

static EVP_PKEY *private_key(const uint8_t seed[EG_ED25519_KEY_LEN])
{
    return EVP_PKEY_new_raw_private_key_ex(own_library(), "ED25519", NULL, seed,
                                           EG_ED25519_KEY_LEN);
}

enum eg_status eg_ed25519_public(uint8_t public_key[EG_ED25519_KEY_LEN],
                                 const uint8_t seed[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    uint8_t made[EG_ED25519_KEY_LEN];
    size_t len = sizeof made;
    EVP_PKEY *key = private_key(seed);
    enum eg_status status = EG_OK;

    if (key == NULL || EVP_PKEY_get_raw_public_key(key, made, &len) != 1 || len != sizeof made) {
        status = refuse(err, "no public key could be made");
    } else {
        memcpy(public_key, made, sizeof made);
    }
    EVP_PKEY_free(key);
    return status;
}

enum eg_status eg_ed25519_sign(uint8_t signature[EG_ED25519_SIG_LEN],
                               const uint8_t seed[EG_ED25519_KEY_LEN], struct eg_bytes message,
                               struct eg_error *err)
{
    uint8_t made[EG_ED25519_SIG_LEN];
    size_t len = sizeof made;
    EVP_PKEY *key = private_key(seed);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    enum eg_status status = EG_OK;

    if (key == NULL || context == NULL ||
        EVP_DigestSignInit_ex(context, NULL, NULL, library, NULL, key, NULL) != 1 ||
        EVP_DigestSign(context, made, &len, message.data, message.len) != 1 || len != sizeof made) {
        status = refuse(err, "signing failed");
    } else {
        memcpy(signature, made, sizeof made);
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return status;
}

bool eg_ed25519_verify(const uint8_t public_key[EG_ED25519_KEY_LEN],
                       const uint8_t signature[EG_ED25519_SIG_LEN], struct eg_bytes message)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(own_library(), "ED25519", NULL, public_key,
                                                   EG_ED25519_KEY_LEN);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fits =
        key != NULL && context != NULL &&
        EVP_DigestVerifyInit_ex(context, NULL, NULL, library, NULL, key, NULL) == 1 &&
        EVP_DigestVerify(context, signature, EG_ED25519_SIG_LEN, message.data, message.len) == 1;

    ERR_clear_error();
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return fits;
}
