/*
 * emgate pki: the small certificate authority for trials. A trial folder is the authority's whole
 * state: ca.pem, ca.key and crl.pem in it.
 */
#include "emgate/frame/verb.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "trial/trial.h"
#include "verify/certificate.h"
#include "verify/issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS (24 * 3600 * 1000LL)
#define DAYS_MAX 36500

/* ---- files ----------------------------------------------------------------------------------- */

static enum eg_status read_in(struct eg_buf *out, const char *dir, const char *name,
                              struct eg_error *err)
{
    char *path = eg_file_join(dir, name);
    enum eg_status status = path == NULL ? eg_error_set(err, EG_E_NOMEM, dir, "memory ran out")
                                         : eg_file_read_some(out, path, err);
    free(path);
    return status;
}

static enum eg_status write_in(const char *dir, const char *stem, const char *suffix,
                               struct eg_bytes content, unsigned mode, struct eg_error *err)
{
    char name[EG_ID_MAX + 8];
    snprintf(name, sizeof name, "%s%s", stem, suffix);
    char *path = eg_file_join(dir, name);
    enum eg_status status = path == NULL ? eg_error_set(err, EG_E_NOMEM, dir, "memory ran out")
                                         : eg_file_write(path, content, mode, err);
    free(path);
    return status;
}

/* The authority of a trial folder. */
struct authority {
    const char *dir;
    struct eg_buf pem, key, crl;
};

static enum eg_status authority_open(struct authority *authority, const char *dir,
                                     struct eg_error *err)
{
    authority->dir = dir;
    eg_buf_init(&authority->pem, EG_PRIVATE_KEY_MAX);
    eg_buf_init(&authority->key, EG_PRIVATE_KEY_MAX);
    eg_buf_init(&authority->crl, EG_TRUST_PEM_MAX);
    enum eg_status status = read_in(&authority->pem, dir, "ca.pem", err);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(read_in(&authority->key, dir, "ca.key", err));
    struct eg_error none = {0};
    enum eg_status found = read_in(&authority->crl, dir, "crl.pem", &none);
    if (found != EG_OK && found != EG_E_NOTFOUND) {
        *err = none;
        status = found;
    }
    return status;
}

static void authority_done(struct authority *authority)
{
    eg_buf_done(&authority->pem);
    eg_buf_wipe(&authority->key);
    eg_buf_done(&authority->crl);
}

static enum eg_status read_days(int64_t *days, const struct eg_tool_args *args, int64_t otherwise,
                                struct eg_error *err)
{
    uint64_t number = 0;
    const char *text = eg_tool_value(args, "--days", 0);
    *days = otherwise;
    if (text == NULL) {
        return EG_OK;
    }
    if (!eg_text_u64(eg_bytes_of(text), DAYS_MAX, &number) || number == 0) {
        return eg_error_set(err, EG_E_USAGE, "--days", "\"%s\" is not a number from 1 to %d", text,
                            DAYS_MAX);
    }
    *days = (int64_t)number;
    return EG_OK;
}

static enum eg_status read_key_kind(enum eg_key_kind *kind, const struct eg_tool_args *args,
                                    struct eg_error *err)
{
    const char *text = eg_tool_value(args, "--key", 0);
    *kind = EG_KEY_P256;
    if (text == NULL || strcmp(text, "p256") == 0) {
        return EG_OK;
    }
    *kind = EG_KEY_RSA3072;
    return strcmp(text, "rsa3072") == 0
               ? EG_OK
               : eg_error_set(err, EG_E_USAGE, "--key", "\"%s\" is neither p256 nor rsa3072", text);
}

/* ---- init ------------------------------------------------------------------------------------ */

static int run_init(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *prefixes[16], *regimes[16];
    struct eg_trial_options options = {.origin = eg_tool_value(args, "--origin", 0),
                                       .plant = eg_tool_value(args, "--plant", 0),
                                       .plant_name = eg_tool_value(args, "--plant-name", 0),
                                       .land = eg_tool_value(args, "--land", 0),
                                       .zone = eg_tool_value(args, "--zone", 0),
                                       .door = eg_tool_value(args, "--endpoint-door", 0),
                                       .hall = eg_tool_value(args, "--endpoint-hall", 0),
                                       .prefixes = prefixes,
                                       .regimes = regimes};
    const char *prefix, *regime;
    for (size_t n = 0; n < 16 && (prefix = eg_tool_value(args, "--publishes", n)) != NULL; n++) {
        prefixes[options.prefix_count++] = prefix;
    }
    for (size_t n = 0; n < 16 && (regime = eg_tool_value(args, "--regime", n)) != NULL; n++) {
        regimes[options.regime_count++] = regime;
    }
    const char *dir = eg_tool_operand(args, 0);
    if (read_key_kind(&options.keys, args, err) != EG_OK ||
        eg_trial_write(dir, &options, err) != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    const char *origin = options.origin == NULL ? "demo.emgate.example" : options.origin;
    if (eg_tool_json(args)) {
        struct eg_buf out;
        eg_buf_init(&out, 64 * EG_KIB);
        eg_buf_text(&out, "{\"folder\":");
        eg_text_json(&out, eg_bytes_of(dir));
        eg_buf_text(&out, ",\"origin\":");
        eg_text_json(&out, eg_bytes_of(origin));
        eg_buf_text(&out, "}\n");
        fwrite(out.data, 1, out.len, stdout);
        eg_buf_done(&out);
        return EG_EXIT_DONE;
    }
    printf("%s: trial authority, six identities, log key, connection keys\n"
           "log %s, directory version 1, endpoint card for seven days\n"
           "next: emgated --config %s/emgated.ini\n",
           dir, origin, dir);
    return EG_EXIT_DONE;
}

static const struct eg_tool_option init_options[] = {
    {"--origin", "ORIGIN", "Origin of the log; demo.emgate.example if not given.", false, false},
    {"--plant", "ID", "Id of the one plant; plant-1 if not given.", false, false},
    {"--plant-name", "TEXT", "Its name.", false, false},
    {"--land", "LAND", "Where it stands, ISO 3166-2; DE-HE if not given.", false, false},
    {"--endpoint-door", "URL", "Where strangers greet; tcp://127.0.0.1:7411 if not given.", false,
     false},
    {"--endpoint-hall", "URL", "Where members talk; tcp://127.0.0.1:7412 if not given.", false,
     false},
    {"--publishes", "PREFIX", "Package ids that the publisher may publish; eu. and de. if none.",
     true, false},
    {"--regime", "NAME",
     "Law under which the plant reports, as packages name it; ied-annex-v if none.", true, false},
    {"--zone", "OFFSET",
     "Standard time of the plant, as +01:00; its reports may be in any if not given.", false,
     false},
    {"--key", "KIND", "p256 (if not given) or rsa3072.", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_pki_init = {
    .name = "pki init",
    .summary = "make a trial folder: authority, identities, directory, card",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Writes a folder from which a gateway, an operator, an authority and an auditor "
                   "can start: certificates and keys, log key with its statement, CURVE keys, a "
                   "signed participant directory with one plant, a signed endpoint card and "
                   "emgated.ini. DIR must be new or empty. For trials only: all keys lie side by "
                   "side and are not encrypted.",
    .example = "emgate pki init trial --origin log.example.org --plant gt-1",
    .options = init_options,
    .run = run_init,
};

/* ---- issue ----------------------------------------------------------------------------------- */

static enum eg_status read_terms(struct eg_issue_terms *terms, const struct eg_tool_args *args,
                                 struct eg_error *err)
{
    int64_t days;
    const char *name = eg_tool_value(args, "--name", 0);
    enum eg_status status = read_days(&days, args, 730, err);
    if (status != EG_OK) {
        return status;
    }
    *terms = (struct eg_issue_terms){.profile = eg_tool_value(args, "--profile", 0),
                                     .common_name = name != NULL ? name : eg_tool_operand(args, 1),
                                     .organisation = eg_tool_value(args, "--organisation", 0),
                                     .country = eg_tool_value(args, "--country", 0)};
    terms->from_ms = eg_clock_wall_ms();
    terms->until_ms = terms->from_ms + days * DAY_MS;
    const struct eg_profile *profile = eg_profile_named(terms->profile);
    if (profile == NULL || profile->role == 0) {
        return eg_error_set(err, EG_E_USAGE, "--profile", "\"%s\" is no role of the directory",
                            terms->profile);
    }
    return EG_OK;
}

static enum eg_status refuse_existing(const char *dir, const char *stem, struct eg_error *err)
{
    char name[EG_ID_MAX + 8];
    struct eg_buf there;
    struct eg_error ignored = {0};
    snprintf(name, sizeof name, "%s.key", stem);
    eg_buf_init(&there, EG_PRIVATE_KEY_MAX);
    enum eg_status status = read_in(&there, dir, name, &ignored);
    eg_buf_wipe(&there);
    return status == EG_E_NOTFOUND
               ? EG_OK
               : eg_error_set(err, EG_E_EXISTS, name, "the key is there already; name another");
}

static enum eg_status issue_into(struct authority *authority, const char *stem,
                                 const struct eg_issue_terms *terms, enum eg_key_kind kind,
                                 struct eg_error *err)
{
    struct eg_buf key, chain;
    eg_buf_init(&key, EG_PRIVATE_KEY_MAX);
    eg_buf_init(&chain, EG_PRIVATE_KEY_MAX);
    enum eg_status status = refuse_existing(authority->dir, stem, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_issue_key(&key, kind, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_issue_certificate(&chain, eg_bytes_view(&authority->pem),
                                  eg_bytes_view(&authority->key), eg_bytes_view(&key), terms, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_in(authority->dir, stem, ".key", eg_bytes_view(&key), 0600, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_in(authority->dir, stem, ".pem", eg_bytes_view(&chain), 0644, err);

done:
    eg_buf_wipe(&key);
    eg_buf_done(&chain);
    return status;
}

/* A file name and a participant id at once: no slash, no leading dot. */
static bool is_stem(const char *name)
{
    return eg_text_token(eg_bytes_of(name), EG_ID_MAX) && strchr(name, '/') == NULL;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void show_signer(const char *path, const struct eg_signer *signer, bool json)
{
    char digest[EG_DIGEST_TEXT_LEN + 1], issuer[EG_DIGEST_TEXT_LEN + 1];
    char from[EG_TIME_TEXT_MAX], until[EG_TIME_TEXT_MAX];
    eg_digest_text(&signer->certificate, digest);
    eg_digest_text(&signer->issuer_key, issuer);
    eg_text_time(from, signer->not_before_ms);
    eg_text_time(until, signer->not_after_ms);
    if (!json) {
        printf("%s\n  subject  %s\n  valid    %s to %s\n  digest   %s\n", path, signer->subject,
               from, until, digest);
        return;
    }
    const char *const pairs[][2] = {{"file", path},
                                    {"subject", signer->subject},
                                    {"from", from},
                                    {"until", until},
                                    {"digest", digest}};
    struct eg_buf out;
    eg_buf_init(&out, 64 * EG_KIB);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        eg_buf_format(&out, "%c\"%s\":", i == 0 ? '{' : ',', pairs[i][0]);
        eg_text_json(&out, eg_bytes_of(pairs[i][1]));
    }
    eg_buf_text(&out, "}\n");
    fwrite(out.data, 1, out.len, stdout);
    eg_buf_done(&out);
}

static enum eg_status show_list(const char *path, struct eg_bytes crl, bool json,
                                struct eg_error *err)
{
    size_t count = 0;
    int64_t from_ms = 0, until_ms = 0;
    char from[EG_TIME_TEXT_MAX], until[EG_TIME_TEXT_MAX];
    enum eg_status status = eg_crl_describe(&count, &from_ms, &until_ms, crl, err);
    if (status != EG_OK) {
        return status;
    }
    eg_text_time(from, from_ms);
    eg_text_time(until, until_ms);
    if (!json) {
        printf("%s\n  list     %zu revoked\n  valid    %s to %s\n", path, count, from, until);
        return EG_OK;
    }
    struct eg_buf out;
    eg_buf_init(&out, 64 * EG_KIB);
    eg_buf_text(&out, "{\"file\":");
    eg_text_json(&out, eg_bytes_of(path));
    eg_buf_format(&out, ",\"revoked\":%zu,\"from\":\"%s\",\"until\":\"%s\"}\n", count, from, until);
    fwrite(out.data, 1, out.len, stdout);
    eg_buf_done(&out);
    return EG_OK;
}

static enum eg_status show_file(const char *path, bool json, struct eg_error *err)
{
    struct eg_signer signer = {0};
    struct eg_buf file;
    eg_buf_init(&file, EG_TRUST_PEM_MAX);
    enum eg_status status = eg_file_read(&file, path, err);
    if (status != EG_OK) {
        goto done;
    }
    if (file.len > 0 && strstr((char *)file.data, "-BEGIN X509 CRL-") != NULL) {
        status = show_list(path, eg_bytes_view(&file), json, err);
    } else {
        status = eg_certificate_describe(&signer, eg_bytes_view(&file), err);
        if (status != EG_OK) {
            goto done;
        }
        show_signer(path, &signer, json);
    }

done:
    eg_buf_done(&file);
    return status;
}

static int run_show(const struct eg_tool_args *args, struct eg_error *err)
{
    for (size_t n = 0; n < eg_tool_operand_count(args); n++) {
        if (show_file(eg_tool_operand(args, n), eg_tool_json(args), err) != EG_OK) {
            return EG_EXIT_COULD_NOT;
        }
    }
    return EG_EXIT_DONE;
}

const struct eg_tool_verb eg_verb_pki_show = {
    .name = "pki show",
    .summary = "show certificates and revocation lists",
    .operands = "FILE...",
    .operands_min = 1,
    .operands_max = -1,
    .description = "Shows the first certificate of each file (PEM or DER), or a revocation list "
                   "(PEM), without judging it. The "
                   "digest is what the participant directory pins.",
    .example = "emgate pki show trial/operator.pem",
    .options = NULL,
    .run = run_show,
};

static int run_issue(const struct eg_tool_args *args, struct eg_error *err)
{
    struct authority authority = {0};
    struct eg_issue_terms terms;
    enum eg_key_kind kind;
    const char *dir = eg_tool_operand(args, 0), *stem = eg_tool_operand(args, 1);
    if (!is_stem(stem)) {
        eg_error_set(err, EG_E_USAGE, stem, "the name must be letters, digits and ._-");
        return EG_EXIT_COULD_NOT;
    }
    enum eg_status status = read_key_kind(&kind, args, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = read_terms(&terms, args, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = authority_open(&authority, dir, err);
    if (status == EG_OK) {
        status = issue_into(&authority, stem, &terms, kind, err);
    }
    authority_done(&authority);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    char name[EG_ID_MAX + 8];
    snprintf(name, sizeof name, "%s.pem", stem);
    char *path = eg_file_join(dir, name);
    status = path == NULL ? eg_error_set(err, EG_E_NOMEM, dir, "memory ran out")
                          : show_file(path, eg_tool_json(args), err);
    free(path);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    return EG_EXIT_DONE;
}

static const struct eg_tool_option issue_options[] = {
    {"--profile", "ROLE", "Profile, one for each role of the directory.", false, true},
    {"--name", "TEXT", "Common name; NAME if not given.", false, false},
    {"--organisation", "TEXT", "Organisation.", false, false},
    {"--country", "CC", "Country, two letters.", false, false},
    {"--days", "N", "Validity from now; 730 if not given.", false, false},
    {"--key", "KIND", "p256 (if not given) or rsa3072.", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_pki_issue = {
    .name = "pki issue",
    .summary = "issue one more certificate from a trial folder",
    .operands = "DIR NAME",
    .operands_min = 2,
    .operands_max = 2,
    .description = "Makes a key and a certificate by the authority of the trial folder DIR and "
                   "writes NAME.pem and NAME.key there. The directory must still name the "
                   "participant before a gateway lets it in.",
    .example = "emgate pki issue trial device-1 --profile device --name \"AMS 1\"",
    .options = issue_options,
    .run = run_issue,
};

/* ---- revoke, crl ----------------------------------------------------------------------------- */

/* The next list, with one certificate more if `revoked` is not empty; replaces crl.pem. */
static enum eg_status renew_list(struct authority *authority, struct eg_bytes revoked, int64_t days,
                                 bool json, struct eg_error *err)
{
    struct eg_buf list;
    size_t count = 0;
    int64_t now = eg_clock_wall_ms(), from_ms = 0, until_ms = 0;
    char until[EG_TIME_TEXT_MAX];
    eg_buf_init(&list, EG_TRUST_PEM_MAX);
    enum eg_status status =
        eg_issue_crl(&list, eg_bytes_view(&authority->pem), eg_bytes_view(&authority->key),
                     eg_bytes_view(&authority->crl), revoked, now, now + days * DAY_MS, err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_in(authority->dir, "crl", ".pem", eg_bytes_view(&list), 0644, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_crl_describe(&count, &from_ms, &until_ms, eg_bytes_view(&list), err);
    if (status != EG_OK) {
        goto done;
    }
    eg_text_time(until, until_ms);
    printf(json ? "{\"revoked\":%zu,\"next_update\":\"%s\"}\n"
                : "revoked certificates: %zu, next list until %s\n",
           count, until);

done:
    eg_buf_done(&list);
    return status;
}

static int run_revoke(const struct eg_tool_args *args, struct eg_error *err)
{
    struct authority authority = {0};
    struct eg_buf certificate;
    int64_t days;
    eg_buf_init(&certificate, EG_TRUST_PEM_MAX);
    enum eg_status status = read_days(&days, args, 365, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_read(&certificate, eg_tool_operand(args, 1), err);
    if (status != EG_OK) {
        goto done;
    }
    status = authority_open(&authority, eg_tool_operand(args, 0), err);
    if (status == EG_OK) {
        status = renew_list(&authority, eg_bytes_view(&certificate), days, eg_tool_json(args), err);
    }
    authority_done(&authority);

done:
    eg_buf_done(&certificate);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static int run_crl(const struct eg_tool_args *args, struct eg_error *err)
{
    struct authority authority = {0};
    int64_t days;
    enum eg_status status = read_days(&days, args, 365, err);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    status = authority_open(&authority, eg_tool_operand(args, 0), err);
    if (status != EG_OK) {
        goto done;
    }
    status = renew_list(&authority, EG_BYTES_NONE, days, eg_tool_json(args), err);

done:
    authority_done(&authority);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    return EG_EXIT_DONE;
}

static const struct eg_tool_option list_options[] = {
    {"--days", "N", "Until the next list; 365 if not given.", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_pki_revoke = {
    .name = "pki revoke",
    .summary = "revoke a certificate of a trial folder",
    .operands = "DIR CERT",
    .operands_min = 2,
    .operands_max = 2,
    .description = "Puts the certificate on the authority's next revocation list and writes the "
                   "list to DIR/crl.pem. A gateway takes it with SIGHUP.",
    .example = "emgate pki revoke trial trial/operator.pem",
    .options = list_options,
    .run = run_revoke,
};

const struct eg_tool_verb eg_verb_pki_crl = {
    .name = "pki crl",
    .summary = "renew the revocation list of a trial folder",
    .operands = "DIR",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Writes the next revocation list with the same certificates to DIR/crl.pem.",
    .example = "emgate pki crl trial --days 30",
    .options = list_options,
    .run = run_crl,
};
