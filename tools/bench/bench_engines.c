/*
 * Engines compared: the same rules on the same reports in the same minute, so that the ratios mean
 * something. Every report is gone through by all engines before the next one, and of nine rounds
 * the median counts: a slow moment hits all of them, or none of the medians.
 */
#include "assess/judge/engine.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "bench/bench.h"
#include "bench/floor_engine.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 9
#define REPORTS_MAX 50 /* of one round */
#define STEPS_MAX 16

enum opinion {
    OWN,      /* as the gateway judges */
    BY_XPATH, /* by the same package */
    ASSESSED,
    OPINIONS,
};

struct comparing {
    const struct eg_bench_load *load;
    const struct eg_bench_setting *setting;
    /* assessed NULL: not compared */
    struct eg_rules *compiled, *assessed;
    struct eg_judge *judges[OPINIONS];
    /* of the steps that are checks on the report */
    struct eg_floor_sheet *sheets[STEPS_MAX];
    int64_t ns[EG_BENCH_ENGINE_COUNT][ROUNDS];
    size_t found[EG_BENCH_ENGINE_COUNT];
};

const char *eg_bench_engine_key(enum eg_bench_engine engine)
{
#define X(name, key, text) key,
    static const char *const words[] = {EG_BENCH_ENGINES(X)};
#undef X
    return words[engine];
}

const char *eg_bench_engine_text(enum eg_bench_engine engine)
{
#define X(name, key, text) text,
    static const char *const words[] = {EG_BENCH_ENGINES(X)};
#undef X
    return words[engine];
}

static bool is_compared(const struct eg_step *step)
{
    return step->kind == EG_STEP_CHECKS && step->on == NULL;
}

static enum eg_status make_sheets(struct comparing *c, struct eg_error *err)
{
    const struct eg_package *package = c->setting->package;
    enum eg_status status = EG_OK;

    for (size_t i = 0; i < package->step_count && status == EG_OK; i++) {
        struct eg_buf text = {0};
        if (!is_compared(&package->steps[i])) {
            continue;
        }
        eg_buf_init(&text, EG_MIB);
        status = eg_rules_sheet(&text, c->compiled, i, err);
        if (status == EG_OK) {
            status = eg_floor_sheet_new(&c->sheets[i], eg_bytes_view(&text), err);
        }
        eg_buf_done(&text);
    }
    return status;
}

static enum eg_bench_engine engine_of(const struct eg_step *step)
{
    switch (step->kind) {
    case EG_STEP_CHECKS:
        return step->on == NULL ? EG_BENCH_ENGINE_CHECKS : EG_BENCH_ENGINE_COUNT;
    case EG_STEP_ASSESSMENT:
        return EG_BENCH_ENGINE_ASSESSMENT;
    case EG_STEP_TRANSFORM:
        return EG_BENCH_ENGINE_TRANSFORM;
    case EG_STEP_SCHEMA:
    default:
        return EG_BENCH_ENGINE_COUNT;
    }
}

/* Where the CPU of a step belongs; EG_BENCH_ENGINE_COUNT: nowhere. */
static enum eg_bench_engine row_of(const struct eg_step *step, enum opinion opinion)
{
    enum eg_bench_engine engine = engine_of(step);
    if (opinion == BY_XPATH) {
        return engine == EG_BENCH_ENGINE_CHECKS ? EG_BENCH_ENGINE_XPATH : EG_BENCH_ENGINE_COUNT;
    }
    return engine;
}

static void note_run(struct comparing *c, enum opinion opinion, size_t round,
                     const struct eg_package *package, const int64_t *step_ns,
                     const struct eg_findings *findings)
{
    for (size_t i = 0; i < package->step_count; i++) {
        enum eg_bench_engine row = row_of(&package->steps[i], opinion);
        if (row < EG_BENCH_ENGINE_COUNT) {
            c->ns[row][round] += step_ns[i];
        }
    }
    for (size_t i = 0; i < findings->count && opinion != ASSESSED; i++) {
        size_t step = findings->list[i].step;
        c->found[opinion == OWN ? EG_BENCH_ENGINE_CHECKS : EG_BENCH_ENGINE_XPATH] +=
            step > 0 && is_compared(&package->steps[step - 1]);
    }
}

static enum eg_status read_and_judge(struct eg_outcome *outcome, struct eg_document **document,
                                     struct eg_judge *judge, struct eg_bytes report,
                                     struct eg_error *err)
{
    struct eg_report_header header = {0};
    bool readable = false;

    EG_TRY(eg_document_parse(document, &outcome->findings, report, EG_REPORT_MAX, err));
    if (*document != NULL) {
        EG_TRY(eg_judge_read(&header, &readable, &outcome->findings, judge, *document, err));
    }
    if (!readable) {
        return eg_error_set(err, EG_E_STATE, NULL, "a report of the load can not be read");
    }
    const struct eg_judge_job job = {.document = *document, .header = &header};
    return eg_judge_run(outcome, judge, &job, err);
}

/* One report, parsed for it alone. */
static enum eg_status run_rules(struct comparing *c, enum opinion opinion, size_t round,
                                struct eg_bytes report, struct eg_error *err)
{
    struct eg_judge *judge = c->judges[opinion];
    int64_t step_ns[STEPS_MAX] = {0};
    struct eg_document *document = NULL;
    struct eg_outcome outcome;

    eg_outcome_init(&outcome);
    eg_judge_clock(judge, step_ns);
    enum eg_status status = read_and_judge(&outcome, &document, judge, report, err);
    eg_judge_clock(judge, NULL);
    if (status != EG_OK) {
        goto done;
    }
    if (opinion == ASSESSED && !outcome.accepted) {
        status = eg_error_set(err, EG_E_STATE, NULL, "the assessment rejects a report of the load");
        goto done;
    }
    note_run(c, opinion, round, eg_rules_package(eg_judge_rules(judge)), step_ns,
             &outcome.findings);

done:
    eg_outcome_done(&outcome);
    eg_document_free(&document);
    return status;
}

static enum eg_status run_one(struct comparing *c, size_t round, struct eg_bytes report,
                              struct eg_error *err)
{
    EG_TRY(eg_floor_dom(&c->ns[EG_BENCH_ENGINE_DOM][round], report, err));
    EG_TRY(run_rules(c, OWN, round, report, err));
    EG_TRY(run_rules(c, BY_XPATH, round, report, err));
    if (c->judges[ASSESSED] != NULL) {
        EG_TRY(run_rules(c, ASSESSED, round, report, err));
    }
    for (size_t i = 0; i < STEPS_MAX; i++) {
        if (c->sheets[i] != NULL) {
            EG_TRY(eg_floor_sheet_run(&c->ns[EG_BENCH_ENGINE_SHEET][round],
                                      &c->found[EG_BENCH_ENGINE_SHEET], c->sheets[i], report, err));
        }
    }
    if (c->setting->interrupted != NULL && c->setting->interrupted()) {
        return eg_error_set(err, EG_E_STATE, NULL, "interrupted");
    }
    return EG_OK;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum eg_status compare(struct comparing *c, struct eg_bench_engines *out,
                              struct eg_error *err)
{
    size_t count = c->load->count < REPORTS_MAX ? c->load->count : REPORTS_MAX;
    enum eg_status status = run_one(c, 0, eg_bytes_view(&c->load->reports[0]), err);

    memset(c->ns, 0, sizeof c->ns); /* that was to warm up */
    memset(c->found, 0, sizeof c->found);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count && status == EG_OK; i++) {
            status = run_one(c, round, eg_bytes_view(&c->load->reports[i]), err);
        }
    }
    size_t found = c->found[EG_BENCH_ENGINE_CHECKS];
    if (status != EG_OK) {
        return status;
    }
    if (found != c->found[EG_BENCH_ENGINE_XPATH] || found != c->found[EG_BENCH_ENGINE_SHEET]) {
        return eg_error_set(err, EG_E_STATE, c->load->name,
                            "%zu findings by this engine, %zu by XPath, %zu by the stylesheet",
                            found, c->found[EG_BENCH_ENGINE_XPATH],
                            c->found[EG_BENCH_ENGINE_SHEET]);
    }
    for (size_t e = 0; e < EG_BENCH_ENGINE_COUNT; e++) {
        qsort(c->ns[e], ROUNDS, sizeof c->ns[e][0], by_size);
        out->ns[e] = c->ns[e][ROUNDS / 2] / (int64_t)count;
        out->findings = found;
    }
    return EG_OK;
}

static enum eg_status compile(struct comparing *c, struct eg_error *err)
{
    const struct eg_bench_setting *setting = c->setting;
    EG_TRY(eg_rules_compile(&c->compiled, setting->package, err));
    if (setting->assessed != NULL) {
        EG_TRY(eg_rules_compile(&c->assessed, setting->assessed, err));
    }
    for (size_t i = 0; i < OPINIONS; i++) {
        const struct eg_rules *rules = i == ASSESSED ? c->assessed : c->compiled;
        EG_TRY(rules != NULL ? eg_judge_new(&c->judges[i], rules, err) : EG_OK);
    }
    return EG_OK;
}

enum eg_status eg_bench_engines(struct eg_bench_engines *out, const struct eg_bench_load *load,
                                const struct eg_bench_setting *setting, struct eg_error *err)
{
    struct comparing c = {.load = load, .setting = setting};
    enum eg_status status = EG_OK;

    if (load->count == 0 || setting->package->step_count > STEPS_MAX) {
        return eg_error_set(err, EG_E_USAGE, load->name, "at least one report, at most %d steps",
                            STEPS_MAX);
    }
    status = compile(&c, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_judge_by_xpath(c.judges[BY_XPATH], true);
    status = make_sheets(&c, err);
    if (status != EG_OK) {
        goto done;
    }
    status = compare(&c, out, err);

done:
    for (size_t i = 0; i < STEPS_MAX; i++) {
        eg_floor_sheet_free(&c.sheets[i]);
    }
    for (size_t i = 0; i < OPINIONS; i++) {
        eg_judge_free(&c.judges[i]);
    }
    eg_rules_free(&c.compiled);
    eg_rules_free(&c.assessed);
    return status;
}
