/*
 * Statements about packages on their way into the log: what the log says and what the snapshot in
 * force follows must be the same, whatever becomes of the commit between.
 */
#include "flow/record/record_states.h"

#include "base/clock.h"
#include "flow/record/log_key.h"
#include "tests/support/gateway_maker.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define PACKAGE "tests/data/packages/bench.half-hourly"

static struct eg_gateway_maker maker;
static struct eg_ledger *ledger;
static struct eg_snapshot *snapshot;
static struct eg_error err;

static struct eg_snapshot *load(uint64_t generation)
{
    struct eg_snapshot *out = NULL;

    cr_assert_eq(eg_snapshot_load(&out, &maker.settings, generation, &err), EG_OK, "%s: %s",
                 err.where, err.text);
    return out;
}

static struct eg_signing_key *publisher(void)
{
    struct eg_signing_key *key = NULL;
    struct eg_buf secret = temp_read(maker.dir, "publisher.key");
    struct eg_buf chain = temp_read(maker.dir, "publisher.pem");

    cr_assert_eq(eg_signing_key_load(&key, eg_bytes_view(&secret), eg_bytes_view(&chain), &err),
                 EG_OK, "%s", err.text);
    eg_buf_done(&secret);
    eg_buf_done(&chain);
    return key;
}

/* The publisher withdraws the package by statement `number`, put in place. */
static void withdraw(const struct eg_package_ref *package, uint32_t number)
{
    struct eg_package_state state = {
        .package = *package, .number = number, .withdrawn = true, .reason = "a test"};
    struct eg_signing_key *key = publisher();
    struct eg_buf text, cms, file;

    eg_buf_init(&text, EG_MIB);
    eg_buf_init(&cms, EG_CMS_MAX);
    eg_buf_init(&file, EG_MIB);
    cr_assert_eq(eg_package_state_write(&text, &state, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_cms_sign(&cms, key, EG_SIGNED_PACKAGE_STATE, eg_bytes_view(&text),
                             eg_clock_wall_ms(), &err),
                 EG_OK, "%s", err.text);
    cr_assert_eq(eg_statement_write(&file, eg_bytes_view(&text), eg_bytes_view(&cms), &err), EG_OK);
    cr_assert_eq(eg_folder_state(maker.settings.rules, package, eg_bytes_view(&file), &err), EG_OK,
                 "%s", err.text);
    eg_signing_key_free(&key);
    eg_buf_done(&text);
    eg_buf_done(&cms);
    eg_buf_done(&file);
}

static void set_up(void)
{
    uint8_t seed[EG_ED25519_KEY_LEN];

    eg_gateway_maker_start(&maker, PACKAGE);
    eg_gateway_maker_halt(&maker);
    snapshot = load(2);
    withdraw(&snapshot->packages[0]->ref, 1);
    eg_snapshot_free(&snapshot);
    snapshot = load(3);
    cr_assert(snapshot->spans[0].none);
    cr_assert_eq(eg_log_seed_read(seed, maker.settings.log_key, &err), EG_OK);
    struct eg_log_place place = {maker.archive, maker.settings.log_head, EG_MAKER_GATEWAY_ORIGIN,
                                 seed};
    cr_assert_eq(eg_ledger_open(&ledger, &place, &err), EG_OK, "%s", err.text);
}

static void tear_down(void)
{
    unsetenv("EMGATE_TEST_FAULT");
    eg_ledger_close(&ledger);
    eg_snapshot_free(&snapshot);
    eg_gateway_maker_stop(&maker);
}

TestSuite(record_states, .init = set_up, .fini = tear_down, .timeout = 120);

static size_t pending(void)
{
    size_t *numbers = NULL;
    size_t count = 0;

    cr_assert_eq(eg_states_pending(&numbers, &count, eg_ledger_store(ledger), snapshot, &err),
                 EG_OK, "%s", err.text);
    free(numbers);
    return count;
}

static enum eg_status commit(void)
{
    const size_t numbers[] = {0};

    cr_assert_eq(pending(), 1);
    return eg_states_commit(ledger, snapshot, numbers, 1, eg_clock_wall_ms(), &err);
}

Test(record_states, records_what_is_new_once)
{
    uint64_t size = eg_ledger_size(ledger);

    cr_assert_eq(commit(), EG_OK, "%s", err.text);
    cr_assert_eq(pending(), 0);
    cr_assert_eq(eg_ledger_size(ledger), size + 1);
}

Test(record_states, has_nothing_on_record_after_a_commit_that_failed)
{
    uint64_t size = eg_ledger_size(ledger);

    setenv("EMGATE_TEST_FAULT", "archive.commit:1:28", 1);
    cr_assert_eq(commit(), EG_E_IO);
    cr_assert_eq(pending(), 1);
    cr_assert_eq(eg_ledger_size(ledger), size);
}

Test(record_states, follows_what_is_on_record_though_the_result_was_lost)
{
    uint64_t size = eg_ledger_size(ledger);

    setenv("EMGATE_TEST_FAULT", "archive.committed:1", 1);
    cr_assert_eq(commit(), EG_OK,
                 "the log holds the withdrawal: the snapshot must come into force");
    cr_assert_eq(pending(), 0);
    cr_assert_eq(eg_ledger_size(ledger), size + 1);
}

Test(record_states, refuses_a_snapshot_that_follows_less_than_the_log)
{
    size_t *numbers = NULL;
    size_t count = 0;

    cr_assert_eq(commit(), EG_OK, "%s", err.text);
    snapshot->statements[0].there = false;
    cr_assert_eq(eg_states_pending(&numbers, &count, eg_ledger_store(ledger), snapshot, &err),
                 EG_E_DENIED);
    cr_assert_null(numbers);
    snapshot->statements[0].there = true;
}
