/*
 * The gateway relies on what `emgate rules install` has shown: a package in the folder was signed
 * by a publisher who may, compiles, has passed its own tests, and is there whole.
 *
 * Installing: files are written to <id>/.<version>.tmp, each synced, then the directory is renamed
 * to <version> and its parent synced. A leftover of an earlier crash is removed first.
 */
#include "flow/install/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- who published it ---- */

enum eg_status eg_rules_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                  const struct eg_package *package,
                                  const struct eg_publisher_rules *by, struct eg_error *err)
{
    struct eg_signer own = {.subject = ""};

    *verdict = (struct eg_verdict){.code = EG_CODE_OK};
    if (!package->is_signed) {
        eg_verdict_refuse(verdict, EG_CODE_CMS_NOT_CMS, "", package->ref.id,
                          "the package is not signed");
        return EG_OK;
    }
    enum eg_status status =
        eg_cms_check(&own, verdict, by->verifier, eg_package_file(package, "SIGNED.p7s"),
                     eg_package_file(package, "SIGNED"), EG_SIGNED_PACKAGE, by->at_ms, err);
    if (status != EG_OK || !eg_verdict_passed(verdict)) {
        return status;
    }
    const struct eg_participant *publisher = eg_directory_by_certificate(by->directory, &own);
    if (publisher == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_PARTICIPANT_UNKNOWN, "", own.subject,
                          "the package's signer is no participant of the directory");
        return EG_OK;
    }
    if (strcmp(publisher->id, package->publisher) != 0) {
        eg_verdict_refuse(verdict, EG_CODE_ROLE, "", package->ref.id,
                          "package.xml names publisher %s, but %s signed it", package->publisher,
                          publisher->id);
        return EG_OK;
    }
    eg_authorise_package(verdict, publisher, package->ref.id, package->land);
    if (eg_verdict_passed(verdict) &&
        eg_authorise_certificate(verdict, &own, publisher, EG_SIGNED_PACKAGE) && signer != NULL) {
        *signer = own;
    }
    return EG_OK;
}

/* ---- installing ---- */

/* Directory part of "a/b/c" made below `dir`. */
static enum eg_status make_parent(const char *path, struct eg_error *err)
{
    char *parent = strdup(path);
    enum eg_status status = EG_OK;

    if (parent == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    }
    char *slash = strrchr(parent, '/');
    if (slash != NULL) {
        *slash = '\0';
        status = eg_file_mkdirs(parent, err);
    }
    free(parent);
    return status;
}

static enum eg_status write_file(const char *dir, const struct eg_tree_file *file,
                                 struct eg_error *err)
{
    char *path = eg_file_join(dir, file->name);
    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, dir, "memory ran out");
    }
    enum eg_status status = make_parent(path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, eg_bytes_view(&file->content), 0644, err);

done:
    free(path);
    return status;
}

static enum eg_status write_files(const char *dir, const struct eg_tree *tree, struct eg_error *err)
{
    EG_TRY(eg_file_mkdirs(dir, err));
    for (size_t i = 0; i < tree->count; i++) {
        EG_TRY(write_file(dir, &tree->files[i], err));
    }
    return EG_OK;
}

/* EG_OK: nothing is there. EG_E_EXISTS: something is; `same` when it is the same package. */
static enum eg_status look(bool *same, const char *path, const struct eg_package *package,
                           struct eg_error *err)
{
    struct eg_package *there = NULL;

    *same = false;
    if (access(path, F_OK) != 0) {
        return EG_OK;
    }
    enum eg_status status = eg_package_read(&there, path, false, NULL);
    *same = status == EG_OK && eg_digest_equal(&there->ref.digest, &package->ref.digest);
    eg_package_free(&there);
    return eg_error_set(err, EG_E_EXISTS, path,
                        "this version is installed with other content; raise the version");
}

static enum eg_status place(const char *path, const char *temporary, const char *parent,
                            const struct eg_package *package, struct eg_error *err)
{
    enum eg_status status = eg_file_remove_tree(temporary, err);
    if (status != EG_OK) {
        goto done;
    }

    status = write_files(temporary, &package->tree, err);
    if (status != EG_OK) {
        goto done;
    }
    if (rename(temporary, path) != 0) {
        status = eg_error_errno(err, path, errno, "can not be put in place");
        goto done;
    }
    return eg_file_sync_dir(parent, err);

done:
    (void)(eg_file_remove_tree(temporary, NULL) !=
           EG_OK); /* the next install removes what is left */
    return status;
}

enum eg_status eg_rules_install(char **path_out, const char *dir, const struct eg_package *package,
                                struct eg_error *err)
{
    char name[64] = "";
    char *parent = eg_file_join(dir, package->ref.id);
    char *path = parent != NULL ? eg_file_join(parent, package->ref.version) : NULL;
    char *temporary = NULL;
    bool same = false;
    enum eg_status status = EG_OK;

    (void)snprintf(name, sizeof name, ".%s.tmp", package->ref.version);
    temporary = parent != NULL ? eg_file_join(parent, name) : NULL;
    if (path == NULL || temporary == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, dir, "memory ran out");
        goto done;
    }
    status = look(&same, path, package, err);
    if (status == EG_OK) {
        status = place(path, temporary, parent, package, err);
    } else if (same) {
        status = EG_OK;
    }
    if (status == EG_OK && path_out != NULL) {
        *path_out = path;
        path = NULL;
    }
done:
    free(parent);
    free(path);
    free(temporary);
    return status;
}
