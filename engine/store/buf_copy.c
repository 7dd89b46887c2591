#include "store/buf_int.h"

#include <string.h>

#include "format/checksum.h"

enum { RETRIES = 20, PREFETCH_BYTES = 2 * 1024 * 1024 };

/* The image of a page that is cached; *found false when it is not. A copy may show changes of a transaction that is still running:
 * their undo information goes to the log first, as before a write (I1). */
static ese_err copy_cached(struct db_file *db, pgno n, uint8_t *to, bool *found)
{
    ese_err err = JET_errSuccess;
    struct buf_cache *cache = db->cache;
    struct buf_frame *f;
    enum latch_mode mode = LATCH_READ;

    *found = false;
    while (err == 0 && !*found && (f = buf_find(cache, db, n)) != NULL) {
        latch_take(f, mode);
        if (atomic_load(&f->db) == db && atomic_load(&f->number) == n) {
            lgpos undo_end = LGPOS_MIN;
            bool pending = !list_empty(&f->undo) && cache->write_undo != NULL;
            if (pending && mode == LATCH_READ) {
                latch_drop(f, mode);
                mode = LATCH_INTENT;
                continue;
            }
            if (pending)
                err = cache->write_undo(db, n, &f->undo, &undo_end);
            memcpy(to, f->at, db->page_size);
            *found = true;
        }
        latch_drop(f, mode);
    }
    return err;
}

static bool good_in_file(struct db_file *db, pgno n, uint8_t *image)
{
    enum page_verdict verdict = checksum_page_verify(image, db->page_size, n);
    if (verdict == PAGE_REPAIRED)
        atomic_fetch_add_explicit(&db->cache->repairs, 1, memory_order_relaxed);
    return verdict == PAGE_GOOD || verdict == PAGE_REPAIRED || verdict == PAGE_UNINITIALISED;
}

/* A page that was caught between two states of the file: it is in the cache by now, or whole after a moment. */
static ese_err copy_again(struct db_file *db, pgno n, uint8_t *to)
{
    ese_err err = JET_errSuccess;
    bool found;

    for (unsigned i = 0; i < RETRIES; i++) {
        TRY(copy_cached(db, n, to, &found));
        if (found) {
            checksum_page_stamp(to, db->page_size, n);
            goto done;
        }
        TRY(db_page_read(db, n, 1, to));
        if (good_in_file(db, n, to))
            goto done;
        os_sleep_ms(1);
    }
    FAIL(JET_errReadVerifyFailure);
done:
    return err;
}

/* Pages first..first+count-1, none of which was cached a moment ago: what the file holds is at least as new as that moment. */
static ese_err copy_run(struct db_file *db, pgno first, unsigned count, uint8_t *to)
{
    ese_err err = JET_errSuccess;

    TRY(db_page_read(db, first, count, to));
    for (unsigned i = 0; i < count; i++) {
        uint8_t *image = to + (size_t)i * db->page_size;
        if (!good_in_file(db, first + i, image))
            TRY(copy_again(db, first + i, image));
    }
done:
    return err;
}

ese_err buf_copy_pages(struct db_file *db, pgno first, unsigned count, uint8_t *to)
{
    ese_err err = JET_errSuccess;
    unsigned run = 0;

    if (first == 0 || count > atomic_load(&db->page_last) || first > atomic_load(&db->page_last) - count + 1)
        FAIL(JET_errFileIOBeyondEOF);
    os_file_prefetch(db->file, db_page_offset(db, first + count), PREFETCH_BYTES);
    for (unsigned i = 0; i <= count; i++) {
        bool found = i == count;
        uint8_t *image = to + (size_t)i * db->page_size;
        if (i < count)
            TRY(copy_cached(db, first + i, image, &found));
        if (!found) {
            run++;
            continue;
        }
        if (run != 0)
            TRY(copy_run(db, first + i - run, run, image - (size_t)run * db->page_size));
        run = 0;
        if (i < count && !page_is_zero((struct page){image, db->page_size}))
            checksum_page_stamp(image, db->page_size, first + i);
    }
done:
    return err;
}

void buf_prefetch(struct db_file *db, pgno first, unsigned count)
{
    if (first != 0 && count != 0)
        os_file_prefetch(db->file, db_page_offset(db, first), (size_t)count * db->page_size);
}
