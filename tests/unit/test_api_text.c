/* Texts of the interface: both ways without loss, names by the rule, results that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/text.h"

static void round_trip(void **state)
{
    static const JET_WCHAR texts[][6] = {{'a', 'b', 0}, {0xE4, 0x20AC, 0}, {0xD83D, 0xDE00, 'x', 0}, {0xD800, 'x', 0}, {'x', 0xDC00, 0}, {0}};
    (void)state;
    for (unsigned k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        char bytes[32];
        JET_WCHAR back[8] = {0};
        size_t units = text_length(texts[k]), size = text_to_utf8(texts[k], units, bytes, sizeof bytes);
        assert_true(size < sizeof bytes);
        assert_int_equal(text_to_utf16(bytes, size, back, 8), units);
        assert_memory_equal(back, texts[k], units * sizeof back[0]);
    }
}

static void too_small(void **state)
{
    static const JET_WCHAR text[] = {0x20AC, 0};
    char bytes[4];
    JET_WCHAR out[4];
    (void)state;
    assert_int_equal(text_to_utf8(text, 1, bytes, 4), 3);
    assert_true(text_to_utf8(text, 1, bytes, 3) == SIZE_MAX);
    assert_int_equal(text_give("abc", out, 8), 0);
    assert_int_equal(text_give("abcd", out, 8), JET_errBufferTooSmall);
}

static ese_err name_of(const char *name)
{
    JET_WCHAR wide[128];
    char out[256];
    size_t units = text_to_utf16(name, strlen(name), wide, 127);
    wide[units] = 0;
    return text_name(wide, out, sizeof out);
}

static void names(void **state)
{
    char longest[66];
    (void)state;
    memset(longest, 'n', sizeof longest);
    longest[64] = '\0';
    assert_int_equal(name_of(longest), 0);
    longest[64] = 'n';
    longest[65] = '\0';
    assert_int_equal(name_of(longest), JET_errInvalidName);
    assert_int_equal(name_of("a b"), 0);
    assert_int_equal(name_of("trailing "), 0);
    assert_int_equal(name_of(""), JET_errInvalidName);
    assert_int_equal(name_of(" a"), JET_errInvalidName);
    for (const char *c = "!.[]"; *c != '\0'; c++) {
        char name[] = {'a', *c, '\0'};
        assert_int_equal(name_of(name), JET_errInvalidName);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(too_small), cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
