/* Power cuts at every changing I/O call while tables and indexes come and go: after recovery no page is owned and unused, whether the
 * clean-up of a committed deletion had run, was under way or never began, and whatever a transaction created that did not commit. */
#include "case.h"

#include "admin/check.h"
#include "engine.h"
#include "os_sim.h"
#include "rows.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024, ROWS = 24, TEXT_BYTES = 900 };

static const char path[] = "/sim/a.edb";
static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                            {"text", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix", "-id\0", 5, ROW_INDEX_PLAIN}};
static uint64_t g_first;                                /* call from which on the cuts come */
static bool g_clean;                                    /* the life under way runs the clean-ups */

static ese_err open_engine(struct engine *e)
{
    struct engine_config config = {.dir = "/sim", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 1 << 20,
                                   .checkpoint_depth = 128 * 1024};
    ese_err err = engine_open(e, &config);
    return err < 0 ? err : engine_start(e, NULL);
}

/* A table with rows, some of them with long values apart, in the transaction that is open. */
static ese_err make_table(struct session *s, const char *name)
{
    static uint8_t text[3 * TEXT_BYTES];
    struct cursor *c = NULL;
    uint32_t ids[2];
    ese_err err = 0;

    TRY(rows_create(s, 1, name, columns, 2, ids, indexes, 2, &c));
    for (int32_t k = 1; k <= ROWS; k++) {
        memset(text, k, sizeof text);
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, ids[0], k));
        TRY(rows_set(c, ids[1], text, k % 8 == 0 ? sizeof text : TEXT_BYTES));
        TRY(update_apply(c, NULL, 0, NULL));
    }
done:
    if (c != NULL)
        cursor_close(c);
    return err;
}

static ese_err make_committed(struct session *s, const char *name)
{
    ese_err err = 0;
    TRY(txn_begin(s, false));
    TRY(make_table(s, name));
    TRY(txn_commit(s, 0));
done:
    return err;
}

/* An index over rows that are there, and a table, in a transaction that is rolled back. */
static ese_err make_in_vain(struct session *s, struct table_def *keep, struct db_file *db)
{
    ese_err err = 0;
    TRY(txn_begin(s, false));
    TRY(rows_index(s, keep, "vain", "+id\0", 5, ROW_INDEX_PLAIN));
    TRY(make_table(s, "vain"));
    TRY(log_flush_all(s->inst->log));
    TRY(buf_flush_db(db));
    TRY(txn_rollback(s));
done:
    return err;
}

static ese_err clean_up(struct engine *e)
{
    ese_err err = 0;
    if (!g_clean)
        goto done;
    TRY(ver_cleanup(e->inst->versions, UINT32_MAX));
    TRY(log_flush_all(e->inst->log));
    TRY(buf_flush_db(e->inst->dbs[1]));
done:
    return err;
}

static ese_err live(struct engine *e)
{
    struct attach_config how = {0};
    struct cursor *c = NULL;
    uint8_t dbid;
    ese_err err = 0;

    TRY(open_engine(e));
    TRY(db_create(e->session, path, &how, &dbid));
    TRY(make_committed(e->session, "keep"));
    TRY(rows_open(e->session, dbid, "keep", &c));
    TRY(buf_flush_db(e->inst->dbs[1]));
    g_first = sim_count() + 1;
    TRY(make_committed(e->session, "gone"));
    TRY(ddl_delete_index(e->session, c->table, "ix"));
    TRY(clean_up(e));
    TRY(ddl_delete_table(e->session, dbid, "gone"));
    TRY(log_flush_all(e->inst->log));
    TRY(buf_flush_db(e->inst->dbs[1]));
    TRY(clean_up(e));
    TRY(make_in_vain(e->session, c->table, e->inst->dbs[1]));
    TRY(rows_index(e->session, c->table, "again", "-id\0", 5, ROW_INDEX_PLAIN));
    TRY(ddl_delete_index(e->session, c->table, "again"));
    TRY(make_committed(e->session, "last"));
    TRY(ddl_delete_table(e->session, dbid, "last"));
    TRY(clean_up(e));
    TRY(log_flush_all(e->inst->log));
done:
    if (c != NULL)
        cursor_close(c);
    return err;
}

static void print_fault(void *context, const struct check_fault *f)
{
    (void)context;
    printf("   %s page %u slot %d: %s\n", f->tree != NULL ? f->tree : "", (unsigned)f->page, f->slot, f->text);
}

/* Nothing lost, nothing wrong, and the table that stays has its rows. */
static bool in_order(struct engine *e, unsigned k, unsigned j, unsigned mode)
{
    struct check_config config = {.fault = print_fault};
    struct check_counts counts = {0};
    struct attach_config how = {0};
    uint8_t dbid;
    ese_err err = db_attach(e->session, path, &how, &dbid);

    if (err >= 0)
        err = check_database(e->session, dbid, &config, &counts);
    if (err >= 0 && counts.faults == 0 && counts.leaked_pages == 0 && counts.records >= ROWS)
        return true;
    printf("   call %u+%u mode %u: %d, %u faults, %u leaked pages, %u records\n", k, j, mode, (int)err, (unsigned)counts.faults,
           (unsigned)counts.leaked_pages, (unsigned)counts.records);
    return false;
}

/* The life ends at call k (beyond its end: there), recovery is cut at call j (0: not). */
static bool one_cut(uint64_t k, uint64_t j, enum sim_reboot mode)
{
    struct engine e;
    bool good;
    ese_err err;

    sim_reset(k + j);
    sim_crash_at(k);
    err = live(&e);
    if (err < 0 && !sim_crashed()) {
        printf("   life: %d %s\n", (int)err, err_name(err));
        return false;
    }
    engine_crash(&e);
    sim_reboot(mode);
    if (j != 0) {
        sim_crash_at(j);
        (void)open_engine(&e);
        engine_crash(&e);
        if (!sim_crashed())
            sim_crash_at(0);
        sim_reboot(mode);
    }
    err = open_engine(&e);
    if (err < 0) {
        printf("   call %u+%u mode %u: recovery %d %s\n", (unsigned)k, (unsigned)j, mode, (int)err, err_name(err));
        engine_crash(&e);
        return false;
    }
    good = in_order(&e, (unsigned)k, (unsigned)j, mode);
    err = engine_stop(&e);
    return good && err >= 0;
}

static uint64_t calls_of_a_life(void)
{
    struct engine e;
    sim_reset(1);
    assert_int_equal(live(&e), 0);
    engine_crash(&e);
    return sim_count();
}

static void sweep(bool clean)
{
    uint64_t calls;
    unsigned bad = 0, runs = 0;

    g_clean = clean;
    calls = calls_of_a_life();
    for (uint64_t k = g_first; k <= calls + 1 && bad < 10; k++)
        for (unsigned mode = SIM_KEPT; mode < SIM_REBOOTS && bad < 10; mode++, runs++)
            bad += one_cut(k, 0, (enum sim_reboot)mode) ? 0 : 1;
    for (uint64_t k = g_first; k <= calls + 1 && bad < 10; k += 11)
        for (uint64_t j = 1 + k % 3; j < 60 && bad < 10; j += 6, runs++)
            bad += one_cut(k, j, (enum sim_reboot)((k + j) % SIM_REBOOTS)) ? 0 : 1;
    printf("   calls %u to %u, %u cuts, %u bad\n", (unsigned)g_first, (unsigned)calls, runs, bad);
    assert_int_equal(bad, 0);
}

static void deletions_that_were_not_cleaned_up_are_finished(void **state)
{
    (void)state;
    sweep(false);
}

static void clean_ups_that_were_cut_are_finished(void **state)
{
    (void)state;
    sweep(true);
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
        cmocka_unit_test(deletions_that_were_not_cleaned_up_are_finished),
        cmocka_unit_test(clean_ups_that_were_cut_are_finished),
    };
    return cmocka_run_group_tests(tests, NULL, release_disk);
}
