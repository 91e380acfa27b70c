/*
 * Loading a world: each part is read once, checked, and the octets that were checked are the ones
 * used.
 */
#include "flow/world.h"

#include "assess/directory.h"
#include "assess/engine.h"
#include "assess/package.h"
#include "base/clock.h"
#include "base/limits.h"
#include "flow/rules.h"
#include "verify/cms.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGES_MAX 1000

static enum eg_status read_file(struct eg_buf *out, const char *path, size_t ceiling,
                                struct eg_error *err)
{
    eg_buf_init(out, ceiling);
    return eg_file_read(out, path, err);
}

/* A verdict on something of our own (directory, package) is an error of the gateway's operator. */
static enum eg_status refused(struct eg_error *err, const char *where,
                              const struct eg_verdict *verdict)
{
    return eg_error_set(err, EG_E_DENIED, where, "%s: %s %s %s", eg_code_row(verdict->code)->text,
                        eg_code_row(verdict->code)->en, verdict->where, verdict->text);
}

static enum eg_status load_trust(struct eg_world *world, const struct eg_settings *settings,
                                 struct eg_error *err)
{
    enum eg_status status = read_file(&world->anchors, settings->anchors, 16 * EG_MIB, err);
    if (status == EG_OK && settings->crls[0] != '\0') {
        status = read_file(&world->crls, settings->crls, 64 * EG_MIB, err);
    }
    world->trust = (struct eg_trust){.anchors_pem = eg_bytes_view(&world->anchors),
                                     .crls_pem = eg_bytes_view(&world->crls)};
    return status;
}

/* ---- directory --------------------------------------------------------------------------------
 */

static enum eg_status check_directory(struct eg_world *world, struct eg_verifier *verifier,
                                      const struct eg_settings *settings, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_verdict verdict;
    struct eg_directory *directory = world->directory;
    enum eg_status status = eg_cms_check(
        &signer, &verdict, verifier, eg_bytes_view(&directory->signature),
        eg_bytes_view(&directory->octets), EG_SIGNED_DIRECTORY, eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_verdict_passed(&verdict)) {
        return refused(err, settings->directory, &verdict);
    }
    struct eg_digest registrar;
    if (!eg_digest_untext(eg_bytes_of(settings->registrar), &registrar)) {
        return eg_error_set(err, EG_E_USAGE, "trust.registrar", "must be sha256:<64 hex digits>");
    }
    if (!eg_digest_equal(&registrar, &signer.certificate)) {
        return eg_error_set(err, EG_E_DENIED, settings->directory,
                            "is signed by %s, not by the registrar of trust.registrar",
                            signer.subject);
    }
    world->directory_signer = signer.certificate;
    return EG_OK;
}

static enum eg_status load_directory(struct eg_world *world, struct eg_verifier *verifier,
                                     const struct eg_settings *settings, struct eg_error *err)
{
    char signature_path[EG_SETTING_TEXT_MAX + 8];
    snprintf(signature_path, sizeof signature_path, "%s.p7s", settings->directory);
    struct eg_buf xml = {0};
    struct eg_buf cms = {0};
    enum eg_status status = read_file(&xml, settings->directory, EG_DIRECTORY_MAX, err);
    if (status == EG_OK) {
        status = read_file(&cms, signature_path, EG_CMS_MAX, err);
    }
    if (status == EG_OK) {
        status =
            eg_directory_parse(&world->directory, eg_bytes_view(&xml), eg_bytes_view(&cms), err);
    }
    if (status == EG_OK) {
        status = check_directory(world, verifier, settings, err);
    }
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

/* ---- packages ---------------------------------------------------------------------------------
 */

static enum eg_status check_publisher(struct eg_digest *signer_out, const struct eg_world *world,
                                      struct eg_verifier *verifier,
                                      const struct eg_package *package, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_verdict verdict;
    enum eg_status status = eg_rules_authorise(&signer, &verdict, package, world->directory,
                                               verifier, eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        return status;
    }
    if (!eg_verdict_passed(&verdict)) {
        return refused(err, package->ref.id, &verdict);
    }
    *signer_out = signer.certificate;
    return EG_OK;
}

/* That it compiles is shown here once, so that a worker never meets a package that does not. */
static enum eg_status check_compiles(const struct eg_package *package, struct eg_error *err)
{
    struct eg_rules *rules = NULL;
    enum eg_status status = eg_rules_compile(&rules, package, err);
    eg_rules_free(&rules);
    return status;
}

static enum eg_status add_package(struct eg_world *world, struct eg_verifier *verifier,
                                  const char *path, struct eg_error *err)
{
    if (world->package_count >= PACKAGES_MAX) {
        return eg_error_set(err, EG_E_LIMIT, path, "more than %d packages", PACKAGES_MAX);
    }
    struct eg_package *package = NULL;
    struct eg_digest signer;
    enum eg_status status = eg_package_read(&package, path, false, err);
    if (status == EG_OK) {
        status = check_publisher(&signer, world, verifier, package, err);
    }
    if (status == EG_OK) {
        status = check_compiles(package, err);
    }
    if (status != EG_OK) {
        eg_package_free(&package);
        return status;
    }
    world->packages[world->package_count] = package;
    world->package_signers[world->package_count] = signer;
    world->package_count++;
    return EG_OK;
}

static int visible_folder(const struct dirent *entry)
{
    /* an installation under way has a name that begins with a dot or ends in .tmp */
    const char *end = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && (end == NULL || strcmp(end, ".tmp") != 0);
}

/* Call `visit` for each entry of a folder in the order of names. */
static enum eg_status each_folder(const char *path, struct eg_world *world,
                                  struct eg_verifier *verifier,
                                  enum eg_status (*visit)(struct eg_world *, struct eg_verifier *,
                                                          const char *, struct eg_error *),
                                  struct eg_error *err)
{
    struct dirent **names = NULL;
    int count = scandir(path, &names, visible_folder, alphasort);
    if (count < 0) {
        return eg_error_errno(err, path, errno, "packages can not be listed");
    }
    enum eg_status status = EG_OK;
    for (int i = 0; i < count; i++) {
        char *child = eg_file_join(path, names[i]->d_name);
        if (status == EG_OK) {
            status = child == NULL ? eg_error_set(err, EG_E_NOMEM, path, "memory ran out")
                                   : visit(world, verifier, child, err);
        }
        free(child);
        free(names[i]);
    }
    free(names);
    return status;
}

static enum eg_status add_versions(struct eg_world *world, struct eg_verifier *verifier,
                                   const char *path, struct eg_error *err)
{
    return each_folder(path, world, verifier, add_package, err);
}

static bool overlap(const struct eg_package *a, const struct eg_package *b)
{
    bool a_before_b = a->until[0] != '\0' && strcmp(a->until, b->from) < 0;
    bool b_before_a = b->until[0] != '\0' && strcmp(b->until, a->from) < 0;
    return !a_before_b && !b_before_a;
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

static bool same_root(const struct eg_package *a, const struct eg_package *b)
{
    return same_text(a->match_namespace, b->match_namespace) &&
           same_text(a->match_name, b->match_name);
}

static enum eg_status check_pair(const struct eg_package *a, const struct eg_package *b,
                                 struct eg_error *err)
{
    if (!same_root(a, b)) {
        return EG_OK;
    }
    if (overlap(a, b)) {
        return eg_error_set(
            err, EG_E_DENIED, a->ref.id,
            "%s %s and %s %s judge the same reports in the same period; withdraw one", a->ref.id,
            a->ref.version, b->ref.id, b->ref.version);
    }
    if (!same_identity(a, b)) {
        return eg_error_set(err, EG_E_DENIED, a->ref.id,
                            "%s and %s read the identity of one root element in different ways",
                            a->ref.id, b->ref.id);
    }
    return EG_OK;
}

static enum eg_status load_packages(struct eg_world *world, struct eg_verifier *verifier,
                                    const struct eg_settings *settings, struct eg_error *err)
{
    world->packages = calloc(PACKAGES_MAX, sizeof *world->packages);
    world->package_signers = calloc(PACKAGES_MAX, sizeof *world->package_signers);
    if (world->packages == NULL || world->package_signers == NULL) {
        return eg_error_set(err, EG_E_NOMEM, settings->rules, "memory ran out");
    }
    enum eg_status status = each_folder(settings->rules, world, verifier, add_versions, err);
    for (size_t i = 0; i < world->package_count && status == EG_OK; i++) {
        for (size_t k = i + 1; k < world->package_count && status == EG_OK; k++) {
            status = check_pair(world->packages[i], world->packages[k], err);
        }
    }
    return status;
}

enum eg_status eg_world_load(struct eg_world **out, const struct eg_settings *settings,
                             uint64_t generation, struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    struct eg_world *world = calloc(1, sizeof *world);
    if (world == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "world", "memory ran out");
    }
    world->generation = generation;
    enum eg_status status = load_trust(world, settings, err);
    if (status == EG_OK) {
        status = eg_verifier_new(&verifier, &world->trust, err);
    }
    if (status == EG_OK) {
        status = load_directory(world, verifier, settings, err);
    }
    if (status == EG_OK) {
        status = load_packages(world, verifier, settings, err);
    }
    eg_verifier_free(&verifier);
    if (status != EG_OK) {
        eg_world_free(&world);
        return status;
    }
    *out = world;
    return EG_OK;
}

void eg_world_free(struct eg_world **world)
{
    if (*world == NULL) {
        return;
    }
    eg_directory_free(&(*world)->directory);
    for (size_t i = 0; i < (*world)->package_count; i++) {
        eg_package_free(&(*world)->packages[i]);
    }
    free((*world)->packages);
    free((*world)->package_signers);
    eg_buf_done(&(*world)->anchors);
    eg_buf_done(&(*world)->crls);
    free(*world);
    *world = NULL;
}

const struct eg_package *eg_world_package(const struct eg_world *world, const char *ns,
                                          const char *name, const char *from, const char *until,
                                          struct eg_verdict *verdict)
{
    const struct eg_package *found = NULL;
    for (size_t i = 0; i < world->package_count; i++) {
        const struct eg_package *package = world->packages[i];
        if (strcmp(package->match_namespace, ns) != 0 || strcmp(package->match_name, name) != 0) {
            continue;
        }
        if (from == NULL || eg_package_covers(package, from, until)) {
            found = package; /* at most one covers: eg_world_load saw to it */
        }
    }
    if (found == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_NO_PACKAGE, "", name, "root element {%s}%s%s%s%s%s", ns,
                          name, from != NULL ? ", period " : "", from != NULL ? from : "",
                          until != NULL ? " to " : "", until != NULL ? until : "");
    }
    return found;
}
