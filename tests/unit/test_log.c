#include "case.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/log.h"

static char g_dir[OS_PATH_MAX];

static void fresh_dir(void)
{
    static unsigned number;
    char name[64];
    const char *base = getenv("TMPDIR");
    snprintf(name, sizeof name, "/ese-log-%u-%u/", (unsigned)os_process_id(), number++);
    snprintf(g_dir, sizeof g_dir, "%s%s", base != NULL ? base : "/tmp", name);
    assert_int_equal(os_dir_create(g_dir), 0);
}

static ese_err delete_entry(void *context, const char *name, const struct os_file_info *info)
{
    char path[OS_PATH_MAX];
    (void)context;
    (void)info;
    snprintf(path, sizeof path, "%.900s%.100s", g_dir, name);
    return os_path_delete(path);
}

static void drop_dir(void)
{
    (void)os_dir_list(g_dir, delete_entry, NULL);
    (void)os_dir_delete(g_dir);
}

static void configure(struct log_config *c, uint32_t file_bytes)
{
    memset(c, 0, sizeof *c);
    snprintf(c->log_dir, sizeof c->log_dir, "%s", g_dir);
    snprintf(c->system_dir, sizeof c->system_dir, "%s", g_dir);
    memcpy(c->base, "edb", 4);
    c->file_bytes = file_bytes;
    c->buffer_bytes = 64 * 4096;
    c->page_size = 8192;
    c->checkpoint_depth_bytes = 1 << 20;
}

/* A record that carries a number and as many bytes as asked for. */
static struct log_record note(uint32_t number, uint8_t *bytes, size_t size)
{
    struct log_record r;
    memset(&r, 0, sizeof r);
    r.type = LR_SET_EXTERNAL_HEADER;
    r.head.dbid = 1;
    r.head.page = number;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number + i);
    r.u.external.data = bytes_of(bytes, size);
    return r;
}

/* Reads the stream back: numbers 1..count with their bytes, then the end. */
static unsigned read_back(lgpos *end_out)
{
    struct log_read_config c;
    struct log_reader *r;
    struct log_record record;
    struct log_span span;
    bool end = false;
    unsigned count = 0;

    memset(&c, 0, sizeof c);
    snprintf(c.dirs[0], sizeof c.dirs[0], "%s", g_dir);
    memcpy(c.base, "edb", 4);
    assert_int_equal(log_reader_open(&c, LGPOS_MIN, &r), 0);
    *end_out = lgpos_make(1, 1, 0);
    for (;;) {
        assert_int_equal(log_reader_next(r, &record, &span, &end), 0);
        if (end)
            break;
        *end_out = span.end;
        assert_int_equal(record.type, LR_SET_EXTERNAL_HEADER);
        assert_int_equal(record.head.page, ++count);
        for (size_t i = 0; i < record.u.external.data.size; i++)
            assert_int_equal(record.u.external.data.data[i], (uint8_t)(count + i));
    }
    log_reader_close(r);
    return count;
}

static void append_notes(struct log *log, unsigned from, unsigned to, size_t size, bool flush_each)
{
    uint8_t *bytes = malloc(size + 1);
    for (unsigned n = from; n <= to; n++) {
        struct log_record r = note(n, bytes, size);
        struct log_span span;
        assert_int_equal(log_append(log, &r, &span), 0);
        if (flush_each)
            assert_int_equal(log_flush(log, span.end), 0);
    }
    free(bytes);
}

static void what_was_flushed_is_read_back(void **state)
{
    struct log_config c;
    struct log *log;
    lgpos end;

    (void)state;
    fresh_dir();
    configure(&c, 64 * 4096);
    assert_int_equal(log_create(&c, &log), 0);
    append_notes(log, 1, 400, 250, true);
    assert_int_equal(read_back(&end), 400);
    append_notes(log, 401, 3000, 700, false);
    append_notes(log, 3001, 3020, 30000, true);
    assert_int_equal(log_flush_all(log), 0);
    assert_int_equal(read_back(&end), 3020);
    assert_true(log_generation(log) > 5);
    assert_int_equal(log_close(log, true), 0);
    assert_int_equal(read_back(&end), 3020);
    drop_dir();
    assert_int_equal(alloc_live_count(), 0);
}

static void a_stream_goes_on_where_it_ended(void **state)
{
    struct log_config c;
    struct log_survey *survey = calloc(1, sizeof *survey);
    struct log *log;
    lgpos end;
    unsigned count = 0;

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    assert_int_equal(log_survey(&c, survey), 0);
    assert_false(survey->any);
    assert_int_equal(log_create(&c, &log), 0);
    for (unsigned round = 0; round < 12; round++) {
        unsigned more = 1 + round * 37;
        append_notes(log, count + 1, count + more, round % 3 == 0 ? 100 : 900, round % 2 == 0);
        count += more;
        assert_int_equal(log_close(log, true), 0);
        assert_int_equal(read_back(&end), count);
        assert_int_equal(log_survey(&c, survey), 0);
        assert_true(survey->any && survey->has_current);
        assert_int_equal(survey->gen_low, 1);
        assert_int_equal(survey->file_bytes, c.file_bytes);
        assert_int_equal(log_continue(&c, survey, end, &log), 0);
    }
    assert_int_equal(log_close(log, true), 0);
    free(survey);
    drop_dir();
}

static void an_interrupted_roll_is_continued(void **state)
{
    struct log_config c;
    struct log_survey *survey = calloc(1, sizeof *survey);
    struct log *log;
    lgpos end;
    char from[OS_PATH_MAX], to[OS_PATH_MAX];

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    assert_int_equal(log_create(&c, &log), 0);
    append_notes(log, 1, 50, 500, false);
    assert_int_equal(log_close(log, true), 0);
    snprintf(from, sizeof from, "%.1000sedb.log", g_dir);
    snprintf(to, sizeof to, "%.1000sedb00001.log", g_dir);
    assert_int_equal(os_path_rename(from, to), 0);
    assert_int_equal(log_survey(&c, survey), 0);
    assert_true(survey->any && !survey->has_current && survey->gen_high == 1);
    assert_int_equal(read_back(&end), 50);
    assert_int_equal(log_continue(&c, survey, end, &log), 0);
    assert_int_equal(log_generation(log), 2);
    append_notes(log, 51, 60, 500, true);
    assert_int_equal(log_close(log, true), 0);
    assert_int_equal(read_back(&end), 60);
    free(survey);
    drop_dir();
}

static void rolls_make_new_generations_even_empty_ones(void **state)
{
    struct log_config c;
    struct log *log;
    lgpos end;
    uint32_t gen = 0, low = 0;

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    assert_int_equal(log_create(&c, &log), 0);
    for (unsigned i = 1; i <= 4; i++) {
        if (i != 3)
            append_notes(log, i < 3 ? i : i - 1, i < 3 ? i : i - 1, 300, false);
        assert_int_equal(log_roll(log, &gen), 0);
        assert_int_equal(gen, i + 1);
        assert_int_equal(log_generation(log), gen);
    }
    assert_int_equal(log_lowest(log, &low), 0);
    assert_int_equal(low, 1);
    assert_int_equal(log_close(log, true), 0);
    assert_int_equal(read_back(&end), 3);
    drop_dir();
}

static lgpos g_bound;
static lgpos bound(void *context)
{
    (void)context;
    return g_bound;
}

static void circular_logging_drops_what_lies_behind_the_checkpoint(void **state)
{
    struct log_config c;
    struct log *log;
    struct log_survey *survey = calloc(1, sizeof *survey);

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    c.circular = true;
    c.oldest_dirty = bound;
    g_bound = lgpos_make(1, 1, 0);
    assert_int_equal(log_create(&c, &log), 0);
    append_notes(log, 1, 2000, 500, false);
    assert_int_equal(log_flush_all(log), 0);
    assert_int_equal(log_checkpoint_update(log, true), 0);
    assert_true(log_checkpoint(log).v == g_bound.v);
    assert_int_equal(log_survey(&c, survey), 0);
    assert_int_equal(survey->gen_low, 1);
    g_bound = LGPOS_MAX;
    log_pin(log, 4);
    assert_int_equal(log_checkpoint_update(log, true), 0);
    assert_int_equal(log_survey(&c, survey), 0);
    assert_true(survey->gen_low == 3 || survey->gen_low == 4);
    log_pin(log, UINT32_MAX);
    assert_int_equal(log_checkpoint_update(log, true), 0);
    append_notes(log, 2001, 4000, 500, false);
    assert_int_equal(log_flush_all(log), 0);
    assert_int_equal(log_checkpoint_update(log, true), 0);
    assert_int_equal(log_survey(&c, survey), 0);
    assert_true(survey->gen_high - survey->gen_low <= 1);
    assert_true(survey->has_checkpoint && lgpos_generation(survey->checkpoint) == survey->gen_high);
    assert_int_equal(log_close(log, true), 0);
    free(survey);
    drop_dir();
}

struct committer { struct log *log; unsigned from, to; };

static void commit_body(void *argument)
{
    struct committer *c = argument;
    uint8_t bytes[200];
    for (unsigned n = c->from; n < c->to; n++) {
        struct log_record r = note(n, bytes, sizeof bytes);
        struct log_span span;
        assert_int_equal(log_append(c->log, &r, &span), 0);
        assert_int_equal(log_flush(c->log, span.end), 0);
        assert_true(log_durable(c->log).v >= span.end.v);
    }
}

static void concurrent_committers_share_syncs(void **state)
{
    enum { THREADS = 4, EACH = 200 };
    struct log_config c;
    struct log *log;
    struct os_thread *threads[THREADS];
    struct committer committers[THREADS];
    struct log_read_config rc;
    struct log_reader *r;
    struct log_record record;
    struct log_span span;
    bool end = false;
    unsigned count = 0;

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    assert_int_equal(log_create(&c, &log), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        committers[i] = (struct committer){log, i * EACH, (i + 1) * EACH};
        assert_int_equal(os_thread_start(&threads[i], commit_body, &committers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    assert_int_equal(log_close(log, false), 0);
    memset(&rc, 0, sizeof rc);
    snprintf(rc.dirs[0], sizeof rc.dirs[0], "%s", g_dir);
    memcpy(rc.base, "edb", 4);
    assert_int_equal(log_reader_open(&rc, LGPOS_MIN, &r), 0);
    while (log_reader_next(r, &record, &span, &end) == 0 && !end)
        count++;
    log_reader_close(r);
    assert_int_equal(count, THREADS * EACH);
    drop_dir();
}

static void segments_stand_alone_when_asked(void **state)
{
    struct log_config c;
    struct log *log;
    uint8_t bytes[16];
    struct log_span span;

    (void)state;
    fresh_dir();
    configure(&c, 32 * 4096);
    assert_int_equal(log_create(&c, &log), 0);
    for (unsigned n = 1; n <= 5; n++) {
        struct log_record r = note(n, bytes, sizeof bytes);
        assert_int_equal(log_append(log, &r, &span), 0);
        assert_int_equal(lgpos_byte(span.at), 0);
        assert_int_equal(lgpos_segment(span.at), n);
        assert_int_equal(log_flush_segment(log), 0);
    }
    assert_int_equal(log_close(log, true), 0);
    drop_dir();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_flushed_is_read_back),
        cmocka_unit_test(a_stream_goes_on_where_it_ended),
        cmocka_unit_test(an_interrupted_roll_is_continued),
        cmocka_unit_test(rolls_make_new_generations_even_empty_ones),
        cmocka_unit_test(circular_logging_drops_what_lies_behind_the_checkpoint),
        cmocka_unit_test(concurrent_committers_share_syncs),
        cmocka_unit_test(segments_stand_alone_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
