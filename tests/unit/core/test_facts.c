/*
 * Facts in memory and as canonical text.
 */
#include "core/facts.h"

#include "base/limits.h"
#include "tests/support/facts_find.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct eg_facts facts;
static struct eg_buf text;
static struct eg_error err;

static void set_up(void)
{
    eg_facts_init(&facts);
    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
}

static void tear_down(void)
{
    eg_facts_done(&facts);
    eg_buf_done(&text);
}

TestSuite(facts, .init = set_up, .fini = tear_down);

static struct eg_fact number(const char *component, const char *name, const char *day, double x)
{
    struct eg_fact fact = {.result = "daily",
                           .source = "S1",
                           .component = component,
                           .name = name,
                           .unit = "mg/m3",
                           .kind = EG_FACT_NUMBER,
                           .has_number = true,
                           .number = x};

    (void)snprintf(fact.day, sizeof fact.day, "%s", day);
    return fact;
}

static struct eg_fact answer(const char *component, const char *name, const char *day,
                             enum eg_answer_value value)
{
    struct eg_fact fact = number(component, name, day, 0);

    fact.kind = EG_FACT_ANSWER;
    fact.unit = "";
    fact.has_number = false;
    fact.answer = value;
    return fact;
}

static void put(struct eg_facts *into, struct eg_fact fact)
{
    cr_assert_eq(eg_facts_put(into, &fact, &err), EG_OK, "%s", err.text);
}

static const char *written(const struct eg_facts *of)
{
    eg_buf_reset(&text);
    cr_assert_eq(eg_facts_write(&text, of, &err), EG_OK, "%s", err.text);
    return (const char *)text.data;
}

/* ---- the set -------------------------------------------------------------------------------- */

Test(facts, keep_their_order_whatever_the_order_of_putting)
{
    put(&facts, number("NOx", "n", "2021-01-03", 3));
    put(&facts, number("CO", "n", "2021-01-02", 2));
    put(&facts, number("", "n", "2021-01-02", 1));
    put(&facts, number("NOx", "a", "2021-01-03", 4));
    put(&facts, number("NOx", "n", "2021-01-01", 5));
    cr_assert_eq(facts.count, 5);
    cr_assert_str_eq(facts.list[0].component, "");
    cr_assert_str_eq(facts.list[1].component, "CO");
    cr_assert_str_eq(facts.list[2].name, "a");
    cr_assert_str_eq(facts.list[3].day, "2021-01-01");
    cr_assert_str_eq(facts.list[4].day, "2021-01-03");
    cr_assert(facts.list[3].unit == facts.list[4].unit, "the same text is kept once");
}

Test(facts, replace_a_fact_of_the_same_key)
{
    put(&facts, number("NOx", "n", "2021-01-01", 1));
    put(&facts, number("NOx", "n", "2021-01-02", 2));
    put(&facts, answer("NOx", "n", "2021-01-01", EG_ANSWER_YES));
    cr_assert_eq(facts.count, 2);
    const struct eg_fact *found = eg_facts_find(&facts, "daily", "S1", "NOx", "n", "2021-01-01");
    cr_assert_eq(found->kind, EG_FACT_ANSWER);
    cr_assert_eq(found->answer, EG_ANSWER_YES);
    cr_assert_null(eg_facts_find(&facts, "daily", "S1", "NOx", "n", "2021-01-03"));
    cr_assert_null(eg_facts_find(&facts, "daily", "S2", "NOx", "n", "2021-01-01"));
}

Test(facts, borrow_nothing_from_what_was_put)
{
    char name[] = "n-day";
    struct eg_fact fact = number("NOx", name, "2021-01-01", 1);

    put(&facts, fact);
    memset(name, 'x', sizeof name - 1);
    cr_assert_str_eq(facts.list[0].name, "n-day");
}

static void refused(struct eg_fact fact, const char *what)
{
    cr_expect_eq(eg_facts_put(&facts, &fact, &err), EG_E_FORMAT, "%s", what);
    cr_expect_eq(facts.count, 0, "%s", what);
}

Test(facts, refuse_what_has_no_text)
{
    char long_text[EG_ID_MAX + 2];
    struct eg_fact fact = number("NOx", "n", "2021-01-01", 1);

    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    fact.result = "";
    refused(fact, "no result");
    fact = number("NOx", "n", "2021-01-01", 1);
    fact.source = NULL;
    refused(fact, "no source");
    fact.source = long_text;
    refused(fact, "a long source");
    refused(number("NOx\n", "n", "2021-01-01", 1), "a line feed");
    refused(number("\xff", "n", "2021-01-01", 1), "no UTF-8");
    refused(number("NOx", "n m", "2021-01-01", 1), "a name with a blank");
    refused(number("NOx", long_text, "2021-01-01", 1), "a long name");
    refused(number("NOx", "n", "2021-02-29", 1), "no day");
    refused(number("NOx", "n", "2021-01-1", 1), "a short day");
    refused(number("NOx", "n", "2021-01-01", (double)NAN), "no number");
    refused(number("NOx", "n", "2021-01-01", (double)INFINITY), "no finite number");
    fact = number("NOx", "n", "2021-01-01", 1);
    fact.unit = "";
    refused(fact, "a number without unit");
    fact = answer("NOx", "n", "2021-01-01", EG_ANSWER_YES);
    fact.unit = "1";
    refused(fact, "an answer with unit");
    fact = number("NOx", "n", "2021-01-01", 1);
    fact.kind = (enum eg_fact_kind)7;
    refused(fact, "no kind");
    fact = number("NOx", "n", "2021-01-01", 1);
    fact.status = (enum eg_value_status)8;
    refused(fact, "no status");
}

Test(facts, keep_later_days_in_order_and_once)
{
    cr_assert_eq(eg_facts_put_later(&facts, "2021-01-05", &err), EG_OK);
    cr_assert_eq(eg_facts_put_later(&facts, "2021-01-03", &err), EG_OK);
    cr_assert_eq(eg_facts_put_later(&facts, "2021-01-05", &err), EG_OK);
    cr_assert_eq(eg_facts_put_later(&facts, "2021-13-05", &err), EG_E_FORMAT);
    cr_assert_eq(facts.later_count, 2);
    cr_assert_str_eq(facts.later[0], "2021-01-03");
}

Test(facts, of_days_are_gathered_into_series)
{
    struct eg_facts days[3];

    for (int i = 0; i < 3; i++) {
        char day[11];
        (void)snprintf(day, sizeof day, "2021-01-%02u", (unsigned)(i + 1));
        eg_facts_init(&days[i]);
        put(&days[i], number("NOx", "n", day, i));
        put(&days[i], number("CO", "n", day, 10 + i));
        if (i == 1) {
            put(&days[i], number("", "only", day, 7));
        }
    }
    put(&days[2], number("CO", "n", "2021-01-01", 99));
    cr_assert_eq(eg_facts_gather(&facts, days, 3, &err), EG_OK);
    cr_assert_str_eq(written(&facts), "emgate facts 1\nresult daily\nsource S1\n"
                                      "number only mg/m3\ndays 2021-01-02 7\n"
                                      "component CO\nnumber n mg/m3\ndays 2021-01-01 99 11 12\n"
                                      "component NOx\nnumber n mg/m3\ndays 2021-01-01 0 1 2\n");
    for (int i = 0; i < 3; i++) {
        eg_facts_done(&days[i]);
    }
}

/* ---- the text ------------------------------------------------------------------------------- */

static void assert_round_trip(const char *octets)
{
    struct eg_facts back;

    cr_assert_eq(eg_facts_read(&back, eg_bytes_of(octets), &err), EG_OK, "%s", err.text);
    cr_assert_str_eq(written(&back), octets);
    eg_facts_done(&back);
}

Test(facts, are_written_as_runs_of_days)
{
    struct eg_fact fact = number("NOx", "n", "2021-02-27", 12.5);

    put(&facts, fact);
    put(&facts, number("NOx", "n", "2021-02-28", -0.0));
    fact = number("NOx", "n", "2021-03-01", 0.1 + 0.2);
    fact.status = EG_VALUE_SUBSTITUTE;
    put(&facts, fact);
    fact = number("NOx", "n", "2021-03-03", 1);
    fact.has_number = false;
    fact.status = EG_VALUE_MISSING;
    put(&facts, fact);
    fact = number("NOx", "n", "2021-03-04", 1);
    fact.unit = "g/m3";
    put(&facts, fact);
    put(&facts, answer("NOx", "n", "2021-03-05", EG_ANSWER_UNKNOWN));
    put(&facts, answer("NOx", "o", "2021-12-31", EG_ANSWER_YES));
    put(&facts, answer("NOx", "o", "2022-01-01", EG_ANSWER_NO));
    cr_assert_eq(eg_facts_put_later(&facts, "2022-01-07", &err), EG_OK);
    static const char expected[] =
        "emgate facts 1\nresult daily\nsource S1\ncomponent NOx\n"
        "number n mg/m3\ndays 2021-02-27 12.5 0 0.30000000000000004:substitute\n"
        "days 2021-03-03 -:missing\n"
        "number n g/m3\ndays 2021-03-04 1\n"
        "answer n\ndays 2021-03-05 unknown\n"
        "answer o\ndays 2021-12-31 yes no\n"
        "later 2022-01-07\n";
    cr_assert_str_eq(written(&facts), expected);
    assert_round_trip(expected);
}

Test(facts, that_are_none_have_a_text)
{
    cr_assert_str_eq(written(&facts), "emgate facts 1\n");
    assert_round_trip("emgate facts 1\n");
}

Test(facts, with_strange_ids_are_read_back)
{
    struct eg_fact fact = number("N\\Ox and \xc3\xa4", "n", "2021-01-01", 1);

    fact.source = "stack 1";
    fact.unit = "mg per m3";
    put(&facts, fact);
    assert_round_trip(written(&facts));
}

Test(facts, leap_with_the_calendar)
{
    assert_round_trip("emgate facts 1\nresult r\nsource s\nnumber n 1\n"
                      "days 2020-02-28 1 2 3\n"
                      "days 2100-02-28 1 2\n");
}

Test(facts, come_back_the_same_after_a_year)
{
    struct eg_facts back;
    char day[11] = "";

    srand(5);
    for (unsigned i = 0; i < 366; i++) {
        (void)snprintf(day, sizeof day, "2021-%02u-%02u", i % 12 + 1, i % 28 + 1);
        put(&facts, number("NOx", "n", day, rand() / 7.0));
        put(&facts, number("CO", "n", day, rand() % 100 / 10.0));
        put(&facts, answer("CO", "a", day, (enum eg_answer_value)(rand() % 3)));
    }
    (void)written(&facts);
    cr_assert_eq(eg_facts_read(&back, eg_bytes_view(&text), &err), EG_OK, "%s", err.text);
    cr_assert_eq(back.count, facts.count);
    for (size_t i = 0; i < back.count; i++) {
        const struct eg_fact *a = &facts.list[i];
        const struct eg_fact *b = &back.list[i];
        cr_assert(a->number == b->number && a->status == b->status && a->answer == b->answer &&
                  a->kind == b->kind && strcmp(a->day, b->day) == 0);
    }
    eg_facts_done(&back);
}

static void assert_refused(const char *octets, enum eg_status status, const char *line)
{
    struct eg_facts back = {.count = 77};

    cr_expect_eq(eg_facts_read(&back, eg_bytes_of(octets), &err), status, "%s", octets);
    cr_expect(strstr(err.text, line) != NULL, "%s: %s", octets, err.text);
    cr_expect_eq(back.count, 77, "untouched on failure");
}

#define HEAD "emgate facts 1\nresult r\nsource s\nnumber n 1\n"

Test(facts, that_are_no_facts_are_refused_with_their_line)
{
    static const struct {
        const char *text, *line;
    } rows[] = {
        {"", "line 1"},
        {"emgate facts 2\n", "line 1"},
        {"emgate facts 1", "line 1"},
        {"emgate facts 1\n\n", "line 2"},
        {"emgate facts 1\nfoo bar\n", "line 2"},
        {"emgate facts 1\nresult r\n", "line 2"},
        {"emgate facts 1\nresult r\nsource s\n", "line 2"},
        {HEAD, "line 2"},
        {"emgate facts 1\ndays 2021-01-01 1\n", "line 2"},
        {"emgate facts 1\nresult r\nnumber n 1\ndays 2021-01-01 1\n", "line 4"},
        {"emgate facts 1\nresult r\nsource s\ndays 2021-01-01 1\n", "line 4"},
        {"emgate facts 1\nresult r\nsource s\nnumber n\ndays 2021-01-01 1\n", "line 5"},
        {"emgate facts 1\nresult r\nsource s\nnumber n \ndays 2021-01-01 1\n", "line 5"},
        {"emgate facts 1\nresult r\nsource s\nanswer n\ndays 2021-01-01 1\n", "line 5"},
        {"emgate facts 1\nresult r\nsource s\nanswer n m\ndays 2021-01-01 yes\n", "line 5"},
        {"emgate facts 1\nresult r\nsource s\ncomponent \nnumber n 1\ndays 2021-01-01 1\n",
         "line 4"},
        {HEAD "days 2021-01-01\n", "line 5"},
        {HEAD "days 2021-01-01 \n", "line 5"},
        {HEAD "days 2021-01-01 1", "line 5"},
        {HEAD "days 2021-01-01 1 \n", "line 5"},
        {HEAD "days 2021-01-01  1\n", "line 5"},
        {HEAD "days 2021-02-29 1\n", "line 5"},
        {HEAD "days 2021-1-1 1\n", "line 5"},
        {HEAD "days 2199-12-31 1 2\n", "line 5"},
        {HEAD "days 2021-01-01 yes\n", "line 5"},
        {HEAD "days 2021-01-01 NaN\n", "line 5"},
        {HEAD "days 2021-01-01 1e3\n", "line 5"},
        {HEAD "days 2021-01-01 1,5\n", "line 5"},
        {HEAD "days 2021-01-01 01\n", "line 5"},
        {HEAD "days 2021-01-01 1.0\n", "line 5"},
        {HEAD "days 2021-01-01 -0\n", "line 5"},
        {HEAD "days 2021-01-01 +1\n", "line 5"},
        {HEAD "days 2021-01-01 .5\n", "line 5"},
        {HEAD "days 2021-01-01 0.10000000000000000555\n", "line 5"},
        {HEAD "days 2021-01-01 1:valid\n", "line 5"},
        {HEAD "days 2021-01-01 1:\n", "line 5"},
        {HEAD "days 2021-01-01 1:lost\n", "line 5"},
        {HEAD "days 2021-01-01 :missing\n", "line 5"},
        {HEAD "days 2021-01-01 1\ndays 2021-01-01 2\n", "line 6"},
        {HEAD "days 2021-01-01 1\ndays 2021-01-02 2\n", "line 5"},
        {HEAD "days 2021-01-05 1\ndays 2021-01-01 2\n", "line 5"},
        {HEAD "days 2021-01-01 1\nnumber n 1\ndays 2021-01-03 2\n", "line 6"},
        {HEAD "days 2021-01-01 1\nnumber a 1\ndays 2021-01-03 2\n", "line 4"},
        {HEAD "days 2021-01-01 1\nsource s\nnumber o 1\ndays 2021-01-03 2\n", "line 6"},
        {HEAD "days 2021-01-01 1\nlater 2021-01-03\nlater 2021-01-03\n", "line 7"},
        {HEAD "days 2021-01-01 1\nlater 2021-01-03\nlater 2021-01-02\n", "line 6"},
        {HEAD "later 2021-01-03\ndays 2021-01-01 1\n", "line 5"},
        {HEAD "days 2021-01-01 1\nlater 2021-01\n", "line 6"},
        {HEAD "days 2021-01-01 1\nlater  2021-01-01\n", "line 6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_refused(rows[i].text, EG_E_FORMAT, rows[i].line);
    }
}

Test(facts, too_long_a_text_is_refused_unread)
{
    struct eg_facts back;
    char *octets = calloc(EG_FACTS_OCTETS_MAX + 1, 1);

    cr_assert_eq(
        eg_facts_read(&back, (struct eg_bytes){(uint8_t *)octets, EG_FACTS_OCTETS_MAX + 1}, &err),
        EG_E_LIMIT);
    free(octets);
}

Test(facts, words_of_status_go_both_ways)
{
    enum eg_value_status status = EG_VALUE_VALID;

    for (int i = 0; i <= EG_VALUE_MISSING; i++) {
        const char *word = eg_value_status_text((enum eg_value_status)i);
        cr_assert(eg_value_status_named(&status, eg_bytes_of(word)));
        cr_assert_eq(status, (enum eg_value_status)i);
    }
    cr_assert_not(eg_value_status_named(&status, eg_bytes_of("Valid")));
    cr_assert_not(eg_value_status_named(&status, EG_BYTES_NONE));
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void fill(struct eg_facts *set, unsigned seed, size_t count)
{
    static const char *const components[] = {"", "CO", "NOx"};
    static const char *const names[] = {"a", "b"};

    srand(seed);
    for (size_t i = 0; i < count; i++) {
        char day[] = "2021-01-10";
        day[8] = (char)('0' + rand() % 3);
        day[9] = (char)('1' + rand() % 8);
        struct eg_fact fact =
            number(components[rand() % 3], names[rand() % 2], day, (double)(rand() % 1000));
        put(set, rand() % 5 == 0 ? answer(fact.component, fact.name, day, EG_ANSWER_YES) : fact);
    }
}

Test(facts, of_a_run_are_put_as_one_by_one)
{
    for (unsigned seed = 0; seed < 200; seed++) {
        struct eg_facts from = {0}, one = {0};
        fill(&facts, seed, seed % 40);
        fill(&one, seed, seed % 40);
        fill(&from, seed + 1000, 1 + seed % 30);
        for (size_t at = 0, n = 0; at < from.count; at += n) {
            n = seed % 2 == 0 ? eg_facts_run(&from, at) : from.count;
            cr_assert_eq(eg_facts_put_run(&facts, &from.list[at], n, &err), EG_OK, "%s", err.text);
        }
        for (size_t i = 0; i < from.count; i++) {
            put(&one, from.list[i]);
        }
        eg_facts_done(&from);
        char *want = strdup(written(&one));
        cr_assert_str_eq(written(&facts), want, "seed %u", seed);
        free(want);
        eg_facts_done(&one);
        eg_facts_done(&facts);
    }
}

Test(facts, of_a_series_are_a_run)
{
    put(&facts, number("CO", "n", "2021-01-01", 1));
    put(&facts, answer("CO", "n", "2021-01-02", EG_ANSWER_NO));
    put(&facts, number("NOx", "n", "2021-01-01", 1));
    cr_assert_eq(eg_facts_run(&facts, 0), 2);
    cr_assert_eq(eg_facts_run(&facts, 1), 1);
    cr_assert_eq(eg_facts_run(&facts, 2), 1);
}

/* ---- renewing -------------------------------------------------------------------------------- */

static bool has_part(const struct eg_facts *of, const struct eg_fact *fact)
{
    for (size_t i = 0; i < of->count; i++) {
        if (strcmp(of->list[i].day, fact->day) == 0 &&
            strcmp(of->list[i].source, fact->source) == 0) {
            return true;
        }
    }
    return false;
}

Test(facts, renewed_are_the_newer_ones_and_what_they_leave)
{
    for (unsigned seed = 0; seed < 300; seed++) {
        struct eg_facts more = {0}, want = {0};
        const char *from = seed % 3 == 0 ? "2021-01-12" : "2021-01-01";
        fill(&facts, seed, seed % 60);
        fill(&more, seed + 1000, seed % 7 == 0 ? 0 : seed % 20);
        for (size_t i = 0; i < facts.count; i++) {
            if (strcmp(facts.list[i].day, from) >= 0 && !has_part(&more, &facts.list[i])) {
                put(&want, facts.list[i]);
            }
        }
        for (size_t i = 0; i < more.count; i++) {
            put(&want, more.list[i]);
        }
        cr_assert_eq(eg_facts_renew(&facts, from, &more, &err), EG_OK, "%s", err.text);
        cr_assert_eq(more.count, 0);
        char *expected = strdup(written(&want));
        cr_assert_str_eq(written(&facts), expected, "seed %u", seed);
        cr_assert_geq(eg_facts_octets(&facts), facts.count * sizeof *facts.list);
        free(expected);
        eg_facts_done(&want);
        eg_facts_done(&facts);
    }
}

Test(facts, renewed_keep_their_later_days)
{
    struct eg_facts more = {0};

    cr_assert_eq(eg_facts_put_later(&facts, "2021-03-01", &err), EG_OK);
    put(&more, number("NOx", "n", "2021-01-01", 1));
    cr_assert_eq(eg_facts_renew(&facts, "2021-01-01", &more, &err), EG_OK);
    cr_assert_eq(facts.count, 1);
    cr_assert_eq(facts.later_count, 1);
}

Test(facts, read_keep_their_words_and_put_do_not)
{
    static const char octets[] =
        "emgate facts 1\nresult daily\nsource S1\ncomponent NOx\n"
        "number n mg/m3\ndays 2021-01-01 8.925384013120198:maintenance -\n";
    struct eg_fact fact;

    cr_assert_eq(eg_facts_read(&facts, eg_bytes_of(octets), &err), EG_OK, "%s", err.text);
    cr_assert_str_eq(facts.list[0].word, "8.925384013120198");
    cr_assert_str_eq(facts.list[1].word, "");
    cr_assert_str_eq(written(&facts), octets);
    fact = facts.list[0];
    fact.number = 2; /* whose word the caller left as it was */
    put(&facts, fact);
    cr_assert(strstr(written(&facts), "2021-01-01 2:maintenance -") != NULL);
}
