/*
 * Which algorithms count, and when. The one place to change when an algorithm comes or goes:
 * signatures are judged at received-at, so a row that ends keeps the past provable.
 */
#include "verify/policy.h"

#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SHA2(last) "\x60\x86\x48\x01\x65\x03\x04\x02" last, 9

static const struct eg_algorithm table[] = {
    {EG_USE_DIGEST, "SHA2-256", SHA2("\x01"), 256, "2000-01-01", ""},
    {EG_USE_DIGEST, "SHA2-384", SHA2("\x02"), 384, "2000-01-01", ""},
    {EG_USE_DIGEST, "SHA2-512", SHA2("\x03"), 512, "2000-01-01", ""},
    {EG_USE_EC, "P-256", NULL, 0, 256, "2000-01-01", ""},
    {EG_USE_EC, "P-384", NULL, 0, 384, "2000-01-01", ""},
    {EG_USE_EC, "P-521", NULL, 0, 521, "2000-01-01", ""},
    {EG_USE_RSA, "RSA", NULL, 0, 3072, "2000-01-01", ""},
};

#define ROWS (sizeof table / sizeof table[0])

const struct eg_algorithm *eg_policy_row(size_t n)
{
    return n < ROWS ? &table[n] : NULL;
}

const struct eg_algorithm *eg_policy_digest(struct eg_bytes oid)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct eg_bytes own = {(const uint8_t *)table[i].oid, table[i].oid_len};
        if (table[i].use == EG_USE_DIGEST && eg_bytes_equal(own, oid)) {
            return &table[i];
        }
    }
    return NULL;
}

/* OpenSSL's names of the three curves. */
static const char *curve_name(const char *group)
{
    static const char *const names[][2] = {
        {"prime256v1", "P-256"}, {"secp384r1", "P-384"}, {"secp521r1", "P-521"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(group, names[i][0]) == 0 || strcmp(group, names[i][1]) == 0) {
            return names[i][1];
        }
    }
    return group;
}

static const struct eg_algorithm *find_row(enum eg_algorithm_use use, const char *name,
                                           unsigned bits)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (table[i].use == use && strcmp(table[i].name, name) == 0 && bits >= table[i].bits) {
            return &table[i];
        }
    }
    return NULL;
}

const struct eg_algorithm *eg_policy_key(const EVP_PKEY *key, char *what, size_t what_size)
{
    unsigned bits = (unsigned)EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
        snprintf(what, what_size, "RSA with %u bits", bits);
        return find_row(EG_USE_RSA, "RSA", bits);
    }
    if (EVP_PKEY_is_a(key, "EC")) {
        char group[64] = "unnamed curve";
        if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1) {
            snprintf(group, sizeof group, "unnamed curve");
        }
        snprintf(what, what_size, "EC on %s", curve_name(group));
        return find_row(EG_USE_EC, curve_name(group), bits);
    }
    const char *name = EVP_PKEY_get0_type_name(key);
    snprintf(what, what_size, "%s", name == NULL ? "a key of unknown kind" : name);
    return NULL;
}

static int64_t day_ms(const char *day, const char *time)
{
    char text[EG_TIME_TEXT_MAX];
    int64_t at_ms = 0;
    snprintf(text, sizeof text, "%s%s", day, time);
    bool read = eg_text_untime(eg_bytes_of(text), &at_ms);
    return read ? at_ms : INT64_MIN;
}

void eg_policy_narrow(const struct eg_algorithm *algorithm, int64_t *from_ms, int64_t *until_ms)
{
    int64_t from = day_ms(algorithm->from, "T00:00:00.000Z");
    if (from > *from_ms) {
        *from_ms = from;
    }
    if (algorithm->until[0] != '\0') {
        int64_t until = day_ms(algorithm->until, "T23:59:59.999Z");
        if (until < *until_ms) {
            *until_ms = until;
        }
    }
}

bool eg_policy_in_force(const struct eg_algorithm *algorithm, int64_t at_ms)
{
    int64_t from_ms = INT64_MIN, until_ms = INT64_MAX;
    eg_policy_narrow(algorithm, &from_ms, &until_ms);
    return at_ms >= from_ms && at_ms <= until_ms;
}
