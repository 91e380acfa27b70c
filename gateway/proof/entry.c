/*
 * Entries: the lines of history (format in proof/entry.h).
 *
 * Validity conditions, beside those of the line form:
 *  1. keys in the order of the header, each at most once but `notification`
 *  2. received-at, semantics and outcome are in submissions and nowhere else; identity too
 *  3. log-key is in entries of kind key and nowhere else
 *  4. state is in entries of kind package and nowhere else; its number is not 0
 *  5. every number, time, digest and identity has its one form
 *  6. the text as a whole is what the writer makes of it: reading proves that by writing again
 *
 * Reader and writer know the order of the keys from one table; what they do not know of a key is
 * how its value is made.
 */
#include "proof/entry.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

static const char *const kind_words[] = {"submission", "package", "directory", "key"};

static const char *const state_words[] = {"active", "withdrawn"};

enum { KIND_COUNT = sizeof kind_words / sizeof kind_words[0] };

static bool is_submission(const struct eg_entry *entry)
{
    return entry->kind == EG_ENTRY_SUBMISSION;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_digest(struct eg_buf *out, const char *key, const struct eg_digest *digest)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    eg_digest_text(digest, text);
    eg_lines_put(out, key, (struct eg_bytes){(const uint8_t *)text, EG_DIGEST_TEXT_LEN});
}

static void put_digest_if(struct eg_buf *out, const char *key, const struct eg_digest *digest,
                          bool there)
{
    if (there) {
        put_digest(out, key, digest);
    }
}

static void put_time(struct eg_buf *out, const char *key, int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX];

    eg_text_time(text, at_ms);
    eg_lines_put(out, key, eg_bytes_of(text));
}

static void put_named_digest(struct eg_buf *out, const char *key, const char *first,
                             const char *second, const struct eg_digest *digest)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    eg_digest_text(digest, text);
    eg_lines_putf(out, key, "%s %s %s", first, second, text);
}

static void put_contents(struct eg_buf *out, const struct eg_entry *entry)
{
    char text[EG_DIGEST_TEXT_LEN + 1];

    put_digest_if(out, "report", &entry->report, entry->has_report);
    put_digest_if(out, "signature", &entry->signature, entry->has_signature);
    if (entry->has_package) {
        put_named_digest(out, "package", entry->package.id, entry->package.version,
                         &entry->package.digest);
    }
    if (entry->has_state) {
        eg_lines_putf(out, "state", "%s %u", state_words[entry->withdrawn],
                      (unsigned)entry->state_number);
    }
    if (entry->has_directory) {
        eg_digest_text(&entry->directory, text);
        eg_lines_putf(out, "directory", "%llu %s", (unsigned long long)entry->directory_version,
                      text);
    }
    put_digest_if(out, "revocation", &entry->revocation, entry->has_revocation);
    put_digest_if(out, "parameters", &entry->parameters, entry->has_parameters);
    put_digest_if(out, "facts", &entry->facts, entry->has_facts);
    put_digest_if(out, "findings", &entry->findings, entry->has_findings);
    for (size_t i = 0; i < entry->notification_count; i++) {
        const struct eg_entry_notification *notification = &entry->notifications[i];
        put_named_digest(out, "notification", notification->name, notification->recipient,
                         &notification->digest);
    }
}

static bool is_word(const char *text, size_t max)
{
    return eg_text_token(eg_bytes_of(text), max);
}

/* What an entry holds must be such that reading it gives the same again. */
static enum eg_status check(const struct eg_entry *entry, struct eg_error *err)
{
    const char *wrong = NULL;
    char text[EG_IDENTITY_TEXT_MAX];
    struct eg_identity identity;

    if ((size_t)entry->kind >= KIND_COUNT || entry->notification_count > EG_NOTIFICATIONS_MAX) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "kind or notifications out of range");
    }
    if (is_submission(entry)) {
        eg_identity_text(&entry->identity, text);
        if (!eg_identity_untext(eg_bytes_of(text), &identity)) {
            wrong = "identity";
        }
    }
    if (entry->has_package &&
        (!is_word(entry->package.id, EG_ID_MAX) ||
         !is_word(entry->package.version, sizeof entry->package.version - 1))) {
        wrong = "package";
    }
    for (size_t i = 0; i < entry->notification_count; i++) {
        if (!is_word(entry->notifications[i].name, EG_ID_MAX) ||
            !is_word(entry->notifications[i].recipient, EG_ID_MAX)) {
            wrong = "notification";
        }
    }
    if (entry->has_log_key != (entry->kind == EG_ENTRY_KEY)) {
        wrong = "log-key";
    }
    if (entry->has_state &&
        (entry->kind != EG_ENTRY_PACKAGE || !entry->has_package || entry->state_number == 0)) {
        wrong = "state";
    }
    return wrong == NULL ? EG_OK
                         : eg_error_set(err, EG_E_FORMAT, "entry", "%s has no text form", wrong);
}

enum eg_status eg_entry_write(struct eg_buf *out, const struct eg_entry *entry,
                              struct eg_error *err)
{
    char text[EG_IDENTITY_TEXT_MAX];
    size_t before = out->len;
    enum eg_status status = check(entry, err);

    if (status != EG_OK) {
        return status;
    }
    eg_lines_begin(out, "entry");
    eg_lines_put(out, "kind", eg_bytes_of(kind_words[entry->kind]));
    if (is_submission(entry)) {
        eg_identity_text(&entry->identity, text);
        eg_lines_put(out, "identity", eg_bytes_of(text));
        put_time(out, "received-at", entry->received_at_ms);
    }
    put_time(out, "recorded-at", entry->recorded_at_ms);
    put_digest(out, "signer", &entry->signer);
    put_contents(out, entry);
    if (entry->has_log_key) {
        eg_buf_text(out, "log-key ");
        eg_text_hex(out, (struct eg_bytes){entry->log_key, sizeof entry->log_key});
        eg_buf_char(out, '\n');
    }
    if (is_submission(entry)) {
        eg_lines_putf(out, "semantics", "%u", (unsigned)entry->semantics);
        eg_lines_put(out, "outcome", eg_bytes_of(entry->accepted ? "accepted" : "rejected"));
    }
    status = eg_buf_ok(out, "entry", err);
    out->len = status == EG_OK ? out->len : before;
    return status;
}

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

static bool read_kind(struct eg_entry *entry, struct eg_bytes value)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (eg_bytes_is(value, kind_words[i])) {
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

static bool read_package(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_package_ref *package = &entry->package;

    entry->has_package = true;
    return cut_word(&value, package->id, sizeof package->id) &&
           cut_word(&value, package->version, sizeof package->version) &&
           eg_digest_untext(value, &package->digest);
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
    char number[24];

    entry->has_directory = true;
    return cut_word(&value, number, sizeof number) &&
           eg_text_u64(eg_bytes_of(number), UINT64_MAX, &entry->directory_version) &&
           eg_digest_untext(value, &entry->directory);
}

static bool read_revocation(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_revocation = true;
    return eg_digest_untext(value, &entry->revocation);
}

static bool read_parameters(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_parameters = true;
    return eg_digest_untext(value, &entry->parameters);
}

static bool read_facts(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_facts = true;
    return eg_digest_untext(value, &entry->facts);
}

static bool read_findings(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_findings = true;
    return eg_digest_untext(value, &entry->findings);
}

static bool read_notification(struct eg_entry *entry, struct eg_bytes value)
{
    if (entry->notification_count >= EG_NOTIFICATIONS_MAX) {
        return false;
    }
    struct eg_entry_notification *notification = &entry->notifications[entry->notification_count++];
    return cut_word(&value, notification->name, sizeof notification->name) &&
           cut_word(&value, notification->recipient, sizeof notification->recipient) &&
           eg_digest_untext(value, &notification->digest);
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

/* Written back, a missing or superfluous key of a kind shows; the table needs only the order. */
static const struct {
    const char *key;
    bool (*read)(struct eg_entry *entry, struct eg_bytes value);
    bool repeats;
} keys[] = {
    {"kind", read_kind, false},
    {"identity", read_identity, false},
    {"received-at", read_received_at, false},
    {"recorded-at", read_recorded_at, false},
    {"signer", read_signer, false},
    {"report", read_report, false},
    {"signature", read_signature, false},
    {"package", read_package, false},
    {"state", read_state, false},
    {"directory", read_directory, false},
    {"revocation", read_revocation, false},
    {"parameters", read_parameters, false},
    {"facts", read_facts, false},
    {"findings", read_findings, false},
    {"notification", read_notification, true},
    {"log-key", read_log_key, false},
    {"semantics", read_semantics, false},
    {"outcome", read_outcome, false},
};

enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static bool read_lines(struct eg_entry *entry, struct eg_lines *lines)
{
    size_t at = 0;
    int next = 0;

    while ((next = eg_lines_next(lines)) == 1) {
        while (at < KEY_COUNT && !eg_bytes_is(lines->key, keys[at].key)) {
            at++;
        }
        if (at == KEY_COUNT || !keys[at].read(entry, lines->value)) {
            return false;
        }
        at += keys[at].repeats ? 0 : 1;
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
                              kind_words[entry->kind]);
    }

done:
    eg_buf_done(&again);
    return status;
}

enum eg_status eg_entry_read(struct eg_entry *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_entry entry = {0};
    struct eg_lines lines = {.number = 1};

    if (text.len > EG_ENTRY_MAX) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "longer than %zu octets", EG_ENTRY_MAX);
    }
    if (!eg_lines_start(&lines, text, "entry") || !read_lines(&entry, &lines)) {
        return eg_error_set(err, EG_E_FORMAT, "entry", "malformed at line %u", lines.number);
    }
    EG_TRY(writes_back(&entry, text, err));
    *out = entry;
    return EG_OK;
}
