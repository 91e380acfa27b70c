/*
 * Blocks grow by half of what is held already, so that small arenas stay small and large ones ask
 * the allocator seldom.
 *
 * Under AddressSanitizer a gap that nobody may touch follows each piece, for it knows blocks only
 * and would let a piece run over into the next. Gaps are not counted: ceilings are the same.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WATCHED
#endif

#define BLOCK_MIN ((size_t)4096)
#define ALIGN (alignof(max_align_t))
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
#define GAP ALIGN
#define FORBID(at, size) __asan_poison_memory_region(at, size)
#define ALLOW(at, size) __asan_unpoison_memory_region(at, size)
#else
#define GAP ((size_t)0)
#define FORBID(at, size) ((void)(at), (void)(size))
#define ALLOW(at, size) ((void)(at), (void)(size))
#endif

struct eg_arena_block {
    struct eg_arena_block *next;
    /* of pieces, without gaps */
    size_t size, used;
    size_t gaps;
    alignas(max_align_t) uint8_t data[];
};

/* Octets of a block's data, gaps too: no piece is smaller than ALIGN. */
static size_t whole(size_t size)
{
    return size + size / ALIGN * GAP;
}

void eg_arena_init(struct eg_arena *arena, size_t ceiling)
{
    *arena = (struct eg_arena){.ceiling = ceiling};
}

void eg_arena_done(struct eg_arena *arena)
{
    while (arena->blocks != NULL) {
        struct eg_arena_block *next = arena->blocks->next;
        ALLOW(arena->blocks->data, whole(arena->blocks->size));
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->held = 0;
}

void eg_arena_reset(struct eg_arena *arena)
{
    struct eg_arena_block *block = arena->blocks;
    if (block != NULL && block->next == NULL) {
        ALLOW(block->data, block->used + block->gaps);
        memset(block->data, 0, block->used + block->gaps);
        FORBID(block->data, block->used + block->gaps);
        block->used = block->gaps = 0;
        return;
    }
    arena->wanted = arena->held; /* one block of this size the next time */
    eg_arena_done(arena);
}

static struct eg_arena_block *add_block(struct eg_arena *arena, size_t size)
{
    size_t room = arena->held / 2 > BLOCK_MIN ? arena->held / 2 : BLOCK_MIN;
    size_t left = arena->ceiling - arena->held;

    room = arena->wanted > room ? arena->wanted : room;
    arena->wanted = 0;
    room = size > room ? size : room;
    room = room > left ? size : room;
    if (room > left) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    struct eg_arena_block *block = calloc(1, sizeof *block + whole(room));
    if (block == NULL) {
        arena->refusal = EG_E_NOMEM;
        return NULL;
    }
    FORBID(block->data, whole(room));
    block->size = room;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->held += room;
    return block;
}

void *eg_arena_alloc(struct eg_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    size_t asked = size;
    size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
    struct eg_arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        block = add_block(arena, size);
    }
    if (block == NULL) {
        return NULL;
    }
    void *piece = block->data + block->used + block->gaps;
    ALLOW(piece, asked);
    block->used += size;
    block->gaps += GAP;
    return piece;
}

void *eg_arena_array(struct eg_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->refusal = EG_E_LIMIT;
        return NULL;
    }
    return eg_arena_alloc(arena, count * size);
}

char *eg_arena_text(struct eg_arena *arena, struct eg_bytes text)
{
    char *copy = text.len < SIZE_MAX ? eg_arena_alloc(arena, text.len + 1) : NULL;

    if (copy != NULL && text.len > 0) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}

enum eg_status eg_arena_refused(const struct eg_arena *arena, const char *what,
                                struct eg_error *err)
{
    if (arena->refusal == EG_E_LIMIT) {
        return eg_error_set(err, EG_E_LIMIT, what, "needs more than %zu octets of memory",
                            arena->ceiling);
    }
    return eg_error_set(err, EG_E_NOMEM, what, "memory ran out");
}
