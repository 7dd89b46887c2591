/* Our own backups are restored: full and incremental, taken while transactions commit, by stream and into a folder; snapshots recover. */
#include "reference.h"

#include <stdarg.h>

#include "admin/backup_dir.h"
#include "admin/restore.h"
#include "admin/snapshot.h"
#include "engine_fixture.h"
#include "rows.h"

enum { PAGE = 4096, CHUNK = 64 * 1024, LOG_BYTES = 64 * 1024, TEXT_BYTES = 300 };

struct ground {
    struct fixture live;
    struct cursor *cursor;
    uint32_t ids[3];
    uint8_t dbid;
    char base[500], live_dir[600], full[600], inc[600], work[600];
    struct arena arena;
    uint8_t *buffer;
    /* the writer beside the backup */
    struct os_thread *thread;
    _Atomic bool stop;
    _Atomic int32_t committed;                          /* rows 1 .. committed are there */
    ese_err writer_error;
};

static void run(const char *format, ...)
{
    char command[6000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(command), 0);
}

static void text_of(int32_t id, char text[TEXT_BYTES])
{
    memset(text, 'a' + id % 26, TEXT_BYTES);
    snprintf(text, TEXT_BYTES, "row %d", (int)id);
}

/* One committed transaction: a new row, and an old one rewritten with what it holds already. */
static ese_err add_row(struct ground *g, struct session *s, struct cursor *c, unsigned commit)
{
    ese_err err = JET_errSuccess;
    char text[TEXT_BYTES];
    int32_t id = atomic_load(&g->committed) + 1, old = (id * 7919) % id;

    TRY(txn_begin(s, false));
    TRY(update_prepare(c, UPDATE_INSERT));
    TRY(rows_set_long(c, g->ids[0], id));
    TRY(rows_set_long(c, g->ids[1], -id));
    text_of(id, text);
    TRY(rows_set(c, g->ids[2], text, TEXT_BYTES));
    TRY(update_apply(c, NULL, 0, NULL));
    if (old > 0) {
        TRY(rows_seek_long(c, old));
        TRY(update_prepare(c, UPDATE_REPLACE));
        text_of(old, text);
        TRY(rows_set(c, g->ids[2], text, (size_t)(id % 2 == 0 ? TEXT_BYTES : TEXT_BYTES / 2)));
        TRY(update_apply(c, NULL, 0, NULL));
    }
    TRY(txn_commit(s, commit));
    atomic_store(&g->committed, id);
done:
    return err;
}

static void add_rows(struct ground *g, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        assert_int_equal(add_row(g, g->live.s, g->cursor, COMMIT_LAZY), 0);
}

static void start(struct ground *g)
{
    static const struct row_column columns[] = {
        {"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}}, {"a", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
        {"text", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}}
    };
    static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix", "+a\0", 4, ROW_INDEX_PLAIN}};
    struct fixture_config how = {.page_size = PAGE, .log_bytes = LOG_BYTES, .logged = true, .cache_bytes = 4 << 20};

    assert_int_equal(fixture_start(&g->live, g->live_dir, &how), 0);
    assert_int_equal(fixture_create(&g->live, "x.edb", &g->dbid), 0);
    assert_int_equal(rows_create(g->live.s, g->dbid, "t", columns, 3, g->ids, indexes, 2, &g->cursor), 0);
}

static void stop(struct ground *g)
{
    cursor_close(g->cursor);
    assert_int_equal(fixture_stop(&g->live), 0);
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);

    snprintf(g->base, sizeof g->base, "%s", reference_scratch());
    snprintf(g->live_dir, sizeof g->live_dir, "%s/live", g->base);
    snprintf(g->full, sizeof g->full, "%s/full", g->base);
    snprintf(g->inc, sizeof g->inc, "%s/inc", g->base);
    snprintf(g->work, sizeof g->work, "%s/work", g->base);
    run("mkdir '%s' '%s' '%s' '%s'", g->live_dir, g->full, g->inc, g->work);
    g->buffer = aligned_alloc(4096, CHUNK);
    start(g);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    arena_release(&g->arena);
    free(g->buffer);
    free(g);
    reference_clean();
    return 0;
}

/* ---- the writer ---- */

static void write_on(void *argument)
{
    struct ground *g = argument;
    struct session *s = NULL;
    struct cursor *c = NULL;
    ese_err err;

    TRY(session_begin(&g->live.inst, &s));
    TRY(rows_open(s, g->dbid, "t", &c));
    while (!atomic_load(&g->stop))
        TRY(add_row(g, s, c, COMMIT_LAZY));
done:
    g->writer_error = err;
    if (c != NULL)
        cursor_close(c);
    if (s != NULL)
        (void)session_end(s);
}

static void start_writer(struct ground *g)
{
    atomic_store(&g->stop, false);
    assert_int_equal(os_thread_start(&g->thread, write_on, g), 0);
}

static void stop_writer(struct ground *g)
{
    atomic_store(&g->stop, true);
    os_thread_join(g->thread);
    assert_int_equal(g->writer_error, 0);
}

/* ---- backup ---- */

static void stream_file(struct ground *g, const char *from, const char *folder)
{
    struct inst *inst = &g->live.inst;
    uint64_t handle, size, at = 0;
    uint32_t got = 1;
    char path[OS_PATH_MAX + 700];
    const char *slash = strrchr(from, '/');
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", folder, slash + 1);
    out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(backup_open_file(inst, from, &handle, &size), 0);
    while (got != 0) {
        assert_int_equal(backup_read_file(inst, handle, g->buffer, CHUNK, &got), 0);
        assert_int_equal(fwrite(g->buffer, 1, got, out), got);
        at += got;
    }
    assert_true(at == size);
    assert_int_equal(backup_close_file(inst, handle), 0);
    fclose(out);
}

static void stream_backup(struct ground *g, bool full, const char *folder, int32_t *sure)
{
    struct inst *inst = &g->live.inst;
    char *list;
    size_t bytes;

    assert_int_equal(backup_begin(inst, full ? 0 : 1), 0);
    if (full) {
        assert_int_equal(backup_attach_info(inst, &g->arena, &list, &bytes), 0);
        for (; *list != 0; list += strlen(list) + 1)
            stream_file(g, list, folder);
    }
    *sure = atomic_load(&g->committed);
    assert_int_equal(backup_log_list(inst, false, &g->arena, &list, &bytes, NULL), 0);
    for (; *list != 0; list += strlen(list) + 1)
        stream_file(g, list, folder);
    assert_int_equal(backup_truncate(inst), 0);
    assert_int_equal(backup_end(inst, 1), 0);
}

/* ---- what a database holds ---- */

/* Rows 1..n without a hole, each with its text, and as many entries in the index in the opposite order. */
static int32_t count_rows(struct session *s, uint8_t dbid, const uint32_t *ids)
{
    struct cursor *c;
    int32_t n = 0, entries = 0, id;
    char want[TEXT_BYTES], have[TEXT_BYTES];
    ese_err err;

    assert_int_equal(rows_open(s, dbid, "t", &c), 0);
    for (err = cursor_move(c, MOVE_FIRST, false); err == 0; err = cursor_move(c, 1, false)) {
        struct retrieve r = {.columnid = ids[2], .itag = 1, .to = (uint8_t *)have, .room = sizeof have};
        assert_int_equal(rows_get_long(c, ids[0], &id), 0);
        assert_int_equal(id, ++n);
        assert_int_equal(cursor_retrieve(c, &r), 0);
        text_of(id, want);
        assert_true(r.size == TEXT_BYTES || r.size == TEXT_BYTES / 2);
        assert_memory_equal(have, want, r.size);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(cursor_set_index(c, "ix", NULL, false, true, 1), 0);
    for (err = cursor_move(c, MOVE_LAST, false); err == 0; err = cursor_move(c, -1, false)) {
        assert_int_equal(rows_get_long(c, ids[0], &id), 0);
        assert_int_equal(id, ++entries);
    }
    assert_int_equal(entries, n);
    cursor_close(c);
    return n;
}

static int32_t rows_in(struct ground *g, const char *folder)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE};
    uint8_t dbid;
    int32_t n;

    assert_int_equal(fixture_start(f, folder, &how), 0);
    assert_int_equal(fixture_attach(f, "x.edb", true, &dbid), 0);
    n = count_rows(f->s, dbid, g->ids);
    assert_int_equal(fixture_stop(f), 0);
    free(f);
    return n;
}

/* forward: a folder whose logs are rolled forward behind the set, or NULL; target: a running instance whose logs are. */
static int32_t restored_forward(struct ground *g, const char *logs, const char *forward, struct inst *target)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE, .log_bytes = LOG_BYTES};
    struct restore_config *config = calloc(1, sizeof *config);
    struct recover_map *map = calloc(1, sizeof *map);
    int32_t n;
    ese_err err;

    run("rm -rf '%s'; mkdir '%s'; cp '%s/x.edb' '%s'", g->work, g->work, g->full, g->work);
    if (forward != NULL)
        run("cp '%s'/edb*.log '%s'; rm -f '%s'/edbtmp.log", forward, g->work, g->work);
    config->target = target;
    snprintf(map->from, sizeof map->from, "%s/x.edb", g->live_dir);
    snprintf(map->to, sizeof map->to, "%s/x.edb", g->work);
    snprintf(config->backup_log_dir, sizeof config->backup_log_dir, "%s", logs);
    config->map = map;
    config->map_count = 1;
    assert_int_equal(fixture_parts(f, g->work, &how), 0);
    err = restore_external(&f->inst, config);
    fixture_drop(f);
    if (err < 0)
        fail_msg("restore: %d %s", (int)err, err_name(err));
    n = rows_in(g, g->work);
    free(map);
    free(config);
    free(f);
    return n;
}

static int32_t restored_rows(struct ground *g, const char *logs) { return restored_forward(g, logs, NULL, NULL); }

/* Behind the set come the logs of the stream that are still there: to the last committed row. */
static void restore_rolls_forward(void **state)
{
    struct ground *g = *state;
    int32_t sure, then, n;

    add_rows(g, 100);
    stream_backup(g, true, g->full, &sure);
    add_rows(g, 150);
    then = atomic_load(&g->committed);
    n = restored_forward(g, g->full, NULL, &g->live.inst);
    assert_int_equal(n, then);
    add_rows(g, 60);
    assert_int_equal(count_rows(g->live.s, g->dbid, g->ids), then + 60);   /* the target went on */
    stop(g);
    n = restored_forward(g, g->full, g->live_dir, NULL);
    assert_int_equal(n, then + 60);
    n = restored_rows(g, g->full);
    assert_int_equal(n, sure);
    /* a gap behind the set */
    run("for f in '%s'/edb0*.log; do [ -e '%s'/${f##*/} ] || { rm $f; exit 0; }; done; exit 1", g->live_dir, g->full);
    run("rm -rf '%s'; mkdir '%s'; cp '%s'/edb*.log '%s'; rm -f '%s'/edbtmp.log", g->work, g->work, g->live_dir, g->work, g->work);
    {
        struct fixture *f = calloc(1, sizeof *f);
        struct fixture_config how = {.page_size = PAGE, .log_bytes = LOG_BYTES};
        struct restore_config *config = calloc(1, sizeof *config);
        snprintf(config->backup_log_dir, sizeof config->backup_log_dir, "%s", g->full);
        assert_int_equal(fixture_parts(f, g->work, &how), 0);
        assert_int_equal(restore_external(&f->inst, config), JET_errMissingCurrentLogFiles);
        fixture_drop(f);
        free(config);
        free(f);
    }
}

/* The roll at the end of a backup meets a generation that has just begun and is still empty. */
static void a_set_ends_with_a_record(void **state)
{
    struct ground *g = *state;
    struct inst *inst = &g->live.inst;
    struct log_record r = {.type = LR_TRACE, .u.raw = {(const uint8_t *)"x", 2}};
    char *list;
    size_t bytes;
    int32_t all;

    add_rows(g, 100);
    all = atomic_load(&g->committed);
    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(backup_attach_info(inst, &g->arena, &list, &bytes), 0);
    stream_file(g, list, g->full);
    do {
        assert_int_equal(log_append(inst->log, &r, NULL), 0);
        assert_int_equal(log_flush_segment(inst->log), 0);
    } while (lgpos_segment(log_tip(inst->log)) != 1 || lgpos_byte(log_tip(inst->log)) != 0);
    assert_int_equal(backup_log_list(inst, false, &g->arena, &list, &bytes, NULL), 0);
    for (; *list != 0; list += strlen(list) + 1)
        stream_file(g, list, g->full);
    assert_int_equal(backup_end(inst, 1), 0);
    stop(g);
    assert_int_equal(restored_rows(g, g->full), all);
}

/* The copy shows changes whose log is still in memory, generations ahead of the files: it asks for that log. */
static void a_copy_asks_for_all_of_its_log(void **state)
{
    struct ground *g = *state;
    struct inst *inst = &g->live.inst;
    const struct disk_bkinfo *info;
    uint64_t handle, size;
    uint32_t got = 1, last = 0, ahead;
    char *list;
    size_t bytes;

    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(backup_attach_info(inst, &g->arena, &list, &bytes), 0);
    assert_int_equal(backup_open_file(inst, list, &handle, &size), 0);
    do
        add_rows(g, 1);
    while (lgpos_generation(log_tip(inst->log)) == log_generation(inst->log));
    ahead = lgpos_generation(log_tip(inst->log));
    for (; got != 0; last = got != 0 ? got : last)
        assert_int_equal(backup_read_file(inst, handle, g->buffer, CHUNK, &got), 0);
    info = (const struct disk_bkinfo *)(const void *)(g->buffer + last - PAGE + 40);
    assert_in_range(le32_get(&info->gen_high), ahead, UINT32_MAX);
    assert_int_equal(backup_close_file(inst, handle), 0);
    assert_int_equal(backup_end(inst, 2), 0);
    stop(g);
}

static void streams_under_load_are_restored(void **state)
{
    struct ground *g = *state;
    int32_t sure_full, sure_inc, most_full, all, n;

    add_rows(g, 300);
    start_writer(g);
    stream_backup(g, true, g->full, &sure_full);
    most_full = atomic_load(&g->committed) + 1;
    stream_backup(g, false, g->inc, &sure_inc);
    stop_writer(g);
    add_rows(g, 50);
    all = atomic_load(&g->committed);
    stream_backup(g, false, g->inc, &n);
    assert_int_equal(n, all);
    add_rows(g, 20);
    assert_int_equal(count_rows(g->live.s, g->dbid, g->ids), atomic_load(&g->committed));
    stop(g);
    n = restored_rows(g, g->full);
    printf("full: %d rows, committed before the log list %d\n", (int)n, (int)sure_full);
    assert_in_range(n, sure_full, most_full);
    run("cp '%s'/*.log '%s'", g->full, g->inc);
    n = restored_rows(g, g->inc);
    assert_int_equal(n, all);
}

static void folders_are_restored(void **state)
{
    struct ground *g = *state;
    struct recover_progress none = {NULL, NULL};
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE, .log_bytes = LOG_BYTES};
    char missing[700];
    int32_t all;

    snprintf(missing, sizeof missing, "%s/no/such", g->base);
    add_rows(g, 200);
    assert_int_equal(backup_directory(&g->live.inst, missing, 0, false, none), JET_errInvalidPath);
    assert_int_equal(backup_directory(&g->live.inst, missing, BACKUP_DIR_ATOMIC, false, none), JET_errMakeBackupDirectoryFail);
    assert_int_equal(backup_directory(&g->live.inst, g->full, BACKUP_DIR_INCREMENTAL, false, none), JET_errMissingFullBackup);
    assert_int_equal(backup_directory(&g->live.inst, g->full, 0, false, none), 0);
    assert_int_equal(backup_directory(&g->live.inst, g->full, 0, false, none), JET_errBackupDirectoryNotEmpty);
    assert_false(backup_in_progress(&g->live.inst));
    add_rows(g, 100);
    assert_int_equal(backup_directory(&g->live.inst, g->full, BACKUP_DIR_INCREMENTAL, false, none), 0);
    all = atomic_load(&g->committed);
    /* Atomic: twice full, so that `new` becomes `old` and goes. */
    assert_int_equal(backup_directory(&g->live.inst, g->inc, BACKUP_DIR_ATOMIC, false, none), 0);
    assert_int_equal(backup_directory(&g->live.inst, g->inc, BACKUP_DIR_ATOMIC, false, none), 0);
    run("test -f '%s/new/x.edb' -a -f '%s/new/x.pat' -a ! -e '%s/old' -a ! -e '%s/temp'", g->inc, g->inc, g->inc, g->inc);
    assert_int_equal(backup_directory(&g->live.inst, g->inc, 0, false, none), JET_errBackupDirectoryNotEmpty);
    stop(g);

    assert_int_equal(fixture_parts(f, g->work, &how), 0);
    assert_int_equal(restore_folder(&f->inst, g->full, g->work, none), 0);
    fixture_drop(f);
    assert_int_equal(rows_in(g, g->work), all);
    run("rm -rf '%s'; mkdir '%s'", g->work, g->work);
    assert_int_equal(fixture_parts(f, g->work, &how), 0);
    assert_int_equal(restore_folder(&f->inst, g->inc, g->work, none), 0);
    fixture_drop(f);
    assert_int_equal(rows_in(g, g->work), all);
    run("rm '%s'/new/*.pat; rm -rf '%s'; mkdir '%s'", g->inc, g->work, g->work);
    assert_int_equal(fixture_parts(f, g->work, &how), 0);
    assert_int_equal(restore_folder(&f->inst, g->inc, g->work, none), JET_errPatchFileMissing);
    fixture_drop(f);
    free(f);
}

/* Files copied while frozen recover to what was committed; nothing on disk moves until the thaw. */
static void a_frozen_instance_stands_still(void **state)
{
    struct ground *g = *state;
    struct snapshot *s = NULL;
    struct inst *inst = &g->live.inst;
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE, .log_bytes = LOG_BYTES, .logged = true};
    struct db_header *h = db_header_of(inst->dbs[g->dbid]);
    int32_t sure, n;
    uint8_t dbid = 0;
    bool gone = false;

    add_rows(g, 200);
    assert_int_equal(snapshot_create(SNAPSHOT_CONTINUE, &s), 0);
    assert_int_equal(snapshot_add(s, inst), 0);
    assert_int_equal(snapshot_add(s, inst), JET_errOSSnapshotNotAllowed);
    assert_int_equal(snapshot_thaw(s, &gone), JET_errOSSnapshotInvalidSequence);
    start_writer(g);
    os_sleep_ms(50);
    sure = atomic_load(&g->committed);
    assert_int_equal(snapshot_freeze(s, 60000), 0);
    assert_int_equal(snapshot_freeze(s, 60000), JET_errOSSnapshotInvalidSequence);
    assert_int_equal(snapshot_end(s, false), JET_errOSSnapshotInvalidSequence);
    assert_true(backup_in_progress(inst));
    run("cksum '%s'/x.edb '%s'/edb.log > '%s/before'", g->live_dir, g->live_dir, g->base);
    run("cp '%s'/* '%s'", g->live_dir, g->work);
    os_sleep_ms(1500);
    run("cksum '%s'/x.edb '%s'/edb.log | cmp - '%s/before'", g->live_dir, g->live_dir, g->base);
    assert_int_equal(snapshot_thaw(s, &gone), 0);
    assert_false(gone);
    assert_int_equal(backup_enter_shared(inst), JET_errBackupInProgress);
    assert_int_equal(snapshot_truncate(s, NULL, true), 0);
    assert_int_equal(snapshot_end(s, false), 0);
    snapshot_destroy(s);
    assert_false(backup_in_progress(inst));
    stop_writer(g);
    assert_true(le32_get(&h->full_prev.gen_high) != 0);
    assert_int_equal(le32_get(&h->full_prev_type), 1);
    assert_int_equal(backup_begin(inst, 1), JET_errMissingFullBackup);     /* of the other kind */
    stop(g);

    /* The copy knows the old path: recover it there. */
    run("rm -rf '%s'; mv '%s' '%s'", g->live_dir, g->work, g->live_dir);
    assert_int_equal(fixture_start(f, g->live_dir, &how), 0);
    assert_int_equal(fixture_attach(f, "x.edb", false, &dbid), 0);
    n = count_rows(f->s, dbid, g->ids);
    assert_int_equal(fixture_stop(f), 0);
    assert_true(n >= sure);
    free(f);
}

static void an_instance_without_log_is_not_frozen(void **state)
{
    struct ground *g = *state;
    struct fixture *f = calloc(1, sizeof *f);
    struct fixture_config how = {.page_size = PAGE, .logged = false};
    struct snapshot *s = NULL;

    stop(g);
    assert_int_equal(fixture_start(f, g->work, &how), 0);
    if (f->inst.backup == NULL)
        assert_int_equal(backup_create(&f->inst), 0);
    assert_int_equal(snapshot_create(0, &s), 0);
    assert_int_equal(snapshot_add(s, &f->inst), 0);
    assert_int_equal(snapshot_freeze(s, 60000), JET_errOSSnapshotNotAllowed);
    assert_false(backup_in_progress(&f->inst));
    snapshot_destroy(s);
    assert_int_equal(fixture_stop(f), 0);
    free(f);
}

struct roller { struct log *log; _Atomic bool done; };

static void roll(void *argument)
{
    struct roller *r = argument;
    assert_int_equal(log_roll(r->log, NULL), 0);
    atomic_store(&r->done, true);
}

/* A freeze holds the pages back first and then waits for the flush under way: that flush may roll, and ends. */
static void a_roll_ends_while_pages_are_held_back(void **state)
{
    struct ground *g = *state;
    struct inst *inst = &g->live.inst;
    struct roller roller = {.log = inst->log};
    struct os_thread *thread;
    bool ended;

    add_rows(g, 10);
    buf_freeze(inst->cache, inst->log, true);
    assert_int_equal(os_thread_start(&thread, roll, &roller), 0);
    for (unsigned i = 0; i < 500 && !atomic_load(&roller.done); i++)
        os_sleep_ms(10);
    ended = atomic_load(&roller.done);
    buf_freeze(inst->cache, inst->log, false);
    os_thread_join(thread);
    assert_true(ended);
    stop(g);
}

static void a_long_freeze_ends_by_itself(void **state)
{
    struct ground *g = *state;
    struct snapshot *s = NULL;
    struct inst *inst = &g->live.inst;
    bool gone = false;

    add_rows(g, 20);
    assert_int_equal(snapshot_create(0, &s), 0);
    assert_int_equal(snapshot_add(s, inst), 0);
    assert_int_equal(snapshot_freeze(s, 50), 0);
    os_sleep_ms(300);
    assert_int_equal(add_row(g, g->live.s, g->cursor, 0), 0);      /* durable: would wait for ever if still frozen */
    assert_int_equal(snapshot_thaw(s, &gone), JET_errOSSnapshotTimeOut);
    assert_true(gone);
    snapshot_destroy(s);
    assert_int_equal(le32_get(&db_header_of(inst->dbs[g->dbid])->full_prev.gen_high), 0);
    assert_int_equal(backup_begin(inst, 0), 0);
    assert_int_equal(snapshot_create(0, &s), 0);
    assert_int_equal(snapshot_add(s, inst), JET_errOSSnapshotNotAllowed);
    assert_int_equal(snapshot_freeze(s, 1000), 0);      /* nobody in it */
    assert_int_equal(snapshot_end(s, true), 0);
    snapshot_destroy(s);
    assert_int_equal(backup_end(inst, 2), 0);
    assert_true(fixture_saw(&g->live, 215));
    stop(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(streams_under_load_are_restored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_set_ends_with_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_asks_for_all_of_its_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(restore_rolls_forward, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_restored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frozen_instance_stands_still, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_instance_without_log_is_not_frozen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_roll_ends_while_pages_are_held_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_freeze_ends_by_itself, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
