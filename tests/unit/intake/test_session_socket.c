/*
 * The hall with real peers: who is not admitted does not get in, and whoever is in is checked for
 * form, admission and rate before anyone sees the message.
 */
#include "intake/session_socket.h"

#include "base/clock.h"
#include "tests/support/curve_peer.h"

#include <criterion/criterion.h>
#include <string.h>

#define TURNS 300
#define TURN_MS 20
#define RATE 20

struct seen {
    size_t messages, refusals, strays;
    enum eg_code refused;
    char refused_key[EG_CURVE_KEY_TEXT + 1];
    char participant[EG_ID_MAX + 1];
    struct eg_route route;
    struct eg_message message; /* bodies are gone */
};

static struct eg_session_socket *hall;
static struct seen seen;
static struct curve_keys server, operator_keys;
static struct curve_peer peer;
static const struct eg_digest certificate;

static void on_message(void *payload, const struct eg_arrival *arrival,
                       const struct eg_admitted *admitted)
{
    struct seen *into = payload;
    into->messages++;
    into->route = arrival->route;
    into->message = arrival->message;
    into->message.body_count = 0;
    memcpy(into->participant, admitted->participant, sizeof into->participant);
}

static void on_refused(void *payload, const char *key, const char *address, enum eg_code code)
{
    struct seen *into = payload;
    cr_assert_str_eq(address, "127.0.0.1");
    into->refusals++;
    into->refused = code;
    memcpy(into->refused_key, key, EG_CURVE_KEY_TEXT + 1);
}

static void on_stray(void *payload, const char *key, const char *address)
{
    struct seen *into = payload;
    cr_assert_eq(strlen(key), EG_CURVE_KEY_TEXT);
    cr_assert_str_eq(address, "127.0.0.1");
    into->strays++;
}

static void admit(const struct curve_keys *keys, const char *participant, int64_t for_ms)
{
    struct eg_error err = {0};
    int64_t now_ms = eg_clock_boot_ms();
    cr_assert_eq(eg_admission_put(eg_session_socket_admission(hall), keys->public_key, participant,
                                  &certificate, now_ms + for_ms, now_ms, &err),
                 EG_OK, "%s", err.text);
}

static void setup(void)
{
    struct eg_error err = {0};
    memset(&seen, 0, sizeof seen);
    curve_keys_make(&server);
    curve_keys_make(&operator_keys);
    struct eg_session_socket_settings settings = {
        .bind = "tcp://127.0.0.1:*",
        .secret = server.secret_key,
        .report_max = 1024,
        .admissions = 16,
        .rate = RATE,
        .hooks = {&seen, on_message, on_refused, on_stray}};
    cr_assert_eq(eg_session_socket_open(&hall, &settings, &err), EG_OK, "%s", err.text);
}

static void teardown(void)
{
    curve_peer_close(&peer);
    eg_session_socket_close(&hall);
    cr_assert_null(hall);
}

TestSuite(hall, .init = setup, .fini = teardown);

static void open_peer(const char *routing_id)
{
    curve_peer_open(&peer, &operator_keys, server.public_key, eg_session_socket_endpoint(hall),
                    routing_id);
}

static void turn(void)
{
    eg_session_socket_turn(hall, NULL, NULL, 0, TURN_MS);
}

static bool heard(struct curve_peer *by)
{
    for (int i = 0; i < TURNS; i++) {
        turn();
        if (curve_peer_hear(by)) {
            return true;
        }
    }
    return false;
}

static void answered(const char *verb, const char *id, const char *code)
{
    cr_assert(heard(&peer), "no answer");
    cr_assert_eq(peer.count, 4);
    cr_assert(curve_peer_frame_is(&peer, 1, verb), "%s", peer.frame[1]);
    cr_assert(curve_peer_frame_is(&peer, 2, id), "%s", peer.frame[2]);
    cr_assert(curve_peer_frame_has(&peer, 3, code), "%s", peer.frame[3]);
}

Test(hall, gives_on_what_an_admitted_participant_says)
{
    admit(&operator_keys, "operator", 60000);
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    cr_assert_eq(seen.messages, 1);
    cr_assert_str_eq(seen.participant, "operator");
    cr_assert_eq(seen.message.verb, EG_VERB_PING);
    struct eg_message answer;
    eg_message_answer(&answer, &seen.message, EG_VERB_PONG);
    eg_message_add(&answer, eg_bytes_of("text"));
    cr_assert_eq(eg_session_socket_send(hall, &seen.route, &answer), EG_OK);
    cr_assert(heard(&peer));
    cr_assert(curve_peer_frame_is(&peer, 1, "PONG"));
    cr_assert(curve_peer_frame_is(&peer, 2, "id-1"));
}

Test(hall, refuses_a_strangers_handshake_and_says_whose)
{
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
    bool refused = false;
    for (int i = 0; i < TURNS && !refused; i++) {
        turn();
        refused = curve_peer_refused(&peer);
    }
    cr_assert(refused);
    cr_assert_eq(seen.refusals, 1);
    cr_assert_eq(seen.refused, EG_CODE_NOT_ADMITTED);
    cr_assert_str_eq(seen.refused_key, operator_keys.public_key);
    cr_assert_eq(seen.messages, 0);
}

Test(hall, refuses_the_handshake_of_an_admission_that_is_over)
{
    admit(&operator_keys, "operator", -1);
    open_peer(NULL);
    for (int i = 0; i < TURNS && seen.refusals == 0; i++) {
        turn();
    }
    cr_assert_eq(seen.refused, EG_CODE_GREET_AGAIN);
}

Test(hall, asks_to_greet_again_when_the_admission_ends_during_the_connection)
{
    admit(&operator_keys, "operator", 60000);
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    eg_admission_find(eg_session_socket_admission(hall), operator_keys.public_key)->ended = true;
    curve_peer_say(&peer, "PING", "id-2", NULL);
    answered("ERROR", "id-2", "greet-again");
    cr_assert_eq(seen.messages, 1);
}

Test(hall, asks_to_greet_again_when_time_is_over)
{
    admit(&operator_keys, "operator", 60000);
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    eg_admission_find(eg_session_socket_admission(hall), operator_keys.public_key)->until_ms = 1;
    curve_peer_say(&peer, "PING", "id-2", NULL);
    answered("ERROR", "id-2", "greet-again");
}

static void say_frames(const char *const *frames, size_t count)
{
    admit(&operator_keys, "operator", 60000);
    open_peer(NULL);
    cr_assert(curve_peer_send(&peer, frames, count));
}

Test(hall, calls_another_protocol_malformed)
{
    const char *const frames[] = {"EMX2", "PING", "id-1"};
    say_frames(frames, 3);
    cr_assert(heard(&peer));
    cr_assert(curve_peer_frame_has(&peer, 3, "malformed"));
    cr_assert_eq(seen.messages, 0);
}

Test(hall, calls_an_unknown_verb_malformed)
{
    const char *const frames[] = {EG_PROTOCOL_NAME, "SHOUT", "id-1"};
    say_frames(frames, 3);
    answered("ERROR", "id-1", "malformed");
}

Test(hall, calls_a_message_of_one_frame_malformed)
{
    const char *const frames[] = {EG_PROTOCOL_NAME};
    say_frames(frames, 1);
    answered("ERROR", "-", "malformed");
}

Test(hall, calls_missing_bodies_malformed)
{
    const char *const frames[] = {EG_PROTOCOL_NAME, "SUBMIT", "id-1", "only one"};
    say_frames(frames, 4);
    answered("ERROR", "id-1", "malformed");
}

Test(hall, calls_too_many_frames_malformed_and_takes_the_next_message_whole)
{
    const char *frames[14] = {EG_PROTOCOL_NAME, "PING", "id-1"};
    for (size_t i = 3; i < 14; i++) {
        frames[i] = "x";
    }
    say_frames(frames, 14);
    answered("ERROR", "id-1", "malformed");
    cr_assert_eq(seen.messages, 0);
    curve_peer_say(&peer, "PING", "id-2", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    cr_assert_eq(seen.messages, 1);
}

Test(hall, tells_who_is_too_fast)
{
    admit(&operator_keys, "operator", 60000);
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-0", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    for (int i = 0; i < 3 * RATE; i++) {
        curve_peer_say(&peer, "PING", "id-n", NULL);
    }
    answered("ERROR", "id-n", "rate");
    cr_assert_lt(seen.messages, 3 * RATE);
}

Test(hall, does_not_serve_a_routing_id_that_the_client_chose)
{
    admit(&operator_keys, "operator", 60000);
    open_peer("victim");
    curve_peer_say(&peer, "PING", "id-1", NULL);
    for (int i = 0; i < 25; i++) {
        turn();
        cr_assert_not(curve_peer_hear(&peer));
    }
    cr_assert_eq(seen.messages, 0);
    cr_assert_eq(seen.strays, 1);
}

Test(hall, lets_no_second_key_take_over_a_routing_id)
{
    struct curve_keys other;
    struct curve_peer thief;
    curve_keys_make(&other);
    admit(&operator_keys, "operator", 60000);
    admit(&other, "authority", 60000);
    open_peer(NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
    for (int i = 0; i < TURNS && seen.messages == 0; i++) {
        turn();
    }
    char stolen[EG_ROUTE_MAX + 1] = "";
    memcpy(stolen, seen.route.id + 1, seen.route.len - 1); /* libzmq takes none that begin with 0 */
    curve_peer_open(&thief, &other, server.public_key, eg_session_socket_endpoint(hall),
                    stolen[0] != '\0' ? stolen : "AAAA");
    curve_peer_say(&thief, "PING", "id-2", NULL);
    for (int i = 0; i < 10; i++) {
        turn();
    }
    struct eg_message answer;
    eg_message_answer(&answer, &seen.message, EG_VERB_PONG);
    eg_message_add(&answer, eg_bytes_of("text"));
    cr_assert_eq(eg_session_socket_send(hall, &seen.route, &answer), EG_OK);
    cr_assert(heard(&peer));
    cr_assert_not(curve_peer_hear(&thief));
    cr_assert_eq(seen.messages, 1);
    curve_peer_close(&thief);
}

Test(hall, can_not_be_opened_where_another_stands)
{
    struct eg_session_socket *second = NULL;
    struct eg_error err = {0};
    struct eg_session_socket_settings settings = {
        .bind = eg_session_socket_endpoint(hall),
        .secret = server.secret_key,
        .report_max = 1024,
        .admissions = 16,
        .rate = RATE,
        .hooks = {&seen, on_message, on_refused, on_stray}};
    cr_assert_eq(eg_session_socket_open(&second, &settings, &err), EG_E_IO);
    cr_assert_null(second);
    cr_assert_str_eq(err.where, eg_session_socket_endpoint(hall));
    settings.bind = "tcp://no such place";
    cr_assert_eq(eg_session_socket_open(&second, &settings, &err), EG_E_IO);
    settings.bind = "tcp://127.0.0.1:*";
    settings.secret = "no key";
    cr_assert_eq(eg_session_socket_open(&second, &settings, &err), EG_E_IO);
}
