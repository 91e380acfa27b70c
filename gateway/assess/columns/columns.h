/*
 * Readings: how elements of a report become columns on a grid. The assessment that judges the
 * columns contains no path; the reading contains no rule.
 *
 *   <reading xmlns="urn:emgate:reading:1" name="report-1" root="r:report">
 *     <namespace prefix="r" uri="urn:emgate:report:1"/>
 *     <source over="r:source" id="@id"/>
 *     <series over="r:series" key="@component"/>
 *     <grid end="@t" step="@step"/>
 *     <status code="valid" is="valid"/> ...
 *     <column name="own" of="series" each="r:v" number="@x" status="@s" unit="../@unit"/>
 *     <column name="oxygen" of="source" each="r:companion[@name='oxygen']/r:v" number="@x"
 *             status="@s" unit="../@unit" range-unit="vol-%" at-least="0" below="20.9"/>
 *     <column name="state" of="source" each="r:operation/r:v" word="@w"/>
 *     <scalar name="confidence" of="series" at="r:calibration/@confidence" unit="@unit"
 *             adds="squares"/>
 *   </reading>
 *
 * Three moments: a reading is compiled once; an extraction says once which of its columns an
 * assessment wants, in which unit or with which words; then each report is extracted into a grid,
 * in one arena, without anything allocated for a value. Values of the report that can not be placed
 * or read are error findings of built-in rules (EG_RULE_GRID_PLACE and following), never a guess.
 *
 * Plausible range: a number outside at-least, at-most (both included) or from `below` on is no
 * number of the grid; it has the status implausible at least, and is counted in its cells. An
 * assessment may narrow the range of a reading, not widen it.
 */
#ifndef EG_ASSESS_COLUMNS_H
#define EG_ASSESS_COLUMNS_H

#include "assess/number/unit.h"
#include "assess/xml/xml.h"
#include "base/arena.h"
#include "core/facts.h"
#include "core/identity.h"

/* ---- a compiled reading: immutable, any thread ---------------------------------------------- */

struct eg_columns;

/* Of plausible numbers; NaN: open. */
struct eg_range {
    double at_least, at_most, below;
};

enum eg_column_kind {
    EG_COLUMN_NUMBER, /* a number and a status for each place */
    EG_COLUMN_WORD,   /* a word for each place */
    EG_COLUMN_SCALAR, /* one number for the series or source, status valid or missing */
};

struct eg_column {
    const char *name;
    enum eg_column_kind kind;
    /* else of the source */
    bool of_series;
    /* scalar: sums of it are roots of sums of squares */
    bool adds_squares;
    /* of plausible numbers, in range_unit */
    bool has_range;
    struct eg_range range;
    struct eg_unit range_unit;
};

/*
 * Compile `readings/<name>.xml`.
 *   file   name of the file, for messages
 *   name   that the reading must have
 * EG_E_FORMAT with "file:line" and what is wrong, EG_E_LIMIT, EG_E_NOMEM. `xml` is not kept.
 */
EG_MUST_USE
enum eg_status eg_columns_compile(struct eg_columns **out, struct eg_bytes xml, const char *file,
                                  const char *name, struct eg_error *err);
void eg_columns_free(struct eg_columns **columns);

/* The column so named, NULL: none; and all of them in order of the file, NULL: no more. */
const struct eg_column *eg_columns_find(const struct eg_columns *columns, const char *name);
#ifdef EG_TEST_HOOKS
const struct eg_column *eg_columns_at(const struct eg_columns *columns, size_t index);
#endif

/* ---- an extraction: which columns are wanted; immutable, any thread ------------------------- */

enum eg_grid_kind { EG_GRID_HALF_HOUR, EG_GRID_HOUR, EG_GRID_MEASUREMENT };

struct eg_given {
    const char *column;
    /* wanted for each series; a column of the source too may be wanted so */
    bool in_series;
    struct eg_unit unit;
    /* `unit` as the package writes it, for findings */
    const char *unit_text;
    /* of a word column: those allowed, 1..EG_COLUMN_WORDS_MAX */
    const char *const *words;
    size_t word_count;
    /* in `unit`; narrows that of the reading. All 0: none, as of words */
    bool has_range;
    struct eg_range range;
};

struct eg_extraction;

/*
 *   columns   kept
 *   givens    their texts are kept, the list is copied; the index of a given in the list is its
 *             index in the grids
 * EG_E_NOTFOUND: the reading has no such column. EG_E_FORMAT: a column of the series wanted for the
 * source, words wanted of numbers or the reverse. Both name the column. EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_extraction_new(struct eg_extraction **out, const struct eg_columns *columns,
                                 enum eg_grid_kind kind, const struct eg_given *givens,
                                 size_t count, struct eg_error *err);
void eg_extraction_free(struct eg_extraction **extraction);
/* The given with this index, its range that of the reading and its own. */
const struct eg_given *eg_extraction_given(const struct eg_extraction *extraction, size_t index);

/* ---- a grid: the values of one report; owner thread ------------------------------------------ */

/* One column. Numbers: x and status; words: word. A scalar has one place. */
struct eg_cells {
    /* NaN: no number */
    double *x;
    /* enum eg_value_status */
    uint8_t *status;
    /* 0: none; else 1 + index into the given's words */
    uint8_t *word;
    /* numbers that were out of the plausible range; the first of them, at its place */
    size_t outside, outside_place;
    double outside_number;
};

struct eg_grid_series {
    const char *component;
    const xmlNode *node;
    unsigned line;
    /* false: cells is NULL, nothing of it was read */
    bool wanted;
    /* not in the report: all of it missing (eg_grid_add_series), node NULL */
    bool absent;
    /* made of others (eg_grid_add_sum); node and line are those of the first of them */
    bool summed;
    /* half-hour 48, hour 24, measurement: as many as it lists */
    size_t places;
    /* by index of the given; of those not in_series all NULL */
    struct eg_cells *cells;
    /* Measurement: "YYYY-MM-DDThh:mm:ss" for each place; on a grid NULL, see eg_grid_label. */
    const char **labels;
};

struct eg_grid_source {
    /* not in the report: all of it missing (eg_grid_add_source), node NULL */
    bool absent;
    const char *id;
    const xmlNode *node;
    unsigned line;
    size_t places;
    /* by index of the given; of those in_series all NULL */
    struct eg_cells *cells;
    const char **labels;
    /* in the order of the report */
    struct eg_grid_series *series;
    size_t series_count;
};

struct eg_grid {
    enum eg_grid_kind kind;
    /* the report's day; measurement: the last one */
    char day[11];
    struct eg_grid_source *sources;
    size_t source_count;
    /* of everything above; room is kept between reports */
    struct eg_arena arena;
};

void eg_grid_init(struct eg_grid *grid);
void eg_grid_done(struct eg_grid *grid);

struct eg_extract_from {
    xmlDoc *doc;
    /* period */
    const struct eg_report_header *header;
    /* of the package, written into findings */
    unsigned step;
    /* Is this component judged? What is not is only named. NULL: all are. */
    bool (*wants)(void *payload, const char *component);
    void *payload;
};

/*
 * Read the report's values; what an earlier report left in `grid` is gone. Strings of the grid
 * belong to it or to the document, which must outlive its use.
 *   readable   false: error findings were added, the grid must not be judged
 * EG_E_LIMIT: the columns of this report need too much memory. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_grid_extract(struct eg_grid *grid, bool *readable,
                               const struct eg_extraction *extraction,
                               const struct eg_extract_from *from, struct eg_findings *findings,
                               struct eg_error *err);

/*
 * What a plant owes and the report leaves out: a source, or a series of one, with every place
 * missing. `id`, `component`: kept. Pointers to sources or series of before are no longer valid.
 * EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_grid_add_source(struct eg_grid *grid, const struct eg_extraction *extraction,
                                  const char *id, struct eg_error *err);
EG_MUST_USE
enum eg_status eg_grid_add_series(struct eg_grid *grid, struct eg_grid_source *source,
                                  const struct eg_extraction *extraction, const char *component,
                                  struct eg_error *err);

/* A component that is the sum of others, each times a factor: NOx as NO2 of NO and NO2. */
#define EG_GRID_PARTS_MAX 8
struct eg_grid_sum {
    const char *component;
    struct eg_grid_part {
        const char *component;
        /* the part's numbers are multiplied by the one and divided by the other */
        double times, per;
    } parts[EG_GRID_PARTS_MAX];
    size_t part_count;
};

/*
 * Add the series of `sum` to a source that reports all of its parts, and not the component itself:
 * numbers are added at each place, the status is the worst; scalars are added too, or by the root
 * of the sum of their squares where the reading says so (uncertainties of independent
 * measurements). Otherwise nothing is done. Not of a measurement, whose places differ. EG_E_LIMIT,
 * EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_grid_add_sum(struct eg_grid *grid, struct eg_grid_source *source,
                               const struct eg_extraction *extraction,
                               const struct eg_grid_sum *sum, struct eg_error *err);

/* One value of a grid. */
struct eg_grid_spot {
    const struct eg_grid_source *source;
    /* NULL: of the source */
    const struct eg_grid_series *series;
    /* index of the given; below 0: none */
    int given;
    /* label of the value; "": none in particular */
    const char *end;
};

/* Where in the report the value is: XPath appended to `out`, its line in *line. Where there is no
 * such value: where its series or source is. */
void eg_grid_location(struct eg_buf *out, unsigned *line, const struct eg_extraction *extraction,
                      const struct eg_grid_spot *spot);

/* End of the interval `place` (from 0) of a day's grid: "2021-04-06T24:00:00". */
#define EG_GRID_LABEL_MAX 20
void eg_grid_label(char out[EG_GRID_LABEL_MAX], const struct eg_grid *grid, size_t place);

#endif
