/*
 * Frames between the main process and the door, over a real socket pair. The door may be in a
 * stranger's hands: whatever it sends is read whole or refused, and never waited for without end.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "flow/daemon/handshake_process.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHORT_MS 50

static int pair[2] = {-1, -1};

static void setup(void)
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

static void teardown(void)
{
    for (int i = 0; i < 2; i++) {
        if (pair[i] >= 0) {
            close(pair[i]);
        }
    }
}

TestSuite(door_frames, .init = setup, .fini = teardown);

static void put(const void *octets, size_t len)
{
    cr_assert_eq(send(pair[0], octets, len, MSG_NOSIGNAL), (ssize_t)len);
}

static enum eg_status receive(struct eg_handshake_message *out, struct eg_error *err)
{
    return eg_handshake_receive(out, pair[1], EG_HANDSHAKE_WORD_MAX, SHORT_MS, err);
}

static void refused(enum eg_status expected)
{
    struct eg_handshake_message message = {.part_count = 77};
    struct eg_error err = {0};
    cr_assert_eq(receive(&message, &err), expected, "%s", err.text);
    cr_assert_eq(message.part_count, 77, "the output was touched");
    cr_assert_neq(err.text[0], '\0');
}

Test(door_frames, come_as_they_were_sent)
{
    struct eg_bytes parts[] = {eg_bytes_of("one"), EG_BYTES_NONE, eg_bytes_of("three")};
    struct eg_handshake_message message;
    struct eg_error err = {0};
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_GREETED, parts, 3, SHORT_MS, &err), EG_OK);
    cr_assert_eq(receive(&message, &err), EG_OK, "%s", err.text);
    cr_assert_eq(message.type, EG_HANDSHAKE_GREETED);
    cr_assert_eq(message.part_count, 3);
    cr_assert(eg_bytes_is(message.parts[0], "one"));
    cr_assert_eq(message.parts[1].len, 0);
    cr_assert(eg_bytes_is(message.parts[2], "three"));
    eg_handshake_message_done(&message);
}

Test(door_frames, may_have_no_parts_and_as_many_as_there_is_room)
{
    struct eg_bytes parts[EG_HANDSHAKE_PARTS_MAX];
    struct eg_handshake_message message;
    struct eg_error err = {0};
    for (size_t i = 0; i < EG_HANDSHAKE_PARTS_MAX; i++) {
        parts[i] = eg_bytes_of("p");
    }
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_READY, NULL, 0, SHORT_MS, &err), EG_OK);
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_READY, parts, EG_HANDSHAKE_PARTS_MAX,
                                   SHORT_MS, &err),
                 EG_OK);
    cr_assert_eq(receive(&message, &err), EG_OK, "%s", err.text);
    cr_assert_eq(message.part_count, 0);
    eg_handshake_message_done(&message);
    cr_assert_eq(receive(&message, &err), EG_OK, "%s", err.text);
    cr_assert_eq(message.part_count, EG_HANDSHAKE_PARTS_MAX);
    eg_handshake_message_done(&message);
}

Test(door_frames, with_one_part_too_many_are_refused)
{
    struct eg_bytes parts[EG_HANDSHAKE_PARTS_MAX + 1] = {EG_BYTES_NONE};
    struct eg_error err = {0};
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_READY, parts, EG_HANDSHAKE_PARTS_MAX + 1,
                                   SHORT_MS, &err),
                 EG_OK);
    refused(EG_E_FORMAT);
}

Test(door_frames, with_one_to_three_octets_behind_the_parts_are_refused)
{
    for (uint8_t rest = 1; rest < 4; rest++) {
        uint8_t frame[] = {
            EG_HANDSHAKE_GREETED, 0, 0, 0, (uint8_t)(5 + rest), 0, 0, 0, 1, 'a', 0, 0, 0};
        put(frame, 10U + rest);
        refused(EG_E_FORMAT);
    }
}

Test(door_frames, whose_part_is_longer_than_the_frame_are_refused)
{
    static const uint8_t by_one[] = {EG_HANDSHAKE_GREETED, 0, 0, 0, 6, 0, 0, 0, 3, 'a', 'b'};
    static const uint8_t by_all[] = {EG_HANDSHAKE_GREETED, 0, 0, 0, 5, 255, 255, 255, 255, 'a'};
    put(by_one, sizeof by_one);
    refused(EG_E_FORMAT);
    put(by_all, sizeof by_all);
    refused(EG_E_FORMAT);
}

Test(door_frames, above_the_limit_are_refused_before_memory_is_taken)
{
    static const uint8_t over[] = {EG_HANDSHAKE_GREETED, 0, 1, 0, 1}; /* 65,537 octets follow */
    static const uint8_t huge[] = {EG_HANDSHAKE_GREETED, 255, 255, 255, 255};
    put(over, sizeof over);
    refused(EG_E_LIMIT);
    put(huge, sizeof huge);
    refused(EG_E_LIMIT);
}

Test(door_frames, at_the_limit_are_taken)
{
    struct eg_buf largest;
    struct eg_handshake_message message;
    struct eg_error err = {0};
    eg_buf_init(&largest, EG_HANDSHAKE_WORD_MAX);
    memset(eg_buf_reserve(&largest, EG_HANDSHAKE_WORD_MAX - 4), 'x', EG_HANDSHAKE_WORD_MAX - 4);
    largest.len = EG_HANDSHAKE_WORD_MAX - 4;
    struct eg_bytes part = eg_bytes_view(&largest);
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_READY, &part, 1, SHORT_MS, &err), EG_OK);
    cr_assert_eq(receive(&message, &err), EG_OK, "%s", err.text);
    cr_assert_eq(message.parts[0].len, EG_HANDSHAKE_WORD_MAX - 4);
    eg_handshake_message_done(&message);
    eg_buf_done(&largest);
}

Test(door_frames, cut_short_are_told_from_an_end)
{
    static const uint8_t head[] = {EG_HANDSHAKE_GREETED, 0, 0};
    put(head, sizeof head);
    close(pair[0]);
    pair[0] = -1;
    refused(EG_E_NOTFOUND);
}

Test(door_frames, of_which_half_comes_are_not_waited_for_without_end)
{
    static const uint8_t half[] = {EG_HANDSHAKE_GREETED, 0, 0, 0, 9, 0};
    int64_t before_ms = eg_clock_boot_ms();
    put(half, sizeof half);
    refused(EG_E_TIMEOUT);
    cr_assert_geq(eg_clock_boot_ms() - before_ms, SHORT_MS);
    refused(EG_E_TIMEOUT); /* and nothing at all */
}

Test(door_frames, nobody_reads_are_given_up)
{
    struct eg_error err = {0};
    struct eg_bytes part = eg_bytes_of("a word that fills the socket's room in the end");
    enum eg_status status = EG_OK;
    while (status == EG_OK && eg_handshake_has_room(pair[0])) {
        status = eg_handshake_send(pair[0], EG_HANDSHAKE_REFUSED, &part, 1, SHORT_MS, &err);
    }
    cr_assert_eq(status, EG_OK, "there was room, and a small frame did not go: %s", err.text);
    while (status == EG_OK) {
        status = eg_handshake_send(pair[0], EG_HANDSHAKE_REFUSED, &part, 1, SHORT_MS, &err);
    }
    cr_assert_eq(status, EG_E_TIMEOUT, "%s", err.text);
}

Test(door_frames, to_a_closed_end_are_an_error_without_a_signal)
{
    struct eg_error err = {0};
    close(pair[1]);
    pair[1] = -1;
    cr_assert_eq(eg_handshake_send(pair[0], EG_HANDSHAKE_READY, NULL, 0, SHORT_MS, &err), EG_E_IO);
    cr_assert_neq(err.text[0], '\0');
}

static void *write_slowly(void *unused)
{
    static const uint8_t frame[] = {EG_HANDSHAKE_READY, 0, 0, 0, 6, 0, 0, 0, 2, 'o', 'k'};
    (void)unused;
    for (size_t i = 0; i < sizeof frame; i++) {
        struct timespec pause = {0, 1000000};
        put(frame + i, 1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

Test(door_frames, that_come_octet_by_octet_are_read_whole)
{
    pthread_t thread;
    struct eg_handshake_message message;
    struct eg_error err = {0};
    cr_assert_eq(pthread_create(&thread, NULL, write_slowly, NULL), 0);
    enum eg_status status =
        eg_handshake_receive(&message, pair[1], EG_HANDSHAKE_WORD_MAX, 10000, &err);
    pthread_join(thread, NULL);
    cr_assert_eq(status, EG_OK, "%s", err.text);
    cr_assert(eg_bytes_is(message.parts[0], "ok"));
    eg_handshake_message_done(&message);
}

/* ---- without waiting --------------------------------------------------------------------------
 */

static struct eg_buf in;

static enum eg_status next(struct eg_handshake_message *out, size_t max)
{
    struct eg_error err = {0};
    enum eg_status status = eg_handshake_pull(&in, pair[1], max + EG_HANDSHAKE_HEAD_LEN, &err);
    return status == EG_OK ? eg_handshake_next(out, &in, max, &err) : status;
}

static void next_is(enum eg_status expected, size_t max)
{
    struct eg_handshake_message message = {.part_count = 77};
    cr_assert_eq(next(&message, max), expected);
    cr_assert_eq(message.part_count, 77, "the output was touched");
}

static void setup_in(void)
{
    setup();
    eg_buf_init(&in, EG_HANDSHAKE_WORD_MAX + EG_HANDSHAKE_HEAD_LEN);
}

static void teardown_in(void)
{
    eg_buf_done(&in);
    teardown();
}

TestSuite(door_frames_kept, .init = setup_in, .fini = teardown_in);

Test(door_frames_kept, come_one_after_the_other)
{
    struct eg_buf out;
    struct eg_error err = {0};
    struct eg_handshake_message message;
    struct eg_bytes parts[] = {eg_bytes_of("7"), EG_BYTES_NONE};
    size_t done = 0;
    eg_buf_init(&out, EG_HANDSHAKE_WORD_MAX);
    eg_handshake_frame(&out, EG_HANDSHAKE_BEAT, parts, 1);
    eg_handshake_frame(&out, EG_HANDSHAKE_ALIVE, parts, 2);
    eg_handshake_frame(&out, EG_HANDSHAKE_READY, NULL, 0);
    cr_assert_eq(eg_handshake_push(pair[0], eg_bytes_view(&out), &done, &err), EG_OK, "%s",
                 err.text);
    cr_assert_eq(done, out.len);
    cr_assert_eq(next(&message, EG_HANDSHAKE_WORD_MAX), EG_OK);
    cr_assert(message.type == EG_HANDSHAKE_BEAT && message.part_count == 1 &&
              eg_bytes_is(message.parts[0], "7"));
    eg_handshake_message_done(&message);
    cr_assert_eq(next(&message, EG_HANDSHAKE_WORD_MAX), EG_OK);
    cr_assert(message.type == EG_HANDSHAKE_ALIVE && message.part_count == 2);
    eg_handshake_message_done(&message);
    cr_assert_eq(next(&message, EG_HANDSHAKE_WORD_MAX), EG_OK);
    cr_assert(message.type == EG_HANDSHAKE_READY && message.part_count == 0);
    eg_handshake_message_done(&message);
    next_is(EG_E_BUSY, EG_HANDSHAKE_WORD_MAX);
    eg_buf_done(&out);
}

Test(door_frames_kept, octet_by_octet_are_whole_at_the_last_one)
{
    static const uint8_t frame[] = {EG_HANDSHAKE_READY, 0, 0, 0, 6, 0, 0, 0, 2, 'o', 'k'};
    struct eg_handshake_message message;
    for (size_t i = 0; i + 1 < sizeof frame; i++) {
        put(frame + i, 1);
        next_is(EG_E_BUSY, EG_HANDSHAKE_WORD_MAX);
    }
    put(frame + sizeof frame - 1, 1);
    cr_assert_eq(next(&message, EG_HANDSHAKE_WORD_MAX), EG_OK);
    cr_assert(eg_bytes_is(message.parts[0], "ok"));
    eg_handshake_message_done(&message);
}

Test(door_frames_kept, above_the_limit_are_refused_by_their_head)
{
    static const uint8_t over[] = {EG_HANDSHAKE_GREETED, 0, 1, 0, 1};
    put(over, sizeof over);
    next_is(EG_E_LIMIT, EG_HANDSHAKE_WORD_MAX);
}

Test(door_frames_kept, at_the_limit_are_taken)
{
    static uint8_t frame[EG_HANDSHAKE_HEAD_LEN + 100] = {
        EG_HANDSHAKE_GREETED, 0, 0, 0, 100, 0, 0, 0, 96};
    struct eg_handshake_message message;
    put(frame, sizeof frame);
    cr_assert_eq(next(&message, 100), EG_OK);
    cr_assert_eq(message.parts[0].len, 96);
    eg_handshake_message_done(&message);
}

Test(door_frames_kept, whose_parts_do_not_fit_are_refused)
{
    static const uint8_t bad[] = {EG_HANDSHAKE_GREETED, 0, 0, 0, 5, 255, 255, 255, 255, 'a'};
    put(bad, sizeof bad);
    next_is(EG_E_FORMAT, EG_HANDSHAKE_WORD_MAX);
}

Test(door_frames_kept, of_a_closed_end_are_an_error)
{
    struct eg_error err = {0};
    size_t done = 0;
    static const uint8_t half[] = {EG_HANDSHAKE_GREETED, 0};
    put(half, sizeof half);
    close(pair[0]);
    pair[0] = -1;
    next_is(EG_E_NOTFOUND, EG_HANDSHAKE_WORD_MAX);
    cr_assert_eq(eg_handshake_push(pair[1], eg_bytes_of("x"), &done, &err), EG_E_IO);
    cr_assert_eq(done, 0);
}

/* CONFIG to a door that is stopped: what does not go at once goes later, from where it ended. */
Test(door_frames_kept, are_sent_as_far_as_they_are_taken)
{
    struct eg_buf out;
    struct eg_error err = {0};
    size_t done = 0;
    size_t got = 0;
    static uint8_t octets[65536];
    eg_buf_init(&out, 8 * EG_MIB);
    uint8_t *into = eg_buf_reserve(&out, 4 * EG_MIB);
    for (size_t i = 0; i < 4 * EG_MIB; i++) {
        into[i] = (uint8_t)(i % 251);
    }
    out.len = 4 * EG_MIB;
    while (got < out.len) {
        size_t before = done;
        cr_assert_eq(eg_handshake_push(pair[0], eg_bytes_view(&out), &done, &err), EG_OK);
        cr_assert(done > before || done == out.len);
        ssize_t len = recv(pair[1], octets, sizeof octets, 0);
        cr_assert_gt(len, 0);
        cr_assert_arr_eq(octets, out.data + got, (size_t)len);
        got += (size_t)len;
    }
    eg_buf_done(&out);
}
