/*
 * The outer form of messages: conditions (1) to (5) of gateway/wire/message.c, each broken alone.
 */
#include "wire/message.h"

#include <criterion/criterion.h>
#include <string.h>

static struct eg_bytes text(const char *s)
{
    return eg_bytes_of(s);
}

/* Read a message of n text frames. */
static bool reads(struct eg_message *out, const char **why, size_t n, const char *const *frames)
{
    struct eg_bytes views[64];
    cr_assert(n <= 64);
    for (size_t i = 0; i < n; i++) {
        views[i] = text(frames[i]);
    }
    return eg_message_read(out, views, n, why);
}

static void refuses(const char *reason, size_t n, const char *const *frames)
{
    struct eg_message message;
    const char *why = NULL;
    cr_assert(!reads(&message, &why, n, frames));
    cr_assert_not_null(why);
    cr_assert_str_eq(why, reason);
}

Test(message, reads_every_verb_with_fewest_and_most_frames)
{
    static const size_t bounds[][2] = {
#define BOUNDS(name, word, min, max) {min, max},
        EG_VERBS(BOUNDS)
#undef BOUNDS
    };
    for (unsigned verb = 0; verb < EG_VERB_COUNT; verb++) {
        for (size_t n = bounds[verb][0]; n <= bounds[verb][1]; n++) {
            const char *frames[16] = {
                "EMX1", eg_verb_text((enum eg_verb)verb), "r", "b", "b", "b", "b", "b", "b", "b"};
            struct eg_message message;
            cr_assert(reads(&message, NULL, 3 + n, frames));
            cr_assert_eq(message.verb, verb);
            cr_assert_eq(message.body_count, n);
        }
    }
}

Test(message, refuses_one_body_frame_more_or_less_than_the_verb_has)
{
    static const size_t bounds[][2] = {
#define BOUNDS(name, word, min, max) {min, max},
        EG_VERBS(BOUNDS)
#undef BOUNDS
    };
    for (unsigned verb = 0; verb < EG_VERB_COUNT; verb++) {
        const char *frames[16] = {
            "EMX1", eg_verb_text((enum eg_verb)verb), "r", "b", "b", "b", "b", "b", "b", "b", "b"};
        refuses("more body frames than the verb has", 3 + bounds[verb][1] + 1, frames);
        if (bounds[verb][0] > 0) {
            refuses("fewer body frames than the verb has", 3 + bounds[verb][0] - 1, frames);
        }
    }
}

Test(message, refuses_no_frames_at_all)
{
    struct eg_message message;
    const char *why = NULL;
    cr_assert(!eg_message_read(&message, NULL, 0, &why));
    cr_assert_str_eq(why, "fewer than three frames");
}

Test(message, refuses_two_frames)
{
    refuses("fewer than three frames", 2, (const char *[]){"EMX1", "PING"});
}

Test(message, refuses_more_frames_than_any_message_has)
{
    const char *frames[EG_FRAMES_MAX + 1];
    for (size_t i = 0; i <= EG_FRAMES_MAX; i++) {
        frames[i] = "EMX1";
    }
    refuses("more frames than any message has", EG_FRAMES_MAX + 1, frames);
}

Test(message, refuses_another_protocol)
{
    refuses("the first frame is not EMX1", 3, (const char *[]){"EMX2", "PING", "r"});
    refuses("the first frame is not EMX1", 3, (const char *[]){"emx1", "PING", "r"});
    refuses("the first frame is not EMX1", 3, (const char *[]){"EMX", "PING", "r"});
    refuses("the first frame is not EMX1", 3, (const char *[]){"EMX11", "PING", "r"});
    refuses("the first frame is not EMX1", 3, (const char *[]){"", "PING", "r"});
}

Test(message, refuses_an_unknown_verb_and_keeps_the_request_id)
{
    struct eg_message message;
    const char *why = NULL;
    cr_assert(!reads(&message, &why, 3, (const char *[]){"EMX1", "SHOUT", "id-7"}));
    cr_assert_str_eq(why, "unknown verb");
    cr_assert_eq(message.request_id_len, 4);
    cr_assert(memcmp(message.request_id, "id-7", 4) == 0);
}

Test(message, refuses_a_verb_in_lower_case_or_with_an_octet_more)
{
    refuses("unknown verb", 3, (const char *[]){"EMX1", "ping", "r"});
    refuses("unknown verb", 3, (const char *[]){"EMX1", "PING ", "r"});
    refuses("unknown verb", 3, (const char *[]){"EMX1", "", "r"});
}

Test(message, takes_a_request_id_of_one_and_of_32_octets_and_refuses_0_and_33)
{
    struct eg_message message;
    uint8_t id[33];
    memset(id, 0xff, sizeof id);
    for (size_t len = 0; len <= 33; len++) {
        struct eg_bytes frames[3] = {text("EMX1"), text("PING"), {id, len}};
        bool fits = len >= 1 && len <= 32;
        cr_assert_eq(eg_message_read(&message, frames, 3, NULL), fits, "%zu octets", len);
        cr_assert_eq(message.request_id_len, fits ? len : 0);
    }
}

Test(message, writes_the_frames_that_it_read)
{
    const char *words[] = {"EMX1", "SUBMIT", "42", "cms", "report", "evidence"};
    struct eg_message message;
    struct eg_bytes out[EG_FRAMES_MAX];
    cr_assert(reads(&message, NULL, 6, words));
    cr_assert_eq(eg_message_frames(out, &message), 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert(eg_bytes_is(out[i], words[i]));
    }
}

Test(message, answers_under_the_same_request_id)
{
    struct eg_message request;
    struct eg_message answer;
    struct eg_bytes out[EG_FRAMES_MAX];
    cr_assert(reads(&request, NULL, 3, (const char *[]){"EMX1", "PING", "id-7"}));
    eg_message_answer(&answer, &request, EG_VERB_PONG);
    eg_message_add(&answer, text("pong"));
    cr_assert_eq(eg_message_frames(out, &answer), 4);
    cr_assert(eg_bytes_is(out[1], "PONG"));
    cr_assert(eg_bytes_is(out[2], "id-7"));
}

Test(message, answers_a_request_without_readable_id_under_a_dash)
{
    struct eg_message request;
    struct eg_message answer;
    struct eg_bytes out[EG_FRAMES_MAX];
    cr_assert(!reads(&request, NULL, 3, (const char *[]){"EMX1", "PING", ""}));
    eg_message_answer(&answer, &request, EG_VERB_ERROR);
    eg_message_add(&answer, text("text"));
    cr_assert_eq(eg_message_frames(out, &answer), 4);
    cr_assert(eg_bytes_is(out[2], "-"));
}
