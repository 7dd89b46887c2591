#include "mvcc/trx.h"

#include <assert.h>

#include "mvcc/ver_store.h"

void trx_init(struct trx *t, struct ver_store *versions, struct log *log, uint16_t procid)
{
    t->versions = versions;
    t->log = log;
    t->procid = procid;
    t->level = t->level_logged = 0;
    t->read_only = t->system = t->recovering = t->stopped_reading = false;
    t->trx_id = 0;
    t->begin = (stamp){0};
    atomic_init(&t->commit_stamp, UINT64_MAX);
    atomic_init(&t->begin0_at, LGPOS_MAX.v);
    t->last_end = LGPOS_MIN;
    list_init(&t->running);
    list_init(&t->entries);
    t->session = NULL;
}

/* Begin of the first in the list that still reads, other than skip; under trx_lock. */
static uint64_t oldest_reader(const struct ver_store *v, const struct trx *skip)
{
    LIST_EACH(it, &v->running) {
        const struct trx *t = LIST_ENTRY(it, struct trx, running);
        if (t != skip && !t->stopped_reading)
            return t->begin.v;
    }
    return UINT64_MAX;
}

/* The oldest begin stamp is published for those that take no lock; under trx_lock. */
static void publish_oldest(struct ver_store *v)
{
    atomic_store(&v->oldest, oldest_reader(v, NULL));
}

/* The oldest stamp is published before the counter shows that it was handed out: trx_oldest relies on it. */
static void enter_running(struct trx *t)
{
    struct ver_store *v = t->versions;
    spin_lock(&v->trx_lock);
    t->begin.v = atomic_load_explicit(&v->counter, memory_order_relaxed) + 1;
    atomic_store_explicit(&t->commit_stamp, UINT64_MAX, memory_order_relaxed);
    list_append(&v->running, &t->running);
    t->stopped_reading = false;
    if (atomic_load_explicit(&v->oldest, memory_order_relaxed) == UINT64_MAX)
        atomic_store(&v->oldest, t->begin.v);
    atomic_store(&v->counter, t->begin.v);
    spin_unlock(&v->trx_lock);
}

ese_err trx_begin(struct trx *t, bool read_only)
{
    ese_err err = 0;
    if (t->level >= TRX_LEVELS_MAX)
        FAIL(JET_errTransTooDeep);
    if (t->level == 0) {
        t->level_logged = 0;
        t->read_only = read_only;
        t->last_end = LGPOS_MIN;
        atomic_store_explicit(&t->begin0_at, LGPOS_MAX.v, memory_order_relaxed);
        enter_running(t);
        t->trx_id = (uint32_t)(t->begin.v << 2);
    }
    t->level++;
done:
    return err;
}

/* Redo met a transaction's begin: it runs from here with the identity the log gives it. */
void trx_begin_recovered(struct trx *t, uint32_t trx_id, uint8_t level, lgpos begin0)
{
    assert(t->level == 0);
    t->recovering = true;
    t->read_only = false;
    t->last_end = LGPOS_MIN;
    enter_running(t);
    atomic_store(&t->begin0_at, begin0.v);
    t->trx_id = trx_id;
    t->level = t->level_logged = level;
}

ese_err trx_log_begin(struct trx *t)
{
    struct log_record r = {0};
    struct log_span span;
    ese_err err = 0;
    bool outermost = t->level_logged == 0;
    assert(t->level > 0);
    if (t->log == NULL || t->recovering || t->level_logged == t->level)
        goto done;
    r.type = outermost ? LR_BEGIN0 : LR_BEGIN;
    r.head.procid = t->procid;
    r.u.begin.from = t->level_logged;
    r.u.begin.count = (uint8_t)(t->level - t->level_logged);
    r.u.begin.trx = t->trx_id;
    /* A lower bound first, so that a checkpoint taken between the append and the exact position cannot pass it. */
    if (outermost)
        atomic_store(&t->begin0_at, log_tip(t->log).v);
    err = log_append(t->log, &r, &span);
    if (err < 0) {
        if (outermost)
            atomic_store(&t->begin0_at, LGPOS_MAX.v);
        goto done;
    }
    if (outermost)
        atomic_store(&t->begin0_at, span.at.v);
    t->last_end = lgpos_max(t->last_end, span.end);
    t->level_logged = t->level;
done:
    return err;
}

stamp trx_commit_stamp(struct trx *t)
{
    struct ver_store *v = t->versions;
    uint64_t at;
    spin_lock(&v->trx_lock);
    at = atomic_fetch_add(&v->counter, 1) + 1;
    atomic_store_explicit(&t->commit_stamp, at, memory_order_release);
    spin_unlock(&v->trx_lock);
    return (stamp){at};
}

/* Under trx_lock, before the transaction leaves the list of the running. */
static void note_ended(struct ver_store *v, uint64_t begin, uint64_t end)
{
    uint64_t stretch = end >> TRX_STRETCH_SHIFT;
    struct trx_ended *newest = v->ended_next > 0 ? &v->ended[(v->ended_next - 1) % TRX_ENDED_STRETCHES] : NULL;
    if (newest == NULL || stretch > newest->stretch) {
        struct trx_ended *slot = &v->ended[v->ended_next % TRX_ENDED_STRETCHES];
        struct trx_ended *oldest = &v->ended[(v->ended_next + 1) % TRX_ENDED_STRETCHES];
        if (v->ended_next >= TRX_ENDED_STRETCHES && slot->begin < oldest->begin)
            oldest->begin = slot->begin;
        slot->stretch = stretch;
        slot->begin = begin;
        v->ended_next++;
        return;
    }
    if (begin < newest->begin)                          /* one that ended a little earlier counts as ending here */
        newest->begin = begin;
}

void trx_stop_reading(struct trx *t)
{
    struct ver_store *v = t->versions;
    spin_lock(&v->trx_lock);
    t->stopped_reading = true;
    if (atomic_load_explicit(&v->oldest, memory_order_relaxed) == t->begin.v)
        publish_oldest(v);
    spin_unlock(&v->trx_lock);
}

void trx_end(struct trx *t)
{
    struct ver_store *v = t->versions;
    assert(list_empty(&t->entries));
    spin_lock(&v->trx_lock);
    if (atomic_load(&t->begin0_at) != LGPOS_MAX.v)
        note_ended(v, atomic_load(&t->begin0_at), t->last_end.v);
    list_remove(&t->running);
    if (atomic_load_explicit(&v->oldest, memory_order_relaxed) == t->begin.v)
        publish_oldest(v);
    spin_unlock(&v->trx_lock);
    atomic_store(&t->begin0_at, LGPOS_MAX.v);
    t->level = t->level_logged = 0;
    t->read_only = false;
}

void trx_fill_head(const struct trx *t, struct lr_head *head)
{
    head->procid = t->procid;
    head->level = t->level;
    head->trx_begin0 = t->trx_id;
    if (t->system)
        head->flags |= LR_SYSTEM;
}

/* The counter is read before the list: whoever begins later has a larger stamp than what is returned (X3). */
stamp trx_oldest(struct ver_store *v)
{
    uint64_t now = atomic_load(&v->counter);
    uint64_t oldest = atomic_load(&v->oldest);
    return (stamp){oldest != UINT64_MAX ? oldest : now + 1};
}

stamp trx_oldest_other(const struct trx *t)
{
    struct ver_store *v = t->versions;
    stamp oldest;
    spin_lock(&v->trx_lock);
    oldest.v = oldest_reader(v, t);
    spin_unlock(&v->trx_lock);
    return oldest;
}

lgpos trx_oldest_begin0(struct ver_store *v, lgpos at)
{
    uint64_t low = LGPOS_MAX.v, first;
    spin_lock(&v->trx_lock);
    LIST_EACH(it, &v->running) {
        uint64_t begin = atomic_load(&LIST_ENTRY(it, struct trx, running)->begin0_at);
        if (begin < low)
            low = begin;
    }
    first = v->ended_next > TRX_ENDED_STRETCHES ? v->ended_next - TRX_ENDED_STRETCHES : 0;
    for (uint64_t n = v->ended_next; n-- > first;) {
        const struct trx_ended *e = &v->ended[n % TRX_ENDED_STRETCHES];
        if (e->stretch < at.v >> TRX_STRETCH_SHIFT)
            break;
        if (e->begin < low)
            low = e->begin;
    }
    spin_unlock(&v->trx_lock);
    return (lgpos){low};
}
