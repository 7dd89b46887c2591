#include <assert.h>

#include "mvcc/ver_store.h"

enum { REMOVE_ATTEMPTS_MAX = 8, CLEANUP_BATCH = 256, CLEANUP_IDLE_MS = 500, LIGHT_LOOK_MAX = 8192, PATIENCE_MS = 1000, NAP_MS = 2 };

/* ---- pending undo information of pages ---- */

/* Take e off the page's list it is in, if any. The stripe may change under us when the node moves to another page. */
void ver_undo_unlink(struct ver_store *v, struct ver_entry *e)
{
    unsigned stripe;
    while ((stripe = atomic_load_explicit(&e->undo_stripe, memory_order_acquire)) != 0) {
        spin_lock_inner(&v->undo_locks[stripe - 1]);
        if (atomic_load_explicit(&e->undo_stripe, memory_order_relaxed) == stripe) {
            list_remove(&e->undo_link);
            atomic_store_explicit(&e->undo_stripe, 0, memory_order_release);
        }
        spin_unlock_inner(&v->undo_locks[stripe - 1]);
    }
}

/* What a UndoInfo record says, copied out of an entry that may be committed and freed meanwhile. */
struct undo_copy {
    struct log_record record;
    struct log *log;
    uint8_t *memory;
};

static void describe(const struct ver_entry *e, pgno n, struct log_record *r)
{
    memset(r, 0, sizeof *r);
    r->type = LR_UNDO_INFO;
    trx_fill_head(e->writer, &r->head);
    r->head.level = e->level;
    r->head.dbid = e->db->dbid;
    r->head.page = n;
    r->head.before = r->head.after = DBTIME_NONE;
    r->head.flags |= (uint8_t)(LR_VERSIONED | (e->unique ? LR_UNIQUE : 0));
    r->head.rceid = e->rceid;
    r->head.fdp = e->fdp;
    r->head.objid = e->objid;
    r->u.undo_info.oper = e->op;
    r->u.undo_info.max = e->replace_max;
    r->u.undo_info.delta = e->replace_delta;
    r->u.undo_info.key = e->key;
    r->u.undo_info.data = e->data;
    r->u.undo_info.before = e->before;
}

static void fill_undo_info(struct undo_copy *c, const struct ver_entry *e, pgno n)
{
    struct log_record *r = &c->record;
    uint8_t *at = c->memory;
    memcpy(at, e->key.data != NULL ? e->key.data : (const uint8_t *)"", e->key.size);
    memcpy(at + e->key.size, e->data.size != 0 ? e->data.data : (const uint8_t *)"", e->data.size);
    memcpy(at + e->key.size + e->data.size, e->before.size != 0 ? e->before.data : (const uint8_t *)"", e->before.size);
    describe(e, n, r);
    r->u.undo_info.key = bytes_of(at, e->key.size);
    r->u.undo_info.data = bytes_of(at + e->key.size, e->data.size);
    r->u.undo_info.before = bytes_of(at + e->key.size + e->data.size, e->before.size);
    c->log = e->writer->log;
}

/* Room for the copy of the first pending entry; 0 when nothing is pending. */
static size_t pending_size(struct spin *lock, struct list *pending)
{
    size_t size = 0;
    spin_lock_inner(lock);
    if (!list_empty(pending)) {
        struct ver_entry *e = LIST_ENTRY(pending->next, struct ver_entry, undo_link);
        size = e->key.size + e->data.size + e->before.size + 1;
    }
    spin_unlock_inner(lock);
    return size;
}

/* Copies the first entry when it still fits the memory; NULL when not. */
static const struct list *pending_copy(struct spin *lock, const struct list *pending, pgno n, struct undo_copy *c, size_t room)
{
    const struct list *first = NULL;
    spin_lock_inner(lock);
    if (!list_empty(pending)) {
        const struct ver_entry *e = LIST_ENTRY(pending->next, struct ver_entry, undo_link);
        if (e->key.size + e->data.size + e->before.size + 1 <= room) {
            fill_undo_info(c, e, n);
            first = pending->next;
        }
    }
    spin_unlock_inner(lock);
    return first;
}

/* The entry is in the log now and leaves the list, unless its transaction has committed meanwhile: then it is out already, and its
 * record describes a change that nobody will undo, which redo ignores. Nothing joins the list under the latch of the page. */
static void pending_done(struct spin *lock, struct list *pending, const struct list *first)
{
    spin_lock_inner(lock);
    if (pending->next == first) {
        struct ver_entry *e = LIST_ENTRY(pending->next, struct ver_entry, undo_link);
        list_remove(&e->undo_link);
        atomic_store_explicit(&e->undo_stripe, 0, memory_order_release);
    }
    spin_unlock_inner(lock);
}

static struct spin *undo_lock_of(struct ver_store *v, const struct list *pending, unsigned *stripe)
{
    *stripe = (unsigned)((uintptr_t)pending >> 6) % VER_UNDO_STRIPES;
    return &v->undo_locks[*stripe];
}

ese_err ver_write_undo_info(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to)
{
    ese_err err = 0;
    struct undo_copy copy = {.memory = NULL};
    size_t room = 0, need;
    unsigned stripe;
    struct spin *lock = undo_lock_of(db->versions, pending, &stripe);
    while ((need = pending_size(lock, pending)) != 0) {
        struct log_span span;
        const struct list *first;
        if (need > room) {
            uint8_t *larger = ese_resize(copy.memory, need + 256);
            if (larger == NULL)
                FAIL(JET_errOutOfMemory);
            copy.memory = larger;
            room = need + 256;
        }
        first = pending_copy(lock, pending, n, &copy, room);
        if (first == NULL)
            continue;
        /* Only what the log has taken is done with: a page whose undo information it refuses stays in memory. */
        if (copy.log != NULL) {
            TRY(log_append(copy.log, &copy.record, &span));
            *flush_to = lgpos_max(*flush_to, span.end);
        }
        pending_done(lock, pending, first);
    }
done:
    ese_free(copy.memory);
    return err;
}

/* The entry is the caller's own: nobody else changes it. Should the writer of pages log it too, redo takes the first. */
ese_err ver_write_moved_undo_info(struct ver_entry *e, const struct list *here, pgno n)
{
    ese_err err = 0;
    struct log_record r;
    struct log_span span;
    if (atomic_load_explicit(&e->undo_stripe, memory_order_acquire) == 0 || e->pending == here || e->db->log == NULL || e->writer->log == NULL)
        goto done;
    describe(e, n, &r);
    TRY(log_append(e->writer->log, &r, &span));
done:
    return err;
}

/* ---- clean-up ---- */

bool ver_needs_callback(const struct ver_store *v, const struct ver_entry *e)
{
    return e->op == VER_SCHEMA || (v->remove != NULL && e->tree != NULL && e->op != VER_INSERT && e->op != VER_REPLACE &&
                                   e->op != VER_WRITE_LOCK && e->op != VER_READ_LOCK);
}

static void free_entry(struct ver_store *v, struct ver_entry *e)
{
    ver_unhash(v, e);
    ver_entry_give(v, e);
    atomic_fetch_sub_explicit(&v->queued, 1, memory_order_relaxed);
}

/* Commit stamps in the queue only roughly ascend: look a little past the first that is still needed. */
void ver_cleanup_light(struct ver_store *v, unsigned entries_max)
{
    stamp oldest = trx_oldest(v);
    struct list ready;
    unsigned misses = 0, looked = 0;
    list_init(&ready);
    spin_lock(&v->queue_lock);
    LIST_EACH_SAFE(it, &v->queue) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        if (entries_max == 0 || misses > 16 || looked++ > LIGHT_LOOK_MAX)
            break;
        if (atomic_load_explicit(&e->commit_stamp, memory_order_acquire) >= oldest.v) {
            misses++;
            continue;
        }
        if (ver_needs_callback(v, e))
            continue;
        list_remove(it);
        list_append(&ready, it);
        entries_max--;
    }
    spin_unlock(&v->queue_lock);
    LIST_EACH_SAFE(it, &ready) {
        list_remove(it);
        free_entry(v, LIST_ENTRY(it, struct ver_entry, trx_link));
    }
}

/* The first obsolete entry leaves the queue; NULL when there is none. */
static struct ver_entry *pop_obsolete(struct ver_store *v, const struct db_file *only)
{
    stamp oldest = trx_oldest(v);
    struct ver_entry *found = NULL;
    unsigned misses = 0;
    spin_lock(&v->queue_lock);
    LIST_EACH(it, &v->queue) {
        struct ver_entry *e = LIST_ENTRY(it, struct ver_entry, trx_link);
        if (only != NULL && e->db != only)
            continue;
        if (atomic_load_explicit(&e->commit_stamp, memory_order_acquire) < oldest.v) {
            list_remove(it);
            found = e;
            break;
        }
        if (++misses > 16 && only == NULL)
            break;
    }
    spin_unlock(&v->queue_lock);
    return found;
}

/* An entry whose node could not be removed now (busy page, full log) stays first in the queue for a few rounds, so that what was
 * committed later (the end of its table) waits for it; then the node stays flagged as deleted until its page is reorganised. */
static ese_err finish_entry(struct ver_store *v, struct ver_entry *e)
{
    ese_err err = 0;
    if (e->op == VER_SCHEMA) {
        if (e->schema->cleanup != NULL)
            e->schema->cleanup(e->object);
    } else if (ver_needs_callback(v, e)) {
        err = v->remove(v->remove_context, e);
        if (err < 0 && ++e->attempts < REMOVE_ATTEMPTS_MAX) {
            spin_lock(&v->queue_lock);
            list_prepend(&v->queue, &e->trx_link);
            spin_unlock(&v->queue_lock);
            return err;
        }
    }
    free_entry(v, e);
    return err;
}

void ver_set_remover(struct ver_store *v, ver_remove_fn remove, void *context)
{
    os_mutex_lock(&v->clean_lock);
    v->remove = remove;
    v->remove_context = context;
    os_mutex_unlock(&v->clean_lock);
}

ese_err ver_cleanup(struct ver_store *v, unsigned entries_max)
{
    ese_err err = 0;
    os_mutex_lock(&v->clean_lock);
    for (unsigned i = 0; i < entries_max; i++) {
        struct ver_entry *e = pop_obsolete(v, NULL);
        if (e == NULL)
            break;
        TRY(finish_entry(v, e));
    }
done:
    os_mutex_unlock(&v->clean_lock);
    return err;
}

/* ---- a store that is nearly full ---- */

static bool is_tight(struct ver_store *v)
{
    uint64_t max = v->config.bytes_max;
    return max != 0 && atomic_load_explicit(&v->bytes, memory_order_relaxed) > max - max / 8;
}

/* Clean-up may be behind, or wait for a transaction that is stalled for a moment: both get the time they need. One that is still there
 * after all that patience is long; nobody waits for it a second time. */
void ver_ease(struct ver_store *v, const struct trx *t)
{
    uint64_t until = 0, holder = 0;

    while (is_tight(v)) {
        uint64_t now, oldest;
        (void)ver_cleanup(v, UINT32_MAX);
        oldest = trx_oldest_other(t).v;
        if (!is_tight(v) || oldest == UINT64_MAX || (t->level != 0 && t->begin.v < oldest) ||
            oldest == atomic_load_explicit(&v->long_begin, memory_order_relaxed))
            break;
        now = os_clock_ns();
        if (oldest != holder) {
            holder = oldest;
            until = now + PATIENCE_MS * UINT64_C(1000000);
        } else if (now >= until) {
            atomic_store_explicit(&v->long_begin, oldest, memory_order_relaxed);
            break;
        }
        os_sleep_ms(NAP_MS);
    }
}

void ver_drain(struct ver_store *v, struct db_file *db)
{
    struct ver_entry *e;
    os_mutex_lock(&v->clean_lock);
    /* Schema callbacks of any database may refer to this one: everything obsolete goes, then what is left of db. */
    while ((e = pop_obsolete(v, NULL)) != NULL) {
        e->attempts = REMOVE_ATTEMPTS_MAX - 1;
        (void)finish_entry(v, e);
    }
    while ((e = pop_obsolete(v, db)) != NULL) {
        e->attempts = REMOVE_ATTEMPTS_MAX - 1;
        (void)finish_entry(v, e);
    }
    os_mutex_unlock(&v->clean_lock);
}

static bool is_busy(const struct ver_entry *e, const struct db_file *db, pgno fdp, const struct trx *t)
{
    return e->db == db && e->fdp == fdp && e->op != VER_WRITE_LOCK && e->op != VER_READ_LOCK && e->writer != t &&
           atomic_load_explicit(&e->commit_stamp, memory_order_acquire) == STAMP_NEVER.v;
}

bool ver_tree_busy(struct ver_store *v, const struct db_file *db, pgno fdp, const struct trx *t)
{
    bool busy = false;
    for (size_t i = 0; i < v->bucket_count && !busy; i++) {
        struct ver_bucket *b = &v->buckets[i];
        if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
            continue;
        spin_lock(&b->lock);
        for (struct ver_entry *e = atomic_load(&b->first); e != NULL && !busy; e = e->hash_next)
            for (struct ver_entry *o = e; o != NULL && !busy; o = o->older)
                busy = is_busy(o, db, fdp, t);
        spin_unlock(&b->lock);
    }
    return busy;
}

bool ver_db_busy(struct ver_store *v, const struct db_file *db)
{
    bool busy = false;
    for (size_t i = 0; i < v->bucket_count && !busy; i++) {
        struct ver_bucket *b = &v->buckets[i];
        if (atomic_load_explicit(&b->first, memory_order_acquire) == NULL)
            continue;
        spin_lock(&b->lock);
        for (struct ver_entry *e = atomic_load(&b->first); e != NULL && !busy; e = e->hash_next)
            for (struct ver_entry *o = e; o != NULL && !busy; o = o->older)
                busy = o->db == db;
        spin_unlock(&b->lock);
    }
    return busy;
}

void ver_cleanup_wake(struct ver_store *v)
{
    os_mutex_lock(&v->wake_lock);
    v->woken = true;
    os_cond_signal(&v->wake);
    os_mutex_unlock(&v->wake_lock);
}

static void cleanup_body(void *argument)
{
    struct ver_store *v = argument;
    os_mutex_lock(&v->wake_lock);
    while (!v->stop) {
        if (!v->woken)
            (void)os_cond_wait_ms(&v->wake, &v->wake_lock, CLEANUP_IDLE_MS);
        v->woken = false;
        if (v->stop)
            break;
        os_mutex_unlock(&v->wake_lock);
        /* In batches, so that somebody who wants to clean up for himself gets his turn. */
        for (uint64_t before = UINT64_MAX; atomic_load(&v->queued) != 0 && atomic_load(&v->queued) < before;) {
            before = atomic_load(&v->queued);
            if (ver_cleanup(v, CLEANUP_BATCH) < 0)
                break;
        }
        os_mutex_lock(&v->wake_lock);
    }
    os_mutex_unlock(&v->wake_lock);
}

void ver_cleanup_start(struct ver_store *v)
{
    if (v->thread == NULL && os_thread_start(&v->thread, cleanup_body, v) < 0)
        v->thread = NULL;
}

void ver_cleanup_stop(struct ver_store *v)
{
    if (v->thread == NULL)
        return;
    os_mutex_lock(&v->wake_lock);
    v->stop = true;
    os_cond_signal(&v->wake);
    os_mutex_unlock(&v->wake_lock);
    os_thread_join(v->thread);
    v->thread = NULL;
    v->stop = false;
}
