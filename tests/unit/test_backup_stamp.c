#include "reference.h"

#include "admin/backup_int.h"
#include "format/checksum.h"

/* Copied databases of the original engine, and the range that their backup reported. */
static const struct { const char *set, *file; uint32_t low, high; size_t page_size; } copies[] = {
    {"backup-8k", "full/a.edb", 4, 13, 8192}, {"backup-8k", "full/b.edb", 4, 13, 8192}, {"backup-4k", "full/basic.edb", 0, 0, 4096},
    {"jetbackup-8k", "set/basic.edb", 5, 15, 8192},
};

static bool all_zero(const uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

static void check_copy(const uint8_t *data, size_t size, uint32_t low, uint32_t high, size_t page_size)
{
    const struct db_header *h = (const struct db_header *)(const void *)data;
    const struct backup_trailer *t = (const struct backup_trailer *)(const void *)(data + size - page_size);
    const uint8_t *trailer = (const uint8_t *)t;

    assert_int_equal(db_header_check(data, page_size, page_size), 0);
    assert_memory_equal(data, data + page_size, page_size);
    assert_int_equal(le32_get(&h->state), DB_DIRTY);
    assert_int_equal(le32_get(&h->full_cur.gen_high), 0);
    assert_int_equal(checksum_header(trailer, page_size), le32_get(&t->checksum));
    assert_true(all_zero(t->blank, sizeof t->blank));
    assert_memory_equal(&t->info.mark, &h->full_cur.mark, sizeof t->info.mark);
    assert_memory_equal(&t->info.time, &h->full_cur.time, sizeof t->info.time);
    assert_int_equal(le32_get(&t->info.gen_low), le32_get(&h->full_cur.gen_low));
    assert_memory_equal(&t->sign_db, &h->sign_db, sizeof t->sign_db);
    assert_memory_equal(&t->sign_log, &h->sign_log, sizeof t->sign_log);
    assert_true(all_zero(trailer + sizeof *t, page_size - sizeof *t));
    if (high != 0) {
        assert_int_equal(le32_get(&h->full_cur.gen_low), low);
        assert_int_equal(le32_get(&t->info.gen_high), high);
    }
    assert_true(le32_get(&t->info.gen_high) >= lgpos_generation(disk_lgpos_get(&h->full_cur.mark)));
    for (size_t at = 2 * page_size; at + 2 * page_size <= size; at += page_size) {
        enum page_verdict v = checksum_page_look(data + at, page_size, (pgno)(at / page_size) - 1);
        assert_true(v == PAGE_GOOD || v == PAGE_UNINITIALISED);
    }
}

static void copies_of_the_original_have_our_trailer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        char path[1024];
        size_t size = 0;
        uint8_t *data;

        if (!reference_unpack(copies[i].set))
            skip();
        snprintf(path, sizeof path, "%s/%s/%s", reference_scratch(), copies[i].set, copies[i].file);
        data = reference_read(path, &size);
        assert_non_null(data);
        check_copy(data, size, copies[i].low, copies[i].high, copies[i].page_size);
        free(data);
    }
    reference_clean();
}

static void apply_log(struct db_header *h, const char *path, uint8_t dbid)
{
    size_t size = 0, length;
    uint8_t *data = reference_read(path, &size);
    struct log_record r;

    assert_non_null(data);
    for (uint32_t number = 1; (number + 1) * (size_t)LOG_SEGMENT_BYTES < size; number++) {
        uint8_t *segment = data + number * (size_t)LOG_SEGMENT_BYTES;
        if (!checksum_segment_verify(segment, LOG_SEGMENT_BYTES, number))
            break;
        for (size_t at = LOG_SEGMENT_HEADER; at < LOG_SEGMENT_BYTES; at += length) {
            assert_int_equal(lr_decode(bytes_of(segment + at, LOG_SEGMENT_BYTES - at), &r, &length), 0);
            if (r.type == LR_BACKUP2 && r.head.dbid == dbid)
                (void)backup_stamp_header(h, &r);
        }
    }
    free(data);
}

/* The stamps that the logs of the reference backups carry, redone into an empty header. */
static void logged_stamps_are_redone(void **state)
{
    struct db_header *h = calloc(1, sizeof *h);
    char path[1024];

    (void)state;
    if (!reference_unpack("backup-8k")) {
        free(h);
        skip();
    }
    for (int pass = 0; pass < 2; pass++) {              /* the second pass must not turn anything back */
        for (unsigned g = 0xD; g <= 0x25; g++) {
            snprintf(path, sizeof path, "%s/backup-8k/%s/edb%05X.log", reference_scratch(), g <= 0x19 ? "inc1" : "inc2", g);
            apply_log(h, path, 1);
        }
        assert_int_equal(le32_get(&h->full_prev.gen_low), 4);
        assert_int_equal(le32_get(&h->full_prev.gen_high), 13);
        assert_true(disk_lgpos_get(&h->full_prev.mark).v == lgpos_make(0xD, 0xD, 0xD4E).v);
        assert_int_equal(le32_get(&h->full_prev_type), KIND_STREAMING);
        assert_int_equal(le32_get(&h->inc_prev.gen_low), 4);
        assert_int_equal(le32_get(&h->inc_prev.gen_high), 25);
        assert_true(disk_lgpos_get(&h->inc_prev.mark).v == lgpos_make(0x1A, 1, 0).v);
        assert_true(all_zero((const uint8_t *)&h->copy_prev, sizeof h->copy_prev));
        memset(&h->inc_prev, 0, sizeof h->inc_prev);
    }
    reference_clean();
    free(h);
}

static void a_full_backup_ends_the_line_of_the_one_before(void **state)
{
    struct db_header *h = calloc(1, sizeof *h);
    struct log_record r;
    struct logtime time = {{1, 2, 3, 4, 5, 126, 1, 0}};

    (void)state;
    memset(&r, 0, sizeof r);
    r.type = LR_BACKUP2;
    r.u.backup.phase = RECORD_UPDATE;
    r.u.backup.scope = SCOPE_DIFFERENTIAL;
    backup_info_set(&r.u.backup.info, lgpos_make(5, 1, 0), &time, 2, 4);
    assert_true(backup_stamp_header(h, &r));
    r.u.backup.scope = SCOPE_INCREMENTAL;
    assert_true(backup_stamp_header(h, &r));
    r.u.backup.scope = SCOPE_COPY;
    assert_true(backup_stamp_header(h, &r));
    backup_info_set(&r.u.backup.info, lgpos_make(9, 1, 0), &time, 5, 8);
    r.u.backup.scope = SCOPE_FULL;
    assert_true(backup_stamp_header(h, &r));
    assert_int_equal(le32_get(&h->full_prev.gen_high), 8);
    assert_int_equal(le32_get(&h->inc_prev.gen_high), 0);
    assert_int_equal(le32_get(&h->diff_prev.gen_high), 0);
    assert_int_equal(le32_get(&h->copy_prev.gen_high), 4);
    backup_info_set(&r.u.backup.info, lgpos_make(8, 1, 0), &time, 3, 7);
    assert_false(backup_stamp_header(h, &r));           /* older */
    assert_int_equal(le32_get(&h->full_prev.gen_high), 8);
    r.u.backup.phase = RECORD_STOP;
    assert_false(backup_stamp_header(h, &r));
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_the_original_have_our_trailer),
        cmocka_unit_test(logged_stamps_are_redone),
        cmocka_unit_test(a_full_backup_ends_the_line_of_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
