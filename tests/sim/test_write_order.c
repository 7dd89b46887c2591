#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "format/checksum.h"
#include "os_sim.h"
#include "store/buf.h"
#include "store/log.h"

/* What of a database is on disk after a power cut is never ahead of what is left of its log. */

enum { PAGE_BYTES = 4096, PAGES = 40, CHANGES = 260, FILE_BYTES = 16 * 4096 };

struct world {
    struct log_config config;
    struct log *log;
    struct buf_cache *cache;
    struct db_file *db;
    uint32_t generation_of[CHANGES + 1];                /* in which the record of each change lies */
    unsigned changes, synced;                           /* made; surely in the file */
};

static void configure(struct world *w)
{
    snprintf(w->config.log_dir, sizeof w->config.log_dir, "/sim/");
    snprintf(w->config.system_dir, sizeof w->config.system_dir, "/sim/");
    memcpy(w->config.base, "edb", 4);
    w->config.file_bytes = FILE_BYTES;
    w->config.page_size = PAGE_BYTES;
    w->config.checkpoint_depth_bytes = FILE_BYTES;
}

static ese_err start(struct world *w)
{
    ese_err err = JET_errSuccess;
    struct buf_config cache = {1 << 20, 1 << 20, PAGE_BYTES, 16};
    struct db_create how = {.page_size = PAGE_BYTES, .page_last = PAGES, .dbid = 1, .overwrite = true, .update_major = 0x14};

    TRY(buf_cache_create(&cache, &w->cache));
    TRY(log_create(&w->config, &w->log));
    TRY(db_file_create("/sim/test.edb", &how, &w->db));
    w->db->cache = w->cache;
    w->db->log = w->log;
    w->db->logged = true;
    TRY(os_dir_sync("/sim"));
done:
    return err;
}

/* Change number n: its record holds it, and so does the page. */
static ese_err change(struct world *w, unsigned n)
{
    ese_err err = JET_errSuccess;
    struct buf_ref ref = BUF_REF_NONE;
    struct log_record r;
    struct log_span span;
    uint8_t bytes[300];

    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.page = n;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((n * 2654435761u + i * 40503u) >> 11);
    r.u.external.data = bytes_of(bytes, sizeof bytes);
    TRY(buf_latch_new(w->db, 1 + n * 7 % PAGES, &ref));
    buf_will_dirty(&ref);
    TRY(log_append(w->log, &r, &span));
    page_init(ref.page, 1 + n * 7 % PAGES, 1, PAGE_LEAF | PAGE_NEW_CHECKSUM, db_time_next(w->db));
    store_le32(ref.page.at + 100, n);
    memcpy(ref.page.at + 200, bytes, sizeof bytes);
    buf_dirty(&ref, span.at, span.end);
    w->generation_of[n] = lgpos_generation(span.at);
    w->changes = n;
done:
    buf_unlatch(&ref);
    return err;
}

static void work(struct world *w)
{
    for (unsigned n = 1; n <= CHANGES; n++) {
        if (change(w, n) != 0)
            return;
        if (n % 50 == 25 && buf_flush_db(w->db) == 0)
            w->synced = n;
        if (n % 90 == 0)
            buf_kick_writer(w->cache);
    }
}

static void stop(struct world *w)
{
    db_file_close(w->db);
    buf_cache_release(w->cache);
    (void)log_close(w->log, false);
}

static unsigned last_logged(const struct world *w)
{
    struct log_read_config *c = calloc(1, sizeof *c);
    struct log_reader *r = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false;
    unsigned last = 0;

    (void)w;
    snprintf(c->dirs[0], sizeof c->dirs[0], "/sim/");
    memcpy(c->base, "edb", 4);
    if (log_reader_open(c, LGPOS_MIN, &r) == 0)
        while (log_reader_next(r, &record, &span, &end) == 0 && !end)
            last = record.head.page;
    log_reader_close(r);
    free(c);
    return last;
}

static void check_pages(const struct world *w, unsigned long k, unsigned logged)
{
    struct db_file *db = NULL;
    uint8_t *page = malloc(PAGE_BYTES);
    unsigned newest = 0;

    if (db_file_open("/sim/test.edb", true, PAGE_BYTES, &db) != 0) {
        if (w->synced != 0)
            fail_msg("crash at %lu: the database does not open", k);
        free(page);
        return;
    }
    for (pgno n = 1; n <= PAGES; n++) {
        unsigned number;
        if (db_page_read(db, n, 1, page) != 0 || checksum_page_look(page, PAGE_BYTES, n) != PAGE_GOOD)
            continue;                                   /* never written, or torn: redo makes it anew */
        number = load_le32(page + 100);
        if (number > logged)
            fail_msg("crash at %lu: page %u holds change %u, the log ends with %u", k, n, number, logged);
        if (le32_get(&db_header_of(db)->gen_max_required) < w->generation_of[number])
            fail_msg("crash at %lu: change %u of generation %u, but the header asks for %u", k, number, w->generation_of[number],
                     le32_get(&db_header_of(db)->gen_max_required));
        newest = number > newest ? number : newest;
    }
    if (newest + PAGES < w->synced)
        fail_msg("crash at %lu: the file was synced at change %u and has none after %u", k, w->synced, newest);
    db_file_close(db);
    free(page);
}

static bool crash_once(unsigned long k, enum sim_reboot mode)
{
    struct world *w = calloc(1, sizeof *w);
    bool crashed;

    configure(w);
    sim_reset(4000 + k);
    sim_crash_at(k);
    if (start(w) == 0)
        work(w);
    stop(w);
    crashed = sim_crashed();
    sim_reboot(mode);
    check_pages(w, k, last_logged(w));
    free(w);
    return crashed;
}

static void a_page_never_overtakes_its_log(void **state)
{
    (void)state;
    for (int mode = 0; mode < SIM_REBOOTS; mode++) {
        unsigned long k = 1;
        for (; crash_once(k, (enum sim_reboot)mode); k++) {
        }
        printf("mode %d: %lu crash points\n", mode, k - 1);
    }
    sim_release();
    assert_int_equal(alloc_live_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_never_overtakes_its_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
