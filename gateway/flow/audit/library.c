/*
 * Most entries of an archive name the same directory, the same few packages and the same
 * revocation list; reading each of them once is what makes an audit as fast as the judging was.
 */
#include "flow/audit/library.h"

#include "assess/package/directory.h"
#include "assess/package/package.h"

#include <stdlib.h>
#include <string.h>

#define LIBRARY_PACKAGES 8

struct shelf {
    struct eg_digest digest;
    struct eg_package *package;
    struct eg_rules *rules;
    struct eg_judge *judge;
    uint64_t used; /* when asked for last */
};

struct eg_library {
    struct eg_bytes anchors_pem;
    struct eg_directory *directory;
    struct eg_digest directory_digest;
    struct shelf packages[LIBRARY_PACKAGES];
    uint64_t clock; /* counts what is asked */
    struct eg_verifier *verifier;
    struct eg_digest revocation;
    struct eg_buf crls;
};

enum eg_status eg_library_new(struct eg_library **out, struct eg_bytes anchors_pem,
                              struct eg_error *err)
{
    struct eg_library *library = calloc(1, sizeof(*library));

    if (library == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "library", "memory ran out");
    }
    library->anchors_pem = anchors_pem;
    *out = library;
    return EG_OK;
}

static void clear(struct shelf *shelf)
{
    eg_judge_free(&shelf->judge);
    eg_rules_free(&shelf->rules);
    eg_package_free(&shelf->package);
    *shelf = (struct shelf){0};
}

void eg_library_free(struct eg_library **library)
{
    if (*library == NULL) {
        return;
    }
    for (size_t i = 0; i < LIBRARY_PACKAGES; i++) {
        clear(&(*library)->packages[i]);
    }
    eg_directory_free(&(*library)->directory);
    eg_verifier_free(&(*library)->verifier);
    eg_buf_done(&(*library)->crls);
    free(*library);
    *library = NULL;
}

/* What was recorded under `digest`: the entry's report and signature contents. */
static enum eg_status fetch(struct eg_buf *octets, struct eg_buf *signature, struct eg_store *store,
                            enum eg_entry_kind kind, const struct eg_digest *digest,
                            struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_salt salt = {0};
    enum eg_status status = eg_store_by_digest(&stored, store, kind, digest, err);

    if (status == EG_OK) {
        status = eg_store_content(octets, &salt, store, stored.index, EG_CONTENT_REPORT, 0, err);
    }
    if (status == EG_OK) {
        status =
            eg_store_content(signature, &salt, store, stored.index, EG_CONTENT_SIGNATURE, 0, err);
    }
    eg_stored_done(&stored);
    return status;
}

enum eg_status eg_library_directory(const struct eg_directory **out, struct eg_library *library,
                                    struct eg_store *store, const struct eg_digest *digest,
                                    struct eg_error *err)
{
    struct eg_buf xml = {0};
    struct eg_buf cms = {0};
    struct eg_directory *directory = NULL;
    enum eg_status status = EG_OK;

    if (library->directory != NULL && eg_digest_equal(&library->directory_digest, digest)) {
        *out = library->directory;
        return EG_OK;
    }
    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    status = fetch(&xml, &cms, store, EG_ENTRY_DIRECTORY, digest, err);
    if (status == EG_OK) {
        status = eg_directory_parse(&directory, eg_bytes_view(&xml), eg_bytes_view(&cms), err);
    }
    if (status == EG_OK && !eg_digest_equal(&directory->digest, digest)) {
        status = eg_error_set(err, EG_E_FORMAT, "directory", "does not have the digest recorded");
    }
    if (status == EG_OK) {
        eg_directory_free(&library->directory);
        library->directory = directory;
        library->directory_digest = *digest;
        *out = directory;
        directory = NULL;
    }
    eg_directory_free(&directory);
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

/* ---- packages ----------------------------------------------------------------------------------
 */

static enum eg_status load(struct shelf *shelf, struct eg_store *store,
                           const struct eg_digest *digest, struct eg_error *err)
{
    struct eg_buf packed = {0};
    struct eg_buf cms = {0};
    struct eg_tree tree = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&packed, 2 * EG_PACKAGE_OCTETS_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    status = fetch(&packed, &cms, store, EG_ENTRY_PACKAGE, digest, err);
    if (status == EG_OK) {
        status = eg_package_unpack(&tree, eg_bytes_view(&packed), err);
    }
    if (status == EG_OK) {
        status = eg_package_parse(&shelf->package, &tree, false, err);
    }
    if (status == EG_OK && !eg_digest_equal(&shelf->package->ref.digest, digest)) {
        status = eg_error_set(err, EG_E_FORMAT, "package", "does not have the digest recorded");
    }
    if (status == EG_OK) {
        status = eg_rules_compile(&shelf->rules, shelf->package, err);
    }
    if (status == EG_OK) {
        status = eg_judge_new(&shelf->judge, shelf->rules, err);
    }
    eg_tree_done(&tree);
    eg_buf_done(&packed);
    eg_buf_done(&cms);
    return status;
}

enum eg_status eg_library_judge(struct eg_judge **out, struct eg_library *library,
                                struct eg_store *store, const struct eg_digest *digest,
                                struct eg_error *err)
{
    struct shelf *oldest = &library->packages[0];
    enum eg_status status = EG_OK;

    library->clock++;
    for (size_t i = 0; i < LIBRARY_PACKAGES; i++) {
        struct shelf *shelf = &library->packages[i];

        if (shelf->judge != NULL && eg_digest_equal(&shelf->digest, digest)) {
            shelf->used = library->clock;
            *out = shelf->judge;
            return EG_OK;
        }
        if (shelf->used < oldest->used) {
            oldest = shelf;
        }
    }
    clear(oldest);
    status = load(oldest, store, digest, err);
    if (status != EG_OK) {
        clear(oldest);
        return status;
    }
    oldest->digest = *digest;
    oldest->used = library->clock;
    *out = oldest->judge;
    return EG_OK;
}

/* ---- verifier ----------------------------------------------------------------------------------
 */

enum eg_status eg_library_verifier(struct eg_verifier **out, struct eg_library *library,
                                   struct eg_store *store, const struct eg_digest *revocation,
                                   struct eg_error *err)
{
    static const struct eg_digest none;
    const struct eg_digest *wanted = revocation != NULL ? revocation : &none;
    struct eg_trust trust = {.anchors_pem = library->anchors_pem};
    enum eg_status status = EG_OK;

    if (library->verifier != NULL && eg_digest_equal(&library->revocation, wanted)) {
        *out = library->verifier;
        return EG_OK;
    }
    eg_verifier_free(&library->verifier);
    eg_buf_done(&library->crls);
    eg_buf_init(&library->crls, 2 * EG_PACKAGE_OCTETS_MAX);
    if (revocation != NULL) {
        trust.crls_from = "recorded revocation lists"; /* none in them is no "not checked" */
        status = eg_store_revocation(&library->crls, store, revocation, err);
    }
    if (status == EG_OK) {
        trust.crls_pem = eg_bytes_view(&library->crls);
        status = eg_verifier_new(&library->verifier, &trust, err);
    }
    if (status == EG_OK) {
        library->revocation = *wanted;
        *out = library->verifier;
    }
    return status;
}
