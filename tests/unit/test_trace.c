/*
 * test_trace.c - channels of base/trace.h.
 */
#include "case.h"

#include "base/trace.h"

static char last[600];

static void remember(const char *line)
{
    (void)snprintf(last, sizeof(last), "%s", line);
}

static void nothing_is_written_while_off(void **state)
{
    (void)state;
    last[0] = 0;
    trace_open(TRACE_TREE, remember);
    TRACE(TRACE_LOG, "%d", 1);
    assert_string_equal(last, "");
    TRACE(TRACE_TREE, "page %d", 7);
    assert_string_equal(last, "esent tree: page 7");
    trace_open(0, NULL);
    assert_int_equal(trace_mask(), 0);
}

static void names_become_a_mask(void **state)
{
    (void)state;
    assert_int_equal(trace_parse("log,tree"), TRACE_LOG | TRACE_TREE);
    assert_int_equal(trace_parse("nothing,api"), TRACE_API);
    assert_int_equal(trace_parse(NULL), 0);
    assert_int_equal(trace_parse("all"), UINT32_MAX);
}

static void a_long_line_is_cut(void **state)
{
    char text[1000];
    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    trace_open(UINT32_MAX, remember);
    TRACE(TRACE_API, "%s", text);
    assert_int_equal(strlen(last), 511);
    trace_open(0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_while_off),
        cmocka_unit_test(names_become_a_mask),
        cmocka_unit_test(a_long_line_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
