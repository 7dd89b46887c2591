#include "case.h"

#include <stdbool.h>

#include "base/alloc.h"
#include "format/checksum.h"
#include "os_sim.h"
#include "store/buf.h"
#include "store/db_guard.h"
#include "store/log.h"

/* The images beside a database, and a database that somebody put back from a copy. */

enum { PAGE_BYTES = 4096, PAGES = 40 };

static const char path[] = "/sim/test.edb";

static lgpos put(struct db_file *db, struct log *log, pgno n, uint8_t v)
{
    struct buf_ref ref;
    struct log_record r;
    struct log_span span;

    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.page = n;
    r.u.external.data = bytes_of(&v, 1);
    assert_int_equal(buf_latch_new(db, n, &ref), 0);
    buf_will_dirty(&ref);
    assert_int_equal(log_append(log, &r, &span), 0);
    page_init(ref.page, n, 1, PAGE_LEAF | PAGE_NEW_CHECKSUM, db_time_next(db));
    ref.page.at[100] = v;
    buf_dirty(&ref, span.at, span.end);
    buf_unlatch(&ref);
    return span.end;
}

/* Writes page 5 as 1, then as 2. What the file was in between comes back as if from a copy; the guard of the end stays beside it. */
static lgpos make_copy(lgpos *copied)
{
    struct buf_config config = {1 << 20, 1 << 20, PAGE_BYTES, 16};
    struct db_create how = {.page_size = PAGE_BYTES, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};
    struct log_config *c = ese_alloc(sizeof *c);
    struct buf_cache *cache;
    struct log *log;
    struct db_file *db;
    uint8_t *data;
    size_t size;
    lgpos end;

    snprintf(c->log_dir, sizeof c->log_dir, "/sim/");
    snprintf(c->system_dir, sizeof c->system_dir, "/sim/");
    memcpy(c->base, "edb", 4);
    c->file_bytes = 16 * 4096;
    c->page_size = PAGE_BYTES;
    c->checkpoint_depth_bytes = 16 * 4096;
    assert_int_equal(buf_cache_create(&config, &cache), 0);
    assert_int_equal(log_create(c, &log), 0);
    assert_int_equal(db_file_create(path, &how, &db), 0);
    db->cache = cache;
    db->log = log;
    db->logged = db->guarded = true;
    *copied = put(db, log, 5, 1);
    assert_int_equal(buf_flush_db(db), 0);
    assert_int_equal(sim_get(path, &data, &size), 0);
    end = put(db, log, 5, 2);
    assert_int_equal(buf_flush_db(db), 0);
    db_file_close(db);
    buf_cache_release(cache);
    assert_int_equal(log_close(log, true), 0);
    assert_int_equal(sim_put(path, data, size), 0);
    ese_free(data);
    ese_free(c);
    return end;
}

static uint8_t page_five(struct db_file *db)
{
    uint8_t *page = ese_alloc_aligned(PAGE_BYTES, PAGE_BYTES), value;
    assert_int_equal(db_page_read(db, 5, 1, page), 0);
    value = page[100];
    ese_free_aligned(page);
    return value;
}

static void images_beyond_the_log_are_not_put_back(void **state)
{
    struct db_file *db;
    lgpos copied, end;
    unsigned restored;
    (void)state;

    sim_reset(1);
    end = make_copy(&copied);
    assert_int_equal(db_file_open(path, false, PAGE_BYTES, &db), 0);
    assert_int_equal(db_guard_restore(db, copied, &restored), 0);
    assert_int_equal(restored, 0);
    assert_int_equal(page_five(db), 1);
    assert_int_equal(db_guard_restore(db, end, &restored), 0);
    assert_int_equal(restored, 1);
    assert_int_equal(page_five(db), 2);
    db_file_close(db);
    sim_release();
    assert_int_equal(alloc_live_count(), 0);
}

/* A program dies with a batch in its places but not synced. Once recovery has looked at the images they may be replaced: what they
 * stand for is durable then. */
static void what_images_stand_for_is_durable_before_they_go(void **state)
{
    struct db_file *db;
    const pgno number = 5;
    uint8_t *page = ese_alloc_aligned(PAGE_BYTES, PAGE_BYTES);
    lgpos copied, end;
    unsigned restored;
    (void)state;

    sim_reset(2);
    end = make_copy(&copied);
    assert_int_equal(db_file_open(path, false, PAGE_BYTES, &db), 0);
    db->guarded = true;
    assert_int_equal(db_page_read(db, number, 1, page), 0);
    page[100] = 3;
    checksum_page_stamp(page, PAGE_BYTES, number);
    assert_int_equal(db_guard_write(db, &number, 1, page, end), 0);
    assert_int_equal(db_page_write(db, number, 1, page), 0);
    db_file_close(db);
    sim_restart();
    assert_int_equal(db_file_open(path, false, PAGE_BYTES, &db), 0);
    assert_int_equal(db_guard_restore(db, end, &restored), 0);
    assert_int_equal(restored, 0);
    db_file_close(db);
    sim_reboot(SIM_DROPPED);
    assert_int_equal(db_file_open(path, false, PAGE_BYTES, &db), 0);
    assert_int_equal(page_five(db), 3);
    db_file_close(db);
    ese_free_aligned(page);
    sim_release();
    assert_int_equal(alloc_live_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_beyond_the_log_are_not_put_back),
        cmocka_unit_test(what_images_stand_for_is_durable_before_they_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
