/*
 * The rules of delivery, with a source and a transport made of arrays. Rule numbers are those of
 * gateway/deliver/streams.c.
 */
#include "deliver/streams.h"

#include "wire/texts.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENT_MAX 5000
#define ERRORS_MAX 8

/* A log of `size` entries; entry i has one notification for `recipient`, if i >= first. */
struct fake {
    const char *recipient;
    uint64_t first, size;
    size_t octets; /* of a notification */
    struct eg_wire_cursor acked;
    bool has_acked;
    enum eg_status fails, acked_fails;
    uint64_t damaged; /* index of an item that is; 0: none */
    /* transport */
    struct {
        uint8_t routing;
        struct eg_wire_cursor previous, cursor;
        char id[8];
    } sent[SENT_MAX];
    size_t sent_count;
    struct {
        struct eg_answer_text text;
        char id[8];
    } errors[ERRORS_MAX];
    size_t error_count;
    uint8_t full, gone; /* routing ids that are so; 0: none */
    size_t room;        /* messages the transport takes before it is full */
};

static enum eg_status fake_next(struct eg_stream_item *out, void *payload, const char *recipient,
                                const struct eg_wire_cursor *after, struct eg_error *err)
{
    struct fake *fake = payload;
    (void)err;
    if (fake->fails != EG_OK) {
        return fake->fails;
    }
    uint64_t index = after->number > 0 ? after->index + 1 : after->index;
    index = index < fake->first ? fake->first : index;
    if (strcmp(recipient, fake->recipient) != 0 || index >= fake->size) {
        return EG_E_NOTFOUND;
    }
    out->cursor = (struct eg_wire_cursor){index, 1};
    if (fake->damaged != 0 && index == fake->damaged) {
        out->damaged = true;
        memcpy(out->why, "no such content", sizeof "no such content");
        return EG_OK;
    }
    memcpy(out->name, "daily", 6);
    eg_buf_text(&out->receipt, "receipt");
    uint8_t *room = eg_buf_reserve(&out->notification, fake->octets);
    cr_assert_not_null(room);
    memset(room, 'x', fake->octets);
    out->notification.len += fake->octets;
    return EG_OK;
}

static enum eg_status fake_acked(struct eg_wire_cursor *out, void *payload, const char *participant,
                                 const char *stream, struct eg_error *err)
{
    const struct fake *fake = payload;
    (void)participant;
    (void)stream;
    (void)err;
    if (fake->acked_fails != EG_OK) {
        return fake->acked_fails;
    }
    if (!fake->has_acked) {
        return EG_E_NOTFOUND;
    }
    *out = fake->acked;
    return EG_OK;
}

static enum eg_status fake_size(uint64_t *out, void *payload, struct eg_error *err)
{
    const struct fake *fake = payload;
    (void)err;
    *out = fake->size;
    return EG_OK;
}

static enum eg_sent fake_send(void *payload, struct eg_bytes routing,
                              const struct eg_message *message)
{
    struct fake *fake = payload;
    struct eg_item_body body;
    if (routing.data[0] == fake->gone) {
        return EG_SENT_GONE;
    }
    if (routing.data[0] == fake->full || fake->room == 0) {
        return EG_SENT_FULL;
    }
    if (message->verb == EG_VERB_ERROR) {
        cr_assert(fake->error_count < ERRORS_MAX);
        cr_assert_eq(eg_answer_read(&fake->errors[fake->error_count].text, message->body[0], NULL),
                     EG_OK);
        memcpy(fake->errors[fake->error_count++].id, message->request_id, message->request_id_len);
        return EG_SENT;
    }
    cr_assert_eq(message->verb, EG_VERB_ITEM);
    cr_assert(eg_item_body_read(&body, message, NULL));
    cr_assert(fake->sent_count < SENT_MAX);
    fake->room--;
    fake->sent[fake->sent_count].routing = routing.data[0];
    fake->sent[fake->sent_count].previous = body.previous;
    fake->sent[fake->sent_count].cursor = body.cursor;
    memcpy(fake->sent[fake->sent_count].id, message->request_id, message->request_id_len);
    fake->sent_count++;
    return EG_SENT;
}

static struct fake *fake_new(uint64_t size)
{
    struct fake *fake = calloc(1, sizeof *fake);
    cr_assert_not_null(fake);
    fake->recipient = "authority";
    fake->size = size;
    fake->octets = 10;
    fake->room = SIZE_MAX;
    return fake;
}

static struct eg_streams *streams_over(struct fake *fake)
{
    struct eg_streams *streams = NULL;
    const struct eg_stream_source source = {fake_next, fake_acked, fake_size, fake};
    cr_assert_eq(eg_streams_new(&streams, &source, NULL), EG_OK);
    return streams;
}

static struct eg_bytes route(const uint8_t *id)
{
    return (struct eg_bytes){id, 1};
}

static enum eg_code follow_as(struct eg_streams *streams, uint8_t id, const char *participant,
                              const char *stream, const char *cursor, uint32_t credit)
{
    struct eg_message request;
    struct eg_follow_body body = {.resume = cursor == NULL, .credit = credit};
    struct eg_wire_cursor from = {99, 99};
    enum eg_code code = EG_CODE_INTERNAL;
    eg_message_start(&request, EG_VERB_FOLLOW, eg_bytes_of("f1"));
    snprintf(body.stream, sizeof body.stream, "%s", stream);
    cr_assert(cursor == NULL || eg_cursor_untext(eg_bytes_of(cursor), &body.cursor));
    cr_assert_eq(
        eg_streams_follow(&code, &from, streams, route(&id), participant, &request, &body, NULL),
        EG_OK);
    return code;
}

static enum eg_code follow(struct eg_streams *streams, uint8_t id, const char *cursor,
                           uint32_t credit)
{
    return follow_as(streams, id, "authority", "authority", cursor, credit);
}

static bool pump(struct eg_streams *streams, struct fake *fake)
{
    bool more = eg_streams_pump(streams, SENT_MAX, fake_send, fake);
    return more;
}

static enum eg_code credit(struct eg_streams *streams, uint8_t id, const char *stream, uint32_t n)
{
    struct eg_credit_body body = {.credit = n};
    snprintf(body.stream, sizeof body.stream, "%s", stream);
    return eg_streams_credit(streams, route(&id), &body);
}

static struct eg_stream_ack ack(struct eg_streams *streams, const char *participant,
                                const char *stream, uint64_t index, uint32_t number)
{
    struct eg_cursor_body body = {.cursor = {index, number}};
    struct eg_stream_ack out = {.code = EG_CODE_INTERNAL};
    snprintf(body.stream, sizeof body.stream, "%s", stream);
    cr_assert_eq(eg_streams_ack(&out, streams, participant, &body, NULL), EG_OK);
    return out;
}

static void end(struct eg_streams *streams, struct fake *fake)
{
    eg_streams_free(&streams);
    cr_assert_null(streams);
    free(fake);
}

/* Rule 1 */

Test(streams, shows_nobody_a_stream_of_another)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow_as(streams, 1, "operator", "authority", NULL, 10), EG_CODE_STREAM);
    cr_assert_eq(follow_as(streams, 1, "operator", "nobody", NULL, 10), EG_CODE_STREAM);
    cr_assert_eq(follow_as(streams, 1, "public", "public", NULL, 10), EG_CODE_STREAM);
    cr_assert_eq(follow_as(streams, 1, "authority", "Authority", NULL, 10), EG_CODE_STREAM);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 0);
    cr_assert_eq(eg_streams_followers(streams), 0);
    end(streams, fake);
}

Test(streams, gives_an_operator_its_own_empty_mailbox)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow_as(streams, 1, "operator", "operator", NULL, 10), EG_CODE_OK);
    cr_assert(!pump(streams, fake));
    cr_assert_eq(fake->sent_count, 0);
    end(streams, fake);
}

Test(streams, refuses_an_ack_for_a_stream_of_another)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(ack(streams, "operator", "authority", 0, 0).code, EG_CODE_STREAM);
    end(streams, fake);
}

/* Rule 2 */

Test(streams, each_item_names_the_one_before_it)
{
    struct fake *fake = fake_new(50);
    struct eg_streams *streams = streams_over(fake);
    struct eg_wire_cursor last = {0, 0};
    fake->first = 3; /* entries 0 to 2 are package, directory, key */
    cr_assert_eq(follow(streams, 1, "0.0", 1000), EG_CODE_OK);
    cr_assert(!pump(streams, fake));
    cr_assert_eq(fake->sent_count, 47);
    for (size_t i = 0; i < fake->sent_count; i++) {
        cr_assert_eq(eg_cursor_compare(&fake->sent[i].previous, &last), 0);
        cr_assert_str_eq(fake->sent[i].id, "f1");
        last = fake->sent[i].cursor;
    }
    end(streams, fake);
}

Test(streams, goes_on_from_the_last_ack_or_from_the_cursor_given)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    fake->has_acked = true;
    fake->acked = (struct eg_wire_cursor){4, 1};
    cr_assert_eq(follow(streams, 1, NULL, 1), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent[0].previous.index, 4);
    cr_assert_eq(fake->sent[0].cursor.index, 5);
    cr_assert_eq(follow(streams, 1, "7.1", 1), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent[1].cursor.index, 8);
    cr_assert_eq(eg_streams_followers(streams), 1);
    end(streams, fake);
}

Test(streams, refuses_a_cursor_beyond_the_log)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "10.0", 1), EG_CODE_CURSOR_BEYOND);
    cr_assert_eq(follow(streams, 1, "18446744073709551615.1", 1), EG_CODE_CURSOR_BEYOND);
    cr_assert_eq(follow(streams, 1, "9.1", 1), EG_CODE_OK);
    fake->size = 0;
    cr_assert_eq(follow(streams, 1, "0.1", 1), EG_CODE_CURSOR_BEYOND);
    cr_assert_eq(follow(streams, 1, "0.0", 1), EG_CODE_OK);
    end(streams, fake);
}

/* Rule 3 */

Test(streams, a_slow_follower_loses_nothing)
{
    struct fake *fake = fake_new(2000);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 1000), EG_CODE_OK);
    for (int turn = 0; turn < 2000 && fake->sent_count < 2000; turn++) {
        fake->room = turn % 7 == 0 ? 0 : 3; /* EAGAIN again and again */
        pump(streams, fake);
        if (fake->sent_count > 0) {
            struct eg_wire_cursor last = fake->sent[fake->sent_count - 1].cursor;
            eg_streams_acked(streams, "authority", "authority", &last);
        }
        (void)credit(streams, 1, "authority", 3);
    }
    cr_assert_eq(fake->sent_count, 2000);
    for (size_t i = 0; i < 2000; i++) {
        cr_assert_eq(fake->sent[i].cursor.index, i);
    }
    end(streams, fake);
}

Test(streams, tells_that_more_is_left_when_the_transport_is_full)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    fake->full = 1;
    cr_assert(pump(streams, fake));
    cr_assert_eq(fake->sent_count, 0);
    fake->full = 0;
    cr_assert(!pump(streams, fake));
    cr_assert_eq(fake->sent_count, 5);
    end(streams, fake);
}

Test(streams, one_full_follower_does_not_stop_another)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    cr_assert_eq(follow(streams, 2, "0.0", 10), EG_CODE_OK);
    fake->full = 1;
    cr_assert(pump(streams, fake));
    cr_assert_eq(fake->sent_count, 5);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(fake->sent[i].routing, 2);
    }
    end(streams, fake);
}

Test(streams, forgets_a_follower_whose_connection_is_gone)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    cr_assert_eq(follow(streams, 2, "0.0", 10), EG_CODE_OK);
    fake->gone = 1;
    pump(streams, fake);
    cr_assert_eq(eg_streams_followers(streams), 1);
    cr_assert_eq(fake->sent_count, 5);
    end(streams, fake);
}

/* Rule 4 */

Test(streams, sends_no_more_than_the_credit)
{
    struct fake *fake = fake_new(100);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 0), EG_CODE_OK);
    cr_assert(!pump(streams, fake));
    cr_assert_eq(fake->sent_count, 0);
    cr_assert_eq(credit(streams, 1, "authority", 3), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3);
    end(streams, fake);
}

Test(streams, credit_never_grows_beyond_its_bound)
{
    struct fake *fake = fake_new(3000);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", EG_CREDIT_MAX), EG_CODE_OK);
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(credit(streams, 1, "authority", EG_CREDIT_MAX), EG_CODE_OK);
    }
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, EG_CREDIT_MAX);
    end(streams, fake);
}

Test(streams, credit_of_a_connection_that_follows_nothing_is_refused)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 1), EG_CODE_OK);
    cr_assert_eq(credit(streams, 2, "authority", 1), EG_CODE_STREAM);
    cr_assert_eq(credit(streams, 1, "operator", 1), EG_CODE_STREAM);
    end(streams, fake);
}

Test(streams, octets_out_without_ack_are_bounded)
{
    struct fake *fake = fake_new(100);
    struct eg_streams *streams = streams_over(fake);
    fake->octets = 16 * EG_MIB;
    cr_assert_eq(follow(streams, 1, "0.0", 100), EG_CODE_OK);
    cr_assert(!pump(streams, fake));
    cr_assert_eq(fake->sent_count, 4);
    cr_assert(eg_streams_octets(streams) >= EG_FOLLOWER_OCTETS_MAX);
    eg_streams_acked(streams, "authority", "authority", &(struct eg_wire_cursor){1, 1});
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 6);
    eg_streams_acked(streams, "authority", "authority", &(struct eg_wire_cursor){5, 1});
    cr_assert_eq(eg_streams_octets(streams), 0);
    end(streams, fake);
}

Test(streams, octets_of_a_dropped_follower_are_given_back)
{
    struct fake *fake = fake_new(100);
    struct eg_streams *streams = streams_over(fake);
    const uint8_t one = 1;
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_gt(eg_streams_octets(streams), 0);
    eg_streams_gone(streams, route(&one));
    cr_assert_eq(eg_streams_octets(streams), 0);
    cr_assert_eq(eg_streams_followers(streams), 0);
    end(streams, fake);
}

Test(streams, stops_after_the_number_of_items_asked_for)
{
    struct fake *fake = fake_new(100);
    struct eg_streams *streams = streams_over(fake);
    bool more = false;
    cr_assert_eq(follow(streams, 1, "0.0", 100), EG_CODE_OK);
    more = eg_streams_pump(streams, 7, fake_send, fake);
    cr_assert(more);
    cr_assert_eq(fake->sent_count, 7);
    end(streams, fake);
}

/* Rule 5 */

Test(streams, refuses_an_ack_beyond_what_was_sent)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 3), EG_CODE_OK);
    cr_assert_eq(ack(streams, "authority", "authority", 0, 1).code, EG_CODE_ACK_BEYOND);
    pump(streams, fake);
    cr_assert_eq(ack(streams, "authority", "authority", 2, 2).code, EG_CODE_ACK_BEYOND);
    cr_assert_eq(ack(streams, "authority", "authority", 3, 1).code, EG_CODE_ACK_BEYOND);
    struct eg_stream_ack good = ack(streams, "authority", "authority", 2, 1);
    cr_assert_eq(good.code, EG_CODE_OK);
    cr_assert(good.write);
    cr_assert_eq(good.cursor.index, 2);
    end(streams, fake);
}

Test(streams, a_cursor_given_at_follow_is_no_proof_that_it_was_sent)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "8.1", 0), EG_CODE_OK);
    cr_assert_eq(ack(streams, "authority", "authority", 8, 1).code, EG_CODE_ACK_BEYOND);
    end(streams, fake);
}

Test(streams, what_was_sent_on_a_lost_connection_may_be_acknowledged_on_the_next)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 5), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(follow(streams, 2, "4.1", 0), EG_CODE_OK);
    cr_assert_eq(ack(streams, "authority", "authority", 4, 1).code, EG_CODE_OK);
    end(streams, fake);
}

Test(streams, an_ack_of_what_is_durable_already_is_answered_at_once)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    fake->has_acked = true;
    fake->acked = (struct eg_wire_cursor){4, 1};
    struct eg_stream_ack old = ack(streams, "authority", "authority", 2, 1);
    cr_assert_eq(old.code, EG_CODE_OK);
    cr_assert(!old.write);
    cr_assert_eq(old.cursor.index, 4);
    end(streams, fake);
}

Test(streams, an_ack_of_what_is_durable_already_gives_its_octets_back)
{
    struct fake *fake = fake_new(10);
    struct eg_streams *streams = streams_over(fake);
    fake->has_acked = true; /* another connection of the participant was quicker */
    fake->acked = (struct eg_wire_cursor){9, 1};
    cr_assert_eq(follow(streams, 1, "0.0", 5), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_gt(eg_streams_octets(streams), 0);
    cr_assert(!ack(streams, "authority", "authority", 4, 1).write);
    cr_assert_eq(eg_streams_octets(streams), 0);
    end(streams, fake);
}

/* bounds and changes */

Test(streams, the_ninth_connection_of_a_participant_takes_the_place_of_the_oldest)
{
    struct fake *fake = fake_new(1);
    struct eg_streams *streams = streams_over(fake);
    for (uint8_t id = 1; id <= EG_FOLLOWERS_PER_PARTICIPANT_MAX; id++) {
        cr_assert_eq(follow(streams, id, "0.0", 0), EG_CODE_OK);
    }
    cr_assert_eq(credit(streams, 1, "authority", 1), EG_CODE_OK); /* 2 is the silent one now */
    cr_assert_eq(follow(streams, 100, "0.0", 0), EG_CODE_OK);
    cr_assert_eq(eg_streams_followers(streams), EG_FOLLOWERS_PER_PARTICIPANT_MAX);
    cr_assert_eq(credit(streams, 2, "authority", 1), EG_CODE_STREAM);
    cr_assert_eq(credit(streams, 1, "authority", 1), EG_CODE_OK);
    end(streams, fake);
}

Test(streams, too_many_followers_are_told_busy)
{
    struct fake *fake = fake_new(1);
    struct eg_streams *streams = streams_over(fake);
    char name[32] = "";
    uint8_t left = 3;
    for (int i = 0; i < EG_FOLLOWERS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        cr_assert_eq(follow_as(streams, i == 7 ? left : 1, name, name, NULL, 0), EG_CODE_OK);
    }
    cr_assert_eq(follow(streams, 2, NULL, 0), EG_CODE_BUSY);
    eg_streams_gone(streams, route(&left));
    cr_assert_eq(follow(streams, 2, NULL, 0), EG_CODE_OK);
    end(streams, fake);
}

Test(streams, nothing_new_is_asked_for_until_woken)
{
    struct fake *fake = fake_new(1);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    pump(streams, fake);
    fake->size = 2;
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 1);
    eg_streams_wake(streams, "operator");
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 1);
    eg_streams_wake(streams, "authority");
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 2);
    fake->size = 3;
    eg_streams_wake(streams, NULL);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3);
    end(streams, fake);
}

/* Rule 6 */

Test(streams, an_error_of_the_source_ends_the_follow_with_an_error_to_try_again_after)
{
    struct fake *fake = fake_new(3);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    fake->fails = EG_E_IO;
    pump(streams, fake);
    cr_assert_eq(fake->error_count, 1);
    cr_assert_eq(fake->errors[0].text.code, EG_CODE_ARCHIVE);
    cr_assert_gt(fake->errors[0].text.retry_after_ms, 0);
    cr_assert_str_eq(fake->errors[0].id, "f1");
    pump(streams, fake);
    eg_streams_wake(streams, NULL);
    pump(streams, fake);
    cr_assert_eq(fake->error_count, 1, "said once");
    fake->fails = EG_OK;
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 0, "nothing follows under a FOLLOW that ended");
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3);
    end(streams, fake);
}

Test(streams, memory_that_ran_out_is_busy_and_a_damaged_list_is_not_for_now)
{
    static const struct {
        enum eg_status fails;
        enum eg_code code;
    } rows[] = {{EG_E_NOMEM, EG_CODE_BUSY},
                {EG_E_FORMAT, EG_CODE_STREAM_DAMAGED},
                {EG_E_BUSY, EG_CODE_ARCHIVE},
                {EG_E_INTERNAL, EG_CODE_ARCHIVE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake *fake = fake_new(3);
        struct eg_streams *streams = streams_over(fake);
        cr_assert_eq(follow(streams, 1, "1.1", 10), EG_CODE_OK);
        fake->fails = rows[i].fails;
        pump(streams, fake);
        cr_assert_eq(fake->error_count, 1);
        cr_assert_eq(fake->errors[0].text.code, rows[i].code);
        cr_assert_str_eq(fake->errors[0].text.where, "1.1");
        end(streams, fake);
    }
}

Test(streams, a_damaged_item_is_named_once_and_ends_the_follow)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 3;
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    pump(streams, fake);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3, "those before it");
    cr_assert_eq(fake->error_count, 1);
    cr_assert_eq(fake->errors[0].text.code, EG_CODE_ITEM_DAMAGED);
    cr_assert_eq(fake->errors[0].text.retry_after_ms, 0);
    cr_assert_str_eq(fake->errors[0].text.where, "3.1");
    cr_assert_str_eq(fake->errors[0].text.text, "no such content");
    const struct eg_credit_body credit = {.stream = "authority", .credit = 10};
    const uint8_t id = 1;
    cr_assert_eq(eg_streams_credit(streams, route(&id), &credit), EG_CODE_OK,
                 "sent before the ERROR came");
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 3);
    cr_assert_eq(fake->error_count, 1);
    end(streams, fake);
}

Test(streams, following_again_from_before_a_damaged_item_gets_the_error_again)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 3;
    cr_assert_eq(follow(streams, 1, "2.1", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(follow(streams, 1, "2.1", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 0);
    cr_assert_eq(fake->error_count, 2);
    fake->damaged = 0; /* mended */
    cr_assert_eq(follow(streams, 1, "2.1", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 2);
    end(streams, fake);
}

static enum eg_code ack_as(struct eg_streams *streams, const char *cursor)
{
    struct eg_stream_ack ack = {.code = EG_CODE_INTERNAL};
    struct eg_cursor_body body = {.stream = "authority"};
    cr_assert(eg_cursor_untext(eg_bytes_of(cursor), &body.cursor));
    cr_assert_eq(eg_streams_ack(&ack, streams, "authority", &body, NULL), EG_OK);
    return ack.code;
}

Test(streams, the_ack_of_a_damaged_item_that_was_named_goes_on_behind_it)
{
    struct fake *fake = fake_new(6);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 3;
    cr_assert_eq(follow(streams, 1, "2.1", 10), EG_CODE_OK);
    cr_assert_eq(ack_as(streams, "3.1"), EG_CODE_ACK_BEYOND, "not named yet");
    pump(streams, fake);
    cr_assert_eq(ack_as(streams, "4.1"), EG_CODE_ACK_BEYOND, "nothing behind it");
    cr_assert_eq(ack_as(streams, "3.1"), EG_CODE_OK);
    cr_assert_eq(follow(streams, 1, "3.1", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 2);
    cr_assert_eq(fake->sent[0].previous.index, 3);
    cr_assert_eq(fake->sent[0].cursor.index, 4);
    end(streams, fake);
}

Test(streams, an_error_waits_for_credit_and_for_room_as_items_do)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 1;
    cr_assert_eq(follow(streams, 1, "0.1", 0), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->error_count, 0);
    cr_assert_eq(follow(streams, 1, "0.1", 1), EG_CODE_OK);
    fake->room = 0;
    cr_assert(pump(streams, fake), "there is something left");
    cr_assert_eq(fake->error_count, 0);
    cr_assert_eq(ack_as(streams, "1.1"), EG_CODE_ACK_BEYOND, "it was not said");
    fake->room = SIZE_MAX;
    pump(streams, fake);
    cr_assert_eq(fake->error_count, 1);
    end(streams, fake);
}

Test(streams, a_follower_that_went_before_its_error_is_forgotten)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 1;
    cr_assert_eq(follow(streams, 1, "0.1", 1), EG_CODE_OK);
    fake->gone = 1;
    pump(streams, fake);
    cr_assert_eq(eg_streams_followers(streams), 0);
    end(streams, fake);
}

Test(streams, a_damaged_item_holds_up_no_other_follower)
{
    struct fake *fake = fake_new(6);
    struct eg_streams *streams = streams_over(fake);
    fake->damaged = 2;
    cr_assert_eq(follow(streams, 1, "1.1", 10), EG_CODE_OK);
    cr_assert_eq(follow(streams, 2, "3.1", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->error_count, 1);
    cr_assert_eq(fake->sent_count, 2);
    cr_assert_eq(fake->sent[0].routing, 2);
    end(streams, fake);
}

Test(streams, a_damaged_cursor_of_its_own_is_told_to_whoever_relies_on_it)
{
    struct fake *fake = fake_new(5);
    struct eg_streams *streams = streams_over(fake);
    fake->acked_fails = EG_E_FORMAT;
    cr_assert_eq(follow(streams, 1, NULL, 10), EG_CODE_STREAM_DAMAGED);
    cr_assert_eq(eg_streams_followers(streams), 0);
    cr_assert_eq(follow(streams, 1, "1.1", 10), EG_CODE_OK, "who brings one goes on");
    pump(streams, fake);
    struct eg_stream_ack ack = {.code = EG_CODE_INTERNAL};
    const struct eg_cursor_body body = {.stream = "authority", .cursor = {2, 1}};
    cr_assert_eq(eg_streams_ack(&ack, streams, "authority", &body, NULL), EG_OK);
    cr_assert_eq(ack.code, EG_CODE_OK);
    cr_assert(ack.write, "and mends it");
    end(streams, fake);
}

Test(streams, two_followers_get_their_items_in_turns)
{
    struct fake *fake = fake_new(4);
    struct eg_streams *streams = streams_over(fake);
    cr_assert_eq(follow(streams, 1, "0.0", 10), EG_CODE_OK);
    cr_assert_eq(follow(streams, 2, "0.0", 10), EG_CODE_OK);
    pump(streams, fake);
    cr_assert_eq(fake->sent_count, 8);
    for (size_t i = 0; i + 1 < 8; i += 2) {
        cr_assert_neq(fake->sent[i].routing, fake->sent[i + 1].routing);
    }
    end(streams, fake);
}
