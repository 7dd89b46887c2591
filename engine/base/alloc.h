/*
 * alloc.h - the one way to the heap, and the scratch arena of a session.
 *
 * OWNS        the failure seam: tests make the k-th allocation fail (alloc_fail_after).
 * GIVES       ese_alloc (zeroed), ese_resize, ese_free, ese_strdup, aligned pools, struct arena.
 * INVARIANTS  A1  nothing else in engine/ calls malloc, calloc, realloc, strdup or free.
 *             A2  an arena is reset as a whole; what it gave out is never freed singly.
 * FAILS       NULL; the caller FAILs with JET_errOutOfMemory.
 * CALLERS     everyone.
 * TESTS       unit/test_alloc.c
 */
#ifndef ESE_BASE_ALLOC_H
#define ESE_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *ese_alloc(size_t size);                           /* zero-filled; size 0 gives a unique pointer */
void *ese_alloc_plain(size_t size);                      /* contents undefined: buffers that are written before they are read */
void *ese_resize(void *old, size_t size);               /* contents kept, growth not zeroed; NULL leaves old alone */
void ese_free(void *p);                                 /* NULL is fine */
char *ese_strdup(const char *text);
void *ese_alloc_aligned(size_t alignment, size_t size); /* zero-filled; release with ese_free_aligned */
void ese_free_aligned(void *p);

void alloc_fail_after(int64_t count);                   /* tests: 0 = next call fails; negative = never */
int64_t alloc_live_count(void);                         /* blocks given out and not yet freed */

struct arena_block;
struct arena {
    struct arena_block *blocks;
    uint8_t *at;
    size_t left;
    bool taken;                                         /* something since the last reset */
};

void *arena_take(struct arena *a, size_t size);         /* 16-byte aligned, not zeroed; NULL when memory is out */
void arena_rewind(struct arena *a);
static inline void arena_reset(struct arena *a)         /* keeps one block for the next round */
{
    if (a->taken)
        arena_rewind(a);
}
void arena_release(struct arena *a);

#endif
