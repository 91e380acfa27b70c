/*
 * The queue, seen by one thread; several threads are tests/race/race_queue.c.
 */
#include "flow/pipeline/queue.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <time.h>

static struct eg_queue *queue;
static int items[40];

static void start(void)
{
    struct eg_error err = {0};

    cr_assert_eq(eg_queue_new(&queue, &err), EG_OK);
}

static bool readable(void)
{
    struct pollfd fd = {.fd = eg_queue_fd(queue), .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

static void tear_down(void)
{
    eg_queue_free(&queue);
    cr_assert_null(queue);
    eg_queue_free(&queue);
}

TestSuite(queue, .fini = tear_down);

Test(queue, gives_back_in_order)
{
    start();
    for (int i = 0; i < 40; i++) {
        cr_assert(eg_queue_put(queue, &items[i], 1));
    }
    cr_assert_eq(eg_queue_items(queue), 40);
    for (int i = 0; i < 40; i++) {
        cr_assert_eq(eg_queue_take(queue, 0), &items[i]);
    }
    cr_assert_null(eg_queue_take(queue, 0));
}

Test(queue, keeps_order_while_it_grows_around_the_end)
{
    start();
    for (int i = 0; i < 10; i++) {
        cr_assert(eg_queue_put(queue, &items[i], 1));
        cr_assert_eq(eg_queue_take(queue, 0), &items[i]);
    }
    for (int i = 0; i < 40; i++) {
        cr_assert(eg_queue_put(queue, &items[i], 1));
    }
    for (int i = 0; i < 40; i++) {
        cr_assert_eq(eg_queue_take(queue, 0), &items[i]);
    }
}

Test(queue, counts_items_and_octets)
{
    start();
    cr_assert(eg_queue_put(queue, &items[0], 10));
    cr_assert(eg_queue_put(queue, &items[1], 0));
    cr_assert(eg_queue_put(queue, &items[2], 5));
    cr_assert_eq(eg_queue_items(queue), 3);
    cr_assert_eq(eg_queue_octets(queue), 15);
    cr_assert_eq(eg_queue_take(queue, 0), &items[0]);
    cr_assert_eq(eg_queue_items(queue), 2);
    cr_assert_eq(eg_queue_octets(queue), 5);
}

Test(queue, is_readable_while_there_is_something)
{
    start();
    cr_assert_not(readable());
    cr_assert(eg_queue_put(queue, &items[0], 1));
    cr_assert(eg_queue_put(queue, &items[1], 1));
    cr_assert(readable());
    (void)eg_queue_take(queue, 0);
    cr_assert(readable());
    (void)eg_queue_take(queue, 0);
    cr_assert_not(readable());
}

Test(queue, closed_takes_nothing_gives_the_rest_and_stays_readable)
{
    start();
    cr_assert(eg_queue_put(queue, &items[0], 1));
    cr_assert_not(eg_queue_closed(queue));
    eg_queue_close(queue);
    eg_queue_close(queue);
    cr_assert(eg_queue_closed(queue));
    cr_assert_not(eg_queue_put(queue, &items[1], 1));
    cr_assert_eq(eg_queue_take(queue, -1), &items[0]);
    cr_assert_null(eg_queue_take(queue, -1), "at once, not for ever");
    cr_assert(readable());
}

Test(queue, waits_no_longer_than_told)
{
    struct timespec before = {0};
    struct timespec after = {0};

    start();
    clock_gettime(CLOCK_MONOTONIC, &before);
    cr_assert_null(eg_queue_take(queue, 30));
    clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t waited_ms =
        (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    cr_assert_geq(waited_ms, 29);
}
