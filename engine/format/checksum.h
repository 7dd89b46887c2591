/*
 * checksum.h - the checksums of pages, headers and log segments (edb-format.md 4, log-format.md 3).
 *
 * OWNS        nothing.
 * GIVES       stamp, verify and single-bit repair of a page; XOR sum of file headers.
 * INVARIANTS  C1  verify never changes the page but for a repaired bit that made every sum match.
 * CALLERS     store (pages, segments, headers), admin (check, restore).
 * TESTS       unit/test_checksum.c, reference vectors
 */
#ifndef ESE_FORMAT_CHECKSUM_H
#define ESE_FORMAT_CHECKSUM_H

#include <stddef.h>

#include "base/err.h"
#include "base/types.h"

enum page_verdict { PAGE_GOOD, PAGE_REPAIRED, PAGE_UNINITIALISED, PAGE_BAD, PAGE_MISPLACED };

void checksum_page_stamp(uint8_t *page, size_t size, pgno number);                /* sets flag 0x2000 */
enum page_verdict checksum_page_verify(uint8_t *page, size_t size, pgno number);  /* old and new sums; repairs one bit */
enum page_verdict checksum_page_look(const uint8_t *page, size_t size, pgno number); /* the same without repair: PAGE_REPAIRED = could be */

/* One block: XOR + ECC as one u64; skip_first = leave dwords 0 and 1 out. size is a power of two. */
uint64_t checksum_block(const uint8_t *block, size_t size, uint32_t number, bool skip_first);
uint32_t checksum_header(const uint8_t *header, size_t size);                     /* XOR from 0x89ABCDEF, first u32 left out */

/* A log segment: stamp, and verify as segment number (repairs one bit). */
void checksum_segment_stamp(uint8_t *segment, size_t size, uint32_t segment_no);
bool checksum_segment_verify(uint8_t *segment, size_t size, uint32_t segment_no);

#endif
