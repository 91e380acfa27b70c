/*
 * Tool and gateway must see the same packages in a folder, and refuse the same ones beside each
 * other; so both read it here. Whether somebody may install a package or a statement is asked by
 * the callers.
 */
#include "flow/install/folder.h"

#include "assess/package/package.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE "state"
#define HELD "held"
#define BEFORE_CMS "\n\ncms "
#define STATEMENT_FILE_MAX (2 * EG_CMS_MAX + EG_SIGNED_TEXT_MAX)

/* ---- statements ---- */

void eg_statement_done(struct eg_statement *statement)
{
    eg_buf_done(&statement->text);
    eg_buf_done(&statement->cms);
    *statement = (struct eg_statement){.there = false};
}

/* The text, its last line end included, and the base64 of the CMS. */
static bool split(struct eg_bytes *text, struct eg_bytes *cms, struct eg_bytes file)
{
    const size_t between = sizeof(BEFORE_CMS) - 1;
    const uint8_t *at = file.len > 0 ? memmem(file.data, file.len, BEFORE_CMS, between) : NULL;

    if (at == NULL || file.data[file.len - 1] != '\n') {
        return false;
    }
    size_t text_len = (size_t)(at - file.data) + 1;
    *text = (struct eg_bytes){file.data, text_len};
    *cms = (struct eg_bytes){at + between, file.len - text_len - between};
    return true;
}

enum eg_status eg_statement_read(struct eg_statement *out, struct eg_bytes file,
                                 struct eg_error *err)
{
    struct eg_statement statement = {.there = true};
    struct eg_bytes text = EG_BYTES_NONE, cms = EG_BYTES_NONE;
    enum eg_status status = EG_OK;

    eg_buf_init(&statement.text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&statement.cms, EG_CMS_MAX);
    if (file.len > STATEMENT_FILE_MAX || !split(&text, &cms, file)) {
        status = eg_error_set(err, EG_E_FORMAT, STATE, "a text, an empty line and cms are needed");
        goto done;
    }
    status = eg_package_state_read(&statement.state, text, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_text_unbase64(cms, &statement.cms)) {
        status = eg_error_set(err, EG_E_FORMAT, STATE, "cms is not base64 on one line");
        goto done;
    }
    eg_buf_bytes(&statement.text, text);
    status = eg_buf_ok(&statement.text, STATE, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_buf_ok(&statement.cms, STATE, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = statement;
    statement = (struct eg_statement){.there = false};

done:
    eg_statement_done(&statement);
    return status;
}

enum eg_status eg_statement_write(struct eg_buf *out, struct eg_bytes text, struct eg_bytes cms,
                                  struct eg_error *err)
{
    eg_buf_bytes(out, text);
    eg_buf_text(out, BEFORE_CMS + 1);
    eg_text_base64(out, cms);
    eg_buf_char(out, '\n');
    return eg_buf_ok(out, STATE, err);
}

enum eg_status eg_statement_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                      const struct eg_statement *statement,
                                      const struct eg_package *package,
                                      const struct eg_publisher_rules *by, struct eg_error *err)
{
    struct eg_signer own = {.subject = ""};

    *verdict = (struct eg_verdict){.code = EG_CODE_OK};
    if (!eg_package_state_is_of(&statement->state, &package->ref)) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package->ref.id,
                          "the statement is about another package, version or digest");
        return EG_OK;
    }
    enum eg_status status =
        eg_cms_check(&own, verdict, by->verifier, eg_bytes_view(&statement->cms),
                     eg_bytes_view(&statement->text), EG_SIGNED_PACKAGE_STATE, by->at_ms, err);
    if (status != EG_OK || !eg_verdict_passed(verdict)) {
        return status;
    }
    const struct eg_participant *publisher = eg_directory_by_certificate(by->directory, &own);
    if (publisher == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_PARTICIPANT_UNKNOWN, "", own.subject,
                          "the statement's signer is no participant of the directory");
        return EG_OK;
    }
    if (strcmp(publisher->id, package->publisher) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package->ref.id,
                          "the package is published by %s, but %s signed the statement",
                          package->publisher, publisher->id);
        return EG_OK;
    }
    eg_authorise_package(verdict, publisher, package->ref.id, package->land);
    if (eg_verdict_passed(verdict) &&
        eg_authorise_certificate(verdict, &own, publisher, EG_SIGNED_PACKAGE_STATE) &&
        signer != NULL) {
        *signer = own;
    }
    return EG_OK;
}

/* ---- reading ---- */

/* "dir/id/what/version", free(). */
static char *beside(const char *dir, const char *id, const char *what, const char *version)
{
    char *folder = eg_file_join(dir, id);
    char *inner = folder != NULL ? eg_file_join(folder, what) : NULL;
    char *path = inner != NULL ? eg_file_join(inner, version) : NULL;

    free(folder);
    free(inner);
    return path;
}

static enum eg_status no_memory(struct eg_error *err, const char *where)
{
    return eg_error_set(err, EG_E_NOMEM, where, "memory ran out");
}

/* Only ENOENT means that nothing is there: a file that can not be looked at may be a withdrawal, or
 * hold a package. */
static enum eg_status look(bool *there, const char *path, struct eg_error *err)
{
    struct stat status;

    *there = lstat(path, &status) == 0;
    return *there || errno == ENOENT ? EG_OK
                                     : eg_error_errno(err, path, errno, "can not be looked at");
}

static enum eg_status read_statement(struct eg_folder_item *item, const char *dir,
                                     struct eg_error *err)
{
    const struct eg_package_ref *ref = &item->package->ref;
    char *path = beside(dir, ref->id, STATE, ref->version);
    struct eg_buf file;
    bool there = false;
    enum eg_status status = path == NULL ? no_memory(err, dir) : look(&there, path, err);

    eg_buf_init(&file, STATEMENT_FILE_MAX);
    if (status != EG_OK) {
        goto done;
    }
    if (there) {
        status = eg_file_read_some(&file, path, err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_statement_read(&item->statement, eg_bytes_view(&file), err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (item->statement.there && !eg_package_state_is_of(&item->statement.state, ref)) {
        status = eg_error_set(err, EG_E_DENIED, path,
                              "is a statement about another package, version or digest");
    }

done:
    eg_buf_done(&file);
    free(path);
    return status;
}

struct walk {
    struct eg_folder folder;
    const char *dir;
    /* the package whose versions are being added */
    const char *id;
    bool with_held;
};

static enum eg_status add(struct walk *walk, const char *version, struct eg_error *err)
{
    struct eg_folder_item item = {.held = false};
    char *path = eg_file_join(walk->dir, walk->id);
    char *package_path = path != NULL ? eg_file_join(path, version) : NULL;
    char *held_path = beside(walk->dir, walk->id, HELD, version);
    enum eg_status status = package_path == NULL || held_path == NULL
                                ? no_memory(err, walk->dir)
                                : look(&item.held, held_path, err);
    if (status != EG_OK) {
        goto done;
    }

    if (walk->folder.count == EG_FOLDER_PACKAGES_MAX) {
        status = eg_error_set(err, EG_E_LIMIT, package_path, "more than %d packages",
                              EG_FOLDER_PACKAGES_MAX);
        goto done;
    }
    if (!item.held || walk->with_held) {
        status = eg_package_read(&item.package, package_path, false, err);
        if (status != EG_OK) {
            goto done;
        }
        if (strcmp(item.package->ref.id, walk->id) != 0 ||
            strcmp(item.package->ref.version, version) != 0) {
            status = eg_error_set(err, EG_E_DENIED, package_path,
                                  "holds %s %s; a package lies under its own id and version",
                                  item.package->ref.id, item.package->ref.version);
        }
        if (status != EG_OK) {
            goto done;
        }
        status = read_statement(&item, walk->dir, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (item.package != NULL) {
        walk->folder.items[walk->folder.count++] = item;
        item = (struct eg_folder_item){.held = false};
    }

done:
    eg_package_free(&item.package);
    eg_statement_done(&item.statement);
    free(path);
    free(package_path);
    free(held_path);
    return status;
}

static int visible(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && (end == NULL || strcmp(end, ".tmp") != 0) &&
           strcmp(entry->d_name, STATE) != 0 && strcmp(entry->d_name, HELD) != 0;
}

/* Call `visit` for each entry of a folder in the order of names. */
static enum eg_status each(const char *path, struct walk *walk,
                           enum eg_status (*visit)(struct walk *, const char *, struct eg_error *),
                           struct eg_error *err)
{
    struct dirent **names = NULL;
    int count = scandir(path, &names, visible, alphasort);

    if (count < 0) {
        return errno == ENOENT
                   ? eg_error_set(err, EG_E_NOTFOUND, path, "there is no such folder of packages")
                   : eg_error_errno(err, path, errno, "packages can not be listed");
    }
    enum eg_status status = EG_OK;
    for (int i = 0; i < count && status == EG_OK; i++) {
        status = visit(walk, names[i]->d_name, err);
    }
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    return status;
}

static enum eg_status add_versions(struct walk *walk, const char *id, struct eg_error *err)
{
    char *path = eg_file_join(walk->dir, id);
    enum eg_status status = path == NULL ? no_memory(err, walk->dir) : EG_OK;

    walk->id = id;
    if (status != EG_OK) {
        goto done;
    }
    status = each(path, walk, add, err);

done:
    free(path);
    return status;
}

enum eg_status eg_folder_read(struct eg_folder *out, const char *dir, bool with_held,
                              struct eg_error *err)
{
    struct walk walk = {.dir = dir, .with_held = with_held};

    walk.folder.items = calloc(EG_FOLDER_PACKAGES_MAX, sizeof *walk.folder.items);
    if (walk.folder.items == NULL) {
        return no_memory(err, dir);
    }
    enum eg_status status = each(dir, &walk, add_versions, err);
    if (status != EG_OK) {
        eg_folder_done(&walk.folder);
        return status;
    }
    *out = walk.folder;
    return EG_OK;
}

void eg_folder_done(struct eg_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        eg_package_free(&folder->items[i].package);
        eg_statement_done(&folder->items[i].statement);
    }
    free(folder->items);
    *folder = (struct eg_folder){.count = 0};
}

/* ---- packages beside each other ---- */

struct eg_span eg_folder_span(const struct eg_folder_item *item)
{
    return eg_package_state_span(item->package,
                                 item->statement.there ? &item->statement.state : NULL);
}

static bool same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static bool same_identity(const struct eg_package *a, const struct eg_package *b)
{
    return same_text(a->path_id, b->path_id) && same_text(a->path_version, b->path_version) &&
           same_text(a->path_addressee, b->path_addressee) &&
           same_text(a->path_plant, b->path_plant) && same_text(a->path_from, b->path_from) &&
           same_text(a->path_until, b->path_until) && same_text(a->path_kind, b->path_kind);
}

static enum eg_status check_pair(const struct eg_folder_item *one,
                                 const struct eg_folder_item *other, struct eg_error *err)
{
    const struct eg_package *a = one->package, *b = other->package;
    struct eg_span mine = eg_folder_span(one), theirs = eg_folder_span(other), both;

    if (!eg_package_is_for(a, b->match_namespace, b->match_name)) {
        return EG_OK;
    }
    if (strcmp(a->ref.id, b->ref.id) != 0 && eg_packages_collide(a, b) &&
        eg_spans_meet(&mine, &theirs, &both)) {
        return eg_error_set(err, EG_E_DENIED, a->ref.id,
                            "%s %s and %s %s judge the same reports in the same period, from %s "
                            "to %s; withdraw one (emgate rules withdraw), or let kind, regime or "
                            "land tell them apart",
                            a->ref.id, a->ref.version, b->ref.id, b->ref.version, both.first,
                            both.last[0] != '\0' ? both.last : "open");
    }
    if (!same_identity(a, b)) {
        return eg_error_set(err, EG_E_DENIED, a->ref.id,
                            "%s and %s read the identity of one root element in different ways",
                            a->ref.id, b->ref.id);
    }
    return EG_OK;
}

enum eg_status eg_folder_check(const struct eg_folder *folder, struct eg_error *err)
{
    for (size_t i = 0; i < folder->count; i++) {
        for (size_t k = i + 1; k < folder->count; k++) {
            if (!folder->items[i].held && !folder->items[k].held) {
                EG_TRY(check_pair(&folder->items[i], &folder->items[k], err));
            }
        }
    }
    return EG_OK;
}

struct eg_folder_item *eg_folder_find(const struct eg_folder *folder,
                                      const struct eg_package_ref *package)
{
    for (size_t i = 0; i < folder->count; i++) {
        const struct eg_package_ref *ref = &folder->items[i].package->ref;
        if (strcmp(ref->id, package->id) == 0 && strcmp(ref->version, package->version) == 0) {
            return &folder->items[i];
        }
    }
    return NULL;
}

enum eg_status eg_folder_check_new(struct eg_folder *folder, struct eg_package *package,
                                   struct eg_error *err)
{
    const struct eg_folder_item *there = eg_folder_find(folder, &package->ref);

    if (there != NULL) {
        return eg_digest_equal(&there->package->ref.digest, &package->ref.digest)
                   ? EG_OK
                   : eg_error_set(err, EG_E_EXISTS, package->ref.id,
                                  "version %s is installed with other content; raise the version",
                                  package->ref.version);
    }
    if (folder->count == EG_FOLDER_PACKAGES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, package->ref.id, "more than %d packages",
                            EG_FOLDER_PACKAGES_MAX);
    }
    folder->items[folder->count++] = (struct eg_folder_item){.package = package};
    enum eg_status status = eg_folder_check(folder, err);
    folder->count--; /* the package stays its owner's */
    return status;
}

/* ---- changing ---- */

static enum eg_status put(const char *dir, const struct eg_package_ref *package, const char *what,
                          struct eg_bytes content, struct eg_error *err)
{
    char *path = beside(dir, package->id, what, package->version);
    enum eg_status status = path == NULL ? no_memory(err, dir) : EG_OK;
    if (status != EG_OK) {
        goto done;
    }

    char *slash = strrchr(path, '/');
    *slash = '\0';
    status = eg_file_mkdirs(path, err);
    *slash = '/';
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, content, 0644, err);

done:
    free(path);
    return status;
}

enum eg_status eg_folder_release(const char *dir, const struct eg_package_ref *package,
                                 struct eg_error *err)
{
    char *path = beside(dir, package->id, HELD, package->version);
    enum eg_status status = EG_OK;

    if (path == NULL) {
        return no_memory(err, dir);
    }
    if (unlink(path) == 0) {
        *strrchr(path, '/') = '\0';
        status = eg_file_sync_dir(path, err);
    } else if (errno != ENOENT) {
        status = eg_error_errno(err, path, errno, "can not be removed");
    }
    free(path);
    return status;
}

enum eg_status eg_folder_state(const char *dir, const struct eg_package_ref *package,
                               struct eg_bytes file, struct eg_error *err)
{
    EG_TRY(put(dir, package, STATE, file, err));
    return eg_folder_release(dir, package, err);
}

enum eg_status eg_folder_hold(const char *dir, const struct eg_package_ref *package,
                              struct eg_error *err)
{
    return put(dir, package, HELD, eg_bytes_of("inactive\n"), err);
}
