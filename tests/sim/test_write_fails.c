#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "os_sim.h"
#include "store/buf.h"
#include "store/log.h"

/* One call of the disk fails while pages are written: the checkpoint stays where the pages need it, and nothing is called durable
 * that is not. */

enum { PAGE_BYTES = 4096, PAGES = 40, FILE_BYTES = 16 * 4096 };

struct world {
    struct log_config config;
    struct log *log;
    struct buf_cache *cache;
    struct db_file *db;
    unsigned failures;                                  /* how often the failure handler was called */
};

static struct world *g_world;

static void count_failure(struct db_file *db, ese_err why)
{
    assert_ptr_equal(db, g_world->db);
    assert_int_equal(why, JET_errDiskIO);
    g_world->failures++;
}

static void start(struct world *w, uint64_t seed)
{
    struct buf_config cache = {1 << 20, 1 << 20, PAGE_BYTES, 16};
    struct db_create how = {.page_size = PAGE_BYTES, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};

    memset(w, 0, sizeof *w);
    g_world = w;
    sim_reset(seed);
    snprintf(w->config.log_dir, sizeof w->config.log_dir, "/sim/");
    snprintf(w->config.system_dir, sizeof w->config.system_dir, "/sim/");
    memcpy(w->config.base, "edb", 4);
    w->config.file_bytes = FILE_BYTES;
    w->config.page_size = PAGE_BYTES;
    w->config.checkpoint_depth_bytes = FILE_BYTES;
    assert_int_equal(buf_cache_create(&cache, &w->cache), 0);
    assert_int_equal(log_create(&w->config, &w->log), 0);
    assert_int_equal(db_file_create("/sim/test.edb", &how, &w->db), 0);
    buf_set_failure_handler(w->cache, count_failure);
    w->db->cache = w->cache;
    w->db->log = w->log;
    w->db->logged = true;
    assert_int_equal(os_dir_sync("/sim"), 0);
}

static void stop(struct world *w)
{
    db_file_close(w->db);
    buf_cache_release(w->cache);
    (void)log_close(w->log, false);
}

/* Gives a page the value v; the position where its record starts. */
static lgpos put(struct world *w, pgno n, uint8_t v)
{
    struct buf_ref ref;
    struct log_record r;
    struct log_span span;

    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.page = n;
    r.u.external.data = bytes_of(&v, 1);
    assert_int_equal(buf_latch_new(w->db, n, &ref), 0);
    buf_will_dirty(&ref);
    assert_int_equal(log_append(w->log, &r, &span), 0);
    page_init(ref.page, n, 1, PAGE_LEAF | PAGE_NEW_CHECKSUM, db_time_next(w->db));
    ref.page.at[100] = v;
    buf_dirty(&ref, span.at, span.end);
    buf_unlatch(&ref);
    return span.at;
}

/* The page changed first has the highest number: in the order of the file it comes last. */
static bool flush_with_failure(struct world *w, uint64_t k, lgpos *first)
{
    ese_err err;
    bool failed;

    *first = put(w, 30, 1);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(log_roll(w->log, NULL), 0);
    (void)put(w, 20, 1);
    (void)put(w, 10, 1);
    sim_fail_at(k, JET_errDiskIO, false);
    err = buf_flush_db(w->db);
    failed = sim_failed();
    sim_fail_at(0, 0, false);
    assert_true(err == 0 || failed);
    return failed;
}

static void a_failed_batch_holds_the_checkpoint(void **state)
{
    struct world *w = malloc(sizeof *w);
    unsigned held = 0;
    lgpos first;
    bool failed = true;
    (void)state;

    for (uint64_t k = 1; failed; k++) {
        start(w, 100 + k);
        failed = flush_with_failure(w, k, &first);
        if (buf_oldest_dirty(w->cache, w->log).v != LGPOS_MAX.v) {
            if (buf_oldest_dirty(w->cache, w->log).v > first.v)
                fail_msg("call %u fails: changes from %llx on are not on disk, the bound is %llx", (unsigned)k, (unsigned long long)first.v,
                         (unsigned long long)buf_oldest_dirty(w->cache, w->log).v);
            held++;
        }
        stop(w);
    }
    assert_true(held >= 4);
    sim_release();
    free(w);
    assert_int_equal(alloc_live_count(), 0);
}

/* Of a page that was called durable nothing is missing after a power cut. */
static void check_file(uint64_t k)
{
    struct db_file *db = NULL;
    uint8_t *page = malloc(PAGE_BYTES);

    sim_reboot(SIM_DROPPED);
    assert_int_equal(db_file_open("/sim/test.edb", true, PAGE_BYTES, &db), 0);
    for (pgno n = 10; n <= 30; n += 10) {
        assert_int_equal(db_page_read(db, n, 1, page), 0);
        if (page[100] != 1)
            fail_msg("call %u fails: page %u was called durable and is lost", (unsigned)k, (unsigned)n);
    }
    db_file_close(db);
    free(page);
}

static void a_failed_sync_is_not_made_good_by_the_next(void **state)
{
    struct world *w = malloc(sizeof *w);
    unsigned refused = 0;
    lgpos first;
    bool failed = true, durable;
    (void)state;

    for (uint64_t k = 1; failed; k++) {
        start(w, 200 + k);
        failed = flush_with_failure(w, k, &first);
        durable = buf_flush_db(w->db) == 0 && db_file_sync(w->db) == 0 && db_file_write_header(w->db) == 0;
        refused += !durable;
        assert_int_equal(w->failures, atomic_load(&w->db->write_failed) ? 1 : 0);
        stop(w);
        if (durable)
            check_file(k);
    }
    assert_true(refused >= 2);
    sim_release();
    free(w);
    assert_int_equal(alloc_live_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_batch_holds_the_checkpoint),
        cmocka_unit_test(a_failed_sync_is_not_made_good_by_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
