/*
 * Items for slow followers: in order, bounded, and each peer for itself.
 */
#include "flow/job/send_backlog.h"

#include <criterion/criterion.h>
#include <string.h>

#define PEERS 3

static struct {
    size_t room[PEERS];           /* outgoing messages this peer still takes */
    bool left[PEERS];             /* is gone */
    char sent[PEERS][64];         /* request ids, one character each */
    size_t gone[PEERS], attempts; /* times told, tries */
} snapshot;

static struct eg_send_backlog backlog;

static enum eg_status send_one(void *payload, const struct eg_outgoing *outgoing)
{
    cr_assert_eq(payload, &snapshot);
    uint8_t n = outgoing->route.id[1];
    snapshot.attempts++;
    if (snapshot.left[n]) {
        return EG_E_NOTFOUND;
    }
    if (snapshot.room[n] == 0) {
        return EG_E_BUSY;
    }
    snapshot.room[n]--;
    snapshot.sent[n][strlen(snapshot.sent[n])] = (char)outgoing->request_id[0];
    return EG_OK;
}

static void gone(void *payload, const struct eg_route *route)
{
    cr_assert_eq(payload, &snapshot);
    snapshot.gone[route->id[1]]++;
}

static const struct eg_send_backlog_hooks hooks = {&snapshot, send_one, gone};

static struct eg_route route_of(uint8_t n)
{
    return (struct eg_route){{0, n, 0, 0, 1}, 5};
}

static void add(uint8_t n, char id, size_t octets)
{
    static uint8_t content[10000];
    struct eg_route route = route_of(n);
    struct eg_outgoing *outgoing = eg_outgoing_new(&route, (const uint8_t *)&id, 1, EG_VERB_ITEM);
    cr_assert_not_null(outgoing);
    cr_assert(eg_outgoing_add(outgoing, (struct eg_bytes){content, octets}));
    eg_send_backlog_add(&backlog, &outgoing, &hooks);
    cr_assert_null(outgoing);
}

static void setup(void)
{
    memset(&snapshot, 0, sizeof snapshot);
    eg_send_backlog_init(&backlog, 30000);
}

static void teardown(void)
{
    eg_send_backlog_done(&backlog);
    cr_assert_eq(backlog.octets, 0);
    cr_assert_null(backlog.peers);
}

TestSuite(send_backlog, .init = setup, .fini = teardown);

Test(send_backlog, leave_in_order_as_far_as_there_is_room)
{
    add(0, 'a', 10);
    add(0, 'b', 10);
    add(0, 'c', 10);
    snapshot.room[0] = 2;
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_str_eq(snapshot.sent[0], "ab");
    struct eg_route route = route_of(0);
    cr_assert(eg_send_backlog_has(&backlog, &route));
    snapshot.room[0] = 5;
    add(0, 'd', 10);
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_str_eq(snapshot.sent[0], "abcd");
    cr_assert_not(eg_send_backlog_has(&backlog, &route));
    cr_assert_eq(backlog.octets, 0);
}

Test(send_backlog, of_one_peer_do_not_hold_up_another)
{
    add(0, 'a', 10);
    add(1, 'b', 10);
    add(2, 'c', 10);
    snapshot.room[1] = 1;
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_str_eq(snapshot.sent[1], "b");
    cr_assert_str_eq(snapshot.sent[0], "");
    cr_assert_str_eq(snapshot.sent[2], "");
}

Test(send_backlog, cost_one_try_for_a_peer_that_is_full)
{
    for (char id = 'a'; id <= 'm'; id++) {
        add(0, id, 10);
        add(1, id, 10);
    }
    snapshot.attempts = 0;
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_eq(snapshot.attempts, 2);
}

Test(send_backlog, for_a_peer_that_left_are_dropped_and_said_once)
{
    add(0, 'a', 10);
    add(0, 'b', 10);
    add(1, 'c', 10);
    snapshot.left[0] = true;
    snapshot.room[1] = 1;
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_eq(snapshot.gone[0], 1);
    cr_assert_eq(snapshot.gone[1], 0);
    cr_assert_str_eq(snapshot.sent[1], "c");
    cr_assert_null(backlog.peers);
}

Test(send_backlog, beyond_the_bound_cost_the_largest_its_place)
{
    add(0, 'a', 10000);
    add(1, 'b', 1);
    add(0, 'c', 10000);
    add(2, 'd', 1);
    add(1, 'e', 9999); /* one too many, but it is not the largest's fault to be small */
    cr_assert_eq(snapshot.gone[0], 1);
    cr_assert_eq(snapshot.gone[1] + snapshot.gone[2], 0);
    snapshot.room[1] = snapshot.room[2] = 9;
    eg_send_backlog_send(&backlog, &hooks);
    cr_assert_str_eq(snapshot.sent[1], "be");
    cr_assert_str_eq(snapshot.sent[2], "d");
}

Test(send_backlog, larger_than_the_bound_alone_are_not_kept)
{
    eg_send_backlog_init(&backlog, 100);
    add(0, 'a', 5000);
    cr_assert_eq(snapshot.gone[0], 1);
    cr_assert_null(backlog.peers);
}
