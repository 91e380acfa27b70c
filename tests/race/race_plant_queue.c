/*
 * Plant queues under a thread sanitizer: workers take reports of few plants from one queue, read
 * them in any order, judge those whose turn it is, and let others go. What a plant's reports share
 * is guarded by its plant queue alone; the sanitizer sees it when two are judged at once.
 */
#include "flow/pipeline/handover.h"

#include "flow/job/outgoing.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORTS 4000
#define PLANTS 5
#define WORKERS 4

static struct eg_gateway_state gateway;
static uint64_t last[PLANTS]; /* number of the report judged last; plain on purpose */
static size_t judged[PLANTS], out_of_order[PLANTS];
static uint64_t first_number;

static size_t plant_of(const struct eg_job *job)
{
    return (size_t)((job->number - first_number) * 7 / 3 % PLANTS);
}

static void linger(unsigned *seed)
{
    for (int i = rand_r(seed) % 4; i > 0; i--) {
        sched_yield();
    }
}

static void answer(struct eg_job *job)
{
    struct eg_outgoing *none = NULL;
    eg_handover_answer(&gateway, &job, &none);
}

static void judge(struct eg_job *job, unsigned *seed)
{
    size_t plant = plant_of(job);
    out_of_order[plant] += last[plant] > job->number;
    last[plant] = job->number;
    linger(seed);
    judged[plant]++;
    answer(job);
}

static void *work(void *payload)
{
    unsigned seed = (unsigned)(size_t)payload;
    while (!eg_queue_closed(gateway.jobs) || eg_queue_items(gateway.jobs) > 0) {
        struct eg_job *job = eg_queue_take(gateway.jobs, -1);
        if (job == NULL) {
            continue;
        }
        char plant[] = {(char)('a' + (int)plant_of(job)), '\0'};
        linger(&seed);
        if (job->number % 11 == 0) {
            answer(job); /* refused unread */
        } else if (job->number % 5 == 0) {
            eg_handover_skip_plant(&gateway, job); /* keeps no facts */
            linger(&seed);
            answer(job);
        } else if (eg_handover_await_plant(&gateway, job, plant)) {
            judge(job, &seed);
        }
    }
    return NULL;
}

static int hand_in(void)
{
    struct eg_arrival arrival = {.readable = true};
    arrival.message.body_count = 2;
    for (int i = 0; i < REPORTS; i++) {
        struct eg_job *job = eg_job_new(&arrival, "operator", 0);
        if (i == 0 && job != NULL) {
            first_number = job->number;
        }
        while (job != NULL && !eg_handover_admit(&gateway, job)) {
            sched_yield(); /* full: as many as this may be in hand */
        }
        if (job == NULL || !eg_queue_put(gateway.jobs, job, eg_job_octets(job))) {
            return 1;
        }
    }
    while (gateway.jobs_admitted > 0) {
        sched_yield();
    }
    return 0;
}

static int all_in_order(void)
{
    size_t expected = 0;
    size_t count = 0;
    size_t wrong = 0;
    for (uint64_t n = first_number; n < first_number + REPORTS; n++) {
        expected += n % 11 != 0 && n % 5 != 0;
    }
    for (size_t i = 0; i < PLANTS; i++) {
        count += judged[i];
        wrong += out_of_order[i];
    }
    if (count != expected || wrong != 0 || gateway.octets_admitted != 0) {
        fprintf(stderr, "race_plant_queue: %zu of %zu judged, %zu out of order\n", count, expected,
                wrong);
        return 1;
    }
    return 0;
}

int main(void)
{
    static struct eg_settings settings = {.queue_items = 100, .queue_octets = 1 << 30};
    struct eg_error err = {0};
    pthread_t threads[WORKERS];
    gateway.settings = &settings;
    if (eg_plant_queues_new(&gateway.plant_queues, &err) != EG_OK ||
        eg_queue_new(&gateway.jobs, &err) != EG_OK ||
        eg_queue_new(&gateway.outgoing, &err) != EG_OK) {
        return 2;
    }
    for (size_t i = 0; i < WORKERS; i++) {
        pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    }
    int wrong = hand_in();
    eg_queue_close(gateway.jobs);
    for (size_t i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    wrong += all_in_order();
    eg_queue_free(&gateway.jobs);
    eg_queue_free(&gateway.outgoing);
    eg_plant_queues_free(&gateway.plant_queues);
    return wrong == 0 ? 0 : 1;
}
