/*
 * A snapshot is loaded whole or not at all: who signed the directory, who published each package,
 * and that packages do not stand in each other's way.
 */
#include "flow/snapshot/snapshot.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/clock.h"
#include "base/text.h"
#include "tests/support/temp.h"
#include "trial/trial.h"
#include "verify/sign.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOURCE "tests/data/packages/bench.half-hourly"
#define ID "eu.emgate.bench.half-hourly"

/* From the version to the path of the id, as in the source. */
static const char HEAD[] =
    " version=\"1.0.0\" publisher=\"publisher\">\n"
    "  <title lang=\"de\">Messlast: Halbstundenwerte von acht Komponenten</title>\n"
    "  <title lang=\"en\">Benchmark: half-hourly values of eight components</title>\n"
    "  <law citation=\"§ 8 Abs. 1, values as in the text of March 2022\">17. BImSchV, for "
    "measuring only</law>\n"
    "  <valid from=\"2000-01-01\"/>\n"
    "  <match namespace=\"urn:emgate:report:1\" element=\"report\"/>\n"
    "  <identity>\n"
    "    <namespace prefix=\"r\" uri=\"urn:emgate:report:1\"/>\n"
    "    <id path=\"/r:report/@id\"/>";
static const char LATER_HEAD[] =
    " version=\"1.1.0\" publisher=\"publisher\">\n"
    "  <title lang=\"de\">Messlast: Halbstundenwerte von acht Komponenten</title>\n"
    "  <title lang=\"en\">Benchmark: half-hourly values of eight components</title>\n"
    "  <law citation=\"§ 8 Abs. 1, values as in the text of March 2022\">17. BImSchV, for "
    "measuring only</law>\n"
    "  <valid from=\"2010-01-01\"/>\n"
    "  <match namespace=\"urn:emgate:report:1\" element=\"report\"/>\n"
    "  <identity>\n"
    "    <namespace prefix=\"r\" uri=\"urn:emgate:report:1\"/>\n"
    "    <id path=\"/r:report/@id\"/>";
static const char LATER_HEAD_OTHER_ID[] =
    " version=\"1.1.0\" publisher=\"publisher\">\n"
    "  <title lang=\"de\">Messlast: Halbstundenwerte von acht Komponenten</title>\n"
    "  <title lang=\"en\">Benchmark: half-hourly values of eight components</title>\n"
    "  <law citation=\"§ 8 Abs. 1, values as in the text of March 2022\">17. BImSchV, for "
    "measuring only</law>\n"
    "  <valid from=\"2010-01-01\"/>\n"
    "  <match namespace=\"urn:emgate:report:1\" element=\"report\"/>\n"
    "  <identity>\n"
    "    <namespace prefix=\"r\" uri=\"urn:emgate:report:1\"/>\n"
    "    <id path=\"/r:report/@plant\"/>";

static char *folder, *trial;
static struct eg_settings settings;
static struct eg_error err;

static void setup(void)
{
    static const char *const prefixes[] = {"eu.emgate."};
    struct eg_trial_options options = {.prefixes = prefixes, .prefix_count = 1};
    memset(&err, 0, sizeof err);
    folder = temp_folder();
    trial = eg_file_join(folder, "trial");
    cr_assert_eq(eg_engine_init(&err), EG_OK);
    cr_assert_eq(eg_trial_write(trial, &options, &err), EG_OK, "%s", err.text);
    char *ini = eg_file_join(trial, "emgated.ini");
    cr_assert_eq(eg_settings_read(&settings, ini, &err), EG_OK, "%s", err.text);
    free(ini);
}

static void teardown(void)
{
    eg_engine_done();
    free(trial);
    temp_remove(&folder);
}

TestSuite(snapshot, .init = setup, .fini = teardown, .timeout = 120);

static struct eg_signing_key *key_of(const char *who)
{
    struct eg_signing_key *key = NULL;
    char name[64];
    snprintf(name, sizeof name, "%s.key", who);
    struct eg_buf secret = temp_read(trial, name);
    snprintf(name, sizeof name, "%s.pem", who);
    struct eg_buf chain = temp_read(trial, name);
    cr_assert_eq(eg_signing_key_load(&key, eg_bytes_view(&secret), eg_bytes_view(&chain), &err),
                 EG_OK, "%s", err.text);
    eg_buf_done(&secret);
    eg_buf_done(&chain);
    return key;
}

/* Write `from` to folder/name with the first `old` replaced. */
static void write_changed(const char *name, struct eg_bytes from, const char *old, const char *new)
{
    struct eg_buf changed;
    char *text = eg_bytes_dup(from);
    char *at = old == NULL ? NULL : strstr(text, old);
    eg_buf_init(&changed, EG_MIB);
    if (old == NULL) {
        eg_buf_text(&changed, text);
    } else {
        cr_assert_not_null(at, "%s is not in %s", old, name);
        eg_buf_add(&changed, text, (size_t)(at - text));
        eg_buf_text(&changed, new);
        eg_buf_text(&changed, at + strlen(old));
    }
    temp_write(trial, name, eg_bytes_view(&changed));
    eg_buf_done(&changed);
    free(text);
}

/* Install the package under another id and version, its file `file` changed, signed by `who`. */
static void install(const char *where, const char *who, const char *file, const char *old,
                    const char *new)
{
    struct eg_tree tree = {0};
    struct eg_package *package = NULL;
    struct eg_buf text, cms;
    char name[600];
    cr_assert_eq(eg_tree_read(&tree, SOURCE, 100, EG_MIB, &err), EG_OK, "%s", err.text);
    for (size_t i = 0; i < tree.count; i++) {
        bool here = strcmp(tree.files[i].name, file) == 0;
        snprintf(name, sizeof name, "rules/%s/%s", where, tree.files[i].name);
        write_changed(name, eg_bytes_view(&tree.files[i].content), here ? old : NULL, new);
    }
    eg_tree_done(&tree);
    snprintf(name, sizeof name, "%s/rules/%s", trial, where);
    cr_assert_eq(eg_package_read(&package, name, true, &err), EG_OK, "%s", err.text);
    eg_buf_init(&text, EG_MIB);
    eg_buf_init(&cms, EG_CMS_MAX);
    struct eg_signing_key *key = key_of(who);
    cr_assert_eq(eg_package_signed_text(&text, &package->tree, &err), EG_OK, "%s", err.text);
    cr_assert_eq(
        eg_cms_sign(&cms, key, EG_SIGNED_PACKAGE, eg_bytes_view(&text), eg_clock_wall_ms(), &err),
        EG_OK, "%s", err.text);
    for (size_t i = 0; i < package->vocabulary_count; i++) { /* which reading has put in */
        const char *taken = package->vocabularies[i].file;
        snprintf(name, sizeof name, "rules/%s/%s", where, taken);
        temp_write(trial, name, eg_package_file(package, taken));
    }
    snprintf(name, sizeof name, "rules/%s/SIGNED", where);
    temp_write(trial, name, eg_bytes_view(&text));
    snprintf(name, sizeof name, "rules/%s/SIGNED.p7s", where);
    temp_write(trial, name, eg_bytes_view(&cms));
    eg_signing_key_free(&key);
    eg_package_free(&package);
    eg_buf_done(&text);
    eg_buf_done(&cms);
}

/* The same package under another id, version 2.0.0, valid as said. */
static void install_other(const char *where, const char *valid)
{
    char changed[sizeof HEAD + 200];
    const char *at = strstr(HEAD, "<valid from=\"2000-01-01\"/>");
    snprintf(changed, sizeof changed, "id=\"" ID ".other\" version=\"2.0.0\"%.*s%s%s",
             (int)(at - HEAD) - (int)strlen(" version=\"1.0.0\""),
             HEAD + strlen(" version=\"1.0.0\""), valid,
             at + strlen("<valid from=\"2000-01-01\"/>"));
    char whole[sizeof HEAD + 100];
    snprintf(whole, sizeof whole, "id=\"" ID "\"%s", HEAD);
    install(where, "publisher", "package.xml", whole, changed);
}

/* Put a statement about ID in place, signed by `who` as `kind`. */
static void say(const char *version, const char *who, enum eg_signed_kind kind, const char *lines)
{
    struct eg_package *package = NULL;
    struct eg_buf text, cms, file;
    char path[600], digest[EG_DIGEST_TEXT_LEN + 1];
    snprintf(path, sizeof path, "%s/rules/" ID "/%s", trial, version);
    cr_assert_eq(eg_package_read(&package, path, false, &err), EG_OK, "%s", err.text);
    eg_digest_text(&package->ref.digest, digest);
    eg_buf_init(&text, EG_MIB);
    eg_buf_init(&cms, EG_CMS_MAX);
    eg_buf_init(&file, EG_MIB);
    eg_buf_format(&text, "emgate package-state 1\npackage " ID " %s %s\n%sreason a test\n", version,
                  digest, lines);
    struct eg_signing_key *key = key_of(who);
    cr_assert_eq(eg_cms_sign(&cms, key, kind, eg_bytes_view(&text), eg_clock_wall_ms(), &err),
                 EG_OK);
    cr_assert_eq(eg_statement_write(&file, eg_bytes_view(&text), eg_bytes_view(&cms), &err), EG_OK);
    snprintf(path, sizeof path, "%s/rules", trial);
    cr_assert_eq(eg_folder_state(path, &package->ref, eg_bytes_view(&file), &err), EG_OK, "%s",
                 err.text);
    eg_signing_key_free(&key);
    eg_package_free(&package);
    eg_buf_done(&text);
    eg_buf_done(&cms);
    eg_buf_done(&file);
}

/* The version that judges a report of this period, or the code of the refusal. */
static const char *chosen(const struct eg_snapshot *snapshot, const char *from, const char *until)
{
    struct eg_report_header header = {.kind = "half-hourly", .plant = "gas-turbine"};
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    snprintf(header.from, sizeof header.from, "%s", from);
    snprintf(header.until, sizeof header.until, "%s", until);
    const struct eg_package *package =
        eg_snapshot_package(snapshot, "urn:emgate:report:1", "report", &header,
                            eg_directory_plant(snapshot->directory, header.plant), &verdict);
    return package != NULL ? package->ref.version : eg_code_row(verdict.code)->text;
}

static void install_first(void)
{
    install(ID "/1.0.0", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.0.0\"");
}

static struct eg_snapshot *load(void)
{
    struct eg_snapshot *snapshot = NULL;
    cr_assert_eq(eg_snapshot_load(&snapshot, &settings, 1, &err), EG_OK, "%s: %s", err.where,
                 err.text);
    return snapshot;
}

/* Refused, with every one of these words in what is said. */
static void refused(enum eg_status expected, const char *word, const char *second)
{
    struct eg_snapshot *snapshot = NULL;
    struct eg_error why = {0};
    cr_assert_eq(eg_snapshot_load(&snapshot, &settings, 1, &why), expected, "%s: %s", why.where,
                 why.text);
    cr_assert_null(snapshot);
    cr_assert(strstr(why.text, word) != NULL || strstr(why.where, word) != NULL, "%s: %s",
              why.where, why.text);
    cr_assert(second == NULL || strstr(why.text, second) != NULL, "%s: %s", why.where, why.text);
}

Test(snapshot, without_packages_is_one)
{
    struct eg_snapshot *snapshot = load();
    cr_assert_eq(snapshot->package_count, 0);
    cr_assert_not_null(eg_directory_participant(snapshot->directory, "operator"));
    eg_snapshot_free(&snapshot);
}

Test(snapshot, finds_the_one_package_of_a_root_element_and_a_period)
{
    install_first();
    struct eg_snapshot *snapshot = load();
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    const char *ns = "urn:emgate:report:1";
    cr_assert_eq(snapshot->package_count, 1);
    cr_assert_str_eq(chosen(snapshot, "2026-01-05", "2026-01-05"), "1.0.0");
    cr_assert_eq(eg_snapshot_reader(snapshot, ns, "report", &verdict), snapshot->packages[0]);
    cr_assert(eg_verdict_passed(&verdict));
    cr_assert_str_eq(chosen(snapshot, "1999-12-31", "1999-12-31"), "no-package");
    cr_assert_null(eg_snapshot_reader(snapshot, ns, "other", &verdict));
    cr_assert_eq(verdict.code, EG_CODE_NO_PACKAGE);
    verdict.code = EG_CODE_OK;
    cr_assert_null(eg_snapshot_reader(snapshot, "", "report", &verdict));
    cr_assert_eq(verdict.code, EG_CODE_NO_PACKAGE);
    eg_snapshot_free(&snapshot);
}

Test(snapshot, refuses_a_directory_of_another_registrar)
{
    char *last = &settings.registrar[strlen(settings.registrar) - 1];
    *last = *last == '0' ? '1' : '0';
    refused(EG_E_DENIED, "registrar", NULL);
}

Test(snapshot, refuses_a_registrar_that_is_no_digest)
{
    memcpy(settings.registrar, "CN=registrar", 13);
    refused(EG_E_USAGE, "trust.registrar", NULL);
}

Test(snapshot, refuses_a_directory_without_signature)
{
    char *path = eg_file_join(trial, "directory.xml.p7s");
    cr_assert_eq(remove(path), 0);
    free(path);
    refused(EG_E_NOTFOUND, "directory.xml.p7s", NULL);
}

Test(snapshot, refuses_a_directory_changed_after_signing)
{
    struct eg_buf xml = temp_read(trial, "directory.xml");
    write_changed("directory.xml", eg_bytes_view(&xml), "Gas turbine 1", "Gas turbine 2");
    eg_buf_done(&xml);
    refused(EG_E_DENIED, "cms-signature", NULL);
}

Test(snapshot, refuses_a_directory_signed_as_something_else)
{
    struct eg_signing_key *key = key_of("registrar");
    struct eg_buf cms;
    struct eg_buf xml = temp_read(trial, "directory.xml");
    eg_buf_init(&cms, EG_CMS_MAX);
    cr_assert_eq(
        eg_cms_sign(&cms, key, EG_SIGNED_REPORT, eg_bytes_view(&xml), eg_clock_wall_ms(), &err),
        EG_OK);
    temp_write(trial, "directory.xml.p7s", eg_bytes_view(&cms));
    eg_signing_key_free(&key);
    eg_buf_done(&cms);
    eg_buf_done(&xml);
    refused(EG_E_DENIED, "cms-content-type", NULL);
}

Test(snapshot, lets_the_higher_of_two_versions_judge_where_both_are_valid)
{
    install_first();
    install(ID "/1.10.0", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.10.0\"");
    install(ID "/1.9.0", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.9.0\"");
    struct eg_snapshot *snapshot = load();
    cr_assert_eq(snapshot->package_count, 3);
    cr_assert_str_eq(chosen(snapshot, "2026-01-05", "2026-01-05"), "1.10.0");
    eg_snapshot_free(&snapshot);
}

Test(snapshot, refuses_two_packages_for_one_period_by_name)
{
    install_first();
    install_other(ID ".other/2.0.0", "<valid from=\"2010-01-01\" until=\"2030-12-31\"/>");
    refused(EG_E_DENIED, ID " 1.0.0", ID ".other 2.0.0");
    refused(EG_E_DENIED, "from 2010-01-01 to 2030-12-31", "withdraw one");
}

Test(snapshot, refuses_a_package_under_another_name_than_its_own)
{
    install(ID "/1.0.1", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.0.0\"");
    refused(EG_E_DENIED, "its own id and version", NULL);
}

/* ---- what a publisher says later --------------------------------------------------------------
 */

Test(snapshot, never_chooses_a_withdrawn_package_and_keeps_its_texts)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    install_first();
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE_STATE, "number 1\nstate withdrawn\n");
    struct eg_snapshot *snapshot = load();
    cr_assert_eq(snapshot->package_count, 1);
    cr_assert(snapshot->statements[0].there);
    cr_assert_str_eq(chosen(snapshot, "2026-01-05", "2026-01-05"), "no-package");
    cr_assert_not_null(eg_snapshot_reader(snapshot, "urn:emgate:report:1", "report", &verdict));
    eg_snapshot_free(&snapshot);
}

Test(snapshot, lets_a_withdrawn_version_judge_up_to_its_last_day_and_the_other_after_it)
{
    install_first();
    install(ID "/1.1.0", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.1.0\"");
    say("1.1.0", "publisher", EG_SIGNED_PACKAGE_STATE,
        "number 1\nstate withdrawn\nlast 2025-12-31\n");
    struct eg_snapshot *snapshot = load();
    cr_assert_str_eq(chosen(snapshot, "2025-12-31", "2025-12-31"), "1.1.0");
    cr_assert_str_eq(chosen(snapshot, "2025-12-31", "2026-01-01"), "1.0.0");
    eg_snapshot_free(&snapshot);
}

Test(snapshot, takes_packages_whose_statements_keep_them_apart)
{
    install_first();
    install_other(ID ".other/2.0.0", "<valid from=\"2010-01-01\"/>");
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE_STATE,
        "number 3\nstate withdrawn\nlast 2009-12-31\n");
    struct eg_snapshot *snapshot = load();
    cr_assert_str_eq(chosen(snapshot, "2009-12-31", "2009-12-31"), "1.0.0");
    cr_assert_str_eq(chosen(snapshot, "2010-01-01", "2010-01-01"), "2.0.0");
    cr_assert_str_eq(chosen(snapshot, "2009-12-31", "2010-01-01"), "no-package");
    eg_snapshot_free(&snapshot);
}

Test(snapshot, refuses_a_statement_of_another_than_the_publisher)
{
    install_first();
    say("1.0.0", "operator", EG_SIGNED_PACKAGE_STATE, "number 1\nstate withdrawn\n");
    refused(EG_E_DENIED, "operator signed the statement", NULL);
}

Test(snapshot, refuses_a_statement_signed_as_a_package)
{
    install_first();
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE, "number 1\nstate withdrawn\n");
    refused(EG_E_DENIED, "cms-content-type", NULL);
}

Test(snapshot, refuses_a_statement_changed_after_signing)
{
    install_first();
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE_STATE, "number 1\nstate withdrawn\n");
    struct eg_buf file = temp_read(trial, "rules/" ID "/state/1.0.0");
    write_changed("rules/" ID "/state/1.0.0", eg_bytes_view(&file), "withdrawn", "active");
    eg_buf_done(&file);
    refused(EG_E_DENIED, "cms-signature", NULL);
}

Test(snapshot, refuses_a_statement_about_another_version)
{
    install_first();
    install(ID "/1.1.0", "publisher", "package.xml", "version=\"1.0.0\"", "version=\"1.1.0\"");
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE_STATE, "number 1\nstate withdrawn\n");
    struct eg_buf file = temp_read(trial, "rules/" ID "/state/1.0.0");
    temp_write(trial, "rules/" ID "/state/1.1.0", eg_bytes_view(&file));
    eg_buf_done(&file);
    refused(EG_E_DENIED, "another package, version or digest", NULL);
}

Test(snapshot, refuses_a_statement_that_is_none)
{
    static const char *const files[] = {"", "x", "\n", "emgate package-state 1\n\ncms AA==\n",
                                        "emgate package-state 1\n\ncms "};
    install_first();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        temp_write(trial, "rules/" ID "/state/1.0.0", eg_bytes_of(files[i]));
        refused(EG_E_FORMAT, "state", NULL);
    }
}

Test(snapshot, passes_over_a_package_that_is_held)
{
    install_first();
    struct eg_snapshot *snapshot = load();
    char *dir = eg_file_join(trial, "rules");
    cr_assert_eq(eg_folder_hold(dir, &snapshot->packages[0]->ref, &err), EG_OK);
    eg_snapshot_free(&snapshot);
    snapshot = load();
    cr_assert_eq(snapshot->package_count, 0);
    eg_snapshot_free(&snapshot);
    say("1.0.0", "publisher", EG_SIGNED_PACKAGE_STATE, "number 1\nstate active\n");
    snapshot = load();
    cr_assert_eq(snapshot->package_count, 1, "a statement put in place releases it");
    eg_snapshot_free(&snapshot);
    free(dir);
}

/* "link": the name leads nowhere; "file": a file stands where the folder should be. */
static void make_unreadable(const char *what, bool link)
{
    char path[600];
    snprintf(path, sizeof path, "%s/rules/" ID "/%s", trial, what);
    if (!link) {
        snprintf(path, sizeof path, "rules/" ID "/%s", what);
        temp_write(trial, path, eg_bytes_of("x"));
        return;
    }
    cr_assert_eq(eg_file_mkdirs(path, &err), EG_OK);
    snprintf(path, sizeof path, "%s/rules/" ID "/%s/1.0.0", trial, what);
    cr_assert_eq(symlink("nowhere", path), 0);
}

Test(snapshot, refuses_a_statement_that_can_not_be_looked_at)
{
    install_first();
    make_unreadable("state", true);
    refused(EG_E_NOTFOUND, "state/1.0.0", NULL);
}

Test(snapshot, refuses_a_folder_in_place_of_which_a_file_hides_what_was_said)
{
    install_first();
    make_unreadable("state", false);
    refused(EG_E_NOTFOUND, "state/1.0.0", NULL);
}

Test(snapshot, does_not_put_in_force_what_may_be_held)
{
    install_first();
    make_unreadable("held", true);
    struct eg_snapshot *snapshot = load();
    cr_assert_eq(snapshot->package_count, 0);
    eg_snapshot_free(&snapshot);
}

Test(snapshot, refuses_a_folder_in_place_of_which_a_file_hides_what_is_held)
{
    install_first();
    make_unreadable("held", false);
    refused(EG_E_NOTFOUND, "held/1.0.0", NULL);
}

Test(snapshot, takes_two_versions_whose_periods_meet_and_do_not_overlap)
{
    install(ID "/1.0.0", "publisher", "package.xml", "<valid from=\"2000-01-01\"/>",
            "<valid from=\"2000-01-01\" until=\"2009-12-31\"/>");
    install(ID "/1.1.0", "publisher", "package.xml", HEAD, LATER_HEAD);
    struct eg_snapshot *snapshot = load();
    cr_assert_str_eq(chosen(snapshot, "2009-12-31", "2009-12-31"), "1.0.0");
    cr_assert_str_eq(chosen(snapshot, "2010-01-01", "2010-01-01"), "1.1.0");
    eg_snapshot_free(&snapshot);
}

Test(snapshot, refuses_packages_that_read_one_root_elements_identity_in_two_ways)
{
    install(ID "/1.0.0", "publisher", "package.xml", "<valid from=\"2000-01-01\"/>",
            "<valid from=\"2000-01-01\" until=\"2009-12-31\"/>");
    install(ID "/1.1.0", "publisher", "package.xml", HEAD, LATER_HEAD);
    struct eg_snapshot *snapshot = load();
    eg_snapshot_free(&snapshot);
    char *earlier = eg_file_join(trial, "rules/" ID "/1.1.0");
    cr_assert_eq(eg_file_remove_tree(earlier, &err), EG_OK, "%s", err.text);
    free(earlier);
    install(ID "/1.1.0", "publisher", "package.xml", HEAD, LATER_HEAD_OTHER_ID);
    refused(EG_E_DENIED, ID, "in different ways");
}

Test(snapshot, refuses_a_package_outside_the_publishers_prefix)
{
    install("de.other/1.0.0", "publisher", "package.xml", "id=\"" ID "\"", "id=\"de.other\"");
    refused(EG_E_DENIED, "de.other", NULL);
}

Test(snapshot, refuses_a_package_signed_by_one_who_is_no_publisher)
{
    install(ID "/1.0.0", "operator", "package.xml", "version=\"1.0.0\"", "version=\"1.0.0\"");
    refused(EG_E_DENIED, ID, NULL);
}

Test(snapshot, refuses_a_package_without_signature)
{
    install_first();
    char *path = eg_file_join(trial, "rules/" ID "/1.0.0/SIGNED.p7s");
    cr_assert_eq(remove(path), 0);
    free(path);
    struct eg_snapshot *snapshot = NULL;
    cr_assert_neq(eg_snapshot_load(&snapshot, &settings, 1, &err), EG_OK);
    cr_assert_null(snapshot);
}

Test(snapshot, refuses_a_package_with_a_file_that_is_not_listed)
{
    install_first();
    temp_write(trial, "rules/" ID "/1.0.0/checks/more.sch", eg_bytes_of("<x/>"));
    struct eg_snapshot *snapshot = NULL;
    cr_assert_neq(eg_snapshot_load(&snapshot, &settings, 1, &err), EG_OK);
    cr_assert_null(snapshot);
}

Test(snapshot, refuses_a_package_that_does_not_compile)
{
    struct eg_tree tree = {0};
    char checks[200] = "";
    cr_assert_eq(eg_tree_read(&tree, SOURCE, 100, EG_MIB, &err), EG_OK);
    for (size_t i = 0; i < tree.count; i++) {
        if (strstr(tree.files[i].name, ".sch") != NULL) {
            snprintf(checks, sizeof checks, "%s", tree.files[i].name);
        }
    }
    eg_tree_done(&tree);
    cr_assert_neq(checks[0], '\0');
    install(ID "/1.0.0", "publisher", checks, "test=\"", "test=\"((");
    struct eg_snapshot *snapshot = NULL;
    cr_assert_neq(eg_snapshot_load(&snapshot, &settings, 1, &err), EG_OK);
    cr_assert_null(snapshot);
    cr_assert_neq(err.text[0], '\0');
}

Test(snapshot, does_not_see_an_installation_under_way)
{
    temp_write(trial, "rules/" ID "/.1.0.0", eg_bytes_of("half"));
    temp_write(trial, "rules/" ID "/1.0.0.tmp", eg_bytes_of("half"));
    struct eg_snapshot *snapshot = load();
    cr_assert_eq(snapshot->package_count, 0);
    eg_snapshot_free(&snapshot);
}

/* ---- the slot ---------------------------------------------------------------------------------
 */

Test(snapshot, that_was_taken_stays_whole_when_another_comes_into_force)
{
    struct eg_snapshot *first = load();
    struct eg_snapshot *second = load();
    struct eg_snapshot_slot *slot = NULL;
    second->generation = 2;
    cr_assert_eq(eg_snapshot_slot_new(&slot, &first, &err), EG_OK);
    cr_assert_null(first);
    const struct eg_snapshot *held = eg_snapshot_take(slot);
    const struct eg_snapshot *again = eg_snapshot_take(slot);
    cr_assert_eq(held, again);
    eg_snapshot_replace(slot, &second);
    cr_assert_null(second);
    cr_assert_eq(eg_snapshot_generation(slot), 2);
    eg_snapshot_drop(slot, &again);
    cr_assert_null(again);
    cr_assert_eq(held->generation, 1);
    cr_assert_not_null(eg_directory_participant(held->directory, "operator"));
    const struct eg_snapshot *newest = eg_snapshot_take(slot);
    cr_assert_eq(newest->generation, 2);
    eg_snapshot_drop(slot, &held);
    eg_snapshot_drop(slot, &newest);
    eg_snapshot_drop(slot, &newest); /* nothing to drop */
    eg_snapshot_slot_free(&slot);
    eg_snapshot_slot_free(&slot);
}

/* ---- the clock --------------------------------------------------------------------------------
 */

#define DAY (24 * 3600 * 1000LL)

/* Load with the clock moved so far. */
static enum eg_status load_at(struct eg_snapshot **snapshot, int64_t moved_ms)
{
    char at[EG_TIME_TEXT_MAX];
    unsetenv("EMGATE_TEST_CLOCK");
    eg_text_time(at, eg_clock_wall_ms() + moved_ms);
    setenv("EMGATE_TEST_CLOCK", at, 1);
    enum eg_status status = eg_snapshot_load(snapshot, &settings, 1, &err);
    unsetenv("EMGATE_TEST_CLOCK");
    return status;
}

static void is_loaded_in_doubt(int64_t moved_ms)
{
    struct eg_snapshot *snapshot = NULL;
    int64_t now_ms = eg_clock_wall_ms();
    cr_assert_eq(load_at(&snapshot, moved_ms), EG_OK, "%s: %s", err.where, err.text);
    cr_expect(snapshot->clock.unjudged);
    cr_expect_eq(snapshot->package_count, 0, "nothing is judged by it");
    cr_assert_not_null(snapshot->directory);
    cr_expect_leq(snapshot->judged_at_ms, now_ms, "judged as of a time that has come");
    cr_expect_gt(snapshot->judged_at_ms, now_ms - DAY);
    eg_snapshot_free(&snapshot);
}

Test(snapshot, says_what_it_knows_of_the_time)
{
    struct eg_snapshot *snapshot = load();
    int64_t now_ms = eg_clock_wall_ms();
    cr_expect_not(snapshot->clock.unjudged);
    cr_expect(snapshot->clock.directory_issued_ms > now_ms - DAY / 24);
    cr_expect(snapshot->clock.directory_issued_ms <= now_ms);
    cr_expect(snapshot->clock.list_issued_ms > now_ms - 2 * DAY);
    cr_expect(snapshot->clock.list_issued_ms <= now_ms);
    cr_expect_gt(snapshot->clock.lists_until_ms, now_ms + 300 * DAY);
    cr_expect_gt(snapshot->clock.directory_until_ms, now_ms + 300 * DAY);
    cr_expect_gt(snapshot->clock.certificate_until_ms, now_ms + 700 * DAY);
    eg_snapshot_free(&snapshot);
}

Test(snapshot, is_loaded_in_doubt_when_the_clock_is_before_the_directory_s_issue)
{
    install_first();
    is_loaded_in_doubt(-10 * 60 * 1000LL);
    is_loaded_in_doubt(-2 * DAY);
    is_loaded_in_doubt(-3650 * DAY);
}

Test(snapshot, is_loaded_in_doubt_when_all_that_it_has_ended_at_once)
{
    install_first();
    is_loaded_in_doubt(731 * DAY);
    is_loaded_in_doubt(3650 * DAY);
    is_loaded_in_doubt(36500 * DAY);
}

Test(snapshot, is_judged_as_it_is_within_five_minutes)
{
    struct eg_snapshot *snapshot = NULL;
    install_first();
    cr_assert_eq(load_at(&snapshot, -4 * 60 * 1000LL), EG_OK, "%s: %s", err.where, err.text);
    cr_expect_not(snapshot->clock.unjudged);
    cr_expect_eq(snapshot->package_count, 1);
    eg_snapshot_free(&snapshot);
}

Test(snapshot, of_which_a_part_has_ended_is_refused_as_before)
{
    struct eg_snapshot *snapshot = NULL;
    install_first();
    /* The lists have ended; certificate and signatures hold: that is no matter of the clock. */
    cr_expect_neq(load_at(&snapshot, 400 * DAY), EG_OK);
    cr_expect_null(snapshot);
}

Test(snapshot, that_the_registrar_did_not_sign_is_refused_whatever_the_clock_says)
{
    struct eg_snapshot *snapshot = NULL;
    struct eg_buf xml = temp_read(trial, "directory.xml");
    write_changed("directory.xml", eg_bytes_view(&xml), "version=\"1\"", "version=\"2\"");
    eg_buf_done(&xml);
    static const int64_t moved_ms[] = {-3650 * DAY, -2 * DAY, 0, 3650 * DAY};
    for (size_t i = 0; i < sizeof moved_ms / sizeof moved_ms[0]; i++) {
        cr_expect_eq(load_at(&snapshot, moved_ms[i]), EG_E_DENIED, "%zu: %s", i, err.text);
        cr_expect_null(snapshot);
    }
}

Test(snapshot, whose_own_certificate_is_none_is_refused)
{
    struct eg_snapshot *snapshot = NULL;
    temp_write(trial, "gateway.pem", EG_BYTES_NONE);
    cr_expect_eq(eg_snapshot_load(&snapshot, &settings, 1, &err), EG_E_FORMAT, "%s", err.text);
    cr_expect_null(snapshot);
}
