/* The process is killed after any step of a list of schema changes: recovery leaves what was committed, and the checker agrees. */
#include "case.h"

#include <stdio.h>

#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"
#include "walk.h"

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}}, {"a", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}},
                                            {"lb", COLUMN_TAGGED, COL_LONG_BINARY, 0, 0, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_a", "+a\0", 4, ROW_INDEX_PLAIN}};

struct run { struct fixture f; uint8_t dbid; uint32_t ids[3]; struct cursor *c; char committed[4000], now[4000]; };

enum { STEPS = 24, ROWS = 40 };

static ese_err fill(struct run *r, int first)
{
    static uint8_t value[6000];
    ese_err err = 0;

    for (int k = first; k < first + ROWS; k++) {
        memset(value, k, sizeof value);
        TRY(update_prepare(r->c, UPDATE_INSERT));
        TRY(rows_set_long(r->c, r->ids[0], k));
        TRY(rows_set_long(r->c, r->ids[1], k % 7));
        if (k % 4 == 0)
            TRY(rows_set(r->c, r->ids[2], value, sizeof value));
        TRY(update_apply(r->c, NULL, 0, NULL));
    }
done:
    return err;
}

static ese_err fill_apart(struct run *r, int first)
{
    ese_err err = 0;
    TRY(txn_begin(r->f.s, false));
    TRY(fill(r, first));
    TRY(txn_commit(r->f.s, 0));
done:
    return err;
}

static ese_err remove_some(struct run *r, int first)
{
    ese_err err = 0;
    for (int k = first; k < first + ROWS; k += 3) {
        TRY(rows_seek_long(r->c, k));
        TRY(update_delete(r->c));
    }
done:
    return err;
}

static ese_err create(struct run *r, const char *name)
{
    if (r->c != NULL)
        cursor_close(r->c);
    r->c = NULL;
    return rows_create(r->f.s, r->dbid, name, columns, 3, r->ids, indexes, 2, &r->c);
}

static ese_err leave(struct run *r)
{
    if (r->c != NULL)
        cursor_close(r->c);
    r->c = NULL;
    return 0;
}

static ese_err enter(struct run *r, const char *name)
{
    (void)leave(r);
    return rows_open(r->f.s, r->dbid, name, &r->c);
}

static ese_err add_column(struct run *r, const char *name)
{
    struct column_create how = {.place = COLUMN_FIXED, .name = name, .type = COL_LONG, .max_bytes = 4};
    uint32_t id;
    return ddl_add_column(r->f.s, r->c->table, &how, &id);
}

static ese_err play(struct run *r, unsigned step)
{
    struct session *s = r->f.s;

    switch (step) {
    case 0: return txn_begin(s, false);
    case 1: return create(r, "one");
    case 2: return fill(r, 0);
    case 3: return txn_commit(s, 0);
    case 4: return rows_index(s, r->c->table, "late", "-a\0+id\0", 8, ROW_INDEX_PLAIN);
    case 5: return txn_begin(s, false);
    case 6: return add_column(r, "extra");
    case 7: return rows_index(s, r->c->table, "later", "+extra\0", 8, ROW_INDEX_PLAIN);
    case 8: return fill(r, 100);
    case 9: return remove_some(r, 0);
    case 10: return leave(r) < 0 ? -1 : txn_rollback(s);
    case 11: return enter(r, "one");
    case 12: return txn_begin(s, false);
    case 13: return ddl_delete_index(s, r->c->table, "late");
    case 14: return fill(r, 200);
    case 15: return ddl_rename_column(s, r->c->table, "a", "b");
    case 16: return txn_commit(s, 0);
    case 17: return create(r, "two");
    case 18: return fill_apart(r, 0);
    case 19: return txn_begin(s, false);
    case 20: return leave(r) < 0 ? -1 : ddl_delete_table(s, r->dbid, "one");
    case 21: return create(r, "three");
    case 22: return fill(r, 0);
    default: return leave(r) < 0 ? -1 : txn_commit(s, 0);
    }
}

/* Names, columns, indexes, counts of all tables as one text. */
static void describe(struct run *r, char *to, size_t room)
{
    struct walk_text text = {0};
    assert_int_equal(walk_schema(r->f.s, r->dbid, &text), 0);
    snprintf(to, room, "%s", text.data);
    walk_free(&text);
}

static void start(struct run *r, const char *dir, bool fresh)
{
    struct fixture_config how = {.page_size = 4096, .logged = true, .log_bytes = 256 << 10};
    assert_int_equal(fixture_start(&r->f, dir, &how), 0);
    if (fresh)
        assert_int_equal(fixture_create(&r->f, "x.edb", &r->dbid), 0);
    else
        assert_int_equal(fixture_attach(&r->f, "x.edb", false, &r->dbid), 0);
}

static void killed_after(unsigned last)
{
    struct run *r = ese_alloc(sizeof *r);
    char dir[300];

    snprintf(dir, sizeof dir, "%s/k%u", reference_scratch(), last);
    assert_int_equal(os_dir_create(dir), 0);
    start(r, dir, true);
    describe(r, r->committed, sizeof r->committed);
    for (unsigned step = 0; step <= last; step++) {
        ese_err err = play(r, step);
        if (err < 0)
            fail_msg("step %u: %d", step, err);
        if (r->f.s->trx.level == 0)
            describe(r, r->committed, sizeof r->committed);
    }
    (void)leave(r);
    assert_int_equal(log_flush_all(r->f.inst.log), 0);
    fixture_drop(&r->f);
    start(r, dir, false);
    describe(r, r->now, sizeof r->now);
    assert_string_equal(r->now, r->committed);
    assert_int_equal(fixture_check(&r->f, r->dbid), 0);
    assert_int_equal(fixture_stop(&r->f), 0);
    ese_free(r);
}

static void every_step(void **state)
{
    (void)state;
    for (unsigned last = 0; last < STEPS; last++) {
        print_message("killed after step %u\n", last);
        killed_after(last);
    }
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_step)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
