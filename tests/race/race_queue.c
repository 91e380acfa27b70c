/*
 * Several producers and consumers over one bounded queue, once emptied and once closed under load.
 * A plain program, because criterion and ThreadSanitizer do not go together. Exit status 0: nothing
 * lost, nothing twice, order of each producer kept, bounds held.
 */
#include "flow/pipeline/queue.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRODUCERS = 3, CONSUMERS = 3, ITEMS = 4000, WEIGHT = 10 };

struct item {
    int producer;
    int number;
};

static struct eg_queue *queue;
static struct item items[PRODUCERS][ITEMS];
static atomic_int seen[PRODUCERS][ITEMS];
static atomic_int put_count[PRODUCERS];
static atomic_int failures;

static void check(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "race_queue: %s\n", what);
        atomic_fetch_add(&failures, 1);
    }
}

static void *produce(void *argument)
{
    int producer = *(int *)argument;

    for (int i = 0; i < ITEMS; i++) {
        items[producer][i] = (struct item){producer, i};
        while (!eg_queue_put(queue, &items[producer][i], WEIGHT)) {
            if (eg_queue_closed(queue)) {
                return NULL;
            }
            sched_yield();
        }
        atomic_fetch_add(&put_count[producer], 1);
    }
    return NULL;
}

/* Consumer 0 waits in poll, as a thread with sockets does; the others wait in the queue. */
static struct item *take(int consumer)
{
    struct pollfd fd = {.fd = eg_queue_fd(queue), .events = POLLIN};

    if (consumer > 0) {
        return eg_queue_take(queue, -1);
    }
    for (;;) {
        struct item *item = eg_queue_take(queue, 0);
        if (item != NULL || (eg_queue_closed(queue) && eg_queue_items(queue) == 0)) {
            return item;
        }
        check(poll(&fd, 1, 10000) >= 0, "poll failed");
    }
}

static void *consume(void *argument)
{
    int last[PRODUCERS] = {-1, -1, -1};
    struct item *item = NULL;

    while ((item = take(*(int *)argument)) != NULL) {
        check(item->number > last[item->producer], "order of a producer is broken");
        last[item->producer] = item->number;
        check(atomic_fetch_add(&seen[item->producer][item->number], 1) == 0, "an item came twice");
        check(eg_queue_items(queue) <= PRODUCERS * ITEMS, "more items than were put");
        check(eg_queue_octets(queue) <= PRODUCERS * ITEMS * WEIGHT, "more octets than were put");
    }
    return NULL;
}

static void run(int close_early)
{
    pthread_t producers[PRODUCERS], consumers[CONSUMERS];
    int numbers[PRODUCERS > CONSUMERS ? PRODUCERS : CONSUMERS] = {0, 1, 2};
    struct eg_error err = {0};

    if (eg_queue_new(&queue, &err) != EG_OK) {
        fprintf(stderr, "race_queue: %s\n", err.text);
        exit(2);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        pthread_create(&producers[i], NULL, produce, &numbers[i]);
    }
    for (int i = 0; i < CONSUMERS; i++) {
        pthread_create(&consumers[i], NULL, consume, &numbers[i]);
    }
    if (close_early) {
        while (atomic_load(&put_count[0]) < ITEMS / 4) {
            sched_yield();
        }
        eg_queue_close(queue);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        pthread_join(producers[i], NULL);
    }
    eg_queue_close(queue);
    for (int i = 0; i < CONSUMERS; i++) {
        pthread_join(consumers[i], NULL);
    }
    check(eg_queue_items(queue) == 0 && eg_queue_octets(queue) == 0, "the queue is not empty");
    eg_queue_free(&queue);
}

/* What was put came out; what was refused did not. */
static void settle(int complete)
{
    for (int p = 0; p < PRODUCERS; p++) {
        int count = atomic_exchange(&put_count[p], 0);
        check(!complete || count == ITEMS, "a producer did not finish");
        for (int i = 0; i < ITEMS; i++) {
            check(atomic_exchange(&seen[p][i], 0) == (i < count), "an item is lost or invented");
        }
    }
}

int main(void)
{
    run(0);
    settle(1);
    run(1);
    settle(0);
    return atomic_load(&failures) == 0 ? 0 : 1;
}
