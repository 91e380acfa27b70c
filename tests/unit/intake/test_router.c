/*
 * The ROUTER itself: where it stands, whom it lets in, and what it says of peers that do not read
 * or are gone.
 */
#include "intake/router.h"

#include "tests/support/curve_peer.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define TURNS 300
#define TURN_MS 20

static struct eg_router *router;
static struct curve_keys server, client;
static struct curve_peer peer;
static size_t asked, arrived;
static bool may;
static struct eg_route route;

static bool admit(void *payload, const char *key, const char *address)
{
    cr_assert_eq(payload, &asked);
    cr_assert_str_eq(key, client.public_key);
    cr_assert_str_eq(address, "127.0.0.1");
    asked++;
    return may;
}

static void arrive(void *payload, const struct eg_arrival *arrival)
{
    cr_assert_eq(payload, &arrived);
    cr_assert_str_eq(arrival->key, client.public_key);
    arrived++;
    route = arrival->route;
}

static void setup(void)
{
    struct eg_error err = {0};
    asked = arrived = 0;
    may = true;
    curve_keys_make(&server);
    curve_keys_make(&client);
    struct eg_router_settings settings = {.bind = "tcp://127.0.0.1:*",
                                          .secret = server.secret_key,
                                          .message_max = 100000,
                                          .high_water = 4,
                                          .admit = admit,
                                          .payload = &asked};
    cr_assert_eq(eg_router_open(&router, &settings, &err), EG_OK, "%s", err.text);
}

static void teardown(void)
{
    curve_peer_close(&peer);
    eg_router_close(&router);
    cr_assert_null(router);
    eg_router_close(&router);
}

TestSuite(router, .init = setup, .fini = teardown);

static void connect_peer(void)
{
    curve_peer_open(&peer, &client, server.public_key, eg_router_endpoint(router), NULL);
    curve_peer_say(&peer, "PING", "id-1", NULL);
}

static void until_arrived(size_t count)
{
    for (int i = 0; i < TURNS && arrived < count; i++) {
        if (eg_router_wait(router, NULL, NULL, 0, TURN_MS)) {
            eg_router_take(router, 16, arrive, &arrived);
        }
    }
    cr_assert_eq(arrived, count);
}

static void make_answer(struct eg_message *answer, struct eg_bytes body)
{
    eg_message_start(answer, EG_VERB_PONG, eg_bytes_of("id-1"));
    eg_message_add(answer, body);
}

Test(router, names_the_port_it_took)
{
    cr_assert_eq(strncmp(eg_router_endpoint(router), "tcp://127.0.0.1:", 16), 0);
    cr_assert_null(strchr(eg_router_endpoint(router), '*'));
}

Test(router, tells_which_descriptors_are_ready)
{
    int ends[2];
    bool ready[2] = {true, true};
    cr_assert_eq(pipe(ends), 0);
    int other[2];
    cr_assert_eq(pipe(other), 0);
    int fds[2] = {ends[0], other[0]};
    cr_assert_not(eg_router_wait(router, fds, ready, 2, 0));
    cr_assert(!ready[0] && !ready[1]);
    cr_assert_eq(write(other[1], "x", 1), 1);
    cr_assert_not(eg_router_wait(router, fds, ready, 2, 1000));
    cr_assert(!ready[0] && ready[1]);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(other[i]);
    }
}

Test(router, asks_for_every_handshake)
{
    connect_peer();
    until_arrived(1);
    cr_assert_eq(asked, 1);
    curve_peer_close(&peer);
    connect_peer();
    until_arrived(2);
    cr_assert_eq(asked, 2);
}

Test(router, hears_nothing_of_whom_it_did_not_let_in)
{
    may = false;
    connect_peer();
    bool refused = false;
    for (int i = 0; i < TURNS && !refused; i++) {
        cr_assert_not(eg_router_wait(router, NULL, NULL, 0, TURN_MS));
        refused = curve_peer_refused(&peer);
    }
    cr_assert(refused);
    cr_assert_geq(asked, 1);
}

Test(router, hears_nothing_of_a_peer_without_curve)
{
    void *context = zmq_ctx_new();
    void *plain = zmq_socket(context, ZMQ_DEALER);
    int none = 0;
    zmq_setsockopt(plain, ZMQ_LINGER, &none, sizeof none);
    cr_assert_eq(zmq_connect(plain, eg_router_endpoint(router)), 0);
    zmq_send(plain, "EMX1", 4, ZMQ_DONTWAIT);
    for (int i = 0; i < 10; i++) {
        cr_assert_not(eg_router_wait(router, NULL, NULL, 0, TURN_MS));
    }
    cr_assert_eq(asked, 0);
    zmq_close(plain);
    zmq_ctx_term(context);
}

Test(router, takes_no_more_than_it_is_told)
{
    connect_peer();
    until_arrived(1);
    for (int i = 0; i < 3; i++) {
        curve_peer_say(&peer, "PING", "id-n", NULL);
    }
    for (int i = 0; i < TURNS && arrived < 2; i++) {
        if (eg_router_wait(router, NULL, NULL, 0, TURN_MS)) {
            cr_assert_eq(eg_router_take(router, 1, arrive, &arrived), 1);
        }
    }
    until_arrived(4);
    cr_assert_eq(eg_router_take(router, 16, arrive, &arrived), 0);
}

Test(router, drops_a_connection_whose_frame_is_too_large)
{
    static char huge[100002];
    const char *const frames[] = {EG_PROTOCOL_NAME, "SUBMIT", "id-1", "cms", huge};
    memset(huge, 'x', sizeof huge - 1);
    connect_peer();
    until_arrived(1);
    cr_assert(curve_peer_send(&peer, frames, 5));
    curve_peer_say(&peer, "PING", "id-2", NULL);
    for (int i = 0; i < 20; i++) {
        if (eg_router_wait(router, NULL, NULL, 0, TURN_MS)) {
            struct eg_route before = route;
            eg_router_take(router, 16, arrive, &arrived);
            cr_assert_neq(memcmp(&before, &route, sizeof route), 0, "the connection went on");
        }
    }
}

Test(router, is_told_busy_by_a_peer_that_does_not_read)
{
    static uint8_t body[50000];
    struct eg_message answer;
    make_answer(&answer, (struct eg_bytes){body, sizeof body});
    connect_peer();
    until_arrived(1);
    enum eg_status status = EG_OK;
    for (int i = 0; i < 100000 && status == EG_OK; i++) {
        status = eg_router_send(router, &route, &answer);
    }
    cr_assert_eq(status, EG_E_BUSY);
    while (status != EG_OK) { /* the peer reads, and there is room again */
        curve_peer_hear(&peer);
        eg_router_wait(router, NULL, NULL, 0, 1);
        status = eg_router_send(router, &route, &answer);
        cr_assert(status == EG_OK || status == EG_E_BUSY);
    }
}

Test(router, says_of_a_peer_that_left_that_it_is_gone)
{
    struct eg_message answer;
    make_answer(&answer, eg_bytes_of("text"));
    connect_peer();
    until_arrived(1);
    curve_peer_close(&peer);
    enum eg_status status = EG_OK;
    for (int i = 0; i < TURNS && status != EG_E_NOTFOUND; i++) {
        eg_router_wait(router, NULL, NULL, 0, TURN_MS);
        status = eg_router_send(router, &route, &answer);
    }
    cr_assert_eq(status, EG_E_NOTFOUND);
}

Test(router, knows_no_peer_that_never_was)
{
    struct eg_message answer;
    struct eg_route never = {{0, 1, 2, 3, 4}, 5};
    make_answer(&answer, eg_bytes_of("text"));
    cr_assert_eq(eg_router_send(router, &never, &answer), EG_E_NOTFOUND);
}
