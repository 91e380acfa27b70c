/*
 * Facts: figures that the assessment of an accepted report leaves behind (`remember`) for the
 * windows of later reports (`recall`). The table of facts in force is the archive's; a judgement
 * sees a set of them that flow reads for it and records beside the decision, so that a rerun needs
 * no luck.
 *
 * A fact is known by plant and package (of the whole set), result, source, component, name and day.
 * Its day is the last day of the period of the report that left it.
 *
 * Thread: a set is its owner's; immutable sets may be shared.
 */
#ifndef EG_CORE_FACTS_H
#define EG_CORE_FACTS_H

#include "core/identity.h"

#define EG_FACT_NAME_MAX 64
#define EG_FACT_UNIT_MAX 32
#define EG_FACT_WORD_MAX 24 /* of 17 digits, sign, point; what is longer is made when asked for */

enum eg_fact_kind { EG_FACT_NUMBER, EG_FACT_ANSWER };

/* In the order of weight; the words are eg_fact_status_text. */
enum eg_value_status {
    EG_VALUE_VALID,
    EG_VALUE_SUBSTITUTE,
    EG_VALUE_IMPLAUSIBLE,
    EG_VALUE_PLANT,
    EG_VALUE_INVALID,
    EG_VALUE_MAINTENANCE,
    EG_VALUE_MALFUNCTION,
    EG_VALUE_MISSING,
};
const char *eg_value_status_text(enum eg_value_status status);
/* false: no such word. */
bool eg_value_status_named(enum eg_value_status *out, struct eg_bytes text);

enum eg_answer_value { EG_ANSWER_NO, EG_ANSWER_YES, EG_ANSWER_UNKNOWN };

/*
 * One fact. Its texts are the set's that holds it (until the set ends); those given to put are
 * borrowed during the call. Texts are clean UTF-8 (base/text.h) of at most the length named.
 */
struct eg_fact {
    /* EG_FACT_NAME_MAX */
    const char *result;
    /* EG_ID_MAX */
    const char *source;
    /* EG_ID_MAX; "": of the source itself */
    const char *component;
    /* EG_FACT_NAME_MAX, without blanks; of a class count "<classes>.<id>" */
    const char *name;
    /* EG_FACT_UNIT_MAX; NUMBER: as the package writes it; ANSWER: "" */
    const char *unit;
    char day[11];
    /* inside: the number as it was read; "": it is to be made */
    char word[EG_FACT_WORD_MAX + 1];
    enum eg_fact_kind kind;
    /* NUMBER */
    bool has_number;
    /* finite */
    double number;
    /* NUMBER */
    enum eg_value_status status;
    /* ANSWER */
    enum eg_answer_value answer;
};

struct eg_facts_texts; /* inside */

/* A set, in the order of result, source, component, name, day; each at most once. */
struct eg_facts {
    struct eg_fact *list;
    size_t count, capacity;
    /*
     * Last days of later periods of the same plant and package for which facts are in force, in
     * order, each once: what a correction touches is found with them.
     */
    char (*later)[11];
    size_t later_count, later_capacity;
    struct eg_facts_texts *texts;
};

void eg_facts_init(struct eg_facts *facts);
void eg_facts_done(struct eg_facts *facts);

/*
 * Put a fact in its place (copied); one with the same key is replaced. Quick in the order of the
 * set. EG_E_FORMAT: a text is none of those above, the day is no day, the number is not finite.
 * EG_E_LIMIT: more than EG_FACTS_MAX. EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_facts_put(struct eg_facts *facts, const struct eg_fact *fact,
                            struct eg_error *err);
/*
 * Put `count` facts of another set that follow each other there: as putting each, but the facts
 * behind them move once. Errors as put, without EG_E_FORMAT.
 */
EG_MUST_USE
enum eg_status eg_facts_put_run(struct eg_facts *facts, const struct eg_fact *run, size_t count,
                                struct eg_error *err);
/* How many facts from `at` (below count) on are of its series: alike but for the day. */
size_t eg_facts_run(const struct eg_facts *facts, size_t at);
/*
 * Put all facts of `count` sets, a later set's before an earlier one's of the same key. Linear for
 * sets of single days in their order; `later` is not touched. Errors as put.
 */
EG_MUST_USE
enum eg_status eg_facts_gather(struct eg_facts *facts, const struct eg_facts *sets, size_t count,
                               struct eg_error *err);
/*
 * Bring a set up to date: facts of days before `from` go, and so do all facts of each day and
 * source of which `more` has any; then those of `more` are put. Linear. `later` is not touched.
 *   more   taken, also on failure
 * EG_E_LIMIT, EG_E_NOMEM: the set is empty.
 */
EG_MUST_USE
enum eg_status eg_facts_renew(struct eg_facts *facts, const char *from, struct eg_facts *more,
                              struct eg_error *err);
EG_MUST_USE
enum eg_status eg_facts_put_later(struct eg_facts *facts, const char *day, struct eg_error *err);

/* Memory that the set holds, in octets. */
size_t eg_facts_octets(const struct eg_facts *facts);

/*
 * The canonical text (line form "emgate facts 1", see facts_text.c), hashed into the entry. Facts
 * of one name stand in one line for each unbroken run of days, so that a year of a plant stays some
 * ten kilobytes. Reading is strict: what is read writes back the same octets. EG_E_FORMAT with the
 * line, EG_E_LIMIT, EG_E_NOMEM. `out` of eg_facts_read is made by it.
 */
EG_MUST_USE
enum eg_status eg_facts_write(struct eg_buf *out, const struct eg_facts *facts,
                              struct eg_error *err);
EG_MUST_USE
enum eg_status eg_facts_read(struct eg_facts *out, struct eg_bytes text, struct eg_error *err);

#endif
