#include "reference.h"

#include "base/alloc.h"
#include "store/log.h"

static void config_for(struct log_read_config *c, const char *dir)
{
    memset(c, 0, sizeof *c);
    snprintf(c->dirs[0], sizeof c->dirs[0], "%s/", dir);
    memcpy(c->base, "edb", 4);
}

/* Reads from a position to the end; the error that stopped it, with counts. */
static ese_err read_all(const struct log_read_config *c, lgpos from, unsigned *records, lgpos *last)
{
    struct log_reader *r = NULL;
    struct log_record record;
    struct log_span span;
    bool end = false;
    ese_err err = log_reader_open(c, from, &r);

    *records = 0;
    *last = LGPOS_MIN;
    while (err == 0 && (err = log_reader_next(r, &record, &span, &end)) == 0 && !end) {
        assert_true(span.at.v >= last->v);
        assert_true(span.end.v > span.at.v);
        *last = span.end;
        ++*records;
    }
    log_reader_close(r);
    return err;
}

static void every_reference_stream_reads_to_its_end(void **state)
{
    static const struct { const char *set, *dir; unsigned generations; } streams[] = {
        {"dirty-4k", "dirty-4k/crash", 0x40}, {"dirty-8k", "dirty-8k/crash", 0x26}, {"legacy-dirty-8k", "legacy-dirty-8k/crash", 4},
        {"multi-dirty-8k", "multi-dirty-8k/crash", 0x20}, {"sweep-a", "sweep-a/kill-10/crash", 1}, {"sweep-a", "sweep-a/copy-12/crash", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        struct log_read_config c;
        char dir[512];
        unsigned records;
        lgpos last;
        if (!reference_unpack(streams[i].set))
            skip();
        snprintf(dir, sizeof dir, "%s/%s", reference_scratch(), streams[i].dir);
        config_for(&c, dir);
        assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), 0);
        printf("%s: %u records, to %X:%X:%X\n", streams[i].dir, records, lgpos_generation(last), lgpos_segment(last), lgpos_byte(last));
        assert_true(records > 100);
        assert_true(lgpos_generation(last) >= streams[i].generations);
    }
}

static void reading_starts_at_any_position(void **state)
{
    struct log_read_config c;
    char dir[512];
    unsigned all, rest;
    lgpos last, end;
    struct log_reader *r;
    struct log_record record;
    struct log_span span;
    bool over;

    (void)state;
    if (!reference_unpack("dirty-8k"))
        skip();
    snprintf(dir, sizeof dir, "%s/dirty-8k/crash", reference_scratch());
    config_for(&c, dir);
    assert_int_equal(read_all(&c, LGPOS_MIN, &all, &last), 0);
    assert_int_equal(log_reader_open(&c, LGPOS_MIN, &r), 0);
    for (unsigned n = 0; log_reader_next(r, &record, &span, &over) == 0 && !over; n++) {
        if (n % 997 != 0)
            continue;
        assert_int_equal(read_all(&c, span.at, &rest, &end), 0);
        assert_int_equal(rest, all - n);
        assert_true(end.v == last.v);
        c.from_checkpoint = true;
        assert_int_equal(read_all(&c, span.at, &rest, &end), 0);
        assert_int_equal(rest, all - n);
        assert_true(end.v == last.v);
        c.from_checkpoint = false;
    }
    log_reader_close(r);
}

/* From a checkpoint in the current log, what lies before it is not read at all; without one it is part of what must be whole. */
static void the_current_log_is_read_from_the_checkpoint(void **state)
{
    struct log_read_config c;
    char path[600], dir[512];
    unsigned all, rest;
    lgpos last, end, from = LGPOS_MIN;
    struct log_reader *r;
    struct log_record record;
    struct log_span span;
    struct os_file *file;
    uint8_t damage[LOG_SEGMENT_BYTES];
    bool over;

    (void)state;
    if (!reference_unpack("sweep-a"))
        skip();
    snprintf(dir, sizeof dir, "%s/sweep-a/kill-10/crash", reference_scratch());
    config_for(&c, dir);
    assert_int_equal(read_all(&c, LGPOS_MIN, &all, &last), 0);
    assert_int_equal(log_reader_open(&c, LGPOS_MIN, &r), 0);
    for (unsigned n = 0; log_reader_next(r, &record, &span, &over) == 0 && !over; n++) {
        if (from.v >= lgpos_make(lgpos_generation(last), 3, 0).v)
            break;
        from = span.at;
        rest = all - n;
    }
    log_reader_close(r);
    assert_true(from.v >= lgpos_make(lgpos_generation(last), 3, 0).v);
    all = rest;
    memset(damage, 0x5A, sizeof damage);
    damage[7] = 1;
    snprintf(path, sizeof path, "%s/edb.log", dir);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE, &file), 0);
    assert_int_equal(os_file_write(file, LOG_SEGMENT_BYTES, damage, sizeof damage), 0);
    os_file_close(file);
    assert_int_equal(read_all(&c, from, &rest, &end), JET_errLogFileCorrupt);
    c.from_checkpoint = true;
    assert_int_equal(read_all(&c, from, &rest, &end), 0);
    assert_int_equal(rest, all);
    assert_true(end.v == last.v);
}

/* The damaged streams, each with what the original engine answered to it. */
static void damaged_streams_are_judged_as_by_the_original(void **state)
{
    static const struct { const char *name; ese_err err; } cases[] = {
        {"log-torn-zero", JET_errLogFileCorrupt}, {"log-torn-512", JET_errLogFileCorrupt}, {"log-lost-last", 0},
        {"log-torn-prev", JET_errLogFileCorrupt}, {"log-hole-cur", JET_errLogFileCorrupt}, {"log-hole-mid", JET_errLogFileCorrupt},
        {"log-flip-mid", 0}, {"log-missing-gen", JET_errInvalidLogSequence}, {"log-missing-cur", 0},
        {"log-header-bad", JET_errLogFileCorrupt},
    };
    (void)state;
    if (!reference_unpack("cases-8k"))
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_read_config c;
        char dir[512], command[4096];
        unsigned records;
        lgpos last;
        snprintf(dir, sizeof dir, "%s/%s", reference_scratch(), cases[i].name);
        snprintf(command, sizeof command,
                 "set -e; b=%s/cases-8k; rm -rf %s; cp -r $b/base-dirty/files %s; if [ -d $b/%s/files ]; then cp $b/%s/files/* %s; fi; "
                 "if [ -f $b/%s/remove.txt ]; then for f in $(cat $b/%s/remove.txt); do rm -f %s/$f; done; fi",
                 reference_scratch(), dir, dir, cases[i].name, cases[i].name, dir, cases[i].name, cases[i].name, dir);
        assert_int_equal(system(command), 0);
        config_for(&c, dir);
        ese_err err = read_all(&c, LGPOS_MIN, &records, &last);
        printf("%s: %d, %u records, to %X:%X\n", cases[i].name, err, records, lgpos_generation(last), lgpos_segment(last));
        assert_int_equal(err, cases[i].err);
    }
}

static void a_generation_asked_for_must_be_there(void **state)
{
    struct log_read_config c;
    struct signature other;
    char dir[512];
    unsigned records;
    lgpos last;

    (void)state;
    if (!reference_unpack("dirty-8k"))
        skip();
    snprintf(dir, sizeof dir, "%s/dirty-8k/crash", reference_scratch());
    config_for(&c, dir);
    c.gen_high = 0x40;
    assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), JET_errMissingLogFile);
    c.gen_high = 5;
    assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), 0);
    assert_int_equal(lgpos_generation(last), 5);
    assert_int_equal(read_all(&c, lgpos_make(0x90, 1, 0), &records, &last), JET_errMissingLogFile);
    memset(&other, 7, sizeof other);
    c.sign_log = &other;
    assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), JET_errBadLogSignature);
    c.sign_log = NULL;
    c.page_size = 4096;
    assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), JET_errPageSizeMismatch);
}

static void a_real_log_with_one_segment_reads(void **state)
{
    struct log_read_config c;
    char command[2048], path[1024];
    unsigned records;
    lgpos last;

    (void)state;
    if (!reference_available("data/log/secedit-edb.log"))
        skip();
    snprintf(command, sizeof command, "mkdir -p %s/real && cp '%s' %s/real/edb.log", reference_scratch(),
             reference_path(path, sizeof path, "data/log/secedit-edb.log"), reference_scratch());
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/real", reference_scratch());
    config_for(&c, path);
    assert_int_equal(read_all(&c, LGPOS_MIN, &records, &last), 0);
    assert_int_equal(records, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reference_stream_reads_to_its_end),
        cmocka_unit_test(reading_starts_at_any_position),
        cmocka_unit_test(the_current_log_is_read_from_the_checkpoint),
        cmocka_unit_test(damaged_streams_are_judged_as_by_the_original),
        cmocka_unit_test(a_generation_asked_for_must_be_there),
        cmocka_unit_test(a_real_log_with_one_segment_reads),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    reference_clean();
    return failed;
}
