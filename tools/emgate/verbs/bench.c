/*
 * `emgate bench`: the measurements of tools/bench/README.md, on this machine. Prepares a
 * trial folder and two loads of signed reports, times each stage, the bare library calls, and then
 * a running gateway.
 */
#include "bench/bench.h"
#include "assess/package/package.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "bench/bench_home.h"
#include "emgate/frame/verb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REPORTS_DEFAULT 2000
#define REPORTS_MAX 100000
#define LOADS 2
#define JSON_MAX (64 * 1024)
#define US(ns) ((double)(ns) / 1e3)

struct machine {
    long cores;
    char model[128];
    char system[128];
    char date[EG_TIME_TEXT_MAX];
};

struct measured {
    struct eg_bench_load load;
    struct eg_bench_figures figures;
    struct eg_bench_engines engines;
    struct eg_bench_run full, half;
    bool ran;
};

static void look_at_machine(struct machine *machine)
{
    struct utsname system;
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");

    machine->cores = sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(machine->model, sizeof machine->model, "unknown processor");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
            snprintf(machine->model, sizeof machine->model, "%.100s", strchr(line, ':') + 2);
            machine->model[strcspn(machine->model, "\n")] = '\0';
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    if (uname(&system) == 0) {
        snprintf(machine->system, sizeof machine->system, "%.40s %.60s", system.sysname,
                 system.release);
    }
    eg_text_time(machine->date, eg_clock_wall_ms());
}

static int64_t sum(const int64_t *ns, size_t count)
{
    int64_t all = 0;

    for (size_t i = 0; i < count; i++) {
        all += ns[i];
    }
    return all;
}

static void print_row(const char *text, const struct measured *m,
                      double (*value)(const struct measured *, size_t), size_t n,
                      const char *format)
{
    printf("  %-38s", text);
    for (size_t i = 0; i < LOADS; i++) {
        printf(format, value(&m[i], n));
    }
    printf("\n");
}

static double stage_us(const struct measured *m, size_t n)
{
    return US(m->figures.stage_ns[n]);
}
static double floor_us(const struct measured *m, size_t n)
{
    return US(m->figures.floor_ns[n]);
}
static double stages_us(const struct measured *m, size_t n)
{
    (void)n;
    return US(sum(m->figures.stage_ns, EG_BENCH_STAGE_COUNT));
}
static double floors_us(const struct measured *m, size_t n)
{
    (void)n;
    return US(sum(m->figures.floor_ns, EG_BENCH_FLOOR_COUNT));
}
static double commit_us(const struct measured *m, size_t n)
{
    (void)n;
    return US(m->figures.archive_wall_ns);
}

static double engine_us(const struct measured *m, size_t n)
{
    return US(m->engines.ns[n]);
}

static double ratio(const struct measured *m, int64_t over, int64_t under)
{
    (void)m;
    return under > 0 ? (double)over / (double)under : 0;
}

static double engine_ratio(const struct measured *m, size_t n)
{
    const int64_t *ns = m->engines.ns;
    const double values[] = {
        ratio(m, ns[EG_BENCH_ENGINE_SHEET], ns[EG_BENCH_ENGINE_CHECKS]),
        ratio(m, ns[EG_BENCH_ENGINE_XPATH], ns[EG_BENCH_ENGINE_CHECKS]),
        ratio(m, ns[EG_BENCH_ENGINE_CHECKS] + ns[EG_BENCH_ENGINE_ASSESSMENT],
              ns[EG_BENCH_ENGINE_DOM]),
        ratio(m, ns[EG_BENCH_ENGINE_TRANSFORM], ns[EG_BENCH_ENGINE_ASSESSMENT]),
    };
    return values[n];
}

/* A row is left out where the package has no such step. */
static void print_engines(const struct measured *m)
{
    static const char *const ratios[] = {"stylesheet / checks", "compiled XPath / checks",
                                         "(checks + assessment) / DOM parse",
                                         "transform / assessment"};

    printf("\nEngines compared: the same rules, interleaved, median of nine rounds\n");
    for (size_t i = 0; i < EG_BENCH_ENGINE_COUNT; i++) {
        if (m[0].engines.ns[i] > 0) {
            print_row(eg_bench_engine_text((enum eg_bench_engine)i), m, engine_us, i, "%12.1f");
        }
    }
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        if (engine_ratio(&m[0], i) > 0) {
            print_row(ratios[i], m, engine_ratio, i, "%12.2f");
        }
    }
}

static double run_value(const struct measured *m, size_t n)
{
    const double values[] = {
        m->full.reports_per_s,        m->full.gateway_cpu_us,
        (double)m->half.p50_us / 1e3, (double)m->half.p99_us / 1e3,
        (double)m->full.p99_us / 1e3, (double)m->full.resident_kib / 1024,
    };
    return values[n];
}

static void print_runs(const struct measured *m)
{
    static const struct {
        const char *text, *format;
    } rows[] = {
        {"reports a second", "%12.0f"},     {"gateway's CPU a report, µs", "%12.1f"},
        {"p50 at half load, ms", "%12.2f"}, {"p99 at half load, ms", "%12.2f"},
        {"p99 at full load, ms", "%12.2f"}, {"resident memory, MiB", "%12.1f"},
    };

    printf("\nEnd to end: gateway and generator on the same cores, fsync, CURVE\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* The micro sign is two octets wide and one column. */
        printf("  %-*s", strstr(rows[i].text, "µ") != NULL ? 39 : 38, rows[i].text);
        for (size_t l = 0; l < LOADS; l++) {
            printf(rows[i].format, run_value(&m[l], i));
        }
        printf("\n");
    }
}

static void print_table(const struct machine *machine, const struct measured *m)
{
    printf("emgate bench, %.10s: %ld cores, %s, %s\n\n", machine->date, machine->cores,
           machine->model, machine->system);
    printf("%-40s%12s%12s\n", "µs of CPU a report, one thread", m[0].load.name, m[1].load.name);
    printf("  %-38s%12u%12u\n", "values", m[0].load.values, m[1].load.values);
    printf("  %-38s%12zu%12zu\n\nStages\n", "octets", m[0].figures.octets, m[1].figures.octets);
    for (size_t i = 0; i < EG_BENCH_STAGE_COUNT; i++) {
        print_row(eg_bench_stage_text((enum eg_bench_stage)i), m, stage_us, i, "%12.1f");
    }
    print_row("sum", m, stages_us, 0, "%12.1f");
    print_row("commit with disk, wall clock", m, commit_us, 0, "%12.1f");
    printf("\nFloor: bare library calls in the same run\n");
    for (size_t i = 0; i < EG_BENCH_FLOOR_COUNT; i++) {
        print_row(eg_bench_floor_text((enum eg_bench_floor)i), m, floor_us, i, "%12.1f");
    }
    print_row("sum", m, floors_us, 0, "%12.1f");
    print_engines(m);
    if (m[0].ran && m[1].ran) {
        print_runs(m);
    }
}

static void add_runs(struct eg_buf *out, const struct measured *m)
{
    eg_buf_format(out,
                  ",\"end_to_end\":{\"reports_per_s\":%.1f,\"gateway_cpu_us\":%.1f,"
                  "\"half_load_p50_us\":%lld,\"half_load_p99_us\":%lld,\"full_load_p99_us\":%lld,"
                  "\"resident_kib\":%lld}",
                  m->full.reports_per_s, m->full.gateway_cpu_us, (long long)m->half.p50_us,
                  (long long)m->half.p99_us, (long long)m->full.p99_us,
                  (long long)m->full.resident_kib);
}

static int print_json(const struct machine *machine, const struct measured *m, struct eg_error *err)
{
    struct eg_buf out = {0};
    int status = EG_EXIT_COULD_NOT;

    eg_buf_init(&out, JSON_MAX);
    for (size_t l = 0; l < LOADS; l++) {
        const struct eg_bench_figures *f = &m[l].figures;
        eg_buf_format(&out, "{\"load\":\"%s\",\"values\":%u,\"octets\":%zu,\"reports\":%zu",
                      m[l].load.name, m[l].load.values, f->octets, m[l].load.count);
        eg_buf_format(&out, ",\"date\":\"%s\",\"cores\":%ld,\"processor\":", machine->date,
                      machine->cores);
        eg_text_json(&out, eg_bytes_of(machine->model));
        eg_buf_text(&out, ",\"stages_us\":{");
        for (size_t i = 0; i < EG_BENCH_STAGE_COUNT; i++) {
            eg_buf_format(&out, "%s\"%s\":%.1f", i > 0 ? "," : "",
                          eg_bench_stage_key((enum eg_bench_stage)i), US(f->stage_ns[i]));
        }
        eg_buf_format(&out, "},\"stages_sum_us\":%.1f,\"commit_wall_us\":%.1f,\"floor_us\":{",
                      stages_us(&m[l], 0), US(f->archive_wall_ns));
        for (size_t i = 0; i < EG_BENCH_FLOOR_COUNT; i++) {
            eg_buf_format(&out, "%s\"%s\":%.1f", i > 0 ? "," : "",
                          eg_bench_floor_key((enum eg_bench_floor)i), US(f->floor_ns[i]));
        }
        eg_buf_format(&out, "},\"floor_sum_us\":%.1f,\"engines_us\":{", floors_us(&m[l], 0));
        for (size_t i = 0; i < EG_BENCH_ENGINE_COUNT; i++) {
            eg_buf_format(&out, "%s\"%s\":%.1f", i > 0 ? "," : "",
                          eg_bench_engine_key((enum eg_bench_engine)i), US(m[l].engines.ns[i]));
        }
        eg_buf_text(&out, "}");
        if (m[l].ran) {
            add_runs(&out, &m[l]);
        }
        eg_buf_text(&out, "}\n");
    }
    if (eg_buf_ok(&out, "bench", err) == EG_OK) {
        fwrite(out.data, 1, out.len, stdout);
        status = EG_EXIT_DONE;
    }
    eg_buf_done(&out);
    return status;
}

static enum eg_status measure(struct measured *m, struct eg_bench_home *home,
                              const struct eg_package *assessed, bool with_gateway,
                              struct eg_error *err)
{
    struct eg_bench_setting setting = eg_bench_home_setting(home);
    enum eg_status status = EG_OK;

    setting.interrupted = eg_tool_interrupted;
    setting.assessed = assessed;
    for (size_t i = 0; i < LOADS; i++) {
        eg_tool_progress("measuring stages and floor", i, LOADS);
        status = eg_bench_stages(&m[i].figures, &m[i].load, &setting, err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_bench_floor(&m[i].figures, &m[i].load, &setting, err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_bench_engines(&m[i].engines, &m[i].load, &setting, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    for (size_t i = 0; i < LOADS && with_gateway; i++) {
        eg_tool_progress("measuring a running gateway", i, LOADS);
        status = eg_bench_home_run(&m[i].full, &m[i].half, home, &m[i].load, err);
        m[i].ran = status == EG_OK;
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_tool_progress("", 1, 1);
    return status;
}

static enum eg_status read_count(size_t *count, const struct eg_tool_args *args,
                                 struct eg_error *err)
{
    const char *text = eg_tool_value(args, "--reports", 0);
    uint64_t value = REPORTS_DEFAULT;

    if (text != NULL && (!eg_text_u64(eg_bytes_of(text), REPORTS_MAX, &value) || value < 2)) {
        return eg_error_set(err, EG_E_USAGE, "--reports", "must be a number from 2 to %d",
                            REPORTS_MAX);
    }
    *count = (size_t)value;
    return EG_OK;
}

static int run_bench(const struct eg_tool_args *args, struct eg_error *err)
{
    struct machine machine = {0};
    struct measured measured[LOADS] = {0};
    struct eg_bench_home *home = NULL;
    struct eg_package *assessed = NULL;
    const char *package = eg_tool_value(args, "--package", 0);
    size_t count = 0;
    int result = EG_EXIT_COULD_NOT;
    enum eg_status status = read_count(&count, args, err);

    look_at_machine(&machine);
    eg_tool_progress("preparing", 0, 1);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_bench_home_new(&home, package != NULL ? package : EG_BENCH_PACKAGE,
                               eg_tool_value(args, "--gateway", 0), err);
    if (status != EG_OK) {
        goto done;
    }
    /* Another package has no assessment that would make what its transform makes. */
    if (package == NULL) {
        status = eg_package_read(&assessed, EG_BENCH_ASSESSMENT, true, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < LOADS; i++) {
        status = eg_bench_home_load(&measured[i].load, home, i == 0, count, err);
        if (status != EG_OK) {
            goto done;
        }
    }
    status = measure(measured, home, assessed, !eg_tool_flag(args, "--stages"), err);
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        result = print_json(&machine, measured, err);
    } else {
        print_table(&machine, measured);
        result = EG_EXIT_DONE;
    }

done:
    for (size_t i = 0; i < LOADS; i++) {
        eg_bench_load_done(&measured[i].load);
    }
    eg_package_free(&assessed);
    eg_bench_home_free(&home);
    return result;
}

static const struct eg_tool_option options[] = {
    {.name = "--reports", .value = "N", .help = "Reports of each load; 2000 if not given."},
    {.name = "--stages", .help = "Stages and floor only; no gateway is started."},
    {.name = "--package",
     .value = "DIR",
     .help = "The rule package of the loads; " EG_BENCH_PACKAGE " if not given."},
    {.name = "--gateway",
     .value = "PROGRAM",
     .help = "The emgated to start; the one beside this program if not given."},
    {0},
};

const struct eg_tool_verb eg_verb_bench = {
    .name = "bench",
    .summary = "measure this machine: every stage, the floor, end to end",
    .operands = "",
    .description =
        "Two loads: daily, 384 values (48 half-hours of 8 components), and short, 8 values. Each "
        "report is different and signed beforehand (ECDSA P-256). For each load it prints the "
        "microseconds of CPU that every stage takes, and beside them the floor: what the bare "
        "library calls cost in the same run.\n\n"
        "Then it starts a gateway in a temporary folder and hands in all reports over the network "
        "interface of this machine: reports a second, and latency at half that rate. The "
        "generator runs on the same cores.",
    .example = "emgate bench\nemgate bench --reports 500 --stages --json",
    .options = options,
    .run = run_bench,
};
