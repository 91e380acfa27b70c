/*
 * End to end: hands in pre-signed reports over the library that plants use, as fast as the window
 * lets them through or at a fixed rate, and takes the time of every receipt.
 */
#include "bench/bench.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL
#define WAIT_MS 10000
#define PROC_LINE_MAX 512

struct running {
    const struct eg_bench_load *load;
    struct eg_client *client;
    /* by ticket - first_ticket */
    int64_t *sent_ns;
    /* how long each took */
    int64_t *taken_ns;
    uint64_t first_ticket;
    size_t sent, answered;
};

static int64_t now_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* A line of /proc/PID/status as a number of KiB; 0 when it is not there. */
static int64_t resident_kib(pid_t pid)
{
    char path[64];
    char line[PROC_LINE_MAX];
    int64_t kib = 0;
    FILE *file = NULL;

    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    file = pid > 0 ? fopen(path, "r") : NULL;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kib = strtoll(line + 6, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib;
}

/* CPU that a process has used, in nanoseconds; 0 when it is not there. */
static int64_t process_ns(pid_t pid)
{
    char path[64];
    char line[PROC_LINE_MAX] = "";
    FILE *file = NULL;
    const char *at = NULL;
    unsigned long long user = 0, kernel = 0;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    file = pid > 0 ? fopen(path, "r") : NULL;
    if (file != NULL && fgets(line, sizeof line, file) != NULL) {
        at = strrchr(line, ')'); /* the name before it may hold anything */
    }
    if (at != NULL) {
        (void)sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &kernel);
    }
    if (file != NULL) {
        fclose(file);
    }
    return (int64_t)(user + kernel) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static struct eg_octets octets_of(const struct eg_buf *buf)
{
    return (struct eg_octets){buf->data, buf->len};
}

static enum eg_status send_one(struct running *run, struct eg_error *err)
{
    uint64_t ticket = 0;
    int64_t at_ns = now_ns();
    EG_TRY(eg_client_send(&ticket, run->client, octets_of(&run->load->signatures[run->sent]),
                          octets_of(&run->load->reports[run->sent]), err));
    run->first_ticket = run->sent == 0 ? ticket : run->first_ticket;
    run->sent_ns[ticket - run->first_ticket] = at_ns;
    run->sent++;
    return EG_OK;
}

static enum eg_status take_one(struct running *run, int timeout_ms, struct eg_error *err)
{
    struct eg_client_reply reply = {0};
    enum eg_status status = eg_client_take(&reply, run->client, timeout_ms, err);

    if (status != EG_OK) {
        return status;
    }
    if (reply.kind != EG_CLIENT_RECEIPT || !reply.proved || !reply.accepted) {
        status = eg_error_set(err, EG_E_STATE, reply.code,
                              "a report of the load was not accepted: "
                              "%s",
                              reply.text);
    } else {
        run->taken_ns[run->answered++] = now_ns() - run->sent_ns[reply.ticket - run->first_ticket];
    }
    eg_client_reply_done(&reply);
    return status;
}

/* Send what is due, then wait for a reply no longer than until the next one is due. */
static enum eg_status step(struct running *run, int64_t started_ns, double per_s, unsigned window,
                           struct eg_error *err)
{
    size_t count = run->load->count;
    int timeout_ms = WAIT_MS;
    enum eg_status status = EG_OK;

    while (run->sent < count && run->sent - run->answered < window) {
        int64_t due_ns = per_s > 0 ? started_ns + (int64_t)((double)run->sent * 1e9 / per_s) : 0;
        int64_t early_ns = per_s > 0 ? due_ns - now_ns() : 0;
        if (early_ns > 0) {
            timeout_ms = (int)(early_ns / 1000000);
            break;
        }
        status = send_one(run, err);
        if (status != EG_OK) {
            return status;
        }
    }
    if (run->sent == run->answered) {
        usleep(100); /* nothing in flight and nothing due yet */
        return EG_OK;
    }
    status = take_one(run, timeout_ms, err);
    /* Patience ends early only because the next report is due. */
    return status == EG_E_TIMEOUT && timeout_ms < WAIT_MS ? EG_OK : status;
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void fill(struct eg_bench_run *out, struct running *run, int64_t wall_ns, int64_t cpu_ns,
                 pid_t gateway)
{
    size_t count = run->answered;

    qsort(run->taken_ns, count, sizeof *run->taken_ns, compare);
    out->reports_per_s = (double)count * 1e9 / (double)wall_ns;
    out->p50_us = run->taken_ns[count / 2] / 1000;
    out->p99_us = run->taken_ns[count * 99 / 100] / 1000;
    out->gateway_cpu_us = (double)cpu_ns / 1e3 / (double)count;
    out->resident_kib = resident_kib(gateway);
}

enum eg_status eg_bench_run(struct eg_bench_run *out, const struct eg_bench_load *load,
                            const struct eg_client_options *options, double per_s, pid_t gateway,
                            struct eg_error *err)
{
    struct running run = {.load = load};
    enum eg_status status = EG_OK;
    unsigned window = options->window > 0 ? options->window : 16;
    int64_t started_ns = 0, cpu_ns = 0;

    if (load->count == 0) {
        return eg_error_set(err, EG_E_USAGE, load->name, "a load needs at least one report");
    }
    run.sent_ns = calloc(load->count, sizeof *run.sent_ns);
    run.taken_ns = calloc(load->count, sizeof *run.taken_ns);
    if (run.sent_ns == NULL || run.taken_ns == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, NULL, "no memory for %zu times", load->count);
        goto done;
    }
    status = eg_client_new(&run.client, options, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_client_connect(run.client, err);
    if (status != EG_OK) {
        goto done;
    }
    cpu_ns = process_ns(gateway);
    started_ns = now_ns();
    while (run.answered < load->count) {
        status = step(&run, started_ns, per_s, window, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    fill(out, &run, now_ns() - started_ns, process_ns(gateway) - cpu_ns, gateway);
    eg_client_bye(run.client);

done:
    eg_client_free(&run.client);
    free(run.sent_ns);
    free(run.taken_ns);
    return status;
}
