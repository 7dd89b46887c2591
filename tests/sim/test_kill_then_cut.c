/* The program dies at any call, and after its restart, or in the middle of recovery, the power fails: what the restarted program read
 * was not durable by itself. */
#include "case.h"

#include "engine.h"
#include "os_sim.h"
#include "rows.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024, BATCH = 120, BATCHES = 6, TEXT_BYTES = 400 };

static const char path[] = "/sim/a.edb";
static uint32_t g_ids[2];
static int32_t g_sure;                                  /* rows 1 .. g_sure are acknowledged */
static bool g_made;

static ese_err open_engine(struct engine *e)
{
    struct engine_config config = {.dir = "/sim", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 1 << 20,
                                   .checkpoint_depth = 128 * 1024};
    ese_err err = engine_open(e, &config);
    return err < 0 ? err : engine_start(e, NULL);
}

static ese_err add_rows(struct engine *e, int32_t count, unsigned commit)
{
    struct cursor *c = NULL;
    uint8_t text[TEXT_BYTES];
    bool begun = false;
    ese_err err = 0;

    TRY(txn_begin(e->session, false));
    begun = true;
    TRY(rows_open(e->session, 1, "t", &c));
    for (int32_t id = g_sure + 1; id <= g_sure + count; id++) {
        memset(text, id, sizeof text);
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, g_ids[0], id));
        TRY(rows_set(c, g_ids[1], text, sizeof text));
        TRY(update_apply(c, NULL, 0, NULL));
    }
    TRY(txn_commit(e->session, commit));
    begun = false;
    g_sure += count;
done:
    if (begun)
        (void)txn_rollback(e->session);
    if (c != NULL)
        cursor_close(c);
    return err;
}

static ese_err live(struct engine *e)
{
    static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                                {"text", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}}};
    static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}};
    struct attach_config how = {0};
    struct cursor *c = NULL;
    uint8_t dbid;
    ese_err err = 0;

    g_sure = 0;
    g_made = false;
    TRY(open_engine(e));
    TRY(db_create(e->session, path, &how, &dbid));
    TRY(rows_create(e->session, dbid, "t", columns, 2, g_ids, indexes, 1, &c));
    TRY(txn_wait_all(e->inst));
    g_made = true;
    for (unsigned i = 0; i < BATCHES; i++)
        TRY(add_rows(e, BATCH, i % 2 != 0 ? COMMIT_LAZY : 0));
done:
    if (c != NULL)
        cursor_close(c);
    return err;
}

static int32_t count_rows(struct engine *e)
{
    struct cursor *c;
    int32_t n = 0, id;
    ese_err err;

    assert_int_equal(rows_open(e->session, 1, "t", &c), 0);
    for (err = cursor_move(c, MOVE_FIRST, false); err == 0; err = cursor_move(c, 1, false)) {
        assert_int_equal(rows_get_long(c, g_ids[0], &id), 0);
        assert_int_equal(id, ++n);
    }
    if (err != JET_errNoCurrentRecord)
        fail_msg("behind row %d: %d %s", (int)n, (int)err, err_name(err));
    cursor_close(c);
    return n;
}

static int32_t recovered_rows(struct engine *e, uint64_t k, const char *when)
{
    struct attach_config how = {0};
    uint8_t dbid;
    ese_err err = open_engine(e);
    if (err < 0)
        fail_msg("killed at %u: recovery %s: %d %s", (unsigned)k, when, (int)err, err_name(err));
    err = db_attach(e->session, path, &how, &dbid);
    if (err < 0)
        fail_msg("killed at %u: attach %s: %d %s", (unsigned)k, when, (int)err, err_name(err));
    return count_rows(e);
}

static uint64_t calls_of_a_life(void)
{
    struct engine e;
    sim_reset(1);
    assert_int_equal(live(&e), 0);
    engine_crash(&e);
    return sim_count();
}

/* False: the life was not cut, or too early to leave anything. */
static bool killed_at(struct engine *e, uint64_t k)
{
    sim_reset(k);
    sim_crash_at(k);
    (void)live(e);
    engine_crash(e);
    if (!sim_crashed() || !g_made)
        return false;
    sim_restart();
    return true;
}

static void what_a_restarted_program_commits_stays(void **state)
{
    uint64_t calls = calls_of_a_life();
    struct engine e;
    unsigned runs = 0;
    (void)state;

    for (uint64_t k = 1; k <= calls; k++) {
        int32_t n;
        if (!killed_at(&e, k))
            continue;
        g_sure = recovered_rows(&e, k, "after the kill");
        assert_int_equal(add_rows(&e, 3, 0), 0);
        engine_crash(&e);
        sim_reboot(SIM_DROPPED);
        n = recovered_rows(&e, k, "after the cut");
        if (n < g_sure)
            fail_msg("killed at %u: %d rows of %d are there", (unsigned)k, (int)n, (int)g_sure);
        engine_crash(&e);
        runs++;
    }
    printf("   %u kills\n", runs);
    assert_true(runs > 50);
}

static void recovery_is_not_ahead_of_its_log(void **state)
{
    uint64_t calls = calls_of_a_life();
    struct engine e;
    unsigned runs = 0;
    (void)state;

    for (uint64_t k = 1; k <= calls; k += 4)
        for (uint64_t j = 2 + k % 4; j < 60; j += 6) {
            if (!killed_at(&e, k))
                break;
            sim_crash_at(j);
            if (open_engine(&e) >= 0)
                engine_crash(&e);
            if (!sim_crashed())
                sim_crash_at(0);
            sim_reboot(j % 2 != 0 ? SIM_DROPPED : SIM_TORN);
            (void)recovered_rows(&e, k, "after the cut");
            engine_crash(&e);
            runs++;
        }
    printf("   %u kills, each with a cut in recovery\n", runs);
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
        cmocka_unit_test(what_a_restarted_program_commits_stays),
        cmocka_unit_test(recovery_is_not_ahead_of_its_log),
    };
    return cmocka_run_group_tests(tests, NULL, release_disk);
}
