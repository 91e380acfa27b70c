/*
 * Entries as text. One table-less writer and one reader in the same order; the reader proves itself
 * by writing again what it read.
 */
#include "proof/entry.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"submission", "package", "directory", "key"};

/* ---- writing ----------------------------------------------------------------------------------
 */

static void put_time(struct eg_buf *out, const char *key, int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX];
    eg_text_time(text, at_ms);
    eg_lines_put(out, key, eg_bytes_of(text));
}

static void put_digest(struct eg_buf *out, const char *key, bool has,
                       const struct eg_digest *digest)
{
    char text[EG_DIGEST_TEXT_LEN + 1];
    if (has) {
        eg_digest_text(digest, text);
        eg_lines_put(out, key, eg_bytes_of(text));
    }
}

static void put_named(struct eg_buf *out, const struct eg_entry *entry)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];
    if (entry->has_package) {
        eg_digest_text(&entry->package.digest, digest);
        eg_lines_putf(out, "package", "%s %s %s", entry->package.id, entry->package.version,
                      digest);
    }
    if (entry->has_directory) {
        eg_digest_text(&entry->directory, digest);
        eg_lines_putf(out, "directory", "%" PRIu64 " %s", entry->directory_version, digest);
    }
}

static void put_notifications(struct eg_buf *out, const struct eg_entry *entry)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];
    for (size_t i = 0; i < entry->notification_count; i++) {
        const struct eg_entry_notification *one = &entry->notifications[i];
        eg_digest_text(&one->digest, digest);
        eg_lines_putf(out, "notification", "%s %s %s", one->name, one->recipient, digest);
    }
}

static void write_text(struct eg_buf *out, const struct eg_entry *entry)
{
    bool decision = entry->kind == EG_ENTRY_SUBMISSION;
    eg_lines_begin(out, "entry");
    eg_lines_put(out, "kind", eg_bytes_of(kinds[entry->kind]));
    if (decision) {
        char identity[EG_IDENTITY_TEXT_MAX];
        eg_identity_text(&entry->identity, identity);
        eg_lines_put(out, "identity", eg_bytes_of(identity));
        put_time(out, "received-at", entry->received_at_ms);
    }
    put_time(out, "recorded-at", entry->recorded_at_ms);
    put_digest(out, "signer", true, &entry->signer);
    put_digest(out, "report", entry->has_report, &entry->report);
    put_digest(out, "signature", entry->has_signature, &entry->signature);
    put_named(out, entry);
    put_digest(out, "revocation", entry->has_revocation, &entry->revocation);
    put_digest(out, "parameters", entry->has_parameters, &entry->parameters);
    put_digest(out, "facts", entry->has_facts, &entry->facts);
    put_digest(out, "findings", entry->has_findings, &entry->findings);
    put_notifications(out, entry);
    if (entry->has_log_key) {
        eg_buf_text(out, "log-key ");
        eg_text_hex(out, (struct eg_bytes){entry->log_key, EG_ED25519_KEY_LEN});
        eg_buf_char(out, '\n');
    }
    if (decision) {
        eg_lines_putf(out, "semantics", "%u", entry->semantics);
        eg_lines_put(out, "outcome", eg_bytes_of(entry->accepted ? "accepted" : "rejected"));
    }
}

enum eg_status eg_entry_write(struct eg_buf *out, const struct eg_entry *entry,
                              struct eg_error *err)
{
    write_text(out, entry);
    return eg_buf_ok(out, "entry", err);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* Words of a value, separated by single blanks; false when their number differs. */
static bool words_of(struct eg_bytes value, struct eg_bytes *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *blank = value.len == 0 ? NULL : memchr(value.data, ' ', value.len);
        bool last = i + 1 == count;
        if ((blank == NULL) != last) {
            return false;
        }
        words[i].data = value.data;
        words[i].len = last ? value.len : (size_t)(blank - value.data);
        if (!last) {
            value.data = blank + 1;
            value.len -= words[i].len + 1;
        }
    }
    return true;
}

static bool take_token(char *out, size_t size, struct eg_bytes word)
{
    if (!eg_text_token(word, size - 1)) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

static bool take_kind(struct eg_entry *entry, struct eg_bytes value)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (eg_bytes_is(value, kinds[i])) {
            entry->kind = (enum eg_entry_kind)i;
            return true;
        }
    }
    return false;
}

static bool take_package(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_bytes words[3];
    entry->has_package = true;
    return words_of(value, words, 3) &&
           take_token(entry->package.id, sizeof entry->package.id, words[0]) &&
           take_token(entry->package.version, sizeof entry->package.version, words[1]) &&
           eg_digest_untext(words[2], &entry->package.digest);
}

static bool take_directory(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_bytes words[2];
    entry->has_directory = true;
    return words_of(value, words, 2) &&
           eg_text_u64(words[0], UINT64_MAX, &entry->directory_version) &&
           eg_digest_untext(words[1], &entry->directory);
}

static bool take_notification(struct eg_entry *entry, struct eg_bytes value)
{
    struct eg_bytes words[3];
    if (entry->notification_count >= EG_NOTIFICATIONS_MAX) {
        return false;
    }
    struct eg_entry_notification *one = &entry->notifications[entry->notification_count++];
    return words_of(value, words, 3) && take_token(one->name, sizeof one->name, words[0]) &&
           take_token(one->recipient, sizeof one->recipient, words[1]) &&
           eg_digest_untext(words[2], &one->digest);
}

static bool take_log_key(struct eg_entry *entry, struct eg_bytes value)
{
    entry->has_log_key = true;
    return eg_text_unhex(value, entry->log_key, EG_ED25519_KEY_LEN);
}

static bool take_semantics(struct eg_entry *entry, struct eg_bytes value)
{
    uint64_t number = 0;
    bool good = eg_text_u64(value, UINT32_MAX, &number);
    entry->semantics = (uint32_t)number;
    return good;
}

static bool take_outcome(struct eg_entry *entry, struct eg_bytes value)
{
    entry->accepted = eg_bytes_is(value, "accepted");
    return entry->accepted || eg_bytes_is(value, "rejected");
}

static bool take_identity(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_identity_untext(value, &entry->identity);
}

static bool take_received(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_text_untime(value, &entry->received_at_ms);
}

static bool take_recorded(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_text_untime(value, &entry->recorded_at_ms);
}

static bool take_signer(struct eg_entry *entry, struct eg_bytes value)
{
    return eg_digest_untext(value, &entry->signer);
}

#define DIGEST_TAKER(name)                                                                         \
    static bool take_##name(struct eg_entry *entry, struct eg_bytes value)                         \
    {                                                                                              \
        entry->has_##name = true;                                                                  \
        return eg_digest_untext(value, &entry->name);                                              \
    }
DIGEST_TAKER(report)
DIGEST_TAKER(signature)
DIGEST_TAKER(revocation)
DIGEST_TAKER(parameters)
DIGEST_TAKER(facts)
DIGEST_TAKER(findings)
#undef DIGEST_TAKER

static const struct {
    const char *key;
    bool (*take)(struct eg_entry *entry, struct eg_bytes value);
} takers[] = {
    {"kind", take_kind},
    {"identity", take_identity},
    {"received-at", take_received},
    {"recorded-at", take_recorded},
    {"signer", take_signer},
    {"report", take_report},
    {"signature", take_signature},
    {"package", take_package},
    {"directory", take_directory},
    {"revocation", take_revocation},
    {"parameters", take_parameters},
    {"facts", take_facts},
    {"findings", take_findings},
    {"notification", take_notification},
    {"log-key", take_log_key},
    {"semantics", take_semantics},
    {"outcome", take_outcome},
};

static bool take_line(struct eg_entry *entry, const struct eg_lines *lines)
{
    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++) {
        if (eg_bytes_is(lines->key, takers[i].key)) {
            return takers[i].take(entry, lines->value);
        }
    }
    return false;
}

/* Order, doubles and what must not be missing all show when it is written again. */
static bool writes_back(const struct eg_entry *entry, struct eg_bytes text)
{
    struct eg_buf again;
    eg_buf_init(&again, EG_ENTRY_MAX);
    write_text(&again, entry);
    bool same = !again.failed && eg_bytes_equal(eg_bytes_view(&again), text);
    eg_buf_done(&again);
    return same;
}

static enum eg_status read_into(struct eg_entry *entry, struct eg_bytes text, struct eg_error *err)
{
    struct eg_lines lines;
    char where[48] = "entry line 1";
    bool good = text.len <= EG_ENTRY_MAX && eg_lines_start(&lines, text, "entry");
    int got = good ? eg_lines_next(&lines) : -1;
    for (; got == 1; got = eg_lines_next(&lines)) {
        snprintf(where, sizeof where, "entry line %u", lines.number);
        if (!take_line(entry, &lines)) {
            return eg_error_set(err, EG_E_FORMAT, where, "is not a line of an entry");
        }
    }
    if (got != 0) {
        return eg_error_set(err, EG_E_FORMAT, where, "does not read as an entry");
    }
    if (!writes_back(entry, text)) {
        return eg_error_set(err, EG_E_FORMAT, "entry",
                            "lines are out of order, doubled or missing");
    }
    return EG_OK;
}

enum eg_status eg_entry_read(struct eg_entry *out, struct eg_bytes text, struct eg_error *err)
{
    struct eg_entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "entry", "memory ran out");
    }
    enum eg_status status = read_into(entry, text, err);
    if (status == EG_OK) {
        *out = *entry;
    }
    free(entry);
    return status;
}
