/* Several sessions at once: records and entries stay in step while indexes come and go beside the updates. */
#include "case.h"

#include <stdio.h>

#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"

enum { WRITERS = 3, ROUNDS = 400, IDS = 64 };

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}}, {"a", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                            {"tx", COLUMN_VARIABLE, COL_BINARY, 0, 200, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_a", "+a\0+id\0", 8, ROW_INDEX_PLAIN}, {"ix_tx", "-tx\0", 5, ROW_INDEX_PLAIN}};

struct world { struct fixture f; uint8_t dbid; uint32_t ids[3]; char dir[256]; _Atomic unsigned running, faults, commits; };
struct worker { struct world *w; unsigned number; };

static unsigned next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

static ese_err change_one(struct cursor *c, const uint32_t *ids, int id, uint64_t *seed)
{
    ese_err err = rows_seek_long(c, id);
    uint8_t text[200];
    unsigned size = next_random(seed) % sizeof text;

    memset(text, (int)(next_random(seed) & 0xFF), size);
    if (err == JET_errRecordNotFound) {
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, ids[0], id));
    } else {
        TRY(err);
        if (next_random(seed) % 3 == 0)
            return update_delete(c);
        TRY(update_prepare(c, UPDATE_REPLACE));
    }
    TRY(rows_set_long(c, ids[1], (int32_t)(next_random(seed) % 50)));
    TRY(rows_set(c, ids[2], text, size));
    TRY(update_apply(c, NULL, 0, NULL));
done:
    if (err < 0 && c->update != UPDATE_NONE)
        (void)update_cancel(c);
    return err;
}

/* Each writer mostly keeps to its own ids and sometimes meets the others': a conflict rolls its transaction back. */
static void write_body(void *argument)
{
    struct worker *me = argument;
    struct world *w = me->w;
    struct session *s;
    struct cursor *c;
    uint64_t seed = 77 + me->number;

    if (session_begin(&w->f.inst, &s) < 0 || rows_open(s, w->dbid, "t", &c) < 0) {
        w->faults++;
        return;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        ese_err err = txn_begin(s, false);
        for (unsigned k = 0; k < 8 && err >= 0; k++) {
            unsigned owner = next_random(&seed) % 10 == 0 ? next_random(&seed) % WRITERS : me->number;
            err = change_one(c, w->ids, (int)(owner * IDS + next_random(&seed) % IDS), &seed);
        }
        if (err < 0 && err != JET_errWriteConflict && err != JET_errKeyDuplicate) {
            printf("writer %u: %d\n", me->number, err);
            w->faults++;
        }
        if (err < 0 || next_random(&seed) % 5 == 0)
            err = txn_rollback(s);
        else
            err = txn_commit(s, COMMIT_LAZY);
        if (err < 0)
            w->faults++;
        w->commits++;
    }
    cursor_close(c);
    if (session_end(s) < 0)
        w->faults++;
    w->running--;
}

/* A snapshot shows as many records as entries, whatever the writers do meanwhile. */
static void read_body(void *argument)
{
    struct worker *me = argument;
    struct world *w = me->w;
    struct session *s;
    struct cursor *c;

    if (session_begin(&w->f.inst, &s) < 0 || rows_open(s, w->dbid, "t", &c) < 0) {
        w->faults++;
        return;
    }
    while (w->running > 0) {
        unsigned counts[3] = {0};
        if (txn_begin(s, true) < 0)
            w->faults++;
        for (unsigned k = 0; k < 3; k++) {
            int32_t value;
            if (cursor_set_index(c, indexes[k].name, NULL, false, true, 1) < 0)
                w->faults++;
            for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false)) {
                counts[k]++;
                if ((err = rows_get_long(c, w->ids[0], &value)) != 0) {
                    printf("reader: index %s: %d\n", indexes[k].name, err);
                    w->faults++;
                }
            }
        }
        if (counts[0] != counts[1] || counts[0] != counts[2]) {
            printf("reader: %u records, %u and %u entries\n", counts[0], counts[1], counts[2]);
            w->faults++;
        }
        if (txn_commit(s, COMMIT_LAZY) < 0)
            w->faults++;
    }
    cursor_close(c);
    (void)session_end(s);
}

static unsigned entries(struct cursor *c, const char *index)
{
    unsigned n = 0;
    assert_int_equal(cursor_set_index(c, index, NULL, false, true, 1), 0);
    for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false))
        n++;
    assert_int_equal(cursor_set_index(c, NULL, NULL, false, true, 1), 0);
    return n;
}

static void indexes_come_beside_updates(void **state)
{
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 1 << 20, .circular = true};
    static struct worker workers[WRITERS + 1];
    struct os_thread *threads[WRITERS + 1];
    struct cursor *c;
    unsigned built = 0;

    (void)state;
    snprintf(w->dir, sizeof w->dir, "%s/con", reference_scratch());
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 3, &c), 0);
    w->running = WRITERS;
    for (unsigned k = 0; k <= WRITERS; k++) {
        workers[k] = (struct worker){w, k};
        assert_int_equal(os_thread_start(&threads[k], k < WRITERS ? write_body : read_body, &workers[k]), 0);
    }
    while (w->running > 0) {
        ese_err err = rows_index(w->f.s, c->table, "extra", "-a\0+tx\0", 8, ROW_INDEX_PLAIN);
        if (err == JET_errWriteConflict)
            continue;
        assert_int_equal(err, 0);
        built++;
        os_sleep_ms(5);
        assert_int_equal(txn_begin(w->f.s, true), 0);
        assert_int_equal(entries(c, "extra"), entries(c, NULL));
        assert_int_equal(txn_commit(w->f.s, 0), 0);
        if (w->running > 0)
            assert_int_equal(ddl_delete_index(w->f.s, c->table, "extra"), 0);
    }
    for (unsigned k = 0; k <= WRITERS; k++)
        os_thread_join(threads[k]);
    printf("%u transactions, %u index builds\n", w->commits, built);
    assert_int_equal(w->faults, 0);
    for (unsigned k = 1; k < 3; k++)
        assert_int_equal(entries(c, indexes[k].name), entries(c, NULL));
    cursor_close(c);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
}

/* ---- schema changes of several sessions beside each other ---- */

enum { TABLES = 6, DDL_ROUNDS = 40 };

static ese_err one_table(struct session *s, uint8_t dbid, const char *name, uint64_t *seed, const struct world *w)
{
    ese_err err = 0;
    struct cursor *c = NULL;
    uint32_t ids[3], id;
    struct column_create how = {.place = COLUMN_TAGGED, .name = "more", .type = COL_LONG, .max_bytes = 4};

    (void)w;
    TRY(txn_begin(s, false));
    switch (next_random(seed) % 4) {
    case 0:
        err = rows_create(s, dbid, name, columns, 3, ids, indexes, 3, &c);
        for (int k = 0; k < 20 && err >= 0; k++)
            err = change_one(c, ids, k, seed);
        break;
    case 1:
        err = ddl_delete_table(s, dbid, name);
        break;
    case 2:
        err = rows_open(s, dbid, name, &c);
        if (err >= 0)
            err = ddl_add_column(s, c->table, &how, &id);
        break;
    default:
        err = rows_open(s, dbid, name, &c);
        for (ese_err at = err >= 0 ? cursor_move(c, MOVE_FIRST, false) : -1; at >= 0; at = cursor_move(c, 1, false))
            continue;
        break;
    }
    if (c != NULL)
        cursor_close(c);
    if (err < 0 || next_random(seed) % 3 == 0) {
        ese_err undone = txn_rollback(s);
        return undone < 0 ? undone : err;
    }
    return txn_commit(s, COMMIT_LAZY);
done:
    return err;
}

static bool expected_of_schema(ese_err err)
{
    static const ese_err fine[] = {0, JET_errObjectNotFound, JET_errTableDuplicate, JET_errTableLocked, JET_errTableInUse, JET_errColumnDuplicate, JET_errWriteConflict};
    for (unsigned k = 0; k < sizeof fine / sizeof fine[0]; k++)
        if (fine[k] == err)
            return true;
    return false;
}

static void schema_body(void *argument)
{
    struct worker *me = argument;
    struct world *w = me->w;
    struct session *s;
    uint64_t seed = 1000 + me->number;
    char name[16];

    if (session_begin(&w->f.inst, &s) < 0) {
        w->faults++;
        return;
    }
    for (unsigned k = 0; k < DDL_ROUNDS; k++) {
        ese_err err;
        snprintf(name, sizeof name, "tab%u", next_random(&seed) % TABLES);
        err = one_table(s, w->dbid, name, &seed, w);
        if (!expected_of_schema(err)) {
            printf("worker %u, %s: %d\n", me->number, name, err);
            w->faults++;
        }
        arena_reset(&s->scratch);
    }
    if (session_end(s) < 0)
        w->faults++;
}

static void schema_changes_beside_each_other(void **state)
{
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 1 << 20, .circular = true};
    static struct worker workers[WRITERS];
    struct os_thread *threads[WRITERS];

    (void)state;
    snprintf(w->dir, sizeof w->dir, "%s/ddl", reference_scratch());
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    for (unsigned k = 0; k < WRITERS; k++) {
        workers[k] = (struct worker){w, k};
        assert_int_equal(os_thread_start(&threads[k], schema_body, &workers[k]), 0);
    }
    for (unsigned k = 0; k < WRITERS; k++)
        os_thread_join(threads[k]);
    assert_int_equal(w->faults, 0);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
}

/* ---- two tables, four writers and readers, schema changes of a fifth ---- */

enum { PAIR_THREADS = 4, PAIR_ROUNDS = 120 };

static const char *const pair_names[2] = {"left", "right"};

/* One row of each table in one transaction, so that both always have the same rows. */
static ese_err change_pair(struct cursor *const c[2], const uint32_t *ids, int id, uint64_t *seed)
{
    ese_err err = 0;
    uint64_t left = *seed, right = *seed;
    TRY(change_one(c[0], ids, id, &left));
    TRY(change_one(c[1], ids, id, &right));
done:
    (void)next_random(seed);
    *seed += left + right;
    return err;
}

static unsigned count_rows(struct cursor *c)
{
    unsigned n = 0;
    for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false))
        n++;
    return n;
}

static void pair_body(void *argument)
{
    struct worker *me = argument;
    struct world *w = me->w;
    struct session *s;
    struct cursor *c[2];
    uint64_t seed = 5000 + me->number;

    if (session_begin(&w->f.inst, &s) < 0 || rows_open(s, w->dbid, pair_names[0], &c[0]) < 0 || rows_open(s, w->dbid, pair_names[1], &c[1]) < 0) {
        w->faults++;
        w->running--;
        return;
    }
    for (unsigned round = 0; round < PAIR_ROUNDS; round++) {
        ese_err err = txn_begin(s, false);
        if (round % 3 == 0 && count_rows(c[0]) != count_rows(c[1])) {
            printf("thread %u: the tables differ\n", me->number);
            w->faults++;
        }
        for (unsigned k = 0; k < 4 && err >= 0; k++)
            err = change_pair(c, w->ids, (int)(next_random(&seed) % (2 * IDS)), &seed);
        if (err < 0 && err != JET_errWriteConflict && err != JET_errKeyDuplicate) {
            printf("thread %u: %d\n", me->number, err);
            w->faults++;
        }
        if ((err < 0 || next_random(&seed) % 6 == 0 ? txn_rollback(s) : txn_commit(s, COMMIT_LAZY)) < 0)
            w->faults++;
        w->commits++;
    }
    cursor_close(c[0]);
    cursor_close(c[1]);
    if (session_end(s) < 0)
        w->faults++;
    w->running--;
}

/* Columns and indexes of both tables, and a table of its own, come and go meanwhile. */
static ese_err change_schema(struct world *w, struct cursor *const c[2], unsigned round)
{
    ese_err err = 0;
    struct table_def *t = c[round % 2]->table;
    struct column_create how = {.place = round % 4 < 2 ? COLUMN_TAGGED : COLUMN_FIXED, .name = "extra", .type = COL_LONG, .max_bytes = 4};
    struct cursor *own = NULL;
    uint32_t ids[3], id;

    TRY(ddl_add_column(w->f.s, t, &how, &id));
    err = rows_index(w->f.s, t, "late", "-a\0+id\0", 8, ROW_INDEX_PLAIN);
    if (err >= 0)
        err = ddl_delete_index(w->f.s, t, "late");
    TRY(err == JET_errWriteConflict ? 0 : err);
    TRY(rows_create(w->f.s, w->dbid, "own", columns, 3, ids, indexes, 3, &own));
    cursor_close(own);
    TRY(ddl_delete_table(w->f.s, w->dbid, "own"));
    TRY(ddl_delete_column(w->f.s, t, "extra"));
done:
    return err;
}

static void schema_changes_beside_two_tables(void **state)
{
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 1 << 20, .circular = true};
    static struct worker workers[PAIR_THREADS];
    struct os_thread *threads[PAIR_THREADS];
    struct cursor *c[2];
    unsigned rounds = 0;

    (void)state;
    snprintf(w->dir, sizeof w->dir, "%s/pair", reference_scratch());
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    for (unsigned k = 0; k < 2; k++)
        assert_int_equal(rows_create(w->f.s, w->dbid, pair_names[k], columns, 3, w->ids, indexes, 3, &c[k]), 0);
    w->running = PAIR_THREADS;
    for (unsigned k = 0; k < PAIR_THREADS; k++) {
        workers[k] = (struct worker){w, k};
        assert_int_equal(os_thread_start(&threads[k], pair_body, &workers[k]), 0);
    }
    while (w->running > 0)
        assert_int_equal(change_schema(w, c, rounds++), 0);
    for (unsigned k = 0; k < PAIR_THREADS; k++)
        os_thread_join(threads[k]);
    printf("%u transactions, %u rounds of schema changes\n", w->commits, rounds);
    assert_int_equal(w->faults, 0);
    assert_int_equal(entries(c[0], NULL), entries(c[1], NULL));
    for (unsigned k = 0; k < 2; k++)
        cursor_close(c[k]);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
}

enum { BATON_WAIT_MS = 50 };
struct baton { struct world *w; int first; _Atomic unsigned *inside, *turns; _Atomic bool *stop; };

/* One may end while another has changes in the table and stays: there is always one. */
static bool may_end(_Atomic unsigned *inside)
{
    unsigned seen = *inside;
    return seen >= 2 && atomic_compare_exchange_strong(inside, &seen, seen - 1);
}

/* Its transaction ends when it may, or after a while: the other may be kept from coming. */
static void baton_body(void *argument)
{
    struct baton *me = argument;
    struct world *w = me->w;
    struct session *s;
    struct cursor *c;
    ese_err err = 0;
    bool counted = false;
    int id = me->first;

    TRY(session_begin(&w->f.inst, &s));
    TRY(rows_open(s, w->dbid, "t", &c));
    while (!*me->stop) {
        TRY(txn_begin(s, false));
        TRY(update_prepare(c, UPDATE_INSERT));
        TRY(rows_set_long(c, w->ids[0], id));
        TRY(rows_set_long(c, w->ids[1], id % 10));
        TRY(update_apply(c, NULL, 0, NULL));
        (*me->inside)++;
        counted = true;
        for (unsigned waited = 0; counted && waited < BATON_WAIT_MS && !*me->stop; waited++) {
            counted = !may_end(me->inside);
            if (counted)
                os_sleep_ms(1);
        }
        TRY(rows_seek_long(c, id));
        TRY(update_prepare(c, UPDATE_REPLACE));
        TRY(rows_set_long(c, w->ids[1], id % 10 + 1));
        TRY(update_apply(c, NULL, 0, NULL));
        if (id % 5 == 0)
            TRY(txn_rollback(s));
        else
            TRY(txn_commit(s, COMMIT_LAZY));
        if (counted)
            (*me->inside)--;
        counted = false;
        (*me->turns)++;
        id++;
    }
    cursor_close(c);
    TRY(session_end(s));
done:
    if (counted)
        (*me->inside)--;
    if (err < 0)
        w->faults++;
}

static void an_index_comes_although_transactions_overlap_without_end(void **state)
{
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 1 << 20, .circular = true};
    static _Atomic unsigned inside, turns;
    static _Atomic bool stop;
    struct baton batons[4];
    struct os_thread *threads[4];
    struct cursor *c;
    unsigned before = 0;

    (void)state;
    snprintf(w->dir, sizeof w->dir, "%s/baton", reference_scratch());
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 3, w->ids, indexes, 2, &c), 0);
    for (int k = 0; k < 4; k++) {
        batons[k] = (struct baton){w, 1 + k * 1000000, &inside, &turns, &stop};
        assert_int_equal(os_thread_start(&threads[k], baton_body, &batons[k]), 0);
    }
    for (unsigned k = 0; k < 4; k++) {
        char name[] = "late0";
        name[4] = (char)('0' + k);
        while (turns < before + 20 && w->faults == 0)   /* they go on after each */
            os_sleep_ms(1);
        before = turns;
        assert_int_equal(rows_index(w->f.s, c->table, name, "-a\0+id\0", 8, ROW_INDEX_PLAIN), 0);
    }
    stop = true;
    for (unsigned k = 0; k < 4; k++)
        os_thread_join(threads[k]);
    printf("%u transactions\n", turns);
    assert_int_equal(w->faults, 0);
    for (unsigned k = 0; k < 4; k++) {
        char name[] = "late0";
        name[4] = (char)('0' + k);
        assert_int_equal(entries(c, name), entries(c, NULL));
    }
    cursor_close(c);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(indexes_come_beside_updates), cmocka_unit_test(schema_changes_beside_each_other),
                                       cmocka_unit_test(schema_changes_beside_two_tables),
                                       cmocka_unit_test(an_index_comes_although_transactions_overlap_without_end)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
