#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "os/collate.h"
#include "os/collate_int.h"

static struct collation locale(const char *name)
{
    struct collation c = {.flags = COLLATE_DEFAULT_FLAGS};
    snprintf(c.locale, sizeof(c.locale), "%s", name);
    return c;
}

static size_t wide(const char *ascii, uint8_t *to)
{
    size_t n = 0;
    for (; *ascii != 0; ascii++) {
        to[n++] = (uint8_t)*ascii;
        to[n++] = 0;
    }
    return n;
}

static void expect_key(const char *locale_name, const char *ascii, const char *hex)
{
    struct collation c = locale(locale_name);
    uint8_t text[400], key[600];
    char got[1201];
    size_t size;
    bool whole;

    assert_int_equal(collate_key(&c, bytes_of(text, wide(ascii, text)), key, sizeof(key), &size, &whole), 0);
    for (size_t i = 0; i < size; i++)
        snprintf(got + 2 * i, 3, "%02x", key[i]);
    assert_true(whole);
    assert_string_equal(got, hex);
}

/* Keys that Windows stored (format-test-vectors.md, section E). */
static void keys_equal_those_of_windows(void **state)
{
    (void)state;
    if (collate_is_builtin()) {
        print_message("no sortdefault.nls: skipped\n");
        skip();
    }
    expect_key("en-US", ".iTunes Preferences.plist",
               "07330e320e990e9f0e700e210e9107020e7e0e8a0e210e230e210e8a0e210e700e0a0e210e9107330e7e0e480e320e910e990101010100");
    expect_key("en-US", "?PP\\Documents", "073c0e7e0e7e07410e1a0e7c0e0a0e9f0e510e210e700e990e910101010100");
    expect_key("en-US", "Raven/Etag", "0e8a0e020ea20e210e7007350e210e990e020e250101010100");
    expect_key("en-US", "10.199.5.144", "0d1a0d0307330d1a0d2a0d2a07330d2207330d1a0d200d200101010100");
    expect_key("", "", "0101010100");
}

static void hyphens_count_last(void **state)
{
    struct collation c = locale("en-US");
    uint8_t text[64], co_op[100], coop[100], coopt[100];
    size_t a, b, d;
    bool whole;

    (void)state;
    assert_int_equal(collate_key(&c, bytes_of(text, wide("co-op", text)), co_op, 100, &a, &whole), 0);
    assert_int_equal(collate_key(&c, bytes_of(text, wide("coop", text)), coop, 100, &b, &whole), 0);
    assert_int_equal(collate_key(&c, bytes_of(text, wide("coopt", text)), coopt, 100, &d, &whole), 0);
    assert_true(bytes_compare(bytes_of(coop, b), bytes_of(co_op, a)) < 0);
    assert_true(bytes_compare(bytes_of(co_op, a), bytes_of(coopt, d)) < 0);
}

static void a_key_is_cut_at_the_room_and_says_so(void **state)
{
    struct collation c = locale("de-DE");
    uint8_t text[600], key[700], part[700];
    size_t size, cut, n = 0;
    bool whole;

    (void)state;
    for (; n < 400; n += 2) {
        text[n] = (uint8_t)('A' + n % 50);
        text[n + 1] = n % 14 == 0 ? 1 : 0;
    }
    assert_int_equal(collate_key(&c, bytes_of(text, n), key, sizeof(key), &size, &whole), 0);
    assert_true(whole);
    for (size_t room = 0; room < size; room += 13) {
        assert_int_equal(collate_key(&c, bytes_of(text, n), part, room, &cut, &whole), 0);
        assert_int_equal(cut, room);
        assert_false(whole);
        assert_memory_equal(part, key, room);
    }
}

static void every_unit_in_every_ordering_gives_a_key(void **state)
{
    static const char *names[] = {"", "ja-JP", "ko-KR", "zh-TW", "vi-VN", "fr-FR", "hu-HU", "cs-CZ", "th-TH", "lv-LV", "tr-TR"};
    uint8_t text[512], key[3000];
    size_t size;
    bool whole;

    (void)state;
    for (size_t l = 0; l < sizeof(names) / sizeof(names[0]); l++) {
        struct collation c = locale(names[l]);
        for (unsigned first = 0; first < 0x10000; first += 256) {
            for (unsigned i = 0; i < 256; i++)
                store_le16(text + 2 * i, (uint16_t)(first + i));
            c.flags = COLLATE_DEFAULT_FLAGS | (first % 512 == 0 ? MAP_DIGITS_AS_NUMBERS | MAP_STRING_SORT : 0);
            assert_int_equal(collate_key(&c, bytes_of(text, 512), key, sizeof(key), &size, &whole), 0);
        }
    }
}

static void unknown_locales_and_flags_are_refused(void **state)
{
    struct collation c = locale("xx-YY");
    (void)state;
    assert_int_equal(collate_check(&c), JET_errInvalidLanguageId);
    c = locale("en-US");
    assert_int_equal(collate_check(&c), 0);
    c.flags = 0x40000000;
    assert_int_equal(collate_check(&c), JET_errInvalidLCMapStringFlags);
    c = locale("");
    c.lcid = 1033;
    assert_int_equal(collate_check(&c), 0);
    c.lcid = 0xABCD;
    assert_int_equal(collate_check(&c), JET_errInvalidLanguageId);
}

static void lcids_and_names_map_both_ways(void **state)
{
    char name[LOCALE_NAME_MAX];
    uint32_t lcid;
    (void)state;
    assert_true(collate_name_of_lcid(1033, name));
    assert_string_equal(name, "en-US");
    assert_true(collate_lcid_of_name("DE-de", &lcid));
    assert_int_equal(lcid, 1031);
    assert_true(collate_lcid_of_name("", &lcid));
    assert_int_equal(lcid, 0x7F);
    assert_true(collate_lcid_of_name("en-QQ", &lcid));
    assert_int_equal(lcid, 0x1000);
}

static void built_in_table_orders_latin_text(void **state)
{
    static const char *words[] = {"", "#", "1", "10", "2", "apple", "Banana", "cherry", "zebra"};
    struct weights w;
    struct ordering o;
    uint8_t text[64], before[200], key[200];
    size_t before_size = 0, size;
    bool whole;

    (void)state;
    weights_builtin(&w);
    assert_true(weights_ordering(&w, 1, &o));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(sort_key_make(&w, &o, COLLATE_DEFAULT_FLAGS, bytes_of(text, wide(words[i], text)), key, sizeof(key), &size, &whole), 0);
        assert_true(bytes_compare(bytes_of(before, before_size), bytes_of(key, size)) < 0);
        memcpy(before, key, size);
        before_size = size;
    }
    for (unsigned unit = 1; unit < 0x10000; unit++) {
        store_le16(text, (uint16_t)unit);
        assert_int_equal(sort_key_make(&w, &o, 0x400, bytes_of(text, 2), key, sizeof(key), &size, &whole), 0);
    }
}

static void damaged_tables_are_refused(void **state)
{
    struct weights w;
    uint8_t *file = calloc(1, 70000);
    (void)state;
    for (size_t size = 0; size < 70000; size += 997)
        assert_false(weights_parse(bytes_of(file, size), &w));
    store_le32(file, 16);
    store_le32(file + 4, 60000);
    store_le32(file + 12, 60000);
    store_le32(file + 60004, 0x10000000);
    assert_false(weights_parse(bytes_of(file, 70000), &w));
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_equal_those_of_windows),
        cmocka_unit_test(hyphens_count_last),
        cmocka_unit_test(a_key_is_cut_at_the_room_and_says_so),
        cmocka_unit_test(every_unit_in_every_ordering_gives_a_key),
        cmocka_unit_test(unknown_locales_and_flags_are_refused),
        cmocka_unit_test(lcids_and_names_map_both_ways),
        cmocka_unit_test(built_in_table_orders_latin_text),
        cmocka_unit_test(damaged_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
