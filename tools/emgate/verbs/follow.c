/*
 * emgate follow: take the items of a stream, each exactly once.
 *
 * With --to DIR an item is first written under a name made from its cursor, then the cursor file,
 * then the gateway is told (ACK). Whatever is interrupted in between, the next run starts from the
 * cursor file and writes the same names again. With --exec CMD the gateway's own cursor counts: an
 * item is acknowledged when its command came back with 0.
 *
 * An item that is damaged at the gateway ends the run, unless --skip-damaged names this very item:
 * then a file beside the items says what is missing, and only then the gateway is told.
 */
#include "base/error.h"
#include "emgate/frame/connection.h"
#include "emgate/frame/runner.h"
#include "emgate/verbs/counts.h"
#include "emgate/verbs/keep.h"
#include "emgate/verbs/newest.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "wire/message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MAX 32       /* items written before the gateway is told */
#define BATCH_WAIT_MS 50   /* no further item within this: tell the gateway now */
#define WAIT_MS 1000       /* between two looks at --until-idle */
#define CURSOR_FILE_MAX 64 /* octets */

static const struct eg_tool_option options[] = {
    EG_CONNECTION_OPTIONS,
    {"--stream", "S", "the stream; own mailbox if not given", false, false},
    {"--to", "DIR", "write items here; starts behind the last one that is here", false, false},
    {"--exec", "CMD", "run this for each item instead; it reads the item from its input", false,
     false},
    {"--credit", "N", "items that may be under way ahead (100)", false, false},
    {"--count", "N", "end after so many items", false, false},
    {"--until-idle", "SECONDS", "end when nothing came for so long", false, false},
    {"--skip-damaged", "CURSOR", "go on without this item, which the gateway says is damaged", true,
     false},
    EG_NEWEST_OPTION,
    {0}};

struct follower {
    const struct eg_tool_args *args;
    const char *dir, *command;
    const char *stream;
    char *cursor_file;
    uint64_t credit, count_max, idle_s;
    struct eg_client *client;
    /* of the last item kept; "" = none yet */
    char cursor[40];
    size_t count, unacked, skipped;
    /* at a damaged item */
    bool stuck;
    struct eg_newest *newest;
};

/* ---- keeping ---- */

/* "<dir>/<index, twelve digits>-<number>-<name><ending>": sorts in the order of the log. */
static char *item_path(const struct follower *follower, const struct eg_client_item *item,
                       const char *ending)
{
    const char *number = strchr(item->cursor, '.') + 1;
    size_t size = strlen(follower->dir) + strlen(item->name) + strlen(ending) + 64;
    char *path = malloc(size);
    if (path == NULL) {
        return NULL;
    }
    int at = snprintf(path, size, "%s/%012" PRIu64 "-%s-", follower->dir, item->index, number);
    for (const char *c = item->name; *c != '\0'; c++) {
        path[at++] = *c == '/' ? '_' : *c; /* a name is no path */
    }
    memcpy(path + at, ending, strlen(ending) + 1);
    return path;
}

static enum eg_status keep(const struct follower *follower, const struct eg_client_item *item,
                           const char *ending, struct eg_octets octets, struct eg_error *err)
{
    char *path = item_path(follower, item, ending);
    enum eg_status status = path == NULL
                                ? eg_error_set(err, EG_E_NOMEM, item->cursor, "memory ran out")
                                : eg_keep_file(path, octets, err);
    free(path);
    return status;
}

static enum eg_status keep_item(const struct follower *follower, const struct eg_client_item *item,
                                struct eg_error *err)
{
    struct eg_buf salt = {0};
    eg_buf_init(&salt, EG_KIB);
    eg_lines_begin(&salt, "salts");
    eg_buf_text(&salt, "notification ");
    eg_text_hex(&salt, (struct eg_bytes){item->salt, sizeof item->salt});
    eg_buf_text(&salt, "\n");
    enum eg_status status = eg_buf_ok(&salt, "salts", err);
    if (status != EG_OK) {
        goto done;
    }
    status = keep(follower, item, ".salts", (struct eg_octets){salt.data, salt.len}, err);
    if (status != EG_OK) {
        goto done;
    }
    status = keep(follower, item, ".receipt", item->receipt, err);
    if (status != EG_OK) {
        goto done;
    }
    status = keep(follower, item, ".xml", item->notification, err);

done:
    eg_buf_done(&salt);
    return status;
}

static enum eg_status keep_cursor(const struct follower *follower, struct eg_error *err)
{
    struct eg_buf text = {0};
    eg_buf_init(&text, CURSOR_FILE_MAX);
    eg_buf_format(&text, "%s\n", follower->cursor);
    enum eg_status status = eg_buf_ok(&text, "cursor", err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(follower->cursor_file, eg_bytes_view(&text), 0644, err);

done:
    eg_buf_done(&text);
    return status;
}

/* The cursor of the last run; none: from the first item on. */
static enum eg_status read_cursor(struct follower *follower, struct eg_error *err)
{
    struct eg_buf text = {0};
    struct eg_error own = {.status = EG_OK};
    enum eg_status status = eg_connection_read(&text, follower->cursor_file, CURSOR_FILE_MAX, &own);
    if (status == EG_E_NOTFOUND) {
        snprintf(follower->cursor, sizeof follower->cursor, "0.0");
        status = EG_OK;
    } else if (status == EG_OK && (text.len < 2 || text.len > sizeof follower->cursor ||
                                   text.data[text.len - 1] != '\n')) {
        status = eg_error_set(err, EG_E_FORMAT, follower->cursor_file,
                              "not a cursor; remove the file to start from the first item");
    } else if (status == EG_OK) {
        memcpy(follower->cursor, text.data, text.len - 1);
        follower->cursor[text.len - 1] = '\0';
    } else if (err != NULL) {
        *err = own;
    }
    eg_buf_done(&text);
    return status;
}

/* ---- telling ---- */

static void tell(const struct follower *follower, const struct eg_client_item *item)
{
    char *path = follower->dir == NULL ? NULL : item_path(follower, item, ".xml");
    struct eg_buf line = {0};
    eg_buf_init(&line, EG_MIB);
    if (eg_tool_json(follower->args)) {
        eg_buf_format(&line, "{\"cursor\":\"%s\",\"previous\":\"%s\",\"entry\":%" PRIu64,
                      item->cursor, item->previous, item->index);
        eg_buf_text(&line, ",\"name\":");
        eg_text_json(&line, eg_bytes_of(item->name));
        eg_buf_format(&line, ",\"octets\":%zu", item->notification.len);
        eg_tool_counts_json(&line, &item->counts);
        if (path != NULL) {
            eg_buf_text(&line, ",\"file\":");
            eg_text_json(&line, eg_bytes_of(path));
        }
        eg_buf_text(&line, "}\n");
    } else {
        eg_buf_format(&line, "%-10s  %-20s  %8zu octets  %s  ", item->cursor, item->name,
                      item->notification.len, path == NULL ? "" : path);
        eg_tool_counts_text(&line, &item->counts);
        eg_buf_char(&line, '\n');
    }
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
        fflush(stdout);
    }
    eg_buf_done(&line);
    free(path);
}

/* ---- the loop ---- */

/* Make what was taken durable here, then say so. */
static enum eg_status settle(struct follower *follower, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (follower->unacked == 0) {
        return EG_OK;
    }
    if (follower->cursor_file != NULL) {
        status = keep_cursor(follower, err);
    }
    if (status == EG_OK) {
        status = eg_client_ack(follower->client, follower->cursor, err);
    }
    /* A gateway that was restarted meanwhile no longer knows what it had sent: the items are safe
     * here, and the ACK of the next one covers them. */
    if (status == EG_E_DENIED && strcmp(eg_client_refusal(follower->client), "ack-beyond") == 0) {
        status = EG_OK;
    }
    if (status != EG_OK) {
        return status;
    }
    follower->unacked = 0;
    return EG_OK;
}

static enum eg_status handle(struct follower *follower, const struct eg_client_item *item,
                             struct eg_error *err)
{
    enum eg_status status = eg_newest_see(follower->newest, item->receipt, err);
    if (status == EG_OK) {
        status = follower->command == NULL
                     ? keep_item(follower, item, err)
                     : eg_runner_run(follower->command, follower->stream, item, err);
    }
    if (status != EG_OK) {
        return status;
    }
    memcpy(follower->cursor, item->cursor, sizeof follower->cursor);
    follower->count++;
    follower->unacked++;
    tell(follower, item);
    bool full = follower->command != NULL || follower->unacked >= BATCH_MAX;
    return full ? settle(follower, err) : EG_OK;
}

/* ---- damaged items ---- */

static bool may_skip(const struct follower *follower, const char *cursor)
{
    const char *named = NULL;
    for (size_t i = 0; (named = eg_tool_value(follower->args, "--skip-damaged", i)) != NULL; i++) {
        if (strcmp(named, cursor) == 0) {
            return true;
        }
    }
    return false;
}

/* "<index>-<number>.skipped" in the folder: the first note about an item stays. */
static enum eg_status note_gap(const struct follower *follower, const char *cursor, const char *why,
                               struct eg_error *err)
{
    char now[EG_TIME_TEXT_MAX] = "";
    char line[EG_ERROR_TEXT_MAX] = "";
    struct eg_wire_cursor at = {0, 0};
    struct eg_buf text = {0};
    char *path = NULL;
    if (!eg_cursor_untext(eg_bytes_of(cursor), &at) ||
        asprintf(&path, "%s/%012" PRIu64 "-%" PRIu32 ".skipped", follower->dir, at.index,
                 at.number) < 0) {
        return eg_error_set(err, EG_E_NOMEM, cursor, "memory ran out");
    }
    eg_buf_init(&text, 4 * EG_KIB);
    eg_text_time(now, eg_clock_wall_ms());
    eg_text_line(line, sizeof line, why);
    eg_lines_begin(&text, "skipped");
    eg_lines_put(&text, "cursor", eg_bytes_of(cursor));
    eg_lines_put(&text, "stream", eg_bytes_of(follower->stream));
    eg_lines_put(&text, "at", eg_bytes_of(now));
    eg_lines_put(&text, "why", eg_bytes_of(line));
    enum eg_status status = eg_buf_ok(&text, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_create(path, eg_bytes_view(&text), 0644, err);
    status = status == EG_E_EXISTS ? EG_OK : status;

done:
    eg_buf_done(&text);
    free(path);
    return status;
}

static void tell_skipped(const struct follower *follower, const char *cursor, const char *why)
{
    struct eg_buf line = {0};
    eg_buf_init(&line, 8 * EG_KIB);
    if (eg_tool_json(follower->args)) {
        eg_buf_format(&line, "{\"cursor\":\"%s\",\"skipped\":true,\"why\":", cursor);
        eg_text_json(&line, eg_bytes_of(why));
        eg_buf_text(&line, "}\n");
    } else {
        eg_buf_format(&line, "%-10s  SKIPPED: %s\n", cursor, why);
    }
    if (!line.failed) {
        fwrite(line.data, 1, line.len, stdout);
        fflush(stdout);
    }
    eg_buf_done(&line);
}

/* The gap is written down, then the cursor, then the gateway is told. */
static enum eg_status skip(struct follower *follower, const char *damaged, const char *why,
                           struct eg_error *err)
{
    char cursor[sizeof follower->cursor] = "";
    snprintf(cursor, sizeof cursor, "%s", damaged);
    enum eg_status status = settle(follower, err);
    if (status == EG_OK && follower->dir != NULL) {
        status = note_gap(follower, cursor, why, err);
    }
    memcpy(follower->cursor, cursor, sizeof cursor);
    if (status != EG_OK) {
        return status;
    }
    if (follower->cursor_file != NULL) {
        EG_TRY(keep_cursor(follower, err));
    }
    EG_TRY(eg_client_skip(follower->client, cursor, err));
    follower->skipped++;
    tell_skipped(follower, cursor, why);
    return EG_OK;
}

/* The stream was ended by the gateway: at a damaged item it may be known what to do. */
static enum eg_status ended_by_gateway(struct follower *follower, const struct eg_error *refusal,
                                       struct eg_error *err)
{
    const char *damaged = eg_client_damaged(follower->client);
    if (damaged[0] != '\0' && may_skip(follower, damaged)) {
        return skip(follower, damaged, refusal->text, err);
    }
    follower->stuck = damaged[0] != '\0';
    if (!follower->stuck) {
        return eg_error_set(err, refusal->status, refusal->where, "%s", refusal->text);
    }
    return eg_error_set(err, EG_E_DENIED, follower->stream,
                        "%s Follow again when the gateway's operator has mended it, or go on "
                        "without it, knowing that it is missing: --skip-damaged %s",
                        refusal->text, damaged);
}

/* One item or none. EG_E_TIMEOUT: none came in this while; EG_E_BUSY: whether one
 * waits is not known. */
static enum eg_status step(struct follower *follower, struct eg_error *err)
{
    struct eg_client_item item = {.index = 0};
    struct eg_error own = {.status = EG_OK};
    int wait_ms = follower->unacked > 0 ? BATCH_WAIT_MS : WAIT_MS;
    enum eg_status status = eg_client_next(&item, follower->client, wait_ms, &own);
    if (status == EG_OK) {
        status = handle(follower, &item, err);
    } else if (status == EG_E_DENIED) {
        status = ended_by_gateway(follower, &own, err);
    } else if (err != NULL) {
        *err = own;
    }
    eg_client_item_done(&item);
    return status;
}

static bool ended(const struct follower *follower, int64_t last_ms)
{
    return eg_tool_interrupted() ||
           (follower->count_max > 0 && follower->count >= follower->count_max) ||
           (follower->idle_s > 0 &&
            eg_clock_boot_ms() - last_ms >= (int64_t)follower->idle_s * 1000);
}

static enum eg_status follow(struct follower *follower, struct eg_error *err)
{
    int64_t last_ms = eg_clock_boot_ms();
    const char *from = follower->cursor[0] == '\0' ? NULL : follower->cursor;
    enum eg_status status =
        eg_client_follow(follower->client, follower->stream, from, (unsigned)follower->credit, err);
    while (status == EG_OK && !ended(follower, last_ms)) {
        status = step(follower, err);
        if (status == EG_OK || status == EG_E_BUSY) {
            last_ms = eg_clock_boot_ms();
        }
        if (status == EG_E_TIMEOUT || status == EG_E_BUSY) {
            status = settle(follower, err);
        }
    }
    if (eg_tool_interrupted()) {
        status = EG_OK; /* asked to end: what is here is kept and acknowledged */
    }
    eg_connection_ignore_signals();
    if (status == EG_OK) {
        return settle(follower, err);
    }
    struct eg_error ignored = {.status = EG_OK}; /* `err` says what ended the run */
    enum eg_status settled = settle(follower, &ignored);
    (void)settled;
    return status;
}

/* All items that came up: each was taken, skipped, or is the one where it stuck. */
static void tell_sum(const struct follower *follower)
{
    size_t stuck = follower->stuck ? 1 : 0;
    if (eg_tool_json(follower->args)) {
        printf("{\"items\":%zu,\"taken\":%zu,\"skipped\":%zu,\"stuck\":%zu}\n",
               follower->count + follower->skipped + stuck, follower->count, follower->skipped,
               stuck);
    } else {
        printf("%zu items: %zu taken, %zu skipped as damaged, %zu stuck\n",
               follower->count + follower->skipped + stuck, follower->count, follower->skipped,
               stuck);
    }
}

/* ---- setting up ---- */

static enum eg_status read_options(struct follower *follower, struct eg_error *err)
{
    const struct eg_tool_args *args = follower->args;
    follower->dir = eg_tool_value(args, "--to", 0);
    follower->command = eg_tool_value(args, "--exec", 0);
    follower->stream = eg_tool_value(args, "--stream", 0);
    if ((follower->dir == NULL) == (follower->command == NULL)) {
        return eg_error_set(err, EG_E_USAGE, "--to", "exactly one of --to and --exec is needed");
    }
    enum eg_status status = eg_connection_number(
        &follower->credit, args, "--credit", (struct eg_number_range){1, EG_CREDIT_MAX, 100}, err);
    if (status != EG_OK) {
        return status;
    }
    EG_TRY(eg_connection_number(&follower->count_max, args, "--count",
                                (struct eg_number_range){1, UINT32_MAX, 0}, err));
    status = eg_connection_number(&follower->idle_s, args, "--until-idle",
                                  (struct eg_number_range){1, 86400, 0}, err);
    const char *skip = NULL;
    struct eg_wire_cursor ignored = {0, 0};
    if (status != EG_OK) {
        return status;
    }
    for (size_t i = 0; (skip = eg_tool_value(args, "--skip-damaged", i)); i++) {
        if (!eg_cursor_untext(eg_bytes_of(skip), &ignored)) {
            return eg_error_set(err, EG_E_USAGE, "--skip-damaged", "%s is not a cursor, e.g. 17.1",
                                skip);
        }
    }
    return EG_OK;
}

static enum eg_status prepare_dir(struct follower *follower, struct eg_error *err)
{
    if (follower->dir == NULL) {
        return EG_OK;
    }
    size_t size = strlen(follower->dir) + strlen(follower->stream) + sizeof "/cursor.";
    follower->cursor_file = malloc(size);
    if (follower->cursor_file == NULL) {
        return eg_error_set(err, EG_E_NOMEM, follower->dir, "memory ran out");
    }
    int at = snprintf(follower->cursor_file, size, "%s/cursor.", follower->dir);
    for (const char *c = follower->stream; *c != '\0'; c++) {
        follower->cursor_file[at++] = *c == '/' ? '_' : *c;
    }
    follower->cursor_file[at] = '\0';
    EG_TRY(eg_file_mkdirs(follower->dir, err));
    return read_cursor(follower, err);
}

static int run(const struct eg_tool_args *args, struct eg_error *err)
{
    struct follower follower = {.args = args};
    enum eg_status status = read_options(&follower, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_connection_new(&follower.client, args, NULL, 0, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_newest_open(&follower.newest, args, eg_client_log_key(follower.client), err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_client_connect(follower.client, err);
    if (status != EG_OK) {
        goto done;
    }
    if (follower.stream == NULL) {
        follower.stream = eg_client_participant(follower.client);
    }
    status = prepare_dir(&follower, err);
    if (status != EG_OK) {
        goto done;
    }
    status = follow(&follower, err);
    tell_sum(&follower);
    if (status != EG_OK) {
        goto done;
    }
    eg_client_bye(follower.client);

done:
    eg_client_free(&follower.client);
    eg_newest_free(&follower.newest);
    free(follower.cursor_file);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

const struct eg_tool_verb eg_verb_follow = {
    .name = "follow",
    .summary = "take the items of a stream, each exactly once",
    .operands = "",
    .operands_min = 0,
    .operands_max = 0,
    .description =
        "Follows a stream: notifications addressed to oneself, in the order of the log, live. Each "
        "item's receipt is proved, and a gap is an error.\n\n"
        "With --to, an item becomes three files in DIR whose names begin with its cursor: the "
        "notification (.xml), the receipt, and the salt that binds the one to the other. The "
        "cursor is kept in DIR too, and only then the gateway is told. With --exec, CMD runs in a "
        "shell for each item: notification on its input, receipt on file descriptor 3, and "
        "EMGATE_CURSOR, EMGATE_STREAM, EMGATE_NAME and EMGATE_ENTRY in its environment; the item "
        "is acknowledged when CMD ends with 0, so that it may see an item twice after a crash: "
        "compare cursors.\n\n"
        "An item that is damaged in the gateway's archive ends the run with exit status 2 and is "
        "named; later ones are not taken before it is mended. --skip-damaged goes on without this "
        "very item: DIR then holds a file <index>-<number>.skipped that says which item is "
        "missing, since when and why. The last line counts: items = taken + skipped + stuck. "
        "Files of items are never overwritten by others.\n\n"
        "Each receipt is compared with the newest one held of this log (--state): a log that was "
        "set back ends the run with exit status 2, and both receipts are kept.\n\n"
        "Ends with Ctrl-C, --count or --until-idle.",
    .example = "emgate follow --card gateway.card --anchors ca.pem --key authority.key "
               "--cert authority.pem --to inbox",
    .options = options,
    .run = run};
