#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/key.h"
#include "os/collate.h"

static size_t unhex(const char *text, uint8_t *to)
{
    size_t n = 0;
    unsigned byte;
    while (text[2 * n] != 0 && sscanf(text + 2 * n, "%2x", &byte) == 1)
        to[n++] = (uint8_t)byte;
    return n;
}

static void expect(const struct key_segment_rule *rule, const char *value, const char *key_hex)
{
    uint8_t in[400], key[KEY_BYTES_MAX], want[400];
    struct key_segment_rule down = *rule;
    size_t size = 0, want_size = unhex(key_hex, want);
    bool truncated = false;

    assert_int_equal(key_append_segment(key, 255, &size, rule, value == NULL, bytes_of(in, value != NULL ? unhex(value, in) : 0), &truncated), 0);
    assert_int_equal(size, want_size);
    assert_memory_equal(key, want, size);
    down.descending = true;
    size = 0;
    assert_int_equal(key_append_segment(key, 255, &size, &down, value == NULL, bytes_of(in, value != NULL ? unhex(value, in) : 0), &truncated), 0);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(key[i], want[i] ^ 0xFF);
}

static void expect_type(enum column_type type, const char *value, const char *key_hex)
{
    struct key_segment_rule rule = {.type = type, .code_page = 1252};
    expect(&rule, value, key_hex);
}

/* format-test-vectors.md, section D */
static void plain_types_match_the_vectors(void **state)
{
    struct key_segment_rule dotnet = {.type = COL_GUID, .dotnet_guid = true};
    struct key_segment_rule high = {.type = COL_LONG, .nulls_high = true};
    (void)state;
    expect_type(COL_LONG, NULL, "00");
    expect(&high, NULL, "c0");
    expect_type(COL_TEXT, "", "40");
    expect_type(COL_BIT, "00", "7f00");
    expect_type(COL_BIT, "01", "7fff");
    expect_type(COL_UBYTE, "c8", "7fc8");
    expect_type(COL_SHORT, "0080", "7f0000");
    expect_type(COL_SHORT, "ffff", "7f7fff");
    expect_type(COL_LONG, "feffffff", "7f7ffffffe");
    expect_type(COL_LONG, "00000100", "7f80010000");
    expect_type(COL_CURRENCY, "6257050000000000", "7f8000000000055762");
    expect_type(COL_FLOAT, "0000c0bf", "7f403fffff");
    expect_type(COL_FLOAT, "00005040", "7fc0500000");
    expect_type(COL_FLOAT, "00000080", "7f7fffffff");
    expect_type(COL_DOUBLE, "00000000000000c0", "7f3fffffffffffffff");
    expect_type(COL_ULONG, "010000f0", "7ff0000001");
    expect_type(COL_LONGLONG, "0000000000000080", "7f0000000000000000");
    expect_type(COL_ULONGLONG, "0100000000000080", "7f8000000000000001");
    expect_type(COL_USHORT, "feff", "7ffffe");
    expect_type(COL_GUID, "101112131415161718191a1b1c1d1e1f", "7f1a1b1c1d1e1f18191617141510111213");
    expect(&dotnet, "101112131415161718191a1b1c1d1e1f", "7f131211101514171618191a1b1c1d1e1f");
}

static void binary_values_match_the_vectors(void **state)
{
    struct key_segment_rule fixed = {.type = COL_BINARY, .fixed = true};
    struct key_segment_rule ten = {.type = COL_BINARY, .segment_max = 10};
    struct key_segment_rule fourteen = {.type = COL_BINARY, .segment_max = 14};
    (void)state;
    expect(&fixed, "0102030405", "7f0102030405");
    expect_type(COL_BINARY, "01", "7f010000000000000001");
    expect_type(COL_BINARY, "01020304050607", "7f010203040506070007");
    expect_type(COL_BINARY, "0102030405060708", "7f010203040506070808");
    expect_type(COL_BINARY, "010203040506070809", "7f010203040506070809090000000000000001");
    expect_type(COL_BINARY, "0102030405060708090a0b0c0d0e0f10", "7f010203040506070809090a0b0c0d0e0f1008");
    expect(&ten, "0102030405060708", "7f010203040506070808");
    expect(&ten, "0102030405060708090a0b0c0d0e0f10", "7f010203040506070809");
    expect(&fourteen, "0102030405060708090a0b0c0d0e0f10", "7f010203040506070809090a0b0c");
    expect(&fourteen, "010203040506070809", "7f01020304050607080909000000");
}

static void long_binary_is_cut_at_the_key_limit(void **state)
{
    struct key_segment_rule rule = {.type = COL_LONG_BINARY};
    uint8_t in[300], key[255], tail[11];
    size_t size = 0;
    bool truncated = false;
    (void)state;
    for (unsigned i = 0; i < 300; i++)
        in[i] = (uint8_t)(5 * i + 1);
    assert_int_equal(key_append_segment(key, 255, &size, &rule, false, bytes_of(in, 300), &truncated), 0);
    assert_true(truncated);
    assert_int_equal(size, 255);
    unhex("393e43484d52575c096166", tail);
    assert_memory_equal(key + 244, tail, 11);
    rule.no_truncation = true;
    size = 0;
    truncated = false;
    assert_int_equal(key_append_segment(key, 255, &size, &rule, false, bytes_of(in, 300), &truncated), JET_errKeyTruncated);
}

static void ascii_text_matches_the_vectors(void **state)
{
    struct key_segment_rule five = {.type = COL_TEXT, .code_page = 1252, .segment_max = 5};
    (void)state;
    expect_type(COL_TEXT, "48656c6c6f2c2077f6726c64", "7f48454c4c4f2c2057f6524c4400");
    expect_type(COL_TEXT, "6162006364", "7f414200");
    expect(&five, "616263646566", "7f41424344");
    expect(&five, "414243444546", "7f41424324");
}

static void nothing_is_appended_to_a_full_key(void **state)
{
    struct key_segment_rule rule = {.type = COL_LONG};
    uint8_t key[8], value[4] = {1, 2, 3, 4};
    size_t size = 0;
    bool truncated = false;
    (void)state;
    assert_int_equal(key_append_segment(key, 8, &size, &rule, false, bytes_of(value, 4), &truncated), 0);
    assert_false(truncated);
    assert_int_equal(key_append_segment(key, 8, &size, &rule, false, bytes_of(value, 4), &truncated), 0);
    assert_true(truncated);
    assert_int_equal(size, 8);
    assert_int_equal(key_append_segment(key, 8, &size, &rule, false, bytes_of(value, 4), &truncated), 0);
    assert_int_equal(size, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_types_match_the_vectors),
        cmocka_unit_test(binary_values_match_the_vectors),
        cmocka_unit_test(long_binary_is_cut_at_the_key_limit),
        cmocka_unit_test(ascii_text_matches_the_vectors),
        cmocka_unit_test(nothing_is_appended_to_a_full_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
