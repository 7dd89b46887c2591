#include "format/checksum.h"

#include <assert.h>
#include <string.h>

#include "base/le.h"

/*
 * The sum of a block is linear: the halves of its ecc part are XORs of bit addresses. Bit k of the dword index part is
 * the parity of all dwords whose index has bit k set, so the block is folded like a binary tree and every level leaves
 * the XOR of its odd halves behind. All work is XOR of 16-byte lanes; bytes keep their places, so byte order is free.
 */
typedef uint64_t lane __attribute__((vector_size(16)));

enum { LANE_BYTES = 16, GROUP_LANES = 16, GROUP_BYTES = LANE_BYTES * GROUP_LANES, GROUP_BITS = 4, GROUPS_MAX = 128,
       LANE_INDEX_BITS = GROUP_BITS + 7, HEADER_SEED = (int)0x89ABCDEFu, FLAGS_AT = 36, NEW_CHECKSUM = 0x2000,
       BLOCKS_PER_LARGE_PAGE = 4 };

struct fold {
    lane all;
    lane odd[LANE_INDEX_BITS];                          /* odd[k]: XOR of lanes whose lane index has bit k set */
};

static inline lane lane_load(const uint8_t *at)
{
    lane v;
    memcpy(&v, at, sizeof v);
    return v;
}

static inline uint32_t parity32(uint32_t v)
{
    v ^= v >> 16;
    v ^= v >> 8;
    v ^= v >> 4;
    return 0x6996u >> (v & 15) & 1;
}

static inline uint32_t lane_parity(lane v)
{
    uint64_t w[2];
    memcpy(w, &v, sizeof w);
    w[0] ^= w[1];
    return parity32((uint32_t)(w[0] ^ w[0] >> 32));
}

/* Fold one group of 16 lanes; the four low bits of the lane index are settled here. */
static inline lane fold_group(const uint8_t *at, lane odd[GROUP_BITS])
{
    lane pair[8], quad[4], half[2];

    for (int i = 0; i < 8; i++) {
        lane even = lane_load(at + 2 * i * LANE_BYTES), next = lane_load(at + (2 * i + 1) * LANE_BYTES);
        odd[0] ^= next;
        pair[i] = even ^ next;
    }
    for (int i = 0; i < 4; i++) {
        odd[1] ^= pair[2 * i + 1];
        quad[i] = pair[2 * i] ^ pair[2 * i + 1];
    }
    for (int i = 0; i < 2; i++) {
        odd[2] ^= quad[2 * i + 1];
        half[i] = quad[2 * i] ^ quad[2 * i + 1];
    }
    odd[3] ^= half[1];
    return half[0] ^ half[1];
}

static void fold_block(const uint8_t *block, size_t size, struct fold *f)
{
    lane groups[GROUPS_MAX], odd[GROUP_BITS];
    size_t count = size / GROUP_BYTES;
    unsigned bit = LANE_INDEX_BITS;

    assert(size % GROUP_BYTES == 0 && count >= 1 && count <= GROUPS_MAX && (count & (count - 1)) == 0);
    memset(f, 0, sizeof *f);
    memset(odd, 0, sizeof odd);
    for (size_t g = 0; g < count; g++)
        groups[g] = fold_group(block + g * GROUP_BYTES, odd);
    memcpy(f->odd, odd, sizeof odd);
    for (size_t half = GROUPS_MAX / 2; half != 0; half /= 2) {
        bit--;
        if (half >= count)
            continue;
        for (size_t i = 0; i < half; i++) {
            f->odd[bit] ^= groups[half + i];
            groups[i] ^= groups[half + i];
        }
    }
    f->all = groups[0];
}

uint64_t checksum_block(const uint8_t *block, size_t size, uint32_t number, bool skip_first)
{
    struct fold f;
    uint8_t bytes[LANE_BYTES];
    uint32_t dword[4], acc, p = 0, r = 0, q, s, mask = (uint32_t)(size / 4 - 1);

    fold_block(block, size, &f);
    memcpy(bytes, &f.all, sizeof bytes);
    for (int i = 0; i < 4; i++)
        dword[i] = load_le32(bytes + 4 * i);
    if (skip_first) {                                   /* both lie in lane 0, which has no index bit set */
        dword[0] ^= load_le32(block);
        dword[1] ^= load_le32(block + 4);
    }
    acc = dword[0] ^ dword[1] ^ dword[2] ^ dword[3];
    p = parity32(dword[1] ^ dword[3]) | parity32(dword[2] ^ dword[3]) << 1;
    for (unsigned k = 0; k < LANE_INDEX_BITS; k++)
        p |= lane_parity(f.odd[k]) << (k + 2);
    for (unsigned b = 0; b < 32; b++)
        r ^= b & (0u - (acc >> b & 1));
    q = parity32(acc) != 0 ? ~p : p;
    s = parity32(acc) != 0 ? ~r : r;
    return (uint64_t)((q & mask) << 21 | (s & 31) << 16 | (p & mask) << 5 | (r & 31)) << 32 | (acc ^ number);
}

uint32_t checksum_header(const uint8_t *header, size_t size)
{
    lane all = {0, 0};
    uint8_t bytes[LANE_BYTES];

    assert(size % LANE_BYTES == 0);
    for (size_t i = 0; i < size; i += LANE_BYTES)
        all ^= lane_load(header + i);
    memcpy(bytes, &all, sizeof bytes);
    return (uint32_t)HEADER_SEED ^ load_le32(bytes) ^ load_le32(bytes + 4) ^ load_le32(bytes + 8) ^
           load_le32(bytes + 12) ^ load_le32(header);
}

/* ---- repair ---- */

enum block_verdict { BLOCK_GOOD, BLOCK_ONE_BIT, BLOCK_MISPLACED, BLOCK_BAD };

/* Compare two sums of a block. A single wrong bit shows its address in both halves of the ecc difference. */
static enum block_verdict block_judge(uint64_t stored, uint64_t computed, size_t size, bool skip_first, uint32_t *bit_address)
{
    uint64_t difference = stored ^ computed;
    uint32_t ecc = (uint32_t)(difference >> 32), acc = (uint32_t)difference, mask = (uint32_t)(size * 8 - 1), low;

    if (difference == 0)
        return BLOCK_GOOD;
    if (ecc == 0)
        return BLOCK_MISPLACED;
    low = ecc & mask;
    if (((ecc & 0xFFFF) ^ ecc >> 16) != (mask & 0xFFFF) || acc != 1u << (low & 31) || (skip_first && low < 64))
        return BLOCK_BAD;
    *bit_address = low;
    return BLOCK_ONE_BIT;
}

static bool page_blank(const uint8_t *page, size_t size)
{
    lane any = {0, 0};
    uint64_t w[2];

    if (load_le64(page) != 0 || load_le64(page + 8) != 0 || load_le32(page + FLAGS_AT) != 0)
        return false;
    for (size_t i = 0; i < size; i += LANE_BYTES)
        any |= lane_load(page + i);
    memcpy(w, &any, sizeof w);
    return (w[0] | w[1]) == 0;
}

struct page_fixes { unsigned count; uint32_t bit[BLOCKS_PER_LARGE_PAGE]; };    /* bit addresses in the page */

static enum page_verdict judge_old(const uint8_t *page, size_t size, pgno number)
{
    if (checksum_header(page, size) != load_le32(page))
        return PAGE_BAD;
    return load_le32(page + 4) == number ? PAGE_GOOD : PAGE_MISPLACED;
}

static bool page_is_split(size_t size) { return size > 8192; }

/* Judge all blocks; block 0 first, because a bit found there may sit in the stored sums of the others. */
static enum page_verdict judge_new(const uint8_t *page, size_t size, pgno number, struct page_fixes *fixes)
{
    unsigned blocks = page_is_split(size) ? BLOCKS_PER_LARGE_PAGE : 1, misplaced = 0;
    size_t block_size = size / blocks;

    for (unsigned k = 0; k < blocks; k++) {
        size_t sum_at = k == 0 ? 0 : 40 + 8 * (size_t)(k - 1);
        uint64_t stored = load_le64(page + sum_at), computed = checksum_block(page + k * block_size, block_size, number, k == 0);
        uint32_t bit = 0;

        if (k != 0 && fixes->count != 0 && fixes->bit[0] >= sum_at * 8 && fixes->bit[0] < (sum_at + 8) * 8)
            stored ^= (uint64_t)1 << (fixes->bit[0] - sum_at * 8);
        switch (block_judge(stored, computed, block_size, k == 0, &bit)) {
        case BLOCK_GOOD:
            break;
        case BLOCK_ONE_BIT:
            fixes->bit[fixes->count++] = (uint32_t)(k * block_size * 8) + bit;
            break;
        case BLOCK_MISPLACED:
            misplaced++;
            break;
        case BLOCK_BAD:
            return PAGE_BAD;
        }
    }
    if (misplaced != 0)
        return misplaced == blocks ? PAGE_MISPLACED : PAGE_BAD;
    return fixes->count != 0 ? PAGE_REPAIRED : PAGE_GOOD;
}

static enum page_verdict judge(const uint8_t *page, size_t size, pgno number, struct page_fixes *fixes)
{
    fixes->count = 0;
    if ((load_le32(page + FLAGS_AT) & NEW_CHECKSUM) != 0)
        return judge_new(page, size, number, fixes);
    if (page_blank(page, size))
        return PAGE_UNINITIALISED;
    return page_is_split(size) ? PAGE_BAD : judge_old(page, size, number);
}

enum page_verdict checksum_page_look(const uint8_t *page, size_t size, pgno number)
{
    struct page_fixes fixes;

    return judge(page, size, number, &fixes);
}

enum page_verdict checksum_page_verify(uint8_t *page, size_t size, pgno number)
{
    struct page_fixes fixes;
    enum page_verdict verdict = judge(page, size, number, &fixes);

    if (verdict != PAGE_REPAIRED)
        return verdict;
    for (unsigned i = 0; i < fixes.count; i++)
        page[fixes.bit[i] / 8] ^= (uint8_t)(1u << fixes.bit[i] % 8);
    if (checksum_page_look(page, size, number) == PAGE_GOOD)
        return PAGE_REPAIRED;
    for (unsigned i = 0; i < fixes.count; i++)          /* C1: leave it as it was */
        page[fixes.bit[i] / 8] ^= (uint8_t)(1u << fixes.bit[i] % 8);
    return PAGE_BAD;
}

void checksum_page_stamp(uint8_t *page, size_t size, pgno number)
{
    size_t block_size = page_is_split(size) ? size / BLOCKS_PER_LARGE_PAGE : size;

    store_le32(page + FLAGS_AT, load_le32(page + FLAGS_AT) | NEW_CHECKSUM);
    for (unsigned k = 1; k * block_size < size; k++)
        store_le64(page + 40 + 8 * (k - 1), checksum_block(page + k * block_size, block_size, number, false));
    store_le64(page, checksum_block(page, block_size, number, true));
}

/* ---- log segments ---- */

void checksum_segment_stamp(uint8_t *segment, size_t size, uint32_t segment_no)
{
    store_le32(segment + FLAGS_AT, load_le32(segment + FLAGS_AT) | NEW_CHECKSUM);
    store_le64(segment, checksum_block(segment, size, segment_no, true));
}

bool checksum_segment_verify(uint8_t *segment, size_t size, uint32_t segment_no)
{
    uint64_t stored = load_le64(segment);
    uint32_t bit = 0;

    if ((load_le32(segment + FLAGS_AT) & NEW_CHECKSUM) == 0)
        return false;
    switch (block_judge(stored, checksum_block(segment, size, segment_no, true), size, true, &bit)) {
    case BLOCK_GOOD:
        return true;
    case BLOCK_ONE_BIT:
        segment[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (checksum_block(segment, size, segment_no, true) == stored)
            return true;
        segment[bit / 8] ^= (uint8_t)(1u << bit % 8);
        return false;
    default:
        return false;
    }
}
