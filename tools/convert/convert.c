/*
 * Rows are gathered in a table of one day: places of the grid by columns of the mapping. It is
 * the only state, so memory does not grow with the length of a file's period.
 */
#include "convert/convert.h"

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "convert/csv.h"
#include "convert/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 48
#define DAY_REPORT_MAX (16 * EG_MIB) /* 48 places of 256 columns are about 1 MiB */

/* One place of one column. word NULL: the row was not there. */
struct slot {
    /* status, or state of operation; points into the mapping or is literal */
    const char *word;
    /* "": none */
    char number[EG_DECIMAL_TEXT_MAX];
};

/* Where a mapped column stands in the file being read. */
struct position {
    /* status SIZE_MAX: assumed */
    size_t value, status;
};

struct conversion {
    const struct eg_mapping *mapping;
    const struct eg_convert_options *options;
    struct eg_convert_tally tally;
    /* days wanted */
    int32_t from, until;
    struct position positions[EG_MAPPING_COLUMNS_MAX];
    /* column of the time */
    size_t time_at;
    bool begun;
    /* of the row before */
    struct eg_label last;
    /* being gathered */
    int32_t day;
    /* the table has a row */
    bool gathered;
    /* column_count * PLACES_MAX */
    struct slot *slots;
    struct eg_buf report;
    struct eg_error *err;
};

static struct slot *slot_at(const struct conversion *c, size_t column, size_t place)
{
    return &c->slots[column * PLACES_MAX + place];
}

/* ---- writing a day --------------------------------------------------------------------------- */

static void put_attribute(struct eg_buf *out, const char *name, const char *value)
{
    if (value != NULL) {
        eg_buf_format(out, " %s=\"", name);
        eg_text_xml(out, eg_bytes_of(value));
        eg_buf_char(out, '"');
    }
}

static void put_values(const struct conversion *c, struct eg_buf *out, size_t column)
{
    bool words = c->mapping->columns[column].kind == EG_COLUMN_OPERATION;
    int step = c->mapping->step_minutes;

    for (size_t place = 0; place < (size_t)(EG_DAY_MINUTES / step); place++) {
        const struct slot *slot = slot_at(c, column, place);
        char label[EG_LABEL_TEXT_MAX];
        if (slot->word == NULL) {
            continue;
        }
        eg_label_text(label, (struct eg_label){c->day, ((int)place + 1) * step});
        eg_buf_format(out, "      <v t=\"%s\"", label);
        put_attribute(out, "x", slot->number[0] == '\0' ? NULL : slot->number);
        put_attribute(out, words ? "w" : "s", slot->word);
        eg_buf_text(out, "/>\n");
    }
}

static void put_column(const struct conversion *c, struct eg_buf *out, size_t column)
{
    static const char *const NAMES[] = {"companion", "operation", "series"};
    const struct eg_mapping_column *m = &c->mapping->columns[column];

    eg_buf_format(out, "    <%s", NAMES[m->kind]);
    put_attribute(out, m->kind == EG_COLUMN_SERIES ? "component" : "name", m->name);
    put_attribute(out, "cas", m->cas);
    put_attribute(out, "unit", m->unit);
    put_attribute(out, "quantity", m->quantity);
    put_attribute(out, "reference-oxygen", m->reference_oxygen);
    put_attribute(out, "method", m->method);
    put_attribute(out, "conditions", m->conditions);
    eg_buf_text(out, ">\n");
    if (m->confidence != NULL) {
        eg_buf_text(out, "      <calibration");
        put_attribute(out, "confidence", m->confidence);
        eg_buf_text(out, "/>\n");
    }
    put_values(c, out, column);
    eg_buf_format(out, "    </%s>\n", NAMES[m->kind]);
}

/* The order of the schema: companions, operation, series. */
static void put_source(const struct conversion *c, struct eg_buf *out, size_t source)
{
    const struct eg_mapping *m = c->mapping;

    eg_buf_text(out, "  <source");
    put_attribute(out, "id", m->sources[source].id);
    put_attribute(out, "name", m->sources[source].name);
    eg_buf_text(out, ">\n");
    for (int kind = EG_COLUMN_COMPANION; kind <= EG_COLUMN_SERIES; kind++) {
        for (size_t i = 0; i < m->column_count; i++) {
            if (m->columns[i].source == source && (int)m->columns[i].kind == kind) {
                put_column(c, out, i);
            }
        }
    }
    eg_buf_text(out, "  </source>\n");
}

static void put_report(const struct conversion *c, struct eg_buf *out, const char *id,
                       const char *day)
{
    const struct eg_mapping *m = c->mapping;

    eg_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<report xmlns=\"urn:emgate:report:1\"");
    put_attribute(out, "id", id);
    eg_buf_format(out, " version=\"%u\"", c->options->version);
    put_attribute(out, "addressee", c->options->addressee);
    put_attribute(out, "plant", m->plant);
    eg_buf_text(out, "\n    kind=\"continuous\"");
    put_attribute(out, "from", day);
    put_attribute(out, "until", day);
    put_attribute(out, "step", m->step);
    put_attribute(out, "zone", m->zone);
    eg_buf_text(out, ">\n");
    for (size_t i = 0; i < m->remark_count; i++) {
        eg_buf_text(out, "  <remark");
        put_attribute(out, "lang", m->remarks[i].lang);
        eg_buf_char(out, '>');
        eg_text_xml(out, eg_bytes_of(m->remarks[i].text));
        eg_buf_text(out, "</remark>\n");
    }
    for (size_t i = 0; i < m->source_count; i++) {
        put_source(c, out, i);
    }
    eg_buf_text(out, "</report>\n");
}

static void forget_day(struct conversion *c)
{
    memset(c->slots, 0, c->mapping->column_count * PLACES_MAX * sizeof *c->slots);
    c->gathered = false;
}

static enum eg_status finish_day(struct conversion *c)
{
    char day[EG_DAY_TEXT_MAX];
    char id[EG_ID_MAX + 1];

    if (!c->gathered) {
        return EG_OK;
    }
    eg_day_text(day, c->day);
    (void)snprintf(id, sizeof id, "%s-%s", c->mapping->plant, day);
    eg_buf_reset(&c->report);
    put_report(c, &c->report, id, day);
    enum eg_status status = eg_buf_ok(&c->report, day, c->err);
    if (status != EG_OK) {
        goto done;
    }
    status = c->options->emit(c->options->payload, id, day, eg_bytes_view(&c->report), c->err);
    if (status != EG_OK) {
        goto done;
    }
    c->tally.reports++;

done:
    forget_day(c);
    return status;
}

/* ---- reading rows ---------------------------------------------------------------------------- */

static enum eg_status find_column(size_t *at, const struct eg_csv *csv, const char *name,
                                  struct eg_error *err)
{
    bool twice = false;

    *at = eg_csv_find(csv, name, &twice);
    if (*at == SIZE_MAX) {
        return eg_csv_fault(csv, 0, err, "there is no column \"%s\"", name);
    }
    return twice ? eg_csv_fault(csv, *at, err, "there are two columns \"%s\"", name) : EG_OK;
}

static enum eg_status find_columns(struct conversion *c, const struct eg_csv *csv)
{
    const struct eg_mapping *m = c->mapping;

    if (!m->time_assigned) {
        EG_TRY(find_column(&c->time_at, csv, m->time_column, c->err));
    }
    for (size_t i = 0; i < m->column_count; i++) {
        c->positions[i] = (struct position){SIZE_MAX, SIZE_MAX};
        EG_TRY(find_column(&c->positions[i].value, csv, m->columns[i].column, c->err));
        if (m->columns[i].status != NULL) {
            EG_TRY(find_column(&c->positions[i].status, csv, m->columns[i].status, c->err));
        }
    }
    return EG_OK;
}

/* The end of the interval of the row last read: strictly after that of the row before. */
static enum eg_status row_label(struct eg_label *out, struct conversion *c,
                                const struct eg_csv *csv)
{
    const struct eg_mapping *m = c->mapping;
    struct eg_label label = {0, 0};

    if (m->time_assigned) {
        label = c->begun ? eg_label_after(c->last, m->step_minutes) : m->first;
        if (label.day > EG_DAY_LAST) {
            return eg_csv_fault(csv, 0, c->err, "the time assigned to this row is after 2199");
        }
        *out = label;
        return EG_OK;
    }
    struct eg_bytes cell = csv->cells[c->time_at].text;
    if (!eg_label_read(cell, &label)) {
        return eg_csv_fault(csv, c->time_at, c->err,
                            "\"%.*s\" is no time like 2011-04-06 01:00 or 06.04.2011 01:00",
                            (int)(cell.len < 40 ? cell.len : 40), (const char *)cell.data);
    }
    if (!m->time_is_end) {
        label = eg_label_after(label, m->step_minutes);
    }
    if (label.minute % m->step_minutes != 0) {
        return eg_csv_fault(csv, c->time_at, c->err, "the time is not on the grid of %s", m->step);
    }
    if (c->begun && eg_label_compare(label, c->last) <= 0) {
        return eg_csv_fault(csv, c->time_at, c->err,
                            "the time is not later than that of the row before");
    }
    *out = label;
    return EG_OK;
}

static const char *word_for(const struct eg_mapping_code *codes, size_t count, struct eg_bytes cell)
{
    for (size_t i = 0; i < count; i++) {
        if (eg_bytes_is(cell, codes[i].code)) {
            return codes[i].word;
        }
    }
    return NULL;
}

static bool says_missing(const struct eg_mapping *m, struct eg_bytes cell)
{
    bool missing = cell.len == 0;

    for (size_t i = 0; i < m->missing_count && !missing; i++) {
        missing = eg_bytes_is(cell, m->missing[i]);
    }
    return missing;
}

static enum eg_status unknown_code(const struct conversion *c, const struct eg_csv *csv, size_t at,
                                   const char *what)
{
    struct eg_bytes cell = csv->cells[at].text;
    return eg_csv_fault(csv, at, c->err, "the mapping does not say what %s \"%.*s\" means", what,
                        (int)(cell.len < 40 ? cell.len : 40), (const char *)cell.data);
}

static enum eg_status take_state(struct slot *slot, const struct conversion *c,
                                 const struct eg_csv *csv, size_t at)
{
    slot->word = word_for(c->mapping->states, c->mapping->state_count, csv->cells[at].text);
    return slot->word != NULL ? EG_OK : unknown_code(c, csv, at, "operation state");
}

/* The status word; with an assumed one a cell without number is missing. */
static enum eg_status take_status(struct slot *slot, const struct conversion *c,
                                  const struct eg_csv *csv, const struct position *p, bool missing)
{
    const struct eg_mapping *m = c->mapping;

    if (p->status == SIZE_MAX) {
        slot->word = missing ? "missing" : "valid";
        return EG_OK;
    }
    slot->word = word_for(m->statuses, m->status_count, csv->cells[p->status].text);
    if (slot->word == NULL) {
        return unknown_code(c, csv, p->status, "status");
    }
    bool needs = strcmp(slot->word, "valid") == 0 || strcmp(slot->word, "substitute") == 0;
    if (missing && needs) {
        return eg_csv_fault(csv, p->value, c->err, "status %s, but no number", slot->word);
    }
    if (!missing && strcmp(slot->word, "missing") == 0) {
        return eg_csv_fault(csv, p->value, c->err, "status missing, but a number");
    }
    return EG_OK;
}

static enum eg_status take_number(struct slot *slot, const struct conversion *c,
                                  const struct eg_csv *csv, const struct position *p, int shift)
{
    struct eg_bytes cell = csv->cells[p->value].text;
    bool missing = says_missing(c->mapping, cell);

    if (!missing) {
        const char *wrong = eg_decimal_convert(slot->number, cell, c->mapping->decimal, shift);
        if (wrong != NULL) {
            return eg_csv_fault(csv, p->value, c->err, "\"%.*s\" %s",
                                (int)(cell.len < 40 ? cell.len : 40), (const char *)cell.data,
                                wrong);
        }
    }
    return take_status(slot, c, csv, p, missing);
}

static enum eg_status take_cells(struct conversion *c, const struct eg_csv *csv, size_t place)
{
    const struct eg_mapping *m = c->mapping;

    for (size_t i = 0; i < m->column_count; i++) {
        struct slot *slot = slot_at(c, i, place);
        const struct position *p = &c->positions[i];
        enum eg_status status = m->columns[i].kind == EG_COLUMN_OPERATION
                                    ? take_state(slot, c, csv, p->value)
                                    : take_number(slot, c, csv, p, m->columns[i].shift);
        if (status != EG_OK) {
            return status;
        }
        if (m->columns[i].kind != EG_COLUMN_OPERATION) {
            c->tally.values += slot->number[0] != '\0';
            c->tally.missing += slot->number[0] == '\0';
        }
    }
    c->gathered = true;
    return EG_OK;
}

/* All days wanted are done; rows that follow are not looked at. */
static bool enough(const struct conversion *c)
{
    uint32_t days = c->options->days;
    return days != 0 && c->tally.reports >= days;
}

static enum eg_status take_row(struct conversion *c, const struct eg_csv *csv)
{
    struct eg_label label = {0, 0};
    enum eg_status status = row_label(&label, c, csv);

    if (status != EG_OK) {
        return status;
    }
    c->tally.rows++;
    if (!c->begun || label.day != c->day) {
        status = finish_day(c);
        c->day = label.day;
    }
    c->begun = true;
    c->last = label;
    if (status != EG_OK || enough(c) || label.day < c->from || label.day > c->until) {
        return status;
    }
    return take_cells(c, csv, (size_t)(label.minute / c->mapping->step_minutes - 1));
}

static enum eg_status take_file(struct conversion *c, const char *name, struct eg_bytes text)
{
    struct eg_csv csv;
    bool more = false;
    enum eg_status status = eg_csv_start(&csv, name, text, c->mapping->separator, c->err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_csv_next(&more, &csv, c->err);
    if (status != EG_OK) {
        goto done;
    }
    if (!more) {
        status = eg_error_set(c->err, EG_E_FORMAT, name, "the file is empty");
        goto done;
    }
    status = find_columns(c, &csv);
    while (status == EG_OK && !enough(c)) {
        status = eg_csv_next(&more, &csv, c->err);
        if (status != EG_OK || !more) {
            break;
        }
        status = take_row(c, &csv);
    }

done:
    eg_csv_done(&csv);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum eg_status check_options(struct conversion *c)
{
    const struct eg_convert_options *o = c->options;

    c->from = INT32_MIN;
    c->until = INT32_MAX;
    if (o->from != NULL && !eg_day_read(eg_bytes_of(o->from), &c->from)) {
        return eg_error_set(c->err, EG_E_USAGE, o->from, "no day like 2011-04-06");
    }
    if (o->until != NULL && !eg_day_read(eg_bytes_of(o->until), &c->until)) {
        return eg_error_set(c->err, EG_E_USAGE, o->until, "no day like 2011-04-06");
    }
    if (c->from > c->until) {
        return eg_error_set(c->err, EG_E_USAGE, o->from, "the first day is after the last one");
    }
    if (!eg_text_token(eg_bytes_of(o->addressee), EG_ORIGIN_MAX)) {
        return eg_error_set(c->err, EG_E_USAGE, o->addressee,
                            "no log origin like demo.emgate.example");
    }
    if (o->version < 1 || o->version > EG_VERSION_NUMBER_MAX) {
        return eg_error_set(c->err, EG_E_USAGE, "version", "a version is 1..999999");
    }
    return EG_OK;
}

static enum eg_status start(struct conversion *c, const struct eg_mapping *mapping)
{
    eg_buf_init(&c->report, DAY_REPORT_MAX);
    c->slots = calloc(mapping->column_count * PLACES_MAX, sizeof *c->slots);
    if (c->slots == NULL) {
        return eg_error_set(c->err, EG_E_NOMEM, NULL, "memory ran out");
    }
    return check_options(c);
}

static enum eg_status finish(struct conversion *c, enum eg_status status)
{
    if (status != EG_OK) {
        goto done;
    }
    status = finish_day(c);
    if (status != EG_OK) {
        goto done;
    }
    if (c->tally.reports == 0) {
        status = eg_error_set(c->err, EG_E_NOTFOUND, NULL,
                              "the files have no row on the days asked for");
    }

done:
    free(c->slots);
    eg_buf_done(&c->report);
    return status;
}

static enum eg_status read_and_take(struct conversion *c, const char *path)
{
    struct eg_buf text;

    eg_buf_init(&text, EG_CSV_MAX);
    enum eg_status status = eg_file_read(&text, path, c->err);
    if (status != EG_OK) {
        goto done;
    }
    status = take_file(c, path, eg_bytes_view(&text));

done:
    eg_buf_done(&text);
    return status;
}

enum eg_status eg_convert_files(struct eg_convert_tally *tally, const struct eg_mapping *mapping,
                                const struct eg_convert_options *options, const char *const *paths,
                                size_t path_count, struct eg_error *err)
{
    struct conversion c = {.mapping = mapping, .options = options, .err = err};
    enum eg_status status = start(&c, mapping);

    for (size_t i = 0; i < path_count && status == EG_OK && !enough(&c); i++) {
        status = read_and_take(&c, paths[i]);
    }
    status = finish(&c, status);
    if (tally != NULL) {
        *tally = c.tally;
    }
    return status;
}

#ifdef EG_TEST_HOOKS
enum eg_status eg_convert_octets(struct eg_convert_tally *tally, const struct eg_mapping *mapping,
                                 const struct eg_convert_options *options, const char *name,
                                 struct eg_bytes csv, struct eg_error *err)
{
    struct conversion c = {.mapping = mapping, .options = options, .err = err};
    enum eg_status status = start(&c, mapping);

    if (status == EG_OK) {
        status = take_file(&c, name, csv);
    }
    status = finish(&c, status);
    if (tally != NULL) {
        *tally = c.tally;
    }
    return status;
}
#endif
