/*
 * Facts of earlier days: what a window recalls, and what is remembered for later reports. Facts of
 * the report's own day come from this run.
 */
#include "assess/assessment/assessment_model.h"

#include "assess/number/numbers.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- facts -------------------------------------------------------------------------------- */

struct key {
    const char *result, *source, *component, *name;
};

/* Order of a fact against key and day; day NULL: against the key alone. */
static int compare(const struct eg_fact *fact, const struct key *key, const char *day)
{
    int order = strcmp(fact->result, key->result);
    order = order != 0 ? order : strcmp(fact->source, key->source);
    order = order != 0 ? order : strcmp(fact->component, key->component);
    order = order != 0 ? order : strcmp(fact->name, key->name);
    return order != 0 || day == NULL ? order : strcmp(fact->day, day);
}

static size_t lower_bound(const struct eg_facts *facts, const struct key *key, const char *day)
{
    size_t low = 0, high = facts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&facts->list[middle], key, day) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void set_answer(struct eg_assess_cell *out, size_t place, enum eg_answer_value answer)
{
    uint64_t bit = (uint64_t)1 << (place % 64);
    out->yes[place / 64] &= ~bit;
    out->unknown[place / 64] &= ~bit;
    if (answer == EG_ANSWER_UNKNOWN) {
        out->unknown[place / 64] |= bit;
    } else if (answer == EG_ANSWER_YES) {
        out->yes[place / 64] |= bit;
    }
}

/* Days of which nothing is known. */
static void fill_unknown(struct eg_assess_cell *out, const struct eg_assess_recall *recall)
{
    for (size_t i = 0; i < out->places; i++) {
        if (out->yes != NULL) {
            set_answer(out, i, recall->has_default ? recall->answer : EG_ANSWER_UNKNOWN);
        } else {
            out->x[i] = recall->has_default ? recall->number : (double)NAN;
            out->status[i] = recall->has_default ? EG_VALUE_VALID : EG_VALUE_MISSING;
        }
    }
}

static void place_fact(struct eg_assess_cell *out, const struct eg_fact *fact, size_t place)
{
    if (fact->kind == EG_FACT_ANSWER) {
        set_answer(out, place, fact->answer);
        return;
    }
    out->x[place] = fact->has_number ? fact->number : (double)NAN;
    out->status[place] = (uint8_t)fact->status;
}

/* Is it a fact of the kind and unit that is recalled? */
static bool is_wanted(const struct eg_assess_run *run, const struct eg_assess_recall *recall,
                      const struct eg_fact *fact)
{
    const struct eg_assess_quantity *q = &run->a->quantities[recall->out];
    struct eg_unit unit = eg_unit_one;

    if (fact->kind == EG_FACT_ANSWER) {
        return q->kind == EG_ASSESS_ANSWER;
    }
    return q->kind == EG_ASSESS_NUMBER && eg_unit_read(eg_bytes_of(fact->unit), &unit) &&
           eg_unit_same(&unit, &q->unit);
}

/* Facts of one series; a unit whose text is the very one of the fact before is asked for once. */
static enum eg_status place_series(struct eg_assess_run *run, const struct eg_assess_recall *recall,
                                   const struct eg_fact *list, size_t count, long begin)
{
    const struct eg_fact *good = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct eg_fact *fact = &list[i];
        struct eg_assess_day at = {0, 0, 0};
        if (good == NULL || good->kind != fact->kind || good->unit != fact->unit) {
            if (!is_wanted(run, recall, fact)) {
                return eg_error_set(run->err, EG_E_FORMAT, recall->of,
                                    "EA-WINDOW: the fact of %s was left in another unit or kind by "
                                    "another version of the package; give the figure a new name",
                                    fact->day);
            }
            good = fact;
        }
        if (eg_assess_day_read(&at, fact->day)) {
            place_fact(&run->cells[recall->out], fact, (size_t)(eg_assess_day_number(at) - begin));
        }
    }
    memset(run->looked_at + (list - run->job->known->list), true, count * sizeof(bool));
    return EG_OK;
}

/* Facts of the report's own day come from this run; no window reaches beyond it. */
static enum eg_status place_known(struct eg_assess_run *run, const struct eg_assess_recall *recall,
                                  const struct key *key, const char *first, const char *until)
{
    const struct eg_facts *known = run->job->known;
    struct eg_assess_day at = {0, 0, 0};

    if (known == NULL || !eg_assess_day_read(&at, first)) {
        return EG_OK;
    }
    size_t from = lower_bound(known, key, first);
    if (from == known->count || compare(&known->list[from], key, NULL) != 0) {
        return EG_OK;
    }
    size_t end = from + eg_facts_run(known, from);
    while (end > from && (strcmp(known->list[end - 1].day, until) > 0 ||
                          strcmp(known->list[end - 1].day, run->day) >= 0)) {
        end--;
    }
    return place_series(run, recall, &known->list[from], end - from, eg_assess_day_number(at));
}

/* The report's own day is the last of the window. */
static void place_own(struct eg_assess_run *run, const struct eg_assess_recall *recall)
{
    struct eg_assess_cell *out = &run->cells[recall->out];
    size_t last = out->places - 1;

    if (recall->classes != EG_ASSESS_NONE) {
        const struct eg_assess_classes *classes = &run->a->classes[recall->classes];
        out->x[last] =
            (double)run->class_counts[classes->first_count + (size_t)recall->class_index];
        out->status[last] = EG_VALUE_VALID;
        out->place = 0;
        return;
    }
    const struct eg_assess_cell *own = &run->cells[recall->quantity];
    if (out->yes != NULL) {
        set_answer(out, last, eg_assess_answer(own, 0));
        return;
    }
    out->x[last] = own->x[0];
    out->status[last] = own->status[0];
    out->place = own->place;
}

enum eg_status eg_assess_run_recall(struct eg_assess_run *run,
                                    const struct eg_assess_recall *recall)
{
    const struct eg_assess_window *window = &run->a->windows[recall->window];
    struct eg_assess_cell *out = &run->cells[recall->out];
    char until[11] = "", name[EG_FACT_NAME_MAX + 1] = "";
    const struct key key = {run->a->result, run->source->id,
                            recall->of_series ? run->series->component : "", name};

    (void)snprintf(name, sizeof name, "%s%s%s", recall->of, recall->class_id != NULL ? "." : "",
                   recall->class_id != NULL ? recall->class_id : "");
    out->place = EG_ASSESS_PLACE_NONE;
    fill_unknown(out, recall);
    bool before = window->days == EG_DAYS_BEFORE;
    memcpy(until, before ? run->window_first[recall->window] : run->day, sizeof until);
    EG_TRY(place_known(run, recall, &key, run->window_first[recall->window], until));
    if (!before) {
        place_own(run, recall);
    }
    return EG_OK;
}

/* In the order of the set, so that nothing moves: a package recalls in an order of its own. */
static enum eg_status tell_facts(struct eg_assess_run *run, const struct eg_facts *known)
{

    for (size_t i = 0, n = 0; i < known->count; i += n) {
        bool looked_at = run->looked_at[i];
        n = 1;
        while (i + n < known->count && run->looked_at[i + n] == looked_at) {
            n++;
        }
        if (looked_at) {
            EG_TRY(eg_facts_put_run(run->recalled_facts, &known->list[i], n, run->err));
        }
    }
    return EG_OK;
}

enum eg_status eg_assess_tell_recalled(struct eg_assess_run *run)
{
    const struct eg_facts *known = run->job->known;

    if (known == NULL || run->recalled_facts == NULL) {
        return EG_OK;
    }
    EG_TRY(tell_facts(run, known));
    for (size_t i = 0; i < known->later_count; i++) {
        EG_TRY(eg_facts_put_later(run->recalled_facts, known->later[i], run->err));
    }
    return EG_OK;
}

/* ---- remember ----------------------------------------------------------------------------- */

static enum eg_status leave(struct eg_assess_run *run, const struct eg_fact *fact)
{
    char text[EG_NUMBER_TEXT_MAX] = "";
    struct eg_buf *out = &run->remembered_text;
    const char *indent = run->series != NULL ? "      " : "    ";

    eg_buf_format(out, "%s<remembered", indent);
    eg_assess_attribute_text(out, "name", fact->name);
    if (fact->kind == EG_FACT_ANSWER) {
        eg_assess_attribute_text(out, "value",
                                 fact->answer == EG_ANSWER_YES  ? "yes"
                                 : fact->answer == EG_ANSWER_NO ? "no"
                                                                : "unknown");
    } else if (fact->has_number) {
        eg_number_text(text, fact->number);
        eg_assess_attribute_text(out, "value", text);
    }
    if (fact->kind == EG_FACT_NUMBER) {
        eg_assess_attribute_text(out, "unit", fact->unit);
        eg_assess_attribute_text(out, "status", eg_value_status_text(fact->status));
    }
    eg_buf_text(out, "/>\n");
    return run->remembered != NULL ? eg_facts_put(run->remembered, fact, run->err) : EG_OK;
}

static enum eg_status leave_classes(struct eg_assess_run *run, struct eg_fact *fact,
                                    const struct eg_assess_remember *what)
{
    const struct eg_assess_classes *classes = &run->a->classes[what->classes];
    char name[EG_FACT_NAME_MAX + 1] = "";

    fact->kind = EG_FACT_NUMBER;
    fact->unit = "1";
    fact->has_number = true;
    for (size_t i = 0; i <= classes->id_count; i++) {
        (void)snprintf(name, sizeof name, "%s.%s", what->name,
                       i < classes->id_count ? classes->ids[i] : "unclassed");
        fact->name = name;
        fact->number = (double)run->class_counts[classes->first_count + i];
        EG_TRY(leave(run, fact));
    }
    return EG_OK;
}

enum eg_status eg_assess_run_remember(struct eg_assess_run *run,
                                      const struct eg_assess_remember *what)
{
    struct eg_fact fact = {.result = run->a->result,
                           .source = run->source->id,
                           .component = run->series != NULL ? run->series->component : "",
                           .name = what->name,
                           .unit = "",
                           .kind = EG_FACT_ANSWER};

    memcpy(fact.day, run->day, sizeof fact.day);
    if (what->classes != EG_ASSESS_NONE) {
        return leave_classes(run, &fact, what);
    }
    const struct eg_assess_quantity *q = &run->a->quantities[what->quantity];
    const struct eg_assess_cell *cell = &run->cells[what->quantity];
    if (!cell->made) {
        return EG_OK; /* left out by `having` */
    }
    if (q->kind == EG_ASSESS_ANSWER) {
        fact.answer = eg_assess_answer(cell, 0);
        return leave(run, &fact);
    }
    fact.kind = EG_FACT_NUMBER;
    fact.unit = q->unit_text;
    fact.has_number = !isnan(cell->x[0]);
    fact.number = fact.has_number ? cell->x[0] : 0;
    fact.status = (enum eg_value_status)cell->status[0];
    return leave(run, &fact);
}
