/*
 * The nine steps of the demo. Each runs the verbs that a person would run and says in a line or two
 * what came of it.
 */
#include "emgate/verbs/demo.h"

#include "archive/tamper.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "flow/daemon/child.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READY_MS 20000
#define LOOK_EVERY_MS 20
#define STOP_MS 30000
#define TAMPERED_OCTET 1000 /* somewhere among the values of the day */

/* Run a verb that must end with a given exit status. */
static enum eg_status must(struct eg_demo *demo, int wanted, const char *journal,
                           const char *const *words)
{
    memset(&demo->err, 0, sizeof demo->err);
    return eg_demo_run(demo, journal, words) == wanted ? EG_OK : eg_demo_blame(demo, journal);
}

static void step(int number, const char *name, const char *text)
{
    printf("  %d %-11s %s\n", number, name, text);
    (void)fflush(stdout);
}

/* ---- 1, 2 -------------------------------------------------------------------------------------
 */

enum eg_status eg_demo_identities(struct eg_demo *demo)
{
    const char *words[] = {"pki",
                           "init",
                           eg_demo_path(demo, "pki"),
                           "--origin",
                           EG_DEMO_ORIGIN,
                           "--plant",
                           "gas-turbine",
                           "--zone",
                           "+01:00",
                           "--endpoint-door",
                           "tcp://127.0.0.1:*",
                           "--endpoint-hall",
                           "tcp://127.0.0.1:*",
                           NULL};
    EG_TRY(must(demo, EG_EXIT_DONE, "pki.log", words));
    step(1, "Identities", "CA, registrar, publisher, gateway, operator, authority");
    step(2, "Directory", "1 plant, signed by the registrar");
    return EG_OK;
}

/* ---- 3 ----------------------------------------------------------------------------------------
 */

static enum eg_status copy_package(struct eg_demo *demo, const char *to)
{
    struct eg_tree tree = {NULL, 0};
    char *from = eg_file_join(demo->rules, EG_DEMO_PACKAGE);
    enum eg_status status = from == NULL
                                ? eg_error_set(&demo->err, EG_E_NOMEM, to, "memory ran out")
                                : eg_tree_read(&tree, from, 2000, (size_t)64 << 20, &demo->err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < tree.count; i++) {
        char *path = eg_file_join(to, tree.files[i].name);
        char *folder = path == NULL ? NULL : strndup(path, (size_t)(strrchr(path, '/') - path));
        status = folder == NULL ? eg_error_set(&demo->err, EG_E_NOMEM, to, "memory ran out")
                                : eg_file_mkdirs(folder, &demo->err);
        if (status == EG_OK) {
            status = eg_file_write(path, eg_bytes_view(&tree.files[i].content), 0644, &demo->err);
        }
        free(folder);
        free(path);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_tree_done(&tree);
    free(from);
    return status;
}

enum eg_status eg_demo_rules(struct eg_demo *demo)
{
    const char *package = eg_demo_path(demo, "package");
    const char *sign[] = {"rules",
                          "sign",
                          package,
                          "--key",
                          eg_demo_path(demo, "pki/publisher.key"),
                          "--cert",
                          eg_demo_path(demo, "pki/publisher.pem"),
                          NULL};
    const char *install[] = {"rules",
                             "install",
                             package,
                             "--into",
                             eg_demo_path(demo, "pki/rules"),
                             "--directory",
                             eg_demo_path(demo, "pki/directory.xml"),
                             "--anchors",
                             eg_demo_path(demo, "pki/ca.pem"),
                             NULL};
    EG_TRY(copy_package(demo, package));
    EG_TRY(must(demo, EG_EXIT_DONE, "rules.log", sign));
    EG_TRY(must(demo, EG_EXIT_DONE, "rules.log", install));
    step(3, "Rules", EG_DEMO_PACKAGE " 1.0.0, tested, signed, installed");
    return EG_OK;
}

/* ---- 4 ----------------------------------------------------------------------------------------
 */

static bool says_ready(struct eg_demo *demo)
{
    struct eg_buf text;
    struct eg_error ignored = {0};
    eg_buf_init(&text, (size_t)1 << 20);
    bool ready = eg_file_read(&text, eg_demo_path(demo, "emgated.log"), &ignored) == EG_OK &&
                 text.len > 0 && strstr((const char *)text.data, "ready origin=") != NULL;
    eg_buf_done(&text);
    return ready;
}

static enum eg_status await_ready(struct eg_demo *demo)
{
    const struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};
    for (int waited_ms = 0; waited_ms < READY_MS; waited_ms += LOOK_EVERY_MS) {
        if (says_ready(demo)) {
            return EG_OK;
        }
        if (!eg_child_runs(&demo->gateway) || eg_tool_interrupted()) {
            return eg_demo_blame(demo, "emgated.log");
        }
        nanosleep(&pause, NULL);
    }
    return eg_error_set(&demo->err, EG_E_TIMEOUT, "emgated", "was not ready in time");
}

enum eg_status eg_demo_gateway(struct eg_demo *demo)
{
    const char *gateway[] = {"--config", eg_demo_path(demo, "pki/emgated.ini"), NULL};
    const char *follow[] = {"follow",
                            "--card",
                            eg_demo_path(demo, "pki/card"),
                            "--anchors",
                            eg_demo_path(demo, "pki/ca.pem"),
                            "--key",
                            eg_demo_path(demo, "pki/authority.key"),
                            "--cert",
                            eg_demo_path(demo, "pki/authority.pem"),
                            "--to",
                            eg_demo_path(demo, "authority"),
                            "--state",
                            eg_demo_path(demo, "state"),
                            "--count",
                            "30",
                            NULL};
    EG_TRY(eg_demo_start(demo, &demo->gateway, "emgated", "emgated.log", gateway));
    EG_TRY(await_ready(demo));
    EG_TRY(eg_demo_start(demo, &demo->follower, "emgate", "follow.log", follow));
    step(4, "Gateway", "127.0.0.1, log " EG_DEMO_ORIGIN "; operator admitted");
    return EG_OK;
}

/* ---- 5 ----------------------------------------------------------------------------------------
 */

static enum eg_status make_reports(struct eg_demo *demo)
{
    char *map = eg_file_join(demo->data, "gas-turbine.map");
    char *csv = eg_file_join(demo->data, "gt_2011.csv");
    const char *words[] = {"report",  "from-csv",
                           "--map",   map,
                           "--to",    EG_DEMO_ORIGIN,
                           "--from",  EG_DEMO_FIRST_DAY,
                           "--until", EG_DEMO_LAST_DAY,
                           "-o",      eg_demo_path(demo, "reports"),
                           csv,       NULL};
    enum eg_status status = map == NULL || csv == NULL
                                ? eg_error_set(&demo->err, EG_E_NOMEM, "demo", "memory ran out")
                                : must(demo, EG_EXIT_DONE, "report.log", words);
    free(map);
    free(csv);
    return status;
}

static enum eg_status submit_all(struct eg_demo *demo)
{
    char reports[EG_DEMO_DAYS][512];
    char identity[1024];
    const char *words[EG_DEMO_DAYS + 16] = {"submit",
                                            "--card",
                                            eg_demo_path(demo, "pki/card"),
                                            "--anchors",
                                            eg_demo_path(demo, "pki/ca.pem"),
                                            "--sign",
                                            identity,
                                            "-o",
                                            eg_demo_path(demo, "receipts"),
                                            "--state",
                                            eg_demo_path(demo, "state"),
                                            "--window", /* one after the other, so that the */
                                            "1"};       /* log has the days in their order */
    size_t at = 0;
    while (words[at] != NULL) {
        at++;
    }
    (void)snprintf(identity, sizeof identity, "%.500s,%.500s",
                   eg_demo_path(demo, "pki/operator.key"), eg_demo_path(demo, "pki/operator.pem"));
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        (void)snprintf(reports[i], sizeof reports[i], "%.440s/reports/gas-turbine-%s.xml",
                       demo->dir, demo->days[i].day);
        words[at++] = reports[i];
    }
    words[at] = NULL;
    return must(demo, EG_EXIT_DONE, "submit.log", words);
}

enum eg_status eg_demo_reports(struct eg_demo *demo)
{
    EG_TRY(make_reports(demo));
    EG_TRY(submit_all(demo));
    step(5, "Reports", "720 hours -> 30 daily reports, signed, submitted");
    return EG_OK;
}

/* ---- 6, 7 -------------------------------------------------------------------------------------
 */

enum eg_status eg_demo_receipts(struct eg_demo *demo)
{
    char text[64];
    int proved = 0;
    enum eg_status status = eg_demo_read_receipts(demo);
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        proved += demo->days[i].proved;
    }
    if (status != EG_OK) {
        return status;
    }
    if (proved != EG_DEMO_DAYS) {
        return eg_error_set(&demo->err, EG_E_STATE, "receipts", "only %d of %d days have one",
                            proved, EG_DEMO_DAYS);
    }
    (void)snprintf(text, sizeof text, "%d of %d verify offline", proved, EG_DEMO_DAYS);
    step(6, "Receipts", text);
    return EG_OK;
}

enum eg_status eg_demo_authority(struct eg_demo *demo)
{
    int exit_status = -1;
    EG_TRY(eg_child_wait(&demo->follower, &exit_status, STOP_MS, &demo->err));
    if (exit_status != EG_EXIT_DONE) {
        EG_TRY(eg_demo_blame(demo, "follow.log"));
    }
    EG_TRY(eg_demo_read_notifications(demo));
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        if (!demo->days[i].notified) {
            return eg_error_set(&demo->err, EG_E_STATE, "authority", "nothing came for %s",
                                demo->days[i].day);
        }
    }
    return EG_OK;
}

/* ---- 8, 9 -------------------------------------------------------------------------------------
 */

static int audit(struct eg_demo *demo, const char *journal)
{
    const char *words[] = {"audit",
                           "verify",
                           eg_demo_path(demo, "pki/archive.db"),
                           "--log-key",
                           eg_demo_path(demo, "pki/log.vkey"),
                           "--anchors",
                           eg_demo_path(demo, "pki/ca.pem"),
                           NULL};
    memset(&demo->err, 0, sizeof demo->err);
    return eg_demo_run(demo, journal, words);
}

enum eg_status eg_demo_audit(struct eg_demo *demo)
{
    EG_TRY(eg_child_stop(&demo->gateway, STOP_MS, &demo->err));
    if (audit(demo, "audit.log") != EG_EXIT_DONE) {
        EG_TRY(eg_demo_blame(demo, "audit.log"));
    }
    step(8, "Audit", "30 decisions proved and rerun, 0 failed           ok");
    return EG_OK;
}

static const struct eg_demo_day *tampered_day(const struct eg_demo *demo)
{
    const struct eg_demo_day *day = demo->days;
    while (strcmp(day->day, EG_DEMO_TAMPERED_DAY) != 0) {
        day++;
    }
    return day;
}

/* The lines of the audit that name something found. */
static int print_found(struct eg_demo *demo, const char *journal)
{
    struct eg_buf text;
    int found = 0;
    eg_buf_init(&text, (size_t)1 << 20);
    enum eg_status status = eg_file_read(&text, eg_demo_path(demo, journal), &demo->err);
    char *rest = status == EG_OK && text.len > 0 ? (char *)text.data : NULL;
    for (char *line = NULL; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        if (strncmp(line, "FOUND", 5) == 0) {
            printf("                %s\n", line);
            found++;
        }
    }
    eg_buf_done(&text);
    return found;
}

enum eg_status eg_demo_tampering(struct eg_demo *demo)
{
    uint64_t entry = tampered_day(demo)->entry;
    enum eg_status status =
        eg_tamper_report(eg_demo_path(demo, "pki/archive.db"), entry, TAMPERED_OCTET, &demo->err);
    if (status != EG_OK) {
        return status;
    }
    int exit_status = audit(demo, "tampered.log");
    step(9, "Tampering", "one octet changed in the archived report of " EG_DEMO_TAMPERED_DAY);
    int found = print_found(demo, "tampered.log");
    if (exit_status != EG_EXIT_NEGATIVE || found == 0) {
        return demo->err.status != EG_OK
                   ? demo->err.status
                   : eg_error_set(&demo->err, EG_E_STATE, "audit", "did not find the change");
    }
    return EG_OK;
}
