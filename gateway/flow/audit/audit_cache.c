/*
 * Most entries of an archive name the same directory, the same few packages and the same
 * revocation list, so each of these is read and compiled once.
 */
#include "flow/audit/audit_cache.h"

#include "assess/package/directory.h"
#include "assess/package/package.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#define LIBRARY_PACKAGES 8

struct catalog {
    struct eg_digest digest;
    struct eg_package *package;
    struct eg_rules *rules;
    struct eg_judge *judge;
    /* value of `clock` when it was asked for last */
    uint64_t used;
};

struct eg_audit_cache {
    struct eg_bytes anchors_pem;
    struct eg_directory *directory;
    struct eg_digest directory_digest;
    struct catalog packages[LIBRARY_PACKAGES];
    /* counts requests */
    uint64_t clock;
    struct eg_verifier *verifier;
    struct eg_digest revocation;
    struct eg_buf crls;
};

enum eg_status eg_audit_cache_new(struct eg_audit_cache **out, struct eg_bytes anchors_pem,
                                  struct eg_error *err)
{
    struct eg_audit_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "library", "memory ran out");
    }
    cache->anchors_pem = anchors_pem;
    *out = cache;
    return EG_OK;
}

static void clear(struct catalog *catalog)
{
    eg_judge_free(&catalog->judge);
    eg_rules_free(&catalog->rules);
    eg_package_free(&catalog->package);
    *catalog = (struct catalog){0};
}

void eg_audit_cache_free(struct eg_audit_cache **cache)
{
    if (*cache == NULL) {
        return;
    }
    for (size_t i = 0; i < LIBRARY_PACKAGES; i++) {
        clear(&(*cache)->packages[i]);
    }
    eg_directory_free(&(*cache)->directory);
    eg_verifier_free(&(*cache)->verifier);
    eg_buf_done(&(*cache)->crls);
    free(*cache);
    *cache = NULL;
}

/* What was recorded under `digest`: the entry's report and signature contents. */
static enum eg_status fetch(struct eg_buf *octets, struct eg_buf *signature, struct eg_store *store,
                            enum eg_entry_kind kind, const struct eg_digest *digest,
                            struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_salt salt = {0};
    enum eg_status status = eg_store_by_digest(&stored, store, kind, digest, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_store_content(octets, &salt, store, stored.index, EG_CONTENT_REPORT, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_content(signature, &salt, store, stored.index, EG_CONTENT_SIGNATURE, 0, err);

done:
    eg_stored_done(&stored);
    return status;
}

enum eg_status eg_audit_cache_directory(const struct eg_directory **out,
                                        struct eg_audit_cache *cache, struct eg_store *store,
                                        const struct eg_digest *digest, struct eg_error *err)
{
    struct eg_buf xml = {0};
    struct eg_buf cms = {0};
    struct eg_directory *directory = NULL;
    enum eg_status status = EG_OK;

    if (cache->directory != NULL && eg_digest_equal(&cache->directory_digest, digest)) {
        *out = cache->directory;
        return EG_OK;
    }
    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    status = fetch(&xml, &cms, store, EG_ENTRY_DIRECTORY, digest, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_directory_parse(&directory, eg_bytes_view(&xml), eg_bytes_view(&cms), err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_digest_equal(&directory->digest, digest)) {
        status = eg_error_set(err, EG_E_FORMAT, "directory", "does not have the digest recorded");
    }
    if (status != EG_OK) {
        goto done;
    }
    eg_directory_free(&cache->directory);
    cache->directory = directory;
    cache->directory_digest = *digest;
    *out = directory;
    directory = NULL;

done:
    eg_directory_free(&directory);
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

/* ---- packages ---- */

static enum eg_status load(struct catalog *catalog, struct eg_store *store,
                           const struct eg_digest *digest, struct eg_error *err)
{
    struct eg_buf packed = {0};
    struct eg_buf cms = {0};
    struct eg_tree tree = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&packed, 2 * EG_PACKAGE_OCTETS_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    status = fetch(&packed, &cms, store, EG_ENTRY_PACKAGE, digest, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_unpack(&tree, eg_bytes_view(&packed), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_parse(&catalog->package, &tree, false, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_digest_equal(&catalog->package->ref.digest, digest)) {
        status = eg_error_set(err, EG_E_FORMAT, "package", "does not have the digest recorded");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_rules_compile(&catalog->rules, catalog->package, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_judge_new(&catalog->judge, catalog->rules, err);

done:
    eg_tree_done(&tree);
    eg_buf_done(&packed);
    eg_buf_done(&cms);
    return status;
}

enum eg_status eg_audit_cache_judge(struct eg_judge **out, struct eg_audit_cache *cache,
                                    struct eg_store *store, const struct eg_digest *digest,
                                    struct eg_error *err)
{
    struct catalog *oldest = &cache->packages[0];
    enum eg_status status = EG_OK;

    cache->clock++;
    for (size_t i = 0; i < LIBRARY_PACKAGES; i++) {
        struct catalog *catalog = &cache->packages[i];

        if (catalog->judge != NULL && eg_digest_equal(&catalog->digest, digest)) {
            catalog->used = cache->clock;
            *out = catalog->judge;
            return EG_OK;
        }
        if (catalog->used < oldest->used) {
            oldest = catalog;
        }
    }
    clear(oldest);
    status = load(oldest, store, digest, err);
    if (status != EG_OK) {
        clear(oldest);
        return status;
    }
    oldest->digest = *digest;
    oldest->used = cache->clock;
    *out = oldest->judge;
    return EG_OK;
}

/* ---- verifier ---- */

enum eg_status eg_audit_cache_verifier(struct eg_verifier **out, struct eg_audit_cache *cache,
                                       struct eg_store *store, const struct eg_digest *revocation,
                                       struct eg_error *err)
{
    static const struct eg_digest none;
    const struct eg_digest *wanted = revocation != NULL ? revocation : &none;
    struct eg_trust trust = {.anchors_pem = cache->anchors_pem};

    if (cache->verifier != NULL && eg_digest_equal(&cache->revocation, wanted)) {
        *out = cache->verifier;
        return EG_OK;
    }
    eg_verifier_free(&cache->verifier);
    eg_buf_done(&cache->crls);
    eg_buf_init(&cache->crls, 2 * EG_PACKAGE_OCTETS_MAX);
    if (revocation != NULL) {
        trust.crls_from =
            "recorded revocation lists"; /* so that lists without entries do not count as not set */
        EG_TRY(eg_store_revocation(&cache->crls, store, revocation, err));
    }
    trust.crls_pem = eg_bytes_view(&cache->crls);
    EG_TRY(eg_verifier_new(&cache->verifier, &trust, err));
    cache->revocation = *wanted;
    *out = cache->verifier;
    return EG_OK;
}
