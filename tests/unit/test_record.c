#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/page.h"
#include "format/record.h"

enum { ROOM = 4000 };

/* A small schema: fixed 1 (4 bytes), 2 (2 bytes, default 7), 3 (8 bytes). */
static struct fixed_layout layout(const void *schema, unsigned fid, struct bytes *default_value, bool *has_default)
{
    static const uint8_t seven[2] = {7, 0};
    static const struct fixed_layout where[] = {{0, 0}, {4, 4}, {8, 2}, {10, 8}};
    (void)schema;
    *has_default = fid == 2;
    *default_value = fid == 2 ? bytes_of(seven, 2) : BYTES_NONE;
    return fid <= 3 ? where[fid] : where[0];
}

static struct bytes var_default(const void *schema, unsigned fid, bool *has)
{
    (void)schema;
    *has = fid == 129;
    return *has ? bytes_of("dflt", 4) : BYTES_NONE;
}

static void fixed_columns_grow_with_defaults_and_fill(void **state)
{
    uint8_t memory[2 * ROOM];
    static const uint8_t want[] = {3, 127, 19, 0, 0x2A, 0x2A, 0x2A, 0x2A, 7, 0, 9, 8, 7, 6, 5, 4, 3, 2, 0xF9};
    uint8_t value[8] = {9, 8, 7, 6, 5, 4, 3, 2};
    struct record_edit e;
    enum value_state s;
    struct bytes got;

    (void)state;
    record_edit_start(&e, memory, ROOM, false);
    assert_int_equal(e.size, 4);
    assert_int_equal(record_set_fixed(&e, 3, NULL, layout, false, bytes_of(value, 8)), 0);
    assert_int_equal(e.size, sizeof(want));
    assert_memory_equal(e.at, want, sizeof(want));
    assert_int_equal(record_get_fixed(bytes_of(e.at, e.size), 2, (struct fixed_layout){8, 2}, &s, &got), 0);
    assert_int_equal(s, VALUE_PRESENT);
    assert_int_equal(got.data[0], 7);
    assert_int_equal(record_get_fixed(bytes_of(e.at, e.size), 1, (struct fixed_layout){4, 4}, &s, &got), 0);
    assert_int_equal(s, VALUE_NULL);
    assert_int_equal(record_get_fixed(bytes_of(e.at, e.size), 4, (struct fixed_layout){18, 4}, &s, &got), 0);
    assert_int_equal(s, VALUE_ABSENT);
    assert_int_equal(record_check(bytes_of(e.at, e.size), false), 0);
}

static void variable_columns_keep_their_neighbours(void **state)
{
    uint8_t memory[2 * ROOM];
    static const uint8_t want[] = {0, 130, 4, 0, 0, 0x80, 4, 0, 7, 0, 'd', 'f', 'l', 't', 'x', 'y', 'z'};
    struct record_edit e;
    enum value_state s;
    struct bytes got;

    (void)state;
    record_edit_start(&e, memory, ROOM, false);
    assert_int_equal(record_set_var(&e, 130, NULL, var_default, false, bytes_of("xyz", 3)), 0);
    assert_int_equal(e.size, sizeof(want));
    assert_memory_equal(e.at, want, sizeof(want));
    assert_int_equal(record_set_var(&e, 128, NULL, var_default, false, bytes_of("first", 5)), 0);
    assert_int_equal(record_set_var(&e, 129, NULL, var_default, false, bytes_of("", 0)), 0);
    assert_int_equal(record_get_var(bytes_of(e.at, e.size), 128, &s, &got), 0);
    assert_memory_equal(got.data, "first", 5);
    assert_int_equal(record_get_var(bytes_of(e.at, e.size), 129, &s, &got), 0);
    assert_int_equal(s, VALUE_PRESENT);
    assert_int_equal(got.size, 0);
    assert_int_equal(record_get_var(bytes_of(e.at, e.size), 130, &s, &got), 0);
    assert_memory_equal(got.data, "xyz", 3);
    assert_int_equal(record_set_var(&e, 130, NULL, var_default, true, BYTES_NONE), 0);
    assert_int_equal(record_get_var(bytes_of(e.at, e.size), 130, &s, &got), 0);
    assert_int_equal(s, VALUE_NULL);
    assert_int_equal(record_check(bytes_of(e.at, e.size), false), 0);
}

static struct tagged_value plain(const char *text)
{
    return (struct tagged_value){bytes_of(text, strlen(text)), false, false, false};
}

static void tagged_is(const struct record_edit *e, unsigned fid, unsigned itag, const char *text)
{
    enum value_state s;
    unsigned count;
    struct tagged_value v;
    assert_int_equal(record_get_tagged(bytes_of(e->at, e->size), e->large_page, fid, false, itag, &s, &count, &v), 0);
    if (text == NULL) {
        assert_int_equal(s, VALUE_NULL);
        return;
    }
    assert_int_equal(s, VALUE_PRESENT);
    assert_int_equal(v.data.size, strlen(text));
    assert_memory_equal(v.data.data, text, v.data.size);
}

/* The forms of a small page (edb-format.md 9.1): plain, two values, multi-values, and back to plain. */
static void short_tagged_values_take_the_forms_of_the_original(void **state)
{
    uint8_t memory[2 * ROOM];
    static const uint8_t two[] = {0, 127, 4, 0, 0, 1, 4, 0x40, 0x18, 3, 'a', 'b', 'c', 'x', 'y'};
    static const uint8_t multi[] = {0, 127, 4, 0, 0, 1, 4, 0x40, 0x08, 4, 0, 7, 0, 'a', 'b', 'c', 'z'};
    static const uint8_t single[] = {0, 127, 4, 0, 0, 1, 4, 0, 'z'};
    struct record_edit e;
    struct tagged_value v;

    (void)state;
    record_edit_start(&e, memory, ROOM, false);
    v = plain("abc");
    assert_int_equal(record_set_tagged(&e, 256, false, false, 1, &v, false), 0);
    assert_int_equal(e.size, 4 + 4 + 3);
    v = plain("xy");
    assert_int_equal(record_set_tagged(&e, 256, false, false, 0, &v, false), 0);
    assert_int_equal(e.size, sizeof(two));
    assert_memory_equal(e.at, two, sizeof(two));
    v = plain("z");
    assert_int_equal(record_set_tagged(&e, 256, false, false, 9, &v, false), 0);
    tagged_is(&e, 256, 3, "z");
    assert_int_equal(record_set_tagged(&e, 256, false, false, 2, NULL, false), 0);
    assert_int_equal(e.size, sizeof(multi));
    assert_memory_equal(e.at, multi, sizeof(multi));
    assert_int_equal(record_set_tagged(&e, 256, false, false, 1, NULL, false), 0);
    assert_int_equal(e.size, sizeof(single));
    assert_memory_equal(e.at, single, sizeof(single));
    assert_int_equal(record_set_tagged(&e, 256, false, false, 1, NULL, false), 0);
    assert_int_equal(e.size, 4);
}

static void null_entries_hide_defaults(void **state)
{
    for (unsigned large = 0; large < 2; large++) {
        uint8_t memory[2 * ROOM];
        struct record_edit e;
        struct tagged_value v = plain("q");
        enum value_state s;
        unsigned count;

        (void)state;
        record_edit_start(&e, memory, ROOM, large != 0);
        assert_int_equal(record_set_tagged(&e, 300, false, true, 1, NULL, true), 0);
        assert_int_equal(record_set_tagged(&e, 256, false, false, 1, &v, false), 0);
        assert_int_equal(record_set_tagged(&e, 400, false, false, 1, &v, false), 0);
        assert_int_equal(record_get_tagged(bytes_of(e.at, e.size), large != 0, 300, false, 1, &s, &count, &v), 0);
        assert_int_equal(s, VALUE_NULL);
        assert_int_equal(record_get_tagged(bytes_of(e.at, e.size), large != 0, 301, false, 1, &s, &count, &v), 0);
        assert_int_equal(s, VALUE_ABSENT);
        assert_int_equal(record_check(bytes_of(e.at, e.size), large != 0), 0);
        assert_int_equal(record_set_tagged(&e, 300, false, true, 1, NULL, false), 0);
        tagged_is(&e, 256, 1, "q");
        tagged_is(&e, 400, 1, "q");
        assert_int_equal(record_get_tagged(bytes_of(e.at, e.size), large != 0, 300, false, 1, &s, &count, &v), 0);
        assert_int_equal(s, VALUE_ABSENT);
    }
}

static void random_edits_agree_with_a_plain_list(void **state)
{
    for (unsigned large = 0; large < 2; large++) {
        static uint8_t memory[2 * ROOM];
        static char model[4][8][16];
        unsigned counts[4] = {0};
        uint32_t seed = 11 + large;
        struct record_edit e;

        (void)state;
        record_edit_start(&e, memory, ROOM, large != 0);
        for (unsigned round = 0; round < 5000; round++) {
            unsigned column, itag;
            seed = seed * 1664525 + 1013904223;
            column = seed >> 28 & 3;
            itag = (seed >> 20 & 7) + 1;
            if ((seed >> 16 & 3) == 0 && itag <= counts[column]) {
                assert_int_equal(record_set_tagged(&e, 256 + column, false, column == 3, itag, NULL, false), 0);
                memmove(model[column][itag - 1], model[column][itag], sizeof(model[0][0]) * (8 - itag));
                counts[column]--;
            } else if (itag <= counts[column] || counts[column] < 8) {
                struct tagged_value v;
                if (itag > counts[column])
                    itag = ++counts[column];
                snprintf(model[column][itag - 1], 16, "%.*s", (int)(seed >> 8 & 15), "abcdefghijklmnop");
                v = plain(model[column][itag - 1]);
                assert_int_equal(record_set_tagged(&e, 256 + column, false, column == 3, itag, &v, false), 0);
            }
            assert_int_equal(record_check(bytes_of(e.at, e.size), large != 0), 0);
            for (unsigned c = 0; c < 4; c++) {
                for (unsigned i = 1; i <= counts[c]; i++)
                    tagged_is(&e, 256 + c, i, model[c][i - 1]);
            }
        }
    }
}

static void a_record_without_room_stays_as_it_was(void **state)
{
    uint8_t memory[2 * 64], before[64];
    struct record_edit e;
    struct tagged_value v = plain("0123456789");
    size_t size;

    (void)state;
    record_edit_start(&e, memory, 64, false);
    for (unsigned fid = 256;; fid++) {
        size = e.size;
        memcpy(before, e.at, size);
        if (record_set_tagged(&e, fid, false, true, 1, &v, false) < 0)
            break;
    }
    assert_int_equal(e.size, size);
    assert_memory_equal(e.at, before, size);
    assert_int_equal(record_set_var(&e, 255, NULL, NULL, false, bytes_of("x", 1)), JET_errRecordTooBig);
    assert_memory_equal(e.at, before, size);
}

/* The way without ceremony gives what the function of the column's kind gives, or nothing. Returns how often it gave a value. */
static unsigned plain_agrees(struct bytes record, bool large, bool sound)
{
    static const struct fixed_layout third = {10, 8};
    enum value_state s;
    struct bytes value, got;
    struct tagged_value tagged;
    unsigned found = 0, count;

    if (record_get_plain(record, large, 3, false, third, &value) && record_get_fixed(record, 3, third, &s, &got) >= 0) {
        assert_int_equal(s, VALUE_PRESENT);
        assert_true(value.data == got.data && value.size == got.size);
    }
    for (unsigned fid = 128; fid < 450; fid++) {
        bool derived = fid >= 256 && fid % 5 == 0;
        if (!record_get_plain(record, large, fid, derived, third, &value))
            continue;
        found++;
        assert_true(value.data >= record.data && value.data + value.size <= record.data + record.size);
        if (!sound)
            continue;
        if (fid < 256) {
            assert_int_equal(record_get_var(record, fid, &s, &got), 0);
        } else {
            assert_int_equal(record_get_tagged(record, large, fid, derived, 1, &s, &count, &tagged), 0);
            assert_false(tagged.compressed || tagged.separated || tagged.encrypted);
            assert_int_equal(count, 1);
            got = tagged.data;
        }
        assert_int_equal(s, VALUE_PRESENT);
        assert_true(value.data == got.data && value.size == got.size);
    }
    return found;
}

static void flipped_bytes_never_lead_outside(void **state)
{
    uint8_t memory[2 * ROOM], *bad;
    struct record_edit e;
    struct tagged_value v = plain("value");
    uint32_t seed = 5;

    (void)state;
    record_edit_start(&e, memory, ROOM, false);
    assert_int_equal(record_set_fixed(&e, 3, NULL, layout, false, bytes_of("12345678", 8)), 0);
    assert_int_equal(record_set_var(&e, 129, NULL, var_default, false, bytes_of("variable", 8)), 0);
    for (unsigned i = 0; i < 12; i++)
        assert_int_equal(record_set_tagged(&e, 256 + i % 4, false, i % 4 == 1, 0, &v, false), 0);
    assert_int_equal(record_set_tagged(&e, 301, false, true, 0, &v, false), 0);
    assert_int_equal(plain_agrees(bytes_of(e.at, e.size), false, true), 2);
    bad = malloc(e.size);
    for (unsigned round = 0; round < 20000; round++) {
        enum value_state s;
        struct bytes got;
        unsigned count, fid;
        bool derived;
        seed = seed * 1664525 + 1013904223;
        memcpy(bad, e.at, e.size);
        bad[(seed >> 8) % e.size] = (uint8_t)(seed >> 24);
        (void)plain_agrees(bytes_of(bad, e.size), round % 2 == 0, record_check(bytes_of(bad, e.size), round % 2 == 0) >= 0);
        (void)record_get_fixed(bytes_of(bad, e.size), 3, (struct fixed_layout){10, 8}, &s, &got);
        (void)record_get_var(bytes_of(bad, e.size), 129, &s, &got);
        for (unsigned i = 0; i < 5; i++)
            (void)record_get_tagged(bytes_of(bad, e.size), round % 2 == 0, 255 + i, false, 1 + i % 3, &s, &count, &v);
        for (unsigned i = 0; record_tagged_at(bytes_of(bad, e.size), round % 2 == 0, i, &fid, &derived, &count); i++)
            ;
    }
    free(bad);
}

/* Every record of every sample passes the check. */
static void check_file(const char *name, uint32_t page_size, unsigned *records)
{
    char path[300];
    uint8_t *page = malloc(page_size);
    FILE *f;

    snprintf(path, sizeof(path), ESE_SHARED "/data/edb/%s", name);
    f = fopen(path, "rb");
    if (f == NULL) {
        free(page);
        return;
    }
    fseek(f, 2L * (long)page_size, SEEK_SET);
    while (fread(page, page_size, 1, f) == 1) {
        struct page p = {page, page_size};
        uint32_t flags;
        if (page_is_zero(p) || page_check(p, NULL) < 0)
            continue;
        flags = page_flags(p);
        if ((flags & PAGE_LEAF) == 0 || (flags & (PAGE_SPACE_TREE | PAGE_INDEX | PAGE_LONG_VALUE | PAGE_EMPTY)) != 0)
            continue;
        for (unsigned slot = 0; slot < page_slot_count(p); slot++) {
            struct node n = page_node(p, slot);
            if ((n.flags & NODE_DELETED) == 0) {
                assert_int_equal(record_check(n.data, page_is_large(page_size)), 0);
                (void)plain_agrees(n.data, page_is_large(page_size), true);
                (*records)++;
            }
        }
    }
    fclose(f);
    free(page);
}

static void records_of_the_samples_pass_the_check(void **state)
{
    unsigned records = 0;
    (void)state;
    check_file("alltypes-4k.edb", 4096, &records);
    check_file("compress7bit-8k.edb", 8192, &records);
    check_file("dissect-basic.edb", 4096, &records);
    check_file("dissect-default.edb", 4096, &records);
    check_file("dissect-index.edb", 4096, &records);
    check_file("dissect-text.edb", 4096, &records);
    check_file("filehistory-catalog1.edb", 4096, &records);
    check_file("qmgr-16k-dirty.db", 16384, &records);
    check_file("srudb-win10.dat", 4096, &records);
    check_file("ual-current-clean.mdb", 4096, &records);
    if (records == 0) {
        print_message("no samples: skipped\n");
        skip();
    }
    assert_true(records > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_columns_grow_with_defaults_and_fill),
        cmocka_unit_test(variable_columns_keep_their_neighbours),
        cmocka_unit_test(short_tagged_values_take_the_forms_of_the_original),
        cmocka_unit_test(null_entries_hide_defaults),
        cmocka_unit_test(random_edits_agree_with_a_plain_list),
        cmocka_unit_test(a_record_without_room_stays_as_it_was),
        cmocka_unit_test(flipped_bytes_never_lead_outside),
        cmocka_unit_test(records_of_the_samples_pass_the_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
