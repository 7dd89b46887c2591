/* Schema changes take part in transactions: they come back, go away, and are seen by those who may see them. */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"
#include "table/catalog.h"
#include "walk.h"

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}}, {"a", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                            {"tx", COLUMN_VARIABLE, COL_TEXT, 1252, 50, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_a", "+a\0", 4, ROW_INDEX_PLAIN}};

struct world { struct fixture f; uint8_t dbid; uint32_t ids[3]; char dir[256]; };

static int begin(void **state, uint32_t page_size)
{
    static unsigned number;
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = page_size, .logged = true, .log_bytes = 256 << 10};

    snprintf(w->dir, sizeof w->dir, "%s/d%u", reference_scratch(), number++);
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    *state = w;
    return 0;
}

static int setup(void **state) { return begin(state, 4096); }
static int setup_large(void **state) { return begin(state, 32768); }

static int teardown(void **state)
{
    struct world *w = *state;
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
    return 0;
}

static struct cursor *make(struct world *w, const char *name)
{
    struct cursor *c;
    assert_int_equal(rows_create(w->f.s, w->dbid, name, columns, 3, w->ids, indexes, 2, &c), 0);
    return c;
}

static void put(struct cursor *c, const uint32_t *ids, int id, int a)
{
    assert_int_equal(update_prepare(c, UPDATE_INSERT), 0);
    assert_int_equal(rows_set_long(c, ids[0], id), 0);
    assert_int_equal(rows_set_long(c, ids[1], a), 0);
    assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
}

static unsigned entries(struct cursor *c, const char *index)
{
    unsigned n = 0;
    assert_int_equal(cursor_set_index(c, index, NULL, false, true, 1), 0);
    for (ese_err err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false))
        n++;
    return n;
}

static void created_table_survives_reopen(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "kept");
    struct fixture_config how = {.page_size = w->f.inst.page_size, .logged = true, .log_bytes = 256 << 10};

    for (int k = 0; k < 300; k++)
        put(c, w->ids, k, k % 10);
    cursor_close(c);
    assert_int_equal(fixture_stop(&w->f), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_attach(&w->f, "x.edb", false, &w->dbid), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "KEPT", &c), 0);
    assert_int_equal(entries(c, NULL), 300);
    assert_int_equal(entries(c, "ix_a"), 300);
    cursor_close(c);
}

static void names_are_unique(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t");
    struct table_create how = {.name = "T"};
    struct table_def *t;
    struct column_create column = {.place = COLUMN_FIXED, .name = "ID", .type = COL_LONG, .max_bytes = 4};
    uint32_t id;

    assert_int_equal(ddl_create_table(w->f.s, w->dbid, &how, &t), JET_errTableDuplicate);
    how.name = "a.b!c";
    assert_int_equal(ddl_create_table(w->f.s, w->dbid, &how, &t), JET_errInvalidName);
    how.name = "dens";
    how.density = 10;
    assert_int_equal(ddl_create_table(w->f.s, w->dbid, &how, &t), JET_errDensityInvalid);
    assert_int_equal(ddl_add_column(w->f.s, c->table, &column, &id), JET_errColumnDuplicate);
    assert_int_equal(rows_index(w->f.s, c->table, "PK", "+a\0", 4, ROW_INDEX_PLAIN), JET_errIndexDuplicate);
    assert_int_equal(rows_index(w->f.s, c->table, "i1", "+nosuch\0", 9, ROW_INDEX_PLAIN), JET_errColumnNotFound);
    assert_int_equal(rows_index(w->f.s, c->table, "i2", "a\0", 3, ROW_INDEX_PLAIN), JET_errIndexInvalidDef);
    assert_int_equal(rows_index(w->f.s, c->table, "pk2", "+a\0", 4, ROW_INDEX_PRIMARY), JET_errIndexHasPrimary);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "t"), JET_errTableInUse);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "nosuch"), JET_errObjectNotFound);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "MSysObjects"), JET_errCannotDeleteSystemTable);
    assert_int_equal(ddl_delete_column(w->f.s, c->table, "id"), JET_errColumnInUse);
    assert_int_equal(ddl_delete_index(w->f.s, c->table, "pk"), JET_errIndexMustStay);
    cursor_close(c);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "t"), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), JET_errObjectNotFound);
}

static void creation_rolls_back(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *c, *d;

    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    c = make(w, "gone");
    for (int k = 0; k < 200; k++)
        put(c, w->ids, k, k);
    assert_int_equal(rows_open(other, w->dbid, "gone", &d), JET_errObjectNotFound);
    cursor_close(c);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "gone", &c), JET_errObjectNotFound);
    c = make(w, "gone");
    put(c, w->ids, 1, 1);
    assert_int_equal(rows_open(other, w->dbid, "gone", &d), 0);
    assert_int_equal(entries(d, NULL), 1);
    cursor_close(d);
    cursor_close(c);
    assert_int_equal(session_end(other), 0);
}

static void deletion_rolls_back(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *c = make(w, "t"), *d;

    for (int k = 0; k < 100; k++)
        put(c, w->ids, k, k);
    cursor_close(c);
    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "t"), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), JET_errObjectNotFound);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), JET_errTableLocked);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(entries(d, "ix_a"), 100);
    cursor_close(d);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_delete_table(w->f.s, w->dbid, "t"), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), JET_errObjectNotFound);
    c = make(w, "t");
    assert_int_equal(entries(c, NULL), 0);
    cursor_close(c);
    assert_int_equal(session_end(other), 0);
}

static void index_is_built_and_rolls_back(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t");
    struct index_def *i;

    for (int k = 0; k < 2000; k++)
        put(c, w->ids, k, k % 100);
    assert_int_equal(rows_index(w->f.s, c->table, "u", "+a\0", 4, ROW_INDEX_PLAIN | INDEX_UNIQUE), JET_errKeyDuplicate);
    assert_int_equal(schema_find_index(w->f.s, c->table, "u", &i), JET_errIndexNotFound);
    assert_int_equal(rows_index(w->f.s, c->table, "n", "+tx\0", 5, INDEX_NO_NULL), JET_errNullKeyDisallowed);
    assert_int_equal(rows_index(w->f.s, c->table, "ix_ida", "-a\0+id\0", 8, ROW_INDEX_PLAIN), 0);
    assert_int_equal(entries(c, "ix_ida"), 2000);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(rows_index(w->f.s, c->table, "late", "+a\0-id\0", 8, ROW_INDEX_PLAIN), 0);
    put(c, w->ids, 5000, 7);
    assert_int_equal(entries(c, "late"), 2001);
    assert_int_equal(cursor_set_index(c, NULL, NULL, false, true, 1), 0);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(schema_find_index(w->f.s, c->table, "late", &i), JET_errIndexNotFound);
    assert_int_equal(entries(c, "ix_ida"), 2000);
    assert_int_equal(rows_index(w->f.s, c->table, "late", "+a\0-id\0", 8, ROW_INDEX_PLAIN), 0);
    assert_int_equal(ddl_delete_index(w->f.s, c->table, "ix_ida"), 0);
    assert_int_equal(cursor_move(c, MOVE_FIRST, false), 0);
    assert_null(c->index);
    put(c, w->ids, 5001, 7);
    assert_int_equal(entries(c, "late"), 2001);
    cursor_close(c);
}

static void columns_come_and_go(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t");
    static const uint8_t nine[4] = {9, 0, 0, 0};
    struct column_create how = {.place = COLUMN_FIXED, .name = "b", .type = COL_LONG, .max_bytes = 4, .default_value = {nine, 4}};
    uint32_t b, gone;
    int32_t value;

    put(c, w->ids, 1, 1);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_add_column(w->f.s, c->table, &how, &gone), 0);
    assert_int_equal(rows_seek_long(c, 1), 0);
    assert_int_equal(rows_get_long(c, gone, &value), 0);
    assert_int_equal(value, 9);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_null(schema_column(c->table, gone));
    how.name = "c";
    assert_int_equal(ddl_add_column(w->f.s, c->table, &how, &b), 0);
    assert_int_equal(b, gone);
    put(c, w->ids, 2, 2);
    assert_int_equal(rows_seek_long(c, 1), 0);
    assert_int_equal(rows_get_long(c, b, &value), 0);
    assert_int_equal(value, 9);
    assert_int_equal(update_prepare(c, UPDATE_REPLACE), 0);
    assert_int_equal(rows_set_long(c, b, 10), 0);
    assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
    assert_int_equal(rows_get_long(c, b, &value), 0);
    assert_int_equal(value, 10);
    assert_int_equal(ddl_rename_column(w->f.s, c->table, "c", "id"), JET_errKeyDuplicate);
    assert_int_equal(ddl_rename_column(w->f.s, c->table, "c", "d"), 0);
    assert_int_equal(ddl_delete_column(w->f.s, c->table, "d"), 0);
    assert_int_equal(rows_get_long(c, b, &value), JET_errColumnNotFound);
    assert_int_equal(ddl_delete_column(w->f.s, c->table, "d"), JET_errColumnNotFound);
    how.name = "e";
    assert_int_equal(ddl_add_column(w->f.s, c->table, &how, &b), 0);
    assert_int_not_equal(b, gone);
    assert_int_equal(rows_seek_long(c, 1), 0);
    assert_int_equal(rows_get_long(c, b, &value), 0);
    assert_int_equal(value, 9);
    cursor_close(c);
}

static void two_sessions_add_columns(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *c = make(w, "t"), *d;
    static const uint8_t nine[4] = {9, 0, 0, 0};
    struct column_create how = {.place = COLUMN_FIXED, .name = "b", .type = COL_LONG, .max_bytes = 4, .default_value = {nine, 4}};
    uint32_t mine, theirs, later;
    int32_t value;

    put(c, w->ids, 1, 1);
    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(txn_begin(other, false), 0);
    assert_int_equal(ddl_add_column(w->f.s, c->table, &how, &mine), 0);
    assert_int_equal(ddl_add_column(other, c->table, &how, &theirs), JET_errColumnDuplicate);
    how.name = "b2";
    assert_int_equal(ddl_add_column(other, c->table, &how, &theirs), 0);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(txn_commit(other, 0), 0);
    assert_int_equal(rows_seek_long(c, 1), 0);
    assert_int_equal(rows_get_long(c, mine, &value), JET_errColumnNotFound);
    assert_int_equal(rows_get_long(c, theirs, &value), 0);
    assert_int_equal(value, 9);
    put(c, w->ids, 2, 2);
    assert_int_equal(rows_seek_long(c, 2), 0);
    assert_int_equal(rows_get_long(c, theirs, &value), 0);
    assert_int_equal(value, 9);
    cursor_close(c);
    cursor_close(d);
    assert_int_equal(session_end(other), 0);
    /* Read back from the catalog, where the id in between is missing. */
    assert_int_equal(fixture_stop(&w->f), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &(struct fixture_config){.page_size = w->f.inst.page_size, .logged = true, .log_bytes = 256 << 10}), 0);
    assert_int_equal(fixture_attach(&w->f, "x.edb", false, &w->dbid), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), 0);
    put(c, w->ids, 3, 3);
    assert_int_equal(rows_seek_long(c, 3), 0);
    assert_int_equal(rows_get_long(c, theirs, &value), 0);
    assert_int_equal(value, 9);
    how.name = "b3";
    assert_int_equal(ddl_add_column(w->f.s, c->table, &how, &later), 0);
    assert_int_equal(update_prepare(c, UPDATE_REPLACE), 0);
    assert_int_equal(rows_set_long(c, later, 11), 0);
    assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
    assert_int_equal(rows_get_long(c, later, &value), 0);
    assert_int_equal(value, 11);
    assert_int_equal(rows_get_long(c, theirs, &value), 0);
    assert_int_equal(value, 9);
    cursor_close(c);
}

/* A transaction sees the columns, the indexes and the tables that were there when it began, whatever others commit meanwhile. */
static void schema_is_seen_as_of_the_begin(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t"), *o;
    struct session *s = w->f.s, *other;
    struct column_def *found;
    struct index_def *index;
    struct column_create how = {.place = COLUMN_TAGGED, .name = "extra", .type = COL_LONG, .max_bytes = 4};
    struct cursor *late;
    struct table_def *t;
    uint32_t id, ids[3];
    int32_t value = 0;

    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    put(c, w->ids, 1, 10);
    assert_int_equal(rows_open(other, w->dbid, "t", &o), 0);
    assert_int_equal(txn_begin(other, true), 0);
    assert_int_equal(ddl_add_column(s, c->table, &how, &id), 0);
    assert_int_equal(rows_index(s, c->table, "late", "-a\0", 4, ROW_INDEX_PLAIN), 0);
    assert_int_equal(rows_create(s, w->dbid, "u", columns, 3, ids, indexes, 2, &late), 0);
    cursor_close(late);
    assert_int_equal(schema_find_column(other, o->table, "extra", &found), JET_errColumnNotFound);
    assert_int_equal(schema_find_index(other, o->table, "late", &index), JET_errIndexNotFound);
    assert_int_equal(schema_open_table(other, w->dbid, "u", &t), JET_errObjectNotFound);
    assert_int_equal(schema_find_column(s, c->table, "extra", &found), 0);
    assert_int_equal(txn_commit(other, 0), 0);
    assert_int_equal(schema_find_column(other, o->table, "extra", &found), 0);

    assert_int_equal(txn_begin(other, true), 0);
    assert_int_equal(cursor_move(o, MOVE_FIRST, false), 0);
    assert_int_equal(ddl_delete_index(s, c->table, "late"), 0);
    assert_int_equal(ddl_delete_index(s, c->table, "ix_a"), 0);
    assert_int_equal(ddl_delete_column(s, c->table, "a"), 0);
    assert_int_equal(ddl_delete_table(s, w->dbid, "u"), 0);
    assert_int_equal(schema_find_column(s, c->table, "a", &found), JET_errColumnNotFound);
    assert_int_equal(schema_find_column(other, o->table, "a", &found), 0);
    assert_int_equal(rows_get_long(o, w->ids[1], &value), 0);
    assert_int_equal(value, 10);
    assert_int_equal(schema_open_table(other, w->dbid, "u", &t), JET_errTableLocked);
    assert_int_equal(schema_open_table(s, w->dbid, "u", &t), JET_errObjectNotFound);
    assert_int_equal(txn_commit(other, 0), 0);
    assert_int_equal(schema_find_column(other, o->table, "a", &found), JET_errColumnNotFound);
    assert_int_equal(rows_get_long(o, w->ids[1], &value), JET_errColumnNotFound);
    cursor_close(o);
    cursor_close(c);
    assert_int_equal(session_end(other), 0);
}

/* A change that is rolled back by hand of a column that others still see leaves it to all. */
static void deleted_columns_come_back(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t");
    struct session *other;
    struct column_def *found;

    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_delete_column(w->f.s, c->table, "tx"), 0);
    assert_int_equal(schema_find_column(w->f.s, c->table, "tx", &found), JET_errColumnNotFound);
    assert_int_equal(schema_find_column(other, c->table, "tx", &found), 0);
    assert_int_equal(ddl_delete_column(other, c->table, "tx"), JET_errWriteConflict);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(schema_find_column(w->f.s, c->table, "tx", &found), 0);
    cursor_close(c);
    assert_int_equal(session_end(other), 0);
}

static void tables_are_renamed(void **state)
{
    struct world *w = *state;
    struct cursor *c = make(w, "t");

    put(c, w->ids, 1, 1);
    cursor_close(c);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_rename_table(w->f.s, w->dbid, "t", "t2"), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), JET_errObjectNotFound);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), 0);
    cursor_close(c);
    assert_int_equal(ddl_rename_table(w->f.s, w->dbid, "t", "t2"), 0);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &c), JET_errObjectNotFound);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t2", &c), 0);
    assert_int_equal(entries(c, NULL), 1);
    cursor_close(c);
}

static void derived_tables_have_the_templates_columns(void **state)
{
    struct world *w = *state;
    struct table_create base = {.name = "base", .flags = TABLE_TEMPLATE | TABLE_FIXED_DDL}, how = {.name = "one", .template_name = "base"};
    struct table_def *t, *d;
    struct column_create column = {.place = COLUMN_FIXED, .name = "id", .type = COL_LONG, .max_bytes = 4, .flags = COLUMN_NOT_NULL};
    uint32_t id, own, text;
    struct cursor *c;
    int32_t value;

    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(ddl_create_table(w->f.s, w->dbid, &base, &t), 0);
    assert_int_equal(ddl_add_column(w->f.s, t, &column, &id), 0);
    column = (struct column_create){.place = COLUMN_TAGGED, .name = "tag", .type = COL_LONG, .max_bytes = 4};
    assert_int_equal(ddl_add_column(w->f.s, t, &column, &text), 0);
    assert_int_equal(rows_index(w->f.s, t, "pk", "+id\0", 5, ROW_INDEX_PRIMARY), 0);
    assert_int_equal(rows_index(w->f.s, t, "ix_tag", "+tag\0", 6, ROW_INDEX_PLAIN), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(ddl_add_column(w->f.s, t, &column, &own), JET_errFixedDDL);
    schema_close_table(t);
    assert_int_equal(ddl_create_table(w->f.s, w->dbid, &how, &d), 0);
    column = (struct column_create){.place = COLUMN_TAGGED, .name = "own", .type = COL_LONG, .max_bytes = 4};
    assert_int_equal(ddl_add_column(w->f.s, d, &column, &own), 0);
    assert_int_equal(own, 256);
    assert_int_equal(text, 256 | COLUMNID_TEMPLATE);
    assert_int_equal(cursor_open(w->f.s, d, &c), 0);
    for (int k = 0; k < 20; k++) {
        assert_int_equal(update_prepare(c, UPDATE_INSERT), 0);
        assert_int_equal(rows_set_long(c, id, k), 0);
        assert_int_equal(rows_set_long(c, text, 100 - k), 0);
        assert_int_equal(rows_set_long(c, own, k * k), 0);
        assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
    }
    assert_int_equal(entries(c, "ix_tag"), 20);
    assert_int_equal(cursor_move(c, MOVE_FIRST, false), 0);
    assert_int_equal(rows_get_long(c, own, &value), 0);
    assert_int_equal(value, 19 * 19);
    cursor_close(c);
}

static void table_locks_hold(void **state)
{
    struct world *w = *state;
    struct session *other;
    struct cursor *c = make(w, "t"), *d;

    assert_int_equal(session_begin(&w->f.inst, &other), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(cursor_restrict(d, false, false, true), JET_errTableInUse);
    assert_int_equal(cursor_restrict(d, false, false, false), 0);
    cursor_close(d);
    assert_int_equal(cursor_restrict(c, false, true, false), 0);
    assert_int_equal(rows_open(other, w->dbid, "t", &d), 0);
    assert_int_equal(cursor_restrict(d, false, false, false), JET_errTableLocked);
    cursor_close(d);
    assert_int_equal(ddl_delete_table(other, w->dbid, "t"), JET_errTableLocked);
    cursor_close(c);
    assert_int_equal(session_end(other), 0);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

#define BOTH(f) cmocka_unit_test_setup_teardown(f, setup, teardown), cmocka_unit_test_setup_teardown(f, setup_large, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {BOTH(created_table_survives_reopen), BOTH(names_are_unique), BOTH(creation_rolls_back), BOTH(deletion_rolls_back),
                                       BOTH(index_is_built_and_rolls_back), BOTH(columns_come_and_go), BOTH(two_sessions_add_columns),
                                       BOTH(schema_is_seen_as_of_the_begin), BOTH(deleted_columns_come_back),
        BOTH(tables_are_renamed),
                                       BOTH(derived_tables_have_the_templates_columns), BOTH(table_locks_hold)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
