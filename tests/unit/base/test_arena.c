#include "base/arena.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

Test(arena, gives_zeroed_pieces_that_do_not_touch)
{
    struct eg_arena arena = {0};
    eg_arena_init(&arena, EG_MIB);
    unsigned char *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = eg_arena_alloc(&arena, i + 1);
        cr_assert_not_null(pieces[i]);
        cr_assert_eq((uintptr_t)pieces[i] % 8, 0);
        for (size_t k = 0; k <= i; k++) {
            cr_assert_eq(pieces[i][k], 0);
        }
        memset(pieces[i], (int)i, i + 1);
    }
    for (size_t i = 0; i < 200; i++) {
        cr_assert_eq(pieces[i][0], i);
        cr_assert_eq(pieces[i][i], i);
    }
    eg_arena_done(&arena);
}

Test(arena, gives_a_place_for_nothing_and_copies_texts)
{
    struct eg_arena arena = {0};
    eg_arena_init(&arena, 10000);
    cr_assert_not_null(eg_arena_alloc(&arena, 0));
    cr_assert_not_null(eg_arena_array(&arena, 0, 8));
    cr_assert_str_eq(eg_arena_text(&arena, eg_bytes_of("grün")), "grün");
    cr_assert_str_eq(eg_arena_text(&arena, EG_BYTES_NONE), "");
    eg_arena_done(&arena);
}

Test(arena, holds_its_ceiling_and_says_so)
{
    struct eg_arena arena = {0};
    struct eg_error err = {0};
    eg_arena_init(&arena, 10000);
    cr_assert_null(eg_arena_alloc(&arena, 10001));
    cr_assert_eq(eg_arena_refused(&arena, "a.xml", &err), EG_E_LIMIT);
    cr_assert_str_eq(err.where, "a.xml");
    size_t given = 0;
    while (eg_arena_alloc(&arena, 1000) != NULL) {
        given += 1000;
        cr_assert_leq(given, 10000);
    }
    cr_assert_gt(given, 5000);
    cr_assert_leq(arena.held, 10000);
    eg_arena_done(&arena);
}

Test(arena, refuses_sizes_that_overflow)
{
    struct eg_arena arena = {0};
    eg_arena_init(&arena, SIZE_MAX);
    cr_assert_null(eg_arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(eg_arena_array(&arena, SIZE_MAX / 4, 8));
    cr_assert_eq(eg_arena_refused(&arena, "x", NULL), EG_E_LIMIT);
    eg_arena_done(&arena);
}

Test(arena, reset_keeps_room_and_gives_zeroed_pieces_again)
{
    struct eg_arena arena;
    eg_arena_init(&arena, EG_MIB);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 50; i++) {
            uint8_t *piece = eg_arena_alloc(&arena, 300);
            cr_assert_not_null(piece);
            for (int at = 0; at < 300; at++) {
                cr_assert_eq(piece[at], 0);
            }
            memset(piece, 0xff, 300);
        }
        size_t held = arena.held;
        eg_arena_reset(&arena);
        if (round >= 2) {
            cr_assert_eq(arena.held, held); /* one block by now, kept as it is */
        }
    }
    eg_arena_done(&arena);
    eg_arena_reset(&arena); /* of nothing */
    eg_arena_done(&arena);
}

Test(arena, reset_stays_below_the_ceiling)
{
    struct eg_arena arena;
    eg_arena_init(&arena, 10000);
    cr_assert_not_null(eg_arena_alloc(&arena, 5000));
    cr_assert_not_null(eg_arena_alloc(&arena, 4000));
    eg_arena_reset(&arena);
    cr_assert_not_null(eg_arena_alloc(&arena, 9000));
    cr_assert_null(eg_arena_alloc(&arena, 9000));
    cr_assert_leq(arena.held, 10000);
    eg_arena_done(&arena);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

Test(arena, lets_nobody_read_beyond_a_piece)
{
    static const size_t sizes[] = {1, 8, 15, 16, 4096, 5000};
    struct eg_arena arena;
    eg_arena_init(&arena, EG_MIB);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *piece = eg_arena_alloc(&arena, sizes[i]);
            cr_assert_null(__asan_region_is_poisoned(piece, sizes[i]));
            cr_assert(__asan_address_is_poisoned(piece + sizes[i]), "%zu", sizes[i]);
            if (i == 0) {
                eg_arena_reset(&arena);
                cr_assert(__asan_address_is_poisoned(piece), "it is gone");
            }
        }
    }
    eg_arena_done(&arena);
}
#endif
