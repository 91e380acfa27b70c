/*
 * Plant queues: one report of a plant at a time, in the order of arrival; nobody is lost, nobody
 * waits for nothing.
 */
#include "flow/job/plant_queue.h"

#include "flow/job/job.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS 200

static struct eg_plant_queues *plant_queues;
static struct eg_job *jobs[JOBS];
static struct eg_error err;

static void set_up(void)
{
    cr_assert_eq(eg_plant_queues_new(&plant_queues, &err), EG_OK);
}

static void tear_down(void)
{
    eg_plant_queues_free(&plant_queues);
}

TestSuite(plant_queues, .init = set_up, .fini = tear_down);

static void arrive(size_t count)
{
    struct eg_arrival arrival = {.readable = true};

    arrival.message.body_count = 2;
    for (size_t i = 0; i < count; i++) {
        jobs[i] = eg_job_new(&arrival, "operator", 0);
        cr_assert_not_null(jobs[i]);
        eg_plant_queues_arrive(plant_queues, jobs[i]);
    }
}

static void end(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        eg_job_free(&jobs[i]);
    }
}

/* Numbers of the jobs let go, as "0 2 ". */
static const char *numbers(const struct eg_job *list)
{
    static char text[1000];
    size_t n = 0;

    text[0] = '\0';
    for (; list != NULL; list = list->place.before) {
        size_t i = 0;
        while (jobs[i] != list) {
            i++;
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "%zu ", i);
    }
    return text;
}

static bool enter(size_t i, const char *plant, const char *let_go)
{
    bool mine = false;

    cr_assert_str_eq(numbers(eg_plant_queues_enter(&mine, plant_queues, jobs[i], plant)), let_go);
    return mine;
}

static void pass(size_t i, const char *let_go)
{
    cr_assert_str_eq(numbers(eg_plant_queues_pass(plant_queues, jobs[i])), let_go);
}

static void leave(size_t i, const char *let_go)
{
    cr_assert_str_eq(numbers(eg_plant_queues_leave(plant_queues, jobs[i])), let_go);
}

Test(plant_queues, let_a_lone_report_through)
{
    arrive(1);
    cr_assert(enter(0, "p", ""));
    cr_assert(enter(0, "p", ""), "it may be judged again");
    leave(0, "");
    end(1);
}

Test(plant_queues, judge_one_report_of_a_plant_at_a_time)
{
    arrive(3);
    cr_assert(enter(0, "p", ""));
    cr_assert_not(enter(1, "p", ""));
    cr_assert_not(enter(2, "p", ""));
    leave(0, "1 ");
    cr_assert(enter(1, "p", ""));
    leave(1, "2 ");
    cr_assert(enter(2, "p", ""));
    leave(2, "");
    end(3);
}

Test(plant_queues, do_not_hold_up_other_plants)
{
    arrive(3);
    cr_assert(enter(0, "p", ""));
    cr_assert(enter(1, "q", ""));
    cr_assert_not(enter(2, "q", ""));
    leave(1, "2 ");
    leave(0, "");
    leave(2, "");
    end(3);
}

Test(plant_queues, wait_until_every_earlier_report_is_read)
{
    arrive(4);
    cr_assert_not(enter(2, "p", ""));
    pass(1, "");
    cr_assert_not(enter(3, "q", ""));
    pass(0, "2 3 ");
    leave(2, "");
    leave(3, "");
    end(4);
}

Test(plant_queues, keep_the_order_of_arrival_whatever_was_read_first)
{
    arrive(4);
    cr_assert_not(enter(3, "p", ""));
    cr_assert_not(enter(1, "p", ""));
    cr_assert_not(enter(2, "p", ""));
    cr_assert(enter(0, "p", ""));
    leave(0, "1 ");
    leave(1, "2 ");
    leave(2, "3 ");
    leave(3, "");
    end(4);
}

Test(plant_queues, go_on_when_an_earlier_report_ends_unread)
{
    arrive(2);
    cr_assert_not(enter(1, "p", ""));
    leave(0, "1 "); /* refused, say */
    leave(1, "");
    end(2);
}

Test(plant_queues, keep_a_place_while_a_job_is_judged_again)
{
    arrive(2);
    cr_assert(enter(0, "p", ""));
    cr_assert_not(enter(1, "p", ""));
    eg_job_again(jobs[0]);
    pass(0, ""); /* under a new snapshot it keeps no facts */
    cr_assert(enter(0, "p", ""));
    leave(0, "1 ");
    leave(1, "");
    end(2);
}

Test(plant_queues, take_a_job_that_only_now_keeps_facts)
{
    arrive(3);
    pass(0, "");
    cr_assert(enter(1, "p", ""));
    cr_assert_not(enter(0, "p", "")); /* judged again under another snapshot */
    cr_assert_not(enter(2, "p", ""));
    leave(1, "0 ");
    leave(0, "2 ");
    leave(2, "");
    end(3);
}

Test(plant_queues, give_a_waiting_job_as_it_arrived)
{
    arrive(2);
    cr_assert(enter(0, "p", ""));
    jobs[1]->state = EG_JOB_AUTHORISED;
    jobs[1]->readable = true;
    jobs[1]->needs_facts = true;
    snprintf(jobs[1]->header.plant, sizeof jobs[1]->header.plant, "p");
    cr_assert_not(enter(1, jobs[1]->header.plant, ""));
    leave(0, "1 ");
    cr_assert_eq(jobs[1]->state, EG_JOB_TAKEN);
    cr_assert_not(jobs[1]->readable);
    cr_assert_not(jobs[1]->needs_facts);
    cr_assert_str_eq(jobs[1]->header.plant, "");
    leave(1, "");
    end(2);
}

Test(plant_queues, free_the_jobs_that_are_theirs)
{
    arrive(4);
    cr_assert(enter(0, "p", ""));
    cr_assert_not(enter(1, "p", ""));
    cr_assert_not(enter(3, "p", "")); /* at the gate, behind 2 */
    eg_plant_queues_free(&plant_queues);
    eg_job_free(&jobs[0]);
    eg_job_free(&jobs[2]);
}

/* Many plants, any order of reading and ending: each plant queue in order, all through. */
Test(plant_queues, lose_nobody_and_keep_every_order)
{
    int todo[JOBS]; /* 0 unread, 1 theirs, 2 may be judged, 3 ended */
    size_t last[5] = {0};
    size_t ended = 0;

    srand(3);
    arrive(JOBS);
    memset(todo, 0, sizeof todo);
    while (ended < JOBS) {
        size_t i = (size_t)rand() % JOBS;
        struct eg_job *list = NULL;
        char plant[] = {(char)('a' + i % 5), '\0'};
        bool mine = false;
        if (todo[i] == 1 || todo[i] == 3) {
            continue;
        }
        if (todo[i] == 0 && i % 7 == 0) {
            list = rand() % 2 ? eg_plant_queues_pass(plant_queues, jobs[i])
                              : eg_plant_queues_leave(plant_queues, jobs[i]);
            todo[i] = 3;
            ended++;
        } else if (todo[i] == 0) {
            list = eg_plant_queues_enter(&mine, plant_queues, jobs[i], plant);
            todo[i] = mine ? 2 : 1;
        } else {
            cr_assert(last[i % 5] <= i, "%zu after %zu", i, last[i % 5]);
            last[i % 5] = i;
            list = eg_plant_queues_leave(plant_queues, jobs[i]);
            todo[i] = 3;
            ended++;
        }
        for (; list != NULL; list = list->place.before) {
            size_t k = 0;
            while (jobs[k] != list) {
                k++;
            }
            cr_assert_eq(todo[k], 1);
            todo[k] = 2;
        }
    }
    end(JOBS);
}
