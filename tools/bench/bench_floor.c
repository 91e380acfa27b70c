/*
 * The floor: the bare library calls that no gateway over these libraries can do without, in the
 * same run and over the same reports.
 */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/error.h"
#include "bench/bench.h"
#include "bench/floor_disk.h"
#include "bench/floor_engine.h"
#include "bench/floor_signature.h"
#include "bench/floor_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 64
#define RECEIPT_LEN 4096 /* of a receipt with its findings and texts */

const char *eg_bench_floor_key(enum eg_bench_floor floor)
{
#define X(name, key, text) key,
    static const char *const words[] = {EG_BENCH_FLOORS(X)};
#undef X
    return words[floor];
}

const char *eg_bench_floor_text(enum eg_bench_floor floor)
{
#define X(name, key, text) text,
    static const char *const words[] = {EG_BENCH_FLOORS(X)};
#undef X
    return words[floor];
}

static int64_t hash_ns(const struct eg_bench_load *load)
{
    int64_t started_ns = eg_clock_thread_ns();

    for (size_t i = 0; i < load->count; i++) {
        struct eg_digest digest = eg_hash(eg_bytes_view(&load->reports[i]));
        (void)digest;
    }
    return (eg_clock_thread_ns() - started_ns) / (int64_t)load->count;
}

static enum eg_status write_ns(int64_t *ns, struct eg_bytes report, size_t rounds,
                               const char *folder, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct eg_floor_time time = {0};
    char *path = NULL;

    if (asprintf(&path, "%s/floor", folder) < 0) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for a path");
    }
    status = eg_floor_write(&time, path, report, rounds, BATCH, err);
    free(path);
    if (status == EG_OK) {
        *ns = time.cpu_ns;
    }
    return status;
}

enum eg_status eg_bench_floor(struct eg_bench_figures *figures, const struct eg_bench_load *load,
                              const struct eg_bench_setting *setting, struct eg_error *err)
{
    int64_t ns[EG_BENCH_FLOOR_COUNT] = {0};
    struct eg_bytes report = EG_BYTES_NONE;

    if (load->count == 0) {
        return eg_error_set(err, EG_E_USAGE, load->name, "a load needs at least one report");
    }
    report = eg_bytes_view(&load->reports[0]);
    ns[EG_BENCH_FLOOR_HASH] = hash_ns(load);
    EG_TRY(eg_floor_signature(&ns[EG_BENCH_FLOOR_SIGNATURE], load->count, err));
    EG_TRY(eg_floor_parse(&ns[EG_BENCH_FLOOR_PARSE], report, load->count, err));
    EG_TRY(eg_floor_transport(&ns[EG_BENCH_FLOOR_TRANSPORT], report.len + load->signatures[0].len,
                              RECEIPT_LEN, load->count, err));
    EG_TRY(write_ns(&ns[EG_BENCH_FLOOR_WRITE], report, load->count, setting->folder, err));
    memcpy(figures->floor_ns, ns, sizeof ns);
    return EG_OK;
}
