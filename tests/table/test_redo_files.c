/* Records of newer engines that change the file as a whole: its end is cut off, ranges are trimmed, roots move. */
#include "case.h"

#include <stdio.h>

#include "admin/db_attach.h"
#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"
#include "store/buf.h"
#include "tree/space.h"

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, COLUMN_NOT_NULL, {NULL, 0}},
                                            {"tx", COLUMN_VARIABLE, COL_TEXT, 1252, 200, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}};

enum { PROCID = 900, ROWS = 2000 };

struct world { struct fixture f; uint8_t dbid; uint32_t ids[2]; char dir[256]; };

static const struct fixture_config how = {.page_size = 8192, .logged = true, .log_bytes = 1 << 20};

static int setup(void **state)
{
    static unsigned number;
    struct world *w = ese_alloc(sizeof *w);
    snprintf(w->dir, sizeof w->dir, "%s/files%u", reference_scratch(), number++);
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    ese_free(*state);
    return 0;
}

static struct db_file *db_of(struct world *w) { return w->f.inst.dbs[w->dbid]; }

static void append(struct world *w, const struct log_record *r)
{
    struct log_span span;
    assert_int_equal(log_append(w->f.inst.log, r, &span), 0);
}

static void begin(struct world *w)
{
    struct log_record r = {.type = LR_BEGIN0};
    r.head.procid = PROCID;
    r.u.begin.count = 1;
    r.u.begin.trx = 0x7000;
    append(w, &r);
}

static void commit(struct world *w)
{
    struct log_record r = {.type = LR_COMMIT0};
    r.head.procid = PROCID;
    r.u.commit.trx = 0x7000;
    append(w, &r);
}

static struct log_record head_of(struct world *w, uint8_t type, pgno page, dbtime before, dbtime after)
{
    struct log_record r = {.type = type};
    r.head.procid = PROCID;
    r.head.level = 1;
    r.head.trx_begin0 = 0x7000;
    r.head.dbid = w->dbid;
    r.head.page = page;
    r.head.before = before;
    r.head.after = after;
    return r;
}

/* A change of a page that was there when it was logged. */
static void change_page(struct world *w, pgno page)
{
    dbtime before = db_time_next(db_of(w));
    struct log_record r = head_of(w, LR_SET_EXTERNAL_HEADER, page, before, db_time_next(db_of(w)));
    begin(w);
    append(w, &r);
    commit(w);
}

static void range(struct world *w, uint8_t type, pgno first, uint32_t count)
{
    struct log_record r = {.type = type};
    r.head.dbid = w->dbid;
    r.u.file_range.first = first;
    r.u.file_range.count = count;
    r.u.file_range.time = db_time_now(db_of(w)).v;
    append(w, &r);
}

/* The process is killed; what recovery says. */
static ese_err crash_and_recover(struct world *w)
{
    ese_err err;
    assert_int_equal(log_flush_all(w->f.inst.log), 0);
    w->f.s = NULL;
    fixture_drop(&w->f);
    err = fixture_start(&w->f, w->dir, &how);
    if (err >= 0)
        assert_int_equal(fixture_attach(&w->f, "x.edb", false, &w->dbid), 0);
    return err;
}

static void the_end_of_the_file_is_cut_off_again(void **state)
{
    struct world *w = *state;
    pgno last = atomic_load(&db_of(w)->page_last);
    struct os_file_info info;
    char path[300];
    assert_int_equal(db_file_extend(db_of(w), last + 40), 0);
    change_page(w, last + 10);
    change_page(w, last + 10);
    change_page(w, last + 40);
    range(w, LR_SHRINK_DB3, last, 40);
    assert_int_equal(crash_and_recover(w), 0);
    assert_int_equal(atomic_load(&db_of(w)->page_last), last);
    snprintf(path, sizeof path, "%s/x.edb", w->dir);
    assert_int_equal(os_path_info(path, &info), 0);
    assert_int_equal(info.size, ((uint64_t)last + 2) * how.page_size);
    assert_int_equal(fixture_check(&w->f, w->dbid), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
}

static void a_cut_that_leaves_a_missing_page_unexplained_fails(void **state)
{
    struct world *w = *state;
    pgno last = atomic_load(&db_of(w)->page_last);
    assert_int_equal(db_file_extend(db_of(w), last + 40), 0);
    change_page(w, last + 10);
    range(w, LR_SHRINK_DB, last + 10, 30);
    assert_int_equal(crash_and_recover(w), JET_errDbTimeTooOld);
}

static void trimmed_pages_are_not_missed(void **state)
{
    struct world *w = *state;
    pgno last = atomic_load(&db_of(w)->page_last);
    struct log_record r = {.type = LR_NEW_PAGE};
    assert_int_equal(db_file_extend(db_of(w), last + 40), 0);
    change_page(w, last + 5);
    change_page(w, last + 10);
    change_page(w, last + 12);
    change_page(w, last + 20);
    range(w, LR_TRIM_DB, last + 10, 11);
    r.head.dbid = w->dbid;                              /* or made anew */
    r.head.procid = PROCID;
    r.u.new_page.page = last + 5;
    r.u.new_page.objid = 7;
    r.u.new_page.time = db_time_next(db_of(w));
    append(w, &r);
    assert_int_equal(crash_and_recover(w), 0);
    assert_int_equal(fixture_stop(&w->f), 0);
}

static void a_range_that_does_not_cover_a_trimmed_page_fails(void **state)
{
    struct world *w = *state;
    pgno last = atomic_load(&db_of(w)->page_last);
    assert_int_equal(db_file_extend(db_of(w), last + 40), 0);
    change_page(w, last + 21);
    range(w, LR_TRIM_DB, last + 10, 11);
    assert_int_equal(crash_and_recover(w), JET_errDbTimeTooOld);
}

/* ---- a root moves ---- */

static void fill(struct world *w, struct cursor *c)
{
    char text[150];
    assert_int_equal(txn_begin(w->f.s, false), 0);
    for (int id = 0; id < ROWS; id++) {
        memset(text, 'a' + id % 26, sizeof text);
        assert_int_equal(update_prepare(c, UPDATE_INSERT), 0);
        assert_int_equal(rows_set_long(c, w->ids[0], id), 0);
        assert_int_equal(rows_set(c, w->ids[1], text, sizeof text), 0);
        assert_int_equal(update_apply(c, NULL, 0, NULL), 0);
    }
    assert_int_equal(txn_commit(w->f.s, 0), 0);
}

static void move_page(struct world *w, pgno from, pgno to, uint32_t flags, dbtime time)
{
    struct buf_ref ref;
    struct log_record r;
    uint8_t *image = ese_alloc(how.page_size);
    assert_int_equal(buf_latch(db_of(w), from, LATCH_READ, &ref), 0);
    memcpy(image, ref.page.at, how.page_size);
    r = head_of(w, LR_PAGE_MOVE, from, page_dbtime(ref.page), time);
    r.u.page_move.fdp = page_is_root(ref.page) ? from : 0;
    r.u.page_move.objid = page_objid(ref.page);
    buf_unlatch(&ref);
    r.u.page_move.dest = to;
    r.u.page_move.left_before = r.u.page_move.right_before = r.u.page_move.parent_before = DBTIME_NONE;
    r.u.page_move.parent_line = -1;
    r.u.page_move.flags = flags;
    r.u.page_move.head_part = bytes_of(image, how.page_size);
    append(w, &r);
    ese_free(image);
}

static void a_root_moves_with_its_extent_trees(void **state)
{
    struct world *w = *state;
    struct cursor *c;
    struct btree *tree = ese_alloc(sizeof *tree);
    struct bt_pos *p = ese_alloc(sizeof *p);
    struct buf_ref ref;
    struct log_record r = {.type = LR_MACRO_BEGIN};
    dbtime time;
    pgno root, oe, to[3];
    unsigned count = 0;
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 2, w->ids, indexes, 1, &c), 0);
    fill(w, c);
    root = c->table->tree.root;
    assert_int_equal(txn_begin(w->f.s, false), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(space_get_page(&c->table->tree, &w->f.s->trx, 0, &to[i]), 0);
    assert_int_equal(txn_commit(w->f.s, 0), 0);
    assert_int_equal(buf_latch(db_of(w), root, LATCH_READ, &ref), 0);
    assert_int_equal(load_le32(page_external(ref.page).data + 8) & 1, 1);
    oe = load_le32(page_external(ref.page).data + 12);
    buf_unlatch(&ref);
    cursor_close(c);
    begin(w);
    time = db_time_next(db_of(w));
    r.head.procid = PROCID;
    r.u.macro.time = time;
    append(w, &r);
    r = (struct log_record){.type = LR_ROOT_PAGE_MOVE};
    r.head.procid = PROCID;
    r.head.dbid = w->dbid;
    r.u.root_move.time = time;
    append(w, &r);
    move_page(w, root, to[0], 1, time);
    move_page(w, oe, to[1], 2, time);
    move_page(w, oe + 1, to[2], 4, time);
    r = (struct log_record){.type = LR_MACRO_COMMIT};
    r.head.procid = PROCID;
    r.u.macro.time = time;
    append(w, &r);
    commit(w);
    assert_int_equal(crash_and_recover(w), 0);
    assert_int_equal(buf_latch(db_of(w), to[0], LATCH_READ, &ref), 0);
    assert_int_equal(load_le32(page_external(ref.page).data + 12), to[1]);
    buf_unlatch(&ref);
    assert_int_equal(buf_latch(db_of(w), to[2], LATCH_READ, &ref), 0);
    assert_true(page_is_root(ref.page));
    buf_unlatch(&ref);
    assert_int_equal(btree_open(tree, db_of(w), to[0]), 0);
    assert_int_equal(bt_pos_init(p, tree, &w->f.s->trx), 0);
    for (ese_err err = bt_first(p); err >= 0; err = bt_next(p))
        count++;
    assert_int_equal(count, ROWS);
    bt_pos_free(p);
    btree_release(tree);
    ese_free(p);
    ese_free(tree);
    assert_int_equal(fixture_stop(&w->f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_end_of_the_file_is_cut_off_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_that_leaves_a_missing_page_unexplained_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(trimmed_pages_are_not_missed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_range_that_does_not_cover_a_trimmed_page_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(a_root_moves_with_its_extent_trees, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
