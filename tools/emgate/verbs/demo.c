/*
 * `emgate demo`: a whole exchange on this machine, with real keys, real sockets and real data.
 */
#include "emgate/verbs/demo.h"

#include "assess/judge/engine.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "flow/daemon/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY_MS 86400000LL
#define STOP_MS 5000
#define SHOWN_DAYS 2

static const struct eg_tool_option options[] = {
    {"--keep", "DIR", "leave everything in DIR (new or empty) to look around", false, false},
    {"--verbose", NULL, "a line for each of the 30 days", false, false},
    {0}};

static void fill_days(struct eg_demo *demo)
{
    char text[EG_TIME_TEXT_MAX];
    int64_t at_ms = 0;
    bool good = eg_text_untime(eg_bytes_of(EG_DEMO_FIRST_DAY "T00:00:00.000Z"), &at_ms);
    for (size_t i = 0; i < EG_DEMO_DAYS && good; i++) {
        eg_text_time(text, at_ms + (int64_t)i * DAY_MS);
        memcpy(demo->days[i].day, text, 10);
    }
}

/* ---- what it prints ---------------------------------------------------------------------------
 */

static void print_head(void)
{
    puts("emgate demo: 30 days of a real gas turbine, from CSV to proof");
    puts("Data: Kaya, Tüfekci, Uzun 2019, CC BY 4.0; dates assigned by us");
    puts("");
    (void)fflush(stdout);
}

static void print_day(const struct eg_demo_day *day)
{
    printf("      %s  %s  %5llu  %9s  %s\n", day->day, day->accepted ? "accepted" : "rejected",
           (unsigned long long)day->entry, day->nox, day->exceeded ? "exceeded" : "kept");
}

static void print_days(const struct eg_demo *demo)
{
    size_t shown = eg_tool_flag(demo->args, "--verbose") ? EG_DEMO_DAYS : SHOWN_DAYS;
    char pattern[EG_DEMO_DAYS + 1] = "";
    int exceeded = 0;
    puts("");
    puts("      day         receipt   entry  NOx mg/m³  (day limit 110 % = 55)");
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        pattern[i] = demo->days[i].exceeded ? '!' : '.';
        exceeded += demo->days[i].exceeded;
        if (i < shown) {
            print_day(&demo->days[i]);
        }
    }
    if (shown < EG_DEMO_DAYS) {
        printf("      ... %zu more: --verbose\n", EG_DEMO_DAYS - shown);
    }
    printf("\n      %s   %d of %d days exceeded\n", pattern, exceeded, EG_DEMO_DAYS);
    puts("      Exceeding is news for the authority, never a reason to reject.");
    puts("");
}

static void print_json(const struct eg_demo *demo)
{
    for (size_t i = 0; i < EG_DEMO_DAYS; i++) {
        const struct eg_demo_day *day = &demo->days[i];
        printf("{\"day\":\"%s\",\"entry\":%llu,\"accepted\":%s,\"nox\":\"%s\",\"exceeded\":%s}\n",
               day->day, (unsigned long long)day->entry, day->accepted ? "true" : "false", day->nox,
               day->exceeded ? "true" : "false");
    }
}

/* ---- the course of it -------------------------------------------------------------------------
 */

static enum eg_status results(struct eg_demo *demo)
{
    /* Read first, so that the days can be shown with what the authority was told. */
    EG_TRY(eg_demo_authority(demo));
    EG_TRY(eg_demo_read_receipts(demo));
    print_days(demo);
    EG_TRY(eg_demo_receipts(demo));
    puts("  7 Authority   30 notifications followed, no gap");
    return EG_OK;
}

static enum eg_status course(struct eg_demo *demo)
{
    static enum eg_status (*const steps[])(struct eg_demo *) = {
        eg_demo_find, eg_demo_identities, eg_demo_rules,    eg_demo_gateway, eg_demo_reports,
        results,      eg_demo_audit,      eg_demo_tampering};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        EG_TRY(eg_tool_interrupted() ? eg_error_set(&demo->err, EG_E_STATE, "demo", "interrupted")
                                     : steps[i](demo));
    }
    return EG_OK;
}

static enum eg_status make_folder(struct eg_demo *demo)
{
    const char *kept = eg_tool_value(demo->args, "--keep", 0);
    const char *temporary = getenv("TMPDIR");
    char text[512];
    if (kept != NULL) {
        demo->keep = true;
        demo->dir = realpath(kept, NULL);
        if (demo->dir == NULL && eg_file_mkdirs(kept, &demo->err) == EG_OK) {
            demo->dir = realpath(kept, NULL);
        }
    } else {
        (void)snprintf(text, sizeof text, "%.400s/emgate-demo-XXXXXX",
                       temporary != NULL ? temporary : "/tmp");
        demo->dir = mkdtemp(text) == NULL ? NULL : strdup(text);
    }
    if (demo->dir == NULL) {
        return eg_error_set(&demo->err, EG_E_IO, kept != NULL ? kept : "temporary folder",
                            "can not be made");
    }
    return EG_OK;
}

/* Whatever happened: no process and, unless asked for, no file stays behind. */
static void clean_up(struct eg_demo *demo)
{
    struct eg_error ignored = {0};
    (void)eg_child_stop(&demo->follower, STOP_MS, &ignored);
    (void)eg_child_stop(&demo->gateway, STOP_MS, &ignored);
    if (demo->dir != NULL && !demo->keep) {
        enum eg_status status = eg_file_remove_tree(demo->dir, &ignored);
        (void)status; /* what can not be removed from a temporary folder, the system removes */
    }
    for (size_t i = 0; i < EG_DEMO_PATHS_MAX; i++) {
        free(demo->paths[i]);
    }
    free(demo->dir);
    free(demo->rules);
    free(demo->data);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_demo demo = {.args = args, .gateway = -1, .follower = -1};
    fill_days(&demo);
    enum eg_status status = make_folder(&demo);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_engine_init(&demo.err);
    if (status != EG_OK) {
        goto done;
    }
    print_head();
    status = course(&demo);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        print_json(&demo);
    } else {
        printf("\nNext: %s\n", demo.keep
                                   ? "look around in the folder; every step left its log there"
                                   : "emgate demo --keep DIR   look around");
    }

done:
    *err = demo.err;
    clean_up(&demo);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_demo = {
    .name = "demo",
    .summary = "a whole exchange on this machine, from CSV to proof",
    .operands = "",
    .operands_min = 0,
    .operands_max = 0,
    .description = "Makes keys, a signed directory and a signed rule package, starts a gateway on "
                   "loopback, turns "
                   "30 days of real hourly measurements into daily reports, signs and submits "
                   "them, follows as "
                   "the authority in a second process, stops the gateway, audits the archive, then "
                   "changes one "
                   "octet of an archived report and audits again.\n"
                   "Takes a few seconds and leaves nothing behind, unless --keep is given.",
    .example = "emgate demo\nemgate demo --verbose --keep trial",
    .options = options,
    .run = run,
};
