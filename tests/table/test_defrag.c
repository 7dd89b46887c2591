/* Online defragmentation: pages that many deletes left underfull are merged and given back, beside readers and writers. */
#include "case.h"

#include <stdio.h>

#include "admin/defrag.h"
#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"
#include "tree/space.h"

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}}, {"a", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                            {"tx", COLUMN_VARIABLE, COL_TEXT, 1252, 200, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_a", "+a\0", 4, ROW_INDEX_PLAIN}};

struct world { struct fixture f; uint8_t dbid; uint32_t ids[3]; char dir[256]; _Atomic unsigned finished; _Atomic bool stop; _Atomic unsigned faults; };

static int setup(void **state)
{
    static unsigned number;
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 256 << 10};
    snprintf(w->dir, sizeof w->dir, "%s/defrag%u", reference_scratch(), number++);
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
    return 0;
}

/* A value that fills a page with a dozen rows; a is the same for runs of rows, so the index has long runs of equal keys. */
static void put(struct cursor *c, const uint32_t *ids, int id)
{
    char text[180];
    memset(text, 'a' + id % 26, sizeof text);
    assert_int_equal(update_prepare(c, UPDATE_INSERT), 0);
    assert_int_equal(rows_set_long(c, ids[0], id), 0);
    assert_int_equal(rows_set_long(c, ids[1], id / 700), 0);
    assert_int_equal(rows_set(c, ids[2], text, sizeof text), 0);
    assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
}

static void fill(struct world *w, struct cursor *c, int rows)
{
    for (int id = 0; id < rows; id++) {
        if (id % 200 == 0)
            assert_int_equal(txn_begin(w->f.s, false), 0);
        put(c, w->ids, id);
        if (id % 200 == 199 || id + 1 == rows)
            assert_int_equal(txn_commit(w->f.s, COMMIT_LAZY), 0);
    }
}

static void thin_out(struct world *w, struct cursor *c, int rows, int keep)
{
    assert_int_equal(txn_begin(w->f.s, false), 0);
    for (int id = 0; id < rows; id++) {
        if (id % keep == 0)
            continue;
        assert_int_equal(rows_seek_long(c, id), 0);
        assert_int_equal(update_delete(c), 0);
    }
    assert_int_equal(txn_commit(w->f.s, COMMIT_LAZY), 0);
    assert_int_equal(ver_cleanup(w->f.inst.versions, UINT32_MAX), 0);
}

struct sum { uint64_t pages; };

static ese_err add(void *context, struct space_extent e)
{
    ((struct sum *)context)->pages += e.count;
    return 0;
}

/* Pages in use by the tree: owned less available. */
static uint64_t used(struct btree *t)
{
    struct sum owned = {0}, available = {0};
    assert_int_equal(space_list(t, true, add, &owned), 0);
    assert_int_equal(space_list(t, false, add, &available), 0);
    return owned.pages - available.pages;
}

static void note_end(void *context, uint8_t dbid)
{
    struct world **w = context;
    (void)dbid;
    atomic_fetch_add(&(*w)->finished, 1);
}

static void run(struct world *w, const char *table, bool space_only)
{
    struct world **listener = ese_alloc(sizeof *listener);
    struct defrag_config config = {.space_only = space_only, .table = table, .passes_max = 1, .finished = note_end, .context = listener};
    struct defrag_counts counts;
    unsigned before = atomic_load(&w->finished);
    bool already;
    *listener = w;
    assert_int_equal(defrag_start(w->f.s, w->dbid, &config, &already), 0);
    assert_false(already);
    for (unsigned tries = 0; atomic_load(&w->finished) == before && tries < 3000; tries++)
        os_sleep_ms(10);
    (void)defrag_stop(&w->f.inst, w->dbid, &counts);
    assert_int_equal(counts.passes, 1);
    assert_int_equal(atomic_load(&w->finished), before + 1);
}

static unsigned count_rows(struct cursor *c, int keep)
{
    unsigned count = 0;
    for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false)) {
        int32_t id;
        assert_true(rows_get_long(c, c->table->fixed[0]->columnid, &id) >= 0);
        assert_int_equal(id % keep, 0);
        count++;
    }
    return count;
}

static void underfull_pages_are_merged_and_given_back(void **state)
{
    struct world *w = *state;
    struct cursor *c;
    struct index_def *by_a;
    uint64_t data, entries;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 2, &c), 0);
    fill(w, c, 6000);
    thin_out(w, c, 6000, 6);
    assert_int_equal(schema_find_index(w->f.s, c->table, "ix_a", &by_a), 0);
    data = used(&c->table->tree);
    entries = used(index_tree(by_a));
    run(w, NULL, false);
    printf("   data %u -> %u pages, index %u -> %u\n", (unsigned)data, (unsigned)used(&c->table->tree), (unsigned)entries,
           (unsigned)used(index_tree(by_a)));
    assert_true((used(&c->table->tree) - entries) * 3 < data);
    assert_true(used(index_tree(by_a)) * 2 < entries);
    assert_int_equal(count_rows(c, 6), 1000);
    cursor_close(c);
}

static void only_the_named_table_is_touched(void **state)
{
    struct world *w = *state;
    struct cursor *c, *other;
    uint64_t data, others;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 1, &c), 0);
    fill(w, c, 2000);
    thin_out(w, c, 2000, 5);
    assert_int_equal(rows_create(w->f.s, w->dbid, "u", columns, 3, w->ids, indexes, 1, &other), 0);
    fill(w, other, 2000);
    thin_out(w, other, 2000, 5);
    data = used(&c->table->tree);
    others = used(&other->table->tree);
    run(w, "u", false);
    assert_int_equal(used(&c->table->tree), data);
    assert_true(used(&other->table->tree) * 2 < others);
    run(w, NULL, true);
    assert_int_equal(used(&c->table->tree), data);
    assert_int_equal(defrag_start(w->f.s, w->dbid, &(struct defrag_config){.table = "nowhere"}, &(bool){false}), JET_errObjectNotFound);
    cursor_close(c);
    cursor_close(other);
}

static void what_others_still_see_stays(void **state)
{
    struct world *w = *state;
    struct cursor *c, *old;
    struct session *reader;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 2, &c), 0);
    fill(w, c, 3000);
    assert_int_equal(session_begin(&w->f.inst, &reader), 0);
    assert_int_equal(rows_open(reader, w->dbid, "t", &old), 0);
    assert_int_equal(txn_begin(reader, true), 0);
    thin_out(w, c, 3000, 6);
    run(w, NULL, false);
    assert_int_equal(count_rows(c, 6), 500);
    assert_int_equal(count_rows(old, 1), 3000);
    assert_int_equal(txn_commit(reader, COMMIT_LAZY), 0);
    cursor_close(old);
    assert_int_equal(session_end(reader), 0);
    cursor_close(c);
}

/* Space that one table no longer uses serves another, and so does that of an index for its table. */
static void space_of_deleted_rows_is_reused_by_other_tables(void **state)
{
    struct world *w = *state;
    struct cursor *c, *other;
    struct sum owned = {0};
    pgno last;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 2, &c), 0);
    fill(w, c, 12000);
    last = atomic_load(&w->f.inst.dbs[w->dbid]->page_last);
    thin_out(w, c, 12000, 12000);
    run(w, NULL, false);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(space_list(&c->table->tree, true, add, &owned), 0);
    printf("   %u pages in the file, %u still owned by the table\n", (unsigned)last, (unsigned)owned.pages);
    assert_true(owned.pages * 4 < last);
    assert_int_equal(rows_create(w->f.s, w->dbid, "u", columns, 3, w->ids, indexes, 2, &other), 0);
    fill(w, other, 10000);
    assert_int_equal(atomic_load(&w->f.inst.dbs[w->dbid]->page_last), last);
    cursor_close(c);
    cursor_close(other);
}

/* ---- beside others ---- */

static void churn(void *argument)
{
    struct world *w = argument;
    struct session *s;
    struct cursor *c = NULL;
    uint32_t seed = 7;
    if (session_begin(&w->f.inst, &s) < 0 || rows_open(s, w->dbid, "t", &c) < 0) {
        atomic_fetch_add(&w->faults, 1);
        return;
    }
    while (!atomic_load(&w->stop)) {
        ese_err err = txn_begin(s, false);
        for (unsigned i = 0; i < 20 && err >= 0; i++) {
            int id = (int)((seed = seed * 1664525u + 1013904223u) >> 8) % 3000 * 6;
            err = rows_seek_long(c, id);
            if (err >= 0)
                err = update_delete(c);
            if (err >= 0)
                put(c, w->ids, id);
        }
        if (err < 0)
            atomic_fetch_add(&w->faults, 1);
        if (seed % 3 == 0 ? txn_rollback(s) < 0 : txn_commit(s, COMMIT_LAZY) < 0)
            atomic_fetch_add(&w->faults, 1);
    }
    cursor_close(c);
    (void)session_end(s);
}

static void scan(void *argument)
{
    struct world *w = argument;
    struct session *s;
    struct cursor *c = NULL;
    if (session_begin(&w->f.inst, &s) < 0 || rows_open(s, w->dbid, "t", &c) < 0) {
        atomic_fetch_add(&w->faults, 1);
        return;
    }
    while (!atomic_load(&w->stop)) {
        unsigned count = 0;
        if (txn_begin(s, true) < 0)
            break;
        for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false))
            count++;
        if (count != 3000)
            atomic_fetch_add(&w->faults, 1);
        (void)txn_commit(s, COMMIT_LAZY);
    }
    cursor_close(c);
    (void)session_end(s);
}

static void readers_and_writers_go_on_beside_it(void **state)
{
    struct world *w = *state;
    struct cursor *c;
    struct os_thread *writer, *reader;
    uint64_t data;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 2, &c), 0);
    fill(w, c, 18000);
    thin_out(w, c, 18000, 6);
    data = used(&c->table->tree);
    assert_int_equal(os_thread_start(&writer, churn, w), 0);
    assert_int_equal(os_thread_start(&reader, scan, w), 0);
    run(w, NULL, false);
    run(w, NULL, true);
    run(w, NULL, false);
    atomic_store(&w->stop, true);
    os_thread_join(writer);
    os_thread_join(reader);
    assert_int_equal(atomic_load(&w->faults), 0);
    assert_true(used(&c->table->tree) * 2 < data);
    assert_int_equal(count_rows(c, 6), 3000);
    cursor_close(c);
}

static void tables_can_be_deleted_and_the_database_detached_beside_it(void **state)
{
    struct world *w = *state;
    struct defrag_config config = {.passes_max = 0};
    struct defrag_counts counts;
    bool already;
    char name[16];
    struct cursor *c;
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "t%d", i);
        assert_int_equal(rows_create(w->f.s, w->dbid, name, columns, 3, w->ids, indexes, 2, &c), 0);
        fill(w, c, 600);
        thin_out(w, c, 600, 4);
        cursor_close(c);
    }
    assert_int_equal(defrag_start(w->f.s, w->dbid, &config, &already), 0);
    assert_int_equal(defrag_start(w->f.s, w->dbid, &config, &already), 0);
    assert_true(already);
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "t%d", i);
        assert_int_equal(txn_begin(w->f.s, false), 0);
        assert_int_equal(ddl_delete_table(w->f.s, w->dbid, name), 0);
        assert_int_equal(txn_commit(w->f.s, COMMIT_LAZY), 0);
        (void)ver_cleanup(w->f.inst.versions, UINT32_MAX);
    }
    assert_int_equal(db_detach(w->f.s, w->dbid, false), 0);
    assert_false(defrag_stop(&w->f.inst, w->dbid, &counts));
    assert_int_equal(fixture_attach(&w->f, "x.edb", false, &w->dbid), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(underfull_pages_are_merged_and_given_back, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_named_table_is_touched, setup, teardown),
        cmocka_unit_test_setup_teardown(what_others_still_see_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(space_of_deleted_rows_is_reused_by_other_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(readers_and_writers_go_on_beside_it, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_can_be_deleted_and_the_database_detached_beside_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
