/* One call of the disk fails inside a detach or an attach. Whatever is acknowledged afterwards survives a power cut, and the database
 * can be attached again. */
#include "case.h"

#include "engine.h"
#include "os_sim.h"
#include "rows.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024 };

static const char path[] = "/sim/a.edb";
static uint32_t g_ids[1];
static uint64_t g_call;                                 /* that fails */

static void open_engine(struct engine *e)
{
    struct engine_config config = {.dir = "/sim", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 1 << 20,
                                   .checkpoint_depth = 128 * 1024};
    ese_err err = engine_open(e, &config);
    if (err == 0)
        err = engine_start(e, NULL);
    if (err < 0)
        fail_msg("call %u: the engine does not start: %d %s", (unsigned)g_call, (int)err, err_name(err));
}

static void make_database(struct engine *e)
{
    static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}}};
    static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}};
    struct attach_config how = {0};
    struct cursor *c;
    uint8_t dbid;

    assert_int_equal(db_create(e->session, path, &how, &dbid), 0);
    assert_int_equal(rows_create(e->session, dbid, "t", columns, 1, g_ids, indexes, 1, &c), 0);
    cursor_close(c);
}

/* Rows first..last in one durable transaction. */
static ese_err add_rows(struct engine *e, uint8_t dbid, int32_t first, int32_t last)
{
    struct cursor *c = NULL;
    bool begun = false;
    ese_err err = 0;

    if (e->inst->dbs[dbid] == NULL || e->inst->schemas[dbid] == NULL)
        return JET_errDatabaseNotFound;
    TRY(txn_begin(e->session, false));
    begun = true;
    TRY(rows_open(e->session, dbid, "t", &c));
    for (int32_t id = first; id <= last; id++) {
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, g_ids[0], id));
        TRY(update_apply(c, NULL, 0, NULL));
    }
    TRY(txn_commit(e->session, 0));
    begun = false;
done:
    if (begun)
        (void)txn_rollback(e->session);
    if (c != NULL)
        cursor_close(c);
    return err;
}

static int32_t count_rows(struct engine *e, uint8_t dbid)
{
    struct cursor *c;
    int32_t n = 0, id;
    ese_err err;

    assert_int_equal(rows_open(e->session, dbid, "t", &c), 0);
    for (err = cursor_move(c, MOVE_FIRST, false); err == 0; err = cursor_move(c, 1, false)) {
        assert_int_equal(rows_get_long(c, g_ids[0], &id), 0);
        assert_int_equal(id, ++n);
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    cursor_close(c);
    return n;
}

static void check_after_cut(struct engine *e, uint64_t k, int32_t sure)
{
    struct attach_config how = {0};
    uint8_t dbid;
    int32_t n;
    ese_err err;

    engine_crash(e);
    sim_fail_at(0, 0, false);
    sim_reboot(SIM_DROPPED);
    open_engine(e);
    err = db_attach(e->session, path, &how, &dbid);
    if (err < 0)
        fail_msg("call %u: the database does not attach: %d %s", (unsigned)k, (int)err, err_name(err));
    n = count_rows(e, dbid);
    if (n < sure)
        fail_msg("call %u: %d rows of %d are there", (unsigned)k, (int)n, (int)sure);
    assert_int_equal(engine_stop(e), 0);
}

static void a_detach_that_fails_loses_nothing(void **state)
{
    struct engine e;
    struct attach_config how = {0};
    bool failed = true;
    (void)state;

    for (uint64_t k = 1; failed; k++) {
        int32_t sure = 50;
        uint8_t dbid = 1;
        g_call = k;
        sim_reset(300 + k);
        open_engine(&e);
        make_database(&e);
        assert_int_equal(add_rows(&e, 1, 1, 50), 0);
        sim_fail_at(k, JET_errDiskIO, false);
        (void)db_detach(e.session, 1, false);
        failed = sim_failed();
        sim_fail_at(0, 0, false);
        if (db_attach(e.session, path, &how, &dbid) == 0 && add_rows(&e, dbid, 51, 100) == 0)
            sure = 100;
        (void)log_checkpoint_update(e.inst->log, true);
        check_after_cut(&e, k, sure);
    }
}

static void an_attach_that_fails_loses_nothing(void **state)
{
    struct engine e;
    struct attach_config how = {0};
    bool failed = true;
    (void)state;

    for (uint64_t k = 1; failed; k++) {
        uint8_t dbid;
        g_call = k;
        sim_reset(400 + k);
        open_engine(&e);
        make_database(&e);
        assert_int_equal(add_rows(&e, 1, 1, 50), 0);
        assert_int_equal(db_detach(e.session, 1, false), 0);
        sim_fail_at(k, JET_errDiskIO, false);
        (void)db_attach(e.session, path, &how, &dbid);
        failed = sim_failed();
        sim_fail_at(0, 0, false);
        if (atomic_load(&e.inst->unavailable) == 0)
            for (unsigned i = 0; i < 3; i++) {
                (void)log_roll(e.inst->log, NULL);
                (void)log_checkpoint_update(e.inst->log, true);
            }
        check_after_cut(&e, k, 50);
    }
}

static int release_disk(void **state)
{
    (void)state;
    sim_release();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_detach_that_fails_loses_nothing),
        cmocka_unit_test(an_attach_that_fails_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, release_disk);
}
