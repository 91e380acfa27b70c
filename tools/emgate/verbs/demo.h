/*
 * The demo's workshop: a folder, the programs it starts, and what it prints.
 */
#ifndef EG_TOOL_DEMO_H
#define EG_TOOL_DEMO_H

#include "emgate/frame/verb.h"

#include <sys/types.h>

#define EG_DEMO_DAYS 30
#define EG_DEMO_FIRST_DAY "2011-04-06"
#define EG_DEMO_LAST_DAY "2011-05-05"
#define EG_DEMO_TAMPERED_DAY "2011-04-20"
#define EG_DEMO_ORIGIN "demo.emgate.example"
#define EG_DEMO_PATHS_MAX 64 /* it names some thirty */
#define EG_DEMO_PACKAGE "eu.ied.annex-v.gas-turbine"

struct eg_demo_day {
    char day[11];
    uint64_t entry;
    bool receipted, accepted, proved;
    bool notified, exceeded;
    /* daily mean as the authority reads it */
    char nox[32];
};

struct eg_demo {
    const struct eg_tool_args *args;
    /* everything is below it */
    char *dir;
    /* it stays */
    bool keep;
    /* where the packages of this installation are */
    char *rules;
    /* where the turbine's data are */
    char *data;
    pid_t gateway, follower;
    /* made so far; they live as long as the demo */
    char *paths[EG_DEMO_PATHS_MAX];
    struct eg_demo_day days[EG_DEMO_DAYS];
    struct eg_error err;
};

/* A path below the demo's folder. Borrowed from the demo. */
const char *eg_demo_path(struct eg_demo *demo, const char *name);

/*
 * Run a verb of this tool to its end; its output goes to `journal` in the demo's folder.
 *   words   ends with NULL; borrowed
 * Returns its exit status; -1 when it could not be run (demo->err).
 */
int eg_demo_run(struct eg_demo *demo, const char *journal, const char *const *words);
/* Start a verb, or a program beside this one, in the background. */
EG_MUST_USE
enum eg_status eg_demo_start(struct eg_demo *demo, pid_t *pid, const char *program,
                             const char *journal, const char *const *words);

/* Say in demo->err that a verb ended badly, with the last line it wrote. Returns EG_E_STATE. */
enum eg_status eg_demo_blame(struct eg_demo *demo, const char *journal);

/* Find rules/ and the data, in a checkout or in an installation. */
EG_MUST_USE
enum eg_status eg_demo_find(struct eg_demo *demo);

/* The steps, in order; each prints its lines. */
EG_MUST_USE
enum eg_status eg_demo_identities(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_rules(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_gateway(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_reports(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_receipts(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_authority(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_audit(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_tampering(struct eg_demo *demo);

/* Read what the receipts and notifications say into demo->days. */
EG_MUST_USE
enum eg_status eg_demo_read_receipts(struct eg_demo *demo);
EG_MUST_USE
enum eg_status eg_demo_read_notifications(struct eg_demo *demo);

#endif
