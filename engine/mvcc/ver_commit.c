#include "mvcc/ver_store.h"

enum { WAKE_EVERY = 512 };

/* ---- transaction end ---- */

/* Recovery has no readers: what commits is forgotten at once. */
static void forget_all(struct ver_store *v, struct trx *t)
{
    LIST_EACH_SAFE(it, &t->entries)
        ver_drop(v, LIST_ENTRY(it, struct ver_entry, trx_link));
}

/* The entry is committed: its page needs no UndoInfo any more, but it must not be written before the commit record. */
static void settle_undo(struct ver_store *v, struct ver_entry *e, const struct trx *t)
{
    unsigned stripe;
    while ((stripe = atomic_load_explicit(&e->undo_stripe, memory_order_acquire)) != 0) {
        spin_lock_inner(&v->undo_locks[stripe - 1]);
        if (atomic_load_explicit(&e->undo_stripe, memory_order_relaxed) == stripe) {
            buf_hold_back(e->pending, t->last_end);
            list_remove(&e->undo_link);
            atomic_store_explicit(&e->undo_stripe, 0, memory_order_release);
        }
        spin_unlock_inner(&v->undo_locks[stripe - 1]);
    }
    e->writer = NULL;
}

/* Until an entry is stamped, readers ask its writer (ver_commit_of). */
static void stamp_entry(struct ver_store *v, struct ver_entry *e, const struct trx *t, stamp at, bool forget)
{
    struct ver_bucket *b;
    if (e->op == VER_SCHEMA) {
        if (e->schema->commit != NULL)
            e->schema->commit(e->object, at);
        atomic_store_explicit(&e->commit_stamp, at.v, memory_order_release);
        e->writer = NULL;
        return;
    }
    b = ver_bucket_of(v, e->hash);
    spin_lock(&b->lock);
    atomic_store_explicit(&e->commit_stamp, at.v, memory_order_release);
    settle_undo(v, e, t);
    if (forget)
        ver_unhash_locked(b, e);
    spin_unlock(&b->lock);
}

/* The next entry and its bucket are on their way into the processor's cache before they are needed. */
static void prefetch_entry(struct ver_store *v, const struct list *head, struct list *link)
{
    if (link == head)
        return;
    __builtin_prefetch(link->prev);
    __builtin_prefetch(ver_bucket_of(v, LIST_ENTRY(link, struct ver_entry, trx_link)->hash));
}

static void enqueue(struct ver_store *v, struct list *kept, uint64_t count)
{
    uint64_t queued;
    if (count == 0)
        return;
    spin_lock(&v->queue_lock);
    list_splice(&v->queue, kept);
    spin_unlock(&v->queue_lock);
    queued = atomic_fetch_add_explicit(&v->queued, count, memory_order_relaxed);
    if (queued / WAKE_EVERY != (queued + count) / WAKE_EVERY)
        ver_cleanup_wake(v);
}

/* Oldest first. An entry that is older than every other transaction's begin is seen by all from now on: it need not wait for clean-up,
 * and its memory is still warm for the next transaction. */
void ver_commit(struct ver_store *v, struct trx *t, stamp at)
{
    struct list kept, dead, *it, *next;
    uint64_t count = 0;
    bool alone;
    if (list_empty(&t->entries))
        return;
    if (t->recovering) {
        forget_all(v, t);
        return;
    }
    list_init(&kept);
    list_init(&dead);
    alone = at.v < trx_oldest_other(t).v;
    for (it = t->entries.prev; it != &t->entries; it = next) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        bool forget = alone && !ver_needs_callback(v, e);
        next = it->prev;
        prefetch_entry(v, &t->entries, next);
        stamp_entry(v, e, t, at, forget);
        list_append(forget ? &dead : &kept, it);
        count += !forget;
    }
    list_init(&t->entries);
    if (!list_empty(&dead))
        ver_entries_give(v, t->procid, &dead);
    enqueue(v, &kept, count);
}

void ver_commit_level(struct ver_store *v, struct trx *t)
{
    LIST_EACH(it, &t->entries) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        unsigned stripe = atomic_load_explicit(&e->undo_stripe, memory_order_relaxed);
        if (e->level < t->level)
            break;
        if (stripe != 0)
            spin_lock_inner(&v->undo_locks[stripe - 1]);
        e->level = (uint8_t)(t->level - 1);
        if (stripe != 0)
            spin_unlock_inner(&v->undo_locks[stripe - 1]);
    }
}

void ver_drop(struct ver_store *v, struct ver_entry *e)
{
    ver_undo_unlink(v, e);
    ver_unhash(v, e);
    if (e->op != VER_SCHEMA)
        ver_rceid_unlink(v, e);
    list_remove(&e->trx_link);
    ver_entry_give(v, e);
}
