/*
 * What is asked of an archive at each start and each reopening.
 */
#include "flow/record/continuity.h"

#include <stdio.h>
#include <string.h>

static const char remedy[] = "put the longer copy back, or begin a new log (new origin, new key, "
                             "new archive) with --new-log";

/* ---- beginning ---- */

static enum eg_status sign_empty(struct eg_buf *out, const struct eg_log_place *place,
                                 const uint8_t key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    const struct eg_merkle_edge none = {0};
    struct eg_checkpoint head = {.size = 0, .root = eg_merkle_root(&none)};

    if (strlen(place->origin) > EG_ORIGIN_MAX) {
        return eg_error_set(err, EG_E_USAGE, place->origin, "origin is too long");
    }
    memcpy(head.origin, place->origin, strlen(place->origin) + 1);
    return eg_checkpoint_sign(out, &head, place->seed, key, err);
}

/* No entry may be there, whoever wrote it. */
static enum eg_status refuse_entries(const struct eg_log_place *place, struct eg_error *err)
{
    struct eg_store *store = NULL;
    struct eg_merkle_edge edge = {0};
    struct eg_error why = {0};
    enum eg_status status = eg_store_open(&store, place->archive, EG_STORE_READ, NULL, &why);

    if (status == EG_E_NOTFOUND) {
        return EG_OK;
    }
    if (status == EG_OK) {
        status = eg_store_head(&edge, NULL, NULL, store, &why);
    }
    bool fits =
        status == EG_OK && edge.size == 0 && strcmp(eg_store_origin(store), place->origin) == 0;
    eg_store_close(&store);
    return fits ? EG_OK
                : eg_error_set(err, EG_E_EXISTS, place->archive,
                               "an archive is there already%s%.200s; a new log needs a new origin, "
                               "a new log key and another archive.path, and this archive is kept",
                               why.text[0] != '\0' ? ": " : "", why.text);
}

static enum eg_status refuse_note(bool *there_out, const struct eg_log_place *place,
                                  const uint8_t key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_head_file *file = NULL;
    struct eg_error why = {0};
    enum eg_status status = eg_head_file_open(&file, place->head, place->origin, key, &why);

    *there_out = status != EG_E_NOTFOUND;
    if (status == EG_E_NOTFOUND) {
        return EG_OK;
    }
    if (status == EG_OK) {
        uint64_t size = eg_head_file_note(file)->newest.size;
        eg_head_file_close(&file);
        if (size == 0) {
            return EG_OK;
        }
        (void)snprintf(why.text, sizeof why.text, "this log has %llu entries",
                       (unsigned long long)size);
    }
    return eg_error_set(err, EG_E_EXISTS, place->head,
                        "a head note is there already: %.200s; a new log needs a new origin, a new "
                        "log key and another archive.path or log.head, and this note is kept",
                        why.text);
}

enum eg_status eg_continuity_begin(const struct eg_log_place *place, struct eg_error *err)
{
    uint8_t key[EG_ED25519_KEY_LEN];
    struct eg_buf checkpoint;
    bool there = false;
    enum eg_status status = eg_ed25519_public(key, place->seed, err);

    eg_buf_init(&checkpoint, EG_SIGNED_TEXT_MAX);
    if (status != EG_OK) {
        goto done;
    }
    status = refuse_note(&there, place, key, err);
    if (status != EG_OK) {
        goto done;
    }
    status = refuse_entries(place, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!there) {
        status = sign_empty(&checkpoint, place, key, err);
        if (status != EG_OK) {
            goto done;
        }
        status = eg_head_file_create(place->head, eg_bytes_view(&checkpoint), err);
    }

done:
    eg_buf_done(&checkpoint);
    return status;
}

/* ---- continuing ---- */

/* An archive of a version without head notes: one is made from what the archive itself says. */
static enum eg_status take_before(const struct eg_log_place *place,
                                  const uint8_t key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    struct eg_buf checkpoint;
    struct eg_checkpoint head = {.size = 0};
    struct eg_error why = {0};

    eg_buf_init(&checkpoint, EG_SIGNED_TEXT_MAX);
    enum eg_status status = eg_store_head_before(&checkpoint, place->archive, place->origin, &why);
    if (status == EG_E_NOTFOUND) {
        status = eg_error_set(err, EG_E_DENIED, place->head,
                              "there is neither this head note nor the archive %s: %s",
                              place->archive, remedy);
    } else if (status == EG_E_STATE) {
        status = eg_error_set(err, EG_E_DENIED, place->head,
                              "the head note of %s is not there (%.120s), so nobody can tell "
                              "whether the archive is whole; put the note back, or begin a new log "
                              "(new origin, new key, new archive) with --new-log",
                              place->archive, why.text);
    } else if (status != EG_OK && err != NULL) {
        *err = why;
    }
    if (status == EG_OK && checkpoint.len == 0) {
        status = sign_empty(&checkpoint, place, key, err);
    } else if (status == EG_OK) {
        status = eg_checkpoint_verify(&head, eg_bytes_view(&checkpoint), place->origin, key, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_head_file_create(place->head, eg_bytes_view(&checkpoint), err);

done:
    eg_buf_done(&checkpoint);
    return status;
}

enum eg_status eg_continuity_open(struct eg_head_file **out, bool *taken_out,
                                  const struct eg_log_place *place, struct eg_error *err)
{
    uint8_t key[EG_ED25519_KEY_LEN];
    struct eg_error why = {0};
    enum eg_status status = eg_ed25519_public(key, place->seed, err);

    if (status != EG_OK) {
        return status;
    }
    *taken_out = false;
    status = eg_head_file_open(out, place->head, place->origin, key, &why);
    if (status == EG_E_NOTFOUND) {
        status = take_before(place, key, err);
        *taken_out = status == EG_OK;
        return status == EG_OK ? eg_head_file_open(out, place->head, place->origin, key, err)
                               : status;
    }
    if (status == EG_E_FORMAT || status == EG_E_CRYPTO) {
        return eg_error_set(err, status, place->head,
                            "%.200s; put the note of this log back, or begin a new log (new "
                            "origin, new key, new archive) with --new-log",
                            why.text);
    }
    if (status != EG_OK && err != NULL) {
        *err = why;
    }
    return status;
}

static bool extends(struct eg_store *store, const struct eg_merkle_edge *edge,
                    const struct eg_checkpoint *known, enum eg_status *status, struct eg_error *err)
{
    struct eg_digest path[2 * EG_MERKLE_LEVELS];
    size_t count = 0;
    const struct eg_digest root = eg_merkle_root(edge);

    if (known->size == edge->size) {
        return eg_digest_equal(&known->root, &root);
    }
    if (known->size == 0) {
        return true;
    }
    *status =
        eg_merkle_consistency(path, &count, known->size, edge->size, eg_store_node, store, err);
    return *status == EG_OK &&
           eg_merkle_consistency_verify(known->size, &known->root, edge->size, &root, path, count);
}

enum eg_status eg_continuity_check(struct eg_store *store, const struct eg_merkle_edge *edge,
                                   const struct eg_checkpoint *known, const char *what,
                                   struct eg_error *err)
{
    enum eg_status status = EG_OK;

    if (edge->size < known->size) {
        return eg_error_set(err, EG_E_DENIED, "archive",
                            "has %llu entries, but %s has %llu: it is shorter than what was "
                            "given out; %s",
                            (unsigned long long)edge->size, what, (unsigned long long)known->size,
                            remedy);
    }
    if (!extends(store, edge, known, &status, err) && status == EG_OK) {
        status = eg_error_set(err, EG_E_DENIED, "archive",
                              "is another log than %s from before entry %llu on; %s", what,
                              (unsigned long long)known->size, remedy);
    }
    return status;
}
