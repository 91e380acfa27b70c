/*
 * Writing a trial folder, in the order in which a real house would come to it: authority,
 * identities, log key, connection keys, directory, card, settings. Certificates begin a day before
 * `at`, so that machines with slow clocks can take part.
 */
#include "trial/trial.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "client/curve.h"
#include "flow/record/continuity.h"
#include "trial/directory_text.h"
#include "verify/certificate.h"
#include "verify/cms.h"
#include "verify/sign.h"
#include "wire/texts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define ROOT_DAYS 3650
#define CERTIFICATE_DAYS 730
#define DIRECTORY_DAYS 365
#define STATEMENT_DAYS 365
#define CRL_DAYS 365 /* a trial renews nothing by itself */

enum { REGISTRAR, PUBLISHER, GATEWAY, OPERATOR, AUTHORITY, AUDITOR, IDENTITIES };

static const struct identity_row {
    const char *id, *profile, *name;
} identities[IDENTITIES] = {
    [REGISTRAR] = {"registrar", "registrar", "Registrar"},
    [PUBLISHER] = {"publisher", "rule-publisher", "Rule publisher"},
    [GATEWAY] = {"gateway", "gateway", "Gateway"},
    [OPERATOR] = {"operator", "operator", "Plant operator"},
    [AUTHORITY] = {"authority", "authority", "Competent authority"},
    [AUDITOR] = {"auditor", "auditor", "Auditor"},
};

/* One trial being written. */
struct trial {
    const char *dir;
    struct eg_trial_options options;
    struct eg_buf ca_key, ca_pem;
    struct eg_buf keys[IDENTITIES], chains[IDENTITIES];
    struct eg_signer signers[IDENTITIES];
    uint8_t log_seed[EG_ED25519_KEY_LEN], log_key[EG_ED25519_KEY_LEN];
    char door_key[EG_CURVE_KEY_TEXT + 1], hall_key[EG_CURVE_KEY_TEXT + 1];
};

static const char *or_else(const char *text, const char *other)
{
    return text == NULL || text[0] == '\0' ? other : text;
}

static void fill_defaults(struct eg_trial_options *options)
{
    static const char *const prefixes[] = {"eu.", "de."};
    static const char *const regimes[] = {"ied-annex-v"};
    options->origin = or_else(options->origin, "demo.emgate.example");
    options->plant = or_else(options->plant, "plant-1");
    options->plant_name = or_else(options->plant_name, "Gas turbine 1");
    options->land = or_else(options->land, "DE-HE");
    options->door = or_else(options->door, "tcp://127.0.0.1:7411");
    options->hall = or_else(options->hall, "tcp://127.0.0.1:7412");
    if (options->prefix_count == 0) {
        options->prefixes = prefixes;
        options->prefix_count = sizeof prefixes / sizeof prefixes[0];
    }
    if (options->regime_count == 0) {
        options->regimes = regimes;
        options->regime_count = sizeof regimes / sizeof regimes[0];
    }
    if (options->at_ms == 0) {
        options->at_ms = eg_clock_wall_ms();
    }
}

/* As directory.xsd has it: small letters, digits and '-', a letter first. */
static bool is_regime(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

enum { REGIMES_MAX = 64 }; /* as directory.xsd has it */

/* As directory.xsd has it: an offset of standard time, "+01:00". */
static bool is_zone(const char *text)
{
    static const char *const minutes[] = {":00", ":30", ":45"};
    bool hour = strlen(text) == 6 && strchr("+-", text[0]) != NULL &&
                ((text[1] == '0' && text[2] >= '0' && text[2] <= '9') ||
                 (text[1] == '1' && text[2] >= '0' && text[2] <= '4'));

    for (size_t i = 0; hour && i < sizeof minutes / sizeof minutes[0]; i++) {
        if (strcmp(text + 3, minutes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status check_options(const struct eg_trial_options *options, struct eg_error *err)
{
    if (!eg_text_token(eg_bytes_of(options->origin), EG_ORIGIN_MAX)) {
        return eg_error_set(err, EG_E_USAGE, "origin",
                            "\"%s\" is not a host name, with a path if need be", options->origin);
    }
    if (!eg_text_token(eg_bytes_of(options->plant), EG_ID_MAX)) {
        return eg_error_set(err, EG_E_USAGE, "plant", "\"%s\" is not an identifier",
                            options->plant);
    }
    if (!eg_text_clean(eg_bytes_of(options->plant_name))) {
        return eg_error_set(err, EG_E_USAGE, "plant name", "it is not clean UTF-8");
    }
    if (options->zone != NULL && !is_zone(options->zone)) {
        return eg_error_set(err, EG_E_USAGE, "zone", "\"%s\" is not of the form +01:00",
                            options->zone);
    }
    if (options->regime_count > REGIMES_MAX) {
        return eg_error_set(err, EG_E_USAGE, "regime", "more than %d", REGIMES_MAX);
    }
    for (size_t i = 0; i < options->regime_count; i++) {
        if (!is_regime(options->regimes[i])) {
            return eg_error_set(err, EG_E_USAGE, "regime",
                                "\"%s\" is not of small letters, digits and '-'",
                                options->regimes[i]);
        }
    }
    const char *const endpoints[] = {options->door, options->hall};
    for (size_t i = 0; i < 2; i++) {
        if (strlen(endpoints[i]) > EG_ENDPOINT_MAX || strstr(endpoints[i], "://") == NULL ||
            !eg_text_clean(eg_bytes_of(endpoints[i]))) {
            return eg_error_set(err, EG_E_USAGE, "endpoint",
                                "\"%s\" is not of the form tcp://HOST:PORT", endpoints[i]);
        }
    }
    return EG_OK;
}

/* ---- files ----------------------------------------------------------------------------------- */

static enum eg_status refuse_used(const char *dir, struct eg_error *err)
{
    DIR *folder = opendir(dir);
    if (folder == NULL) {
        return errno == ENOENT ? EG_OK : eg_error_errno(err, dir, errno, "can not be looked into");
    }
    size_t count = 0;
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count <= 2
               ? EG_OK
               : eg_error_set(err, EG_E_EXISTS, dir, "the folder is not empty; name a new one");
}

static enum eg_status write_file(const struct trial *trial, const char *name, const char *suffix,
                                 struct eg_bytes content, unsigned mode, struct eg_error *err)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", name, suffix);
    char *path = eg_file_join(trial->dir, full);
    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, full, "memory ran out");
    }
    enum eg_status status = eg_file_write(path, content, mode, err);
    free(path);
    return status;
}

/* Write a text and its signature by one of the identities. */
static enum eg_status write_signed(struct trial *trial, const char *name, struct eg_bytes content,
                                   unsigned who, enum eg_signed_kind kind, struct eg_error *err)
{
    struct eg_signing_key *key = NULL;
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    enum eg_status status = eg_signing_key_load(&key, eg_bytes_view(&trial->keys[who]),
                                                eg_bytes_view(&trial->chains[who]), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_sign(&cms, key, kind, content, trial->options.at_ms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, name, "", content, 0644, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, name, ".p7s", eg_bytes_view(&cms), 0644, err);

done:
    eg_signing_key_free(&key);
    eg_buf_done(&cms);
    return status;
}

/* ---- authority and identities ---------------------------------------------------------------- */

static struct eg_issue_terms terms_for(const struct trial *trial, const char *profile,
                                       const char *name, int64_t days)
{
    return (struct eg_issue_terms){.profile = profile,
                                   .common_name = name,
                                   .organisation = trial->options.origin,
                                   .from_ms = trial->options.at_ms - DAY_MS,
                                   .until_ms = trial->options.at_ms + days * DAY_MS};
}

static enum eg_status make_authority(struct trial *trial, struct eg_error *err)
{
    const struct eg_issue_terms terms = terms_for(trial, "root", "Trial authority", ROOT_DAYS);
    struct eg_buf crl;
    eg_buf_init(&crl, EG_TRUST_PEM_MAX);
    enum eg_status status = eg_issue_key(&trial->ca_key, trial->options.keys, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_issue_root(&trial->ca_pem, eg_bytes_view(&trial->ca_key), &terms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_issue_crl(&crl, eg_bytes_view(&trial->ca_pem), eg_bytes_view(&trial->ca_key),
                          EG_BYTES_NONE, EG_BYTES_NONE, trial->options.at_ms - DAY_MS,
                          trial->options.at_ms + CRL_DAYS * DAY_MS, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, "ca", ".key", eg_bytes_view(&trial->ca_key), 0600, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, "ca", ".pem", eg_bytes_view(&trial->ca_pem), 0644, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, "crl", ".pem", eg_bytes_view(&crl), 0644, err);

done:
    eg_buf_done(&crl);
    return status;
}

static enum eg_status make_identity(struct trial *trial, unsigned who, struct eg_error *err)
{
    const struct identity_row *row = &identities[who];
    const struct eg_issue_terms terms = terms_for(trial, row->profile, row->name, CERTIFICATE_DAYS);
    struct eg_buf *key = &trial->keys[who], *chain = &trial->chains[who];
    EG_TRY(eg_issue_key(key, trial->options.keys, err));
    EG_TRY(eg_issue_certificate(chain, eg_bytes_view(&trial->ca_pem), eg_bytes_view(&trial->ca_key),
                                eg_bytes_view(key), &terms, err));
    EG_TRY(eg_certificate_describe(&trial->signers[who], eg_bytes_view(chain), err));
    EG_TRY(write_file(trial, row->id, ".key", eg_bytes_view(key), 0600, err));
    return write_file(trial, row->id, ".pem", eg_bytes_view(chain), 0644, err);
}

static enum eg_status make_identities(struct trial *trial, struct eg_error *err)
{
    for (unsigned who = 0; who < IDENTITIES; who++) {
        EG_TRY(make_identity(trial, who, err));
    }
    return EG_OK;
}

/* ---- log key and connection keys ------------------------------------------------------------- */

/* The verifier key, a line of its own, as text (`out`) and in the file. */
static enum eg_status write_log_key(struct trial *trial, struct eg_buf *vkey, struct eg_error *err)
{
    struct eg_buf text;
    eg_buf_init(&text, EG_KIB);
    eg_text_hex(&text, (struct eg_bytes){trial->log_seed, sizeof trial->log_seed});
    eg_buf_char(&text, '\n');
    enum eg_status status = write_file(trial, "log", ".key", eg_bytes_view(&text), 0600, err);
    eg_buf_wipe(&text);
    if (status == EG_OK) {
        status = eg_vkey_write(vkey, trial->options.origin, trial->log_key, err);
    }
    eg_buf_init(&text, EG_KIB);
    eg_buf_bytes(&text, eg_bytes_view(vkey));
    eg_buf_char(&text, '\n');
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, "log", ".vkey", eg_bytes_view(&text), 0644, err);

done:
    eg_buf_done(&text);
    return status;
}

static enum eg_status make_log_key(struct trial *trial, struct eg_error *err)
{
    char from[EG_TIME_TEXT_MAX], until[EG_TIME_TEXT_MAX];
    struct eg_buf vkey, text;
    eg_buf_init(&vkey, EG_KIB);
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    enum eg_status status = eg_ed25519_new(trial->log_seed, trial->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_log_key(trial, &vkey, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_text_time(from, trial->options.at_ms - DAY_MS);
    eg_text_time(until, trial->options.at_ms + STATEMENT_DAYS * DAY_MS);
    eg_lines_begin(&text, "key-statement");
    eg_lines_put(&text, "origin", eg_bytes_of(trial->options.origin));
    eg_lines_put(&text, "gateway", eg_bytes_of(identities[GATEWAY].id));
    eg_lines_put(&text, "log-key", eg_bytes_view(&vkey));
    eg_lines_put(&text, "valid-from", eg_bytes_of(from));
    eg_lines_put(&text, "valid-until", eg_bytes_of(until));
    status = eg_buf_ok(&text, "key statement", err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_signed(trial, "log.statement", eg_bytes_view(&text), GATEWAY,
                          EG_SIGNED_KEY_STATEMENT, err);

done:
    eg_buf_done(&text);
    eg_buf_done(&vkey);
    return status;
}

static enum eg_status make_curve(struct trial *trial, const char *name,
                                 char public_key[EG_CURVE_KEY_TEXT + 1], struct eg_error *err)
{
    char secret[EG_CURVE_KEY_TEXT + 1] = {0};
    struct eg_buf text;
    eg_buf_init(&text, EG_KIB);
    enum eg_status status = eg_curve_new(public_key, secret, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_format(&text, "%s\n%s\n", public_key, secret);
    status = eg_buf_ok(&text, name, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, name, ".curve", eg_bytes_view(&text), 0600, err);

done:
    eg_buf_wipe(&text);
    explicit_bzero(secret, sizeof secret);
    return status;
}

/* ---- directory ------------------------------------------------------------------------------- */

/* The structs of the directory own their texts when they are read; here they borrow. */
static char *borrow(const char *text)
{
    return (char *)(uintptr_t)text;
}

static void day_of(char out[11], int64_t at_ms)
{
    char text[EG_TIME_TEXT_MAX];
    eg_text_time(text, at_ms);
    snprintf(out, 11, "%.10s", text);
}

/* The one plant, without its lists of what trials state later. */
static struct eg_plant make_plant(const struct eg_trial_options *options,
                                  struct eg_plant_authority *authority,
                                  struct eg_plant_regime *regimes)
{
    struct eg_plant plant = {.id = borrow(options->plant),
                             .name = borrow(options->plant_name),
                             .operator_id = borrow(identities[OPERATOR].id),
                             .authorities = authority,
                             .authority_count = 1,
                             .land = borrow(options->land),
                             .regimes = regimes,
                             .regime_count = options->regime_count};

    *authority = (struct eg_plant_authority){.participant = borrow(identities[AUTHORITY].id)};
    for (size_t i = 0; i < options->regime_count; i++) {
        regimes[i] = (struct eg_plant_regime){.name = borrow(options->regimes[i])};
    }
    if (options->zone != NULL) {
        memcpy(plant.zone, options->zone, sizeof plant.zone); /* was looked at */
    }
    return plant;
}

static enum eg_status make_directory(struct trial *trial, struct eg_error *err)
{
    const struct eg_trial_options *options = &trial->options;
    struct eg_participant participants[IDENTITIES] = {0};
    struct eg_certificate_rule rules[IDENTITIES] = {0};
    for (unsigned who = 0; who < IDENTITIES; who++) {
        rules[who] = (struct eg_certificate_rule){.pinned = true,
                                                  .certificate = trial->signers[who].certificate};
        participants[who] =
            (struct eg_participant){.id = borrow(identities[who].id),
                                    .name = borrow(identities[who].name),
                                    .roles = eg_profile_named(identities[who].profile)->role,
                                    .certificates = &rules[who],
                                    .certificate_count = 1};
    }
    participants[PUBLISHER].package_prefixes = (char **)(uintptr_t)options->prefixes;
    participants[PUBLISHER].package_prefix_count = options->prefix_count;
    struct eg_plant_authority authority = {0};
    struct eg_plant_regime regimes[REGIMES_MAX] = {0};
    struct eg_plant plant = make_plant(options, &authority, regimes);
    struct eg_log_key log_key = {.origin = borrow(options->origin),
                                 .gateway = borrow(identities[GATEWAY].id)};
    memcpy(log_key.key, trial->log_key, sizeof log_key.key);
    day_of(log_key.from, options->at_ms - DAY_MS);
    const struct eg_directory directory = {.version = 1,
                                           .not_after_ms = options->at_ms + DIRECTORY_DAYS * DAY_MS,
                                           .participants = participants,
                                           .participant_count = IDENTITIES,
                                           .plants = &plant,
                                           .plant_count = 1,
                                           .log_keys = &log_key,
                                           .log_key_count = 1};
    struct eg_buf xml;
    eg_buf_init(&xml, EG_DIRECTORY_MAX);
    enum eg_status status = eg_directory_write(&xml, &directory, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_signed(trial, "directory.xml", eg_bytes_view(&xml), REGISTRAR,
                          EG_SIGNED_DIRECTORY, err);

done:
    eg_buf_done(&xml);
    return status;
}

/* ---- card and settings ----------------------------------------------------------------------- */

static enum eg_status make_card(struct trial *trial, struct eg_error *err)
{
    struct eg_card card = {.valid_from_ms = trial->options.at_ms,
                           .valid_until_ms = trial->options.at_ms + EG_CARD_VALID_MAX_MS};
    snprintf(card.origin, sizeof card.origin, "%s", trial->options.origin);
    snprintf(card.gateway, sizeof card.gateway, "%s", identities[GATEWAY].id);
    snprintf(card.door, sizeof card.door, "%s", trial->options.door);
    snprintf(card.hall, sizeof card.hall, "%s", trial->options.hall);
    memcpy(card.door_key, trial->door_key, sizeof card.door_key);
    memcpy(card.hall_key, trial->hall_key, sizeof card.hall_key);
    memcpy(card.log_key, trial->log_key, sizeof card.log_key);
    struct eg_buf text;
    eg_buf_init(&text, EG_SIGNED_TEXT_MAX);
    enum eg_status status = eg_card_write(&text, &card, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_signed(trial, "card", eg_bytes_view(&text), GATEWAY, EG_SIGNED_CARD, err);

done:
    eg_buf_done(&text);
    return status;
}

/* The digest of an identity's certificate, as settings and directory name it. */
static enum eg_status certificate_digest(char out[EG_DIGEST_TEXT_LEN + 1],
                                         const struct trial *trial, size_t who,
                                         struct eg_error *err)
{
    struct eg_signing_key *key = NULL;
    enum eg_status status = eg_signing_key_load(&key, eg_bytes_view(&trial->keys[who]),
                                                eg_bytes_view(&trial->chains[who]), err);
    if (status != EG_OK) {
        goto done;
    }
    eg_digest_text(&eg_signing_key_signer(key)->certificate, out);

done:
    eg_signing_key_free(&key);
    return status;
}

/* The keys that have no default, and the endpoints; `emgated --print-config` tells the rest. */
static enum eg_status make_settings(struct trial *trial, struct eg_error *err)
{
    struct eg_buf ini;
    char registrar[EG_DIGEST_TEXT_LEN + 1];
    enum eg_status status = certificate_digest(registrar, trial, REGISTRAR, err);
    if (status != EG_OK) {
        return status;
    }
    eg_buf_init(&ini, 64 * EG_KIB);
    eg_buf_text(&ini, "; A trial gateway. Paths are taken from the folder of this file.\n"
                      "; `emgated --print-config` tells every setting with its default.\n");
    eg_buf_format(&ini, "\n[gateway]\norigin = %s\nparticipant = %s\n", trial->options.origin,
                  identities[GATEWAY].id);
    eg_buf_text(&ini, "certificate = gateway.pem\nkey = gateway.key\ncard = card\n"
                      "\n[log]\nkey = log.key\nstatement = log.statement\n"
                      "\n[trust]\nanchors = ca.pem\ncrls = crl.pem\ndirectory = directory.xml\n");
    eg_buf_format(&ini, "registrar = %s\n", registrar);
    eg_buf_text(&ini, "\n[rules]\nfolder = rules\n"
                      "\n[archive]\npath = archive.db\n");
    eg_buf_format(&ini, "\n[door]\nbind = %s\ncurve = door.curve\n", trial->options.door);
    eg_buf_format(&ini, "\n[hall]\nbind = %s\ncurve = hall.curve\n", trial->options.hall);
    status = eg_buf_ok(&ini, "settings", err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(trial, "emgated", ".ini", eg_bytes_view(&ini), 0644, err);

done:
    eg_buf_done(&ini);
    return status;
}

/* The log is begun: its head note, of size 0. */
static enum eg_status make_log(struct trial *trial, struct eg_error *err)
{
    char *archive = eg_file_join(trial->dir, "archive.db");
    char *head = eg_file_join(trial->dir, "archive.db.head");
    struct eg_log_place place = {archive, head, trial->options.origin, trial->log_seed};
    enum eg_status status = archive == NULL || head == NULL
                                ? eg_error_set(err, EG_E_NOMEM, trial->dir, "memory ran out")
                                : eg_continuity_begin(&place, err);
    free(archive);
    free(head);
    return status;
}

static enum eg_status make_folders(struct trial *trial, struct eg_error *err)
{
    char *rules = eg_file_join(trial->dir, "rules");
    if (rules == NULL) {
        return eg_error_set(err, EG_E_NOMEM, trial->dir, "memory ran out");
    }
    enum eg_status status = eg_file_mkdirs(rules, err);
    free(rules);
    return status;
}

static enum eg_status make_connection_keys(struct trial *trial, struct eg_error *err)
{
    EG_TRY(make_curve(trial, "door", trial->door_key, err));
    return make_curve(trial, "hall", trial->hall_key, err);
}

static void trial_init(struct trial *trial)
{
    eg_buf_init(&trial->ca_key, EG_PRIVATE_KEY_MAX);
    eg_buf_init(&trial->ca_pem, EG_PRIVATE_KEY_MAX);
    for (unsigned who = 0; who < IDENTITIES; who++) {
        eg_buf_init(&trial->keys[who], EG_PRIVATE_KEY_MAX);
        eg_buf_init(&trial->chains[who], EG_PRIVATE_KEY_MAX);
    }
}

static void trial_done(struct trial *trial)
{
    eg_buf_wipe(&trial->ca_key);
    eg_buf_done(&trial->ca_pem);
    for (unsigned who = 0; who < IDENTITIES; who++) {
        eg_buf_wipe(&trial->keys[who]);
        eg_buf_done(&trial->chains[who]);
    }
    explicit_bzero(trial->log_seed, sizeof trial->log_seed);
}

enum eg_status eg_trial_write(const char *dir, const struct eg_trial_options *options,
                              struct eg_error *err)
{
    static enum eg_status (*const steps[])(struct trial *, struct eg_error *) = {
        make_folders,   make_authority, make_identities, make_log_key, make_connection_keys,
        make_directory, make_card,      make_settings,   make_log,
    };
    struct trial trial = {.dir = dir};
    if (options != NULL) {
        trial.options = *options;
    }
    fill_defaults(&trial.options);
    enum eg_status status = check_options(&trial.options, err);
    if (status == EG_OK) {
        status = refuse_used(dir, err);
    }
    if (status != EG_OK) {
        return status;
    }
    trial_init(&trial);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        status = steps[i](&trial, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    trial_done(&trial);
    return status;
}
