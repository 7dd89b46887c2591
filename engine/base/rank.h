/*
 * rank.h - the order of locks as numbers, checked in debug builds at each acquire.
 *
 * OWNS        a stack of the ranks that the running thread holds.
 * GIVES       rank_enter before a lock is waited for, rank_enter_try after a try succeeded, rank_leave on release.
 * INVARIANTS  R1  a thread waits only for a rank above all that it holds; page latches (equal rank) follow the rule in
 *                 store/buf.h and are entered with rank_enter_equal.
 *             R2  a try may go against the order: it does not wait.
 * CALLERS     os (every mutex has a rank), page latches, spin locks of the version store, the gate of a table. Without assertions
 *             everything here is empty.
 * TESTS       unit/test_rank.c; every test of a build with assertions
 */
#ifndef ESE_BASE_RANK_H
#define ESE_BASE_RANK_H

#include <stdbool.h>

enum rank {
    RANK_DATABASES = 4,                                 /* attach, detach, open, close of one instance */
    RANK_ENGINE = 6,                                    /* table of instances, mode */
    RANK_DEFRAG = 9,                                    /* start and stop of online defragmentation */
    RANK_INSTANCE = 10,
    RANK_SNAPSHOT = 11,
    RANK_BACKUP = 12,
    RANK_CLEANER = 13,                                  /* version clean-up: one at a time */
    RANK_SYSTEM = 16,                                   /* the system session */
    RANK_GATE = 17,                                     /* record changes of a table against index changes */
    RANK_TABLE = 18,
    RANK_CATALOG = 19,                                  /* finding the system trees */
    RANK_SCHEMA = 20,                                   /* the lists of the cache and who uses a table */
    RANK_TRANSACTIONS = 30,                             /* list of sessions */
    RANK_TREE = 32,                                     /* structure changes of one tree */
    RANK_SPACE = 35,
    RANK_SPACE_TREE = 36,                               /* structure changes of an extent tree */
    RANK_WRITER = 37,                                   /* one batch of page writes at a time */
    RANK_PAGE = 40,
    RANK_VERSION = 50,                                  /* spin locks of the version store */
    RANK_VERSION_UNDO = 52,                             /* pending undo information of pages */
    RANK_BUFFER_HASH = 60,
    RANK_FRAMES = 62,
    RANK_CACHE_LIST = 64,                               /* databases of the cache */
    RANK_DIRTY = 65,
    RANK_GROW = 66,                                     /* size of a database file */
    RANK_LOG = 70,
    RANK_LOG_NEXT = 72,                                 /* the generation made ahead */
    RANK_LOG_FILES = 78,
    RANK_FILE = 80,
    RANK_WAKE = 90,                                     /* sleep of a background thread */
    RANK_HANDLES = 92,
    RANK_DEVICE = 95                                    /* below the engine: a simulated disk */
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
