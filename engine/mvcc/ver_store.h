/*
 * ver_store.h - inside of the version store: its struct, spin locks, entry memory. For mvcc/ only.
 *
 * OWNS        struct ver_store: buckets, entry pools, the list of running transactions, the clean-up queue.
 * INVARIANTS  S1  a bucket lists the newest entry of each node; the older ones hang off it (older, newer).
 *             S2  every spin lock is held for a bounded handful of memory accesses: no call that may block.
 *             S3  an entry of a running transaction is in that transaction's list; a committed one in the clean-up queue.
 * LATCHES     30 trx_lock · 50 bucket, undo stripe (leaf) · queue and pool locks are leaves.
 * CALLERS     mvcc/
 * TESTS       unit/test_ver.c
 */
#ifndef ESE_MVCC_VER_STORE_H
#define ESE_MVCC_VER_STORE_H

#include "base/alloc.h"
#include "mvcc/ver.h"
#include "os/os.h"

struct spin { _Atomic uint32_t held; };

static inline void spin_lock_at(struct spin *s, enum rank rank)
{
    unsigned tries = 0;
    rank_enter(rank);
    while (atomic_exchange_explicit(&s->held, 1, memory_order_acquire) != 0) {
        while (atomic_load_explicit(&s->held, memory_order_relaxed) != 0) {
            if (++tries % 128 != 0)
                os_spin_pause();
            else
                os_yield();
        }
    }
}

static inline void spin_unlock_at(struct spin *s, enum rank rank)
{
    atomic_store_explicit(&s->held, 0, memory_order_release);
    rank_leave(rank);
}

static inline void spin_lock(struct spin *s) { spin_lock_at(s, RANK_VERSION); }
static inline void spin_unlock(struct spin *s) { spin_unlock_at(s, RANK_VERSION); }
/* The locks of pending undo information, taken inside of a bucket's. */
static inline void spin_lock_inner(struct spin *s) { spin_lock_at(s, RANK_VERSION_UNDO); }
static inline void spin_unlock_inner(struct spin *s) { spin_unlock_at(s, RANK_VERSION_UNDO); }

enum { VER_POOL_SHARDS = 8, VER_CLASSES = 16, VER_UNDO_STRIPES = 64, VER_SLAB_BYTES = 64 * 1024, VER_RCEID_BUCKETS = 4096 };

struct ver_bucket { struct spin lock; _Atomic(struct ver_entry *) first; };

struct ver_pool {
    struct spin lock;
    struct ver_entry *free[VER_CLASSES];                /* linked through older */
    uint8_t pad[64];
};

struct ver_slab { struct ver_slab *next; };

/*
 * Transactions that ended, by where in the log they ended: of each stretch of 64 KiB the lowest begin. A ring; what it forgets is
 * folded into its oldest stretch, which only makes the checkpoint more careful.
 */
enum { TRX_ENDED_STRETCHES = 512, TRX_STRETCH_SHIFT = 20 };
struct trx_ended { uint64_t stretch, begin; };

struct ver_store {
    struct ver_config config;
    size_t bucket_count;                                /* power of two */
    struct ver_bucket *buckets;
    struct ver_pool pools[VER_POOL_SHARDS];
    _Atomic(struct ver_slab *) slabs;                   /* all of them, for the release */
    struct spin undo_locks[VER_UNDO_STRIPES];
    _Atomic uint64_t bytes, entries;
    _Atomic uint32_t rceid_last;

    struct spin trx_lock;                               /* counter, running, oldest */
    struct list running;                                /* in order of begin stamps */
    _Atomic uint64_t counter;                           /* last stamp handed out */
    _Atomic uint64_t oldest;                            /* begin of the first running; UINT64_MAX when none */
    struct trx_ended ended[TRX_ENDED_STRETCHES];        /* by trx_lock */
    uint64_t ended_next;                                /* stretches ever begun */

    struct spin queue_lock;
    struct list queue;                                  /* committed entries, about in commit order, by trx_link */
    _Atomic uint64_t queued;
    _Atomic uint64_t long_begin;                        /* begin of a transaction that was waited for in vain */

    struct spin rceid_lock;                             /* recovery only */
    struct ver_entry **by_rceid;

    ver_remove_fn remove;
    void *remove_context;
    struct os_mutex clean_lock;                         /* rank 13: one cleaner at a time */
    struct os_mutex wake_lock;
    struct os_cond wake;
    bool stop, woken;
    struct os_thread *thread;
};

/* How an entry stands to one observer. Under the bucket's lock. */
static inline stamp ver_commit_of(const struct ver_entry *e)
{
    uint64_t c = atomic_load_explicit(&e->commit_stamp, memory_order_acquire);
    if (c == UINT64_MAX && e->writer != NULL)
        c = atomic_load_explicit(&e->writer->commit_stamp, memory_order_acquire);
    return (stamp){c};
}

struct ver_bucket *ver_bucket_of(struct ver_store *v, uint32_t hash);
uint32_t ver_hash(const struct ver_node *node);
/* Newest entry of node in its bucket, which is locked; NULL when there is none. */
struct ver_entry *ver_newest(struct ver_bucket *b, uint32_t hash, const struct ver_node *node);
struct ver_entry *ver_entry_take(struct ver_store *v, unsigned shard, size_t payload);
void ver_entry_give(struct ver_store *v, struct ver_entry *e);
void ver_entries_give(struct ver_store *v, unsigned shard, struct list *dead);     /* all of one shard, by trx_link */
void ver_unhash(struct ver_store *v, struct ver_entry *e);
void ver_unhash_locked(struct ver_bucket *b, struct ver_entry *e);
/* Does clean-up of e mean more than forgetting it? */
bool ver_needs_callback(const struct ver_store *v, const struct ver_entry *e);
void ver_undo_unlink(struct ver_store *v, struct ver_entry *e);
void ver_rceid_unlink(struct ver_store *v, struct ver_entry *e);
/* Frees obsolete entries that need no callback; what needs one stays. Safe under page latches. */
void ver_cleanup_light(struct ver_store *v, unsigned entries_max);
void ver_cleanup_wake(struct ver_store *v);

#endif
