#include "api/handle.h"

#include "base/alloc.h"

/* generation (10 bits, 1..1022) | index (20 bits) | kind (2 bits) */
enum { KIND_BITS = 2, INDEX_BITS = 20, GENERATION_LAST = 1022 };

void handle_table_init(struct handle_table *t)
{
    os_mutex_init(&t->lock, RANK_HANDLES);
    t->used = 0;
    t->free_first = 0;
}

static struct handle_slot *slot_at(struct handle_table *t, uint32_t index)
{
    struct handle_slot *chunk = atomic_load_explicit(&t->chunks[index / HANDLE_CHUNK], memory_order_acquire);
    return chunk != NULL ? &chunk[index % HANDLE_CHUNK] : NULL;
}

/* Index of a free slot, or UINT32_MAX. The lock is held. */
static uint32_t take_index(struct handle_table *t)
{
    uint32_t index;
    if (t->free_first != 0) {
        index = t->free_first - 1;
        t->free_first = slot_at(t, index)->next_free;
        return index;
    }
    index = t->used;
    if (index >= (uint32_t)HANDLE_CHUNK * HANDLE_CHUNKS_MAX)
        return UINT32_MAX;
    if (slot_at(t, index) == NULL) {
        struct handle_slot *chunk = ese_alloc(sizeof *chunk * HANDLE_CHUNK);
        if (chunk == NULL)
            return UINT32_MAX;
        atomic_store_explicit(&t->chunks[index / HANDLE_CHUNK], chunk, memory_order_release);
    }
    t->used++;
    return index;
}

uint64_t handle_new(struct handle_table *t, enum handle_kind kind, void *object)
{
    struct handle_slot *slot;
    uint32_t index, handle = 0;
    os_mutex_lock(&t->lock);
    index = take_index(t);
    if (index != UINT32_MAX) {
        slot = slot_at(t, index);
        slot->generation = slot->generation >= GENERATION_LAST ? 1 : slot->generation + 1;
        handle = slot->generation << (INDEX_BITS + KIND_BITS) | index << KIND_BITS | (uint32_t)kind;
        slot->depth = 0;
        atomic_store(&slot->object, object);
        atomic_store(&slot->handle, handle);
    }
    os_mutex_unlock(&t->lock);
    return handle;
}

struct handle_slot *handle_slot(struct handle_table *t, enum handle_kind kind, uint64_t handle)
{
    struct handle_slot *slot;
    uint32_t number = (uint32_t)handle;
    if (number != handle || (number & ((1u << KIND_BITS) - 1)) != (uint32_t)kind)
        return NULL;
    slot = slot_at(t, number >> KIND_BITS & ((1u << INDEX_BITS) - 1));
    if (slot == NULL || atomic_load_explicit(&slot->handle, memory_order_acquire) != number)
        return NULL;
    return slot;
}

void *handle_find(struct handle_table *t, enum handle_kind kind, uint64_t handle)
{
    struct handle_slot *slot = handle_slot(t, kind, handle);
    return slot != NULL ? atomic_load_explicit(&slot->object, memory_order_acquire) : NULL;
}

void handle_drop(struct handle_table *t, uint64_t handle)
{
    enum handle_kind kind = (enum handle_kind)(handle & ((1u << KIND_BITS) - 1));
    struct handle_slot *slot = handle_slot(t, kind, handle);
    if (slot == NULL)
        return;
    os_mutex_lock(&t->lock);
    atomic_store(&slot->handle, 0);
    atomic_store(&slot->object, NULL);
    slot->next_free = t->free_first;
    t->free_first = ((uint32_t)handle >> KIND_BITS & ((1u << INDEX_BITS) - 1)) + 1;
    os_mutex_unlock(&t->lock);
}
