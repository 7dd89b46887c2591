/*
 * test_rank.c - lock ranks of base/rank.h.
 */
#include "case.h"

#include <setjmp.h>
#include <signal.h>

#include "os/os.h"

static bool checked(void)
{
#ifdef NDEBUG
    return false;
#else
    return true;
#endif
}

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

/* ---- the locks themselves ---- */

static void a_mutex_is_held_at_its_rank_also_after_waiting_for_a_condition(void **state)
{
    struct os_mutex m;
    struct os_cond c;
    (void)state;
    os_mutex_init(&m, RANK_SCHEMA);
    os_cond_init(&c);
    os_mutex_lock(&m);
    assert_int_equal(rank_highest(), checked() ? RANK_SCHEMA : 0);
    (void)os_cond_wait_ms(&c, &m, 1);
    assert_int_equal(rank_highest(), checked() ? RANK_SCHEMA : 0);
    os_mutex_unlock(&m);
    assert_int_equal(rank_highest(), 0);
    assert_true(os_mutex_try(&m));
    assert_int_equal(rank_highest(), checked() ? RANK_SCHEMA : 0);
    os_mutex_unlock(&m);
    assert_int_equal(rank_highest(), 0);
    os_cond_release(&c);
    os_mutex_release(&m);
}

static jmp_buf g_back;

static void come_back(int signal_number)
{
    (void)signal_number;
    longjmp(g_back, 1);
}

/* Does waiting for b under a stop the program? */
static bool is_stopped(enum rank a, enum rank b)
{
    struct os_mutex first, second;
    volatile bool stopped = true;
    void (*before)(int) = signal(SIGABRT, come_back);
    os_mutex_init(&first, a);
    os_mutex_init(&second, b);
    os_mutex_lock(&first);
    if (setjmp(g_back) == 0) {
        os_mutex_lock(&second);
        stopped = false;
        os_mutex_unlock(&second);
    }
    os_mutex_unlock(&first);
    (void)signal(SIGABRT, before);
    os_mutex_release(&first);
    os_mutex_release(&second);
    return stopped;
}

static void waiting_against_the_order_stops_a_build_with_assertions(void **state)
{
    (void)state;
    if (!checked())
        skip();
    assert_false(is_stopped(RANK_INSTANCE, RANK_TREE));
    assert_true(is_stopped(RANK_LOG, RANK_TREE));
    assert_true(is_stopped(RANK_TREE, RANK_TREE));
    assert_int_equal(rank_highest(), 0);
}

static void a_try_may_go_against_the_order(void **state)
{
    struct os_mutex high, low;
    (void)state;
    os_mutex_init(&high, RANK_FILE);
    os_mutex_init(&low, RANK_TREE);
    os_mutex_lock(&high);
    assert_true(os_mutex_try(&low));
    os_mutex_unlock(&high);
    assert_int_equal(rank_highest(), checked() ? RANK_TREE : 0);
    os_mutex_unlock(&low);
    os_mutex_release(&low);
    os_mutex_release(&high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_rank_is_allowed_and_a_lower_one_is_not),
        cmocka_unit_test(locks_are_released_in_any_order),
        cmocka_unit_test(more_locks_than_are_remembered_still_balance),
        cmocka_unit_test(a_mutex_is_held_at_its_rank_also_after_waiting_for_a_condition),
        cmocka_unit_test(waiting_against_the_order_stops_a_build_with_assertions),
        cmocka_unit_test(a_try_may_go_against_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
