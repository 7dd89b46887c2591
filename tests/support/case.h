/*
 * case.h - test cases: cmocka on the host, a small runner with the same names in PE builds, where no cmocka is packaged.
 *
 * GIVES       cmocka_unit_test*, cmocka_run_group_tests, the assert_* macros, skip, fail_msg.
 * INVARIANTS  C1  a failed assertion ends its case only; the group's result is the number of failed cases.
 * CALLERS     tests/. PE builds find it as <cmocka.h> too.
 */
#ifndef ESE_TEST_CASE_H
#define ESE_TEST_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef _WIN32
#include <cmocka.h>
#else

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    const char *name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

#define cmocka_unit_test(f) {#f, f, NULL, NULL, NULL}
#define cmocka_unit_test_setup(f, setup) {#f, f, setup, NULL, NULL}
#define cmocka_unit_test_teardown(f, teardown) {#f, f, NULL, teardown, NULL}
#define cmocka_unit_test_setup_teardown(f, setup, teardown) {#f, f, setup, teardown, NULL}
#define cmocka_unit_test_prestate(f, state) {#f, f, NULL, NULL, state}
#define cmocka_unit_test_prestate_setup_teardown(f, setup, teardown, state) {#f, f, setup, teardown, state}
#define cmocka_run_group_tests(tests, setup, teardown)                                                                 \
    case_run_group(#tests, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                                      \
    case_run_group(name, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

enum case_end { CASE_FAILED = 1, CASE_SKIPPED = 2 };

int case_run_group(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
                   CMFixtureFunction teardown);
_Noreturn void case_leave(enum case_end how);
_Noreturn void case_fail(const char *file, int line, const char *what);
void case_compare(uint64_t a, uint64_t b, int want_equal, const char *what, const char *file, int line);
void case_compare_bytes(const void *a, const void *b, size_t size, int want_equal, const char *file, int line);
void case_compare_text(const char *a, const char *b, int want_equal, const char *file, int line);
void case_range(uint64_t v, uint64_t low, uint64_t high, int want_inside, const char *file, int line);

#define print_message printf
#define print_error printf
#define skip() case_leave(CASE_SKIPPED)
#define fail() case_fail(__FILE__, __LINE__, "fail()")
#define fail_msg(...)                                                                                                  \
    do {                                                                                                               \
        printf(__VA_ARGS__);                                                                                           \
        case_fail(__FILE__, __LINE__, "");                                                                             \
    } while (0)
#define assert_true(c) ((c) ? (void)0 : case_fail(__FILE__, __LINE__, #c))
#define assert_false(c) ((c) ? case_fail(__FILE__, __LINE__, "not: " #c) : (void)0)
#define assert_null(p) ((p) == NULL ? (void)0 : case_fail(__FILE__, __LINE__, #p " is not NULL"))
#define assert_non_null(p) ((p) != NULL ? (void)0 : case_fail(__FILE__, __LINE__, #p " is NULL"))
#define assert_ptr_equal(a, b) ((const void *)(a) == (const void *)(b) ? (void)0 : case_fail(__FILE__, __LINE__, #a " != " #b))
#define assert_ptr_not_equal(a, b) ((const void *)(a) != (const void *)(b) ? (void)0 : case_fail(__FILE__, __LINE__, #a " == " #b))
#define assert_int_equal(a, b) case_compare((uint64_t)(a), (uint64_t)(b), 1, #a " == " #b, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) case_compare((uint64_t)(a), (uint64_t)(b), 0, #a " != " #b, __FILE__, __LINE__)
#define assert_return_code(rc, error) assert_true((rc) >= 0)
#define assert_memory_equal(a, b, n) case_compare_bytes(a, b, n, 1, __FILE__, __LINE__)
#define assert_memory_not_equal(a, b, n) case_compare_bytes(a, b, n, 0, __FILE__, __LINE__)
#define assert_string_equal(a, b) case_compare_text(a, b, 1, __FILE__, __LINE__)
#define assert_string_not_equal(a, b) case_compare_text(a, b, 0, __FILE__, __LINE__)
#define assert_in_range(v, low, high) case_range((uint64_t)(v), (uint64_t)(low), (uint64_t)(high), 1, __FILE__, __LINE__)
#define assert_not_in_range(v, low, high) case_range((uint64_t)(v), (uint64_t)(low), (uint64_t)(high), 0, __FILE__, __LINE__)

#endif
#endif
