#include "store/buf_int.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

/* Replacement: a clock whose frames carry a small count. A page enters with 0 (1 when it had been evicted lately: the ghosts know),
 * so that a scan's pages leave first; touches raise the count at most once an epoch, so that the many touches of one visit count
 * as one. Epochs move on with misses: while everything is cached a hit writes nothing shared. Counts are worn down only in laps
 * that follow one with few cold pages: a scan, which brings cold pages in plenty, lives on those alone. */

enum { EPOCHS_PER_LAP = 16, COLD_SHARE = 4, WAIT_MS = 5, WAITS_MAX = 400 };

void buf_touch(struct buf_cache *cache, struct buf_frame *f)
{
    uint32_t now = atomic_load_explicit(&cache->epoch, memory_order_relaxed);
    uint8_t ref;

    if (atomic_load_explicit(&f->epoch, memory_order_relaxed) == now)
        return;
    atomic_store_explicit(&f->epoch, now, memory_order_relaxed);
    ref = atomic_load_explicit(&f->ref, memory_order_relaxed);
    if (ref < REF_MAX)
        atomic_store_explicit(&f->ref, (uint8_t)(ref + 1), memory_order_relaxed);
}

static uint32_t fingerprint(const struct db_file *db, pgno n)
{
    return (uint32_t)(buf_hash(db, n) >> 8) | 1;
}

void buf_greet(struct buf_cache *cache, struct buf_frame *f, const struct db_file *db, pgno n)
{
    uint32_t print = fingerprint(db, n);
    _Atomic uint32_t *ghost = &cache->ghosts[print & cache->ghost_mask];
    bool known = atomic_load_explicit(ghost, memory_order_relaxed) == print;
    uint64_t misses = atomic_fetch_add_explicit(&cache->misses, 1, memory_order_relaxed) + 1;
    uint32_t frames = atomic_load_explicit(&cache->target, memory_order_relaxed) / EPOCHS_PER_LAP + 1;

    if (misses % frames == 0)
        atomic_fetch_add_explicit(&cache->epoch, 1, memory_order_relaxed);
    atomic_store_explicit(&f->epoch, atomic_load_explicit(&cache->epoch, memory_order_relaxed), memory_order_relaxed);
    atomic_store_explicit(&f->ref, known ? 1 : 0, memory_order_relaxed);
}

static void remember(struct buf_cache *cache, const struct db_file *db, pgno n)
{
    uint32_t print = fingerprint(db, n);
    atomic_store_explicit(&cache->ghosts[print & cache->ghost_mask], print, memory_order_relaxed);
}

/* One more slab; frame_lock is held. Its frames come in one by one as frame_count grows. */
static bool add_slab(struct buf_cache *cache, uint32_t no)
{
    struct slab *slab = &cache->slabs[no];

    if (slab->frames != NULL)
        return true;
    slab->memory = os_memory_reserve((size_t)SLAB_FRAMES * cache->page_size);
    slab->frames = slab->memory != NULL ? ese_alloc_aligned(64, SLAB_FRAMES * sizeof *slab->frames) : NULL;
    if (slab->frames == NULL) {
        if (slab->memory != NULL)
            os_memory_release(slab->memory, (size_t)SLAB_FRAMES * cache->page_size);
        slab->memory = NULL;
        return false;
    }
    for (uint32_t i = 0; i < SLAB_FRAMES; i++) {
        struct buf_frame *f = &slab->frames[i];
        f->at = slab->memory + (size_t)i * cache->page_size;
        f->index = no * SLAB_FRAMES + i;
        list_init(&f->dirty_link);
        list_init(&f->write_link);
        list_init(&f->undo);
    }
    return true;
}

/* A frame nobody uses: a free one, a spare one, a new one while the cache may grow to limit. NULL: none, evict. */
static struct buf_frame *unused_frame(struct buf_cache *cache, uint32_t limit)
{
    struct buf_frame *f = NULL;
    uint32_t count;

    os_mutex_lock(&cache->frame_lock);
    count = atomic_load(&cache->frame_count);
    if (cache->free_frames != NULL) {
        f = cache->free_frames;
        cache->free_frames = f->free_next;
    } else if (count - cache->spare_count < limit) {
        if (cache->spare_frames != NULL) {
            f = cache->spare_frames;
            cache->spare_frames = f->free_next;
            cache->spare_count--;
        } else if (count < (uint32_t)SLAB_MAX * SLAB_FRAMES && add_slab(cache, count / SLAB_FRAMES)) {
            f = buf_frame_no(cache, count);
            atomic_store(&cache->frame_count, count + 1);
        }
    }
    os_mutex_unlock(&cache->frame_lock);
    if (f != NULL) {
        bool latched = latch_try(f, LATCH_WRITE);
        if (!latched)
            latch_take(f, LATCH_WRITE);                 /* somebody who went astray is just leaving (C2) */
    }
    return f;
}

/* Takes the page out of a frame that is clean, cold and free of latches. */
static bool evict(struct buf_cache *cache, struct buf_frame *f)
{
    struct db_file *db;

    if (atomic_load_explicit(&f->db, memory_order_relaxed) == NULL || !latch_try(f, LATCH_WRITE))
        return false;
    db = atomic_load_explicit(&f->db, memory_order_relaxed);
    if (db == NULL || atomic_load(&f->dirty) || atomic_load(&f->writing) || !list_empty(&f->undo)) {    /* C3 */
        latch_drop(f, LATCH_WRITE);
        return false;
    }
    remember(cache, db, atomic_load_explicit(&f->number, memory_order_relaxed));
    buf_unhash(cache, f);
    atomic_fetch_add_explicit(&cache->evictions, 1, memory_order_relaxed);
    return true;
}

/* The frame below the hand; at the end of a lap the cold pages seen in it decide about the next. */
static struct buf_frame *next_frame(struct buf_cache *cache, uint32_t count)
{
    uint32_t i = atomic_fetch_add_explicit(&cache->hand, 1, memory_order_relaxed) % count;
    if (i == 0)
        atomic_store_explicit(&cache->lap_cold, atomic_exchange_explicit(&cache->lap_seen, 0, memory_order_relaxed), memory_order_relaxed);
    return buf_frame_no(cache, i);
}

/* Turns the hand until a page gives way; NULL after enough laps without one. */
static struct buf_frame *clock_turn(struct buf_cache *cache)
{
    uint32_t count = atomic_load(&cache->frame_count), dirty = 0;
    uint64_t steps = (uint64_t)count * (REF_MAX + 3);

    for (uint64_t i = 0; i < steps; i++) {
        struct buf_frame *f = next_frame(cache, count);
        uint8_t ref = atomic_load_explicit(&f->ref, memory_order_relaxed);
        if (ref != 0) {
            if (i > count || atomic_load_explicit(&cache->lap_cold, memory_order_relaxed) < count / COLD_SHARE)
                atomic_store_explicit(&f->ref, (uint8_t)(ref - 1), memory_order_relaxed);
            continue;
        }
        atomic_fetch_add_explicit(&cache->lap_seen, 1, memory_order_relaxed);
        if (atomic_load_explicit(&f->dirty, memory_order_relaxed)) {
            if (++dirty == 64)
                buf_kick_writer(cache);
            continue;
        }
        if (evict(cache, f))
            return f;
    }
    return NULL;
}

/* The caller may hold latches of other pages: it waits for the writer, who only tries latches, never for another latch. When
 * nothing comes free the cache goes over its target for a while. */
ese_err buf_frame_take(struct buf_cache *cache, struct buf_frame **out)
{
    ese_err err = JET_errSuccess;
    uint32_t target = atomic_load(&cache->target);
    struct buf_frame *f = unused_frame(cache, target);

    for (unsigned waits = 0; f == NULL; waits++) {
        f = clock_turn(cache);
        if (f == NULL && waits >= 4)
            f = unused_frame(cache, target + target / 8 + 64);
        if (f != NULL)
            break;
        if (waits >= WAITS_MAX)
            FAIL(JET_errOutOfMemory);
        buf_kick_writer(cache);
        os_mutex_lock(&cache->frame_lock);
        cache->frame_waiters++;
        (void)os_cond_wait_ms(&cache->frame_freed, &cache->frame_lock, WAIT_MS);
        cache->frame_waiters--;
        os_mutex_unlock(&cache->frame_lock);
    }
done:
    *out = f;
    return err;
}

void buf_frame_give(struct buf_cache *cache, struct buf_frame *f)
{
    assert(atomic_load(&f->db) == NULL);
    atomic_store(&f->ref, 0);
    latch_drop(f, LATCH_WRITE);
    os_mutex_lock(&cache->frame_lock);
    f->free_next = cache->free_frames;
    cache->free_frames = f;
    os_mutex_unlock(&cache->frame_lock);
}

static bool over_target(struct buf_cache *cache)
{
    bool over;
    os_mutex_lock(&cache->frame_lock);
    over = atomic_load(&cache->frame_count) - cache->spare_count > atomic_load(&cache->target);
    os_mutex_unlock(&cache->frame_lock);
    return over;
}

void buf_trim(struct buf_cache *cache)
{
    while (over_target(cache)) {
        struct buf_frame *f = NULL;
        os_mutex_lock(&cache->frame_lock);
        if (cache->free_frames != NULL) {
            f = cache->free_frames;
            cache->free_frames = f->free_next;
        }
        os_mutex_unlock(&cache->frame_lock);
        if (f == NULL) {
            f = clock_turn(cache);
            if (f == NULL)
                return;
            latch_drop(f, LATCH_WRITE);
        }
        if (cache->page_size >= 4096)
            os_memory_discard(f->at, cache->page_size);
        os_mutex_lock(&cache->frame_lock);
        f->free_next = cache->spare_frames;
        cache->spare_frames = f;
        cache->spare_count++;
        os_mutex_unlock(&cache->frame_lock);
    }
}
