/*
 * handle.h - numbers given to callers for instances, sessions and tables.
 *
 * OWNS        the handle table: chunks of slots that stay where they are for the life of the process.
 * GIVES       handle_new, handle_find (checked by kind and generation, never follows the caller's number), handle_drop.
 * INVARIANTS  H1  a handle is never 0, never all ones, and fits 32 bits.
 *             H2  a dropped handle is not found again before its slot was reused 1022 times.
 *             H3  a slot is never freed: looking at one is always safe, whatever the number.
 * LATCHES     table lock: leaf, rank 92.
 * FAILS       0 from handle_new when memory or numbers are out.
 * CALLERS     api.
 * TESTS       unit/test_api_handle.c
 */
#ifndef ESE_API_HANDLE_H
#define ESE_API_HANDLE_H

#include "os/os.h"

enum handle_kind { HANDLE_INSTANCE = 1, HANDLE_SESSION = 2, HANDLE_TABLE = 3 };
enum { HANDLE_CHUNK = 1024, HANDLE_CHUNKS_MAX = 1024 };

struct handle_slot {
    _Atomic uint32_t handle;                            /* the number given out; 0 when free */
    uint32_t generation;
    void *_Atomic object;
    _Atomic uint64_t busy;                              /* sessions: thread inside the engine; 0 = none */
    uint32_t depth;                                     /* nested calls of that thread */
    uint32_t next_free;
};

struct handle_table {
    struct os_mutex lock;
    struct handle_slot *_Atomic chunks[HANDLE_CHUNKS_MAX];
    uint32_t used;                                      /* slots ever given out */
    uint32_t free_first;                                /* index + 1; 0 = none */
};

void handle_table_init(struct handle_table *t);
uint64_t handle_new(struct handle_table *t, enum handle_kind kind, void *object);
void handle_drop(struct handle_table *t, uint64_t handle);
struct handle_slot *handle_slot(struct handle_table *t, enum handle_kind kind, uint64_t handle);   /* NULL: not a live handle */
void *handle_find(struct handle_table *t, enum handle_kind kind, uint64_t handle);

#endif
