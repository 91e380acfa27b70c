/*
 * One lock, held for a few steps; lists are in the order of job numbers.
 *
 * Why there is a gate: workers read reports in parallel, and the later of two may be read first. A
 * report takes its place among those of its plant only when every report that arrived before it is
 * read. The gate opens in the order of arrival, so each plant's queue fills in that order.
 */
#include "flow/job/plant_queue.h"

#include "flow/job/job.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* of plants that have a report first; several may share one */
#define BUCKETS 1024

struct eg_plant_queues {
    pthread_mutex_t lock;
    struct eg_plant_queue_list unread, gate;
    /* the first job of each plant queue */
    struct eg_job *buckets[BUCKETS];
};

enum eg_status eg_plant_queues_new(struct eg_plant_queues **out, struct eg_error *err)
{
    struct eg_plant_queues *plant_queues = calloc(1, sizeof *plant_queues);

    if (plant_queues == NULL || pthread_mutex_init(&plant_queues->lock, NULL) != 0) {
        free(plant_queues);
        return eg_error_set(err, EG_E_NOMEM, "plant-queues", "memory ran out");
    }
    *out = plant_queues;
    return EG_OK;
}

static void free_list(struct eg_plant_queue_list *list)
{
    while (list->first != NULL) {
        struct eg_job *next = list->first->place.next;
        eg_job_free(&list->first);
        list->first = next;
    }
}

void eg_plant_queues_free(struct eg_plant_queues **plant_queues)
{
    if (*plant_queues == NULL) {
        return;
    }
    free_list(&(*plant_queues)->gate);
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct eg_job *job = (*plant_queues)->buckets[i]; job != NULL; job = job->place.next) {
            free_list(&job->place.waiting);
        }
    }
    pthread_mutex_destroy(&(*plant_queues)->lock);
    free(*plant_queues);
    *plant_queues = NULL;
}

/* ---- lists ---- */

/* After the last job with a smaller number: mostly at the end. */
static void put(struct eg_plant_queue_list *list, struct eg_job *job)
{
    struct eg_job *before = list->last;

    while (before != NULL && before->number > job->number) {
        before = before->place.before;
    }
    struct eg_job *next = before != NULL ? before->place.next : list->first;
    job->place.before = before;
    job->place.next = next;
    *(before != NULL ? &before->place.next : &list->first) = job;
    *(next != NULL ? &next->place.before : &list->last) = job;
}

static void take_out(struct eg_plant_queue_list *list, struct eg_job *job)
{
    struct eg_plant_queue_place *place = &job->place;

    *(place->before != NULL ? &place->before->place.next : &list->first) = place->next;
    *(place->next != NULL ? &place->next->place.before : &list->last) = place->before;
    place->next = NULL;
    place->before = NULL;
}

/* ---- plant queues ---- */

static struct eg_job **bucket_of(struct eg_plant_queues *plant_queues, const char *plant)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (const char *c = plant; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * 16777619U;
    }
    return &plant_queues->buckets[hash % BUCKETS];
}

/* The link to the first job of this plant, or to where it would be. */
static struct eg_job **first_of(struct eg_plant_queues *plant_queues, const char *plant)
{
    struct eg_job **at = bucket_of(plant_queues, plant);

    while (*at != NULL && strcmp((*at)->place.plant, plant) != 0) {
        at = &(*at)->place.next;
    }
    return at;
}

/* Through the gate. true: no other report of the plant is there, the job is the first. */
static bool join(struct eg_plant_queues *plant_queues, struct eg_job *job)
{
    struct eg_job **at = first_of(plant_queues, job->place.plant);

    if (*at != NULL) {
        job->place.state = EG_PLANT_QUEUE_WAITING;
        put(&(*at)->place.waiting, job);
        return false;
    }
    job->place.state = EG_PLANT_QUEUE_FIRST;
    job->place.next = NULL;
    job->place.before = NULL;
    job->place.waiting = (struct eg_plant_queue_list){NULL, NULL};
    *at = job;
    return true;
}

static bool is_next(const struct eg_plant_queues *plant_queues, const struct eg_job *job)
{
    return plant_queues->unread.first == NULL || plant_queues->unread.first->number > job->number;
}

/* Jobs that are handed out, in order. As first of their plant they are linked by place.next, so
 * this list runs through place.before. */
struct let_go {
    struct eg_job *first, *last;
};

static void add(struct let_go *out, struct eg_job *job)
{
    *(out->last != NULL ? &out->last->place.before : &out->first) = job;
    out->last = job;
    job->place.before = NULL;
}

/* Take the job out of the list, if it is there: the caller has it. */
static void keep(struct let_go *out, const struct eg_job *job)
{
    struct eg_job *last = NULL;

    for (struct eg_job *it = out->first; it != NULL; last = it, it = it->place.before) {
        if (it == job) {
            *(last != NULL ? &last->place.before : &out->first) = it->place.before;
            out->last = out->last == it ? last : out->last;
            it->place.before = NULL;
            return;
        }
    }
}

static void open_gate(struct eg_plant_queues *plant_queues, struct let_go *out)
{
    while (plant_queues->gate.first != NULL && is_next(plant_queues, plant_queues->gate.first)) {
        struct eg_job *job = plant_queues->gate.first;
        take_out(&plant_queues->gate, job);
        if (join(plant_queues, job)) {
            add(out, job);
        }
    }
}

static void stop_unread(struct eg_plant_queues *plant_queues, struct eg_job *job)
{
    if (job->place.state == EG_PLANT_QUEUE_UNREAD) {
        take_out(&plant_queues->unread, job);
        job->place.state = EG_PLANT_QUEUE_NONE;
    }
}

/* The next one of the plant becomes its first, with those behind it. */
static void hand_over(struct eg_plant_queues *plant_queues, struct eg_job *job, struct let_go *out)
{
    struct eg_job **at = first_of(plant_queues, job->place.plant);
    struct eg_job *next = job->place.waiting.first;

    assert(*at == job);
    *at = job->place.next;
    job->place.next = NULL;
    if (next == NULL) {
        return;
    }
    struct eg_plant_queue_list waiting = job->place.waiting;
    take_out(&waiting, next);
    next->place.state = EG_PLANT_QUEUE_FIRST;
    next->place.waiting = waiting;
    next->place.next = *at;
    *at = next;
    add(out, next);
}

/* ---- public ---- */

void eg_plant_queues_arrive(struct eg_plant_queues *plant_queues, struct eg_job *job)
{
    pthread_mutex_lock(&plant_queues->lock);
    job->place.state = EG_PLANT_QUEUE_UNREAD;
    put(&plant_queues->unread, job);
    pthread_mutex_unlock(&plant_queues->lock);
}

struct eg_job *eg_plant_queues_pass(struct eg_plant_queues *plant_queues, struct eg_job *job)
{
    struct let_go out = {NULL, NULL};

    pthread_mutex_lock(&plant_queues->lock);
    stop_unread(plant_queues, job);
    open_gate(plant_queues, &out);
    pthread_mutex_unlock(&plant_queues->lock);
    return out.first;
}

struct eg_job *eg_plant_queues_enter(bool *mine, struct eg_plant_queues *plant_queues,
                                     struct eg_job *job, const char *plant)
{
    struct let_go out = {NULL, NULL};

    pthread_mutex_lock(&plant_queues->lock);
    if (job->place.state != EG_PLANT_QUEUE_FIRST) {
        stop_unread(plant_queues, job);
        memcpy(job->place.plant, plant, strlen(plant) + 1);
        job->place.state = EG_PLANT_QUEUE_GATE;
        put(&plant_queues->gate, job); /* before it opens: others may belong behind this one */
        open_gate(plant_queues, &out);
        keep(&out, job);
    }
    *mine = job->place.state == EG_PLANT_QUEUE_FIRST;
    if (!*mine) {
        eg_job_again(job);
    }
    pthread_mutex_unlock(&plant_queues->lock);
    return out.first;
}

struct eg_job *eg_plant_queues_leave(struct eg_plant_queues *plant_queues, struct eg_job *job)
{
    struct let_go out = {NULL, NULL};

    pthread_mutex_lock(&plant_queues->lock);
    stop_unread(plant_queues, job);
    if (job->place.state == EG_PLANT_QUEUE_FIRST) {
        hand_over(plant_queues, job, &out);
        job->place.state = EG_PLANT_QUEUE_NONE;
    }
    open_gate(plant_queues, &out);
    pthread_mutex_unlock(&plant_queues->lock);
    return out.first;
}
