/*
 * Entries: the lines of history (format in proof/entry.h).
 *
 * Validity conditions, beside those of the line form:
 *  1. keys in the order of the form, each at most once but `source`, `notification` and those of a
 *     package that judged
 *  2. each kind has the keys that it must have, and none that it may not (the table `kinds`)
 *  3. plant, report-kind and period come together; verdict and counts come with findings
 *  4. counts add up; the outcome is the strictest verdict
 *  5. every number, time, day, digest and identity has its one form
 *  6. the text as a whole is what the writer makes of it: reading proves that by writing again
 *
 * Here they are held to these conditions and written; entry_read.c reads them.
 */
#include "proof/entry.h"

#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- kinds ---------------------------------------------------------------------------------- */

enum part {
    IDENTITY = 1 << 0,
    SUBJECT = 1 << 1,
    REPORTED = 1 << 2,
    SOURCES = 1 << 3,
    SUPERSEDES = 1 << 4,
    PARTICIPANT = 1 << 5,
    REASON = 1 << 6,
    RECEIVED = 1 << 7,
    SIGNER = 1 << 8,
    REPORT = 1 << 9,
    SIGNATURE = 1 << 10,
    OLD_SIGNATURE = 1 << 11,
    PACKAGE = 1 << 12,
    JUDGED = 1 << 13, /* findings, verdict, counts; parameters and facts may be */
    STATE = 1 << 14,
    DIRECTORY = 1 << 15,
    REVOCATION = 1 << 16,
    NOTIFICATIONS = 1 << 17,
    LOG_KEY = 1 << 18,
    SEMANTICS = 1 << 19, /* and outcome, where it is judged */
};

#define SIGNED (SIGNER | REPORT | SIGNATURE)

static const struct kind {
    const char *word;
    unsigned must, may;
} kinds[EG_ENTRY_KINDS] = {
    [EG_ENTRY_SUBMISSION] = {"submission", IDENTITY | RECEIVED | SIGNED | JUDGED | SEMANTICS,
                             REPORTED | SOURCES | SUPERSEDES | PACKAGE | DIRECTORY | REVOCATION |
                                 NOTIFICATIONS},
    [EG_ENTRY_PACKAGE] = {"package", SIGNED | PACKAGE, STATE | REVOCATION},
    [EG_ENTRY_DIRECTORY] = {"directory", SIGNED | DIRECTORY, REVOCATION},
    [EG_ENTRY_KEY] = {"key", SIGNED | LOG_KEY, OLD_SIGNATURE | REVOCATION},
    [EG_ENTRY_PERIOD] = {"period", REPORTED | JUDGED | PACKAGE | SEMANTICS,
                         SUBJECT | SOURCES | SUPERSEDES | DIRECTORY | NOTIFICATIONS},
    [EG_ENTRY_DELIVERY] = {"delivery", SUBJECT | PARTICIPANT, 0},
    [EG_ENTRY_ACKNOWLEDGEMENT] = {"acknowledgement", SUBJECT | PARTICIPANT | RECEIVED | SIGNED,
                                  REVOCATION},
    [EG_ENTRY_WITHDRAWAL] = {"withdrawal", IDENTITY | SUBJECT | RECEIVED | SIGNED,
                             REASON | REVOCATION},
    [EG_ENTRY_ACCESS] = {"access", SUBJECT | PARTICIPANT, REASON},
    [EG_ENTRY_ERASURE] = {"erasure", SUBJECT | REASON, PARTICIPANT | SIGNED},
    [EG_ENTRY_BREAK] = {"break", REASON | SEMANTICS, SUBJECT | LOG_KEY},
    [EG_ENTRY_HELD] = {"held", RECEIVED | REASON | SIGNED, IDENTITY | DIRECTORY | REVOCATION},
};

/* Of form 1, whose kinds are the first four. */
static const unsigned old_must[] = {
    [EG_ENTRY_SUBMISSION] = IDENTITY | RECEIVED | SIGNER | SEMANTICS,
    [EG_ENTRY_PACKAGE] = SIGNER,
    [EG_ENTRY_DIRECTORY] = SIGNER,
    [EG_ENTRY_KEY] = SIGNER | LOG_KEY,
};
#define OLD_MAY                                                                                    \
    (REPORT | SIGNATURE | PACKAGE | JUDGED | STATE | DIRECTORY | REVOCATION | NOTIFICATIONS)

static const char *const state_words[] = {"active", "withdrawn"};
static const char no_word[] = "-", many[] = "*";

static bool is_old(const struct eg_entry *entry)
{
    return entry->form == 1;
}

static bool is_word(const char *text, size_t max)
{
    return eg_text_token(eg_bytes_of(text), max);
}

/* Parts that the entry has; those of which a zero is no sign are taken from its kind. */
static unsigned parts_of(const struct eg_entry *entry)
{
    const struct kind *kind = &kinds[entry->kind];
    static const struct eg_digest none;
    unsigned always = (is_old(entry) ? old_must[entry->kind] : kind->must) &
                      (RECEIVED | SEMANTICS | (is_old(entry) ? SIGNER : 0));
    unsigned parts = always;

    parts |= entry->identity.id[0] != '\0' || entry->identity.participant[0] != '\0' ? IDENTITY : 0;
    parts |= entry->has_subject ? SUBJECT : 0;
    parts |= entry->plant[0] != '\0' ? REPORTED : 0;
    parts |= entry->source_count > 0 ? SOURCES : 0;
    parts |= entry->has_supersedes ? SUPERSEDES : 0;
    parts |= entry->participant[0] != '\0' ? PARTICIPANT : 0;
    parts |= entry->reason[0] != '\0' ? REASON : 0;
    parts |= !eg_digest_equal(&entry->signer, &none) ? SIGNER : 0;
    parts |= entry->has_report ? REPORT : 0;
    parts |= entry->has_signature ? SIGNATURE : 0;
    parts |= entry->has_old_signature ? OLD_SIGNATURE : 0;
    parts |= entry->has_package ? PACKAGE : 0;
    parts |= entry->has_findings || entry->has_parameters || entry->has_facts ? JUDGED : 0;
    parts |= entry->has_state ? STATE : 0;
    parts |= entry->has_directory ? DIRECTORY : 0;
    parts |= entry->has_revocation ? REVOCATION : 0;
    parts |= entry->notification_count > 0 ? NOTIFICATIONS : 0;
    parts |= entry->has_log_key ? LOG_KEY : 0;
    return parts;
}

static bool is_judged(const struct eg_entry *entry)
{
    return (kinds[entry->kind].must & JUDGED) != 0;
}

/* ---- what has no text form ------------------------------------------------------------------ */

static bool is_day(const char *text)
{
    return eg_date_valid(text);
}

static bool adds_up(const struct eg_counts *counts)
{
    return counts->judged <= counts->owed && counts->undecided == counts->owed - counts->judged &&
           counts->exceeded <= counts->judged;
}

static bool is_package(const struct eg_package_ref *package)
{
    return is_word(package->id, EG_ID_MAX) &&
           is_word(package->version, sizeof package->version - 1);
}

static bool is_identity(const struct eg_identity *identity)
{
    char text[EG_IDENTITY_TEXT_MAX];
    struct eg_identity again;

    eg_identity_text(identity, text);
    return eg_identity_untext(eg_bytes_of(text), &again);
}

static bool are_reported(const struct eg_entry *entry)
{
    if (entry->plant[0] != '\0' &&
        (!is_word(entry->plant, EG_ID_MAX) ||
         (entry->report_kind[0] != '\0' && !is_word(entry->report_kind, EG_ID_MAX)) ||
         !is_day(entry->from) || !is_day(entry->until) || strcmp(entry->from, entry->until) > 0)) {
        return false;
    }
    for (size_t i = 0; i < entry->source_count; i++) {
        bool all = entry->source_count == 1 && strcmp(entry->sources[i], many) == 0;
        if (!all && !is_word(entry->sources[i], EG_ID_MAX)) {
            return false;
        }
    }
    return true;
}

static bool are_notifications(const struct eg_entry *entry)
{
    for (size_t i = 0; i < entry->notification_count; i++) {
        const struct eg_entry_notification *one = &entry->notifications[i];
        if (!is_word(one->name, EG_ID_MAX) || !is_word(one->recipient, EG_ID_MAX) ||
            (is_old(entry) && one->number != 0)) {
            return false;
        }
    }
    return true;
}

/* Conditions 3 and 4. */
static bool are_verdicts(const struct eg_entry *entry)
{
    bool all = entry->verdict;

    if (is_old(entry)) {
        return entry->other_count == 0;
    }
    if (!entry->has_findings) {
        return entry->other_count == 0 && !entry->has_parameters && !entry->has_facts;
    }
    for (size_t i = 0; i < entry->other_count; i++) {
        const struct eg_entry_judging *other = &entry->others[i];
        all = all && other->accepted;
        if (!is_package(&other->package) || !adds_up(&other->counts)) {
            return false;
        }
    }
    return adds_up(&entry->counts) && all == entry->accepted &&
           (entry->has_package || (entry->other_count == 0 && !entry->accepted));
}

static bool has_its_parts(const struct eg_entry *entry)
{
    const struct kind *kind = &kinds[entry->kind];
    bool old = is_old(entry);
    unsigned must = old ? old_must[entry->kind] : kind->must;
    unsigned may = must | (old ? OLD_MAY : kind->may);
    unsigned parts = parts_of(entry);

    return (parts & must) == must && (parts & ~may) == 0;
}

/* What an entry holds must be such that reading it gives the same again. */
static enum eg_status check(const struct eg_entry *entry, struct eg_error *err)
{
    if ((size_t)entry->kind >= EG_ENTRY_KINDS || entry->form > EG_ENTRY_FORM ||
        (is_old(entry) && entry->kind > EG_ENTRY_KEY) ||
        entry->notification_count > EG_NOTIFICATIONS_MAX ||
        entry->source_count > EG_ENTRY_SOURCES_MAX ||
        entry->other_count > EG_JUDGING_PACKAGES_MAX - 1) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "kind, form or a list out of range");
    }
    const struct {
        bool good;
        const char *name;
    } rows[] = {
        {has_its_parts(entry), "a key that it must have or may not have"},
        {(parts_of(entry) & IDENTITY) == 0 || is_identity(&entry->identity), "identity"},
        {!entry->has_package || is_package(&entry->package), "package"},
        {are_reported(entry), "plant, report-kind, period or source"},
        {entry->participant[0] == '\0' || is_word(entry->participant, EG_ID_MAX), "participant"},
        {entry->reason[0] == '\0' || is_word(entry->reason, EG_ENTRY_REASON_MAX), "reason"},
        {are_notifications(entry), "notification"},
        {are_verdicts(entry), "verdict, counts or outcome"},
        {!entry->has_state ||
             (entry->has_package && entry->kind == EG_ENTRY_PACKAGE && entry->state_number != 0),
         "state"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].good) {
            return eg_error_set(err, EG_E_FORMAT, "entry", "%s has no text form", rows[i].name);
        }
    }
    return EG_OK;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_digest_if(struct eg_buf *out, const char *key, const struct eg_digest *digest,
                          bool there)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    if (there) {
        eg_digest_text(digest, text);
        eg_lines_put(out, key, (struct eg_bytes){(const uint8_t *)text, EG_DIGEST_TEXT_LEN});
    }
}

static void put_word_if(struct eg_buf *out, const char *key, const char *word)
{
    if (word[0] != '\0') {
        eg_lines_put(out, key, eg_bytes_of(word));
    }
}

static void put_index_if(struct eg_buf *out, const char *key, uint64_t index, bool there)
{
    if (there) {
        eg_lines_putf(out, key, "%" PRIu64, index);
    }
}

static void put_time(struct eg_buf *out, const char *key, int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX];

    eg_text_time(text, at_ms);
    eg_lines_put(out, key, eg_bytes_of(text));
}

static void put_package(struct eg_buf *out, const struct eg_package_ref *package)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    eg_digest_text(&package->digest, text);
    eg_lines_putf(out, "package", "%s %s %s", package->id, package->version, text);
}

static void put_outcome(struct eg_buf *out, const char *key, bool accepted)
{
    eg_lines_put(out, key, eg_bytes_of(accepted ? "accepted" : "rejected"));
}

static void put_reported(struct eg_buf *out, const struct eg_entry *entry)
{
    if (entry->plant[0] != '\0') {
        eg_lines_put(out, "plant", eg_bytes_of(entry->plant));
        eg_lines_put(out, "report-kind",
                     eg_bytes_of(entry->report_kind[0] != '\0' ? entry->report_kind : no_word));
        eg_lines_putf(out, "period", "%s %s", entry->from, entry->until);
    }
    for (size_t i = 0; i < entry->source_count; i++) {
        eg_lines_put(out, "source", eg_bytes_of(entry->sources[i]));
    }
}

static void put_head(struct eg_buf *out, const struct eg_entry *entry)
{
    char text[EG_IDENTITY_TEXT_MAX];
    unsigned parts = parts_of(entry);

    eg_lines_begin_form(out, "entry", is_old(entry) ? 1 : EG_ENTRY_FORM);
    eg_lines_put(out, "kind", eg_bytes_of(kinds[entry->kind].word));
    if ((parts & IDENTITY) != 0) {
        eg_identity_text(&entry->identity, text);
        eg_lines_put(out, "identity", eg_bytes_of(text));
    }
    put_index_if(out, "subject", entry->subject, entry->has_subject);
    put_reported(out, entry);
    put_index_if(out, "supersedes", entry->supersedes, entry->has_supersedes);
    put_word_if(out, "participant", entry->participant);
    put_word_if(out, "reason", entry->reason);
    if ((parts & RECEIVED) != 0) {
        put_time(out, "received-at", entry->received_at_ms);
    }
    put_time(out, "recorded-at", entry->recorded_at_ms);
    put_digest_if(out, "signer", &entry->signer, (parts & SIGNER) != 0);
    put_digest_if(out, "report", &entry->report, entry->has_report);
    put_digest_if(out, "signature", &entry->signature, entry->has_signature);
    put_digest_if(out, "old-signature", &entry->old_signature, entry->has_old_signature);
}

static void put_verdict(struct eg_buf *out, bool accepted, const struct eg_counts *counts)
{
    put_outcome(out, "verdict", accepted);
    eg_lines_putf(out, "counts", "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, counts->owed,
                  counts->judged, counts->exceeded, counts->undecided);
}

/* What judged, in form 2: each package with all that is of it. */
static void put_judgings(struct eg_buf *out, const struct eg_entry *entry)
{
    if (entry->has_package) {
        put_package(out, &entry->package);
    }
    put_digest_if(out, "parameters", &entry->parameters, entry->has_parameters);
    put_digest_if(out, "facts", &entry->facts, entry->has_facts);
    put_digest_if(out, "findings", &entry->findings, entry->has_findings);
    if (entry->has_findings) {
        put_verdict(out, entry->verdict, &entry->counts);
    }
    for (size_t i = 0; i < entry->other_count; i++) {
        const struct eg_entry_judging *other = &entry->others[i];
        put_package(out, &other->package);
        put_digest_if(out, "parameters", &other->parameters, other->has_parameters);
        put_digest_if(out, "facts", &other->facts, other->has_facts);
        put_digest_if(out, "findings", &other->findings, true);
        put_verdict(out, other->accepted, &other->counts);
    }
}

static void put_state(struct eg_buf *out, const struct eg_entry *entry)
{
    if (entry->has_state) {
        eg_lines_putf(out, "state", "%s %u", state_words[entry->withdrawn],
                      (unsigned)entry->state_number);
    }
}

static void put_directory(struct eg_buf *out, const struct eg_entry *entry)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    if (entry->has_directory) {
        eg_digest_text(&entry->directory, text);
        eg_lines_putf(out, "directory", "%" PRIu64 " %s", entry->directory_version, text);
    }
    put_digest_if(out, "revocation", &entry->revocation, entry->has_revocation);
}

static void put_notifications(struct eg_buf *out, const struct eg_entry *entry)
{
    for (size_t i = 0; i < entry->notification_count; i++) {
        const struct eg_entry_notification *one = &entry->notifications[i];
        char digest[EG_DIGEST_TEXT_LEN + 1], number[24] = "";

        eg_digest_text(&one->digest, digest);
        if (!is_old(entry)) {
            (void)snprintf(number, sizeof number, "%" PRIu64 " ", one->number);
        }
        eg_lines_putf(out, "notification", "%s %s %s%s", one->name, one->recipient,
                      !is_old(entry) && one->number == 0 ? "- " : number, digest);
    }
}

/* The order of form 1. */
static void put_old_contents(struct eg_buf *out, const struct eg_entry *entry)
{
    if (entry->has_package) {
        put_package(out, &entry->package);
    }
    put_state(out, entry);
    put_directory(out, entry);
    put_digest_if(out, "parameters", &entry->parameters, entry->has_parameters);
    put_digest_if(out, "facts", &entry->facts, entry->has_facts);
    put_digest_if(out, "findings", &entry->findings, entry->has_findings);
}

enum eg_status eg_entry_write(struct eg_buf *out, const struct eg_entry *entry,
                              struct eg_error *err)
{
    size_t before = out->len;
    enum eg_status status = check(entry, err);

    if (status != EG_OK) {
        return status;
    }
    put_head(out, entry);
    if (is_old(entry)) {
        put_old_contents(out, entry);
    } else {
        put_judgings(out, entry);
        put_state(out, entry);
        put_directory(out, entry);
    }
    put_notifications(out, entry);
    if (entry->has_log_key) {
        eg_buf_text(out, "log-key ");
        eg_text_hex(out, (struct eg_bytes){entry->log_key, sizeof entry->log_key});
        eg_buf_char(out, '\n');
    }
    if ((parts_of(entry) & SEMANTICS) != 0) {
        eg_lines_putf(out, "semantics", "%u", (unsigned)entry->semantics);
    }
    if (is_judged(entry)) {
        put_outcome(out, "outcome", entry->accepted);
    }
    status = eg_buf_ok(out, "entry", err);
    out->len = status == EG_OK ? out->len : before;
    return status;
}

bool eg_entry_counts(struct eg_counts *out, const struct eg_entry *entry)
{
    if (is_old(entry) || !is_judged(entry)) {
        return false;
    }
    *out = entry->counts;
    for (size_t i = 0; i < entry->other_count; i++) {
        const struct eg_counts *counts = &entry->others[i].counts;
        out->owed += counts->owed;
        out->judged += counts->judged;
        out->exceeded += counts->exceeded;
        out->undecided += counts->undecided;
    }
    return true;
}

const char *eg_entry_kind_text(enum eg_entry_kind kind)
{
    return kinds[kind].word;
}
