/*
 * test_base.c - bytes.h, le.h, list.h, err.h and types.h.
 */
#include "case.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/list.h"
#include "base/types.h"

static void bytes_sort_unsigned_and_prefixes_first(void **state)
{
    (void)state;
    assert_true(bytes_compare(bytes_of("\x7f", 1), bytes_of("\x80", 1)) < 0);
    assert_true(bytes_compare(bytes_of("ab", 2), bytes_of("abc", 3)) < 0);
    assert_true(bytes_compare(BYTES_NONE, bytes_of("a", 1)) < 0);
    assert_int_equal(bytes_compare(BYTES_NONE, bytes_of("a", 0)), 0);
    assert_true(bytes_equal(bytes_of("ab", 2), bytes_of("ab", 2)));
    assert_int_equal(bytes_common(bytes_of("abx", 3), bytes_of("aby", 3)), 2);
}

static void a_reader_stays_bad_after_its_end(void **state)
{
    const uint8_t data[7] = {1, 2, 3, 4, 5, 6, 7};
    struct reader r = reader_of(bytes_of(data, sizeof(data)));
    (void)state;

    assert_int_equal(reader_u8(&r), 1);
    assert_int_equal(reader_u32(&r), 0x05040302);
    assert_false(r.bad);
    assert_int_equal(reader_u32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(reader_u8(&r), 0);                 /* B2 */
}

static void disk_integers_are_little_endian(void **state)
{
    le32 a;
    le64 b;
    uint8_t key[8];
    (void)state;

    le32_set(&a, 0x01020304);
    assert_int_equal(a.b[0], 4);
    assert_int_equal(le32_get(&a), 0x01020304);
    le64_set(&b, UINT64_C(0x0102030405060708));
    assert_int_equal(b.b[7], 1);
    assert_true(le64_get(&b) == UINT64_C(0x0102030405060708));
    store_be64(key, UINT64_C(0x0102030405060708));
    assert_int_equal(key[0], 1);
    assert_int_equal(load_be32(key + 4), 0x05060708);
}

static void log_positions_compare_as_one_number(void **state)
{
    lgpos a = lgpos_make(2, 3, 4);
    (void)state;

    assert_int_equal(lgpos_generation(a), 2);
    assert_int_equal(lgpos_segment(a), 3);
    assert_int_equal(lgpos_byte(a), 4);
    assert_true(lgpos_compare(a, lgpos_make(2, 4, 0)) < 0);
    assert_true(lgpos_compare(a, lgpos_make(1, 0xffff, 0xffff)) > 0);
}

struct item { int value; struct list link; };

static void a_list_keeps_order_and_forgives_double_removal(void **state)
{
    struct list head;
    struct item items[3] = {{.value = 1}, {.value = 2}, {.value = 3}};
    int sum = 0;
    (void)state;

    list_init(&head);
    assert_true(list_empty(&head));
    for (int i = 0; i < 3; i++)
        list_append(&head, &items[i].link);
    list_remove(&items[1].link);
    list_remove(&items[1].link);                        /* L1 */
    LIST_EACH(it, &head)
        sum = sum * 10 + LIST_ENTRY(it, struct item, link)->value;
    assert_int_equal(sum, 13);
}

static ese_err raise_it(void)
{
    ese_err err = JET_errSuccess;
    FAIL(JET_errDiskIO);
done:
    return err;
}

static void a_raise_is_remembered_with_its_place(void **state)
{
    const char *function;
    int line;
    (void)state;

    assert_int_equal(raise_it(), JET_errDiskIO);
    assert_int_equal(err_last(&function, &line), JET_errDiskIO);
    assert_string_equal(function, "raise_it");
    assert_true(line > 0);
    assert_string_equal(err_name(JET_errDiskIO), "JET_errDiskIO");
    assert_non_null(err_text(JET_errDiskIO));
    assert_null(err_name(-999999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_sort_unsigned_and_prefixes_first),
        cmocka_unit_test(a_reader_stays_bad_after_its_end),
        cmocka_unit_test(disk_integers_are_little_endian),
        cmocka_unit_test(log_positions_compare_as_one_number),
        cmocka_unit_test(a_list_keeps_order_and_forgives_double_removal),
        cmocka_unit_test(a_raise_is_remembered_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
