/*
 * A bounded queue of pointers between threads.
 *
 * Why: everything that one thread needs from another is a message here; the bounds are what keeps
 * memory in hand when the world sends faster than the gateway judges. A ring under one mutex; the
 * eventfd is raised when the queue stops being empty and lowered when the last item is taken, both
 * under the mutex, so that "readable" and "not empty" never part. A closed queue stays readable, so
 * that a thread waiting in poll learns of it.
 */
#include "flow/pipeline/queue.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_SLOTS = 16 };

struct slot {
    void *item;
    size_t octets;
};

struct eg_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct slot *ring;
    /* guarded by lock */
    size_t slots, head;
    /* written under lock, read by anyone */
    atomic_size_t items, octets;
    atomic_bool closed;
    int fd;
};

static bool start_sync(struct eg_queue *queue)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0) {
        return false;
    }
    /* Waiting must not depend on somebody setting the wall clock. */
    bool done = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&queue->arrived, &attr) == 0;
    pthread_condattr_destroy(&attr);
    if (done && pthread_mutex_init(&queue->lock, NULL) != 0) {
        pthread_cond_destroy(&queue->arrived);
        done = false;
    }
    return done;
}

enum eg_status eg_queue_new(struct eg_queue **out, struct eg_error *err)
{
    struct eg_queue *queue = calloc(1, sizeof *queue);
    struct slot *ring = calloc(FIRST_SLOTS, sizeof *ring);
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int cause = errno;

    if (queue == NULL || ring == NULL || fd < 0 || !start_sync(queue)) {
        free(queue);
        free(ring);
        if (fd < 0) {
            return eg_error_errno(err, "queue", cause, "no eventfd");
        }
        close(fd);
        return eg_error_set(err, EG_E_NOMEM, "queue", "out of memory for a queue");
    }
    queue->ring = ring;
    queue->slots = FIRST_SLOTS;
    queue->fd = fd;
    *out = queue;
    return EG_OK;
}

void eg_queue_free(struct eg_queue **queue)
{
    if (*queue == NULL) {
        return;
    }
    pthread_mutex_destroy(&(*queue)->lock);
    pthread_cond_destroy(&(*queue)->arrived);
    close((*queue)->fd);
    free((*queue)->ring);
    free(*queue);
    *queue = NULL;
}

/* An eventfd that holds 0 or 1 can neither overflow nor block. */
static void raise_signal(struct eg_queue *queue)
{
    ssize_t written = write(queue->fd, &(uint64_t){1}, sizeof(uint64_t));

    assert(written == (ssize_t)sizeof(uint64_t));
    (void)written;
}

static void lower_signal(struct eg_queue *queue)
{
    uint64_t count = 0;
    ssize_t got = read(queue->fd, &count, sizeof count);

    assert(got == (ssize_t)sizeof count);
    (void)got;
}

static bool grow(struct eg_queue *queue)
{
    size_t count = queue->items;
    struct slot *ring = calloc(queue->slots * 2, sizeof *ring);

    if (ring == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        ring[i] = queue->ring[(queue->head + i) % queue->slots];
    }
    free(queue->ring);
    queue->ring = ring;
    queue->slots *= 2;
    queue->head = 0;
    return true;
}

bool eg_queue_put(struct eg_queue *queue, void *item, size_t octets)
{
    assert(item != NULL);
    pthread_mutex_lock(&queue->lock);
    bool taken = !queue->closed && (queue->items < queue->slots || grow(queue));
    if (taken) {
        queue->ring[(queue->head + queue->items) % queue->slots] = (struct slot){item, octets};
        queue->octets += octets;
        queue->items++;
        if (queue->items == 1) {
            raise_signal(queue);
        }
        pthread_cond_signal(&queue->arrived);
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

static struct timespec deadline_in(int timeout_ms)
{
    struct timespec at = {0};

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

/* Waits, with the lock held, until there is an item, the queue is closed or the time is over. */
static void wait_for_item(struct eg_queue *queue, int timeout_ms)
{
    struct timespec until = {0};
    int result = 0;

    if (timeout_ms > 0) {
        until = deadline_in(timeout_ms);
    }
    while (queue->items == 0 && !queue->closed && timeout_ms != 0 && result == 0) {
        result = timeout_ms < 0 ? pthread_cond_wait(&queue->arrived, &queue->lock)
                                : pthread_cond_timedwait(&queue->arrived, &queue->lock, &until);
    }
}

void *eg_queue_take(struct eg_queue *queue, int timeout_ms)
{
    void *item = NULL;

    pthread_mutex_lock(&queue->lock);
    wait_for_item(queue, timeout_ms);
    if (queue->items > 0) {
        struct slot *slot = &queue->ring[queue->head];
        item = slot->item;
        queue->octets -= slot->octets;
        queue->items--;
        queue->head = (queue->head + 1) % queue->slots;
        if (queue->items == 0 && !queue->closed) {
            lower_signal(queue);
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void eg_queue_close(struct eg_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    if (!queue->closed) {
        queue->closed = true;
        if (queue->items == 0) {
            raise_signal(queue);
        }
        pthread_cond_broadcast(&queue->arrived);
    }
    pthread_mutex_unlock(&queue->lock);
}

bool eg_queue_closed(const struct eg_queue *queue)
{
    return queue->closed;
}

size_t eg_queue_items(const struct eg_queue *queue)
{
    return queue->items;
}

size_t eg_queue_octets(const struct eg_queue *queue)
{
    return queue->octets;
}

int eg_queue_fd(const struct eg_queue *queue)
{
    return queue->fd;
}
