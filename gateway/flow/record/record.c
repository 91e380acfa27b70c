/*
 * Every content is hashed with 32 random octets of its own, so that nobody can guess from the entry
 * alone that there were no findings, or what another authority was notified of.
 */
#include "flow/record/record.h"

#include "assess/package/package.h"
#include "base/error.h"
#include "base/text.h"

#include <emgate/version.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

void eg_draft_init(struct eg_draft *draft)
{
    memset(draft, 0, sizeof *draft);
    eg_buf_init(&draft->facts, EG_FACTS_OCTETS_MAX);
    eg_buf_init(&draft->findings, EG_FINDINGS_MAX);
    eg_buf_init(&draft->packed, EG_PACKAGE_OCTETS_MAX + EG_MIB);
    eg_buf_init(&draft->entry_text, EG_ENTRY_MAX);
    eg_buf_init(&draft->receipt, EG_RECEIPT_MAX);
}

void eg_draft_done(struct eg_draft *draft)
{
    eg_buf_done(&draft->facts);
    eg_buf_done(&draft->findings);
    eg_buf_done(&draft->packed);
    eg_buf_done(&draft->entry_text);
    eg_buf_done(&draft->receipt);
}

static void add_content(struct eg_draft *draft, enum eg_content_kind kind, unsigned number,
                        struct eg_bytes octets)
{
    assert(draft->content_count < EG_RECORD_CONTENTS_MAX);
    draft->contents[draft->content_count++] =
        (struct eg_content){.kind = kind, .number = number, .octets = octets};
}

static enum eg_status draw_salts(struct eg_draft *draft, struct eg_error *err)
{
    struct eg_salt salts[EG_RECORD_CONTENTS_MAX];
    if (draft->content_count == 0) {
        return EG_OK;
    }
    EG_TRY(eg_random(salts, draft->content_count * sizeof salts[0], err));
    for (size_t i = 0; i < draft->content_count; i++) {
        draft->contents[i].salt = salts[i];
    }
    return EG_OK;
}

static void put_digest(struct eg_entry *entry, const struct eg_content *content)
{
    struct eg_digest digest = eg_hash_salted(&content->salt, content->octets);
    switch (content->kind) {
    case EG_CONTENT_REPORT:
        entry->report = digest;
        entry->has_report = true;
        break;
    case EG_CONTENT_SIGNATURE:
        entry->signature = digest;
        entry->has_signature = true;
        break;
    case EG_CONTENT_PARAMETERS:
        entry->parameters = digest;
        entry->has_parameters = true;
        break;
    case EG_CONTENT_FINDINGS:
        entry->findings = digest;
        entry->has_findings = true;
        break;
    case EG_CONTENT_NOTIFICATION:
        entry->notifications[content->number].digest = digest;
        break;
    case EG_CONTENT_FACTS:
        entry->facts = digest;
        entry->has_facts = true;
        break;
    case EG_CONTENT_REVOCATION:
        assert(false); /* no draft holds it */
    }
}

/* Salts, digests and the entry's text, for every kind of entry. */
static enum eg_status finish(struct eg_draft *draft, int64_t recorded_at_ms, struct eg_error *err)
{
    draft->entry.recorded_at_ms = recorded_at_ms;
    enum eg_status status = draw_salts(draft, err);
    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; i < draft->content_count; i++) {
        put_digest(&draft->entry, &draft->contents[i]);
    }
    return eg_entry_write(&draft->entry_text, &draft->entry, err);
}

static void add_notifications(struct eg_draft *draft, const struct eg_outcome *outcome)
{
    struct eg_entry *entry = &draft->entry;
    for (size_t i = 0; i < outcome->notification_count && i < EG_NOTIFICATIONS_MAX; i++) {
        const struct eg_notification *notification = &outcome->notifications[i];
        struct eg_entry_notification *slot = &entry->notifications[i];
        snprintf(slot->name, sizeof slot->name, "%s", notification->name);
        snprintf(slot->recipient, sizeof slot->recipient, "%s", notification->recipient);
        add_content(draft, EG_CONTENT_NOTIFICATION, (unsigned)i,
                    eg_bytes_view(&notification->content));
        entry->notification_count++;
    }
}

/* The sources that were judged, each once; of more than can be named "*". */
static void add_sources(struct eg_entry *entry, const struct eg_judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        const char *source = judged->list[i].source;
        size_t k = 0;
        while (k < entry->source_count && strcmp(entry->sources[k], source) != 0) {
            k++;
        }
        if (k < entry->source_count) {
            continue;
        }
        if (entry->source_count == EG_ENTRY_SOURCES_MAX ||
            !eg_text_token(eg_bytes_of(source), EG_ID_MAX)) {
            entry->source_count = 1;
            (void)snprintf(entry->sources[0], sizeof entry->sources[0], "*");
            return;
        }
        (void)snprintf(entry->sources[entry->source_count++], sizeof entry->sources[0], "%s",
                       source);
    }
}

/* Plant, kind and period, where the report could be read. */
static void add_reported(struct eg_entry *entry, const struct eg_job *job)
{
    const struct eg_report_header *header = &job->header;

    if (!job->outcome.has_package) {
        return;
    }
    (void)snprintf(entry->plant, sizeof entry->plant, "%s", header->plant);
    (void)snprintf(entry->report_kind, sizeof entry->report_kind, "%s", header->kind);
    (void)snprintf(entry->from, sizeof entry->from, "%s", header->from);
    (void)snprintf(entry->until, sizeof entry->until, "%s", header->until);
    add_sources(entry, &job->outcome.judged);
}

enum eg_status eg_draft_decision(struct eg_draft *draft, const struct eg_job *job,
                                 int64_t recorded_at_ms, struct eg_error *err)
{
    static const struct eg_digest none;
    const struct eg_outcome *outcome = &job->outcome;
    struct eg_entry *entry = &draft->entry;
    entry->kind = EG_ENTRY_SUBMISSION;
    entry->identity = job->identity;
    entry->received_at_ms = job->received_at_ms;
    entry->signer = job->signer.certificate;
    entry->has_package = outcome->has_package;
    entry->package = outcome->package;
    entry->has_directory = true;
    entry->directory_version = job->directory_version;
    entry->directory = job->directory;
    entry->has_revocation = !eg_digest_equal(&job->signer.revocation, &none);
    entry->revocation = job->signer.revocation;
    entry->semantics = EG_SEMANTICS;
    entry->accepted = entry->verdict = outcome->accepted;
    entry->counts = outcome->judged.counts;
    add_reported(entry, job);
    draft->report_digest = job->report_digest;
    enum eg_status status =
        eg_findings_write(&draft->findings, &outcome->findings,
                          outcome->has_package ? &outcome->package : NULL, &outcome->judged, err);
    if (status == EG_OK && job->needs_facts) {
        status = eg_facts_write(&draft->facts, &outcome->recalled, err);
    }
    if (status != EG_OK) {
        return status;
    }
    add_content(draft, EG_CONTENT_REPORT, 0, eg_bytes_view(&job->report));
    add_content(draft, EG_CONTENT_SIGNATURE, 0, eg_bytes_view(&job->cms));
    add_content(draft, EG_CONTENT_FINDINGS, 0, eg_bytes_view(&draft->findings));
    if (outcome->parameters.len > 0) {
        add_content(draft, EG_CONTENT_PARAMETERS, 0, eg_bytes_view(&outcome->parameters));
    }
    if (job->needs_facts) {
        add_content(draft, EG_CONTENT_FACTS, 0, eg_bytes_view(&draft->facts));
    }
    if (outcome->accepted && outcome->remembered.count > 0) {
        draft->remembered = &outcome->remembered;
        draft->plant = job->header.plant;
    }
    add_notifications(draft, outcome);
    return finish(draft, recorded_at_ms, err);
}

enum eg_status eg_draft_directory(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                                  int64_t recorded_at_ms, struct eg_error *err)
{
    const struct eg_directory *directory = snapshot->directory;
    draft->entry.kind = EG_ENTRY_DIRECTORY;
    draft->entry.signer = snapshot->directory_signer;
    draft->entry.has_directory = true;
    draft->entry.directory_version = directory->version;
    draft->entry.directory = directory->digest;
    draft->report_digest = directory->digest;
    add_content(draft, EG_CONTENT_REPORT, 0, eg_bytes_view(&directory->octets));
    add_content(draft, EG_CONTENT_SIGNATURE, 0, eg_bytes_view(&directory->signature));
    return finish(draft, recorded_at_ms, err);
}

enum eg_status eg_draft_package(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                                size_t package_number, int64_t recorded_at_ms, struct eg_error *err)
{
    const struct eg_package *package = snapshot->packages[package_number];
    draft->entry.kind = EG_ENTRY_PACKAGE;
    draft->entry.signer = snapshot->package_signers[package_number];
    draft->entry.has_package = true;
    draft->entry.package = package->ref;
    enum eg_status status = eg_package_pack(&draft->packed, &package->tree, err);
    if (status != EG_OK) {
        return status;
    }
    draft->report_digest = eg_hash(eg_bytes_view(&draft->packed));
    add_content(draft, EG_CONTENT_REPORT, 0, eg_bytes_view(&draft->packed));
    add_content(draft, EG_CONTENT_SIGNATURE, 0, eg_package_file(package, "SIGNED.p7s"));
    return finish(draft, recorded_at_ms, err);
}

enum eg_status eg_draft_state(struct eg_draft *draft, const struct eg_snapshot *snapshot,
                              size_t package_number, int64_t recorded_at_ms, struct eg_error *err)
{
    const struct eg_statement *statement = &snapshot->statements[package_number];
    draft->entry.kind = EG_ENTRY_PACKAGE;
    draft->entry.signer = statement->signer;
    draft->entry.has_package = true;
    draft->entry.package = snapshot->packages[package_number]->ref;
    draft->entry.has_state = true;
    draft->entry.withdrawn = statement->state.withdrawn;
    draft->entry.state_number = statement->state.number;
    draft->report_digest = eg_hash(eg_bytes_view(&statement->text));
    add_content(draft, EG_CONTENT_REPORT, 0, eg_bytes_view(&statement->text));
    add_content(draft, EG_CONTENT_SIGNATURE, 0, eg_bytes_view(&statement->cms));
    return finish(draft, recorded_at_ms, err);
}

enum eg_status eg_draft_key(struct eg_draft *draft, const struct eg_signed_statement *statement,
                            const uint8_t log_key[EG_ED25519_KEY_LEN], int64_t recorded_at_ms,
                            struct eg_error *err)
{
    draft->entry.kind = EG_ENTRY_KEY;
    draft->entry.signer = statement->signer;
    draft->entry.has_log_key = true;
    memcpy(draft->entry.log_key, log_key, EG_ED25519_KEY_LEN);
    draft->report_digest = eg_hash(statement->text);
    add_content(draft, EG_CONTENT_REPORT, 0, statement->text);
    add_content(draft, EG_CONTENT_SIGNATURE, 0, statement->cms);
    return finish(draft, recorded_at_ms, err);
}

enum eg_status eg_draft_break(struct eg_draft *draft, int64_t recorded_at_ms, struct eg_error *err)
{
    draft->entry.kind = EG_ENTRY_BREAK;
    draft->entry.semantics = EG_SEMANTICS;
    (void)snprintf(draft->entry.reason, sizeof draft->entry.reason, "form");
    return finish(draft, recorded_at_ms, err);
}

const struct eg_salt *eg_draft_salt(const struct eg_draft *draft, enum eg_content_kind kind)
{
    for (size_t i = 0; i < draft->content_count; i++) {
        if (draft->contents[i].kind == kind) {
            return &draft->contents[i].salt;
        }
    }
    return NULL;
}
