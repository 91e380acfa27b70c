/*
 * Every job that is admitted gets exactly one answer, also when a queue takes nothing any more.
 */
#include "flow/pipeline/handover.h"

#include "flow/pipeline/task.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_settings settings;
static struct eg_gateway_state gateway;
static struct eg_error err;

static void set_up(void)
{
    memset(&settings, 0, sizeof settings);
    memset(&gateway, 0, sizeof gateway);
    settings.queue_items = 3;
    settings.queue_octets = 1 << 20;
    gateway.settings = &settings;
    cr_assert_eq(eg_plant_queues_new(&gateway.plant_queues, &err), EG_OK);
    cr_assert_eq(eg_queue_new(&gateway.jobs, &err), EG_OK);
    cr_assert_eq(eg_queue_new(&gateway.records, &err), EG_OK);
    cr_assert_eq(eg_queue_new(&gateway.outgoing, &err), EG_OK);
}

static void tear_down(void)
{
    eg_plant_queues_free(&gateway.plant_queues);
    eg_queue_free(&gateway.jobs);
    eg_queue_free(&gateway.records);
    eg_queue_free(&gateway.outgoing);
}

TestSuite(handover, .init = set_up, .fini = tear_down, .timeout = 60);

static struct eg_job *new_job(void)
{
    struct eg_arrival arrival = {.readable = true};
    arrival.message.body_count = 2;
    struct eg_job *job = eg_job_new(&arrival, "operator", 0);
    cr_assert_not_null(job);
    return job;
}

static struct eg_job *admitted(void)
{
    struct eg_job *job = new_job();
    cr_assert(eg_handover_admit(&gateway, job));
    return job;
}

static void assert_answers(size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++) {
        struct eg_outgoing *answer = eg_queue_take(gateway.outgoing, 0);
        cr_assert_not_null(answer, "answer %zu of %zu is missing", i + 1, count);
        struct eg_bytes text = eg_bytes_view(&answer->frames[0]);
        cr_assert_not_null(memmem(text.data, text.len, code, strlen(code)), "%.*s", (int)text.len,
                           text.data);
        eg_outgoing_free(&answer);
    }
    cr_assert_null(eg_queue_take(gateway.outgoing, 0), "one answer too many");
}

static void assert_nothing_admitted(void)
{
    cr_assert_eq(gateway.jobs_admitted, 0);
    cr_assert_eq(gateway.octets_admitted, 0);
}

Test(handover, admits_no_more_than_the_settings_say)
{
    struct eg_job *jobs[3], *one_more = new_job();
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = admitted();
    }
    cr_assert_not(eg_handover_admit(&gateway, one_more));
    cr_assert_eq(gateway.jobs_admitted, 3);
    eg_job_free(&one_more);
    for (size_t i = 0; i < 3; i++) {
        eg_handover_refuse(&gateway, &jobs[i]);
    }
    assert_nothing_admitted();
}

Test(handover, admits_no_more_octets_than_the_settings_say)
{
    struct eg_job *job = new_job();
    settings.queue_octets = eg_job_octets(job) - 1;
    cr_assert_not(eg_handover_admit(&gateway, job));
    assert_nothing_admitted();
    eg_job_free(&job);
}

Test(handover, to_workers_puts_the_job_into_the_queue)
{
    struct eg_job *job = admitted(), *same = job;
    eg_handover_to_workers(&gateway, &job);
    cr_assert_null(job);
    cr_assert_eq(eg_queue_take(gateway.jobs, 0), same);
    assert_answers(0, "");
    eg_handover_refuse(&gateway, &same);
}

Test(handover, to_workers_who_take_no_more_ends_with_stopping)
{
    struct eg_job *job = admitted();
    eg_queue_close(gateway.jobs);
    eg_handover_to_workers(&gateway, &job);
    cr_assert_null(job);
    assert_answers(1, "stopping");
    assert_nothing_admitted();
}

Test(handover, to_a_recorder_who_takes_no_more_ends_with_stopping)
{
    struct eg_job *job = admitted();
    eg_queue_close(gateway.records);
    eg_handover_to_recorder(&gateway, &job);
    cr_assert_null(job);
    assert_answers(1, "stopping");
    assert_nothing_admitted();
}

Test(handover, of_a_breach_to_a_recorder_who_takes_no_more_ends_with_stopping)
{
    struct eg_job *job = admitted();
    eg_queue_close(gateway.records);
    job->breached = true;
    eg_verdict_refuse(&job->verdict, EG_CODE_CEILING, "", "", "%s", "");
    eg_handover_to_recorder(&gateway, &job);
    assert_answers(1, "stopping");
    assert_nothing_admitted();
}

Test(handover, to_the_recorder_makes_the_job_its_task)
{
    struct eg_job *job = admitted(), *same = job;
    eg_handover_to_recorder(&gateway, &job);
    cr_assert_null(job);
    struct eg_task *task = eg_queue_take(gateway.records, 0);
    cr_assert_not_null(task);
    cr_assert_eq(task->kind, EG_TASK_JOB);
    cr_assert_eq(task->job, same);
    eg_handover_refuse(&gateway, &task->job);
    eg_task_free(&task);
}

Test(handover, ends_those_that_wait_for_their_plant_too_when_workers_take_no_more)
{
    struct eg_job *first = admitted(), *second = admitted(), *third = admitted();
    cr_assert(eg_handover_await_plant(&gateway, first, "plant"));
    cr_assert_not(eg_handover_await_plant(&gateway, second, "plant"));
    cr_assert_not(eg_handover_await_plant(&gateway, third, "plant"));
    eg_queue_close(gateway.jobs);
    struct eg_outgoing *none = NULL;
    eg_handover_answer(&gateway, &first, &none);
    assert_answers(2, "stopping");
    assert_nothing_admitted();
}

Test(handover, hands_the_next_of_the_plant_to_workers_when_one_ends)
{
    struct eg_job *first = admitted(), *second = admitted(), *waits = second;
    cr_assert(eg_handover_await_plant(&gateway, first, "plant"));
    cr_assert_not(eg_handover_await_plant(&gateway, second, "plant"));
    cr_assert_null(eg_queue_take(gateway.jobs, 0));
    eg_handover_refuse(&gateway, &first);
    cr_assert_eq(eg_queue_take(gateway.jobs, 0), waits);
    eg_handover_refuse(&gateway, &waits);
    assert_nothing_admitted();
}

Test(handover, drops_the_answer_of_a_retry_and_notes_its_end)
{
    struct eg_job *job = admitted();
    job->retry = true;
    gateway.retry.busy = true;
    eg_verdict_refuse(&job->verdict, EG_CODE_CEILING, "", "", "%s", "");
    eg_handover_refuse(&gateway, &job);
    assert_answers(0, "");
    cr_assert_not(gateway.retry.busy);
    cr_assert(gateway.retry.unsettled);
    cr_assert_eq(gateway.retry.last.code, EG_CODE_CEILING);
    assert_nothing_admitted();
}
