/* Who is admitted: found again after any order of coming and leaving, bounded, shared fairly. */
#include "intake/admission.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MAX 64
#define SHARE (MAX / 8)
#define UNTIL 1000

static struct eg_admission *table;

static void set_up(void)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_admission_new(&table, MAX, 10, &err), EG_OK);
}

static void tear_down(void)
{
    eg_admission_free(&table);
}

TestSuite(admission, .init = set_up, .fini = tear_down);

static void key_of(char out[EG_CURVE_KEY_TEXT + 1], unsigned number)
{
    snprintf(out, EG_CURVE_KEY_TEXT + 1, "%040u", number);
}

static enum eg_status put(unsigned number, const char *participant, int64_t until_ms,
                          int64_t now_ms)
{
    char key[EG_CURVE_KEY_TEXT + 1];
    struct eg_digest certificate = {{0}};
    struct eg_error err = {0};
    key_of(key, number);
    return eg_admission_put(table, key, participant, &certificate, until_ms, now_ms, &err);
}

static struct eg_admitted *find(unsigned number)
{
    char key[EG_CURVE_KEY_TEXT + 1];
    key_of(key, number);
    return eg_admission_find(table, key);
}

static void put_crowd(unsigned participants, unsigned each)
{
    for (unsigned i = 0; i < participants * each; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", i % participants);
        cr_assert_eq(put(i, name, UNTIL, 0), EG_OK);
    }
}

Test(admission, finds_what_was_put_and_nothing_else)
{
    put_crowd(8, SHARE);
    cr_expect_eq(eg_admission_count(table), MAX);
    for (unsigned i = 0; i < MAX; i++) {
        cr_assert_not_null(find(i));
    }
    cr_expect_null(find(MAX));
    cr_expect_null(eg_admission_find(table, ""));
    cr_expect_null(eg_admission_find(table, "no key"));
}

Test(admission, refuses_a_key_or_participant_out_of_form)
{
    struct eg_digest certificate = {{0}};
    char name[EG_ID_MAX + 2];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(eg_admission_put(table, "short", "p", &certificate, UNTIL, 0, NULL), EG_E_USAGE);
    cr_expect_eq(put(1, name, UNTIL, 0), EG_E_USAGE);
    cr_expect_eq(eg_admission_count(table), 0);
}

Test(admission, is_full_at_its_maximum_for_one_who_is_new)
{
    put_crowd(8, SHARE);
    cr_expect_eq(put(1000, "newcomer", UNTIL, 0), EG_E_BUSY);
    cr_expect_null(find(1000));
    cr_expect_eq(eg_admission_count(table), MAX);
}

Test(admission, takes_the_places_of_those_whose_time_is_over)
{
    put_crowd(8, SHARE);
    cr_expect_eq(put(1000, "newcomer", 2 * UNTIL, UNTIL), EG_OK);
    cr_expect_eq(eg_admission_count(table), 1);
    cr_expect_not_null(find(1000));
    cr_expect_null(find(0));
}

Test(admission, lets_one_participant_have_its_share_and_no_more)
{
    for (unsigned i = 0; i < 1000; i++) {
        cr_assert_eq(put(i, "greedy", UNTIL, 0), EG_OK);
        cr_assert_not_null(find(i));
    }
    cr_expect_eq(eg_admission_count(table), SHARE);
    for (unsigned i = 0; i < 1000 - SHARE; i++) {
        cr_assert_null(find(i), "%u should have given its place", i);
    }
    for (unsigned i = 1000 - SHARE; i < 1000; i++) {
        cr_assert_not_null(find(i), "%u is among the newest", i);
    }
}

Test(admission, one_who_is_greedy_takes_nothing_from_others)
{
    put_crowd(7, SHARE);
    for (unsigned i = 1000; i < 1100; i++) {
        cr_assert_eq(put(i, "greedy", UNTIL, 0), EG_OK);
    }
    for (unsigned i = 0; i < 7 * SHARE; i++) {
        cr_assert_not_null(find(i));
    }
    cr_expect_eq(eg_admission_count(table), MAX);
}

Test(admission, greeting_again_with_the_same_key_takes_no_second_place)
{
    for (unsigned i = 0; i < 100; i++) {
        cr_assert_eq(put(7, "steady", UNTIL + i, 0), EG_OK);
    }
    cr_expect_eq(eg_admission_count(table), 1);
    cr_expect_eq(find(7)->until_ms, UNTIL + 99);
}

/* Every place is reachable whatever left before: against a plain list. */
Test(admission, holes_hide_nobody)
{
    unsigned seed = 1;
    unsigned newest[16][SHARE] = {{0}};
    unsigned count[16] = {0};
    for (unsigned i = 1; i <= 5000; i++) {
        seed = seed * 1103515245U + 12345U;
        unsigned who = (seed >> 16) % 7;
        char name[16];
        snprintf(name, sizeof name, "p%u", who);
        cr_assert_eq(put(i, name, UNTIL, 0), EG_OK);
        newest[who][count[who]++ % SHARE] = i;
        for (unsigned p = 0; p < 7; p++) {
            for (unsigned k = 0; k < SHARE && k < count[p]; k++) {
                cr_assert_not_null(find(newest[p][k]), "after %u, %u is lost", i, newest[p][k]);
            }
        }
    }
    cr_expect_eq(eg_admission_count(table), 7 * SHARE);
}

Test(admission, a_table_of_one_place_gives_it_to_the_newest_key)
{
    eg_admission_free(&table);
    cr_assert_eq(eg_admission_new(&table, 1, 10, NULL), EG_OK);
    cr_expect_eq(put(1, "one", UNTIL, 0), EG_OK);
    cr_expect_eq(put(2, "other", UNTIL, 0), EG_E_BUSY);
    cr_expect_eq(put(3, "one", UNTIL, 0), EG_OK);
    cr_expect_null(find(1));
    cr_expect_not_null(find(3));
}

Test(admission, holds_until_its_time_and_not_once_ended)
{
    cr_assert_eq(put(1, "p", UNTIL, 0), EG_OK);
    cr_expect(eg_admission_holds(find(1), UNTIL - 1));
    cr_expect_not(eg_admission_holds(find(1), UNTIL));
    find(1)->ended = true;
    cr_expect_not(eg_admission_holds(find(1), 0));
}

Test(admission, spends_at_its_rate_and_not_faster)
{
    cr_assert_eq(put(1, "p", UNTIL, 0), EG_OK);
    struct eg_admitted *one = find(1);
    cr_assert(eg_admission_charge(table, one, 5000));
    unsigned more = 0;
    while (more < 100 && eg_admission_charge(table, one, 5000)) {
        more++;
    }
    cr_expect_eq(more, 9);
    cr_expect_not(eg_admission_charge(table, one, 5050));
    cr_expect(eg_admission_charge(table, one, 5100));
    cr_expect_not(eg_admission_charge(table, one, 5100));
}

static bool keep_even(void *payload, const struct eg_admitted *admitted)
{
    (void)payload;
    return (admitted->key[EG_CURVE_KEY_TEXT - 1] - '0') % 2 == 0;
}

Test(admission, a_review_ends_those_who_may_not_stay)
{
    put_crowd(8, SHARE);
    cr_expect_eq(eg_admission_review(table, keep_even, NULL), MAX / 2);
    cr_expect_eq(eg_admission_review(table, keep_even, NULL), 0);
    cr_expect(eg_admission_holds(find(2), 0));
    cr_expect_not(eg_admission_holds(find(3), 0));
    cr_expect_eq(put(1000, "newcomer", UNTIL, 0), EG_OK, "ended ones leave first");
    cr_expect_eq(eg_admission_count(table), MAX / 2 + 1);
}
