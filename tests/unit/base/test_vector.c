#include "base/vector.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MAX 100

struct item {
    uint64_t number;
    char text[3];
};

struct list {
    struct item *items;
    size_t count, capacity;
};

static enum eg_status add(struct list *list, uint64_t number, size_t max)
{
    enum eg_status status = EG_VECTOR_RESERVE(list->items, list->capacity, list->count + 1, max);
    if (status == EG_OK) {
        list->items[list->count++] = (struct item){number, "ab"};
    }
    return status;
}

static void check_items(const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        cr_assert_eq(list->items[i].number, i);
        cr_assert_str_eq(list->items[i].text, "ab");
    }
}

Test(vector, keeps_all_items_while_it_grows)
{
    struct list list = {0};
    size_t moves = 0;
    for (size_t i = 0; i < 5000; i++) {
        size_t before = list.capacity;
        cr_assert_eq(add(&list, i, 5000), EG_OK);
        moves += list.capacity != before;
        cr_assert_leq(list.count, list.capacity);
    }
    check_items(&list);
    cr_assert_eq(list.capacity, 5000); /* never beyond the maximum */
    cr_assert_lt(moves, 12);           /* doubles */
    free(list.items);
}

Test(vector, gives_many_places_at_once)
{
    struct list list = {0};
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 77, MAX), EG_OK);
    cr_assert_geq(list.capacity, 77);
    memset(list.items, 1, list.capacity * sizeof *list.items);
    free(list.items);
}

Test(vector, leaves_a_list_alone_that_has_room)
{
    struct list list = {0};
    cr_assert_eq(add(&list, 0, MAX), EG_OK);
    struct list before = list;
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, list.capacity, MAX), EG_OK);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 0, MAX), EG_OK);
    cr_assert_eq(list.items, before.items);
    cr_assert_eq(list.capacity, before.capacity);
    free(list.items);
}

Test(vector, refuses_more_than_the_maximum_and_changes_nothing)
{
    struct list list = {0};
    for (size_t i = 0; i < MAX; i++) {
        cr_assert_eq(add(&list, i, MAX), EG_OK);
    }
    struct list before = list;
    cr_assert_eq(add(&list, MAX, MAX), EG_E_LIMIT);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, SIZE_MAX, MAX), EG_E_LIMIT);
    cr_assert_eq(memcmp(&list, &before, sizeof list), 0);
    check_items(&list);
    free(list.items);
}

Test(vector, refuses_even_the_first_item_of_a_list_for_none)
{
    struct list list = {0};
    cr_assert_eq(add(&list, 0, 0), EG_E_LIMIT);
    cr_assert_null(list.items);
    cr_assert_eq(list.capacity, 0);
}

Test(vector, refuses_a_count_beyond_a_lower_maximum_though_there_is_room)
{
    struct list list = {0};
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 16, MAX), EG_OK);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 11, 10), EG_E_LIMIT);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 10, 10), EG_OK);
    free(list.items);
}

Test(vector, never_has_fewer_places_than_wanted_near_its_maximum)
{
    struct list list = {0};
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 3, 3), EG_OK);
    cr_assert_eq(list.capacity, 3);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, 4, 5), EG_OK);
    cr_assert_eq(list.capacity, 5);
    free(list.items);
}

Test(vector, refuses_sizes_that_overflow)
{
    struct list list = {0};
    cr_assert_eq(add(&list, 0, SIZE_MAX), EG_OK);
    struct list before = list;
    const size_t wraps = SIZE_MAX / sizeof(struct item) + 2; /* times the size: a few octets */
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, wraps, SIZE_MAX), EG_E_NOMEM);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, SIZE_MAX, SIZE_MAX), EG_E_NOMEM);
    const size_t half = (size_t)PTRDIFF_MAX / sizeof(struct item) + 1;
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, half, SIZE_MAX), EG_E_NOMEM);
    cr_assert_eq(memcmp(&list, &before, sizeof list), 0);
    check_items(&list);
    free(list.items);
}

Test(vector, refuses_items_of_no_size)
{
    void *items = NULL;
    size_t capacity = 0;
    cr_assert_eq(eg_vector_reserve(&items, &capacity, 1, 0, MAX), EG_E_NOMEM);
    cr_assert_null(items);
    cr_assert_eq(capacity, 0);
}

#ifndef __SANITIZE_ADDRESS__ /* it ends the program when memory runs out */
Test(vector, says_when_memory_runs_out_and_changes_nothing)
{
    struct list list = {0};
    cr_assert_eq(add(&list, 0, SIZE_MAX), EG_OK);
    struct list before = list;
    const struct rlimit limit = {(rlim_t)1 << 32, (rlim_t)1 << 32};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    const size_t too_many = ((size_t)1 << 40) / sizeof(struct item);
    cr_assert_eq(EG_VECTOR_RESERVE(list.items, list.capacity, too_many, SIZE_MAX), EG_E_NOMEM);
    cr_assert_eq(memcmp(&list, &before, sizeof list), 0);
    check_items(&list);
    free(list.items);
}
#endif

Test(vector, tells_the_two_refusals_apart)
{
    struct eg_error err = {0};
    cr_assert_eq(eg_vector_refused(EG_E_LIMIT, "facts", &err), EG_E_LIMIT);
    cr_assert_str_eq(err.where, "facts");
    cr_assert_str_eq(err.text, "more items than allowed");
    cr_assert_not(err.retry);
    cr_assert_eq(eg_vector_refused(EG_E_NOMEM, "facts", &err), EG_E_NOMEM);
    cr_assert_str_eq(err.text, "memory ran out");
    cr_assert(err.retry);
    cr_assert_eq(eg_vector_refused(EG_E_LIMIT, NULL, NULL), EG_E_LIMIT);
}
