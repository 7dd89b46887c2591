#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine_fixture.h"
#include "reference.h"
#include "table/temp_table.h"

static struct fixture f;

static int start(void **state)
{
    struct fixture_config how = {.page_size = 4096};
    char path[OS_PATH_MAX + 16];
    (void)state;
    assert_int_equal(fixture_start(&f, reference_scratch(), &how), 0);
    snprintf(path, sizeof(path), "%s/tmp.edb", f.dir);
    assert_int_equal(db_temp_open(&f.inst, path), 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_temp_close(&f.inst);
    assert_int_equal(fixture_stop(&f), 0);
    reference_clean();
    return 0;
}

static ese_err add(struct cursor *c, const uint32_t ids[2], uint32_t key, const char *text)
{
    uint8_t number[4];
    struct set_column set = {.columnid = ids[0], .itag = 1, .value = bytes_of(number, 4)};
    ese_err err;
    store_le32(number, key);
    assert_int_equal(update_prepare(c, UPDATE_INSERT), 0);
    assert_int_equal(cursor_set(c, &set), 0);
    set.columnid = ids[1];
    set.value = bytes_of(text, strlen(text));
    assert_int_equal(cursor_set(c, &set), 0);
    err = update_apply(c, NULL, 0, NULL);
    if (err < 0)
        assert_int_equal(update_cancel(c), 0);
    return err;
}

static uint32_t number_at(struct cursor *c, uint32_t columnid)
{
    uint8_t number[4];
    struct retrieve r = {.columnid = columnid, .itag = 1, .to = number, .room = 4};
    assert_int_equal(cursor_retrieve(c, &r), 0);
    return load_le32(number);
}

static void records_come_back_in_key_order(void **state)
{
    static const struct temp_column columns[2] = {{COL_LONG, 0, 0, TEMP_KEY | TEMP_DESCENDING}, {COL_TEXT, 1252, 0, 0}};
    struct temp_create how = {.columns = columns, .count = 2};
    uint32_t ids[2], before = UINT32_MAX, n = 0;
    struct cursor *c;
    ese_err err;

    (void)state;
    assert_int_equal(temp_table_open(f.s, &how, ids, &c), 0);
    for (uint32_t i = 0; i < 3000; i++)
        assert_int_equal(add(c, ids, i * 7919 % 1000, "some text"), 0);
    for (err = cursor_move(c, MOVE_FIRST, false); err >= 0; err = cursor_move(c, 1, false)) {
        uint32_t now = number_at(c, ids[0]);
        assert_true(now <= before);
        before = now;
        n++;
    }
    assert_int_equal(err, JET_errNoCurrentRecord);
    assert_int_equal(n, 3000);
    temp_table_close(c);
}

static void a_unique_key_refuses_the_second_record(void **state)
{
    static const struct temp_column columns[2] = {{COL_LONG, 0, 0, TEMP_KEY}, {COL_LONG_TEXT, 1252, 0, 0}};
    struct temp_create how = {.columns = columns, .count = 2, .flags = TEMP_UNIQUE};
    uint32_t ids[2];
    struct cursor *c;
    bool exact;
    uint8_t key[4];

    (void)state;
    assert_int_equal(txn_begin(f.s, false), 0);
    assert_int_equal(temp_table_open(f.s, &how, ids, &c), 0);
    assert_int_equal(add(c, ids, 5, "one"), 0);
    assert_int_equal(add(c, ids, 6, "two"), 0);
    assert_int_equal(add(c, ids, 5, "three"), JET_errKeyDuplicate);
    assert_int_equal(txn_rollback(f.s), 0);
    store_le32(key, 6);
    assert_int_equal(cursor_make_key(c, bytes_of(key, 4), 1), 0);
    assert_int_equal(cursor_seek(c, SEEK_EQ, &exact), 0);
    assert_int_equal(number_at(c, ids[0]), 6);
    temp_table_close(c);
}

static void without_a_key_order_is_that_of_insertion(void **state)
{
    static const struct temp_column columns[2] = {{COL_LONG, 0, 0, 0}, {COL_BINARY, 0, 0, 0}};
    struct temp_create how = {.columns = columns, .count = 2};
    uint32_t ids[2];
    struct cursor *c;

    (void)state;
    assert_int_equal(temp_table_open(f.s, &how, ids, &c), 0);
    for (uint32_t i = 0; i < 200; i++)
        assert_int_equal(add(c, ids, i * 31 % 17, "x"), 0);
    assert_int_equal(cursor_move(c, MOVE_FIRST, false), 0);
    for (uint32_t i = 0; i < 200; i++) {
        assert_int_equal(number_at(c, ids[0]), i * 31 % 17);
        assert_int_equal(cursor_move(c, 1, false), i == 199 ? JET_errNoCurrentRecord : 0);
    }
    temp_table_close(c);
}

static void space_is_used_again(void **state)
{
    static const struct temp_column columns[2] = {{COL_LONG, 0, 0, TEMP_KEY}, {COL_BINARY, 0, 0, 0}};
    struct temp_create how = {.columns = columns, .count = 2};
    uint32_t ids[2];
    struct cursor *c;
    uint32_t pages = 0;

    (void)state;
    for (unsigned round = 0; round < 12; round++) {
        assert_int_equal(temp_table_open(f.s, &how, ids, &c), 0);
        for (uint32_t i = 0; i < 2000; i++)
            assert_int_equal(add(c, ids, i, "0123456789012345678901234567890123456789"), 0);
        temp_table_close(c);
        if (round == 1)
            pages = f.inst.dbs[DB_TEMP_ID]->page_last;
    }
    assert_true(f.inst.dbs[DB_TEMP_ID]->page_last <= pages + pages / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_in_key_order),
        cmocka_unit_test(a_unique_key_refuses_the_second_record),
        cmocka_unit_test(without_a_key_order_is_that_of_insertion),
        cmocka_unit_test(space_is_used_again),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
