#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "format/compress.h"

enum { LINE_MAX_BYTES = 64 * 1024 };

static size_t unhex(const char *text, uint8_t *to)
{
    size_t n = 0;
    unsigned byte;
    while (text[2 * n] != 0 && sscanf(text + 2 * n, "%2x", &byte) == 1)
        to[n++] = (uint8_t)byte;
    return n;
}

/* Splits a line at tabs in place; returns the number of fields. */
static unsigned split(char *line, char *fields[], unsigned room)
{
    unsigned count = 0;
    char *at = line;
    while (count < room) {
        fields[count++] = at;
        while (*at != 0 && *at != '\t' && *at != '\n')
            at++;
        if (*at != '\t')
            break;
        *at++ = 0;
    }
    *at = 0;
    return count;
}

static void reference_vectors_compress_to_the_same_bytes_and_back(void **state)
{
    FILE *f = fopen(ESE_SHARED "/data/reference/vectors/compression.tsv", "rb");
    char *line = malloc(LINE_MAX_BYTES);
    uint8_t *in = malloc(LINE_MAX_BYTES), *want = malloc(LINE_MAX_BYTES), *got = malloc(LINE_MAX_BYTES);
    unsigned checked = 0;
    char *field[8];

    (void)state;
    if (f == NULL) {
        print_message("no reference vectors: skipped\n");
        skip();
    }
    assert_non_null(fgets(line, LINE_MAX_BYTES, f));
    while (fgets(line, LINE_MAX_BYTES, f) != NULL) {
        size_t in_size, want_size, size, full = 0;
        unsigned flags;
        assert_int_equal(split(line, field, 8), 8);
        flags = (unsigned)strtoul(field[1], NULL, 16) & 0xC;
        in_size = unhex(field[5], in);
        want_size = unhex(field[6], want);
        size = compress_value(bytes_of(in, in_size), flags, got, in_size);
        if (size != want_size || memcmp(got, want, size) != 0)
            fail_msg("%s flags %s size %s: got %zu bytes, want %zu", field[0], field[1], field[3], size, want_size);
        assert_int_equal(decompress_value(bytes_of(want, want_size), got, LINE_MAX_BYTES, &full), 0);
        assert_int_equal(full, in_size);
        assert_memory_equal(got, in, in_size);
        checked++;
    }
    assert_true(checked > 600);
    fclose(f);
    free(line);
    free(in);
    free(want);
    free(got);
}

static void truncated_and_flipped_blobs_are_refused_or_bounded(void **state)
{
    static uint8_t in[3000], blob[3000], out[3000], bad[3000];
    size_t size, full;
    uint32_t seed = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (uint8_t)("the quick brown fox \x90"[i * i % 21]);
    size = compress_value(bytes_of(in, sizeof(in)), COMPRESS_XPRESS | COMPRESS_7BIT, blob, sizeof(blob));
    assert_true(size > 0 && size < sizeof(in));
    for (size_t cut = 0; cut < size; cut++)
        (void)decompress_value(bytes_of(blob, cut), out, sizeof(out), &full);
    for (unsigned round = 0; round < 2000; round++) {
        memcpy(bad, blob, size);
        seed = seed * 1664525 + 1013904223;
        bad[seed % size] ^= (uint8_t)(1u << (seed >> 29));
        (void)decompress_value(bytes_of(bad, size), out, sizeof(out), &full);
    }
}

static void part_of_a_value_decompresses_to_its_beginning(void **state)
{
    uint8_t in[40], blob[64], out[64];
    size_t size, full;

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = i % 2 == 0 ? (uint8_t)('A' + i) : 0;
    size = compress_value(bytes_of(in, sizeof(in)), COMPRESS_7BIT, blob, sizeof(blob));
    assert_int_equal(blob[0] >> 3, 2);
    for (size_t room = 0; room <= sizeof(in); room++) {
        memset(out, 0xEE, sizeof(out));
        assert_int_equal(decompress_value(bytes_of(blob, size), out, room, &full), 0);
        assert_int_equal(full, sizeof(in));
        assert_memory_equal(out, in, room);
        assert_int_equal(out[room], 0xEE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_vectors_compress_to_the_same_bytes_and_back),
        cmocka_unit_test(truncated_and_flipped_blobs_are_refused_or_bounded),
        cmocka_unit_test(part_of_a_value_decompresses_to_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
