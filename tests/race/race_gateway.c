/*
 * A gateway without sockets under a thread sanitizer: workers, recorder and query thread at work
 * while submissions come in, streams are followed, and the snapshot is replaced under them. Once
 * with a package that judges each report alone, once with one that judges by the facts of earlier
 * days.
 */
#include "flow/pipeline/handover.h"
#include "flow/query/query_thread.h"
#include "flow/recorder/snapshot_change.h"
#include "flow/stages/worker_threads.h"
#include "tests/support/gateway_maker.h"
#include "trial/sample.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define REPORTS 40
#define RELOADS 4
#define PATIENCE_MS 60000

static struct eg_gateway_maker maker;
static struct eg_error err;

/* A day of January for each seed: with a package that uses facts, a later report depends on the
 * earlier ones. */
static void make_report(struct eg_buf *out, const char *id, uint64_t seed)
{
    char day[11] = "";
    struct eg_sample sample = {.kind = EG_SAMPLE_SHORT,
                               .seed = seed,
                               .day = day,
                               .addressee = EG_MAKER_GATEWAY_ORIGIN,
                               .plant = "plant-1",
                               .id = id,
                               .version = 1};
    (void)snprintf(day, sizeof day, "2026-01-%02u", (unsigned)(1 + seed % 28));
    eg_buf_init(out, EG_MIB);
    if (eg_sample_report(out, &sample, &err) != EG_OK) {
        fprintf(stderr, "%s: %s\n", err.where, err.text);
    }
}

static void submit(const char *id, uint64_t seed)
{
    struct eg_arrival arrival = {.readable = true};
    struct eg_buf report, cms;
    int64_t now_ms = eg_clock_wall_ms();
    make_report(&report, id, seed);
    eg_buf_init(&cms, EG_CMS_MAX);
    if (eg_cms_sign(&cms, maker.signing, EG_SIGNED_REPORT, eg_bytes_view(&report), now_ms, &err) ==
        EG_OK) {
        arrival.message.request_id[0] = 'r';
        arrival.message.request_id_len = 1;
        arrival.message.body[0] = eg_bytes_view(&cms);
        arrival.message.body[1] = eg_bytes_view(&report);
        arrival.message.body_count = 2;
        struct eg_job *job = eg_job_new(&arrival, "operator", now_ms);
        if (job != NULL && eg_handover_admit(&maker.gateway, job) &&
            eg_queue_put(maker.gateway.jobs, job, eg_job_octets(job))) {
            job = NULL;
        }
        eg_job_free(&job);
    }
    eg_buf_done(&cms);
    eg_buf_done(&report);
}

static bool ask(enum eg_verb verb, const char *const *bodies)
{
    struct eg_arrival arrival = {.readable = true, .route = {{0, 0, 0, 0, 1}, 5}};
    eg_message_start(&arrival.message, verb, eg_bytes_of("f"));
    for (size_t i = 0; bodies[i] != NULL; i++) {
        eg_message_add(&arrival.message, eg_bytes_of(bodies[i]));
    }
    return eg_query_item_ask(maker.gateway.queries, &arrival, "authority", EG_ROLE_AUTHORITY);
}

static int reload(uint64_t generation)
{
    struct eg_snapshot *snapshot = NULL;
    enum eg_status status = eg_snapshot_load(&snapshot, &maker.settings, generation, &err);
    if (status == EG_OK) {
        status = eg_snapshot_change_request(&maker.gateway, &snapshot, &err);
    }
    eg_snapshot_free(&snapshot);
    return status == EG_OK ? 0 : 1;
}

struct seen {
    size_t receipts, items, others;
};

static void acknowledge(const struct eg_outgoing *outgoing)
{
    char cursor[EG_CURSOR_TEXT_MAX] = "";
    const char *const bodies[] = {"authority", cursor, NULL};
    snprintf(cursor, sizeof cursor, "%s", (const char *)outgoing->frames[2].data);
    (void)ask(EG_VERB_ACK, bodies);
}

/* Take what comes out until there is this much of it, or patience ends. */
static void take(struct seen *seen, size_t receipts, size_t items)
{
    int64_t until_ms = eg_clock_boot_ms() + PATIENCE_MS;
    while ((seen->receipts < receipts || seen->items < items) && eg_clock_boot_ms() < until_ms) {
        struct eg_outgoing *outgoing = eg_queue_take(maker.gateway.outgoing, 100);
        if (outgoing == NULL) {
            continue;
        }
        if (outgoing->verb == EG_VERB_RECEIPT) {
            seen->receipts++;
        } else if (outgoing->verb == EG_VERB_ITEM) {
            seen->items++;
            acknowledge(outgoing);
        } else {
            seen->others++;
        }
        eg_outgoing_free(&outgoing);
    }
}

static int work(struct seen *seen)
{
    static const char *const follow[] = {"authority", "0.0", "256", "", NULL};
    char id[32];
    int wrong = ask(EG_VERB_FOLLOW, follow) ? 0 : 1;
    for (unsigned i = 0; i < REPORTS; i++) {
        snprintf(id, sizeof id, "report-%u",
                 i / 2); /* each twice: the second is known, or overtakes the first */
        submit(id, i / 2);
        if (i % (REPORTS / RELOADS) == 3) {
            wrong += reload(2 + i);
        }
    }
    take(seen, REPORTS, REPORTS / 2);
    return wrong;
}

static void await_idle(void)
{
    const struct timespec pause = {0, 1000000};
    int64_t until_ms = eg_clock_boot_ms() + PATIENCE_MS;
    while (maker.gateway.jobs_admitted > 0 && eg_clock_boot_ms() < until_ms) {
        nanosleep(&pause, NULL);
    }
}

static int exchange(const char *package)
{
    struct eg_workers *workers = NULL;
    struct eg_query_thread *query_thread = NULL;
    struct seen seen = {0};
    eg_gateway_maker_start(&maker, package);
    maker.settings.workers = 3;
    if (eg_workers_start(&workers, &maker.gateway, &err) != EG_OK ||
        eg_query_thread_start(&query_thread, &maker.gateway, eg_recorder_log_key(maker.recorder),
                              &err) != EG_OK) {
        fprintf(stderr, "%s: %s\n", err.where, err.text);
        return 2;
    }
    int wrong = work(&seen);
    await_idle(); /* an answer leaves a moment before its job is counted out */
    if (seen.receipts != REPORTS || seen.items != REPORTS / 2 || maker.gateway.jobs_admitted != 0 ||
        maker.gateway.octets_admitted != 0) {
        wrong++;
    }
    uint64_t accepted = maker.gateway.accepted;
    uint64_t known = maker.gateway.known;
    eg_queue_close(maker.gateway.jobs);
    eg_workers_stop(&workers);
    eg_gateway_maker_halt(&maker);
    eg_queue_close(maker.gateway.queries);
    eg_query_thread_stop(&query_thread);
    eg_gateway_maker_stop(&maker);
    if (wrong != 0 || accepted != REPORTS / 2 || known != REPORTS / 2) {
        fprintf(stderr, "%s: %d wrong, %zu receipts, %zu items, %zu others; %llu + %llu\n", package,
                wrong, seen.receipts, seen.items, seen.others, (unsigned long long)accepted,
                (unsigned long long)known);
        return 1;
    }
    return 0;
}

int main(void)
{
    int alone = exchange("tests/data/packages/bench.half-hourly");
    int with_facts = exchange("tests/data/packages/day-counter");
    return alone != 0 ? alone : with_facts;
}
