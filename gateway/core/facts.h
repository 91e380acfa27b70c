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

struct eg_fact {
    char result[EG_FACT_NAME_MAX + 1];
    char source[EG_ID_MAX + 1];
    char component[EG_ID_MAX + 1];   /* "": of the source itself */
    char name[EG_FACT_NAME_MAX + 1]; /* of a class count: "<classes>.<id>" */
    char day[11];
    enum eg_fact_kind kind;
    char unit[EG_FACT_UNIT_MAX + 1]; /* NUMBER; as the package writes it */
    bool has_number;                 /* NUMBER */
    double number;
    enum eg_value_status status; /* NUMBER */
    enum eg_answer_value answer; /* ANSWER */
};

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
};

void eg_facts_init(struct eg_facts *facts);
void eg_facts_done(struct eg_facts *facts);

/* Put a fact in its place (copied); one with the same key is replaced. EG_E_LIMIT, EG_E_NOMEM. */
EG_MUST_USE
enum eg_status eg_facts_put(struct eg_facts *facts, const struct eg_fact *fact,
                            struct eg_error *err);
EG_MUST_USE
enum eg_status eg_facts_put_later(struct eg_facts *facts, const char *day, struct eg_error *err);

/* The fact with this key; NULL: none. Borrowed until the next put. */
const struct eg_fact *eg_facts_find(const struct eg_facts *facts, const char *result,
                                    const char *source, const char *component, const char *name,
                                    const char *day);

/*
 * The canonical text (line form "emgate facts 1", see facts.c), hashed into the entry. Facts of one
 * name stand in one line with a value for each day, so that a year of a plant stays some ten
 * kilobytes. Reading is strict: what is read writes back the same octets.
 * EG_E_FORMAT with the line, EG_E_LIMIT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_facts_write(struct eg_buf *out, const struct eg_facts *facts,
                              struct eg_error *err);
EG_MUST_USE
enum eg_status eg_facts_read(struct eg_facts *out, struct eg_bytes text, struct eg_error *err);

#endif
