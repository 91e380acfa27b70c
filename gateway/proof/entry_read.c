/*
 * Reading entries (format in proof/entry.h, conditions in entry.c). The order of the keys is in one
 * table for each form; beside it there is, for each key, how its value is read. Missing and
 * superfluous keys show when what was read is written back.
 */
#include "proof/entry.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

static const char *const state_words[] = {"active", "withdrawn"};
static const char no_word[] = "-";

/* ---- reading: one function for each key that is more than a digest -------------------------- */

static bool cut_word(struct eg_bytes *rest, char *word, size_t room)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
    size_t len = blank != NULL ? (size_t)(blank - rest->data) : 0;

    if (len == 0 || len >= room) {
        return false;
    }
    memcpy(word, rest->data, len);
    word[len] = '\0';
    *rest = (struct eg_bytes){blank + 1, rest->len - len - 1};
    return true;
}

static bool cut_number(struct eg_bytes *rest, uint64_t *out)
{
    char word[24];
    return cut_word(rest, word, sizeof word) && eg_text_u64(eg_bytes_of(word), UINT64_MAX, out);
}

/* The whole value as a word. */
static bool take_word(struct eg_bytes value, char *word, size_t room)
{
    if (value.len == 0 || value.len >= room) {
        return false;
    }
    memcpy(word, value.data, value.len);
    word[value.len] = '\0';
    return true;
}

static bool read_kind(struct eg_entry *entry, struct eg_bytes value)
{
    for (size_t i = 0; i < EG_ENTRY_KINDS; i++) {
        if (eg_bytes_is(value, eg_entry_kind_text((enum eg_entry_kind)i))) {
            entry->kind = (enum eg_entry_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_identity(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_identity_untext(value, &entry->identity);
}

static bool read_subject(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_subject = true;
    return eg_text_u64(value, UINT64_MAX, &entry->subject);
}

static bool read_plant(struct eg_entry *entry, struct eg_bytes value)
{
    return take_word(value, entry->plant, sizeof entry->plant);
}

static bool read_report_kind(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_bytes_is(value, no_word) ||
           take_word(value, entry->report_kind, sizeof entry->report_kind);
}

static bool read_period(struct eg_entry *entry, struct eg_bytes value)
{
    return cut_word(&value, entry->from, sizeof entry->from) &&
           take_word(value, entry->until, sizeof entry->until);
}

static bool read_source(struct eg_entry *entry, struct eg_bytes value)
{
    return entry->source_count < EG_ENTRY_SOURCES_MAX &&
           take_word(value, entry->sources[entry->source_count++], sizeof entry->sources[0]);
}

static bool read_supersedes(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_supersedes = true;
    return eg_text_u64(value, UINT64_MAX, &entry->supersedes);
}

static bool read_participant(struct eg_entry *entry, struct eg_bytes value)
{
    return take_word(value, entry->participant, sizeof entry->participant);
}

static bool read_reason(struct eg_entry *entry, struct eg_bytes value)
{
    return take_word(value, entry->reason, sizeof entry->reason);
}

static bool read_received_at(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_text_untime(value, &entry->received_at_ms);
}

static bool read_recorded_at(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_text_untime(value, &entry->recorded_at_ms);
}

static bool read_signer(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_digest_untext(value, &entry->signer);
}

static bool read_report(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_report = true;
    return eg_digest_untext(value, &entry->report);
}

static bool read_signature(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_signature = true;
    return eg_digest_untext(value, &entry->signature);
}

static bool read_old_signature(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_old_signature = true;
    return eg_digest_untext(value, &entry->old_signature);
}

/* The package whose lines are being read, behind the first; NULL: the first. */
static struct eg_entry_judging *other_of(struct eg_entry *entry)
{
    return entry->other_count > 0 ? &entry->others[entry->other_count - 1] : NULL;
}

/* The first package, or the next one once what the one before found has been read. */
static bool read_package(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_package_ref *package = &entry->package;

    if (entry->has_findings && entry->form != 1) {
        if (!entry->has_package || entry->other_count == EG_JUDGING_PACKAGES_MAX - 1) {
            return false;
        }
        package = &entry->others[entry->other_count++].package;
    }
    entry->has_package = true;
    return cut_word(&value, package->id, sizeof package->id) &&
           cut_word(&value, package->version, sizeof package->version) &&
           eg_digest_untext(value, &package->digest);
}

static bool read_parameters(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_entry_judging *other = other_of(entry);

    *(other != NULL ? &other->has_parameters : &entry->has_parameters) = true;
    return eg_digest_untext(value, other != NULL ? &other->parameters : &entry->parameters);
}

static bool read_facts(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_entry_judging *other = other_of(entry);

    *(other != NULL ? &other->has_facts : &entry->has_facts) = true;
    return eg_digest_untext(value, other != NULL ? &other->facts : &entry->facts);
}

static bool read_findings(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_entry_judging *other = other_of(entry);

    entry->has_findings = true;
    return eg_digest_untext(value, other != NULL ? &other->findings : &entry->findings);
}

static bool read_verdict(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_entry_judging *other = other_of(entry);
    bool accepted = eg_bytes_is(value, "accepted");

    *(other != NULL ? &other->accepted : &entry->verdict) = accepted;
    return accepted || eg_bytes_is(value, "rejected");
}

static bool read_counts(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_entry_judging *other = other_of(entry);
    struct eg_counts *counts = other != NULL ? &other->counts : &entry->counts;

    return cut_number(&value, &counts->owed) && cut_number(&value, &counts->judged) &&
           cut_number(&value, &counts->exceeded) &&
           eg_text_u64(value, UINT64_MAX, &counts->undecided);
}

static bool read_state(struct eg_entry *entry, struct eg_bytes value)
{
    char word[16];
    uint64_t number = 0;

    entry->has_state = true;
    if (!cut_word(&value, word, sizeof word) || !eg_text_u64(value, UINT32_MAX, &number)) {
        return false;
    }
    entry->state_number = (uint32_t)number;
    entry->withdrawn = strcmp(word, state_words[1]) == 0;
    return entry->withdrawn || strcmp(word, state_words[0]) == 0;
}

static bool read_directory(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_directory = true;
    return cut_number(&value, &entry->directory_version) &&
           eg_digest_untext(value, &entry->directory);
}

static bool read_revocation(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_revocation = true;
    return eg_digest_untext(value, &entry->revocation);
}

static bool read_notification(struct eg_entry *entry, struct eg_bytes value)
{
    if (entry->notification_count >= EG_NOTIFICATIONS_MAX) {
        return false;
    }
    struct eg_entry_notification *one = &entry->notifications[entry->notification_count++];
    char number[24];

    if (!cut_word(&value, one->name, sizeof one->name) ||
        !cut_word(&value, one->recipient, sizeof one->recipient)) {
        return false;
    }
    if (entry->form != 1 && (!cut_word(&value, number, sizeof number) ||
                             (strcmp(number, no_word) != 0 &&
                              !eg_text_u64(eg_bytes_of(number), UINT64_MAX, &one->number)))) {
        return false;
    }
    return eg_digest_untext(value, &one->digest);
}

static bool read_log_key(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_log_key = true;
    return eg_text_unhex(value, entry->log_key, sizeof entry->log_key);
}

static bool read_semantics(struct eg_entry *entry, struct eg_bytes value)
{
    uint64_t number = 0;

    if (!eg_text_u64(value, UINT32_MAX, &number)) {
        return false;
    }
    entry->semantics = (uint32_t)number;
    return true;
}

static bool read_outcome(struct eg_entry *entry, struct eg_bytes value)
{
    entry->accepted = eg_bytes_is(value, "accepted");
    return entry->accepted || eg_bytes_is(value, "rejected");
}

/* ---- reading: the order -------------------------------------------------------------------- */

struct key {
    const char *name;
    bool (*read)(struct eg_entry *entry, struct eg_bytes value);
    /* where the order goes on behind it: at itself, at another key, or "" at the next one */
    const char *again;
};

static const struct key keys[] = {
    {"kind", read_kind, ""},
    {"identity", read_identity, ""},
    {"subject", read_subject, ""},
    {"plant", read_plant, ""},
    {"report-kind", read_report_kind, ""},
    {"period", read_period, ""},
    {"source", read_source, "source"},
    {"supersedes", read_supersedes, ""},
    {"participant", read_participant, ""},
    {"reason", read_reason, ""},
    {"received-at", read_received_at, ""},
    {"recorded-at", read_recorded_at, ""},
    {"signer", read_signer, ""},
    {"report", read_report, ""},
    {"signature", read_signature, ""},
    {"old-signature", read_old_signature, ""},
    {"package", read_package, ""},
    {"parameters", read_parameters, ""},
    {"facts", read_facts, ""},
    {"findings", read_findings, ""},
    {"verdict", read_verdict, ""},
    {"counts", read_counts, "package"},
    {"state", read_state, ""},
    {"directory", read_directory, ""},
    {"revocation", read_revocation, ""},
    {"notification", read_notification, "notification"},
    {"log-key", read_log_key, ""},
    {"semantics", read_semantics, ""},
    {"outcome", read_outcome, ""},
    {NULL, NULL, ""},
};

static const struct key old_keys[] = {
    {"kind", read_kind, ""},
    {"identity", read_identity, ""},
    {"received-at", read_received_at, ""},
    {"recorded-at", read_recorded_at, ""},
    {"signer", read_signer, ""},
    {"report", read_report, ""},
    {"signature", read_signature, ""},
    {"package", read_package, ""},
    {"state", read_state, ""},
    {"directory", read_directory, ""},
    {"revocation", read_revocation, ""},
    {"parameters", read_parameters, ""},
    {"facts", read_facts, ""},
    {"findings", read_findings, ""},
    {"notification", read_notification, "notification"},
    {"log-key", read_log_key, ""},
    {"semantics", read_semantics, ""},
    {"outcome", read_outcome, ""},
    {NULL, NULL, ""},
};

static const struct key *key_named(const struct key *from, struct eg_bytes name)
{
    while (from->name != NULL && !eg_bytes_is(name, from->name)) {
        from++;
    }
    return from;
}

static bool read_lines(struct eg_entry *entry, struct eg_lines *lines)
{
    const struct key *order = entry->form == 1 ? old_keys : keys;
    const struct key *at = order;
    int next = 0;

    while ((next = eg_lines_next(lines)) == 1) {
        at = key_named(at, lines->key);
        if (at->name == NULL || !at->read(entry, lines->value)) {
            return false;
        }
        at = at->again[0] != '\0' ? key_named(order, eg_bytes_of(at->again)) : at + 1;
    }
    return next == 0;
}

static enum eg_status writes_back(const struct eg_entry *entry, struct eg_bytes text,
                                  struct eg_error *err)
{
    struct eg_buf again;

    eg_buf_init(&again, EG_ENTRY_MAX);
    enum eg_status status = eg_entry_write(&again, entry, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_bytes_equal(eg_bytes_view(&again), text)) {
        status = eg_error_set(err, EG_E_FORMAT, "entry", "a line is missing, doubled or not of %s",
                              eg_entry_kind_text(entry->kind));
    }

done:
    eg_buf_done(&again);
    return status;
}

enum eg_status eg_entry_read(struct eg_entry *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_entry entry = {.form = 0};
    struct eg_lines lines = {.number = 1};

    if (text.len > EG_ENTRY_MAX) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "longer than %zu octets", EG_ENTRY_MAX);
    }
    if (!eg_lines_start_form(&lines, &entry.form, text, "entry", EG_ENTRY_FORM) ||
        !read_lines(&entry, &lines)) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "malformed at line %u", lines.number);
    }
    EG_TRY(writes_back(&entry, text, err));
    *out = entry;
    return EG_OK;
}
