/*
 * page_map.h - the separators of one internal page as a sorted array of numbers, to choose a child without touching the page.
 *
 * OWNS        nothing: memory and the proof that a map belongs to what the page is now are the caller's.
 * GIVES       page_map_build, page_map_find.
 * INVARIANTS  M1  a found child is the one that page_find_child would give; a map that cannot tell gives none.
 *             M2  building and finding are safe while page or map change under them: nothing outside of either is read or written.
 * CALLERS     store (memory), tree.
 * TESTS       unit/test_page.c
 */
#ifndef ESE_FORMAT_PAGE_MAP_H
#define ESE_FORMAT_PAGE_MAP_H

#include "format/page_find.h"

enum { PAGE_MAP_COMMON = 56 };

struct page_map {
    uint32_t count, flags;                              /* children; flags of the page */
    uint32_t common;                                    /* bytes that all separators begin with */
    uint8_t start[PAGE_MAP_COMMON + 4];
    uint64_t head[];                                    /* the eight bytes behind the common ones, as a number; then the children */
};

size_t page_map_bytes(uint32_t page_size);              /* memory for a map of any page of that size */
/* false: no page that a map can stand for. */
bool page_map_build(struct page_map *map, struct page p);
/* The child where the bookmark of k belongs (PAGE_SIDE_LOWER); false: search the page. */
bool page_map_find(const struct page_map *map, uint32_t page_size, const struct page_key *k, pgno *child);

#endif
