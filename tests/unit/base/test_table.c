#include "base/table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define MANY 3000
#define KEY_LEN 12

static struct eg_table table;
static char keys[MANY][KEY_LEN];

static void begin_with(size_t max)
{
    cr_assert_eq(eg_table_init(&table, max, NULL), EG_OK);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(keys[i], KEY_LEN, "key-%zu", i);
    }
}

static void begin(void)
{
    begin_with(MANY);
}

static void end(void)
{
    eg_table_done(&table);
}

TestSuite(table, .init = begin, .fini = end);

static enum eg_status put(size_t n)
{
    return eg_table_put(&table, eg_bytes_of(keys[n]), n);
}

static bool has(size_t n)
{
    size_t value = MANY;
    bool found = eg_table_find(&value, &table, eg_bytes_of(keys[n]));
    cr_assert_eq(value, found ? n : MANY);
    return found;
}

Test(table, finds_what_was_put_whatever_it_grew_to)
{
    for (size_t i = 0; i < MANY; i++) {
        cr_assert_eq(put(i), EG_OK);
        cr_assert_eq(table.count, i + 1);
    }
    for (size_t i = 0; i < MANY; i++) {
        cr_assert(has(i));
    }
}

Test(table, takes_an_empty_key_and_keys_with_zeros_for_what_they_are)
{
    const struct eg_bytes with = {(const uint8_t *)"a\0b", 3};
    const struct eg_bytes other = {(const uint8_t *)"a\0c", 3};
    size_t value = 7;
    cr_assert_not(eg_table_find(&value, &table, EG_BYTES_NONE));
    cr_assert_eq(eg_table_put(&table, EG_BYTES_NONE, 1), EG_OK);
    cr_assert_eq(eg_table_put(&table, with, 2), EG_OK);
    cr_assert_not(eg_table_find(&value, &table, other));
    cr_assert_not(eg_table_find(&value, &table, eg_bytes_of("a")));
    cr_assert_eq(value, 7);
    cr_assert(eg_table_find(&value, &table, eg_bytes_of("")));
    cr_assert_eq(value, 1);
    cr_assert(eg_table_find(&value, &table, with));
    cr_assert_eq(value, 2);
    cr_assert(eg_table_remove(&table, eg_bytes_of("")));
    cr_assert_not(eg_table_find(&value, &table, EG_BYTES_NONE));
}

Test(table, hashes_as_the_reference_does)
{
    /* From the paper on SipHash, appendix A, and vectors.h of the reference implementation. */
    const struct eg_table_seed seed = {{0x0706050403020100U, 0x0f0e0d0c0b0a0908U}};
    const uint8_t text[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    cr_expect_eq(eg_table_hash(&seed, (struct eg_bytes){text, 15}), 0xa129ca6149be45e5U);
    cr_expect_eq(eg_table_hash(&seed, (struct eg_bytes){text, 0}), 0x726fdb47dd0e0e31U);
    cr_expect_eq(eg_table_hash(&seed, (struct eg_bytes){text, 8}), 0x93f5f5799a932462U);
    cr_expect_eq(eg_table_hash(&seed, EG_BYTES_NONE), 0x726fdb47dd0e0e31U);
}

Test(table, finds_nothing_in_an_empty_table)
{
    size_t value = 7;
    cr_assert_not(eg_table_find(&value, &table, eg_bytes_of("key-1")));
    cr_assert_eq(value, 7);
    cr_assert_not(eg_table_remove(&table, eg_bytes_of("key-1")));
    cr_assert_eq(table.count, 0);
}

Test(table, does_not_find_a_key_that_was_not_put)
{
    for (size_t i = 0; i < MANY; i += 2) {
        cr_assert_eq(put(i), EG_OK);
    }
    for (size_t i = 1; i < MANY; i += 2) {
        cr_assert_not(has(i));
        cr_assert_not(eg_table_remove(&table, eg_bytes_of(keys[i])));
    }
    cr_assert_eq(table.count, MANY / 2);
}

Test(table, gives_a_known_key_its_new_value_and_new_octets)
{
    char first[] = "key-5";
    cr_assert_eq(eg_table_put(&table, eg_bytes_of(first), 99), EG_OK);
    cr_assert_eq(put(5), EG_OK);
    memset(first, 'x', sizeof first - 1); /* the octets put first are no longer read */
    cr_assert(has(5));
    cr_assert_eq(table.count, 1);
}

Test(table, refuses_more_than_its_maximum_and_changes_nothing)
{
    end();
    begin_with(20);
    for (size_t i = 0; i < 20; i++) {
        cr_assert_eq(put(i), EG_OK);
    }
    cr_assert_eq(put(20), EG_E_LIMIT);
    cr_assert_not(has(20));
    cr_assert_eq(table.count, 20);
    cr_assert_eq(put(3), EG_OK); /* known: takes no place */
    cr_assert(eg_table_remove(&table, eg_bytes_of(keys[3])));
    cr_assert_eq(put(20), EG_OK);
    cr_assert_eq(put(3), EG_E_LIMIT);
    for (size_t i = 0; i < 21; i++) {
        cr_assert_eq(has(i), i != 3);
    }
}

Test(table, refuses_every_key_if_it_is_for_none)
{
    end();
    begin_with(0);
    cr_assert_eq(put(0), EG_E_LIMIT);
    cr_assert_not(has(0));
    end();
    cr_assert_eq(put(0), EG_E_LIMIT); /* after done as well */
}

#ifndef __SANITIZE_ADDRESS__ /* it ends the program when memory runs out */
Test(table, says_when_memory_runs_out_and_changes_nothing)
{
    struct rlimit limit = {0};
    cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
    const struct rlimit before = limit;
    for (size_t i = 0; i < 2048; i++) {
        cr_assert_eq(put(i), EG_OK);
    }
    const struct eg_table full = table; /* the next key needs 8192 slots */
    limit.rlim_cur = 1;
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    enum eg_status status = put(2048);
    cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
    cr_assert_eq(status, EG_E_NOMEM);
    cr_assert_eq(memcmp(&table, &full, sizeof table), 0);
    for (size_t i = 0; i <= 2048; i++) {
        cr_assert_eq(has(i), i < 2048);
    }
    cr_assert_eq(put(2048), EG_OK);
}
#endif

Test(table, removes_without_losing_others_behind_it)
{
    bool there[MANY] = {false};
    size_t count = 0;
    uint32_t random = 1;
    for (size_t step = 0; step < 40 * MANY; step++) {
        random = random * 1664525U + 1013904223U;
        const size_t n = (random >> 8) % 300; /* few keys: put and removed again and again */
        if ((random >> 4 & 1) != 0) {
            cr_assert_eq(put(n), EG_OK);
            count += there[n] ? 0 : 1;
            there[n] = true;
        } else {
            cr_assert_eq(eg_table_remove(&table, eg_bytes_of(keys[n])), there[n]);
            count -= there[n] ? 1 : 0;
            there[n] = false;
        }
        cr_assert_eq(table.count, count);
    }
    for (size_t i = 0; i < 300; i++) {
        cr_assert_eq(has(i), there[i]);
    }
    cr_assert_leq(table.slot_count, 1024); /* removed keys leave nothing that needs room */
}

/* Keys with one home in a table of 16 slots, at its end: probes go around, and removing must too.
 */
Test(table, removes_from_a_row_that_goes_around_the_end)
{
    size_t same[6] = {0};
    size_t found = 0;
    for (size_t i = 0; i < MANY && found < 6; i++) {
        if ((eg_table_hash(&table.seed, eg_bytes_of(keys[i])) & 15) == 14) {
            same[found++] = i;
        }
    }
    cr_assert_eq(found, 6);
    for (size_t first = 0; first < 6; first++) {
        for (size_t i = 0; i < 6; i++) {
            cr_assert_eq(put(same[i]), EG_OK);
        }
        cr_assert_eq(table.slot_count, 16);
        cr_assert(eg_table_remove(&table, eg_bytes_of(keys[same[first]])));
        for (size_t i = 0; i < 6; i++) {
            cr_assert_eq(has(same[i]), i != first);
        }
        cr_assert_not(eg_table_remove(&table, eg_bytes_of(keys[same[first]])));
    }
}

/* Keys that collide in one table do not in the next: a sender can not prepare them. */
Test(table, does_not_let_prepared_keys_collide)
{
    struct eg_table other = {.slots = NULL};
    cr_assert_eq(eg_table_init(&other, MANY, NULL), EG_OK);
    size_t in_one = 0;
    size_t in_both = 0;
    for (size_t i = 0; i < MANY; i++) {
        if ((eg_table_hash(&table.seed, eg_bytes_of(keys[i])) & 15) == 0) {
            in_one++;
            in_both += (eg_table_hash(&other.seed, eg_bytes_of(keys[i])) & 15) == 0;
        }
    }
    cr_assert_gt(in_one, 60);
    cr_assert_lt(in_both, in_one / 2);
    cr_assert_neq(memcmp(&table.seed, &other.seed, sizeof other.seed), 0);
    eg_table_done(&other);
}
