/*
 * A report's values onto the grid. Each element of a value is looked at once for each column it is
 * wanted for: its label gives the place, its attributes number, status or word. What can not be
 * placed or read is a finding, and nothing is judged then; the rest is still read, so that a sender
 * learns of all faults at once.
 *
 * On a day's grid places come from the label by arithmetic. A measurement has no grid: the labels
 * of the columns of a series, as they first come, are its places, and columns of the source that
 * are wanted in a series are laid beside them by label.
 */
#include "assess/columns/columns_model.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_MINUTES 1440
#define LABEL_LEN 19
#define NO_PLACE SIZE_MAX
#define WORDS_TEXT_MAX 600

struct extraction {
    struct eg_grid *grid;
    const struct eg_extraction *extraction;
    const struct eg_extract_from *job;
    struct eg_col_faults faults;
    /* of a step; 0: measurement */
    int minutes;
    /* of all sources so far */
    size_t series_count;
    /* EG_GRID_LIST_MAX: places that have a value in the column that is being filled */
    uint8_t *seen;
    struct eg_error *err;
};

/* The source or series whose columns are filled. */
struct owner {
    const char *source, *component;
    /* series_node NULL: the source itself */
    const xmlNode *source_node, *series_node;
    size_t places;
    const char **labels;
    struct eg_cells *cells;
};

/* What one column of one owner needs while it is filled. */
struct cursor {
    const struct eg_fill_one *one;
    const struct owner *owner;
    struct eg_cells *cells;
    /* last unit looked at */
    const xmlAttr *unit_node;
    /* for a value below this element */
    const xmlNode *unit_from;
    bool unit_seen, unit_fits;
    int shift;
    /* place, word and status of the value before: most often the next or the same */
    size_t hint;
    struct eg_col_seen end_seen, value_seen, status_seen;
};

static enum eg_status memory(struct extraction *p)
{
    return eg_arena_refused(&p->grid->arena, p->extraction->columns->name, p->err);
}

static enum eg_status fault(struct extraction *p, const struct cursor *f, const char *rule,
                            const void *node, const char *const *values)
{
    struct eg_col_place place = {(const xmlNode *)node, f->owner->source, f->owner->component,
                                 f->one->column->shown.name};
    return eg_col_fault(&p->faults, rule, &place, values, p->err);
}

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- places ------------------------------------------------------------------------------- */

static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* Minute of the day, 0..1440, of "YYYY-MM-DDThh:mm:00"; -1: of another form. */
static int minute_of(const char *text)
{
    if (strlen(text) != LABEL_LEN || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
        text[17] != '0' || text[18] != '0') {
        return -1;
    }
    int hour = two_digits(text + 11), minute = two_digits(text + 14);
    if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES) {
        return -1;
    }
    return hour * 60 + minute;
}

static bool measured_when(const struct extraction *p, const char *text)
{
    char day[11] = "";
    int minute = minute_of(text);
    if (minute <= 0) {
        return false;
    }
    memcpy(day, text, 10);
    return eg_date_valid(day) && strcmp(day, p->job->header->from) >= 0 &&
           strcmp(day, p->job->header->until) <= 0;
}

static size_t place_of_label(const struct owner *owner, const char *text, size_t hint)
{
    for (size_t i = 0; i < owner->places; i++) {
        size_t at = (hint + i) % owner->places;
        if (strcmp(owner->labels[at], text) == 0) {
            return at;
        }
    }
    return NO_PLACE;
}

/* NO_PLACE with *off: the label is a fault; without: a sampling of another series. */
static size_t place_of(const struct extraction *p, const struct cursor *f, const char *text,
                       bool *off)
{
    if (p->minutes == 0) {
        *off = !measured_when(p, text);
        return *off ? NO_PLACE : place_of_label(f->owner, text, f->hint);
    }
    int minute = minute_of(text);
    *off = minute <= 0 || minute % p->minutes != 0 || memcmp(text, p->grid->day, 10) != 0;
    return *off ? NO_PLACE : (size_t)(minute / p->minutes) - 1;
}

/* ---- values ------------------------------------------------------------------------------- */

static enum eg_status put_word(struct extraction *p, struct cursor *f, const xmlNode *value,
                               size_t place)
{
    const struct eg_given *given = &f->one->given;
    const xmlAttr *attr = eg_col_attribute_again(&f->one->column->value, value, &f->value_seen);
    char all[WORDS_TEXT_MAX] = "";
    size_t used = 0;

    if (attr == NULL) {
        return EG_OK;
    }
    const char *text = eg_col_text(attr);
    for (size_t i = 0; i < given->word_count; i++) {
        if (strcmp(given->words[i], text) == 0) {
            f->cells->word[place] = (uint8_t)(i + 1);
            return EG_OK;
        }
    }
    for (size_t i = 0; i < given->word_count && used < sizeof all; i++) {
        int n = snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", given->words[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return fault(p, f, EG_RULE_WORD_UNKNOWN, attr, VALUES("value", text, "wanted", all));
}

/* The unit of a value; where one attribute gives it for many values, it is read once. */
static enum eg_status find_shift(struct extraction *p, struct cursor *f, const xmlNode *value)
{
    const struct eg_col_column *column = f->one->column;
    const xmlNode *from = column->unit.up > 0 ? value->parent : value;
    struct eg_unit unit = column->unit_is;

    if (f->unit_seen && (!column->unit.given || f->unit_from == from)) {
        return EG_OK; /* nothing depends on the value but its parent */
    }
    const xmlAttr *attr = column->unit.given ? eg_col_attribute(&column->unit, value) : NULL;
    f->unit_from = from;
    if (f->unit_seen && f->unit_node == attr) {
        return EG_OK;
    }
    f->unit_seen = true;
    f->unit_node = attr;
    const char *text = column->unit.given ? "" : column->unit_text;
    text = attr != NULL ? eg_col_text(attr) : text;
    f->unit_fits = (!column->unit.given || eg_unit_read(eg_bytes_of(text), &unit)) &&
                   eg_unit_convert(&f->shift, &unit, &f->one->given.unit);
    if (f->unit_fits) {
        return EG_OK;
    }
    return fault(p, f, EG_RULE_UNIT_UNKNOWN, attr != NULL ? (const void *)attr : value,
                 VALUES("value", text, "wanted", f->one->given.unit_text));
}

/* The number at `attr`; NaN with a finding if it is none. */
static enum eg_status read_number(double *out, struct extraction *p, struct cursor *f,
                                  const xmlNode *value, const xmlAttr *attr)
{
    enum eg_status status = find_shift(p, f, value);
    if (status != EG_OK || !f->unit_fits) {
        return status;
    }
    const char *text = eg_col_text(attr);
    if (eg_number_read_shifted(eg_bytes_of(text), f->shift, out)) {
        return EG_OK;
    }
    return fault(p, f, EG_RULE_NUMBER_FORM, attr, VALUES("value", text));
}

/* *known false: a finding was added. */
static enum eg_status read_status(enum eg_value_status *out, bool *known, struct extraction *p,
                                  struct cursor *f, const xmlNode *value)
{
    const struct eg_columns *columns = p->extraction->columns;
    const xmlAttr *attr = eg_col_attribute_again(&f->one->column->status, value, &f->status_seen);
    const char *text = attr != NULL ? eg_col_text(attr) : "";

    for (size_t i = 0; i < columns->status_count; i++) {
        if (strcmp(columns->statuses[i].code, text) == 0) {
            *out = columns->statuses[i].status;
            *known = true;
            return EG_OK;
        }
    }
    *known = false;
    return fault(p, f, EG_RULE_STATUS_UNKNOWN, attr != NULL ? (const void *)attr : value,
                 VALUES("value", text));
}

/* A number out of the plausible range is none, so that nothing is computed from it. */
static void check_range(struct eg_cells *cells, size_t place, const struct eg_given *given)
{
    double x = cells->x[place];
    const struct eg_range *range = &given->range;

    if (!given->has_range || isnan(x) ||
        !(x < range->at_least || x > range->at_most || x >= range->below)) {
        return;
    }
    if (cells->outside++ == 0) {
        cells->outside_place = place;
        cells->outside_number = x;
    }
    cells->x[place] = (double)NAN;
    if (cells->status[place] < EG_VALUE_IMPLAUSIBLE) {
        cells->status[place] = EG_VALUE_IMPLAUSIBLE;
    }
}

static enum eg_status put_number(struct extraction *p, struct cursor *f, const xmlNode *value,
                                 size_t place)
{
    const struct eg_col_column *column = f->one->column;
    const xmlAttr *attr = eg_col_attribute_again(&column->value, value, &f->value_seen);
    enum eg_value_status kind = attr != NULL ? EG_VALUE_VALID : EG_VALUE_MISSING;
    double x = (double)NAN;
    bool known = true;
    enum eg_status status = column->status.given ? read_status(&kind, &known, p, f, value) : EG_OK;

    if (status == EG_OK && attr != NULL) {
        status = read_number(&x, p, f, value, attr);
    } else if (status == EG_OK && known && kind <= EG_VALUE_SUBSTITUTE) {
        status =
            fault(p, f, EG_RULE_NUMBER_MISSING, value, VALUES("value", eg_value_status_text(kind)));
    }
    f->cells->x[place] = x;
    f->cells->status[place] = (uint8_t)kind;
    check_range(f->cells, place, &f->one->given);
    return status;
}

static enum eg_status put_value(struct extraction *p, struct cursor *f, const xmlNode *value)
{
    const xmlAttr *attr = eg_col_attribute_again(&p->extraction->columns->end, value, &f->end_seen);
    const char *text = attr != NULL ? eg_col_text(attr) : "";
    const void *node = attr != NULL ? (const void *)attr : value;
    bool off = false;
    size_t place = place_of(p, f, text, &off);

    if (off) {
        return fault(p, f, EG_RULE_GRID_PLACE, node, VALUES("value", text));
    }
    if (place == NO_PLACE) {
        return EG_OK;
    }
    if (p->seen[place] != 0) {
        return fault(p, f, EG_RULE_GRID_TWICE, node, VALUES("value", text));
    }
    p->seen[place] = 1;
    f->hint = place + 1;
    return f->cells->word != NULL ? put_word(p, f, value, place) : put_number(p, f, value, place);
}

/* ---- columns ------------------------------------------------------------------------------ */

/* Room for `places` cells, all of them missing. */
static enum eg_status make_cells(struct extraction *p, struct eg_cells *cells, bool word,
                                 size_t places)
{
    struct eg_arena *arena = &p->grid->arena;
    if (word) {
        cells->word = eg_arena_array(arena, places, 1);
        return cells->word != NULL ? EG_OK : memory(p);
    }
    cells->x = eg_arena_array(arena, places, sizeof *cells->x);
    cells->status = eg_arena_array(arena, places, 1);
    if (cells->x == NULL || cells->status == NULL) {
        return memory(p);
    }
    for (size_t i = 0; i < places; i++) {
        cells->x[i] = (double)NAN;
    }
    memset(cells->status, EG_VALUE_MISSING, places);
    return EG_OK;
}

static const xmlNode *base_of(const struct eg_fill_one *one, const struct owner *owner)
{
    return one->column->shown.of_series ? owner->series_node : owner->source_node;
}

static enum eg_status fill_scalar(struct extraction *p, struct cursor *f)
{
    const xmlNode *base = base_of(f->one, f->owner);
    const xmlAttr *attr = eg_col_attribute(&f->one->column->value, base);
    if (attr == NULL) {
        return EG_OK;
    }
    f->cells->status[0] = EG_VALUE_VALID;
    EG_TRY(read_number(&f->cells->x[0], p, f, base, attr));
    check_range(f->cells, 0, &f->one->given);
    return EG_OK;
}

static enum eg_status fill_column(struct extraction *p, const struct owner *owner, size_t index)
{
    const struct eg_fill_one *one = &p->extraction->list[index];
    const struct eg_col_column *column = one->column;
    struct cursor f = {.one = one, .owner = owner, .cells = &owner->cells[index]};
    bool scalar = column->shown.kind == EG_COLUMN_SCALAR;
    struct eg_col_walk walk;

    enum eg_status status =
        make_cells(p, f.cells, column->shown.kind == EG_COLUMN_WORD, scalar ? 1 : owner->places);
    if (status != EG_OK) {
        return status;
    }
    if (scalar) {
        return fill_scalar(p, &f);
    }
    memset(p->seen, 0, owner->places);
    eg_col_walk_start(&walk, &column->each);
    const xmlNode *base = base_of(one, owner);
    for (const xmlNode *value = eg_col_walk_next(&walk, base); value != NULL;
         value = eg_col_walk_next(&walk, base)) {
        EG_TRY(put_value(p, &f, value));
    }
    return EG_OK;
}

/* Is the given with this index filled for this owner? */
static bool concerns(const struct extraction *p, const struct owner *owner, size_t index)
{
    return p->extraction->list[index].given.in_series == (owner->series_node != NULL);
}

static size_t count_of(const struct eg_col_path *path, const xmlNode *base)
{
    struct eg_col_walk walk;
    size_t count = 0;
    eg_col_walk_start(&walk, path);
    while (eg_col_walk_next(&walk, base) != NULL) {
        count++;
    }
    return count;
}

/* ---- places of a measurement -------------------------------------------------------------- */

static void add_label(struct extraction *p, struct owner *owner, const xmlNode *value)
{
    const xmlAttr *attr = eg_col_attribute(&p->extraction->columns->end, value);
    const char *text = attr != NULL ? eg_col_text(attr) : "";
    if (measured_when(p, text) && place_of_label(owner, text, 0) == NO_PLACE) {
        owner->labels[owner->places++] = text; /* faults are named when the column is filled */
    }
}

/* Does the given with this index say where the places of this owner are? */
static bool has_places(const struct extraction *p, const struct owner *owner, size_t index)
{
    const struct eg_column *column = &p->extraction->list[index].column->shown;
    return concerns(p, owner, index) && column->kind != EG_COLUMN_SCALAR &&
           column->of_series == (owner->series_node != NULL);
}

/* The most values that the owner may have; a list that is longer is a finding, *listed false. */
static enum eg_status count_places(size_t *most, bool *listed, struct extraction *p,
                                   const struct owner *owner)
{
    char limit[16] = "";
    *most = 0;
    for (size_t i = 0; i < p->extraction->count; i++) {
        const struct eg_fill_one *one = &p->extraction->list[i];
        if (one->column->shown.kind == EG_COLUMN_SCALAR || !concerns(p, owner, i)) {
            continue;
        }
        size_t count = count_of(&one->column->each, base_of(one, owner));
        *most += has_places(p, owner, i) ? count : 0;
        if (count > EG_GRID_LIST_MAX) {
            struct cursor f = {.one = one, .owner = owner};
            *listed = false;
            (void)snprintf(limit, sizeof limit, "%d", EG_GRID_LIST_MAX);
            return fault(p, &f, EG_RULE_GRID_SIZE, base_of(one, owner), VALUES("max", limit));
        }
    }
    *most = *most < EG_GRID_LIST_MAX ? *most : EG_GRID_LIST_MAX;
    return EG_OK;
}

/* The labels of the owner's own columns, as they first come. */
static enum eg_status list_places(bool *listed, struct extraction *p, struct owner *owner)
{
    struct eg_col_walk walk;
    size_t most = 0;
    enum eg_status status = count_places(&most, listed, p, owner);

    owner->labels = eg_arena_array(&p->grid->arena, most, sizeof *owner->labels);
    if (status != EG_OK || !*listed || owner->labels == NULL) {
        return status != EG_OK || !*listed ? status : memory(p);
    }
    for (size_t i = 0; i < p->extraction->count; i++) {
        if (!has_places(p, owner, i)) {
            continue;
        }
        const xmlNode *base = base_of(&p->extraction->list[i], owner);
        eg_col_walk_start(&walk, &p->extraction->list[i].column->each);
        for (const xmlNode *value = eg_col_walk_next(&walk, base);
             value != NULL && owner->places < most; value = eg_col_walk_next(&walk, base)) {
            add_label(p, owner, value);
        }
    }
    return EG_OK;
}

static enum eg_status fill_owner(struct extraction *p, struct owner *owner)
{
    bool listed = true;

    owner->places = p->minutes > 0 ? (size_t)(DAY_MINUTES / p->minutes) : 0;
    owner->cells = eg_arena_array(&p->grid->arena, p->extraction->count, sizeof *owner->cells);
    if (owner->cells == NULL) {
        return memory(p);
    }
    if (p->minutes == 0) {
        EG_TRY(list_places(&listed, p, owner));
    }
    for (size_t i = 0; listed && i < p->extraction->count; i++) {
        if (concerns(p, owner, i)) {
            EG_TRY(fill_column(p, owner, i));
        }
    }
    return EG_OK;
}

/* ---- sources and series ------------------------------------------------------------------- */

/* A name that facts and results can carry. */
static bool usable_name(const char *text)
{
    struct eg_bytes bytes = eg_bytes_of(text);
    return bytes.len > 0 && bytes.len <= EG_ID_MAX;
}

static enum eg_status name_fault(struct extraction *p, const char *rule, const xmlNode *node,
                                 const char *source, const char *component, const char *text)
{
    struct eg_col_place place = {node, source, component, ""};
    return eg_col_fault(&p->faults, rule, &place, VALUES("value", text), p->err);
}

/* Names are compared each with each, and each series has columns: a ceiling on both. */
static enum eg_status too_many(struct extraction *p, const xmlNode *node, const char *source,
                               const char *what)
{
    struct eg_col_place place = {node, source, "", what};
    char limit[16] = "";
    (void)snprintf(limit, sizeof limit, "%d", EG_GRID_SERIES_MAX);
    return eg_col_fault(&p->faults, EG_RULE_GRID_SIZE, &place, VALUES("max", limit), p->err);
}

static enum eg_status extract_series(struct extraction *p, struct eg_grid_source *source,
                                     const xmlNode *source_node, const xmlNode *node)
{
    struct eg_grid_series *series = &source->series[source->series_count];
    const xmlAttr *attr = eg_col_attribute(&p->extraction->columns->series_key, node);
    const char *name = attr != NULL ? eg_col_text(attr) : "";

    if (!usable_name(name)) {
        return name_fault(p, EG_RULE_SERIES_NAME, node, source->id, "", name);
    }
    for (size_t i = 0; i < source->series_count; i++) {
        if (strcmp(source->series[i].component, name) == 0) {
            return name_fault(p, EG_RULE_SERIES_TWICE, node, source->id, name, name);
        }
    }
    source->series_count++;
    series->component = name;
    series->node = node;
    series->line = eg_xml_line(node);
    series->wanted = p->job->wants == NULL || p->job->wants(p->job->payload, name);
    if (!series->wanted) {
        return EG_OK;
    }
    struct owner owner = {source->id, name, source_node, node, 0, NULL, NULL};
    enum eg_status status = fill_owner(p, &owner);
    series->places = owner.places;
    series->labels = owner.labels;
    series->cells = owner.cells;
    return status;
}

static enum eg_status extract_all_series(struct extraction *p, struct eg_grid_source *source,
                                         const xmlNode *source_node)
{
    const struct eg_col_path *path = &p->extraction->columns->series;
    struct eg_col_walk walk;

    size_t count = path->given ? count_of(path, source_node) : 0;
    p->series_count += count;
    if (count == 0 || p->series_count > EG_GRID_SERIES_MAX) {
        return count == 0 ? EG_OK : too_many(p, source_node, source->id, "series");
    }
    source->series = eg_arena_array(&p->grid->arena, count, sizeof *source->series);
    if (source->series == NULL) {
        return memory(p);
    }
    eg_col_walk_start(&walk, path);
    for (const xmlNode *node = eg_col_walk_next(&walk, source_node); node != NULL;
         node = eg_col_walk_next(&walk, source_node)) {
        EG_TRY(extract_series(p, source, source_node, node));
    }
    return EG_OK;
}

static enum eg_status extract_source(struct extraction *p, const xmlNode *node)
{
    struct eg_grid_source *source = &p->grid->sources[p->grid->source_count];
    const xmlAttr *attr = eg_col_attribute(&p->extraction->columns->source_id, node);
    const char *name = attr != NULL ? eg_col_text(attr) : "";

    if (!usable_name(name)) {
        return name_fault(p, EG_RULE_SOURCE_NAME, node, "", "", name);
    }
    for (size_t i = 0; i < p->grid->source_count; i++) {
        if (strcmp(p->grid->sources[i].id, name) == 0) {
            return name_fault(p, EG_RULE_SOURCE_TWICE, node, name, "", name);
        }
    }
    p->grid->source_count++;
    source->id = name;
    source->node = node;
    source->line = eg_xml_line(node);
    struct owner owner = {name, "", node, NULL, 0, NULL, NULL};
    enum eg_status status = fill_owner(p, &owner);
    source->places = owner.places;
    source->labels = owner.labels;
    source->cells = owner.cells;
    if (status != EG_OK) {
        return status;
    }
    return extract_all_series(p, source, node);
}

static enum eg_status extract_sources(struct extraction *p, const xmlNode *root)
{
    const struct eg_col_path *path = &p->extraction->columns->source;
    struct eg_col_walk walk;

    size_t count = count_of(path, root);
    if (count > EG_GRID_SERIES_MAX) {
        return too_many(p, root, "", "source");
    }
    p->grid->sources = eg_arena_array(&p->grid->arena, count, sizeof *p->grid->sources);
    p->seen = eg_arena_array(&p->grid->arena, EG_GRID_LIST_MAX, 1);
    if (p->grid->sources == NULL || p->seen == NULL) {
        return memory(p);
    }
    eg_col_walk_start(&walk, path);
    for (const xmlNode *node = eg_col_walk_next(&walk, root); node != NULL;
         node = eg_col_walk_next(&walk, root)) {
        EG_TRY(extract_source(p, node));
    }
    return EG_OK;
}

/* ---- the report as a whole ---------------------------------------------------------------- */

static enum eg_status check_root(struct extraction *p, const xmlNode *root)
{
    const struct eg_col_name *name = &p->extraction->columns->root;
    struct eg_col_place place = {root, "", "", ""};

    if (eg_col_name_is(name, root)) {
        return EG_OK;
    }
    return eg_col_fault(&p->faults, EG_RULE_READING_ROOT, &place,
                        VALUES("value", (const char *)root->name, "root", name->local), p->err);
}

/* A day's grid is made for one day, and for a report that says the same step. */
static enum eg_status check_grid(struct extraction *p, const xmlNode *root)
{
    const struct eg_report_header *header = p->job->header;
    const struct eg_col_path *step = &p->extraction->columns->step;
    struct eg_col_place place = {root, "", "", ""};
    const char *wanted = p->minutes == 30 ? "PT30M" : "PT60M";

    if (strcmp(header->from, header->until) != 0) {
        return eg_col_fault(&p->faults, EG_RULE_GRID_PERIOD, &place,
                            VALUES("from", header->from, "until", header->until), p->err);
    }
    if (!step->given) {
        return EG_OK;
    }
    const xmlAttr *attr = eg_col_attribute(step, root);
    const char *text = attr != NULL ? eg_col_text(attr) : "";
    if (strcmp(text, wanted) == 0 || (p->minutes == 60 && strcmp(text, "PT1H") == 0)) {
        return EG_OK;
    }
    return eg_col_fault(&p->faults, EG_RULE_GRID_STEP, &place,
                        VALUES("value", text, "wanted", wanted), p->err);
}

void eg_grid_init(struct eg_grid *grid)
{
    *grid = (struct eg_grid){.kind = EG_GRID_HALF_HOUR};
    eg_arena_init(&grid->arena, EG_GRID_OCTETS_MAX);
}

void eg_grid_done(struct eg_grid *grid)
{
    eg_arena_done(&grid->arena);
    eg_grid_init(grid);
}

static enum eg_status start(struct extraction *p)
{
    static const int minutes[] = {
        [EG_GRID_HALF_HOUR] = 30, [EG_GRID_HOUR] = 60, [EG_GRID_MEASUREMENT] = 0};
    struct eg_grid *grid = p->grid;

    eg_arena_reset(&grid->arena);
    grid->kind = p->extraction->kind;
    grid->sources = NULL;
    grid->source_count = 0;
    memcpy(grid->day, p->job->header->until, sizeof grid->day);
    p->minutes = minutes[grid->kind];
    return EG_OK;
}

enum eg_status eg_grid_extract(struct eg_grid *grid, bool *readable,
                               const struct eg_extraction *extraction,
                               const struct eg_extract_from *from, struct eg_findings *findings,
                               struct eg_error *err)
{
    struct extraction p = {.grid = grid, .extraction = extraction, .job = from, .err = err};
    p.faults = (struct eg_col_faults){extraction->columns, findings, from->step, false};
    const xmlNode *root = xmlDocGetRootElement(from->doc);

    EG_TRY(start(&p));
    EG_TRY(check_root(&p, root));
    if (p.minutes > 0) {
        EG_TRY(check_grid(&p, root));
    }
    if (!p.faults.any) {
        EG_TRY(extract_sources(&p, root));
    }
    *readable = !p.faults.any;
    return EG_OK;
}

void eg_grid_label(char out[EG_GRID_LABEL_MAX], const struct eg_grid *grid, size_t place)
{
    unsigned minutes = grid->kind == EG_GRID_HOUR ? 60 : 30;
    unsigned end = ((unsigned)place + 1) * minutes % 10000;
    (void)snprintf(out, EG_GRID_LABEL_MAX, "%.10sT%02u:%02u:00", grid->day, end / 60 % 100,
                   end % 60);
}
