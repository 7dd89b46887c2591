/*
 * hostile.h - every exported call with what its arguments are, made from the tables of functions and structures.
 */
#ifndef CONFORMANCE_HOSTILE_H
#define CONFORMANCE_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

enum kind {
    K_INSTANCE, K_SESSION, K_TABLE, K_DATABASE, K_FILE, K_SNAPSHOT,
    K_BITS, K_NUMBER, K_SIZE, K_COUNT, K_LEVEL, K_COLUMN, K_WIDE_NUMBER,
    K_TEXT_A, K_TEXT_W,                                 /* with an end */
    K_BYTES, K_BYTES_W,                                 /* a buffer whose size is another argument */
    K_STRUCT, K_HANDLE_OUT, K_VALUE_OUT,                /* memory of exactly the size of what it points to */
    K_STATUS, K_CALLBACK, K_REALLOC, K_INIT_CALLBACK
};

enum field_kind { F_NUMBER, F_TEXT_A, F_TEXT_W, F_POINTER };
struct hostile_field { const char *name; enum field_kind kind; unsigned short offset32, size32, offset64, size64; };
struct hostile_struct {
    const char *name;
    unsigned size32, size64;
    int sized;                                          /* begins with its own size */
    const struct hostile_field *fields;
    unsigned field_count;
};

enum { ARGUMENTS_MAX = 12 };
struct hostile_argument { enum kind kind; const char *name; const struct hostile_struct *shape; unsigned size32, size64; };
struct hostile_call {
    const char *name;
    unsigned count;
    struct hostile_argument arguments[ARGUMENTS_MAX];
};
extern const struct hostile_call hostile_calls[];
extern const unsigned hostile_call_count;

typedef void (*hostile_entry)(void);
hostile_entry hostile_find(unsigned number);            /* NULL: not exported here */

/* ---- the engine that calls are made on (hostile_world.c) ---- */

struct world {
    int legacy;
    uintptr_t instance, session, table, file, snapshot;
    uintptr_t dead_instance, dead_session, dead_table;
    uint32_t database, column;
};
extern struct world world;
void world_make(int legacy);
void world_end(void);
/* What a call needs around it: a transaction, a backup, a snapshot; taken back after it. A world that broke is made anew. */
void world_before(const char *name);
void world_after(const char *name, int err);
const char *world_text(const char *call, const char *argument);
int world_known_error(int err);
int hostile_invoke(hostile_entry entry, const struct hostile_call *call, const uint64_t *values);

int hostile_race(unsigned rounds);                      /* hostile_race.c: 0 = no fault */

#endif
