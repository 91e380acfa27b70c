/*
 * The bench's trial folder. Everything in it is real: certificates, a signed directory, a signed
 * package, and the same gateway program that a plant would talk to.
 */
#include "bench/bench_home.h"

#include "assess/judge/engine.h"
#include "assess/package/package.h"
#include "base/clock.h"
#include "base/error.h"
#include "flow/daemon/child.h"
#include "trial/sample.h"
#include "trial/trial.h"
#include "verify/sign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ORIGIN "bench.emgate.example"
#define PLANT "plant-1"
#define PEM_MAX (64 * EG_KIB)
#define SAMPLE_MAX (256 * EG_KIB)
#define FILE_MODE 0644
#define WINDOW 64
#define START_PATIENCE_MS 20000
#define STOP_PATIENCE_MS 30000
#define LOOK_EVERY_MS 10

struct eg_bench_home {
    char *folder;
    char *gateway;
    struct eg_package *package;
    struct eg_buf anchors, crls, operator_key, operator_chain, card, card_cms;
    struct eg_trust trust;
    struct eg_signing_key *signing;
    bool engine;
};

/* Read a file of the folder into a buffer that is empty so far. */
static enum eg_status read_part(struct eg_buf *out, const struct eg_bench_home *home,
                                const char *name, struct eg_error *err)
{
    char *path = eg_file_join(home->folder, name);
    enum eg_status status = path != NULL ? eg_file_read(out, path, err)
                                         : eg_error_set(err, EG_E_NOMEM, name, "no memory");

    free(path);
    return status;
}

static enum eg_status make_folder(struct eg_bench_home *home, struct eg_error *err)
{
    const char *tmp = getenv("TMPDIR");
    struct eg_trial_options options = {
        .origin = ORIGIN,
        .plant = PLANT,
        .door = "tcp://127.0.0.1:*",
        .hall = "tcp://127.0.0.1:*",
    };

    if (asprintf(&home->folder, "%s/emgate-bench-XXXXXX", tmp != NULL ? tmp : "/tmp") < 0) {
        home->folder = NULL;
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for a path");
    }
    if (mkdtemp(home->folder) == NULL) {
        enum eg_status status =
            eg_error_errno(err, home->folder, errno, "a temporary folder can not be made");
        free(home->folder);
        home->folder = NULL; /* nothing to remove */
        return status;
    }
    return eg_trial_write(home->folder, &options, err);
}

/* The folder that a file lies in is made first. */
static enum eg_status write_file(const char *folder, const char *name, struct eg_bytes content,
                                 struct eg_error *err)
{
    char *path = eg_file_join(folder, name);
    char *slash = NULL;
    enum eg_status status = EG_OK;

    if (path == NULL) {
        return eg_error_set(err, EG_E_NOMEM, name, "no memory for a path");
    }
    slash = strrchr(path, '/');
    *slash = '\0';
    status = eg_file_mkdirs(path, err);
    *slash = '/';
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(path, content, FILE_MODE, err);

done:
    free(path);
    return status;
}

static enum eg_status load_key(struct eg_signing_key **out, const struct eg_bench_home *home,
                               const char *key_name, const char *chain_name, struct eg_error *err)
{
    struct eg_buf key = {0}, chain = {0};
    enum eg_status status = EG_OK;

    eg_buf_init(&key, PEM_MAX);
    eg_buf_init(&chain, PEM_MAX);
    status = read_part(&key, home, key_name, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_part(&chain, home, chain_name, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_load(out, eg_bytes_view(&key), eg_bytes_view(&chain), err);

done:
    eg_buf_wipe(&key);
    eg_buf_done(&chain);
    return status;
}

/* Write the package's files with SIGNED and its signature into `target`. */
static enum eg_status write_signed(const struct eg_bench_home *home, const struct eg_tree *tree,
                                   const char *target, struct eg_error *err)
{
    struct eg_buf text = {0}, cms = {0};
    struct eg_signing_key *publisher = NULL;
    enum eg_status status = EG_OK;

    eg_buf_init(&text, EG_PACKAGE_OCTETS_MAX);
    eg_buf_init(&cms, EG_CMS_MAX);
    status = load_key(&publisher, home, "publisher.key", "publisher.pem", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_signed_text(&text, tree, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_sign(&cms, publisher, EG_SIGNED_PACKAGE, eg_bytes_view(&text),
                         eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < tree->count; i++) {
        if (strcmp(tree->files[i].name, "SIGNED") != 0 &&
            strcmp(tree->files[i].name, "SIGNED.p7s") != 0) {
            status = write_file(target, tree->files[i].name, eg_bytes_view(&tree->files[i].content),
                                err);
        }
        if (status != EG_OK) {
            goto done;
        }
    }
    status = write_file(target, "SIGNED", eg_bytes_view(&text), err);
    if (status != EG_OK) {
        goto done;
    }
    status = write_file(target, "SIGNED.p7s", eg_bytes_view(&cms), err);

done:
    eg_signing_key_free(&publisher);
    eg_buf_done(&text);
    eg_buf_done(&cms);
    return status;
}

static enum eg_status install_package(struct eg_bench_home *home, const char *source,
                                      struct eg_error *err)
{
    struct eg_package *package = NULL;
    char *target = NULL;
    enum eg_status status = eg_package_read(&package, source, true, err);
    if (status != EG_OK) {
        goto done;
    }

    if (asprintf(&target, "%s/rules/%s/%s", home->folder, package->ref.id, package->ref.version) <
        0) {
        target = NULL;
        status = eg_error_set(err, EG_E_NOMEM, source, "no memory for a path");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = write_signed(home, &package->tree, target, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_read(&home->package, target, false, err);

done:
    free(target);
    eg_package_free(&package);
    return status;
}

static enum eg_status read_identities(struct eg_bench_home *home, struct eg_error *err)
{
    enum eg_status status = read_part(&home->anchors, home, "ca.pem", err);
    if (status != EG_OK) {
        goto done;
    }

    status = read_part(&home->crls, home, "crl.pem", err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_part(&home->operator_key, home, "operator.key", err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_part(&home->operator_chain, home, "operator.pem", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_load(&home->signing, eg_bytes_view(&home->operator_key),
                                 eg_bytes_view(&home->operator_chain), err);

done:
    home->trust.anchors_pem = eg_bytes_view(&home->anchors);
    home->trust.crls_pem = eg_bytes_view(&home->crls);
    home->trust.crls_from = "crl.pem";
    return status;
}

enum eg_status eg_bench_home_new(struct eg_bench_home **out, const char *package,
                                 const char *gateway, struct eg_error *err)
{
    struct eg_bench_home *home = calloc(1, sizeof *home);
    enum eg_status status = EG_OK;

    if (home == NULL) {
        return eg_error_set(err, EG_E_NOMEM, NULL, "no memory for a trial folder");
    }
    struct eg_buf *const parts[] = {&home->anchors,        &home->crls, &home->operator_key,
                                    &home->operator_chain, &home->card, &home->card_cms};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        eg_buf_init(parts[i], PEM_MAX);
    }
    if (gateway != NULL) {
        home->gateway = strdup(gateway);
    } else {
        status = eg_child_find(&home->gateway, "emgated", err);
    }
    if (status == EG_OK) {
        status = eg_engine_init(err);
        home->engine = status == EG_OK;
    }
    status = status != EG_OK ? status : make_folder(home, err);
    status = status != EG_OK ? status : install_package(home, package, err);
    status = status != EG_OK ? status : read_identities(home, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = home;
    home = NULL;

done:
    eg_bench_home_free(&home);
    return status;
}

void eg_bench_home_free(struct eg_bench_home **home)
{
    struct eg_bench_home *h = *home;

    if (h == NULL) {
        return;
    }
    if (h->folder != NULL) {
        struct eg_error ignored = {0};
        (void)!eg_file_remove_tree(h->folder, &ignored);
    }
    eg_signing_key_free(&h->signing);
    eg_package_free(&h->package);
    eg_buf_done(&h->anchors);
    eg_buf_done(&h->crls);
    eg_buf_wipe(&h->operator_key);
    eg_buf_done(&h->operator_chain);
    eg_buf_done(&h->card);
    eg_buf_done(&h->card_cms);
    if (h->engine) {
        eg_engine_done();
    }
    free(h->folder);
    free(h->gateway);
    free(h);
    *home = NULL;
}

struct eg_bench_setting eg_bench_home_setting(const struct eg_bench_home *home)
{
    return (struct eg_bench_setting){
        .package = home->package,
        .trust = &home->trust,
        .origin = ORIGIN,
        .folder = home->folder,
    };
}

static enum eg_status make_report(struct eg_bench_load *load, struct eg_bench_home *home,
                                  bool daily, size_t i, struct eg_error *err)
{
    char id[64];
    char day[16];
    struct eg_sample sample = {
        .kind = daily ? EG_SAMPLE_DAILY : EG_SAMPLE_SHORT,
        .seed = i + 1,
        .day = day,
        .addressee = ORIGIN,
        .plant = PLANT,
        .id = id,
        .version = 1,
    };

    snprintf(id, sizeof id, "%s-%zu", load->name, i);
    snprintf(day, sizeof day, "2026-%02zu-%02zu", 1 + i / 28 % 12, 1 + i % 28);
    eg_buf_init(&load->reports[i], SAMPLE_MAX);
    eg_buf_init(&load->signatures[i], EG_CMS_MAX);
    EG_TRY(eg_sample_report(&load->reports[i], &sample, err));
    return eg_cms_sign(&load->signatures[i], home->signing, EG_SIGNED_REPORT,
                       eg_bytes_view(&load->reports[i]), eg_clock_wall_ms(), err);
}

enum eg_status eg_bench_home_load(struct eg_bench_load *out, struct eg_bench_home *home, bool daily,
                                  size_t count, struct eg_error *err)
{
    struct eg_bench_load load = {.name = daily ? "daily" : "short", .values = daily ? 384 : 8};
    size_t all = count + count / 2;
    enum eg_status status = EG_OK;

    load.reports = calloc(all, sizeof *load.reports);
    load.signatures = calloc(all, sizeof *load.signatures);
    if (load.reports == NULL || load.signatures == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, load.name, "no memory for %zu reports", all);
    } else {
        load.count = count;
        load.extra = count / 2;
    }
    if (status != EG_OK) {
        goto done;
    }
    for (size_t i = 0; i < all; i++) {
        status = make_report(&load, home, daily, i, err);
        if (status != EG_OK) {
            goto done;
        }
    }

done:
    if (status == EG_OK) {
        *out = load;
    } else {
        eg_bench_load_done(&load);
    }
    return status;
}

void eg_bench_load_done(struct eg_bench_load *load)
{
    for (size_t i = 0; i < load->count + load->extra; i++) {
        eg_buf_done(&load->reports[i]);
        eg_buf_done(&load->signatures[i]);
    }
    free(load->reports);
    free(load->signatures);
    memset(load, 0, sizeof *load);
}

/* The gateway writes a card that names its ports; the trial's own card goes first. */
static enum eg_status forget_card(const struct eg_bench_home *home, struct eg_error *err)
{
    static const char *const names[] = {"card", "card.p7s"};

    for (size_t i = 0; i < 2; i++) {
        char *path = eg_file_join(home->folder, names[i]);
        if (path == NULL) {
            return eg_error_set(err, EG_E_NOMEM, names[i], "no memory for a path");
        }
        if (unlink(path) != 0 && errno != ENOENT) {
            enum eg_status status =
                eg_error_errno(err, path, errno, "an old card can not be removed");
            free(path);
            return status;
        }
        free(path);
    }
    return EG_OK;
}

/* The last lines of the journal are what went wrong. */
static enum eg_status ended_early(const struct eg_bench_home *home, struct eg_error *err)
{
    struct eg_buf journal = {0};
    struct eg_error ignored = {0};
    const char *line = "";

    eg_buf_init(&journal, EG_MIB);
    if (read_part(&journal, home, "journal", &ignored) == EG_OK && journal.len > 1) {
        journal.data[journal.len - 1] = '\0';
        line = strrchr((const char *)journal.data, '\n');
        line = line != NULL ? line + 1 : (const char *)journal.data;
    }
    eg_error_set(err, EG_E_STATE, home->gateway, "the gateway ended at once: %s", line);
    eg_buf_done(&journal);
    return EG_E_STATE;
}

static enum eg_status wait_card(struct eg_bench_home *home, pid_t *pid, struct eg_error *err)
{
    for (int waited_ms = 0; waited_ms < START_PATIENCE_MS; waited_ms += LOOK_EVERY_MS) {
        struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};
        struct eg_error not_yet = {0};

        eg_buf_reset(&home->card);
        eg_buf_reset(&home->card_cms);
        if (read_part(&home->card_cms, home, "card.p7s", &not_yet) == EG_OK &&
            read_part(&home->card, home, "card", &not_yet) == EG_OK) {
            return EG_OK;
        }
        if (!eg_child_runs(pid)) {
            return ended_early(home, err);
        }
        nanosleep(&pause, NULL);
    }
    return eg_error_set(err, EG_E_TIMEOUT, home->gateway, "the gateway wrote no card");
}

static enum eg_status start_gateway(struct eg_bench_home *home, pid_t *pid, struct eg_error *err)
{
    char *settings = eg_file_join(home->folder, "emgated.ini");
    char *journal = eg_file_join(home->folder, "journal");
    char flag[] = "--config";
    char *argv[] = {home->gateway, flag, settings, NULL};
    enum eg_status status = EG_OK;

    if (settings == NULL || journal == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, NULL, "no memory for a path");
        goto done;
    }
    status = forget_card(home, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_child_start(pid, argv, journal, err);
    if (status != EG_OK) {
        goto done;
    }
    status = wait_card(home, pid, err);

done:
    free(settings);
    free(journal);
    return status;
}

static struct eg_octets octets_of(const struct eg_buf *buf)
{
    return (struct eg_octets){buf->data, buf->len};
}

enum eg_status eg_bench_home_run(struct eg_bench_run *full, struct eg_bench_run *half,
                                 struct eg_bench_home *home, const struct eg_bench_load *load,
                                 struct eg_error *err)
{
    struct eg_bench_load second = *load;
    struct eg_bench_run first_run = {0}, second_run = {0};
    struct eg_error stopping = {0};
    pid_t pid = -1;
    enum eg_status status = start_gateway(home, &pid, err);
    struct eg_client_options options = {
        .card_text = octets_of(&home->card),
        .card_cms = octets_of(&home->card_cms),
        .anchors_pem = octets_of(&home->anchors),
        .crls_pem = octets_of(&home->crls),
        .key_pem = octets_of(&home->operator_key),
        .chain_pem = octets_of(&home->operator_chain),
        .window = WINDOW,
    };

    second.reports += load->count;
    second.signatures += load->count;
    second.count = load->extra;
    if (status != EG_OK) {
        goto done;
    }
    status = eg_bench_run(&first_run, load, &options, 0, pid, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_bench_run(&second_run, &second, &options, first_run.reports_per_s / 2, pid, err);

done:
    if (eg_child_stop(&pid, STOP_PATIENCE_MS, &stopping) != EG_OK && status == EG_OK) {
        status = stopping.status;
        if (err != NULL) {
            *err = stopping;
        }
    }
    if (status != EG_OK) {
        return status;
    }
    *full = first_run;
    *half = second_run;
    return EG_OK;
}
