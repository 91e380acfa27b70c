/*
 * The settings table, and the reader that is driven by it: no key is named anywhere else.
 */
#include "core/settings.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX EG_MIB

enum setting_type { TEXT, PATH, NUMBER, LEVEL };

struct setting {
    const char *section, *key;
    enum setting_type type;
    size_t offset;
    /* NULL: must be given */
    const char *fallback;
    /* of numbers */
    uint64_t min, max;
    const char *sentence;
};

#define AT(field) offsetof(struct eg_settings, field)

static const struct setting table[] = {
    {"gateway", "origin", TEXT, AT(origin), NULL, 0, 0,
     "Origin of the log: a host name, as receipts and reports name it."},
    {"gateway", "participant", TEXT, AT(participant), NULL, 0, 0,
     "The gateway's own identity in the directory."},
    {"gateway", "certificate", PATH, AT(certificate), NULL, 0, 0,
     "PEM file: the gateway's certificate, then its chain."},
    {"gateway", "key", PATH, AT(key), NULL, 0, 0, "PEM file: the gateway's private key."},
    {"gateway", "card", PATH, AT(card), NULL, 0, 0,
     "Where the signed endpoint card is written; its signature beside it as .p7s."},
    {"gateway", "workers", NUMBER, AT(workers), "2", 1, 256, "Threads that judge reports."},
    {"gateway", "journal", LEVEL, AT(journal_level), "info", 0, 0,
     "Least level of the journal: error, warn, info or debug."},
    {"log", "key", PATH, AT(log_key), NULL, 0, 0,
     "File with the Ed25519 seed of the log key, as 64 hex digits."},
    {"log", "statement", PATH, AT(log_statement), NULL, 0, 0,
     "Key statement of the log key; its signature beside it as .p7s."},
    {"log", "head", PATH, AT(log_head), "", 0, 0,
     "Head note, better on another disk; empty: beside the archive as <archive.path>.head."},
    {"trust", "anchors", PATH, AT(anchors), NULL, 0, 0, "PEM file: trusted certificates."},
    {"trust", "crls", PATH, AT(crls), "", 0, 0,
     "PEM file: revocation lists; empty: revocation is not checked."},
    {"trust", "registrar", TEXT, AT(registrar), NULL, 0, 0,
     "Certificate of the registrar who may sign the directory: sha256:<hex> of its DER."},
    {"trust", "directory", PATH, AT(directory), NULL, 0, 0,
     "Participant directory (XML); its signature beside it as .p7s."},
    {"rules", "folder", PATH, AT(rules), NULL, 0, 0,
     "Folder of installed rule packages: <id>/<version>/."},
    {"archive", "path", PATH, AT(archive), NULL, 0, 0, "The archive's database file."},
    {"archive", "batch", NUMBER, AT(batch), "64", 1, 1024, "Most decisions in one commit."},
    {"door", "bind", TEXT, AT(door_bind), "tcp://127.0.0.1:7411", 0, 0,
     "Where strangers greet. Port * takes a free one; the card names it."},
    {"door", "curve", PATH, AT(door_curve), NULL, 0, 0,
     "CURVE key pair of the door: public and secret key, Z85, a line each."},
    {"door", "memory-mib", NUMBER, AT(door_memory_mib), "512", 64, 65536,
     "Address space of the door's process; beyond it the door is restarted."},
    {"hall", "bind", TEXT, AT(hall_bind), "tcp://127.0.0.1:7412", 0, 0,
     "Where admitted participants talk. Port * takes a free one."},
    {"hall", "curve", PATH, AT(hall_curve), NULL, 0, 0, "CURVE key pair of the hall."},
    {"limits", "report-max", NUMBER, AT(report_max), "8388608", 1024, EG_REPORT_MAX,
     "Largest report in octets; a larger one is rejected with a receipt."},
    {"limits", "queue-items", NUMBER, AT(queue_items), "512", 1, 100000,
     "Reports in hand; beyond it the answer is busy."},
    {"limits", "queue-octets", NUMBER, AT(queue_octets), "134217728", 1048576, 1ULL << 34,
     "Octets of reports in hand; beyond it the answer is busy."},
    {"limits", "rate", NUMBER, AT(rate), "2000", 1, 1000000,
     "Messages a second of one connection; beyond it the answer is rate."},
    {"limits", "admissions", NUMBER, AT(admissions), "10000", 1, 1000000,
     "CURVE keys admitted at one time."},
    {"limits", "admission-hours", NUMBER, AT(admission_hours), "24", 1, 168,
     "How long an admission holds."},
    {"limits", "followers", NUMBER, AT(followers), "1000", 1, EG_FOLLOWERS_MAX,
     "Streams followed at one time; beyond it the answer is busy."},
    {"limits", "credit-max", NUMBER, AT(credit_max), "256", 1, EG_CREDIT_MAX,
     "Most items a follower may ask for ahead."},
    {"limits", "clock-step-ms", NUMBER, AT(clock_step_ms), "60000", 1000, 3600000,
     "A jump of the wall clock beyond this stops recording until it is mended."},
    {"limits", "card-hours", NUMBER, AT(card_hours), "168", 1, 168,
     "How long an endpoint card is valid; it is renewed at half time."},
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

struct reading {
    struct eg_settings *settings;
    const char *path;
    char folder[EG_SETTING_TEXT_MAX];
    bool given[TABLE_COUNT];
    /* first refusal; the library tells its line */
    char text[256];
    bool failed;
};

static int refuse(struct reading *reading, const char *text)
{
    if (!reading->failed) {
        snprintf(reading->text, sizeof reading->text, "%s", text);
        reading->failed = true;
    }
    return 0;
}

static int refuse_unknown(struct reading *reading, const char *section, const char *key)
{
    char names[TABLE_COUNT][64];
    const char *words[TABLE_COUNT];
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%s.%s", table[i].section, table[i].key);
        words[i] = names[i];
    }
    char asked[128];
    snprintf(asked, sizeof asked, "%.60s.%.60s", section, key);
    const char *nearest = eg_text_nearest(asked, words, TABLE_COUNT);
    char text[256];
    snprintf(text, sizeof text, "unknown setting %s%s%s; emgated --print-config lists all", asked,
             nearest != NULL ? ", nearest is " : "", nearest != NULL ? nearest : "");
    return refuse(reading, text);
}

static int take_number(struct reading *reading, const struct setting *setting, const char *value)
{
    uint64_t number = 0;
    if (!eg_text_u64(eg_bytes_of(value), setting->max, &number) || number < setting->min) {
        char text[256];
        snprintf(text, sizeof text, "%s.%s must be a whole number from %llu to %llu",
                 setting->section, setting->key, (unsigned long long)setting->min,
                 (unsigned long long)setting->max);
        return refuse(reading, text);
    }
    memcpy((char *)reading->settings + setting->offset, &number, sizeof number);
    return 1;
}

static int take_text(struct reading *reading, const struct setting *setting, const char *value)
{
    char *slot = (char *)reading->settings + setting->offset;
    bool relative = setting->type == PATH && value[0] != '/' && value[0] != '\0';
    int len = snprintf(slot, EG_SETTING_TEXT_MAX, "%s%s", relative ? reading->folder : "", value);
    if (len < 0 || len >= EG_SETTING_TEXT_MAX) {
        return refuse(reading, "value is too long");
    }
    if (slot[0] == '\0' && setting->fallback == NULL) {
        return refuse(reading, "value must not be empty");
    }
    return 1;
}

/* A misspelled level would silently become another. */
static bool is_level(const char *value)
{
    return strcmp(value, "error") == 0 || strcmp(value, "warn") == 0 ||
           strcmp(value, "info") == 0 || strcmp(value, "debug") == 0;
}

static int take(struct reading *reading, size_t row, const char *value)
{
    if (reading->given[row]) {
        return refuse(reading, "setting is given twice");
    }
    reading->given[row] = true;
    const struct setting *setting = &table[row];
    if (setting->type == LEVEL && !is_level(value)) {
        return refuse(reading, "gateway.journal must be error, warn, info or debug");
    }
    return setting->type == NUMBER ? take_number(reading, setting, value)
                                   : take_text(reading, setting, value);
}

static int on_line(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (strcmp(table[i].section, section) == 0 && strcmp(table[i].key, key) == 0) {
            return take(reading, i, value != NULL ? value : "");
        }
    }
    return refuse_unknown(reading, section, key);
}

static void folder_of(char out[EG_SETTING_TEXT_MAX], const char *path)
{
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? 0 : (int)(slash - path + 1);
    snprintf(out, EG_SETTING_TEXT_MAX, "%.*s", len, path);
}

static enum eg_status fill_rest(struct reading *reading, struct eg_error *err)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (reading->given[i]) {
            continue;
        }
        if (table[i].fallback == NULL) {
            return eg_error_set(err, EG_E_USAGE, reading->path, "setting %s.%s is missing: %s",
                                table[i].section, table[i].key, table[i].sentence);
        }
        if (!take(reading, i, table[i].fallback)) {
            return eg_error_set(err, EG_E_USAGE, reading->path, "%s", reading->text);
        }
    }
    return EG_OK;
}

/* Read whole and bounded, so that neither a device nor a pipe in place of the file hangs us. */
static enum eg_status parse(struct reading *reading, struct eg_error *err)
{
    struct eg_buf text = {0};
    eg_buf_init(&text, SETTINGS_MAX);
    enum eg_status status = eg_file_read(&text, reading->path, err);
    if (status == EG_OK && text.len > 0 && memchr(text.data, '\0', text.len) != NULL) {
        status = eg_error_set(err, EG_E_USAGE, reading->path, "is no text");
    }
    int line =
        status == EG_OK && text.len > 0 ? ini_parse_string((char *)text.data, on_line, reading) : 0;
    if (reading->failed) {
        status = eg_error_set(err, EG_E_USAGE, reading->path, "line %d: %s", line, reading->text);
    } else if (line > 0) {
        status = eg_error_set(err, EG_E_USAGE, reading->path, "line %d is not 'key = value'", line);
    } else if (line < 0) {
        status = eg_error_set(err, EG_E_NOMEM, reading->path, "memory ran out");
    }
    eg_buf_done(&text);
    return status;
}

static enum eg_status fill_head(struct eg_settings *settings, struct eg_error *err)
{
    if (settings->log_head[0] != '\0') {
        return EG_OK;
    }
    int len = snprintf(settings->log_head, sizeof settings->log_head, "%s.head", settings->archive);
    return len > 0 && (size_t)len < sizeof settings->log_head
               ? EG_OK
               : eg_error_set(err, EG_E_USAGE, "archive.path", "is too long");
}

/* What stands in reports, entries and checkpoints as one word. */
static enum eg_status check_words(const struct eg_settings *settings, struct eg_error *err)
{
    if (!eg_text_token(eg_bytes_of(settings->origin), EG_ORIGIN_MAX)) {
        return eg_error_set(err, EG_E_USAGE, "gateway.origin", "\"%.100s\" is not one word",
                            settings->origin);
    }
    if (!eg_text_token(eg_bytes_of(settings->participant), EG_ID_MAX)) {
        return eg_error_set(err, EG_E_USAGE, "gateway.participant", "\"%.100s\" is not one word",
                            settings->participant);
    }
    return EG_OK;
}

enum eg_status eg_settings_read(struct eg_settings *out, const char *path, struct eg_error *err)
{
    struct eg_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        return eg_error_set(err, EG_E_NOMEM, path, "memory ran out");
    }
    struct reading reading = {.settings = settings, .path = path};
    folder_of(reading.folder, path);
    enum eg_status status = parse(&reading, err);
    if (status != EG_OK) {
        goto done;
    }
    status = fill_rest(&reading, err);
    if (status != EG_OK) {
        goto done;
    }
    status = check_words(settings, err);
    if (status != EG_OK) {
        goto done;
    }
    status = fill_head(settings, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = *settings;

done:
    free(settings);
    return status;
}

bool eg_settings_row(size_t n, struct eg_setting_info *out)
{
    static const char *const types[] = {"text", "path", "number", "word"};
    if (n >= TABLE_COUNT) {
        return false;
    }
    const struct setting *row = &table[n];
    *out =
        (struct eg_setting_info){row->section,  row->key, types[row->type], row->fallback,
                                 row->sentence, row->min, row->max,         row->fallback == NULL};
    return true;
}

void eg_settings_print(struct eg_buf *out)
{
    const char *section = "";
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const struct setting *row = &table[i];
        if (strcmp(section, row->section) != 0) {
            eg_buf_format(out, "%s[%s]\n", i > 0 ? "\n" : "", row->section);
            section = row->section;
        }
        eg_buf_format(out, "; %s", row->sentence);
        if (row->type == NUMBER) {
            eg_buf_format(out, " (%llu..%llu)", (unsigned long long)row->min,
                          (unsigned long long)row->max);
        }
        const char *value = row->fallback == NULL ? "..." : row->fallback;
        eg_buf_format(out, "\n%s%s =%s%s\n", row->fallback == NULL ? "; required: " : "", row->key,
                      value[0] == '\0' ? "" : " ", value);
    }
}
