#include "store/buf_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/checksum.h"

enum { BATCH_BYTES = 1024 * 1024, BATCH_FRAMES_MAX = 256, PERIOD_MS = 100 };

/* Images of pages on their way to disk. A page is copied under an INTENT latch (no writer, readers go on), stamped and written as
 * the copy: nobody waits for I/O behind a latch. */
struct buf_batch {
    struct db_file *db;
    unsigned count, room;
    struct buf_frame *frames[BATCH_FRAMES_MAX];
    pgno numbers[BATCH_FRAMES_MAX];
    uint8_t *images;
    lgpos flush_to;
    bool busy;                                          /* some page was latched by others and left out */
};

/* Which dirty pages to write. */
struct choice {
    uint64_t no_max;                                    /* dirtied up to this place in the order */
    bool spare_hot;                                     /* leave pages that are touched a lot */
};

static int by_number(const void *a, const void *b)
{
    pgno x = atomic_load(&(*(struct buf_frame *const *)a)->number), y = atomic_load(&(*(struct buf_frame *const *)b)->number);
    return x < y ? -1 : x > y;
}

/* While recovery repeats the log nothing can be appended to it: a page whose undo information is still to be logged stays. */
static bool must_wait_for_log(const struct db_file *db, const struct buf_frame *f)
{
    return db->logged && db->log == NULL && !list_empty(&f->undo);
}

/* Dirty frames stay what they are (C3) until this batch or a purge, which waits for write_lock, gets them. */
static void collect(struct buf_batch *b, struct db_file *db, const struct choice *choice)
{
    unsigned looked = 0;

    b->db = db;
    b->count = 0;
    b->flush_to = LGPOS_MIN;
    b->busy = false;
    os_mutex_lock(&db->dirty_lock);
    LIST_EACH(it, &db->dirty) {
        struct buf_frame *f = LIST_ENTRY(it, struct buf_frame, dirty_link);
        if (b->count == b->room || f->dirty_no > choice->no_max || looked++ > 8 * b->room)
            break;
        if (choice->spare_hot && atomic_load_explicit(&f->ref, memory_order_relaxed) > 1)
            continue;
        if (must_wait_for_log(db, f))
            continue;
        b->frames[b->count++] = f;
    }
    os_mutex_unlock(&db->dirty_lock);
    qsort(b->frames, b->count, sizeof b->frames[0], by_number);
}

/* Copies one page and moves it from dirty to writing. False: left alone. */
static ese_err copy_out(struct buf_cache *cache, struct buf_batch *b, struct buf_frame *f, unsigned slot, bool *copied)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = b->db;
    lgpos undo_end = LGPOS_MIN;

    *copied = false;
    if (!latch_try(f, LATCH_INTENT)) {
        b->busy = true;
        return err;
    }
    if (atomic_load(&f->db) != db || !atomic_load(&f->dirty))
        goto done;
    if (must_wait_for_log(db, f)) {
        b->busy = true;
        goto done;
    }
    if (db->log != NULL && cache->write_undo != NULL) {
        TRY(cache->write_undo(db, atomic_load(&f->number), &f->undo, &undo_end));   /* I1 */
        b->flush_to = lgpos_max(b->flush_to, undo_end);
    }
    memcpy(b->images + (size_t)slot * db->page_size, f->at, db->page_size);
    b->flush_to = lgpos_max(b->flush_to, lgpos_max(f->last_end, (lgpos){atomic_load(&f->hold_end)}));
    os_mutex_lock(&db->dirty_lock);
    list_remove(&f->dirty_link);
    f->write_first = f->first_dirty;
    atomic_store(&f->writing, true);
    atomic_store(&f->dirty, false);
    list_append(&db->writing, &f->write_link);
    os_mutex_unlock(&db->dirty_lock);
    atomic_fetch_sub_explicit(&cache->dirty_count, 1, memory_order_relaxed);
    *copied = true;
done:
    latch_drop(f, LATCH_INTENT);
    return err;
}

/* Keeps of the collected frames those that could be copied, images side by side in page order. */
static ese_err copy_all(struct buf_cache *cache, struct buf_batch *b)
{
    ese_err err = JET_errSuccess;
    unsigned kept = 0, i;

    for (i = 0; i < b->count && err == 0; i++) {
        bool copied;
        err = copy_out(cache, b, b->frames[i], kept, &copied);
        if (!copied)
            continue;
        b->numbers[kept] = atomic_load(&b->frames[i]->number);
        b->frames[kept++] = b->frames[i];
    }
    b->count = kept;
    return err;
}

/* The images go out, neighbours in one write. */
static ese_err write_images(struct buf_cache *cache, struct buf_batch *b)
{
    ese_err err = JET_errSuccess;
    struct db_file *db = b->db;

    for (unsigned i = 0; i < b->count; i++)
        checksum_page_stamp(b->images + (size_t)i * db->page_size, db->page_size, b->numbers[i]);    /* I3 */
    TRY(db_guard_write(db, b->numbers, b->count, b->images, b->flush_to));
    for (unsigned i = 0, run; i < b->count; i += run) {
        for (run = 1; i + run < b->count && b->numbers[i + run] == b->numbers[i] + run; run++) {
        }
        TRY(db_page_write(db, b->numbers[i], run, b->images + (size_t)i * db->page_size));
        atomic_fetch_add_explicit(&cache->writes, run, memory_order_relaxed);
    }
done:
    return err;
}

/* What goes back to the old end of the dirty list, in whatever order, must not hide an older change behind it: the checkpoint looks
 * at the first only. */
static lgpos oldest_with(const struct buf_batch *b)
{
    const struct list *dirty = &b->db->dirty;
    lgpos at = list_empty(dirty) ? LGPOS_MAX : LIST_ENTRY(dirty->next, struct buf_frame, dirty_link)->first_dirty;

    for (unsigned i = 0; i < b->count; i++)
        at = lgpos_min(at, b->frames[i]->write_first);
    return at;
}

/* After success the pages are clean unless changed meanwhile; after failure they are as dirty as before, at the old end. */
static void settle(struct buf_cache *cache, struct buf_batch *b, bool written)
{
    struct db_file *db = b->db;
    lgpos oldest;

    os_mutex_lock(&db->dirty_lock);
    oldest = written ? LGPOS_MAX : oldest_with(b);
    for (unsigned i = b->count; i-- > 0;) {
        struct buf_frame *f = b->frames[i];
        list_remove(&f->write_link);
        if (!written) {
            if (atomic_load(&f->dirty))
                list_remove(&f->dirty_link);
            else
                atomic_fetch_add_explicit(&cache->dirty_count, 1, memory_order_relaxed);
            f->first_dirty = oldest;
            f->dirty_no = 0;
            list_prepend(&db->dirty, &f->dirty_link);
            atomic_store(&f->dirty, true);
        }
        atomic_store(&f->writing, false);
    }
    os_mutex_unlock(&db->dirty_lock);
    os_mutex_lock(&cache->frame_lock);
    if (cache->frame_waiters != 0)
        os_cond_broadcast(&cache->frame_freed);
    os_mutex_unlock(&cache->frame_lock);
}

/* One batch; write_lock is held. The one way of a page to disk (I1, D2). */
static ese_err write_batch(struct buf_cache *cache, struct db_file *db, const struct choice *choice, unsigned *written)
{
    ese_err err = JET_errSuccess;
    struct buf_batch *b = cache->batch;
    bool disk = false;

    *written = 0;
    if (atomic_load(&db->write_failed))
        FAIL(JET_errDiskIO);
    if (atomic_load(&db->frozen) != 0)
        goto done;
    collect(b, db, choice);
    if (b->count == 0)
        goto done;
    if ((err = copy_all(cache, b)) == 0 && (err = db->log != NULL ? log_flush(db->log, b->flush_to) : 0) == 0 &&
        (err = db_file_require_generation(db, lgpos_generation(b->flush_to))) == 0) {
        disk = true;
        err = write_images(cache, b);
    }
    *written = b->count;
    settle(cache, b, err == 0);
    if (err != 0 && disk)
        buf_write_failed(db, err);
done:
    return err;
}

void buf_write_failed(struct db_file *db, ese_err why)
{
    if (!atomic_exchange(&db->write_failed, true) && db->cache != NULL && db->cache->failed != NULL)
        db->cache->failed(db, why);
}

/* dirty_lock is held. A page in a batch of the writer thread is not on the dirty list and not yet on disk. */
static bool nothing_up_to(const struct db_file *db, uint64_t no_max)
{
    return list_empty(&db->writing) &&
           (list_empty(&db->dirty) || LIST_ENTRY(db->dirty.next, struct buf_frame, dirty_link)->dirty_no > no_max);
}

ese_err buf_flush_db(struct db_file *db)
{
    ese_err err = JET_errSuccess;
    struct buf_cache *cache = db->cache;
    struct choice choice = {.spare_hot = false};
    bool more = cache != NULL;

    os_mutex_lock(&db->dirty_lock);
    choice.no_max = db->dirty_seq;
    os_mutex_unlock(&db->dirty_lock);
    while (more) {
        unsigned written = 0;
        os_mutex_lock(&cache->write_lock);
        if (atomic_load(&db->frozen) == 0)
            err = write_batch(cache, db, &choice, &written);
        os_mutex_unlock(&cache->write_lock);
        TRY(err);
        os_mutex_lock(&db->dirty_lock);
        more = !nothing_up_to(db, choice.no_max);
        os_mutex_unlock(&db->dirty_lock);
        if (more && written == 0)
            os_sleep_ms(1);                             /* frozen, all that is left is latched, or in the writer's hands */
    }
    TRY(db_file_sync(db));
done:
    return err;
}

/* ---- what is unflushed ---- */

static lgpos oldest_of(struct db_file *db)
{
    lgpos at = LGPOS_MAX;
    os_mutex_lock(&db->dirty_lock);
    if (!list_empty(&db->dirty))
        at = LIST_ENTRY(db->dirty.next, struct buf_frame, dirty_link)->first_dirty;
    LIST_EACH(it, &db->writing)
        at = lgpos_min(at, LIST_ENTRY(it, struct buf_frame, write_link)->write_first);
    os_mutex_unlock(&db->dirty_lock);
    return at;
}

lgpos buf_oldest_dirty(struct buf_cache *cache, struct log *log)
{
    lgpos at = LGPOS_MAX;
    os_mutex_lock(&cache->dbs_lock);
    LIST_EACH(it, &cache->dbs) {
        struct db_file *db = LIST_ENTRY(it, struct db_file, cache_link);
        if (db->log == log)
            at = lgpos_min(at, oldest_of(db));
    }
    os_mutex_unlock(&cache->dbs_lock);
    return at;
}

void buf_freeze(struct buf_cache *cache, struct log *log, bool freeze)
{
    os_mutex_lock(&cache->write_lock);                  /* waits for the batch under way */
    os_mutex_lock(&cache->dbs_lock);
    LIST_EACH(it, &cache->dbs) {
        struct db_file *db = LIST_ENTRY(it, struct db_file, cache_link);
        if (db->log != log)
            continue;
        if (freeze) {
            atomic_fetch_add(&db->frozen, 1);
            os_mutex_lock(&db->grow_lock);              /* growth under way comes to its end */
            os_mutex_unlock(&db->grow_lock);
        } else if (atomic_load(&db->frozen) != 0)
            atomic_fetch_sub(&db->frozen, 1);
    }
    os_mutex_unlock(&cache->dbs_lock);
    os_mutex_unlock(&cache->write_lock);
}

void buf_freeze_headers(struct buf_cache *cache, struct log *log, bool freeze)
{
    os_mutex_lock(&cache->dbs_lock);
    LIST_EACH(it, &cache->dbs) {
        struct db_file *db = LIST_ENTRY(it, struct db_file, cache_link);
        if (db->log != log)
            continue;
        os_mutex_lock(&db->header_lock);                /* a header on its way out comes to its end */
        if (freeze)
            atomic_fetch_add(&db->header_frozen, 1);
        else if (atomic_load(&db->header_frozen) != 0)
            atomic_fetch_sub(&db->header_frozen, 1);
        os_mutex_unlock(&db->header_lock);
    }
    os_mutex_unlock(&cache->dbs_lock);
}

void buf_set_log(struct db_file *db, struct log *log)
{
    os_mutex_lock(&db->cache->write_lock);
    os_mutex_lock(&db->cache->dbs_lock);
    db->log = log;
    os_mutex_unlock(&db->cache->dbs_lock);
    os_mutex_unlock(&db->cache->write_lock);
}

/* ---- the writer thread ---- */

/* The oldest changes of a log are written when the log needed to repeat them grows too long. */
static void keep_depth(struct buf_cache *cache, struct db_file *db)
{
    struct choice choice = {.no_max = UINT64_MAX};
    struct log *log;
    uint64_t depth;
    unsigned written = 1;

    os_mutex_lock(&cache->dbs_lock);
    log = db->log;
    os_mutex_unlock(&cache->dbs_lock);
    if (log == NULL)
        return;
    depth = log_checkpoint_depth(log);
    while (written != 0 && atomic_load(&db->frozen) == 0 && !atomic_load(&db->write_failed)) {
        lgpos tip = log_tip(log), oldest = oldest_of(db);
        if (oldest.v == UINT64_MAX || log_distance(log, oldest, tip) < depth / 4 * 3)
            break;
        os_mutex_lock(&cache->write_lock);
        if (write_batch(cache, db, &choice, &written) != 0)
            written = 0;
        os_mutex_unlock(&cache->write_lock);
    }
}

static bool many_dirty(struct buf_cache *cache, uint32_t percent)
{
    uint64_t limit = (uint64_t)atomic_load(&cache->target) * percent / 100;
    return atomic_load(&cache->dirty_count) > limit;
}

/* Enough clean pages for those who need a frame. */
static void keep_clean(struct buf_cache *cache, struct db_file *db)
{
    struct choice choice = {.no_max = UINT64_MAX, .spare_hot = true};
    unsigned written;

    while (many_dirty(cache, 40) && atomic_load(&db->frozen) == 0 && !atomic_load(&db->write_failed)) {
        os_mutex_lock(&cache->write_lock);
        if (write_batch(cache, db, &choice, &written) != 0)
            written = 0;
        os_mutex_unlock(&cache->write_lock);
        if (written == 0 && !choice.spare_hot)
            break;
        if (written == 0)
            choice.spare_hot = false;
    }
}

/* Each database in turn, found anew by its place in the list; detaching waits for the round that uses it. */
static void round_of_writes(struct buf_cache *cache)
{
    bool pressed = many_dirty(cache, 60);

    for (unsigned i = 0;; i++) {
        struct db_file *db = NULL;
        unsigned k = 0;
        os_mutex_lock(&cache->dbs_lock);
        LIST_EACH(it, &cache->dbs) {
            if (k++ == i) {
                db = LIST_ENTRY(it, struct db_file, cache_link);
                break;
            }
        }
        if (db != NULL)
            atomic_fetch_add(&db->writers, 1);
        os_mutex_unlock(&cache->dbs_lock);
        if (db == NULL)
            return;
        keep_depth(cache, db);
        if (pressed)
            keep_clean(cache, db);
        atomic_fetch_sub(&db->writers, 1);
    }
}

static void writer_body(void *argument)
{
    struct buf_cache *cache = argument;

    for (;;) {
        bool stop;
        os_mutex_lock(&cache->wake_lock);
        if (!cache->kicked && !cache->stop)
            (void)os_cond_wait_ms(&cache->wake, &cache->wake_lock, PERIOD_MS);
        stop = cache->stop;
        cache->kicked = false;
        os_mutex_unlock(&cache->wake_lock);
        if (stop)
            return;
        round_of_writes(cache);
        buf_trim(cache);
    }
}

void buf_kick_writer(struct buf_cache *cache)
{
    os_mutex_lock(&cache->wake_lock);
    if (!cache->kicked) {
        cache->kicked = true;
        os_cond_signal(&cache->wake);
    }
    os_mutex_unlock(&cache->wake_lock);
}

ese_err buf_writer_start(struct buf_cache *cache)
{
    ese_err err = JET_errSuccess;

    cache->batch = ese_alloc(sizeof *cache->batch);
    if (cache->batch == NULL)
        FAIL(JET_errOutOfMemory);
    cache->batch->room = BATCH_BYTES / cache->page_size < BATCH_FRAMES_MAX ? BATCH_BYTES / cache->page_size : BATCH_FRAMES_MAX;
    cache->batch->images = ese_alloc_aligned(4096, (size_t)cache->batch->room * cache->page_size);
    if (cache->batch->images == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(os_thread_start(&cache->writer, writer_body, cache));
done:
    return err;
}

void buf_writer_stop(struct buf_cache *cache)
{
    os_mutex_lock(&cache->wake_lock);
    cache->stop = true;
    os_cond_signal(&cache->wake);
    os_mutex_unlock(&cache->wake_lock);
    if (cache->writer != NULL)
        os_thread_join(cache->writer);
    if (cache->batch != NULL)
        ese_free_aligned(cache->batch->images);
    ese_free(cache->batch);
}
