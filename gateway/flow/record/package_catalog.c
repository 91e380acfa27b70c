/*
 * A sender may ask years later for the package that judged a report: the archive has it when the
 * folder no longer does.
 */
#include "flow/record/package_catalog.h"

#include "assess/package/package.h"

#include <stdlib.h>
#include <string.h>

/* ---- the snapshot in force ---- */

static struct eg_package_line line_of(const struct eg_snapshot *snapshot, size_t n)
{
    const struct eg_statement *statement = &snapshot->statements[n];
    const struct eg_span *span = &snapshot->spans[n];
    struct eg_package_line line = {.package = snapshot->packages[n]->ref,
                                   .standing = EG_STANDS_ACTIVE};

    if (statement->there && statement->state.withdrawn) {
        line.standing = EG_STANDS_WITHDRAWN;
    }
    if (!span->none) {
        memcpy(line.first, span->first, sizeof line.first);
        memcpy(line.last, span->last, sizeof line.last);
    }
    return line;
}

enum eg_status eg_package_catalog_list(struct eg_buf *text, const struct eg_snapshot *snapshot,
                                       struct eg_error *err)
{
    eg_packages_begin(text);
    for (size_t i = 0; i < snapshot->package_count; i++) {
        struct eg_package_line line = line_of(snapshot, i);
        eg_packages_put(text, &line);
    }
    return eg_buf_ok(text, "packages", err);
}

static bool is_asked(const struct eg_rules_body *asked, const struct eg_package_ref *package)
{
    return strcmp(asked->id, package->id) == 0 &&
           (asked->has_digest ? eg_digest_equal(&asked->digest, &package->digest)
                              : strcmp(asked->version, package->version) == 0);
}

/* Its index in the snapshot; package_count: none. */
static size_t find(const struct eg_snapshot *snapshot, const struct eg_rules_body *asked)
{
    size_t found = snapshot->package_count;
    bool highest = asked->version[0] == '\0' && !asked->has_digest;

    for (size_t i = 0; i < snapshot->package_count; i++) {
        const struct eg_package_ref *ref = &snapshot->packages[i]->ref;
        if (!highest && is_asked(asked, ref)) {
            return i;
        }
        if (highest && strcmp(ref->id, asked->id) == 0 && !snapshot->spans[i].none &&
            (found == snapshot->package_count ||
             eg_version_compare(snapshot->packages[found]->ref.version, ref->version) < 0)) {
            found = i;
        }
    }
    return found;
}

/* ---- the archive ---- */

/* The entry that recorded the package asked for. */
static enum eg_status find_entry(struct eg_stored *out, struct eg_entry *entry,
                                 struct eg_store *store, const struct eg_rules_body *asked,
                                 struct eg_error *err)
{
    uint64_t before = UINT64_MAX;

    for (;;) {
        enum eg_status status =
            asked->has_digest
                ? eg_store_by_digest(out, store, EG_ENTRY_PACKAGE, &asked->digest, err)
                : eg_store_named_before(out, store, EG_ENTRY_PACKAGE, asked->id, before, err);
        if (status == EG_OK) {
            status = eg_entry_read(entry, eg_bytes_view(&out->entry_text), err);
        }
        if (status != EG_OK) {
            return status;
        }
        if (!entry->has_state && is_asked(asked, &entry->package)) {
            return EG_OK;
        }
        before = out->index;
        eg_stored_done(out);
        if (asked->has_digest) {
            return eg_error_set(err, EG_E_NOTFOUND, asked->id, "has no such version");
        }
    }
}

static enum eg_status zip_archived(struct eg_buf *zip, struct eg_store *store, uint64_t index,
                                   struct eg_error *err)
{
    struct eg_buf packed;
    struct eg_salt salt;
    struct eg_tree tree = {NULL, 0};

    eg_buf_init(&packed, 2 * EG_PACKAGE_OCTETS_MAX);
    enum eg_status status =
        eg_store_content(&packed, &salt, store, index, EG_CONTENT_REPORT, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_unpack(&tree, eg_bytes_view(&packed), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_zip(zip, &tree, err);

done:
    eg_tree_done(&tree);
    eg_buf_done(&packed);
    return status;
}

static enum eg_status archived(struct eg_package_line *line, struct eg_buf *zip,
                               struct eg_store *store, const struct eg_rules_body *asked,
                               struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_entry *entry = calloc(1, sizeof *entry);
    enum eg_status status = entry == NULL ? eg_error_set(err, EG_E_NOMEM, "rules", "memory ran out")
                                          : find_entry(&stored, entry, store, asked, err);
    if (status != EG_OK) {
        goto done;
    }

    status = zip_archived(zip, store, stored.index, err);
    if (status != EG_OK) {
        goto done;
    }
    *line = (struct eg_package_line){.package = entry->package, .standing = EG_STANDS_ARCHIVED};

done:
    eg_stored_done(&stored);
    free(entry);
    return status;
}

enum eg_status eg_package_catalog_package(struct eg_buf *text, struct eg_buf *zip,
                                          const struct eg_snapshot *snapshot,
                                          struct eg_store *store, const struct eg_rules_body *asked,
                                          struct eg_error *err)
{
    struct eg_package_line line = {.standing = EG_STANDS_ACTIVE};
    size_t n = find(snapshot, asked);
    enum eg_status status = EG_OK;

    if (n < snapshot->package_count) {
        line = line_of(snapshot, n);
        status = eg_package_zip(zip, &snapshot->packages[n]->tree, err);
    } else if (asked->version[0] == '\0' && !asked->has_digest) {
        status = eg_error_set(err, EG_E_NOTFOUND, asked->id, "has no version in force");
    } else {
        status = archived(&line, zip, store, asked, err);
    }
    if (status != EG_OK) {
        return status;
    }
    eg_packages_begin(text);
    eg_packages_put(text, &line);
    return eg_buf_ok(text, "packages", err);
}
