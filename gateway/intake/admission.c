/*
 * A list of admissions, and a table from their keys to places in it. The list has all its memory
 * from the start, so no number of greetings can make it grow; who leaves gives its place to the
 * last one. The table borrows the keys where they are in the list.
 */
#include "intake/admission.h"

#include "base/error.h"
#include "base/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SHARE 8 /* one participant has at most the eighth part of all places */

struct eg_admission {
    struct eg_admitted *list;
    size_t count, max;
    struct eg_table places;
    double rate;
    uint64_t last_number;
};

enum eg_status eg_admission_new(struct eg_admission **out, size_t max, uint64_t rate,
                                struct eg_error *err)
{
    struct eg_admission *table = calloc(1, sizeof *table);
    enum eg_status status = EG_OK;
    if (table == NULL) {
        return eg_error_set(err, EG_E_NOMEM, "admissions", "memory ran out");
    }
    table->max = max;
    table->rate = (double)rate;
    table->list = calloc(max, sizeof *table->list);
    if (table->list == NULL) {
        status = eg_error_set(err, EG_E_NOMEM, "admissions", "memory ran out");
        goto done;
    }
    status = eg_table_init(&table->places, max, err);
    if (status != EG_OK) {
        goto done;
    }
    *out = table;
    table = NULL;

done:
    eg_admission_free(&table);
    return status;
}

void eg_admission_free(struct eg_admission **table)
{
    if (*table != NULL) {
        eg_table_done(&(*table)->places);
        free((*table)->list);
        free(*table);
        *table = NULL;
    }
}

static struct eg_bytes key_of(const struct eg_admitted *admitted)
{
    return (struct eg_bytes){(const uint8_t *)admitted->key, EG_CURVE_KEY_TEXT};
}

/* The table has had room for one key more: it is put where another was just removed. */
static void put_back(struct eg_admission *table, size_t at)
{
    enum eg_status status = eg_table_put(&table->places, key_of(&table->list[at]), at);
    assert(status == EG_OK);
    (void)status;
}

static void take_out(struct eg_admission *table, size_t at)
{
    const size_t last = --table->count;
    (void)eg_table_remove(&table->places, key_of(&table->list[at]));
    if (at != last) {
        (void)eg_table_remove(&table->places, key_of(&table->list[last]));
        table->list[at] = table->list[last];
        put_back(table, at);
    }
}

/* Keep only what holds. */
static void sweep(struct eg_admission *table, int64_t now_ms)
{
    for (size_t at = table->count; at > 0; at--) {
        if (!eg_admission_holds(&table->list[at - 1], now_ms)) {
            take_out(table, at - 1);
        }
    }
}

/* Who has its share already gives up its oldest place for the new one. */
static void make_room(struct eg_admission *table, const char *participant)
{
    size_t share = table->max / SHARE > 0 ? table->max / SHARE : 1;
    size_t held = 0;
    size_t oldest = 0;
    if (table->count < share) {
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->list[i].participant, participant) == 0) {
            oldest = held == 0 || table->list[i].number < table->list[oldest].number ? i : oldest;
            held++;
        }
    }
    if (held >= share) {
        take_out(table, oldest);
    }
}

/* A new place, which has its key only. */
static enum eg_status add(struct eg_admitted **out, struct eg_admission *table, const char *key,
                          const char *participant, int64_t now_ms, struct eg_error *err)
{
    make_room(table, participant);
    if (table->count >= table->max) {
        sweep(table, now_ms);
    }
    if (table->count >= table->max) {
        return eg_error_set(err, EG_E_BUSY, "admissions",
                            "all %zu admissions are taken (limits.admissions)", table->max);
    }
    struct eg_admitted *admitted = &table->list[table->count];
    memset(admitted, 0, sizeof *admitted);
    memcpy(admitted->key, key, EG_CURVE_KEY_TEXT);
    enum eg_status status = eg_table_put(&table->places, key_of(admitted), table->count);
    if (status != EG_OK) {
        return eg_error_set(err, status, "admissions", "memory ran out");
    }
    table->count++;
    *out = admitted;
    return EG_OK;
}

enum eg_status eg_admission_put(struct eg_admission *table, const char *key,
                                const char *participant, const struct eg_digest *certificate,
                                int64_t until_ms, int64_t now_ms, struct eg_error *err)
{
    if (strlen(key) != EG_CURVE_KEY_TEXT || strlen(participant) > EG_ID_MAX) {
        return eg_error_set(err, EG_E_USAGE, "admissions", "key or participant is out of form");
    }
    struct eg_admitted *admitted = eg_admission_find(table, key);
    if (admitted == NULL) {
        EG_TRY(add(&admitted, table, key, participant, now_ms, err));
    }
    *admitted = (struct eg_admitted){.certificate = *certificate,
                                     .until_ms = until_ms,
                                     .tokens = table->rate,
                                     .number = ++table->last_number};
    memcpy(admitted->key, key, EG_CURVE_KEY_TEXT);
    memcpy(admitted->participant, participant, strlen(participant));
    return EG_OK;
}

struct eg_admitted *eg_admission_find(struct eg_admission *table, const char *key)
{
    size_t at = 0;
    return eg_table_find(&at, &table->places, eg_bytes_of(key)) ? &table->list[at] : NULL;
}

bool eg_admission_holds(const struct eg_admitted *admitted, int64_t now_ms)
{
    return !admitted->ended && now_ms < admitted->until_ms;
}

bool eg_admission_charge(struct eg_admission *table, struct eg_admitted *admitted, int64_t boot_ms)
{
    double gained = (double)(boot_ms - admitted->refilled_at_ms) * table->rate / 1000.0;
    double tokens = admitted->tokens + gained;
    admitted->tokens = tokens > table->rate ? table->rate : tokens;
    admitted->refilled_at_ms = boot_ms;
    if (admitted->tokens < 1) {
        return false;
    }
    admitted->tokens -= 1;
    return true;
}

size_t eg_admission_review(struct eg_admission *table, eg_admission_keep_fn keep, void *payload)
{
    size_t ended = 0;
    for (size_t i = 0; i < table->count; i++) {
        struct eg_admitted *admitted = &table->list[i];
        if (!admitted->ended && !keep(payload, admitted)) {
            admitted->ended = true;
            ended++;
        }
    }
    return ended;
}

#ifdef EG_TEST_HOOKS
size_t eg_admission_count(const struct eg_admission *table)
{
    return table->count;
}
#endif
