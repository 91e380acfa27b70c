/*
 * Each stage by itself, over all reports of a load, in one thread: the gateway's own functions with
 * a clock around them. Steps of a package can not be run alone, so a package is run with its first
 * step, its first two steps and so on, and what a step adds is its cost.
 */
#include "assess/judge/engine.h"
#include "base/error.h"
#include "bench/bench.h"
#include "flow/record/ledger.h"
#include "verify/cms.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 64
#define STEPS_MAX 16
#define REPORT_OCTETS_MAX EG_REPORT_MAX

struct measuring {
    const struct eg_bench_load *load;
    const struct eg_bench_setting *setting;
    struct eg_bench_figures figures;
    /* one for each report, filled by the stages */
    struct eg_job *jobs;
};

const char *eg_bench_stage_key(enum eg_bench_stage stage)
{
#define X(name, key, text) key,
    static const char *const words[] = {EG_BENCH_STAGES(X)};
#undef X
    return words[stage];
}

const char *eg_bench_stage_text(enum eg_bench_stage stage)
{
#define X(name, key, text) text,
    static const char *const words[] = {EG_BENCH_STAGES(X)};
#undef X
    return words[stage];
}

static int64_t wall_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static enum eg_status go_on(const struct measuring *m, struct eg_error *err)
{
    if (m->setting->interrupted != NULL && m->setting->interrupted()) {
        return eg_error_set(err, EG_E_STATE, NULL, "interrupted");
    }
    return EG_OK;
}

static enum eg_status verify_one(struct measuring *m, struct eg_verifier *verifier, size_t i,
                                 struct eg_error *err)
{
    struct eg_verdict verdict = {0};
    struct eg_job *job = &m->jobs[i];
    EG_TRY(eg_cms_check(&job->signer, &verdict, verifier, eg_bytes_view(&m->load->signatures[i]),
                        eg_bytes_view(&m->load->reports[i]), EG_SIGNED_REPORT, job->received_at_ms,
                        err));
    if (!eg_verdict_passed(&verdict)) {
        return eg_error_set(err, EG_E_STATE, verdict.where, "a signature does not pass: %s",
                            verdict.text);
    }
    return EG_OK;
}

static enum eg_status measure_verify(struct measuring *m, struct eg_error *err)
{
    struct eg_verifier *verifier = NULL;
    enum eg_status status = eg_verifier_new(&verifier, m->setting->trust, err);
    int64_t started_ns = 0;

    /* The first one decodes certificates that are then known, as in a gateway at work. */
    if (status == EG_OK) {
        status = verify_one(m, verifier, 0, err);
    }
    started_ns = eg_clock_thread_ns();
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < m->load->count; i++) {
        status = verify_one(m, verifier, i, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    m->figures.stage_ns[EG_BENCH_VERIFY] =
        (eg_clock_thread_ns() - started_ns) / (int64_t)m->load->count;
    eg_verifier_free(&verifier);
    return status;
}

/* Parse and read one report; *document stays NULL when it is not well-formed. */
static enum eg_status read_one(struct eg_document **document, struct eg_judge *judge,
                               struct eg_job *job, struct eg_bytes report, struct eg_error *err)
{
    bool readable = false;
    EG_TRY(eg_document_parse(document, &job->outcome.findings, report, REPORT_OCTETS_MAX, err));
    if (*document != NULL) {
        EG_TRY(
            eg_judge_read(&job->header, &readable, &job->outcome.findings, judge, *document, err));
    }
    if (!readable) {
        return eg_error_set(err, EG_E_STATE, NULL, "a report of the load can not be read");
    }
    return EG_OK;
}

/* The package cut to its first steps, 1, 2 and so on. */
struct cuts {
    struct eg_package packages[STEPS_MAX];
    struct eg_rules *rules[STEPS_MAX];
    struct eg_judge *judges[STEPS_MAX];
    int64_t run_ns[STEPS_MAX];
    int64_t read_ns;
    size_t count;
};

static enum eg_status cuts_compile(struct cuts *cuts, const struct eg_package *package,
                                   struct eg_error *err)
{

    if (package->step_count == 0 || package->step_count > STEPS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, package->ref.id, "from 1 to %d steps can be measured",
                            STEPS_MAX);
    }
    cuts->count = package->step_count;
    for (size_t i = 0; i < cuts->count; i++) {
        cuts->packages[i] = *package;
        cuts->packages[i].step_count = i + 1;
        /* What is cut off can not be notified. */
        cuts->packages[i].notification_count =
            i + 1 == cuts->count ? package->notification_count : 0;
        EG_TRY(eg_rules_compile(&cuts->rules[i], &cuts->packages[i], err));
        EG_TRY(eg_judge_new(&cuts->judges[i], cuts->rules[i], err));
    }
    return EG_OK;
}

/* One report through one cut. */
static enum eg_status run_cut(struct measuring *m, struct cuts *cuts, size_t cut, size_t i,
                              struct eg_error *err)
{
    struct eg_document *document = NULL;
    struct eg_job *job = &m->jobs[i];
    int64_t started_ns = 0, read_ns = 0, run_ns = 0;
    enum eg_status status = EG_OK;

    eg_outcome_done(&job->outcome);
    eg_outcome_init(&job->outcome);
    started_ns = eg_clock_thread_ns();
    status = read_one(&document, cuts->judges[cut], job, eg_bytes_view(&m->load->reports[i]), err);
    read_ns = eg_clock_thread_ns();
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_judge_job judging = {.document = document, .header = &job->header};
    status = eg_judge_run(&job->outcome, cuts->judges[cut], &judging, err);

done:
    run_ns = eg_clock_thread_ns();
    eg_document_free(&document);
    cuts->run_ns[cut] += run_ns - read_ns;
    cuts->read_ns += (read_ns - started_ns) + (eg_clock_thread_ns() - run_ns);
    if (status != EG_OK) {
        return status;
    }
    if (!job->outcome.accepted) {
        return eg_error_set(err, EG_E_STATE, m->load->name,
                            "a report of the load is rejected by the package");
    }
    return EG_OK;
}

/* All cuts one after the other on each report, so that a slow moment is shared by all. */
static enum eg_status run_cuts(struct measuring *m, struct cuts *cuts, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    for (size_t cut = 0; cut < cuts->count; cut++) {
        status = run_cut(m, cuts, cut, 0, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    memset(cuts->run_ns, 0, sizeof cuts->run_ns); /* that was to warm up */
    cuts->read_ns = 0;
    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; i < m->load->count; i++) {
        EG_TRY(go_on(m, err));
        for (size_t cut = 0; cut < cuts->count; cut++) {
            EG_TRY(run_cut(m, cuts, cut, i, err));
        }
    }
    return EG_OK;
}

static enum eg_bench_stage stage_of(enum eg_step_kind kind)
{
    switch (kind) {
    case EG_STEP_SCHEMA:
        return EG_BENCH_SCHEMA;
    case EG_STEP_CHECKS:
        return EG_BENCH_CHECKS;
    case EG_STEP_ASSESSMENT:
    case EG_STEP_TRANSFORM:
        break;
    }
    return EG_BENCH_TRANSFORM;
}

static enum eg_status measure_rules(struct measuring *m, struct eg_error *err)
{
    struct cuts cuts = {0};
    int64_t count = (int64_t)m->load->count;
    enum eg_status status = cuts_compile(&cuts, m->setting->package, err);
    if (status != EG_OK) {
        goto done;
    }

    status = run_cuts(m, &cuts, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < cuts.count; i++) {
        int64_t added_ns = cuts.run_ns[i] - (i > 0 ? cuts.run_ns[i - 1] : 0);
        m->figures.stage_ns[stage_of(m->setting->package->steps[i].kind)] += added_ns / count;
    }
    m->figures.stage_ns[EG_BENCH_READ] = cuts.read_ns / count / (int64_t)cuts.count;

done:
    for (size_t i = 0; i < cuts.count; i++) {
        eg_judge_free(&cuts.judges[i]);
        eg_rules_free(&cuts.rules[i]);
    }
    return status;
}

/* What the gateway would have filled in on the way. */
static enum eg_status complete_jobs(struct measuring *m, struct eg_error *err)
{
    for (size_t i = 0; i < m->load->count; i++) {
        struct eg_job *job = &m->jobs[i];
        struct eg_bytes report = eg_bytes_view(&m->load->reports[i]);
        struct eg_bytes signature = eg_bytes_view(&m->load->signatures[i]);

        eg_buf_bytes(&job->report, report);
        eg_buf_bytes(&job->cms, signature);
        job->report_digest = eg_hash(report);
        job->identity.version = job->header.version;
        snprintf(job->identity.participant, sizeof job->identity.participant, "bench");
        snprintf(job->identity.id, sizeof job->identity.id, "bench-%zu", i);
        for (size_t n = 0; n < job->outcome.notification_count; n++) {
            job->outcome.notifications[n].recipient = strdup("bench-authority");
            if (job->outcome.notifications[n].recipient == NULL) {
                return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for recipients");
            }
        }
        enum eg_status status = eg_buf_ok(&job->report, "report", err);
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

static enum eg_status commit_batch(struct measuring *m, struct eg_ledger *ledger, size_t first,
                                   size_t count, struct eg_error *err)
{
    static struct eg_draft drafts[BATCH]; /* large; the bench has one thread */
    enum eg_status status = EG_OK;
    int64_t cpu_ns = eg_clock_thread_ns();
    int64_t started_ns = 0;

    for (size_t i = 0; i < count; i++) {
        eg_draft_init(&drafts[i]);
    }
    for (size_t i = 0; i < count && status == EG_OK; i++) {
        status = eg_draft_decision(&drafts[i], &m->jobs[first + i], eg_clock_wall_ms(), err);
    }
    m->figures.stage_ns[EG_BENCH_ENTRY] += eg_clock_thread_ns() - cpu_ns;
    cpu_ns = eg_clock_thread_ns();
    started_ns = wall_ns();
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ledger_commit(ledger, drafts, count, err);

done:
    m->figures.archive_wall_ns += wall_ns() - started_ns;
    m->figures.stage_ns[EG_BENCH_ARCHIVE] += eg_clock_thread_ns() - cpu_ns;
    for (size_t i = 0; i < count; i++) {
        eg_draft_done(&drafts[i]);
    }
    return status;
}

static enum eg_status measure_archive(struct measuring *m, struct eg_error *err)
{
    struct eg_ledger *ledger = NULL;
    uint8_t seed[EG_ED25519_KEY_LEN];
    uint8_t key[EG_ED25519_KEY_LEN];
    char *path = NULL;
    char *head = NULL;
    enum eg_status status = complete_jobs(m, err);

    if (asprintf(&path, "%s/%s.db", m->setting->folder, m->load->name) < 0 ||
        asprintf(&head, "%s.head", path) < 0) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for a path");
    }
    struct eg_log_place place = {path, head, m->setting->origin, seed};
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ed25519_new(seed, key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_continuity_begin(&place, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_ledger_open(&ledger, &place, err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t first = 0; first < m->load->count; first += BATCH) {
        size_t left = m->load->count - first;
        status = commit_batch(m, ledger, first, left < BATCH ? left : BATCH, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_ledger_close(&ledger);
    free(path);
    free(head);
    m->figures.stage_ns[EG_BENCH_ENTRY] /= (int64_t)m->load->count;
    m->figures.stage_ns[EG_BENCH_ARCHIVE] /= (int64_t)m->load->count;
    m->figures.archive_wall_ns /= (int64_t)m->load->count;
    return status;
}

/* A kept node of the small tree below. */
struct nodes {
    struct eg_digest hash[7][BATCH];
};

static void keep_node(void *payload, unsigned level, uint64_t index, const struct eg_digest *hash)
{
    struct nodes *nodes = payload;
    nodes->hash[level][index] = *hash;
}

static enum eg_status read_node(void *payload, unsigned level, uint64_t index,
                                struct eg_digest *hash, struct eg_error *err)
{
    struct nodes *nodes = payload;
    (void)err;
    *hash = nodes->hash[level][index];
    return EG_OK;
}

/* Tree, checkpoint and receipts of one batch of entries of about the usual size. */
static enum eg_status receipts_of_batch(const uint8_t *seed, const uint8_t *key, const char *origin,
                                        struct eg_error *err)
{
    static uint8_t entry[1024];
    struct eg_bytes text = {entry, sizeof entry};
    struct eg_merkle_edge edge = {0};
    struct nodes nodes;
    struct eg_checkpoint checkpoint = {.size = BATCH};
    struct eg_digest path[EG_MERKLE_LEVELS];
    struct eg_buf note = {0}, receipt = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&note, EG_RECEIPT_MAX);
    eg_buf_init(&receipt, EG_RECEIPT_MAX);
    for (uint64_t i = 0; i < BATCH; i++) {
        struct eg_digest leaf = eg_merkle_leaf(text);
        eg_merkle_append(&edge, &leaf, keep_node, &nodes);
    }
    snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", origin);
    checkpoint.root = eg_merkle_root(&edge);
    status = eg_checkpoint_sign(&note, &checkpoint, seed, key, err);
    if (status != EG_OK) {
        goto done;
    }
    for (uint64_t i = 0; i < BATCH; i++) {
        size_t count = 0;
        eg_buf_reset(&receipt);
        status = eg_merkle_inclusion(path, &count, i, BATCH, read_node, &nodes, err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_receipt_write(&receipt, text, i, path, count, eg_bytes_view(&note), err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    eg_buf_done(&note);
    eg_buf_done(&receipt);
    return status;
}

/* The commit measured above holds these too: what is left is the archive. */
static enum eg_status measure_receipts(struct measuring *m, struct eg_error *err)
{
    uint8_t seed[EG_ED25519_KEY_LEN];
    uint8_t key[EG_ED25519_KEY_LEN];
    enum eg_status status = eg_ed25519_new(seed, key, err);
    size_t batches = m->load->count / BATCH + 1;
    int64_t started_ns = eg_clock_thread_ns();
    int64_t ns = 0;
    if (status != EG_OK) {
        goto done;
    }

    for (size_t i = 0; i < batches; i++) {
        status = receipts_of_batch(seed, key, m->setting->origin, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    ns = (eg_clock_thread_ns() - started_ns) / (int64_t)(batches * BATCH);
    m->figures.stage_ns[EG_BENCH_RECEIPT] = ns;
    m->figures.stage_ns[EG_BENCH_ARCHIVE] -= ns;
    return status;
}

static void prepare_jobs(struct measuring *m)
{
    size_t octets = 0;

    for (size_t i = 0; i < m->load->count; i++) {
        struct eg_job *job = &m->jobs[i];
        job->magic = EG_JOB_MAGIC;
        job->received_at_ms = eg_clock_wall_ms();
        eg_buf_init(&job->report, EG_REPORT_MAX);
        eg_buf_init(&job->cms, EG_CMS_MAX);
        eg_outcome_init(&job->outcome);
        octets += m->load->reports[i].len;
    }
    m->figures.octets = octets / m->load->count;
}

static void free_jobs(struct measuring *m)
{
    for (size_t i = 0; i < m->load->count; i++) {
        eg_buf_done(&m->jobs[i].report);
        eg_buf_done(&m->jobs[i].cms);
        eg_outcome_done(&m->jobs[i].outcome);
    }
    free(m->jobs);
}

enum eg_status eg_bench_stages(struct eg_bench_figures *figures, const struct eg_bench_load *load,
                               const struct eg_bench_setting *setting, struct eg_error *err)
{
    struct measuring m = {.load = load, .setting = setting};
    enum eg_status status = EG_OK;

    if (load->count == 0) {
        return eg_error_set(err, EG_E_USAGE, load->name, "a load needs at least one report");
    }
    m.jobs = calloc(load->count, sizeof *m.jobs);
    if (m.jobs == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for %zu jobs", load->count);
    }
    prepare_jobs(&m);
    status = measure_verify(&m, err);
    status = status != EG_OK ? status : measure_rules(&m, err);
    status = status != EG_OK ? status : measure_archive(&m, err);
    status = status != EG_OK ? status : measure_receipts(&m, err);
    free_jobs(&m);
    if (status != EG_OK) {
        return status;
    }
    memcpy(m.figures.floor_ns, figures->floor_ns, sizeof m.figures.floor_ns);
    *figures = m.figures;
    return EG_OK;
}
