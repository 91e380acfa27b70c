/*
 * The order of starting and stopping is here and nowhere else.
 */
#include "flow/daemon/daemon.h"

#include "assess/judge/engine.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "flow/daemon/check.h"
#include "flow/daemon/session_thread.h"
#include "flow/journal/log.h"
#include "flow/pipeline/gateway_state.h"
#include "flow/query/query_thread.h"
#include "flow/record/continuity.h"
#include "flow/record/log_key.h"
#include "flow/recorder/recorder.h"
#include "flow/recorder/snapshot_change.h"
#include "flow/stages/worker_threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define DESCRIPTORS_WANTED 65536
#define DRAIN_STEP_MS 5
/* between two looks at the clock */
#define LOOK_MS 1000
/* between two attempts to load again what was loaded while the clock was in doubt */
#define AGAIN_MS (60 * 1000)

struct daemon {
    const struct eg_settings *settings;
    struct eg_gateway_state gateway;
    bool gateway_made;
    struct eg_recorder *recorder;
    struct eg_workers *workers;
    struct eg_query_thread *query_thread;
    struct eg_session_thread *session_thread;
    uint64_t generation;
    /* boot clock */
    int64_t again_from_ms;
};

static void signals_wanted(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGHUP);
}

/* Silent TCP peers use up descriptors; with few left libzmq spins. Take what the system gives. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        rlim_t wanted = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
        if (limit.rlim_cur < wanted) {
            limit.rlim_cur = wanted;
            if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
                eg_log(EG_LOG_WARN, "descriptors", "limit stays as it was");
            }
        }
    }
}

static enum eg_status start_threads(struct daemon *daemon, struct eg_error *err)
{
    /* The session thread is first: files that are opened later are not among its descriptors. */
    EG_TRY(eg_session_thread_new(&daemon->session_thread, &daemon->gateway, err));
    EG_TRY(eg_recorder_start(&daemon->recorder, &daemon->gateway, err));
    EG_TRY(eg_workers_start(&daemon->workers, &daemon->gateway, err));
    EG_TRY(eg_query_thread_start(&daemon->query_thread, &daemon->gateway,
                                 eg_recorder_log_key(daemon->recorder), err));
    return eg_session_thread_start(daemon->session_thread, eg_recorder_log_key(daemon->recorder),
                                   err);
}

static enum eg_status start(struct daemon *daemon, struct eg_error *err)
{
    struct eg_snapshot *snapshot = NULL;
    enum eg_status status = eg_engine_init(err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_snapshot_load(&snapshot, daemon->settings, ++daemon->generation, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_check_journal_gaps(snapshot);
    daemon->gateway_made = true;
    status = eg_gateway_state_init(&daemon->gateway, daemon->settings, &snapshot, err);
    if (status != EG_OK) {
        goto done;
    }
    status = start_threads(daemon, err);

done:
    eg_snapshot_free(&snapshot);
    return status;
}

static void pause_ms(long ms)
{
    struct timespec time = {0, ms * 1000000};
    nanosleep(&time, NULL);
}

/* Refuse new work, finish what was admitted, then end each thread after those that give it work. */
static void stop(struct daemon *daemon)
{
    if (daemon->session_thread != NULL) {
        eg_session_thread_refuse(daemon->session_thread);
        while (daemon->gateway.jobs_admitted > 0) {
            pause_ms(DRAIN_STEP_MS);
        }
    }
    if (daemon->gateway.jobs != NULL) {
        eg_queue_close(daemon->gateway.jobs);
    }
    eg_workers_stop(&daemon->workers);
    if (daemon->gateway.records != NULL) {
        eg_queue_close(daemon->gateway.records);
    }
    eg_recorder_join(daemon->recorder);
    if (daemon->gateway.queries != NULL) {
        eg_queue_close(daemon->gateway.queries);
    }
    eg_query_thread_stop(&daemon->query_thread);
    eg_session_thread_stop(&daemon->session_thread);
    eg_recorder_stop(&daemon->recorder); /* last: nobody else has the archive open */
    if (daemon->gateway_made) {
        eg_gateway_state_done(&daemon->gateway);
    }
    eg_engine_done();
}

/* What fails while the clock is in doubt is blamed on the clock, unless it fails again later. */
static void blame_clock(struct daemon *daemon, struct eg_error *err)
{
    int64_t now_ms = 0;
    struct eg_verdict doubt = {.code = EG_CODE_OK};
    enum eg_clock_doubt reason = eg_clock_watch_look(&daemon->gateway.clock, &now_ms);
    if (reason == EG_CLOCK_TRUSTED || reason == EG_CLOCK_UNJUDGED || err->status == EG_E_CLOCK) {
        return;
    }
    struct eg_error first = *err;
    (void)eg_clock_watch_holds(&daemon->gateway.clock, &now_ms, &doubt);
    (void)eg_error_set(err, EG_E_CLOCK, "clock", "%s; with this clock: %s: %s", doubt.text,
                       first.where, first.text);
}

static enum eg_status load_and_replace(struct daemon *daemon, struct eg_error *err)
{
    struct eg_snapshot *snapshot = NULL;
    enum eg_status status =
        eg_snapshot_load(&snapshot, daemon->settings, daemon->generation + 1, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_check_journal_gaps(snapshot);
    daemon->generation++;
    status = eg_snapshot_change_request(&daemon->gateway, &snapshot, err);

done:
    eg_snapshot_free(&snapshot);
    return status;
}

static void reload(struct daemon *daemon)
{
    struct eg_error err = {0};
    if (load_and_replace(daemon, &err) != EG_OK) {
        blame_clock(daemon, &err);
        eg_log_failure("reload-refused", &err);
        return;
    }
    eg_session_thread_renew(daemon->session_thread);
    eg_log(EG_LOG_INFO, "reloaded", "generation=%llu", (unsigned long long)daemon->generation);
}

/* Once a second: a doubt is journalled also while nothing comes in; when it is over, what was
 * loaded during it is loaded again. */
static void look_at_clock(struct daemon *daemon)
{
    int64_t now_ms = 0;
    if (eg_clock_watch_look(&daemon->gateway.clock, &now_ms) == EG_CLOCK_UNJUDGED &&
        eg_clock_boot_ms() >= daemon->again_from_ms) {
        daemon->again_from_ms = eg_clock_boot_ms() + AGAIN_MS;
        reload(daemon);
    }
}

static void report_ready(struct daemon *daemon)
{
    int64_t now_ms = 0;
    const char *clock = eg_clock_doubt_word(eg_clock_watch_look(&daemon->gateway.clock, &now_ms));
    printf("ready origin=%s door=%s hall=%s clock=%s\n", daemon->settings->origin,
           eg_session_thread_door(daemon->session_thread),
           eg_session_thread_hall(daemon->session_thread), clock);
    fflush(stdout);
    eg_log(EG_LOG_INFO, "ready", "origin=%s door=%s hall=%s size=%llu clock=%s",
           daemon->settings->origin, eg_session_thread_door(daemon->session_thread),
           eg_session_thread_hall(daemon->session_thread),
           (unsigned long long)daemon->gateway.log_size, clock);
}

static void wait_for_end(struct daemon *daemon, const sigset_t *signals)
{
    const struct timespec pause = {LOOK_MS / 1000, 0};
    int caught = SIGHUP;
    while (caught == SIGHUP) {
        caught = sigtimedwait(signals, NULL, &pause);
        if (caught < 0) { /* none came in this second */
            look_at_clock(daemon);
            caught = SIGHUP;
        } else if (caught == SIGHUP) {
            reload(daemon);
        }
    }
    eg_log(EG_LOG_INFO, "stopping", "signal=%d in_hand=%zu", caught, daemon->gateway.jobs_admitted);
}

enum eg_status eg_daemon_new_log(const struct eg_settings *settings, struct eg_error *err)
{
    uint8_t seed[EG_ED25519_KEY_LEN];
    struct eg_log_place place = {settings->archive, settings->log_head, settings->origin, seed};
    enum eg_status status = eg_log_seed_read(seed, settings->log_key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_continuity_begin(&place, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_log(EG_LOG_INFO, "new-log", "origin=%s head=\"%s\"", settings->origin, settings->log_head);

done:
    explicit_bzero(seed, sizeof seed);
    return status;
}

enum eg_status eg_daemon_run(const struct eg_settings *settings, struct eg_error *err)
{
    struct daemon daemon = {.settings = settings};
    sigset_t signals;
    signals_wanted(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before threads: they inherit it */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is handled like a full disk */
    enum eg_status status = eg_log_start(err);
    if (status != EG_OK) {
        goto done;
    }
    raise_descriptors();
    status = start(&daemon, err);
    if (status != EG_OK) {
        goto done;
    }
    report_ready(&daemon);
    wait_for_end(&daemon, &signals);

done:
    stop(&daemon);
    eg_log(EG_LOG_INFO, "stopped", "accepted=%llu rejected=%llu known=%llu refused=%llu",
           (unsigned long long)daemon.gateway.accepted, (unsigned long long)daemon.gateway.rejected,
           (unsigned long long)daemon.gateway.known, (unsigned long long)daemon.gateway.refused);
    (void)eg_log_stop(
        EG_JOURNAL_PATIENCE_MS); /* a reader that takes nothing does not delay the end */
    return status;
}
