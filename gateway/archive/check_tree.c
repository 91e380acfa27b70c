/*
 * The tree: conditions 2, 3 and 7.
 *
 * The tree is built again from the entries. Where an entry's text and its kept leaf disagree, the
 * receipt decides which of them is right, because it is signed: so one damage is named once, at its
 * entry, and does not make every later node look wrong. Whatever is chosen, the root must be that
 * of the signed checkpoint.
 */
#include "archive/check_inside.h"

#include <string.h>

/* ---- condition 7
 * -------------------------------------------------------------------------------*/

/* All receipts of a batch carry the same note: its signature is checked once. */
static bool note_is_signed(struct eg_checker *checker, struct eg_bytes note, struct eg_error *err)
{
    if (checker->note_good && eg_bytes_equal(note, eg_bytes_view(&checker->note))) {
        return true;
    }
    checker->note_good = false;
    eg_buf_reset(&checker->note);
    eg_buf_bytes(&checker->note, note);
    if (eg_buf_ok(&checker->note, "receipt", err)) {
        return false;
    }
    checker->note_good = eg_checkpoint_verify(&checker->note_head, note, checker->origin,
                                              checker->key, err) == EG_OK;
    return checker->note_good;
}

/* A checkpoint promises a root at a size; it is compared when the tree has grown to that size. */
static void promise(struct eg_checker *checker)
{
    const struct eg_checkpoint *head = &checker->note_head;

    if (checker->promised_size == head->size) {
        if (!eg_digest_equal(&checker->promised_root, &head->root)) {
            eg_check_found(checker, checker->row.index, 7,
                           "the receipt's checkpoint has another root for size %llu than the "
                           "receipt of entry %llu",
                           (unsigned long long)head->size,
                           (unsigned long long)checker->promised_by);
        }
        return;
    }
    if (checker->promised_size > checker->row.index) {
        eg_check_found(checker, checker->row.index, 7,
                       "the receipt's checkpoint is of size %llu, those before it of size %llu",
                       (unsigned long long)head->size, (unsigned long long)checker->promised_size);
    }
    checker->promised_size = head->size;
    checker->promised_by = checker->row.index;
    checker->promised_root = head->root;
}

static void check_proof(struct eg_checker *checker, const struct eg_receipt *receipt)
{
    struct eg_error err = {0};
    struct eg_digest leaf = eg_merkle_leaf(eg_bytes_view(&receipt->entry_text));
    uint64_t index = checker->row.index;

    if (receipt->index != index ||
        !eg_bytes_equal(eg_bytes_view(&receipt->entry_text), checker->row.text)) {
        eg_check_found(checker, index, 7, "the receipt is not that of this entry");
        return;
    }
    if (!note_is_signed(checker, receipt->checkpoint_note, &err)) {
        eg_check_found(checker, index, 7, "the receipt's checkpoint: %s", err.text);
        return;
    }
    if (!eg_merkle_inclusion_verify(&leaf, index, checker->note_head.size, receipt->path,
                                    receipt->path_count, &checker->note_head.root)) {
        eg_check_found(checker, index, 7, "the receipt does not prove the entry");
        return;
    }
    checker->proved = true;
    promise(checker);
}

void eg_check_receipt(struct eg_checker *checker)
{
    struct eg_receipt receipt = {0};
    struct eg_error err = {0};

    checker->proved = false;
    if (eg_receipt_read(&receipt, checker->row.receipt, &err) != EG_OK) {
        eg_check_found(checker, checker->row.index, 7, "the receipt can not be read: %s", err.text);
        return;
    }
    check_proof(checker, &receipt);
    eg_receipt_done(&receipt);
}

/* ---- condition 2
 * -------------------------------------------------------------------------------*/

/* false: the node is not kept (or not one). */
static bool kept_node(struct eg_digest *out, struct eg_checker *checker, unsigned level,
                      uint64_t index, enum eg_status *status, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_check_statement(checker, EG_CHECK_NODE);
    struct eg_bytes hash = EG_BYTES_NONE;
    int64_t place = 0;
    bool row = false, good = false;

    if (!eg_node_place(&place, level, index)) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, place);
    *status = eg_check_step(&row, checker, statement, err);
    good =
        *status == EG_OK && row && eg_check_blob(&hash, statement, 0) && hash.len == EG_DIGEST_LEN;
    if (good) {
        memcpy(out->octets, hash.data, EG_DIGEST_LEN);
    }
    (void)sqlite3_reset(statement);
    if (*status == EG_OK && !row) {
        checker->nodes_missing++;
    }
    return good;
}

/* Level 0 was compared before, by eg_check_leaf. */
static void compare_node(void *payload, unsigned level, uint64_t index,
                         const struct eg_digest *hash)
{
    struct eg_checker *checker = payload;
    struct eg_digest kept = {0};
    bool found = false;

    if (level == 0 || checker->node_status) {
        return;
    }
    found = kept_node(&kept, checker, level, index, &checker->node_status, checker->err);
    if (checker->node_status || (found && eg_digest_equal(&kept, hash))) {
        return;
    }
    eg_check_found(checker, checker->leaf_index, 2, "tree node %u/%llu %s", level,
                   (unsigned long long)index,
                   found ? "differs from the entries below it" : "is missing");
}

/* Put a leaf into the tree; see that the tree is what a receipt promised for this size. */
static enum eg_status grow(struct eg_checker *checker, const struct eg_digest *leaf,
                           struct eg_error *err)
{
    struct eg_digest root = {0};

    checker->err = err;
    checker->node_status = EG_OK;
    checker->leaf_index = checker->edge.size;
    eg_merkle_append(&checker->edge, leaf, compare_node, checker);
    if (checker->edge.size == checker->promised_size) {
        root = eg_merkle_root(&checker->edge);
        if (!eg_digest_equal(&root, &checker->promised_root)) {
            eg_check_found(checker, UINT64_MAX, 7,
                           "the tree of %llu entries is not the one that the receipt of entry %llu "
                           "proves",
                           (unsigned long long)checker->edge.size,
                           (unsigned long long)checker->promised_by);
        }
    }
    return checker->node_status;
}

enum eg_status eg_check_leaf(struct eg_checker *checker, struct eg_error *err)
{
    struct eg_digest leaf = eg_merkle_leaf(checker->row.text), kept = {0};
    enum eg_status status = EG_OK;
    bool found = kept_node(&kept, checker, 0, checker->row.index, &status, err);

    if (status) {
        return status;
    }
    if (!found) {
        eg_check_found(checker, checker->row.index, 2, "the entry's leaf hash is missing");
    } else if (!eg_digest_equal(&leaf, &kept)) {
        eg_check_found(checker, checker->row.index, 2, "the entry differs from its leaf hash");
    }
    return grow(checker, found && !checker->proved ? &kept : &leaf, err);
}

enum eg_status eg_check_lost_leaf(struct eg_checker *checker, uint64_t index, struct eg_error *err)
{
    struct eg_digest kept = {0};
    enum eg_status status = EG_OK;

    (void)kept_node(&kept, checker, 0, index, &status, err);
    return status ? status : grow(checker, &kept, err);
}

/* ---- condition 3
 * -------------------------------------------------------------------------------*/

static void check_note(struct eg_checker *checker, struct eg_bytes note)
{
    struct eg_checkpoint head = {0};
    struct eg_error err = {0};
    struct eg_digest root = eg_merkle_root(&checker->edge);

    if (note.len == 0) {
        eg_check_found(checker, UINT64_MAX, 3, "there is no checkpoint: nothing is proved");
    } else if (eg_checkpoint_verify(&head, note, checker->origin, checker->key, &err) != EG_OK) {
        eg_check_found(checker, UINT64_MAX, 3, "the newest checkpoint: %s", err.text);
    } else if (head.size != checker->edge.size) {
        eg_check_found(checker, UINT64_MAX, 3,
                       "the newest checkpoint is of %llu entries, the archive has %llu",
                       (unsigned long long)head.size, (unsigned long long)checker->edge.size);
    } else if (!eg_digest_equal(&head.root, &root)) {
        eg_check_found(checker, UINT64_MAX, 3,
                       "the newest checkpoint has another root than the entries");
    }
}

enum eg_status eg_check_head(struct eg_checker *checker, struct eg_error *err)
{
    sqlite3_stmt *statement = eg_check_statement(checker, EG_CHECK_HEAD);
    struct eg_bytes note = EG_BYTES_NONE;
    bool row = false;
    enum eg_status status = eg_check_step(&row, checker, statement, err);

    if (!status && (!row || !eg_check_blob(&note, statement, 2))) {
        eg_check_found(checker, UINT64_MAX, 3, "the head is missing or malformed");
    } else if (!status) {
        if (!eg_check_text_is(statement, 0, checker->origin)) {
            eg_check_found(checker, UINT64_MAX, 3, "the archive is that of the log %s, not %s",
                           eg_store_origin(checker->store), checker->origin);
        }
        if (!eg_check_number_is(statement, 1, (int64_t)checker->edge.size)) {
            eg_check_found(checker, UINT64_MAX, 3, "the head does not count %llu entries",
                           (unsigned long long)checker->edge.size);
        }
        check_note(checker, note);
    }
    (void)sqlite3_reset(statement);
    return status;
}
