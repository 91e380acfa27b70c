/*
 * The canonical text of facts.
 *
 *   emgate facts 1
 *   result <name>                as soon as it is another than before
 *   source <id>                  as soon as it is another; after each result
 *   component <id>               as soon as it is another; after a source none: of the source
 *   number <name> <unit>         a series of numbers; or
 *   answer <name>                a series of answers
 *   days <first day> <value>...  one value for each day of an unbroken run, blanks between
 *   later <day>                  one for each, in order
 *
 * A value is the number, or "-" without one, and ":<status>" unless that is valid; an answer is
 * yes, no or unknown. Where the unit or the kind of a series changes from one day to the next, a
 * new series with the same name goes on.
 *
 * Validity conditions, beside those of the line form:
 *  1. the facts are in the order of a set, each key once; so are the later days
 *  2. the text as a whole is what the writer makes of it: reading proves that by writing again
 */
#include "core/facts.h"

#include "base/limits.h"
#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const answers[] = {"no", "yes", "unknown"};
enum { ANSWER_COUNT = sizeof answers / sizeof answers[0], DAY_LEN = 10 };

/* The day after a valid one. */
static void next_day(char day[11])
{
    if (day[9] < '9' && memcmp(day + 8, "28", 2) < 0) {
        day[9]++; /* mostly */
        return;
    }
    unsigned year = (unsigned)strtoul(day, NULL, 10);
    unsigned month = (unsigned)strtoul(day + 5, NULL, 10);
    unsigned number = (unsigned)strtoul(day + 8, NULL, 10) + 1;

    (void)snprintf(day, 11, "%04u-%02u-%02u", year % 10000, month % 100, number % 100);
    if (number > 28 && !eg_date_valid(day)) {
        month = month % 12 + 1;
        year += month == 1;
        (void)snprintf(day, 11, "%04u-%02u-01", year % 10000, month % 100);
    }
}

static bool follows(const char *day, const char *before)
{
    char next[11];

    if (memcmp(day, before, 8) == 0) { /* the same month */
        return (day[8] - before[8]) * 10 + (day[9] - before[9]) == 1;
    }
    memcpy(next, before, sizeof next);
    next_day(next);
    return strcmp(next, day) == 0;
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

/* afresh: from the number, whatever word it was read from. */
static void write_value(struct eg_buf *out, const struct eg_fact *fact, bool afresh)
{
    char number[EG_NUMBER_TEXT_MAX] = "-";

    eg_buf_char(out, ' ');
    if (fact->kind == EG_FACT_ANSWER) {
        eg_buf_text(out, answers[fact->answer]);
        return;
    }
    bool has_word = fact->word[0] != '\0' && !afresh;
    if (fact->has_number && !has_word) {
        eg_number_text(number, fact->number);
    }
    eg_buf_text(out, has_word ? fact->word : number);
    if (fact->status != EG_VALUE_VALID) {
        eg_buf_char(out, ':');
        eg_buf_text(out, eg_value_status_text(fact->status));
    }
}

/* What is another than in the fact before; false: the same series goes on. */
static bool write_series(struct eg_buf *out, const struct eg_fact *fact,
                         const struct eg_fact *before)
{
    bool result = before == NULL || !same(fact->result, before->result);
    bool source = result || !same(fact->source, before->source);
    bool component = source || !same(fact->component, before->component);

    if (!component && same(fact->name, before->name) && fact->kind == before->kind &&
        same(fact->unit, before->unit)) {
        return false;
    }
    if (before != NULL) {
        eg_buf_char(out, '\n'); /* of the days before */
    }
    if (result) {
        eg_lines_put(out, "result", eg_bytes_of(fact->result));
    }
    if (source) {
        eg_lines_put(out, "source", eg_bytes_of(fact->source));
    }
    if (component && !(source && fact->component[0] == '\0')) {
        eg_lines_put(out, "component", eg_bytes_of(fact->component));
    }
    if (fact->kind == EG_FACT_NUMBER) {
        char both[EG_FACT_NAME_MAX + 1 + EG_FACT_UNIT_MAX + 1];
        size_t len = strlen(fact->name);
        memcpy(both, fact->name, len);
        both[len] = ' ';
        memcpy(both + len + 1, fact->unit, strlen(fact->unit) + 1);
        eg_lines_put(out, "number", eg_bytes_of(both));
    } else {
        eg_lines_put(out, "answer", eg_bytes_of(fact->name));
    }
    return true;
}

static enum eg_status write_facts(struct eg_buf *out, const struct eg_facts *facts, bool afresh,
                                  struct eg_error *err)
{
    size_t before = out->len;

    eg_lines_begin(out, "facts");
    for (size_t i = 0; i < facts->count; i++) {
        const struct eg_fact *fact = &facts->list[i];
        const struct eg_fact *last = i > 0 ? &facts->list[i - 1] : NULL;
        bool series = write_series(out, fact, last);
        if (series || !follows(fact->day, last->day)) {
            eg_buf_text(out, series ? "days " : "\ndays ");
            eg_buf_text(out, fact->day);
        }
        write_value(out, fact, afresh);
    }
    if (facts->count > 0) {
        eg_buf_char(out, '\n');
    }
    for (size_t i = 0; i < facts->later_count; i++) {
        eg_lines_put(out, "later", eg_bytes_of(facts->later[i]));
    }
    enum eg_status status = eg_buf_ok(out, "facts", err);
    out->len = status == EG_OK ? out->len : before;
    return status;
}

enum eg_status eg_facts_write(struct eg_buf *out, const struct eg_facts *facts,
                              struct eg_error *err)
{
    return write_facts(out, facts, false, err);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reader {
    struct eg_facts facts;
    char result[EG_FACT_NAME_MAX + 1], source[EG_ID_MAX + 1], component[EG_ID_MAX + 1];
    char name[EG_FACT_NAME_MAX + 1], unit[EG_FACT_UNIT_MAX + 1];
    enum eg_fact_kind kind;
    struct eg_error *err;
    /* of put, when a line was refused by it */
    enum eg_status status;
};

/* An escaped value into `out`; false: too long. */
static bool take_text(char *out, size_t room, struct eg_bytes value)
{
    size_t n = 0;

    for (size_t i = 0; i < value.len && n < room; i++, n++) {
        bool escaped = value.data[i] == '\\' && i + 1 < value.len;
        i += escaped;
        out[n] = escaped && value.data[i] == 'n' ? '\n' : (char)value.data[i];
    }
    if (n == room) {
        return false;
    }
    out[n] = '\0';
    return true;
}

/* Cut the text up to the next blank. */
static struct eg_bytes cut_word(struct eg_bytes *rest)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
    struct eg_bytes word = {rest->data, blank != NULL ? (size_t)(blank - rest->data) : rest->len};
    size_t cut = word.len + (blank != NULL);

    *rest = (struct eg_bytes){rest->data + cut, rest->len - cut};
    return word;
}

static bool read_result(struct reader *reader, struct eg_bytes value)
{
    reader->source[0] = '\0';
    reader->component[0] = '\0';
    reader->name[0] = '\0';
    return take_text(reader->result, sizeof reader->result, value);
}

static bool read_source(struct reader *reader, struct eg_bytes value)
{
    reader->component[0] = '\0';
    reader->name[0] = '\0';
    return take_text(reader->source, sizeof reader->source, value);
}

static bool read_component(struct reader *reader, struct eg_bytes value)
{
    reader->name[0] = '\0';
    return take_text(reader->component, sizeof reader->component, value);
}

static bool read_number_series(struct reader *reader, struct eg_bytes value)
{
    struct eg_bytes name = cut_word(&value);

    reader->kind = EG_FACT_NUMBER;
    return take_text(reader->name, sizeof reader->name, name) &&
           take_text(reader->unit, sizeof reader->unit, value);
}

static bool read_answer_series(struct reader *reader, struct eg_bytes value)
{
    reader->kind = EG_FACT_ANSWER;
    reader->unit[0] = '\0';
    return take_text(reader->name, sizeof reader->name, value);
}

static bool read_answer(struct eg_fact *fact, struct eg_bytes word)
{
    for (size_t i = 0; i < ANSWER_COUNT; i++) {
        if (eg_bytes_is(word, answers[i])) {
            fact->answer = (enum eg_answer_value)i;
            return true;
        }
    }
    return false;
}

/* Other forms of the same number are found when all is written again. */
static bool read_number(struct eg_fact *fact, struct eg_bytes word)
{
    const uint8_t *colon = word.len > 0 ? memchr(word.data, ':', word.len) : NULL;
    struct eg_bytes number = {word.data, colon != NULL ? (size_t)(colon - word.data) : word.len};
    struct eg_bytes status = EG_BYTES_NONE;

    fact->status = EG_VALUE_VALID;
    if (colon != NULL) {
        status = (struct eg_bytes){colon + 1, word.len - number.len - 1};
        if (!eg_value_status_named(&fact->status, status)) {
            return false;
        }
    }
    fact->has_number = !eg_bytes_is(number, "-");
    fact->number = 0;
    if (fact->has_number) {
        fact->number = number.len < EG_NUMBER_TEXT_MAX ? eg_number_xpath(number) : (double)NAN;
    }
    return isfinite(fact->number);
}

/*
 * The fact put last keeps the word of its number, so that it need not be made again. Facts out of
 * order, and words in another form, are refused when all is written afresh.
 */
static void keep_word(struct eg_facts *facts, struct eg_bytes word)
{
    struct eg_fact *fact = &facts->list[facts->count - 1];
    const uint8_t *colon = memchr(word.data, ':', word.len);
    size_t len = colon != NULL ? (size_t)(colon - word.data) : word.len;

    if (fact->has_number && len <= EG_FACT_WORD_MAX) {
        memcpy(fact->word, word.data, len);
        fact->word[len] = '\0';
    }
}

static bool read_days(struct reader *reader, struct eg_bytes value)
{
    struct eg_fact fact = {.result = reader->result,
                           .source = reader->source,
                           .component = reader->component,
                           .name = reader->name,
                           .unit = reader->unit,
                           .kind = reader->kind};
    struct eg_bytes day = cut_word(&value);

    if (reader->name[0] == '\0' || day.len != DAY_LEN || value.len == 0) {
        return false;
    }
    memcpy(fact.day, day.data, DAY_LEN);
    if (!eg_date_valid(fact.day)) {
        return false;
    }
    while (value.len > 0) {
        struct eg_bytes word = cut_word(&value);
        size_t count = reader->facts.count;
        if (reader->kind == EG_FACT_NUMBER ? !read_number(&fact, word)
                                           : !read_answer(&fact, word)) {
            return false;
        }
        reader->status = eg_facts_put(&reader->facts, &fact, reader->err);
        if (reader->status != EG_OK || reader->facts.count == count) {
            return false; /* a key that was there already */
        }
        keep_word(&reader->facts, word);
        if (value.len > 0) {
            next_day(fact.day);
        }
    }
    return true;
}

static bool read_later(struct reader *reader, struct eg_bytes value)
{
    char day[DAY_LEN + 1];
    size_t count = reader->facts.later_count;

    if (!take_text(day, sizeof day, value)) {
        return false;
    }
    reader->status = eg_facts_put_later(&reader->facts, day, reader->err);
    return reader->status == EG_OK && reader->facts.later_count > count;
}

static const struct {
    const char *key;
    bool (*read)(struct reader *reader, struct eg_bytes value);
} keys[] = {{"result", read_result},        {"source", read_source},
            {"component", read_component},  {"number", read_number_series},
            {"answer", read_answer_series}, {"days", read_days},
            {"later", read_later}};

static bool read_line(struct reader *reader, const struct eg_lines *lines)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (eg_bytes_is(lines->key, keys[i].key)) {
            return keys[i].read(reader, lines->value);
        }
    }
    return false;
}

/* Condition 2. */
static enum eg_status check_again(const struct eg_facts *facts, struct eg_bytes text,
                                  struct eg_error *err)
{
    struct eg_buf again;
    size_t at = 0;
    unsigned line = 1;

    eg_buf_init(&again, text.len + 1);
    enum eg_status status = write_facts(&again, facts, true, NULL);
    bool equal = status == EG_OK && eg_bytes_equal(eg_bytes_view(&again), text);
    if (status != EG_OK) {
        goto done;
    }
    while (!equal && at < again.len && at < text.len && again.data[at] == text.data[at]) {
        line += again.data[at++] == '\n';
    }

done:
    eg_buf_done(&again);
    if (status == EG_E_NOMEM) {
        return eg_error_set(err, status, "facts", "memory ran out");
    }
    return equal ? EG_OK
                 : eg_error_set(err, EG_E_FORMAT, "facts", "line %u is not in its one form", line);
}

static enum eg_status read_lines(struct reader *reader, struct eg_lines *lines)
{
    int more = 0;

    while ((more = eg_lines_next(lines)) == 1) {
        if (!read_line(reader, lines)) {
            break;
        }
    }
    if (reader->status == EG_E_LIMIT || reader->status == EG_E_NOMEM) {
        return reader->status;
    }
    return more == 0 ? EG_OK
                     : eg_error_set(reader->err, EG_E_FORMAT, "facts",
                                    "line %u is no line of facts", lines->number);
}

enum eg_status eg_facts_read(struct eg_facts *out, struct eg_bytes text, struct eg_error *err)
{
    struct reader reader = {.err = err};
    struct eg_lines lines = {0};

    if (text.len > EG_FACTS_OCTETS_MAX) {
        return eg_error_set(err, EG_E_LIMIT, "facts", "longer than %zu octets",
                            EG_FACTS_OCTETS_MAX);
    }
    if (!eg_lines_start(&lines, text, "facts")) {
        return eg_error_set(err, EG_E_FORMAT, "facts", "line 1 is not \"emgate facts 1\"");
    }
    enum eg_status status = read_lines(&reader, &lines);
    if (status != EG_OK) {
        goto done;
    }
    status = check_again(&reader.facts, text, err);

done:
    if (status != EG_OK) {
        eg_facts_done(&reader.facts);
        return status;
    }
    *out = reader.facts;
    return EG_OK;
}
