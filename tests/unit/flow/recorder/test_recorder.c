/*
 * The recorder and facts: what accepted reports leave behind is in force for those judged later,
 * and for none judged before. The jobs are real; that their package keeps facts is played.
 */
#include "flow/pipeline/task.h"
#include "flow/recorder/recorder.h"

#include "tests/support/gateway_maker.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE "tests/data/packages/bench.half-hourly"
#define PATIENCE_MS 20000

static struct eg_gateway_maker maker;
static struct eg_error err;
static char package[EG_ID_MAX + 1];
static uint64_t size; /* of the log before the test's reports */

static void set_up(void)
{
    struct eg_store *store = NULL;

    eg_gateway_maker_start(&maker, PACKAGE);
    eg_gateway_maker_halt(&maker);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_size(&size, store, &err), EG_OK);
    eg_store_close(&store);
}

static void tear_down(void)
{
    eg_gateway_maker_stop(&maker);
}

TestSuite(recorder, .init = set_up, .fini = tear_down, .timeout = 120);

/* ---- helpers -------------------------------------------------------------------------------- */

static void put(struct eg_facts *facts, const char *day, double number)
{
    struct eg_fact fact = {.result = "daily",
                           .source = "S1",
                           .component = "NOx",
                           .name = "n",
                           .unit = "1",
                           .has_number = true,
                           .number = number};

    (void)snprintf(fact.day, sizeof fact.day, "%s", day);
    cr_assert_eq(eg_facts_put(facts, &fact, &err), EG_OK, "%s", err.text);
}

/* A judged report that used facts of entries before `below` and has one to record. */
static struct eg_job *judged(const char *id, uint64_t seed, uint64_t below)
{
    struct eg_buf report;

    eg_gateway_maker_report(&report, id, seed);
    struct eg_job *job = eg_gateway_maker_judge(&maker, eg_bytes_view(&report));
    eg_buf_done(&report);
    (void)snprintf(package, sizeof package, "%s", job->outcome.package.id);
    job->needs_facts = true;
    job->facts_below = below;
    put(&job->outcome.recalled, "2026-01-04", 4);
    put(&job->outcome.remembered, "2026-01-05", (double)seed);
    return job;
}

/* All jobs in one batch, in this order. */
static void record(struct eg_job **jobs, size_t count)
{
    eg_queue_free(&maker.gateway.records);
    cr_assert_eq(eg_queue_new(&maker.gateway.records, &err), EG_OK);
    for (size_t i = 0; i < count; i++) {
        struct eg_task *task = eg_task_new(EG_TASK_JOB);
        cr_assert_not_null(task);
        task->job = jobs[i];
        cr_assert(eg_queue_put(maker.gateway.records, task, 1));
        jobs[i] = NULL;
    }
    cr_assert_eq(eg_recorder_start(&maker.recorder, &maker.gateway, &err), EG_OK, "%s", err.text);
    eg_gateway_maker_halt(&maker);
}

static void assert_answer(enum eg_verb verb)
{
    struct eg_outgoing *outgoing = eg_queue_take(maker.gateway.outgoing, PATIENCE_MS);

    cr_assert_not_null(outgoing);
    cr_assert_eq(outgoing->verb, verb, "%s", eg_verb_text(outgoing->verb));
    eg_outgoing_free(&outgoing);
}

static void assert_sent_back(uint64_t number)
{
    struct eg_job *job = eg_queue_take(maker.gateway.jobs, 0);

    cr_assert_not_null(job);
    cr_assert_eq(job->number, number);
    cr_assert_eq(job->state, EG_JOB_TAKEN);
    cr_assert_not(job->needs_facts);
    cr_assert_eq(job->outcome.remembered.count, 0);
    eg_job_free(&job);
}

static void assert_nothing_else(void)
{
    cr_assert_null(eg_queue_take(maker.gateway.jobs, 0));
    cr_assert_null(eg_queue_take(maker.gateway.outgoing, 0));
}

/* What the plant's facts of the report's day are. */
static void assert_in_force(const char *plant, const char *values)
{
    struct eg_store *store = NULL;
    struct eg_facts facts = {0};
    struct eg_buf text;
    struct eg_facts_query query = {.plant = plant,
                                   .package = package,
                                   .from = "2026-01-01",
                                   .until = "2026-02-01",
                                   .through = "2026-02-02",
                                   .below = UINT64_MAX};
    char expected[200] = "emgate facts 1\n";

    if (values[0] != '\0') {
        (void)snprintf(expected, sizeof expected,
                       "emgate facts 1\nresult daily\nsource S1\ncomponent NOx\nnumber n 1\n"
                       "days 2026-01-05 %s\n",
                       values);
    }
    eg_buf_init(&text, EG_FACTS_OCTETS_MAX);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_facts(&facts, store, &query, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_facts_write(&text, &facts, &err), EG_OK);
    cr_assert_str_eq((char *)text.data, expected);
    eg_buf_done(&text);
    eg_facts_done(&facts);
    eg_store_close(&store);
}

/* ---- tests ---------------------------------------------------------------------------------- */

Test(recorder, keeps_what_a_report_leaned_on_and_leaves_behind)
{
    struct eg_job *jobs[] = {judged("a", 1, size)};
    struct eg_store *store = NULL;
    struct eg_stored stored = {0};
    struct eg_entry *entry = calloc(1, sizeof *entry);
    struct eg_buf octets;
    struct eg_salt salt;

    record(jobs, 1);
    assert_answer(EG_VERB_RECEIPT);
    assert_nothing_else();
    assert_in_force("plant-1", "1");
    eg_buf_init(&octets, EG_FACTS_OCTETS_MAX);
    cr_assert_eq(eg_store_open(&store, maker.archive, EG_STORE_READ, NULL, &err), EG_OK);
    cr_assert_eq(eg_store_read(&stored, store, size, &err), EG_OK);
    cr_assert_eq(eg_entry_read(entry, eg_bytes_view(&stored.entry_text), &err), EG_OK);
    cr_assert(entry->has_facts);
    cr_assert_eq(eg_store_content(&octets, &salt, store, size, EG_CONTENT_FACTS, 0, &err), EG_OK);
    struct eg_digest digest = eg_hash_salted(&salt, eg_bytes_view(&octets));
    cr_assert(eg_digest_equal(&digest, &entry->facts));
    cr_assert_str_eq((char *)octets.data, "emgate facts 1\nresult daily\nsource S1\n"
                                          "component NOx\nnumber n 1\ndays 2026-01-04 4\n");
    eg_buf_done(&octets);
    eg_stored_done(&stored);
    eg_store_close(&store);
    free(entry);
}

Test(recorder, sends_back_what_leans_on_a_report_of_the_same_batch)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size)};
    uint64_t number = jobs[1]->number;

    record(jobs, 2);
    assert_answer(EG_VERB_RECEIPT);
    assert_sent_back(number);
    assert_nothing_else();
    assert_in_force("plant-1", "1");
}

Test(recorder, sends_back_what_was_judged_before_newer_facts)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size + 1), judged("c", 3, size)};
    uint64_t number = jobs[2]->number;

    record(jobs, 3);
    assert_answer(EG_VERB_RECEIPT);
    assert_answer(EG_VERB_RECEIPT); /* b was judged after a was on disk */
    assert_sent_back(number);
    assert_nothing_else();
    assert_in_force("plant-1", "2");
}

Test(recorder, lets_reports_of_other_plants_and_without_facts_be)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size), judged("c", 3, size)};

    (void)snprintf(jobs[1]->header.plant, sizeof jobs[1]->header.plant, "plant-2");
    jobs[2]->needs_facts = false;
    record(jobs, 3);
    for (int i = 0; i < 3; i++) {
        assert_answer(EG_VERB_RECEIPT);
    }
    assert_nothing_else();
    assert_in_force("plant-1", "3");
    assert_in_force("plant-2", "2");
}

Test(recorder, keeps_no_facts_of_a_rejected_report)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size)};

    jobs[0]->outcome.accepted = false;
    record(jobs, 2);
    assert_answer(EG_VERB_RECEIPT);
    assert_answer(EG_VERB_RECEIPT);
    assert_nothing_else();
    assert_in_force("plant-1", "2");
}

Test(recorder, keeps_no_facts_of_a_report_whose_identity_is_taken)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("a", 2, size + 1)};

    jobs[1]->facts_below = size + 1;
    record(jobs, 2);
    assert_answer(EG_VERB_RECEIPT);
    assert_answer(EG_VERB_RECEIPT);
    assert_nothing_else();
    assert_in_force("plant-1", "1");
}

Test(recorder, has_no_facts_of_a_batch_that_failed)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size)};

    setenv("EMGATE_TEST_FAULT", "archive.commit:1:28", 1);
    record(jobs, 2);
    assert_answer(EG_VERB_ERROR);   /* a: the disk is full */
    assert_answer(EG_VERB_RECEIPT); /* b used no facts that a would have recorded */
    assert_nothing_else();
    assert_in_force("plant-1", "2");
}

Test(recorder, minds_facts_of_a_batch_of_which_only_the_answer_was_lost)
{
    struct eg_job *jobs[] = {judged("a", 1, size), judged("b", 2, size)};
    uint64_t number = jobs[1]->number;

    setenv("EMGATE_TEST_FAULT", "archive.committed:1", 1);
    record(jobs, 2);
    assert_answer(EG_VERB_ERROR);
    assert_sent_back(number);
    assert_nothing_else();
    assert_in_force("plant-1", "1");
}
