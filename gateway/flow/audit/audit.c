/*
 * Conditions 8 and 9: who signed, under which directory, by which revocation data, and whether they
 * were allowed to. Everything is taken from the archive except the trust anchors (and the
 * registrar), which the auditor gives.
 *
 * Directory, package and key statement are judged at recorded-at, reports at received-at.
 */
#include "flow/audit/audit_inside.h"

#include "base/error.h"
#include "base/text.h"
#include "base/vector.h"
#include "core/authorise.h"
#include "flow/install/rules.h"
#include "flow/record/key_statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- conditions that do not hold ---- */

static enum eg_status no(unsigned *condition, char text[EG_ERROR_TEXT_MAX], unsigned number,
                         const char *what, const char *detail)
{
    *condition = number;
    (void)snprintf(text, EG_ERROR_TEXT_MAX, "%s%s%.300s", what, detail[0] != '\0' ? ": " : "",
                   detail);
    return EG_OK;
}

static enum eg_status refused(unsigned *condition, char text[EG_ERROR_TEXT_MAX], unsigned number,
                              const char *what, const struct eg_verdict *verdict)
{
    char detail[EG_ERROR_TEXT_MAX] = "";
    const struct eg_code_row *row = eg_code_row(verdict->code);

    (void)snprintf(detail, sizeof detail, "%s, %s %.100s %.200s", row->text, row->en,
                   verdict->where, verdict->text);
    return no(condition, text, number, what, detail);
}

/* What is recorded is damaged or missing; any other status is a failure of this machine. */
static bool is_theirs(enum eg_status status)
{
    return status == EG_E_NOTFOUND || status == EG_E_FORMAT || status == EG_E_DENIED ||
           status == EG_E_LIMIT || status == EG_E_STATE;
}

/* ---- signatures ---- */

/* A signature to be checked. */
struct asked {
    enum eg_signed_kind kind;
    struct eg_bytes content;
    int64_t at_ms;
    /* which condition is broken if it is not good, and what it is called then */
    unsigned condition;
    const char *what;
    /* filled when good */
    struct eg_signer signer;
};

/* *condition stays 0 when good. */
static enum eg_status check_cms(struct asked *asked, struct eg_audit *audit,
                                const struct eg_check_inputs *inputs, unsigned *condition,
                                char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    struct eg_verifier *verifier = NULL;
    struct eg_verdict verdict = {0};
    EG_TRY(eg_audit_cache_verifier(&verifier, audit->cache, inputs->store,
                                   entry->has_revocation ? &entry->revocation : NULL, err));
    EG_TRY(eg_cms_check(&asked->signer, &verdict, verifier, inputs->signature, asked->content,
                        asked->kind, asked->at_ms, err));
    if (!eg_verdict_passed(&verdict)) {
        return refused(condition, text, asked->condition, asked->what, &verdict);
    }
    if (!eg_digest_equal(&asked->signer.certificate, &entry->signer)) {
        return no(condition, text, asked->condition, asked->what,
                  "signed with another certificate than the entry names");
    }
    return EG_OK;
}

/* ---- directory, package, key ---- */

static enum eg_status check_directory(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                      unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                      struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    const struct eg_digest *registrar = audit->settings->registrar;
    const struct eg_directory *directory = NULL;
    struct eg_verdict verdict = {0};
    struct asked asked = {.kind = EG_SIGNED_DIRECTORY,
                          .content = inputs->report,
                          .at_ms = entry->recorded_at_ms,
                          .condition = 9,
                          .what = "the directory's signature"};
    enum eg_status status = check_cms(&asked, audit, inputs, condition, text, err);

    if (status != EG_OK || *condition != 0) {
        return status;
    }
    if (!eg_authorise_certificate(&verdict, &asked.signer, NULL, EG_SIGNED_DIRECTORY)) {
        return refused(condition, text, 9, asked.what, &verdict);
    }
    if (registrar != NULL && !eg_digest_equal(registrar, &asked.signer.certificate)) {
        return no(condition, text, 9, "the directory is not signed by the registrar",
                  asked.signer.subject);
    }
    status =
        eg_audit_cache_directory(&directory, audit->cache, inputs->store, &entry->directory, err);
    if (status != EG_OK) {
        return status;
    }
    if (directory->version != entry->directory_version) {
        return no(condition, text, 9, "the directory has another version than the entry", "");
    }
    audit->directory = entry->directory;
    audit->has_directory = true;
    return EG_OK;
}

static enum eg_status keep_package(struct eg_audit *audit, const struct eg_digest *digest,
                                   struct eg_error *err)
{
    enum eg_status room = EG_VECTOR_RESERVE(audit->packages, audit->package_capacity,
                                            audit->package_count + 1, SIZE_MAX);
    if (room != EG_OK) {
        return eg_vector_refused(room, "audit", err);
    }
    audit->packages[audit->package_count++] = *digest;
    return EG_OK;
}

/* Publisher and signature are judged by the directory that was in force when it was recorded. */
static enum eg_status check_publisher(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                      const struct eg_package *package, unsigned *condition,
                                      char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    struct eg_publisher_rules by = {.at_ms = inputs->entry->recorded_at_ms};
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    EG_TRY(eg_audit_cache_directory(&by.directory, audit->cache, inputs->store, &audit->directory,
                                    err));
    EG_TRY(eg_audit_cache_verifier(&by.verifier, audit->cache, inputs->store, NULL, err));
    EG_TRY(eg_rules_authorise(&signer, &verdict, package, &by, err));
    if (!eg_verdict_passed(&verdict)) {
        return refused(condition, text, 9, "the package's publisher", &verdict);
    }
    if (!eg_digest_equal(&signer.certificate, &inputs->entry->signer)) {
        return no(condition, text, 9, "the package is signed with another certificate", "");
    }
    return EG_OK;
}

static enum eg_status check_package(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                    unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                    struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    struct eg_judge *judge = NULL;
    const struct eg_package *package = NULL;
    enum eg_status status =
        eg_audit_cache_judge(&judge, audit->cache, inputs->store, &entry->package.digest, err);

    if (status != EG_OK) {
        return status;
    }
    package = eg_rules_package(eg_judge_rules(judge));
    if (strcmp(package->ref.id, entry->package.id) != 0 ||
        strcmp(package->ref.version, entry->package.version) != 0) {
        return no(condition, text, 9, "the package has another id or version than the entry", "");
    }
    if (!eg_bytes_equal(inputs->signature, eg_package_file(package, "SIGNED.p7s"))) {
        return no(condition, text, 9, "the signature recorded is not that of the package", "");
    }
    if (!audit->has_directory) {
        return no(condition, text, 9, "no directory was recorded before the package", "");
    }
    EG_TRY(check_publisher(audit, inputs, package, condition, text, err));
    if (*condition == 0) {
        return keep_package(audit, &entry->package.digest, err);
    }
    return EG_OK;
}

static enum eg_status check_key(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    struct eg_verdict verdict = {0};
    struct asked asked = {.kind = EG_SIGNED_KEY_STATEMENT,
                          .content = inputs->report,
                          .at_ms = entry->recorded_at_ms,
                          .condition = 9,
                          .what = "the key statement's signature"};

    if (!entry->has_log_key ||
        memcmp(entry->log_key, audit->settings->log_key, EG_ED25519_KEY_LEN) != 0) {
        return no(condition, text, 9, "the key recorded is not the log key given", "");
    }
    if (!eg_key_statement_fits(inputs->report, audit->settings->origin, audit->settings->log_key,
                               entry->recorded_at_ms)) {
        return no(condition, text, 9, "the key statement is not one for this log, key and time",
                  "");
    }
    enum eg_status status = check_cms(&asked, audit, inputs, condition, text, err);
    return status == EG_OK && *condition == 0 &&
                   !eg_authorise_certificate(&verdict, &asked.signer, NULL, EG_SIGNED_KEY_STATEMENT)
               ? refused(condition, text, 9, asked.what, &verdict)
               : status;
}

/* ---- reports ---- */

/* The participant of the directory, and what else of the entry the directory can confirm. */
static enum eg_status check_sender(const struct eg_participant **out, const struct eg_entry *entry,
                                   const struct eg_directory *directory,
                                   const struct eg_signer *signer, unsigned *condition,
                                   char text[EG_ERROR_TEXT_MAX])
{
    const struct eg_participant *participant = eg_directory_by_certificate(directory, signer);

    if (participant == NULL || strcmp(participant->id, entry->identity.participant) != 0) {
        return no(condition, text, 8, "the signer is not the participant of the entry",
                  participant != NULL ? participant->id : signer->subject);
    }
    if (directory->version != entry->directory_version) {
        return no(condition, text, 9, "the directory has another version than the entry", "");
    }
    if (entry->received_at_ms > directory->not_after_ms) {
        return no(condition, text, 8, "the directory had ended", "");
    }
    struct eg_verdict verdict = {0};
    if (!eg_authorise_certificate(&verdict, signer, participant, EG_SIGNED_REPORT)) {
        return refused(condition, text, 8, "the report's signature", &verdict);
    }
    *out = participant;
    return EG_OK;
}

static enum eg_status check_submission(struct eg_audit *audit, const struct eg_check_inputs *inputs,
                                       unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                       struct eg_error *err)
{
    const struct eg_entry *entry = inputs->entry;
    const struct eg_directory *directory = NULL;
    const struct eg_participant *participant = NULL;
    struct eg_verdict verdict = {0};
    struct asked asked = {.kind = EG_SIGNED_REPORT,
                          .content = inputs->report,
                          .at_ms = entry->received_at_ms,
                          .condition = 8,
                          .what = "the report's signature"};
    EG_TRY(check_cms(&asked, audit, inputs, condition, text, err));
    if (*condition != 0) {
        return EG_OK;
    }
    EG_TRY(
        eg_audit_cache_directory(&directory, audit->cache, inputs->store, &entry->directory, err));
    EG_TRY(check_sender(&participant, entry, directory, &asked.signer, condition, text));
    if (*condition != 0) {
        return EG_OK;
    }
    EG_TRY(eg_audit_open(audit, inputs, err));
    if (audit->readable) {
        eg_authorise_report(&verdict, directory, participant, &audit->header,
                            audit->settings->origin, entry->received_at_ms);
        if (!eg_verdict_passed(&verdict)) {
            return refused(condition, text, 8, "the signer was not allowed to report this",
                           &verdict);
        }
    }
    return EG_OK;
}

/* ---- the hook ---- */

static enum eg_status ask_signature(void *payload, const struct eg_check_inputs *inputs,
                                    unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                    struct eg_error *err)
{
    struct eg_audit *audit = payload;
    enum eg_status status = EG_OK;
    unsigned found = 0;

    eg_audit_shut(audit);
    switch (inputs->entry->kind) {
    case EG_ENTRY_SUBMISSION:
        status = check_submission(audit, inputs, &found, text, err);
        break;
    case EG_ENTRY_DIRECTORY:
        status = check_directory(audit, inputs, &found, text, err);
        break;
    case EG_ENTRY_PACKAGE:
        status = inputs->entry->has_state ? eg_audit_state(audit, inputs, &found, text, err)
                                          : check_package(audit, inputs, &found, text, err);
        break;
    case EG_ENTRY_KEY:
        status = check_key(audit, inputs, &found, text, err);
        break;
    case EG_ENTRY_BREAK: /* signed by no one but the log itself */
        break;
    default:
        return no(condition, text, 8, "this program can not verify an entry of this kind",
                  eg_entry_kind_text(inputs->entry->kind));
    }
    if (is_theirs(status)) {
        bool revocation =
            status == EG_E_STATE; /* the lists had ended then: the sender was not judged */

        return no(condition, text, revocation ? 8 : 9,
                  revocation ? "revocation data was too old" : "what the entry names", err->text);
    }
    if (status != EG_OK) {
        return status;
    }
    *condition = found;
    return EG_OK;
}

static void tell_finding(void *payload, const struct eg_check_finding *finding)
{
    struct eg_audit *audit = payload;

    audit->settings->finding(audit->settings->payload, finding);
}

static bool tell_progress(void *payload, uint64_t done, uint64_t total)
{
    struct eg_audit *audit = payload;

    return audit->settings->progress == NULL ||
           audit->settings->progress(audit->settings->payload, done, total);
}

enum eg_status eg_audit_verify(struct eg_check_counts *counts, uint64_t *findings_out,
                               const struct eg_audit_settings *settings, struct eg_error *err)
{
    struct eg_audit audit = {.settings = settings};
    struct eg_check_hooks hooks = {&audit, ask_signature, eg_audit_rerun, tell_finding,
                                   tell_progress};
    enum eg_status status = EG_OK;

    if (settings->anchors_pem.len == 0 || settings->log_key == NULL) {
        return eg_error_set(err, EG_E_USAGE, "audit",
                            "without log key and trust anchors nothing can be proved; give both");
    }
    status = eg_audit_cache_new(&audit.cache, settings->anchors_pem, err);
    if (status != EG_OK) {
        goto done;
    }
    /* anchors that can not be read are the caller's error, not a finding */
    struct eg_verifier *unused = NULL;
    status = eg_audit_cache_verifier(&unused, audit.cache, NULL, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_findings_init(&audit.early);
    status = eg_check_archive(counts, findings_out, settings->archive, settings->origin,
                              settings->log_key, &hooks, err);
    eg_audit_shut(&audit);
    eg_findings_done(&audit.early);

done:
    eg_audit_cache_free(&audit.cache);
    free(audit.packages);
    free(audit.states);
    return status;
}
