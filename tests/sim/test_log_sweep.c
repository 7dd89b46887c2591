#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "os_sim.h"
#include "store/log.h"

enum { FILE_BYTES = 16 * 4096, RECORD_MAX = 20000 };

struct run {
    struct log *log;
    unsigned appended, flushed;                         /* highest numbers */
    uint8_t *bytes;
};

static void configure(struct log_config *c, bool circular)
{
    memset(c, 0, sizeof *c);
    snprintf(c->log_dir, sizeof c->log_dir, "/sim/log/");
    snprintf(c->system_dir, sizeof c->system_dir, "/sim/log/");
    memcpy(c->base, "edb", 4);
    c->file_bytes = FILE_BYTES;
    c->page_size = 4096;
    c->circular = circular;
    c->checkpoint_depth_bytes = 1 << 20;
}

static uint8_t byte_of(unsigned number, size_t i)
{
    uint32_t x = number * 2654435761u + (uint32_t)i * 40503u;   /* no pattern that the segment checksum is blind to */
    x ^= x >> 15;
    x *= 2246822519u;
    return (uint8_t)(x >> 13);
}

static bool append(struct run *run, size_t size, bool flush)
{
    struct log_record r;
    struct log_span span;
    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.page = run->appended + 1;
    for (size_t i = 0; i < size; i++)
        run->bytes[i] = byte_of(run->appended + 1, i);
    r.u.external.data = bytes_of(run->bytes, size);
    if (log_append(run->log, &r, &span) != 0)
        return false;
    run->appended++;
    if (!flush)
        return true;
    if (log_flush(run->log, span.end) != 0)
        return false;
    run->flushed = run->appended;
    return true;
}

/* Commits of all sizes, rolls, checkpoints; stops at the first refusal. */
static void work(struct run *run, unsigned rounds)
{
    static const size_t sizes[] = {80, 300, 60, 1500, 90, 3900, 100, 120, 9000, 70, 2500, 200, 400, 18000, 50, 640};
    for (unsigned i = 0; i < rounds; i++) {
        size_t size = sizes[i % (sizeof sizes / sizeof sizes[0])];
        if (!append(run, size / 2 + 1, false) || !append(run, size, i % 5 != 4))
            return;
        if (i % 9 == 8 && log_flush_segment(run->log) != 0)
            return;
        if (i % 13 == 12 && log_roll(run->log, NULL) != 0)
            return;
        if (i % 7 == 6 && log_checkpoint_update(run->log, true) != 0)
            return;
    }
}

/* Numbers must follow each other; with circular logging the first ones may be gone. The last number found. */
static unsigned read_back(unsigned long k, bool circular, lgpos *end_out)
{
    struct log_read_config *c = calloc(1, sizeof *c);
    struct log_reader *r;
    struct log_record record;
    struct log_span span;
    bool end = false;
    unsigned last = 0;
    ese_err err;

    snprintf(c->dirs[0], sizeof c->dirs[0], "/sim/log/");
    memcpy(c->base, "edb", 4);
    if ((err = log_reader_open(c, LGPOS_MIN, &r)) != 0)
        fail_msg("crash at %lu: the log does not open: %d", k, err);
    *end_out = lgpos_make(le32_get(&log_reader_header(r)->generation), 1, 0);
    while ((err = log_reader_next(r, &record, &span, &end)) == 0 && !end) {
        if (record.head.page != last + 1 && !(circular && last == 0))
            fail_msg("crash at %lu: record %u follows %u", k, record.head.page, last);
        last = record.head.page;
        for (size_t i = 0; i < record.u.external.data.size; i++)
            if (record.u.external.data.data[i] != byte_of(last, i))
                fail_msg("crash at %lu: record %u is damaged", k, last);
        *end_out = span.end;
    }
    if (err != 0)
        fail_msg("crash at %lu: reading stops with %d after %u", k, err, last);
    log_reader_close(r);
    free(c);
    return last;
}

/* One crash, recovery of the stream, more work, and another look. False when the crash point lies behind the work. */
static bool crash_once(unsigned long k, enum sim_reboot mode, bool circular, unsigned rounds)
{
    struct run run = {.bytes = malloc(RECORD_MAX)};
    struct log_config *c = calloc(1, sizeof *c);
    struct log_survey *survey = calloc(1, sizeof *survey);
    bool crashed, any;
    unsigned found;
    lgpos end;

    configure(c, circular);
    sim_reset(1000 + k);
    assert_int_equal(os_dir_create("/sim/log"), 0);
    assert_int_equal(os_dir_sync("/sim"), 0);
    sim_crash_at(k);
    if (log_create(c, &run.log) == 0) {
        work(&run, rounds);
        (void)log_close(run.log, false);
    }
    crashed = sim_crashed();
    sim_reboot(mode);
    if (log_survey(c, survey) != 0)
        fail_msg("crash at %lu: survey fails", k);
    any = survey->any;
    if (!any)
        assert_int_equal(run.flushed, 0);
    if (any) {
        found = read_back(k, circular, &end);
        if (found < run.flushed)
            fail_msg("crash at %lu, mode %d: %u of %u flushed records are left", k, mode, found, run.flushed);
        assert_int_equal(log_continue(c, survey, end, &run.log), 0);
        run.appended = run.flushed = found;
        work(&run, 6);
        assert_int_equal(log_close(run.log, true), 0);
        if (read_back(k, circular, &end) != run.appended)
            fail_msg("crash at %lu: work after the crash is incomplete", k);
    }
    free(run.bytes);
    free(c);
    free(survey);
    return crashed;
}

static void sweep(bool circular, unsigned rounds)
{
    for (int mode = 0; mode < SIM_REBOOTS; mode++) {
        unsigned long k = 1;
        while (crash_once(k, (enum sim_reboot)mode, circular, rounds))
            k++;
        printf("mode %d: %lu crash points\n", mode, k - 1);
    }
    sim_release();
    assert_int_equal(alloc_live_count(), 0);
}

static void flushed_records_survive_a_crash_at_any_call(void **state)
{
    (void)state;
    sweep(false, 40);
}

static void flushed_records_survive_with_circular_logging(void **state)
{
    (void)state;
    sweep(true, 60);
}

/* The disk fills up: what was acknowledged stays, the stream stops with the documented error, and goes on when there is room. */
static void a_full_disk_stops_the_stream_without_loss(void **state)
{
    struct run run = {.bytes = malloc(RECORD_MAX)};
    struct log_config *c = calloc(1, sizeof *c);
    struct log_survey *survey = calloc(1, sizeof *survey);
    struct log_span span;
    struct log_record r;
    lgpos end;

    (void)state;
    configure(c, false);
    sim_reset(7);
    assert_int_equal(os_dir_create("/sim/log"), 0);
    assert_int_equal(log_create(c, &run.log), 0);
    sim_space(sim_used() + 2 * FILE_BYTES);
    work(&run, 1000);
    assert_int_equal(log_failed(run.log), JET_errLogDiskFull);
    assert_true(log_disk_full(run.log));
    memset(&r, 0, sizeof r);
    r.type = LR_BEGIN0;
    assert_int_equal(log_append(run.log, &r, &span), JET_errLogDiskFull);
    (void)log_close(run.log, false);
    assert_true(read_back(0, false, &end) >= run.flushed);
    sim_space(UINT64_MAX);
    assert_int_equal(log_survey(c, survey), 0);
    run.appended = run.flushed = read_back(0, false, &end);
    assert_int_equal(log_continue(c, survey, end, &run.log), 0);
    work(&run, 50);
    assert_int_equal(log_failed(run.log), 0);
    assert_int_equal(log_close(run.log, true), 0);
    assert_int_equal(read_back(0, false, &end), run.appended);
    free(run.bytes);
    free(c);
    free(survey);
    sim_release();
}

static void an_io_error_stops_the_stream_for_good(void **state)
{
    (void)state;
    for (unsigned long k = 1;; k += 3) {
        struct run run = {.bytes = malloc(RECORD_MAX)};
        struct log_config *c = calloc(1, sizeof *c);
        bool failed;
        configure(c, false);
        sim_reset(k);
        assert_int_equal(os_dir_create("/sim/log"), 0);
        sim_fail_at(k, JET_errDiskIO, true);
        if (log_create(c, &run.log) == 0) {
            work(&run, 30);
            (void)log_close(run.log, false);
        }
        failed = sim_failed();
        sim_fail_at(0, 0, false);
        if (failed && run.flushed != 0) {
            lgpos end;
            assert_true(read_back(k, false, &end) >= run.flushed);
        }
        free(run.bytes);
        free(c);
        if (!failed)
            break;
    }
    sim_release();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flushed_records_survive_a_crash_at_any_call),
        cmocka_unit_test(flushed_records_survive_with_circular_logging),
        cmocka_unit_test(a_full_disk_stops_the_stream_without_loss),
        cmocka_unit_test(an_io_error_stops_the_stream_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
