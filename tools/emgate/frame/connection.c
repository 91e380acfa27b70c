/*
 * Options -> client, for submit, status and follow.
 */
#include "emgate/frame/connection.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEM_MAX (16 * EG_MIB)
#define TIMEOUT_MAX_S 86400
#define TIMEOUT_USUAL_S 30

/* A gateway that starts or renews its card writes two files, one after the other: a card that its
 * signature does not fit is read again. */
#define CARD_READS 5
#define CARD_PAUSE_NS 100000000L

static bool signals_ignored;

void eg_connection_ignore_signals(void)
{
    signals_ignored = true;
}

static bool interrupted(void *payload)
{
    (void)payload;
    return !signals_ignored && eg_tool_interrupted();
}

enum eg_status eg_connection_read(struct eg_buf *out, const char *path, size_t max,
                                  struct eg_error *err)
{
    eg_buf_init(out, max);
    return eg_file_read_some(out, path, err);
}

enum eg_status eg_connection_number(uint64_t *out, const struct eg_tool_args *args,
                                    const char *name, struct eg_number_range range,
                                    struct eg_error *err)
{
    const char *text = eg_tool_value(args, name, 0);
    uint64_t number = range.usual;
    if (text != NULL &&
        (!eg_text_u64(eg_bytes_of(text), range.max, &number) || number < range.min)) {
        return eg_error_set(err, EG_E_USAGE, name, "a whole number from %llu to %llu is needed",
                            (unsigned long long)range.min, (unsigned long long)range.max);
    }
    *out = number;
    return EG_OK;
}

char *eg_connection_beside(const char *dir, const char *file, const char *ending)
{
    const char *slash = strrchr(file, '/');
    const char *name = dir == NULL || slash == NULL ? file : slash + 1;
    size_t size = (dir == NULL ? 0 : strlen(dir) + 1) + strlen(name) + strlen(ending) + 1;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%s%s%s%s", dir == NULL ? "" : dir, dir == NULL ? "" : "/", name,
                 ending);
    }
    return path;
}

struct files {
    struct eg_buf card, card_cms, anchors, crls, key, cert;
};

static void files_done(struct files *files)
{
    eg_buf_done(&files->card);
    eg_buf_done(&files->card_cms);
    eg_buf_done(&files->anchors);
    eg_buf_done(&files->crls);
    eg_buf_wipe(&files->key);
    eg_buf_done(&files->cert);
}

static enum eg_status read_card(struct files *files, const char *card, struct eg_error *err)
{
    char *signature = eg_connection_beside(NULL, card, ".p7s");
    enum eg_status status = signature == NULL
                                ? eg_error_set(err, EG_E_NOMEM, card, "memory ran out")
                                : eg_connection_read(&files->card, card, EG_SIGNED_TEXT_MAX, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_connection_read(&files->card_cms, signature, EG_CMS_MAX, err);

done:
    free(signature);
    return status;
}

static enum eg_status read_files(struct files *files, const struct eg_tool_args *args,
                                 const struct eg_identity_files *identity, struct eg_error *err)
{
    const char *key = eg_tool_value(args, "--key", 0);
    const char *cert = eg_tool_value(args, "--cert", 0);
    const char *crls = eg_tool_value(args, "--crl", 0);
    if (key == NULL && cert == NULL && identity != NULL) {
        key = identity->key;
        cert = identity->cert;
    }
    if (key == NULL || cert == NULL) {
        return eg_error_set(err, EG_E_USAGE, key == NULL ? "--key" : "--cert",
                            "own key and certificate are needed for the greeting: give --key and "
                            "--cert");
    }
    EG_TRY(read_card(files, eg_tool_value(args, "--card", 0), err));
    EG_TRY(eg_connection_read(&files->anchors, eg_tool_value(args, "--anchors", 0), PEM_MAX, err));
    if (crls != NULL) {
        EG_TRY(eg_connection_read(&files->crls, crls, PEM_MAX, err));
    }
    EG_TRY(eg_connection_read(&files->key, key, PEM_MAX, err));
    return eg_connection_read(&files->cert, cert, PEM_MAX, err);
}

static struct eg_octets octets(const struct eg_buf *buf)
{
    return (struct eg_octets){buf->data, buf->len};
}

/* The library has octets and says which of them; who typed a command wants the file. */
static void name_file(struct eg_error *err, const struct eg_tool_args *args)
{
    const char *option = strcmp(err->where, "anchors") == 0            ? "--anchors"
                         : strcmp(err->where, "revocation lists") == 0 ? "--crl"
                         : strcmp(err->where, "chain") == 0            ? "--cert"
                                                                       : NULL;
    const char *path = option != NULL ? eg_tool_value(args, option, 0) : NULL;
    if (path != NULL) {
        (void)snprintf(err->where, sizeof err->where, "%s", path);
    }
}

static enum eg_status connect_once(struct eg_client **out, const struct eg_tool_args *args,
                                   const struct eg_identity_files *identity, unsigned window,
                                   struct eg_error *err)
{
    struct files files = {.card = {0}};
    uint64_t timeout_s = 0;
    enum eg_status status =
        eg_connection_number(&timeout_s, args, "--timeout",
                             (struct eg_number_range){1, TIMEOUT_MAX_S, TIMEOUT_USUAL_S}, err);
    if (status != EG_OK) {
        goto done;
    }
    status = read_files(&files, args, identity, err);
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_client_options options = {.card_text = octets(&files.card),
                                              .card_cms = octets(&files.card_cms),
                                              .anchors_pem = octets(&files.anchors),
                                              .crls_pem = octets(&files.crls),
                                              .key_pem = octets(&files.key),
                                              .chain_pem = octets(&files.cert),
                                              .timeout_ms = (int)timeout_s * 1000,
                                              .window = window,
                                              .interrupted = interrupted};
    status = eg_client_new(out, &options, err);

done:
    files_done(&files);
    return status;
}

enum eg_status eg_connection_new(struct eg_client **out, const struct eg_tool_args *args,
                                 const struct eg_identity_files *identity, unsigned window,
                                 struct eg_error *err)
{
    struct eg_error own = {0};
    enum eg_status status = EG_OK;

    for (unsigned left = CARD_READS; left > 0; left--) {
        status = connect_once(out, args, identity, window, &own);
        bool card = status == EG_E_DENIED && strncmp(own.where, "card", 4) == 0;
        if (!card || interrupted(NULL)) {
            break;
        }
        (void)nanosleep(&(struct timespec){0, left > 1 ? CARD_PAUSE_NS : 0}, NULL);
    }
    if (status != EG_OK && err != NULL) {
        name_file(&own, args);
        *err = own;
    }
    return status;
}
