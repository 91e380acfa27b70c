/*
 * Sets of facts kept from report to report: whatever came between, they are what a fresh reading of
 * the archive gives.
 */
#include "flow/job/facts_cache.h"

#include "base/limits.h"
#include "tests/support/archive_maker.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE "made.up.package"

static struct eg_archive_maker maker;
static struct eg_facts_cache *facts_cache;
static struct eg_error err;
static unsigned reports;
static unsigned seed;

static void start(void)
{
    memset(&err, 0, sizeof err);
    eg_archive_maker_start(&maker);
    eg_archive_maker_rules(&maker);
    cr_assert_eq(eg_facts_cache_new(&facts_cache, &err), EG_OK);
}

static void stop(void)
{
    eg_facts_cache_free(&facts_cache);
    eg_archive_maker_stop(&maker);
}

TestSuite(facts_cache, .init = start, .fini = stop, .timeout = 300);

/* ---- an archive ------------------------------------------------------------------------------ */

static unsigned draw(unsigned below)
{
    return (unsigned)rand_r(&seed) % below;
}

/* Days of two years of twelve months of 28 days. */
static void day_text(char out[11], unsigned day)
{
    static const char digits[] = "0123456789";
    unsigned month = day / 28 % 12 + 1, of_month = day % 28 + 1;

    memcpy(out, day < 28 * 12 ? "2021-00-00" : "2022-00-00", 11);
    out[5] = digits[month / 10];
    out[6] = digits[month % 10];
    out[8] = digits[of_month / 10];
    out[9] = digits[of_month % 10];
}

static void append(const char *plant, const struct eg_facts *facts)
{
    char report[32] = "";
    struct eg_made made = {.participant = "operator",
                           .id = report,
                           .version = 1,
                           .report = report,
                           .remembered = facts,
                           .plant = plant};

    (void)snprintf(report, sizeof report, "report-%u", ++reports);
    cr_assert_eq(eg_archive_maker_append(&maker, &made, 1, &err), EG_OK, "%s", err.text);
}

/* A report of one or two sources, some of whose figures have no value, or are answers. */
static void report(const char *plant, unsigned day)
{
    static const char *const names[] = {"mean", "lost", "over", "run"};
    struct eg_facts facts = {0};
    unsigned sources = 1 + draw(3) / 2;

    for (unsigned i = 0; i < 1 + draw(6); i++) {
        struct eg_fact fact = {.result = draw(4) == 0 ? "second" : "daily",
                               .source = sources == 2 && draw(2) == 0 ? "S2" : "S1",
                               .component = draw(3) == 0 ? "" : "NOx",
                               .name = names[draw(4)],
                               .unit = draw(9) == 0 ? "g" : "mg",
                               .has_number = draw(7) != 0,
                               .number = draw(3) == 0 ? draw(50) : (double)draw(100000) / 7,
                               .status = draw(5) == 0 ? EG_VALUE_MAINTENANCE : EG_VALUE_VALID};
        if (draw(4) == 0) {
            fact.kind = EG_FACT_ANSWER;
            fact.unit = "";
            fact.answer = EG_ANSWER_YES;
        }
        day_text(fact.day, day);
        cr_assert_eq(eg_facts_put(&facts, &fact, &err), EG_OK, "%s", err.text);
    }
    append(plant, &facts);
    eg_facts_done(&facts);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static char *text_of(const struct eg_facts *facts)
{
    struct eg_buf text;

    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
    cr_assert_eq(eg_facts_write(&text, facts, &err), EG_OK);
    char *copy = strdup((const char *)text.data);
    eg_buf_done(&text);
    return copy;
}

/* The text once more, every number from its value. */
static char *text_afresh(const struct eg_facts *facts)
{
    struct eg_facts again = {0};

    for (size_t i = 0; i < facts->count; i++) {
        cr_assert_eq(eg_facts_put(&again, &facts->list[i], &err), EG_OK);
    }
    for (size_t i = 0; i < facts->later_count; i++) {
        cr_assert_eq(eg_facts_put_later(&again, facts->later[i], &err), EG_OK);
    }
    char *text = text_of(&again);
    eg_facts_done(&again);
    return text;
}

static void assert_fresh(const struct eg_facts *facts, const struct eg_facts_query *query)
{
    struct eg_facts fresh = {0};

    cr_assert_eq(eg_store_facts(&fresh, maker.store, query, &err), EG_OK, "%s", err.text);
    char *want = text_of(&fresh);
    char *got = text_of(facts);
    char *again = text_afresh(facts);
    cr_assert_str_eq(got, want, "seed %u, %s to %s", seed, query->from, query->until);
    cr_assert_str_eq(again, want);
    free(want);
    free(got);
    free(again);
    eg_facts_done(&fresh);
}

/* Take, compare, give back now and then. */
static void look(const char *plant, unsigned from, unsigned until, uint64_t below, bool give)
{
    char first[11] = "", last[11] = "", through[11] = "";
    struct eg_facts_query query = {.plant = plant,
                                   .package = PACKAGE,
                                   .from = first,
                                   .until = last,
                                   .through = through,
                                   .below = below};
    struct eg_facts_cached taken;

    day_text(first, from);
    day_text(last, until);
    day_text(through, until + 28 < 28 * 24 ? until + 28 : 28 * 24 - 1);
    cr_assert_eq(eg_facts_cache_take(&taken, facts_cache, maker.store, &query, &err), EG_OK, "%s",
                 err.text);
    assert_fresh(&taken.facts, &query);
    if (give) {
        eg_facts_cache_give(facts_cache, &taken);
    }
    eg_facts_done(&taken.facts);
}

/* ---- the same as fresh ----------------------------------------------------------------------- */

/* Years of days so far, the last week, the year so far. */
static unsigned begin_of(unsigned window, unsigned day)
{
    return window == 0 ? 0 : (window == 1 ? (day > 7 ? day - 7 : 0) : day / 28 * 28);
}

static void live(unsigned of_seed)
{
    static const char *const plants[] = {"plant-1", "plant-2", "plant-3"};
    unsigned next[3] = {0, 150, 300};

    seed = of_seed;
    for (unsigned i = 0; i < 250; i++) {
        unsigned plant = draw(3);
        unsigned what = draw(10);
        unsigned day = what < 7 ? next[plant]++ : draw(next[plant] + 5);
        unsigned window = of_seed % 4 == 3 ? draw(3) : of_seed % 4;
        uint64_t below = draw(20) == 0 ? draw((unsigned)maker.edge.size) : maker.edge.size;
        look(plants[plant], begin_of(window, day), day, below, draw(15) != 0);
        if (draw(12) != 0) {
            report(plants[plant], day);
        }
    }
}

Test(facts_cache, of_a_year_so_far_are_as_if_read_afresh)
{
    live(0);
}

Test(facts_cache, of_the_last_days_are_as_if_read_afresh)
{
    live(1);
}

Test(facts_cache, of_a_month_are_as_if_read_afresh)
{
    live(2);
}

Test(facts_cache, of_changing_windows_are_as_if_read_afresh)
{
    live(3);
}

Test(facts_cache, of_more_lives_are_as_if_read_afresh)
{
    for (unsigned i = 4; i < 8; i++) {
        live(i);
    }
}

/* ---- what is kept ---------------------------------------------------------------------------- */

Test(facts_cache, are_not_read_again)
{
    struct eg_facts_query query = {.plant = "plant-1",
                                   .package = PACKAGE,
                                   .from = "2021-01-01",
                                   .until = "2021-01-04",
                                   .through = "2021-12-28",
                                   .below = 100};
    struct eg_facts_cached taken, second;

    seed = 1;
    for (unsigned day = 0; day < 3; day++) {
        report("plant-1", day);
    }
    cr_assert_eq(eg_facts_cache_take(&taken, facts_cache, maker.store, &query, &err), EG_OK);
    const struct eg_fact *list = taken.facts.list;
    eg_facts_cache_give(facts_cache, &taken);
    cr_assert_eq(taken.facts.count, 0);
    cr_assert_gt(eg_facts_cache_octets(facts_cache), 0);
    cr_assert_eq(eg_facts_cache_take(&taken, facts_cache, maker.store, &query, &err), EG_OK);
    cr_assert_eq(taken.facts.list, list, "it is the very set");
    cr_assert_eq(eg_facts_cache_octets(facts_cache), 0);
    cr_assert_eq(eg_facts_cache_take(&second, facts_cache, maker.store, &query, &err), EG_OK);
    cr_assert_neq(second.facts.list, list, "what is out is nobody else's");
    eg_facts_cache_give(facts_cache, &taken);
    eg_facts_cache_give(facts_cache, &second);
    query.package = "another.package";
    cr_assert_eq(eg_facts_cache_take(&taken, facts_cache, maker.store, &query, &err), EG_OK);
    cr_assert_eq(taken.facts.count, 0, "another package has facts of its own");
    eg_facts_cache_give(facts_cache, &taken);
}

Test(facts_cache, stay_for_the_chain_when_a_day_is_corrected_once)
{
    seed = 2;
    for (unsigned day = 0; day < 20; day++) {
        look("plant-1", 0, day, maker.edge.size, true);
        report("plant-1", day);
    }
    look("plant-1", 0, 20, maker.edge.size, true);
    size_t octets = eg_facts_cache_octets(facts_cache);
    look("plant-1", 0, 1, maker.edge.size, true);
    cr_assert_eq(eg_facts_cache_octets(facts_cache), octets, "the long one stays");
    look("plant-1", 0, 1, maker.edge.size, true);
    cr_assert_lt(eg_facts_cache_octets(facts_cache), octets, "a new chain begins");
}

Test(facts_cache, are_bounded)
{
    seed = 3;
    report("plant", 0);
    for (unsigned i = 0; i < 2 * EG_FACTS_CACHE_MAX; i++) {
        char plant[32] = "";
        (void)snprintf(plant, sizeof plant, "plant-%u", i);
        look(plant, 0, 1, maker.edge.size, true);
        cr_assert_leq(eg_facts_cache_octets(facts_cache), EG_FACTS_CACHE_OCTETS_MAX);
    }
    struct eg_facts_cached large = {.plant = "large", .package = "p", .until = "2021-01-01"};
    large.facts.capacity = EG_FACTS_CACHE_OCTETS_MAX / sizeof *large.facts.list + 1;
    large.facts.list = malloc(large.facts.capacity * sizeof *large.facts.list);
    size_t octets = eg_facts_cache_octets(facts_cache);
    eg_facts_cache_give(facts_cache, &large);
    cr_assert_eq(eg_facts_cache_octets(facts_cache), octets, "one that is too large is not kept");
    cr_assert_null(large.facts.list);
}
