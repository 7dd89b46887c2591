/*
 * rank.h - the order of locks as numbers, checked in debug builds at each acquire.
 *
 * OWNS        a stack of the ranks that the running thread holds.
 * GIVES       rank_enter before a lock is waited for, rank_enter_try after a try succeeded, rank_leave on release.
 * INVARIANTS  R1  a thread waits only for a rank above all that it holds; page latches (equal rank) follow the rule in
 *                 store/buf.h and are entered with rank_enter_equal.
 *             R2  a try may go against the order: it does not wait.
 * CALLERS     store and above. Without assertions everything here is empty.
 * TESTS       unit/test_rank.c
 */
#ifndef ESE_BASE_RANK_H
#define ESE_BASE_RANK_H

#include <stdbool.h>

enum rank {
    RANK_INSTANCE = 10,
    RANK_SCHEMA = 20,
    RANK_TRANSACTIONS = 30,
    RANK_PAGE = 40,
    RANK_VERSION = 50,
    RANK_BUFFER_HASH = 60,
    RANK_LOG = 70,
    RANK_FILE = 80
};

/* Whether waiting for this rank keeps the order, and the highest rank held (0 = none). For tests in any build. */
bool rank_allows(enum rank rank, bool equal);
int rank_highest(void);

void rank_push(enum rank rank);
void rank_pop(enum rank rank);

#ifdef NDEBUG
static inline void rank_enter(enum rank rank) { (void)rank; }
static inline void rank_enter_equal(enum rank rank) { (void)rank; }
static inline void rank_enter_try(enum rank rank) { (void)rank; }
static inline void rank_leave(enum rank rank) { (void)rank; }
#else
#include <assert.h>

static inline void rank_enter(enum rank rank)
{
    assert(rank_allows(rank, false));                   /* R1 */
    rank_push(rank);
}

static inline void rank_enter_equal(enum rank rank)
{
    assert(rank_allows(rank, true));                    /* R1 */
    rank_push(rank);
}

static inline void rank_enter_try(enum rank rank) { rank_push(rank); }
static inline void rank_leave(enum rank rank) { rank_pop(rank); }
#endif

#endif
