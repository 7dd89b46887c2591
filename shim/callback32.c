/*
 * callback32.c - the program's stdcall callbacks as functions that the engine can call.
 *
 * Each distinct function of the program gets one of a fixed number of engine-side functions, found again by its address. No
 * code is written at run time.
 */
#include "shim32.h"

#include <stdatomic.h>
#include <string.h>
#include <windows.h>

#include "api/jet.h"

enum { POOL = 32 };

enum callback_kind { KIND_STATUS, KIND_INIT, KIND_TABLE, KIND_REALLOC, KIND_COMMIT, KIND_COUNT };

typedef int32_t(__stdcall *status32)(uint32_t sesid, uint32_t snp, uint32_t snt, void *pv);
typedef int32_t(__stdcall *init32)(uint32_t snp, uint32_t snt, void *pv, void *context);
typedef int32_t(__stdcall *table32)(uint32_t sesid, uint32_t dbid, uint32_t tableid, uint32_t cbtyp, void *argument1,
                                    void *argument2, void *context, uint32_t unused);
typedef void *(__stdcall *realloc32)(void *context, void *block, uint32_t size);
typedef int32_t(__stdcall *commit32)(uint32_t instance, void *commit_id, uint32_t grbit);

static _Atomic uint32_t users[KIND_COUNT][POOL];

static uintptr_t user_of(enum callback_kind kind, int n)
{
    return atomic_load_explicit(&users[kind][n], memory_order_acquire);
}

#define EACH(X)                                                                                                        \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19)      \
    X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)

#define STATUS(n)                                                                                                      \
    static JET_ERR status_##n(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *pv)                                     \
    {                                                                                                                  \
        return ((status32)user_of(KIND_STATUS, n))((uint32_t)sesid, snp, snt, pv);                                     \
    }
#define INIT(n)                                                                                                        \
    static JET_ERR init_##n(JET_SNP snp, JET_SNT snt, void *pv, void *context)                                         \
    {                                                                                                                  \
        struct recovery_control32 control;                                                                             \
        if (snp == JET_snpRecoveryControl)                                                                             \
            pv = recovery_control_to32(snt, pv, &control);                                                             \
        return ((init32)user_of(KIND_INIT, n))(snp, snt, pv, context);                                                 \
    }
#define TABLE(n)                                                                                                       \
    static JET_ERR table_##n(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP cbtyp, void *argument1,    \
                             void *argument2, void *context, JET_API_PTR unused)                                       \
    {                                                                                                                  \
        return ((table32)user_of(KIND_TABLE, n))((uint32_t)sesid, dbid, (uint32_t)tableid, cbtyp, argument1,           \
                                                 argument2, context, (uint32_t)unused);                                \
    }
#define REALLOC(n)                                                                                                     \
    static void *realloc_##n(void *context, void *block, JET_UINT32 size)                                              \
    {                                                                                                                  \
        return ((realloc32)user_of(KIND_REALLOC, n))(context, block, size);                                            \
    }
#define COMMIT(n)                                                                                                      \
    static JET_ERR commit_##n(JET_INSTANCE instance, JET_COMMIT_ID *commit_id, JET_GRBIT grbit)                        \
    {                                                                                                                  \
        return ((commit32)user_of(KIND_COMMIT, n))((uint32_t)instance, commit_id, grbit);                              \
    }
EACH(STATUS)
EACH(INIT)
EACH(TABLE)
EACH(REALLOC)
EACH(COMMIT)

typedef void (*any_function)(void);
#define ENTRY(name) (any_function)name,
#define STATUS_ENTRY(n) ENTRY(status_##n)
#define INIT_ENTRY(n) ENTRY(init_##n)
#define TABLE_ENTRY(n) ENTRY(table_##n)
#define REALLOC_ENTRY(n) ENTRY(realloc_##n)
#define COMMIT_ENTRY(n) ENTRY(commit_##n)

static const any_function functions[KIND_COUNT][POOL] = {
    [KIND_STATUS] = {EACH(STATUS_ENTRY)}, [KIND_INIT] = {EACH(INIT_ENTRY)}, [KIND_TABLE] = {EACH(TABLE_ENTRY)},
    [KIND_REALLOC] = {EACH(REALLOC_ENTRY)}, [KIND_COMMIT] = {EACH(COMMIT_ENTRY)},
};

/* The place of this function, taking a free one for a new function. W3: places are never given back. */
static void *claim(enum callback_kind kind, uint32_t user)
{
    for (int n = 0; user != 0 && n < POOL; n++) {
        uint32_t seen = 0;
        if (atomic_compare_exchange_strong(&users[kind][n], &seen, user) || seen == user)
            return (void *)(uintptr_t)functions[kind][n];
    }
    return NULL;
}

void *callback32_status(uint32_t user) { return claim(KIND_STATUS, user); }
void *callback32_init(uint32_t user) { return claim(KIND_INIT, user); }
void *callback32_table(uint32_t user) { return claim(KIND_TABLE, user); }
void *callback32_realloc(uint32_t user) { return claim(KIND_REALLOC, user); }
void *callback32_commit(uint32_t user) { return claim(KIND_COMMIT, user); }

uint32_t callback32_user(const void *function)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int n = 0; n < POOL; n++)
            if ((uintptr_t)functions[kind][n] == (uintptr_t)function)
                return atomic_load(&users[kind][n]);
    return 0;
}
