/*
 * The greeting with real peers: HELLO only, and no more tickets than there are.
 */
#include "intake/greeting.h"

#include "tests/support/curve_peer.h"

#include <criterion/criterion.h>
#include <string.h>

#define TURNS 300
#define TURN_MS 20

struct seen {
    size_t hellos;
    uint32_t ticket;
    char key[EG_CURVE_KEY_TEXT + 1];
    bool refuse; /* at once, from within the hook */
};

static struct eg_greeting *greeting;
static struct seen seen;
static struct curve_keys server, client;
static struct curve_peer peer;
static const char *const hello[] = {"text", "cms", NULL};

static void on_hello(void *payload, uint32_t ticket, const char *client_key, struct eg_bytes text,
                     struct eg_bytes cms)
{
    struct seen *into = payload;
    cr_assert(eg_bytes_is(text, "text"));
    cr_assert(eg_bytes_is(cms, "cms"));
    into->hellos++;
    into->ticket = ticket;
    memcpy(into->key, client_key, EG_CURVE_KEY_TEXT + 1);
    if (into->refuse) {
        struct eg_verdict verdict = {.code = EG_CODE_OK};
        eg_verdict_refuse(&verdict, EG_CODE_HELLO_TIME, "", "at", "off");
        eg_greeting_refuse(greeting, ticket, &verdict);
    }
}

static void setup(void)
{
    struct eg_greeting_hooks hooks = {&seen, on_hello};
    struct eg_error err = {0};
    memset(&seen, 0, sizeof seen);
    curve_keys_make(&server);
    curve_keys_make(&client);
    cr_assert_eq(eg_greeting_open(&greeting, "tcp://127.0.0.1:*", server.secret_key, &hooks, &err),
                 EG_OK, "%s", err.text);
    curve_peer_open(&peer, &client, server.public_key, eg_greeting_endpoint(greeting), NULL);
}

static void teardown(void)
{
    curve_peer_close(&peer);
    eg_greeting_close(&greeting);
    cr_assert_null(greeting);
}

TestSuite(greeting, .init = setup, .fini = teardown);

static void turn(void)
{
    eg_greeting_turn(greeting, NULL, NULL, 0, TURN_MS);
}

static bool heard(void)
{
    for (int i = 0; i < TURNS; i++) {
        turn();
        if (curve_peer_hear(&peer)) {
            return true;
        }
    }
    return false;
}

static void greet(size_t until)
{
    curve_peer_say(&peer, "HELLO", "id-1", hello);
    for (int i = 0; i < TURNS && seen.hellos < until; i++) {
        turn();
    }
    cr_assert_eq(seen.hellos, until);
}

Test(greeting, gives_on_a_hello_with_the_key_of_its_connection)
{
    greet(1);
    cr_assert_str_eq(seen.key, client.public_key);
    struct eg_bytes frames[] = {eg_bytes_of("a"), eg_bytes_of("b"), eg_bytes_of("c"),
                                eg_bytes_of("d")};
    eg_greeting_answer(greeting, seen.ticket, EG_VERB_WELCOME, frames, 4);
    cr_assert(heard());
    cr_assert_eq(peer.count, 7);
    cr_assert(curve_peer_frame_is(&peer, 1, "WELCOME"));
    cr_assert(curve_peer_frame_is(&peer, 2, "id-1"));
    cr_assert(curve_peer_frame_is(&peer, 6, "d"));
}

Test(greeting, answers_a_ticket_once)
{
    greet(1);
    struct eg_bytes frame = eg_bytes_of("a");
    eg_greeting_answer(greeting, seen.ticket, EG_VERB_ERROR, &frame, 1);
    eg_greeting_answer(greeting, seen.ticket, EG_VERB_ERROR, &frame, 1);
    cr_assert(heard());
    for (int i = 0; i < 5; i++) {
        turn();
        cr_assert_not(curve_peer_hear(&peer));
    }
}

Test(greeting, knows_no_ticket_it_did_not_give)
{
    struct eg_verdict verdict = {.code = EG_CODE_OK};
    struct eg_bytes frame = eg_bytes_of("a");
    eg_verdict_refuse(&verdict, EG_CODE_HELLO_TIME, "", "at", "off");
    greet(1);
    static const uint32_t others[] = {1, EG_GREETING_PENDING_MAX - 1, EG_GREETING_PENDING_MAX,
                                      UINT32_MAX};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        eg_greeting_answer(greeting, others[i], EG_VERB_ERROR, &frame, 1);
        eg_greeting_refuse(greeting, others[i], &verdict);
    }
    for (int i = 0; i < 5; i++) {
        turn();
        cr_assert_not(curve_peer_hear(&peer));
    }
}

Test(greeting, may_be_refused_from_within_the_hook_as_often_as_one_likes)
{
    seen.refuse = true;
    for (size_t i = 1; i <= EG_GREETING_PENDING_MAX + 5; i++) {
        greet(i);
        cr_assert(heard());
        cr_assert(curve_peer_frame_is(&peer, 1, "UNAUTHENTICATED"));
        cr_assert(curve_peer_frame_has(&peer, 3, "hello-time"));
        cr_assert_eq(seen.ticket, 0, "the ticket came back");
    }
}

Test(greeting, with_all_tickets_out_is_busy_and_goes_on_when_one_comes_back)
{
    for (size_t i = 1; i <= EG_GREETING_PENDING_MAX; i++) {
        greet(i);
    }
    curve_peer_say(&peer, "HELLO", "id-2", hello);
    cr_assert(heard());
    cr_assert(curve_peer_frame_is(&peer, 1, "ERROR"));
    cr_assert(curve_peer_frame_is(&peer, 2, "id-2"));
    cr_assert(curve_peer_frame_has(&peer, 3, "busy"));
    cr_assert_eq(seen.hellos, EG_GREETING_PENDING_MAX);
    struct eg_bytes frame = eg_bytes_of("a");
    eg_greeting_answer(greeting, 7, EG_VERB_ERROR, &frame, 1);
    greet(EG_GREETING_PENDING_MAX + 1);
    cr_assert_eq(seen.ticket, 7);
}

Test(greeting, takes_no_other_verb)
{
    curve_peer_say(&peer, "PING", "id-1", NULL);
    cr_assert(heard());
    cr_assert(curve_peer_frame_has(&peer, 3, "malformed"));
    curve_peer_say(&peer, "SUBMIT", "id-2", hello);
    cr_assert(heard());
    cr_assert(curve_peer_frame_has(&peer, 3, "malformed"));
    cr_assert_eq(seen.hellos, 0);
}

Test(greeting, takes_no_hello_without_signature)
{
    static const char *const half[] = {"text", NULL};
    curve_peer_say(&peer, "HELLO", "id-1", half);
    cr_assert(heard());
    cr_assert(curve_peer_frame_has(&peer, 3, "malformed"));
    cr_assert_eq(seen.hellos, 0);
}

Test(greeting, bears_a_peer_that_left_before_its_answer)
{
    greet(1);
    curve_peer_close(&peer);
    for (int i = 0; i < 10; i++) {
        turn();
    }
    struct eg_bytes frame = eg_bytes_of("a");
    eg_greeting_answer(greeting, seen.ticket, EG_VERB_ERROR, &frame, 1);
}
