/* Handles: found by kind and generation only, whatever number the caller gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/handle.h"

enum { MANY = 3000 };

static struct handle_table table;

static void found_by_kind(void **state)
{
    int object = 0;
    uint64_t h = handle_new(&table, HANDLE_SESSION, &object);
    (void)state;
    assert_true(h != 0 && h < UINT32_MAX);
    assert_ptr_equal(handle_find(&table, HANDLE_SESSION, h), &object);
    assert_null(handle_find(&table, HANDLE_TABLE, h));
    assert_null(handle_find(&table, HANDLE_INSTANCE, h));
    assert_null(handle_find(&table, HANDLE_SESSION, h | 1ull << 32));
    handle_drop(&table, h);
    assert_null(handle_find(&table, HANDLE_SESSION, h));
}

static void strange_numbers(void **state)
{
    static const uint64_t numbers[] = {0, 1, 0xFFFFFFFF, UINT64_MAX, (uint64_t)1 << 63, 0x7FFFFFFFFFFF};
    (void)state;
    for (unsigned k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        for (int kind = HANDLE_INSTANCE; kind <= HANDLE_TABLE; kind++)
            assert_null(handle_find(&table, (enum handle_kind)kind, numbers[k]));
}

static void reused_slots(void **state)
{
    int object = 0;
    uint64_t first = handle_new(&table, HANDLE_TABLE, &object);
    (void)state;
    handle_drop(&table, first);
    for (unsigned k = 0; k < 1000; k++) {
        uint64_t h = handle_new(&table, HANDLE_TABLE, &object);
        assert_true(h != first);
        assert_null(handle_find(&table, HANDLE_TABLE, first));
        handle_drop(&table, h);
    }
}

static void more_than_a_chunk(void **state)
{
    static int objects[MANY];
    static uint64_t handles[MANY];
    (void)state;
    for (unsigned k = 0; k < MANY; k++)
        handles[k] = handle_new(&table, HANDLE_TABLE, &objects[k]);
    for (unsigned k = 0; k < MANY; k++)
        assert_ptr_equal(handle_find(&table, HANDLE_TABLE, handles[k]), &objects[k]);
    for (unsigned k = 0; k < MANY; k++)
        handle_drop(&table, handles[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_kind), cmocka_unit_test(strange_numbers), cmocka_unit_test(reused_slots), cmocka_unit_test(more_than_a_chunk),
    };
    handle_table_init(&table);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
