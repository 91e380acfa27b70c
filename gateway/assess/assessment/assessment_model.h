/*
 * A compiled assessment from inside: numbered quantities, and a flat list of operations for each
 * block (source, series in it, windows in either). Shared by the files assessment_*.c only.
 *
 *   assessment_read.c      grammar of the elements, compile
 *   assessment_scope.c     names: who sees whom; what a package's author is told
 *   assessment_formula.c   expressions to operations: units, kinds, exactness
 *   assessment_lines.c     given, derive, select, count ... round
 *   assessment_blocks.c    series, windows, recall, remember, classes
 *   assessment_finding.c   findings and their texts
 *   assessment_require.c   series and columns that are owed, series made of others
 *   assessment_owed.c      the same in a run
 *   assessment_run.c       run of a report; assessment_values.c: operations on numbers and answers;
 *                          assessment_figures.c: counts, sums, classes; assessment_window.c: days
 *                          and facts
 *   assessment_found.c     findings in a run
 *   assessment_undecided.c why a place could not be judged, and what is told of it
 *   assessment_result.c    the result; assessment_words.c: texts of findings
 *
 * A quantity on a grid has a place for each interval, day or sampling; a single one has one place.
 * Numbers are a double (NaN: none) and a status, words an index, answers two bits: yes, unknown.
 */
#ifndef EG_ASSESS_ASSESSMENT_MODEL_H
#define EG_ASSESS_ASSESSMENT_MODEL_H

#include "assess/assessment/assessment.h"
#include "assess/columns/columns.h"
#include "assess/language/expression.h"
#include "base/limits.h"

#define EG_ASSESS_NS "urn:emgate:assessment:1"
#define EG_ASSESS_RESULT_NS "urn:emgate:assessment-result:2"
/* What an engine of log semantics before EG_ASSESS_OWED_SINCE wrote. */
#define EG_ASSESS_RESULT_NS_1 "urn:emgate:assessment-result:1"
#define EG_ASSESS_NONE (-1)
#define EG_ASSESS_TEXT_MAX 400   /* a number, or a word */
#define EG_ASSESS_REASONS_MAX 16 /* told apart of one finding; the rest goes with the last */
#define EG_ASSESS_NOT_REPORTED (EG_VALUE_MISSING + 1)

/* ---- quantities --------------------------------------------------------------------------- */

enum eg_assess_kind { EG_ASSESS_NUMBER, EG_ASSESS_WORD, EG_ASSESS_ANSWER };

/* Grids: 0 that of the source, 1 that of the series, 2 + n that of window n. */
#define EG_ASSESS_GRID_SOURCE 0
#define EG_ASSESS_GRID_SERIES 1
#define EG_ASSESS_GRID_WINDOW 2

enum eg_assess_origin {
    EG_ASSESS_TEMPORARY, /* a part of an expression */
    EG_ASSESS_PARAMETER,
    EG_ASSESS_SETTING,
    EG_ASSESS_GIVEN,
    EG_ASSESS_MADE, /* by a line of the assessment */
};

#define EG_ASSESS_PLACE_NONE (-1)   /* not rounded: as many digits as it has */
#define EG_ASSESS_PLACE_OF_ANY (-2) /* that of the parameter `place_parameter` */

struct eg_assess_quantity {
    enum eg_assess_kind kind;
    enum eg_assess_origin origin;
    bool column;
    int grid;
    struct eg_unit unit;
    const char *unit_text;
    /* may be compared */
    bool exact;
    /* a count or a parameter: sums and products of such stay exact */
    bool whole;
    int place, place_parameter;
    /* WORD */
    const char *const *words;
    size_t word_count;

    /* NULL: temporary */
    const char *name;
    /* that made it */
    const char *element;
    /* citation as written; NULL: none */
    const char *source;
    /* of valid-when */
    const char *reason;
    unsigned line;
    int block;
    bool used, shown;
    /* n is told: sum, mean, max, min, percentile; unanswered: count */
    bool counted;
    /* of a word that classes made, else NONE */
    int classes;
};

/* ---- operations --------------------------------------------------------------------------- */

enum eg_assess_code {
    /* numbers: out, in[] */
    EG_OP_ADD,
    EG_OP_SUBTRACT,
    EG_OP_MULTIPLY,
    EG_OP_DIVIDE,
    EG_OP_CALL,  /* index: the function; number: power of ten of convert and mass-flow */
    EG_OP_LAST,  /* out single */
    EG_OP_COPY,  /* out from in[0], spread over the grid where in[0] is single */
    EG_OP_BEGIN, /* derive: every place of out is open */
    EG_OP_CASE,  /* open places of out: answer in[0] decides, value in[1] */
    EG_OP_REST,  /* open places of out: in[0], or NONE: no number */
    EG_OP_ROUND, /* index: parameter, or NONE and number: place */
    /* answers */
    EG_OP_AND,
    EG_OP_OR,
    EG_OP_NOT,
    EG_OP_COMPARE, /* index: relation */
    EG_OP_IS,      /* in[0] a word; set: words that are yes */
    EG_OP_STATUS,  /* in[0] a number; set: status that are yes */
    EG_OP_HAS_NUMBER,
    EG_OP_HAS_WORD,
    EG_OP_ENDED,  /* index: window */
    EG_OP_SPREAD, /* an answer over the grid */
    /* figures; over: in[3], an answer, or NONE for all */
    EG_OP_COUNT,      /* in[0] an answer */
    EG_OP_SUM,        /* in[0] a number; set: status that are used; index: unknown-max, NONE: 0 */
    EG_OP_MEAN,       /* likewise */
    EG_OP_MAX,        /* likewise */
    EG_OP_MIN,        /* likewise */
    EG_OP_PERCENTILE, /* likewise; number: thousandths of a percent */
    EG_OP_SHARE,      /* in[0] of in[1] */
    EG_OP_RUN,        /* in[0] an answer, in[1] a figure or NONE */
    EG_OP_VALID,      /* out stays valid while in[0] is yes */
    EG_OP_CLASSES,    /* index: classes */
    /* windows */
    EG_OP_WINDOW,   /* index: window; runs its block */
    EG_OP_RECALL,   /* index: recall */
    EG_OP_REMEMBER, /* index: remembered */
    /* the rest */
    EG_OP_SERIES,  /* index: block of series; runs for each that it applies to */
    EG_OP_FINDING, /* index: finding */
};

#define EG_ASSESS_SET_WORDS 4
struct eg_assess_set {
    /* of 256 */
    uint64_t bits[EG_ASSESS_SET_WORDS];
};

struct eg_assess_op {
    enum eg_assess_code code;
    /* having: parameter that must have a value, or NONE */
    int out, index, having;
    int in[4];
    int64_t number;
    struct eg_assess_set set;
};

/* ---- blocks and what they contain ----------------------------------------------------------- */

enum eg_assess_block_kind {
    EG_ASSESS_BLOCK_SOURCE,
    EG_ASSESS_BLOCK_SERIES,
    EG_ASSESS_BLOCK_WINDOW,
    /* operations of a condition over settings and parameters, run when it is asked */
    EG_ASSESS_BLOCK_CONDITION
};

struct eg_assess_block {
    enum eg_assess_block_kind kind;
    /* NONE: the source */
    int parent;
    /* block of source or series around it, itself if it is one: whose result it is in */
    int level;
    /* SERIES, WINDOW: parameter that must have a value, or NONE */
    int having;
    /* WINDOW */
    int window;
    size_t names, op_count, op_capacity;
    struct eg_assess_op *ops;
    unsigned line;
};

enum eg_assess_days {
    EG_DAYS_BEFORE,
    EG_DAYS_LAST_DAYS,
    EG_DAYS_WEEK,
    EG_DAYS_MONTH,
    EG_DAYS_YEAR,
    EG_DAYS_LAST_MONTHS
};

struct eg_assess_window {
    const char *name;
    enum eg_assess_days days;
    /* of days or months, where the rule says a number */
    int count;
    int block;
    unsigned line;
};

/* "of" may be a figure, or a class of classes (its count). */
struct eg_assess_recall {
    int window, out;
    /* class_id NULL: a figure */
    const char *of, *class_id;
    /* what is recalled; quantity NONE: a count of classes */
    int quantity, classes, class_index;
    /* left by series, else by the source */
    bool of_series;
    bool has_default;
    double number;
    enum eg_answer_value answer;
    unsigned line;
};

struct eg_assess_remember {
    /* NONE: classes */
    int quantity;
    int classes;
    const char *name;
};

struct eg_assess_scale {
    int of;
    /* number of the first class of it in `ids` of the classes */
    int first;
    int steps;
    /* quantities: parameters or constants */
    int from, to;
};
struct eg_assess_class {
    /* answer; NONE: scale */
    int condition;
    struct eg_assess_scale scale;
};
struct eg_assess_classes {
    /* the word */
    int out;
    int over;
    struct eg_assess_class *rows;
    size_t row_count;
    const char *const *ids;
    size_t id_count;
    /* of its counts in the run: id_count + 2, behind the classes unclassed and undecided */
    size_t first_count;
};

struct eg_assess_part {
    enum {
        EG_PART_TEXT,
        EG_PART_QUANTITY,
        EG_PART_PARAMETER,
        EG_PART_COMPONENT,
        EG_PART_END,
        EG_PART_SOURCE
    } kind;
    /* TEXT; else name as the finding records it: "day", "day:2", "$limit" */
    const char *text;
    /* QUANTITY, PARAMETER */
    int quantity;
    /* asked for with ":2", else PLACE_NONE */
    int place;
};
struct eg_assess_text {
    struct eg_assess_part *parts;
    size_t count;
};
struct eg_assess_finding {
    const char *id, *source;
    enum eg_severity role;
    bool each;
    int condition, over, having;
    /* index of the given whose element is shown; NONE: none */
    int given;
    struct eg_assess_text de, en;
    /* recorded: every name of both texts once */
    struct eg_assess_part *values;
    size_t value_count;
    int block;
    unsigned line;
};

/* Series, or columns of the source, that a plant with these settings owes. */
struct eg_assess_require {
    /* components; or names of givens of the source */
    const char *const *names;
    size_t count;
    bool of_columns;
    /* block of series that it is in; NONE: of the source */
    int series;
    /* block with the operations of `when`, and the answer; NONE: always */
    int block, condition;
    const char *source;
    unsigned line;
};

/* A component that is added up from others where it is not reported itself. */
struct eg_assess_combine {
    struct eg_grid_sum sum;
    unsigned line;
};

/* Operations that make each quantity, in order: list[first[q]] to list[first[q + 1] - 1]. */
struct eg_assess_makers {
    size_t *first;
    const struct eg_assess_op **list;
};

struct eg_assess_parameter {
    const struct eg_parameter *parameter;
    int quantity;
    /* read there: told in the result */
    bool in_source, in_series;
};
struct eg_assess_setting {
    const struct eg_setting *setting;
    int quantity;
    bool in_source, in_series;
};
/* Numbers and formulas of parameters alone: computed exactly where parameters are chosen. */
struct eg_assess_constant {
    const struct eg_expression *formula;
    int quantity;
    /* needs values of a component */
    bool in_series;
};

struct eg_assessment {
    /* everything below */
    struct eg_arena arena;
    const struct eg_package *package;
    const char *file, *result, *law;
    enum eg_grid_kind grid;
    bool two_steps;
    struct eg_columns *columns;
    struct eg_extraction *extraction;

    struct eg_assess_quantity *quantities;
    size_t quantity_count;
    /* [0] is the source */
    struct eg_assess_block *blocks;
    size_t block_count;
    struct eg_assess_window *windows;
    size_t window_count;
    struct eg_assess_recall *recalls;
    size_t recall_count;
    struct eg_assess_remember *remembers;
    size_t remember_count;
    struct eg_assess_classes *classes;
    size_t classes_count, class_total;
    struct eg_assess_finding *findings;
    size_t finding_count;
    struct eg_assess_parameter *parameters;
    size_t parameter_count;
    struct eg_assess_setting *settings;
    size_t setting_count;
    struct eg_assess_constant *constants;
    size_t constant_count;
    struct eg_given *givens;
    int *given_quantity;
    size_t given_count;
    struct eg_assess_require *requires;
    size_t require_count;
    struct eg_assess_combine *combines;
    size_t combine_count;
    struct eg_assess_makers makers;
    size_t op_count;
};

/* ---- compiling ---------------------------------------------------------------------------- */

struct eg_assess_compile {
    struct eg_assessment *a;
    /* in which lines are read */
    int block;
    /* of the line being read */
    unsigned line;
    const char *element;
    xmlNode *root;
    struct eg_error *err;
};

/* Say what is wrong and what to do: EG_E_FORMAT "file:line" "EA-CODE: text". */
enum eg_status eg_assess_refuse(struct eg_assess_compile *c, const char *code, const char *format,
                                ...) __attribute__((format(printf, 3, 4)));
enum eg_status eg_assess_nomem(struct eg_assess_compile *c);
/* At the line of `node` from now on. */
void eg_assess_at(struct eg_assess_compile *c, const xmlNode *node);

/* Attribute of the assessment's element in its arena; NULL: absent (or memory ran out, rarely). */
const char *eg_assess_attribute(struct eg_assess_compile *c, const xmlNode *node, const char *name);
/* The grammar: every element in its place, with the attributes that it must and may have. */
EG_MUST_USE
enum eg_status eg_assess_grammar(struct eg_assess_compile *c, xmlNode *root);

/* A new quantity; -1 and err: too many or no memory. Temporary ones have no name. */
int eg_assess_quantity(struct eg_assess_compile *c, enum eg_assess_kind kind,
                       enum eg_assess_origin origin);
/* Give it the name of the line's attribute `name` and make it seen from here on. EA-NAME. */
EG_MUST_USE
enum eg_status eg_assess_name(struct eg_assess_compile *c, int quantity, const xmlNode *node);
/* The quantity so named that is seen here, marked as used; NONE and err: EA-NAME. */
int eg_assess_find(struct eg_assess_compile *c, const char *name);
/* The same without a mark or message. */
int eg_assess_look(const struct eg_assess_compile *c, const char *name);
int eg_assess_find_window(struct eg_assess_compile *c, const char *name);
/* Parameter or setting as an index of the assessment; NONE: not declared (parameter: and err). */
int eg_assess_parameter(struct eg_assess_compile *c, const char *name);
int eg_assess_setting(struct eg_assess_compile *c, const char *name);
/* The `having` of the line: parameter or NONE in *out. */
EG_MUST_USE
enum eg_status eg_assess_having(struct eg_assess_compile *c, const xmlNode *node, int *out);
struct eg_assess_op *eg_assess_op(struct eg_assess_compile *c, enum eg_assess_code code, int out);
/* Append one zeroed element to an array of the assessment; NULL and err: no memory. */
void *eg_assess_append(struct eg_assess_compile *c, void **list, size_t *count, size_t size,
                       size_t max);
int eg_assess_grid_here(const struct eg_assess_compile *c); /* grid of columns made in this block */
/* A block inside the present one; NONE and err. */
int eg_assess_add_block(struct eg_assess_compile *c, enum eg_assess_block_kind kind);

/* Expressions; NONE and err. A value or answer may be single or on a grid. */
int eg_assess_value(struct eg_assess_compile *c, const char *text);
int eg_assess_condition(struct eg_assess_compile *c, const char *text);
/* Spread over this block's grid, where it is single. */
int eg_assess_spread(struct eg_assess_compile *c, int quantity);
EG_MUST_USE
enum eg_status eg_assess_unit(struct eg_assess_compile *c, const char *text, struct eg_unit *out);
bool eg_assess_words(struct eg_assess_compile *c, const char *text, const char *const **words,
                     size_t *count); /* split at blanks; false: no memory */

/* Lines; each reads its element. */
typedef enum eg_status eg_assess_line_fn(struct eg_assess_compile *c, xmlNode *node);
eg_assess_line_fn eg_assess_given, eg_assess_derive, eg_assess_select, eg_assess_count,
    eg_assess_aggregate, eg_assess_percentile, eg_assess_share, eg_assess_run, eg_assess_figure,
    eg_assess_whether, eg_assess_round, eg_assess_class_line, eg_assess_window, eg_assess_finding,
    eg_assess_require_line, eg_assess_combine_line;
/* All lines of a block's element. */
EG_MUST_USE
enum eg_status eg_assess_lines(struct eg_assess_compile *c, xmlNode *parent);
/* The `over` of a line in *out: an answer, or NONE for "all". EA-OVER, EA-KIND. */
EG_MUST_USE
enum eg_status eg_assess_over(struct eg_assess_compile *c, const xmlNode *node, int *out);
/* After the last line: which operations make which quantity. */
EG_MUST_USE
enum eg_status eg_assess_settle_makers(struct eg_assess_compile *c);
/* After the last line: recalls of what was made further down. */
EG_MUST_USE
enum eg_status eg_assess_settle_recalls(struct eg_assess_compile *c);

/* ---- running ------------------------------------------------------------------------------ */

struct eg_assess_cell {
    double *x;
    uint8_t *status;
    uint8_t *word;
    uint64_t *yes, *unknown;
    size_t places;
    size_t n, unanswered;
    /* decimals; PLACE_NONE */
    int place;
    /* false: `having` left it out */
    bool made;
    /* valid-when was not yes */
    bool reason_holds;
};

struct eg_assess_day {
    int year, month, day;
};

/* Which part of what was reported left places of a finding undecided. */
struct eg_assess_reason {
    enum eg_assess_reason_kind {
        EG_REASON_GIVEN,   /* index: of the given */
        EG_REASON_FIGURE,  /* index: quantity that is not valid, for a reason of its own */
        EG_REASON_HISTORY, /* facts of earlier days */
        EG_REASON_FORMULA, /* what is reported gives no number */
        EG_REASON_NOTHING, /* its selection excludes every place: the finding does not apply */
    } kind;
    int index;
    /* GIVEN: of the value, or EG_ASSESS_NOT_REPORTED */
    int status;
    size_t count, first_place;
};

struct eg_assess_run {
    const struct eg_assessment *a;
    const struct eg_assessment_job *job;
    struct eg_arena arena;
    /* by quantity */
    struct eg_assess_cell *cells;
    /* by parameter of the assessment; NULL: none */
    const struct eg_parameter_value **values;
    size_t *class_counts;
    char day[11];
    struct eg_grid grid;
    const struct eg_grid_source *source;
    /* NULL: at the source */
    const struct eg_grid_series *series;
    double step_h;
    /* of the current source */
    bool *series_judged;
    /* of the present engine: false while a decision of one before EG_ASSESS_OWED_SINCE is repeated
     */
    bool owes;
    /* only asks what would be asked for: what can not be known to be owed may be, and counts */
    bool asks;
    struct eg_assess_judged {
        size_t found, not_found, not_applicable, undecided, omitted;
        bool judged;
        /* why places are undecided, at most EG_ASSESS_REASONS_MAX */
        struct eg_assess_reason *reasons;
        size_t reason_count;
    } * judged; /* by finding */
    struct eg_judged *judged_limits;
    /* by finding, over the whole report */
    size_t *listed;
    size_t *window_days;
    char (*window_first)[11];
    /* places_max numbers */
    double *scratch;
    /* places_max bits */
    uint64_t *mask;
    struct eg_findings *findings;
    struct eg_facts *recalled_facts, *remembered;
    /* by fact known */
    bool *looked_at;
    /* findings of the current block, written as they are found */
    struct eg_buf texts;
    /* results of series, behind what the source has */
    struct eg_buf series_text;
    struct eg_buf remembered_text, not_judged_text;
    struct eg_buf location;
    struct eg_error *err;
};

static inline size_t eg_assess_mask_words(size_t places)
{
    return (places + 63) / 64;
}

/* One operation of each file's kind; places with `having` unmet are left out by the caller. */
void eg_assess_run_number(struct eg_assess_run *run, const struct eg_assess_op *op);
void eg_assess_run_answer(struct eg_assess_run *run, const struct eg_assess_op *op);
void eg_assess_run_figure(struct eg_assess_run *run, const struct eg_assess_op *op);
void eg_assess_run_classes(struct eg_assess_run *run, const struct eg_assess_classes *classes);
EG_MUST_USE
enum eg_status eg_assess_run_recall(struct eg_assess_run *run,
                                    const struct eg_assess_recall *recall);
/* At the end: the facts that were looked at, and the later days, into the set of those recalled. */
EG_MUST_USE
enum eg_status eg_assess_tell_recalled(struct eg_assess_run *run);
EG_MUST_USE
enum eg_status eg_assess_run_remember(struct eg_assess_run *run,
                                      const struct eg_assess_remember *what);
/* One more place of the finding that could not be answered: which part of what was reported left it
 * so? Undecided, or not applicable where the rule's own selection excludes every place of a figure
 * (no mean of a standstill). EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_assess_add_reason(struct eg_assess_run *run,
                                    const struct eg_assess_finding *finding, size_t place);
/* A finding for each reason, and the limit's counts into run->judged_limits. */
EG_MUST_USE
enum eg_status eg_assess_tell_judged(struct eg_assess_run *run,
                                     const struct eg_assess_finding *finding);
/* Name and cause of a reason, as result and findings show them. */
void eg_assess_reason_words(const struct eg_assess_run *run, const struct eg_assess_reason *reason,
                            const char **because, const char **status);
/* A warning about the current source or series. `values`: names and texts in turn, ended by NULL;
 * "where" is put in front. */
EG_MUST_USE
enum eg_status eg_assess_tell(struct eg_assess_run *run, const char *rule,
                              const char *const *values);
/* Warnings: what the current source or series, judged by `block` (source: NONE), owes and does not
 * report ... */
EG_MUST_USE
enum eg_status eg_assess_tell_owed(struct eg_assess_run *run, int block);
/* ... and numbers of it that were out of their plausible range. */
EG_MUST_USE
enum eg_status eg_assess_tell_implausible(struct eg_assess_run *run);
/* The quantity so named, wherever it is made; NONE: none. */
int eg_assess_named(const struct eg_assessment *a, const char *name);
/* Column of the report that a given is; of a series' own values the component. */
const char *eg_assess_column_of(const struct eg_assess_run *run, int quantity);
/* A run over an empty grid of the job's day; end it whatever came of it. */
void eg_assess_begin(struct eg_assess_run *run);
void eg_assess_end(struct eg_assess_run *run);
/* Cells for what the blocks make, when the grid is filled. EG_E_NOMEM, EG_E_LIMIT. */
EG_MUST_USE
enum eg_status eg_assess_make_room(struct eg_assess_run *run);

/* Sources of the plant that the report leaves out, and components added up: into the grid, before
 * any block is run. */
EG_MUST_USE
enum eg_status eg_assess_add_absent(struct eg_assess_run *run);
/* Series that the current source owes and does not report: into the grid, with a finding. */
EG_MUST_USE
enum eg_status eg_assess_add_required(struct eg_assess_run *run, struct eg_grid_source *source);
/* Ask for a finding at each of its places. */
EG_MUST_USE
enum eg_status eg_assess_run_finding(struct eg_assess_run *run,
                                     const struct eg_assess_finding *finding);
/* Values of parameters, settings and constants for the current source or series. EG_E_DENIED. */
EG_MUST_USE
enum eg_status eg_assess_run_parameters(struct eg_assess_run *run);

/* Only those that a block of conditions asks for: a component that is exempt has no others.
 * EG_E_DENIED. */
EG_MUST_USE
enum eg_status eg_assess_run_asked(struct eg_assess_run *run, int block);

/* The value that holds for a component (NULL: none) of the current source; NULL: there is none. */
EG_MUST_USE
enum eg_status eg_assess_value_for(const struct eg_parameter_value **out, struct eg_assess_run *run,
                                   size_t index, const char *component);
/* Might there be one, in any source? */
bool eg_assess_has_any_value(const struct eg_assess_run *run, size_t index, const char *component);
bool eg_assess_bit(const uint64_t *bits, size_t place);
enum eg_answer_value eg_assess_answer(const struct eg_assess_cell *cell, size_t place);
/* The text of place `place` of a number or word as finding and result show it. */
void eg_assess_cell_text(char out[EG_ASSESS_TEXT_MAX], const struct eg_assess_quantity *q,
                         const struct eg_assess_cell *cell, size_t place, int digits);

/* The constant's number under the current values, computed exactly and rounded once; *place of its
 * parameters. NaN: a parameter has no value, or more than 38 digits would be needed. */
double eg_assess_exact(const struct eg_assess_run *run, const struct eg_expression *e, int *place);
/* from + (to - from) * step / steps for decimals `from` and `to` of at most 15 digits. */
double eg_assess_exact_step(const char *from, const char *to, int step, int steps);

/* Days. */
bool eg_assess_day_read(struct eg_assess_day *out, const char *text);
void eg_assess_day_text(char out[11], long number);
long eg_assess_day_number(struct eg_assess_day day); /* since 1970-01-01 */
/* First and last day of the window that a report of `day` is in, as numbers. */
void eg_assess_window_bounds(long *first, long *last, const struct eg_assess_window *window,
                             long day);
bool eg_assess_window_ended(const struct eg_assess_window *window, long day);

/* Label of a place of a grid: end of interval, of sampling, or the day of a window. */
void eg_assess_run_end(char out[EG_GRID_LABEL_MAX], const struct eg_assess_run *run, int grid,
                       size_t place);
bool eg_assess_is_permit(const struct eg_parameter_value *value);

/* ---- result ------------------------------------------------------------------------------- */

/* The source's or series' own results, after its block ran, into `out`. */
void eg_assess_result_block(struct eg_buf *out, struct eg_assess_run *run, int block,
                            const char *indent);
void eg_assess_result_begin(struct eg_buf *out, const struct eg_assess_run *run);
void eg_assess_result_end(struct eg_buf *out, const struct eg_assess_run *run);
void eg_assess_attribute_text(struct eg_buf *out, const char *name, const char *text);
/* The finding's text from recorded values. */
void eg_assess_words_text(struct eg_buf *out, const struct eg_assess_finding *finding,
                          const char *lang, const struct eg_value *values, size_t count);
/* Citation with the law in front, unless it names its own. */
void eg_assess_citation(struct eg_buf *out, const char *law, const char *source);
bool eg_assess_within_law(const char *source); /* does not name its own */

#endif
