#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "format/checksum.h"
#include "store/buf.h"
#include "store/log.h"

enum { PAGE_BYTES = 4096, PAGES = 4000 };

struct fixture {
    char dir[512], path[600];
    struct buf_cache *cache;
    struct db_file *db;
    struct log *log;
};

static void open_all(struct fixture *f, uint64_t cache_bytes, bool logged)
{
    static unsigned number;
    struct buf_config config = {cache_bytes, cache_bytes, PAGE_BYTES, 16};
    struct db_create how = {.page_size = PAGE_BYTES, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};
    const char *base = getenv("TMPDIR");

    memset(f, 0, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "%s/ese-buf-%u-%u/", base != NULL ? base : "/tmp", (unsigned)os_process_id(), number++);
    snprintf(f->path, sizeof f->path, "%stest.edb", f->dir);
    assert_int_equal(os_dir_create(f->dir), 0);
    assert_int_equal(buf_cache_create(&config, &f->cache), 0);
    assert_int_equal(db_file_create(f->path, &how, &f->db), 0);
    f->db->cache = f->cache;
    if (logged) {
        struct log_config *c = calloc(1, sizeof *c);
        snprintf(c->log_dir, sizeof c->log_dir, "%s", f->dir);
        snprintf(c->system_dir, sizeof c->system_dir, "%s", f->dir);
        memcpy(c->base, "edb", 4);
        c->file_bytes = 64 * 4096;
        c->buffer_bytes = 64 * 4096;
        c->page_size = PAGE_BYTES;
        c->checkpoint_depth_bytes = 512 * 1024;
        assert_int_equal(log_create(c, &f->log), 0);
        f->db->log = f->log;
        f->db->logged = true;
        free(c);
    }
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[OS_PATH_MAX];
    (void)info;
    snprintf(path, sizeof path, "%.500s%.100s", (const char *)context, name);
    return os_path_delete(path);
}

static void close_all(struct fixture *f)
{
    db_file_close(f->db);
    buf_cache_release(f->cache);
    assert_int_equal(log_close(f->log, true), 0);
    (void)os_dir_list(f->dir, delete_entry, f->dir);
    (void)os_dir_delete(f->dir);
    assert_int_equal(alloc_live_count(), 0);
}

/* Gives a page the value v, as a logged change would. */
static void put(struct fixture *f, pgno n, uint8_t v)
{
    struct buf_ref ref;
    struct log_span span = {LGPOS_MIN, LGPOS_MIN};

    assert_int_equal(buf_latch_new(f->db, n, &ref), 0);
    buf_will_dirty(&ref);
    if (f->log != NULL) {
        struct log_record r;
        memset(&r, 0, sizeof r);
        r.type = LR_SET_EXTERNAL_HEADER;
        r.head.page = n;
        r.u.external.data = bytes_of(&v, 1);
        assert_int_equal(log_append(f->log, &r, &span), 0);
    }
    page_init(ref.page, n, 1, PAGE_LEAF | PAGE_NEW_CHECKSUM, db_time_next(f->db));
    ref.page.at[100] = v;
    buf_dirty(&ref, span.at, span.end);
    buf_unlatch(&ref);
}

static uint8_t get(struct fixture *f, pgno n)
{
    struct buf_ref ref;
    uint8_t v;
    assert_int_equal(buf_latch(f->db, n, LATCH_READ, &ref), 0);
    v = ref.page.at[100];
    buf_unlatch(&ref);
    return v;
}

static void pages_come_back_from_disk(void **state)
{
    struct fixture f;
    (void)state;
    open_all(&f, 64 << 20, false);
    for (pgno n = 1; n <= 3000; n++)
        put(&f, n, (uint8_t)n);
    assert_int_equal(buf_flush_db(f.db), 0);
    buf_purge_db(f.db);
    for (pgno n = 1; n <= 3000; n++)
        assert_int_equal(get(&f, n), (uint8_t)n);
    close_all(&f);
}

static void a_small_cache_writes_what_it_evicts(void **state)
{
    struct fixture f;
    struct buf_counts counts;
    (void)state;
    open_all(&f, 1 << 20, true);
    for (unsigned round = 0; round < 2; round++) {
        for (pgno n = 1; n <= 3000; n++)
            put(&f, n, (uint8_t)(n + round));
    }
    assert_true(buf_cache_bytes(f.cache) <= (1 << 20) + (1 << 17) + 64 * PAGE_BYTES);
    for (pgno n = 1; n <= 3000; n++)
        assert_int_equal(get(&f, n), (uint8_t)(n + 1));
    buf_counts(f.cache, &counts);
    assert_true(counts.evictions > 3000 && counts.writes > 3000);
    close_all(&f);
}

static void the_log_is_durable_before_the_page_is_written(void **state)
{
    struct fixture f;
    struct log_span span = {LGPOS_MIN, LGPOS_MIN};
    (void)state;
    open_all(&f, 16 << 20, true);
    for (pgno n = 1; n <= 200; n++)
        put(&f, n, 1);
    span.end = log_tip(f.log);
    assert_int_equal(buf_flush_db(f.db), 0);
    assert_true(log_durable(f.log).v >= span.end.v);
    assert_true(le32_get(&db_header_of(f.db)->gen_max_required) >= lgpos_generation(span.end));
    assert_true(buf_oldest_dirty(f.cache, f.log).v == LGPOS_MAX.v);
    close_all(&f);
}

static void the_oldest_dirty_page_bounds_the_checkpoint(void **state)
{
    struct fixture f;
    lgpos first, second;
    (void)state;
    open_all(&f, 16 << 20, true);
    first = log_tip(f.log);
    put(&f, 7, 1);
    second = log_tip(f.log);
    put(&f, 8, 1);
    put(&f, 7, 2);
    assert_true(buf_oldest_dirty(f.cache, f.log).v == first.v);
    assert_true(second.v > first.v);
    assert_int_equal(buf_flush_db(f.db), 0);
    put(&f, 8, 3);
    assert_true(buf_oldest_dirty(f.cache, f.log).v > second.v);
    close_all(&f);
}

static void old_changes_are_written_when_the_log_grows(void **state)
{
    struct fixture f;
    (void)state;
    open_all(&f, 16 << 20, true);
    put(&f, 1, 1);
    for (unsigned i = 0; i < 60000; i++)
        put(&f, 2 + i % 20, (uint8_t)i);
    for (unsigned i = 0; i < 300 && log_distance(f.log, buf_oldest_dirty(f.cache, f.log), log_tip(f.log)) > 512 * 1024; i++)
        os_sleep_ms(10);
    assert_true(log_distance(f.log, buf_oldest_dirty(f.cache, f.log), log_tip(f.log)) <= 512 * 1024);
    close_all(&f);
}

static void bad_pages_are_refused_and_leave_no_frame(void **state)
{
    struct fixture f;
    struct buf_ref ref;
    uint8_t page[PAGE_BYTES];
    bool fresh;
    (void)state;
    open_all(&f, 16 << 20, false);
    put(&f, 5, 1);
    put(&f, 6, 1);
    put(&f, 9, 9);
    assert_int_equal(buf_flush_db(f.db), 0);
    buf_purge_db(f.db);
    assert_int_equal(buf_latch(f.db, 4, LATCH_READ, &ref), JET_errPageNotInitialized);
    assert_int_equal(buf_latch(f.db, PAGES + 1, LATCH_READ, &ref), JET_errFileIOBeyondEOF);
    assert_int_equal(buf_latch(f.db, 0, LATCH_READ, &ref), JET_errFileIOBeyondEOF);
    assert_int_equal(db_page_read(f.db, 5, 1, page), 0);
    page[200] ^= 1;
    page[300] ^= 4;
    assert_int_equal(db_page_write(f.db, 5, 1, page), 0);
    assert_int_equal(buf_latch(f.db, 5, LATCH_READ, &ref), JET_errReadVerifyFailure);
    assert_null(ref.frame);
    assert_int_equal(db_page_read(f.db, 6, 1, page), 0);
    page[200] ^= 8;
    assert_int_equal(db_page_write(f.db, 6, 1, page), 0);
    assert_int_equal(get(&f, 6), 1);
    assert_int_equal(db_page_read(f.db, 9, 1, page), 0);
    assert_int_equal(db_page_write(f.db, 10, 1, page), 0);
    assert_int_equal(buf_latch(f.db, 10, LATCH_READ, &ref), JET_errReadVerifyFailure);
    assert_int_equal(buf_latch_redo(f.db, 5, &ref, &fresh), 0);
    assert_true(fresh && page_is_zero(ref.page));
    buf_unlatch(&ref);
    assert_int_equal(buf_latch(f.db, 5, LATCH_READ, &ref), JET_errReadVerifyFailure);
    assert_int_equal(buf_latch_redo(f.db, 9, &ref, &fresh), 0);
    assert_false(fresh);
    buf_unlatch(&ref);
    close_all(&f);
}

static void a_copy_for_backup_is_whole_and_current(void **state)
{
    struct fixture f;
    uint8_t *copy = malloc(100 * PAGE_BYTES);
    (void)state;
    open_all(&f, 16 << 20, true);
    for (pgno n = 1; n <= 90; n++)
        put(&f, n, (uint8_t)n);
    assert_int_equal(buf_flush_db(f.db), 0);
    buf_purge_db(f.db);
    for (pgno n = 1; n <= 90; n += 3)
        put(&f, n, (uint8_t)(n + 100));
    assert_int_equal(buf_copy_pages(f.db, 1, 100, copy), 0);
    for (pgno n = 1; n <= 100; n++) {
        uint8_t *page = copy + (size_t)(n - 1) * PAGE_BYTES;
        if (n > 90) {
            assert_int_equal(checksum_page_verify(page, PAGE_BYTES, n), PAGE_UNINITIALISED);
            continue;
        }
        assert_int_equal(checksum_page_verify(page, PAGE_BYTES, n), PAGE_GOOD);
        assert_int_equal(page[100], (uint8_t)(n % 3 == 1 ? n + 100 : n));
    }
    assert_int_equal(buf_copy_pages(f.db, PAGES, 2, copy), JET_errFileIOBeyondEOF);
    free(copy);
    close_all(&f);
}

static void a_cache_that_shrinks_gives_memory_back(void **state)
{
    struct fixture f;
    (void)state;
    open_all(&f, 16 << 20, false);
    for (pgno n = 1; n <= 3500; n++)
        put(&f, n, (uint8_t)n);
    assert_true(buf_cache_bytes(f.cache) > 13 << 20);
    buf_cache_resize(f.cache, 0, 2 << 20);
    for (unsigned i = 0; i < 500 && buf_cache_bytes(f.cache) > 2 << 20; i++)
        os_sleep_ms(10);
    assert_true(buf_cache_bytes(f.cache) <= 2 << 20);
    for (pgno n = 1; n <= 3500; n++)
        assert_int_equal(get(&f, n), (uint8_t)n);
    buf_cache_resize(f.cache, 0, 16 << 20);
    for (pgno n = 1; n <= 3500; n++)
        assert_int_equal(get(&f, n), (uint8_t)n);
    close_all(&f);
}

/* A working set that fits keeps its place while a scan of everything runs by. */
static void a_scan_does_not_wash_out_the_working_set(void **state)
{
    struct fixture f;
    struct buf_counts before, after;
    (void)state;
    open_all(&f, 4 << 20, false);
    for (pgno n = 1; n <= PAGES; n++)
        put(&f, n, (uint8_t)n);
    assert_int_equal(buf_flush_db(f.db), 0);
    for (unsigned round = 0; round < 20; round++) {
        for (pgno n = 1; n <= 400; n++)
            (void)get(&f, n);
        for (pgno n = 1000 + round * 60; n < 1060 + round * 60; n++)
            (void)get(&f, n);
    }
    for (pgno n = 1000; n <= PAGES; n++)
        (void)get(&f, n);
    buf_counts(f.cache, &before);
    for (pgno n = 1; n <= 400; n++)
        (void)get(&f, n);
    buf_counts(f.cache, &after);
    printf("working set of 400 pages after a scan of 3000 in a cache of 1024: %u read again\n", (unsigned)(after.reads - before.reads));
    assert_true(after.reads - before.reads < 200);
    close_all(&f);
}

static unsigned g_undo_calls;
static struct list g_entry;

static ese_err undo_writer(struct db_file *db, pgno n, struct list *pending, lgpos *flush_to)
{
    struct log_record r;
    struct log_span span;
    uint8_t v = 1;
    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.page = n;
    r.u.external.data = bytes_of(&v, 1);
    assert_int_equal(log_append(db->log, &r, &span), 0);
    *flush_to = span.end;
    g_undo_calls++;
    while (!list_empty(pending))
        list_remove(pending->next);
    return JET_errSuccess;
}

static void undo_information_is_logged_before_the_page_leaves(void **state)
{
    struct fixture f;
    struct buf_ref ref;
    (void)state;
    open_all(&f, 16 << 20, true);
    buf_set_undo_writer(f.cache, undo_writer);
    put(&f, 3, 1);
    assert_int_equal(buf_latch(f.db, 3, LATCH_WRITE, &ref), 0);
    list_append(buf_undo_list(&ref), &g_entry);
    buf_unlatch(&ref);
    assert_int_equal(buf_flush_db(f.db), 0);
    assert_int_equal(g_undo_calls, 1);
    assert_true(log_durable(f.log).v >= log_tip(f.log).v);
    close_all(&f);
}

static void a_frozen_database_is_left_alone(void **state)
{
    struct fixture f;
    struct buf_counts before, after;
    (void)state;
    open_all(&f, 16 << 20, true);
    put(&f, 3, 1);
    buf_freeze(f.cache, f.log, true);
    buf_counts(f.cache, &before);
    for (unsigned i = 0; i < 20000; i++)
        put(&f, 4 + i % 50, (uint8_t)i);
    buf_kick_writer(f.cache);
    os_sleep_ms(50);
    buf_counts(f.cache, &after);
    assert_int_equal(before.writes, after.writes);
    buf_freeze(f.cache, f.log, false);
    assert_int_equal(buf_flush_db(f.db), 0);
    buf_counts(f.cache, &after);
    assert_true(after.writes >= before.writes + 51);
    close_all(&f);
}

static void a_torn_header_heals_from_the_shadow(void **state)
{
    struct fixture f;
    struct db_file *again = NULL;
    uint8_t page[PAGE_BYTES];
    (void)state;
    open_all(&f, 1 << 20, false);
    for (unsigned copy = 0; copy < 2; copy++) {
        struct os_file *file;
        assert_int_equal(os_file_read(f.db->file, copy * PAGE_BYTES, page, sizeof page), 0);
        page[100] ^= 2;
        page[300] ^= 4;
        assert_int_equal(os_file_write(f.db->file, copy * PAGE_BYTES, page, sizeof page), 0);
        db_file_close(f.db);
        f.db = NULL;
        assert_int_equal(db_file_open(f.path, false, 0, &f.db), 0);
        assert_int_equal(f.db->page_size, PAGE_BYTES);
        assert_int_equal(f.db->page_last, PAGES);
        assert_int_equal(db_file_open(f.path, false, 0, &again), JET_errFileAccessDenied);
        db_file_close(f.db);
        f.db = NULL;
        assert_int_equal(os_file_open(f.path, OS_OPEN_READ, &file), 0);
        assert_int_equal(os_file_read(file, copy * PAGE_BYTES, page, sizeof page), 0);
        assert_int_equal(db_header_check(page, PAGE_BYTES, PAGE_BYTES), 0);
        os_file_close(file);
        assert_int_equal(db_file_open(f.path, true, 8192, &f.db), JET_errPageSizeMismatch);
        assert_int_equal(db_file_open(f.path, false, PAGE_BYTES, &f.db), 0);
    }
    for (unsigned copy = 0; copy < 2; copy++)
        assert_int_equal(os_file_write(f.db->file, copy * PAGE_BYTES + 50, "xyz", 3), 0);
    db_file_close(f.db);
    f.db = NULL;
    assert_true(db_file_open(f.path, false, 0, &f.db) < 0);
    close_all(&f);
}

struct flusher { struct db_file *db; _Atomic bool stop; };

static void flush_all_the_time(void *argument)
{
    struct flusher *w = argument;
    while (!atomic_load(&w->stop))
        assert_int_equal(buf_flush_db(w->db), 0);
}

/* A page that another thread has in its batch is not on disk yet: who detaches the database next must not run ahead of it. */
static void a_flush_waits_for_what_others_are_writing(void **state)
{
    struct fixture f;
    struct flusher other = {.stop = false};
    struct os_thread *thread;
    uint8_t *page = ese_alloc_aligned(PAGE_BYTES, PAGE_BYTES);
    unsigned late = 0;
    (void)state;
    open_all(&f, 64 << 20, true);
    other.db = f.db;
    assert_int_equal(os_thread_start(&thread, flush_all_the_time, &other), 0);
    for (unsigned round = 1; round <= 60; round++) {
        for (pgno n = 1; n <= 700; n++)
            put(&f, n, (uint8_t)round);
        assert_int_equal(buf_flush_db(f.db), 0);
        for (pgno n = 700; n >= 1; n--) {
            assert_int_equal(db_page_read(f.db, n, 1, page), 0);
            late += page[100] != (uint8_t)round;
        }
    }
    assert_int_equal(late, 0);
    atomic_store(&other.stop, true);
    os_thread_join(thread);
    ese_free_aligned(page);
    close_all(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_waits_for_what_others_are_writing),
        cmocka_unit_test(pages_come_back_from_disk),
        cmocka_unit_test(a_small_cache_writes_what_it_evicts),
        cmocka_unit_test(the_log_is_durable_before_the_page_is_written),
        cmocka_unit_test(the_oldest_dirty_page_bounds_the_checkpoint),
        cmocka_unit_test(old_changes_are_written_when_the_log_grows),
        cmocka_unit_test(bad_pages_are_refused_and_leave_no_frame),
        cmocka_unit_test(a_copy_for_backup_is_whole_and_current),
        cmocka_unit_test(a_cache_that_shrinks_gives_memory_back),
        cmocka_unit_test(a_scan_does_not_wash_out_the_working_set),
        cmocka_unit_test(undo_information_is_logged_before_the_page_leaves),
        cmocka_unit_test(a_frozen_database_is_left_alone),
        cmocka_unit_test(a_torn_header_heals_from_the_shadow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
