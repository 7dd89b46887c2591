#include "reference.h"

#include <unistd.h>

#include "engine_fixture.h"

#include "admin/backup_int.h"
#include "format/checksum.h"

enum { PAGE = 4096, CHUNK = 64 * 1024, NORMAL = 1, ABORT = 2, TRUNCATE_DONE = 0x100 };

struct ground {
    struct fixture live;
    char db[OS_PATH_MAX];
    uint8_t dbid;
    uint8_t *buffer;
    struct arena arena;
};

static const char *path_in(const struct ground *f, char *out, size_t room, const char *name)
{
    snprintf(out, room, "%s/%s", f->live.dir, name);
    return out;
}

static int set_up_with(void **state, bool circular)
{
    struct ground *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE, .log_bytes = 128 * 1024, .logged = true, .circular = circular};
    ese_err err;

    f->buffer = aligned_alloc(4096, CHUNK);
    err = fixture_start(&f->live, reference_scratch(), &how);
    path_in(f, f->db, sizeof f->db, "x.edb");
    if (err == 0)
        err = fixture_create(&f->live, "x.edb", &f->dbid);
    if (err < 0)
        printf("fixture: %d %s\n", (int)err, err_name(err));
    *state = f;
    return err;
}

static int set_up(void **state) { return set_up_with(state, false); }
static int set_up_circular(void **state) { return set_up_with(state, true); }

static int tear_down(void **state)
{
    struct ground *f = *state;
    ese_err err = fixture_stop(&f->live);

    arena_release(&f->arena);
    free(f->buffer);
    free(f);
    reference_clean();
    return err;
}

/* Whole stream of the open file. */
static uint8_t *read_all(struct ground *f, uint64_t handle, uint64_t size, uint32_t chunk)
{
    uint8_t *all = malloc(size + CHUNK);
    uint64_t at = 0;
    uint32_t got = 1;

    while (got != 0) {
        assert_int_equal(backup_read_file(&f->live.inst, handle, f->buffer, chunk, &got), 0);
        assert_true(at + got <= size);
        memcpy(all + at, f->buffer, got);
        at += got;
    }
    assert_true(at == size);
    return all;
}

static uint8_t *copy_file(struct ground *f, const char *path, uint64_t *size, uint32_t chunk)
{
    uint64_t handle = 99;
    uint8_t *all;

    assert_int_equal(backup_open_file(&f->live.inst, path, &handle, size), 0);
    assert_int_equal(handle, 0);
    all = read_all(f, handle, *size, chunk);
    assert_int_equal(backup_close_file(&f->live.inst, handle), 0);
    return all;
}

static void copy_logs(struct ground *f, bool check)
{
    char *list;
    size_t bytes;
    struct backup_log_info info;
    uint32_t g;
    uint64_t size;

    assert_int_equal(backup_log_list(&f->live.inst, false, &f->arena, &list, &bytes, &info), 0);
    g = info.gen_low;
    for (char *path = list; *path != 0; path += strlen(path) + 1, g++) {
        uint8_t *all = copy_file(f, path, &size, CHUNK);
        if (check) {
            assert_int_equal(log_header_check((struct log_header *)(void *)all), 0);
            assert_int_equal(load_le32(all + 4), g);
        }
        free(all);
    }
    assert_int_equal(g, info.gen_high + 1);
}

static void the_stream_is_header_twice_pages_trailer(void **state)
{
    struct ground *f = *state;
    struct inst *inst = &f->live.inst;
    struct db_file *db = inst->dbs[f->dbid];
    uint64_t size = 0;
    uint8_t *all;
    const struct db_header *h;
    const struct backup_trailer *t;
    pgno last = atomic_load(&db->page_last);

    assert_int_equal(backup_begin(inst, 0), 0);
    assert_true(fixture_saw(&f->live, 210));
    all = copy_file(f, f->db, &size, 3 * PAGE);
    assert_true(size == ((uint64_t)last + 3) * PAGE);
    h = (const struct db_header *)(const void *)all;
    t = (const struct backup_trailer *)(const void *)(all + size - PAGE);
    assert_memory_equal(all, all + PAGE, PAGE);
    assert_int_equal(db_header_check(all, PAGE, PAGE), 0);
    assert_int_equal(le32_get(&h->state), DB_DIRTY);
    assert_true(le32_get(&h->full_cur.gen_low) != 0);
    assert_int_equal(le32_get(&h->full_cur.gen_high), 0);
    assert_int_equal(le32_get(&db_header_of(db)->full_cur.gen_low), 0);
    assert_int_equal(checksum_header((const uint8_t *)t, PAGE), le32_get(&t->checksum));
    assert_memory_equal(&t->info.mark, &h->full_cur.mark, sizeof t->info.mark);
    assert_memory_equal(&t->sign_db, &h->sign_db, sizeof t->sign_db);
    assert_memory_equal(&t->sign_log, &h->sign_log, sizeof t->sign_log);
    for (pgno n = 1; n <= last; n++) {
        enum page_verdict v = checksum_page_look(all + (size_t)(n + 1) * PAGE, PAGE, n);
        assert_true(v == PAGE_GOOD || v == PAGE_UNINITIALISED);
    }
    free(all);
    all = copy_file(f, f->db, &size, CHUNK);            /* once more, in big steps */
    free(all);
    copy_logs(f, true);
    assert_int_equal(backup_truncate(inst), 0);
    assert_int_equal(backup_end(inst, NORMAL), 0);
    assert_true(fixture_saw(&f->live, 213));
    assert_int_equal(le32_get(&db_header_of(db)->full_prev.gen_low), 1);
    assert_true(le32_get(&db_header_of(db)->full_prev.gen_high) != 0);
    assert_int_equal(le32_get(&db_header_of(db)->full_prev_type), 0);
}

/* backup-restore.md 12, the cells that need no second database. */
static void calls_out_of_order_are_refused(void **state)
{
    struct ground *f = *state;
    struct inst *inst = &f->live.inst;
    uint64_t handle = 0, other = 0, size = 0;
    uint32_t got = 0;
    char *list, path[OS_PATH_MAX + 32];
    size_t bytes = 0;

    assert_int_equal(backup_attach_info(inst, &f->arena, &list, &bytes), JET_errNoBackup);
    assert_int_equal(backup_open_file(inst, f->db, &handle, &size), JET_errNoBackup);
    assert_int_equal(backup_read_file(inst, 0, f->buffer, CHUNK, &got), JET_errNoBackup);
    assert_int_equal(backup_close_file(inst, 0), JET_errNoBackup);
    assert_int_equal(backup_truncate(inst), JET_errNoBackup);
    assert_int_equal(backup_end(inst, NORMAL), JET_errNoBackup);
    assert_int_equal(backup_end(inst, 0), JET_errInvalidParameter);
    assert_int_equal(backup_end(inst, NORMAL | ABORT), JET_errInvalidParameter);
    assert_int_equal(backup_begin(inst, 4), JET_errInvalidGrbit);
    assert_int_equal(backup_begin(inst, 1), JET_errMissingFullBackup);
    assert_true(fixture_saw(&f->live, 206));
    assert_false(backup_in_progress(inst));

    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(backup_begin(inst, 0), JET_errBackupInProgress);
    assert_int_equal(backup_begin(inst, 0x80), JET_errInvalidGrbit);
    assert_int_equal(backup_enter_shared(inst), JET_errBackupInProgress);
    assert_int_equal(backup_attach_info(inst, &f->arena, &list, &bytes), 0);
    assert_int_equal(bytes, strlen(f->db) + 2);
    assert_string_equal(list, f->db);
    assert_int_equal(backup_truncate(inst), JET_errInvalidBackupSequence);
    assert_int_equal(backup_open_file(inst, NULL, &handle, &size), JET_errInvalidParameter);
    assert_int_equal(backup_open_file(inst, path_in(f, path, sizeof path, "nosuch.edb"), &handle, &size), JET_errDatabaseNotFound);
    assert_true(fixture_saw(&f->live, 217));
    assert_int_equal(backup_open_file(inst, f->db, &handle, &size), 0);
    assert_int_equal(backup_open_file(inst, f->db, &other, &size), JET_errOutOfMemory);
    assert_int_equal(backup_log_list(inst, false, &f->arena, &list, &bytes, NULL), JET_errInvalidBackupSequence);
    assert_int_equal(backup_read_file(inst, handle, f->buffer, 2 * PAGE, &got), JET_errInvalidParameter);
    assert_int_equal(backup_read_file(inst, handle, f->buffer, CHUNK + 1, &got), JET_errInvalidParameter);
    assert_int_equal(backup_read_file(inst, handle, f->buffer + 512, PAGE * 3, &got), JET_errInvalidParameter);
    assert_int_equal(backup_read_file(inst, 5, f->buffer, CHUNK, &got), JET_errInvalidParameter);
    assert_int_equal(backup_read_file(inst, handle, f->buffer, 3 * PAGE, &got), 0);
    assert_int_equal(got, 3 * PAGE);
    assert_int_equal(backup_close_file(inst, handle), 0);
    assert_true(fixture_saw(&f->live, 222));
    assert_int_equal(backup_close_file(inst, handle), JET_errInvalidParameter);
    backup_stop(inst);
    assert_int_equal(backup_attach_info(inst, &f->arena, &list, &bytes), JET_errBackupAbortByServer);
    assert_int_equal(backup_end(inst, NORMAL), 0);
    assert_true(fixture_saw(&f->live, 226));
    assert_int_equal(backup_begin(inst, 1), JET_errMissingFullBackup);     /* nothing was stamped */
}

static void the_log_part_has_its_own_rules(void **state)
{
    struct ground *f = *state;
    struct inst *inst = &f->live.inst;
    uint64_t handle = 0, size = 0;
    char *list, path[OS_PATH_MAX + 32];
    size_t bytes = 0;

    assert_int_equal(backup_begin(inst, 0), 0);
    free(copy_file(f, f->db, &size, CHUNK));
    assert_int_equal(backup_log_list(inst, false, &f->arena, &list, &bytes, NULL), 0);
    assert_int_equal(backup_truncate(inst), JET_errLogFileNotCopied);
    assert_true(fixture_saw(&f->live, 520));
    assert_int_equal(backup_open_file(inst, f->db, &handle, &size), JET_errInvalidBackupSequence);
    assert_int_equal(backup_end(inst, NORMAL), JET_errNoBackup);           /* that cancelled it */
    assert_true(fixture_saw(&f->live, 214));

    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(backup_log_list(inst, true, &f->arena, &list, &bytes, NULL), 0);
    assert_int_equal(bytes, 1);                         /* a database was not copied: nothing may go */
    assert_int_equal(backup_open_file(inst, path_in(f, path, sizeof path, "edb.log"), &handle, &size), JET_errInvalidParameter);
    assert_false(backup_in_progress(inst));
    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(backup_log_list(inst, false, &f->arena, &list, &bytes, NULL), 0);
    assert_int_equal(backup_open_file(inst, path_in(f, path, sizeof path, "edb0FFFF.log"), &handle, &size), JET_errMissingFileToBackup);
    assert_true(fixture_saw(&f->live, 459));
    assert_false(backup_in_progress(inst));
}

static void full_backup(struct ground *f, bool truncate, uint32_t end)
{
    uint64_t size;

    assert_int_equal(backup_begin(&f->live.inst, 0), 0);
    free(copy_file(f, f->db, &size, CHUNK));
    copy_logs(f, true);
    if (truncate)
        assert_int_equal(backup_truncate(&f->live.inst), 0);
    assert_int_equal(backup_end(&f->live.inst, end), 0);
}

static void stamps_depend_on_truncation(void **state)
{
    struct ground *f = *state;
    struct inst *inst = &f->live.inst;
    struct db_header *h = db_header_of(inst->dbs[f->dbid]);
    struct backup_log_info info;
    char *list;
    size_t bytes;

    full_backup(f, false, NORMAL);
    assert_true(le32_get(&h->copy_prev.gen_high) != 0);
    assert_int_equal(le32_get(&h->full_prev.gen_high), 0);
    assert_int_equal(backup_begin(inst, 1), JET_errMissingFullBackup);
    full_backup(f, false, NORMAL | TRUNCATE_DONE);
    assert_true(le32_get(&h->full_prev.gen_high) != 0);
    assert_int_equal(backup_begin(inst, 1), 0);
    assert_true(fixture_saw(&f->live, 211));
    assert_int_equal(backup_attach_info(inst, &f->arena, &list, &bytes), JET_errInvalidBackupSequence);
    copy_logs(f, true);
    assert_int_equal(backup_log_list(inst, false, &f->arena, &list, &bytes, &info), 0);
    assert_int_equal(backup_truncate(inst), 0);
    assert_int_equal(backup_end(inst, NORMAL), 0);
    assert_int_equal(le32_get(&h->inc_prev.gen_high), info.gen_high);
    assert_int_equal(le32_get(&h->inc_prev.gen_low), info.gen_low);
    assert_int_equal(backup_begin(inst, 1), 0);
    copy_logs(f, true);
    assert_int_equal(backup_end(inst, NORMAL), 0);
    assert_true(le32_get(&h->diff_prev.gen_high) > info.gen_high);
    full_backup(f, true, NORMAL);
    assert_int_equal(le32_get(&h->inc_prev.gen_high), 0);
    assert_int_equal(le32_get(&h->diff_prev.gen_high), 0);
}

static void circular_logging_allows_only_full_backups(void **state)
{
    struct ground *f = *state;

    assert_int_equal(backup_begin(&f->live.inst, 1), JET_errInvalidBackup);
    full_backup(f, true, NORMAL);
    assert_true(le32_get(&db_header_of(f->live.inst.dbs[f->dbid])->full_prev.gen_high) != 0);
}

/* A log that changed on disk never leaves. */
static void a_damaged_log_is_not_given_out(void **state)
{
    struct ground *f = *state;
    struct inst *inst = &f->live.inst;
    char *list;
    size_t bytes;
    uint64_t size, handle;
    uint32_t got = 0;
    struct os_file *file = NULL;
    uint8_t bytes4[4] = {1, 2, 3, 4};
    ese_err err = 0;

    assert_int_equal(backup_begin(inst, 0), 0);
    free(copy_file(f, f->db, &size, CHUNK));
    assert_int_equal(backup_log_list(inst, false, &f->arena, &list, &bytes, NULL), 0);
    assert_int_equal(os_file_open(list, OS_OPEN_WRITE, &file), 0);
    assert_int_equal(os_file_write(file, 4096 + 300, bytes4, 4), 0);
    os_file_close(file);
    assert_int_equal(backup_open_file(inst, list, &handle, &size), 0);
    for (got = 1; err == 0 && got != 0;)
        err = backup_read_file(inst, handle, f->buffer, CHUNK, &got);
    assert_int_equal(err, JET_errLogReadVerifyFailure);
    assert_true(fixture_saw(&f->live, 218));
    assert_false(backup_in_progress(inst));
}

/* The checkpoint file is written copy after copy; a backup that begins in between reads the one that is there. */
static void one_copy_of_the_checkpoint_is_enough(void **state)
{
    struct ground *f = *state;
    char path[OS_PATH_MAX];

    assert_int_equal(log_checkpoint_update(f->live.inst.log, true), 0);
    assert_int_equal(truncate(path_in(f, path, sizeof path, "edb.chk"), 4096), 0);
    assert_int_equal(backup_begin(&f->live.inst, 0), 0);
    assert_int_equal(backup_end(&f->live.inst, ABORT), 0);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(backup_begin(&f->live.inst, 0), JET_errCheckpointCorrupt);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(backup_begin(&f->live.inst, 0), 0);
    assert_int_equal(backup_end(&f->live.inst, ABORT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_stream_is_header_twice_pages_trailer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_out_of_order_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_log_part_has_its_own_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stamps_depend_on_truncation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(circular_logging_allows_only_full_backups, set_up_circular, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_log_is_not_given_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_copy_of_the_checkpoint_is_enough, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
