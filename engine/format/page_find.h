/*
 * page_find.h - choosing the child of an internal page, also while the page may change under the reader.
 *
 * OWNS        nothing.
 * GIVES       page_find_child, page_separator: bounds-checked against any bytes.
 * INVARIANTS  F1  never reads outside the page; false for bytes that are no internal page.
 *             F2  separators compare as one string of bytes with key followed by data (edb-format.md 6.1).
 *             F3  the last node of an internal page bounds everything: it is never compared.
 * CALLERS     tree.
 * TESTS       unit/test_btree.c, fuzz/fuzz_page.c
 */
#ifndef ESE_FORMAT_PAGE_FIND_H
#define ESE_FORMAT_PAGE_FIND_H

#include "format/page.h"

enum page_side {
    PAGE_SIDE_LOWER,                                    /* where (key, data) belongs, or the first node behind it */
    PAGE_SIDE_UPPER,                                    /* behind every node whose key begins with key */
    PAGE_SIDE_FIRST, PAGE_SIDE_LAST
};

struct page_branch { pgno child; unsigned slot, count; uint32_t flags; };

/* flags and count are set even when the page is a leaf; then the result is false. */
bool page_find_child(struct page p, struct bytes key, struct bytes data, enum page_side side, struct page_branch *out);
/* Key of an internal node in two slices; false when malformed. */
bool page_separator(struct page p, unsigned slot, struct bytes *prefix, struct bytes *suffix, pgno *child);

#endif
