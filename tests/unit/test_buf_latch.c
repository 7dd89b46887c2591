#include "case.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/buf.h"

enum { PAGE_BYTES = 4096, PAGES = 900, THREADS = 4, ROUNDS = 6000 };

struct shared {
    struct db_file *db;
    struct buf_cache *cache;
    _Atomic unsigned failures;
    _Atomic unsigned peeks, peeks_valid;
};

struct worker { struct shared *s; unsigned seed; };

static uint32_t next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* A page is sound when its two counters agree; a writer moves both. */
static bool sound(struct page p)
{
    return load_le32(p.at + 100) == load_le32(p.at + 4000);
}

static void bump(struct buf_ref *ref)
{
    uint32_t v = load_le32(ref->page.at + 100) + 1;
    buf_will_dirty(ref);
    store_le32(ref->page.at + 100, v);
    store_le32(ref->page.at + 4000, v);
    buf_dirty(ref, LGPOS_MIN, LGPOS_MIN);
}

static void body(void *argument)
{
    struct worker *w = argument;
    struct shared *s = w->s;

    for (unsigned i = 0; i < ROUNDS; i++) {
        pgno n = 1 + next_random(&w->seed) % (next_random(&w->seed) % 2 == 0 ? 5 : PAGES);
        unsigned kind = next_random(&w->seed) % 8;
        struct buf_ref ref = BUF_REF_NONE;
        struct buf_peek peek;
        ese_err err = 0;

        if (kind < 3) {
            err = buf_latch(s->db, n, LATCH_READ, &ref);
        } else if (kind == 3) {
            err = buf_latch(s->db, n, LATCH_WRITE, &ref);
            if (err == 0)
                bump(&ref);
        } else if (kind == 4) {
            err = buf_latch(s->db, n, LATCH_INTENT, &ref);
            if (err == 0) {
                buf_upgrade(&ref);
                bump(&ref);
                buf_downgrade(&ref);
            }
        } else if (kind == 5) {
            err = buf_latch(s->db, n, LATCH_READ, &ref);
            if (err == 0 && buf_try_upgrade(&ref))
                bump(&ref);
        } else if (kind == 6) {
            (void)buf_try_latch(s->db, n, LATCH_WRITE, &ref);
            if (ref.frame != NULL)
                bump(&ref);
        } else if (buf_peek(s->db, n, &peek)) {
            bool good = sound(peek.page);
            atomic_fetch_add(&s->peeks, 1);
            if (buf_peek_valid(&peek)) {
                atomic_fetch_add(&s->peeks_valid, 1);
                if (!good)
                    atomic_fetch_add(&s->failures, 1);
                if (buf_peek_latch(&peek, s->db, n, LATCH_WRITE, &ref))
                    bump(&ref);
            }
        }
        if (err != 0 || (ref.frame != NULL && !sound(ref.page)))
            atomic_fetch_add(&s->failures, 1);
        buf_unlatch(&ref);
    }
}

static void latches_keep_pages_sound_under_threads(void **state)
{
    struct buf_config config = {1 << 20, 1 << 20, PAGE_BYTES, 16};
    struct db_create how = {.page_size = PAGE_BYTES, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};
    struct shared s = {0};
    struct worker workers[THREADS];
    struct os_thread *threads[THREADS];
    char path[300];
    const char *base = getenv("TMPDIR");

    (void)state;
    snprintf(path, sizeof path, "%s/ese-latch-%u.edb", base != NULL ? base : "/tmp", (unsigned)os_process_id());
    assert_int_equal(buf_cache_create(&config, &s.cache), 0);
    assert_int_equal(db_file_create(path, &how, &s.db), 0);
    s.db->cache = s.cache;
    for (pgno n = 1; n <= PAGES; n++) {
        struct buf_ref ref;
        assert_int_equal(buf_latch_new(s.db, n, &ref), 0);
        buf_will_dirty(&ref);
        page_init(ref.page, n, 1, PAGE_LEAF | PAGE_NEW_CHECKSUM, db_time_next(s.db));
        buf_unlatch(&ref);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){&s, 77 * (i + 1)};
        assert_int_equal(os_thread_start(&threads[i], body, &workers[i]), 0);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(buf_flush_db(s.db), 0);
        os_sleep_ms(5);
    }
    for (unsigned i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    printf("%u peeks, %u valid\n", s.peeks, s.peeks_valid);
    assert_int_equal(s.failures, 0);
    db_file_close(s.db);
    buf_cache_release(s.cache);
    (void)os_path_delete(path);
    assert_int_equal(alloc_live_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latches_keep_pages_sound_under_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
