/*
 * Measuring: what each stage of a submission costs, what the bare libraries would cost, and what a
 * running gateway does end to end. For `emgate bench`; the same code as in the gateway is timed.
 */
#ifndef EG_BENCH_BENCH_H
#define EG_BENCH_BENCH_H

#include "core/package.h"
#include "verify/trust.h"

#include <emgate/client.h>
#include <sys/types.h>

/* Reports of one kind, each different, signed before anything is measured. */
struct eg_bench_load {
    /* "daily", "short" */
    const char *name;
    /* of one report */
    unsigned values;
    struct eg_buf *reports;
    struct eg_buf *signatures;
    size_t count;
    /* more behind them, for a second run end to end */
    size_t extra;
};

/* What the stages work with; all borrowed. */
struct eg_bench_setting {
    const struct eg_package *package;
    /* its transform as an assessment; NULL: there is none */
    const struct eg_package *assessed;
    const struct eg_trust *trust;
    const char *origin;
    /* for trial files; must be there */
    const char *folder;
    bool (*interrupted)(void);
};

/* X(name, key for machines, text for people): in the order of travel. */
#define EG_BENCH_STAGES(X)                                                                         \
    X(VERIFY, "verify", "verify signature and path")                                               \
    X(READ, "read", "parse, read identity")                                                        \
    X(SCHEMA, "schema", "schema")                                                                  \
    X(CHECKS, "checks", "checks")                                                                  \
    X(TRANSFORM, "transform", "transform, assessment")                                             \
    X(ENTRY, "entry", "entry, salts, digests")                                                     \
    X(ARCHIVE, "archive", "archive, batches of 64")                                                \
    X(RECEIPT, "receipt", "tree, checkpoint, receipt")
#define EG_BENCH_FLOORS(X)                                                                         \
    X(HASH, "hash", "SHA-256 of the report")                                                       \
    X(SIGNATURE, "signature", "one ECDSA P-256 check")                                             \
    X(PARSE, "parse", "SAX parse, empty handler")                                                  \
    X(TRANSPORT, "transport", "CURVE there and back, both ends")                                   \
    X(WRITE, "write", "write, sync every 64")

#define X(name, key, text) EG_BENCH_##name,
enum eg_bench_stage { EG_BENCH_STAGES(X) EG_BENCH_STAGE_COUNT };
#undef X
#define X(name, key, text) EG_BENCH_FLOOR_##name,
enum eg_bench_floor { EG_BENCH_FLOORS(X) EG_BENCH_FLOOR_COUNT };
#undef X

struct eg_bench_figures {
    /* of one report, mean */
    size_t octets;
    /* CPU of one report, nanoseconds */
    int64_t stage_ns[EG_BENCH_STAGE_COUNT];
    int64_t floor_ns[EG_BENCH_FLOOR_COUNT];
    /* of one report, waiting for the disk included */
    int64_t archive_wall_ns;
};

/* Never NULL. */
const char *eg_bench_stage_key(enum eg_bench_stage stage);
const char *eg_bench_stage_text(enum eg_bench_stage stage);
const char *eg_bench_floor_key(enum eg_bench_floor floor);
const char *eg_bench_floor_text(enum eg_bench_floor floor);

/*
 * Time every stage over all reports of the load, in this thread. eg_engine_init was called.
 *
 *   figures  stage_ns, octets and archive_wall_ns; untouched on failure
 *
 * EG_E_STATE when a report of the load is not accepted: then the figures would mean nothing; or
 * when interrupted. Otherwise what the stages return. Blocks for seconds.
 */
EG_MUST_USE
enum eg_status eg_bench_stages(struct eg_bench_figures *figures, const struct eg_bench_load *load,
                               const struct eg_bench_setting *setting, struct eg_error *err);

/* Time the bare library calls over the same reports; fills floor_ns. As above. */
EG_MUST_USE
enum eg_status eg_bench_floor(struct eg_bench_figures *figures, const struct eg_bench_load *load,
                              const struct eg_bench_setting *setting, struct eg_error *err);

/* X(name, key, text): the same work by different engines. */
#define EG_BENCH_ENGINES(X)                                                                        \
    X(DOM, "dom", "libxml2 DOM parse")                                                             \
    X(CHECKS, "checks", "checks, this engine")                                                     \
    X(XPATH, "xpath", "checks, libxml2's compiled XPath")                                          \
    X(SHEET, "sheet", "checks, XSLT 1.0 in libxslt")                                               \
    X(ASSESSMENT, "assessment", "assessment, this engine")                                         \
    X(TRANSFORM, "transform", "transform, XSLT 1.0 in libxslt")

#define X(name, key, text) EG_BENCH_ENGINE_##name,
enum eg_bench_engine { EG_BENCH_ENGINES(X) EG_BENCH_ENGINE_COUNT };
#undef X

struct eg_bench_engines {
    int64_t
        ns[EG_BENCH_ENGINE_COUNT]; /* CPU of one report, median of the rounds; 0: no such step */
    /* of all reports; the same number by each engine */
    size_t findings;
};

const char *eg_bench_engine_key(enum eg_bench_engine engine);
const char *eg_bench_engine_text(enum eg_bench_engine engine);

/*
 * The package's checks by this engine, by libxml2's XPath and as a stylesheet, its assessment and
 * its transform, and beside them a DOM parse: interleaved report by report, nine rounds, medians.
 * EG_E_STATE when the engines do not find the same number of findings. Otherwise as above.
 */
EG_MUST_USE
enum eg_status eg_bench_engines(struct eg_bench_engines *out, const struct eg_bench_load *load,
                                const struct eg_bench_setting *setting, struct eg_error *err);

/* End to end, at a running gateway. */
struct eg_bench_run {
    double reports_per_s;
    /* from handing in to receipt */
    int64_t p50_us, p99_us;
    /* of one report, of the gateway's process; 0 if pid is 0 */
    double gateway_cpu_us;
    /* of the gateway's process at the end; 0 if pid is 0 */
    int64_t resident_kib;
};

/*
 * Submit all reports of the load and wait for their receipts.
 *
 *   options     of the client; borrowed
 *   per_s       how many to hand in a second; 0: as many as the window lets through
 *   gateway     process to look at; 0: none
 *
 * EG_E_STATE when a reply is no proved receipt that says accepted, or when interrupted.
 */
EG_MUST_USE
enum eg_status eg_bench_run(struct eg_bench_run *out, const struct eg_bench_load *load,
                            const struct eg_client_options *options, double per_s, pid_t gateway,
                            struct eg_error *err);

#endif
