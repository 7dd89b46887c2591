#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "os/os.h"
#include "table/sort.h"

/* Adds count pairs in random order and expects them back in key order, data breaking ties, none lost. */
static void sort_and_check(size_t memory, unsigned count, unsigned data_bytes)
{
    char path[200];
    uint8_t key[8], *data = calloc(1, data_bytes + 8);
    uint32_t seed = 3;
    uint64_t before = 0, sum = 0, got = 0;
    struct sort *s = NULL;
    struct bytes k, d;
    bool more = true;
    struct os_file_info info;

    snprintf(path, sizeof(path), "/tmp/test_sort.%ld.srt", (long)getpid());
    assert_int_equal(sort_create(memory, path, &s), 0);
    for (unsigned i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        store_be32(key, seed >> 20);
        store_be32(data, seed);
        assert_int_equal(sort_add(s, bytes_of(key, 4), bytes_of(data, 4 + seed % (data_bytes + 1))), 0);
        sum += seed;
    }
    assert_int_equal(sort_finish(s), 0);
    for (unsigned i = 0;; i++) {
        uint64_t now;
        assert_int_equal(sort_next(s, &k, &d, &more), 0);
        if (!more) {
            assert_int_equal(i, count);
            break;
        }
        now = (uint64_t)load_be32(k.data) << 32 | load_be32(d.data);
        assert_true(i == 0 || now >= before);
        before = now;
        got += load_be32(d.data);
    }
    assert_true(sum == got);
    assert_int_equal(sort_count(s), count);
    sort_release(s);
    assert_int_equal(os_path_info(path, &info), JET_errFileNotFound);
    free(data);
}

static void pairs_that_fit_come_back_in_order(void **state)
{
    (void)state;
    sort_and_check(1 << 24, 20000, 20);
    sort_and_check(1 << 24, 1, 0);
    sort_and_check(1 << 24, 0, 0);
}

static void pairs_beyond_memory_come_back_in_order(void **state)
{
    (void)state;
    sort_and_check(64 * 1024, 50000, 30);
    sort_and_check(4 * 1024, 3000, 20000);
}

static void without_a_path_memory_is_the_limit(void **state)
{
    struct sort *s = NULL;
    ese_err err = 0;
    (void)state;
    assert_int_equal(sort_create(4096, NULL, &s), 0);
    for (unsigned i = 0; i < 1000 && err == 0; i++)
        err = sort_add(s, bytes_of("0123456789", 10), BYTES_NONE);
    assert_int_equal(err, JET_errOutOfMemory);
    sort_release(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_that_fit_come_back_in_order),
        cmocka_unit_test(pairs_beyond_memory_come_back_in_order),
        cmocka_unit_test(without_a_path_memory_is_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
