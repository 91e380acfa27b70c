/*
 * Lines that wait for the writer: whole, in order, and never more than there is room.
 */
#include "flow/journal/log_inside.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_LEN 3

static struct eg_log_ring *ring;

static void set_up(void)
{
    ring = calloc(1, sizeof *ring);
    cr_assert_not_null(ring);
}

static void tear_down(void)
{
    free(ring);
}

TestSuite(log_ring, .init = set_up, .fini = tear_down);

static void fill(char line[EG_LOG_LINE_MAX], size_t len, unsigned number)
{
    for (size_t i = 0; i < len; i++) {
        line[i] = (char)('a' + (number + i) % 26);
    }
}

Test(log_ring, gives_nothing_when_empty)
{
    char line[EG_LOG_LINE_MAX] = "untouched";
    enum eg_log_kind kind = EG_LOG_OWN;
    cr_assert_eq(eg_log_ring_take(line, &kind, ring), 0);
    cr_assert_str_eq(line, "untouched");
    cr_assert_eq(kind, EG_LOG_OWN);
}

Test(log_ring, gives_lines_of_every_length_as_they_came_round_and_round)
{
    static char in[EG_LOG_LINE_MAX], out[EG_LOG_LINE_MAX];
    for (unsigned n = 1; n <= 2 * EG_LOG_LINE_MAX; n++) {
        size_t len = 1 + n % EG_LOG_LINE_MAX;
        enum eg_log_kind kind = EG_LOG_LINE;
        fill(in, len, n);
        cr_assert(eg_log_ring_put(ring, in, len, (enum eg_log_kind)(n % 3)));
        cr_assert_eq(eg_log_ring_take(out, &kind, ring), len);
        cr_assert_eq(kind, (enum eg_log_kind)(n % 3));
        cr_assert_arr_eq(in, out, len);
    }
    cr_assert_eq(ring->used, 0);
}

Test(log_ring, takes_what_there_is_room_for_and_not_an_octet_more)
{
    static char line[EG_LOG_LINE_MAX];
    size_t count = 0;
    while (eg_log_ring_put(ring, line, sizeof line, EG_LOG_LINE)) {
        count++;
    }
    cr_assert_eq(count, EG_JOURNAL_BUFFER_MAX / (EG_LOG_LINE_MAX + HEAD_LEN));
    size_t left = EG_JOURNAL_BUFFER_MAX - ring->used;
    cr_assert(eg_log_ring_has_room(ring, left - HEAD_LEN));
    cr_assert_not(eg_log_ring_has_room(ring, left - HEAD_LEN + 1));
    cr_assert_not(eg_log_ring_put(ring, line, left - HEAD_LEN + 1, EG_LOG_LINE));
    cr_assert(eg_log_ring_put(ring, line, left - HEAD_LEN, EG_LOG_LINE));
    cr_assert_eq(ring->used, EG_JOURNAL_BUFFER_MAX);
    cr_assert_not(eg_log_ring_put(ring, line, 1, EG_LOG_LINE));
    enum eg_log_kind kind = EG_LOG_LINE;
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(eg_log_ring_take(line, &kind, ring), sizeof line);
    }
    cr_assert_eq(eg_log_ring_take(line, &kind, ring), left - HEAD_LEN);
    cr_assert_eq(eg_log_ring_take(line, &kind, ring), 0);
}
