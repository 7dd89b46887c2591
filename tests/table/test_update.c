/* Records come and go with all their index entries; what a transaction does is all or nothing. */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"

enum { C_ID, C_NUMBER, C_AUTO, C_VERSION, C_ESCROW, C_REFS, C_TEXT, C_LONG, C_COUNT };

static const uint8_t two[4] = {2, 0, 0, 0}, seven[4] = {7, 0, 0, 0}, zero[4] = {0, 0, 0, 0};
static const struct row_column columns[C_COUNT] = {
    [C_ID] = {"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}},
    [C_NUMBER] = {"number", COLUMN_FIXED, COL_LONG, 0, 4, 0, {seven, 4}},
    [C_AUTO] = {"auto", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_AUTOINCREMENT, {NULL, 0}},
    [C_VERSION] = {"ver", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_VERSION, {NULL, 0}},
    [C_ESCROW] = {"esc", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_ESCROW, {zero, 4}},
    [C_REFS] = {"refs", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_ESCROW | COLUMN_DELETE_ON_ZERO, {two, 4}},
    [C_TEXT] = {"tx", COLUMN_VARIABLE, COL_TEXT, 1252, 50, 0, {NULL, 0}},
    [C_LONG] = {"lb", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}},
};
static const struct row_index indexes[] = {
    {"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_tx", "+tx\0", 5, ROW_INDEX_PLAIN}, {"ix_number", "-number\0+tx\0", 13, ROW_INDEX_PLAIN},
    {"ix_auto", "+auto\0", 7, ROW_INDEX_PLAIN | INDEX_UNIQUE}};

struct world { struct fixture f; uint8_t dbid; struct cursor *c; uint32_t ids[C_COUNT]; char dir[256]; };

static int begin(void **state, bool logged)
{
    static unsigned number;
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096, .logged = logged, .log_bytes = 256 << 10};

    snprintf(w->dir, sizeof w->dir, "%s/u%u", reference_scratch(), number++);
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, C_COUNT, w->ids, indexes, 4, &w->c), 0);
    *state = w;
    return 0;
}

static int setup(void **state) { return begin(state, false); }
static int setup_logged(void **state) { return begin(state, true); }

static int teardown(void **state)
{
    struct world *w = *state;
    if (w->c != NULL)
        cursor_close(w->c);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
    return 0;
}

static ese_err put(struct world *w, int id, int number, const char *text)
{
    ese_err err = 0;
    TRY(update_prepare(w->c, UPDATE_INSERT));
    TRY(rows_set_long(w->c, w->ids[C_ID], id));
    if (number >= 0)
        TRY(rows_set_long(w->c, w->ids[C_NUMBER], number));
    TRY(rows_set(w->c, w->ids[C_TEXT], text, strlen(text)));
    TRY(update_apply(w->c, NULL, 0, NULL));
done:
    if (err < 0 && w->c->update != UPDATE_NONE)
        (void)update_cancel(w->c);
    return err;
}

static unsigned count(struct world *w, const char *index)
{
    unsigned n = 0;
    assert_int_equal(cursor_set_index(w->c, index, NULL, false, true, 1), 0);
    for (ese_err err = cursor_move(w->c, MOVE_FIRST, false); err >= 0; err = cursor_move(w->c, 1, false))
        n++;
    assert_int_equal(cursor_set_index(w->c, NULL, NULL, false, true, 1), 0);
    return n;
}

static void assert_counts(struct world *w, unsigned n)
{
    for (unsigned k = 0; k < 4; k++)
        assert_int_equal(count(w, indexes[k].name), n);
}

static int get(struct world *w, unsigned column)
{
    int32_t value;
    assert_int_equal(rows_get_long(w->c, w->ids[column], &value), 0);
    return value;
}

static void insert_replace_delete(void **state)
{
    struct world *w = *state;

    for (int k = 0; k < 500; k++) {
        char text[32];
        snprintf(text, sizeof text, "row%05d", k * 37 % 500);
        assert_int_equal(put(w, k * 10, k % 7, text), 0);
    }
    assert_counts(w, 500);
    assert_int_equal(rows_seek_long(w->c, 2500), 0);
    assert_int_equal(get(w, C_NUMBER), 250 % 7);
    assert_int_equal(get(w, C_VERSION), 0);
    assert_int_equal(get(w, C_AUTO), 251);
    assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_NUMBER], 77), 0);
    assert_int_equal(rows_set(w->c, w->ids[C_TEXT], "changed", 7), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    assert_int_equal(get(w, C_NUMBER), 77);
    assert_int_equal(get(w, C_VERSION), 1);
    assert_counts(w, 500);
    for (int k = 0; k < 500; k += 2) {
        assert_int_equal(rows_seek_long(w->c, k * 10), 0);
        assert_int_equal(update_delete(w->c), 0);
    }
    assert_counts(w, 250);
    assert_int_equal(rows_seek_long(w->c, 20), JET_errRecordNotFound);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(get(w, C_ID), 30);
}

static void duplicates_and_null(void **state)
{
    struct world *w = *state;

    assert_int_equal(put(w, 1, 1, "a"), 0);
    assert_int_equal(put(w, 1, 1, "b"), JET_errKeyDuplicate);
    assert_counts(w, 1);
    assert_int_equal(update_prepare(w->c, UPDATE_INSERT), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), JET_errNullInvalid);
    assert_int_equal(update_cancel(w->c), 0);
    assert_int_equal(update_cancel(w->c), JET_errUpdateNotPrepared);
    assert_int_equal(put(w, 2, -1, "c"), 0);
    assert_int_equal(rows_seek_long(w->c, 2), 0);
    assert_int_equal(get(w, C_NUMBER), 7);
    assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_ID], 9), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), JET_errRecordPrimaryChanged);
    assert_int_equal(update_cancel(w->c), 0);
}

static void rollback_takes_all_back(void **state)
{
    struct world *w = *state;
    struct session *s = w->f.s;

    for (int k = 0; k < 50; k++)
        assert_int_equal(put(w, k, k, "before"), 0);
    assert_int_equal(txn_begin(s, false), 0);
    for (int k = 50; k < 150; k++)
        assert_int_equal(put(w, k, k, "inside"), 0);
    for (int k = 0; k < 25; k++) {
        assert_int_equal(rows_seek_long(w->c, k), 0);
        assert_int_equal(update_delete(w->c), 0);
    }
    for (int k = 25; k < 50; k++) {
        assert_int_equal(rows_seek_long(w->c, k), 0);
        assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), 0);
        assert_int_equal(rows_set_long(w->c, w->ids[C_NUMBER], 1000 + k), 0);
        assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    }
    assert_counts(w, 125);
    assert_int_equal(txn_rollback(s), 0);
    assert_int_equal(cursor_move(w->c, 0, false), JET_errNoCurrentRecord);
    assert_counts(w, 50);
    for (int k = 0; k < 50; k++) {
        assert_int_equal(rows_seek_long(w->c, k), 0);
        assert_int_equal(get(w, C_NUMBER), k);
    }
}

static void nested_levels(void **state)
{
    struct world *w = *state;
    struct session *s = w->f.s;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(put(w, 20, 1, "x"), 0);
    assert_int_equal(txn_begin(s, false), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(update_delete(w->c), 0);
    assert_int_equal(txn_begin(s, false), 0);
    assert_int_equal(rows_seek_long(w->c, 20), 0);
    assert_int_equal(update_delete(w->c), 0);
    assert_int_equal(txn_rollback(s), 0);
    assert_int_equal(rows_seek_long(w->c, 20), 0);
    assert_int_equal(rows_seek_long(w->c, 10), JET_errRecordNotFound);
    assert_int_equal(txn_commit(s, 0), 0);
    assert_int_equal(rows_seek_long(w->c, 10), JET_errRecordNotFound);
    assert_counts(w, 1);
}

static void long_values_follow_records(void **state)
{
    struct world *w = *state;
    uint8_t *data = malloc(20000), *back = malloc(20000);
    struct retrieve r = {.columnid = w->ids[C_LONG], .itag = 1, .to = back, .room = 20000};

    for (unsigned k = 0; k < 20000; k++)
        data[k] = (uint8_t)(k * 7 + k / 256);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(update_prepare(w->c, UPDATE_INSERT), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_ID], 1), 0);
    assert_int_equal(rows_set(w->c, w->ids[C_LONG], data, 20000), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    assert_int_equal(rows_seek_long(w->c, 1), 0);
    assert_int_equal(cursor_retrieve(w->c, &r), 0);
    assert_int_equal(r.size, 20000);
    assert_memory_equal(back, data, 20000);
    /* A copy shares the value; the original may go. */
    assert_int_equal(update_prepare(w->c, UPDATE_INSERT_COPY), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_ID], 2), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    assert_int_equal(rows_seek_long(w->c, 1), 0);
    assert_int_equal(update_delete(w->c), 0);
    assert_int_equal(rows_seek_long(w->c, 2), 0);
    memset(back, 0, 20000);
    assert_int_equal(cursor_retrieve(w->c, &r), 0);
    assert_memory_equal(back, data, 20000);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(rows_seek_long(w->c, 2), 0);
    memset(back, 0, 20000);
    assert_int_equal(cursor_retrieve(w->c, &r), 0);
    assert_memory_equal(back, data, 20000);
    free(data);
    free(back);
}

static void key_moves_with_copy_delete(void **state)
{
    struct world *w = *state;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(update_prepare(w->c, UPDATE_INSERT_COPY_DELETE), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_ID], 99), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    assert_int_equal(rows_seek_long(w->c, 99), 0);
    assert_int_equal(rows_seek_long(w->c, 10), JET_errRecordNotFound);
    assert_counts(w, 1);
}

static void escrow_commutes(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *d;
    int64_t before;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(txn_begin(other, false), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(rows_seek_long(d, 10), 0);
    assert_int_equal(update_escrow(w->c, w->ids[C_ESCROW], 5, 4, &before, false), 0);
    assert_int_equal(update_escrow(d, w->ids[C_ESCROW], 30, 4, &before, false), 0);
    assert_int_equal(txn_rollback(other), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(get(w, C_ESCROW), 5);
    cursor_close(d);
    assert_int_equal(session_end(other), 0);
}

static void zero_deletes_the_record(void **state)
{
    struct world *w = *state;
    int64_t before;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(put(w, 20, 1, "y"), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(update_escrow(w->c, w->ids[C_REFS], -2, 4, &before, false), 0);
    assert_int_equal(rows_seek_long(w->c, 20), 0);
    assert_int_equal(update_escrow(w->c, w->ids[C_REFS], -1, 4, &before, false), 0);
    assert_int_equal(before, 2);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    for (unsigned k = 0; k < 200 && rows_seek_long(w->c, 10) >= 0; k++) {
        (void)ver_cleanup(w->f.inst.versions, 1000);
        os_sleep_ms(10);
    }
    assert_int_equal(rows_seek_long(w->c, 10), JET_errRecordNotFound);
    assert_counts(w, 1);
    assert_int_equal(rows_seek_long(w->c, 20), 0);
    assert_int_equal(get(w, C_REFS), 1);
}

static void one_session_two_cursors(void **state)
{
    struct world *w = *state;
    struct cursor *d;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &d), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(rows_seek_long(d, 10), 0);
    assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), 0);
    assert_int_equal(update_prepare(d, UPDATE_REPLACE), JET_errSessionWriteConflict);
    assert_int_equal(update_delete(d), JET_errSessionWriteConflict);
    assert_int_equal(update_cancel(w->c), 0);
    assert_int_equal(update_delete(d), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    cursor_close(d);
}

static void writers_conflict(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *d;
    int32_t value;

    assert_int_equal(put(w, 10, 1, "x"), 0);
    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(txn_begin(other, false), 0);
    assert_int_equal(rows_seek_long(d, 10), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(rows_seek_long(w->c, 10), 0);
    assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), 0);
    assert_int_equal(rows_set_long(w->c, w->ids[C_NUMBER], 55), 0);
    assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    assert_int_equal(update_prepare(d, UPDATE_REPLACE), JET_errWriteConflict);
    assert_int_equal(update_delete(d), JET_errWriteConflict);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(rows_get_long(d, w->ids[C_NUMBER], &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(update_delete(d), JET_errWriteConflict);
    assert_int_equal(txn_commit(other, 0), 0);
    assert_int_equal(rows_get_long(d, w->ids[C_NUMBER], &value), 0);
    assert_int_equal(value, 55);
    cursor_close(d);
    assert_int_equal(session_end(other), 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

#define BOTH(f) cmocka_unit_test_setup_teardown(f, setup, teardown), cmocka_unit_test_setup_teardown(f, setup_logged, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {BOTH(insert_replace_delete), BOTH(duplicates_and_null), BOTH(rollback_takes_all_back), BOTH(nested_levels),
                                       BOTH(long_values_follow_records), BOTH(key_moves_with_copy_delete), BOTH(escrow_commutes),
                                       BOTH(zero_deletes_the_record), BOTH(one_session_two_cursors), BOTH(writers_conflict)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
