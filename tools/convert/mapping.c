/*
 * Mapping files. One table of statements, one of attributes; the words are those of
 * urn:emgate:report:1, so that a mistake is told here and not by the schema of a gateway.
 */
#include "convert/mapping.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 32
#define FACTOR_SHIFT_MAX 9
#define FAULT_TEXT_MAX 360

static const char *const STATUSES[] = {"valid",       "substitute", "implausible",
                                       "plant",       "invalid",    "maintenance",
                                       "malfunction", "missing",    NULL};
static const char *const STATES[] = {"on", "start-up", "shut-down", "off", NULL};
static const char *const COMPANIONS[] = {"oxygen", "temperature", "pressure", "moisture",
                                         "flow",   "load",        NULL};
static const char *const COMPANION_UNITS[] = {"vol-%", "K", "degC", "kPa", "hPa",
                                              "m3/h",  "%", "MW",   NULL};
static const char *const UNITS[] = {"mg/m3", "g/m3", "ug/m3", "ng/m3", NULL};
static const char *const QUANTITIES[] = {"STA", "SSTA", "VSTA", NULL};
static const char *const CONDITIONS[] = {"operating", "standard", NULL};

struct statement {
    struct eg_mapping *mapping;
    /* file */
    const char *name;
    size_t line;
    /* behind the first word; whole for remarks */
    char *rest;
    const char *words[WORDS_MAX];
    size_t count;
    /* bits of keys that occur once */
    unsigned seen;
    struct eg_error *err;
};

static enum eg_status fault(const struct statement *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum eg_status fault(const struct statement *s, const char *format, ...)
{
    char where[EG_ERROR_WHERE_MAX];
    char text[FAULT_TEXT_MAX];
    const char *slash = strrchr(s->name, '/');
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)snprintf(where, sizeof where, "%.60s:%zu", slash == NULL ? s->name : slash + 1, s->line);
    return eg_error_set(s->err, EG_E_FORMAT, where, "%s", text);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static enum eg_status word_of(const struct statement *s, const char *what, const char *word,
                              const char *const *words)
{
    size_t count = 0;

    if (is_one_of(word, words)) {
        return EG_OK;
    }
    while (words[count] != NULL) {
        count++;
    }
    const char *near = eg_text_nearest(word, words, count);
    return near == NULL ? fault(s, "\"%s\" is no %s", word, what)
                        : fault(s, "\"%s\" is no %s; did you mean %s?", word, what, near);
}

/* Cut s->rest into words, in place. */
static enum eg_status cut_words(struct statement *s)
{
    char *at = s->rest;

    s->count = 0;
    while (*(at += strspn(at, " \t")) != '\0') {
        if (s->count == WORDS_MAX) {
            return fault(s, "more than %d words", WORDS_MAX);
        }
        bool quoted = *at == '"';
        s->words[s->count++] = quoted ? ++at : at;
        at += strcspn(at, quoted ? "\"" : " \t");
        if (quoted && *at == '\0') {
            return fault(s, "the quote is never closed");
        }
        if (*at != '\0') {
            *at++ = '\0';
        }
        if (quoted && *at != '\0' && *at != ' ' && *at != '\t') {
            return fault(s, "a blank must follow the closing quote");
        }
    }
    return EG_OK;
}

static enum eg_status need_words(const struct statement *s, size_t min, size_t max,
                                 const char *form)
{
    return s->count >= min && s->count <= max ? EG_OK : fault(s, "write: %s", form);
}

static bool is_id(const char *word, size_t max)
{
    return eg_text_token(eg_bytes_of(word), max);
}

/* ---- statements ------------------------------------------------------------------------------ */

static enum eg_status on_plant(struct statement *s)
{
    enum eg_status status = need_words(s, 1, 1, "plant ID");
    if (status != EG_OK) {
        goto done;
    }
    if (!is_id(s->words[0], EG_ID_MAX - EG_DAY_TEXT_MAX)) {
        status = fault(s, "\"%s\" can not be a plant's id", s->words[0]);
    }

done:
    s->mapping->plant = s->words[0];
    return status;
}

static enum eg_status on_zone(struct statement *s)
{
    static const char *const MINUTES[] = {"00", "30", "45", NULL};
    enum eg_status status = need_words(s, 1, 1, "zone +01:00");

    if (status != EG_OK) {
        return status;
    }
    const char *z = s->words[0];
    bool good = strlen(z) == 6 && (z[0] == '+' || z[0] == '-') && z[3] == ':' &&
                ((z[1] == '0' && z[2] >= '0' && z[2] <= '9') ||
                 (z[1] == '1' && z[2] >= '0' && z[2] <= '4')) &&
                is_one_of(z + 4, MINUTES);
    s->mapping->zone = z;
    return good ? EG_OK : fault(s, "\"%s\" is no offset like +01:00", z);
}

static enum eg_status on_step(struct statement *s)
{
    enum eg_status status = need_words(s, 1, 1, "step PT60M | PT30M");

    if (status != EG_OK) {
        return status;
    }
    s->mapping->step = s->words[0];
    s->mapping->step_minutes = strcmp(s->words[0], "PT60M") == 0   ? 60
                               : strcmp(s->words[0], "PT30M") == 0 ? 30
                                                                   : 0;
    return s->mapping->step_minutes != 0 ? EG_OK : fault(s, "the step is PT60M or PT30M");
}

static enum eg_status on_separator(struct statement *s)
{
    static const char *const NAMES[] = {"comma", "semicolon", "tab", NULL};
    static const char SIGNS[] = {',', ';', '\t'};
    enum eg_status status = need_words(s, 1, 1, "separator comma | semicolon | tab");

    for (size_t i = 0; status == EG_OK && NAMES[i] != NULL; i++) {
        if (strcmp(NAMES[i], s->words[0]) == 0) {
            s->mapping->separator = SIGNS[i];
            return EG_OK;
        }
    }
    return status != EG_OK ? status : word_of(s, "separator", s->words[0], NAMES);
}

static enum eg_status on_decimal(struct statement *s)
{
    static const char *const NAMES[] = {"point", "comma", NULL};
    EG_TRY(need_words(s, 1, 1, "decimal point | comma"));
    EG_TRY(word_of(s, "decimal sign", s->words[0], NAMES));
    s->mapping->decimal = strcmp(s->words[0], "comma") == 0 ? ',' : '.';
    return EG_OK;
}

static enum eg_status on_time(struct statement *s)
{
    static const char FORM[] = "time first YYYY-MM-DDTHH:MM:SS, or: time column NAME end|begin";
    enum eg_status status = need_words(s, 2, 3, FORM);

    if (status != EG_OK) {
        return status;
    }
    if (strcmp(s->words[0], "first") == 0 && s->count == 2) {
        s->mapping->time_assigned = true;
        return eg_label_read(eg_bytes_of(s->words[1]), &s->mapping->first)
                   ? EG_OK
                   : fault(s, "\"%s\" is no time like 2011-01-01T01:00:00", s->words[1]);
    }
    if (strcmp(s->words[0], "column") != 0 || s->count != 3 ||
        (strcmp(s->words[2], "end") != 0 && strcmp(s->words[2], "begin") != 0)) {
        return fault(s, "write: %s", FORM);
    }
    s->mapping->time_column = s->words[1];
    s->mapping->time_is_end = strcmp(s->words[2], "end") == 0;
    return EG_OK;
}

static enum eg_status on_missing(struct statement *s)
{
    EG_TRY(need_words(s, 1, EG_MAPPING_MISSING_MAX, "missing WORD..."));

    for (size_t i = 0; i < s->count; i++) {
        s->mapping->missing[s->mapping->missing_count++] = s->words[i];
    }
    return EG_OK;
}

static enum eg_status add_code(struct statement *s, struct eg_mapping_code *codes, size_t *count,
                               const char *what, const char *const *words)
{
    EG_TRY(need_words(s, 2, 2, "status-code CODE WORD, state-code CODE WORD"));
    EG_TRY(word_of(s, what, s->words[1], words));
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(codes[i].code, s->words[0]) == 0) {
            return fault(s, "code \"%s\" has a meaning already", s->words[0]);
        }
    }
    if (*count == EG_MAPPING_CODES_MAX) {
        return fault(s, "more than %d codes", EG_MAPPING_CODES_MAX);
    }
    codes[(*count)++] = (struct eg_mapping_code){s->words[0], s->words[1]};
    return EG_OK;
}

static enum eg_status on_status_code(struct statement *s)
{
    return add_code(s, s->mapping->statuses, &s->mapping->status_count, "status", STATUSES);
}

static enum eg_status on_state_code(struct statement *s)
{
    return add_code(s, s->mapping->states, &s->mapping->state_count, "operation state", STATES);
}

static enum eg_status on_remark(struct statement *s)
{
    struct eg_mapping *m = s->mapping;
    char *lang = s->rest + strspn(s->rest, " \t");
    char *text = lang + strcspn(lang, " \t");

    if (*text != '\0') {
        *text++ = '\0';
        text += strspn(text, " \t");
    }
    if ((strcmp(lang, "de") != 0 && strcmp(lang, "en") != 0) || *text == '\0') {
        return fault(s, "write: remark de|en TEXT");
    }
    if (strlen(text) > 400 || m->remark_count == EG_MAPPING_REMARKS_MAX) {
        return fault(s, "a remark has at most 400 octets, a report %d remarks",
                     EG_MAPPING_REMARKS_MAX);
    }
    m->remarks[m->remark_count++] = (struct eg_mapping_remark){lang, text};
    return EG_OK;
}

static enum eg_status on_source(struct statement *s)
{
    struct eg_mapping *m = s->mapping;
    EG_TRY(need_words(s, 1, 2, "source ID [\"NAME\"]"));
    if (!is_id(s->words[0], EG_ID_MAX)) {
        return fault(s, "\"%s\" can not be a source's id", s->words[0]);
    }
    for (size_t i = 0; i < m->source_count; i++) {
        if (strcmp(m->sources[i].id, s->words[0]) == 0) {
            return fault(s, "source \"%s\" is there already", s->words[0]);
        }
    }
    if (m->source_count == EG_MAPPING_SOURCES_MAX) {
        return fault(s, "more than %d sources", EG_MAPPING_SOURCES_MAX);
    }
    m->sources[m->source_count++] =
        (struct eg_mapping_source){s->words[0], s->count == 2 ? s->words[1] : NULL};
    return EG_OK;
}

/* ---- columns: attributes in pairs ------------------------------------------------------------ */

/* 10, 1000, 0.001 ... as a power of ten. */
static bool read_factor(const char *word, int *shift)
{
    size_t zeros = strspn(word + 1, "0");

    if (word[0] == '1' && word[1 + zeros] == '\0' && zeros <= FACTOR_SHIFT_MAX) {
        *shift = (int)zeros;
        return true;
    }
    if (strncmp(word, "0.", 2) != 0) {
        return false;
    }
    zeros = strspn(word + 2, "0");
    if (strcmp(word + 2 + zeros, "1") != 0 || zeros >= FACTOR_SHIFT_MAX) {
        return false;
    }
    *shift = -(int)zeros - 1;
    return true;
}

/* As the schema has it: 1..max_whole digits, perhaps a point and 1..6 decimals. */
static bool is_decimal(const char *word, size_t max_whole)
{
    size_t whole = strspn(word, "0123456789");
    size_t decimals = word[whole] == '.' ? strspn(word + whole + 1, "0123456789") : 0;
    const char *end = word + whole + (word[whole] == '.' ? decimals + 1 : 0);

    return whole >= 1 && whole <= max_whole && *end == '\0' &&
           (word[whole] != '.' || decimals > 0) && decimals <= 6 && (whole == 1 || word[0] != '0');
}

static bool is_cas(const char *word)
{
    size_t len = strlen(word);
    size_t first = strspn(word, "0123456789");

    return first >= 2 && first <= 7 && word[0] != '0' && len == first + 5 && word[first] == '-' &&
           strspn(word + first + 1, "0123456789") == 2 && word[first + 3] == '-' &&
           word[first + 4] >= '0' && word[first + 4] <= '9';
}

struct attribute {
    const char *name;
    /* bits of enum eg_column_kind */
    unsigned kinds;
    /* of the const char * in struct eg_mapping_column; SIZE_MAX: factor */
    size_t offset;
};

#define ON(kind) (1U << EG_COLUMN_##kind)
#define AT(field) offsetof(struct eg_mapping_column, field)

static const struct attribute ATTRIBUTES[] = {
    {"column", ON(COMPANION) | ON(OPERATION) | ON(SERIES), AT(column)},
    {"unit", ON(COMPANION) | ON(SERIES), AT(unit)},
    {"status", ON(COMPANION) | ON(SERIES), AT(status)},
    {"factor", ON(COMPANION) | ON(SERIES), SIZE_MAX},
    {"conditions", ON(COMPANION), AT(conditions)},
    {"quantity", ON(SERIES), AT(quantity)},
    {"cas", ON(SERIES), AT(cas)},
    {"reference-oxygen", ON(SERIES), AT(reference_oxygen)},
    {"confidence", ON(SERIES), AT(confidence)},
    {"method", ON(SERIES), AT(method)},
};
enum { ATTRIBUTE_COUNT = sizeof ATTRIBUTES / sizeof ATTRIBUTES[0] };

static enum eg_status set_attribute(struct statement *s, struct eg_mapping_column *column,
                                    unsigned *seen, const char *name, const char *value)
{
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        const struct attribute *a = &ATTRIBUTES[i];
        if (strcmp(a->name, name) != 0 || (a->kinds & (1U << column->kind)) == 0) {
            continue;
        }
        if ((*seen & (1U << i)) != 0) {
            return fault(s, "%s is said twice", name);
        }
        *seen |= 1U << i;
        if (a->offset == SIZE_MAX) {
            return read_factor(value, &column->shift)
                       ? EG_OK
                       : fault(s, "factor \"%s\" is no power of ten like 1000 or 0.001", value);
        }
        memcpy((char *)column + a->offset, &value, sizeof value);
        return EG_OK;
    }
    return fault(s, "\"%s\" is nothing that can be said here", name);
}

static enum eg_status check_values(const struct statement *s, const struct eg_mapping_column *c)
{
    if (c->reference_oxygen != NULL && !is_decimal(c->reference_oxygen, 2)) {
        return fault(s, "reference-oxygen \"%s\" is no number in vol-%%", c->reference_oxygen);
    }
    if (c->confidence != NULL && !is_decimal(c->confidence, 9)) {
        return fault(s, "confidence \"%s\" is no number", c->confidence);
    }
    if (c->cas != NULL && !is_cas(c->cas)) {
        return fault(s, "\"%s\" is no CAS number", c->cas);
    }
    if (c->method != NULL && (c->method[0] == '\0' || strlen(c->method) > 400)) {
        return fault(s, "a method has 1 to 400 octets");
    }
    if (c->conditions != NULL) {
        return word_of(s, "kind of conditions", c->conditions, CONDITIONS);
    }
    return EG_OK;
}

/* What each kind must say, in words of the vocabulary. */
static enum eg_status check_column(const struct statement *s, struct eg_mapping_column *c)
{
    enum eg_status status = EG_OK;

    if (c->column == NULL || (c->kind != EG_COLUMN_OPERATION && c->unit == NULL)) {
        return fault(s, "column and unit must be said");
    }
    if (c->kind != EG_COLUMN_OPERATION && c->status == NULL) {
        return fault(s, "say where the status comes from: status assumed, or status COLUMN");
    }
    if (c->status != NULL && strcmp(c->status, "assumed") == 0) {
        c->status = NULL;
    }
    if (c->kind == EG_COLUMN_SERIES) {
        if (c->quantity == NULL) {
            return fault(s, "say which quantity it is: STA, SSTA or VSTA");
        }
        status = word_of(s, "unit of a component", c->unit, UNITS);
        if (status == EG_OK) {
            status = word_of(s, "quantity", c->quantity, QUANTITIES);
        }
    }
    if (c->kind == EG_COLUMN_COMPANION) {
        status = word_of(s, "unit of a companion", c->unit, COMPANION_UNITS);
    }
    return status == EG_OK ? check_values(s, c) : status;
}

static enum eg_status add_column(struct statement *s, enum eg_column_kind kind)
{
    struct eg_mapping *m = s->mapping;
    size_t at = kind == EG_COLUMN_OPERATION ? 0 : 1;
    unsigned seen = 0;

    if (m->source_count == 0) {
        return fault(s, "say the source first: source ID");
    }
    if (m->column_count == EG_MAPPING_COLUMNS_MAX) {
        return fault(s, "more than %d columns", EG_MAPPING_COLUMNS_MAX);
    }
    if (s->count < at || (s->count - at) % 2 != 0) {
        return fault(s, "after the name come pairs of a word and its value");
    }
    struct eg_mapping_column c = {.kind = kind,
                                  .source = m->source_count - 1,
                                  .line = s->line,
                                  .name = at ? s->words[0] : NULL};
    for (; at < s->count; at += 2) {
        enum eg_status status = set_attribute(s, &c, &seen, s->words[at], s->words[at + 1]);
        if (status != EG_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < m->column_count; i++) {
        const struct eg_mapping_column *o = &m->columns[i];
        if (o->source == c.source && o->kind == kind &&
            (c.name == NULL || strcmp(o->name, c.name) == 0)) {
            return fault(s, "line %zu has said this already", o->line);
        }
    }
    enum eg_status status = check_column(s, &c);
    if (status != EG_OK) {
        return status;
    }
    m->columns[m->column_count++] = c;
    return EG_OK;
}

static enum eg_status on_companion(struct statement *s)
{
    EG_TRY(need_words(s, 1, WORDS_MAX, "companion NAME column C unit U ..."));
    EG_TRY(word_of(s, "companion", s->words[0], COMPANIONS));
    return add_column(s, EG_COLUMN_COMPANION);
}

static enum eg_status on_operation(struct statement *s)
{
    return add_column(s, EG_COLUMN_OPERATION);
}

static enum eg_status on_series(struct statement *s)
{
    EG_TRY(need_words(s, 1, WORDS_MAX, "series COMPONENT column C unit U ..."));
    if (!is_id(s->words[0], 64) || strpbrk(s->words[0], ":/@") != NULL) {
        return fault(s, "\"%s\" can not be a component's name", s->words[0]);
    }
    return add_column(s, EG_COLUMN_SERIES);
}

/* ---- the file -------------------------------------------------------------------------------- */

struct key {
    const char *name;
    /* whole: the rest of the line is not cut into words */
    bool once, required, whole;
    enum eg_status (*on)(struct statement *s);
};

static const struct key KEYS[] = {
    {"plant", true, true, false, on_plant},
    {"zone", true, true, false, on_zone},
    {"step", true, true, false, on_step},
    {"separator", true, true, false, on_separator},
    {"decimal", true, true, false, on_decimal},
    {"time", true, true, false, on_time},
    {"missing", true, false, false, on_missing},
    {"status-code", false, false, false, on_status_code},
    {"state-code", false, false, false, on_state_code},
    {"remark", false, false, true, on_remark},
    {"source", false, true, false, on_source},
    {"companion", false, false, false, on_companion},
    {"operation", false, false, false, on_operation},
    {"series", false, true, false, on_series},
};
enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

static enum eg_status unknown_key(const struct statement *s, const char *word)
{
    const char *names[KEY_COUNT + 1] = {NULL};

    for (size_t i = 0; i < KEY_COUNT; i++) {
        names[i] = KEYS[i].name;
    }
    return word_of(s, "statement of a mapping", word, names);
}

static enum eg_status take_statement(struct statement *s, char *line)
{
    char *word = line + strspn(line, " \t");
    size_t len = strcspn(word, " \t");

    s->rest = word + len + (word[len] == '\0' ? 0 : 1);
    word[len] = '\0';
    if (word[0] == '\0' || word[0] == '#') {
        return EG_OK;
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(KEYS[i].name, word) != 0) {
            continue;
        }
        if (KEYS[i].once && (s->seen & (1U << i)) != 0) {
            return fault(s, "%s is said twice", word);
        }
        s->seen |= 1U << i;
        enum eg_status status = KEYS[i].whole ? EG_OK : cut_words(s);
        return status == EG_OK ? KEYS[i].on(s) : status;
    }
    return unknown_key(s, word);
}

static enum eg_status check_whole(struct statement *s)
{
    const struct eg_mapping *m = s->mapping;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (KEYS[i].required && (s->seen & (1U << i)) == 0) {
            return fault(s, "the mapping says no %s", KEYS[i].name);
        }
    }
    if (m->separator == m->decimal) {
        return fault(s, "separator and decimal sign are both a comma");
    }
    if (m->time_assigned && m->first.minute % m->step_minutes != 0) {
        return fault(s, "the first row's time is not on the grid of %s", m->step);
    }
    for (size_t i = 0; i < m->column_count; i++) {
        if (m->columns[i].kind == EG_COLUMN_OPERATION && m->state_count == 0) {
            return fault(s, "an operation column needs state-code lines");
        }
        if (m->columns[i].status != NULL && m->status_count == 0) {
            return fault(s, "a status column needs status-code lines");
        }
    }
    return EG_OK;
}

static bool clean_line(const char *line)
{
    for (const char *at = line; *at != '\0';) {
        size_t len = strcspn(at, "\t");
        if (len > 0 && !eg_text_clean((struct eg_bytes){(const uint8_t *)at, len})) {
            return false;
        }
        at += len + (at[len] == '\0' ? 0 : 1);
    }
    return true;
}

static enum eg_status take_lines(struct statement *s)
{
    enum eg_status status = EG_OK;
    char *next = NULL;

    for (char *line = s->mapping->text; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        size_t len = strlen(line);
        if (len > 0 && line[len - 1] == '\r') {
            line[len - 1] = '\0';
        }
        s->line++;
        if (!clean_line(line)) {
            status = fault(s, "not UTF-8, or a control character");
        } else if (s->line == 1) {
            status = strcmp(line, "emgate mapping 1") == 0
                         ? EG_OK
                         : fault(s, "the first line must be: emgate mapping 1");
        } else {
            status = take_statement(s, line);
        }
        if (status != EG_OK) {
            return status;
        }
    }
    return check_whole(s);
}

enum eg_status eg_mapping_parse(struct eg_mapping **out, const char *name, struct eg_bytes text,
                                struct eg_error *err)
{
    struct eg_mapping *mapping = NULL;
    enum eg_status status = EG_OK;

    if (text.len > EG_MAPPING_MAX) {
        return eg_error_set(err, EG_E_LIMIT, name, "larger than a mapping file can be");
    }
    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL) {
        return eg_error_set(err, EG_E_FORMAT, name, "a NUL octet; is this a text file?");
    }
    mapping = calloc(1, sizeof *mapping);
    if (mapping != NULL) {
        mapping->text = eg_bytes_dup(text);
    }
    if (mapping == NULL || mapping->text == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, name, "memory ran out");
        goto done;
    }
    struct statement s = {.mapping = mapping, .name = name, .err = err};
    status = take_lines(&s);
    if (status == EG_OK) {
        *out = mapping;
        mapping = NULL;
    }
done:
    eg_mapping_free(&mapping);
    return status;
}

enum eg_status eg_mapping_read(struct eg_mapping **out, const char *path, struct eg_error *err)
{
    struct eg_buf text;

    eg_buf_init(&text, EG_MAPPING_MAX);
    enum eg_status status = eg_file_read(&text, path, err);
    if (status != EG_OK) {
        goto done;
    }
    status = eg_mapping_parse(out, path, eg_bytes_view(&text), err);

done:
    eg_buf_done(&text);
    return status;
}

void eg_mapping_free(struct eg_mapping **mapping)
{
    if (*mapping != NULL) {
        free((*mapping)->text);
        free(*mapping);
        *mapping = NULL;
    }
}
