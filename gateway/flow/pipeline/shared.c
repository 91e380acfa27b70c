/*
 * Work in hand is counted where it enters and where its answer leaves, so the queues between have
 * no bound of their own: what is in them was admitted already.
 */
#include "flow/pipeline/shared.h"

#include "flow/job/post.h"
#include "flow/pipeline/desk_item.h"
#include "flow/pipeline/task.h"

#include <string.h>

static enum eg_status new_queues(struct eg_shared *shared, struct eg_error *err)
{
    struct eg_queue **const queues[] = {&shared->jobs, &shared->records, &shared->posts,
                                        &shared->desk};
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < sizeof queues / sizeof queues[0] && status == EG_OK; i++) {
        status = eg_queue_new(queues[i], err);
    }
    return status;
}

enum eg_status eg_shared_init(struct eg_shared *shared, const struct eg_settings *settings,
                              struct eg_world **world, struct eg_error *err)
{
    memset(shared, 0, sizeof *shared);
    shared->settings = settings;
    eg_clock_watch_init(&shared->clock, (int64_t)settings->clock_step_ms, &(*world)->clock);
    shared->held.unsettled = true; /* what the process before left */
    enum eg_status status = eg_world_slot_new(&shared->world, world, err);
    if (status == EG_OK) {
        status = eg_lanes_new(&shared->lanes, err);
    }
    if (status == EG_OK) {
        status = eg_recalls_new(&shared->recalls, err);
    }
    if (status == EG_OK) {
        status = new_queues(shared, err);
    }
    return status;
}

static void drain(struct eg_shared *shared)
{
    void *item = NULL;
    while (shared->jobs != NULL && (item = eg_queue_take(shared->jobs, 0)) != NULL) {
        struct eg_job *job = item;
        eg_job_free(&job);
    }
    while (shared->records != NULL && (item = eg_queue_take(shared->records, 0)) != NULL) {
        struct eg_task *task = item;
        eg_task_free(&task);
    }
    while (shared->posts != NULL && (item = eg_queue_take(shared->posts, 0)) != NULL) {
        struct eg_post *post = item;
        eg_post_free(&post);
    }
    while (shared->desk != NULL && (item = eg_queue_take(shared->desk, 0)) != NULL) {
        struct eg_desk_item *desk_item = item;
        eg_desk_item_free(&desk_item);
    }
}

void eg_shared_done(struct eg_shared *shared)
{
    eg_lanes_free(&shared->lanes); /* before the jobs that are first of their lanes */
    drain(shared);
    eg_recalls_free(&shared->recalls);
    eg_queue_free(&shared->jobs);
    eg_queue_free(&shared->records);
    eg_queue_free(&shared->posts);
    eg_queue_free(&shared->desk);
    eg_world_slot_free(&shared->world);
    eg_clock_watch_done(&shared->clock);
}

/* ---- jobs -------------------------------------------------------------------------------------
 */

bool eg_shared_enter(struct eg_shared *shared, struct eg_job *job)
{
    size_t octets = eg_job_octets(job);
    if (shared->jobs_in_hand >= shared->settings->queue_items ||
        shared->octets_in_hand + octets > shared->settings->queue_octets) {
        return false;
    }
    shared->jobs_in_hand++;
    shared->octets_in_hand += octets;
    eg_lanes_arrive(shared->lanes, job);
    return true;
}

/* All but letting go those whose turn has come, which are the answer. */
static struct eg_job *finish(struct eg_shared *shared, struct eg_job **job, struct eg_post **post)
{
    struct eg_job *next = eg_lanes_leave(shared->lanes, *job);
    if ((*job)->verdict.code != EG_CODE_OK) {
        shared->refused++;
    }
    shared->octets_in_hand -= eg_job_octets(*job);
    eg_job_enter(*job, EG_JOB_ANSWERED);
    if ((*job)->retry) {
        eg_held_ended(&shared->held, *job, post);
    }
    eg_job_free(job);
    eg_shared_post(shared, post);
    shared->jobs_in_hand--; /* last: a clean stop waits for it */
    return next;
}

static struct eg_job *joined(struct eg_job *list, struct eg_job *more)
{
    struct eg_job *last = list;
    while (last != NULL && last->place.before != NULL) {
        last = last->place.before;
    }
    if (last != NULL) {
        last->place.before = more;
    }
    return last != NULL ? list : more;
}

/* Hand out jobs whose turn has come; one that can not be (stopping) ends, and lets others go. */
static void let_go(struct eg_shared *shared, struct eg_job *list)
{
    while (list != NULL) {
        struct eg_job *job = list;
        list = job->place.before;
        job->place.before = NULL;
        if (!eg_queue_put(shared->jobs, job, eg_job_octets(job))) {
            eg_verdict_refuse(&job->verdict, EG_CODE_STOPPING, "", "lane", "%s", "");
            struct eg_post *post = eg_job_refusal(job);
            list = joined(finish(shared, &job, &post), list);
        }
    }
}

void eg_shared_pass(struct eg_shared *shared, struct eg_job *job)
{
    let_go(shared, eg_lanes_pass(shared->lanes, job));
}

bool eg_shared_turn(struct eg_shared *shared, struct eg_job *job, const char *plant)
{
    bool mine = false;
    let_go(shared, eg_lanes_enter(&mine, shared->lanes, job, plant));
    return mine;
}

void eg_shared_answer(struct eg_shared *shared, struct eg_job **job, struct eg_post **post)
{
    let_go(shared, finish(shared, job, post));
}

void eg_shared_post(struct eg_shared *shared, struct eg_post **post)
{
    if (*post != NULL && !eg_queue_put(shared->posts, *post, eg_post_octets(*post))) {
        eg_post_free(post);
    }
    *post = NULL;
}
