/*
 * Small archives for tests; see the header.
 */
#include "tests/support/archive_maker.h"

#include "base/file.h"
#include "core/finding.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENTS_MAX 8

/* A record with all that it borrows. */
struct parts {
    struct eg_entry entry;
    struct eg_buf text, receipt;
    struct eg_content contents[CONTENTS_MAX];
    struct eg_buf octets[CONTENTS_MAX];
    size_t content_count;
    struct eg_digest report_digest;
    const struct eg_facts *remembered;
    const char *plant;
};

struct nodes {
    struct eg_archive_maker *maker;
    struct eg_node list[EG_MAKER_BATCH_MAX * 4];
    size_t count;
};

static const char revocation_text[] = "made-up revocation list";

/* ---- contents
 * ----------------------------------------------------------------------------------*/

static struct eg_digest add_content(struct eg_archive_maker *maker, struct parts *parts,
                                    enum eg_content_kind kind, unsigned number, const char *text)
{
    size_t at = parts->content_count++;
    struct eg_content *content = &parts->contents[at];
    struct eg_digest salt = eg_hash((struct eg_bytes){(uint8_t *)&maker->salts, 8});

    assert(at < CONTENTS_MAX);
    maker->salts++;
    eg_buf_init(&parts->octets[at], EG_REPORT_MAX);
    eg_buf_text(&parts->octets[at], text);
    content->kind = kind;
    content->number = number;
    memcpy(content->salt.octets, salt.octets, EG_SALT_LEN);
    content->octets = eg_bytes_view(&parts->octets[at]);
    return eg_hash_salted(&content->salt, content->octets);
}

static void add_findings(struct eg_archive_maker *maker, struct parts *parts,
                         const struct eg_made *made)
{
    bool rejected = made->rejected, taken = made->taken;
    struct eg_judged judged = {.counts = made->counts, .omitted = 1}; /* all in the sum */
    struct eg_findings findings = {0};
    struct eg_buf text = {0};
    struct eg_error err = {0};
    enum eg_status status = EG_OK;

    eg_findings_init(&findings);
    eg_buf_init(&text, EG_FINDINGS_MAX);
    if (rejected) {
        const struct eg_finding_head head = {
            .severity = EG_SEVERITY_ERROR, .rule = taken ? EG_RULE_IDENTITY_TAKEN : "made-up-rule"};
        status = eg_findings_add(&findings, &head, NULL, &err);
    }
    assert(status == EG_OK);
    status = eg_findings_write(&text, &findings, taken ? NULL : &parts->entry.package,
                               made->form == 2 ? &judged : NULL, &err);
    assert(status == EG_OK);
    parts->entry.has_findings = true;
    parts->entry.findings =
        add_content(maker, parts, EG_CONTENT_FINDINGS, 0, (const char *)text.data);
    eg_buf_done(&text);
    eg_findings_done(&findings);
}

static void add_signed(struct eg_archive_maker *maker, struct parts *parts, const char *report)
{
    struct eg_buf signature = {0};

    eg_buf_init(&signature, EG_REPORT_MAX);
    eg_buf_text(&signature, "signed ");
    eg_buf_text(&signature, report);
    parts->entry.has_report = parts->entry.has_signature = true;
    parts->entry.report = add_content(maker, parts, EG_CONTENT_REPORT, 0, report);
    parts->entry.signature =
        add_content(maker, parts, EG_CONTENT_SIGNATURE, 0, (const char *)signature.data);
    parts->report_digest = eg_hash(eg_bytes_of(report));
    parts->entry.signer = eg_hash(eg_bytes_of("made-up certificate"));
    eg_buf_done(&signature);
}

static void add_notifications(struct eg_archive_maker *maker, struct parts *parts,
                              const struct eg_made *made)
{
    for (size_t i = 0; i < made->notifications; i++) {
        struct eg_entry_notification *it = &parts->entry.notifications[i];
        char text[64] = "";

        (void)snprintf(text, sizeof(text), "notification %zu of %.20s", i, made->id);
        (void)snprintf(it->name, sizeof(it->name), "assessment-%zu", i);
        (void)snprintf(it->recipient, sizeof(it->recipient), "%.100s",
                       made->recipient ? made->recipient : "authority");
        it->digest = add_content(maker, parts, EG_CONTENT_NOTIFICATION, (unsigned)i, text);
    }
    parts->entry.notification_count = made->notifications;
}

static void fill_submission(struct eg_archive_maker *maker, struct parts *parts,
                            const struct eg_made *made)
{
    struct eg_entry *entry = &parts->entry;
    struct eg_bytes revocation = eg_bytes_of(revocation_text);

    maker->at_ms = made->at_ms ? made->at_ms : maker->at_ms + 1000;
    if (made->is_break) {
        entry->kind = EG_ENTRY_BREAK;
        entry->form = 2;
        entry->recorded_at_ms = maker->at_ms;
        entry->semantics = made->semantics;
        (void)snprintf(entry->reason, sizeof(entry->reason), "form");
        return;
    }
    entry->kind = EG_ENTRY_SUBMISSION;
    (void)snprintf(entry->identity.participant, sizeof(entry->identity.participant), "%.100s",
                   made->participant);
    (void)snprintf(entry->identity.id, sizeof(entry->identity.id), "%.100s", made->id);
    entry->identity.version = made->version;
    entry->received_at_ms = entry->recorded_at_ms = maker->at_ms;
    entry->has_package = !made->taken;
    (void)snprintf(entry->package.id, sizeof(entry->package.id), "made.up.package");
    (void)snprintf(entry->package.version, sizeof(entry->package.version), "1.0.0");
    entry->package.digest = maker->package;
    entry->has_directory = true;
    entry->directory_version = 1;
    entry->directory = maker->directory;
    entry->has_revocation = true;
    entry->revocation = eg_hash(revocation);
    entry->form = made->form == 2 ? 2 : 1;
    entry->semantics = made->semantics != 0 ? made->semantics : 1;
    entry->accepted = entry->verdict = !made->rejected;
    entry->counts = made->counts;
    entry->counts.owed += made->other_counts;
    entry->counts.undecided += made->other_counts;
    parts->remembered = made->remembered;
    parts->plant = made->plant;
    add_signed(maker, parts, made->report);
    add_findings(maker, parts, made);
    entry->has_parameters = true;
    entry->parameters = add_content(maker, parts, EG_CONTENT_PARAMETERS, 0, "made-up parameters");
    parts->contents[parts->content_count].kind = EG_CONTENT_REVOCATION;
    parts->contents[parts->content_count++].octets = revocation;
    add_notifications(maker, parts, made);
}

/* ---- a batch
 * -----------------------------------------------------------------------------------*/

static void keep_node(void *payload, unsigned level, uint64_t index, const struct eg_digest *hash)
{
    struct nodes *nodes = payload;

    assert(nodes->count < sizeof(nodes->list) / sizeof(nodes->list[0]));
    nodes->list[nodes->count++] = (struct eg_node){level, index, *hash};
}

/* New nodes first, then those in the archive. */
static enum eg_status read_node(void *payload, unsigned level, uint64_t index,
                                struct eg_digest *hash, struct eg_error *err)
{
    struct nodes *nodes = payload;

    for (size_t i = 0; i < nodes->count; i++) {
        if (nodes->list[i].level == level && nodes->list[i].index == index) {
            *hash = nodes->list[i].hash;
            return EG_OK;
        }
    }
    return eg_store_node(nodes->maker->store, level, index, hash, err);
}

static void grow(struct eg_archive_maker *maker, struct eg_merkle_edge *edge, struct nodes *nodes,
                 struct parts *parts, size_t count)
{
    struct eg_error err = {0};

    for (size_t i = 0; i < count; i++) {
        struct eg_digest leaf = {0};
        enum eg_status status = EG_OK;

        eg_buf_init(&parts[i].text, EG_ENTRY_MAX);
        if (parts[i].entry.form == 0) {
            parts[i].entry.form = 1; /* archives of before are what most of these tests are about */
        }
        status = eg_entry_write(&parts[i].text, &parts[i].entry, &err);
        assert(status == EG_OK);
        leaf = eg_merkle_leaf(eg_bytes_view(&parts[i].text));
        eg_merkle_append(edge, &leaf, keep_node, nodes);
    }
    nodes->maker = maker;
}

static void prove(struct parts *parts, uint64_t index, uint64_t size, struct nodes *nodes,
                  struct eg_bytes checkpoint)
{
    struct eg_digest path[EG_MERKLE_LEVELS];
    size_t path_count = 0;
    struct eg_error err = {0};
    enum eg_status status =
        eg_merkle_inclusion(path, &path_count, index, size, read_node, nodes, &err);

    assert(status == EG_OK);
    eg_buf_init(&parts->receipt, EG_RECEIPT_MAX);
    status = eg_receipt_write(&parts->receipt, eg_bytes_view(&parts->text), index, path, path_count,
                              checkpoint, &err);
    assert(status == EG_OK);
}

static enum eg_status append_parts(struct eg_archive_maker *maker, struct parts *parts,
                                   size_t count, struct eg_error *err)
{
    struct eg_merkle_edge edge = maker->edge;
    struct nodes *nodes = calloc(1, sizeof(*nodes));
    struct eg_record records[EG_MAKER_BATCH_MAX];
    struct eg_checkpoint head = {0};
    struct eg_buf note = {0};
    struct eg_batch batch = {0};
    enum eg_status status = EG_OK;

    assert(nodes && count <= EG_MAKER_BATCH_MAX);
    memset(records, 0, sizeof(records));
    grow(maker, &edge, nodes, parts, count);
    (void)snprintf(head.origin, sizeof(head.origin), "%s", EG_MAKER_ORIGIN);
    head.size = edge.size;
    head.root = eg_merkle_root(&edge);
    eg_buf_init(&note, EG_RECEIPT_MAX);
    status = eg_checkpoint_sign(&note, &head, maker->seed, maker->public_key, err);
    assert(status == EG_OK);
    for (size_t i = 0; i < count; i++) {
        prove(&parts[i], maker->edge.size + i, edge.size, nodes, eg_bytes_view(&note));
        records[i] = (struct eg_record){.index = maker->edge.size + i,
                                        .entry = &parts[i].entry,
                                        .entry_text = eg_bytes_view(&parts[i].text),
                                        .receipt = eg_bytes_view(&parts[i].receipt),
                                        .report_digest = parts[i].report_digest,
                                        .contents = parts[i].contents,
                                        .content_count = parts[i].content_count,
                                        .remembered = parts[i].remembered,
                                        .plant = parts[i].plant};
    }
    batch = (struct eg_batch){records, count, nodes->list, nodes->count, eg_bytes_view(&note)};
    status = eg_store_append(maker->store, &batch, err);
    if (!status) {
        maker->edge = edge;
    }
    eg_buf_done(&note);
    free(nodes);
    return status;
}

static void free_parts(struct parts *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        eg_buf_done(&parts[i].text);
        eg_buf_done(&parts[i].receipt);
        for (size_t k = 0; k < CONTENTS_MAX; k++) {
            eg_buf_done(&parts[i].octets[k]);
        }
    }
    free(parts);
}

enum eg_status eg_archive_maker_append(struct eg_archive_maker *maker, const struct eg_made *made,
                                       size_t count, struct eg_error *err)
{
    struct parts *parts = calloc(count, sizeof(*parts));
    enum eg_status status = EG_OK;

    assert(parts);
    for (size_t i = 0; i < count; i++) {
        fill_submission(maker, &parts[i], &made[i]);
    }
    status = append_parts(maker, parts, count, err);
    free_parts(parts, count);
    return status;
}

void eg_archive_maker_rules(struct eg_archive_maker *maker)
{
    struct parts *parts = calloc(2, sizeof(*parts));
    struct eg_error err = {0};
    enum eg_status status = EG_OK;

    assert(parts);
    maker->directory = eg_hash(eg_bytes_of("made-up directory"));
    maker->package = eg_hash(eg_bytes_of("made-up SIGNED"));
    parts[0].entry.kind = EG_ENTRY_DIRECTORY;
    parts[0].entry.has_directory = true;
    parts[0].entry.directory_version = 1;
    parts[0].entry.directory = maker->directory;
    parts[0].entry.recorded_at_ms = maker->at_ms += 1000;
    add_signed(maker, &parts[0], "made-up directory");
    parts[1].entry.kind = EG_ENTRY_PACKAGE;
    parts[1].entry.has_package = true;
    (void)snprintf(parts[1].entry.package.id, EG_ID_MAX, "made.up.package");
    (void)snprintf(parts[1].entry.package.version, sizeof(parts[1].entry.package.version), "1.0.0");
    parts[1].entry.package.digest = maker->package;
    parts[1].entry.recorded_at_ms = maker->at_ms += 1000;
    add_signed(maker, &parts[1], "made-up packed tree");
    status = append_parts(maker, parts, 2, &err);
    assert(status == EG_OK);
    free_parts(parts, 2);
}

void eg_archive_maker_small(struct eg_archive_maker *maker)
{
    /* The first report is long enough to lie compressed. */
    static char long_report[3000];
    struct eg_made first[] = {
        {.participant = "operator", .id = "day-1", .version = 1, .notifications = 2},
        {.participant = "operator",
         .id = "day-2",
         .version = 1,
         .report = "bad report 2",
         .rejected = true},
    };
    struct eg_made second[] = {
        {.participant = "operator",
         .id = "day-3",
         .version = 1,
         .report = "report 3",
         .notifications = 1},
        {.participant = "operator",
         .id = "day-1",
         .version = 1,
         .report = "another report 1",
         .rejected = true,
         .taken = true},
        {.participant = "device", .id = "day-1", .version = 1, .report = "report of a device"},
    };
    struct eg_error err = {0};
    enum eg_status status = EG_OK;

    for (size_t i = 0; i + 1 < sizeof(long_report); i++) {
        long_report[i] = "report 1 "[i % 9];
    }
    first[0].report = long_report;
    eg_archive_maker_rules(maker);
    status = eg_archive_maker_append(maker, first, 2, &err);
    assert(status == EG_OK);
    status = eg_archive_maker_append(maker, second, 3, &err);
    assert(status == EG_OK);
}

/* ---- start and stop
 * ----------------------------------------------------------------------------*/

void eg_archive_maker_start(struct eg_archive_maker *maker)
{
    const char *base = getenv("TMPDIR");
    struct eg_error err = {0};
    enum eg_status status = EG_OK;

    memset(maker, 0, sizeof(*maker));
    (void)snprintf(maker->dir, sizeof(maker->dir), "%.100s/emgate archive XXXXXX",
                   base && *base ? base : "/tmp");
    if (!mkdtemp(maker->dir)) {
        abort();
    }
    (void)snprintf(maker->path, sizeof(maker->path), "%s/archive.db", maker->dir);
    memset(maker->seed, 7, sizeof(maker->seed));
    status = eg_ed25519_public(maker->public_key, maker->seed, &err);
    assert(status == EG_OK);
    maker->at_ms = 1767225600000; /* 2026-01-01T00:00:00Z */
    status = eg_store_open(&maker->store, maker->path, EG_STORE_WRITE, EG_MAKER_ORIGIN, &err);
    if (status) {
        (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
        abort();
    }
}

void eg_archive_maker_stop(struct eg_archive_maker *maker)
{
    struct eg_error err = {0};

    eg_store_close(&maker->store);
    if (eg_file_remove_tree(maker->dir, &err)) {
        (void)fprintf(stderr, "%s: %s\n", err.where, err.text);
    }
}

enum eg_status eg_archive_maker_reopen(struct eg_archive_maker *maker, struct eg_error *err)
{
    enum eg_status status = EG_OK;

    eg_store_close(&maker->store);
    status = eg_store_open(&maker->store, maker->path, EG_STORE_WRITE, EG_MAKER_ORIGIN, err);
    if (!status) {
        status = eg_store_head(&maker->edge, NULL, NULL, maker->store, err);
    }
    return status;
}

/* ---- hooks
 * -------------------------------------------------------------------------------------*/

static enum eg_status fake_signature(void *payload, const struct eg_check_inputs *inputs,
                                     unsigned *condition, char text[EG_ERROR_TEXT_MAX],
                                     struct eg_error *err)
{
    struct eg_found *found = payload;
    struct eg_bytes cms = inputs->signature;

    (void)err;
    found->signatures++;
    *condition = 0;
    if (inputs->entry->kind == EG_ENTRY_BREAK) {
        return EG_OK; /* signed by no one but the log itself */
    }
    if (cms.len < 7 || memcmp(cms.data, "signed ", 7) != 0 ||
        !eg_bytes_equal((struct eg_bytes){cms.data + 7, cms.len - 7}, inputs->report)) {
        *condition = 8;
        (void)snprintf(text, EG_ERROR_TEXT_MAX, "not signed");
    }
    return EG_OK;
}

static enum eg_status fake_rerun(void *payload, const struct eg_check_inputs *inputs,
                                 unsigned *condition, bool *differs_by_engine,
                                 char text[EG_ERROR_TEXT_MAX], struct eg_error *err)
{
    struct eg_found *found = payload;
    bool bad = inputs->report.len >= 3 && memcmp(inputs->report.data, "bad", 3) == 0;
    bool taken = !inputs->entry->has_package;

    (void)err;
    found->reruns++;
    *condition = !found->engine_differs && inputs->entry->accepted == (!bad && !taken) ? 0 : 10;
    *differs_by_engine = found->engine_differs;
    (void)snprintf(text, EG_ERROR_TEXT_MAX, "the rerun decides otherwise");
    return EG_OK;
}

static void collect(void *payload, const struct eg_check_finding *finding)
{
    struct eg_found *found = payload;

    if (found->count < sizeof(found->list) / sizeof(found->list[0])) {
        found->list[found->count] = *finding;
    }
    found->count++;
}

static bool go_on(void *payload, uint64_t done, uint64_t total)
{
    struct eg_found *found = payload;

    (void)total;
    return found->stop_after == 0 || done < found->stop_after;
}

struct eg_check_hooks eg_found_hooks(struct eg_found *found)
{
    return (struct eg_check_hooks){found, fake_signature, fake_rerun, collect, go_on};
}

static size_t kept(const struct eg_found *found)
{
    size_t max = sizeof(found->list) / sizeof(found->list[0]);

    return found->count < max ? found->count : max;
}

bool eg_found_has(const struct eg_found *found, uint64_t entry, unsigned condition)
{
    for (size_t i = 0; i < kept(found); i++) {
        if (found->list[i].entry == entry && found->list[i].condition == condition) {
            return true;
        }
    }
    return false;
}

bool eg_found_only(const struct eg_found *found, uint64_t entry)
{
    for (size_t i = 0; i < kept(found); i++) {
        if (found->list[i].entry != entry) {
            return false;
        }
    }
    return found->count > 0;
}
