/*
 * page_find.h - searching a page, also while it may change under the reader.
 *
 * OWNS        nothing.
 * GIVES       page_find_child, page_separator for internal pages; page_search_key, page_search_pair_key, page_peek_node for leaves.
 *             All of them, and page_search and its sisters of page.h, are bounds-checked against any bytes.
 * INVARIANTS  F1  never reads outside the page; false for bytes that are no internal page, or no node.
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

/* A bookmark made ready to be sought in many pages: its first bytes in one piece, zeros behind the end. Borrows key and data. */
enum { PAGE_KEY_HEAD = 64 };
struct page_key { struct bytes key, data; uint8_t head[PAGE_KEY_HEAD + 8]; };
void page_key_init(struct page_key *k, struct bytes key, struct bytes data);

/* flags and count are set even when the page is a leaf; then the result is false. */
bool page_find_child(struct page p, const struct page_key *k, enum page_side side, struct page_branch *out);
/* page_search and page_search_pair for a key that is ready. */
unsigned page_search_key(struct page p, const struct page_key *k, bool *equal);
unsigned page_search_pair_key(struct page p, const struct page_key *k, bool *equal);
/* page_node for any bytes: false when there is no such node, or it does not lie in the page. */
bool page_peek_node(struct page p, unsigned slot, struct node *out);
/* Key of an internal node in two slices; false when malformed. */
bool page_separator(struct page p, unsigned slot, struct bytes *prefix, struct bytes *suffix, pgno *child);

#endif
