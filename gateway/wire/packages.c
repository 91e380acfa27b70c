/*
 * One line a package. A reader of a line proves itself by writing the line again, so that every
 * line has one form.
 */
#include "wire/packages.h"

#include <assert.h>
#include <string.h>

#define KIND "packages"
#define NOTHING "-"

static const char *const standings[] = {"active", "withdrawn", "archived"};

const char *eg_package_standing_text(enum eg_package_standing standing)
{
    return standings[standing];
}

/* ---- writing ------------------------------------------------------------------------------ */

void eg_packages_begin(struct eg_buf *out)
{
    eg_lines_begin(out, KIND);
}

static const char *or_nothing(const char *day)
{
    return day[0] != '\0' ? day : NOTHING;
}

void eg_packages_put(struct eg_buf *out, const struct eg_package_line *line)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];

    eg_digest_text(&line->package.digest, digest);
    eg_lines_putf(out, "package", "%s %s %s %s %s %s", line->package.id, line->package.version,
                  digest, standings[line->standing], or_nothing(line->first),
                  or_nothing(line->last));
}

/* ---- reading ------------------------------------------------------------------------------ */

/* Cut the word before the next blank, or the rest. */
static struct eg_bytes cut(struct eg_bytes *rest)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
    size_t len = blank != NULL ? (size_t)(blank - rest->data) : rest->len;
    struct eg_bytes word = {rest->data, len};
    size_t skip = blank != NULL ? len + 1 : len;

    *rest = (struct eg_bytes){rest->data + skip, rest->len - skip};
    return word;
}

static bool take_token(char *out, size_t room, struct eg_bytes word)
{
    if (!eg_text_token(word, room - 1)) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

static bool take_day(char out[11], struct eg_bytes word)
{
    if (eg_bytes_is(word, NOTHING)) {
        return true;
    }
    if (word.len != 10) {
        return false;
    }
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return eg_date_valid(out);
}

static bool take_standing(enum eg_package_standing *out, struct eg_bytes word)
{
    for (size_t i = 0; i < sizeof standings / sizeof standings[0]; i++) {
        if (eg_bytes_is(word, standings[i])) {
            *out = (enum eg_package_standing)i;
            return true;
        }
    }
    return false;
}

static bool take_line(struct eg_package_line *out, struct eg_bytes value)
{
    struct eg_package_line line = {.standing = EG_STANDS_ACTIVE};
    struct eg_bytes rest = value;

    if (!take_token(line.package.id, sizeof line.package.id, cut(&rest)) ||
        !take_token(line.package.version, sizeof line.package.version, cut(&rest)) ||
        !eg_digest_untext(cut(&rest), &line.package.digest) ||
        !take_standing(&line.standing, cut(&rest)) || !take_day(line.first, cut(&rest)) ||
        !take_day(line.last, rest)) {
        return false;
    }
    if ((line.first[0] == '\0' && line.last[0] != '\0') ||
        (line.last[0] != '\0' && strcmp(line.first, line.last) > 0)) {
        return false;
    }
    *out = line;
    return true;
}

bool eg_packages_start(struct eg_packages_reader *reader, struct eg_bytes text)
{
    return eg_lines_start(&reader->lines, text, KIND);
}

int eg_packages_next(struct eg_packages_reader *reader, struct eg_package_line *out)
{
    int next = eg_lines_next(&reader->lines);

    if (next != 1) {
        return next;
    }
    return eg_bytes_is(reader->lines.key, "package") && take_line(out, reader->lines.value) ? 1
                                                                                            : -1;
}

/* ---- the question ------------------------------------------------------------------------- */

static bool malformed(const char **why, const char *sentence)
{
    if (why != NULL) {
        *why = sentence;
    }
    return false;
}

bool eg_rules_body_read(struct eg_rules_body *out, const struct eg_message *message,
                        const char **why)
{
    assert(message->verb == EG_VERB_RULES);
    struct eg_rules_body body = {.list = message->body[0].len == 0};
    struct eg_bytes version = message->body[1];

    if (body.list && version.len > 0) {
        return malformed(why, "a version without a package");
    }
    if (!body.list && !take_token(body.id, sizeof body.id, message->body[0])) {
        return malformed(why, "the package's id is not a name");
    }
    body.has_digest = version.len > 0 && eg_digest_untext(version, &body.digest);
    if (version.len > 0 && !body.has_digest &&
        !take_token(body.version, sizeof body.version, version)) {
        return malformed(why, "the version is neither a version nor a digest");
    }
    *out = body;
    return true;
}
