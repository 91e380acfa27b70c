/*
 * emgate held list, show, retry, release: reports that met a ceiling, and what a person decides on
 * them. The gateway that writes the archive may be running or not: states are changed in the
 * archive, where the gateway looks for them.
 */
#include "emgate/frame/verb.h"

#include "archive/store_held.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "proof/entry.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define DIGITS_MIN 8 /* of a report's digest: enough to name one of a list */
#define WAIT_S 60
#define WAIT_MAX_S 3600
#define LOOK_NS 100000000L

static const struct eg_tool_option name_options[] = {
    {"--participant", "ID", "whose report, if two signed the same octets", false, false}, {0}};
static const struct eg_tool_option show_options[] = {
    {"--participant", "ID", "whose report, if two signed the same octets", false, false},
    {"-o", "FILE", "write the report's octets to this file, to try it with rules run", false,
     false},
    {0}};
static const struct eg_tool_option retry_options[] = {
    {"--participant", "ID", "whose report, if two signed the same octets", false, false},
    {"--wait", "SECONDS", "how long to wait for the outcome (60); 0: only ask", false, false},
    {0}};

/* ---- saying ------------------------------------------------------------------------------- */

static void print(struct eg_buf *line)
{
    if (!line->failed) {
        fwrite(line->data, 1, line->len, stdout);
    }
    eg_buf_done(line);
}

static void add_field(struct eg_buf *out, const char *name, const char *value)
{
    eg_buf_format(out, ",\"%s\":", name);
    eg_text_json(out, eg_bytes_of(value));
}

static void add_json(struct eg_buf *out, const struct eg_held *held)
{
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    char first[EG_TIME_TEXT_MAX] = "", last[EG_TIME_TEXT_MAX] = "", received[EG_TIME_TEXT_MAX] = "";
    eg_digest_text(&held->report, report);
    eg_text_time(first, held->first_ms);
    eg_text_time(last, held->last_ms);
    eg_text_time(received, held->received_ms);
    eg_buf_format(out, "{\"report\":\"%s\",\"state\":\"%s\",\"count\":%" PRIu32, report,
                  eg_held_state_text(held->state), held->count);
    add_field(out, "participant", held->participant);
    add_field(out, "sender", held->sender);
    add_field(out, "id", held->id);
    eg_buf_format(out, ",\"version\":%" PRIu32, held->version);
    add_field(out, "plant", held->plant);
    add_field(out, "package", held->package);
    add_field(out, "code", held->code);
    add_field(out, "where", held->place);
    add_field(out, "text", held->said);
    add_field(out, "first_at", first);
    add_field(out, "last_at", last);
    add_field(out, "received_at", received);
    eg_buf_format(out, ",\"octets\":%" PRIu64 ",\"kept\":%s}\n", held->octets,
                  held->kept ? "true" : "false");
}

/* A text from the archive as one line; what a sender chose can not move a terminal's cursor. */
static void add_plain(struct eg_buf *out, const char *name, const char *value)
{
    char line[EG_HELD_TEXT_MAX] = "";
    eg_text_line(line, sizeof line, value);
    eg_buf_format(out, "%-12s %s\n", name, line[0] != '\0' ? line : "-");
}

static void add_line(struct eg_buf *out, const struct eg_held *held)
{
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    char last[EG_TIME_TEXT_MAX] = "";
    char who[EG_ID_MAX + 1] = "", id[EG_ID_MAX + 1] = "", plant[EG_ID_MAX + 1] = "";
    char code[sizeof held->code] = "";
    eg_digest_text(&held->report, report);
    eg_text_time(last, held->last_ms);
    eg_text_line(who, sizeof who, held->participant);
    eg_text_line(id, sizeof id, held->id);
    eg_text_line(plant, sizeof plant, held->plant);
    eg_text_line(code, sizeof code, held->code);
    eg_buf_format(out, "%.16s  %-8s  %4" PRIu32 "  %s  %-10s  %s  %s  %s\n",
                  report + strlen("sha256:"), eg_held_state_text(held->state), held->count, last,
                  code, who, plant[0] != '\0' ? plant : "-", id[0] != '\0' ? id : "-");
}

static void add_whole(struct eg_buf *out, const struct eg_held *held)
{
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    char first[EG_TIME_TEXT_MAX] = "", last[EG_TIME_TEXT_MAX] = "", received[EG_TIME_TEXT_MAX] = "";
    char identity[EG_ID_MAX + 16] = "";
    eg_digest_text(&held->report, report);
    eg_text_time(first, held->first_ms);
    eg_text_time(last, held->last_ms);
    eg_text_time(received, held->received_ms);
    if (held->version > 0) {
        (void)snprintf(identity, sizeof identity, "%s %" PRIu32, held->id, held->version);
    }
    add_plain(out, "report", report);
    add_plain(out, "state", eg_held_state_text(held->state));
    add_plain(out, "participant", held->participant);
    add_plain(out, "handed in by", held->sender);
    add_plain(out, "id, version", identity);
    add_plain(out, "plant", held->plant);
    add_plain(out, "package", held->package);
    add_plain(out, "received", received);
    add_plain(out, "first time", first);
    add_plain(out, "last time", last);
    eg_buf_format(out, "%-12s %" PRIu32 "\n", "times", held->count);
    add_plain(out, "code", held->code);
    add_plain(out, "where", held->place);
    add_plain(out, "text", held->said);
    eg_buf_format(out, "%-12s %" PRIu64 "%s\n", "octets", held->octets,
                  held->kept ? "" : " (not kept: there was no room; it can only be released)");
}

/* ---- list --------------------------------------------------------------------------------- */

struct list {
    bool json;
    uint64_t breached, held;
};

static bool list_one(void *payload, const struct eg_held *held)
{
    struct list *list = payload;
    struct eg_buf line;
    eg_buf_init(&line, EG_MIB);
    *(held->state == EG_HELD_BREACHED ? &list->breached : &list->held) += 1;
    if (list->json) {
        add_json(&line, held);
    } else {
        add_line(&line, held);
    }
    print(&line);
    return !eg_tool_interrupted();
}

static int run_list(const struct eg_tool_args *args, struct eg_error *err)
{
    struct list list = {.json = eg_tool_json(args)};
    struct eg_store *store = NULL;
    enum eg_status status =
        eg_store_open(&store, eg_tool_operand(args, 0), EG_STORE_READ, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_held_each(store, list_one, &list, err);

done:
    eg_store_close(&store);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    if (!list.json) {
        printf("%" PRIu64 " held, %" PRIu64 " breached once\n", list.held, list.breached);
    }
    return EG_EXIT_DONE;
}

/* ---- one report --------------------------------------------------------------------------- */

struct search {
    const char *digits, *participant;
    struct eg_held found;
    size_t count;
};

static bool search_one(void *payload, const struct eg_held *held)
{
    struct search *search = payload;
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    eg_digest_text(&held->report, report);
    if (strncmp(report + strlen("sha256:"), search->digits, strlen(search->digits)) == 0 &&
        (search->participant == NULL || strcmp(search->participant, held->participant) == 0)) {
        search->found = *held;
        search->count++;
    }
    return true;
}

/* The one row that the operand names. */
static enum eg_status find(struct eg_held *out, struct eg_store *store,
                           const struct eg_tool_args *args, struct eg_error *err)
{
    const char *given = eg_tool_operand(args, 1);
    struct search search = {.digits = strncmp(given, "sha256:", 7) == 0 ? given + 7 : given,
                            .participant = eg_tool_value(args, "--participant", 0)};
    if (strlen(search.digits) < DIGITS_MIN ||
        strspn(search.digits, "0123456789abcdef") != strlen(search.digits)) {
        return eg_error_set(err, EG_E_USAGE, "REPORT",
                            "a report is named by the first %d or more digits of its digest, as "
                            "held list shows them",
                            DIGITS_MIN);
    }
    EG_TRY(eg_store_held_each(store, search_one, &search, err));
    if (search.count == 0) {
        return eg_error_set(err, EG_E_NOTFOUND, given, "no such report is held");
    }
    if (search.count > 1) {
        return eg_error_set(err, EG_E_USAGE, given,
                            "%zu rows begin so; give more digits, or --participant", search.count);
    }
    *out = search.found;
    return EG_OK;
}

static enum eg_status write_octets(struct eg_store *store, const struct eg_held *held,
                                   const char *file, struct eg_error *err)
{
    struct eg_buf signature, report;
    eg_buf_init(&signature, EG_CMS_MAX);
    eg_buf_init(&report, EG_REPORT_MAX + EG_MIB);
    enum eg_status status = eg_store_held_octets(&signature, &report, store, held, err);
    if (status == EG_E_NOTFOUND) {
        status = eg_error_set(err, EG_E_NOTFOUND, "held", "the report's octets were not kept");
    }
    if (status != EG_OK) {
        goto done;
    }
    status = eg_file_write(file, eg_bytes_view(&report), 0600, err);

done:
    eg_buf_done(&signature);
    eg_buf_done(&report);
    return status;
}

static int run_show(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *file = eg_tool_value(args, "-o", 0);
    struct eg_store *store = NULL;
    struct eg_held held = {0};
    struct eg_buf text;
    enum eg_status status =
        eg_store_open(&store, eg_tool_operand(args, 0), EG_STORE_READ, NULL, err);
    eg_buf_init(&text, EG_MIB);
    if (status != EG_OK) {
        goto done;
    }
    status = find(&held, store, args, err);
    if (status != EG_OK) {
        goto done;
    }
    if (file != NULL) {
        status = write_octets(store, &held, file, err);
    }
    if (status != EG_OK) {
        goto done;
    }
    if (eg_tool_json(args)) {
        add_json(&text, &held);
    } else {
        add_whole(&text, &held);
    }

done:
    print(&text);
    eg_store_close(&store);
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

/* ---- deciding ----------------------------------------------------------------------------- */

enum outcome { ASKED, NO_GATEWAY, HELD_AGAIN, ACCEPTED, REJECTED, RELEASED };

/* Each with the words of its line, and the exit status. */
static const struct {
    const char *word, *text;
    int exit_status;
} outcomes[] = {
    [ASKED] = {"asked", "asked for; not judged yet", EG_EXIT_NEGATIVE},
    [NO_GATEWAY] = {"asked",
                    "asked for; no gateway is seen to run on this archive, it is judged "
                    "when one starts",
                    EG_EXIT_DONE},
    [HELD_AGAIN] = {"held", "judged again without a decision; it stays held", EG_EXIT_NEGATIVE},
    [ACCEPTED] = {"accepted", "judged again and accepted", EG_EXIT_DONE},
    [REJECTED] = {"rejected", "judged again and rejected", EG_EXIT_DONE},
    [RELEASED] = {"released", "released; the next sending is judged anew", EG_EXIT_DONE},
};

/* `index` of the entry for ACCEPTED and REJECTED, of which nothing else is left. */
static void tell(const struct eg_tool_args *args, enum outcome outcome, const struct eg_held *held,
                 uint64_t index)
{
    struct eg_buf text;
    char report[EG_DIGEST_TEXT_LEN + 1] = "";
    eg_buf_init(&text, EG_MIB);
    eg_digest_text(&held->report, report);
    bool recorded = outcome == ACCEPTED || outcome == REJECTED;
    if (eg_tool_json(args)) {
        eg_buf_format(&text, "{\"report\":\"%s\",\"outcome\":\"%s\",\"gateway\":%s", report,
                      outcomes[outcome].word, outcome == NO_GATEWAY ? "false" : "true");
        if (recorded) {
            eg_buf_format(&text, ",\"entry\":%" PRIu64, index);
        }
        add_field(&text, "code", held->code);
        add_field(&text, "where", held->place);
        add_field(&text, "text", held->said);
        eg_buf_text(&text, "}\n");
    } else {
        eg_buf_format(&text, "%s  %s", report, outcomes[outcome].text);
        if (recorded) {
            eg_buf_format(&text, ", entry %" PRIu64, index);
        }
        eg_buf_char(&text, '\n');
        if (outcome == HELD_AGAIN) {
            add_plain(&text, "code", held->code);
            add_plain(&text, "where", held->place);
            add_plain(&text, "text", held->said);
        }
    }
    print(&text);
}

/* The row is gone: recorded, or released by someone else. */
static enum eg_status look_for_entry(enum outcome *out, uint64_t *index, struct eg_store *store,
                                     const struct eg_held *held, struct eg_error *err)
{
    struct eg_stored stored = {0};
    struct eg_entry entry = {0};
    enum eg_status status =
        eg_store_find_content(&stored, store, held->participant, &held->report, err);
    if (status == EG_OK) {
        status = eg_entry_read(&entry, eg_bytes_view(&stored.entry_text), err);
        *index = stored.index;
        *out = entry.accepted ? ACCEPTED : REJECTED;
    } else if (status == EG_E_NOTFOUND) {
        *out = RELEASED;
        status = EG_OK;
    }
    eg_stored_done(&stored);
    return status;
}

static enum eg_status await(enum outcome *out, uint64_t *index, struct eg_store *store,
                            struct eg_held *held, int64_t wait_ms, struct eg_error *err)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int64_t until_ms = eg_clock_boot_ms() + wait_ms;
    *out = ASKED;
    while (eg_clock_boot_ms() < until_ms && !eg_tool_interrupted()) {
        struct eg_held now = {0};
        enum eg_status status =
            eg_store_held_find(&now, store, held->participant, &held->report, err);
        if (status == EG_E_NOTFOUND) {
            return look_for_entry(out, index, store, held, err);
        }
        if (status != EG_OK) {
            return status;
        }
        if (now.state <= EG_HELD_HELD) {
            *held = now;
            *out = HELD_AGAIN;
            return EG_OK;
        }
        (void)nanosleep(&pause, NULL);
    }
    return EG_OK;
}

static enum eg_status seconds_of(int64_t *out_ms, const struct eg_tool_args *args,
                                 struct eg_error *err)
{
    const char *given = eg_tool_value(args, "--wait", 0);
    uint64_t seconds = WAIT_S;
    if (given != NULL && !eg_text_u64(eg_bytes_of(given), WAIT_MAX_S, &seconds)) {
        return eg_error_set(err, EG_E_USAGE, "--wait", "a whole number of seconds up to %d",
                            WAIT_MAX_S);
    }
    *out_ms = (int64_t)seconds * 1000;
    return EG_OK;
}

static int run_retry(const struct eg_tool_args *args, struct eg_error *err)
{
    const char *archive = eg_tool_operand(args, 0);
    struct eg_store *store = NULL;
    struct eg_held held = {0};
    enum outcome outcome = ASKED;
    uint64_t index = 0;
    int64_t wait_ms = 0;
    enum eg_status status = seconds_of(&wait_ms, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_open(&store, archive, EG_STORE_AMEND, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = find(&held, store, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_held_retry(store, held.participant, &held.report, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_store_has_writer(archive)) {
        outcome = NO_GATEWAY;
    } else {
        status = await(&outcome, &index, store, &held, wait_ms, err);
    }

done:
    eg_store_close(&store);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    tell(args, outcome, &held, index);
    return outcome == ASKED && wait_ms == 0 ? EG_EXIT_DONE : outcomes[outcome].exit_status;
}

static int run_release(const struct eg_tool_args *args, struct eg_error *err)
{
    struct eg_store *store = NULL;
    struct eg_held held = {0};
    enum eg_status status =
        eg_store_open(&store, eg_tool_operand(args, 0), EG_STORE_AMEND, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    status = find(&held, store, args, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_store_held_release(store, held.participant, &held.report, err);

done:
    eg_store_close(&store);
    if (status != EG_OK) {
        return EG_EXIT_COULD_NOT;
    }
    tell(args, RELEASED, &held, 0);
    return EG_EXIT_DONE;
}

/* ---- the verbs ---------------------------------------------------------------------------- */

const struct eg_tool_verb eg_verb_held_list = {
    .name = "held list",
    .summary = "list the reports that met a ceiling",
    .operands = "ARCHIVE",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "A report that its rule package can not judge within its ceilings is answered ceiling, "
        "never rejected. The second time it is held: answered held, and not judged, until a person "
        "uses held retry or held release.\n\n"
        "A line for each, the oldest first: digits of the report's digest, state (breached: once; "
        "held; retry: asked for; judging), times, the last time, code, participant, plant, id. "
        "Nothing of it is part of the log. A gateway may be running. Exit status 0: listed, also "
        "when there is none; 2: could not read.",
    .example = "emgate held list archive.db",
    .run = run_list};

const struct eg_tool_verb eg_verb_held_show = {
    .name = "held show",
    .summary = "show a report that met a ceiling",
    .operands = "ARCHIVE REPORT",
    .operands_min = 2,
    .operands_max = 2,
    .description =
        "REPORT is the report's digest, or its first 8 or more digits. Shows which ceiling was "
        "met, where and when. With -o the report itself is written to a file, to be tried with "
        "rules run. Exit status 0: shown; 2: no such report, or could not read.",
    .example = "emgate held show archive.db 0f3a5b7c -o report.xml",
    .options = show_options,
    .run = run_show};

const struct eg_tool_verb eg_verb_held_retry = {
    .name = "held retry",
    .summary = "have a held report judged once more, now",
    .operands = "ARCHIVE REPORT",
    .operands_min = 2,
    .operands_max = 2,
    .description =
        "The gateway judges the report once more, without its sender. A decision is recorded like "
        "that of any submission, with the time at which the report was received first, and the "
        "hold ends; the sender gets the receipt when it sends the report again or asks for its "
        "status. A report that meets a ceiling again stays held. If no gateway is running the "
        "report is judged when it starts.\n\n"
        "Exit status 0: decided, or asked for without waiting for the outcome; 1: it stays held, "
        "or was not judged in time; 2: could not ask.",
    .example = "emgate held retry archive.db 0f3a5b7c",
    .options = retry_options,
    .run = run_retry};

const struct eg_tool_verb eg_verb_held_release = {
    .name = "held release",
    .summary = "end the hold of a report",
    .operands = "ARCHIVE REPORT",
    .operands_min = 2,
    .operands_max = 2,
    .description =
        "The row ends, and with it the octets that were kept. The next sending of the report is "
        "judged as if it were the first. Exit status 0: released; 2: no such report, or could not "
        "write.",
    .example = "emgate held release archive.db 0f3a5b7c",
    .options = name_options,
    .run = run_release};
