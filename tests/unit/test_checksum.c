#include "reference.h"

#include <time.h>

#include "base/le.h"
#include "format/checksum.h"

static void fill_lcg(uint8_t *page, size_t size)
{
    uint32_t x = 1;
    for (size_t i = 0; i < size; i++) {
        x = 1103515245u * x + 12345u;
        page[i] = (uint8_t)(x >> 16);
    }
    store_le32(page + 36, 0x2802);
    store_le64(page, 0);
    if (size > 8192)
        for (int k = 0; k < 3; k++)
            store_le64(page + 40 + 8 * k, 0);
}

static void pages_get_the_sums_of_the_format_notes(void **state)
{
    static const struct { size_t size; uint32_t old; uint64_t sum[4]; } want[] = {
        {4096, 0x8f2bd6ac, {0x78b578b506801b46, 0, 0, 0}},
        {8192, 0x5a8e25a3, {0x4ef4b10bd325e849, 0, 0, 0}},
        {16384, 0, {0x064b79b46a5bbbca, 0x364149bed5a5f30a, 0x00fb00fb6002bf2e, 0x52c32d3c88b0d3cd}},
        {32768, 0, {0x4eb8b14756d7b716, 0x5238adc7e8b26ce6, 0x66dd66ddba21b26b, 0x2a6e2a6efc5f3bba}},
    };
    uint8_t *page = malloc(32768);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        fill_lcg(page, want[i].size);
        if (want[i].size <= 8192)
            assert_int_equal(checksum_header(page, want[i].size), want[i].old);
        checksum_page_stamp(page, want[i].size, 5);
        if (load_le64(page) != want[i].sum[0])
            fail_msg("%zu: %016llx", want[i].size, (unsigned long long)load_le64(page));
        for (int k = 1; want[i].size > 8192 && k < 4; k++)
            assert_true(load_le64(page + 32 + 8 * k) == want[i].sum[k]);
        assert_int_equal(checksum_page_look(page, want[i].size, 5), PAGE_GOOD);
        assert_int_equal(checksum_page_look(page, want[i].size, 6), PAGE_MISPLACED);
    }
    free(page);
}

/* One flipped bit is put right wherever it is outside the sum; two in a block, or one in the sum, are not. */
static void single_bits_are_repaired(void **state)
{
    static const size_t sizes[] = {2048, 4096, 8192, 16384, 32768};
    uint8_t *page = malloc(32768), *good = malloc(32768);

    (void)state;
    for (unsigned s = 0; s < 5; s++) {
        size_t size = sizes[s];
        fill_lcg(good, size);
        checksum_page_stamp(good, size, 5);
        for (size_t bit = 0; bit < size * 8; bit += bit < 800 ? 1 : 1237) {
            enum page_verdict want = bit < 32 && size <= 8192 ? PAGE_MISPLACED : bit < 64 ? PAGE_BAD : PAGE_REPAIRED;
            if (bit == 36 * 8 + 13)                     /* the flag itself: read as a page of the old kind */
                want = PAGE_BAD;
            memcpy(page, good, size);
            page[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(checksum_page_look(page, size, 5), want);
            assert_int_equal(checksum_page_verify(page, size, 5), want);
            if (want == PAGE_REPAIRED)
                assert_memory_equal(page, good, size);
        }
        memcpy(page, good, size);
        page[1234] ^= 8;
        page[2000 % size] ^= 1;
        assert_int_equal(checksum_page_verify(page, size, 5), PAGE_BAD);
    }
    memcpy(page, good, 32768);                          /* one bit in each block of a large page */
    for (int k = 0; k < 4; k++)
        page[(size_t)k * 8192 + 500] ^= 4;
    assert_int_equal(checksum_page_verify(page, 32768, 5), PAGE_REPAIRED);
    assert_memory_equal(page, good, 32768);
    memset(page, 0, 32768);
    assert_int_equal(checksum_page_verify(page, 32768, 5), PAGE_UNINITIALISED);
    free(page);
    free(good);
}

static void segments_verify_and_repair(void **state)
{
    uint8_t segment[4096];

    (void)state;
    fill_lcg(segment, sizeof segment);
    checksum_segment_stamp(segment, sizeof segment, 7);
    assert_true(checksum_segment_verify(segment, sizeof segment, 7));
    assert_false(checksum_segment_verify(segment, sizeof segment, 8));
    segment[900] ^= 0x40;
    assert_true(checksum_segment_verify(segment, sizeof segment, 7));
    segment[900] ^= 0x40;
    segment[901] ^= 0x40;
    assert_false(checksum_segment_verify(segment, sizeof segment, 7));
}

static void generate(uint8_t *to, size_t size, unsigned type, uint64_t seed)
{
    uint64_t s = seed;
    for (size_t x = 0; x < size; x++) {
        if (type == 1 || type == 3) {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
        }
        to[x] = (uint8_t)(type == 1 ? s : type == 2 ? (uint64_t)x * 7 : type == 3 ? (uint64_t)(s % 50 == 0) : 0);
    }
}

static void reference_vectors_agree(void **state)
{
    char path[1024], line[8192], algorithm[32], header[8], input[128];
    unsigned long size, number, type, seed;
    unsigned long long result;
    unsigned checked = 0;
    uint8_t *block = malloc(32768);
    FILE *f = fopen(reference_path(path, sizeof path, "data/reference/vectors/checksum.tsv"), "r");

    (void)state;
    if (f == NULL) {
        free(block);
        skip();
    }
    while (fgets(line, sizeof line, f) != NULL) {
        char number_text[32];
        if (sscanf(line, "%31s %lu %31s %7s %127s %llx", algorithm, &size, number_text, header, input, &result) != 6 ||
            (sscanf(input, "gen:type=%lu;xorshift64seed=%lu", &type, &seed) != 2 && sscanf(input, "gen:type=%lu;seed=%lu", &type, &seed) != 2))
            continue;
        generate(block, size, (unsigned)type, seed);
        number = strtoul(number_text, NULL, 10);
        if (strcmp(algorithm, "ChecksumOldFormat") == 0) {
            assert_int_equal(checksum_header(block, size), (uint32_t)result);
            checked++;
        } else if (strcmp(algorithm, "ChecksumNewFormat") == 0 && size <= 8192) {
            if (checksum_block(block, size, (uint32_t)number, header[0] == '1') != result)
                fail_msg("%s", line);
            checked++;
        }
    }
    assert_true(checked >= 70);
    fclose(f);
    free(block);
}

/* Not a test of correctness: prints the speed, and fails only when something is wildly wrong. */
static void sums_are_fast(void **state)
{
    uint8_t *page = malloc(8192);
    clock_t start;
    double seconds;
    enum { ROUNDS = 20000 };
    uint64_t sink = 0;

    (void)state;
    fill_lcg(page, 8192);
    start = clock();
    for (int i = 0; i < ROUNDS; i++) {
        page[100] = (uint8_t)i;
        sink ^= checksum_block(page, 8192, (uint32_t)i, true);
    }
    seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("page sum: %.2f GB/s (%llx)\n", 8192.0 * ROUNDS / 1e9 / (seconds > 0 ? seconds : 1e-9), (unsigned long long)sink);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_get_the_sums_of_the_format_notes),
        cmocka_unit_test(single_bits_are_repaired),
        cmocka_unit_test(segments_verify_and_repair),
        cmocka_unit_test(reference_vectors_agree),
        cmocka_unit_test(sums_are_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
