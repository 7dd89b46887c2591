/* Power cuts at changing I/O calls of an instance that backs itself up into a folder: full, incremental, full again. After each cut
 * recovery succeeds, the header's stamps agree with the logs that are there, and once a full backup was acknowledged there is always
 * a set that can be restored to at least its rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "admin/backup_dir.h"
#include "admin/restore.h"
#include "engine.h"
#include "os_sim.h"
#include "rows.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024 };

/* What the outside world knows. */
static struct { uint64_t created_at; int rows, safe; bool created, in_doubt, full_done; uint32_t id; } known;

static const struct engine_config live_config = {.dir = "/sim/live", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 1 << 20};
static const struct recover_progress silent = {NULL, NULL};

static ese_err start(struct engine *e, const struct engine_config *config)
{
    ese_err err = os_dir_create(config->dir);
    if (err < 0 && err != JET_errFileAlreadyExists)
        return err;
    err = engine_open(e, config);
    if (err >= 0)
        err = engine_start(e, NULL);
    if (err >= 0 && e->inst != NULL)
        err = backup_create(e->inst);
    return err;
}

static void drop(struct engine *e)
{
    if (e->inst != NULL)
        backup_release(e->inst);
    engine_crash(e);
}

static ese_err add_rows(struct engine *e, struct cursor *c, int count)
{
    ese_err err = JET_errSuccess;
    for (int i = 0; i < count; i++) {
        TRY(txn_begin(e->session, false));
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, known.id, known.rows + 1));
        TRY(update_apply(c, NULL, 0, NULL));
        known.in_doubt = true;
        TRY(txn_commit(e->session, 0));
        known.in_doubt = false;
        known.rows++;
    }
done:
    return err;
}

static ese_err back_up(struct engine *e, uint32_t bits)
{
    ese_err err = backup_directory(e->inst, "/sim/set", bits | BACKUP_DIR_ATOMIC, true, silent);
    if (err >= 0 && !sim_crashed()) {                   /* a stamp that cannot be written is an event, not an error */
        known.safe = known.rows;
        known.full_done = true;
    }
    return err;
}

static ese_err live(struct engine *e)
{
    static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}}};
    static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}};
    struct attach_config how = {0};
    struct cursor *c = NULL;
    uint8_t dbid;
    ese_err err;

    memset(&known, 0, sizeof known);
    TRY(start(e, &live_config));
    TRY(db_create(e->session, "/sim/live/x.edb", &how, &dbid));
    TRY(rows_create(e->session, dbid, "t", columns, 1, &known.id, indexes, 1, &c));
    known.created = true;
    known.created_at = sim_count();
    TRY(add_rows(e, c, 25));
    TRY(back_up(e, 0));
    TRY(add_rows(e, c, 8));
    TRY(back_up(e, BACKUP_DIR_INCREMENTAL));
    TRY(add_rows(e, c, 8));
    TRY(back_up(e, 0));
    TRY(add_rows(e, c, 4));
done:
    if (c != NULL)
        cursor_close(c);
    if (err >= 0 && !sim_crashed()) {
        backup_release(e->inst);
        err = engine_stop(e);
    }
    drop(e);
    return err;
}

static ese_err count(struct engine *e, uint8_t dbid, int *rows)
{
    struct cursor *c = NULL;
    ese_err err;
    int32_t id;

    *rows = 0;
    TRY(rows_open(e->session, dbid, "t", &c));
    for (err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false)) {
        TRY(rows_get_long(c, known.id, &id));
        if (id != ++*rows)
            FAIL(JET_errDatabaseCorrupted);
    }
    if (err == JET_errNoCurrentRecord)
        err = JET_errSuccess;
done:
    if (c != NULL)
        cursor_close(c);
    return err;
}

/* The stamps promise what an incremental backup will find. */
static ese_err check_stamps(struct engine *e, uint8_t dbid)
{
    struct arena a = {0};
    char *list;
    size_t bytes;
    bool full = le32_get(&db_header_of(e->inst->dbs[dbid])->full_prev.gen_high) != 0;
    ese_err err = backup_begin(e->inst, 1);

    if (!full) {
        err = err == JET_errMissingFullBackup ? JET_errSuccess : JET_errInvalidBackupSequence;
        goto done;
    }
    TRY(err);
    TRY(backup_log_list(e->inst, false, &a, &list, &bytes, NULL));
    TRY(backup_end(e->inst, 2));
done:
    arena_release(&a);
    return err;
}

/* The live instance after the cut. */
static ese_err check_live(void)
{
    struct engine e;
    struct attach_config how = {0};
    uint8_t dbid;
    int rows = 0;
    ese_err err;

    TRY(start(&e, &live_config));
    err = db_attach(e.session, "/sim/live/x.edb", &how, &dbid);
    if (err < 0 && !known.created) {
        err = JET_errSuccess;
        goto done;
    }
    TRY(err);
    if (known.created) {
        TRY(count(&e, dbid, &rows));
        if (rows != known.rows && !(known.in_doubt && rows == known.rows + 1))
            FAIL(JET_errDatabaseCorrupted);
    }
    if (known.full_done && known.safe == known.rows && le32_get(&db_header_of(e.inst->dbs[dbid])->full_prev.gen_high) == 0)
        FAIL(JET_errMissingFullBackup);
    TRY(check_stamps(&e, dbid));
    backup_release(e.inst);
    err = engine_stop(&e);
done:
    drop(&e);
    return err;
}

static ese_err check_set(void)
{
    struct engine_config config = live_config;
    struct engine e;
    struct attach_config how = {.read_only = true};
    uint8_t dbid;
    int rows = 0;
    ese_err err;

    config.dir = "/sim/back";
    TRY(os_dir_create(config.dir));
    TRY(engine_open(&e, &config));
    err = restore_folder(e.inst, "/sim/set", "/sim/back", silent);
    engine_crash(&e);
    TRY(err);
    TRY(start(&e, &config));
    TRY(db_attach(e.session, "/sim/back/x.edb", &how, &dbid));
    TRY(count(&e, dbid, &rows));
    if (rows < known.safe)
        FAIL(JET_errDatabaseCorrupted);
    backup_release(e.inst);
    err = engine_stop(&e);
done:
    drop(&e);
    return err;
}

static void print_file(void *context, const char *path, uint64_t size)
{
    (void)context;
    printf("      %s %u\n", path, (unsigned)size);
}

static bool one_cut(uint64_t k, enum sim_reboot mode)
{
    static const char *const names[] = {"kept", "dropped", "torn"};
    struct engine e = {.inst = NULL};
    const char *where = "";
    int line = 0;
    ese_err err, set = JET_errSuccess;

    sim_reset(k);
    sim_crash_at(k);
    err = live(&e);
    if (!sim_crashed())
        return err >= 0;
    sim_reboot(mode);
    err = check_live();
    if (err >= 0 && known.full_done)
        set = check_set();
    if (err >= 0 && set >= 0)
        return true;
    (void)err_last(&where, &line);
    if (getenv("ESE_SWEEP_FILES") != NULL)
        sim_each(print_file, NULL);
    printf("   call %u %s: live %d, set %d (%s:%d), %d rows, %d safe\n", (unsigned)k, names[mode], (int)err, (int)set, where, line, known.rows,
           known.safe);
    return false;
}

static unsigned env(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void backups_survive_cuts(void **state)
{
    struct engine e = {.inst = NULL};
    unsigned bad = 0, runs = 0, stride = env("ESE_SWEEP_STRIDE", 7), first;
    uint64_t calls;
    ese_err err;

    (void)state;
    sim_reset(1);
    err = live(&e);
    if (err < 0) {
        const char *where;
        int line;
        (void)err_last(&where, &line);
        printf("   without a cut: %d %s (%s:%d)\n", (int)err, err_name(err), where, line);
    }
    assert_int_equal(err, 0);
    calls = sim_count();
    first = env("ESE_SWEEP_FIRST", (unsigned)known.created_at + 1);    /* cuts in the creation are test_sweep's */
    for (uint64_t k = first; k <= calls && bad < 10; k += stride)
        for (unsigned mode = SIM_KEPT; mode < SIM_REBOOTS && bad < 10; mode++) {
            runs++;
            bad += one_cut(k, (enum sim_reboot)mode) ? 0 : 1;
        }
    printf("   %u calls, %u cuts, %u bad\n", (unsigned)calls, runs, bad);
    sim_release();
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(backups_survive_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
