#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t fail_after = -1;
static _Atomic int64_t live_count;

static int seam_fails(void)
{
    int64_t left = atomic_load_explicit(&fail_after, memory_order_relaxed);
    if (left < 0)
        return 0;
    return atomic_fetch_sub(&fail_after, 1) == 0;
}

void *ese_alloc(size_t size)
{
    void *p = seam_fails() ? NULL : calloc(1, size != 0 ? size : 1);
    if (p != NULL)
        atomic_fetch_add_explicit(&live_count, 1, memory_order_relaxed);
    return p;
}

void *ese_alloc_plain(size_t size)
{
    void *p = seam_fails() ? NULL : malloc(size != 0 ? size : 1);
    if (p != NULL)
        atomic_fetch_add_explicit(&live_count, 1, memory_order_relaxed);
    return p;
}

void *ese_resize(void *old, size_t size)
{
    void *p;
    if (old == NULL)
        return ese_alloc(size);
    p = seam_fails() ? NULL : realloc(old, size != 0 ? size : 1);
    return p;
}

void ese_free(void *p)
{
    if (p == NULL)
        return;
    atomic_fetch_sub_explicit(&live_count, 1, memory_order_relaxed);
    free(p);
}

char *ese_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = ese_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void *ese_alloc_aligned(size_t alignment, size_t size)
{
    /* One header pointer before the block leads back to what calloc gave. */
    uint8_t *raw = ese_alloc(size + alignment + sizeof(void *));
    uintptr_t at;
    if (raw == NULL)
        return NULL;
    at = ((uintptr_t)raw + sizeof(void *) + alignment - 1) & ~(uintptr_t)(alignment - 1);
    memcpy((uint8_t *)at - sizeof(void *), &raw, sizeof raw);
    return (void *)at;
}

void ese_free_aligned(void *p)
{
    void *raw;
    if (p == NULL)
        return;
    memcpy(&raw, (uint8_t *)p - sizeof(void *), sizeof raw);
    ese_free(raw);
}

void alloc_fail_after(int64_t count)
{
    atomic_store(&fail_after, count);
}

int64_t alloc_live_count(void)
{
    return atomic_load(&live_count);
}

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(16) uint8_t bytes[];
};

enum { ARENA_BLOCK_BYTES = 16 * 1024 };

void *arena_take(struct arena *a, size_t size)
{
    void *p;
    size = (size + 15) & ~(size_t)15;
    if (size > a->left) {
        size_t room = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
        struct arena_block *b = ese_alloc_aligned(16, sizeof *b + room);    /* the heap of 32-bit systems aligns to 8 */
        if (b == NULL)
            return NULL;
        b->size = room;
        b->next = a->blocks;
        a->blocks = b;
        a->at = b->bytes;
        a->left = room;
    }
    a->taken = true;
    p = a->at;
    a->at += size;
    a->left -= size;
    return p;
}

void arena_rewind(struct arena *a)
{
    struct arena_block *b = a->blocks;
    a->taken = false;
    if (b == NULL)
        return;
    while (b->next != NULL) {
        struct arena_block *next = b->next;
        ese_free_aligned(b);
        b = next;
    }
    a->blocks = b;
    a->at = b->bytes;
    a->left = b->size;
}

void arena_release(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;
        ese_free_aligned(a->blocks);
        a->blocks = next;
    }
    a->at = NULL;
    a->left = 0;
}
