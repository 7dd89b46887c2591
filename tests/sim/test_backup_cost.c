/* What begin, truncate and end of a streaming backup do to the disk, counted call by call: no more for a large database than for a
 * small one, one more delete for each log that goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine.h"
#include "os_sim.h"
#include "rows.h"

enum { PAGE_BYTES = 4096, LOG_BYTES = 64 * 1024, CHUNK = 64 * 1024, ROW_BYTES = 1000, SMALL_ROWS = 50, LARGE_ROWS = 6000, NORMAL = 1,
       LOG_CALLS = 4 /* where in its segment the log stands makes this much of a difference */ };

/* Calls of any kind to the disk, and bytes of the database. */
struct cost { uint64_t begin, list, truncate, end, database, logs; };

struct ground { struct engine e; struct cursor *c; uint32_t ids[2]; uint8_t dbid; void *buffer; };

#define OK(call) assert_int_equal((call), 0)

static void add_rows(struct ground *g, int from, int count)
{
    static const uint8_t row[ROW_BYTES] = {1};

    for (int i = from; i < from + count; i++) {
        OK(txn_begin(g->e.session, false));
        OK(update_prepare(g->c, UPDATE_INSERT));
        OK(rows_set_long(g->c, g->ids[0], i));
        OK(rows_set(g->c, g->ids[1], row, sizeof row));
        OK(update_apply(g->c, NULL, 0, NULL));
        OK(txn_commit(g->e.session, COMMIT_LAZY));
    }
}

static void start(struct ground *g, int rows)
{
    static const struct engine_config config = {.dir = "/sim/live", .page_size = PAGE_BYTES, .log_bytes = LOG_BYTES, .cache_bytes = 32 << 20};
    static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                                {"data", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}}};
    static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}};
    struct attach_config how = {0};

    sim_reset(1);
    OK(os_dir_create(config.dir));
    OK(engine_open(&g->e, &config));
    OK(engine_start(&g->e, NULL));
    OK(backup_create(g->e.inst));
    OK(db_create(g->e.session, "/sim/live/x.edb", &how, &g->dbid));
    OK(rows_create(g->e.session, g->dbid, "t", columns, 2, g->ids, indexes, 1, &g->c));
    add_rows(g, 0, rows);
    OK(buf_flush_db(g->e.inst->dbs[g->dbid]));
    OK(log_checkpoint_update(g->e.inst->log, true));
}

static void stop(struct ground *g)
{
    cursor_close(g->c);
    backup_release(g->e.inst);
    OK(engine_stop(&g->e));
    sim_release();
}

static uint64_t read_file(struct ground *g, const char *path)
{
    uint64_t handle, size = 0;
    uint32_t got = 1;

    OK(backup_open_file(g->e.inst, path, &handle, &size));
    while (got != 0)
        OK(backup_read_file(g->e.inst, handle, g->buffer, CHUNK, &got));
    OK(backup_close_file(g->e.inst, handle));
    return size;
}

static uint64_t since(uint64_t *mark)
{
    uint64_t now = sim_count_all(), passed = now - *mark;

    *mark = now;
    return passed;
}

static struct cost back_up(struct ground *g)
{
    struct cost cost = {0};
    struct arena a = {0};
    struct inst *inst = g->e.inst;
    char *list;
    size_t bytes;
    uint64_t mark = sim_count_all();

    OK(backup_begin(inst, 0));
    cost.begin = since(&mark);
    cost.database = read_file(g, "/sim/live/x.edb");
    (void)since(&mark);
    OK(backup_log_list(inst, false, &a, &list, &bytes, NULL));
    cost.list = since(&mark);
    for (; *list != '\0'; list += strlen(list) + 1, cost.logs++)
        (void)read_file(g, list);
    (void)since(&mark);
    OK(backup_truncate(inst));
    cost.truncate = since(&mark);
    OK(backup_end(inst, NORMAL));
    cost.end = since(&mark);
    arena_release(&a);
    printf("database %u KiB, %u logs to copy: calls for begin %u, log list %u, truncate %u, end %u\n", (unsigned)(cost.database >> 10),
           (unsigned)cost.logs, (unsigned)cost.begin, (unsigned)cost.list, (unsigned)cost.truncate, (unsigned)cost.end);
    return cost;
}

/* The first backup takes the logs of the filling away; the second is measured. */
static struct cost cost_of(struct ground *g, int rows)
{
    struct cost cost;

    start(g, rows);
    (void)back_up(g);
    add_rows(g, rows, 5);
    OK(buf_flush_db(g->e.inst->dbs[g->dbid]));
    OK(log_checkpoint_update(g->e.inst->log, true));
    cost = back_up(g);
    stop(g);
    return cost;
}

static void the_size_of_the_database_costs_nothing(void **state)
{
    struct ground *g = *state;
    struct cost small = cost_of(g, SMALL_ROWS), large = cost_of(g, LARGE_ROWS);

    assert_true(large.database > 8 * small.database);
    assert_int_equal(large.logs, small.logs);
    assert_true(large.begin <= small.begin + LOG_CALLS);
    assert_true(large.list <= small.list + LOG_CALLS);
    assert_true(large.truncate <= small.truncate + LOG_CALLS);
    assert_true(large.end <= small.end + LOG_CALLS);
}

static void a_log_more_costs_one_delete(void **state)
{
    struct ground *g = *state;
    struct cost cost[2];
    uint32_t lowest = 0, deleted[2];

    for (int i = 0; i < 2; i++) {
        start(g, i == 0 ? 500 : 2000);
        OK(log_lowest(g->e.inst->log, &lowest));
        cost[i] = back_up(g);
        deleted[i] = lowest;
        OK(log_lowest(g->e.inst->log, &lowest));
        deleted[i] = lowest - deleted[i];
        stop(g);
    }
    assert_true(deleted[0] > 3 && deleted[1] > 3 * deleted[0]);
    assert_int_equal(cost[1].truncate - cost[0].truncate, deleted[1] - deleted[0]);
    assert_true(cost[1].begin <= cost[0].begin + LOG_CALLS);
    assert_true(cost[1].end <= cost[0].end + LOG_CALLS);
}

static int set_up(void **state)
{
    struct ground *g = calloc(1, sizeof *g);

    g->buffer = aligned_alloc(4096, CHUNK);
    *state = g;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *g = *state;

    free(g->buffer);
    free(g);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_size_of_the_database_costs_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_more_costs_one_delete, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
