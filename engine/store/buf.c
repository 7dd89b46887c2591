#include "store/buf_int.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BUF_NO_PEEK 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define BUF_NO_PEEK 1
#endif

enum { CHAIN_STEPS_MAX = 64, BUCKET_BITS_MIN = 16, PARTITIONS_MIN = 16, TAGS_FETCHED = 256 };

/* ---- the hash ---- */

static uint64_t bucket_of(const struct buf_cache *cache, const struct db_file *db, pgno n)
{
    return (buf_hash(db, 0) + n) & ((UINT64_C(1) << cache->bucket_bits) - 1);
}

static struct os_mutex *partition_of(struct buf_cache *cache, uint64_t bucket)
{
    return &cache->partition_locks[bucket & (cache->partitions - 1)];
}

static inline struct buf_frame *first_in(struct buf_cache *cache, uint64_t bucket)
{
    uint32_t first = atomic_load_explicit(&cache->buckets[bucket], memory_order_acquire);
    return first != 0 ? buf_frame_no(cache, first - 1) : NULL;
}

/* Without a lock (C2). */
struct buf_frame *buf_find(struct buf_cache *cache, const struct db_file *db, pgno n)
{
    struct buf_frame *f = first_in(cache, bucket_of(cache, db, n));
    for (unsigned steps = 0; f != NULL && steps < CHAIN_STEPS_MAX; steps++) {
        if (atomic_load_explicit(&f->number, memory_order_relaxed) == n &&
            atomic_load_explicit(&f->db, memory_order_relaxed) == db)
            return f;
        f = atomic_load_explicit(&f->hash_next, memory_order_acquire);
    }
    return NULL;
}

/* The partition lock is held: nothing moves in this chain. */
static struct buf_frame *find_locked(struct buf_cache *cache, uint64_t bucket, const struct db_file *db, pgno n)
{
    struct buf_frame *f = first_in(cache, bucket);
    while (f != NULL && !(atomic_load(&f->number) == n && atomic_load(&f->db) == db))
        f = atomic_load(&f->hash_next);
    return f;
}

/* Puts a WRITE-latched frame into its chain; false when the page is there already. */
static bool hash_insert(struct buf_cache *cache, struct buf_frame *f, struct db_file *db, pgno n)
{
    uint64_t bucket = bucket_of(cache, db, n);
    struct os_mutex *lock = partition_of(cache, bucket);
    bool fresh;

    os_mutex_lock(lock);
    fresh = find_locked(cache, bucket, db, n) == NULL;
    if (fresh) {
        atomic_store(&f->number, n);
        atomic_store(&f->db, db);
        atomic_store(&f->hash_next, first_in(cache, bucket));
        atomic_store(&cache->buckets[bucket], f->index + 1);
    }
    os_mutex_unlock(lock);
    return fresh;
}

void buf_unhash(struct buf_cache *cache, struct buf_frame *f)
{
    uint64_t bucket = bucket_of(cache, atomic_load(&f->db), atomic_load(&f->number));
    struct os_mutex *lock = partition_of(cache, bucket);
    struct buf_frame *before, *next;

    os_mutex_lock(lock);
    next = atomic_load(&f->hash_next);
    before = first_in(cache, bucket);
    if (before == f) {
        atomic_store(&cache->buckets[bucket], next != NULL ? next->index + 1 : 0);
    } else {
        while (atomic_load(&before->hash_next) != f)
            before = atomic_load(&before->hash_next);
        atomic_store(&before->hash_next, next);
    }
    atomic_store(&f->db, NULL);
    os_mutex_unlock(lock);
    buf_map_give(cache, f);
}

/* ---- life ---- */

static uint32_t frames_of(const struct buf_cache *cache, uint64_t bytes)
{
    uint64_t frames = bytes / cache->page_size;
    if (frames < FRAMES_MIN)
        frames = FRAMES_MIN;
    return frames > (uint64_t)SLAB_MAX * SLAB_FRAMES / 2 ? (uint32_t)SLAB_MAX * SLAB_FRAMES / 2 : (uint32_t)frames;
}

static void init_locks(struct buf_cache *cache)
{
    os_mutex_init(&cache->frame_lock, RANK_FRAMES);
    os_mutex_init(&cache->dbs_lock, RANK_CACHE_LIST);
    os_mutex_init(&cache->write_lock, RANK_WRITER);
    os_mutex_init(&cache->wake_lock, RANK_WAKE);
    os_cond_init(&cache->frame_freed);
    os_cond_init(&cache->wake);
    list_init(&cache->dbs);
    for (unsigned i = 0; cache->partition_locks != NULL && i < cache->partitions; i++)
        os_mutex_init(&cache->partition_locks[i], RANK_BUFFER_HASH);
}

ese_err buf_cache_create(const struct buf_config *config, struct buf_cache **out)
{
    ese_err err = JET_errSuccess;
    struct buf_cache *cache = ese_alloc(sizeof *cache);
    uint32_t ghosts = 512;

    *out = NULL;
    if (cache == NULL)
        FAIL(JET_errOutOfMemory);
    cache->page_size = config->page_size;
    atomic_store(&cache->target, frames_of(cache, config->bytes_max));
    for (cache->partitions = PARTITIONS_MIN; cache->partitions < config->partitions; cache->partitions *= 2) {
    }
    for (cache->bucket_bits = BUCKET_BITS_MIN; cache->bucket_bits < 26 && (1u << cache->bucket_bits) < 2 * atomic_load(&cache->target);)
        cache->bucket_bits++;
    while (ghosts < atomic_load(&cache->target) / 2)
        ghosts *= 2;
    cache->ghost_mask = ghosts - 1;
    cache->partition_locks = ese_alloc(cache->partitions * sizeof *cache->partition_locks);
    cache->buckets = ese_alloc(((size_t)1 << cache->bucket_bits) * sizeof *cache->buckets);
    cache->slabs = ese_alloc(SLAB_MAX * sizeof *cache->slabs);
    cache->ghosts = ese_alloc(ghosts * sizeof *cache->ghosts);
    init_locks(cache);
    if (cache->partition_locks == NULL || cache->buckets == NULL || cache->slabs == NULL || cache->ghosts == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(buf_writer_start(cache));
    *out = cache;
    cache = NULL;
done:
    buf_cache_release(cache);
    return err;
}

void buf_cache_release(struct buf_cache *cache)
{
    if (cache == NULL)
        return;
    buf_writer_stop(cache);
    if (cache->slabs != NULL)
        buf_maps_release(cache);
    for (unsigned i = 0; cache->slabs != NULL && i < SLAB_MAX && cache->slabs[i].frames != NULL; i++) {
        os_memory_release(cache->slabs[i].memory, (size_t)SLAB_FRAMES * cache->page_size);
        ese_free_aligned(cache->slabs[i].frames);
    }
    for (unsigned i = 0; cache->partition_locks != NULL && i < cache->partitions; i++)
        os_mutex_release(&cache->partition_locks[i]);
    os_mutex_release(&cache->frame_lock);
    os_mutex_release(&cache->dbs_lock);
    os_mutex_release(&cache->write_lock);
    os_mutex_release(&cache->wake_lock);
    os_cond_release(&cache->frame_freed);
    os_cond_release(&cache->wake);
    ese_free(cache->partition_locks);
    ese_free(cache->buckets);
    ese_free(cache->slabs);
    ese_free((void *)(uintptr_t)cache->ghosts);
    ese_free(cache);
}

void buf_cache_resize(struct buf_cache *cache, uint64_t bytes_min, uint64_t bytes_max)
{
    atomic_store(&cache->target, frames_of(cache, bytes_max > bytes_min ? bytes_max : bytes_min));
    buf_kick_writer(cache);
}

uint64_t buf_cache_bytes(struct buf_cache *cache)
{
    uint64_t frames;
    os_mutex_lock(&cache->frame_lock);
    frames = atomic_load(&cache->frame_count) - cache->spare_count;
    os_mutex_unlock(&cache->frame_lock);
    return frames * cache->page_size;
}

void buf_counts(struct buf_cache *cache, struct buf_counts *out)
{
    out->hits = 0;
    for (unsigned i = 0; i < COUNT_STRIPES; i++)
        out->hits += atomic_load_explicit(&cache->hits[i].hits, memory_order_relaxed);
    out->reads = atomic_load(&cache->reads);
    out->writes = atomic_load(&cache->writes);
    out->evictions = atomic_load(&cache->evictions);
    out->repairs = atomic_load(&cache->repairs);
}

/* ---- latching pages ---- */

/* A count that may lose a beat under contention, and costs no locked instruction. */
static void count_hit(struct buf_cache *cache, pgno n)
{
    _Atomic uint64_t *hits = &cache->hits[n % COUNT_STRIPES].hits;
    atomic_store_explicit(hits, atomic_load_explicit(hits, memory_order_relaxed) + 1, memory_order_relaxed);
}

static bool holds(const struct buf_frame *f, const struct db_file *db, pgno n)
{
    return atomic_load_explicit(&f->db, memory_order_relaxed) == db && atomic_load_explicit(&f->number, memory_order_relaxed) == n;
}

static void set_ref(struct buf_ref *ref, struct buf_frame *f, const struct db_file *db, enum latch_mode mode)
{
    ref->frame = f;
    ref->page.at = f->at;
    ref->page.size = db->page_size;
    ref->mode = mode;
}

/* Header and tag array of the page, the next that anybody looks at: fetched while the frame itself is still on its way. */
static inline __attribute__((always_inline)) void prefetch_ends(const struct buf_cache *cache, const struct db_file *db, pgno n)
{
    uint32_t first = atomic_load_explicit(&cache->buckets[bucket_of(cache, db, n)], memory_order_acquire) - 1;
    const uint8_t *at;

    if (first == UINT32_MAX)
        return;
    at = cache->slabs[first / SLAB_FRAMES].memory + (size_t)(first % SLAB_FRAMES) * cache->page_size;
    __builtin_prefetch(at);
    for (unsigned back = 64; back <= TAGS_FETCHED; back += 64)
        __builtin_prefetch(at + cache->page_size - back);
}

static bool latch_cached(struct buf_cache *cache, struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out)
{
    struct buf_frame *f;
    prefetch_ends(cache, db, n);
    while ((f = buf_find(cache, db, n)) != NULL) {
        latch_take(f, mode);
        if (holds(f, db, n)) {
            set_ref(out, f, db, mode);
            buf_touch(cache, f);
            count_hit(cache, n);
            return true;
        }
        latch_drop(f, mode);
    }
    return false;
}

static ese_err read_page(struct buf_cache *cache, struct db_file *db, pgno n, uint8_t *to)
{
    ese_err err = JET_errSuccess;

    if (n == 0 || n > atomic_load(&db->page_last))
        FAIL(JET_errFileIOBeyondEOF);
    atomic_fetch_add_explicit(&cache->reads, 1, memory_order_relaxed);
    TRY(db_page_read(db, n, 1, to));
    switch (checksum_page_verify(to, db->page_size, n)) {
    case PAGE_GOOD:
        break;
    case PAGE_REPAIRED:
        atomic_fetch_add_explicit(&cache->repairs, 1, memory_order_relaxed);
        break;
    case PAGE_UNINITIALISED:
        FAIL(JET_errPageNotInitialized);
    default:
        FAIL(JET_errReadVerifyFailure);
    }
done:
    return err;
}

/* A frame of its own for a page that is not cached, latched for WRITE; *out NULL when somebody else was faster. */
static ese_err place_frame(struct buf_cache *cache, struct db_file *db, pgno n, struct buf_frame **out)
{
    ese_err err = JET_errSuccess;
    struct buf_frame *f;

    *out = NULL;
    TRY(buf_frame_take(cache, &f));
    buf_greet(cache, f, db, n);
    f->blank = false;
    f->last_end = LGPOS_MIN;
    atomic_store(&f->hold_end, 0);
    if (!hash_insert(cache, f, db, n)) {
        buf_frame_give(cache, f);
        goto done;
    }
    *out = f;
done:
    return err;
}

static void drop_frame(struct buf_cache *cache, struct buf_frame *f)
{
    buf_unhash(cache, f);
    buf_frame_give(cache, f);
}

ese_err buf_latch(struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out)
{
    ese_err err = JET_errSuccess;
    struct buf_cache *cache = db->cache;
    struct buf_frame *f = NULL;

    *out = BUF_REF_NONE;
    while (!latch_cached(cache, db, n, mode, out)) {
        TRY(place_frame(cache, db, n, &f));
        if (f == NULL)
            continue;
        if ((err = read_page(cache, db, n, f->at)) < 0) {
            drop_frame(cache, f);
            goto done;
        }
        if (mode != LATCH_WRITE)
            latch_downgrade(f, mode);
        set_ref(out, f, db, mode);
        break;
    }
done:
    return err;
}

/* Frames outlive the pages in them (C2), so an old pointer is safe to look through; what it holds is checked under the latch. */
ese_err buf_latch_at(struct db_file *db, pgno n, enum latch_mode mode, struct buf_frame **frame, struct buf_ref *out)
{
    ese_err err = JET_errSuccess;
    struct buf_frame *f = *frame;

    if (f != NULL && holds(f, db, n) && latch_try(f, mode)) {
        if (holds(f, db, n)) {
            set_ref(out, f, db, mode);
            buf_touch(db->cache, f);
            count_hit(db->cache, n);
            return err;
        }
        latch_drop(f, mode);
    }
    err = buf_latch(db, n, mode, out);
    *frame = out->frame;
    return err;
}

ese_err buf_try_latch(struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out)
{
    struct buf_frame *f = buf_find(db->cache, db, n);

    *out = BUF_REF_NONE;
    if (f == NULL || !latch_try(f, mode))
        return JET_errSuccess;
    if (!holds(f, db, n)) {
        latch_drop(f, mode);
        return JET_errSuccess;
    }
    set_ref(out, f, db, mode);
    buf_touch(db->cache, f);
    return JET_errSuccess;
}

/* Latches for WRITE; a page that is not cached comes as zeros, or from disk when read is set and the page is good there. */
static ese_err latch_blank(struct db_file *db, pgno n, bool read, struct buf_ref *out)
{
    ese_err err = JET_errSuccess;
    struct buf_cache *cache = db->cache;
    struct buf_frame *f = NULL;

    *out = BUF_REF_NONE;
    while (!latch_cached(cache, db, n, LATCH_WRITE, out)) {
        TRY(place_frame(cache, db, n, &f));
        if (f == NULL)
            continue;
        err = read ? read_page(cache, db, n, f->at) : JET_errPageNotInitialized;
        if (err == JET_errFileIOBeyondEOF || err == JET_errPageNotInitialized || err == JET_errReadVerifyFailure) {
            memset(f->at, 0, cache->page_size);
            f->blank = true;
            err = JET_errSuccess;
        }
        if (err < 0) {
            drop_frame(cache, f);
            goto done;
        }
        set_ref(out, f, db, LATCH_WRITE);
        break;
    }
done:
    return err;
}

ese_err buf_latch_new(struct db_file *db, pgno n, struct buf_ref *out)
{
    return latch_blank(db, n, false, out);
}

ese_err buf_latch_redo(struct db_file *db, pgno n, struct buf_ref *out, bool *fresh)
{
    ese_err err = latch_blank(db, n, true, out);
    *fresh = err == 0 && (out->frame->blank || page_is_zero(out->page));
    return err;
}

void buf_unlatch(struct buf_ref *ref)
{
    struct buf_frame *f = ref->frame;

    if (f == NULL)
        return;
    if (ref->mode == LATCH_WRITE && f->blank && !atomic_load_explicit(&f->dirty, memory_order_relaxed))
        drop_frame(atomic_load(&f->db)->cache, f);
    else
        latch_drop(f, ref->mode);
    *ref = BUF_REF_NONE;
}

bool buf_try_upgrade(struct buf_ref *ref)
{
    assert(ref->mode == LATCH_READ);
    if (!latch_try_upgrade(ref->frame))
        return false;
    ref->mode = LATCH_WRITE;
    return true;
}

void buf_upgrade(struct buf_ref *ref)
{
    assert(ref->mode == LATCH_INTENT);
    latch_upgrade(ref->frame);
    ref->mode = LATCH_WRITE;
}

void buf_downgrade(struct buf_ref *ref)
{
    assert(ref->mode == LATCH_WRITE);
    latch_downgrade(ref->frame, LATCH_READ);
    ref->mode = LATCH_READ;
}

/* ---- peeking ---- */

bool buf_peek(struct db_file *db, pgno n, struct buf_peek *out)
{
#ifdef BUF_NO_PEEK
    /* Reads that race with a writer and are then thrown away are what the thread sanitizer exists to report. */
    (void)db;
    (void)n;
    (void)out;
    return false;
#else
    struct buf_frame *f;

    prefetch_ends(db->cache, db, n);
    f = buf_find(db->cache, db, n);
    if (f == NULL)
        return false;
    out->version = atomic_load_explicit(&f->version, memory_order_acquire);
    if ((out->version & 1) != 0 || !holds(f, db, n))
        return false;
    out->frame = f;
    out->page.at = f->at;
    out->page.size = db->page_size;
    buf_touch(db->cache, f);
    count_hit(db->cache, n);
    return true;
#endif
}

bool buf_peek_again(struct buf_frame *f, pgno n, uint64_t version, uint32_t page_size, struct buf_peek *out)
{
#ifdef BUF_NO_PEEK
    (void)f;
    (void)n;
    (void)version;
    (void)page_size;
    (void)out;
    return false;
#else
    if (atomic_load_explicit(&f->version, memory_order_acquire) != version || (version & 1) != 0 ||
        atomic_load_explicit(&f->number, memory_order_relaxed) != n)
        return false;
    *out = (struct buf_peek){f, {f->at, page_size}, version};
    return true;
#endif
}

uint64_t buf_version(const struct buf_ref *ref)
{
    return atomic_load_explicit(&ref->frame->version, memory_order_relaxed);
}

bool buf_peek_valid(const struct buf_peek *peek)
{
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&peek->frame->version, memory_order_relaxed) == peek->version;
}

bool buf_peek_latch(const struct buf_peek *peek, struct db_file *db, pgno n, enum latch_mode mode, struct buf_ref *out)
{
    struct buf_frame *f = peek->frame;
    uint64_t version = peek->version + (mode == LATCH_WRITE ? 1 : 0);

    *out = BUF_REF_NONE;
    if (!latch_try(f, mode))
        return false;
    if (atomic_load_explicit(&f->version, memory_order_relaxed) != version || !holds(f, db, n)) {
        latch_drop(f, mode);
        return false;
    }
    set_ref(out, f, db, mode);
    return true;
}

/* ---- dirtying ---- */

static void join_cache(struct buf_cache *cache, struct db_file *db)
{
    os_mutex_lock(&cache->dbs_lock);
    if (!atomic_load(&db->in_cache)) {
        list_append(&cache->dbs, &db->cache_link);
        atomic_store(&db->in_cache, true);
    }
    os_mutex_unlock(&cache->dbs_lock);
}

/* The list is in order of first_dirty because the tip is read under its lock and only grows. The cache knows the database before its
 * first page is on the list: the checkpoint must not miss any. */
void buf_will_dirty(struct buf_ref *ref)
{
    struct buf_frame *f = ref->frame;
    struct db_file *db = atomic_load_explicit(&f->db, memory_order_relaxed);

    assert(ref->mode == LATCH_WRITE);
    if (atomic_load_explicit(&f->dirty, memory_order_relaxed))
        return;
    f->blank = false;
    if (!atomic_load_explicit(&db->in_cache, memory_order_acquire))
        join_cache(db->cache, db);
    os_mutex_lock(&db->dirty_lock);
    f->first_dirty = db->log != NULL ? log_tip(db->log) : LGPOS_MIN;
    f->dirty_no = ++db->dirty_seq;
    list_append(&db->dirty, &f->dirty_link);
    atomic_store(&f->dirty, true);
    os_mutex_unlock(&db->dirty_lock);
    atomic_fetch_add_explicit(&db->cache->dirty_count, 1, memory_order_relaxed);
}

void buf_dirty(struct buf_ref *ref, lgpos record_start, lgpos record_end)
{
    struct buf_frame *f = ref->frame;
    (void)record_start;
    if (!atomic_load_explicit(&f->dirty, memory_order_relaxed))
        buf_will_dirty(ref);
    f->last_end = lgpos_max(f->last_end, record_end);
}

void buf_set_clean(struct buf_cache *cache, struct buf_frame *f)
{
    struct db_file *db = atomic_load(&f->db);

    if (atomic_load(&f->dirty)) {
        os_mutex_lock(&db->dirty_lock);
        list_remove(&f->dirty_link);
        atomic_store(&f->dirty, false);
        os_mutex_unlock(&db->dirty_lock);
        atomic_fetch_sub_explicit(&cache->dirty_count, 1, memory_order_relaxed);
    }
    while (!list_empty(&f->undo))
        list_remove(f->undo.next);
}

struct list *buf_undo_list(struct buf_ref *ref)
{
    return &ref->frame->undo;
}

void buf_hold_back(struct list *undo_list, lgpos until)
{
    struct buf_frame *f = LIST_ENTRY(undo_list, struct buf_frame, undo);
    uint64_t now = atomic_load(&f->hold_end);
    while (now < until.v && !atomic_compare_exchange_weak(&f->hold_end, &now, until.v)) {
    }
}

void buf_set_undo_writer(struct buf_cache *cache, ese_err (*write)(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to))
{
    cache->write_undo = write;
}

void buf_set_failure_handler(struct buf_cache *cache, void (*failed)(struct db_file *db, ese_err why))
{
    cache->failed = failed;
}

/* ---- forgetting ---- */

/* write_lock keeps the writer away from the frames. */
void buf_purge_from(struct db_file *db, pgno first)
{
    struct buf_cache *cache = db->cache;
    uint32_t count;

    if (cache == NULL)
        return;
    os_mutex_lock(&cache->write_lock);
    count = atomic_load(&cache->frame_count);
    for (uint32_t i = 0; i < count; i++) {
        struct buf_frame *f = buf_frame_no(cache, i);
        if (atomic_load(&f->db) != db || atomic_load(&f->number) < first)
            continue;
        latch_take(f, LATCH_WRITE);
        if (atomic_load(&f->db) == db && atomic_load(&f->number) >= first) {
            buf_set_clean(cache, f);
            drop_frame(cache, f);
        } else {
            latch_drop(f, LATCH_WRITE);
        }
    }
    os_mutex_unlock(&cache->write_lock);
}

void buf_purge_db(struct db_file *db)
{
    buf_purge_from(db, 0);
}

void buf_detach_db(struct db_file *db)
{
    struct buf_cache *cache = db->cache;

    if (cache == NULL)
        return;
    buf_purge_db(db);
    os_mutex_lock(&cache->dbs_lock);
    list_remove(&db->cache_link);
    atomic_store(&db->in_cache, false);
    os_mutex_unlock(&cache->dbs_lock);
    while (atomic_load(&db->writers) != 0)
        os_sleep_ms(1);
    db->cache = NULL;
}
