/*
 * The trial folder hangs together: every signature in it passes, the directory reads back and names
 * each identity, keys are readable by their owner only, and a used folder is left alone.
 */
#include "assess/package/directory.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/settings.h"
#include "proof/checkpoint.h"
#include "trial/trial.h"
#include "verify/certificate.h"
#include "verify/cms.h"
#include "wire/texts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOW 1767225600000LL /* 2026-01-01 */

static char base[300], folder[400];

static void set_up(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(base, sizeof(base), "%s/emgate-trial-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    cr_assert_not_null(mkdtemp(base));
    snprintf(folder, sizeof(folder), "%s/a trial", base);
}

static void tear_down(void)
{
    struct eg_error err = {0};
    cr_expect_eq(eg_file_remove_tree(base, &err), EG_OK);
}

TestSuite(trial, .init = set_up, .fini = tear_down);

static void read_from(struct eg_buf *out, const char *name)
{
    char *path = eg_file_join(folder, name);
    struct eg_error err = {0};
    eg_buf_init(out, EG_TRUST_PEM_MAX);
    cr_assert_eq(eg_file_read(out, path, &err), EG_OK, "%s: %s", name, err.text);
    free(path);
}

static void write_trial(void)
{
    struct eg_error err = {0};
    struct eg_trial_options options = {.at_ms = NOW,
                                       .plant = "gt-1",
                                       .plant_name = "Gas & \"steam\" <1>",
                                       .door = "tcp://127.0.0.1:1",
                                       .hall = "tcp://127.0.0.1:2"};
    cr_assert_eq(eg_trial_write(folder, &options, &err), EG_OK, "%s: %s", err.where, err.text);
}

/* The signature beside a file, judged; `signer` is who made it. The text stays with the caller. */
static void signed_by(struct eg_buf *text, const char *name, enum eg_signed_kind kind,
                      struct eg_signer *signer)
{
    struct eg_buf ca, crl, cms;
    struct eg_verifier *verifier = NULL;
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    char p7s[64];
    snprintf(p7s, sizeof(p7s), "%s.p7s", name);
    read_from(text, name);
    read_from(&ca, "ca.pem");
    read_from(&crl, "crl.pem");
    read_from(&cms, p7s);
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&ca), .crls_pem = eg_bytes_view(&crl)};
    cr_assert_eq(eg_verifier_new(&verifier, &trust, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_cms_check(signer, &verdict, verifier, eg_bytes_view(&cms), eg_bytes_view(text),
                              kind, NOW, &err),
                 EG_OK, "%s", err.text);
    cr_expect_eq(verdict.code, EG_CODE_OK, "%s: %s", name, verdict.text);
    eg_verifier_free(&verifier);
    eg_buf_done(&ca);
    eg_buf_done(&crl);
    eg_buf_done(&cms);
}

static struct eg_directory *parsed(const struct eg_buf *xml)
{
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    cr_assert_eq(eg_directory_parse(&directory, eg_bytes_view(xml), EG_BYTES_NONE, &err), EG_OK,
                 "%s: %s", err.where, err.text);
    return directory;
}

Test(trial, has_a_directory_that_names_its_identities)
{
    static const char *const names[] = {"registrar", "publisher", "gateway",
                                        "operator",  "authority", "auditor"};
    struct eg_buf xml;
    struct eg_signer signer;
    write_trial();
    signed_by(&xml, "directory.xml", EG_SIGNED_DIRECTORY, &signer);
    struct eg_directory *directory = parsed(&xml);
    cr_expect_str_eq(eg_directory_by_certificate(directory, &signer)->id, "registrar");
    for (size_t i = 0; i < 6; i++) {
        char name[32];
        struct eg_buf pem;
        struct eg_error err = {0};
        snprintf(name, sizeof(name), "%s.pem", names[i]);
        read_from(&pem, name);
        cr_assert_eq(eg_certificate_describe(&signer, eg_bytes_view(&pem), &err), EG_OK);
        const struct eg_participant *found = eg_directory_by_certificate(directory, &signer);
        cr_assert_not_null(found, "%s", names[i]);
        cr_expect_str_eq(found->id, names[i]);
        eg_buf_done(&pem);
    }
    const struct eg_plant *plant = eg_directory_plant(directory, "gt-1");
    cr_assert_not_null(plant);
    cr_expect_str_eq(plant->name, "Gas & \"steam\" <1>");
    cr_assert_eq(plant->regime_count, 1);
    cr_expect_str_eq(plant->regimes[0].name, "ied-annex-v");
    cr_expect_str_eq(plant->operator_id, "operator");
    cr_expect_str_eq(eg_plant_authority(plant, "continuous", "2026-01-01"), "authority");
    cr_expect_str_eq(plant->zone, "");
    cr_expect_eq(directory->version, 1);
    eg_directory_free(&directory);
    eg_buf_done(&xml);
}

Test(trial, has_one_log_key_everywhere)
{
    struct eg_buf text, vkey, xml;
    struct eg_signer signer;
    struct eg_card card;
    struct eg_error err = {0};
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t key[EG_ED25519_KEY_LEN];
    write_trial();
    signed_by(&text, "card", EG_SIGNED_CARD, &signer);
    cr_assert_eq(eg_card_read(&card, eg_bytes_view(&text), &err), EG_OK, "%s", err.text);
    cr_expect_str_eq(card.door, "tcp://127.0.0.1:1");
    cr_expect_eq(card.valid_until_ms - card.valid_from_ms, EG_CARD_VALID_MAX_MS);
    eg_buf_done(&text);
    read_from(&vkey, "log.vkey");
    cr_assert_eq(vkey.data[vkey.len - 1], '\n');
    vkey.len--;
    cr_assert_eq(eg_vkey_read(origin, key, eg_bytes_view(&vkey), &err), EG_OK, "%s", err.text);
    cr_expect_eq(memcmp(key, card.log_key, sizeof(key)), 0);
    cr_expect_str_eq(origin, card.origin);
    signed_by(&text, "log.statement", EG_SIGNED_KEY_STATEMENT, &signer);
    char line[400];
    snprintf(line, sizeof(line), "\nlog-key %.*s\n", (int)vkey.len, (const char *)vkey.data);
    cr_expect_not_null(strstr((const char *)text.data, line));
    read_from(&xml, "directory.xml");
    struct eg_directory *directory = parsed(&xml);
    cr_assert_eq(directory->log_key_count, 1);
    cr_expect_eq(memcmp(key, directory->log_keys[0].key, sizeof(key)), 0);
    eg_directory_free(&directory);
    eg_buf_done(&xml);
    eg_buf_done(&text);
    eg_buf_done(&vkey);
}

Test(trial, has_settings_that_can_be_read)
{
    struct eg_settings settings;
    struct eg_error err = {0};
    write_trial();
    char *path = eg_file_join(folder, "emgated.ini");
    cr_assert_eq(eg_settings_read(&settings, path, &err), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_str_eq(settings.origin, "demo.emgate.example");
    cr_expect_str_eq(settings.participant, "gateway");
    cr_expect_str_eq(settings.door_bind, "tcp://127.0.0.1:1");
    const char *const files[] = {settings.certificate, settings.key,          settings.log_key,
                                 settings.anchors,     settings.crls,         settings.directory,
                                 settings.door_curve,  settings.hall_curve,   settings.rules,
                                 settings.card,        settings.log_statement};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct stat found;
        cr_expect_eq(stat(files[i], &found), 0, "%s", files[i]);
    }
    free(path);
}

Test(trial, keeps_secrets_to_their_owner)
{
    static const char *const secrets[] = {"ca.key",  "gateway.key", "operator.key",
                                          "log.key", "door.curve",  "hall.curve"};
    write_trial();
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        struct stat found;
        char *path = eg_file_join(folder, secrets[i]);
        cr_assert_eq(stat(path, &found), 0, "%s", secrets[i]);
        cr_expect_eq(found.st_mode & 0777, 0600, "%s", secrets[i]);
        free(path);
    }
}

Test(trial, leaves_a_used_folder_alone)
{
    struct eg_buf before, after;
    struct eg_error err = {0};
    write_trial();
    read_from(&before, "gateway.pem");
    cr_expect_eq(eg_trial_write(folder, NULL, &err), EG_E_EXISTS);
    read_from(&after, "gateway.pem");
    cr_expect(eg_bytes_equal(eg_bytes_view(&before), eg_bytes_view(&after)));
    eg_buf_done(&before);
    eg_buf_done(&after);
}

Test(trial, refuses_options_that_are_none)
{
    static const char *const regimes[] = {"eprtr", "Two words"};
    const struct eg_trial_options bad[] = {{.origin = "two words"},
                                           {.regimes = regimes, .regime_count = 2},
                                           {.plant = "-1"},
                                           {.plant_name = "line\nfeed"},
                                           {.door = "127.0.0.1:7411"},
                                           {.hall = "tcp://\x01"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct eg_error err = {0};
        struct stat found;
        cr_expect_eq(eg_trial_write(folder, &bad[i], &err), EG_E_USAGE, "row %zu", i);
        cr_expect_neq(stat(folder, &found), 0);
    }
}
