/*
 * case_runner.c - the runner of case.h for PE builds: one process, cases in order, a jump out of the first failure.
 */
#include "../case.h"

#include <stdlib.h>

static jmp_buf leave;

_Noreturn void case_leave(enum case_end how)
{
    longjmp(leave, (int)how);
}

_Noreturn void case_fail(const char *file, int line, const char *what)
{
    printf("%s\n%s:%d: error: failure\n", what, file, line);
    case_leave(CASE_FAILED);
}

void case_compare(uint64_t a, uint64_t b, int want_equal, const char *what, const char *file, int line)
{
    if ((a == b) == (want_equal != 0))
        return;
    printf("0x%llx, 0x%llx: ", (unsigned long long)a, (unsigned long long)b);
    case_fail(file, line, what);
}

void case_compare_bytes(const void *a, const void *b, size_t size, int want_equal, const char *file, int line)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    size_t i = 0;

    while (i < size && x[i] == y[i])
        i++;
    if ((i == size) == (want_equal != 0))
        return;
    if (i < size)
        printf("byte %u: 0x%02x, 0x%02x: ", (unsigned)i, x[i], y[i]);
    case_fail(file, line, want_equal ? "bytes differ" : "bytes are equal");
}

void case_compare_text(const char *a, const char *b, int want_equal, const char *file, int line)
{
    if ((strcmp(a, b) == 0) == (want_equal != 0))
        return;
    printf("\"%s\", \"%s\": ", a, b);
    case_fail(file, line, "text");
}

void case_range(uint64_t v, uint64_t low, uint64_t high, int want_inside, const char *file, int line)
{
    if ((v >= low && v <= high) == (want_inside != 0))
        return;
    printf("%llu, %llu to %llu: ", (unsigned long long)v, (unsigned long long)low, (unsigned long long)high);
    case_fail(file, line, "range");
}

/* 0 when all went well, else how the case ended. */
static int run_one(const struct CMUnitTest *test)
{
    void *state = test->initial_state;
    volatile int how;

    printf("[ RUN      ] %s\n", test->name);
    how = setjmp(leave);
    if (how == 0) {
        if (test->setup_func != NULL && test->setup_func(&state) != 0)
            case_fail(test->name, 0, "set-up failed");
        test->test_func(&state);
    }
    if (setjmp(leave) == 0 && test->teardown_func != NULL && test->teardown_func(&state) != 0)
        how = CASE_FAILED;
    printf("[ %s ] %s\n", how == 0 ? "      OK" : how == CASE_SKIPPED ? " SKIPPED" : "  FAILED", test->name);
    return how;
}

int case_run_group(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
                   CMFixtureFunction teardown)
{
    void *state = NULL;
    int failed = 0;
    size_t skipped = 0;

    setvbuf(stdout, NULL, _IONBF, 0);
    if (setup != NULL && setup(&state) != 0) {
        printf("%s: set-up of the group failed\n", name);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        struct CMUnitTest test = tests[i];
        int how;
        if (test.initial_state == NULL)
            test.initial_state = state;
        how = run_one(&test);
        failed += how == CASE_FAILED;
        skipped += how == CASE_SKIPPED;
    }
    if (teardown != NULL && teardown(&state) != 0)
        failed++;
    printf("[==========] %s: %u cases, %d failed, %u skipped\n", name, (unsigned)count, failed, (unsigned)skipped);
    return failed == 0 && count != 0 && skipped == count ? 77 : failed;
}
