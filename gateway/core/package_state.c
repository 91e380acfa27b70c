/*
 * Reading proves itself by writing again, as for entries: a statement has one form only.
 */
#include "core/package_state.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define WHERE "package-state"

const char *eg_package_state_word(bool withdrawn)
{
    return withdrawn ? "withdrawn" : "active";
}

/* ---- writing ------------------------------------------------------------------------------ */

static void put(struct eg_buf *out, const struct eg_package_state *state)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];

    eg_digest_text(&state->package.digest, digest);
    eg_lines_begin(out, WHERE);
    eg_lines_putf(out, "package", "%s %s %s", state->package.id, state->package.version, digest);
    eg_lines_putf(out, "number", "%u", (unsigned)state->number);
    eg_lines_put(out, "state", eg_bytes_of(eg_package_state_word(state->withdrawn)));
    if (state->first[0] != '\0') {
        eg_lines_put(out, "first", eg_bytes_of(state->first));
    }
    if (state->last[0] != '\0') {
        eg_lines_put(out, "last", eg_bytes_of(state->last));
    }
    eg_lines_put(out, "reason", eg_bytes_of(state->reason));
}

enum eg_status eg_package_state_write(struct eg_buf *out, const struct eg_package_state *state,
                                      struct eg_error *err)
{
    struct eg_package_state again;
    size_t from = out->len;

    put(out, state);
    enum eg_status status = eg_buf_ok(out, WHERE, err);
    return status != EG_OK ? status
                           : eg_package_state_read(
                                 &again, (struct eg_bytes){out->data + from, out->len - from}, err);
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool take_word(struct eg_bytes *rest, char *word, size_t room)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
    size_t len = blank != NULL ? (size_t)(blank - rest->data) : 0;

    if (len == 0 || len >= room || !eg_text_token((struct eg_bytes){rest->data, len}, room)) {
        return false;
    }
    memcpy(word, rest->data, len);
    word[len] = '\0';
    *rest = (struct eg_bytes){blank + 1, rest->len - len - 1};
    return true;
}

static bool take_package(struct eg_package_ref *out, struct eg_bytes value)
{
    return take_word(&value, out->id, sizeof out->id) &&
           take_word(&value, out->version, sizeof out->version) &&
           eg_digest_untext(value, &out->digest);
}

static bool take_day(char out[11], struct eg_bytes value)
{
    if (value.len != 10) {
        return false;
    }
    memcpy(out, value.data, value.len);
    out[value.len] = '\0';
    return eg_date_valid(out);
}

static bool take_reason(char *out, struct eg_bytes value)
{
    struct eg_buf text;

    eg_buf_init(&text, EG_STATE_REASON_MAX);
    bool good = value.len > 0 && eg_lines_unescape(value, &text) && !text.failed && text.len > 0 &&
                eg_text_clean(eg_bytes_view(&text));
    if (good) {
        memcpy(out, text.data, text.len);
        out[text.len] = '\0';
    }
    eg_buf_done(&text);
    return good;
}

static bool take_line(struct eg_package_state *out, const struct eg_lines *line)
{
    uint64_t number = 0;

    if (eg_bytes_is(line->key, "package")) {
        return take_package(&out->package, line->value);
    }
    if (eg_bytes_is(line->key, "number")) {
        bool good = eg_text_u64(line->value, EG_STATE_NUMBER_MAX, &number) && number > 0;
        out->number = (uint32_t)number;
        return good;
    }
    if (eg_bytes_is(line->key, "state")) {
        out->withdrawn = eg_bytes_is(line->value, eg_package_state_word(true));
        return out->withdrawn || eg_bytes_is(line->value, eg_package_state_word(false));
    }
    if (eg_bytes_is(line->key, "first")) {
        return take_day(out->first, line->value);
    }
    if (eg_bytes_is(line->key, "last")) {
        return take_day(out->last, line->value);
    }
    return eg_bytes_is(line->key, "reason") && take_reason(out->reason, line->value);
}

/* Every key that must be there was, once and in order: the same text comes out again. */
static enum eg_status writes_back(const struct eg_package_state *state, struct eg_bytes text,
                                  struct eg_error *err)
{
    struct eg_buf again;

    if (state->number == 0 || state->reason[0] == '\0' || state->package.id[0] == '\0') {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "a line is missing");
    }
    eg_buf_init(&again, EG_SIGNED_TEXT_MAX);
    put(&again, state);
    enum eg_status status = eg_buf_ok(&again, WHERE, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!eg_bytes_equal(eg_bytes_view(&again), text)) {
        status = eg_error_set(err, EG_E_FORMAT, WHERE, "a line is missing, doubled or misplaced");
    }

done:
    eg_buf_done(&again);
    return status;
}

enum eg_status eg_package_state_read(struct eg_package_state *out, struct eg_bytes text,
                                     struct eg_error *err)
{
    struct eg_package_state state = {.number = 0};
    struct eg_lines lines = {.number = 1};
    int next = 0;

    if (text.len > EG_SIGNED_TEXT_MAX || !eg_lines_start(&lines, text, WHERE)) {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "does not begin with \"emgate %s 1\"", WHERE);
    }
    while ((next = eg_lines_next(&lines)) == 1) {
        if (!take_line(&state, &lines)) {
            next = -1;
            break;
        }
    }
    if (next < 0) {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "malformed at line %u", lines.number);
    }
    if (state.first[0] != '\0' && state.last[0] != '\0' && strcmp(state.first, state.last) > 0) {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "first is behind last");
    }
    if (state.withdrawn && state.first[0] != '\0' && state.last[0] == '\0') {
        return eg_error_set(err, EG_E_FORMAT, WHERE, "a withdrawal that says first says last");
    }
    EG_TRY(writes_back(&state, text, err));
    *out = state;
    return EG_OK;
}

/* ---- meaning ------------------------------------------------------------------------------ */

bool eg_package_state_is_of(const struct eg_package_state *state,
                            const struct eg_package_ref *package)
{
    return strcmp(state->package.id, package->id) == 0 &&
           strcmp(state->package.version, package->version) == 0 &&
           eg_digest_equal(&state->package.digest, &package->digest);
}

struct eg_span eg_package_state_span(const struct eg_package *package,
                                     const struct eg_package_state *state)
{
    struct eg_span span = eg_package_span(package);
    struct eg_span said = span, shared;

    if (state == NULL) {
        return span;
    }
    if (state->withdrawn && state->last[0] == '\0') {
        span.none = true;
        return span;
    }
    if (state->first[0] != '\0') {
        memcpy(said.first, state->first, sizeof said.first);
    }
    if (state->last[0] != '\0') {
        memcpy(said.last, state->last, sizeof said.last);
    }
    (void)eg_spans_meet(&span, &said, &shared);
    return shared;
}
