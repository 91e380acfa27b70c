/*
 * emgate rules activate, emgate rules withdraw: what a publisher says of a package after its
 * release. Making the statement and putting it in place may be two people's work: the publisher
 * writes a file (-o), the operator of a gateway puts it in place (--statement, --into).
 */
#include "emgate/rules/rules.h"

#include "assess/package/package.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"
#include "emgate/rules/rules_trust.h"
#include "flow/install/folder.h"
#include "verify/sign.h"

#include <stdio.h>
#include <string.h>

#define STATEMENT_FILE_MAX (4 * EG_CMS_MAX)

struct session {
    const struct eg_tool_args *args;
    bool withdraw;
    struct eg_package *package;
    /* --into */
    struct eg_folder folder;
    struct eg_folder_item *item;
    struct eg_tool_trust trust;
    struct eg_statement statement;
    struct eg_buf file;
};

/* ---- making a statement ------------------------------------------------------------------- */

static enum eg_status number_of(uint32_t *out, const struct session *session, struct eg_error *err)
{
    const char *given = eg_tool_value(session->args, "--number", 0);
    uint64_t number = 1;

    if (session->item != NULL && session->item->statement.there) {
        number = (uint64_t)session->item->statement.state.number + 1;
    }
    if (given != NULL &&
        (!eg_text_u64(eg_bytes_of(given), EG_STATE_NUMBER_MAX, &number) || number == 0)) {
        return eg_error_set(err, EG_E_USAGE, "--number", "a whole number from 1 to %d is needed",
                            EG_STATE_NUMBER_MAX);
    }
    *out = (uint32_t)number;
    return EG_OK;
}

static enum eg_status day_of(char out[11], const struct session *session, const char *option,
                             struct eg_error *err)
{
    const char *given = eg_tool_value(session->args, option, 0);

    if (given != NULL && !eg_date_valid(given)) {
        return eg_error_set(err, EG_E_USAGE, option, "a day is needed, YYYY-MM-DD");
    }
    if (given != NULL) {
        memcpy(out, given, 11);
    }
    return EG_OK;
}

/* Withdrawn from a day on: what was judged before it stays as it was. */
static enum eg_status withdraw_from(struct eg_package_state *state, const struct session *session,
                                    struct eg_error *err)
{
    char from[11] = "";
    enum eg_status status = day_of(from, session, "--from", err);

    if (status != EG_OK || from[0] == '\0') {
        return status;
    }
    int32_t day = 0;
    (void)eg_day_read(eg_bytes_of(from), &day);
    eg_day_text(state->last, day - 1);
    if (!eg_date_valid(state->last)) {
        return eg_error_set(err, EG_E_USAGE, "--from", "there is no day before it");
    }
    if (session->item != NULL && session->item->statement.there) {
        memcpy(state->first, session->item->statement.state.first, sizeof state->first);
    }
    if (state->first[0] != '\0' && strcmp(state->first, state->last) > 0) {
        state->first[0] = state->last[0] = '\0'; /* nothing is left */
    }
    return EG_OK;
}

static enum eg_status fill(struct eg_package_state *out, const struct session *session,
                           struct eg_error *err)
{
    struct eg_package_state state = {.package = session->package->ref,
                                     .withdrawn = session->withdraw};
    const char *reason = eg_tool_value(session->args, "--reason", 0);
    EG_TRY(number_of(&state.number, session, err));
    if (reason == NULL || strlen(reason) > EG_STATE_REASON_MAX) {
        return eg_error_set(err, EG_E_USAGE, "--reason",
                            "a reason of 1 to %d octets is needed; it is on record for ever",
                            EG_STATE_REASON_MAX);
    }
    EG_TRY(session->withdraw ? withdraw_from(&state, session, err)
                             : day_of(state.first, session, "--from", err));
    (void)snprintf(state.reason, sizeof state.reason, "%s", reason);
    *out = state;
    return EG_OK;
}

static enum eg_status sign(struct session *session, struct eg_error *err)
{
    struct eg_statement *statement = &session->statement;
    struct eg_signing_key *key = NULL;
    const char *key_file = eg_tool_value(session->args, "--key", 0);
    const char *cert_file = eg_tool_value(session->args, "--cert", 0);
    enum eg_status status = EG_OK;

    if (key_file == NULL || cert_file == NULL) {
        return eg_error_set(err, EG_E_USAGE, "--key",
                            "give the publisher's --key and --cert, or --statement FILE");
    }
    status = fill(&statement->state, session, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_package_state_write(&statement->text, &statement->state, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_signing_key_read(&key, key_file, cert_file, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_cms_sign(&statement->cms, key, EG_SIGNED_PACKAGE_STATE,
                         eg_bytes_view(&statement->text), eg_clock_wall_ms(), err);
    if (status != EG_OK) {
        goto done;
    }
    statement->there = true;
    status = eg_statement_write(&session->file, eg_bytes_view(&statement->text),
                                eg_bytes_view(&statement->cms), err);

done:
    eg_signing_key_free(&key);
    return status;
}

static enum eg_status read_given(struct session *session, const char *path, struct eg_error *err)
{
    EG_TRY(eg_file_read_some(&session->file, path, err));
    eg_statement_done(&session->statement);
    EG_TRY(eg_statement_read(&session->statement, eg_bytes_view(&session->file), err));
    if (session->statement.state.withdrawn != session->withdraw) {
        return eg_error_set(err, EG_E_USAGE, path, "the statement says %s",
                            eg_package_state_word(session->statement.state.withdrawn));
    }
    return EG_OK;
}

/* ---- putting it in place ------------------------------------------------------------------ */

static enum eg_status find(struct session *session, const char *dir, struct eg_error *err)
{
    enum eg_status status = eg_folder_read(&session->folder, dir, true, err);
    if (status != EG_OK) {
        return status;
    }
    session->item = eg_folder_find(&session->folder, &session->package->ref);
    if (session->item == NULL ||
        !eg_digest_equal(&session->item->package->ref.digest, &session->package->ref.digest)) {
        status = eg_error_set(err, EG_E_NOTFOUND, session->package->ref.id,
                              "version %s with these octets is not installed in %s",
                              session->package->ref.version, dir);
    }
    return status;
}

/* This very statement is in place, but what it releases is still held: go on where it ended. */
static bool is_half_done(const struct session *session)
{
    const struct eg_folder_item *item = session->item;

    return item->held && item->statement.there &&
           eg_bytes_equal(eg_bytes_view(&item->statement.text),
                          eg_bytes_view(&session->statement.text));
}

/* A withdrawal puts nothing in force: what is held judges nothing, and must not begin to. */
static bool would_release(const struct session *session)
{
    struct eg_span span = eg_package_state_span(session->package, &session->statement.state);

    return session->withdraw && session->item->held && !span.none;
}

/* The folder as it will be must hold no two packages for one report. */
static enum eg_status check_neighbours(struct session *session, struct eg_error *err)
{
    struct eg_folder_item *item = session->item;

    if (!is_half_done(session) && item->statement.there &&
        item->statement.state.number >= session->statement.state.number) {
        return eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                            "statement %u is in place; a later one needs a higher number than %u",
                            item->statement.state.number, session->statement.state.number);
    }
    if (would_release(session)) {
        return eg_error_set(err, EG_E_DENIED, session->package->ref.id,
                            "version %s is installed, but inactive; withdraw it altogether, or put "
                            "it in force first (emgate rules activate)",
                            session->package->ref.version);
    }
    item->statement.there = true;
    item->statement.state = session->statement.state;
    item->held = false;
    return eg_folder_check(&session->folder, err);
}

static enum eg_status place(struct session *session, const char *dir, struct eg_error *err)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    EG_TRY(eg_tool_trust_open(&session->trust, session->args, err));
    const struct eg_publisher_rules by = {session->trust.directory, session->trust.verifier,
                                          eg_clock_wall_ms()};
    EG_TRY(eg_statement_authorise(NULL, &verdict, &session->statement, session->package, &by, err));
    if (!eg_verdict_passed(&verdict)) {
        EG_TRY(eg_tool_refused(err, session->package->ref.id, &verdict));
    }
    EG_TRY(check_neighbours(session, err));
    return eg_folder_state(dir, &session->package->ref, eg_bytes_view(&session->file), err);
}

/* ---- the verbs ---------------------------------------------------------------------------- */

static enum eg_status state(struct session *session, struct eg_error *err)
{
    const char *dir = eg_tool_value(session->args, "--into", 0);
    const char *file = eg_tool_value(session->args, "-o", 0);
    const char *given = eg_tool_value(session->args, "--statement", 0);

    if ((dir == NULL) == (file == NULL)) {
        return eg_error_set(err, EG_E_USAGE, "--into",
                            "say either where to put it in place (--into DIR) or which file to "
                            "write (-o FILE)");
    }
    if (dir != NULL && (eg_tool_value(session->args, "--directory", 0) == NULL ||
                        eg_tool_value(session->args, "--anchors", 0) == NULL)) {
        return eg_error_set(err, EG_E_USAGE, "--directory",
                            "--into needs --directory and --anchors, to see who may say this");
    }
    EG_TRY(eg_package_read(&session->package, eg_tool_operand(session->args, 0), false, err));
    if (dir != NULL) {
        EG_TRY(find(session, dir, err));
    }
    EG_TRY(given != NULL ? read_given(session, given, err) : sign(session, err));
    return dir != NULL ? place(session, dir, err)
                       : eg_file_write(file, eg_bytes_view(&session->file), 0644, err);
}

static enum eg_status tell(const struct session *session, struct eg_error *err)
{
    const struct eg_package_state *said = &session->statement.state;
    struct eg_span span = eg_package_state_span(session->package, said);
    struct eg_buf out;

    eg_buf_init(&out, EG_MIB);
    if (eg_tool_json(session->args)) {
        eg_buf_text(&out, "{\"package\":");
        eg_tool_json_package(&out, &said->package);
        eg_tool_json_text(&out, "state", eg_package_state_word(said->withdrawn));
        eg_buf_format(&out, ",\"number\":%u", said->number);
        eg_tool_json_text(&out, "first", span.none ? NULL : span.first);
        eg_tool_json_text(&out, "last", span.none || span.last[0] == '\0' ? NULL : span.last);
        eg_tool_json_text(&out, "reason", said->reason);
        eg_buf_text(&out, "}\n");
    } else {
        eg_buf_format(&out, "%s %s %s (statement %u): ", said->package.id, said->package.version,
                      eg_package_state_word(said->withdrawn), said->number);
        if (span.none) {
            eg_buf_text(&out, "judges no new report\n");
        } else {
            eg_buf_format(&out, "judges periods from %s to %s\n", span.first,
                          span.last[0] != '\0' ? span.last : "open");
        }
    }
    enum eg_status status = eg_tool_print(&out, err);
    eg_buf_done(&out);
    return status;
}

static int run(const struct eg_tool_args *args, bool withdraw, struct eg_error *err)
{
    struct session session = {.args = args, .withdraw = withdraw};
    enum eg_status status = eg_engine_init(err);

    eg_buf_init(&session.file, STATEMENT_FILE_MAX);
    eg_buf_init(&session.statement.text, EG_SIGNED_TEXT_MAX);
    eg_buf_init(&session.statement.cms, EG_CMS_MAX);
    if (status != EG_OK) {
        goto done;
    }
    status = state(&session, err);
    if (status != EG_OK) {
        goto done;
    }
    status = tell(&session, err);

done:
    eg_statement_done(&session.statement);
    eg_tool_trust_done(&session.trust);
    eg_folder_done(&session.folder);
    eg_package_free(&session.package);
    eg_buf_done(&session.file);
    eg_engine_done();
    return status == EG_OK ? EG_EXIT_DONE : EG_EXIT_COULD_NOT;
}

static int run_activate(const struct eg_tool_args *args, struct eg_error *err)
{
    return run(args, false, err);
}

static int run_withdraw(const struct eg_tool_args *args, struct eg_error *err)
{
    return run(args, true, err);
}

static const struct eg_tool_option options[] = {
    {.name = "--reason", .value = "TEXT", .help = "Why; it stands in the log for ever."},
    {.name = "--from",
     .value = "DAY",
     .help = "activate: periods from this day on are judged; withdraw: are not judged any more."},
    {.name = "--key", .value = "FILE", .help = "The publisher's private key, PEM."},
    {.name = "--cert", .value = "FILE", .help = "Certificate of the key, PEM."},
    {.name = "--number",
     .value = "N",
     .help = "Number of the statement; usually one more than the one in place."},
    {.name = "--statement",
     .value = "FILE",
     .help = "Put this statement in place instead of making one."},
    {.name = "-o", .value = "FILE", .help = "Write the statement here; put nothing in place."},
    {.name = "--into",
     .value = "DIR",
     .help = "Folder of installed packages that the gateway reads."},
    EG_TRUST_OPTIONS(false),
    {.name = NULL},
};

const struct eg_tool_verb eg_verb_rules_activate = {
    .name = "rules activate",
    .summary = "state that an installed package judges, as its publisher",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "A statement that PKG judges the periods of its validity, or only those from --from on; "
        "signed by the package's publisher, put beside the installed package, and recorded in the "
        "log at the gateway's next reload. A package that was installed with --inactive or that "
        "was withdrawn judges from then on.\n\n"
        "Refused, naming both packages, when another one in DIR judges the same reports in the "
        "same period.",
    .example = "emgate rules activate PKG --key publisher.key --cert publisher.pem --reason \"in "
               "force since 1 July\" --into DIR --directory directory.xml --anchors ca.pem\n"
               "emgate rules activate PKG --statement FILE --into DIR --directory directory.xml "
               "--anchors ca.pem",
    .options = options,
    .run = run_activate,
};

const struct eg_tool_verb eg_verb_rules_withdraw = {
    .name = "rules withdraw",
    .summary = "state that a package judges no longer, as its publisher",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .description =
        "A statement that PKG judges no new report, or none whose period reaches --from; signed by "
        "the package's publisher, put beside the installed package, and recorded in the log at the "
        "gateway's next reload. Its texts stay readable, and a report that was judged gets its "
        "first receipt as before. It can not be undone by removing a file: the log knows it.",
    .example = "emgate rules withdraw PKG --from 2027-01-01 --reason \"ordinance amended\" --key "
               "publisher.key --cert publisher.pem -o withdraw.statement\n"
               "emgate rules withdraw PKG --statement withdraw.statement --into DIR --directory "
               "directory.xml --anchors ca.pem",
    .options = options,
    .run = run_withdraw,
};
