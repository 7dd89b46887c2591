/*
 * test_rank.c - lock ranks of base/rank.h.
 */
#include "case.h"

#include "base/rank.h"

static void a_higher_rank_is_allowed_and_a_lower_one_is_not(void **state)
{
    (void)state;
    assert_true(rank_allows(RANK_SCHEMA, false));
    rank_push(RANK_SCHEMA);
    assert_int_equal(rank_highest(), RANK_SCHEMA);
    assert_true(rank_allows(RANK_PAGE, false));
    assert_false(rank_allows(RANK_SCHEMA, false));
    assert_true(rank_allows(RANK_SCHEMA, true));
    assert_false(rank_allows(RANK_INSTANCE, true));
    rank_pop(RANK_SCHEMA);
    assert_int_equal(rank_highest(), 0);
}

static void locks_are_released_in_any_order(void **state)
{
    (void)state;
    rank_push(RANK_PAGE);
    rank_push(RANK_PAGE);
    rank_push(RANK_LOG);
    rank_pop(RANK_PAGE);
    assert_int_equal(rank_highest(), RANK_LOG);
    rank_pop(RANK_LOG);
    assert_int_equal(rank_highest(), RANK_PAGE);
    rank_pop(RANK_PAGE);
    assert_int_equal(rank_highest(), 0);
}

static void more_locks_than_are_remembered_still_balance(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        rank_push(RANK_PAGE);
    for (int i = 0; i < 200; i++)
        rank_pop(RANK_PAGE);
    assert_int_equal(rank_highest(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_rank_is_allowed_and_a_lower_one_is_not),
        cmocka_unit_test(locks_are_released_in_any_order),
        cmocka_unit_test(more_locks_than_are_remembered_still_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
