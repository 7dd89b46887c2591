/* Two values of a column type: their keys compare as the values do, whatever the room; descending keys the other way round. */
#include <stdlib.h>
#include <string.h>

#include "format/key.h"
#include "fuzz.h"

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static int64_t load_signed(const uint8_t *at, size_t size)
{
    uint64_t v = 0;
    for (size_t n = size; n-- > 0;)
        v = v << 8 | at[n];
    return size < 8 ? (int64_t)(v << (64 - 8 * size)) >> (64 - 8 * size) : (int64_t)v;
}

static void compare_numbers(enum column_type type, size_t size, const uint8_t *a, const uint8_t *b, bool descending)
{
    struct key_segment_rule rule = {.type = type, .descending = descending, .segment_max = 255};
    uint8_t key_a[64], key_b[64];
    size_t used_a = 0, used_b = 0;
    bool cut = false;
    int64_t x = load_signed(a, size), y = load_signed(b, size);
    int want = (x > y) - (x < y);

    if (key_append_segment(key_a, sizeof key_a, &used_a, &rule, false, bytes_of(a, size), &cut) < 0 ||
        key_append_segment(key_b, sizeof key_b, &used_b, &rule, false, bytes_of(b, size), &cut) < 0)
        abort();
    if (sign(bytes_compare(bytes_of(key_a, used_a), bytes_of(key_b, used_b))) != (descending ? -want : want))
        abort();
}

static void compare_binary(struct bytes a, struct bytes b, bool descending)
{
    struct key_segment_rule rule = {.type = COL_LONG_BINARY, .descending = descending, .segment_max = 2000};
    uint8_t key_a[2000], key_b[2000];
    size_t used_a = 0, used_b = 0;
    bool cut = false;
    int want = sign(bytes_compare(a, b));

    if (key_append_segment(key_a, sizeof key_a, &used_a, &rule, false, a, &cut) < 0 ||
        key_append_segment(key_b, sizeof key_b, &used_b, &rule, false, b, &cut) < 0)
        abort();
    if (!cut && sign(bytes_compare(bytes_of(key_a, used_a), bytes_of(key_b, used_b))) != (descending ? -want : want))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 16) {
        compare_numbers(COL_SHORT, 2, data, data + 8, false);
        compare_numbers(COL_LONG, 4, data, data + 8, true);
        compare_numbers(COL_LONGLONG, 8, data, data + 8, false);
        compare_numbers(COL_CURRENCY, 8, data, data + 8, true);
    }
    if (size >= 2 && size < 1500) {
        size_t cut = data[0] % size;
        compare_binary(bytes_of(data, cut), bytes_of(data + cut, size - cut), (data[1] & 1) != 0);
    }
    return 0;
}

size_t fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
    if (n > 4 || room < 300)
        return 0;
    for (size_t k = 0; k < 40 + n * 60; k++)
        to[k] = (uint8_t)(n == 0 ? 0 : n == 1 ? 0xFF : k * 37 + n);
    return 40 + n * 60;
}
