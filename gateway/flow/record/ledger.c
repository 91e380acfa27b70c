/*
 * A batch costs one signature, one sync of the archive and one of the head note, in this order.
 * Proofs for a batch need only its own nodes and the peaks of the tree before it, so nothing is
 * read back from disk to make a receipt.
 *
 * The archive may be ahead of the head note after a crash between the two syncs, or when the note
 * could not be written.
 */
#include "flow/record/ledger.h"

#include "base/error.h"
#include "base/limits.h"
#include "flow/journal/log.h"

#include <stdlib.h>
#include <string.h>

struct eg_ledger {
    char *path;
    char origin[EG_ORIGIN_MAX + 1];
    uint8_t seed[EG_ED25519_KEY_LEN], key[EG_ED25519_KEY_LEN];
    struct eg_store *store;
    struct eg_merkle_edge edge;
    int64_t last_ms;
    /* of edge, signed; empty while the log has no entry */
    struct eg_buf checkpoint;
    struct eg_head_file *head;
    /* of the archive's file as it was first opened */
    struct eg_file_id id;
    /* why store is NULL */
    struct eg_error why;
};

/* The batch being built. */
struct building {
    struct eg_merkle_edge before, edge;
    struct eg_node *nodes;
    size_t node_count, node_capacity;
    struct eg_digest *leaves;
    struct eg_record *records;
    struct eg_buf checkpoint;
    struct eg_store *store;
};

/* ---- opening ---- */

/* The archive as it was found. */
struct found {
    struct eg_store *store;
    struct eg_merkle_edge edge;
    struct eg_buf checkpoint;
    int64_t last_ms;
};

static struct eg_checkpoint head_of(const struct eg_ledger *ledger)
{
    struct eg_checkpoint head = {.size = ledger->edge.size, .root = eg_merkle_root(&ledger->edge)};

    memcpy(head.origin, ledger->origin, sizeof head.origin);
    return head;
}

static enum eg_status check_head(const struct eg_ledger *ledger, const struct found *found,
                                 struct eg_error *err)
{
    struct eg_checkpoint checkpoint;
    if (found->edge.size == 0) {
        return EG_OK;
    }
    enum eg_status status = eg_checkpoint_verify(&checkpoint, eg_bytes_view(&found->checkpoint),
                                                 ledger->origin, ledger->key, err);
    struct eg_digest root = eg_merkle_root(&found->edge);
    if (status != EG_OK) {
        return status;
    }
    if (checkpoint.size != found->edge.size || !eg_digest_equal(&checkpoint.root, &root)) {
        return eg_error_set(err, EG_E_FORMAT, ledger->path,
                            "newest checkpoint does not fit the tree; run emgate audit verify");
    }
    return EG_OK;
}

/* Its head fits its tree, and it holds what the head note has and what this process has seen. */
static enum eg_status check_found(const struct eg_ledger *ledger, const struct found *found,
                                  struct eg_error *err)
{
    struct eg_checkpoint seen = head_of(ledger);
    EG_TRY(check_head(ledger, found, err));
    EG_TRY(eg_continuity_check(found->store, &found->edge, &eg_head_file_note(ledger->head)->newest,
                               "the head note", err));
    return eg_continuity_check(found->store, &found->edge, &seen, "the running log", err);
}

static enum eg_status find(struct found *found, const struct eg_ledger *ledger,
                           struct eg_error *err)
{
    uint64_t covered = eg_head_file_note(ledger->head)->newest.size;
    bool may_create = covered == 0 && !ledger->id.known;
    enum eg_status status = eg_file_id_check(&ledger->id, ledger->path, err);
    if (status == EG_OK) {
        status =
            eg_store_open(&found->store, ledger->path,
                          may_create ? EG_STORE_WRITE : EG_STORE_CONTINUE, ledger->origin, err);
    }
    if (status == EG_E_NOTFOUND && covered > 0) {
        status = eg_error_set(err, EG_E_DENIED, ledger->path,
                              "the archive is not there, but the head note has %llu entries; put "
                              "the archive back, or begin a new log (new origin, new key, new "
                              "archive) with --new-log",
                              (unsigned long long)covered);
    }
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_store_head(&found->edge, &found->checkpoint, &found->last_ms, found->store, err));
    return check_found(ledger, found, err);
}

static enum eg_status open_store(struct eg_ledger *ledger, struct eg_error *err)
{
    struct found found = {.store = NULL};
    eg_buf_init(&found.checkpoint, EG_SIGNED_TEXT_MAX);
    enum eg_status status = find(&found, ledger, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_done(&ledger->checkpoint);
    ledger->store = found.store;
    ledger->edge = found.edge;
    ledger->checkpoint = found.checkpoint;
    ledger->last_ms = found.last_ms;
    ledger->id = eg_store_file_id(found.store);
    return EG_OK;

done:
    eg_store_close(&found.store);
    eg_buf_done(&found.checkpoint);
    return status;
}

/* Whatever was unusual is said. */
static void journal_start(const struct eg_ledger *ledger, bool taken)
{
    const struct eg_head_note *note = eg_head_file_note(ledger->head);
    unsigned long long size = ledger->edge.size;
    unsigned long long covered = note->newest.size;
    if (taken) {
        eg_log(EG_LOG_WARN, "head-note-taken",
               "size=%llu text=\"an archive of before, without a head note: one was made from it\"",
               covered);
    }
    if (note->damaged) {
        eg_log(EG_LOG_WARN, "head-note-slot",
               "size=%llu text=\"one of two slots is damaged, as a power loss leaves it\"",
               covered);
    }
    if (eg_store_was_in_use(ledger->store)) {
        eg_log(EG_LOG_WARN, "archive-not-closed", "size=%llu write-ahead-log=%s", size,
               eg_store_incomplete(ledger->store) ? "missing" : "there");
    }
    if (size > covered) {
        eg_log(EG_LOG_WARN, "archive-ahead",
               "size=%llu head=%llu text=\"the archive extends its head note and is taken\"", size,
               covered);
    }
}

static enum eg_status open_all(struct eg_ledger *ledger, const struct eg_log_place *place,
                               struct eg_error *err)
{
    bool taken = false;
    EG_TRY(eg_ed25519_public(ledger->key, place->seed, err));
    EG_TRY(eg_continuity_open(&ledger->head, &taken, place, err));
    EG_TRY(open_store(ledger, err));
    journal_start(ledger, taken);
    return eg_ledger_cover(ledger, err);
}

enum eg_status eg_ledger_open(struct eg_ledger **out, const struct eg_log_place *place,
                              struct eg_error *err)
{
    struct eg_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL || (ledger->path = strdup(place->archive)) == NULL) {
        eg_ledger_close(&ledger);
        return eg_error_set(err, EG_E_NOMEM, place->archive, "memory ran out");
    }
    eg_buf_init(&ledger->checkpoint, EG_SIGNED_TEXT_MAX);
    memcpy(ledger->seed, place->seed, EG_ED25519_KEY_LEN);
    enum eg_status status = EG_OK;
    if (strlen(place->origin) > EG_ORIGIN_MAX) {
        status = eg_error_set(err, EG_E_USAGE, place->origin, "origin is too long");
    } else {
        memcpy(ledger->origin, place->origin, strlen(place->origin) + 1);
        status = open_all(ledger, place, err);
    }
    if (status != EG_OK) {
        eg_ledger_close(&ledger);
        return status;
    }
    *out = ledger;
    return EG_OK;
}

void eg_ledger_close(struct eg_ledger **ledger)
{
    if (*ledger != NULL) {
        struct eg_error err = {0};
        if ((*ledger)->store != NULL && eg_store_finish((*ledger)->store, &err) != EG_OK) {
            eg_log_failure("archive-not-folded", &err);
        }
        eg_store_close(&(*ledger)->store);
        eg_head_file_close(&(*ledger)->head);
        explicit_bzero((*ledger)->seed, EG_ED25519_KEY_LEN);
        eg_buf_done(&(*ledger)->checkpoint);
        free((*ledger)->path);
        free(*ledger);
        *ledger = NULL;
    }
}

/* Journalled once for each reason: every report tries again. */
static void reopen(struct eg_ledger *ledger)
{
    struct eg_error err = {0};
    if (open_store(ledger, &err) != EG_OK && strcmp(err.text, ledger->why.text) != 0) {
        eg_log_failure("archive-refused", &err);
    }
    ledger->why = err;
}

struct eg_store *eg_ledger_store(struct eg_ledger *ledger)
{
    if (ledger->store != NULL && eg_store_broken(ledger->store)) {
        eg_store_close(&ledger->store); /* e.g. a cursor could not be written */
    }
    if (ledger->store == NULL) {
        reopen(ledger); /* if still out of order, the caller sees NULL and answers "not final" */
    }
    return ledger->store;
}

uint64_t eg_ledger_size(const struct eg_ledger *ledger)
{
    return ledger->edge.size;
}

uint64_t eg_ledger_covered(const struct eg_ledger *ledger)
{
    return eg_head_file_note(ledger->head)->newest.size;
}

enum eg_status eg_ledger_cover(struct eg_ledger *ledger, struct eg_error *err)
{
    if (eg_ledger_covered(ledger) == ledger->edge.size) {
        return EG_OK;
    }
    struct eg_checkpoint head = head_of(ledger);
    return eg_head_file_put(ledger->head, &head, eg_bytes_view(&ledger->checkpoint), err);
}

int64_t eg_ledger_last_ms(const struct eg_ledger *ledger)
{
    return ledger->last_ms;
}

const uint8_t *eg_ledger_key(const struct eg_ledger *ledger)
{
    return ledger->key;
}

/* ---- building a batch ---- */

static void keep_node(void *payload, unsigned level, uint64_t index, const struct eg_digest *hash)
{
    struct building *building = payload;
    building->nodes[building->node_count++] = (struct eg_node){level, index, *hash};
}

/* Nodes of the batch, then peaks of the tree before it, then the store. */
static enum eg_status read_node(void *payload, unsigned level, uint64_t index,
                                struct eg_digest *hash, struct eg_error *err)
{
    struct building *building = payload;
    for (size_t i = building->node_count; i > 0; i--) {
        const struct eg_node *node = &building->nodes[i - 1];
        if (node->level == level && node->index == index) {
            *hash = node->hash;
            return EG_OK;
        }
    }
    uint64_t complete = building->before.size >> level;
    if ((complete & 1) == 1 && index == complete - 1) {
        *hash = building->before.peak[level];
        return EG_OK;
    }
    return eg_store_node(building->store, level, index, hash, err);
}

/* n leaves close at most 2n subtrees beyond the carries of the first; 64 covers those. */
static enum eg_status building_init(struct building *building, struct eg_ledger *ledger,
                                    size_t count, struct eg_error *err)
{
    memset(building, 0, sizeof *building);
    building->before = ledger->edge;
    building->edge = ledger->edge;
    building->store = ledger->store;
    building->node_capacity = 2 * count + EG_MERKLE_LEVELS;
    building->nodes = calloc(building->node_capacity, sizeof *building->nodes);
    building->leaves = calloc(count, sizeof *building->leaves);
    building->records = calloc(count, sizeof *building->records);
    eg_buf_init(&building->checkpoint, EG_SIGNED_TEXT_MAX);
    if (building->nodes == NULL || building->leaves == NULL || building->records == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "batch", "memory ran out");
    }
    return EG_OK;
}

static void building_done(struct building *building)
{
    free(building->nodes);
    free(building->leaves);
    free(building->records);
    eg_buf_done(&building->checkpoint);
}

static enum eg_status make_receipt(struct building *building, struct eg_draft *draft,
                                   struct eg_error *err)
{
    struct eg_digest path[EG_MERKLE_LEVELS];
    size_t path_count = 0;
    EG_TRY(eg_merkle_inclusion(path, &path_count, draft->index, building->edge.size, read_node,
                               building, err));
    return eg_receipt_write(&draft->receipt, eg_bytes_view(&draft->entry_text), draft->index, path,
                            path_count, eg_bytes_view(&building->checkpoint), err);
}

static enum eg_status build(struct building *building, const struct eg_ledger *ledger,
                            struct eg_draft *drafts, size_t count, struct eg_error *err)
{
    for (size_t i = 0; i < count; i++) {
        drafts[i].index = building->edge.size;
        building->leaves[i] = eg_merkle_leaf(eg_bytes_view(&drafts[i].entry_text));
        eg_merkle_append(&building->edge, &building->leaves[i], keep_node, building);
    }
    struct eg_checkpoint head = {.size = building->edge.size,
                                 .root = eg_merkle_root(&building->edge)};
    memcpy(head.origin, ledger->origin, sizeof head.origin);
    EG_TRY(eg_checkpoint_sign(&building->checkpoint, &head, ledger->seed, ledger->key, err));
    for (size_t i = 0; i < count; i++) {
        EG_TRY(make_receipt(building, &drafts[i], err));
        building->records[i] =
            (struct eg_record){.index = drafts[i].index,
                               .entry = &drafts[i].entry,
                               .entry_text = eg_bytes_view(&drafts[i].entry_text),
                               .receipt = eg_bytes_view(&drafts[i].receipt),
                               .report_digest = drafts[i].report_digest,
                               .contents = drafts[i].contents,
                               .content_count = drafts[i].content_count,
                               .remembered = drafts[i].remembered,
                               .plant = drafts[i].plant};
    }
    return EG_OK;
}

static enum eg_status append(struct eg_ledger *ledger, struct building *building, size_t count,
                             struct eg_error *err)
{
    struct eg_batch batch = {.records = building->records,
                             .record_count = count,
                             .nodes = building->nodes,
                             .node_count = building->node_count,
                             .checkpoint = eg_bytes_view(&building->checkpoint)};
    enum eg_status status = eg_store_append(ledger->store, &batch, err);
    if (status == EG_OK) {
        ledger->edge = building->edge;
        ledger->last_ms = building->records[count - 1].entry->recorded_at_ms;
        eg_buf_done(&ledger->checkpoint);
        ledger->checkpoint = building->checkpoint;
        eg_buf_init(&building->checkpoint, EG_SIGNED_TEXT_MAX);
        return eg_ledger_cover(ledger, err);
    }
    /* Only the file knows whether it was committed: read it again; if that fails, the next batch
     * tries. */
    (void)eg_ledger_store(ledger);
    return status;
}

enum eg_status eg_ledger_commit(struct eg_ledger *ledger, struct eg_draft *drafts, size_t count,
                                struct eg_error *err)
{
    struct building building = {0};
    if (eg_ledger_store(ledger) == NULL) {
        return eg_error_set(err, EG_E_STATE, ledger->path, "archive is out of order: %.300s",
                            ledger->why.text);
    }
    enum eg_status status = eg_ledger_cover(ledger, err);
    if (status != EG_OK) {
        return status; /* no second batch that may not leave */
    }
    status = building_init(&building, ledger, count, err);
    if (status != EG_OK) {
        goto done;
    }
    status = build(&building, ledger, drafts, count, err);
    if (status != EG_OK) {
        goto done;
    }
    status = append(ledger, &building, count, err);

done:
    building_done(&building);
    return status;
}

enum eg_status eg_ledger_directory(bool *newest_out, struct eg_ledger *ledger,
                                   const struct eg_directory *directory, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_store *store = eg_ledger_store(ledger);
    struct eg_entry *last = calloc(1, sizeof *last);
    bool newest = false;
    enum eg_status status =
        last == NULL    ? eg_error_set(err, EG_E_NOMEM, "directory", "memory ran out")
        : store == NULL ? eg_error_set(err, EG_E_STATE, "archive", "is out of order")
                        : eg_store_latest(&stored, store, EG_ENTRY_DIRECTORY, NULL, err);
    if (status == EG_OK) {
        status = eg_entry_read(last, eg_bytes_view(&stored.entry_text), err);
        newest = status == EG_OK && eg_digest_equal(&last->directory, &directory->digest);
    } else if (status == EG_E_NOTFOUND) {
        status = EG_OK;
        last->directory_version = 0;
    }
    if (status != EG_OK) {
        goto done;
    }
    if (!newest && directory->version <= last->directory_version) {
        status = eg_error_set(err, EG_E_DENIED, "directory",
                              "version %llu does not follow version %llu, which is in the log; "
                              "the registrar must sign a higher one",
                              (unsigned long long)directory->version,
                              (unsigned long long)last->directory_version);
    }
    if (status != EG_OK) {
        goto done;
    }
    *newest_out = newest;

done:
    eg_stored_done(&stored);
    free(last);
    return status;
}
