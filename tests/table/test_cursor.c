/* Where a cursor stands after each call: the observed sequences cur-move, cur-seek, cur-range, cur-bookmark, key-make, cur-position. */
#include "case.h"

#include <stdio.h>

#include "engine_fixture.h"
#include "reference.h"
#include "rows.h"

enum { K_NEW = 1, K_STR = 2, K_SUBSTR = 4, K_NORMALISED = 8, K_ZERO = 0x10, K_PARTIAL_START = 0x400 };

static const struct row_column columns[] = {{"id", COLUMN_FIXED, COL_LONG, 0, 4, 0, {NULL, 0}}, {"tx", COLUMN_VARIABLE, COL_TEXT, 1252, 50, 0, {NULL, 0}}};
static const struct row_index indexes[] = {{"pk", "+id\0", 5, ROW_INDEX_PRIMARY}, {"ix_tx", "+tx\0", 5, ROW_INDEX_PLAIN}};

struct world { struct fixture f; uint8_t dbid; uint32_t ids[2]; struct cursor *c; char dir[256]; };

static int setup(void **state)
{
    static unsigned number;
    struct world *w = ese_alloc(sizeof *w);
    struct fixture_config how = {.page_size = 4096};

    snprintf(w->dir, sizeof w->dir, "%s/c%u", reference_scratch(), number++);
    assert_int_equal(os_dir_create(w->dir), 0);
    assert_int_equal(fixture_start(&w->f, w->dir, &how), 0);
    assert_int_equal(fixture_create(&w->f, "x.edb", &w->dbid), 0);
    assert_int_equal(rows_create(w->f.s, w->dbid, "t", columns, 2, w->ids, indexes, 2, &w->c), 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    cursor_close(w->c);
    assert_int_equal(fixture_stop(&w->f), 0);
    ese_free(w);
    return 0;
}

static void fill(struct world *w, int rows)
{
    for (int k = 1; k <= rows; k++) {
        char text[16];
        snprintf(text, sizeof text, "row%03d", k);
        assert_int_equal(update_prepare(w->c, UPDATE_INSERT), 0);
        assert_int_equal(rows_set_long(w->c, w->ids[0], k * 10), 0);
        assert_int_equal(rows_set(w->c, w->ids[1], text, 6), 0);
        assert_int_equal(update_apply(w->c, NULL, 0, NULL), 0);
    }
}

/* The id of the current record, or the error of reading it. */
static int at(struct world *w)
{
    int32_t value;
    ese_err err = rows_get_long(w->c, w->ids[0], &value);
    return err != 0 ? err : value;
}

static ese_err key(struct world *w, int32_t value, uint32_t grbit)
{
    uint8_t raw[4];
    store_le32(raw, (uint32_t)value);
    return cursor_make_key(w->c, bytes_of(raw, 4), grbit);
}

static ese_err seek(struct world *w, int32_t value, enum seek_how how, bool *exact)
{
    assert_int_equal(key(w, value, K_NEW), 0);
    return cursor_seek(w->c, how, exact);
}

static void moves_over_nothing(void **state)
{
    struct world *w = *state;
    uint8_t bm[16];
    size_t size;
    uint64_t n;

    assert_int_equal(cursor_move(w->c, MOVE_FIRST, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, MOVE_LAST, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, 0, false), JET_errNoCurrentRecord);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(cursor_get_bookmark(w->c, bm, sizeof bm, &size), JET_errNoCurrentRecord);
    assert_int_equal(update_delete(w->c), JET_errNoCurrentRecord);
    assert_int_equal(update_prepare(w->c, UPDATE_REPLACE), JET_errNoCurrentRecord);
    assert_int_equal(cursor_count(w->c, 0, &n), JET_errNoCurrentRecord);
    assert_int_equal(seek(w, 1, SEEK_EQ, NULL), JET_errRecordNotFound);
    assert_int_equal(cursor_seek(w->c, SEEK_GE, NULL), JET_errKeyNotMade);
    assert_int_equal(seek(w, 1, SEEK_LE, NULL), JET_errRecordNotFound);
}

static void moves(void **state)
{
    struct world *w = *state;
    uint8_t bm[16];
    size_t size;

    fill(w, 3);
    assert_int_equal(cursor_move(w->c, MOVE_FIRST, false), 0);
    assert_int_equal(cursor_move(w->c, -1, false), JET_errNoCurrentRecord);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 10);
    assert_int_equal(cursor_move(w->c, MOVE_LAST, false), 0);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(update_delete(w->c), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_move(w->c, MOVE_FIRST, false), 0);
    assert_int_equal(cursor_move(w->c, 2, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_move(w->c, 5, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -2, false), 0);
    assert_int_equal(at(w), 20);
    assert_int_equal(cursor_move(w->c, 0, false), 0);
    assert_int_equal(seek(w, 20, SEEK_EQ, NULL), 0);
    assert_int_equal(txn_begin(w->f.s, false), 0);
    assert_int_equal(update_delete(w->c), 0);
    assert_int_equal(at(w), JET_errRecordDeleted);
    assert_int_equal(update_delete(w->c), JET_errRecordDeleted);
    assert_int_equal(cursor_get_bookmark(w->c, bm, sizeof bm, &size), 0);
    assert_int_equal(cursor_move(w->c, 0, false), JET_errRecordDeleted);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(at(w), 10);
    assert_int_equal(txn_rollback(w->f.s), 0);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, size)), 0);
    assert_int_equal(at(w), 20);
    assert_int_equal(cursor_move(w->c, 1, true), 0);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
}

static void seeks(void **state)
{
    struct world *w = *state;
    bool exact, unique;

    fill(w, 3);
    assert_int_equal(cursor_seek(w->c, SEEK_EQ, NULL), JET_errKeyNotMade);
    assert_int_equal(seek(w, 20, SEEK_EQ, NULL), 0);
    assert_int_equal(at(w), 20);
    assert_int_equal(seek(w, 25, SEEK_EQ, NULL), JET_errRecordNotFound);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(seek(w, 25, SEEK_EQ, NULL), JET_errRecordNotFound);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(at(w), 20);
    assert_int_equal(seek(w, 25, SEEK_GE, &exact), 0);
    assert_false(exact);
    assert_int_equal(at(w), 30);
    assert_int_equal(seek(w, 20, SEEK_GE, &exact), 0);
    assert_true(exact);
    assert_int_equal(seek(w, 20, SEEK_GT, NULL), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(seek(w, 30, SEEK_GT, NULL), JET_errRecordNotFound);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(seek(w, 35, SEEK_GE, NULL), JET_errRecordNotFound);
    assert_int_equal(seek(w, 25, SEEK_LE, &exact), 0);
    assert_false(exact);
    assert_int_equal(at(w), 20);
    assert_int_equal(seek(w, 20, SEEK_LE, &exact), 0);
    assert_true(exact);
    assert_int_equal(seek(w, 20, SEEK_LT, NULL), 0);
    assert_int_equal(at(w), 10);
    assert_int_equal(seek(w, 10, SEEK_LT, NULL), JET_errRecordNotFound);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 10);
    assert_int_equal(seek(w, 5, SEEK_LE, NULL), JET_errRecordNotFound);
    assert_int_equal(seek(w, 20, SEEK_EQ, NULL), 0);
    assert_int_equal(cursor_range_of_seek(w->c), 0);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(seek(w, 20, SEEK_EQ, NULL), 0);
    assert_int_equal(cursor_key_is_unique(w->c, &unique), 0);
    assert_true(unique);
    assert_int_equal(cursor_set_index(w->c, "ix_tx", NULL, false, true, 1), 0);
    assert_int_equal(cursor_make_key(w->c, bytes_of("row001", 6), K_NEW), 0);
    assert_int_equal(cursor_seek(w->c, SEEK_EQ, NULL), 0);
    assert_int_equal(cursor_key_is_unique(w->c, &unique), 0);
    assert_true(unique);
}

static ese_err upper(struct world *w, int32_t limit, bool inclusive)
{
    assert_int_equal(key(w, limit, K_NEW), 0);
    return cursor_set_range(w->c, inclusive, true, false, false);
}

static void ranges(void **state)
{
    struct world *w = *state;
    uint64_t n;

    fill(w, 5);
    assert_int_equal(cursor_set_range(w->c, false, true, false, false), JET_errKeyNotMade);
    assert_int_equal(upper(w, 30, false), 0);
    assert_int_equal(cursor_move(w->c, MOVE_LAST, false), 0);
    assert_int_equal(at(w), 50);
    assert_int_equal(cursor_set_range(w->c, false, false, true, false), JET_errInvalidOperation);
    assert_int_equal(seek(w, 10, SEEK_EQ, NULL), 0);
    assert_int_equal(upper(w, 30, true), 0);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(at(w), 50);
    assert_int_equal(seek(w, 10, SEEK_EQ, NULL), 0);
    assert_int_equal(upper(w, 30, false), 0);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(cursor_move(w->c, 1, false), JET_errNoCurrentRecord);
    assert_int_equal(seek(w, 40, SEEK_EQ, NULL), 0);
    assert_int_equal(upper(w, 30, false), JET_errNoCurrentRecord);
    assert_int_equal(at(w), JET_errNoCurrentRecord);
    assert_int_equal(seek(w, 40, SEEK_EQ, NULL), 0);
    assert_int_equal(key(w, 20, K_NEW), 0);
    assert_int_equal(cursor_set_range(w->c, true, false, false, false), 0);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(cursor_move(w->c, -1, false), 0);
    assert_int_equal(cursor_move(w->c, -1, false), JET_errNoCurrentRecord);
    assert_int_equal(cursor_move(w->c, MOVE_FIRST, false), 0);
    assert_int_equal(upper(w, 30, false), 0);
    assert_int_equal(cursor_count(w->c, 0, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(cursor_move(w->c, MOVE_FIRST, false), 0);
    assert_int_equal(cursor_count(w->c, 2, &n), 0);
    assert_int_equal(n, 2);
}

static void bookmarks(void **state)
{
    struct world *w = *state;
    uint8_t bm[16], sk[32], sb[32];
    size_t size, sk_size, sb_size;

    fill(w, 3);
    assert_int_equal(seek(w, 20, SEEK_EQ, NULL), 0);
    assert_int_equal(cursor_get_bookmark(w->c, bm, sizeof bm, &size), 0);
    assert_int_equal(size, 5);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, 0)), JET_errInvalidBookmark);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, 2)), JET_errRecordDeleted);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of("garbage garbage", 15)), JET_errRecordDeleted);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, size)), 0);
    assert_int_equal(at(w), 20);
    assert_int_equal(update_delete(w->c), 0);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, size)), JET_errRecordDeleted);
    assert_int_equal(at(w), JET_errRecordDeleted);
    assert_int_equal(cursor_move(w->c, 1, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_get_bookmark(w->c, bm, sizeof bm, &size), 0);
    assert_int_equal(cursor_set_index(w->c, "ix_tx", NULL, false, true, 1), 0);
    assert_int_equal(cursor_goto_bookmark(w->c, bytes_of(bm, size)), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_get_secondary_bookmark(w->c, sk, sizeof sk, &sk_size, sb, sizeof sb, &sb_size), 0);
    assert_int_equal(sk_size, 8);
    assert_int_equal(sb_size, 5);
    assert_int_equal(cursor_goto_secondary_bookmark(w->c, bytes_of(sk, sk_size), bytes_of(sb, sb_size)), 0);
    assert_int_equal(cursor_goto_secondary_bookmark(w->c, bytes_of(sk, 2), bytes_of(sb, sb_size)), JET_errRecordDeleted);
    assert_int_equal(cursor_set_index(w->c, NULL, NULL, false, true, 1), 0);
    assert_int_equal(cursor_goto_secondary_bookmark(w->c, bytes_of(sk, sk_size), bytes_of(sb, sb_size)), JET_errNoCurrentIndex);
}

static void keys(void **state)
{
    struct world *w = *state;
    uint8_t b[300] = {0};
    size_t size;
    bool exact;

    fill(w, 3);
    assert_int_equal(key(w, 1, 0), JET_errKeyNotMade);
    assert_int_equal(key(w, 1, K_NEW), 0);
    assert_int_equal(key(w, 1, 0), JET_errKeyIsMade);
    assert_int_equal(cursor_make_key(w->c, bytes_of(b, 2), K_NEW), JET_errInvalidBufferSize);
    assert_int_equal(cursor_make_key(w->c, bytes_of(b, 8), K_NEW), JET_errInvalidBufferSize);
    assert_int_equal(cursor_make_key(w->c, BYTES_NONE, K_NEW), 0);
    assert_int_equal(cursor_make_key(w->c, bytes_of(b, 0), K_NEW | K_ZERO), JET_errInvalidBufferSize);
    assert_int_equal(key(w, 1, K_NEW | K_STR), 0);
    assert_int_equal(key(w, 1, K_NEW | K_SUBSTR), 0);
    assert_int_equal(cursor_make_key(w->c, bytes_of("\x7f\x80\0\0\1", 5), K_NORMALISED), 0);
    assert_int_equal(cursor_make_key(w->c, bytes_of(b, 300), K_NORMALISED), JET_errInvalidParameter);
    assert_int_equal(key(w, 1, 0), JET_errKeyIsMade);
    assert_int_equal(key(w, 1, K_NEW | K_PARTIAL_START), JET_errInvalidGrbit);
    assert_int_equal(key(w, 1, K_NEW), 0);
    assert_int_equal(cursor_retrieve_key(w->c, true, b, sizeof b, &size), 0);
    assert_int_equal(size, 5);
    assert_int_equal(cursor_set_index(w->c, "ix_tx", NULL, false, true, 1), 0);
    assert_int_equal(cursor_retrieve_key(w->c, true, b, sizeof b, &size), JET_errKeyNotMade);
    assert_int_equal(cursor_make_key(w->c, bytes_of("row", 3), K_NEW | K_SUBSTR), 0);
    assert_int_equal(cursor_seek(w->c, SEEK_EQ, NULL), JET_errRecordNotFound);
    assert_int_equal(cursor_make_key(w->c, bytes_of("row", 3), K_NEW | K_PARTIAL_START), 0);
    assert_int_equal(cursor_seek(w->c, SEEK_GE, &exact), 0);
    assert_false(exact);
    assert_int_equal(at(w), 10);
    assert_int_equal(cursor_make_key(w->c, bytes_of("row", 3), K_NEW | K_SUBSTR), 0);
    assert_int_equal(cursor_set_range(w->c, true, true, false, false), 0);
    assert_int_equal(cursor_move(w->c, 2, false), 0);
    assert_int_equal(at(w), 30);
    assert_int_equal(cursor_set_index(w->c, "nosuch", NULL, false, true, 1), JET_errIndexNotFound);
}

static void positions(void **state)
{
    struct world *w = *state;
    uint64_t before, total;

    fill(w, 20);
    assert_int_equal(seek(w, 50, SEEK_EQ, NULL), 0);
    assert_int_equal(cursor_get_position(w->c, &before, &total), 0);
    assert_int_equal(before, 4);
    assert_int_equal(total, 20);
    assert_int_equal(cursor_goto_position(w->c, 10, 20), 0);
    assert_int_equal(at(w), 110);
    assert_int_equal(cursor_goto_position(w->c, 0, 20), 0);
    assert_int_equal(at(w), 10);
    assert_int_equal(cursor_goto_position(w->c, 20, 20), 0);
    assert_int_equal(at(w), 200);
    assert_int_equal(cursor_goto_position(w->c, 0, 0), 0);
}

static void first_is_deferred(void **state)
{
    struct world *w = *state;
    struct cursor *d;
    int32_t value;

    fill(w, 3);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &d), 0);
    assert_int_equal(rows_get_long(d, w->ids[0], &value), 0);
    assert_int_equal(value, 10);
    cursor_close(d);
    assert_int_equal(rows_open(w->f.s, w->dbid, "t", &d), 0);
    assert_int_equal(cursor_move(d, 1, false), 0);
    assert_int_equal(rows_get_long(d, w->ids[0], &value), 0);
    assert_int_equal(value, 20);
    cursor_close(d);
}

static int clean(void **state)
{
    (void)state;
    reference_clean();
    return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(moves_over_nothing), CASE(moves), CASE(seeks), CASE(ranges), CASE(bookmarks), CASE(keys), CASE(positions),
                                       CASE(first_is_deferred)};
    return cmocka_run_group_tests(tests, NULL, clean);
}
