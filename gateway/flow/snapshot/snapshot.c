/*
 * Loading a snapshot. Each file is read once: the octets that were checked are the ones used.
 */
#include "flow/snapshot/snapshot.h"

#include "assess/package/directory.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "core/authorise.h"
#include "flow/install/rules.h"
#include "verify/certificate.h"
#include "verify/cms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum eg_status read_file(struct eg_buf *out, const char *path, size_t ceiling,
                                struct eg_error *err)
{
    eg_buf_init(out, ceiling);
    return eg_file_read_some(out, path, err);
}

/* A verdict on something of our own (directory, package) is an error of the gateway's operator. */
static enum eg_status refused(struct eg_error *err, const char *where,
                              const struct eg_verdict *verdict)
{
    return eg_error_set(err, EG_E_DENIED, where, "%s: %s %s %s", eg_code_row(verdict->code)->text,
                        eg_code_row(verdict->code)->en, verdict->where, verdict->text);
}

static enum eg_status load_trust(struct eg_snapshot *snapshot, const struct eg_settings *settings,
                                 struct eg_error *err)
{
    enum eg_status status = read_file(&snapshot->anchors, settings->anchors, 16 * EG_MIB, err);
    if (status != EG_OK) {
        goto done;
    }
    if (settings->crls[0] != '\0') {
        status = read_file(&snapshot->crls, settings->crls, 64 * EG_MIB, err);
    }

done:
    snapshot->trust =
        (struct eg_trust){.anchors_pem = eg_bytes_view(&snapshot->anchors),
                          .crls_pem = eg_bytes_view(&snapshot->crls),
                          .anchors_from = settings->anchors,
                          .crls_from = settings->crls[0] != '\0' ? settings->crls : NULL};
    return status;
}

/* When the gateway's own certificate ends; none is set where there is no gateway. */
static enum eg_status own_certificate(struct eg_snapshot *snapshot,
                                      const struct eg_settings *settings, struct eg_error *err)
{
    struct eg_buf octets = {0};
    struct eg_signer own;
    if (settings->certificate[0] == '\0') {
        return EG_OK;
    }
    enum eg_status status = read_file(&octets, settings->certificate, EG_TRUST_PEM_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_certificate_describe(&own, eg_bytes_view(&octets), err);
    if (status != EG_OK) {
        goto done;
    }
    snapshot->clock.certificate_until_ms = own.not_after_ms;

done:
    eg_buf_done(&octets);
    return status;
}

/* ---- directory ---- */

/* Octets that the registrar did not sign never reach the XML parser. */
static enum eg_status check_directory(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                      const struct eg_settings *settings, struct eg_bytes xml,
                                      struct eg_bytes cms, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_verdict verdict;
    enum eg_status status = eg_cms_check(&signer, &verdict, verifier, cms, xml, EG_SIGNED_DIRECTORY,
                                         snapshot->judged_at_ms, err);
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
    if (!eg_authorise_certificate(&verdict, &signer, NULL, EG_SIGNED_DIRECTORY)) {
        return refused(err, settings->directory, &verdict);
    }
    snapshot->directory_signer = signer.certificate;
    snapshot->clock.directory_issued_ms = signer.signing_time_ms;
    return EG_OK;
}

static enum eg_status take_directory(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                     const struct eg_settings *settings, struct eg_bytes xml,
                                     struct eg_bytes cms, struct eg_error *err)
{
    EG_TRY(check_directory(snapshot, verifier, settings, xml, cms, err));
    EG_TRY(eg_directory_parse(&snapshot->directory, xml, cms, err));
    snapshot->clock.directory_until_ms = snapshot->directory->not_after_ms;
    return EG_OK;
}

static bool clock_is_wrong(const struct eg_snapshot *snapshot, int64_t now_ms)
{
    return eg_clock_doubt(&snapshot->clock, now_ms, 0) != EG_CLOCK_TRUSTED;
}

/*
 * A directory that is not valid now may be valid as of the latest time known to have come, and be
 * what shows that the clock is wrong. If it does not show that, the first error is the answer.
 */
static enum eg_status judge_directory(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                      const struct eg_settings *settings, struct eg_bytes xml,
                                      struct eg_bytes cms, struct eg_error *err)
{
    struct eg_error ignored = {0};
    int64_t now_ms = snapshot->judged_at_ms;
    int64_t claimed_ms = 0;
    enum eg_status status = take_directory(snapshot, verifier, settings, xml, cms, err);
    if ((status == EG_E_DENIED || status == EG_E_STATE) &&
        eg_cms_claimed_time(&claimed_ms, cms, EG_SIGNED_DIRECTORY)) {
        int64_t list_ms = snapshot->clock.list_issued_ms;
        snapshot->judged_at_ms = claimed_ms > list_ms ? claimed_ms : list_ms;
        if (take_directory(snapshot, verifier, settings, xml, cms, &ignored) == EG_OK &&
            clock_is_wrong(snapshot, now_ms)) {
            status = EG_OK;
        }
    }
    if (status != EG_OK) {
        return status;
    }
    if (clock_is_wrong(snapshot, now_ms)) {
        snapshot->judged_at_ms = eg_clock_doubt_known_ms(&snapshot->clock);
        snapshot->clock.unjudged = true;
    }
    return EG_OK;
}

static enum eg_status load_directory(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                     const struct eg_settings *settings, struct eg_error *err)
{
    char signature_path[EG_SETTING_TEXT_MAX + 8];
    snprintf(signature_path, sizeof signature_path, "%s.p7s", settings->directory);
    struct eg_buf xml = {0};
    struct eg_buf cms = {0};
    enum eg_status status = read_file(&xml, settings->directory, EG_DIRECTORY_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_file(&cms, signature_path, EG_CMS_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = judge_directory(snapshot, verifier, settings, eg_bytes_view(&xml), eg_bytes_view(&cms),
                             err);

done:
    eg_buf_done(&xml);
    eg_buf_done(&cms);
    return status;
}

/* ---- packages ---- */

static enum eg_status check_publisher(struct eg_digest *signer_out,
                                      const struct eg_snapshot *snapshot,
                                      struct eg_verifier *verifier,
                                      const struct eg_package *package, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_verdict verdict;
    const struct eg_publisher_rules by = {snapshot->directory, verifier, snapshot->judged_at_ms};
    EG_TRY(eg_rules_authorise(&signer, &verdict, package, &by, err));
    if (!eg_verdict_passed(&verdict)) {
        return refused(err, package->ref.id, &verdict);
    }
    *signer_out = signer.certificate;
    return EG_OK;
}

/* What the publisher said of the package later is signed by the same publisher. */
static enum eg_status check_statement(struct eg_statement *statement,
                                      const struct eg_snapshot *snapshot,
                                      struct eg_verifier *verifier,
                                      const struct eg_package *package, struct eg_error *err)
{
    struct eg_signer signer;
    struct eg_verdict verdict;
    if (!statement->there) {
        return EG_OK;
    }
    const struct eg_publisher_rules by = {snapshot->directory, verifier, snapshot->judged_at_ms};
    EG_TRY(eg_statement_authorise(&signer, &verdict, statement, package, &by, err));
    if (!eg_verdict_passed(&verdict)) {
        return refused(err, package->ref.id, &verdict);
    }
    statement->signer = signer.certificate;
    return EG_OK;
}

static enum eg_status take_package(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                   struct eg_folder_item *item, struct eg_error *err)
{
    struct eg_digest signer;
    struct eg_rules *rules = NULL;
    EG_TRY(check_publisher(&signer, snapshot, verifier, item->package, err));
    EG_TRY(check_statement(&item->statement, snapshot, verifier, item->package, err));
    EG_TRY(eg_rules_compile(&rules, item->package, err));
    size_t n = snapshot->package_count++;
    snapshot->spans[n] = eg_folder_span(item);
    snapshot->packages[n] = item->package;
    snapshot->rules[n] = rules;
    snapshot->statements[n] = item->statement;
    snapshot->package_signers[n] = signer;
    item->package = NULL;
    item->statement = (struct eg_statement){.there = false};
    return EG_OK;
}

static enum eg_status make_room(struct eg_snapshot *snapshot, size_t count, struct eg_error *err)
{
    snapshot->packages = calloc(count + 1, sizeof *snapshot->packages);
    snapshot->rules = calloc(count + 1, sizeof(struct eg_rules *));
    snapshot->spans = calloc(count + 1, sizeof *snapshot->spans);
    snapshot->statements = calloc(count + 1, sizeof *snapshot->statements);
    snapshot->package_signers = calloc(count + 1, sizeof *snapshot->package_signers);
    return snapshot->packages == NULL || snapshot->rules == NULL || snapshot->spans == NULL ||
                   snapshot->statements == NULL || snapshot->package_signers == NULL
               ? eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out")
               : EG_OK;
}

static enum eg_status load_packages(struct eg_snapshot *snapshot, struct eg_verifier *verifier,
                                    const struct eg_settings *settings, struct eg_error *err)
{
    struct eg_folder folder = {.count = 0};
    enum eg_status status = eg_folder_read(&folder, settings->rules, false, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_folder_check(&folder, err);
    if (status != EG_OK) {
        goto done;
    }
    status = make_room(snapshot, folder.count, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < folder.count; i++) {
        status = take_package(snapshot, verifier, &folder.items[i], err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_folder_done(&folder);
    return status;
}

enum eg_status eg_snapshot_load(struct eg_snapshot **out, const struct eg_settings *settings,
                                uint64_t generation, struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    struct eg_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "snapshot", "memory ran out");
    }
    snapshot->generation = generation;
    snapshot->judged_at_ms = eg_clock_wall_ms();
    enum eg_status status = load_trust(snapshot, settings, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_verifier_new(&verifier, &snapshot->trust, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_verifier_lists(verifier, &snapshot->clock.list_issued_ms, &snapshot->clock.lists_until_ms);
    status = own_certificate(snapshot, settings, err);
    if (status != EG_OK) {
        goto done;
    }
    status = load_directory(snapshot, verifier, settings, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!snapshot->clock.unjudged) {
        status = load_packages(snapshot, verifier, settings, err);
    }

done:
    eg_verifier_free(&verifier);
    if (status != EG_OK) {
        eg_snapshot_free(&snapshot);
        return status;
    }
    *out = snapshot;
    return EG_OK;
}

void eg_snapshot_free(struct eg_snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    eg_directory_free(&(*snapshot)->directory);
    for (size_t i = 0; i < (*snapshot)->package_count; i++) {
        eg_rules_free(&(*snapshot)->rules[i]);
        eg_package_free(&(*snapshot)->packages[i]);
        eg_statement_done(&(*snapshot)->statements[i]);
    }
    free((*snapshot)->packages);
    free((*snapshot)->rules);
    free((*snapshot)->spans);
    free((*snapshot)->statements);
    free((*snapshot)->package_signers);
    eg_buf_done(&(*snapshot)->anchors);
    eg_buf_done(&(*snapshot)->crls);
    free(*snapshot);
    *snapshot = NULL;
}

/* ---- choosing a package ---- */

const struct eg_package *eg_snapshot_reader(const struct eg_snapshot *snapshot, const char *ns,
                                            const char *name, struct eg_verdict *verdict)
{
    for (size_t i = 0; i < snapshot->package_count; i++) {
        if (eg_package_is_for(snapshot->packages[i], ns, name)) {
            return snapshot->packages[i];
        }
    }
    eg_verdict_refuse(verdict, EG_CODE_NO_PACKAGE, "", name, "root element {%s}%s", ns, name);
    return NULL;
}

static bool judges(const struct eg_snapshot *snapshot, size_t n, const char *ns, const char *name,
                   const struct eg_report_header *header, const struct eg_plant *plant)
{
    return eg_package_is_for(snapshot->packages[n], ns, name) &&
           eg_span_holds(&snapshot->spans[n], header->from, header->until) &&
           eg_package_fits(snapshot->packages[n], header, plant);
}

const struct eg_package *eg_snapshot_package(const struct eg_snapshot *snapshot, const char *ns,
                                             const char *name,
                                             const struct eg_report_header *header,
                                             const struct eg_plant *plant,
                                             struct eg_verdict *verdict)
{
    const struct eg_package *found = NULL;
    for (size_t i = 0; i < snapshot->package_count; i++) {
        const struct eg_package *package = snapshot->packages[i];
        if (!judges(snapshot, i, ns, name, header, plant)) {
            continue;
        }
        if (found != NULL && strcmp(found->ref.id, package->ref.id) != 0) {
            eg_verdict_refuse(verdict, EG_CODE_PACKAGES, "", header->plant,
                              "%s %s and %s %s; the plant lists a regime of both", found->ref.id,
                              found->ref.version, package->ref.id, package->ref.version);
            return NULL;
        }
        if (found == NULL || eg_version_compare(found->ref.version, package->ref.version) < 0) {
            found = package;
        }
    }
    if (found == NULL) {
        eg_verdict_refuse(verdict, EG_CODE_NO_PACKAGE, "", name,
                          "root element {%s}%s, period %s to %s, kind %s, plant %s", ns, name,
                          header->from, header->until, header->kind, header->plant);
    }
    return found;
}
