/*
 * <state>/<origin>.<digest of the log key>.receipt     the newest receipt held
 *                                         .lock        held while it is compared and replaced
 *                                         .<digest>.contradiction.receipt
 *                                                      of a contradiction both receipts
 *                                         .contradicted
 *                                                      there was one; told at each start
 */
#include "emgate/verbs/newest.h"

#include "base/file.h"
#include "base/limits.h"
#include "emgate/verbs/keep.h"

#include <emgate/receipt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE_MODE 0644

struct eg_newest {
    char *log_key;
    char *stem, *receipt, *lock, *mark;
};

/* ---- names ---- */

static enum eg_status no_memory(struct eg_error *err)
{
    return eg_error_set(err, EG_E_NOMEM, "--state", "memory ran out");
}

/* The state folder, free(). */
static enum eg_status folder(char **out, const struct eg_tool_args *args, struct eg_error *err)
{
    const char *given = eg_tool_value(args, "--state", 0);
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;

    if (given != NULL) {
        path = strdup(given);
    } else if (state != NULL && state[0] == '/') {
        path = eg_file_join(state, "emgate");
    } else if (home != NULL && home[0] == '/') {
        path = eg_file_join(home, ".local/state/emgate");
    } else {
        return eg_error_set(err, EG_E_USAGE, "--state",
                            "a folder is needed in which the newest checkpoint of the log is kept: "
                            "there is neither XDG_STATE_HOME nor HOME");
    }
    *out = path;
    return path == NULL ? no_memory(err) : EG_OK;
}

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

static enum eg_status name_files(struct eg_newest *newest, const char *dir, struct eg_error *err)
{
    char origin[EG_ORIGIN_MAX + 1] = "";
    size_t len = strcspn(newest->log_key, "+");
    char *named = NULL;

    for (size_t i = 0; i < len && i < EG_ORIGIN_MAX; i++) {
        origin[i] = plain(newest->log_key[i]) ? newest->log_key[i] : '_';
    }
    named = eg_file_join(dir, origin[0] == '.' ? "log" : origin);
    if (named != NULL) {
        newest->stem =
            eg_keep_name(named, (struct eg_octets){newest->log_key, strlen(newest->log_key)}, "");
    }
    free(named);
    if (newest->stem == NULL || asprintf(&newest->receipt, "%s.receipt", newest->stem) < 0 ||
        asprintf(&newest->lock, "%s.lock", newest->stem) < 0 ||
        asprintf(&newest->mark, "%s.contradicted", newest->stem) < 0) {
        return no_memory(err);
    }
    return EG_OK;
}

/* ---- one comparison ---- */

/* Both receipts, under names that nothing overwrites, and the mark that this happened. */
static enum eg_status keep_evidence(const struct eg_newest *newest, struct eg_octets held,
                                    struct eg_octets seen, const char *why, struct eg_error *err)
{
    char *first = eg_keep_name(newest->stem, held, ".contradiction.receipt");
    char *second = eg_keep_name(newest->stem, seen, ".contradiction.receipt");
    enum eg_status status =
        first == NULL || second == NULL ? no_memory(err) : eg_keep_file(first, held, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_keep_file(second, seen, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_create(newest->mark, eg_bytes_of(why), STATE_MODE, err);
    status = status == EG_E_EXISTS ? EG_OK : status;
    if (status != EG_OK) {
        goto done;
    }
    const char *slash = second != NULL ? strrchr(second, '/') : NULL;
    status = eg_error_set(err, EG_E_DENIED, "contradiction",
                          "%s: keep %s and, beside it, %s, which prove it together, and show "
                          "them to the authority; the gateway may have been set back",
                          why, first, slash != NULL ? slash + 1 : second);

done:
    free(first);
    free(second);
    return status;
}

static enum eg_status damaged(const struct eg_newest *newest, const struct eg_error *own,
                              struct eg_error *err)
{
    return eg_error_set(err, own->status, newest->receipt,
                        "the newest receipt held of the log is damaged (%s): put a sound copy "
                        "back, or move the file away to begin anew, knowing that a log set back "
                        "is not noticed then",
                        own->text);
}

static enum eg_status compare(const struct eg_newest *newest, const struct eg_buf *held,
                              struct eg_octets seen, struct eg_error *err)
{
    enum eg_receipt_relation relation = EG_RECEIPT_SAME_TREE;
    struct eg_octets before = {held->data, held->len};
    const char *why = NULL;
    struct eg_error own = {.status = EG_OK};
    enum eg_status status =
        eg_receipt_compare(&relation, &why, before, seen, newest->log_key, &own);

    if (status != EG_OK && strcmp(own.where, "held") == 0) {
        return damaged(newest, &own, err);
    }
    if (status != EG_OK) {
        return eg_error_set(err, status, own.where, "%s", own.text);
    }
    if (relation == EG_RECEIPT_CONTRADICTION) {
        return keep_evidence(newest, before, seen, why, err);
    }
    return relation == EG_RECEIPT_NEWER
               ? eg_file_write(newest->receipt, (struct eg_bytes){seen.data, seen.len}, STATE_MODE,
                               err)
               : EG_OK;
}

/* seen.data NULL: only look whether what is held is sound. */
static enum eg_status see(const struct eg_newest *newest, struct eg_octets seen,
                          struct eg_error *err)
{
    struct eg_buf held = {0};
    struct eg_error own = {.status = EG_OK};

    eg_buf_init(&held, EG_RECEIPT_MAX);
    enum eg_status status = eg_file_read(&held, newest->receipt, &own);
    if (status == EG_E_NOTFOUND) {
        status = seen.data == NULL
                     ? EG_OK
                     : eg_file_write(newest->receipt, (struct eg_bytes){seen.data, seen.len},
                                     STATE_MODE, err);
    } else if (status == EG_E_LIMIT) {
        status = damaged(newest, &own, err);
    } else if (status != EG_OK) {
        status = eg_error_set(err, status, newest->receipt, "%s", own.text);
    } else {
        struct eg_octets itself = {held.data, held.len};
        status = compare(newest, &held, seen.data == NULL ? itself : seen, err);
    }
    eg_buf_done(&held);
    return status;
}

enum eg_status eg_newest_see(struct eg_newest *newest, struct eg_octets receipt,
                             struct eg_error *err)
{
    int fd = -1;
    enum eg_status status = eg_file_lock(&fd, newest->lock, err);
    if (status != EG_OK) {
        return status;
    }
    status = see(newest, receipt, err);
    close(fd); /* and with it the lock */
    return status;
}

/* ---- birth and death ---- */

static enum eg_status set_up(struct eg_newest *newest, const struct eg_tool_args *args,
                             const char *log_key, struct eg_error *err)
{
    char *dir = NULL;
    enum eg_status status = folder(&dir, args, err);
    if (status != EG_OK) {
        goto done;
    }
    newest->log_key = strdup(log_key);
    status = newest->log_key == NULL ? no_memory(err) : eg_file_mkdirs(dir, err);
    if (status != EG_OK) {
        goto done;
    }
    status = name_files(newest, dir, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_newest_see(newest, (struct eg_octets){NULL, 0}, err);
    if (status != EG_OK) {
        goto done;
    }
    if (access(newest->mark, F_OK) == 0) {
        (void)fprintf(stderr,
                      "emgate: this log has contradicted itself before; the receipts that show it "
                      "lie beside %s\n",
                      newest->mark);
    }

done:
    free(dir);
    return status;
}

enum eg_status eg_newest_open(struct eg_newest **out, const struct eg_tool_args *args,
                              const char *log_key, struct eg_error *err)
{
    struct eg_newest *newest = calloc(1, sizeof *newest);
    if (newest == NULL) {
        return no_memory(err);
    }
    enum eg_status status = set_up(newest, args, log_key, err);
    if (status != EG_OK) {
        eg_newest_free(&newest);
        return status;
    }
    *out = newest;
    return EG_OK;
}

void eg_newest_free(struct eg_newest **newest)
{
    if (*newest == NULL) {
        return;
    }
    free((*newest)->log_key);
    free((*newest)->stem);
    free((*newest)->receipt);
    free((*newest)->lock);
    free((*newest)->mark);
    free(*newest);
    *newest = NULL;
}
