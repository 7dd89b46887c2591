/*
 * test_alloc.c - the heap seam and the arena of base/alloc.h.
 */
#include "case.h"

#include "base/alloc.h"

static void memory_is_zero_and_counted(void **state)
{
    int64_t before = alloc_live_count();
    uint8_t *p = ese_alloc(100);
    (void)state;

    assert_non_null(p);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    assert_int_equal(alloc_live_count(), before + 1);
    p[0] = 7;
    p = ese_resize(p, 100000);
    assert_non_null(p);
    assert_int_equal(p[0], 7);
    ese_free(p);
    ese_free(NULL);
    assert_int_equal(alloc_live_count(), before);
}

static void the_planned_allocation_fails(void **state)
{
    void *a, *b;
    (void)state;

    alloc_fail_after(1);
    a = ese_alloc(1);
    b = ese_alloc(1);
    alloc_fail_after(-1);
    assert_non_null(a);
    assert_null(b);
    ese_free(a);
}

static void aligned_memory_is_aligned(void **state)
{
    void *p = ese_alloc_aligned(4096, 8192);
    (void)state;

    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 4096, 0);
    ese_free_aligned(p);
}

static void an_arena_gives_aligned_pieces_and_resets(void **state)
{
    struct arena arena = {0};
    int64_t before = alloc_live_count();
    (void)state;

    for (int round = 0; round < 3; round++) {
        for (size_t n = 1; n < 5000; n += 97) {
            uint8_t *p = arena_take(&arena, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % 16, 0);
            memset(p, 1, n);
        }
        arena_reset(&arena);
    }
    arena_release(&arena);
    assert_int_equal(alloc_live_count(), before);
}

static void a_copied_text_is_equal(void **state)
{
    char *copy = ese_strdup("text");
    (void)state;

    assert_string_equal(copy, "text");
    ese_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zero_and_counted),
        cmocka_unit_test(the_planned_allocation_fails),
        cmocka_unit_test(aligned_memory_is_aligned),
        cmocka_unit_test(an_arena_gives_aligned_pieces_and_resets),
        cmocka_unit_test(a_copied_text_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
